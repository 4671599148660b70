"""moves: particles at one temperature are moved, and their distribution stays as it is.

The particles are two halves, and what is proposed to one depends on where the other stands, never
on where it stands itself. There are two moves, of which each round makes one for every particle:

- to a draw from a mixture of t distributions fitted to the other half (`bayes.proposal`), with a
  little of the prior. It leads anywhere, so that the shares of the modes are found anew, and a
  particle that accepts it has forgotten where it came from;
- along the difference between two particles of the other half (ter Braak 2006), nearby: for those
  that the fitted mixture does not reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.bridging import bridge
from bayes.proposal import Proposal
from bayes.target import Target

__all__ = ["ROUNDS", "Block", "Swarm", "move", "scored"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

ROUNDS = 2
"""Moves of both kinds between fits of the proposal."""
CLUSTERS = 5
"""Of the proposal, for each component of the mixture."""
PRIOR_SHARE = 0.05
"""Of the proposals, so many come from the prior, which reaches wherever the posterior does."""
STRIDE = 2.38
"""Length of a move along a difference in d dimensions, times the root of 2 d: the best one for
normal distributions (Roberts, Gelman & Gilks 1997),"""
LONGER_OR_SHORTER = 0.5
"""times a factor whose logarithm has this sd;"""
WHOLE = 0.1
"""and in so many cases the difference itself, which leads from mode to mode."""
NOISE = 1e-4
"""Added to such a move, so that it is not confined to the differences there are."""


class Swarm(NamedTuple):
    """Particles, one in each row."""

    points: Floats
    """In the coordinates of `bayes.target`, of shape (M, d)."""
    log_prior: Floats
    """Of shape (M,)."""
    log_likelihood: Floats
    """Of shape (M,)."""
    origins: Ids
    """Particles with the same number are of one origin, and so not independent."""

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Swarm:
        """Some of them."""
        points, log_prior, log_likelihood, origins = self
        return Swarm(points[rows], log_prior[rows], log_likelihood[rows], origins[rows])

    def copy(self) -> Swarm:
        """The same in arrays of their own."""
        return self.take(np.arange(len(self.points)))

    def put(self, rows: NDArray[np.bool_], swarm: Swarm) -> None:
        """Replace some of them, in place."""
        for value, new in zip(self, swarm, strict=True):
            value[rows] = new

    @classmethod
    def joined(cls, swarms: Sequence[Swarm]) -> Swarm:
        """Several, one after the other."""
        return cls(*map(np.concatenate, zip(*swarms, strict=True)))

    def log_density(self, temperature: float) -> Floats:
        """Log of the prior times a power of the likelihood."""
        return self.log_prior + temperature * self.log_likelihood


class Block(NamedTuple):
    """What came of a few rounds of moves with the same proposals."""

    swarms: tuple[Swarm, ...]
    """The particles after each round."""
    before: Floats
    """Log-ratio of target to proposal of each particle before each round, of shape (rounds, M),"""
    origins: Ids
    """whose origins these were;"""
    proposed: Floats
    """and the same ratio of what was proposed to it,"""
    places: Floats
    """which is here, of shape (rounds, M, d)."""
    acceptance: tuple[float, float]
    """Rates of the two moves."""

    def bridged(self) -> tuple[float, float]:
        """Log of the target's normalising constant, and its standard error."""
        return bridge(self.before.ravel(), self.origins.ravel(), self.proposed.ravel())

    @property
    def last(self) -> Swarm:
        """The particles after the last round."""
        return self.swarms[-1]


@dataclass(frozen=True, eq=False)
class _Hop:
    """Proposals from anywhere: a fitted mixture, with a little of the prior."""

    target: Target
    near: Proposal

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        from_prior = np.flatnonzero(rng.random(n) < PRIOR_SHARE)
        points = self.near.draw(n, rng)
        points[from_prior] = self.target.draw(from_prior.size, rng)
        return points

    def log_density(self, points: Floats, log_prior: Floats) -> Floats:
        near = self.near.log_density(points) + math.log1p(-PRIOR_SHARE)
        return np.logaddexp(near, log_prior + math.log(PRIOR_SHARE))


def scored(target: Target, points: Floats, threads: Executor | None, first: int = 0) -> Swarm:
    """Particles at some points, each of an origin of its own, numbered from `first`."""
    log_prior = target.log_prior(points)
    log_likelihood = target.log_likelihood(points, threads)
    return Swarm(points, log_prior, log_likelihood, first + np.arange(len(points)))


