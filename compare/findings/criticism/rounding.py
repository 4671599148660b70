"""Rounding: whether the values are rounded, and what that does to the fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.head.points import few_values
from compare.findings.terms import option

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["LooksRounded", "Rounded", "Rounding", "coarse", "rounding"]

COARSE = 0.5
"""Steps of so large a part of the smallest sd make it 1 % too large if they are left out."""


@dataclass(frozen=True)
class Rounded:
    """Both fits know that the values are rounded."""

    step: float
    unit: str


@dataclass(frozen=True)
class LooksRounded:
    """The values look rounded, and both fits take them for exact."""

    step: float
    unit: str
    excess: float | None
    """What that adds to the smallest sd, as a share of it; None where rounding alone would make
    an sd as large."""
    option: str
    """What to type so that they do not."""


Rounding = Rounded | LooksRounded


def rounding(comparison: Comparison) -> Rounding | None:
    """Whether the values are rounded, and what follows.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Rounded, LooksRounded or None
        None for exact values.
    """
    sample, unit = comparison.case.sample, comparison.case.unit
    if sample.rounding > 0:
        return Rounded(sample.step, unit)
    if sample.step == 0:
        return None
    smallest = _smallest(comparison)
    # Rounding adds the variance of a uniform distribution over a step (Sheppard 1898).
    left = smallest**2 - sample.step**2 / 12
    return LooksRounded(
        step=sample.step,
        unit=unit,
        excess=None if left <= 0 else smallest / math.sqrt(left) - 1,
        option=option(comparison, "rounding", "rounding", f"{sample.step:.6g}"),
    )


def coarse(comparison: Comparison) -> Rounding | None:
    """Rounding that has to be told at the head of the report.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Rounded, LooksRounded or None
        None where rounding does not matter, or the fits know of it.
    """
    sample = comparison.case.sample
    if sample.rounding > 0 or sample.step < COARSE * _smallest(comparison):
        return None
    if few_values(comparison):
        return None  # counts and classes are not rounded from anything
    return rounding(comparison)


def _smallest(comparison: Comparison) -> float:
    """The smallest sd: EM's at a maximum, else the posterior's."""
    if comparison.fit.converged:
        return float(comparison.fit.mixture.sds.min())
    return float(comparison.posterior.sds.min(axis=-1).mean())
