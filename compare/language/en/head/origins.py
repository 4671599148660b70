"""Where data come from, and why they cannot be fitted, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.data.cases import TooFew
from compare.data.origins import Column, Heights, Passed
from compare.tables.errors import quoted

if TYPE_CHECKING:
    from compare.data.origins import Dropped, Origin, Weighted
    from compare.tables.how import HowRead
    from compare.tables.sources import Place

__all__ = ["reason", "source"]


def source(found: Origin) -> str:
    """Where the data come from."""
    match found:
        case str():
            return found
        case Heights():
            return (
                f"synthetic: {found.n_upper} draws from Normal(176, 8), then {found.n_lower} from "
                f"Normal(164, 6), by numpy.random.RandomState({found.seed})"
            )
        case Passed():
            return f"{'samples' if found.many else 'a sample'} passed from Python"
        case Column():
            return _column(found)
        case _:
            assert_never(found)


def _column(found: Column) -> str:
    told = f"column {quoted(found.name)} of {_place(found.place)}"
    if found.weights is not None:
        told += f", weighted by column {quoted(found.weights.column)}{_kind(found.weights)}"
    if found.part is not None:
        by, group = found.part
        told += f", where {quoted(by)} is {quoted(group)}"
    if found.how is not None and (read := _read(found.how)):
        told += f"; {read}"
    return told if found.dropped is None else f"{told}; {_dropped(found.dropped)}"


def _read(found: HowRead) -> str:
    """How numbers were taken from the file."""
    told = []
    if found.found:
        told.append("the only column of numbers that neither numbers the rows nor counts them")
    if found.sheet:
        told.append(f"in {quoted(found.sheet)}")
    if found.above:
        lines = "1 line" if found.above == 1 else f"{found.above} lines"
        told.append(f"{lines} above the names of the columns passed over")
    if found.units_line:
        told.append("a line of units below them passed over")
    if found.row_names:
        told.append("rows begin with a name of their own")
    if found.comma:
        told.append("decimals follow a comma")
    if found.thousands:
        mark = _MARKS.get(found.thousands, quoted(found.thousands))
        told.append(f"{mark} stand between thousands")
    if found.affix:
        told.append(f"numbers are written with {quoted(found.affix)}")
    if found.minus:
        told.append("a typographic minus was taken for a minus")
    if found.open_point:
        told.append(f"{quoted(found.open_point)} was read as a number with decimals")
    if found.encoding:
        told.append(f"text is encoded as {found.encoding}")
    if found.codes:
        some = ", ".join(map(quoted, found.codes))
        told.append(f"{some} {'means' if len(found.codes) == 1 else 'mean'} that there is no value")
    return "read so: " + ", ".join(told) if told else ""


_MARKS = {",": "commas", ".": "points", " ": "blanks", "'": "apostrophes", "\u2019": "apostrophes"}


def _place(found: Place) -> str:
    match found.kind:
        case "file":
            return quoted(found.name)
        case "folder":
            count = "the only file" if found.count == 1 else f"the {found.count:,} files"
            return f"{count} of the folder {quoted(found.name)}"
        case "pattern":
            return f"the {found.count:,} files {quoted(found.name)}"
        case _:
            assert_never(found.kind)


def _kind(found: Weighted) -> str:
    if found.weights_are == "sampling":
        return " (sampling weights)"
    if found.weights_are == "shares" and found.total is not None:
        return f" (shares of {found.total:,.12g} values)"
    return ""


def _dropped(found: Dropped) -> str:
    told = f"{found.count:,} of {found.rows:,} rows without a value were left out"
    if not found.files:
        return told
    some = ", ".join(f"{count:,} of {quoted(file)}" for file, count in found.files)
    more = f" and of {found.more:,} more files" if found.more else ""
    return f"{told} ({some}{more})"


def reason(found: TooFew | str) -> str:
    """Why data cannot be fitted."""
    if isinstance(found, str):
        return found
    k = found.n_components
    if found.of == "distinct values":
        return (
            f"{k} components need at least {found.needed} distinct values, got {found.got:.0f}; "
            "ask for fewer components"
        )
    return (
        f"{k} components need counts that sum to at least {found.needed}, got {found.got:.6g}; say "
        "what they are: --weights-are shares --total N, N the number of values, or --weights-are "
        "sampling, for a survey"
    )
