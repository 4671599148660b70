"""Sections of a report in parts: the overview, each part's answers, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compare.figures.svg import renamed
from compare.findings import contrasts
from compare.language import en
from compare.page import overview
from compare.page.answers import columns
from compare.page.blocks import Drawing, Section, section
from compare.page.sections import reproduce, sampler_settings, sections
from compare.tables.printable import plain
from compare.words import findings
from compare.words.standing import standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compare.comparison.fitted import Fitted
    from compare.comparison.groups import GroupedComparison
    from compare.figures.drawing import Figure
    from compare.language.book import Book
    from compare.page.blocks import Block
    from compare.words.standing import Standing

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


def before(grouped: GroupedComparison, figure: Figure, book: Book = en) -> tuple[Section, ...]:
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
    found = contrasts.contrasts(grouped)
    made = (
        section(
            "overview",
            "All parts side by side",
            overview.overview_table(grouped, [_address(part) for part in grouped.parts]),
            overview.not_fitted(grouped),
            overview.on_many(grouped),
            overview.how_to_read(grouped),
            Drawing(figure),
            columns(grouped.parts[0].comparison),
        ),
        section(
            "contrasts",
            "Do the parts differ?",
            book.on_contrasts(found),
            book.contrast_table(found),
            book.what_is_clear(found),
        )
        if len(grouped.parts) > 1
        else None,
    )
    return tuple(one for one in made if one is not None)


def part_section(
    grouped: GroupedComparison, part: Fitted, figures: Mapping[str, Figure]
) -> PartSection:
    """One part: what was found in it, the answers and the fit, and the rest to be unfolded.

    Parameters
    ----------
    grouped : GroupedComparison
    part : Fitted
    figures : mapping of str to Figure
        Of this part, with names of its own, by the names they have in a report on one sample.

    Returns
    -------
    PartSection
    """
    comparison, at = part.comparison, _address(part)
    made = {one.id: one for one in sections(comparison, figures, None)}
    explained = columns(comparison)
    seen = tuple(
        block
        for name in SEEN
        if name in made
        for block in made[name].blocks
        if block != explained  # said once, in the overview
    )
    folded = tuple(
        replace(one, id=f"{at}--{name}")
        for name, one in made.items()
        if name not in (*SEEN, "reproduce")
    )
    # Explanations that cannot be folded up are given once.
    unwanted = {"drawing"} if part is grouped.parts[0] else {"drawing", "note"}
    written = (
        replace(made[name], blocks=tuple(b for b in made[name].blocks if b.kind not in unwanted))
        for name in WRITTEN
        if name in made
    )
    return PartSection(
        id=at,
        title=f"{overview.column(grouped)}: {part.label}",
        standing=standing(comparison),
        alarms=findings.alarms(comparison),
        warning=findings.warning(comparison),
        headline=findings.headline(comparison),
        verdict=findings.verdict(comparison),
        cautions=findings.cautions(comparison),
        blocks=seen,
        folded=folded,
        written=tuple(one for one in written if one.blocks),
    )


def after(grouped: GroupedComparison) -> tuple[Section, ...]:
    """How the report was made, where its files are, and what it leaves out."""
    name = plain(grouped.name, 120)
    told = f"{sampler_settings(grouped.parts[0].comparison)} The same for every part."
    facts = []
    if grouped.command:
        told += (
            " The same command on the same versions gives the same numbers, which are in "
            f"{name}.json."
        )
        files = ", ".join(f"{part.label} in {name}/{part.slug}.nc" for part in grouped.parts)
        facts.append(("The draws", f"{files}."))
    if figures_of(len(grouped.parts)) is not None:
        few = (
            f"with {len(grouped.parts)} parts, some figures of each, so that the page stays light; "
            "a report on the rows of one part has them."
        )
        facts.append(("Left out", few))
    seconds = {
        part.label: total
        for part in grouped.parts
        if (total := part.comparison.seconds.get("total_before_drawing")) is not None
    }
    made = reproduce(grouped.command, told, seconds, *facts)
    return (made,) if made is not None else ()


def _address(part: Fitted) -> str:
    # No slug has two hyphens in a row, so no two addresses are alike.
    return f"part--{part.slug}"
