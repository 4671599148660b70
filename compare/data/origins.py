"""Origins: where data come from, as facts; a phrase book has the words, errors the short form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.tables.errors import quoted

if TYPE_CHECKING:
    from compare.tables.how import HowRead
    from compare.tables.sources import Place
    from em.data.weighting import WeightsAre

__all__ = ["Column", "Dropped", "Heights", "Origin", "Passed", "Weighted"]


@dataclass(frozen=True)
class Heights:
    """The synthetic heights."""

    seed: int
    n_upper: int
    """How many are of the upper group, which is drawn first."""
    n_lower: int

    def __str__(self) -> str:
        """As an error names them."""
        return "the synthetic heights"


@dataclass(frozen=True)
class Passed:
    """Samples passed from Python."""

    many: bool = False

    def __str__(self) -> str:
        """As an error names it."""
        return "a sample passed from Python"


@dataclass(frozen=True)
class Weighted:
    """The column of the weights."""

    column: str
    weights_are: WeightsAre | None
    """What was said of them."""
    total: float | None
    """How many values the shares are shares of."""

    def __str__(self) -> str:
        """As an error names it, behind the column of the values."""
        kind = ""
        if self.weights_are == "sampling":
            kind = " (sampling weights)"
        elif self.weights_are == "shares" and self.total is not None:
            kind = f" (shares of {self.total:,.12g} values)"
        return f", weighted by column {quoted(self.column)}{kind}"


@dataclass(frozen=True)
class Dropped:
    """Rows without a value, which were left out."""

    count: int
    rows: int
    """Of so many."""
    files: tuple[tuple[str, int], ...]
    """The files with most of them, and how many each has; empty if there is one file only."""
    more: int
    """So many other files have some."""


@dataclass(frozen=True)
class Column:
    """A column of one or more files."""

    name: str
    place: Place
    weights: Weighted | None = None
    part: tuple[str, str] | None = None
    """Another column, and what it says in the rows that are meant; None for all rows."""
    dropped: Dropped | None = None
    how: HowRead | None = None
    """How its numbers were read, where that must be said."""

    def __str__(self) -> str:
        """As an error names it."""
        named = f"column {quoted(self.name)} of {self.place}{self.weights or ''}"
        if self.part is None:
            return named
        by, group = self.part
        return f"{named}, where {quoted(by)} is {quoted(group)}"


Origin = Heights | Column | Passed | str
"""Text is in the words of whoever made the case."""
