"""How many groups there are, in English."""

from __future__ import annotations

from typing import assert_never

from compare.findings.group_count import (
    APART,
    GroupCount,
    NoModel,
    NotCompared,
    Preferred,
    Scores,
    Separation,
    Tried,
    TriedLaw,
)
from compare.language.en.terms import LAWS, fixed, listed, model, numeral, p_value
from compare.language.texts import Cells

__all__ = ["criteria", "number_of_groups", "separation"]


def number_of_groups(found: GroupCount) -> str:
    """How many groups BIC, AIC and the EM-test speak for, or why they do not."""
    match found:
        case NotCompared():
            return (
                "Numbers of groups are not compared: BIC, AIC, ICL, the EM-test, marginal "
                "likelihoods and leave-one-out prediction take the likelihood of the data, and "
                "sampling weights leave a pseudo-likelihood only."
            )
        case NoModel():
            return "No number of groups that was tried has a maximum to speak of."
        case Preferred():
            return _preferred(found)
        case _:
            assert_never(found)


def _preferred(found: Preferred) -> str:
    best, second = found.best, found.second
    told = (
        f"Of normal groups, {model(best)} describe{'s' if best.n_components == 1 else ''} the data "
        "best by BIC"
    )
    if second is not None:
        told += (
            f", {found.gap} better than {model(second)} "
            f"({fixed(best.bic, 1)} against {fixed(second.bic, 1)}; lower is better)"
        )
    if found.by_aic is not None:
        told += f"; AIC, which charges less for each parameter, prefers {model(found.by_aic)}"
    if found.pvalue is not None:
        doubt = "speaks against" if found.against_one else "does not speak against"
        told += f". The EM-test {doubt} a single normal group ({p_value(found.pvalue)})"
    if found.law is not None:
        told += (
            f". One {LAWS[found.law.name]} quantity describes them better still "
            f"({fixed(found.law.scores.bic, 1)})"
        )
    return told + "."


def criteria(found: tuple[Tried | TriedLaw, ...]) -> Cells | None:
    """The numbers of groups and the laws that were tried; None if there are none."""
    if not found:
        return None
    chosen = [i for i, one in enumerate(found) if isinstance(one, Tried) and one.asked_for]
    return Cells(
        "Numbers of groups",
        ("Groups", "sds", "parameters", "log-likelihood", "AIC", "BIC", "ICL"),
        tuple(map(_tried, found)),
        chosen=chosen[0] if chosen else None,
    )


def _tried(one: Tried | TriedLaw) -> tuple[str, ...]:
    scores = one.scores
    if isinstance(one, TriedLaw):
        return (f"1, {LAWS[one.name]}", "", str(one.n_parameters), *_scored(one.scores))
    return (
        f"{one.n_components}{' (this report)' if one.asked_for else ''}",
        "" if one.n_components == 1 else "equal" if one.equal_sds else "unequal",
        str(one.n_parameters),
        *(("no maximum", "", "", "") if scores is None else _scored(scores)),
    )


def _scored(scores: Scores) -> tuple[str, ...]:
    criteria = (scores.aic, scores.bic, scores.icl)
    return fixed(scores.loglik, 3), *(fixed(one, 1) for one in criteria)


def separation(found: Separation | None) -> str:
    """How far apart neighbouring groups are; empty for a single one."""
    if found is None:
        return ""
    match found.judgement:
        case "blurred":
            said = "the groups overlap so much that they cannot be told apart by eye"
        case "clear":
            said = "the groups are clearly apart"
        case "apart":
            said = "the groups can be told apart, but they overlap"
        case "humps":
            said = "the groups overlap much, yet each makes a hump of its own"
        case _:
            assert_never(found.judgement)
    if found.fewer_humps and found.judgement != "blurred":
        said += ", though not every group makes a hump of its own"
    humps = "a single hump" if found.n_humps == 1 else f"{numeral(found.n_humps)} humps"
    numbers = listed([f"{distance:.2f}" for distance in found.distances])
    return (
        f"Ashman's D, the distance between neighbouring means in units of their common spread, is "
        f"{numbers} ({APART:g} is taken for two visible groups), and EM's density has {humps}: "
        f"{said}."
    )
