"""Scouts: starts climb on a coarse copy of the data, where a pass costs next to nothing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.ascent import Ascent, Status, ascend
from em.coordinates import Coordinates, unconstrained
from em.lattice import lattice_size, peaks, tails
from em.mixture import Parameters
from em.observed import Observed
from em.optimum import are_spurious
from em.start import coarse, pinned, pooled, split, starts, with_tail
from em.tops import distinct, picked, stacked, taken

if TYPE_CHECKING:
    from em.options import Options

__all__ = ["Scouted", "Scouts"]

Floats = NDArray[np.float64]

COARSE_ABOVE = 180
"""Distinct values from which starts are tried on a coarse copy rather than on all of them."""
COARSE_BINS = 64
"""Stretches of the coarse copy, each of two points."""
LED = 6
"""Best starts, for each component, that are led on to their tops on the coarse copy."""
KEPT = 8
"""Tops of the coarse copy that are climbed on all of the data."""
SCOUTED = 12
"""Passes over the coarse copy, at the most."""
BEHIND = 0.5
"""Climbs so much lower than one that has ended on a top are given up."""
FAR_OUT = 4.5
"""In sds of the data: values beyond may be a group that differs by its mean alone."""
STARTS = 10
"""Starts for each component, unless another number is asked for."""
SPLIT_TOPS = 2
"""Tops of the model with one component less that are starts once a component is added."""


class Scouted(NamedTuple):
    """A top of the coarse copy."""

    at: Parameters
    """Of shape (1, K)."""
    origin: Parameters
    """The start that led there, of shape (1, K)."""
    loglik: float
    n_starts: int


class Scouts:
    """Finds tops on a coarse copy of the data, for a model and the smaller ones inside it."""

    def __init__(self, data: Observed, options: Options, seed: int) -> None:
        self.is_coarse = data.x.size > COARSE_ABOVE
        self.points, self.masses = (
            coarse(data.x, data.weights, COARSE_BINS) if self.is_coarse else (data.x, data.weights)
        )
        self.data = data.stood_for(self.points, self.masses)
        self.options, self.seed = options, seed
        self._starts: dict[tuple[int, bool], tuple[Parameters, NDArray[np.intp]]] = {}
        self._tops: dict[tuple[int, bool], list[Scouted]] = {}

    def starts(self, k: int, equal_sds: bool) -> tuple[Parameters, NDArray[np.intp]]:
        """Starts for a model, and whether each counts as one of the asked-for."""
        if (k, equal_sds) not in self._starts:
            options = self.options
            # The seed goes by K, so that a smaller model has the starts of a fit of its own.
            rng = np.random.default_rng((self.seed, k))
            number = options.n_starts or STARTS * k
            first = starts(self.points, self.masses, k, number, rng)
            if options.fixed is not None:
                first = pinned(first, options)
            if equal_sds:
                first = pooled(first)
            rows = [first]
            if options.fixed is None and k > 1:
                for top in self.tops(k - 1, equal_sds)[:SPLIT_TOPS]:
                    rows.append(split(top.at))
                    rows.append(with_tail(top.at, self.points, self.masses))
                if equal_sds:
                    rows[1:] = [pooled(row) for row in rows[1:]]
                else:
                    rows.append(_highest(self.tops(k, True)))
            every = stacked(rows)
            tally = np.zeros(every.means.shape[0], dtype=np.intp)
            tally[: first.means.shape[0]] = 1
            self._starts[k, equal_sds] = every, tally
        return self._starts[k, equal_sds]

    def tops(self, k: int, equal_sds: bool) -> list[Scouted]:
        """The distinct tops of a model."""
        if k == 1:
            # The maximum itself, as the data are standardised, or near it if they are rounded.
            one = self.starts(1, equal_sds)[0]
            return [Scouted(one, one, -np.inf, 1)]
        if (k, equal_sds) not in self._tops:
            own = self.coordinates(k, equal_sds)
            if self.has_lattice(k):
                at, _, basins = peaks(self.points, self.masses, equal_sds=equal_sds)
                best = np.arange(min(LED * k, basins.size))
                rows = [picked(at, best)]
                far_out = np.abs(self.points[[0, -1]]).max() > FAR_OUT
                if far_out:
                    rows.append(picked(self._tails, np.arange(2)))
                if not equal_sds:
                    rows.append(_highest(self.tops(k, True)))
                first = stacked(rows)
                tally = np.zeros(first.means.shape[0], dtype=np.intp)
                tally[: best.size] = basins[best]
                # Lattice points stand near their tops. What is still far below one that another
                # has reached would most likely come to the same, but for values far out under
                # one sd, each of which may have a top of its own.
                behind = np.inf if far_out and equal_sds else BEHIND
                found = ascend(
                    self.data, first, own, em_passes=1, max_iter=SCOUTED, tol=1e-3,
                    penalty=self.options.penalty, behind=behind,
                )  # fmt: skip
                self._tops[k, equal_sds] = _told_apart(
                    found, first, tally, self.data, own, self.options
                )
            else:
                first, tally = self.starts(k, equal_sds)
                self._tops[k, equal_sds] = _scout(self.data, first, tally, own, self.options)
        return self._tops[k, equal_sds]

    @cached_property
    def _tails(self) -> Parameters:
        return tails(self.points, self.masses)[0]

    def coordinates(self, k: int, equal_sds: bool) -> Coordinates:
        """The free coordinates of a model."""
        if self.options.fixed is not None:
            return self.options.coordinates  # no smaller model is asked for
        return unconstrained(k, equal_sds)

    def n_tried(self, k: int, equal_sds: bool) -> int:
        """How many starts a model is tried from."""
        if self.has_lattice(k):
            return lattice_size(equal_sds=equal_sds)
        return self.options.n_starts or STARTS * k

    def has_lattice(self, k: int) -> bool:
        """Whether starts come from the lattice of two components rather than at random."""
        options = self.options
        return k == 2 and self.is_coarse and options.fixed is None and options.n_starts is None


def _highest(tops: list[Scouted]) -> Parameters:
    return max(tops, key=lambda top: top.loglik).at


def _scout(
    data: Observed,
    first: Parameters,
    tally: NDArray[np.intp],
    coordinates: Coordinates,
    options: Options,
) -> list[Scouted]:
    """Try starts on a coarse copy and keep one for each of the best distinct tops.

    A few passes tell the starts apart; only the best are led on until they stand on a top,
    and are told apart again.
    """
    found = ascend(data, first, coordinates, max_iter=SCOUTED, tol=1e-2, penalty=options.penalty)
    bounded = coordinates.equal_sds or options.penalty > 0
    # A shared sd cannot fall into a gap; what seems to is a group of a value or two far out.
    sound = np.ones(tally.size, dtype=bool) if bounded else ~_artefacts(found.at, data.x)
    sound &= ~are_spurious(found.at, data.n, 0.0, data.rounding, bounded=bounded)
    sound &= np.array([status is not Status.EMPTY for status in found.status])
    order = np.argsort(np.where(sound, -_merit(found, data.n), np.inf), kind="stable")
    rows = order[: min(LED * coordinates.n_components, max(int(sound.sum()), 1))]
    led = ascend(
        data, picked(found.at, rows), coordinates,
        em_passes=0, max_iter=SCOUTED * 4, tol=1e-3, penalty=options.penalty,
    )  # fmt: skip
    tops = _told_apart(led, picked(first, rows), tally[rows], data, coordinates, options)
    rest = [int(row) for row in order[rows.size :] if tally[row] and sound[row]]
    return _credited(tops, found.at, rest, tally)[:KEPT]


def _told_apart(
    led: Ascent,
    origins: Parameters,
    tally: NDArray[np.intp],
    data: Observed,
    coordinates: Coordinates,
    options: Options,
) -> list[Scouted]:
    """The distinct tops that climbs ended on, the best first."""
    bounded = coordinates.equal_sds or options.penalty > 0
    spurious = are_spurious(led.at, data.n, 0.0, data.rounding, bounded=bounded)
    reached = np.array([status is Status.CONVERGED for status in led.status])
    # What stopped on its way below a top that another reached is told by that one.
    highest = led.loglik[reached & ~spurious].max(initial=-np.inf)
    kept = np.flatnonzero((reached & ~spurious) | (led.loglik > highest))
    if kept.size == 0:
        kept = np.arange(led.loglik.size)
    merit = _merit(led, data.n)
    every = distinct(taken(led, kept), tally[kept], data, bounded=bounded)
    regular = [top for top in every if top[2] is not Status.COLLAPSED] or every[:1]
    tops = [
        Scouted(picked(led.at, [row]), picked(origins, [row]), float(led.loglik[row]), count)
        for row, count in sorted(
            ((int(kept[place]), count) for place, count, _ in regular),
            key=lambda top: -merit[top[0]],
        )
    ]
    rest = np.setdiff1d(np.flatnonzero(~spurious), kept)
    return _credited(tops, led.at, rest.tolist(), tally)


def _credited(
    tops: list[Scouted], at: Parameters, rows: list[int], tally: NDArray[np.intp]
) -> list[Scouted]:
    """Count starts that were not led on for the top that their place on the slope is nearest to."""
    if not rows or not tally[rows].any():
        return tops
    places = np.sort(np.concatenate([top.at.means for top in tops]), axis=1)
    gaps = np.abs(np.sort(at.means[rows], axis=1)[:, None] - places).sum(axis=2)
    more = np.bincount(gaps.argmin(axis=1), tally[rows], minlength=len(tops)).astype(int).tolist()
    return [
        top._replace(n_starts=top.n_starts + count) for top, count in zip(tops, more, strict=True)
    ]


def _merit(found: Ascent, n: float) -> Floats:
    """Log-likelihoods less the penalty of Chen, Tan & Zhang (2008), so that spikes come last.

    There are as many spikes as there are starts to find them, and they would crowd out the rest.
    """
    return np.asarray(
        found.loglik - (found.at.sds**-2.0 + 2 * np.log(found.at.sds)).sum(axis=1) / n
    )


def _artefacts(at: Parameters, points: Floats) -> NDArray[np.bool_]:
    """Which climbs put a component into a gap of the coarse copy, on a point or two of it."""
    near = np.searchsorted(points, at.means)
    low = points[np.clip(near - 2, 0, points.size - 1)]
    high = points[np.clip(near + 1, 0, points.size - 1)]
    return np.asarray((at.sds < 0.25 * (high - low)).any(axis=1))
