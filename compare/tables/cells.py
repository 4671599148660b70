"""Cells of a CSV file: the number in each, or what is wrong with it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from compare.tables.errors import quoted
from compare.tables.numerals import PLAIN, Numerals, is_missing, number, taken_apart

__all__ = ["DROP", "Trouble"]

DROP = "fill them in, or leave those rows out with --missing drop (in Python missing='drop')"
"""What to try where values are missing."""


@dataclass
class Trouble:
    """The cells of one column that cannot be used: how many of each kind, and the first."""

    column: str
    """Its name."""
    are_weights: bool
    """Whether its numbers may not be negative."""
    are_labels: bool = False
    """Whether it holds names of groups, which may be anything but nothing."""
    codes: frozenset[str] = frozenset()
    """What else says that there is no value."""
    numerals: Numerals = PLAIN
    """How its numbers are written."""
    place: Literal["line", "row"] = "line"
    """What is counted to find a cell."""
    kinds: Counter[str] = field(default_factory=Counter)
    """How many of each kind."""
    line: int = 0
    """The line that the row of the first one begins on."""
    cell: str = ""
    """The first one."""

    def note(self, line: int, cell: str) -> None:
        """Count a cell, where there is something wrong with it."""
        if kind := self.kind_of(cell):
            self.count(kind, line, cell)

    def count(self, kind: str, line: int, cell: str, times: int = 1) -> None:
        """Count cells of which it is known what is wrong."""
        if not self.kinds:
            self.line, self.cell = line, cell
        self.kinds[kind] += times

    def kind_of(self, cell: str) -> str:
        """Say in a word what is wrong with a cell; nothing if nothing is."""
        if self.are_labels:
            return "" if cell.strip() and cell.strip() not in self.codes else "missing"
        if is_missing(cell, self.codes):
            return "missing"
        found = number(cell, self.numerals)
        return "text" if math.isnan(found) else self.kind_of_number(found)

    def kind_of_number(self, found: float) -> str:
        """The same of a number."""
        if math.isinf(found):
            return "infinite"
        if self.codes and found in self._code_numbers():
            return "missing"
        return "negative" if self.are_weights and found < 0 else ""

    def _code_numbers(self) -> set[float]:
        return {number(code) for code in self.codes}

    def message(self, n_rows: int) -> str:
        """Say how many of the rows cannot be used, why, where the first is and what to try."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        what = "labels" if self.are_labels else "weights" if self.are_weights else "values"
        text = f": {quoted(self.cell, 40)}" if self.cell.strip() else ""
        where = f"on line {self.line}" if self.place == "line" else f"in row {self.line}"
        return (
            f"{self.kinds.total()} of the {n_rows} {what} in column {quoted(self.column)} cannot "
            f"be used ({kinds}), the first {where}{text}; {self.advice()}"
        )

    def advice(self) -> str:
        """Say what to try, going by the first cell."""
        written = taken_apart(self.cell)
        if written is not None and "text" in self.kinds:
            around = (written.prefix, written.suffix)
            if around not in {("", ""), (self.numerals.prefix, self.numerals.suffix)}:
                return "write the number alone, without its unit"
            if written.body.count(",") == 1 and self.numerals.decimal == ".":
                return (
                    "the other cells do not write decimals with a comma; write them all alike, or "
                    "say --decimal ',' or --thousands ','"
                )
            return "write all numbers of a column alike"
        if "negative" in self.kinds:
            return "a weight says how often its value counts, zero or more"
        if set(self.kinds) == {"missing"}:
            return DROP
        return "correct or remove those rows"
