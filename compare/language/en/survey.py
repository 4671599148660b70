"""What a report says where the weights are sampling weights, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import observations, percent

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.findings.survey import Survey

__all__ = [
    "NOT_CHECKED",
    "NO_CONTRASTS",
    "alone",
    "interval_kind",
    "on_survey",
    "what_columns_mean",
]

NOT_CHECKED = (
    "The model is not checked against the data, nor each value against the others: how much "
    "weighted data vary depends on how the sample was drawn, which the model does not know."
)

NO_CONTRASTS = (
    "The parts are not held against each other: that takes posteriors, and with sampling weights "
    "these are pseudo-posteriors, whose intervals are too narrow to say what is clear."
)


def on_survey(found: Survey | None) -> str:
    """That the posterior is a pseudo-posterior; empty unless it is one."""
    if found is None:
        return ""
    short = (
        "its intervals are then about as long as they should be"
        if found.too_short is None
        else f"its intervals are about {found.too_short:.2f} times too short where weights and "
        "values have nothing to do with each other"
    )
    return (
        "These are sampling weights, so the likelihood is a pseudo-likelihood. EM's standard "
        "errors and intervals allow for them (the sandwich, for rows drawn independently: strata "
        "and clusters are not known here). What stands under Bayes is a pseudo-posterior: it takes "
        f"the {observations(found.data)} for independent ones of equal weight, while by Kish's "
        f"rule they tell as much as {found.effective_n:,.0f} (the effective n), and {short}. "
        "Criteria, tests, checks of the model and leave-one-out prediction are left out."
    )


def interval_kind(comparison: Comparison) -> str:
    """EM's intervals by the way they are made: ``profile``, or ``Wald`` of sampling weights."""
    return "Wald" if comparison.fit.is_pseudo else "profile"


def alone(level: float, *, is_survey: bool) -> str:
    """What speaks without the prior, and by which interval."""
    if is_survey:
        return f"EM alone ({percent(level)} Wald interval, from the sandwich)"
    return f"the likelihood alone ({percent(level)} profile interval)"


def what_columns_mean(level: str) -> str:
    """What EM's columns mean where the weights are sampling weights.

    Parameters
    ----------
    level : str
        The coverage of the intervals.

    Returns
    -------
    str
    """
    return (
        "EM reports the mixture that makes the weighted data most probable (pseudo-maximum "
        "likelihood, Pfeffermann 1993). Its standard error (se) is that of the sandwich, which "
        "sums the scores of the rows with the squares of their weights; its interval is Wald's "
        "from there, on the logit of weights and the log of standard deviations, and would hold "
        f"what the population has in about {level} of many large samples drawn like this one, "
        "row by row."
    )
