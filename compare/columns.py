"""Reads a column of numbers from a CSV file, and says exactly what is wrong where it cannot."""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import math
import zlib
from array import array
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.cells import MISSING, Trouble, is_number, to_number
from compare.errors import InputError, quoted

if TYPE_CHECKING:
    import os
    from _csv import Reader
    from collections.abc import Iterator, Sequence

__all__ = ["Columns", "read"]

Floats = NDArray[np.float64]

MIXED_UP = {
    b"PK\x03\x04": "looks like an Excel or other zipped file; save the sheet as CSV first",
    b"\xff\xfe": "is UTF-16 text; save it as 'CSV UTF-8'",
    b"\xfe\xff": "is UTF-16 text; save it as 'CSV UTF-8'",
}
"""What a file that is no CSV begins with."""


@dataclass(frozen=True, eq=False)
class Columns:
    """The numbers of one column, with their weights where a second column holds them."""

    name: str
    """The column as the header names it, without surrounding blanks."""
    values: Floats
    """Shape (n_rows,); finite."""
    weights: Floats | None
    """Shape (n_rows,); finite, not negative, not all zero."""


def read(
    path: str | os.PathLike[str], column: str | None = None, weights: str | None = None
) -> Columns:
    """Read a column, and if wanted its weights, from a CSV file.

    The file has a header line that names the columns. It is UTF-8 text, with or without a
    byte-order mark, possibly gzipped; its columns are separated by commas, semicolons or tabs, and
    fields may be quoted. Empty rows at the end are ignored.

    Parameters
    ----------
    path : path
        The file.
    column : str, optional
        The column to read. May be left out where there is one column, or one with numbers.
    weights : str, optional
        The column that says how often each value counts.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        A `ValueError` of one line, if there is no such file or column, or if anything in the
        two columns is not a number that can be used.
    """
    file = Path(path)
    shown = quoted(file.name or file)
    data = _text(file, shown)
    separator, names = _header(data, shown, [name for name in (column, weights) if name])
    if column is None:
        column = _only_numeric(data, separator, names, shown, weights)
    places = [_place(names, column, shown)]
    if weights is not None:
        places.append(_place(names, weights, shown))
        if places[0] == places[1]:
            raise InputError(
                f"{shown}: column {quoted(column)} cannot be both the values and their weights; "
                "name another column for one of them"
            )
    values, counts = _numbers(data, separator, names, places, shown)
    if counts is not None and not counts.any():
        raise InputError(
            f"{shown}: the weights in column {quoted(names[places[1]])} are all zero; "
            "leave them out to count every value once"
        )
    return Columns(names[places[0]], values, counts)


def _text(file: Path, shown: str) -> bytes:
    """Read the file, decompress it, and make sure that it is UTF-8 text."""
    try:
        data = file.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise InputError(f"there is no file {quoted(file, 200)}{_neighbour(file)}") from None
    except IsADirectoryError:
        raise InputError(f"{quoted(file, 200)} is a folder; name the CSV file in it") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{shown} is a damaged gzip file; compress or copy it again") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{quoted(file, 200)} cannot be read: {reason}") from None
    for beginning, what in MIXED_UP.items():
        if data.startswith(beginning):
            raise InputError(f"{shown} {what}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise InputError(f"{shown} is not text: a NUL byte on line {line}; save it as 'CSV UTF-8'")
    try:
        data.isascii() or data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{shown} is not UTF-8 text: byte 0x{data[error.start]:02x} on line {line}; "
            "save it as 'CSV UTF-8', or convert it, for example with iconv -f latin1 -t utf-8"
        ) from None
    return data.rstrip(b" \r\n")


def _neighbour(file: Path) -> str:
    """Point to a file of a similar name in the same folder, or to the missing folder."""
    try:
        names = [entry.name for entry in islice(file.parent.iterdir(), 10_000)]
    except OSError:
        return f", nor a folder {quoted(file.parent, 200)} that could be read; check the path"
    close = difflib.get_close_matches(file.name, names, n=1, cutoff=0.75)
    return f"; did you mean {quoted(close[0])}?" if close else "; check the path"


def _rows(data: bytes, separator: str) -> Reader:
    """Open the rows of the file, with the number of the line just read."""
    # newline="" leaves line ends to csv, which needs them to keep those inside quotes apart.
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def _header(data: bytes, shown: str, wanted: Sequence[str]) -> tuple[str, list[str]]:
    """Find the separator and the column names.

    The separator is the one that yields the wanted columns, and of those the one that yields
    most columns.
    """
    best: tuple[tuple[int, int], str, list[str]] | None = None
    for separator in ",;\t":
        try:
            row = next(filter(None, _rows(data, separator)), None)
        except csv.Error:
            continue
        if row is None:
            raise InputError(f"{shown} is empty; expected a header line and one value a line")
        names = [name.strip() for name in row]
        merit = sum(name.strip() in names for name in wanted), len(names)
        if best is None or merit > best[0]:
            best = merit, separator, names
    if best is None:
        raise InputError(
            f"{shown}: the header on line 1 cannot be read as CSV; "
            "expected column names, with a quote at both ends of a name in quotes"
        )
    return best[1:]


