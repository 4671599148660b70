"""Sketch: what is kept of data that are seen piece by piece, enough for every fit of them.

Ten values or ten billion, a sketch stays below a megabyte or two. Sketches of parts of the data add
up to a sketch of all, so parts may be read side by side, on several machines, or on another day.
`em.Digest` is one that gives a sample to fit.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import whole
from em.data.cells import Cells, Level, added, tabulate, thinned
from em.data.column import numbers, own, step_of
from em.data.counting import counted
from em.data.recording import Recording, recorded
from em.data.weighting import check_said, weighted

__all__ = ["Sketch"]

Floats = NDArray[np.float64]

MOST_CELLS = 1 << 15
"""Cells that are kept, times `finer`; beyond, the most numerous ones are made wider."""
MOST_POINTS = 1 << 15
"""Different values that are kept as they are, times `finer`; of more, cells are made."""
MOST_STEPS = 1 << 20
"""Different rounded values, which no cells can stand for."""
LOOKED_AT = 1 << 15
"""Values that are remembered to find out whether values are rounded."""
LOOKED_AT_ONCE = 1 << 11
"""Of one piece, so many."""
LEAST = 1e-250
"""A smaller sum of weights has moments below the smallest double."""


class Sketch:
    """What is kept of one column of numbers, added up piece by piece.

    Parameters
    ----------
    rounding, finer
        As for `em.Digest`.
    """

    def __init__(self, rounding: float = 0.0, finer: int = 1) -> None:
        self.rounding = step_of(rounding, np.zeros(1))
        """The step to which the values were rounded, in their unit."""
        self.finer = whole("finer", finer)
        """How many times more cells than usual there are."""
        self.n = 0.0
        """The total weight of all values so far."""
        self.lowest = np.inf
        """The smallest value with a weight above zero, in the unit of the data."""
        self.highest = -np.inf
        """The largest."""
        self.cells = Cells({}, np.zeros(0), np.zeros(0))
        """The sums from which the nodes are made."""
        self._looked = np.zeros(0)

    def add(self, values: ArrayLike, weights: ArrayLike | None = None) -> None:
        """Take in some more values.

        Parameters
        ----------
        values : array_like of shape (n,)
        weights : array_like of shape (n,), optional
            One each by default.

        Raises
        ------
        TypeError, ValueError
            As `Sample` does; the digest is then as it was. Weights may all be zero here.
        ValueError
            If more than a million different values are said to be rounded.
        """
        if np.size(values) == 0:
            return
        if weights is not None and np.size(weights) and not np.any(weights):
            numbers(values, "values")  # zeros say nothing, but stand beside what must be numbers
            return
        points, mass = weighted(own(numbers(values, "values")), weights)
        step_of(self.rounding, points)
        once = weights is None or bool(np.all(mass == 1.0))
        self.merge(self._of(points, None if once else mass))

    def _of(self, values: Floats, mass: Floats | None) -> Sketch:
        """A sketch of one piece alone."""
        piece = Sketch(self.rounding, self.finer)
        piece.n = float(values.size) if mass is None else float(mass.sum())
        piece.lowest, piece.highest = float(values.min()), float(values.max())
        piece.cells = (
            Cells({}, *counted(values, mass))
            if self.rounding > 0
            else tabulate(values, mass, self.finer)
        )
        piece._looked = values[:: max(values.size // LOOKED_AT_ONCE, 1)].copy()
        return piece

    def merge(self, other: Sketch) -> None:
        """Take in what another digest has seen.

        The answer is the same to the last digits whatever the order, and to the last bit in the
        same order.

        Parameters
        ----------
        other : em.Digest
            With the same rounding and the same `finer`; it stays as it is.

        Raises
        ------
        ValueError
            If the two were made otherwise, or their rounded values are not whole steps apart.
        """
        if (self.rounding, self.finer) != (other.rounding, other.finer):
            raise ValueError(
                f"expected digests made alike, got rounding={self.rounding:g}, "
                f"finer={self.finer} and rounding={other.rounding:g}, finer={other.finer}"
            )
        if self.rounding > 0 and self.n and other.n:
            step_of(self.rounding, np.array([self.lowest, other.lowest]))
        cells = added(self.cells, other.cells)
        if self.rounding > 0 and cells.points.size > MOST_STEPS:
            raise ValueError(
                f"expected rounded values to recur, got more than {MOST_STEPS:,} different ones; "
                f"steps of {self.rounding:g} are too fine to matter: leave the rounding out"
            )
        if self.rounding == 0 and cells.points.size > MOST_POINTS * self.finer:
            more = tabulate(cells.points, cells.masses, self.finer)
            cells = added(Cells(cells.levels, np.zeros(0), np.zeros(0)), more)
        if cells.n_cells > MOST_CELLS * self.finer:
            cells = thinned(cells, MOST_CELLS * self.finer // 2)
        self.cells = cells
        self.n += other.n
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)
        looked = np.concatenate([self._looked, other._looked])
        while looked.size > LOOKED_AT:
            looked = looked[::2]
        self._looked = looked

    def scaled(self, total: float) -> Self:
        """The same where the weights are shares of so many values, see `Sample`.

        Parameters
        ----------
        total : float
            How many values there are.

        Returns
        -------
        em.Digest
            A new one, of counts.

        Raises
        ------
        TypeError, ValueError
            If the total is not a number above zero, nothing with a weight above zero was seen, or
            the shares are so small that their sums have lost their digits.
        """
        self._require_data()
        if self.n < LEAST:
            raise ValueError(
                f"expected shares that sum to {LEAST:g} or more, got {self.n:g}; multiply them by "
                "any number, since only their ratios matter"
            )
        check_said("shares", total, weighted=True)
        made, cells = copy(self), self.cells
        made.n = float(total)
        if self.is_exact:
            made.cells = Cells({}, *weighted(cells.points, cells.masses, "shares", total))
            return made
        factor = made.n / self.n
        levels = {
            level: Level(held.number, factor * held.sums) for level, held in cells.levels.items()
        }
        made.cells = Cells(levels, cells.points, factor * cells.masses)
        return made

    def _require_data(self) -> None:
        """Refuse what takes data where there are none.

        Raises
        ------
        ValueError
            If nothing with a weight above zero was seen.
        """
        if self.n == 0:
            raise ValueError("expected some data, got none with a weight above zero")

    @property
    def is_exact(self) -> bool:
        """Whether all values are kept as they are."""
        return not self.cells.levels

    @property
    def resolution(self) -> float:
        """The step of rounded data, as far as a part of them shows it; see `Sample.resolution`."""
        if self.n == 0:
            return 0.0
        return self.rounding if self.rounding > 0 else self.recording.step

    @property
    def recording(self) -> Recording:
        """How the values were written down, as far as a part of them shows it."""
        self._require_data()
        if self.is_exact:
            points, masses = weighted(self.cells.points, self.cells.masses)
            return recorded(points, masses, masses, self.n)
        once = np.ones(self._looked.size)
        seen = recorded(self._looked, once, once, self._looked.size)
        return seen._replace(counts=self.n / self._looked.size * seen.counts)

    def below(self, edges: ArrayLike) -> Floats:
        """The weight of the values below some places.

        Parameters
        ----------
        edges : array_like of shape (m,)
            Places, in the unit of the data.

        Returns
        -------
        ndarray of shape (m,)
            Exact at the ends of the widest cells; inside one its data are taken to be spread
            evenly.
        """
        at = np.asarray(edges, dtype=np.float64)
        running = np.concatenate([[0.0], np.cumsum(self.cells.masses)])
        total: Floats = running[np.searchsorted(self.cells.points, at, side="left")]
        for level, held in self.cells.levels.items():
            width = np.ldexp(1.0, level)
            place = at / width
            cell = np.searchsorted(held.number, np.floor(place))
            running = np.concatenate([[0.0], np.cumsum(held.sums[0])])
            total += running[cell]
            inside = np.minimum(cell, held.number.size - 1)
            here = held.number[inside] == np.floor(place)
            total += np.where(here, held.sums[0][inside] * (place - np.floor(place)), 0.0)
        return np.asarray(total)

    @property
    def width(self) -> float:
        """The width of the cells in the bulk of the data, in the unit of the data; 0 if exact.

        Of those that hold a hundredth of the data at least, the widest. `below` is exact at its
        multiples but for what lies in wider cells far out.
        """
        wide = [
            level
            for level, held in self.cells.levels.items()
            if held.sums[0].sum() >= 0.01 * self.n
        ]
        return float(np.ldexp(1.0, max(wide))) if wide else 0.0

    @property
    def is_counted(self) -> bool:
        """Whether all weights add up to whole numbers, as counts do."""
        masses = [held.sums[0] for held in self.cells.levels.values()]
        return all(np.array_equal(mass, np.round(mass)) for mass in [self.cells.masses, *masses])

    def state(self) -> dict[str, Floats]:
        """All of it as arrays, to be saved with `numpy.savez` and made a digest again.

        Returns
        -------
        dict of str to ndarray
        """
        kept = {
            "numbers": np.array([self.rounding, self.finer, self.n, self.lowest, self.highest]),
            "points": self.cells.points,
            "masses": self.cells.masses,
            "looked": self._looked,
        }
        for level, held in self.cells.levels.items():
            kept[f"index{level}"], kept[f"sums{level}"] = held.number, held.sums
        return kept

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Make one of what `state` gave.

        Parameters
        ----------
        state : mapping of str to ndarray

        Returns
        -------
        em.Digest
        """
        rounding, finer, *numbers = state["numbers"].tolist()
        made = cls(rounding, int(finer))
        made.n, made.lowest, made.highest = numbers
        levels = sorted(int(name[5:]) for name in state if name.startswith("index"))
        made.cells = Cells(
            {level: Level(state[f"index{level}"], state[f"sums{level}"]) for level in levels},
            state["points"],
            state["masses"],
        )
        made._looked = state["looked"]
        return made

    def __repr__(self) -> str:
        kind = "values" if self.is_exact else "values and cells"
        size = self.cells.points.size + self.cells.n_cells
        what = f"{type(self).__name__}(n={self.n:g} in {size} {kind}"
        return f"{what}, from {self.lowest:g} to {self.highest:g})"
