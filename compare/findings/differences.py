"""Differences: where EM and the posterior part, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from compare.comparison.parameters import is_open, moving_rows
from compare.findings.terms import Parameter, Quantiles, Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.comparison.table import Comparison, Row

__all__ = [
    "Differences",
    "DifferencesFound",
    "Lengths",
    "Longer",
    "NoDraws",
    "NoMaximum",
    "Shift",
    "Skewed",
    "Tie",
    "Whole",
    "differences",
]

SHIFTED = 0.25
"""In posterior sds: a smaller difference between EM and the posterior median is no news."""

SKEWED = 0.5
"""Skewness below this in size is no news."""

TIED, CLOSELY = 0.5, 0.9
"""Correlations below the first in size are no news; from the second on they make intervals wide."""

ALIKE = 0.9, 1.11
"""Ratios of lengths between these are no news."""


@dataclass(frozen=True)
class NoMaximum:
    """EM has no maximum to compare the posterior with."""


@dataclass(frozen=True)
class NoDraws:
    """The draws are all the same."""


@dataclass(frozen=True)
class Shift:
    """EM's estimate beside the posterior median."""

    parameter: Parameter
    by_em: Value
    by_bayes: Value
    distance: float
    """In posterior sds."""


@dataclass(frozen=True)
class Skewed:
    """A posterior with one long tail."""

    parameter: Parameter
    skewness: float


@dataclass(frozen=True)
class Tie:
    """The two parameters with the strongest correlation in the posterior."""

    first: Parameter
    second: Parameter
    correlation: float
    strength: Literal["hardly", "tied", "closely"]
    only: bool
    """Whether there are no other parameters."""


@dataclass(frozen=True)
class Whole:
    """Mean and sd of the whole mixture, which the data fix where its parameters are tied."""

    mean: Quantiles
    sd: Quantiles
    unit: str


@dataclass(frozen=True)
class Longer:
    """How many times as long as EM's interval the credible interval is."""

    parameter: Parameter
    ratio: float


@dataclass(frozen=True)
class Lengths:
    """How the lengths of both kinds of interval compare, where EM's end."""

    most: Longer | None
    """With the ratio furthest from 1; None where no interval of EM ends."""
    least_ratio: float
    """The smallest of all ratios."""
    largest_ratio: float
    count: int
    """How many parameters have a ratio."""
    alike: bool
    """Whether all ratios are near 1."""
    is_survey: bool
    """Whether EM's intervals are Wald's, of sampling weights."""
    open: tuple[Parameter, ...]
    """Those whose interval by EM has no end on some side."""
    all_open: bool
    """Whether these are all of several parameters."""


@dataclass(frozen=True)
class Differences:
    """Where EM and the posterior differ."""

    draws_fail: bool
    """Whether the draws fail their checks."""
    count: int
    """How many parameters have draws that vary."""
    largest_shift: float
    """In posterior sds."""
    shifts: tuple[Shift, ...]
    """Those worth a word."""
    skewed: tuple[Skewed, ...]
    """Those worth a word."""
    tie: Tie | None
    """None for a single parameter."""
    whole: Whole | None
    """Where the tie is worth a word, of several groups and draws that can be believed."""
    lengths: Lengths


DifferencesFound = Differences | NoMaximum | NoDraws


def differences(comparison: Comparison) -> DifferencesFound:
    """Where EM and the posterior differ.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Differences, NoMaximum or NoDraws
    """
    comparison = comparison.named
    if not comparison.fit.converged:
        return NoMaximum()
    rows = moving_rows(comparison)
    if not rows:
        return NoDraws()
    skewness = [(row, _skewness(comparison.draws(row))) for row in rows]
    tie = _tie(comparison, rows) if len(rows) > 1 else None
    tied = tie is not None and tie.strength != "hardly"
    return Differences(
        draws_fail=not comparison.sampled_well,
        count=len(rows),
        largest_shift=max(abs(row.shift) for row in rows),
        shifts=tuple(_shift(comparison, row) for row in rows if abs(row.shift) >= SHIFTED),
        skewed=tuple(
            Skewed(Parameter.of(comparison, row), value)
            for row, value in skewness
            if abs(value) >= SKEWED
        ),
        tie=tie,
        whole=_whole(comparison)
        if tied and comparison.n_components > 1 and comparison.sampled_well
        else None,
        lengths=_lengths(comparison, rows),
    )


def _shift(comparison: Comparison, row: Row) -> Shift:
    return Shift(
        Parameter.of(comparison, row),
        Value.of(comparison, row, row.em.estimate),
        Value.of(comparison, row, row.bayes.median),
        abs(row.shift),
    )


def _skewness(draws: NDArray[np.float64]) -> float:
    centred = draws - draws.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


def _tie(comparison: Comparison, rows: list[Row]) -> Tie:
    draws = [comparison.draws(row).ravel() for row in rows]
    matrix = np.abs(np.asarray(np.corrcoef(np.stack(draws))))
    weight = np.array([row.parameter == "weights" for row in rows])
    # Shares of one whole always compete; that says nothing about these data.
    matrix[np.eye(len(rows), dtype=bool) | (weight[:, None] & weight)] = -1.0
    i, j = sorted(divmod(int(matrix.argmax()), len(rows)))
    value = float(np.corrcoef(draws[i], draws[j])[0, 1])
    size = abs(value)
    return Tie(
        Parameter.of(comparison, rows[i]),
        Parameter.of(comparison, rows[j]),
        value,
        "hardly" if size < TIED else "tied" if size < CLOSELY else "closely",
        only=len(rows) == 2,
    )


def _whole(comparison: Comparison) -> Whole:
    weights, means, sds = (
        np.asarray(getattr(comparison.posterior, name)) for name in ("weights", "means", "sds")
    )
    mean = (weights * means).sum(axis=-1)
    sd = np.sqrt((weights * (sds**2 + (means - mean[..., None]) ** 2)).sum(axis=-1))
    level = comparison.level
    return Whole(Quantiles.of(mean, level), Quantiles.of(sd, level), comparison.case.unit)


def _lengths(comparison: Comparison, rows: list[Row]) -> Lengths:
    """Where the prior, or the averaging, changes the length of the interval the most."""
    open_ones = [row for row in rows if is_open(row)]
    ended = [row for row in rows if not is_open(row) and row.em.upper > row.em.lower]
    ratios = [
        Longer(Parameter.of(comparison, row), ratio) for row in ended if (ratio := _ratio(row)) > 0
    ]
    least = min((one.ratio for one in ratios), default=math.nan)
    largest = max((one.ratio for one in ratios), default=math.nan)
    return Lengths(
        most=max(ratios, key=lambda one: abs(math.log(one.ratio)), default=None),
        least_ratio=least,
        largest_ratio=largest,
        count=len(ratios),
        alike=least > ALIKE[0] and largest < ALIKE[1],
        is_survey=comparison.fit.is_pseudo,
        open=tuple(Parameter.of(comparison, row) for row in open_ones),
        all_open=len(open_ones) == len(rows) > 1,
    )


def _ratio(row: Row) -> float:
    return (row.bayes.upper - row.bayes.lower) / (row.em.upper - row.em.lower)
