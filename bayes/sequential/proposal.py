"""proposal: a mixture of t distributions that is fitted to points, drawn from and evaluated.

Where a posterior is curved or has several modes, no one distribution comes near it, but a handful
of local ones do. Their heavy tails keep the ratio of the posterior to them bounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes.model.kernel import compiled

__all__ = ["Proposal"]

Floats = NDArray[np.float64]

TINY = float(np.finfo(float).tiny)

FREEDOM = 8.0
"""Degrees of freedom: heavier tails than the posterior's, at little cost in the middle."""
STEPS = 4
"""Steps of EM from the first clusters: enough to bend them along the points."""
FEWEST = 1e-3
"""Points in a cluster, below which it is dropped."""
OWN_SPREAD = 0.1
"""Weight of a cluster's own spreads without their correlations, in points for each dimension."""
BLOCK = 256
"""Points handled at a time, so that what is kept of them stays in the fastest cache."""
JITTER = 1e-6
"""Added to the spreads, in those of all points: a cluster of equal points has none."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """A mixture of multivariate t distributions with the same degrees of freedom."""

    shares: Floats
    """Weights, of shape (C,)."""
    centers: Floats
    """Locations, of shape (C, d)."""
    roots: Floats
    """Cholesky factors of the scale matrices, of shape (C, d, d)."""
    inverses: Floats
    """Their inverses."""

    @classmethod
    def fitted(cls, points: Floats, n_clusters: int, rng: np.random.Generator) -> Proposal:
        """Fit the mixture by a few steps of EM.

        Parameters
        ----------
        points : ndarray of shape (n, d)
            With n > d.
        n_clusters : int
            At the most; fewer where points coincide.
        rng : numpy.random.Generator
            Chooses the first clusters.

        Returns
        -------
        Proposal
        """
        d = points.shape[1]
        columns = np.ascontiguousarray(points.T)
        floor = JITTER * np.maximum(points.std(axis=0), TINY) ** 2
        first = _nearest(points, n_clusters, rng)
        share = (first == np.arange(n_clusters)[:, None]).astype(np.float64)
        pull = share  # how much each point counts in the moments of each cluster
        for step in range(STEPS + 1):
            mass = share.sum(axis=1)
            kept = mass > FEWEST
            share, pull, mass = share[kept], pull[kept], mass[kept]
            centers, scatter = _moments(columns, pull)
            spread = np.einsum("cii->ci", scatter) / mass[:, None] + floor
            extra = OWN_SPREAD * d
            scatter[:, np.arange(d), np.arange(d)] += extra * spread
            # A cluster of few points is known less well than it looks.
            wider = (1.0 + 1.0 / mass) / (mass + extra)
            roots = np.linalg.cholesky(scatter * wider[:, None, None])
            found = cls(mass / mass.sum(), centers, roots, np.linalg.inv(roots))
            if step < STEPS:
                logs, squares = found._log_joint(columns)
                with np.errstate(under="ignore"):
                    share = np.exp(logs - logs.max(axis=0))
                share /= share.sum(axis=0)
                pull = share * ((FREEDOM + d) / (FREEDOM + squares))
        return found

    @classmethod
    def around(cls, centers: Floats, roots: Floats) -> Proposal:
        """Equal shares of some places, of shape (C, d), with Cholesky factors (C, d, d)."""
        shares = np.full(len(centers), 1.0 / len(centers))
        return cls(shares, centers, roots, np.linalg.inv(roots))

    def joined(self, other: Proposal, share: float) -> Proposal:
        """With a share of another one."""
        shares = np.concatenate([(1.0 - share) * self.shares, share * other.shares])
        return Proposal(
            shares,
            np.concatenate([self.centers, other.centers]),
            np.concatenate([self.roots, other.roots]),
            np.concatenate([self.inverses, other.inverses]),
        )

    def some(self, clusters: NDArray[np.intp]) -> Proposal:
        """Some of its clusters, with the shares that they have of the whole."""
        return Proposal(
            self.shares[clusters],
            self.centers[clusters],
            self.roots[clusters],
            self.inverses[clusters],
        )

    def draw(self, which: NDArray[np.intp], rng: np.random.Generator) -> Floats:
        """A point from each of some clusters, of shape (len(which), d)."""
        normal = rng.standard_normal((which.size, self.centers.shape[1]))
        normal /= np.sqrt(rng.chisquare(FREEDOM, which.size) / FREEDOM)[:, None]
        away = np.einsum("nij,nj->ni", self.roots[which], normal)
        return np.asarray(self.centers[which] + away)

    def log_density(self, points: Floats) -> Floats:
        """At points of shape (n, d)."""
        logs, _ = self._log_joint(np.ascontiguousarray(points.T))
        top = logs.max(axis=0)
        with np.errstate(under="ignore"):
            return np.asarray(top + np.log(np.exp(logs - top).sum(axis=0)))

    def _log_joint(self, columns: Floats) -> tuple[Floats, Floats]:
        """Log of weight times density of each cluster, and squared distances in its spreads.

        Both of shape (C, n).
        """
        d = columns.shape[0]
        squares = _squares(columns, self.centers, self.inverses)
        height = (
            math.lgamma(0.5 * (FREEDOM + d))
            - math.lgamma(0.5 * FREEDOM)
            - 0.5 * d * math.log(FREEDOM * math.pi)
            + np.log(self.shares)
            - np.log(np.einsum("cii->ci", self.roots)).sum(axis=1)
        )
        falloff = 0.5 * (FREEDOM + d) * np.log(1.0 + squares / FREEDOM)
        return height[:, None] - falloff, squares


def _nearest(points: Floats, n_clusters: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """First clusters: each point with the nearest of some that lie far from one another.

    Those are drawn by their squared distance to the ones before, as in k-means++ (Arthur &
    Vassilvitskii 2007), so that a small mode away from the rest gets one of its own.
    """
    n, d = points.shape
    center, scatter = _moments(np.ascontiguousarray(points.T), np.full((1, n), 1.0 / n))
    scatter[0, np.arange(d), np.arange(d)] *= 1.0 + 1e-6
    # Distances in the spreads of all points, along their correlations.
    white = np.einsum("ij,nj->ni", _inverse_root(scatter[0]), points - center[0])
    labels, nearest = np.zeros(n, dtype=np.intp), np.full(n, np.inf)
    for cluster in range(n_clusters):
        running = np.cumsum(nearest) if cluster else np.arange(1.0, n + 1.0)
        if running[-1] <= 0.0:
            break  # every point is a seed, or equal to one
        seed = min(int(np.searchsorted(running, rng.uniform() * running[-1], "right")), n - 1)
        away = ((white - white[seed]) ** 2).sum(axis=1)
        closer = away < nearest
        labels[closer], nearest[closer] = cluster, away[closer]
    return labels


def _inverse_root(scatter: Floats) -> Floats:
    return np.asarray(np.linalg.inv(np.linalg.cholesky(scatter)))


@compiled
def _squares(columns: Floats, centers: Floats, inverses: Floats) -> Floats:
    """Squared length of ``inverse (point - center)`` of each cluster and point, of shape (C, n).

    Points are given as columns, of shape (d, n), so that the innermost loops run along rows, where
    the compiler does several points at once.
    """
    d, n = columns.shape
    C = centers.shape[0]
    squares = np.zeros((C, n))
    away, z = np.empty((d, BLOCK)), np.empty(BLOCK)
    for begin in range(0, n, BLOCK):
        size = min(BLOCK, n - begin)
        for c in range(C):
            for a in range(d):
                for i in range(size):
                    away[a, i] = columns[a, begin + i] - centers[c, a]
                    z[i] = 0.0
                for b in range(a + 1):  # a lower triangle
                    for i in range(size):
                        z[i] += inverses[c, a, b] * away[b, i]
                for i in range(size):
                    squares[c, begin + i] += z[i] * z[i]
    return squares


@compiled
def _moments(columns: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """Weighted mean of each cluster, and weighted sums of products of distances from it."""
    d, n = columns.shape
    C = pull.shape[0]
    centers, scatter = np.zeros((C, d)), np.zeros((C, d, d))
    away, pulled = np.empty((d, BLOCK)), np.empty(BLOCK)
    for c in range(C):
        mass = pull[c].sum()
        for a in range(d):
            total = 0.0
            for i in range(n):
                total += pull[c, i] * columns[a, i]
            centers[c, a] = total / mass
        for begin in range(0, n, BLOCK):
            size = min(BLOCK, n - begin)
            for a in range(d):
                for i in range(size):
                    away[a, i] = columns[a, begin + i] - centers[c, a]
                    pulled[i] = pull[c, begin + i] * away[a, i]
                for b in range(a + 1):
                    total = 0.0
                    for i in range(size):
                        total += pulled[i] * away[b, i]
                    scatter[c, a, b] += total
        for a in range(d):
            for b in range(a):
                scatter[c, b, a] = scatter[c, a, b]
    return centers, scatter
