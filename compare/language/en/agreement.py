"""Where the two answers lie in each other's intervals, in English."""

from __future__ import annotations

from typing import assert_never

from compare.findings.agreement import Agreement, NoEstimates, OnTruth
from compare.language.en.terms import all_of, parameter, percent, value

__all__ = ["agreement", "on_truth"]


def agreement(found: Agreement | NoEstimates) -> str:
    """Where EM's estimates lie in the posterior."""
    match found:
        case NoEstimates():
            return "EM's numbers are shown for what they are; they are not estimates."
        case Agreement():
            return _agreement(found)
        case _:
            assert_never(found)


def _agreement(found: Agreement) -> str:
    told = (
        f"EM's estimate lies inside {all_of(found.inside, found.count)} "
        f"{percent(found.level)} credible intervals"
    )
    far = found.farthest
    if far is None:
        return f"{told}; the draws are all the same, so these intervals mean nothing."
    return (
        f"{told}; the two are furthest apart for {parameter(far.parameter)}, where EM says "
        f"{value(far.by_em)} and the posterior median is {value(far.by_bayes)}, "
        f"{far.distance:.2f} posterior standard deviations away. This describes one data set: it "
        "does not say how often such intervals are right."
    )


def on_truth(found: OnTruth | None) -> str:
    """How many intervals hold the truth; empty where that is not known."""
    if found is None:
        return ""
    kind = "Wald" if found.is_survey else "profile-likelihood"
    return (
        f"The truth lies inside {all_of(found.by_em, found.count)} {kind} intervals and "
        f"inside {all_of(found.by_bayes, found.count)} credible intervals."
    )
