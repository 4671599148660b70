"""Which optimum counts: regular ones are ranked by likelihood, the others are set apart.

The likelihood of a normal mixture has no global maximum: a component may shrink onto one value,
and onto two or three nearly equal values there are interior optima that beat the regular one
(in most samples of size 1,000). The rule below does not depend on the unit of the data.

The likelihood of rounded values, `em.rounding`, is bounded: a component that sits within one step
explains that step and no more. What is left of the trouble is chance: a step that happens to be
full draws a spike. And what happens within a step is not told, so once an sd is below about a
quarter of the step the likelihood no longer depends on it: such a top is flat, not spurious.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from em.mixture import Parameters

__all__ = ["are_spurious", "is_spurious"]

Floats = NDArray[np.float64]

CHANCE = 1e-3
"""A cluster at least this likely to arise by chance is no evidence of a component."""
NARROW = 0.1
"""In sds of the widest component: only narrower ones can be spikes."""


def is_spurious(
    at: Parameters, n: float, resolution: float, rounding: float = 0.0, *, bounded: bool = False
) -> bool:
    """Whether a component rests on less than the data can show.

    A component is spurious if it is narrower than tied data taken for exact can show (the sd
    of rounding to a width h is ``h / sqrt(12)``), if it holds the weight of less than one and
    a half observations, or if it is a narrow spike such as chance leaves in any sample: c
    values on top of the lam that the other components put in the same short stretch, although
    among n values about ``n P(Poisson(lam) = c + lam)`` stretches as full are expected (the
    leading term of the scan statistic's distribution).

    Parameters
    ----------
    at : Parameters
        One mixture: arrays of shape (K,).
    n : float
        The number of observations.
    resolution : float
        `Sample.resolution`, in the unit of the means; 0 where the likelihood knows of the rounding.
    rounding : float
        The step to which the values were rounded, if it does: the values of a component with
        sd s then have an sd of about ``sqrt(s^2 + h^2 / 12)``, which is what makes a spike.
    bounded : bool
        Whether the likelihood is bounded, because the components share one sd or small sds
        are penalised. A single value may then well be a group.

    Returns
    -------
    bool
    """
    if at.means.size == 1:
        return False
    if at.sds.min() < resolution / math.sqrt(12.0):
        return True
    if bounded:
        return False
    counts = n * at.weights
    if counts.min() < 1.5:
        return True
    widths = np.hypot(at.sds, rounding / math.sqrt(12.0))
    narrow = widths < NARROW * widths.max()
    if not narrow.any():
        return False
    z = (at.means[:, None] - at.means) / widths
    others = at.weights / widths * np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    np.fill_diagonal(others, 0.0)
    # c values with sd s are spread over a stretch of about s sqrt(12).
    expected = n * others.sum(axis=1) * widths * math.sqrt(12.0)
    for count, lam in zip(counts[narrow].tolist(), expected[narrow].tolist(), strict=True):
        if lam > 0:
            full = count + lam
            log_number = math.log(n) + (full - 1) * math.log(lam) - lam - math.lgamma(full)
            if log_number > math.log(CHANCE):
                return True
    return False


def are_spurious(
    at: Parameters, n: float, resolution: float, rounding: float = 0.0, *, bounded: bool = False
) -> NDArray[np.bool_]:
    """`is_spurious` for many mixtures.

    Parameters
    ----------
    at : Parameters
        Arrays of shape (B, K).
    n, resolution, rounding, bounded
        As for `is_spurious`.

    Returns
    -------
    ndarray of shape (B,)
    """
    if at.means.shape[1] == 1:
        return np.zeros(at.means.shape[0], dtype=bool)
    narrowest = at.sds.min(axis=1)
    suspect = narrowest < resolution / math.sqrt(12.0)
    if not bounded:
        suspect |= n * at.weights.min(axis=1) < 1.5
        suspect |= narrowest < NARROW * np.hypot(at.sds.max(axis=1), rounding / math.sqrt(12.0))
    for row in np.flatnonzero(suspect):
        one = Parameters(*(values[row] for values in at))
        suspect[row] = is_spurious(one, n, resolution, rounding, bounded=bounded)
    return suspect
