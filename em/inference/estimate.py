"""Estimate: the mixture of largest likelihood, how it was reached, and how sure it is.

`em.Fit` is one that can be asked for intervals, tables and more; these are made from an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from em.data.sample import Sample
from em.likelihood.coordinates import Coordinates
from em.likelihood.curvature import FLAT, Curvature, curvature
from em.likelihood.density import log_joint
from em.likelihood.information import Pass, natural_jacobian, sweep
from em.likelihood.mixture import Mixture, standardised
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.search.ascent import Status
from em.search.tops import Way

__all__ = ["Estimate", "Optimum", "penalty_term"]

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


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """What `em.fit` finds, with the criteria and errors that one more pass over the data gives."""

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
    def height(self) -> float:
        """The log-likelihood in the same units, less the penalty: what a climb raises."""
        return float(sweep(self.observed, self.at, self.coordinates, self.penalty).loglik[0])

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
        jacobian = natural_jacobian(self.at.rows(0), self.coordinates)
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

    @property
    def penalty_term(self) -> float:
        """What the penalty takes off the log-likelihood that is climbed."""
        return penalty_term(self.at.sds[0], self.penalty)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was computed from them would make pickles large."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def penalty_term(sds: Floats, penalty: float) -> float:
    """What the penalty took off the log-likelihood, the sample's sd being one."""
    return penalty * float((sds**-2.0 + 2 * np.log(sds)).sum()) if penalty else 0.0
