"""Where the two answers lie in each other's intervals, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.agreement import Agreement, NoEstimates, OnTruth
from compare.findings.study.quoted import HowOften, OneDataSet
from compare.language.en.terms import all_of, parameter, percent, value
from compare.language.numbers import fixed

if TYPE_CHECKING:
    from compare.findings.study.covering import Covering

__all__ = ["agreement", "how_often", "on_truth"]


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
        f"{far.distance:.2f} posterior standard deviations away."
    )


def how_often(found: HowOften | OneDataSet | None) -> str:
    """How often intervals such as these hold the truth; empty where they mean nothing."""
    match found:
        case None:
            return ""
        case OneDataSet():
            return (
                "This describes one data set: it does not say how often such intervals are right."
            )
        case HowOften():
            return _how_often(found)
        case _:
            assert_never(found)


def _how_often(found: HowOften) -> str:
    em, bayes, level = found.by_em, found.by_bayes, percent(found.level)
    kind = {"profile": "profile-likelihood", "wald": "Wald"}[em.method]
    error = max(one.error for held in (em, bayes) for one in (held.lowest, held.highest))
    return (
        "One data set cannot say how often such intervals are right; many can. Of "
        f"{em.n:,} other samples of {found.n:,} values from the same mixture, {level} {kind} "
        f"intervals hold the truth in {_held(em)}; of {bayes.n:,} of them, {level} credible "
        f"intervals do in {_held(bayes)}. There the posterior mean is off by "
        f"{fixed(found.gain.value, 2)} ± {fixed(found.gain.error, 2)} times as much as EM's "
        f"maximum (python -m compare.study; the shares to ± {fixed(100.0 * error, 1)} points)."
    )


def _held(found: Covering) -> str:
    low, high = (fixed(100.0 * one.value, 0) for one in (found.lowest, found.highest))
    return f"{low}%" if low == high else f"{low}% to {high}%, depending on the parameter"


def on_truth(found: OnTruth | None) -> str:
    """How many intervals hold the truth; empty where that is not known."""
    if found is None:
        return ""
    kind = "Wald" if found.is_survey else "profile-likelihood"
    return (
        f"The truth lies inside {all_of(found.by_em, found.count)} {kind} intervals and "
        f"inside {all_of(found.by_bayes, found.count)} credible intervals."
    )
