"""Effective draws a second, of every round, and how many times those of another sampler."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["BASES", "Spread", "rate", "ratios", "seconds", "spread"]

Row = Mapping[str, Any]
Run = Mapping[str, Any]

BASES = ("sample", "build and sample", "whole")
"""Seconds to divide by: of sampling alone, of all calls after the imports, of the whole process."""


class Spread(NamedTuple):
    """The median of some numbers, and their range."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread | None:
    """None of no values."""
    return Spread(statistics.median(values), min(values), max(values)) if values else None


def seconds(run: Run, basis: str) -> float:
    """What a run took."""
    if basis == "build and sample":
        return float(run["build"] + run["sample"])
    return float(run[basis])


def rate(run: Run, basis: str) -> float:
    """Effective draws a second: the smallest effective sample size of any parameter, bulk or tail.

    Parameters
    ----------
    run : mapping
        One run of `sampling.measure`.
    basis : str
        One of `BASES`.
    """
    return float(run["ess"]) / seconds(run, basis)


def ratios(own: Row | None, peer: Row | None, start: str, basis: str) -> Spread | None:
    """How many times as many as a peer, round by round; None if one of them was not measured.

    Parameters
    ----------
    own, peer : mapping or None
        Rows of `sampling.measure`.
    start : {"cold", "warm"}
    basis : str
        One of `BASES`.
    """
    if own is None or peer is None:
        return None
    pairs = zip(own[start], peer[start], strict=False)
    return spread([rate(a, basis) / rate(b, basis) for a, b in pairs])
