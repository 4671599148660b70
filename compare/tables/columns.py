"""Reads columns of a CSV file row by row, and says exactly what is wrong where it cannot."""

from __future__ import annotations

import difflib
import gzip
import io
import math
import zlib
from array import array
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from compare.tables.cells import Trouble, to_number
from compare.tables.csv_rows import body, layout, only_numeric, place, refuse_both
from compare.tables.errors import InputError, quoted
from compare.tables.parts import MOST_GROUPS, Piece, Wanted, too_many

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from compare.tables.csv_rows import Layout, Opening

__all__ = ["Columns", "by_row", "read"]

Floats = NDArray[np.float64]

ROWS = 1 << 17
"""Rows of a piece, which take a tenth of a second."""

MIXED_UP = {
    b"PK\x03\x04": "looks like an Excel or other zipped file; save the sheet as CSV first",
    b"\xff\xfe": "is UTF-16 text; save it as 'CSV UTF-8'",
    b"\xfe\xff": "is UTF-16 text; save it as 'CSV UTF-8'",
}
"""What a file that is no CSV begins with."""


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


def read(
    path: str | os.PathLike[str],
    column: str | None = None,
    weights: str | None = None,
    *,
    by: str | None = None,
    missing: Literal["refuse", "drop"] = "refuse",
) -> Columns:
    """Read a column, and if wanted its weights, from a CSV file that fits into memory.

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
    by : str, optional
        The column that says which group a row belongs to.
    missing : {"refuse", "drop"}
        What to do with rows without a value, a weight or a group.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        A `ValueError` of one line, if there is no such file or column, or if anything in the
        columns is not a number that can be used.
    """
    file = Path(path)
    shown = quoted(file.name or file)
    data = _text(file, shown)

    def opening() -> io.BytesIO:
        return io.BytesIO(data)

    others = [name for name in (weights, by) if name]
    found = layout(opening, shown, [*([column] if column else []), *others])
    if column is None:
        column = only_numeric(opening, found, shown, others)
    wanted = Wanted(found.names[place(found.names, column, shown)], weights, by, missing)
    got = list(by_row(opening, found, wanted, shown))
    values = np.concatenate([piece.values for piece in got]) if got else np.zeros(0)
    dropped = sum(piece.dropped for piece in got)
    if not values.size:
        left = f" but the {dropped} without a value" if dropped else ""
        raise InputError(
            f"{shown} has a header but no rows below it{left}; expected one value a line"
        )
    counts = None
    if weights is not None:
        counts = np.concatenate([piece.weights for piece in got if piece.weights is not None])
        if not counts.any():
            raise InputError(
                f"{shown}: the weights in column {quoted(weights.strip())} are all zero; "
                "leave them out to count every value once"
            )
    codes = None
    if by is not None:
        codes = np.concatenate([piece.codes for piece in got if piece.codes is not None])
    return Columns(wanted.column, values, counts, got[-1].groups, codes, dropped)


def by_row(
    opening: Opening, found: Layout, wanted: Wanted, shown: str, skip: int = 0
) -> Iterator[Piece]:
    """Read the rows one by one, in pieces of bounded size.

    One plain loop takes half a second for a million rows, no more than pandas, and knows the line
    of every row. That something is wrong is said at the end, when all of it has been counted.

    Parameters
    ----------
    opening : callable
        Opens the file.
    found : Layout
        What its header says.
    wanted : Wanted
        The columns.
    shown : str
        The file in a message.
    skip : int
        So many rows are known already and are not wanted.

    Yields
    ------
    Piece
        Empty ones while rows are skipped, so that whoever waits may lose patience. Groups have
        the same place in every piece.

    Raises
    ------
    InputError
        If there is no such column, or if anything in them cannot be used.
    """
    refuse_both(wanted, shown)
    places = [place(found.names, name, shown) for name in wanted.names]
    weight_place = places[1] if wanted.weights is not None else places[0]
    by_place = places[-1] if wanted.by is not None else None
    weighted, drop = wanted.weights is not None, wanted.missing == "drop"
    trouble = {
        at: Trouble(found.names[at], are_weights=at != places[0], are_labels=at == by_place)
        for at in places
    }
    codes: dict[str, int] = {}
    values, weights, labels = array("d"), array("d"), array("q")
    n_rows = dropped = 0
    for line, row in body(opening, found, shown):
        n_rows += 1
        if n_rows <= skip:
            if n_rows % ROWS == 0:
                yield _piece(values, weights if weighted else None, labels, codes, by_place, 0)
            continue
        value = to_number(row[places[0]])
        weight = to_number(row[weight_place]) if weighted else 1.0
        group = "" if by_place is None else row[by_place].strip()
        # Only an infinity or a NaN differs from itself.
        if value - value == 0.0 and 0.0 <= weight < math.inf and (group or by_place is None):
            values.append(value)
            weights.append(weight)
            if by_place is not None:
                labels.append(codes.setdefault(group, len(codes)))
                if len(codes) > MOST_GROUPS:
                    raise too_many(list(codes), found.names[by_place], shown)
        else:
            kinds = [column.kind_of(row[at]) for at, column in trouble.items()]
            if drop and "missing" in kinds and set(kinds) <= {"missing", ""}:
                dropped += 1
            else:
                for at, column in trouble.items():
                    column.note(line, row[at])
        if len(values) >= ROWS:
            yield _piece(values, weights if weighted else None, labels, codes, by_place, dropped)
            values, weights, labels, dropped = array("d"), array("d"), array("q"), 0
    for column in trouble.values():
        if column.kinds:
            raise InputError(f"{shown}: {column.message(n_rows)}")
    if values or dropped:
        yield _piece(values, weights if weighted else None, labels, codes, by_place, dropped)


def _piece(
    values: array[float],
    weights: array[float] | None,
    labels: array[int],
    codes: dict[str, int],
    by_place: int | None,
    dropped: int,
) -> Piece:
    return Piece(
        np.array(values),
        None if weights is None else np.array(weights),
        tuple(codes),
        None if by_place is None else np.array(labels, dtype=np.intp),
        dropped,
    )


def _text(file: Path, shown: str) -> bytes:
    """Read the file, decompress it, and make sure that it is UTF-8 text."""
    try:
        data = file.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise InputError(f"there is no file {quoted(file, 200)}{neighbour(file)}") from None
    except IsADirectoryError:
        raise InputError(f"{quoted(file, 200)} is a folder; name the CSV file in it") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{shown} is a damaged gzip file; compress or copy it again") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{quoted(file, 200)} cannot be read: {reason}") from None
    refuse_mixed_up(data, shown)
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


def refuse_mixed_up(data: bytes, shown: str) -> None:
    """Make sure that a file is none of those that are taken for CSV by mistake.

    Parameters
    ----------
    data : bytes
        Its beginning, or all of it.
    shown : str
        The file in a message.

    Raises
    ------
    InputError
        If it is one.
    """
    for beginning, what in MIXED_UP.items():
        if data.startswith(beginning):
            raise InputError(f"{shown} {what}")


def neighbour(file: Path) -> str:
    """Point to a file of a similar name in the same folder, or to the missing folder.

    Parameters
    ----------
    file : Path
        One that is not there.

    Returns
    -------
    str
        What follows the complaint.
    """
    try:
        names = [entry.name for entry in islice(file.parent.iterdir(), 10_000)]
    except OSError:
        return f", nor a folder {quoted(file.parent, 200)} that could be read; check the path"
    close = difflib.get_close_matches(file.name, names, n=1, cutoff=0.75)
    return f"; did you mean {quoted(close[0])}?" if close else "; check the path"
