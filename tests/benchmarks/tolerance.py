"""The loosest tolerance with which a tool comes near enough to the maximum, by bisection."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks.timing import Failed

__all__ = ["NEAR", "Loosest", "Probe", "loosest"]

NEAR = 1e-6
"""A fit this near to the maximum log-likelihood has reached it."""

TIGHTEST = 17
"""Powers of ten from which a tolerance is below the rounding of a double."""


class Probe(NamedTuple):
    """One fit at the tolerance ``10 ** -exponent``."""

    exponent: int
    seconds: float
    shortfall: float
    """How far below the maximum log-likelihood it ended."""
    answer: Any


@dataclass(frozen=True)
class Loosest:
    """What the search found."""

    best: Probe | None
    """The fit at the loosest tolerance tried that is near enough; None if none was."""
    probes: tuple[Probe, ...]
    """All fits, in the order they were made."""
    closed: bool
    """Whether the next looser power of ten was tried too, and falls short."""
    note: str
    """The same in words, for the table."""


def loosest(
    fit: Callable[[int, float], Probe],
    guess: int,
    allowance: float,
    loose: int = 1,
    tight: int = TIGHTEST,
) -> Loosest:
    """Bisect the powers of ten, guided by what each fit says about the next.

    EM converges linearly, so that the shortfall is in proportion to the tolerance once the
    climb is nearly over: a fit a hundred times too far away asks for two powers of ten more.

    Parameters
    ----------
    fit : callable
        Takes an exponent and the seconds it may take, and returns a `Probe`, or raises `Failed`.
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
            note = f"stopped looking after {spent:.0f} s"
            break
        try:
            probe = fit(exponent, allowance - spent)
        except Failed as problem:
            note = f"at {_ten(exponent)} {problem}"
            break
        probes.append(probe)
        spent += probe.seconds
        if probe.shortfall <= NEAR:
            works, best = exponent, probe
        else:
            fails = exponent
        if probe.shortfall > 0:
            following = exponent + math.ceil(math.log10(probe.shortfall / NEAR))
        else:
            following = (fails + works) // 2
    closed = best is not None and works - fails == 1
    return Loosest(best, tuple(probes), closed, _say(best, probes, closed, note))


def _say(best: Probe | None, probes: list[Probe], closed: bool, note: str) -> str:
    if best is None:
        if not probes:
            return f"not measured: {note}"
        nearest = min(probes, key=lambda probe: probe.shortfall)
        return (
            f"no tolerance tried comes within {NEAR:.0e} of the maximum: "
            f"{_ten(nearest.exponent)} ends {nearest.shortfall:.1e} short"
            + (f"; {note}" if note else "")
        )
    if closed:
        looser = next((p for p in probes if p.exponent == best.exponent - 1), None)
        if looser is None:
            return ""
        return f"{_ten(looser.exponent)} ends {looser.shortfall:.1e} short"
    return f"{_ten(best.exponent - 1)} was not tried: {note}"


def _ten(exponent: int) -> str:
    return f"1e-{exponent:02d}"
