"""A fresh process, timed from its start to its end, and its largest memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import Call, CallError, call

__all__ = ["PROJECT", "Weighed", "fresh", "weighed"]

PROJECT = Path(__file__).parents[2]

# A process inherits the largest memory of the one that it was forked from: so a small one forks it.
WRAPPER = """
import json, resource, subprocess, sys, time
begin = time.perf_counter()
try:
    made = subprocess.run(
        sys.argv[2:], timeout=float(sys.argv[1]), capture_output=True, text=True, check=False
    )
except subprocess.TimeoutExpired:
    sys.exit(f"stopped after {float(sys.argv[1]):.0f} s")
seconds = time.perf_counter() - begin
sys.stderr.write(made.stderr)
largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([seconds, largest, made.stdout]))
sys.exit(made.returncode)
"""


class Weighed(NamedTuple):
    """What a process printed, and how large it was."""

    memory: float
    """The largest resident size of it or of any process that it started, in MB."""
    printed: str


def fresh(command: Sequence[str], limit: float, variables: Mapping[str, str] | None = None) -> Call:
    """Run a program in the project's folder; the answer is what it printed.

    Parameters
    ----------
    command : sequence of str
    limit : float
        Seconds until it is stopped.
    variables : mapping of str to str, optional
        Of the environment, besides those of this process.

    Raises
    ------
    CallError
        If it takes too long, or fails: then with the last line that it wrote on standard error.
    """
    made = call(
        lambda: subprocess.run(
            command,
            cwd=PROJECT,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
        ),
        limit,
    )
    finished = made.answer
    if finished.returncode:
        raise CallError(
            f"failed: {(finished.stderr.strip().splitlines() or ['without a word'])[-1]}"
        )
    return Call(made.seconds, finished.stdout)


def weighed(command: Sequence[str], limit: float) -> Call:
    """Run a program in the project's folder; the answer is `Weighed`.

    Parameters
    ----------
    command : sequence of str
    limit : float
        Seconds until it is stopped.

    Raises
    ------
    CallError
        As `fresh` does.
    """
    # The wrapper, whose limit comes first, stops the program; it could not if it were stopped.
    made = fresh([sys.executable, "-c", WRAPPER, str(limit), *command], limit + 30.0)
    seconds, largest, printed = json.loads(made.answer)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere
    return Call(seconds, Weighed(largest / unit, printed))
