"""Progress: shows on a terminal which step is running, and keeps how long each one took."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

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
        self._bars: Bars | None = None
        self._task: TaskID | None = None

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

    def show(self, fraction: float, rows: int, seconds: float) -> None:
        """Show how far the step is that runs now, in rows and time.

        Parameters
        ----------
        fraction : float
            How much of it is done, from 0 to 1.
        rows : int
            How many rows that are.
        seconds : float
            How long it took.
        """
        bars, task = self._bars, self._task
        if bars is None or task is None:
            return
        left = seconds * (1 - fraction) / fraction if fraction > 0 else 0.0
        rate = f", {_short(rows / seconds)} rows/s" if seconds > 0 else ""
        until = f", {timedelta(seconds=round(left))} left" if fraction > 0 and seconds > 1 else ""
        bars.update(
            task,
            total=1.0,
            completed=fraction,
            detail=f"{fraction:4.0%}, {_short(rows)} rows{rate}{until}",
        )

    def note(self, line: str) -> None:
        """Say something that matters for the step that runs now, if somebody is watching."""
        if self.on_terminal:
            # Of the two ways to write, only this one leaves the clock below the line.
            if self._bars is not None:
                self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)
            else:
                self.stream.write(f"{line}\n")

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
            TextColumn("{task.fields[detail]}", markup=False),
        )
        with Bars(*columns, console=Console(file=self.stream), transient=True) as bars:
            self._task = bars.add_task(message, total=None, detail="")
            self._bars = bars
            try:
                yield
            finally:
                self._bars = self._task = None


def _short(number: float) -> str:
    """A number of rows, to three digits."""
    for size, unit in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if number >= 0.9995 * size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.0f}"
