"""study: the page of a study of many data sets, as HTML and Markdown, and its numbers as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from compare.figures.study import draw
from compare.findings.study.advice import advice, misled
from compare.findings.study.enough import enough
from compare.findings.study.head import head
from compare.findings.study.plan import plan
from compare.findings.study.quotable import quotable
from compare.findings.study.sides import sides
from compare.language.en import study
from compare.language.en.furniture import furniture
from compare.page.blocks import Code, Drawing, Facts, section
from compare.page.markup import write
from compare.page.styled import styled
from compare.tables.sources import STUDY

if TYPE_CHECKING:
    from compare.figures.drawing import Figure
    from compare.findings.study.head import Head
    from compare.page.blocks import Section
    from compare.study.running import Study

__all__ = ["StudyPage", "render"]

SCHEMA = 1
"""Of the JSON file; raised when a name goes or changes its meaning."""


@dataclass(frozen=True)
class StudyPage:
    """The page of a study, before a file is touched."""

    headline: str
    """The answer, in a sentence."""
    html: str
    """One self-contained page."""
    markdown: str
    """The same as Markdown."""
    json: str
    """The numbers, for machines."""
    figures: dict[str, bytes]
    """The figures of the Markdown by file name."""


def render(found: Study, command: str) -> StudyPage:
    """Write the page of a study.

    Parameters
    ----------
    found : Study
        Whose first cell both EM and the sampler have seen.
    command : str
        What was typed.

    Returns
    -------
    StudyPage
    """
    first = head(found.performance)
    if first is None:
        raise ValueError("expected data sets that EM and the sampler have both seen, got none")
    drawn = draw(found.performance)
    context = styled() | {
        "words": furniture,
        "title": study.title(),
        "about": study.about(first),
        "headline": study.headline(first),
        "advice": [*study.on_advice(advice(found.performance, first)), *_misled(first)],
        "alarms": (),
        "sections": _sections(found, first, {figure.name: figure for figure in drawn}, command),
        "folder": STUDY,
    }
    return StudyPage(
        study.headline(first),
        write("study.html", context),
        write("study.md", context),
        to_json(found),
        {f"{figure.name}.png": figure.png for figure in drawn},
    )


def _misled(first: Head) -> list[str]:
    return [text for text in (study.misled(misled(first)),) if text]


def _sections(found: Study, first: Head, figures: dict[str, Figure], command: str) -> list[Section]:
    performance, titles = found.performance, study.TITLES
    errors = [one for key, one in performance.errors.items() if key[0] == 0]
    coverages = [one for key, one in performance.coverages.items() if key[0] == 0]
    places, answers = sides(performance), enough(performance)

    def figure(name: str) -> Drawing | None:
        return Drawing(figures[name]) if name in figures else None

    every = (
        section(
            "map",
            titles["map"],
            figure("agree"),
            *study.on_elsewhere((first.place, *first.elsewhere) if first.elsewhere else ()),
            study.map_of(places) if first.elsewhere else None,
        ),
        section(
            "errors", titles["errors"], study.errors(errors), study.biases(errors), figure("errors")
        ),
        section(
            "coverage",
            titles["coverage"],
            study.on_intervals(first),
            study.coverages(coverages),
            study.kept(coverages),
            figure("zip"),
            study.misses(coverages),
            study.lengths(coverages),
            figure("length"),
        ),
        section("wald", titles["wald"], figure("wald"), figure("coverage")),
        section(
            "enough",
            titles["enough"],
            *((study.on_enough(answers), study.enough(answers)) if answers else ()),
        ),
        section("costs", titles["costs"], study.costs(errors, coverages)),
        section("plan", titles["plan"], Facts(study.plan(plan(performance)))),
        section("again", titles["again"], Code(command), study.versions(found.versions)),
    )
    return [one for one in every if one is not None]


def to_json(found: Study) -> str:
    """All figures, each with its Monte Carlo error; a line for each entry.

    Parameters
    ----------
    found : Study

    Returns
    -------
    str
    """
    performance = found.performance
    document = {
        "schema": SCHEMA,
        "design": found.design.to_dict(),
        "versions": found.versions,
        "errors": [asdict(one) for one in performance.errors.values()],
        "intervals": [asdict(one) for one in performance.coverages.values()],
        "sides": [asdict(one) for one in sides(performance)],
        "enough": [asdict(one) for one in enough(performance)],
        "quotable": [asdict(one) for one in quotable(performance)],
    }
    lines = (f"  {json.dumps(name)}: {_lines(value)}" for name, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"    {json.dumps(_plain(one))}" for one in value) + "\n  ]"
    return json.dumps(_plain(value))


def _plain(value: Any) -> Any:
    """Without what JSON has no number for, and to six digits, figures as value and error."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
