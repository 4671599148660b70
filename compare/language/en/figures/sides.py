"""Figures of both sides, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.en.figures.labels import interval
from compare.language.en.terms import capitalized, label, number, percent
from compare.language.figure_book import FigureText

if TYPE_CHECKING:
    from compare.comparison.table import Method
    from compare.findings.shown.sides import ForestShown, OverviewShown, PartShown, Sides

__all__ = ["forest_figure", "overview_figure"]


def forest_figure(shown: ForestShown) -> FigureText:
    """Every parameter, EM's answer above the posterior's."""
    by_em, by_bayes = _kinds(shown.level, shown.method)
    return FigureText(
        "Each parameter, from EM and from Bayes",
        f"For each parameter, EM's estimate with its {by_em} and the posterior's median with its "
        f"{by_bayes}. {' '.join(map(_told, shown.rows))}",
        f"Circles: EM's estimate with its {by_em}. Diamonds: the posterior's median with its "
        f"{by_bayes}, under the hill of its density. A long line says that the data leave the "
        "parameter open, a lopsided hill that one standard error does not tell the whole story.",
    )


def _told(one: Sides) -> str:
    width = one.width
    known = "" if one.truth is None else f"; truth {number(one.truth, width)}"
    return (
        f"{capitalized(label(one.parameter))}: "
        f"EM {number(one.estimate, width)} {interval(one.confidence, width)}, "
        f"Bayes {number(one.median, width)} {interval(one.credible, width)}{known}."
    )


def overview_figure(shown: OverviewShown) -> FigureText:
    """Every parameter in every part."""
    by_em, by_bayes = _kinds(shown.level, shown.method)
    others = " The table has the other parts." if shown.n_drawn > len(shown.parts) else ""
    crossed = (
        " A cross marks a part in which EM or the sampler is not to be believed, and whose "
        "numbers are left out."
        if shown.some_crossed
        else ""
    )
    more = shown.n_parts - shown.n_drawn
    beyond = f" The first {shown.n_drawn} parts; {more} more are in the table." if more else ""
    return FigureText(
        "Every part side by side",
        f"For each parameter and part, EM's estimate with its {by_em} and the posterior's "
        f"median with its {by_bayes}. {' '.join(map(_part, shown.parts))}{others}",
        f"Circles: EM's estimate with its {by_em}. Diamonds: the posterior's median with its "
        f"{by_bayes}. An arrow says that an interval goes on beyond the edge. Lines that overlap "
        f"do not prove that two parts are alike.{crossed}{beyond}",
    )


def _part(one: PartShown) -> str:
    if not one.at_maximum and not one.sampled_well:
        return f"{one.label}: neither is to be believed."
    told = []
    for row in one.rows:
        said = []
        if one.at_maximum:
            ends = interval(row.confidence, row.width)
            said.append(f"EM {number(row.estimate, row.width)} {ends}")
        if one.sampled_well:
            ends = interval(row.credible, row.width)
            said.append(f"Bayes {number(row.median, row.width)} {ends}")
        told.append(f"{label(row.parameter)} {', '.join(said)}")
    both = one.at_maximum and one.sampled_well
    alone = "" if both else " (only one of the two is to be believed)"
    return f"{one.label}{alone}: {'; '.join(told)}."


def _kinds(level: float, method: Method) -> tuple[str, str]:
    """Both kinds of interval, with their coverage."""
    held = percent(level)
    by_bayes = f"{held} equal-tailed credible interval"
    match method:
        case "profile":
            return f"{held} profile-likelihood interval", by_bayes
        case "wald":
            return f"{held} Wald interval", by_bayes
        case _:
            assert_never(method)
