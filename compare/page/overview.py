"""The overview of a report in parts: its table, and what stands at its head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.contrasts import extremes
from compare.findings.made import about
from compare.findings.parts import head
from compare.findings.parts import overview as side_by_side
from compare.findings.standing import standing, together
from compare.page.blocks import Block, Facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.groups import GroupedComparison
    from compare.findings.standing import Standing
    from compare.language.book import Book
    from compare.language.texts import OverviewCells, OverviewTable

__all__ = ["Head", "Overview", "at_head", "not_fitted", "overview_table"]


@dataclass(frozen=True)
class Overview(Block):
    """The table of all parts."""

    kind = "overview"
    said: OverviewTable
    addresses: tuple[str, ...]
    """Of each part's section within the page; empty if it has none."""
    marks: tuple[str, ...]
    """``✓``, ``○`` or ``✗`` (`Standing`); empty if the part was not fitted."""

    @property
    def rows(self) -> tuple[tuple[OverviewCells, str, str], ...]:
        """Each part's cells, address and mark."""
        return tuple(zip(self.said.rows, self.addresses, self.marks, strict=True))


@dataclass(frozen=True)
class Head:
    """What stands above the overview, by the names that the templates use."""

    title: str
    about: str
    standing: Standing
    alarms: tuple[str, ...]
    warning: str
    headline: str
    verdict: str
    cautions: tuple[str, ...]


def overview_table(grouped: GroupedComparison, addresses: Sequence[str], book: Book) -> Overview:
    """The table with a row for each part, those that could not be fitted last.

    Parameters
    ----------
    grouped : GroupedComparison
    addresses : sequence of str
        Where the section of each part is.
    book : Book
        What says it.

    Returns
    -------
    Overview
    """
    nowhere = ("",) * len(grouped.skipped)
    return Overview(
        book.overview(side_by_side.overview(grouped)),
        (*addresses, *nowhere),
        (*(standing(part.comparison).value for part in grouped.parts), *nowhere),
    )


def not_fitted(grouped: GroupedComparison, book: Book) -> Facts | None:
    """Why parts could not be fitted; None if all were."""
    return Facts(book.reasons(grouped.skipped)) if grouped.skipped else None


def at_head(grouped: GroupedComparison, book: Book) -> Head:
    """What stands above the overview."""
    found = head.about(grouped)
    headline = (book.scope(found), book.on_extremes(extremes(grouped)))
    return Head(
        title=book.parts_title(book.title(about(grouped.parts[0].comparison)), grouped.by),
        about=book.about_parts(found),
        standing=together(part.comparison for part in grouped.parts),
        alarms=tuple(map(book.part_alarm, head.alarms(grouped))),
        warning=book.parts_warning(head.warning(grouped)),
        headline=book.furniture.space.join(filter(None, headline)),
        verdict=book.parts_verdict(head.verdict(grouped)),
        cautions=book.parts_cautions(head.cautions(grouped)),
    )
