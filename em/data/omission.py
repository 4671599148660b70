"""Omission: values that are left out of a sample on purpose, and what is kept of them.

A value that a good part of the data are equal to, such as the zeros of a quantity that many have
none of, is no normal group. What remains without it may well be normal groups; how many were left
out belongs to the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import real

__all__ = ["LeftOut", "equal_to", "left_out"]

Floats = NDArray[np.float64]

NOISE = 1e-12
"""In the largest of all values: two so near are one number that was reached in two ways."""


@dataclass(frozen=True, order=True)
class LeftOut:
    """A value that was left out."""

    value: float
    """In the unit of the data."""
    count: float
    """How often it was recorded: its weight, or the number of rows of a survey."""
    share: float
    """Its share of all, those left out included; of a survey, of the weights."""


def equal_to(values: Floats, value: float) -> NDArray[np.bool_]:
    """Which of all values are one value, up to the noise of floats; shape (n,)."""
    return np.asarray(np.abs(values - value) <= NOISE * np.abs(values).max())


def left_out(
    values: Floats, weights: Floats, recorded: Floats, asked: float | ArrayLike
) -> tuple[NDArray[np.bool_], tuple[LeftOut, ...]]:
    """Which values stay if some are left out, and what is to be said of the others.

    Parameters
    ----------
    values, weights : ndarray of shape (n,)
    recorded : ndarray of shape (n,)
        How often each value was recorded.
    asked : float or array_like of shape (m,)
        What is left out.

    Returns
    -------
    kept : ndarray of bool of shape (n,)
    gone : tuple of LeftOut
        In order of value, each once.

    Raises
    ------
    TypeError
        If what is asked for is no real numbers.
    ValueError
        If no value equals one of them, or if nothing stays.
    """
    total = float(weights.sum())
    kept = np.ones(values.shape, dtype=bool)
    gone = []
    for value in sorted(
        {real("a value to leave out", one) for one in np.atleast_1d(asked).tolist()}
    ):
        equal = equal_to(values, value)
        if not equal.any():
            nearest = float(values[np.abs(values - value).argmin()])
            raise ValueError(
                f"expected values to leave out that occur, got {value:.12g}, which none equals; "
                f"the nearest is {nearest:.12g}"
            )
        kept &= ~equal
        share = float(weights[equal].sum()) / total
        gone.append(LeftOut(value, float(recorded[equal].sum()), share))
    if not kept.any():
        raise ValueError("expected values besides those that are left out, got none")
    return kept, tuple(gone)
