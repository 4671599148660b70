"""Survey: what sampling weights are worth, and how far a pseudo-posterior is too narrow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.terms import Data, data_of

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["Survey", "on_survey"]

NOTICED = 1.005
"""Intervals too short by a smaller factor are about as long as they should be."""


@dataclass(frozen=True)
class Survey:
    """The posterior is a pseudo-posterior."""

    data: Data
    effective_n: float
    """So many independent values of equal weight tell as much, by Kish's rule."""
    too_short: float | None
    """The factor by which credible intervals are too short; None if that is next to nothing."""


def on_survey(comparison: Comparison) -> Survey | None:
    """What sampling weights do to the posterior.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Survey or None
        None without sampling weights.
    """
    if not comparison.fit.is_pseudo:
        return None
    sample = comparison.case.sample
    factor = math.sqrt(sample.n / sample.effective_n)
    return Survey(data_of(comparison), sample.effective_n, factor if factor >= NOTICED else None)
