"""Sources: from a file, a folder or a pattern to the files to read, in order, each of its kind."""

from __future__ import annotations

import glob
import os
import re
import stat
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from compare.tables.columns import neighbour
from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["File", "Source", "find", "naturally"]

SYNTHETIC = "synthetic-heights"
"""The name of the synthetic heights' report, kept for them."""

ENDINGS = (".parquet", ".parq", ".pq", ".csv", ".tsv", ".csv.gz", ".tsv.gz")
"""Of a folder, the files that are read."""

PARQUET = b"PAR1"
"""What Parquet files begin and end with."""


class File(NamedTuple):
    """A file, as it was when it was found."""

    path: Path
    kind: Literal["csv", "parquet"]
    """What it is, by its first bytes, or by its ending where these say nothing."""
    size: int
    """Bytes."""
    changed: int
    """When it was changed, in nanoseconds."""
    zipped: bool = False
    """Whether gzip has packed it."""

    @property
    def shown(self) -> str:
        """The file in a message."""
        return str(self.place)

    @property
    def place(self) -> Place:
        """The file, as what was named."""
        return Place("file", self.path.name or str(self.path))


@dataclass(frozen=True)
class Place:
    """What was named, so that files were found there."""

    kind: Literal["file", "folder", "pattern"]
    name: str
    """Of the file or folder, or the end of the pattern."""
    count: int = 1
    """How many files were found."""

    def __str__(self) -> str:
        """As an error names it."""
        if self.kind == "file":
            return quoted(self.name)
        if self.kind == "pattern":
            return f"the {self.count:,} files {quoted(self.name)}"
        count = "the only file" if self.count == 1 else f"the {self.count:,} files"
        return f"{count} of the folder {quoted(self.name)}"


@dataclass(frozen=True)
class Source:
    """The files that hold the data."""

    files: tuple[File, ...]
    """At least one, in natural order: part-9 comes before part-10."""
    name: str
    """Names the report."""
    place: Place
    """Where they are."""


def find(data: str | os.PathLike[str]) -> Source:
    """Find the files that are meant.

    Of a folder, all CSV and Parquet files in it and below are read; hidden ones, and those whose
    names begin with an underscore, are notes that other programs leave, and are not.

    Parameters
    ----------
    data : path
        A file, a folder, or a pattern with ``*``, ``?`` or ``[...]`` (``**`` for any folders).

    Returns
    -------
    Source

    Raises
    ------
    InputError
        A `ValueError` of one line, if there is no such file, or nothing to read in it.
    """
    path = Path(data)
    try:
        if path.is_dir():
            return _of_folder(path)
        if path.exists() or not glob.has_magic(str(path)):
            file = _file(path)
            return Source((file,), name_of(stem_of(path.name), path.name), file.place)
        return _of_pattern(str(path))
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{quoted(path, 200)} cannot be read: {reason}") from None


def _of_folder(folder: Path) -> Source:
    files = _below(folder)
    if not files:
        raise InputError(
            f"there is no file to read in the folder {quoted(folder, 200)}; "
            f"expected names that end in {', '.join(ENDINGS)}"
        )
    name = folder.resolve().name
    return Source(_found(files), name_of(name, name), Place("folder", name, len(files)))


def _of_pattern(pattern: str) -> Source:
    files: list[Path] = []
    given = list(takewhile(lambda name: not glob.has_magic(name), Path(pattern).parts))
    for match in map(Path, glob.glob(pattern, recursive=True)):  # noqa: PTH207 - absolute ones too
        # What the pattern spells out is meant, whatever it begins with.
        if any(name.startswith((".", "_")) for name in match.parts[len(given) :]):
            continue
        files += _below(match) if match.is_dir() else [match]
    if not files:
        raise InputError(
            f"no file matches {quoted(pattern, 200)}; check the path, and quote the pattern so "
            "that the shell does not work it out"
        )
    shown = os.path.basename(pattern) or pattern  # noqa: PTH119 - ends of patterns
    place = Place("pattern", shown, len(files))
    if len(files) == 1:
        place = Place("file", files[0].name)
    return Source(_found(files), name_of(_common(files), shown), place)


def _common(files: list[Path]) -> str:
    """What the names of files begin with, without the marks and digits that tell them apart."""
    stems = [stem_of(file.name) for file in files]
    if len(stems) == 1:
        return stems[0]
    prefix = os.path.commonprefix(stems)  # noqa: RUF071 - of names, letter by letter
    return prefix.rstrip("-_. 0123456789")


def _below(folder: Path) -> list[Path]:
    found = []
    for above, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        found += [
            Path(above, name)
            for name in names
            if name.lower().endswith(ENDINGS) and not name.startswith((".", "_"))
        ]
    return found


def _found(paths: Iterable[Path]) -> tuple[File, ...]:
    return tuple(_file(path) for path in sorted(set(paths), key=lambda path: naturally(str(path))))


def naturally(text: str) -> tuple[list[tuple[str, int]], str]:
    """A key that sorts numbers in names by their size: part-9 comes before part-10.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple
    """
    pairs = re.findall(r"([^0-9]*)([0-9]*)", text)
    return [(letters, int(digits[:300] or -1)) for letters, digits in pairs], text


def _file(path: Path) -> File:
    """Look at a file: how large it is, and what it begins with."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            # What comes through a pipe can be read only once.
            return File(path, "csv", 0, 0)
        with path.open("rb") as opened:
            beginning = opened.read(4)
    except FileNotFoundError:
        raise InputError(f"there is no file {quoted(path, 200)}{neighbour(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{quoted(path, 200)} cannot be read: {reason}") from None
    is_parquet = beginning == PARQUET or path.suffix.lower() in {".parquet", ".parq", ".pq"}
    return File(
        path.absolute(),
        "parquet" if is_parquet else "csv",
        found.st_size,
        found.st_mtime_ns,
        beginning.startswith(b"\x1f\x8b"),
    )


def stem_of(file: str) -> str:
    """The name of a file without its ending."""
    return Path(file.removesuffix(".gz")).stem


def name_of(stem: str, file: str) -> str:
    """Name the report after a file, so that its files can be found, linked and opened.

    Parameters
    ----------
    stem : str
        What the names of the files have in common.
    file : str
        What was named, for the message.

    Returns
    -------
    str

    Raises
    ------
    InputError
        A `ValueError` of one line, if the name is that of the synthetic heights.
    """
    # Line ends, and bytes that are not UTF-8, cannot be written into links to the files.
    stem = "".join(character if character.isprintable() else "_" for character in stem)
    # A leading dot would hide the report, a leading hyphen looks like an option to other commands.
    name = stem.lstrip(".-") or "data"
    if name.casefold().startswith(SYNTHETIC):
        raise InputError(
            f"{quoted(file)}: names that start with {SYNTHETIC} are kept for the synthetic "
            "heights; rename the file"
        )
    return name
