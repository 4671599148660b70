"""Measure, and write the page and its figures: ``python -m benchmarks.run``, or ``make bench``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.engine import machine, rscript
from benchmarks.engine.data import SEED
from benchmarks.engine.settings import FULL, QUICK, SECTIONS, Settings
from benchmarks.fitting import cold, fits, uncertainty
from benchmarks.sampling import turns
from benchmarks.searching import search
from benchmarks.size import growth, growth_figure, large, scale
from benchmarks.writing.findings import missing
from benchmarks.writing.page import render
from compare.command.files import prepare_folder, write_together

__all__ = ["SCHEMA", "main", "measure"]

SCHEMA = 1
"""Number of the layout of the JSON file; another layout gets another number."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks.

    Parameters
    ----------
    argv : sequence of str, optional
        The command line; that of the process by default.
    """
    asked = _parser().parse_args(argv)
    # The page that is kept is only replaced by one that is as complete.
    whole = not (asked.quick or asked.huge) and set(asked.only) == set(SECTIONS)
    name = "benchmarks" if whole else f"benchmarks-{'huge' if asked.huge else 'quick'}"
    prepare_folder(asked.out)
    settings = QUICK if asked.quick else FULL
    with _leaving():
        results = measure(settings, asked.only, quick=asked.quick, huge=asked.huge)
    picture = f"{name}-growth.png"
    drawn = growth_figure.draw(results.get("growth", []))
    write_together(
        asked.out,
        name,
        {
            **({} if drawn is None else {picture: drawn}),
            f"{name}.json": (json.dumps(results, indent=1) + "\n").encode(),
            f"{name}.md": render(results, None if drawn is None else picture).encode(),
        },
    )
    sys.stdout.write(f"{asked.out / name}.md\n")
    return 0


@contextmanager
def _leaving() -> Iterator[None]:
    """End on SIGTERM as on Ctrl-C, so that what was made for the run, gigabytes, is deleted."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    earlier = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def measure(
    settings: Settings, only: Sequence[str], *, quick: bool = False, huge: bool = False
) -> dict[str, Any]:
    """Make all measurements; what comes back is what the JSON file holds.

    Parameters
    ----------
    settings : Settings
    only : sequence of str
        The sections to measure.
    quick : bool
        Whether the settings are those of a quick run.
    huge : bool
        Whether section ``scale`` gets a billion values in addition.
    """
    begin = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - begin:6.0f} s  {what}\n")

    before = machine.load()
    there = rscript.versions()
    results: dict[str, Any] = {
        "schema": SCHEMA,
        "settings": {**asdict(settings), "quick": quick, "only": list(only), "huge": huge},
        "seed": SEED,
        "machine": machine.describe(there),
    }
    if absent := missing(results):
        say(absent)
    with tempfile.TemporaryDirectory() as folder:
        for section, part in (("fits", fits), ("uncertainty", uncertainty), ("cold", cold)):
            if section in only:
                found = [name for name in ("mclust", "mixtools") if name in there]
                results[section] = part.measure(settings, found, Path(folder), say)
        if "search" in only:
            results["search"] = search.measure(settings, say)
        if "large" in only:
            results["large"] = large.measure(settings, say)
        if "scale" in only:
            results["scale"] = scale.measure(settings, say, huge=huge)
        if "sampling" in only:
            stan = "rstan" in there
            results["sampling"] = turns.measure(settings, Path(folder), say, stan=stan)
        if "growth" in only:
            results["growth"] = growth.measure(settings, Path(folder), results, say)
    results["load"] = [before, machine.load()]
    results["seconds"] = time.monotonic() - begin
    say("done")
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="about five minutes: small sizes, few calls; writes benchmarks-quick.md and .json",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=SECTIONS,
        default=list(SECTIONS),
        metavar="SECTION",
        help=f"some of {', '.join(SECTIONS)}; writes benchmarks-quick.md and .json",
    )
    parser.add_argument(
        "--huge",
        action="store_true",
        help="in section scale also a billion values: about 8 GB of disk for a while (TMPDIR says "
        "where) and some 15 minutes; writes benchmarks-huge.md and .json",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("reports"), help="the folder to write to (reports)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
