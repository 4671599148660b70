"""Hop: proposals from anywhere in the posterior, whatever the order of the components.

Components are in increasing order of mean, which cuts through every place where two means are
equal: a broad group whose mean is not known moves past the others in one piece, but in that order
its first, second and third place look like three modes. So what is drawn from the fitted mixture
is put in order, and the density of what has been put in order is the sum over all orders that it
may have been drawn in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes.sequential.proposal import Proposal
from bayes.sequential.target import Target

__all__ = ["Hop"]

Floats = NDArray[np.float64]
Order = tuple[int, ...]

PRIOR_SHARE = 0.05
"""Of the proposals, so many come from the prior, which reaches wherever the posterior does."""
SUMMIT_SHARE = 0.05
"""And so many from around maxima that are known, if there are any."""
TRIALS = 100
"""Draws from each cluster, to see the orders that it has."""
SELDOM = 3
"""So many draws in an order are too few to bother with it: none are accepted."""


@dataclass(frozen=True, eq=False)
class Hop:
    """A fitted mixture, put in order, with a little of the prior. Made by `Hop.of`."""

    target: Target
    """Whose points these are."""
    near: Proposal
    """The mixture."""
    orders: dict[Order, NDArray[np.intp]]
    """The clusters that have an order of the components among those that count."""

    @classmethod
    def of(
        cls, target: Target, near: Proposal, summits: Proposal | None, rng: np.random.Generator
    ) -> Hop:
        """A fitted mixture with a little of known maxima, and the orders that it has."""
        if summits is not None:
            near = near.joined(summits, SUMMIT_SHARE)
        C, K = near.shares.size, target.n_components
        tried = near.draw(np.repeat(np.arange(C), TRIALS), rng)
        seen = target.orders(tried) @ K ** np.arange(K)
        orders = {}
        for code in np.unique(seen):
            having = np.flatnonzero((seen == code).reshape(C, TRIALS).sum(axis=1) > SELDOM)
            if having.size:
                orders[tuple(target.orders(tried[seen == code][:1])[0].tolist())] = having
        return cls(target, near, orders)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
        """Points in order, of shape (n, d), and whether they count: others have no density here."""
        which = rng.choice(self.near.shares.size, n, p=self.near.shares)
        points = self.near.draw(which, rng)
        orders = self.target.orders(points)
        counts = np.zeros(n, dtype=bool)
        for order, clusters in self.orders.items():
            counts |= np.all(orders == order, axis=1) & np.isin(which, clusters)
        points = self.target.permuted(points, orders)
        prior = np.flatnonzero(rng.random(n) < PRIOR_SHARE)
        points[prior] = self.target.draw(prior.size, rng)
        counts[prior] = True
        return points, counts

    def log_density(self, points: Floats, log_prior: Floats) -> Floats:
        """At points in order of which the log-density of the prior is known, of shape (n,)."""
        density = log_prior + math.log(PRIOR_SHARE)
        for order, clusters in self.orders.items():
            drawn = self.target.permuted(points, np.argsort(order))
            near = self.near.some(clusters).log_density(drawn) + math.log1p(-PRIOR_SHARE)
            density = np.logaddexp(density, near)
        return np.asarray(density)
