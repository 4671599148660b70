"""Squashing: millions of values become a few hundred weighted ones that say the same.

The log-likelihood of a mixture is a sum over the data of a function that is smooth on the scale
of the smallest sd. Cut the line into bins: within a bin the p-point Gauss rule of the data's own
distribution there has positive weights, nodes inside the bin, and the same first 2p moments (0 to
2p - 1), so sums over the data become sums over the nodes (DuMouchel et al. 1999 proposed
moment-matched pseudo-points; in one dimension Gauss rules are the best ones, Golub & Welsch 1969).

Two levels keep it to one pass: thousands of narrow cells with the two-point rule, which has a
closed form (`em.data.cells`), then wider bins of cells with six points, by Stieltjes' recurrence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.data.cells import Cells, rules, tabulate

__all__ = ["Bins", "Squashed", "nodes", "squash"]

Floats = NDArray[np.float64]

DEEPEST = 20
"""How often spikes within spikes get wide bins of their own."""
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
FEW = 256
"""Different values that are kept as they are."""


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


def squash(values: Floats, weights: Floats | None, finer: int = 1, origin: float = 0.0) -> Squashed:
    """Replace data by the nodes of Gauss rules.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite.
    weights : ndarray of shape (n,) or None
        Positive; None for weights of one.
    finer : int
        How many times more cells and bins than usual to cut the data into.
    origin : float
        As for `nodes`.

    Returns
    -------
    Squashed
        A few hundred nodes, or the distinct values where these are as few.
    """
    return nodes(tabulate(values, weights, finer), finer, origin)


def nodes(cells: Cells, finer: int = 1, origin: float = 0.0) -> Squashed:
    """Replace data that are sorted into cells by the nodes of Gauss rules.

    Parameters
    ----------
    cells : Cells
    finer : int
        How many times more wide bins than usual.
    origin : float
        What nodes and bins are counted from: something near data far from zero, whose
        differences are exact while their sums with what is far away are not.

    Returns
    -------
    Squashed
    """
    few = cells.points - origin
    if not cells.levels and few.size <= FEW:
        return Squashed(few, cells.masses, _NO_BINS)
    found = rules(cells, origin)
    bins = Bins(found.lower, found.lower + found.width, found.held, np.full(found.held.size, 2.0))
    points = np.concatenate([found.points, few])
    masses = np.concatenate([found.masses, cells.masses])
    order = np.argsort(points, kind="stable")
    return _widen(points[order], masses[order], bins, finer)


_NO_BINS = Bins(*(np.zeros(0) for _ in Bins._fields))


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
