"""The rows of a CSV file, with the line that each begins on, and what its header says."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from compare.tables.cells import MISSING, is_number
from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterator, Sequence

    from compare.tables.parts import Wanted

__all__ = ["Layout", "Opening", "body", "layout", "listed", "place", "refuse_both"]

type Opening = Callable[[], BinaryIO]
"""Opens the file, decompressed, at its beginning."""


class Layout(NamedTuple):
    """What the header says."""

    separator: str
    """What stands between fields."""
    names: list[str]
    """The columns, without surrounding blanks."""
    lines: int
    """How many lines the header takes, blank ones above it included."""


def rows(opening: Opening, separator: str) -> Reader:
    """Open the rows of the file, with the number of the line just read."""
    # newline="" leaves line ends to csv, which needs them to keep those inside quotes apart.
    lines = io.TextIOWrapper(opening(), encoding="utf-8-sig", newline="")
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def layout(opening: Opening, shown: str, wanted: Sequence[str]) -> Layout:
    """Find the separator and the column names.

    The separator is the one that yields the wanted columns, and of those the one that yields
    most columns.

    Parameters
    ----------
    opening : callable
        Opens the file.
    shown : str
        The file in a message.
    wanted : sequence of str
        Columns that are asked for.

    Returns
    -------
    Layout

    Raises
    ------
    InputError
        If the file is empty or its header cannot be read.
    """
    best: tuple[tuple[int, int], Layout] | None = None
    for separator in ",;\t":
        reader = rows(opening, separator)
        try:
            row = next(filter(None, reader), None)
        except csv.Error:
            continue
        if row is None:
            raise InputError(f"{shown} is empty; expected a header line and one value a line")
        names = [name.strip() for name in row]
        merit = sum(name.strip() in names for name in wanted), len(names)
        if best is None or merit > best[0]:
            best = merit, Layout(separator, names, reader.line_num)
    if best is None:
        raise InputError(
            f"{shown}: the header on line 1 cannot be read as CSV; "
            "expected column names, with a quote at both ends of a name in quotes"
        )
    return best[1]


def place(names: Sequence[str], wanted: str, shown: str) -> int:
    """Find the wanted column among the names.

    Parameters
    ----------
    names : sequence of str
    wanted : str
    shown : str
        The file in a message.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If there is no such column, or several.
    """
    matches = [at for at, name in enumerate(names) if name == wanted.strip()]
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
    raise InputError(f"{shown} has no column {quoted(wanted)}, only {listed(names)}{hint}")


def only_numeric(opening: Opening, found: Layout, shown: str, others: Sequence[str]) -> str:
    """Find the column that is meant where none was named.

    Parameters
    ----------
    opening : callable
        Opens the file.
    found : Layout
        What its header says.
    shown : str
        The file in a message.
    others : sequence of str
        Columns that hold something else.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If several could be meant, or none.
    """
    names = found.names
    if all(map(is_number, names)):
        raise InputError(
            f"{shown} has values where the column names should be, {listed(names)}; "
            "put a line with column names above them"
        )
    taken = {name.strip() for name in others}
    rest = [at for at, name in enumerate(names) if name not in taken]
    if len(rest) == 1:
        return names[rest[0]]
    try:
        some = islice(rows(opening, found.separator), 101)
        filled = [row for row in some if len(row) == len(names)][1:]
    except csv.Error:
        filled = []
    numeric = [at for at in rest if _has_numbers([row[at] for row in filled])]
    if len(numeric) == 1:
        return names[numeric[0]]
    raise several(names, shown)


def several(names: Sequence[str], shown: str) -> InputError:
    """The error for a file in which more than one column could be meant."""
    return InputError(
        f"{shown} has {len(names)} columns, {listed(names)}; say which one holds the values "
        "with --column (in Python column=)"
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


def listed(names: Sequence[str]) -> str:
    """The first ten names, for a message."""
    first = ", ".join(quoted(name, 30) for name in names[:10])
    return first if len(names) <= 10 else f"{first} and {len(names) - 10} more"


def body(opening: Opening, found: Layout, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row below the header with the line it begins on.

    Empty rows count where another row follows, since there they are gaps in the data.

    Parameters
    ----------
    opening : callable
        Opens the file.
    found : Layout
        What its header says.
    shown : str
        The file in a message.

    Yields
    ------
    line : int
    row : list of str

    Raises
    ------
    InputError
        If a row has more or fewer fields than the header, or cannot be read at all.
    """
    reader = rows(opening, found.separator)
    next(filter(None, reader))
    width, end = len(found.names), reader.line_num
    empty: list[int] = []
    try:
        for row in reader:
            start, end = end + 1, reader.line_num
            if not any(row) and (width > 1 or not row):
                empty.append(start)
                continue
            if empty:
                yield from ((line, [""] * width) for line in empty)
                empty.clear()
            if len(row) != width:
                raise InputError(_ragged(row, start, found, shown))
            yield start, row
    except csv.Error as error:
        raise InputError(
            f"{shown}: the row that begins on line {end + 1} cannot be read as CSV ({error}); "
            "check its quotes"
        ) from None


def _has_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip().lower() not in MISSING]
    return bool(filled) and all(map(is_number, filled))


def _ragged(row: Sequence[str], line: int, found: Layout, shown: str) -> str:
    """Say what is wrong with a row with more or fewer fields than the header."""
    mark = {",": "a comma", ";": "a semicolon", "\t": "a tab"}[found.separator]
    message = f"{shown}: line {line} has {len(row)} fields where the header has {len(found.names)}"
    if len(row) > len(found.names) and found.separator == ",":
        return f"{message}; write decimals with a point, and put text that holds {mark} in quotes"
    return f"{message}, separated by {mark}; correct that line"
