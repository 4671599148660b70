"""The report: a comparison as an HTML page, as Markdown and as JSON. It writes no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from compare import drawing, figures, findings
from compare.document import to_json
from compare.labels import plain, variable
from compare.markup import write
from compare.original import revisit
from compare.sections import sections

if TYPE_CHECKING:
    from compare.blocks import Section
    from compare.table import Comparison

__all__ = ["Report", "render"]


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


def _context(comparison: Comparison, parts: tuple[Section, ...]) -> dict[str, Any]:
    return {
        "title": _title(comparison),
        "about": _about(comparison),
        "ok": comparison.ok,
        "alarms": findings.alarms(comparison),
        "warning": findings.warning(comparison),
        "headline": findings.headline(comparison),
        "verdict": findings.verdict(comparison),
        "cautions": findings.cautions(comparison),
        "sections": parts,
        "folder": Markup(quote(comparison.case.name)),  # noqa: S704 - a quoted address
        "palette": Markup(drawing.stylesheet()),  # noqa: S704 - our own constants
    }


def _title(comparison: Comparison) -> str:
    case = comparison.case
    what = "synthetic heights"
    if case.seed is None:
        what = plain(case.variable, 60) or variable(comparison)
    return f"EM and Bayes on {what}"


def _about(comparison: Comparison) -> str:
    """What was fitted, and how often."""
    unit, k = plain(comparison.case.unit, 16), comparison.n_components
    return (
        f"{findings.observations(comparison)}{f', in {unit}' if unit else ''}; "
        f"{plain(comparison.case.source, 300)}. {k} component{'' if k == 1 else 's'}, fitted "
        "twice: by maximum likelihood (EM) and by Bayes."
    )
