"""Misfit: whether the data look like what the model makes and predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from compare.findings.head.points import recurring
from compare.findings.terms import Data, data_of

if TYPE_CHECKING:
    from bayes import Check, Loo
    from bayes.criticism.checks import Side, Steps
    from compare.comparison.table import Comparison

__all__ = [
    "Checked",
    "Checks",
    "ChecksFound",
    "Misfit",
    "NotChecked",
    "Prediction",
    "Reliable",
    "Result",
    "Spread",
    "Statistic",
    "Unreliable",
    "checks",
    "misfits",
    "prediction",
]

SPREAD = 0.01
"""A p-value below it: the values are not spread as predicted."""

Statistic = Literal["mean", "sd", "skewness", "kurtosis", "farthest", "gap", "shape"]
"""What is measured: skewness and excess kurtosis of the groups, the farthest value in sds, the
smallest gap between two values, the distance between histogram and model."""

Result = Literal["passes", "in doubt", "fails"]


@dataclass(frozen=True)
class NotChecked:
    """How much data with sampling weights vary is not known."""


@dataclass(frozen=True)
class Checked:
    """One statistic of the data beside the same of data sets drawn from the posterior."""

    statistic: Statistic
    result: Result
    observed: float
    lower: float
    """Of what 95 of 100 data sets have."""
    upper: float
    p: float
    side: Side
    """Where the data are beside the data sets."""
    steps: Steps | None
    """What the values come in steps of, where these may be why they lie close together."""


@dataclass(frozen=True)
class Checks:
    """Checks that can fail, or do."""

    made: tuple[Checked, ...]
    missing: tuple[Statistic, ...]
    """What these data do not allow to be measured."""
    draws_fail: bool
    """Whether the draws fail their own checks."""


ChecksFound = Checks | NotChecked


@dataclass(frozen=True)
class Reliable:
    """Each leave-one-out prediction can be relied on."""

    highest: float
    """Pareto's k."""


@dataclass(frozen=True)
class Unreliable:
    """Some leave-one-out predictions cannot be relied on."""

    count: int
    """So many."""
    n: int
    """Of so many."""
    highest: float
    """Pareto's k."""
    threshold: float
    """Of it."""


@dataclass(frozen=True)
class Spread:
    """Whether the values are spread as predicted from the others."""

    as_predicted: bool
    p: float


@dataclass(frozen=True)
class Prediction:
    """How well each value is predicted from the others."""

    data: Data
    elpd: float
    """Log density, in all."""
    se: float
    """Of that."""
    parameters: float
    """So many free ones the model seems to have."""
    free: int
    """So many it has."""
    reliability: Reliable | Unreliable
    spread: Spread
    computed: int
    """Different values that were computed, the others being interpolated."""
    different: int
    """Different values."""


Misfit = Checked | Spread | Unreliable
"""What a reader must know of the model before relying on a number."""


def checks(comparison: Comparison) -> ChecksFound | None:
    """Which checks of the model pass and which fail.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Checks, NotChecked or None
        None where there are none.
    """
    if comparison.fit.is_pseudo:
        return NotChecked()
    telling = _telling(comparison)
    if not telling:
        return None
    # The smallest gap says nothing of values that are known to be rounded.
    moot = ("gap",) if comparison.case.sample.rounding > 0 else ()
    return Checks(
        made=tuple(_checked(check) for check in telling if check.made),
        missing=tuple(
            cast("Statistic", check.name)
            for check in telling
            if not check.made and check.name not in moot
        ),
        draws_fail=not comparison.sampled_well,
    )


def prediction(comparison: Comparison) -> Prediction | None:
    """How well each value is predicted from the others.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Prediction or None
        None where that is not known.
    """
    loo = comparison.criticism.loo if comparison.criticism is not None else None
    if loo is None:
        return None
    return Prediction(
        data=data_of(comparison),
        elpd=loo.elpd,
        se=loo.se,
        parameters=loo.p_loo,
        free=3 * comparison.n_components - 1,
        reliability=_reliability(loo),
        spread=_spread(loo),
        computed=loo.n_computed,
        different=loo.values.size,
    )


def misfits(comparison: Comparison) -> tuple[Misfit, ...]:
    """What a reader must know of the model before relying on a number.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of Checked, Spread and Unreliable
        Checks that fail, values spread otherwise than predicted, predictions not to be relied on;
        empty if the model fits.
    """
    if comparison.criticism is None:
        return ()
    tied = comparison.case.sample.step > 0 or recurring(comparison) is not None
    found: list[Misfit] = [
        _checked(check)
        for check in _telling(comparison)
        # That rounded or recurring values lie close together is no news, and said elsewhere.
        if check.verdict == "fails" and (check.name != "gap" or not tied)
    ]
    loo = comparison.criticism.loo
    if loo is not None:
        spread, reliability = _spread(loo), _reliability(loo)
        if not spread.as_predicted:
            found.append(spread)
        if isinstance(reliability, Unreliable):
            found.append(reliability)
    return tuple(found)


def _telling(comparison: Comparison) -> list[Check]:
    """The checks that can fail, and the others if they do."""
    made = comparison.criticism.checks if comparison.criticism is not None else ()
    return [check for check in made if check.can_fail or check.verdict == "fails"]


def _checked(check: Check) -> Checked:
    return Checked(
        statistic=cast("Statistic", check.name),
        result=cast("Result", check.verdict),
        observed=check.observed,
        lower=check.lower,
        upper=check.upper,
        p=check.p,
        side=check.side or "either",
        steps=check.steps,
    )


def _spread(loo: Loo) -> Spread:
    return Spread(loo.pit_p >= SPREAD, loo.pit_p)


def _reliability(loo: Loo) -> Reliable | Unreliable:
    highest = float(loo.pareto_k.max())
    if loo.ok:
        return Reliable(highest)
    return Unreliable(max(1, round(loo.share_unreliable * loo.n)), loo.n, highest, loo.threshold)
