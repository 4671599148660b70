"""How a column was read, where that is not as everybody would expect: as facts for a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.tables.kinds.text import TextHow
from compare.tables.kinds.typed import TypedHow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.tables.parts import Part, Wanted

__all__ = ["HowRead", "how_read"]


@dataclass(frozen=True)
class HowRead:
    """What a reader of the report should know of how numbers were taken from the file."""

    encoding: str = ""
    """How characters are encoded, if not as UTF-8."""
    above: int = 0
    """How many lines above the names of the columns were passed over."""
    row_names: bool = False
    """Whether rows begin with a name that no column has."""
    comma: bool = False
    """Whether decimals follow a comma."""
    thousands: str = ""
    """What stands between thousands, if anything."""
    affix: str = ""
    """What stands before or behind every number, if anything."""
    open_point: str = ""
    """A cell whose point might stand between thousands, where all of them are so."""
    minus: bool = False
    """Whether negative numbers have a typographic minus."""
    units_line: bool = False
    """Whether a line of units below the names was passed over."""
    sheet: str = ""
    """The sheet of a workbook or the table of a database, if there are several."""
    codes: tuple[str, ...] = ()
    """What else was taken for a missing value."""
    found: bool = False
    """Whether the column was found among others, and nobody named it."""
    unit: str = ""
    """What the file says the unit is."""

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return self != HowRead(unit=self.unit)


def how_read(parts: Sequence[Part], wanted: Wanted, *, found: bool) -> HowRead:
    """How the values were read.

    Parameters
    ----------
    parts : sequence of Part
        The first part of each file is asked.
    wanted : Wanted
    found : bool
        Whether the column was found among others.

    Returns
    -------
    HowRead
    """
    codes = tuple(sorted(wanted.codes))
    how = next((part.how for part in parts if part.how is not None), None)
    if isinstance(how, TypedHow):
        numerals, layout, encoding, sheet = how.values, how.layout, "", how.several and how.sheet
    elif isinstance(how, TextHow):
        numerals, layout, encoding, sheet = how.values, how.layout, how.encoding, ""
    else:
        return HowRead(codes=codes, found=found)
    at = layout.names.index(wanted.column)
    units = layout.units[at].strip() if layout.units else ""
    affix = numerals.prefix or numerals.suffix
    return HowRead(
        encoding="" if encoding in {"utf-8", "utf-8-sig"} else encoding,
        above=layout.above,
        row_names=layout.row_names,
        comma=numerals.decimal == "," and numerals.proven,
        thousands=numerals.thousands,
        affix=affix,
        minus=numerals.minus,
        open_point=numerals.open,
        units_line=bool(layout.units),
        sheet=sheet or "",
        codes=codes,
        found=found,
        unit=affix or units,
    )
