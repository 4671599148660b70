"""Workbooks: the sheets of Excel and OpenDocument files, read by calamine."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.tables.choice import chosen
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.kinds.typed import TypedHow, how_of, text_of, typed_pieces
from compare.tables.layout import lay_out_rows, listed, place
from compare.tables.parts import Part, refuse_both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compare.tables.layout import Sniffed
    from compare.tables.parts import Hints, Piece, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["column_of", "parts", "pieces"]

LARGEST = 1 << 30
"""Bytes of an unpacked workbook, which has to fit into memory."""

SOME = 1000
"""Rows from which it is told how a sheet is written."""


def column_of(
    file: File, column: str | None, others: tuple[str, ...], hints: Hints
) -> tuple[str, bool]:
    """Find the column that is meant; see `compare.tables.kinds.parquet.column_of`."""
    wanted = [*([column] if column else []), *others]
    _, _, sniffed, _ = _sheet(file.path, file.shown, wanted, hints)
    names = sniffed.layout.names
    if column is not None:
        return names[place(names, column, file.shown)], False
    return chosen(names, [sniffed.cells(at) for at in range(len(names))], others, file.shown)


def parts(file: File, wanted: Wanted) -> list[Part]:
    """Make a part of the sheet; see `compare.tables.kinds.parquet.parts`."""
    refuse_both(wanted, file.shown)
    sheet, several, sniffed, rows = _sheet(file.path, file.shown, list(wanted.names), wanted.hints)
    layout = sniffed.layout
    how = how_of(
        sheet, layout, rows[layout.first - 1 :][: SOME * 50], wanted, file.shown, several=several
    )
    n_rows = max(len(rows) - layout.first + 1, 0)
    at = place(layout.names, wanted.column, file.shown)
    # Numbers in a workbook are floating-point numbers; in text there may be more digits.
    floating = not any(isinstance(row[at], str) for row in rows[layout.first - 1 :])
    return [
        Part(
            str(file.path), "workbook", file.size, file.changed,
            rows=n_rows, n_bytes=file.size, how=how, floating=floating,
        )
    ]  # fmt: skip


def pieces(part: Part, wanted: Wanted, watch: Watch | None = None) -> Iterator[Piece]:
    """Read a sheet; see `compare.tables.formats.pieces`."""
    how: TypedHow = part.how
    with _readable(Path(part.path), part.shown) as book:
        rows = book.get_sheet_by_name(how.sheet).to_python(skip_empty_area=False)
    places = [place(how.layout.names, name, part.shown) for name in wanted.names]
    while rows and not any(map(text_of, rows[-1])):
        rows.pop()

    def numbered() -> Iterator[tuple[int, list[Any]]]:
        for line, row in enumerate(rows[how.layout.first - 1 :], how.layout.first):
            yield line, [row[at] for at in places]

    for piece in typed_pieces(numbered(), how, wanted, part.shown):
        yield piece
        if watch is not None:
            watch.pulse(piece.values.size + piece.dropped, part.n_bytes)


def _sheet(
    path: Path, shown: str, wanted: list[str], hints: Hints
) -> tuple[str, bool, Sniffed, list[list[Any]]]:
    """The sheet that is meant, whether there are others, its layout and its rows."""
    with _readable(path, shown) as book:
        names = list(book.sheet_names)
        sheet = hints.sheet
        if sheet is not None and sheet not in names:
            raise InputError(f"{shown} has no sheet {quoted(sheet)}, only {listed(names)}")
        filled = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in ([sheet] if sheet is not None else names)
        }
    filled = {name: rows for name, rows in filled.items() if rows and any(map(any, rows))}
    if not filled:
        raise InputError(f"{shown} is empty; expected a row of column names and one value a row")
    if len(filled) > 1:
        having = {name: _laid(rows, shown, wanted, hints) for name, rows in filled.items()}
        fitting = [
            name
            for name, one in having.items()
            if wanted and all(want.strip() in one.layout.names for want in wanted)
        ]
        if len(fitting) != 1:
            raise InputError(
                f"{shown} has {len(filled)} sheets with something in them, "
                f"{listed(list(filled))}; say which one with --sheet (in Python sheet=)"
            )
        filled = {fitting[0]: filled[fitting[0]]}
    ((sheet, rows),) = filled.items()
    return sheet, len(names) > 1, _laid(rows, shown, wanted, hints), rows


def _laid(rows: list[list[Any]], shown: str, wanted: list[str], hints: Hints) -> Sniffed:
    some = [(at, [text_of(cell) for cell in row]) for at, row in enumerate(rows[:SOME], 1)]
    return lay_out_rows(some, shown, wanted, skip=hints.skip_lines)


@contextmanager
def _readable(path: Path, shown: str) -> Iterator[Any]:
    """Open a workbook, and say in one line what is wrong with it."""
    try:
        import python_calamine
    except ImportError:
        raise InputError(
            "not installed: python-calamine, which reads workbooks; "
            "pip install 'em-vs-bayes[compare]' brings it"
        ) from None
    try:
        _refuse_bomb(path, shown)
        yield python_calamine.CalamineWorkbook.from_path(str(path))
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{quoted(path, 200)} is gone; put it back, or take the others") from None
    except BaseException as error:
        # What is written in Rust has an error of its own for what it did not expect.
        known = (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError)
        others = (NotImplementedError, RuntimeError, KeyError, EOFError)
        if not isinstance(error, known + others) and type(error).__name__ != "PanicException":
            raise
        reason = quoted(one_line(str(error)), 100)
        raise InputError(
            f"{shown} is a damaged workbook, or locked by a password: {reason}; open and save it "
            "again, or save the sheet as CSV"
        ) from None


def _refuse_bomb(path: Path, shown: str) -> None:
    """Refuse what would not fit into memory once it is unpacked."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST:
        raise InputError(
            f"{shown} unpacks to {size:,} bytes, and a workbook is read into memory, up to "
            f"{LARGEST:,}; save the sheet as CSV"
        )
