"""Target: prior and likelihood of a mixture apart, at many points at once.

A point is a mixture in the coordinates of `bayes.model.fused`: K - 1 log-ratios of the weights
(PyMC's simplex transform), K means as distances from the data's mean in sds of the data, and K logs
of what the sds exceed their floor by.

A component is a point where half or more of its expected count lies on one value that was recorded
more than once. Mixtures with such a component, of two or more, are not admissible.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bayes.model import kernel
from bayes.model.priors import Priors
from bayes.sequential.prior_points import PointPrior, as_points, log_ratios, prior_of, weights_of
from em import Mixture, Parameters, Sample

__all__ = ["PARTS", "Target"]

Floats = NDArray[np.float64]

PARTS = 2
"""Points are evaluated in so many parts, side by side,"""
WORTH_IT = 200_000
"""where that is faster: with so many densities of components to compute."""


@dataclass(frozen=True, eq=False)
class Target:
    """The posterior of a sample, in two parts."""

    sample: Sample
    """The data that the coordinates refer to."""
    n_components: int
    """K."""
    priors: Priors
    """`filled`."""
    nodes: Sample | None = None
    """What stands for the data in the likelihood, if not these themselves."""

    @property
    def floor(self) -> float:
        """What the sds exceed, in the unit of the data."""
        return self._prior.floor

    @property
    def n_values(self) -> int:
        """How many values the likelihood is a sum over."""
        return int(self._terms[0].size)

    @cached_property
    def heaps(self) -> tuple[Floats, Floats]:
        """Values that were recorded more than once, and how often."""
        recording = self.sample.recording
        return recording.values, recording.counts

    def squashed(self) -> Target:
        """The same with nodes in place of the data in the likelihood; see `Sample.squash`."""
        return replace(self, nodes=self.sample.squash())

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
        with np.errstate(over="ignore", under="ignore"):
            return self.sorted(self._prior.draw(n, rng))

    def orders(self, points: Floats) -> NDArray[np.intp]:
        """The components of each point in increasing order of mean, of shape (S, K).

        As they are, where the components have different priors.
        """
        _, means, _ = self._parts(points)
        if self._exchangeable:
            return np.argsort(means, axis=1, kind="stable")
        return np.broadcast_to(np.arange(self.n_components), means.shape)

    def permuted(self, points: Floats, orders: NDArray[np.intp]) -> Floats:
        """The points with their components in other orders, of shape (S, K) or (K,)."""
        K = self.n_components
        if orders.ndim == 1:
            ratios, means, sds = (part[:, orders] for part in self._parts(points))
        else:
            ratios, means, sds = (
                np.take_along_axis(part, orders, axis=1) for part in self._parts(points)
            )
        return np.concatenate([ratios[:, : K - 1], means, sds], axis=1)

    def sorted(self, points: Floats) -> Floats:
        """The points with their components in increasing order of mean, see `orders`."""
        return self.permuted(points, self.orders(points))

    def log_prior(self, points: Floats) -> Floats:
        """Log of the prior density.

        Of components with the same prior, that of ordered ones, which is K! times as dense as that
        of components in any order; it is the same for all orders. Of components that differ, minus
        infinity where the means are not in order, and not normalised for that.

        Parameters
        ----------
        points : ndarray of shape (S, 3 K - 1)

        Returns
        -------
        ndarray of shape (S,)
        """
        with np.errstate(all="ignore"):
            density = self._prior.log_density(points)
        allowed = ~np.isnan(density)
        if self._exchangeable:
            density += math.lgamma(self.n_components + 1.0)
        else:
            _, means, _ = self._parts(points)
            allowed &= np.all(means[:, 1:] > means[:, :-1], axis=1)
        return np.where(allowed, density, -np.inf)

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
        scale, floor, rounding = self.sample.sd, self.floor, self.sample.rounding

        def part(rows: slice) -> None:
            kernel.log_likelihoods(points[rows], *self._terms, scale, floor, rounding, found[rows])

        if threads is None or self.n_values * self.n_components * len(points) < WORTH_IT:
            part(slice(None))
        else:
            ends = np.linspace(0, len(points), PARTS + 1).astype(int).tolist()
            list(threads.map(part, map(slice, ends[:-1], ends[1:])))
        return np.where(np.isnan(found), -np.inf, found)

    def locate(self, mixture: Mixture) -> Floats:
        """The point that a mixture is, of shape (3 K - 1,); its sds should be above the floor."""
        means = (mixture.means - self.sample.mean) / self.sample.sd
        excess = mixture.sds - self.floor
        return as_points(mixture.weights[None], means[None], excess[None]).ravel()

    def publish(self, points: Floats) -> Parameters:
        """The mixtures at some points, in the unit of the data, each of shape (S, K)."""
        ratios, means, sds = self._parts(points)
        location, scale = self.sample.mean, self.sample.sd
        return Parameters(weights_of(ratios), location + scale * means, self.floor + np.exp(sds))

    @cached_property
    def _prior(self) -> PointPrior:
        return prior_of(self.sample, self.n_components, self.priors)

    @cached_property
    def _exchangeable(self) -> bool:
        return self.priors.exchangeable

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

    def _parts(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        K = self.n_components
        return log_ratios(points, K), points[:, K - 1 : 2 * K - 1], points[:, 2 * K - 1 :]


def _stands_for_others(sample: Sample) -> bool:
    """Whether values are nodes, in place of more values than they are."""
    return sample.bins is not None and sample.bins.masses.size > 0
