"""The standing of a comparison: believed, found but left open by the data, or not believed."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from compare.comparison.parameters import is_open, weight_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compare.comparison.table import Comparison, Row

__all__ = ["Standing", "open_rows", "standing", "together"]


class Standing(enum.Enum):
    """What the mark beside a verdict stands for."""

    GOOD = "✓"
    """Both fits are to be believed, and the data determine what they say."""
    OPEN = "○"
    """Both found what they look for, but the data do not determine it."""
    BAD = "✗"
    """One of them, or both, is not to be believed."""


def standing(comparison: Comparison) -> Standing:
    """Where a comparison stands.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Standing
        `OPEN` where an interval of EM runs to the end of what the parameter can be. One that is
        merely wide says what it has to say. So where EM's maximum holds hardly any of the
        posterior, or a share of EM's lies outside what the posterior allows.
    """
    if not comparison.ok:
        return Standing.BAD
    tops = None if comparison.criticism is None else comparison.criticism.tops
    beside = tops is not None and tops.best_is_beside
    beside |= not all(row.em_in_interval for row in weight_rows(comparison.named))
    return Standing.OPEN if beside or open_rows(comparison) else Standing.GOOD


def together(parts: Iterable[Comparison]) -> Standing:
    """Where several stand together: as the worst of them does."""
    found = {standing(part) for part in parts}
    return next(one for one in (Standing.BAD, Standing.OPEN, Standing.GOOD) if one in found)


def open_rows(comparison: Comparison) -> list[Row]:
    """Parameters that the likelihood alone leaves open, under the names that sentences use."""
    if comparison.n_components == 1:
        return []  # the weight of a single group is 1, and nothing else can be open
    return [row for row in comparison.named.rows if is_open(row)]
