"""Whether the data look like what the model makes and predicts, in English."""

from __future__ import annotations

import math
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
    from bayes.criticism.checks import Side, Steps
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

NOT_OF_THESE = "the draws are not of these data"

SUBJECTS: dict[Statistic, str] = {
    "mean": "The mean",
    "sd": "The standard deviation",
    "skewness": "The skewness of the groups",
    "kurtosis": "The excess kurtosis of the groups",
    "farthest": "The largest distance from the mean, in standard deviations,",
    "gap": "The smallest gap between two values",
    "shape": "The distance between histogram and model (chi-square)",
}

WRONG: dict[Statistic, dict[Side, str]] = {
    "mean": {"below": NOT_OF_THESE, "above": NOT_OF_THESE},
    "sd": {"below": NOT_OF_THESE, "above": NOT_OF_THESE},
    "skewness": {
        "below": "groups lean to the left, which normal ones do not",
        "above": "groups lean to the right, which normal ones do not",
        "either": "groups lean to different sides, which normal ones do not",
    },
    "kurtosis": {
        "below": "groups are flatter, with lighter tails, than normal ones",
        "above": "groups have heavier tails than normal ones",
        "either": "groups have heavier or lighter tails than normal ones",
    },
    "farthest": {
        "below": "no value lies as far out as the model puts some, as if the data had been cut off",
        "above": "a value lies farther out than the model puts any",
    },
    "gap": {
        "below": "values lie closer together than a continuous model puts them: rounded "
        "or repeated",
        "above": "no two values come as close as the model puts some, as if they lay on a grid",
    },
    "shape": {"above": "the histogram is not one that the model makes"},
}
"""What a misfit means, by where the data are."""

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
        told += f" {_said(one)}"
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


def _said(one: Checked) -> str:
    """A check with its numbers, and what it means."""
    width = one.upper - one.lower
    seen, low, high = (_digits(value, width) for value in (one.observed, one.lower, one.upper))
    expected = f"at most {high}" if one.statistic in LARGE_ONLY else f"{low} to {high}"
    return true_minus(
        f"{SUBJECTS[one.statistic]} is {seen}; in 95 of 100 data sets from the model it is "
        f"{expected} (p = {one.p:.2g}): {_meaning(one)}"
    )


def _digits(value: float, width: float) -> str:
    """With as many digits as tell the ends of an interval of this width apart."""
    if not (1e-2 * abs(value) < width < 1e4) and width < 1e-3:
        return f"{value:.3g}"
    return f"{value:.{max(0, 1 - math.floor(math.log10(width)))}f}"


def _meaning(one: Checked) -> str:
    match one.result:
        case "passes":
            return "no sign that the model is wrong."
        case "in doubt":
            return f"perhaps {WRONG[one.statistic][one.side]}."
        case "fails":
            return (
                f"{WRONG[one.statistic][one.side]}.{'' if one.steps is None else _steps(one.steps)}"
            )
        case _:
            assert_never(one.result)


def _steps(found: Steps) -> str:
    """Whether the rounding of the data matters, and what to do about it."""
    matters = (
        "so coarse that the smallest sd is not to be trusted"
        if found.coarse
        else "too fine to matter for the estimates"
    )
    told = (
        f" They come in steps of {found.step:.4g}, {found.part:.2g} of the smallest sd: {matters}."
    )
    if not found.all_on_steps:
        return told
    return (
        f"{told} rounding={found.step:.6g} (--rounding {found.step:.6g} on the command line) makes "
        "that part of the model."
    )


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
            return _said(one)
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
