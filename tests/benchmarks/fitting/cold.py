"""The first fit of a fresh process: its whole life, imports and all, and its largest memory."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine.data import heights, stored
from benchmarks.engine.process import fresh
from benchmarks.engine.rscript import SCRIPT
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import Call, interleave

__all__ = ["measure"]

Row = dict[str, Any]

READ = "import sys, numpy; x = numpy.fromfile(sys.argv[1])\n"

# A process cannot be asked for its memory after its end without counting what it was forked from.
MEMORY = """
try:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
except OSError:
    pass
"""

PYTHON = {
    "NumPy alone, the data read": READ,
    "em": READ + "import em; em.fit(x, 2)\n",
    "scikit-learn": READ
    + "from sklearn.mixture import GaussianMixture; GaussianMixture(2).fit(x[:, None])\n",
}


def measure(
    settings: Settings, found: Sequence[str], folder: Path, say: Callable[[str], None]
) -> list[Row]:
    """The rows of the table of fresh processes; arguments as for `fits.measure`."""
    rows: list[Row] = []
    for n in sorted({min(settings.sizes), max(settings.sizes)}):
        say(f"n = {n:,}: fresh processes")
        data = stored(heights(n), folder)
        commands = {
            name: [sys.executable, "-c", code + MEMORY, str(data)] for name, code in PYTHON.items()
        }
        program = shutil.which("Rscript")
        for name in found:
            # The default of mixtools takes minutes at a million values.
            if program and (name == "mclust" or n <= 100_000):
                commands[name] = [program, str(SCRIPT), "once", name, str(data)]
        cells = {
            name: partial(_process, command, settings.patience)
            for name, command in commands.items()
        }
        for name, timed in interleave(cells, 1e9, settings.processes).items():
            row: Row = {
                "n": n, "tool": name, "seconds": timed.seconds, "note": timed.note,
                "median": statistics.median(timed.seconds) if timed.seconds else None,
                "memory": timed.answer,
            }  # fmt: skip
            rows.append(row)
    return rows


def _process(command: list[str], limit: float) -> Call:
    """Run a program from start to end; the answer is its largest memory in MB, or None."""
    seconds, printed = fresh(command, limit)
    kilobytes = printed.split()
    return Call(seconds, int(kilobytes[-1]) / 1024 if kilobytes else None)
