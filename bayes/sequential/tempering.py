"""tempering: particles on their way from the prior to the posterior, one temperature at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.sequential.moves import Block, Swarm, move, scored
from bayes.sequential.proposal import Proposal
from bayes.sequential.target import Target

__all__ = ["Arrival", "InadmissibleError", "descend"]

Floats = NDArray[np.float64]

FIRST = 10
"""Draws from the prior for each particle,"""
TRIES = 40
"""and times that many, at the most, where few of them are admissible:"""
FEWEST = 0.5
"""so that there are so many for each particle, at least."""
KEPT = 0.5
"""Effective share of the particles that a step to the next temperature leaves."""
STALE = 0.3
"""Share of the particles that may have kept their origin before the next step,"""
STALE_LAST = 0.01
"""and at the last temperature."""
MOST_BLOCKS = 6
"""Fits of the proposal at one temperature, at the most,"""
MOST_BLOCKS_LAST = 60
"""and at the last one."""
STEADY = 0.03
"""Difference of log evidences that counts as none, if it is not within their errors:"""
LATELY = 3
"""from that of so many fits of the proposal ago;"""
COVERED = 0.3
"""or, where the proposal's own draws are in effect such a share of them, from what they say."""
MANY = 600
"""Values from which nodes may stand for them until the particles have settled,"""
WORTH_SQUASHING = 3.0
"""where there are so many times as many values as nodes."""
OVERLAP = 0.1
"""Effective share of the particles that the step from nodes to data must leave;"""
THE_SAME = 0.999
"""if it leaves so many, it is none."""


class InadmissibleError(ValueError):
    """The prior has no mixtures, or hardly any, whose components are no points."""


class _ApartError(Exception):
    """The nodes' posterior is another than that of the data."""


class Arrival(NamedTuple):
    """Particles that have come to the posterior, and how."""

    swarms: Sequence[Swarm]
    """What the proposal was last fitted to, and what came of it last."""
    temperatures: tuple[float, ...]
    """The powers of the likelihood, the last of them 1."""
    acceptance: tuple[tuple[float, float | None], ...]
    """Rates of the two kinds of move at each."""
    n_blocks: int
    """How often proposals were fitted."""
    stale: float
    """Share of the particles that have kept their origin since the last step."""
    settled: bool
    """Whether those are as few as they should be, and the evidence has come to rest."""
    drawn: int
    """Draws from the prior,"""
    admissible: int
    """and how many of them were admissible."""


def descend(
    target: Target,
    M: int,
    rng: np.random.Generator,
    threads: Executor | None = None,
    summits: Proposal | None = None,
) -> Arrival:
    """Bring M particles from the prior to the posterior.

    Parameters
    ----------
    target : Target
    M : int
        Even.
    rng : numpy.random.Generator
    threads : concurrent.futures.Executor, optional
    summits : Proposal, optional
        Around maxima that are known.

    Returns
    -------
    Arrival

    Raises
    ------
    InadmissibleError
        If hardly any draw from the prior is admissible.
    """
    _check_half(target)
    if target.n_values >= MANY:
        nodes = target.squashed()
        if nodes.n_values * WORTH_SQUASHING <= target.n_values:
            try:
                return _descend(nodes, target, M, rng, threads, summits)
            except _ApartError:
                pass  # nodes that do not stand for the data well enough
    return _descend(target, target, M, rng, threads, summits)


def _check_half(target: Target) -> None:
    """Refuse data in which one value is half of all: some component has half of its count there."""
    values, held = target.heaps
    most, n = held.max(initial=0.0), target.sample.n
    if target.n_components > 1 and most >= 0.5 * n:
        raise InadmissibleError(
            f"expected data of which no value is half, got {most:g} of {n:g} values that are "
            f"{values[held.argmax()]:g}: one component of any mixture has half of its expected "
            "count or more on it and is a point, no group; leave that value out"
        )


def _descend(
    near: Target,
    target: Target,
    M: int,
    rng: np.random.Generator,
    threads: Executor | None,
    summits: Proposal | None,
) -> Arrival:
    """`descend` with another target until the particles have settled at the last temperature."""
    swarms: Sequence[Swarm]
    swarms, drawn, admissible = _from_prior(near, M, rng, threads)
    temperature = 0.0
    stays: list[_Stay] = []
    while temperature < 1.0:
        pool = Swarm.joined(swarms)
        before, temperature = temperature, _next_temperature(pool.log_likelihood, temperature)
        log_weights = (temperature - before) * pool.log_likelihood
        chains = pool.take(_resampled(log_weights, M, rng))
        stays.append(_stay(near, chains, temperature, rng, threads, summits))
        swarms = stays[-1].swarms
    temperatures = [stay.temperature for stay in stays]
    if near is not target:
        pool = Swarm.joined(swarms)
        exact = pool._replace(log_likelihood=target.log_likelihood(pool.points, threads))
        log_weights = exact.log_likelihood - pool.log_likelihood
        alike = _effective_share(log_weights)
        if alike < OVERLAP:
            raise _ApartError
        if alike < THE_SAME:
            chains = exact.take(_resampled(log_weights, M, rng))
            stays.append(_stay(target, chains, 1.0, rng, threads, summits))
            swarms = stays[-1].swarms
        else:
            parts = np.split(np.arange(len(pool.points)), len(swarms))
            swarms = tuple(exact.take(rows) for rows in parts)
    return Arrival(
        swarms,
        tuple(temperatures),
        tuple((stay.hopped, stay.strode) for stay in stays[: len(temperatures)]),
        sum(stay.n_blocks for stay in stays),
        stays[-1].stale,
        stays[-1].settled,
        drawn,
        admissible,
    )