def move(
    target: Target,
    swarms: Sequence[Swarm],
    temperature: float,
    rng: np.random.Generator,
    threads: Executor | None = None,
) -> Block:
    """Fit proposals and make a few rounds of moves.

    Parameters
    ----------
    target : Target
    swarms : sequence of Swarm
        The particles to be moved come last; all of them are what the proposals are fitted to, each
        half for the other. They are an even number, the same in each.
    temperature : float
        The power of the likelihood.
    rng : numpy.random.Generator
    threads : concurrent.futures.Executor, optional

    Returns
    -------
    Block
    """
    start = swarms[-1]
    M = len(start.points)
    h = M // 2
    halves = slice(0, h), slice(h, M)
    hops = _hops(target, swarms, halves, rng, threads)
    drawn = [hop.draw(ROUNDS * h, rng) for hop in hops]
    first = int(start.origins.max()) + 1
    proposed = scored(target, np.concatenate(drawn), threads, first)
    of_proposed = _each(hops, proposed, (slice(0, ROUNDS * h), slice(ROUNDS * h, None)))
    now, at = start.copy(), _each(hops, start, halves)
    swarms_after, before, origins, ratios, places = [], [], [], [], []
    accepted = np.zeros(2)
    for r in range(ROUNDS):
        rows = np.r_[r * h : (r + 1) * h, (ROUNDS + r) * h : (ROUNDS + r + 1) * h]
        there = proposed.take(rows)
        before.append(now.log_density(temperature) - at)
        origins.append(now.origins.copy())
        ratios.append(there.log_density(temperature) - of_proposed[rows])
        places.append(there.points)
        accept = np.log(1.0 - rng.random(M)) < ratios[-1] - before[-1]
        now.put(accept, there.take(accept))
        accepted[0] += accept.sum()

        for mine, other in zip(halves, halves[::-1], strict=True):
            there = scored(target, _stride(now, mine, other, rng), threads)
            gain = there.log_density(temperature) - now.take(mine).log_density(temperature)
            accept = np.zeros(M, dtype=bool)
            accept[mine] = np.log(1.0 - rng.random(h)) < gain
            there = there.take(accept[mine])._replace(origins=now.origins[accept])
            now.put(accept, there)
            accepted[1] += accept.sum()
        at = _each(hops, now, halves)
        swarms_after.append(now.copy())
    rates = accepted / (ROUNDS * M)
    return Block(
        tuple(swarms_after),
        np.array(before),
        np.array(origins),
        np.array(ratios),
        np.array(places),
        (float(rates[0]), float(rates[1])),
    )


def _hops(
    target: Target,
    swarms: Sequence[Swarm],
    halves: tuple[slice, slice],
    rng: np.random.Generator,
    threads: Executor | None,
) -> list[_Hop]:
    """The proposals for each half, fitted to the other."""
    forms = [np.concatenate([swarm.points[other] for swarm in swarms]) for other in halves[::-1]]
    n_clusters = CLUSTERS * target.n_components

    def fitted(form: Floats, stream: np.random.Generator) -> _Hop:
        return _Hop(target, Proposal.fitted(form, n_clusters, stream))

    run = map if threads is None else threads.map
    return list(run(fitted, forms, rng.spawn(2)))


def _each(hops: Sequence[_Hop], swarm: Swarm, halves: tuple[slice, slice]) -> Floats:
    """Log-density of each particle under the proposals that are made to its half."""
    return np.concatenate(
        [
            hop.log_density(swarm.points[half], swarm.log_prior[half])
            for hop, half in zip(hops, halves, strict=True)
        ]
    )


def _stride(swarm: Swarm, mine: slice, other: slice, rng: np.random.Generator) -> Floats:
    """Where one half goes along differences of the other."""
    h, d = swarm.points[mine].shape
    one, another = rng.integers(h, size=h), rng.integers(h - 1, size=h)
    another += another >= one
    length = STRIDE / math.sqrt(2.0 * d) * np.exp(LONGER_OR_SHORTER * rng.standard_normal(h))
    length[rng.random(h) < WHOLE] = 1.0
    away = swarm.points[other][one] - swarm.points[other][another]
    return np.asarray(
        swarm.points[mine] + length[:, None] * away + NOISE * rng.standard_normal((h, d))
    )
