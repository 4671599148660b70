"""Scouts: starts climb on a coarse copy of the data, where a pass costs next to nothing."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.likelihood.coordinates import Coordinates, unconstrained
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters, stacked
from em.search.ascent import Ascent, Status, ascend
from em.search.clumps import clumps, insertions
from em.search.groups import Verdict, is_bounded, verdicts
from em.search.lattice import lattice_size, peaks, tails
from em.search.options import Options
from em.search.start import coarse, parted, pinned, pooled, split, starts, with_tail
from em.search.tops import SET_ASIDE, distinct, same, taken

__all__ = ["Scouted", "Scouts"]

Floats = NDArray[np.float64]

COARSE_BINS, FINER_BINS = 64, 128
"""Stretches of the coarse copy, each of two points; the latter for four components, where a small
group may be two (with more a search takes too long)."""
COARSE_ABOVE = 1.4
"""Times as many distinct values as its points, from which starts are tried on a coarse copy."""
LED = 6
"""Peaks of the lattice, for each component, that are led to their tops on the coarse copy."""
KEPT = 12
"""Tops of the coarse copy that are climbed on all of the data, of each lot of starts."""
SAME_TOP = 1e-2
"""Log-likelihoods of one top of the copy, reached in two ways, differ by no more."""
SCOUTED = 12
"""Passes over the coarse copy, at the most."""
ALIKE = 0.1
"""Climbs whose means (in sds), logs of sds (twice that) and weights are so near count as one."""
BEHIND = 2.0
"""Climbs so much lower than one that has ended on a top are given up."""
FAR_OUT = 4.5
"""In sds of the data: values beyond may be a group that differs by its mean alone."""
STARTS, MOST_STARTS = 10, 40
"""Random starts for each component, and of all at the most, unless another number is asked for."""
FEW = 4
"""Components; with more a search takes longer for each start, and greed does most of the work."""
LED_ON = 32
"""Climbs of one lot of starts that are led to their tops on the coarse copy, at the most."""
NARROWS = 8
"""Clumps too small for the coarse copy that are looked into, for each top they are added to."""
CLUMPS = 24
"""Too full stretches that are starts, for each of those tops."""
CLEAR = 3.0
"""A clump gains this much more than the log of the number of values, or it is not looked into."""
SMALL = 6.0
"""In stretches of the coarse copy: clumps of fewer values cannot be seen there."""
SPLIT_TOPS = 2
"""Tops of the model with one component less that are starts once a component is added."""


def default_starts(k: int) -> int:
    """How many random starts a model is tried from, unless another number is asked for."""
    return min(STARTS * k, MOST_STARTS)


class Scouted(NamedTuple):
    """A top of the coarse copy."""

    at: Parameters
    """Of shape (1, K)."""
    origin: Parameters
    """The start that led there, of shape (1, K)."""
    loglik: float
    n_starts: int
    """How many climbs ended there."""
    merit: float = -np.inf
    """What tops of the copy are ranked by."""


class Scouts:
    """Finds tops on a coarse copy of the data, for a model and the smaller ones inside it."""

    def __init__(self, data: Observed, options: Options, seed: int) -> None:
        self.whole = data
        self.options, self.seed = options, seed
        self._copies: dict[int, Observed] = {}
        self._starts: dict[tuple[int, bool], list[Parameters]] = {}
        self._tops: dict[tuple[int, bool], list[Scouted]] = {}
        self.n_led: dict[tuple[int, bool], int] = {}
        """How many climbs were led to an end on the copy, for each model."""

    def is_coarse(self, k: int) -> bool:
        """Whether starts for so many components are tried on a coarse copy."""
        return self.whole.x.size > COARSE_ABOVE * 2 * _bins(k)

    def copy(self, k: int) -> Observed:
        """What they are tried on."""
        bins = _bins(k) if self.is_coarse(k) else 0
        if bins not in self._copies:
            x, weights = self.whole.x, self.whole.weights
            points, masses = coarse(x, weights, bins) if bins else (x, weights)
            self._copies[bins] = self.whole.stood_for(points, masses)
        return self._copies[bins]

    def starts(self, k: int, equal_sds: bool) -> list[Parameters]:
        """Starts for a model, in lots that are looked at apart from one another.

        The first lot is made from smaller models. The others are at random, and each is the same
        however many follow, so that more starts never lead to less.
        """
        if (k, equal_sds) not in self._starts:
            lots = self._random(k)
            if self.options.fixed is None and k > 1:
                rows = []
                for top in self.tops(k - 1, equal_sds)[: SPLIT_TOPS if k <= FEW else 1]:
                    rows.append(split(top.at))
                    rows.append(parted(top.at, self.whole.x, self.whole.weights))
                    rows.append(with_tail(top.at, *_points(self.copy(k))))
                    rows.append(insertions(top.at, self._clumps(top.at)[0]))
                if not equal_sds:
                    rows.append(_highest(self.tops(k, True)))
                lots.insert(0, stacked(rows))
            if equal_sds:
                lots = [pooled(lot) for lot in lots]
            self._starts[k, equal_sds] = lots
        return self._starts[k, equal_sds]

    def _random(self, k: int) -> list[Parameters]:
        left = self.options.n_starts or default_starts(k)
        lots: list[Parameters] = []
        while left > 0:
            # The seed goes by K, so that a smaller model has the starts of a fit of its own.
            rng = np.random.default_rng((self.seed, k, len(lots)))
            lot = starts(*_points(self.copy(k)), k, default_starts(k), rng)
            lot = pinned(lot.rows(np.arange(min(left, lot.means.shape[0]))), self.options)
            lots.append(lot)
            left -= lot.means.shape[0]
            if k == 1:
                break
        return lots

    def tops(self, k: int, equal_sds: bool) -> list[Scouted]:
        """The distinct tops of a model, the best first."""
        if k == 1:
            # The maximum itself, as the data are standardised, or near it if they are rounded.
            one = self.starts(1, equal_sds)[0]
            return [Scouted(one, one, -np.inf, 1)]
        if (k, equal_sds) not in self._tops:
            own = self.coordinates(k, equal_sds)
            found: list[Scouted] = []
            led = 0
            if self.has_lattice(k):
                found, led = self._from_lattice(equal_sds, own)
            if not self.has_lattice(k) or self.options.n_starts is not None:
                for lot in self.starts(k, equal_sds):
                    more, count = _scout(self.copy(k), lot, own, self.options)
                    found, led = _with(found, more), led + count
            self._tops[k, equal_sds] = sorted(found, key=lambda top: -top.merit)
            self.n_led[k, equal_sds] = led
        return self._tops[k, equal_sds]

    def _from_lattice(self, equal_sds: bool, own: Coordinates) -> tuple[list[Scouted], int]:
        data = self.copy(2)
        at, _ = peaks(data.x, data.weights, equal_sds=equal_sds)
        rows = [at.rows(np.arange(min(LED * 2, at.means.shape[0])))]
        far_out = np.abs(data.x[[0, -1]]).max() > FAR_OUT
        if far_out:
            rows.append(self._tails.rows(np.arange(2)))
        if not equal_sds:
            rows.append(_highest(self.tops(2, True)))
            one = self.starts(1, False)[0]
            rows.append(insertions(one, self._clumps(one)[0]))
            rows.append(with_tail(one, data.x, data.weights))
        first = stacked(rows)
        # Lattice points stand near their tops. What is still far below one that another has
        # reached would most likely come to the same, but for values far out under one sd, each
        # of which may have a top of its own.
        behind = np.inf if far_out and equal_sds else BEHIND
        found = ascend(
            data, first, own, em_passes=1, max_iter=SCOUTED, tol=1e-3,
            penalty=self.options.penalty, behind=behind,
        )  # fmt: skip
        return _told_apart(found, first, data, own, self.options), first.means.shape[0]

    def _clumps(self, one: Parameters) -> tuple[Parameters, Floats]:
        """The stretches that are fullest for a smaller mixture."""
        number = CLUMPS if one.means.shape[1] < FEW else CLUMPS // 2
        return clumps(one, self.whole.x, self.whole.weights, number)

    def narrow(self, k: int, equal_sds: bool) -> Parameters | None:
        """Starts with a clump that the coarse copy cannot show; None where there is none."""
        if not self.is_coarse(k) or equal_sds or k == 1 or self.options.fixed is not None:
            return None
        # What is not this much fuller than a smaller mixture has it, chance leaves in any sample,
        # though with many components the best of that may still be a top.
        least = CLEAR + (np.log(self.whole.n) if k == 2 else 0.0)
        smallest = SMALL * self.whole.n / _bins(k)
        rows = []
        for top in self.tops(k - 1, False)[: SPLIT_TOPS if k <= FEW else 1]:
            found, gain = self._clumps(top.at)
            kept = (gain > least) & (self.whole.n * found.weights < smallest)
            kept &= np.cumsum(kept) <= NARROWS
            if kept.any():
                rows.append(insertions(top.at, found.rows(kept)))
        return stacked(rows) if rows else None

    @cached_property
    def _tails(self) -> Parameters:
        return tails(*_points(self.copy(2)))[0]

    def coordinates(self, k: int, equal_sds: bool) -> Coordinates:
        """The free coordinates of a model."""
        if self.options.fixed is not None:
            return self.options.coordinates  # no smaller model is asked for
        return unconstrained(k, equal_sds)

    def n_tried(self, k: int, equal_sds: bool = False) -> int:
        """How many starts a model is tried from, besides those made from smaller models."""
        if self.options.n_starts is None and self.has_lattice(k):
            return lattice_size(equal_sds=equal_sds)
        return self.options.n_starts or default_starts(k)

    def has_lattice(self, k: int) -> bool:
        """Whether starts come from the lattice of two components, and at random only if asked."""
        return k == 2 and self.is_coarse(k) and self.options.fixed is None


def _bins(k: int) -> int:
    return FINER_BINS if k == FEW else COARSE_BINS


def _points(data: Observed) -> tuple[Floats, Floats]:
    return data.x, data.weights


def _highest(tops: list[Scouted]) -> Parameters:
    return max(tops, key=lambda top: top.loglik).at


def _scout(
    data: Observed, first: Parameters, coordinates: Coordinates, options: Options
) -> tuple[list[Scouted], int]:
    """Try starts on a coarse copy and keep one for each of the best distinct tops.

    A few passes tell the starts apart; one of those that are on the way to the same place is led
    on until it stands on a top. Says how many were.
    """
    found = ascend(data, first, coordinates, max_iter=SCOUTED, tol=1e-2, penalty=options.penalty)
    bounded = is_bounded(coordinates, options.penalty)
    # A shared sd cannot fall into a gap; what seems to is a group of a value or two far out.
    sound = np.ones(found.loglik.size, dtype=bool) if bounded else ~_artefacts(found.at, data.x)
    sound &= _are_groups(found.at, data, bounded=bounded)
    sound &= np.array([status is not Status.EMPTY for status in found.status])
    order = np.argsort(np.where(sound, -_merit(found, data.n), np.inf), kind="stable")
    order = order[: max(int(sound.sum()), 1)]
    few = coordinates.n_components <= FEW
    rows = order[_one_of_each(found.at, order)][: LED_ON if few else LED_ON // 2]
    led = ascend(
        data, found.at.rows(rows), coordinates,
        em_passes=0, max_iter=SCOUTED * 4, tol=1e-3, penalty=options.penalty,
    )  # fmt: skip
    tops = _told_apart(led, first.rows(rows), data, coordinates, options)
    return tops[: KEPT if few else KEPT // 2], rows.size


def _told_apart(
    led: Ascent, origins: Parameters, data: Observed, coordinates: Coordinates, options: Options
) -> list[Scouted]:
    """The distinct tops that climbs ended on, the best first."""
    bounded = is_bounded(coordinates, options.penalty)
    spurious = ~_are_groups(led.at, data, bounded=bounded)
    reached = np.array([status is Status.CONVERGED for status in led.status])
    # What stopped on its way below a top that another reached is told by that one.
    highest = led.loglik[reached & ~spurious].max(initial=-np.inf)
    kept = np.flatnonzero((reached & ~spurious) | (led.loglik > highest))
    if kept.size == 0:
        kept = np.arange(led.loglik.size)
    merit = _merit(led, data.n)
    once = np.ones(kept.size, dtype=np.intp)
    every = distinct(taken(led, kept), once, data, bounded=bounded)
    regular = [top for top in every if top[2] not in SET_ASIDE] or every[:1]
    tops = [
        Scouted(led.at.rows([row]), origins.rows([row]), float(led.loglik[row]), count,
                float(merit[row]))
        for row, count in ((int(kept[place]), count) for place, count, _ in regular)
    ]  # fmt: skip
    return sorted(tops, key=lambda top: -top.merit)


def _with(tops: list[Scouted], more: list[Scouted]) -> list[Scouted]:
    """The tops of two lots of starts, each once."""
    merged = list(tops)
    for top in more:
        for place, other in enumerate(merged):
            if abs(top.loglik - other.loglik) < SAME_TOP and same(
                top.at.rows(0),
                other.at.rows(0),
            ):
                merged[place] = other._replace(n_starts=other.n_starts + top.n_starts)
                break
        else:
            merged.append(top)
    return merged


def _one_of_each(at: Parameters, order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places in the order of climbs that are not on the way to where a better one is going."""
    # Side by side, components in order of mean: logs of sds, means in sds, weights.
    rank = np.argsort(at.means[order], axis=1)
    weights, means, sds = (np.take_along_axis(value[order], rank, axis=1) for value in at)
    free = np.ones(order.size, dtype=bool)
    kept = []
    for place in range(order.size):
        if not free[place]:
            continue
        kept.append(place)
        apart = np.abs(means - means[place]) / (sds + sds[place])
        wider = np.abs(np.log(sds / sds[place]))
        near = (apart < ALIKE) & (wider < 2 * ALIKE) & (np.abs(weights - weights[place]) < ALIKE)
        free &= ~near.all(axis=1)
    return np.array(kept, dtype=np.intp)


def _are_groups(at: Parameters, data: Observed, *, bounded: bool) -> NDArray[np.bool_]:
    return np.array([one is Verdict.GROUPS for one in verdicts(at, data, bounded=bounded)])


def _merit(found: Ascent, n: float) -> Floats:
    """Log-likelihoods less the penalty of Chen, Tan & Zhang (2008), so that spikes come last.

    There are as many spikes as there are starts to find them, and they would crowd out the rest.
    But no component pays more than the fullest of many stretches gains by chance: in heavy tails
    a group that is there may be a thousand times narrower than the data.
    """
    penalties = (found.at.sds**-2.0 + 2 * np.log(found.at.sds)) / n
    return np.asarray(found.loglik - np.minimum(penalties, 2 * CLEAR + 2 * np.log(n)).sum(axis=1))


def _artefacts(at: Parameters, points: Floats) -> NDArray[np.bool_]:
    """Which climbs put a component into a gap of the coarse copy, on a point or two of it."""
    near = np.searchsorted(points, at.means)
    low = points[np.clip(near - 2, 0, points.size - 1)]
    high = points[np.clip(near + 1, 0, points.size - 1)]
    return np.asarray((at.sds < 0.25 * (high - low)).any(axis=1))
