"""Omission: values that are left out of a sample on purpose, and what is kept of them.

A value that a good part of the data are equal to, such as the zeros of a quantity that many have
none of, is no normal group. What remains without it may well be normal groups; how many were left
out belongs to the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.search.options import real

if TYPE_CHECKING:
    from em.data.sample import Sample

__all__ = ["LeftOut", "equal_to", "left_out"]

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


def equal_to(sample: Sample, value: float) -> NDArray[np.bool_]:
    """Which values of a sample are one value, up to the noise of floats; shape (n_values,)."""
    return np.asarray(np.abs(sample.values - value) <= NOISE * np.abs(sample.values).max())


def left_out(
    sample: Sample, values: float | ArrayLike
) -> tuple[NDArray[np.bool_], tuple[LeftOut, ...]]:
    """Which values of a sample stay, and what is to be said of the others.

    Parameters
    ----------
    sample : Sample
    values : float or array_like of shape (m,)
        What is left out.

    Returns
    -------
    kept : ndarray of bool of shape (n_values,)
    gone : tuple of LeftOut
        In order of value, each once.

    Raises
    ------
    TypeError
        If the values are no real numbers.
    ValueError
        If no value equals one of them, if nothing stays, or if nodes stand for the data.
    """
    if sample.bins is not None or sample.digest is not None:
        raise ValueError(
            "expected the data themselves to leave values out of, got nodes that stand for them; "
            "leave them out before the sample is squashed"
        )
    asked = sorted({real("a value to leave out", one) for one in np.atleast_1d(values).tolist()})
    recorded, total = sample.recorded, float(sample.weights.sum())
    kept = np.ones(sample.values.shape, dtype=bool)
    gone = []
    for value in asked:
        equal = equal_to(sample, value)
        if not equal.any():
            nearest = float(sample.values[np.abs(sample.values - value).argmin()])
            raise ValueError(
                f"expected values to leave out that occur, got {value:.12g}, which none equals; "
                f"the nearest is {nearest:.12g}"
            )
        kept &= ~equal
        share = float(sample.weights[equal].sum()) / total
        gone.append(LeftOut(value, float(recorded[equal].sum()), share))
    if not kept.any():
        raise ValueError("expected values besides those that are left out, got none")
    return kept, tuple(gone)
