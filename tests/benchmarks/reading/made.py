"""Made tables: numbers that are known, written as people write them, and damaged in known ways."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import sqlite3
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Table", "damaged", "table"]

NOTES = ("ok", "", "two, three", 'a "quote"', "Größe", "身高", "semi;colon", "line\nend", "#1", "-")

LABELS = ("a", "b b", "Ü", "女")


@dataclass
class Table:
    """A file, and what is in it."""

    name: str
    content: bytes
    column: str | None
    """What to ask for; None to let the file say."""
    values: tuple[float, ...] | None
    """What is right; None where nothing is, and a refusal is wanted."""
    written: dict[str, Any] = field(default_factory=dict)
    """How it is written, for the list of what went wrong."""
    may_ask: bool = False
    """Whether a question is as good as the values."""


def table(rng: np.random.Generator) -> Table:
    """A whole table, in a dialect that a program or a person may have chosen."""
    kind = rng.choice(["text", "text", "text", "text", "parquet", "workbook", "database"])
    n = int(rng.choice([3, 12, 200, 2000], p=[0.2, 0.4, 0.3, 0.1]))
    digits = int(rng.integers(0, 5))
    scale = float(rng.choice([1.0, 100.0, 20_000.0]))
    values = [round(float(value), digits) for value in rng.normal(scale, 0.3 * scale, n)]
    if kind == "text":
        return _text(rng, values, digits)
    return _typed(rng, str(kind), values)


def _text(rng: np.random.Generator, values: list[float], digits: int) -> Table:
    def maybe(share: float) -> bool:
        return bool(rng.random() < share)

    separator = str(rng.choice([",", ",", ";", "\t", "|"]))
    comma = separator != "," and maybe(0.4)
    grouped = maybe(0.2)
    fixed = maybe(0.5)
    prefix = str(rng.choice(["", "", "", "", "$", "€ "]))
    suffix = "" if prefix else str(rng.choice(["", "", "", "", " cm", "%", " kg"]))

    def number(value: float) -> str:
        text = (
            f"{abs(value):{',' if grouped else ''}.{digits}f}"
            if fixed
            else (f"{abs(value):,}" if grouped else repr(abs(value)))
        )
        if comma:
            text = text.translate({ord(","): ".", ord("."): ","})
        return f"{'-' if value < 0 else ''}{prefix}{text}{suffix}"

    notes, labels = maybe(0.5), maybe(0.5)
    ids = maybe(0.5)
    names = [*(["id"] if ids else []), "height", *(["note"] if notes else [])]
    names += ["sex"] if labels else []
    rows = [
        [
            *([str(i + 1)] if ids else []),
            number(value),
            *([str(rng.choice(NOTES))] if notes else []),
            *([str(rng.choice(LABELS))] if labels else []),
        ]
        for i, value in enumerate(values)
    ]
    file = io.StringIO()
    writer = csv.writer(
        file,
        delimiter=separator,
        lineterminator=str(rng.choice(["\n", "\r\n"])),
        quoting=csv.QUOTE_ALL if maybe(0.2) else csv.QUOTE_MINIMAL,
    )
    end = writer.dialect.lineterminator
    above = str(rng.choice(["", "", "", "# exported 2024", f"sep={separator}", "Survey of 2024"]))
    if above == "Survey of 2024" and len(names) < 2:
        above = ""
    if above:
        file.write(above + end)
    writer.writerow(names)
    writer.writerows(rows)
    text = file.getvalue()
    if maybe(0.1) and len(names) > 1 and not notes and "\n" not in text.replace(end, ""):
        text = text.replace(end, separator + end)
    encoding = str(rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    content = text.encode(encoding, "replace")
    packing = str(rng.choice(["", "", "", "", "gzip", "bz2", "zip"]))
    content = _packed(content, packing)
    return Table(
        f"a.csv{ {'': '', 'gzip': '.gz', 'bz2': '.bz2', 'zip': '.zip'}[packing] }",
        content,
        None if maybe(0.3) else "height",
        tuple(values),
        {
            "separator": separator, "comma": comma, "grouped": grouped, "fixed": fixed,
            "digits": digits, "affix": prefix or suffix, "above": above, "encoding": encoding,
            "packing": packing, "notes": notes, "n": len(values),
        },
        # Three decimals may be thousands, notes with line ends may be rows, and so on.
        may_ask=True,
    )  # fmt: skip


def _packed(content: bytes, packing: str) -> bytes:
    match packing:
        case "gzip":
            return gzip.compress(content, mtime=0)
        case "bz2":
            return bz2.compress(content)
        case "zip":
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a.csv", content)
            return file.getvalue()
        case _:
            return content


def _typed(rng: np.random.Generator, kind: str, values: list[float]) -> Table:
    n = len(values)
    written = {"kind": kind, "n": n}
    column = None if rng.random() < 0.3 else "height"
    whole = bool(rng.random() < 0.3)
    kept = [float(round(value)) for value in values] if whole else values
    cells: list[Any] = [int(value) for value in kept] if whole else list(kept)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a")
        if kind == "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            content = {"id": list(range(n)), "height": cells, "note": ["x"] * n}
            pq.write_table(
                pa.table(content), path, row_group_size=int(rng.integers(1, n + 1)),
                write_page_checksum=True,
            )  # fmt: skip
        elif kind == "workbook":
            import pandas as pd

            frame = pd.DataFrame({"id": range(1, n + 1), "height": cells})
            frame.to_excel(path.with_suffix(".xlsx"), index=False, startrow=int(rng.integers(0, 3)))
            path = path.with_suffix(".xlsx")
        else:
            base = sqlite3.connect(path)
            base.execute("CREATE TABLE people (id INTEGER, height, note TEXT)")
            base.executemany(
                "INSERT INTO people VALUES (?, ?, 'x')", list(enumerate(cells, start=1))
            )
            base.commit()
            base.close()
        data = path.read_bytes()
    ending = {"parquet": ".parquet", "workbook": ".xlsx", "database": ".sqlite"}[kind]
    return Table(f"a{ending}", data, column, tuple(kept), written, may_ask=True)


def damaged(rng: np.random.Generator) -> Table:
    """A table with a fault that must be refused, or bytes that nobody has an answer for."""
    whole = table(rng)
    how = str(rng.choice(["cut", "bytes", "quote", "word", "nul", "big", "noise"]))
    content = bytearray(whole.content)
    written = whole.written | {"damage": how}
    text = whole.name == "a.csv" and whole.written.get("encoding") == "utf-8"
    if how == "cut" and whole.name != "a.csv":
        keep = int(rng.integers(1, len(content)))
        return Table(
            whole.name, bytes(content[:keep]), "height", whole.values, written, may_ask=True
        )
    if how == "quote" and text and not whole.written["notes"]:
        lines = bytes(content).split(b"\n")
        at = int(rng.integers(1, max(len(lines) - 1, 2)))
        mark = whole.written["separator"].encode()
        lines[at] = lines[at].rstrip(b"\r") + mark + b'"note'
        lines[:at] = [line.rstrip(b"\r") + mark for line in lines[:at]]
        lines[at + 1 :] = [
            line.rstrip(b"\r") + mark if line.strip() else line for line in lines[at + 1 :]
        ]
        return Table(whole.name, b"\n".join(lines), "height", whole.values, written, may_ask=True)
    if how == "word" and text:
        lines = bytes(content).split(b"\n")
        at = int(rng.integers(2, max(len(lines) - 1, 3)))
        if at < len(lines) - 1 and not whole.written["notes"]:
            cells = lines[at].split(whole.written["separator"].encode())
            place = int(b"id" in lines[0][:4] or b"id" in lines[1][:4])
            cells[min(place, len(cells) - 1)] = b"about 170"
            lines[at] = whole.written["separator"].encode().join(cells)
            return Table(whole.name, b"\n".join(lines), "height", None, written)
    if how == "nul" and text:
        content[int(rng.integers(0, len(content)))] = 0
        return Table(whole.name, bytes(content), "height", None, written)
    if how == "big":
        base = int(rng.choice([2**53, 1_700_000_000_000_000_000]))
        numbers = [
            base + 300 * int(rng.integers(0, 2)) + int(rng.integers(0, 40)) for _ in range(50)
        ]
        column = "x\n" + "".join(f"{value}\n" for value in numbers)
        exact = len(set(map(float, numbers))) == len(set(numbers)) and base == 2**53
        values = tuple(map(float, numbers)) if exact else None
        return Table(
            "a.csv", column.encode(), "x", values, {"damage": how, "base": base}, may_ask=True
        )
    if how == "noise":
        noise = rng.integers(0, 256, int(rng.integers(1, 3000)), dtype=np.uint8).tobytes()
        return Table("a.csv", noise, None, None, {"damage": how})
    for _ in range(int(rng.integers(1, 5))):
        content[int(rng.integers(0, len(content)))] = int(rng.integers(0, 256))
    # A digit that has become another one is nobody's fault: only tracebacks and hangs count.
    return Table(
        whole.name, bytes(content), "height", (), written | {"damage": "bytes"}, may_ask=True
    )
