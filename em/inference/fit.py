"""Fit: the maximum-likelihood mixture, with the proof that it is a maximum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.requirements import refuse_sampling
from em.data.sample import Sample, as_sample
from em.likelihood.coordinates import Coordinates
from em.likelihood.curvature import FLAT, Curvature, curvature
from em.likelihood.density import log_joint
from em.likelihood.information import Pass, natural_jacobian, sweep
from em.likelihood.mixture import Mixture, Order
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.search.ascent import Status
from em.search.tops import Way

if TYPE_CHECKING:
    from em.inference.points import Point

__all__ = ["Certificate", "Fit", "Optimum", "penalty_term", "standardised"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Optimum:
    """One of the tops that the starts led to."""

    mixture: Mixture
    """The mixture at the top."""
    loglik: float
    """Its log-likelihood."""
    n_starts: int
    """How many climbs ended there."""
    status: Status
    """How they ended; `Status.COLLAPSED` or `Status.CHANCE` for a top that is set aside."""


@dataclass(frozen=True)
class Certificate:
    """What one exact pass over all of the data says about a fit."""

    loglik: float
    """The log-likelihood of the fit's mixture on all of the data."""
    relative_error: float
    """How far `Fit.loglik` is from it, relative to it, or to n, which has no unit, if larger."""
    gradient_norm: float
    """The score on all of the data, in standard errors."""
    rounding: float = 0.0
    """How far the means can be moved by their last digit, in standard errors: data far from
    zero leave little room."""

    @property
    def ok(self) -> bool:
        """Whether the log-likelihood is right to 1e-12 and the score below 1e-6.

        The score is allowed what the last digit of the means costs on top.
        """
        return self.relative_error < 1e-12 and self.gradient_norm < 1e-6 + 2 * self.rounding


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
    """Its log-likelihood; of rounded values, with the probability of each step over its width in
    place of the density."""
    status: Status
    """How the fit ended."""
    n_iter: int
    """Passes over the data on the winning climb."""
    gradient_norm: float
    """The score in standard errors, ``max |I^-1 score| / se``: zero at a maximum."""
    data: Sample
    """What the sums run over: the distinct values, or the nodes that stand for them."""
    error_bound: float
    """How far `loglik` can be off because the data were squashed; 0 if they were not, as
    rounded values never are.

    NaN for a fit that collapsed: on a few nearly equal values rounding moves `loglik` by more
    than any bound on what squashing does.
    """
    coordinates: Coordinates
    """Which parameters are free, in the order of `mixture`."""
    penalty: float = 0.0
    """The factor of the penalty on small sds; 0 for plain maximum likelihood."""
    optima: tuple[Optimum, ...] = field(default=())
    """The distinct tops found, best first; those that are set aside, or empty, come last."""
    n_starts: int = 1
    """How many starts were tried, besides those made from smaller models."""
    n_climbs: int = 1
    """How many climbs were led to an end; `Optimum.n_starts` counts those that ended at each."""
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
                climbed = way.climbed(self.observed)
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

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Recorded values on which a component would be likelier than the estimate.

        Such a component is no group (`em.search.groups`); the estimate is the best without. Of a
        fit that collapsed, the values that its components sit on.
        """
        from em.inference.points import points  # points are made from fits

        return points(self)

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
    def is_pseudo(self) -> bool:
        """Whether the weights are sampling weights, so that `loglik` is a pseudo-likelihood's.

        Its maximum is a consistent estimate, and its sandwich holds, but it does not say how
        probable the data are (Pfeffermann 1993).
        """
        return self.sample.weights_are == "sampling"

    @property
    def aic(self) -> float:
        """Akaike's criterion, ``2 p - 2 loglik``; lower is better. NaN of sampling weights."""
        return float("nan") if self.is_pseudo else 2.0 * self.n_parameters - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion, ``p log n - 2 loglik``; lower is better. NaN of sampling weights."""
        if self.is_pseudo:
            return float("nan")
        return self.n_parameters * float(np.log(self.sample.n)) - 2.0 * self.loglik

    @cached_property
    def icl(self) -> float:
        """Integrated completed likelihood, `bic` plus twice the entropy of the labels.

        Biernacki, Celeux & Govaert (2000); lower is better. NaN of sampling weights.
        """
        joint = log_joint(self.data.values, *self.mixture.parameters, self.data.rounding)
        joint -= joint.max(axis=0)
        joint -= np.log(np.exp(joint).sum(axis=0))
        r = np.exp(joint)
        entropy = -np.where(r > 0, r * np.where(r > 0, joint, 0.0), 0.0).sum(axis=0)
        return self.bic + 2.0 * float(np.dot(entropy, self.data.weights))

    @cached_property
    def at(self) -> Parameters:
        """The estimate in units of the sample's mean and sd, each of shape (1, K)."""
        return standardised(self.mixture, self.data.mean, self.data.sd)

    @cached_property
    def observed(self) -> Observed:
        """`data` in the same units."""
        return Observed.of(self.data)

    @cached_property
    def _pass(self) -> Pass:
        return sweep(self.observed, self.at, self.coordinates, self.penalty, with_outer=True)

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

    @cached_property
    def _outer(self) -> Floats:
        """The sum over the rows of the outer product of a row's score, squared weight and all."""
        squared = self.data.squared
        if squared is None:
            return np.asarray(self._pass.outer[0])
        unit = self.data.sd
        rows = Observed(squared.values, squared.weights, self.data.rounding / unit)
        scale = self.data.mean, unit
        found = sweep(rows, self.at, self.coordinates, scale=scale, with_outer=True)
        return np.asarray(found.outer[0])

    def _covariance(self, kind: str) -> Floats:
        """Covariance in (weights, means, sds), the last two in sds of the sample.

        NaN where the estimate is no maximum.
        """
        k = self.n_components
        if kind == "auto":
            kind = "sandwich" if self.is_pseudo else "observed"
        if kind not in ("observed", "sandwich"):
            raise ValueError(f'expected kind to be "observed" or "sandwich", got {kind!r}')
        if not (self._has_curvature and (self.curvature.eigenvalues > FLAT).all()):
            return np.full((3 * k, 3 * k), np.nan)
        bent = self.curvature
        root = bent.directions[0] / np.sqrt(bent.eigenvalues[0])
        free = root @ root.T
        if kind == "sandwich":
            free = free @ self._outer @ free
        jacobian = natural_jacobian(Parameters(*(v[0] for v in self.at)), self.coordinates)
        return np.asarray(jacobian @ free @ jacobian.T)

    @property
    def _units(self) -> Floats:
        """What to multiply standardised weights, means and sds by, of shape (3 K,)."""
        k = self.n_components
        return np.concatenate([np.ones(k), np.full(2 * k, self.data.sd)])

    def cov_params(self, kind: str = "auto") -> Floats:
        """Covariance matrix of the estimates.

        Parameters
        ----------
        kind : {"auto", "observed", "sandwich"}
            From the observed information; or the sandwich estimate, which also holds if the data
            are no such mixture (White 1982), or have sampling weights: it then sums the scores of
            the rows with the squares of their weights (Pfeffermann 1993). By default ("auto") the
            sandwich for sampling weights, else the observed information.

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
        units = self._units
        return np.asarray(self._covariance(kind) * units * units[:, None])

    def standard_errors(self, kind: str = "auto") -> Parameters:
        """Standard errors of weights, means and sds, each of shape (n_components,).

        Parameters
        ----------
        kind : {"auto", "observed", "sandwich"}
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
        errors = self._units * np.sqrt(np.maximum(variances, 0.0))
        return Parameters(*np.split(errors, 3))

    def correlation(self, kind: str = "auto") -> Floats:
        """Correlation matrix of the estimates.

        Parameters
        ----------
        kind : {"auto", "observed", "sandwich"}
            As for `cov_params`.

        Returns
        -------
        ndarray of shape (3 * n_components, 3 * n_components)
            In the order weights, means, sds; NaN for a parameter that is held, or for all if the
            fit is not at a maximum.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        found = self._covariance(kind)
        spread = np.sqrt(np.maximum(np.diag(found), 0.0))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(found / spread / spread[:, None])

    def conf_int(
        self,
        level: float = 0.95,
        method: str = "auto",
        order: Order = "mean",
        **settings: Any,
    ) -> Parameters:
        """Confidence intervals of weights, means and sds.

        Parameters
        ----------
        level : float
            Coverage to aim at, between 0 and 1.
        method : {"auto", "profile", "wald", "bootstrap"}
            Profile likelihood, which may be skewed and may have an open end (0 or 1 for a
            weight, minus or plus infinity for a mean, 0 or infinity for an sd), and which
            spans all maxima that the data do not tell from the highest, see `pieces`; Wald on the
            logit of the weights, the means, and the log of the sds; or percentiles of a
            bootstrap, whose settings are those of `em.bootstrap`. Of sampling weights Wald only,
            from the sandwich. By default ("auto") that one for them, else profile likelihood.
        order : {"mean", "sd"}
            What names the components. By mean the first row is about the component with the
            lowest mean, whichever it is; by sd about the narrowest, which is another question
            where the means are alike and the sds are not.

        Returns
        -------
        em.Parameters
            Arrays of shape (n_components, 2): lower and upper ends, components in that order;
            NaN if the fit is not at a maximum.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1, the method is unknown or not for sampling weights,
            the order is unknown, or it is that of sds which are all the same one.

        Warns
        -----
        RuntimeWarning
            If more than one in twenty bootstrap refits found no regular maximum: they are left
            out, and `em.bootstrap` says how each of them ended.
        """
        from em.inference.intervals import conf_int  # intervals are made from fits

        if method == "auto":
            method = "wald" if self.is_pseudo else "profile"
        elif method in ("profile", "bootstrap"):
            refuse_sampling(self.sample, f"{method} intervals")
        if settings:
            return conf_int(self, level, method, order, **settings)
        # A profile costs many passes, and tables, summaries and reports all ask for it.
        asked = level, method, order
        if asked not in self._intervals:
            self._intervals[asked] = conf_int(self, *asked)
        return Parameters(*(ends.copy() for ends in self._intervals[asked]))

    @cached_property
    def _intervals(self) -> dict[tuple[float, str, Order], Parameters]:
        return {}

    def pieces(
        self, level: float = 0.95, order: Order = "mean"
    ) -> tuple[list[Floats], list[Floats], list[Floats]]:
        """The intervals that profile-likelihood sets are made of, where there are several maxima.

        `conf_int` gives their hull.

        Parameters
        ----------
        level, order
            As for `conf_int`.

        Returns
        -------
        weights, means, sds : list of ndarray of shape (n, 2)
            For each component its intervals in increasing order; none if the fit is not at a
            maximum.

        Raises
        ------
        ValueError
            As `conf_int` does.
        """
        from em.inference.intervals import pieces  # intervals are made from fits

        ends = self.conf_int(level, "profile", order)  # which checks what is asked for
        if not self.converged:
            nothing: list[Floats] = [np.zeros((0, 2)) for _ in ends.weights]
            return nothing, list(nothing), list(nothing)
        with np.errstate(under="ignore"):
            weights, means, sds = pieces(self, level, order)
        return weights, means, sds

    def certify(
        self, x: ArrayLike | Sample | Iterator[ArrayLike | Sample] | None = None
    ) -> Certificate:
        """Check the fit by one exact pass over all of the data.

        Parameters
        ----------
        x : array_like of shape (n,) or Sample, or an iterator over several, optional
            The data, if they are not `sample`: for a fit of a squashed sample, what was
            squashed, at once or in pieces. They count as rounded if those of the fit do.

        Returns
        -------
        Certificate
            Not `ok` for a fit that collapsed, whose gradient norm is infinite: what it says of
            a few nearly equal values is no maximum to be certified.

        Raises
        ------
        TypeError, ValueError
            As `Sample` does, and if there are no data.
        """
        center, unit = self.data.mean, self.data.sd
        n, total = 0.0, None
        for piece in x if isinstance(x, Iterator) else [self.sample if x is None else x]:
            sample = as_sample(piece, self.sample.rounding)
            every = Observed(sample.values, sample.weights, sample.rounding / unit)
            # All that a pass yields are sums, of which the penalty is a part once.
            penalty = self.penalty if total is None else 0.0
            found = sweep(every, self.at, self.coordinates, penalty, (center, unit))
            total = found if total is None else Pass(*map(np.add, total, found))
            n += sample.n
        if total is None:
            raise ValueError("expected the data of the fit, got an iterator without any")
        loglik = float(total.loglik[0]) - n * float(np.log(unit)) + self._penalty_term()
        collapsed = self.status is Status.COLLAPSED
        return Certificate(
            loglik=loglik,
            relative_error=abs(self.loglik - loglik) / max(abs(loglik), n),
            gradient_norm=np.inf if collapsed else float(curvature(total).gradient_norm()[0]),
            rounding=self._rounding,
        )

    @property
    def _rounding(self) -> float:
        """The last digit of the means in their standard errors."""
        errors = self.standard_errors().means
        if not (errors > 0).any():
            return 0.0
        return float(np.spacing(np.abs(self.mixture.means).max()) / errors[errors > 0].min())

    def _penalty_term(self) -> float:
        return penalty_term(self.at.sds[0], self.penalty)

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
        from em.inference.summary import summarise

        return summarise(self, level)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was computed from them would make pickles large."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __repr__(self) -> str:
        return (
            f"Fit({self.mixture!r}, loglik={self.loglik:.6f}, n={self.sample.n:g}, "
            f"status={self.status.name})"
        )

    def _repr_html_(self) -> str:
        from em.inference.summary import as_html

        return as_html(self)


def standardised(mixture: Mixture, center: float, unit: float) -> Parameters:
    """A mixture in units of the sample's mean and sd, each of shape (1, K)."""
    return Parameters(
        mixture.weights[None].copy(),
        (mixture.means[None] - center) / unit,
        mixture.sds[None] / unit,
    )


def penalty_term(sds: Floats, penalty: float) -> float:
    """What the penalty took off the log-likelihood, the sample's sd being one."""
    return penalty * float((sds**-2.0 + 2 * np.log(sds)).sum()) if penalty else 0.0
