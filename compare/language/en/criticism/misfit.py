"""Whether the data look like what the model makes and predicts, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.criticism.misfit import (
    Checked,
    Checks,
    NotChecked,
    Reliable,
    Spread,
    Unreliable,
)
from compare.language.en.terms import (
    capitalized,
    fixed,
    listed,
    number,
    numeral,
    observations,
    p_value,
    true_minus,
)
from compare.language.texts import Cells, Explanation

if TYPE_CHECKING:
    from compare.findings.criticism.misfit import ChecksFound, Misfit, Prediction, Statistic

__all__ = ["check_table", "misfits", "on_checks", "on_loo", "what_is_checked"]

MEASURED: dict[Statistic, str] = {
    "mean": "Mean",
    "sd": "Standard deviation",
    "skewness": "Skewness of the groups",
    "kurtosis": "Excess kurtosis of the groups",
    "farthest": "Farthest value, in sds",
    "gap": "Smallest gap",
    "shape": "Histogram against model",
}

LARGE_ONLY = ("skewness", "kurtosis", "shape")
"""Sizes, of which only large ones speak against the model."""


def on_checks(found: ChecksFound | None) -> str:
    """Which checks fail and what that means; empty if there are none."""
    match found:
        case None:
            return ""
        case NotChecked():
            return (
                "The model is not checked against the data, nor each value against the others: how "
                "much weighted data vary depends on how the sample was drawn, which the model does "
                "not know."
            )
        case Checks():
            return _checks(found)
        case _:
            assert_never(found)


def _checks(found: Checks) -> str:
    bad = [one for one in found.made if one.result != "passes"]
    told = (
        f"{capitalized(numeral(len(found.made)))} things that the model was not fitted to were "
        "measured on the data, and on data sets of the same size drawn from the posterior."
    )
    if found.draws_fail:
        told += " The draws fail their own checks, so this says little about the model."
    elif not bad:
        told += " By none of them can the data be told from these: no sign that the model is wrong."
    for one in bad:
        told += f" {true_minus(one.said)}"
    good = len(found.made) - len(bad)
    if bad and good:
        told += f" The other {numeral(good)} pass."
    if found.missing:
        missing = listed([MEASURED[statistic].lower() for statistic in found.missing])
        told += (
            f" Not measured: {missing}. That takes all values side by side, each seen a whole "
            "number of times."
        )
    return told


def check_table(found: ChecksFound | None) -> Cells | None:
    """The data beside data sets from the model; None without checks."""
    if not isinstance(found, Checks) or not found.made:
        return None
    return Cells(
        "Checks of the model",
        ("Measured", "verdict", "the data", "95 of 100 data sets from the model", "p"),
        tuple(_cells(one) for one in found.made),
    )


def _cells(one: Checked) -> tuple[str, ...]:
    width = one.upper - one.lower
    low, high, seen = (number(x, width) if x else "0" for x in (one.lower, one.upper, one.observed))
    expected = f"at most {high}" if one.statistic in LARGE_ONLY else f"{low} to {high}"
    p = "under 0.001" if one.p < 0.001 else fixed(one.p, 2 if one.p >= 0.01 else 3)
    return MEASURED[one.statistic], one.result, seen, expected, p


def what_is_checked(found: ChecksFound | None) -> Explanation | None:
    """What the rows and columns of the checks mean."""
    if not isinstance(found, Checks):
        return None
    return Explanation(
        "What is checked",
        "Skewness says how far a group leans to one side, excess kurtosis how heavy its tails are; "
        "both are zero for normal groups, and are measured on each group by the values that "
        "belong to it. The farthest value finds stragglers and cut-off tails, the smallest gap "
        "rounded or repeated values, the last row a histogram that the model does not make. "
        "p is how often data sets from the model are as extreme as the data: below 0.05 a check "
        "is in doubt, as one of five may be by chance; below 0.01 it fails. Mean and standard "
        "deviation are not checked, since a mixture can be given any.",
    )


def on_loo(found: Prediction | None) -> str:
    """How well each value is predicted from the others; empty if that is not known."""
    if found is None:
        return ""
    told = (
        f"Each of the {observations(found.data)} was also predicted from all the others "
        f"(leave-one-out): log density {fixed(found.elpd, 1)} in all, with standard error "
        f"{fixed(found.se, 1)}, as from {fixed(found.parameters, 1)} free parameters where the "
        f"model has {found.free}. {_reliability(found.reliability)} {_spread(found.spread)}"
    )
    if found.computed != found.different:
        told += (
            f" {found.computed:,} of the {found.different:,} distinct values were computed, the "
            "others interpolated."
        )
    return told


def misfits(found: tuple[Misfit, ...]) -> tuple[str, ...]:
    """What a reader must know of the model before relying on a number; empty if it fits."""
    return tuple(_misfit(one) for one in found)


def _misfit(one: Misfit) -> str:
    match one:
        case Checked():
            return true_minus(one.said)
        case Spread():
            return f"The values are not spread as the model predicts them ({p_value(one.p)})."
        case Unreliable():
            return _reliability(one)
        case _:
            assert_never(one)


def _spread(found: Spread) -> str:
    if found.as_predicted:
        return f"The values are spread as predicted ({p_value(found.p)})."
    return f"The values are not spread as predicted ({p_value(found.p)})."


def _reliability(found: Reliable | Unreliable) -> str:
    match found:
        case Reliable():
            return f"Each prediction can be relied on (Pareto k at most {fixed(found.highest, 2)})."
        case Unreliable():
            return (
                f"Leave-one-out cannot be relied on for {found.count:,} of {found.n:,} values "
                f"(Pareto k up to {fixed(found.highest, 2)}, above {fixed(found.threshold, 2)}): "
                "such a value pulls the fit towards itself."
            )
        case _:
            assert_never(found)
