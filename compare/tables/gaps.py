"""Gaps: rows without a value, which are counted and left out, or refused with the first of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.tables.cells import DROP
from compare.tables.errors import InputError, quoted
from compare.tables.parts import Piece

if TYPE_CHECKING:
    from compare.tables.parts import Part, Wanted

__all__ = ["Gaps"]

Floats = NDArray[np.float64]


@dataclass
class Gaps:
    """Looks through the columns of one part, piece by piece, for what cannot be used."""

    part: Part
    """For the messages."""
    wanted: Wanted
    """The columns, and what to do with gaps."""
    rows: int = 0
    """How many rows were looked at."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many gaps each column has."""
    first: dict[str, int] = field(default_factory=dict)
    """The row of the first one, counted from 1 at the beginning of the file."""
    ends_in_gap: bool = False
    """Whether the last row was left out."""

    def close(
        self,
        values: Floats,
        weights: Floats | None = None,
        groups: tuple[str, ...] = (),
        codes: NDArray[np.intp] | None = None,
    ) -> Piece:
        """Leave out the rows with gaps.

        Parameters
        ----------
        values, weights : ndarray of shape (n,)
            NaN where there is none.
        groups : tuple of str
        codes : ndarray of shape (n,)
            Places in `groups`; -1 where there is none.

        Returns
        -------
        Piece

        Raises
        ------
        InputError
            If a number is infinite or a weight negative.
        """
        begin = self.part.first + self.rows
        self.rows += values.size
        gone = None
        for name, column, are_weights in (
            (self.wanted.column, values, False),
            (self.wanted.weights, weights, True),
        ):
            if name is not None and column is not None:
                gone = _either(gone, self._missing(name, column, begin, are_weights=are_weights))
        if codes is not None and self.wanted.by is not None and codes.size and codes.min() < 0:
            gone = _either(gone, self._noted(self.wanted.by, codes < 0, begin))
        self.ends_in_gap = gone is not None and bool(gone[-1])
        if gone is None:
            return Piece(values, weights, groups, codes)
        kept = ~gone
        return Piece(
            values[kept],
            None if weights is None else weights[kept],
            groups,
            None if codes is None else codes[kept],
            int(gone.sum()),
        )

    def finish(self) -> None:
        """Refuse the part, if it has gaps and they are to be refused.

        Raises
        ------
        InputError
            With the number of gaps and the first of them.
        """
        if self.wanted.missing == "refuse" and self.counts:
            name, count = next(iter(self.counts.items()))
            where = "rows" if self.part.first == 1 else f"rows from row {self.part.first:,} on"
            raise InputError(
                f"{self.part.shown}: column {quoted(name)} has no value in {count:,} of "
                f"{self.rows:,} {where}, the first of them row {self.first[name]:,}; {DROP}"
            )

    def _missing(
        self, name: str, column: Floats, begin: int, *, are_weights: bool
    ) -> NDArray[np.bool_] | None:
        # One sum finds every NaN and infinity; only where it fails are they looked for.
        with np.errstate(over="ignore", invalid="ignore"):
            clean = math.isfinite(float(column.sum()))
        if not clean:
            self._refuse(name, np.isinf(column), column, begin, "finite numbers")
        if are_weights:
            self._refuse(name, column < 0, column, begin, "weights of zero or more")
        return None if clean else self._noted(name, np.isnan(column), begin)

    def _noted(self, name: str, gone: NDArray[np.bool_], begin: int) -> NDArray[np.bool_] | None:
        count = int(gone.sum())
        if not count:
            return None
        self.first.setdefault(name, begin + int(np.argmax(gone)))
        self.counts[name] = self.counts.get(name, 0) + count
        return gone

    def _refuse(
        self, name: str, bad: NDArray[np.bool_], column: Floats, begin: int, expected: str
    ) -> None:
        if bad.any():
            place = int(np.argmax(bad))
            raise InputError(
                f"{self.part.shown}: expected {expected} in column {quoted(name)}, got "
                f"{column[place]:g} in row {begin + place:,}; correct or remove such rows"
            )


def _either(
    one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other
