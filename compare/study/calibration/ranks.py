"""ranks: whether truths rank evenly among posterior draws, as they do if the posterior is right.

Draw a truth from the prior, data from the truth, and draws from the posterior of those data: then
the truth is one more draw from that posterior, and its rank among L independent ones is any of
0, ..., L with equal probability (Cook, Gelman & Rubin 2006; Talts et al. 2018).

The test compares the number of ranks below each of 1, ..., L with what even ranks give, at all of
them at once (Säilynoja, Bürkner & Vehtari 2022). Its level and its p-value are exact, by their
recursion, so that a curve leaves its band exactly where its p-value says so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

__all__ = ["band", "counts_below", "detected", "p_value", "share_inside"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIE = 1e-9
"""Tail probabilities this close, relatively, are equal: rounding splits symmetric ones."""


def counts_below(ranks: ArrayLike, n_draws: int) -> Ints:
    """How many ranks lie below each of 1, ..., L; the empirical distribution, times the number.

    Parameters
    ----------
    ranks : array_like of int, of shape (n,)
        From 0 to `n_draws`: how many draws are smaller than the truth.
    n_draws : int
        L, the draws that each truth is ranked among.

    Returns
    -------
    ndarray of int, of shape (n_draws,)

    Raises
    ------
    ValueError
        If a rank is not a whole number from 0 to `n_draws`, or if there is none.
    """
    found = np.asarray(ranks)
    if found.ndim != 1 or found.size == 0 or not np.issubdtype(found.dtype, np.integer):
        raise ValueError(
            f"expected a list of whole numbers as ranks, got shape {found.shape} of {found.dtype}"
        )
    if found.min() < 0 or found.max() > n_draws:
        raise ValueError(
            f"expected ranks from 0 to {n_draws}, got {found.min()} to {found.max()}; n_draws is "
            "the number of draws that each truth is ranked among"
        )
    return np.cumsum(np.bincount(found, minlength=n_draws + 1))[:-1]


def p_value(ranks: ArrayLike, n_draws: int) -> float:
    """How often even ranks would stray further somewhere than these do.

    The distance at a point is the two-sided binomial tail probability of the count there, and the
    smallest over all points is what is compared.

    Parameters
    ----------
    ranks, n_draws
        As for `counts_below`.

    Returns
    -------
    float
        Exact, not from simulation.
    """
    counts = counts_below(ranks, n_draws)
    n = np.asarray(ranks).size
    tails = _tails(n, n_draws)
    smallest = tails[np.arange(n_draws), counts].min()
    return min(1.0, max(0.0, 1.0 - _probability(_limits(tails, smallest), n)))


def band(n_ranks: int, n_draws: int, level: float = 0.95) -> tuple[Ints, Ints]:
    """The counts between which even ranks stay, at all points together, with probability `level`.

    Parameters
    ----------
    n_ranks : int
        The number of ranks.
    n_draws : int
        As for `counts_below`.
    level : float
        Between 0 and 1. Counts are whole numbers, so the probability is a little higher.

    Returns
    -------
    lower, upper : ndarray of int, of shape (n_draws,)
        The smallest and the largest count that stay inside. Some count is outside exactly if
        `p_value` is at most ``1 - level``.

    Raises
    ------
    ValueError
        If `level` is not between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}; for example 0.95")
    tails = _tails(n_ranks, n_draws)
    thresholds = np.concatenate([[0.0], np.unique(tails[tails <= 1.0 - level])])
    enough, too_high = 0, thresholds.size  # the probability falls as the threshold rises
    while too_high - enough > 1:
        middle = (enough + too_high) // 2
        if _probability(_limits(tails, thresholds[middle]), n_ranks) >= level:
            enough = middle
        else:
            too_high = middle
    return _limits(tails, thresholds[enough])


