"""Text files of any size: read in blocks by pyarrow, row by row where a block has anything odd."""

from __future__ import annotations

import csv
import functools
import math
from array import array
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compare.tables.cells import Trouble
from compare.tables.choice import chosen
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.gaps import Gaps
from compare.tables.kinds.arrow import piece_of
from compare.tables.kinds.opening import CHUNK, Lines, encoding_of, opened, readable
from compare.tables.layout import Layout, lay_out, place, ragged, rows_of
from compare.tables.numerals import (
    MISSING,
    PLAIN,
    Evidence,
    Numerals,
    Said,
    decide,
    floats,
    number,
)
from compare.tables.parts import MOST_GROUPS, Part, Piece, refuse_both, too_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compare.tables.layout import Sniffed
    from compare.tables.parts import Hints, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["TextHow", "column_of", "parts", "pieces"]

SAMPLE = 1 << 20
"""Bytes from which it is told how a text is written."""

FEW = 1 << 16
"""Bytes of a block that are read sooner row by row than pyarrow is loaded."""

GAPS = sorted(
    {form(text) for text in MISSING for form in (str.lower, str.upper, str.title)} | {"NaN"}
)
"""The usual ways to write that there is no value; others are found row by row."""


class TextHow(NamedTuple):
    """How a text is to be read."""

    encoding: str
    layout: Layout
    values: Numerals
    weights: Numerals = PLAIN


def column_of(
    file: File, column: str | None, others: tuple[str, ...], hints: Hints
) -> tuple[str, bool]:
    """Find the column that is meant; see `compare.tables.kinds.parquet.column_of`."""
    sniffed, _ = _sniffed(file, [*([column] if column else []), *others], hints)
    names = sniffed.layout.names
    if column is not None:
        return names[place(names, column, file.shown)], False
    return chosen(names, [sniffed.cells(at) for at in range(len(names))], others, file.shown)


def _sniffed(file: File, wanted: Iterable[str], hints: Hints) -> tuple[Sniffed, str]:
    return _look(file, tuple(sorted({name.strip() for name in wanted})), hints)


@functools.lru_cache(maxsize=8)  # who asks for the column asks for the parts next
def _look(file: File, wanted: tuple[str, ...], hints: Hints) -> tuple[Sniffed, str]:
    """The layout of a file and its encoding, from its beginning."""
    with readable(file.path, file.shown), opened(file.path, file.shown) as (_, content):
        sample = content.read(SAMPLE)
        while sample and not sample.strip() and len(sample) <= SAMPLE:
            sample += content.read(SAMPLE) or b"x"[:0]
            if len(sample) < SAMPLE:
                break
        if len(sample) >= SAMPLE and not sample.strip():
            raise InputError(
                f"{file.shown} begins with {SAMPLE:,} bytes of blanks and line ends; expected a "
                "header line and one value a line"
            )
        encoding = encoding_of(sample, file.shown, hints.encoding)
        _refuse_other(sample.lstrip(b"\xef\xbb\xbf \t\r\n"), file.shown)
    with readable(file.path, file.shown), opened(file.path, file.shown) as (_, content):
        lines = Lines(content, encoding, file.shown)
        text = lines.block()
        if len(text) < SAMPLE:
            text += lines.block()  # the last line has no end
    sniffed = lay_out(
        text.decode(), file.shown, wanted, separator=hints.separator, skip=hints.skip_lines
    )
    return sniffed, encoding


def _refuse_other(sample: bytes, shown: str) -> None:
    """Refuse text that is no table."""
    begin = sample[:9].lower()
    what = ""
    if begin.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg")):
        what = "HTML or XML"
    elif begin.startswith((b'{"', b"{\n", b"{\r", b"[{", b"[[")) or (
        begin.startswith(b"[") and sample.rstrip().endswith(b"]")
    ):
        what = "JSON"
    if what:
        raise InputError(f"{shown} looks like {what}, which is no table; save it as CSV or Parquet")


