"""Rounding: whether the values are rounded, what that does to the fits, and what to do about it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.findings.head.points import few_values
from compare.language.wording import fixed, unit_after

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["coarse", "on_rounding"]

COARSE = 0.5
"""Steps of so large a part of the smallest sd make it 1 % too large if they are left out."""


def on_rounding(comparison: Comparison) -> str:
    """Say whether the values are rounded and what follows; empty for exact ones."""
    sample = comparison.case.sample
    if sample.rounding > 0:
        return (
            f"The values are taken as rounded to {_step(comparison)}: each stands for anything "
            "within half a step of it, and both fits work with the probability of that, not with "
            "the density at the value (the interval-censored likelihood)."
        )
    if sample.step == 0:
        return ""
    return f"{_seen(comparison)} {_advice(comparison)}"


def coarse(comparison: Comparison) -> str:
    """What to mind at the head of the report where rounding matters; empty where it does not."""
    sample = comparison.case.sample
    if sample.rounding > 0 or sample.step < COARSE * _smallest(comparison):
        return ""
    if few_values(comparison):
        return ""  # counts and classes are not rounded from anything
    return on_rounding(comparison)


def _seen(comparison: Comparison) -> str:
    step, smallest = comparison.case.sample.step, _smallest(comparison)
    told = f"All values are whole steps of {_step(comparison)} apart: they look rounded."
    # Rounding adds the variance of a uniform distribution over a step (Sheppard 1898).
    left = smallest**2 - step**2 / 12
    if left <= 0:
        return (
            f"{told} Taken for exact, as here, they say nothing of standard deviations as small "
            "as the smallest one below."
        )
    excess = 100 * (smallest / math.sqrt(left) - 1)
    much = "under 0.1" if excess < 0.1 else f"about {fixed(excess, 1)}"
    return (
        f"{told} The fits take them for exact, which makes the smallest standard deviation "
        f"{much}% too large."
    )


def _advice(comparison: Comparison) -> str:
    step = f"{comparison.case.sample.step:.6g}"
    option = f"rounding={step}" if comparison.command is None else f"--rounding {step}"
    return f"With {option} each is taken for the interval it stands for."


def _step(comparison: Comparison) -> str:
    return f"{comparison.case.sample.step:.6g}{unit_after(comparison)}"


def _smallest(comparison: Comparison) -> float:
    """The smallest sd: EM's at a maximum, else the posterior's."""
    if comparison.fit.converged:
        return float(comparison.fit.mixture.sds.min())
    return float(comparison.posterior.sds.min(axis=-1).mean())
