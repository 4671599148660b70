"""Squashing: millions of values become a few hundred weighted ones that say the same.

The log-likelihood of a mixture is a sum over the data of a function that is smooth on the scale
of the smallest sd. Cut the line into bins: within a bin the p-point Gauss rule of the data's own
distribution there has positive weights, nodes inside the bin, and the same first 2p moments (0 to
2p - 1), so sums over the data become sums over the nodes (DuMouchel et al. 1999 proposed
moment-matched pseudo-points; in one dimension Gauss rules are the best ones, Golub & Welsch 1969).

Two levels keep it to one pass: thousands of narrow cells with the two-point rule, which has a
closed form, then wider bins of cells with six points, by Stieltjes' recurrence. Cells are narrow
where the data are dense: one that holds a large share is cut again, and so is what lies far out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bins", "Squashed", "squash", "two_points"]

Floats = NDArray[np.float64]

CELLS = 2048
"""Narrow cells that the bulk of the data is cut into."""
LARGE_SHARE = 1.0 / 256
"""A cell with more of all the data than this is cut again."""
DEEPEST = 20
"""How often data may be cut again; 2048 cells each time tell any two doubles apart by then."""
WIDTH = 1.0 / 3.0
"""Width of the wide bins in spreads of the data; beyond four of these they grow with distance."""
SHARE = 1.0 / 24.0
"""The largest share of the data that a wide bin holds."""
STRETCH = 1.0 / 256
"""Share of the data in a stretch of the line, of which dense ones are told from sparse ones."""
CROWD = 8.0
"""The fewest points that such a stretch holds."""
AROUND = 16
"""The surroundings of a stretch: so many stretches to either side."""
SPIKE = 2.5
"""How many times as dense as its surroundings a stretch is that has wide bins of its own."""
POINTS = 6
"""Nodes in a wide bin."""
CHUNK = 1 << 15
"""Values worked on at a time: they then stay in the cache."""


class Bins(NamedTuple):
    """Where data were replaced by a Gauss rule; one entry for each bin or cell."""

    lower: Floats
    """Lower ends."""
    upper: Floats
    """Upper ends."""
    masses: Floats
    """Weight of the data inside."""
    points: Floats
    """Nodes of the rule; it is exact for polynomials of degree ``2 points - 1``."""


class Squashed(NamedTuple):
    """The nodes that stand for the data."""

    values: Floats
    """Nodes, increasing."""
    weights: Floats
    """Their weights, positive."""
    bins: Bins
    """The bins of both levels; data kept as they are have none."""


class _Cells(NamedTuple):
    points: Floats
    masses: Floats
    bins: Bins


def squash(values: Floats, weights: Floats | None, finer: int = 1) -> Squashed:
    """Replace data by the nodes of Gauss rules.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite.
    weights : ndarray of shape (n,) or None
        Positive; None for weights of one.
    finer : int
        How many times more cells and bins than usual to cut the data into.

    Returns
    -------
    Squashed
        A few hundred nodes, or the distinct values where these are as few.
    """
    total = float(values.size) if weights is None else float(weights.sum())
    cells = _cells(values, weights, LARGE_SHARE * total / finer, CELLS * finer, 0)
    order = np.argsort(cells.points, kind="stable")
    return _widen(cells.points[order], cells.masses[order], cells.bins, finer)


def _cells(values: Floats, weights: Floats | None, large: float, count: int, depth: int) -> _Cells:
    """Two points for each narrow cell, or the values themselves where there are not many."""
    if values.size <= 2 * count or depth == DEEPEST:
        return _distinct(values, weights)
    # A strided look finds the bulk; what lies outside of it is cut by itself.
    looked = np.sort(values[:: max(values.size // 4096, 1)])
    low, high = float(looked[looked.size // 200]), float(looked[-1 - looked.size // 200])
    margin = 0.25 * (high - low)
    low, high = low - margin, high + margin
    width = (high - low) / count
    if not low + width > low:
        # Nearly all of what was looked at is one value: take it apart from the others.
        return _join(
            _distinct(*_take(values, weights, values == looked[looked.size // 2])),
            _cells(
                *_take(values, weights, values != looked[looked.size // 2]), large, count, depth + 1
            ),
        )
    sums = np.zeros((4, count))
    outside = []
    for begin in range(0, values.size, CHUNK):
        block = values[begin : begin + CHUNK]
        mass = None if weights is None else weights[begin : begin + CHUNK]
        place = (block - low) / width
        if place.min() < 0 or place.max() >= count:
            out = (place < 0) | (place >= count)
            outside.append(_take(block, mass, out))
            place = place[~out]
            mass = None if mass is None else mass[~out]
        cell = place.astype(np.int32)
        away = place - cell - 0.5
        term = away if mass is None else away * mass
        sums[0] += np.bincount(cell, mass, count)
        sums[1] += np.bincount(cell, term, count)
        term = term * away
        sums[2] += np.bincount(cell, term, count)
        term *= away
        sums[3] += np.bincount(cell, term, count)

    dense = np.flatnonzero(sums[0] > large)
    parts = [
        _closed(np.delete(sums, dense, axis=1), np.delete(np.arange(count), dense), low, width)
    ]
    if dense.size:
        # Rare: spikes. A second pass brings the values of these cells.
        with np.errstate(invalid="ignore", over="ignore"):
            cell = np.floor(np.clip((values - low) / width, -1.0, count)).astype(np.int32)
        parts.extend(
            _cells(*_take(values, weights, cell == one), large, count, depth + 1) for one in dense
        )
    if outside:
        far = np.concatenate([value for value, _ in outside])
        mass = None if weights is None else np.concatenate([m for _, m in outside if m is not None])
        parts.extend(
            _cells(*_take(far, mass, side), large, count, depth + 1)
            for side in (far < low, far >= low)
            if side.any()
        )
    return _join(*parts)


def _take(
    values: Floats, weights: Floats | None, which: NDArray[np.bool_]
) -> tuple[Floats, Floats | None]:
    return values[which], None if weights is None else weights[which]


def _distinct(values: Floats, weights: Floats | None) -> _Cells:
    if weights is None:
        points, counts = np.unique(values, return_counts=True)
        return _Cells(points, counts.astype(np.float64), _NO_BINS)
    points, place = np.unique(values, return_inverse=True)
    return _Cells(points, np.bincount(place, weights, points.size), _NO_BINS)


_NO_BINS = Bins(*(np.zeros(0) for _ in Bins._fields))


def _closed(sums: Floats, cells: NDArray[np.intp], low: float, width: float) -> _Cells:
    """The two-point rules of cells, from their sums of powers about the middle, in widths."""
    full = sums[0] > 0
    m0, m1, m2, m3 = sums[:, full]
    mean = m1 / m0
    variance = m2 / m0 - mean**2
    # What is left of equal values is rounding; they are one point, where they are.
    variance[variance < 1e-14] = 0.0
    third = m3 / m0 - 3 * mean * m2 / m0 + 2 * mean**3
    middle = low + (cells[full] + 0.5) * width
    left, right, share = two_points(mean, variance, third)
    # Rounding may carry a node of a cell with nearly equal values out of the cell.
    left, right = np.clip(left, -0.5, 0.5), np.clip(right, -0.5, 0.5)
    points = np.concatenate([middle + left * width, middle + right * width])
    masses = np.concatenate([m0 * (1 - share), m0 * share])
    bins = Bins(middle - 0.5 * width, middle + 0.5 * width, m0, np.full(m0.size, 2.0))
    real = masses > 0
    return _Cells(points[real], masses[real], bins)


def two_points(mean: Floats, variance: Floats, third: Floats) -> tuple[Floats, Floats, Floats]:
    """Two points with given mean, variance and third central moment, and the upper one's share.

    Parameters
    ----------
    mean, variance, third : ndarray of shape (m,)

    Returns
    -------
    left, right, share : ndarray of shape (m,)
        Nodes of the two-point Gauss rule, and the weight of the right one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        lean = np.where(variance > 1e-24, 0.5 * third / variance, 0.0)
        half = np.sqrt(variance + lean**2)
        share = np.where(half > 0, 0.5 * (1 - lean / half), 0.0)
    return mean + lean - half, mean + lean + half, share


