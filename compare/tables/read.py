"""From files to columns: which one is meant, in which parts, and all of it where it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from compare.tables.errors import InputError, quoted
from compare.tables.formats import pieces, reader_of
from compare.tables.how import HowRead, how_read
from compare.tables.parts import NO_HINTS, Hints, Wanted
from compare.tables.sources import find

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from compare.tables.parts import Part
    from compare.tables.sources import Source

__all__ = ["Columns", "Plan", "plan", "read"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What is to be read from files."""

    wanted: Wanted
    parts: tuple[Part, ...]
    how: HowRead
    """How the values are read, for the report."""

    @property
    def floating(self) -> bool:
        """Whether reading changes no number, since the files hold floating-point numbers."""
        return all(part.floating for part in self.parts)


@dataclass(frozen=True, eq=False)
class Columns:
    """The numbers of one column, with their weights and groups where others hold them."""

    name: str
    """The column as the header names it, without surrounding blanks."""
    values: Floats
    """Shape (n_rows,); finite."""
    weights: Floats | None
    """Shape (n_rows,); finite, not negative, not all zero."""
    groups: tuple[str, ...] = ()
    """The groups, in the order in which they appear first."""
    codes: NDArray[np.intp] | None = None
    """Shape (n_rows,); the place of each row's group in `groups`."""
    dropped: int = 0
    """How many rows without a value were left out."""
    plan: Plan | None = None
    """How they were read."""


def plan(
    source: Source,
    column: str | None = None,
    weights: str | None = None,
    *,
    by: str | None = None,
    missing: Literal["refuse", "drop"] = "refuse",
    codes: Iterable[str] = (),
    hints: Hints = NO_HINTS,
) -> Plan:
    """Look at all files and say what is to be read from them.

    Parameters
    ----------
    source : Source
    column : str, optional
        The column to read. May be left out where there is one with numbers that neither number
        the rows nor count them.
    weights : str, optional
        The column that says how often each value counts.
    by : str, optional
        The column that says which group a row belongs to.
    missing : {"refuse", "drop"}
        What to do with rows without a value, a weight or a group.
    codes : iterable of str
        What else says that there is no value.
    hints : Hints
        What is known of how the files are written.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        A `ValueError` of one line, if a column is missing or not known, or a file is none that
        can be read.
    """
    # The first file with something in it says what the columns are.
    first = next((file for file in source.files if file.size), source.files[0])
    if not first.size:
        raise InputError(f"{first.shown} is empty; expected a header line and one value a line")
    others = tuple(name for name in (weights, by) if name is not None)
    name, found = reader_of(first.kind).column_of(first, column, others, hints)
    wanted = Wanted(
        name.strip(),
        None if weights is None else weights.strip(),
        None if by is None else by.strip(),
        missing,
        frozenset(code.strip() for code in codes),
        hints,
    )
    parts = tuple(
        part for file in source.files for part in reader_of(file.kind).parts(file, wanted)
    )
    return Plan(wanted, parts, how_read(parts, wanted, found=found))


def read(
    path: str | os.PathLike[str],
    column: str | None = None,
    weights: str | None = None,
    *,
    by: str | None = None,
    missing: Literal["refuse", "drop"] = "refuse",
    codes: Iterable[str] = (),
    hints: Hints = NO_HINTS,
) -> Columns:
    """Read a column, and if wanted its weights and groups, into memory.

    Parameters
    ----------
    path : path
        A file, a folder or a pattern.
    column, weights, by, missing, codes, hints
        See `plan`.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        A `ValueError` of one line, if there is no such file or column, or if anything in the
        columns is not a number that can be used.
    """
    source = find(path)
    planned = plan(source, column, weights, by=by, missing=missing, codes=codes, hints=hints)
    got = [piece for part in planned.parts for piece in pieces(part, planned.wanted)]
    dropped = sum(piece.dropped for piece in got)
    if not sum(piece.values.size for piece in got):
        left = f" but the {dropped} without a value" if dropped else ""
        raise InputError(
            f"{source.place} has a header but no rows below it{left}; expected one value a line"
        )
    counts = None
    if weights is not None:
        counts = np.concatenate([piece.weights for piece in got if piece.weights is not None])
        if not counts.any():
            raise InputError(
                f"{source.place}: the weights in column {quoted(weights.strip())} are all zero; "
                "leave them out to count every value once"
            )
    names: dict[str, int] = {}
    labels = None
    if by is not None:
        places = [
            np.array([names.setdefault(group, len(names)) for group in piece.groups], dtype=np.intp)
            for piece in got
        ]
        labels = np.concatenate(
            [
                own[piece.codes]
                for own, piece in zip(places, got, strict=True)
                if piece.codes is not None
            ]
        )
    return Columns(
        planned.wanted.column,
        np.concatenate([piece.values for piece in got]),
        counts,
        tuple(names),
        labels,
        dropped,
        planned,
    )
