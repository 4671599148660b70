"""fit: the maximum-likelihood mixture, with the proof that it is a maximum.

Many starts climb on a coarse copy of the data, the distinct tops are polished on all of it, and
the best regular one is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from em.ascent import Ascent, Status, ascend, curvature
from em.coordinates import Coordinates
from em.information import natural_jacobian, sweep
from em.mixture import Mixture, Parameters, as_generator, log_joint
from em.optimum import is_spurious
from em.sample import Sample, as_sample
from em.start import coarse, starts

__all__ = ["Fit", "Optimum", "fit"]

Floats = NDArray[np.float64]

COARSE_ABOVE = 320
"""Distinct values from which starts are tried on a coarse copy rather than on all of them."""
COARSE_BINS = 64
"""Stretches of the coarse copy, each of two points."""
KEPT = 6
"""Tops of the coarse copy that are climbed on all of the data."""


@dataclass(frozen=True)
class Optimum:
    """One of the tops that the starts led to."""

    mixture: Mixture
    """The mixture at the top."""
    loglik: float
    """Its log-likelihood."""
    n_starts: int
    """How many starts led there."""
    status: Status
    """How the climb ended; `Status.COLLAPSED` for a top that is set aside."""


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A maximum-likelihood fit: the estimate, how it was reached and how sure it is.

    Made by `em.fit`. Nothing in it is half done: look at `converged`, or at `status` and its
    message, before the numbers are used.
    """

    sample: Sample
    """The data of the fit."""
    mixture: Mixture
    """The estimate, components in increasing order of mean."""
    loglik: float
    """Its log-likelihood."""
    status: Status
    """How the fit ended."""
    n_iter: int
    """Passes over the data on the winning climb."""
    history: Floats
    """Log-likelihoods along the winning climb on the full data, never falling."""
    gradient_norm: float
    """The score in standard errors, ``max |I^-1 score| / se``: zero at a maximum."""
    equal_sds: bool
    """Whether the components share one sd."""
    optima: tuple[Optimum, ...] = field(default=())
    """The distinct tops found, best first; collapsed ones come last."""

    @property
    def converged(self) -> bool:
        """Whether the estimate is a maximum of the likelihood."""
        return self.status is Status.CONVERGED

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return self.mixture.n_components

    @cached_property
    def coordinates(self) -> Coordinates:
        """The free coordinates of the model."""
        return Coordinates(self.n_components, self.equal_sds)

    @property
    def n_parameters(self) -> int:
        """The number of free parameters."""
        return self.coordinates.size

    @property
    def aic(self) -> float:
        """Akaike's criterion, ``2 p - 2 loglik``; lower is better."""
        return 2.0 * self.n_parameters - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion, ``p log n - 2 loglik``; lower is better."""
        return self.n_parameters * float(np.log(self.sample.n)) - 2.0 * self.loglik

    @cached_property
    def icl(self) -> float:
        """Integrated completed likelihood, `bic` plus twice the entropy of the labels.

        Biernacki, Celeux & Govaert (2000); lower is better.
        """
        joint = log_joint(self.sample.values, *self.mixture.parameters)
        joint -= joint.max(axis=0)
        joint -= np.log(np.exp(joint).sum(axis=0))
        with np.errstate(invalid="ignore"):
            entropy = -np.where(np.exp(joint) > 0, np.exp(joint) * joint, 0.0).sum(axis=0)
        return self.bic + 2.0 * float(np.dot(entropy, self.sample.weights))

    @cached_property
    def _covariance(self) -> Floats:
        """Inverse observed information in (weights, means, sds), NaN where it has none."""
        center, unit = self.sample.mean, self.sample.sd
        k = self.n_components
        if self.status in (Status.COLLAPSED, Status.EMPTY):
            return np.full((3 * k, 3 * k), np.nan)
        data = self.sample.collapse()
        at = _batch(self.mixture, center, unit)
        found = sweep((data.values - center) / unit, data.weights, at, self.coordinates)
        bent = curvature(found)
        if not (bent.eigenvalues > 0).all():
            return np.full((3 * k, 3 * k), np.nan)
        root = bent.directions[0] / np.sqrt(bent.eigenvalues[0])
        jacobian = natural_jacobian(Parameters(*(value[0] for value in at)), self.coordinates)
        scale = np.concatenate([np.ones(k), np.full(2 * k, unit)])
        spread = scale[:, None] * (jacobian @ root)
        return np.asarray(spread @ spread.T)

    def cov_params(self) -> Floats:
        """Covariance matrix of the estimates, from the observed information.

        Returns
        -------
        ndarray of shape (3 * n_components, 3 * n_components)
            In the order weights, means, sds; singular, since the weights sum to one. NaN if
            the fit is not at a maximum, where no standard error exists.
        """
        return self._covariance.copy()

    def standard_errors(self) -> Parameters:
        """Standard errors of weights, means and sds, each of shape (n_components,).

        From the observed information (Louis 1982); NaN where the fit is not at a maximum.
        """
        variances = np.diag(self._covariance)
        return Parameters(*np.split(np.sqrt(np.maximum(variances, 0.0)), 3))

    def conf_int(self, level: float = 0.95, method: str = "profile") -> Parameters:
        """Confidence intervals of weights, means and sds.

        Parameters
        ----------
        level : float
            Coverage to aim at, between 0 and 1.
        method : {"profile", "wald"}
            Profile likelihood, which may be skewed and may have an open end (0 or 1 for a
            weight, minus or plus infinity for a mean, 0 or infinity for an sd), or Wald on
            the logit of the weights, the means, and the log of the sds.

        Returns
        -------
        Parameters
            Arrays of shape (n_components, 2): lower and upper ends.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1 or the method is unknown.
        """
        from em.intervals import conf_int  # intervals are made from fits

        return conf_int(self, level, method)

    def summary(self) -> str:
        """The fit as a table to print: estimates, standard errors and intervals."""
        from em.summary import summarise

        return summarise(self)

    def __repr__(self) -> str:
        return (
            f"Fit({self.mixture!r}, loglik={self.loglik:.6f}, n={self.sample.n:g}, "
            f"status={self.status.name})"
        )


def fit(
    x: Any,
    n_components: int = 2,
    *,
    start: Mixture | Fit | None = None,
    n_starts: int | None = None,
    equal_sds: bool = False,
    max_iter: int = 500,
    tol: float = 1e-8,
    rng: int | np.random.Generator | None = 0,
) -> Fit:
    """Fit a mixture of normal distributions by maximum likelihood.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
        The data; a `Sample` may carry weights.
    n_components : int
        The number of components, K.
    start : Mixture or Fit, optional
        Climb from here only. By default from `n_starts` seeded places.
    n_starts : int, optional
        How many starts to try; ten for each component by default.
    equal_sds : bool
        Whether the components share one sd.
    max_iter : int
        Passes over the data at the most, for each climb.
    tol : float
        The fit has converged when its score is below `tol` standard errors.
    rng : int or numpy.random.Generator, optional
        Seed of the random starts. The default gives the same answer at every call.

    Returns
    -------
    Fit

    Raises
    ------
    TypeError, ValueError
        If the data are not a sample (see `Sample`), hold fewer distinct values than the model
        needs, or an option is out of range.

    Examples
    --------
    >>> heights, _ = Mixture([0.4, 0.6], [164, 180], [6, 7]).sample(1000, rng=1)
    >>> fit(heights).converged
    True
    """
    sample = as_sample(x)
    n_starts = 10 * n_components if n_starts is None else n_starts
    k = _check(sample, n_components, start, n_starts, equal_sds, max_iter, tol)
    generator = as_generator(rng)
    data = sample.collapse()
    center, unit = sample.mean, sample.sd
    z = (data.values - center) / unit
    coordinates = Coordinates(k, equal_sds)
    resolution = sample.resolution / unit

    if start is not None:
        mixture = start.mixture if isinstance(start, Fit) else start
        first = _batch(mixture, center, unit)
    else:
        first = starts(z, data.weights, k, n_starts, generator)
    if equal_sds:
        pooled = np.sqrt((first.weights * first.sds**2).sum(axis=1, keepdims=True))
        first = first._replace(sds=np.broadcast_to(pooled, first.sds.shape))
    tally = np.ones(first.means.shape[0], dtype=np.intp)
    if start is None and z.size > COARSE_ABOVE and k > 1:
        first, tally = _scout(z, data.weights, first, coordinates, sample.n)

    climbed = ascend(z, data.weights, first, coordinates, max_iter=max_iter, tol=tol)
    tops = _distinct(climbed, tally, sample.n, resolution)
    optima = tuple(
        Optimum(
            _mixture(climbed.at, row, center, unit),
            float(climbed.loglik[row] - sample.n * np.log(unit)),
            count,
            status,
        )
        for row, count, status in tops
    )
    best, _, status = tops[0]
    return Fit(
        sample=sample,
        mixture=optima[0].mixture,
        loglik=optima[0].loglik,
        status=status,
        n_iter=int(climbed.n_iter[best]),
        history=np.array(climbed.history[best]) - sample.n * np.log(unit),
        gradient_norm=float(climbed.gradient_norm[best]),
        equal_sds=equal_sds,
        optima=optima,
    )


def _scout(
    z: Floats, weights: Floats, first: Parameters, coordinates: Coordinates, n: float
) -> tuple[Parameters, NDArray[np.intp]]:
    """Try the starts on a coarse copy and keep one for each distinct top.

    A kept start climbs again on all of the data, and so does the top it led to, in case the
    two part ways: a start on the border between two tops may go to the one or the other.
    """
    points, masses = coarse(z, weights, COARSE_BINS)
    found = ascend(points, masses, first, coordinates, max_iter=100, tol=1e-3)
    # The coarse copy has no tied values left to collapse onto, and gaps of its own: what ends
    # on one of those is no regular top and would only waste a climb on the full data.
    tops = _distinct(found, np.ones(first.means.shape[0], dtype=np.intp), n, 0.0)
    regular = [top for top in tops if top[2] is not Status.COLLAPSED] or tops[:1]
    rows = [row for row, _, _ in regular[:KEPT]]
    counts = [count for _, count, _ in regular[:KEPT]]
    both = Parameters(
        *(np.concatenate([a[rows[:1]], b[rows]]) for a, b in zip(first, found.at, strict=True))
    )
    return both, np.array([0, *counts], dtype=np.intp)


def _distinct(
    found: Ascent, tally: NDArray[np.intp], n: float, resolution: float
) -> list[tuple[int, int, Status]]:
    """Row, number of starts and status of every distinct top, the best regular one first."""
    # Rounded, so that of two climbs to one top the first stands for both on every machine.
    height = np.round(found.loglik, 6)
    order = np.lexsort((-height, np.array([_rank(status) for status in found.status])))
    tops: list[list[Any]] = []
    for row in order.tolist():
        mine = Parameters(*(value[row] for value in found.at))
        status = found.status[row]
        if status is not Status.EMPTY and is_spurious(mine, n, resolution):
            status = Status.COLLAPSED
        for top in tops:
            theirs = Parameters(*(value[top[0]] for value in found.at))
            if status is top[2] and _same(mine, theirs, found.loglik[row], found.loglik[top[0]], n):
                top[1] += int(tally[row])
                break
        else:
            tops.append([row, int(tally[row]), status])
    tops.sort(key=lambda top: (_rank(top[2]), -height[top[0]]))
    return [(row, count, status) for row, count, status in tops]


def _rank(status: Status) -> int:
    """Answers first, then what merely stopped, then what is no mixture of K at all."""
    return (Status.CONVERGED, Status.MAX_ITER, Status.FLAT, Status.EMPTY, Status.COLLAPSED).index(
        status
    )


def _same(a: Parameters, b: Parameters, loglik_a: float, loglik_b: float, n: float) -> bool:
    """Whether two climbs ended on one top, whatever the order of their components."""
    if abs(loglik_a - loglik_b) > 1e-3 + 1e-9 * n:
        return False
    i, j = np.argsort(a.means), np.argsort(b.means)
    apart = np.abs(a.means[i] - b.means[j]) / (a.sds[i] + b.sds[j])
    return bool(apart.max() < 0.05 and np.abs(a.weights[i] - b.weights[j]).max() < 0.02)


def _batch(mixture: Mixture, center: float, unit: float) -> Parameters:
    return Parameters(
        mixture.weights[None].copy(),
        (mixture.means[None] - center) / unit,
        mixture.sds[None] / unit,
    )


def _mixture(at: Parameters, row: int, center: float, unit: float) -> Mixture:
    return Mixture(at.weights[row], center + unit * at.means[row], unit * at.sds[row])


def _check(
    sample: Sample,
    n_components: int,
    start: Mixture | Fit | None,
    n_starts: int,
    equal_sds: bool,
    max_iter: int,
    tol: float,
) -> int:
    for name, value in (
        ("n_components", n_components),
        ("n_starts", n_starts),
        ("max_iter", max_iter),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"expected {name} to be a whole number, got {value!r}")
        if value < 1:
            raise ValueError(f"expected {name} of 1 or more, got {value}")
    if not 0 < tol < 1:
        raise ValueError(f"expected tol between 0 and 1 standard errors, got {tol}")
    distinct = sample.collapse().values.size
    if distinct < 2 or sample.sd == 0:
        raise ValueError(
            f"expected values that vary, got a constant sample of {sample.values[0]:g}; "
            "there is no spread to fit"
        )
    needed = n_components + 1 if equal_sds else 2 * n_components
    if distinct < needed:
        raise ValueError(
            f"expected at least {needed} distinct values for {n_components} components, got "
            f"{distinct}; use fewer components or more data"
        )
    if start is not None:
        if not isinstance(start, (Mixture, Fit)):
            raise TypeError(
                f"expected start to be an em.Mixture or an em.Fit, got {type(start).__name__}"
            )
        mixture = start.mixture if isinstance(start, Fit) else start
        if mixture.n_components != n_components:
            raise ValueError(
                f"expected a start with {n_components} components, got one with "
                f"{mixture.n_components}; pass n_components={mixture.n_components}"
            )
        if mixture.weights.min() <= 0:
            raise ValueError("expected a start with positive weights, got a weight of zero")
    return int(n_components)
