"""Tables whose cells have types: the rows of workbooks and databases."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compare.tables.cells import Trouble
from compare.tables.errors import InputError, quoted
from compare.tables.layout import place
from compare.tables.numerals import PLAIN, Evidence, Numerals, Said, decide, number
from compare.tables.parts import MOST_GROUPS, PIECE, Piece, too_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compare.tables.layout import Layout
    from compare.tables.parts import Wanted

__all__ = ["TypedHow", "how_of", "text_of", "typed_pieces"]


class TypedHow(NamedTuple):
    """How a sheet or a table is to be read."""

    sheet: str
    """Its name."""
    several: bool
    """Whether it is one of several."""
    layout: Layout
    values: Numerals = PLAIN
    weights: Numerals = PLAIN


def text_of(cell: Any) -> str:
    """A cell as text, from which its number can be had again to the last bit."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if math.isnan(cell) else repr(cell)
    return cell if isinstance(cell, str) else str(cell)


def how_of(
    sheet: str,
    layout: Layout,
    rows: Sequence[Sequence[Any]],
    wanted: Wanted,
    shown: str,
    *,
    several: bool,
) -> TypedHow:
    """How the wanted columns are to be read; text in them may write numbers in any way.

    Raises
    ------
    InputError
        If a column is missing, or it cannot be told how its numbers are written.
    """
    said = Said(wanted.hints.decimal, wanted.hints.thousands)
    numerals = []
    for name in wanted.names:
        at = place(layout.names, name, shown)
        if name != wanted.by:
            cells = [row[at] for row in rows if isinstance(row[at], str)]
            evidence = Evidence().add(cells, wanted.codes)
            numerals.append(decide(evidence, "", said, f"{shown}, column {quoted(name)}"))
    return TypedHow(sheet, several, layout, *numerals)


def typed_pieces(
    rows: Iterator[tuple[int, Sequence[Any]]], how: TypedHow, wanted: Wanted, shown: str
) -> Iterator[Piece]:
    """Make pieces of rows.

    Parameters
    ----------
    rows : iterator of (int, sequence)
        The number of each row, and the cells of the wanted columns in their order.
    how : TypedHow
    wanted : Wanted
    shown : str
        The file in a message.

    Yields
    ------
    Piece

    Raises
    ------
    InputError
        If anything in the columns cannot be used; the first cell is named by its row.
    """
    weighted, by, drop = wanted.weights is not None, wanted.by is not None, wanted.missing == "drop"
    numerals = (how.values, how.weights)
    trouble = [
        Trouble(
            name,
            are_weights=weighted and at == 1,
            are_labels=by and at == len(wanted.names) - 1,
            codes=wanted.codes,
            numerals=numerals[min(at, 1)],
            place="row",
        )
        for at, name in enumerate(wanted.names)
    ]
    groups: dict[str, int] = {}
    values, weights, labels = array("d"), array("d"), array("q")
    n_rows = dropped = 0
    for line, row in rows:
        n_rows += 1
        kinds = [
            _kind(column, cell, given)
            for column, cell, given in zip(trouble, row, _sizes(row, numerals), strict=False)
        ]
        if not any(kinds):
            sizes = _sizes(row, numerals)
            values.append(sizes[0])
            weights.append(sizes[1] if weighted else 1.0)
            if by:
                labels.append(groups.setdefault(text_of(row[-1]).strip(), len(groups)))
                if len(groups) > MOST_GROUPS:
                    raise too_many(list(groups), wanted.by or "", shown)
        elif drop and "missing" in kinds and set(kinds) <= {"missing", ""}:
            dropped += 1
        else:
            for column, cell, kind in zip(trouble, row, kinds, strict=True):
                if kind:
                    column.count(kind, line, text_of(cell))
        if len(values) >= PIECE:
            yield _piece(values, weights, labels, groups, dropped, weighted=weighted, by=by)
            values, weights, labels, dropped = array("d"), array("d"), array("q"), 0
    for column in trouble:
        if column.kinds:
            raise InputError(f"{shown}: {column.message(n_rows)}")
    if values or dropped:
        yield _piece(values, weights, labels, groups, dropped, weighted=weighted, by=by)


def _sizes(row: Sequence[Any], numerals: tuple[Numerals, Numerals]) -> list[float]:
    """The number in each cell; NaN where there is none."""
    sizes = []
    for at, cell in enumerate(row):
        if isinstance(cell, bool):
            sizes.append(math.nan)
        elif isinstance(cell, (int, float)):
            sizes.append(_float(cell))
        else:
            sizes.append(number(text_of(cell), numerals[min(at, 1)]))
    return sizes


def _float(cell: float) -> float:
    try:
        return float(cell)
    except OverflowError:
        return math.inf


def _kind(column: Trouble, cell: Any, size: float) -> str:
    if column.are_labels or not isinstance(cell, (int, float)) or isinstance(cell, bool):
        return column.kind_of(text_of(cell))
    if math.isnan(size):
        return "missing"
    return column.kind_of_number(size)


def _piece(
    values: array[float],
    weights: array[float],
    labels: array[int],
    groups: dict[str, int],
    dropped: int,
    *,
    weighted: bool,
    by: bool,
) -> Piece:
    return Piece(
        np.array(values),
        np.array(weights) if weighted else None,
        tuple(groups),
        np.array(labels, dtype=np.intp) if by else None,
        dropped,
    )
