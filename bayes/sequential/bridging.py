"""bridging: a ratio of normalising constants from draws of both sides, some of them related."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["bridge", "error_of_mean"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

STEPS = 200
"""Of the fixed-point iteration, at the most; ten usually do."""


def bridge(ours: Floats, origins: Ids, theirs: Floats) -> tuple[float, float]:
    """Log of the normalising constant of a target, by the optimal bridge (Meng & Wong 1996).

    Parameters
    ----------
    ours : ndarray of shape (n,)
        Log-ratios of the target, not normalised, to the proposal's density at draws from the
        target.
    origins : ndarray of shape (n,)
        Those with the same number are not independent.
    theirs : ndarray of shape (n,)
        The same ratios at independent draws from the proposal; minus infinity where the target
        has no density.

    Returns
    -------
    constant, se : float
        Its standard error is infinite where the two sides have nothing in common.
    """
    middle = float(np.median(ours))
    ours, theirs = ours - middle, theirs - middle
    level = 0.0
    with np.errstate(all="ignore"):  # where they have nothing in common
        for _ in range(STEPS):
            before = level
            level = _log_mean(theirs - np.logaddexp(theirs, level)) - _log_mean(
                -np.logaddexp(ours, level)
            )
            if not abs(level - before) > 1e-9:
                break
        above = np.exp(theirs - np.logaddexp(theirs, level))
        below = np.exp(level - np.logaddexp(ours, level))
        if not (math.isfinite(level) and above.mean() > 0.0 and below.mean() > 0.0):
            return middle, math.inf
        of_above = above.std() / above.mean() / math.sqrt(above.size)
    of_below = float(error_of_mean(below, origins)) / below.mean()
    return level + middle, math.hypot(of_above, of_below)


def error_of_mean(values: Floats, origins: Ids) -> Floats:
    """Standard error of a mean of values of which those of one origin are not independent.

    Parameters
    ----------
    values : ndarray of shape (n, ...)
    origins : ndarray of shape (n,)

    Returns
    -------
    ndarray
        Of the shape of one value.
    """
    away = (values - values.mean(axis=0)).reshape(len(values), -1)
    _, places = np.unique(origins, return_inverse=True)
    sums = np.stack([np.bincount(places, column) for column in away.T])
    error = np.sqrt((sums**2).sum(axis=1)) / len(values)
    return np.asarray(error.reshape(values.shape[1:]))


def _log_mean(logs: Floats) -> float:
    top = logs.max()
    with np.errstate(under="ignore"):
        return float(np.log(np.exp(logs - top).mean()) + top)
