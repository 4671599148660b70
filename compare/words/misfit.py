"""The misfit: whether the data look like what the model makes and predicts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.findings.head.points import recurring
from compare.language.en.survey import NOT_CHECKED
from compare.language.labels import listed, number
from compare.language.wording import capitalized, fixed, numeral, observations, p_value, true_minus
from compare.words.blocks import Note, Table

if TYPE_CHECKING:
    from bayes import Check, Loo
    from compare.comparison.table import Comparison

__all__ = ["check_table", "misfits", "on_checks", "on_loo", "what_is_checked"]

MEASURED = {
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

SPREAD = 0.01
"""A p-value below it: the values are not spread as predicted."""


def on_checks(comparison: Comparison) -> str:
    """Say which checks fail and what that means; empty if there are none."""
    if comparison.fit.is_pseudo:
        return NOT_CHECKED
    checks = _telling(comparison)
    if not checks:
        return ""
    made = [check for check in checks if check.made]
    bad = [check for check in made if check.verdict != "passes"]
    told = (
        f"{capitalized(numeral(len(made)))} things that the model was not fitted to were measured "
        "on the data, and on data sets of the same size drawn from the posterior."
    )
    if not comparison.sampled_well:
        told += " The draws fail their own checks, so this says little about the model."
    elif not bad:
        told += " By none of them can the data be told from these: no sign that the model is wrong."
    if bad:
        rest = f" The other {numeral(len(made) - len(bad))} pass." if len(bad) < len(made) else ""
        told += f" {true_minus(' '.join(check.sentence for check in bad))}{rest}"
    rounded = comparison.case.sample.rounding > 0
    missing = [
        MEASURED[check.name].lower()
        for check in checks
        # The smallest gap says nothing of values that are known to be rounded.
        if not (check.made or (rounded and check.name == "gap"))
    ]
    if missing:
        told += (
            f" Not measured: {listed(missing)}. That takes all values side by side, each seen a "
            "whole number of times."
        )
    return told


def check_table(comparison: Comparison) -> Table | None:
    """The data beside data sets from the model; None without checks."""
    made = [check for check in _telling(comparison) if check.made]
    if not made:
        return None
    return Table(
        "Checks of the model",
        ("Measured", "verdict", "the data", "95 of 100 data sets from the model", "p"),
        tuple(_cells(check) for check in made),
    )


def what_is_checked(comparison: Comparison) -> Note | None:
    """What the rows and columns of the checks mean."""
    if not _telling(comparison):
        return None
    return Note(
        "What is checked",
        "Skewness says how far a group leans to one side, excess kurtosis how heavy its tails are; "
        "both are zero for normal groups, and are measured on each group by the values that "
        "belong to it. The farthest value finds stragglers and cut-off tails, the smallest gap "
        "rounded or repeated values, the last row a histogram that the model does not make. "
        "p is how often data sets from the model are as extreme as the data: below 0.05 a check "
        "is in doubt, as one of five may be by chance; below 0.01 it fails. Mean and standard "
        "deviation are not checked, since a mixture can be given any.",
    )


def on_loo(comparison: Comparison) -> str:
    """Say how well each value is predicted from the others; empty if that was not done."""
    loo = comparison.criticism.loo if comparison.criticism is not None else None
    if loo is None:
        return ""
    free = 3 * comparison.n_components - 1
    spread = (
        f"The values are spread as predicted ({p_value(loo.pit_p)})"
        if loo.pit_p >= SPREAD
        else f"The values are not spread as predicted ({p_value(loo.pit_p)})"
    )
    part = (
        ""
        if loo.n_computed == loo.values.size
        else f" {loo.n_computed:,} of the {loo.values.size:,} distinct values were computed, the "
        "others interpolated."
    )
    return (
        f"Each of the {observations(comparison)} was also predicted from all the others "
        f"(leave-one-out): log density {fixed(loo.elpd, 1)} in all, with standard error "
        f"{fixed(loo.se, 1)}, as from {fixed(loo.p_loo, 1)} free parameters where the model has "
        f"{free}. {_reliable(loo)} {spread}.{part}"
    )


def misfits(comparison: Comparison) -> tuple[str, ...]:
    """What a reader must know of the model before relying on a number; empty if it fits."""
    if comparison.criticism is None:
        return ()
    tied = comparison.case.sample.step > 0 or recurring(comparison)
    told = [
        true_minus(check.sentence)
        for check in _telling(comparison)
        # That rounded or recurring values lie close together is no news, and said elsewhere.
        if check.verdict == "fails" and (check.name != "gap" or not tied)
    ]
    loo = comparison.criticism.loo
    if loo is not None and loo.pit_p < SPREAD:
        told.append(f"The values are not spread as the model predicts them ({p_value(loo.pit_p)}).")
    if loo is not None and not loo.ok:
        told.append(_reliable(loo))
    return tuple(told)


def _telling(comparison: Comparison) -> list[Check]:
    """The checks that can fail, and the others if they do."""
    checks = comparison.criticism.checks if comparison.criticism is not None else ()
    return [check for check in checks if check.can_fail or check.verdict == "fails"]


def _cells(check: Check) -> tuple[str, ...]:
    width = check.upper - check.lower
    low, high, seen = (
        number(x, width) if x else "0" for x in (check.lower, check.upper, check.observed)
    )
    expected = f"at most {high}" if check.name in LARGE_ONLY else f"{low} to {high}"
    p = "under 0.001" if check.p < 0.001 else fixed(check.p, 2 if check.p >= 0.01 else 3)
    return MEASURED[check.name], check.verdict, seen, expected, p


def _reliable(loo: Loo) -> str:
    highest = fixed(float(loo.pareto_k.max()), 2)
    if loo.ok:
        return f"Each prediction can be relied on (Pareto k at most {highest})."
    count = max(1, round(loo.share_unreliable * loo.n))
    return (
        f"Leave-one-out cannot be relied on for {count:,} of {loo.n:,} values (Pareto k up to "
        f"{highest}, above {fixed(loo.threshold, 2)}): such a value pulls the fit towards itself."
    )
