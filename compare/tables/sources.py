"""Sources: from a file, a folder or a pattern to the files to read, in order, each of its kind."""

from __future__ import annotations

import atexit
import difflib
import glob
import os
import re
import shutil
import stat
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compare.tables.parts import Kind

__all__ = ["File", "Source", "find", "naturally"]

SYNTHETIC = "synthetic-heights"
STUDY = "study"
"""The name of the synthetic heights' report, kept for them."""

PACKINGS = (".gz", ".bz2", ".zip")

ENDINGS = (
    *(".parquet", ".parq", ".pq", ".xlsx", ".xls", ".xlsb", ".ods", ".sqlite", ".sqlite3", ".db"),
    *(f".{text}{packing}" for text in ("csv", "tsv") for packing in ("", *PACKINGS)),
)
"""Of a folder, the files that are read."""

PARQUET = b"PAR1"
"""What Parquet files begin and end with."""


class File(NamedTuple):
    """A file, as it was when it was found."""

    path: Path
    kind: Kind
    """What it is, by its first bytes, or by its ending where these say nothing."""
    size: int
    """Bytes."""
    changed: int
    """When it was changed, in nanoseconds."""

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
    if str(data) == "-":
        return _of_standard_input()
    if re.match(r"[A-Za-z][A-Za-z0-9+.\-]+:/", str(data)):
        raise InputError(
            f"{quoted(str(data), 100)} is an address, and nothing is fetched from the network; "
            "download the file and name it"
        )
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


def _of_standard_input() -> Source:
    """What comes through a pipe can be read only once, and is kept until the end of the process."""
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("- reads standard input, and nothing is sent there; name a file")
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "standard input"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    found = _file(path)
    return Source((found,), "standard-input", found.place)


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
    rest = Path(pattern).parts[len(given) :]
    # Unlike the module glob, this does not follow links to folders, which may go round in circles.
    for match in Path(*given).glob("/".join(rest)):
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
    # Links to folders are not followed: a loop would never end.
    for above, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        found += [
            Path(above, name)
            for name in names
            if name.lower().endswith(ENDINGS) and not name.startswith((".", "_"))
        ]
    return found


def _found(paths: Iterable[Path]) -> tuple[File, ...]:
    """Every file once, though several links lead to it; of them the shortest path."""
    once: dict[tuple[int, int], Path] = {}
    for path in sorted(set(paths), key=lambda path: (len(path.parts), naturally(str(path)))):
        try:
            about = path.stat()
        except OSError:
            once[-1, len(once)] = path  # and `_file` says why
            continue
        once.setdefault((about.st_dev, about.st_ino), path)
    return tuple(_file(path) for path in sorted(once.values(), key=lambda one: naturally(str(one))))


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
            raise InputError(
                f"{quoted(path, 200)} is no file, but {_what(found.st_mode)}; name a file, or send "
                "the data to standard input and name it by -"
            )
        with path.open("rb") as opened:
            beginning = opened.read(64)
    except FileNotFoundError:
        if path.is_symlink():
            raise InputError(
                f"{quoted(path, 200)} is a link to a file that is not there; mend or remove it"
            ) from None
        raise InputError(f"there is no file {quoted(path, 200)}{neighbour(path)}") from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{quoted(path, 200)} cannot be read: {reason}") from None
    return File(path.absolute(), _kind(path, beginning), found.st_size, found.st_mtime_ns)


def _what(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or a socket"


def _kind(path: Path, beginning: bytes) -> Kind:
    if beginning.startswith(PARQUET) or path.suffix.lower() in {".parquet", ".parq", ".pq"}:
        return "parquet"
    if beginning.startswith(b"SQLite format 3\0"):
        return "database"
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    if beginning.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
            return "workbook" if path.suffix.lower() in {".xlsx", ".xlsb", ".ods"} else "csv"
        if "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names:
            return "workbook"
    return "csv"


def neighbour(file: Path) -> str:
    """Point to a file of a similar name in the same folder, or to the missing folder.

    Parameters
    ----------
    file : Path
        One that is not there.

    Returns
    -------
    str
        What follows the complaint.
    """
    try:
        names = [entry.name for entry in islice(file.parent.iterdir(), 10_000)]
    except OSError:
        return f", nor a folder {quoted(file.parent, 200)} that could be read; check the path"
    close = difflib.get_close_matches(file.name, names, n=1, cutoff=0.75)
    return f"; did you mean {quoted(close[0])}?" if close else "; check the path"


def stem_of(file: str) -> str:
    """The name of a file without its ending."""
    for packing in PACKINGS:
        file = file.removesuffix(packing)
    return Path(file).stem


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
    if name.casefold() == STUDY:
        raise InputError(
            f"{quoted(file)}: the name {STUDY} is kept for what python -m compare.study writes; "
            "rename the file"
        )
    if name.casefold().startswith(SYNTHETIC):
        raise InputError(
            f"{quoted(file)}: names that start with {SYNTHETIC} are kept for the synthetic "
            "heights; rename the file"
        )
    return name
