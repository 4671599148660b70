"""Measure, and write the page and its figures: ``python -m benchmarks.run``, or ``make bench``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import cold, fits, large, machine, rscript, sampling, uncertainty
from benchmarks.data import SEED
from benchmarks.findings import missing
from benchmarks.page import render
from benchmarks.settings import FULL, QUICK, SECTIONS, Settings
from compare.files import prepare_folder, write_together

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
    whole = not asked.quick and set(asked.only) == set(SECTIONS)
    # The page that is kept is only replaced by one that is as complete.
    name = "benchmarks" if whole else "benchmarks-quick"
    prepare_folder(asked.out)
    results = measure(QUICK if asked.quick else FULL, asked.only, quick=asked.quick)
    page = render(results)
    write_together(
        asked.out,
        {
            f"{name}.json": (json.dumps(results, indent=1) + "\n").encode(),
            f"{name}.md": page.encode(),
        },
    )
    sys.stdout.write(f"{asked.out / name}.md\n")
    return 0


def measure(settings: Settings, only: Sequence[str], *, quick: bool = False) -> dict[str, Any]:
    """Make all measurements; what comes back is what the JSON file holds."""
    begin = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - begin:6.0f} s  {what}\n")

    before = machine.load()
    there = rscript.versions()
    results: dict[str, Any] = {
        "schema": SCHEMA,
        "settings": {**asdict(settings), "quick": quick, "only": list(only)},
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
        if "large" in only:
            results["large"] = large.measure(settings, say)
        if "sampling" in only:
            stan = "rstan" in there
            results["sampling"] = sampling.measure(settings, Path(folder), say, stan=stan)
    results["load"] = [before, machine.load()]
    results["seconds"] = time.monotonic() - begin
    say("done")
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="about four minutes: small sizes, few calls; writes benchmarks-quick.md and .json",
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
        "--out", type=Path, default=Path("reports"), help="the folder to write to (reports)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
