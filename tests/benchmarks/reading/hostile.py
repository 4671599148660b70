"""Thousands of tables through the real reading: no traceback, no hang, no silent change.

``python -m benchmarks.reading.hostile`` writes reports/hostile.json and reports/hostile.md.
"""

from __future__ import annotations

import argparse
import collections
import json
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.reading.made import damaged, table
from compare.data.progress import Progress
from compare.data.reading import Reading, read_cases
from compare.tables.errors import InputError
from compare.tables.sources import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.reading.made import Table

__all__ = ["judged", "main", "tried"]

SLOW = 5.0
"""Seconds that no table may take."""

OUTCOMES = {
    "right": "read, every number as it was written",
    "told": "read as numbers with three decimals, which may be thousands; the report says so",
    "asked": "refused or asked about in one line, where the numbers could be known",
    "refused": "refused in one line, as it must be",
    "read": "read, where bytes were changed at random and nobody knows what is right",
    "SILENT": "read, with other numbers than were written",
    "TRACEBACK": "ended in an error that is none of ours",
    "HANG": "took longer than five seconds",
}


def judged(given: Table, folder: Path) -> tuple[str, str]:
    """What becomes of a table: an outcome, and what was said or got."""
    path = folder / given.name
    path.write_bytes(given.content)
    begin = time.monotonic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (case,), _ = read_cases(Reading(find(path), given.column), Progress())
    except InputError as error:
        text = str(error)
        if not text.isprintable():
            return "TRACEBACK", f"a message of more than one line: {text!r}"
        outcome, said = ("refused" if given.values is None else "asked"), text
    except Exception:  # noqa: BLE001 - that is what is looked for
        return "TRACEBACK", traceback.format_exc()
    else:
        got = case.sample.values
        if given.values == ():
            outcome, said = "read", ""
        elif given.values is None:
            outcome, said = "SILENT", f"{got[:5]}"
        else:
            same = np.array_equal(np.sort(got), np.sort(np.array(given.values)))
            outcome, said = ("right", "") if same else ("SILENT", f"{got.size}: {got[:5]}")
            how = getattr(case.source, "how", None)
            if how is not None and how.open_point and not same:
                thousands = 1000 * np.sort(got)
                told = thousands.shape == (len(given.values),)
                if told and np.allclose(thousands, np.sort(np.array(given.values))):
                    outcome = "told"
    if time.monotonic() - begin > SLOW:
        return "HANG", said
    return outcome, said


def tried(n: int, seed: int = 0) -> tuple[dict[str, Any], list[str]]:
    """Counts of outcomes by whether a table was whole, and a line on each that is bad."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(n):
            rng = np.random.default_rng([seed, i])
            whole = bool(rng.random() < 0.6)
            given = (table if whole else damaged)(rng)
            outcome, said = judged(given, Path(folder))
            counts["whole" if whole else "damaged"][outcome] += 1
            if outcome.isupper():
                bad.append(f"{i} {outcome} {given.written} {said}")
    return {kind: dict(counted) for kind, counted in counts.items()}, bad


def main(argv: Sequence[str] | None = None) -> int:
    """Try tables and write the counts; returns 1 if any was bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="how many (default: 10,000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("reports"))
    given = parser.parse_args(argv)
    begin = time.monotonic()
    counts, bad = tried(given.n, given.seed)
    for line in bad[:50]:
        print(line)  # noqa: T201 - a command
    found = {"tables": given.n, "seed": given.seed, "counts": counts, "bad": len(bad)}
    given.out.mkdir(exist_ok=True)
    (given.out / "hostile.json").write_text(json.dumps(found, indent=1) + "\n")
    rows = [
        f"| {meaning} | {counts.get('whole', {}).get(outcome, 0):,} | "
        f"{counts.get('damaged', {}).get(outcome, 0):,} |"
        for outcome, meaning in OUTCOMES.items()
    ]
    (given.out / "hostile.md").write_text(
        "# Tables through the reading\n\n"
        f"{given.n:,} generated tables (seed {given.seed}): text in many dialects, Parquet, "
        "workbooks and SQLite, whole and damaged.\n\n"
        "| what became of them | whole | damaged |\n|---|---:|---:|\n" + "\n".join(rows) + "\n\n"
        "Made by `make hostile`.\n"
    )
    print(json.dumps(found), f"{time.monotonic() - begin:.0f} s")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