class _Stay(NamedTuple):
    """What came of the particles at one temperature."""

    swarms: tuple[Swarm, ...]
    temperature: float
    n_blocks: int
    stale: float
    settled: bool
    hopped: float
    strode: float | None


def _stay(
    target: Target,
    chains: Swarm,
    temperature: float,
    rng: np.random.Generator,
    threads: Executor | None,
    summits: Proposal | None,
) -> _Stay:
    """Move particles until hardly any is where it came, and at the last temperature to rest."""
    last = temperature == 1.0
    fewer, most = (STALE_LAST, MOST_BLOCKS_LAST) if last else (STALE, MOST_BLOCKS)
    swarms: tuple[Swarm, ...] = (chains,)
    log_evidences: list[tuple[float, float]] = []
    n_blocks, settled = 0, False
    while not settled and n_blocks < most:
        block = move(target, swarms, temperature, rng, threads, summits)
        swarms = block.swarms
        n_blocks += 1
        stale = float((block.last.origins == chains.origins).mean())
        settled = stale <= fewer
        if last:
            log_evidences.append(block.bridged())
            settled = settled and (_is_covered(block) or _is_steady(log_evidences))
    return _Stay(swarms, temperature, n_blocks, stale, settled, block.hopped, block.strode)


def _from_prior(
    target: Target, M: int, rng: np.random.Generator, threads: Executor | None
) -> tuple[list[Swarm], int, int]:
    """Admissible draws from the prior, how many draws that took, and how many were admissible."""
    found: list[Swarm] = []
    admissible = 0
    for tried in range(1, TRIES + 1):
        drawn = scored(target, target.draw(FIRST * M, rng), threads, (tried - 1) * FIRST * M)
        found.append(drawn.take(np.isfinite(drawn.log_density(1.0))))
        admissible += len(found[-1].points)
        if admissible >= FEWEST * M:
            return found, tried * FIRST * M, admissible
    raise InadmissibleError(
        f"expected a prior under which no component is a point, got {admissible} such mixtures in "
        f"{TRIES * FIRST * M} draws: most have one with half of its expected count or more on one "
        f"of {target.heaps[0].size} values that were recorded more than once; leave the "
        "most frequent value out, or ask for fewer components"
    )


def _next_temperature(log_likelihood: Floats, now: float) -> float:
    """The highest to which a step leaves enough particles in effect."""
    if _effective_share((1.0 - now) * log_likelihood) >= KEPT:
        return 1.0
    low, high = now, 1.0
    while high - low > 1e-3 * (high - now):
        middle = 0.5 * (low + high)
        if _effective_share((middle - now) * log_likelihood) >= KEPT:
            low = middle
        else:
            high = middle
    return high


def _effective_share(log_weights: Floats) -> float:
    with np.errstate(under="ignore"):
        weights = np.exp(log_weights - log_weights.max())
        # Not by BLAS, whose sums may depend on the number of its threads.
        return float(weights.sum() ** 2 / (weights**2).sum() / weights.size)


def _resampled(log_weights: Floats, M: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Rows, each as often as its weight says, in any order; by systematic resampling."""
    with np.errstate(under="ignore"):
        running = np.cumsum(np.exp(log_weights - log_weights.max()))
    places = (np.arange(M) + rng.random()) / M * running[-1]
    rows = np.minimum(np.searchsorted(running, places), running.size - 1)
    return rng.permutation(rows)


def _is_steady(log_evidences: Sequence[tuple[float, float]]) -> bool:
    """Whether the log evidence, of which there are estimates with errors, is where it was."""
    if len(log_evidences) <= LATELY:
        return False
    (then, one), (now, other) = log_evidences[-1 - LATELY], log_evidences[-1]
    return abs(now - then) <= max(STEADY, math.hypot(one, other))


def _is_covered(block: Block) -> bool:
    """Whether the proposals alone, by importance sampling, would have given the same evidence.

    Theirs knows of places where particles ought to be and are too few, the bridge does not.
    """
    ratios = block.proposed.ravel()
    share = _effective_share(ratios)
    if share < COVERED:
        return False
    alone = ratios.max() + math.log(np.exp(ratios - ratios.max()).mean())
    error = math.sqrt((1.0 / share - 1.0) / ratios.size)
    bridged, other = block.bridged()
    return bool(abs(alone - bridged) <= max(STEADY, math.hypot(error, other)))
