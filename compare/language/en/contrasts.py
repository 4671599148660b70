"""In which parameters parts of a table clearly differ, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.contrasts import Compared, NoPosteriors, NoTwoParts
from compare.language.en.terms import (
    capitalized,
    counted,
    label,
    listed,
    number,
    numeral,
    parameter,
    percent,
    share,
    value,
)
from compare.language.texts import Cells, Explanation

if TYPE_CHECKING:
    from compare.findings.contrasts import ContrastsFound, Difference, Extremes, FurthestApart

__all__ = ["contrast_table", "on_contrasts", "on_extremes", "what_is_clear"]


def on_extremes(found: Extremes | None) -> str:
    """Between which parts weights and means clearly differ most; empty if nothing can be."""
    if found is None:
        return ""
    if not found.furthest:
        what = "mean" if found.n_components == 1 else "any weight or mean"
        return f"No two of them clearly differ in {what}, which does not show that they are alike."
    told = [_furthest(one) for one in found.furthest]
    if found.more:
        told.append(f"{counted(found.more, 'more parameter')} (see below)")
    return f"They clearly differ in {listed(told)}."


def _furthest(one: FurthestApart) -> str:
    is_share = one.parameter.kind == "weights"
    low, high = (
        share(median.value) if is_share else value(median)
        for median in (one.in_smaller, one.in_larger)
    )
    return (
        f"{parameter(one.parameter)} (posterior median {low} in {one.smaller}, {high} in "
        f"{one.larger})"
    )


def on_contrasts(found: ContrastsFound) -> str:
    """How many pairs of parts were compared, and how many clearly differ."""
    match found:
        case NoPosteriors():
            return (
                "The parts are not held against each other: that takes posteriors, and with "
                "sampling weights these are pseudo-posteriors, whose intervals are too narrow to "
                "say what is clear."
            )
        case NoTwoParts():
            return (
                "There are no two parts in which both fits can be believed, so there is nothing to "
                "compare."
            )
        case Compared():
            return _compared(found)
        case _:
            assert_never(found)


def _compared(found: Compared) -> str:
    told = (
        f"Of {counted(found.count, 'difference')} between two parts "
        f"({counted(found.pairs, 'pair')} for each of {counted(found.parameters, 'parameter')}), "
        f"{found.clear or 'none'} {'is' if found.clear < 2 else 'are'} clear."
    )
    if not found.all_shown:
        told += f" The table has the surest {found.most} for each parameter."
    if found.left_out:
        told += (
            f" {capitalized(numeral(found.left_out))} part{'' if found.left_out == 1 else 's'}, in "
            "which a fit is not to be believed, had to be left out of this."
        )
    return told


def contrast_table(found: ContrastsFound) -> Cells | None:
    """The surest clear differences, parameter by parameter; None if there are none."""
    if not isinstance(found, Compared) or not found.differences:
        return None
    return Cells(
        "Clear differences between parts",
        (
            "Parameter",
            "smaller in",
            "larger in",
            "difference",
            f"{percent(found.level)} credible interval",
            "probability against",
        ),
        tuple(_cells(one) for one in found.differences),
    )


def _cells(one: Difference) -> tuple[str, ...]:
    width = one.median.width
    return (
        label(one.parameter),
        one.smaller,
        one.larger,
        value(one.median),
        f"{number(one.ends.lower, width)} to {number(one.ends.upper, width)}",
        "< 0.0001" if one.against < 1e-4 else f"{one.against:.2g}",
    )


def what_is_clear(found: ContrastsFound) -> Explanation | None:
    """What makes a difference clear; None if nothing was compared."""
    if not isinstance(found, Compared):
        return None
    return Explanation(
        "What is clear",
        "The fits are separate and so are their posteriors: each draw of the one is held against "
        "each draw of the other. A difference is called clear if the posterior probability that "
        f"it goes the other way is below {found.bound:.1g}, which is {1 - found.level:.3g} shared "
        f"among the {found.count} differences and their two sides (Bonferroni's rule). Where "
        "nothing differs, a report then shows a clear difference in about "
        f"{percent(1 - found.level)} of all cases at the most, as far as credible intervals hold "
        "the truth as often as they say. The intervals in the table are for one difference each. A "
        "difference that is not clear may still be there.",
    )
