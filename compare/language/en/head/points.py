"""Values that are no group, and what to do about them, in English."""

from __future__ import annotations

from typing import assert_never

from compare.findings.head.points import (
    Cause,
    Clump,
    Ended,
    Fewer,
    FewValues,
    Heaps,
    NearlyEqual,
    NoMaximum,
    OnHeaps,
    Recurring,
    Straggler,
)
from compare.language.en.fits.status import ended
from compare.language.en.terms import (
    capitalized,
    counted,
    groups,
    listed,
    numeral,
    observations,
    unit_after,
    value,
)

__all__ = ["no_maximum", "recurring"]


def no_maximum(found: NoMaximum) -> str:
    """Why there is no answer by EM, which values cause it, and what to do."""
    told = (
        f"EM found no maximum with {groups(found.n_components)} in the {observations(found.data)}"
    )
    match found.posterior:
        case "without_points":
            posterior = "The posterior below is that of mixtures without such a component."
        case "rests_on_prior":
            posterior = (
                "How narrow a group can be is then up to the prior: the posterior below rests on "
                "it."
            )
        case None:
            posterior = ""
        case _:
            assert_never(found.posterior)
    return " ".join(filter(None, (f"{told}: {_why(found.cause)}", posterior, _fewer(found.fewer))))


def _why(cause: Cause) -> str:
    match cause:
        case OnHeaps():
            one = len(cause.heaps.heaps) == 1
            points = "a point, not a normal group" if one else "points, not normal groups"
            return f"{_counts(cause.heaps)}: {points}.{_advice(cause.leave_out)}"
        case FewValues():
            return (
                f"{_counts(cause.heaps)}. {capitalized(numeral(cause.different))} different values "
                "are counts or classes, which no mixture of normal groups describes."
            )
        case Straggler():
            row = "" if cause.row is None else f" (row {cause.row:,})"
            return (
                f"one value, {_recorded(cause.value)}{unit_after(cause.unit)}{row}, lies by "
                "itself, and a component that holds nothing else is no group. See whether it is "
                f"right.{_advice(cause.leave_out)}"
            )
        case NearlyEqual():
            return (
                f"a component sits on {numeral(cause.count)} nearly equal values at "
                f"{_recorded(cause.value)}{unit_after(cause.unit)}: a point, not a normal group."
            )
        case Clump():
            return (
                f"of the likeliest, one rests on about {counted(cause.count, 'value')} around "
                f"{value(cause.place)}, and clumps like that are in any sample by chance."
            )
        case Ended():
            return f"{ended(cause.status).what}. Its numbers below are no answer."
        case _:
            assert_never(cause)


def _advice(leave_out: str) -> str:
    return f" To fit the others: {leave_out}." if leave_out else ""


def _fewer(found: Fewer | None) -> str:
    if found is None:
        return ""
    one = found.n_components == 1
    return (
        f"By BIC, {groups(found.n_components)} describe{'s' if one else ''} them best of what has "
        f"a maximum: try {found.option}."
    )


def recurring(found: Recurring | None) -> str:
    """That a component on a recorded value would be likelier; empty if not."""
    if found is None:
        return ""
    told = _counts(found.heaps)
    if found.roughly:
        return (
            f"Values recur because they were recorded roughly: {told}. A component on one of them "
            "would be likelier than any group; such points are set aside."
        )
    one = len(found.heaps.heaps) == 1
    aside = "it is set aside as a point" if one else "these are set aside as points"
    return f"{capitalized(told)}: a component on such a value would be likelier still; {aside}."


def _counts(found: Heaps) -> str:
    """``300 of the 1,000 values are exactly 0``, and the same of a second one."""
    unit = unit_after(found.unit)
    first, *rest = [
        (f"{heap.count:,.6g}", f"exactly {_recorded(heap.value)}{unit}") for heap in found.heaps
    ]
    return listed(
        [
            f"{first[0]} of the {found.n:,.6g} values are {first[1]}",
            *(f"{count} {exactly}" for count, exactly in rest),
        ]
    )


def _recorded(number: float) -> str:
    return f"{number:.10g}".replace("-", "−")