def _join(*parts: _Cells) -> _Cells:
    return _Cells(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.masses for part in parts]),
        Bins(*(np.concatenate(column) for column in zip(*(p.bins for p in parts), strict=True))),
    )


def _widen(points: Floats, masses: Floats, cells: Bins, finer: int, depth: int = 0) -> Squashed:
    """Gather sorted weighted points into wide bins, with a Gauss rule for each."""
    if points.size <= POINTS or depth == DEEPEST:
        return Squashed(points, masses, cells)
    spike = _spikes(points, masses)
    edges = np.flatnonzero(np.diff(spike)) + 1
    # A spike has bins of its own; into those of its surroundings it would be smoothed away.
    parts = [
        _widen(run, mass, _NO_BINS, finer, depth + 1)
        for run, mass, inside in zip(
            np.split(points, edges), np.split(masses, edges), spike[np.r_[0, edges]], strict=True
        )
        if inside
    ]
    piece = np.repeat(np.arange(edges.size + 1), np.diff(np.r_[0, edges, points.size]))
    points, masses, piece = points[~spike], masses[~spike], piece[~spike]
    total = masses.sum()
    share = np.cumsum(masses) - 0.5 * masses
    # Quantiles, not the sd, say how wide the bulk is: one outlier can make the sd anything.
    quantiles = np.searchsorted(share[:-1], total * np.array([0.16, 0.5, 0.84]))
    low, median, high = points[quantiles]
    spread = 0.5 * (high - low) or points[-1] - points[0] or 1.0

    away = (points - median) / spread
    far = np.abs(away) > 4.0
    away[far] = np.sign(away[far]) * 4.0 * (1.0 + np.log(np.abs(away[far]) / 4.0))
    place = np.floor(finer * away / WIDTH), np.floor(finer * share / (SHARE * total)), piece
    first = np.flatnonzero(np.r_[True, np.any(np.diff(place) != 0, axis=0)])
    sizes = np.diff(np.append(first, points.size))
    last = first + sizes - 1
    crowded = sizes > POINTS
    kept = np.repeat(~crowded, sizes)
    parts.append(Squashed(points[kept], masses[kept], cells))
    if crowded.any():
        lower, upper = points[first[crowded]], points[last[crowded]]
        inside = np.repeat(crowded, sizes)
        gauss = _gauss(points[inside], masses[inside], sizes[crowded], lower, upper)
        held = np.add.reduceat(masses, first)[crowded]
        parts.append(Squashed(*gauss, Bins(lower, upper, held, np.full(held.size, float(POINTS)))))
    values, mass = (np.concatenate([part[column] for part in parts]) for column in range(2))
    order = np.argsort(values, kind="stable")
    bins = Bins(*map(np.concatenate, zip(*(part.bins for part in parts), strict=True)))
    return Squashed(values[order], mass[order], bins)


