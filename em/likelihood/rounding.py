"""Rounding: what a normal distribution says of values that were rounded to a step.

A value that was rounded to steps of h stands for the interval h/2 to either side of it. What the
likelihood then needs are the probability of the interval and the moments of the normal
distribution within it, which take the place of the density and of the powers of z
(Dempster, Laird & Rubin 1977, section 4.2; Heitjan 1989). Both are found to about thirteen
digits of what they are added to, from steps of 1e-8 sds to steps of 1e8 sds.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["HIDDEN", "Within", "nearest_step", "within"]

Floats = NDArray[np.float64]

HIDDEN = 0.25
"""In steps: of an sd below it the likelihood may say nothing, since it depends on the share of
each step alone."""
WIDE = 2.0
"""Steps of so many sds, and wider ones, are the difference of two tails."""
STEEP = 4.0
"""So are steps within which the density falls by more than this to either side, in logs."""
CLEAR = -12.0
"""An end of an interval that is so far out, in sds, is as good as infinity."""
REACH = {4: 0.0025, 6: 0.05, 8: 0.5, 10: 1.6, 12: 4.0, 16: 6.5}
"""Up to which bend of the density, see `_quadrature`, so many points give fourteen digits."""


class Within(NamedTuple):
    """What the standard normal distribution says of intervals."""

    log_mean: Floats
    """Log of the mean of ``exp(-t^2 / 2)`` over each interval: ``-z^2 / 2`` if that is narrow."""
    moments: tuple[Floats, ...]
    """Within each interval the means of t, t^2 and so on."""


def within(z: Floats, width: Floats, n_moments: int) -> Within:
    """The mean density of intervals, and the moments of the distribution within them.

    Parameters
    ----------
    z : ndarray
        Middles of the intervals, in sds from the mean.
    width : ndarray
        Their widths in sds, positive, of a shape that broadcasts to that of `z`.
    n_moments : int
        How many moments, at most 4.

    Returns
    -------
    Within
        Arrays of the shape of `z`.
    """
    lean = 0.5 * width * np.abs(z)
    smooth = (lean <= STEEP) & (width < WIDE)
    if smooth.all():
        return _quadrature(z, width, n_moments)
    if not smooth.any():
        return _difference(z, width, n_moments)
    # Each interval by the way that keeps its digits.
    found = np.empty((n_moments + 1, *z.shape))
    width = np.broadcast_to(width, z.shape)
    for way, cells in ((_quadrature, smooth), (_difference, ~smooth)):
        log_mean, moments = way(z[cells], width[cells], n_moments)
        for target, values in zip(found, (log_mean, *moments), strict=True):
            target[cells] = values
    return Within(found[0], tuple(found[1:]))


@cache
def _rule(size: int) -> tuple[tuple[float, float], ...]:
    """The positive points of the Gauss-Legendre rule of so many points, and their shares."""
    points, weights = np.polynomial.legendre.leggauss(size)
    half = size // 2
    return tuple(zip(points[half:].tolist(), (0.5 * weights[half:]).tolist(), strict=True))


def _quadrature(z: Floats, width: Floats, n_moments: int) -> Within:
    """By points within the interval, where all terms have one sign.

    With ``t = z + width/2 u`` the density is ``exp(-z^2/2)`` times
    ``exp(-z width/2 u - (width u)^2 / 8)``, and u runs from -1 to 1.
    """
    half = 0.5 * width
    lean = half * z
    bend = -0.5 * half**2
    most = float(np.abs(lean).max(initial=0.0) + 2.5 * half.max(initial=0.0) ** 2)
    enough = next((size for size, reach in REACH.items() if most <= reach), max(REACH))
    sums = np.zeros((n_moments + 1, *z.shape))
    for u, share in _rule(enough):
        # A point and its mirror image, which share one exponential.
        side = np.exp(-u * lean)
        both = share * np.exp(bend * u**2)
        other = both / side
        side *= both
        even = other + side
        odd = np.subtract(side, other, out=other)
        sums[0] += even
        for power in range(1, n_moments + 1):
            term = odd if power % 2 else even
            term *= u if power == 1 else u**2
            sums[power] += term
    mean = sums[0]
    # Moments about the middle first, then about the mean of the distribution.
    about = [sums[power] / mean * half**power for power in range(1, n_moments + 1)]
    return Within(np.log(mean) - 0.5 * z**2, tuple(_shifted(z, about)))


def _shifted(z: Floats, about: list[Floats]) -> list[Floats]:
    """Moments about zero of what has these moments about `z`, by the binomial theorem."""
    powers = [np.ones_like(z)]  # a power by repeated products costs a tenth of `**`
    for _ in about:
        powers.append(powers[-1] * z)
    return [
        powers[m] + sum(math.comb(m, j) * powers[m - j] * about[j - 1] for j in range(1, m + 1))
        for m in range(1, len(about) + 1)
    ]


def _difference(z: Floats, width: Floats, n_moments: int) -> Within:
    """By the difference of two tails, both in units of the density at the nearer end.

    With R(t) the tail beyond t over the density there (Mills' ratio), the interval from a to b
    has ``R(a) - exp(-(b^2 - a^2)/2) R(b)`` times the density at a. Moments by parts:
    ``E t^j = (j - 1) E t^(j-2) + (a^(j-1) phi(a) - b^(j-1) phi(b)) / probability``.
    """
    from scipy.special import erfcx  # import em loads NumPy only

    # Seen from the side on which the interval lies, so that both tails are small.
    away = np.abs(z)
    near = np.maximum(away - 0.5 * width, CLEAR)
    far = away + 0.5 * width
    ratio = np.exp(-0.5 * (far - near) * (far + near))
    root = np.sqrt(0.5)
    mass = np.sqrt(0.5 * np.pi) * (erfcx(root * near) - ratio * erfcx(root * far))
    inner, outer = 1.0 / mass, ratio / mass
    moments: list[Floats] = []
    for power in range(1, n_moments + 1):
        moment = inner - outer
        if power > 1:
            moment += (power - 1) * (moments[power - 3] if power > 2 else 1.0)
        moments.append(moment)
        inner, outer = inner * near, outer * far
    sign = np.sign(z)
    return Within(
        np.log(mass / width) - 0.5 * near**2,
        tuple(moment * sign if place % 2 == 0 else moment for place, moment in enumerate(moments)),
    )


def nearest_step(values: Floats, rounding: float, on: float) -> Floats:
    """Values rounded to the nearest step.

    Parameters
    ----------
    values : ndarray
    rounding : float
        The step, in the unit of the values.
    on : float
        A value on a step.

    Returns
    -------
    ndarray of the shape of `values`
    """
    return on + rounding * np.round((values - on) / rounding)
