"""Databases: the tables of SQLite files."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.tables.choice import chosen
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.kinds.typed import TypedHow, how_of, text_of, typed_pieces
from compare.tables.layout import Layout, listed, place
from compare.tables.parts import Part, refuse_both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compare.tables.parts import Hints, Piece, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["column_of", "parts", "pieces"]

SOME = 10_000
"""Rows from which it is told how a table is written."""


def column_of(
    file: File, column: str | None, others: tuple[str, ...], hints: Hints
) -> tuple[str, bool]:
    """Find the column that is meant; see `compare.tables.kinds.parquet.column_of`."""
    with _opened(file.path, file.shown) as base:
        table, _ = _table(base, file.shown, [*([column] if column else []), *others], hints)
        names = _columns(base, table)
        if column is not None:
            return names[place(names, column, file.shown)], False
        some = base.execute(f"SELECT * FROM {_quoted(table)} LIMIT {SOME}").fetchall()  # noqa: S608
    cells = [[text_of(row[at]) for row in some] for at in range(len(names))]
    return chosen(names, cells, others, file.shown)


def parts(file: File, wanted: Wanted) -> list[Part]:
    """Make a part of the table; see `compare.tables.kinds.parquet.parts`."""
    refuse_both(wanted, file.shown)
    with _opened(file.path, file.shown) as base:
        table, several = _table(base, file.shown, list(wanted.names), wanted.hints)
        names = _columns(base, table)
        for name in wanted.names:
            place(names, name, file.shown)
        (n_rows,) = base.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()  # noqa: S608
        some = base.execute(f"SELECT * FROM {_quoted(table)} LIMIT {SOME}").fetchall()  # noqa: S608
        column = _quoted(names[place(names, wanted.column, file.shown)])
        (others,) = base.execute(
            f"SELECT count(*) FROM {_quoted(table)} "  # noqa: S608
            f"WHERE typeof({column}) NOT IN ('real', 'null')"
        ).fetchone()
    layout = Layout("", tuple(names), 0, 1)
    how = how_of(table, layout, some, wanted, file.shown, several=several)
    return [
        Part(
            str(file.path), "database", file.size, file.changed,
            rows=n_rows, n_bytes=file.size, how=how, floating=not others,
        )
    ]  # fmt: skip


def pieces(part: Part, wanted: Wanted, watch: Watch | None = None) -> Iterator[Piece]:
    """Read a table; see `compare.tables.formats.pieces`."""
    how: TypedHow = part.how
    seen = 0
    with _opened(Path(part.path), part.shown) as base:
        # Names as the table has them, whatever blanks stand around those that are asked for.
        names = _columns(base, how.sheet)
        columns = ", ".join(_quoted(names[place(names, one, part.shown)]) for one in wanted.names)
        cursor = base.execute(f"SELECT {columns} FROM {_quoted(how.sheet)}")  # noqa: S608
        for piece in typed_pieces(enumerate(cursor, 1), how, wanted, part.shown):
            yield piece
            rows = piece.values.size + piece.dropped
            seen += rows
            if watch is not None:
                watch.pulse(rows, part.n_bytes * rows // max(part.rows or 1, 1))
    if seen != part.rows:
        raise InputError(
            f"{part.shown}: {seen:,} rows were read of {part.rows:,}; the table was changed "
            "meanwhile, or is damaged"
        )


def _table(
    base: sqlite3.Connection, shown: str, wanted: list[str], hints: Hints
) -> tuple[str, bool]:
    """The table that is meant, and whether there are others."""
    found = [
        name
        for (name,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
    ]
    if hints.sheet is not None:
        if hints.sheet not in found:
            raise InputError(f"{shown} has no table {quoted(hints.sheet)}, only {listed(found)}")
        return hints.sheet, len(found) > 1
    if not found:
        raise InputError(f"{shown} is a database without a table; expected one with a column")
    if len(found) > 1:
        having = [
            name
            for name in found
            if wanted
            and {one.strip() for one in wanted} <= {n.strip() for n in _columns(base, name)}
        ]
        if len(having) != 1:
            raise InputError(
                f"{shown} has {len(found)} tables, {listed(found)}; say which one with --sheet "
                "(in Python sheet=)"
            )
        return having[0], True
    return found[0], False


def _columns(base: sqlite3.Connection, table: str) -> list[str]:
    cursor = base.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0")  # noqa: S608
    return [str(column[0]) for column in cursor.description]


def _quoted(name: str) -> str:
    """A name within a statement."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[sqlite3.Connection]:
    """Open a database that nothing is written to, and say in one line what is wrong with it."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)
        ) as base:
            base.text_factory = _text
            yield base
    except (sqlite3.Error, OSError, UnicodeError) as error:
        reason = quoted(one_line(str(error)), 100)
        raise InputError(
            f"{shown} is a damaged or locked database: {reason}; copy it again, or export the table"
        ) from None


def _text(data: bytes) -> Any:
    """Text, also where it is not encoded as it should be."""
    return data.decode("utf-8", "replace")
