"""Formats: how a part of a file is read, whichever kind it is of."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from compare.tables.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compare.tables.parts import Hints, Kind, Part, Piece, Wanted, Watch
    from compare.tables.sources import File

__all__ = ["Reader", "pieces", "reader_of"]

READERS: dict[Kind, str] = {
    "csv": "text",
    "parquet": "parquet",
    "workbook": "workbook",
    "database": "database",
}
"""The module that reads each kind."""


class Reader(Protocol):
    """A module that reads files of one kind."""

    def column_of(
        self, file: File, column: str | None, others: tuple[str, ...], hints: Hints, /
    ) -> tuple[str, bool]:
        """Find the column that is meant, and whether it is one of many that nobody named."""

    def parts(self, file: File, wanted: Wanted, /) -> list[Part]:
        """Divide a file, after a look at what it says of itself."""

    def pieces(self, part: Part, wanted: Wanted, watch: Watch | None = None, /) -> Iterator[Piece]:
        """Read a part in pieces."""


def reader_of(kind: Kind) -> Reader:
    """The module that reads a kind of files, loaded when it is needed: libraries load slowly."""
    if kind == "parquet" and find_spec("pyarrow") is None:
        raise InputError(
            "not installed: pyarrow, which reads Parquet files; "
            "pip install 'em-vs-bayes[compare]' brings it"
        )
    return cast("Reader", import_module(f"compare.tables.kinds.{READERS[kind]}"))


def pieces(part: Part, wanted: Wanted, watch: Watch | None = None) -> Iterator[Piece]:
    """Read a part in pieces of bounded size.

    Parameters
    ----------
    part : Part
    wanted : Wanted
    watch : Watch, optional
        Is told of every piece.

    Yields
    ------
    Piece

    Raises
    ------
    InputError
        A `ValueError` of one line, if the part cannot be read, or holds what cannot be used.
    """
    yield from reader_of(part.kind).pieces(part, wanted, watch)
