"""Layout: how the lines of a text make a table, told from the first of them."""

from __future__ import annotations

import csv
import difflib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from compare.tables.errors import InputError, quoted
from compare.tables.numerals import is_missing, taken_apart

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterable, Sequence

__all__ = ["Layout", "Sniffed", "lay_out", "lay_out_rows", "listed", "place", "ragged", "rows_of"]

SEPARATORS = ",;\t|"

LENGTHS = "mm cm dm m km in inch inches ft feet yd mi um µm nm"
WEIGHTS = "mg g kg t lb lbs oz st ml dl l cl ul µl mol mmol"
TIMES = "ms s sec min h hr hrs d day days wk weeks month months y yr yrs year years hz khz mhz ghz"
OTHERS = (
    "k c f °c °f ° % ‰ pa hpa kpa mpa bar mbar mmhg atm v mv kv a ma w kw mw j kj n kn bpm rad deg "
    "ppm ppb db lx cd pts points px usd eur gbp chf cny jpy € $ £ ¥"
)

UNITS = frozenset(f"{LENGTHS} {WEIGHTS} {TIMES} {OTHERS}".split())
"""What a line of units says, in lower case."""

MOST_ABOVE = 30
"""Rows among which names that are asked for are looked for."""

MOST = 5000
"""Lines that are looked at."""

type Merit = tuple[int, float, int, int]
"""How well a separator fits: wanted names, rows like the header, lines above it, columns."""

NAMED = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar", " ": "blanks"}


@dataclass(frozen=True)
class Layout:
    """Where the cells of a text are."""

    separator: str
    """What stands between fields; " " for blanks of any number, "" for nothing."""
    names: tuple[str, ...]
    """The columns, without surrounding blanks."""
    header: int
    """The line of the names, counted from 1."""
    first: int
    """The line of the first row."""
    above: int = 0
    """How many lines that are not blank stand above the names, and are neither."""
    units: tuple[str, ...] = ()
    """What a line below the names says of the columns; empty without such a line."""
    row_names: bool = False
    """Whether rows begin with a name that the header has no column for."""
    open_end: bool = False
    """Whether rows end in a separator where the header does not."""
    quoted_names: bool = False
    """Whether the names stand in quotes, as where everything does."""

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return len(self.names)

    @property
    def beside(self) -> str:
        """What stands between fields, where it says something of marks in numbers."""
        if self.width > 1:
            return self.separator
        # One column, in quotes for its commas alone: then these part fields elsewhere.
        return "," if self.separator == "," and not self.quoted_names else ""


@dataclass(frozen=True)
class Sniffed:
    """A layout with the rows that it was told from."""

    layout: Layout
    rows: tuple[tuple[str, ...], ...]
    """The first rows that are as wide as the table."""

    def cells(self, place: int) -> list[str]:
        """The first cells of a column."""
        return [row[place] for row in self.rows]


def rows_of(lines: Iterable[str], separator: str) -> Reader:
    """Take lines apart at a separator; quotes must be whole."""
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def lay_out(
    text: str,
    shown: str,
    wanted: Sequence[str] = (),
    *,
    separator: str | None = None,
    skip: int | None = None,
) -> Sniffed:
    """Tell how the lines of a text make a table.

    The separator is the one at which most rows fall apart like the header, into most columns, those
    that are asked for among them. Above the header, lines that begin with ``#``, that say
    ``sep=;``, or that do not fall apart like the rows are no part of the table.

    Parameters
    ----------
    text : str
        The beginning of the text, whole lines.
    shown : str
        The file in a message.
    wanted : sequence of str
        Columns that are asked for.
    separator : str, optional
        What stands between fields, where it is known.
    skip : int, optional
        So many lines stand above the header, where it is known.

    Returns
    -------
    Sniffed

    Raises
    ------
    InputError
        If there is no header that can be read.
    """
    lines = text.split("\n", MOST)[:MOST]
    if len(lines) < MOST and not lines[-1]:
        lines.pop()
    at = skip or 0
    above = sum(bool(line.strip()) for line in lines[:at])
    at, above, comment, said = _preamble(lines, at, above)
    if at >= len(lines) and comment is None:
        raise InputError(f"{shown} is empty; expected a header line and one value a line")
    best: tuple[Merit, Sniffed] | None = None
    fixed = separator if separator is not None else said
    for one in SEPARATORS if fixed is None else fixed:
        found = _with(lines, at, above, comment, one, wanted, exact=skip is not None)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if fixed is None and (best is None or best[1].layout.width == 1 or best[0][1] < 0.5):
        best = _narrow(lines, at, above, comment, wanted, best, exact=skip is not None)
    if best is None:
        raise InputError(
            f"{shown}: the header on line {at + 1} cannot be read as CSV; "
            "expected column names, with a quote at both ends of a name in quotes"
        )
    return best[1]


