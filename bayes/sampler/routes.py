"""routes: how far two routes to one posterior are apart, against what chance allows.

A sampler that has seen one of several modes passes every check that looks at its own draws. So
the posterior is found by two routes that share no draws, and what is published of it (means and
the ends of intervals) must be the same by both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from em import Parameters

__all__ = ["ENDS", "Agreement", "agreement"]

Floats = NDArray[np.float64]

SLACK = 0.15
"""In posterior sds: a difference of a mean or of an end of an interval that misleads nobody."""
ERRORS = 2.0
"""Monte Carlo standard errors of the difference that are allowed on top."""
ENDS = (0.025, 0.975)
"""Quantiles that are compared besides the means."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far apart two routes are."""

    difference: Parameters
    """The largest difference of a mean or an end of the 95% interval, in posterior sds, for each
    parameter; of shape (K,)."""
    allowed: Parameters
    """What `SLACK` and the Monte Carlo errors of both routes allow there."""

    @property
    def worst(self) -> tuple[str, float, float]:
        """The parameter that is furthest off for what is allowed, with both numbers."""
        rows = [
            (f"{name}[{k}]", float(far), float(most))
            for name, fars, mosts in zip(
                Parameters._fields, self.difference, self.allowed, strict=True
            )
            for k, (far, most) in enumerate(zip(fars, mosts, strict=True))
        ]
        return max(rows, key=lambda row: row[1] / row[2] if row[1] == row[1] else math.inf)

    @property
    def ok(self) -> bool:
        """Whether no parameter is further off than allowed."""
        _, far, most = self.worst
        return far <= most


def agreement(
    ours: Parameters,
    theirs: Parameters,
    sizes: tuple[Parameters, Parameters],
    others: tuple[Parameters, Parameters],
    weights: Floats | None = None,
) -> Agreement:
    """Compare draws of two routes.

    Parameters
    ----------
    ours, theirs : Parameters
        Draws, each of shape (S, K).
    sizes, others : tuple of Parameters
        Effective numbers of draws of either, for means and for the ends of intervals, each of
        shape (K,).
    weights : ndarray of shape (S,), optional
        Of `theirs`, if they are not equally weighted.

    Returns
    -------
    Agreement
    """
    rows = []
    for kind, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        found = [
            _apart(
                a[:, k],
                b[:, k],
                (float(sizes[0][kind][k]), float(sizes[1][kind][k])),
                (float(others[0][kind][k]), float(others[1][kind][k])),
                weights,
            )
            for k in range(a.shape[1])
        ]
        rows.append(np.array(found).T)
    differences, allowances = zip(*rows, strict=True)
    return Agreement(Parameters(*differences), Parameters(*allowances))


def _apart(
    ours: Floats,
    theirs: Floats,
    sizes: tuple[float, float],
    others: tuple[float, float],
    weights: Floats | None,
) -> tuple[float, float]:
    """The largest difference for what is allowed, and that; in posterior sds."""
    sd = float(ours.std())
    if not sd > 0:  # the weight of a single component
        return 0.0, SLACK
    share = np.full(theirs.size, 1.0 / theirs.size) if weights is None else weights / weights.sum()
    order = np.argsort(theirs)
    running = np.cumsum(share[order]) - 0.5 * share[order]

    def own(q: float) -> float:
        return float(np.quantile(ours, q))

    def other(q: float) -> float:
        return float(np.interp(q, running, theirs[order]))

    error = math.sqrt(1.0 / sizes[0] + 1.0 / others[0])
    rows = [(abs(float(ours.mean() - share @ theirs)) / sd, SLACK + ERRORS * error)]
    for q in ENDS:
        error = math.hypot(_error(own, q, sizes[1]), _error(other, q, others[1])) / sd
        rows.append((abs(own(q) - other(q)) / sd, SLACK + ERRORS * error))
    return max(rows, key=lambda row: row[0] / row[1])


def _error(quantile: Callable[[float], float], q: float, size: float) -> float:
    """Monte Carlo standard error of a quantile, by the quantiles that may be taken for it."""
    half = math.sqrt(q * (1 - q) / size)
    return 0.5 * (quantile(min(q + half, 1.0)) - quantile(max(q - half, 0.0)))