def _spikes(points: Floats, masses: Floats) -> NDArray[np.bool_]:
    """Which points lie much denser than those around them.

    The line is cut into stretches that hold equal shares; how narrow one is tells the density.
    """
    share = (np.cumsum(masses) - 0.5 * masses) / masses.sum()
    stretch = np.floor(share / max(STRETCH, CROWD / points.size))
    first = np.flatnonzero(np.r_[True, np.diff(stretch) != 0])
    widths = np.diff(np.append(points[first], points[-1]))
    near = min(AROUND, widths.size - 1)
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(widths, near, mode="reflect"), 2 * near + 1
    )
    dense = widths * SPIKE < np.median(around, axis=1)
    return np.repeat(dense, np.diff(np.append(first, points.size)))


def _gauss(
    points: Floats, masses: Floats, sizes: NDArray[np.intp], lower: Floats, upper: Floats
) -> tuple[Floats, Floats]:
    """Gauss rules of groups of weighted points: Stieltjes' recurrence, then Golub & Welsch."""
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    middle, half = 0.5 * (lower + upper), 0.5 * (upper - lower)
    x = (points - np.repeat(middle, sizes)) / np.repeat(half, sizes)
    held = np.add.reduceat(masses, first)
    jacobi = np.zeros((sizes.size, POINTS, POINTS))
    previous, now = np.zeros_like(x), np.sqrt(1.0 / np.repeat(held, sizes))
    link = np.zeros(sizes.size)
    # Orthonormal polynomials, one degree at a time; a link of zero means an exact rule already.
    for degree in range(POINTS):
        diagonal = np.add.reduceat(masses * x * now**2, first)
        jacobi[:, degree, degree] = diagonal
        if degree == POINTS - 1:
            break
        following = (x - np.repeat(diagonal, sizes)) * now - np.repeat(link, sizes) * previous
        link = np.sqrt(np.add.reduceat(masses * following**2, first))
        jacobi[:, degree + 1, degree] = jacobi[:, degree, degree + 1] = link
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(link > 1e-14, 1.0 / link, 0.0)
        previous, now = now, following * np.repeat(scale, sizes)
    nodes, vectors = np.linalg.eigh(jacobi)
    weights = held[:, None] * vectors[:, 0, :] ** 2
    values = middle[:, None] + half[:, None] * nodes
    values = np.clip(values, lower[:, None], upper[:, None])  # rounding may carry a node out
    real = weights > 0
    return values[real], weights[real]