def _preamble(lines: list[str], at: int, above: int) -> tuple[int, int, int | None, str | None]:
    """Go past blank lines, comments and ``sep=``; returns the place of a comment with names too."""
    said, comment = None, None
    while at < len(lines):
        line = lines[at].strip()
        declared = re.fullmatch(r'"?sep=(.|\\t)"?,*;*', line, re.IGNORECASE)
        if declared is not None and said is None:
            said = declared[1].replace("\\t", "\t")
            above += 1
        elif line.startswith("#"):
            comment = at
            above += 1
        elif line:
            break
        at += 1
    return at, above, comment, said


def _narrow(
    lines: list[str],
    at: int,
    above: int,
    comment: int | None,
    wanted: Sequence[str],
    best: tuple[Merit, Sniffed] | None,
    *,
    exact: bool,
) -> tuple[Merit, Sniffed] | None:
    """Look whether blanks separate, or nothing does: one number a line, whatever marks it has."""
    blanks = _with(lines, at, above, comment, " ", wanted, exact=exact)
    if blanks is not None and blanks[1].layout.width > 1 and blanks[0][1] >= 0.9:
        named = blanks[1].layout
        # A title of several words above one number a line is no table.
        if named.row_names or all(len(row) == named.width for row in blanks[1].rows):
            return max(best, blanks, key=lambda one: one[0]) if best else blanks
    alone = _with(lines, at, above, comment, "", wanted, exact=exact)
    if alone is not None and (best is None or best[0][1] < 0.5):
        cells = [row[0] for row in alone[1].rows]
        header = alone[1].layout.names[0]
        if not any(mark in header for mark in SEPARATORS) and all(
            taken_apart(cell) or is_missing(cell) for cell in cells
        ):
            return alone
    return best


def _with(
    lines: list[str],
    at: int,
    above: int,
    comment: int | None,
    separator: str,
    wanted: Sequence[str],
    *,
    exact: bool,
) -> tuple[Merit, Sniffed] | None:
    """The layout with this separator, and how well it fits: names found, rows that fit, columns."""
    rows = _split(lines, at, separator)
    named = None
    if comment is not None and not exact:
        # Values may follow the comments at once: then the last of these has the names.
        (named,) = _split([lines[comment].lstrip().lstrip("#")], 0, separator) or (None,)
        if named is not None:
            named = comment + 1, named[1]
    if not rows and named is None:
        return None
    quotes = [line.lstrip().startswith('"') for line in lines]
    return _of_rows(rows, above, separator, wanted, named, quotes, end=len(lines) + 1, exact=exact)


