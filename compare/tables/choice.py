"""Choice: which column is meant where none was named."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from compare.tables.errors import InputError
from compare.tables.layout import listed
from compare.tables.numerals import is_missing, taken_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["chosen", "looks_like_another", "one_of"]

OF_ROWS = re.compile(
    r"|id|ids|.*[_\- .]id|id[_\- .].*|idx|index|nr\.?|no\.?|num|rank|row|rows|row[_.]?names?|rownum"
    r"|unnamed.*|key|code|serial.*|seq.*|uuid|subject|case|record|obs|observation|编号|序号"
)
"""Names of columns that number rows, in lower case."""

OF_COUNTS = re.compile(r"n|count|counts|cnt|freq|frequency|frequencies|频数")
"""Names of columns that say how often a row counts, in lower case, where they are whole numbers."""


MANY = 100
"""Whole numbers in a row that number rows, whatever the first is."""


def looks_like_another(name: str, numbers: Sequence[float]) -> bool:
    """Whether a column of numbers numbers the rows or counts them, by its name or by what it holds.

    Parameters
    ----------
    name : str
    numbers : sequence of float
        The first of its numbers.

    Returns
    -------
    bool
    """
    low = name.strip().lower()
    whole = all(float(one).is_integer() and one >= 0 for one in numbers)
    if OF_ROWS.fullmatch(low) or (whole and OF_COUNTS.fullmatch(low)):
        return True
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    counted = steps == {1.0} and float(numbers[0]).is_integer()
    # Ages in a table of counts go up by one as well, but seldom from one, or for long.
    return counted and len(numbers) > (2 if numbers[0] in {0.0, 1.0} else MANY)


def chosen(
    names: Sequence[str], cells: Sequence[Sequence[str]], others: Sequence[str], shown: str
) -> tuple[str, bool]:
    """Find the column of numbers that is meant, by its cells as text.

    Parameters
    ----------
    names : sequence of str
    cells : sequence of sequence of str
        The first cells of each column.
    others : sequence of str
        Columns that hold something else.
    shown : str
        The file in a message.

    Returns
    -------
    name : str
    is_one_of_many : bool
        Whether there are other columns.

    Raises
    ------
    InputError
        If several could be meant, or none.
    """
    if names and all(_number(name) is not None for name in names):
        raise InputError(
            f"{shown} has values where the column names should be, {listed(names)}; "
            "put a line with column names above them"
        )
    numbers: list[list[float] | None] = []
    for column in cells:
        filled = [_number(cell) for cell in column if not is_missing(cell)]
        known = [one for one in filled if one is not None]
        numbers.append(known if filled and len(known) == len(filled) else None)
    return one_of(names, numbers, others, shown)


def one_of(
    names: Sequence[str],
    numbers: Sequence[Sequence[float] | None],
    others: Sequence[str],
    shown: str,
) -> tuple[str, bool]:
    """Find the column of numbers that is meant.

    Parameters
    ----------
    names : sequence of str
    numbers : sequence
        Of each column the first numbers; None where it holds something else.
    others, shown
        See `chosen`.

    Returns
    -------
    name : str
    is_one_of_many : bool

    Raises
    ------
    InputError
        If several could be meant, or none.
    """
    taken = {name.strip() for name in others}
    # A column without a name, or an empty one, is what a separator at the end of rows leaves.
    rest = [at for at, name in enumerate(names) if name.strip() not in taken]
    named = [at for at in rest if names[at].strip() or numbers[at]]
    if len(named) == 1:
        return names[named[0]], len(names) > 1
    numeric = [at for at in named if numbers[at] is not None]
    likely = [at for at in numeric if not looks_like_another(names[at], numbers[at] or ())]
    if len(likely) == 1:
        return names[likely[0]], True
    raise several(names, [names[at] for at in likely or numeric], shown)


def several(names: Sequence[str], numeric: Sequence[str], shown: str) -> InputError:
    """The error for a file in which more than one column could be meant, or none."""
    if not names:
        return InputError(f"{shown} has no columns; expected one with numbers")
    which = f", {listed(names)}"
    if numeric and len(numeric) < len(names):
        which += f"; numbers are in {listed(numeric)}"
    return InputError(
        f"{shown} has {len(names)} columns{which}; say which one holds the values "
        "with --column (in Python column=)"
    )


def _number(cell: str) -> float | None:
    """The size of a number, whatever its marks; None where there is none."""
    written = taken_apart(cell)
    if written is None:
        return None
    digits = re.sub(r"[^\d.]", "", written.body.replace(",", "."))
    head, dot, tail = digits.rpartition(".")
    try:
        return float(f"{head.replace('.', '')}{dot}{tail}")
    except ValueError:
        return None