def _place(names: Sequence[str], wanted: str, shown: str) -> int:
    """Find the wanted column among the names."""
    matches = [place for place, name in enumerate(names) if name == wanted.strip()]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise InputError(
            f"{shown} has {len(matches)} columns named {quoted(wanted)}; rename all but one"
        )
    close = difflib.get_close_matches(wanted, names, n=1)
    hint = f"; did you mean {quoted(close[0])}?" if close else ""
    if all(map(is_number, names)):
        hint = "; its first line seems to hold values: put a line with column names above it"
    raise InputError(f"{shown} has no column {quoted(wanted)}, only {_listed(names)}{hint}")


def _only_numeric(
    data: bytes, separator: str, names: Sequence[str], shown: str, weights: str | None
) -> str:
    """Find the column that is meant where none was named."""
    if all(map(is_number, names)):
        raise InputError(
            f"{shown} has values where the column names should be, {_listed(names)}; "
            "put a line with column names above them"
        )
    rest = [place for place, name in enumerate(names) if weights is None or name != weights.strip()]
    if len(rest) == 1:
        return names[rest[0]]
    try:
        rows = [row for row in islice(_rows(data, separator), 101) if len(row) == len(names)][1:]
    except csv.Error:
        rows = []
    numeric = [place for place in rest if _has_numbers([row[place] for row in rows])]
    if len(numeric) == 1:
        return names[numeric[0]]
    raise InputError(
        f"{shown} has {len(names)} columns, {_listed(names)}; say which one holds the values "
        "with --column (in Python column=)"
    )


def _has_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip().lower() not in MISSING]
    return bool(filled) and all(map(is_number, filled))


def _listed(names: Sequence[str]) -> str:
    first = ", ".join(quoted(name, 30) for name in names[:10])
    return first if len(names) <= 10 else f"{first} and {len(names) - 10} more"


def _numbers(
    data: bytes, separator: str, names: Sequence[str], places: Sequence[int], shown: str
) -> tuple[Floats, Floats | None]:
    """Take the values, and the weights if `places` has two columns.

    One plain loop takes half a second for a million rows, no more than pandas, and knows the line
    of every row.
    """
    place, weight_place, weighted = places[0], places[-1], len(places) > 1
    values, weights = array("d"), array("d")
    trouble = [Trouble(names[at], are_weights=at != place) for at in places]
    n_bad = 0
    for line, row in _body(data, separator, names, shown):
        value = to_number(row[place])
        weight = to_number(row[weight_place]) if weighted else 1.0
        # Only an infinity or a NaN differs from itself.
        if value - value == 0.0 and 0.0 <= weight < math.inf:
            values.append(value)
            weights.append(weight)
        else:
            n_bad += 1
            for at, column in zip(places, trouble, strict=True):
                column.note(line, row[at])
    for column in trouble:
        if column.kinds:
            raise InputError(f"{shown}: {column.message(len(values) + n_bad)}")
    if not values:
        raise InputError(f"{shown} has a header but no rows below it; expected one value a line")
    return np.array(values), np.array(weights) if weighted else None


def _body(
    data: bytes, separator: str, names: Sequence[str], shown: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row below the header with the line it begins on.

    Empty rows count where another row follows, since there they are gaps in the data.
    """
    rows = _rows(data, separator)
    next(filter(None, rows))
    width, end = len(names), rows.line_num
    empty: list[int] = []
    try:
        for row in rows:
            start, end = end + 1, rows.line_num
            if not any(row) and (width > 1 or not row):
                empty.append(start)
                continue
            if empty:
                yield from ((line, [""] * width) for line in empty)
                empty.clear()
            if len(row) != width:
                raise InputError(_ragged(row, start, names, separator, shown))
            yield start, row
    except csv.Error as error:
        raise InputError(
            f"{shown}: the row that begins on line {end + 1} cannot be read as CSV ({error}); "
            "check its quotes"
        ) from None


def _ragged(row: Sequence[str], line: int, names: Sequence[str], separator: str, shown: str) -> str:
    """Say what is wrong with a row with more or fewer fields than the header."""
    mark = {",": "a comma", ";": "a semicolon", "\t": "a tab"}[separator]
    message = f"{shown}: line {line} has {len(row)} fields where the header has {len(names)}"
    if len(row) > len(names) and separator == ",":
        return f"{message}; write decimals with a point, and put text that holds {mark} in quotes"
    return f"{message}, separated by {mark}; correct that line"
