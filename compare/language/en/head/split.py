"""Whether the data fix the split, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.en.survey import alone
from compare.language.en.terms import group, percent, share, shares

if TYPE_CHECKING:
    from compare.findings.head.split import HowSure

__all__ = ["how_sure"]


def how_sure(found: HowSure | None) -> str:
    """Whether the data fix the split; empty for a single group."""
    if found is None:
        return ""
    name, ends = group(found.group), shares(found.credible)
    holds = f"with {percent(found.level)} probability {name} holds"
    match found.judgement:
        case "no_draws":
            return _without_draws(found)
        case "parted":
            kind = "Wald" if found.is_survey else "profile"
            also = (
                ""
                if found.by_em is None
                else f" ({percent(found.level)} {kind} interval {shares(found.by_em)})"
            )
            return (
                f"Bayes does not follow EM here: {holds} {ends} of them, which leaves out EM's "
                f"{share(found.estimate)}{also}."
            )
        case "vague":
            said = f"The data say very little about the split: {holds} anything from {ends} of them"
        case "open":
            said = f"With {percent(found.level)} probability {name} holds {ends} of them"
        case "rough":
            said = f"The split is known roughly: {holds} {ends} of them"
        case "sharp":
            said = f"The split is well determined: {holds} {ends} of them"
        case _:
            assert_never(found.judgement)
    if found.by_em is None:
        return f"{said}."
    if found.may_be_empty:
        return f"{said}, and the likelihood alone does not exclude that a group is empty."
    by_em = alone(found.level, is_survey=found.is_survey)
    return f"{said}, and {by_em} allows {shares(found.by_em)}."


def _without_draws(found: HowSure) -> str:
    said = "The sampler's draws are not to be believed"
    if found.by_em is None or found.may_be_empty:
        return f"{said}, so nothing is said here about how sure this is."
    by_em = alone(found.level, is_survey=found.is_survey)
    return f"{said}; {by_em} gives {group(found.group)} {shares(found.by_em)}."
