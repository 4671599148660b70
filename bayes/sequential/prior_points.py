"""prior_points: the prior in the coordinates of `target`, drawn from and evaluated at once.

Of the default family it is written out in numbers, as in `bayes.model.fused`; for any other prior
PyMC's own densities are called, once for all points, which takes a millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bayes.model.fused import log_constant
from bayes.model.priors import Numbers, Priors
from em import Parameters, Sample

__all__ = ["PointPrior", "as_points", "log_ratios", "prior_of", "weights_of"]

Floats = NDArray[np.float64]

TINY = float(np.finfo(float).tiny)


class PointPrior(Protocol):
    """A prior of points, of shape (S, 3 K - 1), with components in any order."""

    @property
    def floor(self) -> float:
        """What the sds exceed, in the unit of the data."""

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Points, of shape (n, 3 K - 1)."""

    def log_density(self, points: Floats) -> Floats:
        """Its log at points, of shape (S,)."""


def prior_of(sample: Sample, n_components: int, priors: Priors) -> PointPrior:
    """The prior of points that `filled` priors are, in coordinates that refer to a sample."""
    numbers = priors.numbers
    if numbers is not None:
        return _Family(numbers, n_components, sample.mean, sample.sd)
    return _Other(priors, n_components, sample.mean, sample.sd)


def log_ratios(points: Floats, K: int) -> Floats:
    """Logs of the weights less their mean, of shape (S, K)."""
    first = points[:, : K - 1]
    return np.concatenate([first, -first.sum(axis=1, keepdims=True)], axis=1)


def weights_of(ratios: Floats) -> Floats:
    """Weights of which these are the logs, up to a constant, of shape (S, K)."""
    with np.errstate(under="ignore"):
        weights = np.exp(ratios - ratios.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def as_points(weights: Floats, means: Floats, excess: Floats) -> Floats:
    """Points from weights, standardised means, and what the sds exceed their floor by; (S, K)."""
    logs = np.log(np.maximum(weights, TINY))
    ratios = (logs - logs.mean(axis=1, keepdims=True))[:, :-1]
    return np.concatenate([ratios, means, np.log(np.maximum(excess, TINY))], axis=1)


@dataclass(frozen=True, eq=False)
class _Family:
    """The default family, written out in the numbers of its parameters."""

    numbers: Numbers
    n_components: int
    location: float
    scale: float

    @property
    def floor(self) -> float:
        """What the sds exceed."""
        return self.numbers.floor

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Of shape (n, 3 K - 1)."""
        from scipy.special import ndtr, ndtri

        p, shape = self.numbers, (n, self.n_components)
        weights = rng.standard_gamma(p.concentration, shape)
        means = p.centre + p.spread * rng.standard_normal(shape)
        uniform = 1.0 - rng.random(shape)
        if p.floor > 0.0:
            lowest = (math.log(p.floor) - p.log_median) / p.log_spread
            above = -ndtri(uniform * ndtr(-lowest)) - lowest
            excess = p.floor * np.expm1(p.log_spread * above)
        else:
            excess = np.exp(p.log_median + p.log_spread * ndtri(uniform))
        return as_points(weights, (means - self.location) / self.scale, excess)

    def log_density(self, points: Floats) -> Floats:
        """Of shape (S,)."""
        p, K = self.numbers, self.n_components
        ratios = log_ratios(points, K)
        top = ratios.max(axis=1, keepdims=True)
        log_weights = ratios - top - np.log(np.exp(ratios - top).sum(axis=1, keepdims=True))
        means = (self.location + self.scale * points[:, K - 1 : 2 * K - 1] - p.centre) / p.spread
        free = points[:, 2 * K - 1 :]
        logs = np.log(p.floor + np.exp(free)) if p.floor > 0.0 else free
        distances = (logs - p.log_median) / p.log_spread
        return np.asarray(
            log_constant(K, self.scale, p)
            + p.concentration * log_weights.sum(axis=1)
            - 0.5 * (means**2 + distances**2).sum(axis=1)
            - (logs - free).sum(axis=1)
        )


@dataclass(frozen=True, eq=False)
class _Other:
    """Any other prior."""

    priors: Priors
    n_components: int
    location: float
    scale: float
    floor: float = 0.0

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Of shape (n, 3 K - 1)."""
        seed = int(rng.integers(2**32))
        drawn = self.priors._draw_once(n, seed)  # noqa: SLF001 - `draw` keeps means in order
        return as_points(drawn.weights, (drawn.means - self.location) / self.scale, drawn.sds)

    @cached_property
    def _density(self) -> Callable[..., Floats]:
        """Log-density of weights, means and sds, each of shape (S, K)."""
        import pymc as pm
        import pytensor
        import pytensor.tensor as pt
        from pytensor.compile.mode import Mode

        values = [pt.dmatrix(name) for name in Parameters._fields]
        given = self.priors.weights, self.priors.means, self.priors.sds
        logs = [
            pm.logp(dist, value).reshape((value.shape[0], -1)).sum(axis=1)
            for dist, value in zip(given, values, strict=True)
        ]
        if self.n_components == 1:
            logs = logs[1:]  # the weight is the constant 1
        # Python's linker: a few vectorised calls do not repay seconds of compiling.
        found: Callable[..., Floats] = pytensor.function(
            values, sum(logs), mode=Mode("py", "fast_compile"), on_unused_input="ignore"
        )
        return found

    def log_density(self, points: Floats) -> Floats:
        """Of shape (S,)."""
        K = self.n_components
        weights = weights_of(log_ratios(points, K))
        means = self.location + self.scale * points[:, K - 1 : 2 * K - 1]
        logs = points[:, 2 * K - 1 :]
        jacobian = K * math.log(self.scale) + logs.sum(axis=1)
        if K > 1:
            jacobian += math.log(K) + np.log(weights).sum(axis=1)
        return np.asarray(self._density(weights, means, np.exp(logs)) + jacobian)
