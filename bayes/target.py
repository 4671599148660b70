"""Target: prior and likelihood of a mixture apart, at many points at once; for `bayes.sequential`.

A point is a mixture in the coordinates of `bayes.fused`, its components in increasing order of
mean: K - 1 log-ratios of the weights (PyMC's simplex transform), K means as distances from the
data's mean in sds of the data, and K logs of what the sds exceed their floor by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bayes import kernel
from bayes.fused import log_constant
from bayes.priors import Numbers, Priors
from em import Parameters, Sample

__all__ = ["Target"]

Floats = NDArray[np.float64]

PARTS = 2
"""Points are evaluated in so many parts, side by side,"""
WORTH_IT = 200_000
"""where that is faster: with so many densities of components to compute."""
TINY = float(np.finfo(float).tiny)


class _Prior(Protocol):
    """A prior in the coordinates, components in any order."""

    @property
    def floor(self) -> float: ...

    def draw(self, n: int, rng: np.random.Generator) -> Floats: ...

    def log_density(self, points: Floats) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Target:
    """The posterior of a sample, cut to components in increasing order of mean."""

    sample: Sample
    """The data that the coordinates refer to."""
    n_components: int
    """K."""
    priors: Priors
    """`filled`."""
    nodes: Sample | None = None
    """What stands for the data in the likelihood, if not these themselves."""

    @property
    def n_dim(self) -> int:
        """The number of coordinates, 3 K - 1."""
        return 3 * self.n_components - 1

    @cached_property
    def _prior(self) -> _Prior:
        numbers = self.priors.numbers
        location, scale = self.sample.mean, self.sample.sd
        if numbers is not None:
            return _Family(numbers, self.n_components, location, scale)
        return _Other(self.priors, location, scale)

    @cached_property
    def _exchangeable(self) -> bool:
        return self.priors.exchangeable

    @cached_property
    def heaps(self) -> tuple[Floats, Floats]:
        """Values that were recorded more than once, and how often."""
        recording = self.sample.recording
        return recording.values, recording.counts

    @cached_property
    def _terms(self) -> tuple[Floats, Floats, Floats]:
        """Values and counts that the likelihood is a sum over, and how often ties were recorded."""
        data = self.sample.collapse() if self.nodes is None else self.nodes
        values, counts, held = data.values, np.array(data.weights), np.zeros(len(data))
        heaps, times = self.heaps
        if _stands_for_others(data):
            # They are in the nodes already, and add nothing to the sum.
            values, nothing = np.concatenate([values, heaps]), np.zeros(heaps.size)
            counts, held = np.concatenate([counts, nothing]), np.concatenate([held, times])
        else:
            held[np.searchsorted(values, heaps)] = times  # of large data, of those looked at
        return (values - self.sample.mean) / self.sample.sd, counts, held

    def squashed(self) -> Target:
        """The same with nodes in place of the data in the likelihood; see `Sample.squash`."""
        return replace(self, nodes=self.sample.squash())

    @property
    def n_values(self) -> int:
        """How many values the likelihood is a sum over."""
        return self._terms[0].size

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Draws from the prior.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator

        Returns
        -------
        ndarray of shape (n, 3 K - 1)
            In order, where the components have the same prior. Where these differ, the order is
            part of the model, and draws that are not in order are not admissible.
        """
        points = self._prior.draw(n, rng)
        if not self._exchangeable:
            return points
        K = self.n_components
        parts = self._parts(points)
        order = np.argsort(parts[1], axis=1)
        ratios, *rest = (np.take_along_axis(part, order, axis=1) for part in parts)
        return np.concatenate([ratios[:, : K - 1], *rest], axis=1)

    def log_prior(self, points: Floats) -> Floats:
        """Log of the prior density; minus infinity where the means are not in order.

        Of components with the same prior, that of ordered ones is K! times as dense as that of
        components in any order. Of others it is not normalised.
        """
        with np.errstate(all="ignore"):
            density = self._prior.log_density(points)
        if self._exchangeable:
            density += math.lgamma(self.n_components + 1.0)
        return np.where(self._ordered(points) & ~np.isnan(density), density, -np.inf)

    def log_likelihood(self, points: Floats, threads: Executor | None = None) -> Floats:
        """Log of the likelihood, per unit of the data; minus infinity where a component is a point.

        Parameters
        ----------
        points : ndarray of shape (S, 3 K - 1)
        threads : concurrent.futures.Executor, optional
            Does the work in two parts, where that is worth it; the numbers are the same.

        Returns
        -------
        ndarray of shape (S,)
        """
        points = np.ascontiguousarray(points)
        found = np.empty(len(points))
        sample, floor = self.sample, self._prior.floor

        def part(rows: slice) -> None:
            kernel.log_likelihoods(
                points[rows], *self._terms, sample.sd, floor, sample.rounding, found[rows]
            )

        if threads is None or self.n_values * self.n_components * len(points) < WORTH_IT:
            part(slice(None))
        else:
            ends = np.linspace(0, len(points), PARTS + 1).astype(int).tolist()
            list(threads.map(part, map(slice, ends[:-1], ends[1:])))
        return np.where(np.isnan(found), -np.inf, found)

    def publish(self, points: Floats) -> Parameters:
        """The mixtures at some points, in the unit of the data, each of shape (S, K)."""
        ratios, means, sds = self._parts(points)
        location, scale = self.sample.mean, self.sample.sd
        return Parameters(
            _weights(ratios), location + scale * means, self._prior.floor + np.exp(sds)
        )

    def _ordered(self, points: Floats) -> NDArray[np.bool_]:
        K = self.n_components
        return np.asarray(np.all(np.diff(points[:, K - 1 : 2 * K - 1], axis=1) > 0.0, axis=1))

    def _parts(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        K = self.n_components
        return _ratios(points, K), points[:, K - 1 : 2 * K - 1], points[:, 2 * K - 1 :]


def _stands_for_others(sample: Sample) -> bool:
    """Whether values are nodes, in place of more values than they are."""
    return sample.bins is not None and sample.bins.masses.size > 0


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
        logs = np.log(np.maximum(rng.standard_gamma(p.concentration, shape), TINY))
        means = p.centre + p.spread * rng.standard_normal(shape)
        uniform = 1.0 - rng.random(shape)
        if p.floor > 0.0:
            lowest = (math.log(p.floor) - p.log_median) / p.log_spread
            above = p.log_spread * (-ndtri(uniform * ndtr(-lowest)) - lowest)
            sds = math.log(p.floor) + np.log(np.maximum(np.expm1(above), TINY))
        else:
            sds = p.log_median + p.log_spread * ndtri(uniform)
        return _points(logs, (means - self.location) / self.scale, sds)

    def log_density(self, points: Floats) -> Floats:
        """Of shape (S,)."""
        p, K = self.numbers, self.n_components
        ratios = _ratios(points, K)
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
    """Any other prior: PyMC's densities, one call for all points."""

    priors: Priors
    location: float
    scale: float
    floor: float = 0.0

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Of shape (n, 3 K - 1)."""
        drawn = self.priors._draw_once(n, int(rng.integers(2**32)))  # noqa: SLF001 - any order
        logs, sds = (np.log(np.maximum(value, TINY)) for value in (drawn.weights, drawn.sds))
        return _points(logs, (drawn.means - self.location) / self.scale, sds)

    @cached_property
    def _compiled(self) -> Callable[..., Floats]:
        import pymc as pm
        import pytensor
        import pytensor.tensor as pt
        from pytensor.compile.mode import Mode

        weights, means, sds = (pt.dmatrix(name) for name in Parameters._fields)
        given = zip((self.priors.means, self.priors.sds), (means, sds), strict=True)
        total = sum(pm.logp(dist, value).sum(axis=1) for dist, value in given)
        if self.priors.n_components > 1:  # else the weight is the constant 1
            total = total + pm.logp(self.priors.weights, weights)
        # Python's linker: a few vectorised calls do not repay seconds of compiling.
        mode = Mode("py", "fast_compile")
        found: Callable[..., Floats] = pytensor.function(
            [weights, means, sds], total, mode=mode, on_unused_input="ignore"
        )
        return found

    def log_density(self, points: Floats) -> Floats:
        """Of shape (S,)."""
        K = self.priors.n_components
        ratios, means, logs = (
            _ratios(points, K),
            points[:, K - 1 : 2 * K - 1],
            points[:, 2 * K - 1 :],
        )
        weights = _weights(ratios)
        density = self._compiled(weights, self.location + self.scale * means, np.exp(logs))
        jacobian = K * math.log(self.scale) + logs.sum(axis=1)
        if K > 1:
            jacobian += math.log(K) + np.log(weights).sum(axis=1)
        return np.asarray(density + jacobian)


def _ratios(points: Floats, K: int) -> Floats:
    """Logs of the weights less their mean, of shape (S, K)."""
    first = points[:, : K - 1]
    return np.concatenate([first, -first.sum(axis=1, keepdims=True)], axis=1)


def _weights(ratios: Floats) -> Floats:
    weights = np.exp(ratios - ratios.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _points(log_weights: Floats, means: Floats, sds: Floats) -> Floats:
    ratios = (log_weights - log_weights.mean(axis=1, keepdims=True))[:, :-1]
    return np.concatenate([ratios, means, sds], axis=1)
