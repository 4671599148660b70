"""Points: recorded values that a component could sit on, and what the likelihood says of that.

A component on a value that was recorded often beats every group on data that are not recorded
exactly: the likelihood takes 21 heights of 160.0 cm for a density. Such a mixture is not
admissible (`em.search.groups`), but a reader must know of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from em.inference.estimate import Estimate
from em.likelihood.parameters import Parameters
from em.search.ascent import Status, ascend
from em.search.groups import HALF, heaviest, is_bounded, smallest_sd

__all__ = ["Point", "points"]

LOOKED_INTO = 3
"""Values, those with the greatest excess over what the fit expects there."""


@dataclass(frozen=True)
class Point:
    """A recorded value on which a component could sit."""

    value: float
    """In the unit of the data."""
    count: float
    """How often it was recorded."""
    loglik: float
    """Log-likelihood of the best mixture found with a component on the value, as narrow as the
    grid of the data allows; infinite where the data lie on no grid and the value recurs, since
    nothing then bounds it, or where a climb collapsed onto the value."""


def points(fit: Estimate) -> tuple[Point, ...]:
    """Values on which a component would be more likely than the estimate, the likeliest first.

    Parameters
    ----------
    fit : Estimate

    Returns
    -------
    tuple of Point
        Of a fit that collapsed, the values that its components sit on at the least.
    """
    if fit.n_components == 1 or fit.coordinates.fixed or is_bounded(fit.coordinates, fit.penalty):
        return ()
    found: dict[float, Point] = {}
    if fit.status is Status.COLLAPSED:
        at = fit.at.rows(0)
        for share, place in zip(*heaviest(at, fit.observed), strict=True):
            if share >= HALF:
                value = _recorded(fit, float(place))
                found[value] = Point(value, _count(fit, value), np.inf)
    else:
        found = {one.value: one for one in _on_heaps(fit) if one.loglik > fit.loglik}
    return tuple(sorted(found.values(), key=lambda point: (-point.loglik, -point.count)))


def _recorded(fit: Estimate, place: float) -> float:
    """The recorded value at a standardised place."""
    value = fit.data.mean + fit.data.sd * place
    values = np.concatenate([fit.data.recording.values, fit.data.values])
    return float(values[np.abs(values - value).argmin()])


def _count(fit: Estimate, value: float) -> float:
    recording, data = fit.data.recording, fit.data
    tied = recording.values == value
    if fit.observed.stands_for_others and tied.any():
        return float(recording.counts[tied].sum())
    return float(data.weights[data.values == value].sum())


def _on_heaps(fit: Estimate) -> list[Point]:
    """The best mixtures with a component on a value that recurs more than the fit expects."""
    data, recording = fit.observed, fit.data.recording
    if recording.values.size == 0 or data.rounding > 0:
        return []
    width = recording.step / fit.data.sd
    density = fit.mixture.pdf(recording.values) * fit.data.sd
    expected = np.maximum(fit.data.n * density * width, 1e-9)
    counts = recording.counts
    excess = np.where(counts > expected, counts * np.log(counts / expected) - counts + expected, 0)
    best = np.argsort(-excess, kind="stable")[:LOOKED_INTO]
    if width == 0.0:
        # Each recurring value has an infinite likelihood: those are named that recur most.
        often = counts[best] >= max(3.0, 0.01 * fit.data.n)
        return [
            Point(float(recording.values[one]), float(counts[one]), np.inf) for one in best[often]
        ]
    made = []
    for one in best[excess[best] > 0]:
        value, count = float(recording.values[one]), float(counts[one])
        made.append(Point(value, count, _loglik(fit, value, smallest_sd(width))))
    return made


def _loglik(fit: Estimate, value: float, sd: float) -> float:
    """Log-likelihood of the best mixture with a component of this sd on a value."""
    k = fit.n_components
    held = fit.coordinates.pinned(1, k - 1).pinned(2, k - 1)
    place = (value - fit.data.mean) / fit.data.sd
    rows = []
    for j in range(k):
        others = np.delete(np.arange(k), j)
        weights, means, sds = (part[0, others] for part in fit.at)
        share = 0.5 / k
        rows.append(
            Parameters(
                np.append((1 - share) * weights / weights.sum(), share),
                np.append(means, place),
                np.append(np.maximum(sds, sd), sd),
            )
        )
    start = Parameters(*map(np.stack, zip(*rows, strict=True)))
    climbed = ascend(fit.observed, start, held, tol=1e-6, max_iter=200)
    shift = fit.sample.n * float(np.log(fit.data.sd))
    return float(climbed.loglik.max()) - shift
