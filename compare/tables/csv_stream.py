"""CSV files of any size: read in blocks by pyarrow, and row by row where that finds a fault."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from compare.tables.arrow import piece_of
from compare.tables.cells import MISSING
from compare.tables.columns import by_row, refuse_mixed_up
from compare.tables.csv_rows import layout, only_numeric, place, refuse_both
from compare.tables.errors import InputError, quoted
from compare.tables.gaps import Gaps
from compare.tables.parts import PIECE, Part

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from compare.tables.csv_rows import Layout
    from compare.tables.parts import Piece, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["column_of", "parts", "pieces"]

BLOCK = 1 << 22
"""Bytes that pyarrow takes at a time."""

GZIP = b"\x1f\x8b"

GAPS = sorted(
    {form(text) for text in MISSING for form in (str.lower, str.upper, str.title)} | {"NaN"}
)
"""The usual ways to write that there is no value; others are found row by row."""


def column_of(file: File, column: str | None, others: tuple[str, ...]) -> str:
    """Find the column that is meant; see `compare.tables.parquet.column_of`."""
    with _opened(file.path, file.shown) as opened:
        found = layout(opened.text, file.shown, [*([column] if column else []), *others])
        if column is not None:
            return found.names[place(found.names, column, file.shown)]
        return only_numeric(opened.text, found, file.shown, others)


def parts(file: File, wanted: Wanted) -> list[Part]:
    """Make a part of a file, after a look at its header.

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
        If a column is missing.
    """
    if file.size == 0:
        return []
    with _opened(file.path, file.shown) as opened:
        found = layout(opened.text, file.shown, wanted.names)
    refuse_both(wanted, file.shown)
    for name in wanted.names:
        place(found.names, name, file.shown)
    return [Part(str(file.path), "csv", file.size, file.changed, n_bytes=file.size)]


def pieces(part: Part, wanted: Wanted, watch: Watch | None = None) -> Iterator[Piece]:
    """Read a file in pieces; see `compare.tables.formats.pieces`.

    Where pyarrow cannot go on, or finds gaps that are to be refused, the rest is read row by row,
    which either names the line or does better: a blank before a quote only costs time.
    """
    reached = 0
    with _opened(Path(part.path), part.shown) as file:
        found = layout(file.text, part.shown, wanted.names)
        for piece in _pieces(part, wanted, file, found):
            yield piece
            if watch is not None:
                # The row by row reading begins at the beginning again.
                watch.pulse(piece.values.size + piece.dropped, max(file.position - reached, 0))
                reached = max(file.position, reached)


def _pieces(part: Part, wanted: Wanted, file: _Opened, found: Layout) -> Iterator[Piece]:
    n_rows, whole = yield from _in_blocks(part, wanted, file, found)
    if not whole:
        yield from by_row(file.text, found, wanted, part.shown, skip=n_rows)


def _in_blocks(
    part: Part, wanted: Wanted, file: _Opened, found: Layout
) -> Generator[Piece, None, tuple[int, bool]]:
    """Read as far as nothing is odd; returns the number of rows, and whether these are all."""
    from pyarrow import ArrowException

    gaps = Gaps(part, wanted)
    done = 0
    held: tuple[Piece, int] | None = None
    try:
        for batch in _batches(wanted, file, found, part.shown):
            piece = piece_of(batch, wanted, gaps)
            if gaps.counts and wanted.missing == "refuse":
                return done, False
            if held is not None:
                yield held[0]
                done += held[1]
            held = piece, batch.num_rows
    except (InputError, ArrowException, OSError):
        return done, False
    # Empty rows at the end are no gaps, but who knows whether the last gaps are empty rows?
    if held is None or gaps.ends_in_gap:
        return done, False
    yield held[0]
    return done + held[1], True


def _batches(wanted: Wanted, file: _Opened, found: Layout, shown: str) -> Iterator[Any]:
    """Record batches of the wanted columns, of about a million rows each."""
    import pyarrow as pa
    from pyarrow import csv

    places = [str(place(found.names, name, shown)) for name in wanted.names]
    types = dict.fromkeys(places, pa.float64())
    if wanted.by is not None:
        types[places[-1]] = pa.string()
    reader = csv.open_csv(
        file.stream(),
        read_options=csv.ReadOptions(
            block_size=BLOCK,
            skip_rows=found.lines,
            # Names may come twice or be empty; places cannot.
            column_names=[str(at) for at in range(len(found.names))],
        ),
        parse_options=csv.ParseOptions(
            delimiter=found.separator,
            newlines_in_values=file.has_quotes,
            ignore_empty_lines=False,
        ),
        convert_options=csv.ConvertOptions(
            column_types=types, include_columns=places, null_values=GAPS
        ),
    )
    waiting: list[Any] = []
    rows = 0
    for batch in reader:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= PIECE:
            yield _joined(waiting)
            waiting, rows = [], 0
    if rows:
        yield _joined(waiting)


def _joined(batches: list[Any]) -> Any:
    import pyarrow as pa

    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


class _Counting(io.RawIOBase):
    """A file that knows how much of it was read."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self.raw = raw
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        got = self.raw.readinto(buffer)  # type: ignore[attr-defined]
        self.position += got
        return int(got)


class _Opened:
    """A file that is opened as often as it takes, and closed in the end."""

    def __init__(self, path: Path, shown: str, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._last: _Counting | None = None
        self.zipped = self._counted().read(2) == GZIP
        beginning = self.text().read(1 << 16)
        self.has_quotes = b'"' in beginning
        """Whether fields may hold line ends, as far as the beginning shows it."""
        refuse_mixed_up(beginning, shown)

    @property
    def position(self) -> int:
        """Bytes read since the file was opened last."""
        return self._last.position if self._last is not None else 0

    def _counted(self) -> io.BufferedReader:
        raw = self._stack.enter_context(self._path.open("rb", buffering=0))
        self._last = _Counting(cast("BinaryIO", raw))
        return io.BufferedReader(self._last, BLOCK // 8)

    def text(self) -> BinaryIO:
        """The file from its beginning, decompressed."""
        file = self._counted()
        return cast("BinaryIO", gzip.GzipFile(fileobj=file) if self.zipped else file)

    def stream(self) -> Any:
        """The same for pyarrow, which decompresses without holding up other threads."""
        import pyarrow as pa

        file = pa.PythonFile(self._counted(), mode="r")
        return pa.CompressedInputStream(file, "gzip") if self.zipped else file


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[_Opened]:
    """Open a file, and say in one line what is wrong with it where it cannot be read."""
    with ExitStack() as stack:
        try:
            yield _Opened(path, shown, stack)
        except FileNotFoundError:
            raise InputError(
                f"{quoted(path, 200)} is gone; put it back, or take the others"
            ) from None
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise InputError(f"{shown} is a damaged gzip file; compress or copy it again") from None
        except UnicodeDecodeError as error:
            raise InputError(
                f"{shown} is not UTF-8 text: it has a byte 0x{error.object[error.start]:02x}; "
                "save it as 'CSV UTF-8', or convert it, for example with iconv -f latin1 -t utf-8"
            ) from None
        except OSError as error:
            raise InputError(
                f"{quoted(path, 200)} cannot be read: {error.strerror or error}"
            ) from None