def share_inside(ranks: ArrayLike, n_draws: int, level: float) -> float:
    """How often the truth lay in the central interval of its posterior.

    Parameters
    ----------
    ranks, n_draws
        As for `counts_below`.
    level : float
        Of the interval. ``(n_draws + 1)(1 - level)/2`` should be whole, else the outer ranks are
        cut a little too far out.

    Returns
    -------
    float
        Near `level` for a calibrated posterior.
    """
    found = np.asarray(ranks)
    outer = int(np.floor((n_draws + 1) * (1.0 - level) / 2.0 + TIE))
    return float(np.mean((found >= outer) & (found <= n_draws - outer)))


def detected(
    n_ranks: int,
    n_draws: int,
    level: float,
    *,
    shift: float = 0.0,
    sd_ratio: float = 1.0,
    repeats: int = 1000,
    seed: int = 0,
) -> float:
    """How often the band would expose a posterior that is wrong by a given amount.

    The right posterior is taken to be normal, the wrong one normal with another mean or sd.

    Parameters
    ----------
    n_ranks, n_draws, level
        As for `band`.
    shift : float
        What the wrong posterior is shifted by, in sds of the right one.
    sd_ratio : float
        The wrong posterior's sd over the right one's.
    repeats : int
        How many sets of `n_ranks` are simulated.
    seed : int

    Returns
    -------
    float
        The share of the sets whose curve leaves the band.
    """
    lower, upper = band(n_ranks, n_draws, level)
    rng = np.random.default_rng(seed)
    left = 0
    for _ in range(repeats):
        below = special.ndtr((rng.standard_normal(n_ranks) - shift) / sd_ratio)
        counts = counts_below(rng.binomial(n_draws, below), n_draws)
        left += bool(np.any((counts < lower) | (counts > upper)))
    return left / repeats


@lru_cache(maxsize=4)
def _tails(n_ranks: int, n_draws: int) -> Floats:
    """Two-sided binomial tail probability of each count (columns) at each point (rows)."""
    counts = np.arange(n_ranks + 1)
    points = (np.arange(1, n_draws + 1) / (n_draws + 1))[:, None]
    below = stats.binom.cdf(counts, n_ranks, points)
    above = stats.binom.sf(counts - 1, n_ranks, points)
    tails: Floats = np.minimum(1.0, 2.0 * np.minimum(below, above))
    tails.flags.writeable = False
    return tails


def _limits(tails: Floats, threshold: float) -> tuple[Ints, Ints]:
    """The smallest and the largest count at each point whose tail is above the threshold."""
    inside = tails > threshold * (1.0 + TIE)
    last = tails.shape[1] - 1
    lower, upper = inside.argmax(axis=1), last - inside[:, ::-1].argmax(axis=1)
    nowhere = ~inside.any(axis=1)
    upper[nowhere] = lower[nowhere] - 1
    return lower, upper


def _probability(limits: tuple[Ints, Ints], n_ranks: int) -> float:
    """That the counts of even ranks stay within limits at all points.

    From one point to the next each rank not yet counted is counted with the same probability, so
    the counts are a Markov chain with binomial steps.
    """
    log_factorial = special.gammaln(np.arange(n_ranks + 1) + 1.0)
    counts, chance = np.zeros(1, dtype=np.int64), np.ones(1)
    n_draws = limits[0].size
    for i, (low, high) in enumerate(zip(*limits, strict=True)):
        step = 1.0 / (n_draws + 1 - i)
        reached = np.arange(low, high + 1)
        left = n_ranks - counts[:, None]
        added: Any = reached - counts[:, None]
        possible, added = added >= 0, np.maximum(added, 0)
        log_pmf = (
            log_factorial[left]
            - log_factorial[added]
            - log_factorial[left - added]
            + added * np.log(step)
            + (left - added) * np.log1p(-step)
        )
        chance = chance @ np.where(possible, np.exp(log_pmf), 0.0)
        counts = reached
    return float(chance.sum())
