"""The standing of a comparison: believed, found but left open by the data, or not believed."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from compare.comparison.parameters import is_open, weight_rows
from compare.findings.head.one_law import one_law

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compare.comparison.table import Comparison, Row
    from compare.findings.head.one_law import OneLaw

__all__ = ["Standing", "is_beside", "open_rows", "standing", "together", "without_groups"]


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
        posterior, or a share of EM's lies outside what the posterior allows; and where a single
        quantity without groups describes the data clearly better than groups do.
    """
    if not comparison.ok:
        return Standing.BAD
    left_open = is_beside(comparison) or open_rows(comparison) or without_groups(comparison)
    return Standing.OPEN if left_open else Standing.GOOD


def is_beside(comparison: Comparison) -> bool:
    """Whether EM's maximum and the posterior are at different places."""
    tops = None if comparison.criticism is None else comparison.criticism.tops
    return (tops is not None and tops.best_is_beside) or not all(
        row.em_in_interval for row in weight_rows(comparison.named)
    )


def without_groups(comparison: Comparison) -> OneLaw | None:
    """The law of one quantity that describes the data clearly better than groups do, if any."""
    law = one_law(comparison)
    leads = law is not None and law.judgement == "leads"
    return law if leads and comparison.n_components > 1 else None


def together(parts: Iterable[Comparison]) -> Standing:
    """Where several stand together: as the worst of them does."""
    found = {standing(part) for part in parts}
    return next(one for one in (Standing.BAD, Standing.OPEN, Standing.GOOD) if one in found)


def open_rows(comparison: Comparison) -> list[Row]:
    """Parameters that the likelihood alone leaves open, under the names that sentences use."""
    if comparison.n_components == 1:
        return []  # the weight of a single group is 1, and nothing else can be open
    return [row for row in comparison.named.rows if is_open(row)]
