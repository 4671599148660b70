"""Surveys: what a report says where the weights are sampling weights, and what it leaves out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.language.wording import observations

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = [
    "NOT_CHECKED",
    "NOT_COMPARED",
    "NO_CONTRASTS",
    "alone",
    "interval_kind",
    "on_survey",
    "what_columns_mean",
]

NOT_COMPARED = (
    "Numbers of groups are not compared: BIC, AIC, ICL, the EM-test, marginal likelihoods and "
    "leave-one-out prediction take the likelihood of the data, and sampling weights leave a "
    "pseudo-likelihood only."
)

NOT_CHECKED = (
    "The model is not checked against the data, nor each value against the others: how much "
    "weighted data vary depends on how the sample was drawn, which the model does not know."
)

NO_CONTRASTS = (
    "The parts are not held against each other: that takes posteriors, and with sampling weights "
    "these are pseudo-posteriors, whose intervals are too narrow to say what is clear."
)


def on_survey(comparison: Comparison) -> str:
    """Say at the head that the posterior is a pseudo-posterior; empty unless it is one."""
    if not comparison.fit.is_pseudo:
        return ""
    sample = comparison.case.sample
    factor = math.sqrt(sample.n / sample.effective_n)
    short = (
        f"its intervals are about {factor:.2f} times too short where weights and values have "
        "nothing to do with each other"
        if factor >= 1.005
        else "its intervals are then about as long as they should be"
    )
    return (
        "These are sampling weights, so the likelihood is a pseudo-likelihood. EM's standard "
        "errors and intervals allow for them (the sandwich, for rows drawn independently: strata "
        "and clusters are not known here). What stands under Bayes is a pseudo-posterior: it takes "
        f"the {observations(comparison)} for independent ones of equal weight, while by Kish's "
        f"rule they tell as much as {sample.effective_n:,.0f} (the effective n), and {short}. "
        "Criteria, tests, checks of the model and leave-one-out prediction are left out."
    )


def interval_kind(comparison: Comparison) -> str:
    """EM's intervals by the way they are made: ``profile``, or ``Wald`` of sampling weights."""
    return "Wald" if comparison.fit.is_pseudo else "profile"


def alone(comparison: Comparison, level: str) -> str:
    """What speaks without the prior, and by which interval."""
    if comparison.fit.is_pseudo:
        return f"EM alone ({level} Wald interval, from the sandwich)"
    return f"the likelihood alone ({level} profile interval)"


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
