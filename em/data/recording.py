"""Recording: on what grid values were written down, and which were written down more than once.

Data recorded on a grid of step h say nothing of what happens within a step. Whether there is a
grid has to be read off the values. A gap between two of them is none: two routes to one number
differ in the last digit, and heights in inches have strays that were measured in centimetres. So
a step counts only where nearly all values are whole multiples of it apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.data.counting import distinct

__all__ = ["Recording", "recorded"]

Floats = NDArray[np.float64]

LOOKED_AT = 1 << 15
"""Values looked at to find out whether they are rounded."""
NEARLY_ALL = 0.95
"""Share of the values that must lie on a grid: in Galton's families 91% are on halves of an inch
and the others between them, which is a habit of some and no grid of all."""
OFF = 1e-3
"""In steps: how far off the grid a value may lie. Chance puts one in 500 so near to any grid."""
SAME = 1e-9
"""In ranges of the data: two values so near are one number that was reached in two ways."""
FREQUENT = 12
"""The most frequent gaps are tried as steps, with their halves and thirds."""
ROUND = np.array([1.0, 2.0, 2.5, 5.0])
"""Times powers of ten: the steps that people round to."""


class Recording(NamedTuple):
    """How values were written down."""

    step: float
    """The step of the grid on which nearly all values lie, in their unit; 0 where there is none,
    or where no value was recorded twice, so that none can be seen."""
    values: Floats
    """The values recorded more than once, increasing."""
    counts: Floats
    """How often each was."""


def recorded(values: Floats, counts: Floats, weights: Floats, n: float) -> Recording:
    """How values were written down.

    Of many a part is looked at, and what it counts is scaled up.

    Parameters
    ----------
    values : ndarray of shape (m,)
    counts : ndarray of shape (m,)
        How often each was recorded. More than once is a tie; a sampling weight is none.
    weights : ndarray of shape (m,)
    n : float
        The sum of the weights.

    Returns
    -------
    Recording
    """
    if values.size > LOOKED_AT:
        # At random, since sorted or periodic data would hide their ties from a stride.
        some = np.unique(np.random.default_rng(0).integers(values.size, size=LOOKED_AT // 2))
        part = counts[some]
        points, often = distinct(values[some], part)
        mass = n / float(part.sum()) * often
    else:
        points, often = distinct(values, counts)
        mass = distinct(values, weights)[1]
    tied = often > 1.0
    step = _step(points, often) if tied.any() else 0.0
    return Recording(step, points[tied], mass[tied])


def _step(values: Floats, counts: Floats) -> float:
    """The largest step on whose grid nearly all values lie; 0 if there is none."""
    span = float(values[-1] - values[0])
    noise = max(SAME * span, 8 * np.finfo(float).eps * float(np.abs(values).max()))
    gaps = np.diff(values)
    gaps = gaps[gaps > noise]
    if gaps.size == 0:
        return 0.0
    # The commonest value is on the grid if any is.
    away = values - values[np.argmax(counts)]
    for step in _candidates(gaps, noise, span):
        places = away / step
        near = np.abs(places - np.round(places)) <= max(OFF, noise / step)
        if counts[near].sum() >= NEARLY_ALL * counts.sum():
            return _refined(float(step), away[near])
    return 0.0


def _candidates(gaps: Floats, noise: float, span: float) -> Floats:
    """Steps to try, the largest first; all so wide that noise does not put values on them."""
    _, first, often = np.unique(np.round(gaps / (4 * noise)), return_index=True, return_counts=True)
    frequent = gaps[first[np.argsort(-often, kind="stable")[:FREQUENT]]]
    powers = 10.0 ** np.arange(np.floor(np.log10(noise)), np.ceil(np.log10(span)) + 1)
    every = np.concatenate([frequent, frequent / 2, frequent / 3, np.outer(powers, ROUND).ravel()])
    return np.sort(every[(every > 100 * noise) & (every <= 1.001 * span)])[::-1]


def _refined(step: float, away: Floats) -> float:
    """The step from the farthest value on the grid, which knows it best, as a short decimal."""
    farthest = float(away[np.argmax(np.abs(away))])
    steps = round(farthest / step)
    better = farthest / steps if steps else step
    short = float(f"{better:.6g}")
    return short if abs(short - better) * abs(steps) <= OFF * better else better
