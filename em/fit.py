"""fit: the maximum-likelihood mixture, with the proof that it is a maximum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.ascent import FLAT, Curvature, Status, curvature
from em.coordinates import Coordinates
from em.information import Pass, natural_jacobian, sweep
from em.mixture import Mixture, Parameters, as_generator, log_joint
from em.options import Options, whole
from em.sample import Sample, as_sample, borrow
from em.search import Search, climb
from em.squash import quadrature_bound
from em.start import pinned
from em.tops import Top, Way

__all__ = ["Certificate", "Fit", "Optimum", "fit"]

Floats = NDArray[np.float64]

SQUASH_ABOVE = 2000
"""Values from which a fit is made on a few hundred nodes that stand for them."""
FINEST = 16
"""How many times more bins than usual before a fit gives up squashing."""
TOLERATED = 1e-9
"""Error bound, relative to the log-likelihood, above which bins are made narrower."""


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


@dataclass(frozen=True)
class Certificate:
    """What one exact pass over all of the data says about a fit."""

    loglik: float
    """The log-likelihood of the fit's mixture on all of the data."""
    relative_error: float
    """How far `Fit.loglik` is from it, relative to it, or to n, which has no unit, if larger."""
    gradient_norm: float
    """The score on all of the data, in standard errors."""

    @property
    def ok(self) -> bool:
        """Whether the log-likelihood is right to 1e-12 and the score below 1e-6."""
        return self.relative_error < 1e-12 and self.gradient_norm < 1e-6


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
    gradient_norm: float
    """The score in standard errors, ``max |I^-1 score| / se``: zero at a maximum."""
    data: Sample
    """What the sums run over: the distinct values, or the nodes that stand for them."""
    error_bound: float
    """How far `loglik` can be off because the data were squashed; 0 if they were not."""
    coordinates: Coordinates
    """Which parameters are free, in the order of `mixture`."""
    penalty: float = 0.0
    """The factor of the penalty on small sds; 0 for plain maximum likelihood."""
    optima: tuple[Optimum, ...] = field(default=())
    """The distinct tops found, best first; collapsed ones come last."""
    n_starts: int = 1
    """How many starts were tried, besides those made from smaller models."""
    ways: tuple[Way, ...] = field(default=())
    """Climbs that lead to the estimate, for `history`."""

    @cached_property
    def history(self) -> Floats:
        """Log-likelihoods on the way up from the winning start, never falling.

        With a penalty, less the penalty. Starts are tried on a coarse copy of the data; the way
        is climbed again on all of them when it is asked for.
        """
        data = self.data
        shift = self.sample.n * float(np.log(data.sd))
        values: list[float] = []
        with np.errstate(under="ignore"):
            for way in self.ways:
                climbed = way.climbed(data.standardised, data.weights)
                values = [value - shift for value in climbed.history[0]]
                end = values[-1] + self._penalty_term()
                if abs(end - self.loglik) <= 1e-9 * (1.0 + abs(self.loglik)):
                    break  # on all of the data the start may lead elsewhere
        history = np.array(values)
        history.flags.writeable = False
        return history

    @property
    def converged(self) -> bool:
        """Whether the estimate is a maximum of the likelihood."""
        return self.status is Status.CONVERGED

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return self.mixture.n_components

    @property
    def equal_sds(self) -> bool:
        """Whether the components share one sd."""
        return self.coordinates.equal_sds

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
        joint = log_joint(self.data.values, *self.mixture.parameters)
        joint -= joint.max(axis=0)
        joint -= np.log(np.exp(joint).sum(axis=0))
        r = np.exp(joint)
        entropy = -np.where(r > 0, r * np.where(r > 0, joint, 0.0), 0.0).sum(axis=0)
        return self.bic + 2.0 * float(np.dot(entropy, self.data.weights))

    @cached_property
    def at(self) -> Parameters:
        """The estimate in units of the sample's mean and sd, each of shape (1, K)."""
        return _standardised(self.mixture, self.data.mean, self.data.sd)

    @cached_property
    def _pass(self) -> Pass:
        data = self.data
        x = data.standardised
        return sweep(x, data.weights, self.at, self.coordinates, self.penalty, with_outer=True)

    @cached_property
    def curvature(self) -> Curvature:
        """The observed information at the estimate, in the metric of the complete-data one."""
        return curvature(self._pass)

    @property
    def _has_curvature(self) -> bool:
        return self.status in (Status.CONVERGED, Status.MAX_ITER)

    @property
    def em_rate(self) -> float:
        """The factor by which plain EM comes closer to the estimate with each pass.

        The largest share of missing information (Dempster, Laird & Rubin 1977): 0.99 means
        that EM needs hundreds of passes; NaN if the fit is not at a maximum.
        """
        if not self._has_curvature:
            return float("nan")
        return float(1.0 - self.curvature.eigenvalues[0].min(initial=1.0))

    @property
    def smallest_eigenvalue(self) -> float:
        """The smallest eigenvalue of the observed information; positive at a maximum.

        In the coordinates that the fit climbs in: logits of the weights, means in sds of the
        sample, log sds. NaN if the fit is not at a maximum.
        """
        if not self._has_curvature:
            return float("nan")
        values = np.linalg.eigvalsh(self._pass.information[0])
        return float(values[0]) if values.size else float("nan")

    @property
    def condition_number(self) -> float:
        """The largest eigenvalue of the observed information over the smallest.

        In the coordinates of `smallest_eigenvalue`; infinite where that is not positive.
        """
        if not self._has_curvature:
            return float("nan")
        values = np.linalg.eigvalsh(self._pass.information[0])
        if values.size == 0:
            return float("nan")
        return float(values[-1] / values[0]) if values[0] > 0 else float("inf")

    def _covariance(self, kind: str = "observed") -> Floats:
        """Covariance in (weights, means, sds), NaN where the estimate is no maximum."""
        k = self.n_components
        if kind not in ("observed", "sandwich"):
            raise ValueError(f'expected kind to be "observed" or "sandwich", got {kind!r}')
        if not (self._has_curvature and (self.curvature.eigenvalues > FLAT).all()):
            return np.full((3 * k, 3 * k), np.nan)
        bent = self.curvature
        root = bent.directions[0] / np.sqrt(bent.eigenvalues[0])
        free = root @ root.T
        if kind == "sandwich":
            free = free @ self._pass.outer[0] @ free
        jacobian = natural_jacobian(Parameters(*(v[0] for v in self.at)), self.coordinates)
        jacobian = np.r_[np.ones(k), np.full(2 * k, self.data.sd)][:, None] * jacobian
        return np.asarray(jacobian @ free @ jacobian.T)

    def cov_params(self, kind: str = "observed") -> Floats:
        """Covariance matrix of the estimates.

        Parameters
        ----------
        kind : {"observed", "sandwich"}
            From the observed information, or the sandwich estimate, which also holds if the
            data are no such mixture (White 1982).

        Returns
        -------
        ndarray of shape (3 * n_components, 3 * n_components)
            In the order weights, means, sds; singular, since the weights sum to one. NaN if
            the fit is not at a maximum, where no standard error exists.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        return self._covariance(kind)

    def standard_errors(self, kind: str = "observed") -> Parameters:
        """Standard errors of weights, means and sds, each of shape (n_components,).

        Parameters
        ----------
        kind : {"observed", "sandwich"}
            As for `cov_params`.

        Returns
        -------
        em.Parameters
            NaN where the fit is not at a maximum.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        variances = np.diag(self._covariance(kind))
        return Parameters(*np.split(np.sqrt(np.maximum(variances, 0.0)), 3))

    def conf_int(self, level: float = 0.95, method: str = "profile", **settings: Any) -> Parameters:
        """Confidence intervals of weights, means and sds.

        Parameters
        ----------
        level : float
            Coverage to aim at, between 0 and 1.
        method : {"profile", "wald", "bootstrap"}
            Profile likelihood, which may be skewed and may have an open end (0 or 1 for a
            weight, minus or plus infinity for a mean, 0 or infinity for an sd); Wald on the
            logit of the weights, the means, and the log of the sds; or percentiles of a
            bootstrap, whose settings are those of `em.bootstrap`.

        Returns
        -------
        em.Parameters
            Arrays of shape (n_components, 2): lower and upper ends; NaN if the fit is not at
            a maximum.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1 or the method is unknown.
        """
        from em.intervals import conf_int  # intervals are made from fits

        if settings:
            return conf_int(self, level, method, **settings)
        # A profile costs many passes, and tables, summaries and reports all ask for it.
        if (level, method) not in self._intervals:
            self._intervals[level, method] = conf_int(self, level, method)
        return Parameters(*(ends.copy() for ends in self._intervals[level, method]))

    @cached_property
    def _intervals(self) -> dict[tuple[float, str], Parameters]:
        return {}

    def certify(self, x: ArrayLike | Sample | None = None) -> Certificate:
        """Check the fit by one exact pass over all of the data.

        Parameters
        ----------
        x : array_like of shape (n,) or Sample, optional
            The data, if they are not `sample`: for a fit of a squashed sample, what was
            squashed.

        Returns
        -------
        Certificate
        """
        sample = self.sample if x is None else as_sample(x)
        center, unit = self.data.mean, self.data.sd
        found = sweep(
            sample.values, sample.weights, self.at, self.coordinates, self.penalty, (center, unit)
        )
        loglik = float(found.loglik[0]) - sample.n * float(np.log(unit)) + self._penalty_term()
        return Certificate(
            loglik=loglik,
            relative_error=abs(self.loglik - loglik) / max(abs(loglik), sample.n),
            gradient_norm=float(curvature(found).gradient_norm()[0]),
        )

    def _penalty_term(self) -> float:
        return _penalty_term(self.at.sds[0], self.penalty)

    def summary(self, level: float = 0.95) -> str:
        """The fit as a table to print: estimates, standard errors and intervals.

        Parameters
        ----------
        level : float
            Coverage of the profile-likelihood intervals.

        Returns
        -------
        str
        """
        from em.summary import summarise

        return summarise(self, level)

    def __repr__(self) -> str:
        return (
            f"Fit({self.mixture!r}, loglik={self.loglik:.6f}, n={self.sample.n:g}, "
            f"status={self.status.name})"
        )

    def _repr_html_(self) -> str:
        from em.summary import as_html

        return as_html(self)