def lay_out_rows(
    rows: list[tuple[int, list[str]]], shown: str, wanted: Sequence[str], skip: int | None
) -> Sniffed:
    """The same for rows whose cells are known, as those of a workbook.

    Parameters
    ----------
    rows : list of (int, list of str)
        The first rows, all of one width, with the number of each.
    shown, wanted, skip
        See `lay_out`.

    Returns
    -------
    Sniffed

    Raises
    ------
    InputError
        If there is nothing in the rows.
    """
    above = sum(any(cell.strip() for cell in row) for _, row in rows[: skip or 0])
    rows = rows[skip or 0 :]
    while rows and not any(cell.strip() for cell in rows[0][1]):
        rows = rows[1:]
    if not rows:
        raise InputError(f"{shown} is empty; expected a row of column names and one value a row")
    end = rows[-1][0] + 1
    return _of_rows(rows, above, "\t", wanted, None, [], end=end, exact=skip is not None)[1]


def _of_rows(
    rows: list[tuple[int, list[str]]],
    above: int,
    separator: str,
    wanted: Sequence[str],
    named: tuple[int, list[str]] | None,
    quotes: list[bool],
    *,
    end: int,
    exact: bool,
) -> tuple[Merit, Sniffed]:
    """The layout of rows, and how well it fits."""
    widths = Counter(len(row) for _, row in rows[1:201] if any(row))
    common = widths.most_common(1)[0][0] if widths else (len(rows[0][1]) if rows else 1)
    head = _header(rows, common, separator, wanted, exact=exact)
    if named is not None and (
        not rows
        or (all(map(_is_value, filter(None, rows[0][1]))) and len(named[1]) == len(rows[0][1]))
    ):
        rows, above, head = [named, *rows], above - 1, 0
    line, names = rows[head]
    above += sum(1 for _, row in rows[:head] if any(row))
    body = rows[head + 1 :]
    row_names = open_end = False
    # R leaves the names of the rows without a name; programs that end rows in a separator, too.
    long = [row for _, row in body[:200] if len(row) == len(names) + 1]
    if long and len(long) >= 0.9 * len([row for _, row in body[:200] if any(row)]):
        if not any(row[-1].strip() for row in long):
            open_end, names = True, [*names, ""]
        elif separator in " \t;" and separator and _are_row_names(quotes, body, separator):
            row_names, names = True, ["", *names]
    names = [name.strip() for name in names]
    units: tuple[str, ...] = ()
    fitting = [(number, row) for number, row in body if len(row) == len(names)]
    if fitting and body and fitting[0] == body[0] and _are_units(fitting):
        units = tuple(cell.strip().strip("()[]") for cell in fitting[0][1])
        fitting = fitting[1:]
        body = body[1:]
    filled = [row for _, row in body[:200] if any(row)]
    fit = sum(len(row) == len(names) for row in filled) / len(filled) if filled else 1.0
    first = body[0][0] if body else end
    in_quotes = len(quotes) >= line and quotes[line - 1]
    layout = Layout(
        separator, tuple(names), line, first, above, units, row_names, open_end, in_quotes
    )
    found = sum(name.strip() in names for name in wanted)
    merit = found, (fit if len(names) > 1 else 0.5 * fit), -above, len(names)
    return merit, Sniffed(layout, tuple(tuple(row) for _, row in fitting if any(row)))


def _split(lines: list[str], at: int, separator: str) -> list[tuple[int, list[str]]]:
    """Rows with the line each begins on, as far as they can be read."""
    if not separator:
        return [(at + i + 1, [line.strip()]) for i, line in enumerate(lines[at:])]
    some = lines[at:]
    if separator == " ":
        some = [line.replace("\t", " ").strip() for line in some]
    reader = rows_of([line + "\n" for line in some], separator)
    found: list[tuple[int, list[str]]] = []
    begin = at + 1
    try:
        for row in reader:
            found.append((begin, row))
            begin = at + reader.line_num + 1
    except csv.Error:
        pass
    return found


