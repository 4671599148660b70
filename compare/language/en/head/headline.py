"""What was found, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.head.headline import (
    Answer,
    MoreGroups,
    NoneBetter,
    OneGroup,
    SeveralGroups,
    TooMany,
)
from compare.findings.head.one_law import OneLaw
from compare.findings.head.points import NoMaximum
from compare.language.en.fits.tops import best_top
from compare.language.en.head.points import no_maximum
from compare.language.en.head.split import how_sure
from compare.language.en.names import by_spread
from compare.language.en.terms import (
    LAWS,
    fixed,
    groups,
    listed,
    model,
    number,
    numeral,
    observations,
    p_value,
    percent,
    share,
    value,
)

if TYPE_CHECKING:
    from compare.findings.head.headline import Apart, Estimate, Headline
    from compare.findings.terms import Component

__all__ = ["headline"]


def headline(found: Headline) -> str:
    """What was found, in a few sentences."""
    law = _one_law(found.one_law)
    leads = found.one_law is not None and found.one_law.judgement == "leads"
    told = (
        law if leads else "",
        _answer(found.answer),
        "" if leads else law,
        best_top(found.best_top),
        by_spread(found.by_spread),
        how_sure(found.how_sure),
        _rival(found.rival),
    )
    return " ".join(filter(None, told))


def _one_law(found: OneLaw | None) -> str:
    if found is None:
        return ""
    law = f"one {LAWS[found.name]} quantity"
    numbers = f"({fixed(found.bic, 1)} against {fixed(found.against.bic, 1)}; lower is better)"
    shape = "has heavy tails" if found.name == "t" else "is lopsided"
    match found.judgement:
        case "leads" if found.against.n_components == 1:
            return (
                f"By BIC, {law} describes the {observations(found.data)} clearly better than a "
                f"normal one {numbers}: the quantity {shape}."
            )
        case "leads":
            return (
                f"By BIC, {law} describes the {observations(found.data)} clearly better than "
                f"{model(found.against)} {numbers}: it may be one quantity that {shape}, and no "
                "groups at all."
            )
        case "rivals":
            return (
                f"By BIC, {law} describes them about as well as {model(found.against)} {numbers}: "
                f"whether there are groups, or one quantity that {shape}, they leave open."
            )
        case _:
            assert_never(found.judgement)


def _answer(found: Answer) -> str:
    match found:
        case NoMaximum():
            return no_maximum(found)
        case TooMany():
            return _too_many(found)
        case OneGroup():
            return _one_group(found)
        case SeveralGroups():
            by = "EM and Bayes split" if found.by_both else "EM splits"
            return (
                f"{by} the {observations(found.data)} into {numeral(len(found.groups))} "
                f"{_apart(found.kind)} groups, by maximum likelihood {_described(found.groups)}."
            )
        case _:
            assert_never(found)


def _apart(kind: Apart) -> str:
    match kind:
        case "overlapping":
            return "overlapping"
        case "distinct":
            return "distinct"
        case "separate":
            return "clearly separate"
        case _:
            assert_never(kind)


def _too_many(found: TooMany) -> str:
    simpler, asked = found.simpler, groups(found.n_components)
    reason = (
        f"leave open whether there are {asked}"
        if found.left_open
        else f"give no reason to speak of {asked}"
    )
    contested = (
        ""
        if found.pvalue is None
        else f", but the EM-test speaks against a single group ({p_value(found.pvalue)})"
    )
    return (
        f"The {observations(found.data)} {reason}: by BIC, {groups(simpler.n_components)} "
        f"describe{'s' if simpler.n_components == 1 else ''} them {found.gap} better "
        f"({fixed(simpler.bic, 1)} against {fixed(found.bic, 1)}; lower is better){contested}. "
        f"Asked for {numeral(found.n_components)} all the same, EM finds "
        f"{_described(found.groups)}."
    )


def _one_group(found: OneGroup) -> str:
    match found.interval:
        case "credible":
            kind = "credible"
        case "profile":
            kind = "profile-likelihood"
        case "wald":
            kind = "Wald"
        case _:
            assert_never(found.interval)
    return (
        f"As a single normal group the {observations(found.data)} have mean "
        f"{_estimate(found.mean)} and standard deviation {_estimate(found.sd)}, the brackets being "
        f"{percent(found.level)} {kind} intervals."
    )


def _estimate(found: Estimate) -> str:
    ends = [number(end, found.value.width) for end in (found.interval.lower, found.interval.upper)]
    return f"{value(found.value)} ({ends[0]} to {ends[1]})"


def _rival(found: MoreGroups | NoneBetter | None) -> str:
    match found:
        case None:
            return ""
        case NoneBetter():
            return "Two groups would not describe them better, by BIC."
        case MoreGroups():
            return (
                f"By BIC, {groups(found.best.n_components)} describe them {found.gap} better "
                f"({fixed(found.best.bic, 1)} against {fixed(found.bic, 1)}): try {found.option}."
            )
        case _:
            assert_never(found)


def _described(found: tuple[Component, ...]) -> str:
    return listed([_around(one) for one in found])


def _around(one: Component) -> str:
    told = f"{share(one.share)} around {value(one.mean)}"
    return told if one.sd is None else f"{told} with standard deviation {value(one.sd)}"
