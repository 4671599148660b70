"""Texts: what a phrase book gives besides sentences, the cells of a table and explanations."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cells", "Explanation"]


@dataclass(frozen=True)
class Cells:
    """A table as it is read: rows of cells under a line of headings."""

    label: str
    """What the table is of, for those who hear the page."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """As many cells in each as in `head`; the first one names the row."""
    chosen: int | None = None
    """The row to mark, if any."""


@dataclass(frozen=True)
class Explanation:
    """What a table or its columns mean, for a reader who asks."""

    title: str
    text: str
