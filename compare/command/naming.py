"""Naming: a run never takes the place of a report on another column."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from compare.data.cases import Case

__all__ = ["named_apart"]

LONGEST = 40
"""Letters of a column in the name of a report."""


def named_apart(cases: tuple[Case, ...], folder: Path) -> tuple[Case, ...]:
    """Add the column to the name of a report where another column's has that name.

    Parameters
    ----------
    cases : tuple of Case
        Of one column.
    folder : path
        Where reports are.

    Returns
    -------
    tuple of Case
    """
    name, column = cases[0].name, cases[0].variable
    if _column_of(folder / f"{name}.json") in {None, column}:
        return cases
    kept = (letter if letter.isalnum() or letter in "_.-" else "-" for letter in column)
    slug = "".join(kept)[:LONGEST].strip("-.") or "column"
    for number in count(1):
        other = f"{name}-{slug}" if number == 1 else f"{name}-{slug}-{number}"
        if _column_of(folder / f"{other}.json") in {None, column}:
            return tuple(replace(case, name=other) for case in cases)
    raise AssertionError  # names do not come to an end


def _column_of(report: Path) -> str | None:
    """The column that a report is on; None if there is no report that says so."""
    try:
        found: Any = json.loads(report.read_bytes())
        column = found["column"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return column if isinstance(column, str) else None
