"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.data.cases import Case

__all__ = ["Gone", "LeftOut", "left_out"]


@dataclass(frozen=True)
class Gone:
    """Values that were left out."""

    value: float
    count: float
    """So many were equal to it."""


@dataclass(frozen=True)
class LeftOut:
    """What was left out of the data on purpose."""

    values: tuple[Gone, ...]
    """In increasing order."""
    share: float
    """Of all."""


def left_out(*cases: Case) -> LeftOut | None:
    """What was left out of the data on purpose.

    Parameters
    ----------
    *cases : Case

    Returns
    -------
    LeftOut or None
        None if nothing was.
    """
    counts: dict[float, float] = {}
    for case in cases:
        for one in case.sample.left_out:
            counts[one.value] = counts.get(one.value, 0.0) + one.count
    if not counts:
        return None
    share = sum(one.share for one in cases[0].sample.left_out)
    if len(cases) > 1:
        total = sum(counts.values())
        share = total / (total + sum(case.sample.n for case in cases))
    return LeftOut(tuple(Gone(value, count) for value, count in sorted(counts.items())), share)
