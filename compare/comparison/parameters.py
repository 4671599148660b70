"""Parameters: which rows of a comparison have something to say, and whose intervals are open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from compare.language.labels import free_parameters

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row
    from compare.language.labels import Parameter

__all__ = ["free_rows", "is_open", "moving_parameters", "weight_rows"]


def free_rows(comparison: Comparison) -> list[Row]:
    """The rows that can differ: without the second of two weights, and a single one."""
    return [parameter.row for parameter in free_parameters(comparison)]


def weight_rows(comparison: Comparison) -> list[Row]:
    """The weight of each group, in order of mean."""
    return [row for row in comparison.rows if row.parameter == "weights"]


def moving_parameters(comparison: Comparison) -> list[Parameter]:
    """The free parameters without those that a sampler did not move at all."""
    return [p for p in free_parameters(comparison) if np.ptp(p.draws) > 0]


def is_open(row: Row) -> bool:
    """Whether EM's interval runs to the end of what the parameter can be; False if it has none."""
    lower, upper = row.em.lower, row.em.upper
    if math.isnan(lower) or math.isnan(upper):
        return False
    if row.parameter == "weights":
        return lower <= 0 or upper >= 1
    return math.isinf(upper) or math.isinf(lower) or (row.parameter == "sds" and lower <= 0)