def parts(file: File, wanted: Wanted) -> list[Part]:
    """Make a part of a file, after a look at its beginning.

    Parameters
    ----------
    file : File
    wanted : Wanted

    Returns
    -------
    list of Part
        None of an empty file.

    Raises
    ------
    InputError
        If a column is missing, or it cannot be told how its numbers are written.
    """
    if file.size == 0:
        return []
    sniffed, encoding = _sniffed(file, list(wanted.names), wanted.hints)
    layout = sniffed.layout
    refuse_both(wanted, file.shown)
    places = [place(layout.names, name, file.shown) for name in wanted.names]
    said = Said(wanted.hints.decimal, wanted.hints.thousands)
    numerals = [
        decide(
            Evidence().add(sniffed.cells(at), wanted.codes),
            layout.beside,
            said,
            f"{file.shown}, column {quoted(name)}",
        )
        for at, name in zip(places, wanted.names, strict=True)
        if name != wanted.by
    ]
    how = TextHow(encoding, layout, *numerals)
    return [Part(str(file.path), "csv", file.size, file.changed, n_bytes=file.size, how=how)]


def pieces(part: Part, wanted: Wanted, watch: Watch | None = None) -> Iterator[Piece]:
    """Read a file in pieces; see `compare.tables.formats.pieces`.

    A block in which pyarrow finds as many rows as there are lines, and in them nothing odd, is
    taken as it finds it. All others are read row by row, which names the line of what is wrong.
    """
    path, shown = Path(part.path), part.shown
    how: TextHow = part.how
    with readable(path, shown), opened(path, shown) as (raw, content):
        lines = Lines(content, how.encoding, shown)
        rest = _past(lines, how.layout.first)
        reader = _Reader(part, how, wanted, lines)
        reached = 0
        while block := rest or lines.block():
            rest = b""
            for piece in reader.read(block):
                yield piece
                if watch is not None:
                    position = min(raw.position, part.size)
                    watch.pulse(piece.values.size + piece.dropped, max(position - reached, 0))
                    reached = max(position, reached)
        reader.finish()


def _past(lines: Lines, first: int) -> bytes:
    """The first block, from the line on that has the first row."""
    while block := lines.block():
        begin = lines.line - block.count(b"\n")
        at = 0
        while begin < first and at < len(block):
            at = block.find(b"\n", at) + 1
            begin += 1
        if at < len(block):
            return block[at:]
    return b""


