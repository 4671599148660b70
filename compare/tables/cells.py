"""Cells of a CSV file: the number in each, or what is wrong with it."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from compare.tables.errors import quoted

__all__ = ["DROP", "MISSING", "Trouble", "is_number", "to_number"]

MISSING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "missing", "-", ".", "?"}
"""How files say that there is no value, in lower case."""

DROP = "fill them in, or leave those rows out with --missing drop (in Python missing='drop')"
"""What to try where values are missing."""

DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")

NUMBER_WITH_UNIT = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*[^\W\d_]{1,3}\.?\s*")


def to_number(cell: str) -> float:
    """Convert a cell; NaN where there is no number in it."""
    try:
        # Python alone takes "1_000" for a number.
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan


def is_number(cell: str) -> bool:
    """Whether a cell holds a finite number."""
    return math.isfinite(to_number(cell))


@dataclass
class Trouble:
    """The cells of one column that cannot be used: how many of each kind, and the first."""

    column: str
    """Its name."""
    are_weights: bool
    """Whether its numbers may not be negative."""
    are_labels: bool = False
    """Whether it holds names of groups, which may be anything but nothing."""
    kinds: Counter[str] = field(default_factory=Counter)
    """How many of each kind."""
    line: int = 0
    """The line that the row of the first one begins on."""
    cell: str = ""
    """The first one."""

    def note(self, line: int, cell: str) -> None:
        """Count a cell, where there is something wrong with it."""
        kind = self.kind_of(cell)
        if kind and not self.kinds:
            self.line, self.cell = line, cell
        if kind:
            self.kinds[kind] += 1

    def kind_of(self, cell: str) -> str:
        """Say in a word what is wrong with a cell; nothing if nothing is."""
        if self.are_labels:
            return "" if cell.strip() else "missing"
        if cell.strip().lower() in MISSING:
            return "missing"
        number = to_number(cell)
        if math.isnan(number):
            return "text"
        if math.isinf(number):
            return "infinite"
        return "negative" if self.are_weights and number < 0 else ""

    def message(self, n_rows: int) -> str:
        """Say how many of the rows cannot be used, why, where the first is and what to try."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        what = "labels" if self.are_labels else "weights" if self.are_weights else "values"
        text = f": {quoted(self.cell, 40)}" if self.cell.strip() else ""
        return (
            f"{self.kinds.total()} of the {n_rows} {what} in column {quoted(self.column)} cannot "
            f"be used ({kinds}), the first on line {self.line}{text}; {self.advice()}"
        )

    def advice(self) -> str:
        """Say what to try, going by the first cell."""
        if DECIMAL_COMMA.fullmatch(self.cell):
            return f"write decimals with a point, as in {self.cell.strip().replace(',', '.')}"
        if NUMBER_WITH_UNIT.fullmatch(self.cell):
            return "write the number alone, without its unit"
        if "negative" in self.kinds:
            return "a weight says how often its value counts, zero or more"
        if set(self.kinds) == {"missing"}:
            return DROP
        return "correct or remove those rows"
