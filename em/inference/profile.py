"""Profile: the sets of values that the profile likelihood does not tell from the estimate."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from em.inference.estimate import Estimate
from em.inference.scales import MEAN, SD, WEIGHT, normal_quantile
from em.inference.walk import Walk
from em.likelihood.coordinates import Coordinates
from em.likelihood.mixture import Order
from em.likelihood.parameters import Parameters
from em.search.ascent import Status, ascend

__all__ = ["hull", "pieces"]

Floats = NDArray[np.float64]


def hull(fit: Estimate, level: float, order: Order) -> Parameters:
    """The hull of `pieces`: from the lowest end of all to the highest."""
    found = pieces(fit, level, order)
    kinds = [np.array([[parts[:, 0].min(), parts[:, 1].max()] for parts in kind]) for kind in found]
    return Parameters(*kinds)


def pieces(fit: Estimate, level: float, order: Order) -> tuple[list[Floats], ...]:
    """``{t : 2 (l - l_profile(t)) <= q}``, q a quantile of chi-squared with 1 degree of freedom.

    The profile is the supremum over all mixtures whose components are groups, whichever maximum
    they are near: l is the log-likelihood of the highest, and the set is the union of what
    surrounds each maximum that is not too low, as far as the profile can be followed from there
    without a jump. Names are those in order of the means or of the sds, and around each maximum
    its own.

    Parameters
    ----------
    fit : Estimate
        At a maximum.
    level : float
    order : {"mean", "sd"}

    Returns
    -------
    weights, means, sds : list of ndarray of shape (n, 2)
        For each component the intervals that the set is made of, in increasing order. That the
        set covers the truth with probability `level` is known for one maximum only.
    """
    goal = normal_quantile(level)
    each = []
    for one in [fit, *_others(fit)]:
        left = goal**2 - 2 * (fit.height - one.height)
        if left > 0:
            there = one.mixture.places(order)
            ends = _around(one, math.sqrt(left), order)
            each.append([values[there] for values in ends])
    return tuple(
        [_joined(np.array([one[kind][j] for one in each])) for j in range(fit.n_components)]
        for kind in range(3)
    )


def _others(fit: Estimate) -> list[Estimate]:
    """The other maxima as fits of their own."""
    if fit.coordinates.fixed is not None:
        return []
    return [
        replace(fit, mixture=top.mixture, loglik=top.loglik, optima=(top,), ways=())
        for top in fit.optima[1:]
        if top.status is Status.CONVERGED
    ]


def _joined(parts: Floats) -> Floats:
    """Intervals that overlap as one, in increasing order; NaN if an end is not known."""
    if np.isnan(parts).any():
        return np.full((1, 2), np.nan)
    parts = parts[np.argsort(parts[:, 0])]
    joined = [parts[0].copy()]
    for low, high in parts[1:]:
        if low <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append(np.array([low, high]))
    return np.array(joined)


def _around(fit: Estimate, goal: float, order: Order) -> Parameters:
    """The intervals on the branch of one maximum, where the root of its own deviance is `goal`."""
    k = fit.n_components
    spare = [_is_dispensable(fit, j, goal) for j in range(k)]
    kinds = []
    for kind, values in enumerate(fit.at):
        ends = np.empty((k, 2))
        for j in range(k):
            if not fit.coordinates.is_free(kind, j):
                ends[j] = values[0, j]
            elif kind == WEIGHT and k == 2 and j == 1:
                ends[j] = 1.0 - ends[0, ::-1]
            elif kind == SD and fit.equal_sds and j > 0:
                ends[j] = ends[0]
            else:
                ends[j] = _ends(fit, kind, j, goal, spare, order)
        kinds.append(ends)
    weights, means, sds = kinds
    return Parameters(weights, fit.data.mean + fit.data.sd * means, fit.data.sd * sds)


def _is_dispensable(fit: Estimate, j: int, goal: float) -> bool:
    """Whether the others say nearly as much without component j, staying where they are.

    Its mean and sd can then be anything, with a weight near zero.
    """
    k = fit.n_components
    if k == 1 or fit.coordinates.fixed is not None:
        return False
    others = np.delete(np.arange(k), j)
    weights, means, sds = (value[:, others] for value in fit.at)
    start = Parameters(weights / weights.sum(), means, sds)
    fewer = Coordinates(k - 1, fit.equal_sds)
    climbed = ascend(fit.observed, start, fewer, penalty=fit.penalty)
    if climbed.status[0] is not Status.CONVERGED:
        return False
    # With one component left there is no other branch that it could have gone to.
    near = np.abs(climbed.at.means - means) < 3 * np.maximum(sds, fit.at.sds[0, j])
    return bool(2 * (fit.height - climbed.loglik[0]) < goal**2 and (near.all() or k == 2))


def _ends(
    fit: Estimate, kind: int, j: int, goal: float, spare: list[bool], order: Order
) -> tuple[float, float]:
    """Both ends of the profile interval of one parameter."""
    if kind == MEAN and spare[j]:
        return -np.inf, np.inf
    if kind == SD and spare[j] and not fit.equal_sds:
        return 0.0, np.inf
    walk = Walk(fit, kind, j, order)
    lower = 0.0 if kind == WEIGHT and spare[j] else walk.end(-1.0, goal)
    alone = kind == WEIGHT and len(spare) == 2 and spare[1 - j]
    upper = 1.0 if alone else walk.end(1.0, goal)
    return lower, upper
