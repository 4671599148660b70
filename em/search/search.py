"""The search: from many starts to the distinct tops of the likelihood.

Starts climb on a coarse copy of the data, where a pass costs next to nothing, and one climb for
each distinct top is made again on the data themselves. Among the starts are the best fits of the
smaller models inside this one, so that a larger model never ends below a smaller one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from em.likelihood.coordinates import Coordinates, unconstrained
from em.likelihood.curvature import curvature
from em.likelihood.information import sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters, stacked
from em.search.ascent import Status, ascend
from em.search.groups import is_bounded
from em.search.options import Options
from em.search.scouts import FEW, Scouts
from em.search.start import coarse, pooled, split, starts
from em.search.tops import SET_ASIDE, Top, Way, blunted, distinct, rank, same

__all__ = ["Search", "climb", "merged"]

Floats = NDArray[np.float64]

EM_PASSES = 5
"""Passes of a climb from far away that take the EM step."""
MANY = 4000
"""Values above which many starts climb on so many points that stand for them."""
MOST = 8
"""Tops found there that are climbed on all of the data."""
TELLING = 25.0
"""A top that is set aside explains so much more, even with no component narrower than a tenth of
the widest: on 900 simulated samples without outliers the most was 16, with one it is hundreds."""
LEAST_CLIMBED = 3
"""The same where each climb takes long."""
EXTRA = 120
"""Further starts where none of the first led above a smaller model."""
BEHIND = 15.0
"""Tops of the coarse copy so much lower than the best are not climbed on all of the data."""
AT_LEAST = 3
"""So many of them are all the same."""


def climb(
    data: Observed,
    start: Parameters,
    coordinates: Coordinates,
    options: Options,
    tally: NDArray[np.intp] | None = None,
    origins: Parameters | None = None,
) -> list[Top]:
    """Climb from given starts on all of the data.

    Parameters
    ----------
    data : Observed
    start : Parameters
        Of shape (B, K).
    coordinates : Coordinates
    options : Options
    tally : ndarray of shape (B,), optional
        How many starts each of these stands for; one by default.
    origins : Parameters, optional
        Of shape (B, K): the starts stand near a top already, and climbed there from here.

    Returns
    -------
    list of Top
        The best regular one first.
    """
    if tally is None:
        tally = np.ones(start.means.shape[0], dtype=np.intp)
    # One component starts at its maximum, or near it if the values are rounded.
    near = origins is not None or start.means.shape[1] == 1
    settings = (coordinates, 0 if near else EM_PASSES, options.max_iter, options.tol)
    found = ascend(
        data, start, coordinates, em_passes=settings[1], max_iter=options.max_iter,
        tol=options.tol, penalty=options.penalty,
    )  # fmt: skip

    def ways(row: int) -> tuple[Way, ...]:
        way = Way(start.rows([row]), *settings, options.penalty)
        if origins is None:
            return (way,)
        return way._replace(start=origins.rows([row]), em_passes=EM_PASSES), way

    bounded = is_bounded(coordinates, options.penalty)
    ended = distinct(found, tally, data, bounded=bounded)
    aside = [row for row, _, status in ended if status in SET_ASIDE]
    heights: dict[int, float] = {}
    if aside:
        blunt = blunted(found.at.rows(aside), data)
        heights = dict(zip(aside, blunt.tolist(), strict=True))
    tops = [
        Top(
            at=found.at.rows(row),
            loglik=float(found.loglik[row]),
            status=status,
            n_starts=count,
            n_iter=int(found.n_iter[row]),
            gradient_norm=float(found.gradient_norm[row]),
            blunted=heights.get(row, np.nan),
            ways=ways(row),
        )
        for row, count, status in ended
    ]
    return ranked(tops)


class Search:
    """Finds the tops of the likelihood of a model, from many starts.

    The models inside it are searched along the way, and what is found is kept: asking for each
    of several models costs little more than asking for the largest.

    Parameters
    ----------
    data : Observed
        Distinct values in increasing order.
    options : Options
        Of all models; which one is meant is told by `tops`.
    rng : numpy.random.Generator
    """

    def __init__(self, data: Observed, options: Options, rng: np.random.Generator) -> None:
        self.data, self.options = data, options
        self.scouts = Scouts(data, options, int(rng.integers(2**32)))
        self.n_climbs: dict[tuple[int, bool], int] = {}
        """How many climbs were led to an end, for each model."""
        self._answers: dict[tuple[int, bool], list[Top]] = {}

    def tops(self, k: int, equal_sds: bool) -> list[Top]:
        """The tops of a model, the best regular one first.

        Parameters
        ----------
        k : int
            The number of components.
        equal_sds : bool

        Returns
        -------
        list of Top
        """
        if (k, equal_sds) not in self._answers:
            tops = self._from_starts(k, equal_sds)
            if self.options.fixed is None and k > 1:
                tops = self._not_below(tops, k, equal_sds)
            self._answers[k, equal_sds] = tops
        return self._answers[k, equal_sds]

    def n_tried(self, k: int, equal_sds: bool) -> int:
        """How many starts a model is tried from, besides those made from smaller models."""
        return self.scouts.n_tried(k, equal_sds)

    def _climb(
        self,
        start: Parameters,
        equal_sds: bool,
        tally: NDArray[np.intp] | None = None,
        origins: Parameters | None = None,
    ) -> list[Top]:
        coordinates = self.scouts.coordinates(start.means.shape[1], equal_sds)
        return climb(self.data, start, coordinates, self.options, tally, origins)

    def _climb_many(self, start: Parameters, equal_sds: bool) -> list[Top]:
        """The same from many starts, where there are many data by way of a copy with fewer."""
        k, size = start.means.shape[1], self.data.x.size
        self.n_climbs[k, equal_sds] = self.n_climbs.get((k, equal_sds), 0) + start.means.shape[0]
        if size <= MANY:
            return self._climb(start, equal_sds)
        points, masses = coarse(self.data.x, self.data.weights, MANY // 2)
        fewer = self.data.stood_for(points, masses)
        coordinates = self.scouts.coordinates(k, equal_sds)
        found = climb(fewer, start, coordinates, self.options)
        found = found[: MOST if size <= 5 * MANY else LEAST_CLIMBED]
        rows = [Parameters(*(value[None] for value in top.at)) for top in found]
        counts = np.array([top.n_starts for top in found], dtype=np.intp)
        return self._climb(stacked(rows), equal_sds, counts)

    def _from_starts(self, k: int, equal_sds: bool) -> list[Top]:
        """The tops that the starts of a model lead to."""
        scouts = self.scouts
        if k == 1 or not scouts.is_coarse(k):
            return self._climb_many(stacked(scouts.starts(k, equal_sds)), equal_sds)
        found = scouts.tops(k, equal_sds)
        found = [
            top for place, top in enumerate(found)
            if place < AT_LEAST or top.merit > found[0].merit - BEHIND
        ]  # fmt: skip
        self.n_climbs[k, equal_sds] = scouts.n_led[k, equal_sds]
        counts = np.array([top.n_starts for top in found], dtype=np.intp)
        origins = stacked([top.origin for top in found])
        tops = self._climb(stacked([top.at for top in found]), equal_sds, counts, origins)
        narrow = scouts.narrow(k, equal_sds)
        if narrow is not None:
            tops = merged(tops, self._climb_many(narrow, equal_sds))
        if tops[0].status is not Status.CONVERGED:
            # What stood on the coarse copy fell into a gap of the data: the starts, then.
            direct = self._climb_many(stacked(scouts.starts(k, equal_sds)), equal_sds)
            tops = merged(tops, direct)
        return tops

    def _not_below(self, tops: list[Top], k: int, equal_sds: bool) -> list[Top]:
        """See whether a smaller model inside this one is likelier, and climb from there if so.

        The likelihood cannot fall on the way, but the climb may end where a component is no group:
        then no regular maximum need be above the smaller model.
        """
        best: list[Parameters] = []
        floor = -np.inf
        for size, tied in [(k - 1, True)] if equal_sds else [(k - 1, False), (k, True)]:
            if self._is_far_below(size, tied, tops[0]):
                continue
            smaller = self.tops(size, tied)[0]
            if smaller.status is Status.CONVERGED:
                floor = max(floor, smaller.loglik)
                one = Parameters(*(value[None] for value in smaller.at))
                best.extend([one] if size == k else [split(one), split(one, 0.0)])
        slack = 1e-9 * (1.0 + abs(floor))
        if not best or (tops[0].status is Status.CONVERGED and tops[0].loglik >= floor - slack):
            return tops
        # Starts that the coarse copy sorted out may lead to a regular maximum after all.
        rng = np.random.default_rng((self.scouts.seed, k, 1))
        extra = starts(self.data.x, self.data.weights, k, EXTRA if k <= FEW else EXTRA // 4, rng)
        rows = stacked([*best, pooled(extra) if equal_sds else extra])
        return merged(tops, self._climb_many(rows, equal_sds))

    def _is_far_below(self, k: int, equal_sds: bool, top: Top) -> bool:
        """Whether all tops of a smaller model are below this one, without climbing them."""
        # On few values every climb may end elsewhere, and the smaller model is fitted in full.
        if not (self.scouts.is_coarse(k) and top.status is Status.CONVERGED):
            return False
        if k == 1 and self.data.rounding == 0:
            n, penalty = self.data.n, self.options.penalty
            return bool(-0.5 * n * (np.log(2 * np.pi) + 1) - penalty < top.loglik - 1e-3)
        rows = stacked([found.at for found in self.scouts.tops(k, equal_sds)])
        own = unconstrained(k, equal_sds)
        found = sweep(self.data, rows, own, self.options.penalty)
        if found.counts.min() <= 0.01:
            return False  # a component that holds nothing has no curvature
        # The tops of the coarse copy are near: what is left to climb shows in slope and curvature.
        highest = found.loglik + 10 * curvature(found).gain() + 1e-3
        return bool((highest < top.loglik).all())


def merged(tops: list[Top], more: list[Top]) -> list[Top]:
    """The tops of two searches, the best regular one first, and each once."""
    both = list(tops)
    for top in more:
        for place, other in enumerate(both):
            if _equal(top, other):
                both[place] = other._replace(n_starts=other.n_starts + top.n_starts)
                break
        else:
            both.append(top)
    return ranked(both)


def ranked(tops: list[Top]) -> list[Top]:
    """The best regular one first, unless a value far out explains the data so much better.

    With an outlier among the data there are regular tops where the widest component takes it
    together with all the rest. They are no answer, and the outlier has to be named.
    """
    order = sorted(tops, key=lambda top: (rank(top.status), -round(top.height, 6)))
    best = order[0]
    if best.status is Status.CONVERGED:
        telling = [top for top in order if top.blunted > best.loglik + TELLING]
        order = telling[:1] + [top for top in order if not telling or top is not telling[0]]
    return order


def _equal(a: Top, b: Top) -> bool:
    return a.status is b.status and abs(a.loglik - b.loglik) < 1e-6 and same(a.at, b.at)
