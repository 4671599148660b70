"""Progress: shows on a terminal which step is running, and keeps how long each one took."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Progress"]

WORTH_A_LINE = 1.0
"""Steps of this many seconds leave a line on the terminal when they are done."""


class Progress:
    """The steps of a run, one after the other.

    Parameters
    ----------
    stream : text stream, optional
        Where to show them if it is a terminal; standard error by default. Nothing is written to
        anything else.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.seconds: dict[str, float] = {}
        """How long each step took, by its name, in the order of the steps."""
        self._begin = time.perf_counter()

    @property
    def on_terminal(self) -> bool:
        """Whether somebody is watching."""
        return self.stream is not None and self.stream.isatty()

    @property
    def total(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._begin

    @contextmanager
    def step(self, name: str, message: str) -> Iterator[None]:
        """Time a step, and show its message with a clock while it runs.

        Parameters
        ----------
        name : str
            The key in `seconds`.
        message : str
            What is going on, in a few words, such as "Fitting by EM".
        """
        begin = time.perf_counter()
        try:
            with self._shown(message):
                yield
        finally:
            self.seconds[name] = time.perf_counter() - begin
        if self.on_terminal and self.seconds[name] > WORTH_A_LINE:
            self.stream.write(f"{message}: {self.seconds[name]:.1f} s\n")

    @contextmanager
    def _shown(self, message: str) -> Iterator[None]:
        if not self.on_terminal:
            yield
            return
        # Only a terminal needs it, and loading it takes longer than some runs' bad input.
        from rich.console import Console
        from rich.progress import Progress as Bars
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=Console(file=self.stream), transient=True) as bars:
            bars.add_task(message, total=None)
            yield