def fit(
    x: ArrayLike | Sample,
    n_components: int = 2,
    *,
    start: Mixture | Fit | None = None,
    n_starts: int | None = None,
    equal_sds: bool = False,
    fixed: Mapping[str, ArrayLike] | None = None,
    penalty: bool | float = False,
    squash: bool | None = None,
    max_iter: int = 500,
    tol: float = 1e-11,
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
        How many random starts to try. By default ten for each component; two components are
        tried from all over the space of mixtures with the sample's mean and variance instead,
        where there are enough values for that (`em.lattice`). A group of less than about 1 % of
        the data can still be missed.
    equal_sds : bool
        Whether the components share one sd.
    fixed : mapping of str to array_like of shape (n_components,), optional
        Parameters to hold, by the names weights, means and sds; NaN where a parameter is
        free: ``fixed={"means": [164, numpy.nan]}``.
    penalty : bool or float
        Whether to keep sds away from zero by the penalty of Chen, Tan & Zhang (2008),
        ``-a sum_k (s^2 / s_k^2 + log(s_k^2 / s^2))`` with s the sample's sd and a = 1/n, or
        the factor a itself.
    squash : bool, optional
        Whether to fit a few hundred nodes that stand for the data, see `Sample.squash`. By
        default where it pays and its error bound is small enough not to matter.
    max_iter : int
        Passes over the data at the most, for each climb.
    tol : float
        The fit has converged when its score is below `tol` standard errors.
    rng : int or numpy.random.Generator, optional
        Seed of the random starts. The default gives the same answer at every call.

    Returns
    -------
    Fit
        Where regular maxima exist, one with more components, or with unequal sds instead of
        equal ones, is never less likely.

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
    sample = borrow(x)
    n_components = whole("n_components", n_components)
    generator = as_generator(rng)
    mixture = _checked_start(start, n_components)
    compact = len(sample) > SQUASH_ABOVE if squash is None else squash
    finer = 1
    while True:
        data = sample.squash(finer) if compact else sample.collapse()
        _check_spread(data, n_components, bounded=equal_sds or bool(penalty))
        options = Options.checked(
            n_components=n_components,
            n_starts=n_starts,
            equal_sds=equal_sds,
            max_iter=max_iter,
            tol=tol,
            penalty=penalty,
            fixed=fixed,
            n=sample.n,
            center=data.mean,
            unit=data.sd,
        )
        with np.errstate(under="ignore"):  # a density far from its mean is zero
            tops, n_tried = _climbed(data, mixture, options, generator)
        bound = 0.0 if data.bins is None else quadrature_bound(data.bins, _raw(tops[0].at, data))
        if squash or not compact or bound <= TOLERATED * abs(tops[0].loglik):
            return _finished(sample, data, options, tops, bound, n_tried)
        # An sd is small against the bins: narrower ones, and in the end the data themselves.
        finer *= 4
        compact = finer <= FINEST and sample.bins is None


def _climbed(
    data: Sample, start: Mixture | None, options: Options, rng: np.random.Generator
) -> tuple[list[Top], int]:
    x = data.standardised
    resolution = data.resolution / data.sd
    if start is None:
        found = Search(x, data.weights, options, resolution, rng)
        model = (options.n_components, options.equal_sds)
        return found.tops(*model), found.n_tried(*model)
    first = pinned(_standardised(start, data.mean, data.sd), options)
    return climb(x, data.weights, first, options.coordinates, options, resolution), 1


def _finished(
    sample: Sample,
    data: Sample,
    options: Options,
    tops: list[Top],
    bound: float,
    n_starts: int,
) -> Fit:
    shift = sample.n * float(np.log(data.sd))
    optima = tuple(
        Optimum(
            Mixture(*_raw(top.at, data)),
            top.loglik - shift + _penalty_term(top.at.sds, options.penalty),
            top.n_starts,
            top.status,
        )
        for top in tops
    )
    best = tops[0]
    return Fit(
        sample=sample,
        mixture=optima[0].mixture,
        loglik=optima[0].loglik,
        status=best.status,
        n_iter=best.n_iter,
        gradient_norm=best.gradient_norm,
        data=data,
        error_bound=bound,
        coordinates=options.coordinates.permuted(np.lexsort((best.at.sds, best.at.means))),
        penalty=options.penalty,
        optima=optima,
        n_starts=n_starts,
        ways=best.ways,
    )


def _penalty_term(sds: Floats, penalty: float) -> float:
    """What the penalty took off the log-likelihood, the sample's sd being one."""
    return penalty * float((sds**-2.0 + 2 * np.log(sds)).sum()) if penalty else 0.0


def _standardised(mixture: Mixture, center: float, unit: float) -> Parameters:
    return Parameters(
        mixture.weights[None].copy(),
        (mixture.means[None] - center) / unit,
        mixture.sds[None] / unit,
    )


def _raw(at: Parameters, data: Sample) -> Parameters:
    return Parameters(at.weights, data.mean + data.sd * at.means, data.sd * at.sds)


def _check_spread(data: Sample, n_components: int, *, bounded: bool) -> None:
    distinct = data.values.size
    if distinct < 2 or data.sd == 0:
        raise ValueError(
            f"expected values that vary, got a constant sample of {data.values[0]:g}; "
            "there is no spread to fit"
        )
    needed = n_components + 1 if bounded else 2 * n_components
    if distinct < needed:
        raise ValueError(
            f"expected at least {needed} distinct values for {n_components} components, got "
            f"{distinct}; use fewer components or more data"
        )


def _checked_start(start: Mixture | Fit | None, n_components: int) -> Mixture | None:
    if start is None:
        return None
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
    return mixture
