"""Columns as pyarrow has them, as the arrays that everything else works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.tables.parts import MOST_GROUPS, too_many

if TYPE_CHECKING:
    from compare.tables.gaps import Gaps
    from compare.tables.parts import Piece, Wanted

__all__ = ["is_floating", "is_number", "piece_of"]

Floats = NDArray[np.float64]


def is_number(kind: Any) -> bool:
    """Whether a column of this type holds numbers, or nothing at all.

    Parameters
    ----------
    kind : pyarrow.DataType

    Returns
    -------
    bool
    """
    import pyarrow.types as of

    if of.is_dictionary(kind):
        return is_number(kind.value_type)
    return bool(
        of.is_integer(kind) or of.is_floating(kind) or of.is_decimal(kind) or of.is_null(kind)
    )


def is_floating(kind: Any) -> bool:
    """Whether a column of this type holds floating-point numbers, which reading does not change."""
    import pyarrow.types as of

    return bool(of.is_floating(kind.value_type if of.is_dictionary(kind) else kind))


def piece_of(batch: Any, wanted: Wanted, gaps: Gaps) -> Piece:
    """Make a piece of some rows.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        With the wanted columns, in their order.
    wanted : Wanted
    gaps : Gaps
        Leaves rows out.

    Returns
    -------
    Piece

    Raises
    ------
    InputError
        As `Gaps.close`, and if there are too many groups.
    """
    values = _numbers(batch.column(0), wanted)
    weights = None if wanted.weights is None else _numbers(batch.column(1), wanted)
    if wanted.by is None:
        return gaps.close(values, weights)
    groups, codes = _labels(batch.column(batch.num_columns - 1), wanted)
    if len(groups) > MOST_GROUPS:
        raise too_many(groups, wanted.by, gaps.part.shown)
    return gaps.close(values, weights, groups, codes)


def _numbers(column: Any, wanted: Wanted) -> Floats:
    """The numbers; NaN where there is none."""
    import pyarrow as pa
    import pyarrow.types as of

    if of.is_dictionary(column.type):
        column = column.dictionary_decode()
    if of.is_null(column.type):
        return np.full(len(column), np.nan)
    if not of.is_float64(column.type):
        # Whole numbers beyond 2**53 lose last digits; whether these matter is seen at the end.
        column = column.cast(pa.float64(), safe=False)
    found: Floats = column.to_numpy(zero_copy_only=column.null_count == 0)
    if wanted.numbers:
        found = np.where(np.isin(found, wanted.numbers), np.nan, found)
    return found


def _labels(column: Any, wanted: Wanted) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The groups that occur, and the place of each row's; -1 for a row without one."""
    import pyarrow as pa
    import pyarrow.types as of

    if of.is_null(column.type):
        return (), np.full(len(column), -1)
    if not of.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = column.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    texts = column.dictionary.cast(pa.string(), safe=False).to_pylist()
    # A dictionary may list what does not occur. Blanks around a name do not make another group.
    used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(texts)))
    is_float = of.is_floating(column.dictionary.type)
    places: dict[str, int] = {}
    new = np.full(len(texts) + 1, -1, dtype=np.intp)  # the last is where -1 points to
    for place in used:
        text = (texts[place] or "").strip()
        if text and text not in wanted.codes and not (is_float and text == "nan"):
            new[place] = places.setdefault(text, len(places))
    return tuple(places), new[codes]