def _header(
    rows: list[tuple[int, list[str]]],
    common: int,
    separator: str,
    wanted: Sequence[str],
    *,
    exact: bool,
) -> int:
    """The place of the names: the first row that is as wide as the others, or one less."""
    if exact:
        return 0
    asked = {name.strip() for name in wanted}
    for at, (_, row) in enumerate(rows[:MOST_ABOVE]):
        if asked and asked <= {cell.strip() for cell in row}:
            return at
    # R leaves the names of rows without a name, and rows may end in a separator; else a header
    # has as many names as rows have cells.
    short = separator in " \t;" or not any(row[-1].strip() for _, row in rows if len(row) == common)
    filled = [at for at, (_, row) in enumerate(rows) if any(cell.strip() for cell in row)]
    for at, after in zip_longest(filled, filled[1:]):
        row = rows[at][1]
        full = sum(bool(cell.strip()) for cell in row)
        below = [] if after is None else [cell for cell in rows[after][1] if cell.strip()]
        # A title stands in few cells above names that are many, none of them a number.
        title = full <= common / 2 and len(below) > full and not any(map(taken_apart, below))
        fits = len(row) == common or (short and len(row) == common - 1)
        # Numbers below something else are no names.
        values = at > filled[0] and all(map(_is_value, row))
        if common == 1 or (fits and not title and not values):
            return at
    return 0


def _is_value(cell: str) -> bool:
    return taken_apart(cell) is not None and not re.search(r"[^\W\d_]", cell)


def _are_row_names(quotes: list[bool], body: list[tuple[int, list[str]]], separator: str) -> bool:
    """Whether the first fields are names of rows: in quotes, or one, two, three, or text."""
    firsts = [row[0] for _, row in body if any(row)]
    counted = firsts == [str(i + 1) for i in range(len(firsts))]
    if separator != ";" and counted and len(firsts) > 2:
        return True
    quoted_names = [quotes[line - 1] for line, row in body[:50] if any(row)]
    # Words that blanks part may be what stands before a number, as in "about 170".
    return all(quoted_names) or (separator == "\t" and not any(map(_is_value, firsts)))


def _are_units(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether the first row says what the numbers below are measured in."""
    (_, first), below = rows[0], [row for _, row in rows[1:201] if any(row)]
    if len(below) < 2:
        return False
    said = False
    for place, cell in enumerate(first):
        cells = [row[place] for row in below if not is_missing(row[place])]
        numeric = bool(cells) and all(map(_is_value, cells))
        text = cell.strip()
        if _is_value(text) and text:
            return False
        if numeric and text:
            if not _is_unit(text):
                return False
            said = True
    return said


def _is_unit(text: str) -> bool:
    inner = text.strip("()[]").strip().lower()
    bracketed = text[:1] in "([" and text[-1:] in ")]"
    composed = re.fullmatch(r"[^\W\d_]{1,5}[/·^*][^\s]{1,8}", inner) is not None
    return inner in UNITS or bracketed or composed


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
    stripped = [name.strip() for name in names]
    matches = [at for at, name in enumerate(stripped) if name == wanted.strip()]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise InputError(
            f"{shown} has {len(matches)} columns named {quoted(wanted)}; rename all but one"
        )
    close = difflib.get_close_matches(wanted, names, n=1)
    hint = f"; did you mean {quoted(close[0])}?" if close else ""
    if names and all(map(_is_value, names)):
        hint = "; its first line seems to hold values: put a line with column names above it"
    raise InputError(f"{shown} has no column {quoted(wanted)}, only {listed(names)}{hint}")


def listed(names: Sequence[str]) -> str:
    """The first ten names, for a message."""
    first = ", ".join(quoted(name, 30) for name in names[:10])
    return first if len(names) <= 10 else f"{first} and {len(names) - 10} more"


def ragged(row: Sequence[str], line: int, found: Layout, shown: str) -> str:
    """Say what is wrong with a row with more or fewer fields than the header."""
    mark = NAMED.get(found.separator, quoted(found.separator))
    named = found.width - found.open_end
    message = f"{shown}: line {line} has {len(row)} fields where the header has {named}"
    if len(row) > found.width and found.separator == ",":
        return (
            f"{message}; put a field that holds {mark} in quotes, or, where commas stand before "
            "decimals, separate fields by semicolons"
        )
    return f"{message}, separated by {mark}; correct that line"
