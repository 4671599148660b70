"""Sections of a report in parts: the overview, each part's answers, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compare.figures.svg import renamed
from compare.findings import contrasts
from compare.findings.fits import verdict
from compare.findings.head.headline import headline
from compare.findings.parts.made import made
from compare.findings.parts.overview import chance
from compare.findings.standing import standing
from compare.page import overview
from compare.page.answers import explained
from compare.page.blocks import Drawing, Note, Section, section
from compare.page.cautions import cautions
from compare.page.sections import reproduce, sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compare.comparison.fitted import Fitted
    from compare.comparison.groups import GroupedComparison
    from compare.figures.drawing import Figure
    from compare.findings.standing import Standing
    from compare.language.book import Book
    from compare.page.blocks import Block

__all__ = ["PartSection", "after", "before", "figures_of", "own", "part_section"]

SEEN = ("table", "fit")
"""Sections that are open to the eye in every part, under its headline."""

WRITTEN = ("differences", "apart", "count", "model")
"""Of those that are folded up in HTML, the ones that Markdown has: it cannot fold."""

FIT = ("fit",)
DATA = ("fit", "groups", "predictive")
LEVELS = ((4, None), (12, DATA))
"""Up to so many parts each has these figures, None being all; with more parts `FIT` only. A page
of ten parts then has 1 MB instead of 6, and a quarter of the figures to draw."""


@dataclass(frozen=True)
class PartSection:
    """A part of the table on a page."""

    id: str
    """Its address within the page."""
    title: str
    standing: Standing
    """Whether both of its fits can be believed, and whether the data determine them."""
    alarms: tuple[str, ...]
    warning: str
    headline: str
    verdict: str
    cautions: tuple[str, ...]
    blocks: tuple[Block, ...]
    """What is open to the eye."""
    folded: tuple[Section, ...]
    """What HTML folds up."""
    written: tuple[Section, ...]
    """What Markdown has of it, without figures, explained in the first part only."""


def figures_of(count: int) -> tuple[str, ...] | None:
    """Name the figures that each of so many parts has; None if it has all."""
    return next((names for most, names in LEVELS if count <= most), FIT)


def own(figure: Figure, part: Fitted) -> Figure:
    """Give a part's figure a name that no other part's has: ``north-fit``."""
    name = f"{part.slug}-{figure.name}"
    return replace(figure, name=name, svg=renamed(figure.svg, figure.name, name))


def before(grouped: GroupedComparison, figure: Figure, book: Book) -> tuple[Section, ...]:
    """What stands before the parts: all of them side by side, and how they differ.

    Parameters
    ----------
    grouped : GroupedComparison
    figure : Figure
        Of all parts.
    book : Book
        What says it.

    Returns
    -------
    tuple of Section
    """
    titles, how_to_read = book.furniture.titles, book.how_to_read(grouped.n_components)
    found = contrasts.contrasts(grouped)
    shown = (
        section(
            "overview",
            titles.overview,
            overview.overview_table(grouped, [_address(part) for part in grouped.parts], book),
            overview.not_fitted(grouped, book),
            book.chance(chance(grouped)),
            Note(how_to_read.title, how_to_read.text),
            Drawing(figure),
            explained(grouped.parts[0].comparison, book),
        ),
        section(
            "contrasts",
            titles.contrasts,
            book.on_contrasts(found),
            book.contrast_table(found),
            book.what_is_clear(found),
        )
        if len(grouped.parts) > 1
        else None,
    )
    return tuple(one for one in shown if one is not None)


def part_section(
    grouped: GroupedComparison, part: Fitted, figures: Mapping[str, Figure], book: Book
) -> PartSection:
    """One part: what was found in it, the answers and the fit, and the rest to be unfolded.

    Parameters
    ----------
    grouped : GroupedComparison
    part : Fitted
    figures : mapping of str to Figure
        Of this part, with names of its own, by the names they have in a report on one sample.
    book : Book
        What says it.

    Returns
    -------
    PartSection
    """
    comparison, at = part.comparison, _address(part)
    every = {one.id: one for one in sections(comparison, figures, None, book)}
    note = explained(comparison, book)
    seen = tuple(
        block
        for name in SEEN
        if name in every
        for block in every[name].blocks
        if block != note  # said once, in the overview
    )
    folded = tuple(
        replace(one, id=f"{at}--{name}")
        for name, one in every.items()
        if name not in (*SEEN, "reproduce")
    )
    # Explanations that cannot be folded up are given once.
    unwanted = {"drawing"} if part is grouped.parts[0] else {"drawing", "note"}
    written = (
        replace(every[name], blocks=tuple(b for b in every[name].blocks if b.kind not in unwanted))
        for name in WRITTEN
        if name in every
    )
    return PartSection(
        id=at,
        title=book.part_title(grouped.by, part.label),
        standing=standing(comparison),
        alarms=book.alarms(verdict.alarms(comparison)),
        warning=book.warning(verdict.warning(comparison)),
        headline=book.headline(headline(comparison)),
        verdict=book.verdict(verdict.verdict(comparison)),
        cautions=cautions(comparison, book),
        blocks=seen,
        folded=folded,
        written=tuple(one for one in written if one.blocks),
    )


def after(grouped: GroupedComparison, book: Book) -> tuple[Section, ...]:
    """How the report was made, where its files are, and what it leaves out."""
    found = made(grouped, all_figures=figures_of(len(grouped.parts)) is None)
    facts = (
        (book.furniture.draws, book.drawn_parts(found)),
        (book.furniture.left_out, book.few_figures(found)),
    )
    seconds = {
        part.label: total
        for part in grouped.parts
        if (total := part.comparison.seconds.get("total_before_drawing")) is not None
    }
    told = book.parts_made(found)
    part = reproduce(book, grouped.command, told, seconds, *(pair for pair in facts if pair[1]))
    return (part,) if part is not None else ()


def _address(part: Fitted) -> str:
    # No slug has two hyphens in a row, so no two addresses are alike.
    return f"part--{part.slug}"
