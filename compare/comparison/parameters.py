"""Parameters: which rows of a comparison have something to say, and whose intervals are open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = ["free_rows", "is_open", "moving_rows", "weight_rows"]


def free_rows(comparison: Comparison) -> list[Row]:
    """The rows that can differ: all but the last weight, which the others leave no choice."""
    last = comparison.n_components - 1
    return [row for row in comparison.rows if row.parameter != "weights" or row.component < last]


def weight_rows(comparison: Comparison) -> list[Row]:
    """The weight of each group, in order of mean."""
    return [row for row in comparison.rows if row.parameter == "weights"]


def moving_rows(comparison: Comparison) -> list[Row]:
    """The free rows without those whose parameter a sampler did not move at all."""
    return [row for row in free_rows(comparison) if np.ptp(comparison.draws(row)) > 0]


def is_open(row: Row) -> bool:
    """Whether EM's interval runs to the end of what the parameter can be; False if it has none."""
    lower, upper = row.em.lower, row.em.upper
    if math.isnan(lower) or math.isnan(upper):
        return False
    if row.parameter == "weights":
        return lower <= 0 or upper >= 1
    return math.isinf(upper) or math.isinf(lower) or (row.parameter == "sds" and lower <= 0)
