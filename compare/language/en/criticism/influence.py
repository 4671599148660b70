"""What the prior, or a penalty, adds to the data, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.en.terms import (
    capitalized,
    fixed,
    label,
    listed,
    number,
    numeral,
    parameter,
    share,
    significant,
    value,
)
from compare.language.texts import Cells, Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.findings.criticism.influence import (
        Conflicts,
        Expected,
        Influence,
        Penalty,
        Some,
        Speaker,
        Standing,
    )
    from compare.findings.terms import Component, Parameter

__all__ = [
    "conflicts",
    "influence_table",
    "on_influence",
    "on_penalty",
    "on_prior",
    "what_speaks",
]

FEW = 2
"""Parameters that a sentence names; of more it says how many, since a table lists them."""

SPEAKERS: dict[Speaker, str] = {
    "data": "the data alone decide",
    "both": "data and prior both have a say",
    "prior": "the prior decides",
}


def on_prior(found: Expected | None) -> str:
    """What data the prior expected before any were seen; empty if that was not asked."""
    if found is None:
        return ""
    match found.judgement:
        case "none so low":
            verdict = "the priors hardly expect values as low as those of the data"
        case "none so high":
            verdict = "the priors hardly expect values as high as those of the data"
        case "too wide":
            verdict = "they are so wide that most of what they expect is far from plausible"
        case "wide enough":
            verdict = "wide enough for data like these, and no wider by orders of magnitude"
        case _:
            assert_never(found.judgement)
    lower, upper, low, high = (
        significant(end, 4)
        for ends in (found.middle, found.plausible)
        for end in (ends.lower, ends.upper)
    )
    return (
        f"Before the data, the priors expect 95 of 100 values between {lower} and {upper}, and "
        f"{100 * found.share:.0f} of 100 between {low} and {high}: {verdict}."
    )


def on_influence(found: Influence | None) -> str:
    """Where the data speak and where the prior does; empty if that was not asked."""
    if found is None:
        return ""
    told = []
    for speaker, decides in SPEAKERS.items():
        which = [one.parameter for one in found.standings if one.speaks == speaker]
        if which:
            told.append(f"{decides} on {_named(which, len(found.standings))}")
    said = f"{capitalized('; '.join(told))}. " if told else ""
    if found.conflicts is None:
        return (
            f"{said}How far a stronger or weaker prior would move the answers was not worked out: "
            "it takes the prior itself and draws that vary."
        )
    pulled = " ".join(conflicts(found.conflicts))
    calm = "A somewhat stronger or weaker prior would hardly move any of them."
    return f"{said}{pulled or calm}"


def conflicts(found: Conflicts | None) -> tuple[str, ...]:
    """Where the prior moves the answer, a sentence each; empty if it hardly does."""
    if found is None:
        return ()
    told = []
    if found.both.parameters:
        told.append(
            f"Prior and data both move {_some(found.both)}: they may pull in different directions."
        )
    if found.prior.parameters:
        told.append(f"The prior moves {_some(found.prior)}, and the data hardly do.")
    return tuple(told)


def influence_table(found: Influence | None) -> Cells | None:
    """Who speaks on each parameter; None if that is not known."""
    if found is None or not found.standings:
        return None
    moved = any(one.moved is not None for one in found.standings)
    return Cells(
        "Who speaks, the data or the prior",
        (
            "Parameter",
            "who speaks",
            "posterior sd / prior sd",
            *(("moved by the prior", "moved by the data") if moved else ()),
        ),
        tuple(_cells(one) for one in found.standings),
    )


def _cells(one: Standing) -> tuple[str, ...]:
    by = one.moved
    shifts = () if by is None else (fixed(by.by_prior, 2), fixed(by.by_data, 2))
    return label(one.parameter), one.speaks, f"{one.sd_ratio:.2g}", *shifts


def what_speaks(found: Influence | None) -> Explanation | None:
    """How it is decided who speaks."""
    if found is None or not found.standings:
        return None
    return Explanation(
        "How this is decided",
        "The posterior of a parameter on which the data speak is much narrower than its prior: "
        "less than half as wide. Besides, the prior and the likelihood are each made a little "
        "stronger and a little weaker; the columns say how far the posterior moves for each "
        "doubling, and 0.05 is where it starts to count (Kallioinen et al. 2024).",
    )


def on_penalty(found: Penalty | None) -> str:
    """What a penalty on small sds does to EM's answer; empty if it was not tried."""
    if found is None:
        return ""
    penalty = "a penalty that keeps standard deviations from vanishing (Chen, Tan & Zhang 2008)"
    ends = listed([_component(one) for one in found.components])
    match found.effect:
        case "on a value":
            return (
                f"With {penalty} EM ends on a recorded value, which such a penalty is too weak "
                f"for: {ends}."
            )
        case "has a maximum":
            return f"With {penalty} EM has a maximum: {ends}."
        case "elsewhere":
            return (
                f"With {penalty} EM ends elsewhere, {found.distance:.1f} standard errors away: "
                f"{ends}. A maximum that so little moves is a doubtful one."
            )
        case "hardly moves":
            return (
                f"Fitted with {penalty}, no estimate moves by more than "
                f"{max(found.distance, 0.01):.2f} standard errors."
            )
        case _:
            assert_never(found.effect)


def _component(one: Component) -> str:
    told = f"{share(one.share)} around {value(one.mean)}"
    return told if one.sd is None else f"{told} (sd {number(one.sd.value, one.sd.width)})"


def _some(which: Some) -> str:
    return _named(which.parameters, which.total)


def _named(which: Sequence[Parameter], total: int) -> str:
    """Parameters in full, or how many of all if these are too many for a sentence."""
    if len(which) == total > 1:
        return "every parameter"
    if len(which) > FEW:
        return f"{numeral(len(which))} of the {numeral(total)} parameters"
    return listed([parameter(one) for one in which])
