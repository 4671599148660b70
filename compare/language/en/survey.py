"""What a report says where the weights are sampling weights, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import observations, percent

if TYPE_CHECKING:
    from compare.findings.survey import Survey

__all__ = [
    "alone",
    "on_survey",
]


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


def alone(level: float, *, is_survey: bool) -> str:
    """What speaks without the prior, and by which interval."""
    if is_survey:
        return f"EM alone ({percent(level)} Wald interval, from the sandwich)"
    return f"the likelihood alone ({percent(level)} profile interval)"
