"""A hundred million values in a file: the whole report, in units of reading the column once."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.engine.machine import memory
from benchmarks.engine.process import Weighed, weighed
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import Call, CallError, call, interleave
from benchmarks.size.exact import certificate
from benchmarks.size.parquet import COLUMN, DiskError, batches, heights_file

__all__ = ["HUGE", "LIMIT", "REPORT", "Claim", "estimate", "measure"]

Row = dict[str, Any]

HUGE = 1_000_000_000
"""Number of values with ``--huge``."""

LIMIT = 3600.0
"""Seconds for one process."""

REPORT = [sys.executable, "-m", "compare.run"]

# Timed inside the process, imports apart; the answer is on the last line.
READ = """
import sys, time
import pyarrow.dataset  # read_table would import it
import pyarrow.parquet as pq
begin = time.perf_counter()
table = pq.read_table(sys.argv[1], columns=[sys.argv[2]])
print(time.perf_counter() - begin)
"""

READ_IN_BATCHES = """
import sys, time
import pyarrow.parquet as pq
begin = time.perf_counter()
for batch in pq.ParquetFile(sys.argv[1]).iter_batches(columns=[sys.argv[2]]):
    pass
print(time.perf_counter() - begin)
"""

READERS = {"read": READ, "batches": READ_IN_BATCHES}

READ_TAKES = 12
"""Bytes of memory for each value that is read at once: the column, and what is being decoded."""


class Claim(NamedTuple):
    """An estimate, and what is said to be its log-likelihood."""

    weights: list[float]
    means: list[float]
    sds: list[float]
    loglik: float


def measure(settings: Settings, say: Callable[[str], None], *, huge: bool = False) -> list[Row]:
    """A row for each number of values.

    Parameters
    ----------
    settings : Settings
    say : callable
        Told what is being done.
    huge : bool
        Whether to do the same for `HUGE` values.
    """
    sizes = (settings.scale, HUGE) if huge else (settings.scale,)
    return [_at(n, settings, say) for n in sizes]


def _at(n: int, settings: Settings, say: Callable[[str], None]) -> Row:
    row: Row = {
        "n": n, "bytes": None, "written": None, "read": None, "batches": None, "thousand": None,
        "report": None, "sound": None, "certificate": None, "certify": None,
        "note": "",
    }  # fmt: skip
    say(f"n = {n:,}: a Parquet file")
    begin = time.perf_counter()
    try:
        with heights_file(n) as path:
            row["written"], row["bytes"] = time.perf_counter() - begin, path.stat().st_size
            _beside(row, path, settings, say)
    except DiskError as problem:
        row["note"] = str(problem)
    except OSError as problem:  # of the disk, in the midst of the file; the other sections stand
        row["note"] = f"a file of {n:,} heights was not written: {problem.strerror or 'no disk'}"
    return row


def _beside(row: Row, path: Path, settings: Settings, say: Callable[[str], None]) -> None:
    """Read the file, report on a thousand heights, report on the file, in turns."""
    n = row["n"]
    weights: dict[str, list[float]] = {}
    documents: dict[str, list[Mapping[str, Any]]] = {}

    def read(name: str) -> Call:
        made = weighed([sys.executable, "-c", READERS[name], str(path), COLUMN], LIMIT)
        answer: Weighed = made.answer
        weights.setdefault(name, []).append(answer.memory)
        return Call(float(answer.printed.split()[-1]), None)

    def report(name: str, options: Sequence[str]) -> Call:
        with tempfile.TemporaryDirectory(dir=path.parent) as out:
            made = weighed([*REPORT, *options, "--out", out], LIMIT)
            (page,) = Path(out).glob("*.json")
            documents.setdefault(name, []).append(json.loads(page.read_text("utf-8")))
        weights.setdefault(name, []).append(made.answer.memory)
        return Call(made.seconds, None)

    cells: dict[str, Callable[[], Call]] = {
        "read": partial(read, "read"),
        "batches": partial(read, "batches"),
        "thousand": partial(report, "thousand", []),
        "report": partial(report, "report", ["--data", str(path), "--column", COLUMN]),
    }
    there, taken = memory(), READ_TAKES * n / 1e9
    if there is not None and there < taken:
        del cells["read"]
        row["note"] = (
            f"`read_table` was left out: it takes some {taken:.0f} GB, and the machine has "
            f"{there:.0f} GB"
        )
    say(f"n = {n:,}: pyarrow, and the whole report, in turns")
    for name, timed in interleave(cells, 25.0 * settings.budget, settings.turns).items():
        row[name] = {
            "seconds": timed.seconds,
            "median": statistics.median(timed.seconds) if timed.seconds else None,
            "memory": max(weights.get(name, []), default=None),
            "steps": _steps(documents.get(name, [])),
            # A file's folder is the machine's own affair.
            "note": timed.note.replace(str(path.parent), "..."),
        }
    if "report" in documents:
        say(f"n = {n:,}: the exact certificate")
        document = documents["report"][-1]
        row["sound"] = _sound(document)
        claim = estimate(document)
        try:
            exact = call(lambda: certificate(batches(path), *claim))
        except CallError as problem:
            row["note"] = f"the certificate was {problem}"
            return
        row["certificate"], row["certify"] = exact.answer, exact.seconds


def estimate(document: Mapping[str, Any]) -> Claim:
    """The fit by EM as the report's JSON file has it."""
    by = {one["name"]: one["em"]["estimate"] for one in document["parameters"]}
    weights, means, sds = (
        [value for name, value in by.items() if name.startswith(kind)]
        for kind in ("weights", "means", "sds")
    )
    return Claim(weights, means, sds, document["em"]["loglik"])


def _steps(documents: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Median seconds of the report's steps, of those that every run has."""
    told = [document["seconds"] for document in documents]
    names = [name for name in (told or [{}])[0] if all(name in one for one in told)]
    return {name: statistics.median(one[name] for one in told) for name in names}


def _sound(document: Mapping[str, Any]) -> dict[str, Any]:
    """Whether what was timed is a converged fit with profile intervals, and a good posterior."""
    fits = [one["em"] for one in document["parameters"]]
    return {
        "n": document["case"]["n"],
        "status": document["em"]["status"],
        "profile": all(
            fit["method"] == "profile" and fit["lower"] < fit["estimate"] < fit["upper"]
            for fit in fits
        ),
        "posterior": document["bayes"]["ok"],
        "draws": document["bayes"]["chains"] * document["bayes"]["draws"],
    }
