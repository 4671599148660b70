"""Cells: the line cut at whole multiples of powers of two, and what the data in each add up to.

A cell keeps four sums, the powers 0 to 3 of the distance from its middle, which is all that the
two-point Gauss rule of its data needs. Where cells begin and end does not depend on the data, only
how wide they are: so the sums of two lots of data, seen by different processes on different days,
add up cell by cell, and wider cells are sums of narrower ones.

Cells are narrow where data are dense: those that hold a large share are cut again, and what lies
far out is cut by itself. Values that are few, or few different ones, are kept as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.data.counting import CHUNK, distinct, few_values, look, taken

__all__ = [
    "Cells",
    "Level",
    "Rules",
    "added",
    "rules",
    "tabulate",
    "thinned",
    "two_points",
]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

COUNT = 2048
"""Cells that the bulk of the data is cut into, at the least; twice as many at the most."""
LARGE_SHARE = 1.0 / 256
"""A cell with more of all the data than this is cut again."""
DEEPEST = 20
"""How often data may be cut again; 2048 cells each time tell any two doubles apart by then."""
LOWEST_LEVEL = -1000
"""Narrower cells have no place among doubles."""


class Level(NamedTuple):
    """Cells of one width."""

    number: Whole
    """Which cells, increasing: cell k goes from k to k + 1 widths."""
    sums: Floats
    """Powers 0 to 3 of the distance from the cell's middle, in widths, of shape (4, m)."""


@dataclass(frozen=True, eq=False)
class Cells:
    """What is kept of some data. Made by `tabulate`."""

    levels: dict[int, Level]
    """By the logarithm to base 2 of the cells' width. Cells of different widths may overlap."""
    points: Floats
    """Values kept as they are, increasing."""
    masses: Floats
    """The weight of each."""

    @property
    def n_cells(self) -> int:
        """How many cells hold something."""
        return sum(level.number.size for level in self.levels.values())


class Rules(NamedTuple):
    """The data of every cell as two points."""

    points: Floats
    """Relative to the origin that was asked for."""
    masses: Floats
    lower: Floats
    """The lower end of each cell, relative as well."""
    width: Floats
    held: Floats
    """The weight of the data in each cell."""


@dataclass
class _Found:
    """What a tabulation has found so far."""

    levels: dict[int, list[Level]] = field(default_factory=dict)
    points: list[tuple[Floats, Floats]] = field(default_factory=list)

    def keep(self, values: Floats, weights: Floats | None) -> None:
        self.points.append(distinct(values, weights))


def tabulate(values: Floats, weights: Floats | None = None, finer: int = 1) -> Cells:
    """Sort data into cells.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite.
    weights : ndarray of shape (n,), optional
        Positive; one each by default.
    finer : int
        How many times more cells than usual.

    Returns
    -------
    Cells
    """
    total = float(values.size) if weights is None else float(weights.sum())
    found = _Found()
    _cut(values, weights, LARGE_SHARE * total / finer, COUNT * finer, 0, found)
    levels = {}
    for level in sorted(found.levels):
        parts = found.levels[level]
        levels[level] = parts[0] if len(parts) == 1 else _summed(parts)
    kept = [part for part in found.points if part[0].size]
    if len(kept) > 1:
        values, masses = (np.concatenate(column) for column in zip(*kept, strict=True))
        return Cells(levels, *distinct(values, masses))
    return Cells(levels, *(kept[0] if kept else (np.zeros(0), np.zeros(0))))


