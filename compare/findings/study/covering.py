"""Covering: how often intervals hold the truth, from the worst parameter to the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.study.sides import parameters_of

if TYPE_CHECKING:
    from compare.study.performance import Performance
    from compare.study.simulated import Figure

__all__ = ["Covering", "coverings"]


@dataclass(frozen=True)
class Covering:
    """How often the intervals of one kind hold the truth, over the parameters."""

    method: str
    """Their name in `compare.study.methods.INTERVALS`."""
    lowest: Figure
    """The share for the parameter that fares worst."""
    highest: Figure
    """The share for the one that fares best."""
    n: int
    """Data sets."""
    failed: int
    """Those with a failure, for the parameter that fares worst."""


def coverings(performance: Performance, cell: int) -> tuple[Covering, ...]:
    """How often each kind of interval holds the truth in one cell.

    Parameters
    ----------
    performance : Performance
    cell : int

    Returns
    -------
    tuple of Covering
        In the order of `compare.study.methods.INTERVALS`.
    """
    names = parameters_of(performance)
    made = []
    for method in dict.fromkeys(key[1] for key in performance.coverages if key[0] == cell):
        found = [performance.coverages[cell, method, name] for name in names]
        ordered = sorted(found, key=lambda one: one.coverage.value)
        worst, best = ordered[0], ordered[-1]
        made.append(Covering(method, worst.coverage, best.coverage, worst.n, worst.failed))
    return tuple(made)
