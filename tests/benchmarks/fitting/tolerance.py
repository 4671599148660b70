"""The loosest tolerance with which a tool comes near enough to the maximum, by bisection."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.engine.timing import CallError
from benchmarks.engine.words import power, short

__all__ = ["NEAR", "Loosest", "Probe", "loosest", "stops"]

NEAR = 1e-6
"""A fit this near to the maximum log-likelihood has reached it."""

TIGHTEST = 17
"""Powers of ten from which a tolerance is below the rounding of a double."""


@dataclass(frozen=True)
class Probe:
    """One fit at the tolerance ``10 ** -exponent``."""

    exponent: int
    seconds: float
    shortfall: float
    """How far below the maximum log-likelihood it ended."""
    answer: Any = None
    looser: Mapping[int, float] = field(default_factory=dict)
    """How far below fits at looser tolerances end, if the tool keeps a trace: see `stops`."""


@dataclass(frozen=True)
class Loosest:
    """What the search found."""

    best: Probe | None
    """The fit at the loosest tolerance tried that is near enough; None if none was."""
    probes: tuple[Probe, ...]
    """All fits, in the order they were made."""
    closed: bool
    """Whether the next looser power of ten is known to fall short."""
    note: str
    """The same in words, for the table."""


def stops(trace: Sequence[float], unit: float, lag: int, exponent: int) -> dict[int, float]:
    """Where looser tolerances would have stopped a climb, which takes the same way up.

    Parameters
    ----------
    trace : sequence of float
        Log-likelihoods pass by pass, as the tool compares them; it stops at the first change
        below its tolerance.
    unit : float
        What to multiply them by to get log-likelihoods: n for means over the data.
    lag : int
        How many passes behind the estimate an entry is.
    exponent : int
        The climb's tolerance is ten to the minus this.

    Returns
    -------
    dict of int to float
        For exponents from 1 on, how far below the end of this climb those would end, up to its
        last change.
    """
    last = len(trace) - 1
    found: dict[int, float] = {}
    for place in range(1, last + 1):
        change = abs(trace[place] - trace[place - 1])
        while len(found) + 1 < exponent and change < 10.0 ** -(len(found) + 1):
            behind = unit * (trace[last] - trace[min(place + lag, last)])
            found[len(found) + 1] = behind
    return found


def loosest(
    fit: Callable[[int, float], Probe],
    guess: int,
    allowance: float,
    loose: int = 0,
    tight: int = TIGHTEST,
) -> Loosest:
    """Bisect the powers of ten, guided by what each fit says about the others.

    EM converges linearly, so that the shortfall is in proportion to the tolerance once the
    climb is nearly over: a fit a hundred times too far away asks for two powers of ten more.

    Parameters
    ----------
    fit : callable
        Takes an exponent and the seconds it may take, and returns a `Probe`, or raises `CallError`.
    guess : int
        Where to begin.
    allowance : float
        Seconds for all fits together. A fit that will not fit in is not begun.
    loose, tight : int
        The exponents to look between, both left out.

    Returns
    -------
    Loosest
    """
    fails, works = loose, tight
    probes: list[Probe] = []
    best: Probe | None = None
    spent, note = 0.0, ""
    following = guess
    while works - fails > 1:
        exponent = min(max(following, fails + 1), works - 1)
        likely = max((probe.seconds for probe in probes), default=0.0)
        if probes and spent + 1.1 * likely > allowance:
            note = f"{spent:.0f} s were spent on the search"
            break
        try:
            probe = fit(exponent, allowance - spent)
        except CallError as problem:
            note = f"at {power(exponent)} it {problem}"
            break
        probes.append(probe)
        spent += probe.seconds
        if probe.shortfall <= NEAR:
            works, best = exponent, probe
        else:
            fails = exponent
        short_of = [e for e, behind in probe.looser.items() if behind > NEAR and e < works]
        near = [e for e, behind in probe.looser.items() if behind <= NEAR and e > fails]
        fails = max([fails, *short_of])
        if near:
            following = min(near)
        elif probe.shortfall > 0:
            following = exponent + math.ceil(math.log10(probe.shortfall / NEAR))
        else:
            following = (fails + works) // 2
    closed = best is not None and works - fails == 1
    return Loosest(best, tuple(probes), closed, _say(best, probes, closed, note))


def _say(best: Probe | None, probes: Sequence[Probe], closed: bool, note: str) -> str:
    if best is None and not probes:
        return f"not measured: {note}"
    if best is None:
        nearest = min(probes, key=lambda probe: probe.shortfall)
        told = (
            f"no tolerance tried comes within {power(6)} of the maximum: "
            f"{power(nearest.exponent)} ends {short(nearest.shortfall)} short"
        )
        return f"{told}; {note}" if note else told
    looser = best.exponent - 1
    if not closed:
        return f"{power(looser)} was not tried: {note}"
    for probe in probes:
        if probe.exponent == looser:
            return f"{power(looser)} ends {short(probe.shortfall)} short"
    for probe in probes:
        if looser in probe.looser:
            return f"{power(looser)} would end {short(probe.looser[looser])} short, by its trace"
    return ""
