"""Clumps: stretches that hold more values than a smaller mixture puts there, as starts.

Starts cut at random see groups of the width of the data. A narrow group in a wide bulk is seen by
asking of every short stretch whether it is too full: the gain in log-likelihood from its own rate
over the rate that the smaller mixture gives it is the scan statistic of Kulldorff (1997), and the
fullest stretch of each length, with the smaller mixture for the rest, is where a climb starts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from em.likelihood.parameters import Parameters

__all__ = ["clumps", "insertions"]

Floats = NDArray[np.float64]

RATIO = 1.5
"""Of the lengths, in values, of the stretches that are looked at one after the other."""
FEWEST = 3
"""Values in the shortest of them."""
EACH = 3
"""Stretches of one length that do not overlap."""
MOST = 0.6
"""Of all values, in the longest."""
NARROWEST = 1e-6
"""Smallest starting sd, in sds of the data."""


def clumps(one: Parameters, x: Floats, weights: Floats, number: int) -> tuple[Parameters, Floats]:
    """The fullest stretches of several lengths, as components.

    Parameters
    ----------
    one : Parameters
        The smaller mixture, each of shape (1, K).
    x, weights : ndarray of shape (n,)
        Distinct values in increasing order, standardised, and their weights.
    number : int
        How many stretches at the most.

    Returns
    -------
    found : Parameters
        Weight, mean and sd of each stretch, of shape (B,), the greatest gain first.
    gain : ndarray of shape (B,)
        In log-likelihood, of the rate in the stretch over that of the smaller mixture.
    """
    from scipy.special import ndtr  # slow to import

    n = float(weights.sum())
    below = ndtr((x - one.means[0][:, None]) / one.sds[0][:, None])
    expected = n * (one.weights[0] @ below)
    running = np.concatenate([[0.0], np.cumsum(weights)])
    first = np.concatenate([[0.0], np.cumsum(weights * x)])
    second = np.concatenate([[0.0], np.cumsum(weights * x * x)])
    per_value = n / x.size
    starts, ends, gains = [], [], []
    length = float(FEWEST)
    while length <= MOST * x.size:
        m = int(length)
        length *= RATIO
        # Between the outermost two of m values there are m - 1 gaps.
        held = running[m:] - running[:-m] - per_value
        due = np.maximum(expected[m - 1 :] - expected[: x.size - m + 1], 1e-12 * n)
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = held * np.log(held / due) - held + due
        gain[~(held > due)] = 0.0
        for _ in range(EACH):
            best = int(gain.argmax())
            if gain[best] <= 0:
                break
            starts.append(best)
            ends.append(best + m)
            gains.append(float(gain[best]))
            gain[max(best - m + 1, 0) : best + m] = 0.0
    i, j, gain = np.array(starts, int), np.array(ends, int), np.array(gains)
    order = np.argsort(-gain, kind="stable")[:number]
    i, j, gain = i[order], j[order], gain[order]
    count = running[j] - running[i]
    means = (first[j] - first[i]) / count
    variances = (second[j] - second[i]) / count - means**2
    due = expected[j - 1] - expected[i]
    found = Parameters(
        np.clip((count - due) / n, 1.0 / n, 0.9),
        means,
        np.sqrt(np.maximum(variances, NARROWEST**2)),
    )
    return found, gain


def insertions(one: Parameters, found: Parameters) -> Parameters:
    """The smaller mixture with each of some components added, each of shape (B, K + 1)."""
    rows = found.weights.size
    weights = np.column_stack([(1 - found.weights)[:, None] * one.weights, found.weights])
    means = np.column_stack([np.repeat(one.means, rows, axis=0), found.means])
    sds = np.column_stack([np.repeat(one.sds, rows, axis=0), found.sds])
    return Parameters(weights, means, sds)
