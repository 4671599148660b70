"""The two answers side by side, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.en.terms import label, number, percent, unit_of
from compare.language.texts import AnswerCells, AnswerTable, Explanation

if TYPE_CHECKING:
    from compare.comparison.table import Method
    from compare.findings.answers import Answer, Answers, Columns
    from compare.findings.terms import Range

__all__ = ["answers", "columns"]


def answers(found: Answers) -> AnswerTable:
    """The table of both estimates of every parameter."""
    level = percent(found.level)
    return AnswerTable(
        label="Estimates by EM and by Bayes",
        parameter="Parameter",
        truth="Truth",
        em="EM",
        estimate="estimate ± se",
        confidence=f"{level} {_kind(found.method)} interval",
        bayes="Bayes",
        median="median",
        sd="sd",
        credible=f"{level} credible interval",
        inside=("EM in the", "credible interval?"),
        em_estimate="EM ± se",
        posterior_median="Posterior median",
        em_inside="EM inside, at quantile",
        constant="always 1: there is only one component",
        constant_shortly="always 1",
        rows=tuple(map(_cells, found.rows)),
    )


def _kind(method: Method) -> str:
    match method:
        case "profile":
            return "profile"
        case "wald":
            return "Wald (sandwich)"
        case _:
            assert_never(method)


def _cells(found: Answer) -> AnswerCells:
    def shown(value: float) -> str:
        return number(value, found.width)

    def interval(of: Range) -> str:
        return f"{shown(of.lower)} to {shown(of.upper)}"

    estimate = number(found.estimate.value, found.estimate.width)
    truth = "" if found.truth is None else f"{found.truth:g}"
    if found.constant:
        return AnswerCells(label(found.parameter), "", truth, estimate)
    inside, quantile = "yes" if found.inside else "no", f"{100 * found.quantile:.0f}%"
    return AnswerCells(
        parameter=label(found.parameter),
        unit=unit_of(found.unit),
        truth=truth,
        estimate=estimate if found.se is None else f"{estimate} ± {shown(found.se)}",
        confidence="not available" if found.confidence is None else interval(found.confidence),
        median=shown(found.median),
        sd=shown(found.sd),
        credible=interval(found.credible),
        inside=f"{inside}, at {quantile}",
        inside_shortly=f"{inside}, {quantile}",
    )


def columns(found: Columns) -> Explanation:
    """What the columns hold, and how each is to be read."""
    level = percent(found.level)
    by_em = (
        "EM reports the mixture that makes the weighted data most probable (pseudo-maximum "
        "likelihood, Pfeffermann 1993). Its standard error (se) is that of the sandwich, which "
        "sums the scores of the rows with the squares of their weights; its interval is Wald's "
        "from there, on the logit of weights and the log of standard deviations, and would hold "
        f"what the population has in about {level} of many large samples drawn like this one, "
        "row by row."
        if found.is_survey
        else "EM reports the mixture that makes the data most probable. Its standard error (se) "
        "comes from the curvature of the likelihood there, the observed information; its "
        "profile-likelihood interval holds every value that the data do not contradict, whatever "
        f"the other parameters are, and would hold the truth in about {level} of many samples if "
        "the model is right and the sample is large."
    )
    by_bayes = (
        "Bayes weighs every mixture by how well it explains the data and by the prior; its "
        f"credible interval holds the parameter with probability {level}, given both, with equal "
        "tails outside. The percentage in the last column is the share of the posterior below "
        "EM's estimate: 50% is its middle."
    )
    order = "Components are in order of their means." if found.in_order else ""
    return Explanation("What the columns mean", " ".join(filter(None, (by_em, by_bayes, order))))
