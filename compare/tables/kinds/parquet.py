"""Parquet files: row groups as parts, read in pieces of bounded size."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from compare.tables.choice import one_of
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.gaps import Gaps
from compare.tables.kinds.arrow import is_floating, is_number, piece_of
from compare.tables.layout import listed, place
from compare.tables.parts import PIECE, Part, refuse_both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compare.tables.parts import Hints, Piece, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["column_of", "parts", "pieces"]

SOME = 1000
"""Rows that show whether a column numbers them."""

ROWS = 1 << 22
"""Rows of a part, where the row groups allow it."""

BUFFER = 1 << 20
"""Bytes read at a time, since whole row groups may be larger than the memory."""


def column_of(
    file: File, column: str | None, others: tuple[str, ...], hints: Hints
) -> tuple[str, bool]:
    """Find the column that is meant.

    Parameters
    ----------
    file : File
    column : str, optional
        May be None where there is one column, or one with numbers.
    others : tuple of str
        Columns that hold something else.
    hints : Hints

    Returns
    -------
    name : str
    is_one_of_many : bool
        Whether there are other columns, and nobody has named this one.

    Raises
    ------
    InputError
        If there is none, or if several could be meant.
    """
    del hints  # a Parquet file says itself how it is written
    with _readable(file.path, file.shown):
        opened = _opened(file.path)
        schema = opened.schema_arrow
        if column is not None:
            return str(schema.names[place(schema.names, column, file.shown)]), False
        numeric = [field.name for field in schema if is_number(field.type)]
        some = next(opened.iter_batches(batch_size=SOME, columns=numeric), None)
    numbers: list[list[float] | None] = []
    for name in schema.names:
        cells = [] if some is None or name not in numeric else some.column(name).to_pylist()
        known = [float(cell) for cell in cells if cell is not None]
        numbers.append(known if name in numeric else None)
    return one_of(schema.names, numbers, others, file.shown)


def parts(file: File, wanted: Wanted) -> list[Part]:
    """Divide a file, after a look at what it says about itself.

    Parameters
    ----------
    file : File
    wanted : Wanted

    Returns
    -------
    list of Part
        None without rows.

    Raises
    ------
    InputError
        If the file is no whole Parquet file, or a column is missing or holds no numbers.
    """
    refuse_both(wanted, file.shown)
    with _readable(file.path, file.shown):
        opened = _opened(file.path)
        schema, about = opened.schema_arrow, opened.metadata
        counts = [about.row_group(group).num_rows for group in range(about.num_row_groups)]
    floating = False
    for name in wanted.names:
        kind = schema.field(place(schema.names, name, file.shown)).type
        if name != wanted.by and not is_number(kind):
            raise InputError(
                f"{file.shown}: expected numbers in column {quoted(name)}, got the type "
                f"{quoted(str(kind))}; convert that column, or name another one of "
                f"{listed(schema.names)}"
            )
        floating = floating or (name == wanted.column and is_floating(kind))
    found: list[Part] = []
    first, total = 1, max(sum(counts), 1)
    groups: list[int] = []
    rows = 0
    for group, count in enumerate(counts):
        if groups and rows + count > ROWS:
            found.append(_part(file, groups, first, rows, total, floating=floating))
            first, groups, rows = first + rows, [], 0
        groups.append(group)
        rows += count
    if rows:
        found.append(_part(file, groups, first, rows, total, floating=floating))
    return found


def _part(
    file: File, groups: list[int], first: int, rows: int, total: int, *, floating: bool
) -> Part:
    return Part(
        str(file.path),
        "parquet",
        file.size,
        file.changed,
        tuple(groups),
        first,
        rows,
        file.size * rows // total,
        floating=floating,
    )


def pieces(part: Part, wanted: Wanted, watch: Watch | None = None) -> Iterator[Piece]:
    """Read row groups in pieces; see `compare.tables.formats.pieces`."""
    gaps = Gaps(part, wanted)
    share = part.n_bytes / max(part.rows or 1, 1)
    with _readable(part.path, part.shown, part):
        opened = _opened(part.path)
        names = [opened.schema_arrow.names[at] for at in _places(opened, wanted, part)]
        batches = opened.iter_batches(
            batch_size=PIECE, row_groups=list(part.groups), columns=names, use_threads=False
        )
    while True:
        with _readable(part.path, part.shown, part):
            batch = next(batches, None)
        if batch is None:
            break
        # A file has its own order of columns, whatever order they were asked for in.
        yield _understood(batch.select(names), wanted, gaps)
        if watch is not None:
            watch.pulse(batch.num_rows, round(share * batch.num_rows))
    gaps.finish()
    if gaps.rows != part.rows:
        raise InputError(
            f"{part.shown} is damaged: it says that it has {part.rows:,} rows where {gaps.rows:,} "
            "were found; copy or write it again, or take it away"
        )


def _understood(batch: Any, wanted: Wanted, gaps: Gaps) -> Piece:
    """Make a piece, or say that a type is too strange to be numbers or names of groups."""
    from pyarrow import ArrowException

    try:
        return piece_of(batch, wanted, gaps)
    except MemoryError:
        raise
    except (ArrowException, UnicodeDecodeError) as error:
        types = ", ".join(f"{field.name} {field.type}" for field in batch.schema)
        raise InputError(
            f"{gaps.part.shown}: the columns {quoted(types, 80)} cannot be taken for numbers and "
            f"names of groups: {quoted(one_line(str(error)), 80)}; convert them, or name others"
        ) from None


def _places(opened: Any, wanted: Wanted, part: Part) -> list[int]:
    return [place(opened.schema_arrow.names, name, part.shown) for name in wanted.names]


def _opened(path: Any) -> Any:
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(
        path, pre_buffer=False, buffer_size=BUFFER, page_checksum_verification=True
    )


@contextmanager
def _readable(path: Any, shown: str, part: Part | None = None) -> Iterator[None]:
    """Turn what pyarrow says about a bad file into one line."""
    from pyarrow import ArrowException

    try:
        yield
    except MemoryError:
        raise
    except FileNotFoundError:
        raise InputError(f"{quoted(path, 200)} is gone; put it back, or take the others") from None
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        reason = quoted(one_line(str(error)).rstrip(". "), 100)
        where = (
            ""
            if part is None or part.rows is None
            else (f" in rows {part.first:,} to {part.first + part.rows - 1:,}")
        )
        raise InputError(
            f"{shown} is damaged{where}, or no whole Parquet file: {reason}; "
            "copy or write it again, or take it away"
        ) from None
