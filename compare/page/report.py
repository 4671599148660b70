"""The report: comparisons as an HTML page, as Markdown and as JSON. It writes no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from compare.comparison.original import revisit
from compare.figures import drawing, figures
from compare.figures.overview_figure import overview_figure
from compare.language.labels import variable
from compare.language.wording import measured_in
from compare.page import overview
from compare.page.document import groups_to_json, to_json
from compare.page.group_sections import after, before, figures_of, own, part_section
from compare.page.markup import write
from compare.page.sections import sections
from compare.tables.printable import plain
from compare.words import findings
from compare.words.standing import standing, together

if TYPE_CHECKING:
    from compare.comparison.groups import GroupedComparison
    from compare.comparison.table import Comparison
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


def render(comparison: Comparison) -> Report:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Report
    """
    original = revisit(comparison)
    drawn = figures.draw(comparison, original)
    parts = sections(comparison, {figure.name: figure for figure in drawn}, original)
    context = _context(comparison, parts)
    return Report(
        html=write("report.html", context),
        markdown=write("report.md", context),
        json=to_json(comparison),
        figures={f"{figure.name}.png": figure.png for figure in drawn},
    )


def render_groups(grouped: GroupedComparison) -> Report:
    """Write the report of several parts of a table.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    Report
        The Markdown has less than the HTML, and of each part's figures the fit only.
    """
    overall = overview_figure(grouped)
    pictures, parts = {f"{overall.name}.png": overall.png}, []
    for part in grouped.parts:
        drawn = figures.draw(part.comparison, only=figures_of(len(grouped.parts)))
        named = {figure.name: own(figure, part) for figure in drawn}
        parts.append(part_section(grouped, part, named))
        pictures |= {
            f"{named[name].name}.png": named[name].png
            for name in ("forest", "fit")
            if name in named
        }
    context = _page(grouped.name) | {
        "title": f"{_title(grouped.parts[0].comparison)}, by {overview.column(grouped)}",
        "about": overview.about(grouped),
        "standing": together(part.comparison for part in grouped.parts),
        "alarms": overview.alarms(grouped),
        "warning": overview.warning(grouped),
        "headline": overview.headline(grouped),
        "verdict": overview.verdict(grouped),
        "cautions": overview.cautions(grouped),
        "before": before(grouped, overall),
        "parts": parts,
        "after": after(grouped),
    }
    return Report(
        html=write("groups.html", context),
        markdown=write("groups.md", context),
        json=groups_to_json(grouped),
        figures=pictures,
    )


def _page(name: str) -> dict[str, Any]:
    """What every page knows: where its figures lie, and its colours."""
    return {
        "folder": Markup(quote(name)),  # noqa: S704 - a quoted address
        "palette": Markup(drawing.stylesheet()),  # noqa: S704 - our own constants
    }


def _context(comparison: Comparison, parts: tuple[Section, ...]) -> dict[str, Any]:
    return _page(comparison.case.name) | {
        "title": _title(comparison),
        "about": _about(comparison),
        "standing": standing(comparison),
        "alarms": findings.alarms(comparison),
        "warning": findings.warning(comparison),
        "headline": findings.headline(comparison),
        "verdict": findings.verdict(comparison),
        "cautions": findings.cautions(comparison),
        "sections": parts,
    }


def _title(comparison: Comparison) -> str:
    case = comparison.case
    what = "synthetic heights"
    if case.seed is None:
        what = plain(case.variable, 60) or variable(comparison)
    return f"EM and Bayes on {what}"


def _about(comparison: Comparison) -> str:
    """What was fitted, and how often."""
    k = comparison.n_components
    return (
        f"{findings.observations(comparison)}{measured_in(comparison.case)}; "
        f"{plain(comparison.case.source, 300)}. {k} component{'' if k == 1 else 's'}, fitted "
        "twice: by maximum likelihood (EM) and by Bayes."
    )
