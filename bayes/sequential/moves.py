"""moves: particles at one temperature are moved, and their distribution stays as it is.

The particles are two halves, and what is proposed to one depends on where the other stands, never
on where it stands itself. There are two kinds of move:

- to a draw from a mixture of t distributions fitted to the other half (`proposal`), with a
  little of the prior. It leads anywhere, so that the shares of the modes are found anew, and a
  particle that accepts it has forgotten where it came from;
- along the difference between two particles of the other half (ter Braak 2006), nearby, where few
  of the former are accepted: for those that the fitted mixture does not reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.sequential.bridging import bridge
from bayes.sequential.hop import Hop
from bayes.sequential.proposal import Proposal
from bayes.sequential.target import Target

__all__ = ["ROUNDS", "Block", "Swarm", "move", "scored"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

ROUNDS = 2
"""Rounds of moves between fits of the proposal."""
OFTEN = 0.5
"""Share of the moves to anywhere that are accepted from which those nearby are left out."""
CLUSTERS = 5
"""Of the proposal, for each component of the mixture."""
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
    """In the coordinates of `bayes.sequential.target`, of shape (M, d)."""
    log_prior: Floats
    """Of shape (M,)."""
    log_likelihood: Floats
    """Of shape (M,)."""
    origins: Ids
    """Particles with the same number are of one origin, and so not independent."""

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Swarm:
        """Some of them."""
        return Swarm(
            self.points[rows], self.log_prior[rows], self.log_likelihood[rows], self.origins[rows]
        )

    def put(self, rows: NDArray[np.intp] | NDArray[np.bool_], swarm: Swarm) -> None:
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
    hopped: float
    """Share of the moves to anywhere that were accepted,"""
    strode: float | None
    """and of those nearby, if there were any."""

    def bridged(self) -> tuple[float, float]:
        """Log of the target's normalising constant, and its standard error."""
        return bridge(self.before.ravel(), self.origins.ravel(), self.proposed.ravel())

    @property
    def last(self) -> Swarm:
        """The particles after the last round."""
        return self.swarms[-1]


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
    summits: Proposal | None = None,
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
    summits : Proposal, optional
        Around maxima that are known; it must not depend on the particles.

    Returns
    -------
    Block
    """
    now = swarms[-1].take(np.arange(len(swarms[-1].points)))
    M = len(now.points)
    h = M // 2
    halves = slice(0, h), slice(h, M)
    forms = [np.concatenate([swarm.points[other] for swarm in swarms]) for other in halves[::-1]]
    K = target.n_components
    fits = (map if threads is None else threads.map)(
        lambda form, stream: Proposal.fitted(form, CLUSTERS * K, stream), forms, rng.spawn(2)
    )
    hops = [Hop.of(target, near, summits, rng) for near in fits]
    drawn, counts = zip(*(hop.draw(ROUNDS * h, rng) for hop in hops), strict=True)
    first = 1 + max(int(swarm.origins.max()) for swarm in swarms)
    proposed = scored(target, np.concatenate(drawn), threads, first)
    proposed.log_prior[~np.concatenate(counts)] = -np.inf
    of_proposed = _each(hops, proposed, (slice(0, ROUNDS * h), slice(ROUNDS * h, None)))
    of_now = _each(hops, now, halves)
    after, before, origins, ratios, places = [], [], [], [], []
    hopped, strode = [], []
    for r in range(ROUNDS):
        rows = np.r_[r * h : (r + 1) * h, (ROUNDS + r) * h : (ROUNDS + r + 1) * h]
        there = proposed.take(rows)
        before.append(now.log_density(temperature) - of_now)
        origins.append(now.origins.copy())
        ratios.append(there.log_density(temperature) - of_proposed[rows])
        places.append(there.points)
        accept = np.log(1.0 - rng.random(M)) < ratios[-1] - before[-1]
        now.put(accept, there.take(accept))
        hopped.append(accept.mean())
        if hopped[-1] < OFTEN:
            for mine, other in zip(halves, halves[::-1], strict=True):
                there = scored(target, _stride(now, mine, other, rng), threads)
                gain = there.log_density(temperature) - now.log_density(temperature)[mine]
                # What leaves the order is not put in order: the way back would be another one.
                stays = np.all(target.orders(there.points) == np.arange(K), axis=1)
                accept = stays & (np.log(1.0 - rng.random(h)) < gain)
                place = mine.start + np.flatnonzero(accept)
                now.put(place, there.take(accept)._replace(origins=now.origins[place]))
                strode.append(accept.mean())
        of_now = _each(hops, now, halves)
        after.append(now.take(np.arange(M)))
    return Block(
        swarms=tuple(after),
        before=np.array(before),
        origins=np.array(origins),
        proposed=np.array(ratios),
        places=np.array(places),
        hopped=float(np.mean(hopped)),
        strode=float(np.mean(strode)) if strode else None,
    )


def _each(hops: Sequence[Hop], swarm: Swarm, halves: tuple[slice, slice]) -> Floats:
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
