"""Tops: the distinct maxima that a batch of climbs ended on, and how they are ranked."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.likelihood.coordinates import Coordinates
from em.likelihood.information import expect
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.search.ascent import Ascent, Status, ascend
from em.search.groups import NARROW, Verdict, smallest_sd, verdicts

__all__ = [
    "SET_ASIDE",
    "SET_ASIDE_AS",
    "Top",
    "Way",
    "distinct",
    "rank",
    "same",
    "taken",
]

Floats = NDArray[np.float64]

ONE_PLACE = 1e-4
"""In sds of the data: points so near are one."""
SET_ASIDE_AS = {Verdict.POINT: Status.COLLAPSED, Verdict.CHANCE: Status.CHANCE}
"""What a top is called whose components are not all groups."""
SET_ASIDE = frozenset(SET_ASIDE_AS.values())
"""How tops end that are no answer because of what their components are."""


class Way(NamedTuple):
    """A climb that can be made again, to see what it went through."""

    start: Parameters
    """Where it starts, of shape (1, K)."""
    coordinates: Coordinates
    em_passes: int
    max_iter: int
    tol: float
    penalty: float

    def climbed(self, data: Observed) -> Ascent:
        """The climb, with the log-likelihoods on the way."""
        return ascend(
            data, self.start, self.coordinates, em_passes=self.em_passes,
            max_iter=self.max_iter, tol=self.tol, penalty=self.penalty, with_history=True,
        )  # fmt: skip


class Top(NamedTuple):
    """A distinct top of the likelihood."""

    at: Parameters
    """The mixture there, arrays of shape (K,), not sorted."""
    loglik: float
    """Its log-likelihood."""
    status: Status
    """How the climb ended; what its components are, if they are not all groups."""
    n_starts: int
    """How many starts led there."""
    n_iter: int
    """Passes over the data of the climb."""
    gradient_norm: float
    """The score in standard errors."""
    blunted: float
    """Of a top that is set aside, the log-likelihood with no component so narrow against the
    widest; NaN for others."""
    ways: tuple[Way, ...]
    """How it may have been reached: all the way from a start first, if that is known."""

    @property
    def height(self) -> float:
        """What tops of one status are ranked by: how likely they are, spikes being worth less."""
        return self.loglik if math.isnan(self.blunted) else self.blunted


def distinct(
    found: Ascent, tally: NDArray[np.intp], data: Observed, *, bounded: bool
) -> list[tuple[int, int, Status]]:
    """Row, number of starts and status of every distinct top, the best regular one first."""
    # Rounded, so that of two climbs to one top the first stands for both on every machine.
    height = np.round(found.loglik, 6)
    order = np.lexsort((-height, np.array([rank(status) for status in found.status])))
    judged = verdicts(found.at, data, bounded=bounded)
    tops: list[tuple[int, int, Status]] = []
    for row in order.tolist():
        mine = found.at.rows(row)
        status = found.status[row]
        if status is not Status.EMPTY:
            status = SET_ASIDE_AS.get(judged[row], status)
        for place, (other, count, reached) in enumerate(tops):
            # How far a climb onto a point was followed is nobody's business.
            near = status in SET_ASIDE or (
                abs(found.loglik[row] - found.loglik[other]) <= 1e-3 + 1e-9 * data.n
            )
            if status is not reached or not near:
                continue
            if same(mine, found.at.rows(other)):
                tops[place] = (other, count + int(tally[row]), reached)
                break
        else:
            tops.append((row, int(tally[row]), status))
    tops.sort(key=lambda top: (rank(top[2]), -height[top[0]]))
    return tops


def rank(status: Status) -> int:
    """Answers first, then what merely stopped, then what is no mixture of K groups at all."""
    if status in SET_ASIDE:
        return 3
    return (Status.CONVERGED, Status.MAX_ITER, Status.FLAT, None, Status.EMPTY).index(status)


def blunted(at: Parameters, data: Observed) -> Floats:
    """Log-likelihoods with no component narrower than a tenth of the widest, or than the grid.

    What makes a top that is no answer tell something of the data: a value far out explains much
    even so, and two nearly equal ones among many nothing.
    """
    least = np.maximum(NARROW * at.sds.max(axis=1, keepdims=True), smallest_sd(data.resolution))
    sds = np.maximum(at.sds, least)
    return expect(data, at._replace(sds=sds)).loglik


def same(a: Parameters, b: Parameters) -> bool:
    """Whether two climbs ended on one top, whatever the order of their components."""
    i, j = np.argsort(a.means), np.argsort(b.means)
    apart = np.abs(a.means[i] - b.means[j]) / np.maximum(a.sds[i] + b.sds[j], ONE_PLACE)
    return bool(apart.max() < 0.05 and np.abs(a.weights[i] - b.weights[j]).max() < 0.02)


def taken(found: Ascent, rows: NDArray[np.intp]) -> Ascent:
    """Some climbs of a batch."""
    return Ascent(
        found.at.rows(rows),
        found.loglik[rows],
        tuple(found.status[row] for row in rows),
        found.n_iter[rows],
        found.gradient_norm[rows],
        (),
    )
