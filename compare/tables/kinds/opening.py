"""Opening: from a file to whole lines of UTF-8 text, unpacked, decoded, and never too long."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import re
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from compare.tables.errors import InputError, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Lines", "encoding_of", "opened", "readable"]

CHUNK = 1 << 22
"""Bytes that are unpacked at a time."""

LONGEST = 1 << 22
"""Bytes of a line; a table has none so long, and what unpacks without end has."""

BLANK = 1 << 20
"""Bytes of blank lines before the first that is not."""

PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"PK\x03\x04": "zip"}
"""What packed files begin with, of those that are unpacked here."""

REFUSED = {
    b"\xfd7zXZ\x00": "is packed with xz",
    b"\x28\xb5\x2f\xfd": "is packed with Zstandard",
    b"7z\xbc\xaf\x27\x1c": "is packed with 7-Zip",
    b"Rar!": "is packed with RAR",
    b"%PDF": "is a PDF document",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"\x89HDF": "is an HDF5 file",
    b"ARROW1": "is an Arrow file",
    b"Obj\x01": "is an Avro file",
    b"RDX": "is an R workspace",
    b"<stata_dta>": "is a Stata file",
    b"$FL2": "is an SPSS file",
}
"""What other files begin with, and what they are."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks, the longer ones first."""


def packed_as(beginning: bytes) -> str:
    """What has packed a file that begins like this: "gzip", "bz2", "zip", or "" if nothing has."""
    return next((how for mark, how in PACKED.items() if beginning.startswith(mark)), "")


@contextmanager
def readable(path: Path, shown: str) -> Iterator[None]:
    """Say in one line what is wrong with a file where it cannot be read.

    Parameters
    ----------
    path : Path
    shown : str
        The file in a message.

    Raises
    ------
    InputError
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{quoted(path, 200)} is gone; put it back, or take the others") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile):
        raise InputError(
            f"{shown} is a damaged {packing(path)} file; compress or copy it again"
        ) from None
    except (RuntimeError, NotImplementedError) as error:  # zipfile's words for what it cannot open
        reason = quoted(one_line(str(error)), 100)
        raise InputError(f"{shown} cannot be unpacked: {reason}; unpack it first") from None
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise
        reason = getattr(error, "strerror", None) or one_line(str(error))
        if packing(path) == "bz2":
            reason = "it is a damaged bz2 file"
        raise InputError(f"{quoted(path, 200)} cannot be read: {reason}") from None


def packing(path: Path) -> str:
    """What has packed the file."""
    try:
        with path.open("rb") as file:
            return packed_as(file.read(8))
    except (OSError, ValueError):
        return ""


class Counting(io.RawIOBase):
    """A file that knows how much of it was read."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__()
        self.raw = raw
        self.position = 0
        """The furthest byte that was read."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.raw.seek(offset, whence)

    def tell(self) -> int:
        return self.raw.tell()

    def readinto(self, buffer: Any) -> int:
        got = self.raw.readinto(buffer)
        self.position = max(self.position, self.raw.tell())
        return int(got)

    def close(self) -> None:
        self.raw.close()
        super().close()


@contextmanager
def opened(path: Path, shown: str) -> Iterator[tuple[Counting, IO[bytes]]]:
    """Open a file, unpacked.

    Parameters
    ----------
    path : Path
    shown : str
        The file in a message.

    Yields
    ------
    raw : Counting
        The file as it lies on the disk.
    content : binary file
        What is in it.
    """
    with path.open("rb", buffering=0) as file:
        raw = Counting(file)
        beginning = file.read(16)
        file.seek(0)
        for mark, what in REFUSED.items():
            if beginning.startswith(mark):
                raise InputError(f"{shown} {what}; save the table as CSV or Parquet")
        buffered = io.BufferedReader(raw, CHUNK // 8)
        match packed_as(beginning):
            case "gzip":
                content: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=buffered))
            case "bz2":
                content = cast("IO[bytes]", bz2.BZ2File(buffered))
            case "zip":
                content = _member(zipfile.ZipFile(buffered), shown)
            case _:
                content = cast("IO[bytes]", buffered)
        with content:
            yield raw, content


def _member(archive: zipfile.ZipFile, shown: str) -> IO[bytes]:
    """The only file in an archive."""
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX/")
    ]
    if len(names) != 1:
        some = ", ".join(quoted(name, 30) for name in names[:5]) or "nothing"
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        raise InputError(
            f"{shown} is a zip file with {len(names)} files in it, {some}{more}; unpack it and "
            "name the one that is meant"
        )
    return archive.open(names[0])


def encoding_of(sample: bytes, shown: str, said: str | None = None) -> str:
    """How text is encoded, told from its beginning.

    Text that is no UTF-8 is taken for Western European (Windows-1252) where bytes beyond ASCII
    stand alone or in pairs within a word, as in ``Größe``; what else it may be cannot be told.

    Parameters
    ----------
    sample : bytes
        Its beginning.
    shown : str
        The file in a message.
    said : str, optional
        The encoding, where it is known.

    Returns
    -------
    str
        As `codecs.lookup` knows it.

    Raises
    ------
    InputError
        If it cannot be told, or there is no such encoding.
    """
    if said is not None:
        return said
    for mark, encoding in MARKS:
        if sample.startswith(mark):
            return encoding
    if b"\0" in sample:
        some = sample[: len(sample) // 2 * 2]
        for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros = some[place::2].count(0)
            if len(some) >= 4 and zeros > 0.7 * len(some) / 2 and not some[1 - place :: 2].count(0):
                return encoding
        return "utf-8"  # and refused at that byte
    try:
        # The sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError as error:
        if not all(map(_may_be_western, re.finditer(rb"[\x80-\xff]+", sample))):
            raise InputError(_not_utf8(shown, sample, error, 1)) from None
        return "cp1252"
    return "utf-8"


def _may_be_western(run: re.Match[bytes]) -> bool:
    """Whether bytes beyond ASCII may be letters within a word, or a sign alone, as the euro's."""
    begin, end = run.span()
    if len(run[0]) == 1:
        return run[0] not in b"\x81\x8d\x8f\x90\x9d"
    around = run.string[max(begin - 1, 0) : begin] + run.string[end : end + 1]
    return len(run[0]) == 2 and min(run[0]) >= 0xC0 and any(chr(one).isalpha() for one in around)


