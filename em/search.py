"""The search: from many starts to the distinct tops of the likelihood.

Starts climb on a coarse copy of the data, where a pass costs next to nothing, and one climb for
each distinct top is made again on the data themselves. Among the starts are the best fits of the
smaller models inside this one, so that a larger model never ends below a smaller one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.ascent import Ascent, Status, ascend, curvature
from em.coordinates import Coordinates
from em.information import sweep
from em.mixture import Parameters
from em.optimum import is_spurious
from em.start import coarse, starts

if TYPE_CHECKING:
    from em.options import Options

__all__ = ["STARTS", "Top", "climb", "pinned", "search"]

Floats = NDArray[np.float64]

COARSE_ABOVE = 180
"""Distinct values from which starts are tried on a coarse copy rather than on all of them."""
COARSE_BINS = 64
"""Stretches of the coarse copy, each of two points."""
LED = 4
"""Best starts, for each component, that are led on to their tops on the coarse copy."""
KEPT = 6
"""Tops of the coarse copy that are climbed on all of the data."""
SCOUTED = 12
"""Passes over the coarse copy, at the most."""
STARTS = 10
"""Starts for each component, unless another number is asked for."""
EXTRA = 40
"""Further starts for each component, where none of the first led above a smaller model."""
SPLIT = 0.5
"""How far apart the halves of a split component start, in its sds."""


class Top(NamedTuple):
    """A distinct top of the likelihood."""

    at: Parameters
    """The mixture there, arrays of shape (K,), not sorted."""
    loglik: float
    """Its log-likelihood."""
    status: Status
    """How the climb ended, `Status.COLLAPSED` also if the top is spurious."""
    n_starts: int
    """How many starts led there."""
    n_iter: int
    """Passes over the data of the climb."""
    gradient_norm: float
    """The score in standard errors."""
    history: tuple[float, ...]
    """Log-likelihoods on the way."""

    @property
    def height(self) -> float:
        """What tops of one status are ranked by: how likely they are, spikes being worth less."""
        if self.status is not Status.COLLAPSED:
            return self.loglik
        # Of tops that are no answer the least degenerate says most about the data.
        return -float((self.at.sds**-2.0).sum())


def climb(
    x: Floats,
    weights: Floats,
    start: Parameters,
    coordinates: Coordinates,
    options: Options,
    resolution: float,
    tally: NDArray[np.intp] | None = None,
    em_passes: int = 5,
) -> list[Top]:
    """Climb from given starts on all of the data.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Standardised values and their weights.
    start : Parameters
        Of shape (B, K).
    coordinates : Coordinates
    options : Options
    resolution : float
        `Sample.resolution`, standardised.
    tally : ndarray of shape (B,), optional
        How many starts each of these stands for; one by default.
    em_passes : int
        As for `em.ascent.ascend`.

    Returns
    -------
    list of Top
        The best regular one first.
    """
    if tally is None:
        tally = np.ones(start.means.shape[0], dtype=np.intp)
    if start.means.shape[1] == 1:
        em_passes = 0  # one component starts at its maximum
    found = ascend(
        x, weights, start, coordinates, em_passes=em_passes, max_iter=options.max_iter,
        tol=options.tol, penalty=options.penalty,
    )  # fmt: skip
    n = float(weights.sum())
    bounded = coordinates.equal_sds or options.penalty > 0
    tops = [
        Top(
            at=Parameters(*(value[row] for value in found.at)),
            loglik=float(found.loglik[row]),
            status=status,
            n_starts=count,
            n_iter=int(found.n_iter[row]),
            gradient_norm=float(found.gradient_norm[row]),
            history=found.history[row],
        )
        for row, count, status in _grouped(found, tally, n, resolution, bounded=bounded)
    ]
    return sorted(tops, key=lambda top: (_rank(top.status), -round(top.height, 6)))


def search(
    x: Floats,
    weights: Floats,
    coordinates: Coordinates,
    options: Options,
    resolution: float,
    rng: np.random.Generator,
) -> list[Top]:
    """Find the tops of the likelihood from many starts.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Distinct standardised values in increasing order and their weights.
    coordinates : Coordinates
    options : Options
    resolution : float
        `Sample.resolution`, standardised.
    rng : numpy.random.Generator

    Returns
    -------
    list of Top
        The best regular one first.
    """
    scouts = _Scouts(x, weights, options, int(rng.integers(2**32)))
    return _search(x, weights, coordinates, options, resolution, scouts)


def _search(
    x: Floats,
    weights: Floats,
    coordinates: Coordinates,
    options: Options,
    resolution: float,
    scouts: _Scouts,
) -> list[Top]:
    """`search` for a model or a smaller one inside it, which share what the scouts know."""
    k = coordinates.n_components
    first, tally = scouts.starts(k, coordinates.equal_sds)
    if scouts.is_coarse and k > 1:
        found = scouts.tops(k, coordinates.equal_sds)
        # The start that led to the best top climbs again, to show the whole way up.
        rows = [_picked(first, [found[0].row]), *(top.at for top in found)]
        counts = np.array([0, *(top.n_starts for top in found)], dtype=np.intp)
        tops = climb(x, weights, _stacked(rows), coordinates, options, resolution, counts)
        if tops[0].status is not Status.CONVERGED:
            # What stood on the coarse copy fell into a gap of the data: the starts, then.
            direct = climb(x, weights, first, coordinates, options, resolution, tally)
            tops = min(tops, direct, key=lambda ends: (_rank(ends[0].status), -ends[0].loglik))
    else:
        tops = climb(x, weights, first, coordinates, options, resolution, tally)
    if options.fixed is not None or k == 1:
        return tops
    return _not_below(tops, x, weights, coordinates, options, resolution, scouts)


def _not_below(
    tops: list[Top],
    x: Floats,
    weights: Floats,
    coordinates: Coordinates,
    options: Options,
    resolution: float,
    scouts: _Scouts,
) -> list[Top]:
    """Make sure that no smaller model inside this one has a higher likelihood.

    Where one has, climb from its maximum. The likelihood cannot fall on the way, but the climb
    may end in a collapse: then there is no regular maximum above the smaller model, and the
    collapsed one comes first, by its name.
    """
    k, equal = coordinates.n_components, coordinates.equal_sds
    inner = [(k - 1, equal)] if equal else [(k - 1, False), (k, True)]
    best: list[Parameters] = []
    floor = -np.inf
    for size, tied in inner:
        rows = _stacked([top.at for top in scouts.tops(size, tied)[:2]])
        own = Coordinates(size, tied)
        found = sweep(x, weights, rows, own, options.penalty)
        # On few values every climb may end elsewhere, and the smaller model is fitted in full.
        sound = (
            scouts.is_coarse and tops[0].status is Status.CONVERGED and found.counts.min() > 0.01
        )
        if sound and (found.loglik + curvature(found).gain() + 1.0 < tops[0].loglik).all():
            continue  # far too low to be climbed for
        asked = replace(options, n_components=size, equal_sds=tied)
        smaller = _search(x, weights, own, asked, resolution, scouts)[0]
        if smaller.status is Status.CONVERGED:
            floor = max(floor, smaller.loglik)
            one = Parameters(*(value[None] for value in smaller.at))
            best.extend([one] if size == k else [_split(one), _split(one, 0.0)])
    slack = 1e-9 * (1.0 + abs(floor))
    if not best or (tops[0].status is Status.CONVERGED and tops[0].loglik >= floor - slack):
        return tops
    # Starts that the coarse copy sorted out may lead to a regular maximum after all.
    rng = np.random.default_rng((scouts.seed, k, 1))
    extra = starts(x, weights, k, EXTRA * k, rng)
    rows_all = _stacked([*best, _pooled(extra) if equal else extra])
    uncounted = np.zeros(rows_all.means.shape[0], dtype=np.intp)
    more = climb(x, weights, rows_all, coordinates, options, resolution, uncounted)
    both = sorted(
        [*tops, *more],
        key=lambda top: (top.loglik < floor - slack, _rank(top.status), -top.height),
    )
    return [both[0], *(top for top in both[1:] if not _equal(top, both[0]))]


class _Scouts:
    """Finds tops on a coarse copy of the data, for a model and the smaller ones inside it."""

    def __init__(self, x: Floats, weights: Floats, options: Options, seed: int) -> None:
        self.is_coarse = x.size > COARSE_ABOVE
        self.points, self.masses = (
            coarse(x, weights, COARSE_BINS) if self.is_coarse else (x, weights)
        )
        self.n = float(weights.sum())
        self.options, self.seed = options, seed
        self._starts: dict[tuple[int, bool], tuple[Parameters, NDArray[np.intp]]] = {}
        self._tops: dict[tuple[int, bool], list[_Scouted]] = {}

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
                first = _pooled(first)
            rows = [first]
            if options.fixed is None and k > 1:
                rows.append(_split(_highest(self.tops(k - 1, equal_sds))))
                if equal_sds:
                    rows[-1] = _pooled(rows[-1])
                else:
                    rows.append(_highest(self.tops(k, True)))
            every = _stacked(rows)
            tally = np.zeros(every.means.shape[0], dtype=np.intp)
            tally[: first.means.shape[0]] = 1
            self._starts[k, equal_sds] = every, tally
        return self._starts[k, equal_sds]

    def tops(self, k: int, equal_sds: bool) -> list[_Scouted]:
        """The distinct tops of a model."""
        if k == 1:
            one = self.starts(1, equal_sds)[0]  # the maximum itself, as the data are standardised
            return [_Scouted(one, 0, -np.inf, 1)]
        if (k, equal_sds) not in self._tops:
            first, tally = self.starts(k, equal_sds)
            own = replace(self.options, n_components=k, equal_sds=equal_sds).coordinates
            self._tops[k, equal_sds] = _scout(
                self.points, self.masses, first, tally, own, self.options, self.n
            )
        return self._tops[k, equal_sds]


def _highest(tops: list[_Scouted]) -> Parameters:
    return max(tops, key=lambda top: top.loglik).at


def _stacked(rows: list[Parameters]) -> Parameters:
    return Parameters(*map(np.concatenate, zip(*rows, strict=True)))


def _picked(at: Parameters, rows: list[int]) -> Parameters:
    return Parameters(*(value[rows] for value in at))


def _equal(a: Top, b: Top) -> bool:
    return a.status is b.status and abs(a.loglik - b.loglik) < 1e-6 and _same(a.at, b.at)


class _Scouted(NamedTuple):
    """A top of the coarse copy."""

    at: Parameters
    """Of shape (1, K)."""
    row: int
    """The start that led there."""
    loglik: float
    n_starts: int


def _scout(
    points: Floats,
    masses: Floats,
    first: Parameters,
    tally: NDArray[np.intp],
    coordinates: Coordinates,
    options: Options,
    n: float,
) -> list[_Scouted]:
    """Try starts on a coarse copy and keep one for each of the best distinct tops.

    A few passes tell the starts apart; only the best are led on until they stand on a top,
    and are told apart again.
    """
    found = ascend(
        points, masses, first, coordinates, max_iter=SCOUTED, tol=1e-2, penalty=options.penalty
    )
    bounded = coordinates.equal_sds or options.penalty > 0
    sound = ~_artefacts(found.at, points)
    for row in np.flatnonzero(sound).tolist():
        place = Parameters(*(value[row] for value in found.at))
        sound[row] = found.status[row] is not Status.EMPTY and not is_spurious(
            place, n, 0.0, bounded=bounded
        )
    order = np.argsort(np.where(sound, -_merit(found, n), np.inf), kind="stable")
    rows = order[: min(LED * coordinates.n_components, max(int(sound.sum()), 1))]
    led = ascend(
        points, masses, Parameters(*(value[rows] for value in found.at)), coordinates,
        em_passes=0, max_iter=SCOUTED * 4, tol=1e-3, penalty=options.penalty,
    )  # fmt: skip
    tops = [
        top
        for top in _grouped(led, tally[rows], n, 0.0, bounded=bounded)
        if top[2] is not Status.COLLAPSED
    ]
    tops = tops or _grouped(led, tally[rows], n, 0.0, bounded=bounded)[:1]
    merit = _merit(led, n)
    tops.sort(key=lambda top: -merit[top[0]])
    counts = np.array([count for _, count, _ in tops])
    # Starts that were not led on count for the top that their place on the slope is nearest to.
    for row in order[rows.size :]:
        if tally[row] and sound[row]:
            gap = [
                float(np.abs(np.sort(found.at.means[row]) - np.sort(led.at.means[top])).sum())
                for top, _, _ in tops
            ]
            counts[int(np.argmin(gap))] += 1
    return [
        _Scouted(
            Parameters(*(value[[top]] for value in led.at)),
            int(rows[top]),
            float(led.loglik[top]),
            int(count),
        )
        for (top, _, _), count in list(zip(tops, counts, strict=True))[:KEPT]
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


def _split(one: Parameters, apart: float = SPLIT) -> Parameters:
    """For each component of one mixture, the mixture with that component cut in two."""
    weights, means, sds = (value[0] for value in one)
    k = weights.size
    rows = []
    for j in range(k):
        others = np.delete(np.arange(k), j)
        shift = apart * sds[j]
        # Halves this far apart with this sd have the variance of the whole.
        narrow = sds[j] * np.sqrt(1.0 - apart**2)
        rows.append(
            (
                np.r_[weights[others], 0.5 * weights[j], 0.5 * weights[j]],
                np.r_[means[others], means[j] - shift, means[j] + shift],
                np.r_[sds[others], narrow, narrow],
            )
        )
    return Parameters(*(np.stack(column) for column in zip(*rows, strict=True)))


def _pooled(at: Parameters) -> Parameters:
    """The same with one sd for all components."""
    pooled = np.sqrt((at.weights * at.sds**2).sum(axis=1, keepdims=True))
    return at._replace(sds=np.broadcast_to(pooled, at.sds.shape).copy())


def pinned(at: Parameters, options: Options) -> Parameters:
    """Put the fixed parameters into starting mixtures.

    Parameters
    ----------
    at : Parameters
        Of shape (B, K), standardised.
    options : Options

    Returns
    -------
    em.Parameters
    """
    weights, means, sds = (value.copy() for value in at)
    wanted = options.fixed
    if wanted is None:
        return at
    held = ~np.isnan(wanted.weights)
    if held.any():
        free = ~held
        weights[:, held] = wanted.weights[held]
        left = 1.0 - wanted.weights[held].sum()
        if free.any():
            weights[:, free] *= left / weights[:, free].sum(axis=1, keepdims=True)
    for values, fixed in ((means, wanted.means), (sds, wanted.sds)):
        held = ~np.isnan(fixed)
        values[:, held] = fixed[held]
    if options.equal_sds and (~np.isnan(wanted.sds)).any():
        sds[:] = wanted.sds[~np.isnan(wanted.sds)][0]
    return Parameters(weights, means, sds)


def _grouped(
    found: Ascent, tally: NDArray[np.intp], n: float, resolution: float, *, bounded: bool
) -> list[tuple[int, int, Status]]:
    """Row, number of starts and status of every distinct top, the best regular one first."""
    # Rounded, so that of two climbs to one top the first stands for both on every machine.
    height = np.round(found.loglik, 6)
    order = np.lexsort((-height, np.array([_rank(status) for status in found.status])))
    tops: list[tuple[int, int, Status]] = []
    for row in order.tolist():
        mine = Parameters(*(value[row] for value in found.at))
        status = found.status[row]
        if status is not Status.EMPTY and is_spurious(mine, n, resolution, bounded=bounded):
            status = Status.COLLAPSED
        for place, (other, count, reached) in enumerate(tops):
            theirs = Parameters(*(value[other] for value in found.at))
            near = abs(found.loglik[row] - found.loglik[other]) <= 1e-3 + 1e-9 * n
            if status is reached and near and _same(mine, theirs):
                tops[place] = (other, count + int(tally[row]), reached)
                break
        else:
            tops.append((row, int(tally[row]), status))
    tops.sort(key=lambda top: (_rank(top[2]), -height[top[0]]))
    return tops


def _rank(status: Status) -> int:
    """Answers first, then what merely stopped, then what is no mixture of K at all."""
    return (
        Status.CONVERGED, Status.MAX_ITER, Status.FLAT, Status.EMPTY, Status.COLLAPSED
    ).index(status)  # fmt: skip


def _same(a: Parameters, b: Parameters) -> bool:
    """Whether two climbs ended on one top, whatever the order of their components."""
    i, j = np.argsort(a.means), np.argsort(b.means)
    apart = np.abs(a.means[i] - b.means[j]) / (a.sds[i] + b.sds[j])
    return bool(apart.max() < 0.05 and np.abs(a.weights[i] - b.weights[j]).max() < 0.02)
