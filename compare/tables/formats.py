"""Formats: how a part of a file is read, whichever kind it is of."""

from __future__ import annotations

from collections.abc import Iterator

from compare.tables.parts import Part, Piece, Wanted, Watch

__all__ = ["pieces"]


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
    if part.kind == "parquet":
        from compare.tables.parquet import pieces as read  # pyarrow is slow to import
    else:
        from compare.tables.csv_stream import pieces as read
    yield from read(part, wanted, watch)
