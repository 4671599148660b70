"""A fresh process, timed from its start to its end, and its largest memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.engine.timing import Call, CallError, call

__all__ = ["PROJECT", "Weighed", "fresh", "weighed"]

PROJECT = Path(__file__).parents[3]

# A process inherits the largest memory of the one that it was forked from: so a small one forks it.
WRAPPER = """
import json, resource, subprocess, sys, time
begin = time.perf_counter()
made = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=False)
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
    made = call(lambda: _run(command, {**os.environ, **(variables or {})}), limit)
    status, printed, complaints = made.answer
    if status:
        raise CallError(f"failed: {(complaints.strip().splitlines() or ['without a word'])[-1]}")
    return Call(made.seconds, printed)


def _run(command: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            printed, complaints = process.communicate()
        except BaseException:
            # PyMC's chains are processes that go on when theirs is gone, and slow what comes next.
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, printed, complaints


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
    made = fresh([sys.executable, "-c", WRAPPER, *command], limit)
    seconds, largest, printed = json.loads(made.answer)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere
    return Call(seconds, Weighed(largest / unit, printed))
