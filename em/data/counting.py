"""Counting: the different values of a column, and how often each was seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHUNK", "counted", "distinct", "few_values", "look", "taken"]

Floats = NDArray[np.float64]

LOOK = 4096
"""Values looked at to find the bulk of the data."""
CHUNK = 1 << 15
"""Values worked on at a time: they then stay in the cache."""
FEW = 1024
"""Different values among those looked at, above which all are taken for continuous."""
SLOTS = 1 << 13
"""Places for different values, at the most."""


def look(values: Floats) -> Floats:
    """Some of the values, in increasing order."""
    return np.sort(values[:: max(values.size // LOOK, 1)])


def counted(values: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """`distinct`, and fast where there are only a few different values.

    Parameters
    ----------
    values : ndarray of shape (n,)
    weights : ndarray of shape (n,) or None

    Returns
    -------
    points, masses : ndarray of shape (m,)
    """
    return few_values(values, weights, look(values)) or distinct(values, weights)


def few_values(
    values: Floats, weights: Floats | None, looked: Floats
) -> tuple[Floats, Floats] | None:
    """How often each value was seen, where few different ones recur; None where they do not.

    Sorting would take several times as long as all the rest.
    """
    edge = looked.size // 200
    known = looked[edge : looked.size - edge]  # what lies far out is counted by itself
    known = known[np.r_[True, np.diff(known) > 0]]
    if not 1 < known.size <= FEW:
        return None
    span, gap = float(known[-1] - known[0]), float(np.diff(known).min())
    if not 3.0 * span < gap * SLOTS:
        return None
    low, scale, slots = float(known[0]) - 0.25 * span, 2.0 / gap, int(3.0 * span / gap) + 1
    holder, counts = np.full(slots, np.nan), np.zeros(slots)
    rest: list[tuple[Floats, Floats | None]] = []
    for begin in range(0, values.size, CHUNK):
        block = values[begin : begin + CHUNK]
        mass = None if weights is None else weights[begin : begin + CHUNK]
        with np.errstate(over="ignore"):
            place = (block - low) * scale
        if place.min() < 0 or place.max() >= slots:
            out = (place < 0) | (place >= slots)
            rest.append(taken(block, mass, out))
            if sum(value.size for value, _ in rest) > SLOTS:
                return None
            place, block = place[~out], block[~out]
            mass = None if mass is None else mass[~out]
        cell = place.astype(np.intp)
        before = holder[cell]
        holder[cell] = block
        if not np.all((holder[cell] == block) & ((before == block) | np.isnan(before))):
            return None  # two values share a place: they are not few after all
        counts += np.bincount(cell, mass, slots)
    full = counts > 0
    if not rest:
        return holder[full], counts[full]
    far = [distinct(*part) for part in rest]
    return distinct(
        np.concatenate([holder[full], *(value for value, _ in far)]),
        np.concatenate([counts[full], *(mass for _, mass in far)]),
    )


def taken(
    values: Floats, weights: Floats | None, which: NDArray[np.bool_]
) -> tuple[Floats, Floats | None]:
    """Some of the values, with their weights if they have any."""
    return values[which], None if weights is None else weights[which]


def distinct(values: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """The distinct values in increasing order, each with the sum of its weights."""
    if weights is None:
        points, counts = np.unique(values, return_counts=True)
        return points, counts.astype(np.float64)
    points, place = np.unique(values, return_inverse=True)
    return points, np.bincount(place, weights, points.size)
