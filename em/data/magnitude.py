"""Magnitude: squares of numbers so small or so large that these would be zero or infinite.

Data may come in any unit. A power of two takes the size off exactly, so that nothing else changes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["size_of", "spread_of"]

Floats = NDArray[np.float64]

SAFE = (1e-200, 1e200)
"""Mean squares between these are as exact as any."""


def size_of(values: Floats) -> int:
    """The exponent of the smallest power of two above all values in size.

    `numpy.ldexp` by as much less brings them below one, without rounding.
    """
    return math.frexp(float(np.abs(values).max(initial=0.0)))[1]


def spread_of(away: Floats, weights: Floats, n: float) -> float:
    """The root of the mean square, in the unit of `away`.

    Parameters
    ----------
    away : ndarray of shape (m,)
        Distances from a center.
    weights : ndarray of shape (m,)
    n : float
        Their sum.

    Returns
    -------
    float
    """
    square = float(np.dot(away**2, weights)) / n
    if SAFE[0] < square < SAFE[1]:
        return math.sqrt(square)
    size = size_of(away)
    return math.ldexp(math.sqrt(float(np.dot(np.ldexp(away, -size) ** 2, weights)) / n), size)