def _not_utf8(shown: str, data: bytes, error: UnicodeDecodeError, line: int) -> str:
    line += data.count(b"\n", 0, error.start)
    return (
        f"{shown} is not UTF-8 text: byte 0x{data[error.start]:02x} on line {line}; save it as "
        "'CSV UTF-8', or say what it is with --encoding, such as cp1252 (Western Europe), gb18030 "
        "(Chinese) or shift_jis"
    )


class Lines:
    """The lines of a text, many at a time or one by one, as UTF-8 that ends in line feeds.

    Parameters
    ----------
    content : binary file
        Unpacked.
    encoding : str
    shown : str
        The file in a message.
    """

    def __init__(self, content: IO[bytes], encoding: str, shown: str) -> None:
        self._content, self._encoding, self._shown = content, encoding, shown
        utf8 = encoding.lower().replace("_", "-") in {"utf-8", "utf8", "ascii", "us-ascii"}
        self._decoder = codecs.getincrementaldecoder("utf-8-sig" if utf8 else encoding)()
        self._utf8 = utf8
        self._held = b""  # what is decoded, and not given out
        self._ended = False
        self.line = 1
        """The number of the next line."""

    def block(self) -> bytes:
        """The next lines, all of them whole; empty at the end of the text.

        Raises
        ------
        InputError
            If there is something in them that no text has.
        """
        while not self._ended:
            self._more()
            end = self._held.rfind(b"\n") + 1
            if end:
                return self._taken(end)
            if len(self._held) > LONGEST:
                raise InputError(
                    f"{self._shown}: line {self.line:,} is longer than {LONGEST:,} bytes; expected "
                    "one row a line"
                )
        return self._taken(len(self._held))

    def back(self, rest: bytes) -> None:
        """Take back the last lines of a block, to give them out again."""
        self._held = rest + self._held
        self.line -= rest.count(b"\n")

    def _taken(self, end: int) -> bytes:
        block, self._held = self._held[:end], self._held[end:]
        if block and not block.endswith(b"\n"):
            block += b"\n"
        self.line += block.count(b"\n")
        return block

    def _more(self) -> None:
        data = self._content.read(CHUNK)
        self._ended = not data
        line = self.line + self._held.count(b"\n")
        try:
            if self._utf8 and data and data.isascii() and not self._decoder.getstate()[0]:
                text = data
            else:
                text = self._decoder.decode(data, self._ended).encode()
        except UnicodeDecodeError as error:
            if self._utf8:
                raise InputError(_not_utf8(self._shown, error.object, error, line)) from None
            raise InputError(
                f"{self._shown} is not {self._encoding} text from line {line:,} on; say what it "
                "is with --encoding"
            ) from None
        if b"\0" in text:
            line += text.count(b"\n", 0, text.index(b"\0"))
            raise InputError(
                f"{self._shown} is not text: a NUL byte on line {line}; save it as 'CSV UTF-8'"
            )
        if self._held.endswith(b"\r"):
            self._held, text = self._held[:-1], b"\r" + text
        if b"\r" in text:
            tail = b"\r" if text.endswith(b"\r") and not self._ended else b""
            text = text[: len(text) - len(tail)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            text += tail
        self._held += text
