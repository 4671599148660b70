"""What a group can be, coded once more by formulas and code that `em` has no part in.

A mixture of two or more components counts if every component keeps four inequalities:

- resolution: values recorded on a grid of step h have no density above 1/h, so that no sd is
  below ``h / sqrt(2 pi)``;
- points: less than half of a component's expected count lies on one recorded value;
- count: a component holds at least one and a half values;
- chance: a component narrower than a tenth of the widest holds more values than chance leaves in
  so short a stretch. Of n values, about ``n P(N = c + lam - 1)`` stretches hold c more than the
  lam that the other components put there, N Poisson with mean lam (the leading term of the scan
  statistic's distribution, Naus 1982): at most one in a thousand.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["broken", "room"]

Floats = NDArray[np.float64]

RARE = 1e-3
"""Clumps at least this likely somewhere in the sample are chance."""
NARROW = 0.1
"""In sds of the widest component: only narrower ones are judged by chance."""


def room(
    x: Floats, step: float, weights: ArrayLike, means: ArrayLike, sds: ArrayLike
) -> dict[str, float]:
    """How far inside each inequality a mixture is, as a logarithm; below 0 it is broken.

    Parameters
    ----------
    x : ndarray of shape (n,)
        The values.
    step : float
        What they were rounded to, 0 if they were not.
    weights, means, sds : array_like of shape (n_components,)
    """
    w, m, s = (np.asarray(value, dtype=np.float64) for value in (weights, means, sds))
    with np.errstate(divide="ignore"):  # where nothing is asked for, there is room without end
        return {
            "resolution": float(np.log(s.min() * math.sqrt(2.0 * math.pi) / step)),
            "points": float(np.log(0.5 / _largest_share(x, w, m, s))),
            "count": float(np.log(x.size * w.min() / 1.5)),
            "chance": math.log(RARE) - _log_number(x.size, w, m, s),
        }


def broken(
    x: Floats, step: float, weights: ArrayLike, means: ArrayLike, sds: ArrayLike
) -> tuple[str, ...]:
    """The names of the inequalities that a mixture does not keep; none if it counts."""
    left = room(x, step, weights, means, sds)
    # Half of a component on one value is too much; the other limits are allowed.
    return tuple(
        name for name, value in left.items() if value < 0 or (name == "points" and value == 0)
    )


def _largest_share(x: Floats, w: Floats, m: Floats, s: Floats) -> float:
    """The largest part of a component that one recorded value has."""
    values, counts = np.unique(x, return_counts=True)
    z = (values[:, None] - m) / s
    joint = np.log(w / s) - 0.5 * z * z
    joint -= joint.max(axis=1, keepdims=True)
    held = np.exp(joint)
    held *= (counts / held.sum(axis=1))[:, None]
    return float((held.max(axis=0) / held.sum(axis=0)).max())


def _log_number(n: int, w: Floats, m: Floats, s: Floats) -> float:
    """Log of the expected number of clumps like the one that chance explains best."""
    largest = -math.inf
    for k in np.flatnonzero(s < NARROW * s.max()).tolist():
        others = [j for j in range(w.size) if j != k]
        z = (m[k] - m[others]) / s[others]
        density = float((w[others] / s[others] * np.exp(-0.5 * z * z)).sum())
        # Values of sd s, evenly spread, cover a stretch of s sqrt(12).
        lam = n * density / math.sqrt(2.0 * math.pi) * s[k] * math.sqrt(12.0)
        if lam > 0:
            events = n * w[k] + lam - 1.0
            log_number = math.log(n) + events * math.log(lam) - lam - math.lgamma(events + 1.0)
            largest = max(largest, log_number)
    return largest
