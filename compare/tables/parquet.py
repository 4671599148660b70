"""Parquet files: row groups as parts, read in pieces of bounded size."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from compare.tables.arrow import is_number, piece_of
from compare.tables.csv_rows import listed, place, refuse_both, several
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.gaps import Gaps
from compare.tables.parts import PIECE, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compare.tables.parts import Piece, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["column_of", "parts", "pieces"]

ROWS = 1 << 22
"""Rows of a part, where the row groups allow it."""

BUFFER = 1 << 20
"""Bytes read at a time, since whole row groups may be larger than the memory."""


def column_of(file: File, column: str | None, others: tuple[str, ...]) -> str:
    """Find the column that is meant.

    Parameters
    ----------
    file : File
    column : str, optional
        May be None where there is one column, or one with numbers.
    others : tuple of str
        Columns that hold something else.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If there is none, or if several could be meant.
    """
    with _readable(file.path, file.shown):
        schema = _opened(file.path).schema_arrow
    if column is not None:
        return str(schema.names[place(schema.names, column, file.shown)])
    taken = {name.strip() for name in others}
    rest = [field for field in schema if field.name not in taken]
    if len(rest) > 1:
        rest = [field for field in rest if is_number(field.type)]
    if len(rest) != 1:
        raise several(schema.names, file.shown)
    return str(rest[0].name)


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
    for name in wanted.names:
        kind = schema.field(place(schema.names, name, file.shown)).type
        if name != wanted.by and not is_number(kind):
            raise InputError(
                f"{file.shown}: expected numbers in column {quoted(name)}, got the type "
                f"{quoted(str(kind))}; convert that column, or name another one of "
                f"{listed(schema.names)}"
            )
    found: list[Part] = []
    first, total = 1, max(sum(counts), 1)
    groups: list[int] = []
    rows = 0
    for group, count in enumerate(counts):
        if groups and rows + count > ROWS:
            found.append(_part(file, groups, first, rows, total))
            first, groups, rows = first + rows, [], 0
        groups.append(group)
        rows += count
    if rows:
        found.append(_part(file, groups, first, rows, total))
    return found


def _part(file: File, groups: list[int], first: int, rows: int, total: int) -> Part:
    n_bytes = file.size * rows // total
    return Part(
        str(file.path), "parquet", file.size, file.changed, tuple(groups), first, rows, n_bytes
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

    return pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER)


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
    except (ArrowException, OSError) as error:
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