def _cut(
    values: Floats, weights: Floats | None, large: float, count: int, depth: int, found: _Found
) -> None:
    if values.size <= 2 * count or depth == DEEPEST:
        found.keep(values, weights)
        return
    # A strided look finds the bulk; what lies outside of it is cut by itself.
    looked = look(values)
    if depth == 0 and (few := few_values(values, weights, looked)) is not None:
        found.points.append(few)
        return
    low, high = float(looked[looked.size // 200]), float(looked[-1 - looked.size // 200])
    margin = 0.25 * (high - low)
    low, high = low - margin, high + margin
    level = math.frexp((high - low) / count)[1] - 1
    if not (level > LOWEST_LEVEL and low + math.ldexp(1.0, level) > low):
        # Nearly all of what was looked at is one value: take it apart from the others.
        middle = values == looked[looked.size // 2]
        found.keep(*taken(values, weights, middle))
        if not middle.all():
            _cut(*taken(values, weights, ~middle), large, count, depth + 1, found)
        return
    scale = math.ldexp(1.0, -level)
    first = math.floor(low * scale)
    slots = math.floor(high * scale) - first + 1
    sums, outside = _add_up(values, weights, scale, first, slots)
    dense = np.flatnonzero(sums[0] > large)
    kept = sums[0] > 0
    kept[dense] = False
    if kept.any():
        held = Level(first + np.flatnonzero(kept), sums[:, kept])
        found.levels.setdefault(level, []).append(held)
    if dense.size:
        # Rare: spikes. A second look brings the values of these cells.
        with np.errstate(invalid="ignore", over="ignore"):
            cell = np.floor(np.clip(values * scale - first, -1.0, slots)).astype(np.int32)
        for one in dense:
            _cut(*taken(values, weights, cell == one), large, count, depth + 1, found)
    if outside:
        far = np.concatenate([value for value, _ in outside])
        mass = None if weights is None else np.concatenate([m for _, m in outside if m is not None])
        for side in (far < low, far >= low):
            if side.any():
                _cut(*taken(far, mass, side), large, count, depth + 1, found)


def _add_up(
    values: Floats, weights: Floats | None, scale: float, first: int, slots: int
) -> tuple[Floats, list[tuple[Floats, Floats | None]]]:
    """The sums of `slots` cells from the first one on, and the data that lie in none of them."""
    sums = np.zeros((4, slots))
    outside: list[tuple[Floats, Floats | None]] = []
    with np.errstate(over="ignore"):  # what overflows lies outside
        for begin in range(0, values.size, CHUNK):
            block = values[begin : begin + CHUNK]
            mass = None if weights is None else weights[begin : begin + CHUNK]
            # A power of two scales without rounding, so each value falls into its own cell.
            place = block * scale
            place -= first
            if place.min() < 0 or place.max() >= slots:
                out = (place < 0) | (place >= slots)
                outside.append(taken(block, mass, out))
                place = place[~out]
                mass = None if mass is None else mass[~out]
            cell = place.astype(np.intp)  # what bincount would make of it four times
            away = place
            away -= cell
            away -= 0.5
            term = away if mass is None else away * mass
            sums[0] += np.bincount(cell, mass, slots)
            sums[1] += np.bincount(cell, term, slots)
            term = term * away
            sums[2] += np.bincount(cell, term, slots)
            term *= away
            sums[3] += np.bincount(cell, term, slots)
    return sums, outside


def added(one: Cells, other: Cells) -> Cells:
    """What is kept of two lots of data together.

    Parameters
    ----------
    one, other : Cells
        Where cells are the same, the sums of the second are added to those of the first.

    Returns
    -------
    Cells
    """
    levels = {}
    for level in sorted({*one.levels, *other.levels}):
        parts = [part.levels[level] for part in (one, other) if level in part.levels]
        levels[level] = parts[0] if len(parts) == 1 else _summed(parts)
    if not other.points.size:
        return Cells(levels, one.points, one.masses)
    points = np.concatenate([one.points, other.points])
    return Cells(levels, *distinct(points, np.concatenate([one.masses, other.masses])))


def _summed(parts: list[Level]) -> Level:
    """Cells of one width, each once."""
    index = np.concatenate([part.number for part in parts])
    sums = np.concatenate([part.sums for part in parts], axis=1)
    order = np.argsort(index, kind="stable")
    index = index[order]
    first = np.flatnonzero(np.r_[True, np.diff(index) != 0])
    return Level(index[first], np.add.reduceat(sums[:, order], first, axis=1))


def thinned(cells: Cells, most: int) -> Cells:
    """Fewer cells: the most numerous ones made twice as wide, until there are so few.

    Cells that hold a large share of the data stay as narrow as they are.

    Parameters
    ----------
    cells : Cells
    most : int

    Returns
    -------
    Cells
    """
    levels = dict(cells.levels)
    total = cells.masses.sum() + sum(level.sums[0].sum() for level in levels.values())
    stuck: set[int] = set()
    while sum(level.number.size for level in levels.values()) > most:
        open_ones = [level for level in levels if level not in stuck]
        if not open_ones:
            break
        chosen = max(open_ones, key=lambda level: (levels[level].number.size, -level))
        narrow = levels[chosen].sums[0] <= LARGE_SHARE * total
        if np.count_nonzero(narrow) < 2:
            stuck.add(chosen)
            continue
        wider = _widened(Level(levels[chosen].number[narrow], levels[chosen].sums[:, narrow]))
        left = Level(levels[chosen].number[~narrow], levels[chosen].sums[:, ~narrow])
        there = levels.get(chosen + 1)
        levels[chosen + 1] = wider if there is None else _summed([there, wider])
        if left.number.size:
            levels[chosen] = left
        else:
            del levels[chosen]
    return Cells(dict(sorted(levels.items())), cells.points, cells.masses)


def _widened(level: Level) -> Level:
    """The same data in cells twice as wide."""
    # The middle of a cell lies half its width to the left or right of the wider one's.
    shift = (level.number & 1) - 0.5
    m0, m1, m2, m3 = level.sums
    first = m1 + shift * m0
    second = m2 + shift * (2 * m1 + shift * m0)
    third = m3 + shift * (3 * m2 + shift * (3 * m1 + shift * m0))
    moved = np.stack([m0, first / 2, second / 4, third / 8])
    return _summed([Level(level.number >> 1, moved)])


def rules(cells: Cells, origin: float = 0.0) -> Rules:
    """The two-point Gauss rule of each cell.

    Parameters
    ----------
    cells : Cells
    origin : float
        What to count from: for data far from zero something near them, which saves their digits.

    Returns
    -------
    Rules
    """
    found = [_closed(level, width, origin) for level, width in _widths(cells)]
    if not found:
        return Rules(*(np.zeros(0) for _ in Rules._fields))
    return Rules(*map(np.concatenate, zip(*found, strict=True)))


def _widths(cells: Cells) -> list[tuple[Level, float]]:
    return [(held, math.ldexp(1.0, level)) for level, held in cells.levels.items()]


def _closed(level: Level, width: float, origin: float) -> Rules:
    m0, m1, m2, m3 = level.sums
    mean = m1 / m0
    variance = m2 / m0 - mean**2
    # What is left of equal values is rounding; they are one point, where they are.
    variance[variance < 1e-14] = 0.0
    third = m3 / m0 - 3 * mean * m2 / m0 + 2 * mean**3
    lower = np.asarray(level.number * width - origin, dtype=np.float64)
    middle = lower + 0.5 * width
    left, right, share = two_points(mean, variance, third)
    # Rounding may carry a node of a cell with nearly equal values out of the cell.
    left, right = np.clip(left, -0.5, 0.5), np.clip(right, -0.5, 0.5)
    points = np.concatenate([middle + left * width, middle + right * width])
    masses = np.concatenate([m0 * (1 - share), m0 * share])
    real = masses > 0
    return Rules(points[real], masses[real], lower, np.full_like(m0, width), m0)


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
