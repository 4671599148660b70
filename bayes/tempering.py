"""tempering: particles on their way from the prior to the posterior, one temperature at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.moves import Block, Swarm, move, scored
from bayes.target import Target

__all__ = ["Arrival", "InadmissibleError", "descend"]

Floats = NDArray[np.float64]

FIRST = 10
"""Draws from the prior for each particle,"""
TRIES = 40
"""and times that many, at the most, where few of them are admissible:"""
FEWEST = 0.5
"""so that there are so many for each particle, at least."""
KEPT = 0.3
"""Effective share of the particles that a step to the next temperature leaves."""
STALE = 0.3
"""Share of the particles that may have kept their origin before the next step,"""
STALE_LAST = 0.02
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
"""Values from which nodes may stand for them at all temperatures but the last,"""
WORTH_SQUASHING = 3.0
"""where there are so many times as many values as nodes."""
OVERLAP = 0.1
"""Effective share of the particles that the step from nodes to data must leave."""


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
    acceptance: tuple[tuple[float, float], ...]
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


def descend(target: Target, M: int, rng: np.random.Generator, threads: Executor | None) -> Arrival:
    """Bring M particles from the prior to the posterior.

    Parameters
    ----------
    target : Target
    M : int
        Even.
    rng : numpy.random.Generator
    threads : concurrent.futures.Executor, optional

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
                return _descend(nodes, target, M, rng, threads)
            except _ApartError:
                pass  # nodes that do not stand for the data well enough
    return _descend(target, target, M, rng, threads)


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
    near: Target, target: Target, M: int, rng: np.random.Generator, threads: Executor | None
) -> Arrival:
    """`descend` with another target before the last temperature."""
    swarms: Sequence[Swarm]
    swarms, drawn, admissible = _from_prior(near, M, rng, threads)
    temperature, n_blocks, stale, settled = 0.0, 0, 0.0, False
    temperatures: list[float] = []
    acceptance: list[tuple[float, float]] = []
    while temperature < 1.0:
        pool = Swarm.joined(swarms)
        before, temperature = temperature, _next_temperature(pool.log_likelihood, temperature)
        log_weights = (temperature - before) * pool.log_likelihood
        if temperature == 1.0 and near is not target:
            exact = target.log_likelihood(pool.points, threads)
            log_weights = exact - before * pool.log_likelihood
            pool = pool._replace(log_likelihood=exact)
            if _effective_share(log_weights) < OVERLAP:
                raise _ApartError
        chains = pool.take(_resampled(log_weights, M, rng))
        resampled, swarms, log_evidences = chains.origins, [chains], []
        here, fewer, most = near, STALE, MOST_BLOCKS
        if temperature == 1.0:
            here, fewer, most = target, STALE_LAST, MOST_BLOCKS_LAST
        for count in range(1, most + 1):  # noqa: B007 - what it came to is counted below
            block = move(here, swarms, temperature, rng, threads)
            swarms = block.swarms
            stale = float((block.last.origins == resampled).mean())
            settled = stale <= fewer
            if temperature == 1.0:
                log_evidences.append(block.bridged())
                settled = settled and (_is_covered(block) or _is_steady(log_evidences))
            if settled:
                break
        n_blocks += count
        temperatures.append(temperature)
        acceptance.append(block.acceptance)
    return Arrival(
        swarms, tuple(temperatures), tuple(acceptance), n_blocks, stale, settled, drawn, admissible
    )


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
    return float(weights.sum() ** 2 / (weights @ weights) / weights.size)


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
