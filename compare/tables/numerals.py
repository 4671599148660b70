"""Numerals: how a column writes its numbers, told from its cells, and the number in each."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MISSING", "PLAIN", "Evidence", "Numerals", "Written", "decide", "is_missing", "number"]

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "missing", "-", ".", "?"})
"""How files say that there is no value, in lower case."""

MINUS = "\u2212\u2013"
"""A typographic minus, and the dash that word processors put in its place."""

BLANKS = " \u00a0\u2009\u202f'\u2019"
"""What stands between thousands elsewhere: blanks of every width, and apostrophes."""

CURRENCY = r"[$€£¥₹₽₩₪฿]|(?:USD|EUR|GBP|CHF|CNY|RMB|JPY|SEK|NOK|DKK|PLN|CAD|AUD|INR|BRL)\b"

SIGN = rf"[+\-{MINUS}]"

CELL = re.compile(
    rf"(?P<sign>{SIGN}?)(?P<prefix>(?:{CURRENCY})?)\s*(?P<more>{SIGN}?)"
    rf"(?P<body>\d[\d.,{BLANKS}]*|[.,]\d+)(?P<power>(?:[eE][+\-]?\d+)?)"
    rf"(?P<suffix>\s*(?:[%‰°]|{CURRENCY}|°?[^\W\d_]{{1,4}}\.?)?)"
)
"""A number, as somebody may write it."""


class Numerals(NamedTuple):
    """How numbers are written."""

    decimal: str = "."
    """What stands before the decimals."""
    thousands: str = ""
    """What stands between thousands; "" for nothing, " " for blanks of any width."""
    prefix: str = ""
    """What stands before every number, such as a currency."""
    suffix: str = ""
    """What stands behind every number, such as a unit or a per cent sign."""
    minus: bool = False
    """Whether negative numbers have a typographic minus."""
    open: str = ""
    """A cell that shows a mark which may be either, where no cell says which."""
    proven: bool = False
    """Whether a cell shows which mark stands before decimals: no later one can say otherwise."""

    @property
    def plain(self) -> bool:
        """Whether numbers are written as programs write them."""
        return self._replace(proven=False, open="") == Numerals()


PLAIN = Numerals()


class Written(NamedTuple):
    """One cell, taken apart."""

    sign: str
    prefix: str
    body: str
    power: str
    suffix: str


def taken_apart(cell: str) -> Written | None:
    """Take a cell apart; None if there is no number in it."""
    found = CELL.fullmatch(cell.strip())
    if found is None or (found["sign"] and found["more"]):
        return None
    return Written(
        found["sign"] or found["more"],
        found["prefix"],
        found["body"].rstrip(BLANKS),
        found["power"],
        found["suffix"].strip(),
    )


def is_missing(cell: str, codes: frozenset[str] = frozenset()) -> bool:
    """Whether a cell says that there is no value."""
    text = cell.strip()
    return text.lower() in MISSING or text in codes


def number(cell: str, numerals: Numerals = PLAIN) -> float:
    """Convert a cell; NaN where there is no number in it, written in this way.

    Parameters
    ----------
    cell : str
    numerals : Numerals

    Returns
    -------
    float
    """
    try:
        # Python alone takes "1_000" for a number.
        if numerals.plain:
            return math.nan if "_" in cell else float(cell)
        text = cell.strip()
        written = taken_apart(text)
        if written is None:
            return math.nan if "_" in text else float(text)  # an infinity, or many digits' power
        if (written.prefix, written.suffix) not in {
            (numerals.prefix, numerals.suffix),
            # A lone zero needs no unit.
            *([("", "")] if written.body.strip("0.,") == "" else []),
        }:
            return math.nan
        if written.sign and written.sign in MINUS and not numerals.minus:
            return math.nan
        body = _plain_body(written.body, numerals)
        sign = "-" if written.sign and written.sign in MINUS else written.sign
        return math.nan if body is None else float(sign + body + written.power)
    except ValueError:
        return math.nan


def _plain_body(body: str, numerals: Numerals) -> str | None:
    """Write digits as programs do; None where a mark stands in a place that is not its own."""
    whole, mark, decimals = body.partition(numerals.decimal)
    if mark and not (decimals.isdecimal() or not decimals):
        return None
    if whole.isdecimal() or (not whole and decimals):
        return f"{whole}.{decimals}"
    if not numerals.thousands:
        return None
    marks = BLANKS[:4] if numerals.thousands == " " else numerals.thousands
    if not re.fullmatch(
        rf"\d{{1,3}}(?:[{re.escape(marks)}]\d{{2,3}})*[{re.escape(marks)}]\d{{3}}", whole
    ):
        return None
    return re.sub(rf"[{re.escape(marks)}]", "", whole) + f".{decimals}"


# ---- what cells say of how they are written ----


@dataclass
class Evidence:
    """What the cells of a column say of how their numbers are written."""

    cells: int = 0
    """How many hold a number."""
    bare: int = 0
    """How many are written without a mark, below one thousand."""
    large: int = 0
    """How many are written without a mark, from one thousand on."""
    decimal: dict[str, str] = field(default_factory=dict)
    """By mark, a cell in which it must stand before decimals."""
    grouping: dict[str, str] = field(default_factory=dict)
    """By mark, a cell in which it must stand between thousands."""
    either: dict[str, str] = field(default_factory=dict)
    """By mark, the first cell in which it may be either, as in 1.200."""
    n_either: int = 0
    """How many of those there are."""
    affixes: dict[tuple[str, str], str] = field(default_factory=dict)
    """A cell for each pair of what stands before and behind."""
    minus: str = ""
    """A cell with a typographic minus."""
    others: list[str] = field(default_factory=list)
    """Cells that hold no number, the first few."""
    n_others: int = 0

    def add(self, cells: Iterable[str], codes: frozenset[str] = frozenset()) -> Evidence:
        """Look at cells; those that say that there is no value say nothing else."""
        for cell in cells:
            if not is_missing(cell, codes):
                self._look(cell.strip())
        return self

    def _look(self, cell: str) -> None:
        written = taken_apart(cell)
        if written is None:
            if _is_float(cell):
                self.cells += 1
                return
            self.n_others += 1
            if len(self.others) < 3:
                self.others.append(cell)
            return
        self.cells += 1
        if written.sign and written.sign in MINUS:
            self.minus = self.minus or cell
        body = written.body
        if body.strip("0.,"):
            self.affixes.setdefault((written.prefix, written.suffix), cell)
        self._marks(body, cell, written.power)

    def _marks(self, body: str, cell: str, power: str) -> None:
        blank = next((mark for mark in body if mark in BLANKS), "")
        marks = [mark for mark in body if mark in ".,"]
        if blank:
            self.grouping.setdefault(" " if blank in BLANKS[:4] else blank, cell)
            if marks:
                self.decimal.setdefault(marks[-1], cell)
        elif not marks:
            digits = body.lstrip("0")
            if len(digits) > 3:
                self.large += 1
            elif body != "0":
                self.bare += 1
        elif len(set(marks)) == 2:
            self.grouping.setdefault(marks[0], cell)
            self.decimal.setdefault(marks[-1], cell)
        elif len(marks) > 1:
            self.grouping.setdefault(marks[0], cell)
        elif power or not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", body):
            self.decimal.setdefault(marks[0], cell)
        else:
            self.either.setdefault(marks[0], cell)
            self.n_either += 1


def _is_float(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


@dataclass(frozen=True)
class Said:
    """What the caller has said of how numbers are written."""

    decimal: Literal[".", ","] | None = None
    thousands: str | None = None


def decide(evidence: Evidence, separator: str, said: Said, where: str) -> Numerals:
    """Decide how the numbers of a column are written.

    A mark is what it must be in some cell. Where all cells leave it open (as 1.200 does), it is
    what is usual beside such a separator, unless cells without a mark, as in 950, 1.200, show that
    thousands may be meant; that is asked.

    Parameters
    ----------
    evidence : Evidence
    separator : str
        What stands between fields: beside semicolons, commas stand before decimals.
    said : Said
        What is known without looking.
    where : str
        The column and its file, for the message.

    Returns
    -------
    Numerals

    Raises
    ------
    InputError
        If it can be one or the other.
    """
    found = _affixed(evidence)
    decimal, thousands = said.decimal, said.thousands
    if decimal is None and thousands in (".", ","):
        decimal = "," if thousands == "." else "."
    if decimal is not None:
        if thousands is None:
            thousands = next((mark for mark in evidence.grouping if mark != decimal), "")
            other = "," if decimal == "." else "."
            if not thousands and other in evidence.either:
                thousands = other
        return found._replace(decimal=decimal, thousands=thousands, proven=True)
    blank = next((mark for mark in evidence.grouping if mark not in ".,"), "")
    for mark, other in ((".", ","), (",", ".")):
        if mark in evidence.decimal and other not in evidence.decimal:
            grouped = other in evidence.grouping or other in evidence.either
            return found._replace(
                decimal=mark, thousands=(other if grouped else blank), proven=True
            )
        if mark in evidence.grouping and not evidence.decimal and mark != blank:
            return found._replace(decimal=other, thousands=mark, proven=True)
    if not evidence.either or evidence.decimal:
        # Nothing to tell by; or both marks before decimals, which the cells themselves will say.
        return found._replace(thousands=blank, proven=bool(evidence.decimal))
    if len(evidence.either) > 1:
        raise _ask(where, *evidence.either.values())
    ((mark, cell),) = evidence.either.items()
    home = {",": ".", ";": ","}.get(separator, "." if mark == "." else "")
    if evidence.large or (mark == home and not evidence.bare):
        sure = bool(evidence.large)
        return found._replace(decimal=mark, thousands=blank, proven=sure, open="" if sure else cell)
    if mark == "," and separator == ",":
        return found._replace(decimal=".", thousands=",", proven=True)
    raise _ask(where, cell)


def _ask(where: str, *cells: str) -> InputError:
    cell = cells[0]
    mark = next(one for one in cell if one in ".,")
    other = "," if mark == "." else "."
    whole = cell.replace(mark, "")
    return InputError(
        f"{where}: {' and '.join(map(quoted, cells))} may be a number with decimals, or "
        f"{whole} with a mark between thousands, and no cell tells which; add --decimal "
        f"{quoted(mark)} if the mark stands before decimals, or --thousands {quoted(mark)} "
        f"if it stands between thousands (in Python decimal='{mark}', thousands='{mark}')"
        + (f"; {quoted(other)} is then the other one" if len(cells) > 1 else "")
    )


def _affixed(evidence: Evidence) -> Numerals:
    """What stands around every number, if it is the same around all of them."""
    found = Numerals(minus=bool(evidence.minus))
    if len(evidence.affixes) == 1 and evidence.cells > 1:
        ((prefix, suffix),) = evidence.affixes
        # One-letter endings are taken for codes, as in 12a, unless they are units.
        if len(suffix) == 1 and suffix.isalpha() and suffix not in "mgstlVAWJKCFNh":
            return found
        return found._replace(prefix=prefix, suffix=suffix)
    return found


# ---- whole columns at once ----


def floats(column: Any, numerals: Numerals) -> Any:
    """Convert a column of text, as pyarrow has it; raises ArrowInvalid where a cell is no number.

    Parameters
    ----------
    column : pyarrow.Array of strings
    numerals : Numerals

    Returns
    -------
    pyarrow.Array of float64
    """
    import pyarrow as pa
    from pyarrow import compute as pc

    text = pc.utf8_trim_whitespace(column)
    if numerals.minus:
        text = pc.replace_substring_regex(text, f"^([+-]?)[{MINUS}]", "-")
    if numerals.prefix:
        text = pc.replace_substring_regex(text, f"^([+-]?){re.escape(numerals.prefix)}\\s*", r"\1")
    if numerals.suffix:
        text = pc.replace_substring_regex(text, f"\\s*{re.escape(numerals.suffix)}$", "")
    if numerals.thousands:
        marks = BLANKS[:4] if numerals.thousands == " " else numerals.thousands
        decimals = f"(?:[{numerals.decimal}]\\d*)?$"
        grouped = f"^[+-]?\\d{{1,3}}(?:[{re.escape(marks)}]\\d{{3}})+{decimals}"
        bare = f"^[+-]?\\d*{decimals}"
        is_grouped = pc.match_substring_regex(text, grouped)
        fine = pc.or_(is_grouped, pc.match_substring_regex(text, bare))
        if not pc.all(fine).as_py():
            raise pa.ArrowInvalid("a mark is not where it belongs")
        text = pc.replace_substring_regex(text, f"[{re.escape(marks)}]", "")
    if numerals.decimal == ",":
        if pc.any(pc.match_substring(text, ".")).as_py():
            raise pa.ArrowInvalid("a point where decimals follow a comma")
        text = pc.replace_substring(text, ",", ".")
    return text.cast(pa.float64())
