"""The report: comparisons as an HTML page, as Markdown and as JSON. It writes no files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from compare.comparison.original import revisit
from compare.figures import figures
from compare.figures.overview_figure import overview_figure
from compare.findings.fits import verdict
from compare.findings.head.headline import headline
from compare.findings.made import about
from compare.findings.standing import standing
from compare.language import en
from compare.page.cautions import cautions
from compare.page.document import groups_to_json, to_json
from compare.page.group_sections import after, before, figures_of, own, part_section
from compare.page.markup import write
from compare.page.overview import at_head
from compare.page.sections import sections
from compare.page.styled import RUN, styled

if TYPE_CHECKING:
    from compare.comparison.groups import GroupedComparison
    from compare.comparison.table import Comparison
    from compare.language.book import Book
    from compare.page.blocks import Section

__all__ = ["Report", "render", "render_groups"]


@dataclass(frozen=True)
class Report:
    """The finished report, before a file is touched."""

    html: str
    """One self-contained page."""
    markdown: str
    """The same as Markdown, whose figures lie in a folder named after the case."""
    json: str
    """The numbers, for machines."""
    figures: dict[str, bytes]
    """The figures of the Markdown by file name."""
    run: str
    """What tells it from others, in the pages too; the same if all in it is the same."""


def render(comparison: Comparison, book: Book = en) -> Report:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison : Comparison
    book : Book
        What says it.

    Returns
    -------
    Report
    """
    original = revisit(comparison)
    drawn = figures.draw(comparison, original, book=book)
    parts = sections(comparison, {figure.name: figure for figure in drawn}, original, book)
    context = _context(comparison, parts, book)
    return _marked(
        write("report.html", context),
        write("report.md", context),
        to_json(comparison),
        {f"{figure.name}.png": figure.png for figure in drawn},
    )


def render_groups(grouped: GroupedComparison, book: Book = en) -> Report:
    """Write the report of several parts of a table.

    Parameters
    ----------
    grouped : GroupedComparison
    book : Book
        What says it.

    Returns
    -------
    Report
        The Markdown has less than the HTML, and of each part's figures the fit only.
    """
    overall = overview_figure(grouped, book)
    pictures, parts = {f"{overall.name}.png": overall.png}, []
    for part in grouped.parts:
        drawn = figures.draw(part.comparison, only=figures_of(len(grouped.parts)), book=book)
        named = {figure.name: own(figure, part) for figure in drawn}
        parts.append(part_section(grouped, part, named, book))
        pictures |= {
            f"{named[name].name}.png": named[name].png
            for name in ("forest", "fit")
            if name in named
        }
    context = (
        _page(grouped.name, book)
        | vars(at_head(grouped, book))
        | {
            "before": before(grouped, overall, book),
            "parts": parts,
            "after": after(grouped, book),
        }
    )
    return _marked(
        write("groups.html", context),
        write("groups.md", context),
        groups_to_json(grouped),
        pictures,
    )


def _marked(html: str, markdown: str, json: str, figures: dict[str, bytes]) -> Report:
    """The report, with a digest of all of it in its pages."""
    digest = hashlib.sha256()
    for content in (html.encode(), markdown.encode(), json.encode(), *figures.values()):
        digest.update(hashlib.sha256(content).digest())
    run = digest.hexdigest()[:16]
    return Report(
        html=html.replace(RUN, run, 1),
        markdown=f"{markdown}\n<!-- em-vs-bayes run {run} -->\n",
        json=json,
        figures=figures,
        run=run,
    )


def _page(name: str, book: Book) -> dict[str, Any]:
    """What every page knows: where its figures lie, its style, and the words around the rest."""
    return styled() | {
        "words": book.furniture,
        "folder": Markup(quote(name)),  # noqa: S704 - a quoted address
    }


def _context(comparison: Comparison, parts: tuple[Section, ...], book: Book) -> dict[str, Any]:
    return _page(comparison.case.name, book) | {
        "title": book.title(about(comparison)),
        "about": book.about(about(comparison)),
        "standing": standing(comparison),
        "alarms": book.alarms(verdict.alarms(comparison)),
        "warning": book.warning(verdict.warning(comparison)),
        "headline": book.headline(headline(comparison)),
        "verdict": book.verdict(verdict.verdict(comparison)),
        "cautions": cautions(comparison, book),
        "sections": parts,
    }
