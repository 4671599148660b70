"""What stands on axes and in keys of a study's figures, in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.language.en.study.terms import LETTERS, POPULATIONS, estimand
from compare.language.en.words import capitalized
from compare.language.numbers import fixed, percent
from compare.language.study_book import StudyLabels
from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.findings.study.shown import Block, Panel, Strip, ZipShown
    from compare.study.simulated import Figure

__all__ = [
    "SHORT",
    "estimand_axis",
    "estimand_title",
    "map_title",
    "panel_title",
    "share_of",
    "strip_title",
    "study_labels",
]

SHORT = {
    "maximum": "EM's maximum",
    "posterior mean": "posterior mean",
    "posterior median": "posterior median",
    "listing 10": "listing, 10 passes",
    "listing 30": "listing, 30 passes",
    "scikit-learn": "scikit-learn",
    "penalised": "penalised maximum",
    "wald": "Wald",
    "wald, scaled": "Wald, logit and log",
    "sandwich": "sandwich",
    "profile": "profile",
    "bootstrap": "bootstrap",
    "credible": "credible",
    "highest density": "highest density",
}


def study_labels(level: float) -> StudyLabels:
    """What stands on axes and in keys, for intervals of one level."""
    return StudyLabels(
        n="values n",
        separation="separation D",
        row="D = {}",
        methods=SHORT,
        sides={
            "bayes": "Bayes is closer",
            "em": "EM is closer",
            "alike": "alike to within a tenth",
            "unsure": "too few samples to say",
        },
        clearly_below=f"clearly below {percent(level)}",
        level=f"{percent(level)}, as promised",
        error_ratio="error over EM's maximum",
        length_ratio="length over that of profile intervals",
        coverage="share of samples whose interval holds the truth",
        lowest_coverage="coverage, worst parameter",
        titles={name: capitalized(called) for name, called in SHORT.items()},
        truth="truth",
        share="share of samples, nearest first",
    )


def map_title(block: Block) -> str:
    """Above the tiles of a population."""
    return _titled(block.population)


def panel_title(panel: Panel) -> tuple[str, str]:
    """The population, and the n or D of a panel."""
    name = _titled(panel.population)
    if panel.axis == "separation":
        return name, f"n = {panel.held:,.0f}"
    return name, "" if math.isnan(panel.held) else f"D = {fixed(panel.held, 1)}"


def strip_title(strip: Strip) -> str:
    """Above the intervals of a method, in two lines."""
    return f"{capitalized(SHORT[strip.method])}\n{share_of(strip.coverage)} hold the truth"


def estimand_title(name: str) -> str:
    """A parameter, above a panel."""
    return capitalized(estimand(name))


def estimand_axis(shown: ZipShown) -> str:
    """An axis of errors of a parameter."""
    return f"{estimand(shown.estimand)} less the truth"


def share_of(coverage: Figure) -> str:
    """A coverage as a percentage with its Monte Carlo error."""
    if math.isnan(coverage.value):
        return "an unknown share"
    return f"{fixed(100 * coverage.value, 1)}% ± {fixed(100 * coverage.error, 1)}"


def _titled(name: str) -> str:
    """A population above half a page."""
    return capitalized(POPULATIONS.get(name) or plain(name, LETTERS))
