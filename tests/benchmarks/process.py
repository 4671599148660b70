"""A fresh process, timed from its start to its end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.timing import Call, CallError, call

__all__ = ["PROJECT", "fresh"]

PROJECT = Path(__file__).parents[2]


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