class _Reader:
    """Reads blocks of rows, and remembers what must be known of those before."""

    def __init__(self, part: Part, how: TextHow, wanted: Wanted, lines: Lines) -> None:
        self.part, self.layout, self.wanted, self.lines = part, how.layout, wanted, lines
        self.shown, self.numerals = part.shown, [how.values, how.weights]
        self.places = [place(self.layout.names, name, self.shown) for name in wanted.names]
        self.trouble = {
            at: Trouble(
                self.layout.names[at],
                are_weights=wanted.weights is not None and place_ == 1,
                are_labels=wanted.by is not None and place_ == len(self.places) - 1,
                codes=wanted.codes,
                numerals=self.numerals[min(place_, 1)],
            )
            for place_, at in enumerate(self.places)
        }
        self.n_rows = 0
        self.empty = 0  # empty rows that may be the end, or gaps if another row follows
        self.empty_line = 0
        self.codes: dict[str, int] = {}
        self.evidence = [None if one.proven else Evidence() for one in self.numerals]
        self.gaps = Gaps(part, wanted)

    def read(self, block: bytes) -> Iterator[Piece]:
        """Read the rows of a block; of the next one too where a field goes on there."""
        if not block.strip():
            self._note_empty(self.lines.line - block.count(b"\n"), block.count(b"\n"))
            return
        odd = len(block) < FEW or self.empty or find_spec("pyarrow") is None
        piece = None if odd else self._fast(block)
        if piece is not None:
            yield piece
        else:
            yield from self._slow(block)

    def finish(self) -> None:
        """Say what was wrong, now that all of it has been counted."""
        for column in self.trouble.values():
            if column.kinds:
                raise InputError(f"{self.shown}: {column.message(self.n_rows)}")

    # ---- many rows at once ----

    def _fast(self, block: bytes) -> Piece | None:
        """All rows of a block; None where they should be looked at one by one."""
        separator = self.layout.separator or "\x1f"
        if separator == " " or not _is_tidy(block, separator.encode()):
            return None
        table = self._parsed(block, separator)
        # As many rows as lines: no quote has swallowed a line end.
        if table is None or table.num_rows != block.count(b"\n"):
            return None
        try:
            batch = self._converted(table)
            if batch is None:
                return None
            piece = piece_of(batch, self.wanted, self.gaps)
        except InputError:
            return None
        if piece.dropped and self.wanted.missing == "refuse":
            return None
        self.n_rows += table.num_rows
        return piece

    def _parsed(self, block: bytes, separator: str) -> Any:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = [str(at) for at in range(self.layout.width)]
        wanted = [str(at) for at in self.places]
        types = {name: pa.string() for name in wanted}
        for name, numerals, evidence in zip(wanted, self.numerals, self.evidence, strict=False):
            if numerals.plain and (evidence is None or b"." not in block):
                types[name] = pa.float64()
        if self.wanted.by is not None:
            types[wanted[-1]] = pa.string()
        if self.layout.open_end:
            wanted.append(names[-1])
            types[names[-1]] = pa.string()
        try:
            return arrow_csv.read_csv(
                pa.BufferReader(block),
                read_options=arrow_csv.ReadOptions(column_names=names, block_size=CHUNK // 4),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=separator,
                    quote_char='"' if b'"' in block else False,
                    ignore_empty_lines=False,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=types,
                    include_columns=wanted,
                    null_values=[*GAPS, *sorted(self.wanted.codes)],
                ),
            )
        except (pa.ArrowException, UnicodeDecodeError):
            return None

    def _converted(self, table: Any) -> Any:
        """The wanted columns with numbers in them; None where a cell is not so simple."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.layout.open_end:
            if pc.any(pc.not_equal(table.column(table.num_columns - 1), "")).as_py():
                return None
            table = table.select(list(range(table.num_columns - 1)))
        columns = [column.combine_chunks() for column in table.columns]
        n_numbers = len(columns) - (self.wanted.by is not None)
        for at in range(n_numbers):
            column = columns[at]
            if pa.types.is_string(column.type):
                column = self._from_text(at, column)
                if column is None:
                    return None
            elif (evidence := self.evidence[at]) is not None:
                _note_whole_numbers(evidence, column)
            finite = pc.is_finite(column)
            if not pc.all(finite, skip_nulls=True).as_py():
                return None  # infinite, or not a number in a way that is not one of the usual
            for code in self.wanted.numbers:
                column = pc.if_else(pc.equal(column, code), None, column)
            columns[at] = column
        return pa.RecordBatch.from_arrays(columns, names=[str(at) for at in self.places])

    def _from_text(self, at: int, column: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        evidence = self.evidence[at]
        if evidence is not None:
            evidence.add(column.to_pylist(), self.wanted.codes)
            self._decide(at)
        gone = pc.is_in(pc.utf8_trim_whitespace(column), pa.array([*GAPS, *self.wanted.codes]))
        try:
            return floats(pc.if_else(gone, None, column), self.numerals[at])
        except pa.ArrowException:
            return None

    def _decide(self, at: int) -> None:
        """Ask again how numbers are written, where no cell has shown it so far."""
        evidence = self.evidence[at]
        if evidence is None:
            return
        where = f"{self.shown}, column {quoted(self.wanted.names[at])}"
        said = Said(self.wanted.hints.decimal, self.wanted.hints.thousands)
        # A decimal comma that comes late is not read as such: that line is refused.
        if decide(evidence, self.layout.beside, said, where).proven:
            self.evidence[at] = None

    # ---- one row after the other ----

    def _slow(self, block: bytes) -> Iterator[Piece]:
        weighted, by = self.wanted.weights is not None, self.wanted.by is not None
        at_value = self.places[0]
        at_weight = self.places[1] if weighted else at_value
        at_group = self.places[-1] if by else at_value
        drop = self.wanted.missing == "drop"
        values, weights, labels = array("d"), array("d"), array("q")
        dropped = 0
        for line, row in self._rows(block):
            if row is None:
                dropped += self._close_gap()
                continue
            self.n_rows += 1
            value = number(row[at_value], self.numerals[0])
            weight = number(row[at_weight], self.numerals[1]) if weighted else 1.0
            group = row[at_group].strip() if by else ""
            # Only an infinity or a NaN differs from itself.
            if (
                value - value == 0.0
                and 0.0 <= weight < math.inf
                and (group or not by)
                and not (self.wanted.codes and self._is_code(row))
            ):
                values.append(value)
                weights.append(weight)
                if by:
                    labels.append(self.codes.setdefault(group, len(self.codes)))
                    if len(self.codes) > MOST_GROUPS:
                        raise too_many(list(self.codes), self.layout.names[at_group], self.shown)
                for at, evidence in enumerate(self.evidence[: 1 + weighted]):
                    if evidence is not None:
                        evidence.add((row[self.places[at]],))
            else:
                kinds = [column.kind_of(row[at]) for at, column in self.trouble.items()]
                if drop and "missing" in kinds and set(kinds) <= {"missing", ""}:
                    dropped += 1
                else:
                    for at, column in self.trouble.items():
                        column.note(line, row[at])
        for at in range(1 + weighted):
            self._decide(at)
        if values or dropped:
            yield Piece(
                np.array(values),
                np.array(weights) if weighted else None,
                tuple(self.codes),
                np.array(labels, dtype=np.intp) if by else None,
                dropped,
            )

    def _is_code(self, row: list[str]) -> bool:
        return any(column.kind_of(row[at]) == "missing" for at, column in self.trouble.items())

    def _note_empty(self, line: int, count: int) -> None:
        """Hear of empty rows, which are the end of the file, or gaps if another row follows."""
        self.empty_line = self.empty_line if self.empty else line
        self.empty += count

    def _close_gap(self) -> int:
        """Another row follows: the empty ones have no value; returns how many are left out."""
        count, self.empty = self.empty, 0
        self.n_rows += count
        if self.wanted.missing == "drop":
            return count
        for column in self.trouble.values():
            column.count("missing", self.empty_line, "", count)
        return 0

    def _rows(self, block: bytes) -> Iterator[tuple[int, list[str] | None]]:
        """Each row with the line it begins on; None before one that follows empty rows."""
        width, separator = self.layout.width, self.layout.separator
        line = self.lines.line - block.count(b"\n")
        held = block.decode().split("\n")
        held.pop()
        n_own, taken = len(held), 0

        def given() -> Iterator[str]:
            nonlocal taken
            while True:
                if taken == len(held):
                    more = self.lines.block()
                    if not more:
                        return
                    held.extend(more.decode().split("\n"))
                    held.pop()
                taken += 1
                text = held[taken - 1]
                yield (text.replace("\t", " ").strip() if separator == " " else text) + "\n"

        given_lines = given()
        reader = rows_of(given_lines, separator) if separator else None
        try:
            while taken < n_own:
                start, before = line + taken, taken
                row = next(reader) if reader is not None else [next(given_lines).strip()]
                if taken > before + 1:
                    self._refuse_swallowed(row, start)
                if not any(row) and (width > 1 or not held[before].strip()):
                    self._note_empty(start, 1)
                    continue
                if self.empty:
                    yield self.empty_line, None
                if len(row) != width or (self.layout.open_end and row[-1].strip()):
                    raise InputError(ragged(row, start, self.layout, self.shown))
                yield start, row
        except csv.Error as error:
            raise InputError(
                f"{self.shown}: the row that begins on line {start} cannot be read as CSV "
                f"({one_line(str(error))}); check its quotes"
            ) from None
        if taken < len(held):
            self.lines.back(("\n".join(held[taken:]) + "\n").encode())

    def _refuse_swallowed(self, row: list[str], start: int) -> None:
        """Refuse a field in quotes that goes over lines which look like rows of their own."""
        width = self.layout.width
        for field in row:
            for text in field.split("\n")[1:]:
                like_a_row = (
                    text.count(self.layout.separator) >= width - 1
                    if width > 1
                    else number(text, self.numerals[0]) - number(text, self.numerals[0]) == 0.0
                )
                if like_a_row:
                    raise InputError(
                        f"{self.shown}: a field in quotes begins in the row of line {start} and "
                        f"goes on over lines that look like rows, such as {quoted(text, 40)}; "
                        "close its quote, or double a quote that is part of the text"
                    )


def _note_whole_numbers(evidence: Evidence, column: Any) -> None:
    import pyarrow.compute as pc

    sizes = pc.abs(column)
    evidence.large += pc.sum(pc.greater_equal(sizes, 1000.0)).as_py() or 0
    evidence.bare += pc.sum(pc.less(sizes, 1000.0)).as_py() or 0


def _is_tidy(block: bytes, separator: bytes) -> bool:
    """Whether quotes stand at both ends of fields only, and the last row is not empty."""
    n_quotes = block.count(b'"')
    if n_quotes:
        begins = block.count(separator + b'"') + block.count(b'\n"') + block.startswith(b'"')
        ends = block.count(b'"' + separator) + block.count(b'"\n')
        if not begins == ends == n_quotes / 2:
            return False
    last = block[block.rfind(b"\n", 0, -1) + 1 :]
    return bool(last.strip(b' \t\n"' + separator))
