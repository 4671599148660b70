"""Parts: pieces of files that can be read on their own, and what is to be read from them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "MOST_GROUPS",
    "NO_HINTS",
    "Hints",
    "Part",
    "Piece",
    "Wanted",
    "Watch",
    "refuse_both",
    "split",
    "too_many",
]

Floats = NDArray[np.float64]

type Kind = Literal["csv", "parquet", "workbook", "database"]
"""Kinds of files."""

PIECE = 1 << 20
"""Rows of a piece: enough to make the digest's own work small, and 8 MB a column."""

MOST_GROUPS = 50
"""Values that the column of the groups may have."""


@dataclass(frozen=True)
class Hints:
    """What the caller says of how files are written; None where they tell it themselves."""

    separator: str | None = None
    """What stands between fields."""
    decimal: Literal[".", ","] | None = None
    """What stands before decimals."""
    thousands: str | None = None
    """What stands between thousands."""
    encoding: str | None = None
    """How characters are encoded."""
    skip_lines: int | None = None
    """So many lines stand above the header."""
    sheet: str | None = None
    """The sheet of a workbook, or the table of a database."""


NO_HINTS = Hints()


@dataclass(frozen=True)
class Wanted:
    """The columns to read, and what to do with rows that have gaps."""

    column: str
    """The values."""
    weights: str | None = None
    """How often each value counts."""
    by: str | None = None
    """Which group a row belongs to."""
    missing: Literal["refuse", "drop"] = "refuse"
    """What to do with rows without a value, a weight or a group."""
    codes: frozenset[str] = frozenset()
    """What else says that there is no value, as it is written in cells."""
    hints: Hints = NO_HINTS

    @property
    def numbers(self) -> tuple[float, ...]:
        """Those of the codes that are numbers."""
        found = []
        for code in sorted(self.codes):
            with suppress(ValueError):
                found.append(float(code))
        return tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, values first."""
        return tuple(name for name in (self.column, self.weights, self.by) if name is not None)


@dataclass(frozen=True)
class Part:
    """A text, a sheet or a table, or some row groups of a Parquet file.

    The size and the time of the file tell whether it is still the one that was read before.
    """

    path: str
    """Absolute."""
    kind: Kind
    """What the file is."""
    size: int
    """Bytes of the file."""
    changed: int
    """When the file was changed, in nanoseconds."""
    groups: tuple[int, ...] = ()
    """Row groups of a Parquet file."""
    first: int = 1
    """The number of the first row in its file."""
    rows: int | None = None
    """How many rows; None where that is not known before they are read."""
    n_bytes: int = 0
    """About how much there is to read."""
    how: Any = None
    """How it is to be read, for those who read this kind."""
    floating: bool = False
    """Whether its values are floating-point numbers in the file, so that reading changes none."""

    @property
    def is_unchanged(self) -> bool:
        """Whether the file is still there as it was."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - parts hold the paths of any system as text
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (self.size, self.changed)

    @property
    def shown(self) -> str:
        """The file in a message."""
        return quoted(os.path.basename(self.path) or self.path)  # noqa: PTH119 - of any system


class Piece(NamedTuple):
    """Some rows, those with gaps left out."""

    values: Floats
    """Shape (n,); finite."""
    weights: Floats | None = None
    """Shape (n,); finite, not negative."""
    groups: tuple[str, ...] = ()
    """The groups that occur, each once."""
    codes: NDArray[np.intp] | None = None
    """Shape (n,); the place of each row's group in `groups`."""
    dropped: int = 0
    """How many rows were left out."""


class Watch(Protocol):
    """Whoever started the reading and wants to know how far it is."""

    def pulse(self, rows: int, n_bytes: int) -> None:
        """Hear of rows and bytes that were read since the last time.

        Raises an exception if nobody waits for the rest any more.
        """


def split(piece: Piece) -> Iterator[tuple[str, Floats, Floats | None]]:
    """Take a piece apart by its groups.

    Parameters
    ----------
    piece : Piece

    Yields
    ------
    group : str
        Empty where the rows have no groups.
    values, weights : ndarray of shape (m,)
        Of the rows of the group, in their order, at least one; the weights may be None.
    """
    if piece.codes is None:
        if piece.values.size:
            yield "", piece.values, piece.weights
        return
    # NumPy sorts numbers of one byte by counting them.
    codes = piece.codes.astype(np.uint8)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(piece.groups) + 1))
    for place, group in enumerate(piece.groups):
        rows = order[ends[place] : ends[place + 1]]
        if rows.size:
            yield group, piece.values[rows], None if piece.weights is None else piece.weights[rows]


def too_many(groups: Sequence[str], by: str, where: str) -> InputError:
    """The error for a column with more values than there can be groups.

    Parameters
    ----------
    groups : sequence of str
        Those found so far.
    by : str
        The column.
    where : str
        What was read, for the message.

    Returns
    -------
    InputError
    """
    return InputError(
        f"{where}: column {quoted(by)} has {len(groups):,} different values or more, such as "
        f"{', '.join(quoted(group, 20) for group in groups[:3])}; a report has at most "
        f"{MOST_GROUPS} groups, so name a coarser column with --by"
    )


def refuse_both(wanted: Wanted, shown: str) -> None:
    """Make sure that no column is to be two things at once.

    Raises
    ------
    InputError
        If one is.
    """
    if wanted.weights is not None and wanted.weights.strip() == wanted.column:
        raise InputError(
            f"{shown}: column {quoted(wanted.column)} cannot be both the values and their weights; "
            "name another column for one of them"
        )
    if wanted.by is not None and wanted.by.strip() in {
        wanted.column,
        (wanted.weights or "").strip(),
    }:
        raise InputError(
            f"{shown}: column {quoted(wanted.by)} cannot be both numbers and the groups they "
            "belong to; name another column for one of them"
        )
