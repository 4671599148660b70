"""Session: what every command of a study is asked, how it shows how far it is, and how it ends."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from compare.command import guard
from compare.command.arguments import whole
from compare.command.stopping import Stopped, stoppable
from compare.study.log import LogError
from compare.tables.errors import InputError, one_line

if TYPE_CHECKING:
    from compare.study.design import Design

__all__ = ["DONE", "Progress", "counted", "require", "session", "shared"]

DONE, BROKEN, BAD_INPUT = 0, 1, 2


class Progress:
    """How far a study is: how many are done, how fast, how long still. Nothing in a pipe.

    Parameters
    ----------
    what : str
        What is counted, such as ``data sets``.
    stream : text stream, optional
        Standard error by default.
    clock : callable
        Seconds from any origin.
    """

    def __init__(
        self,
        what: str,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.signals: Sequence[int] = ()
        """Those that came."""
        self._what, self._stream, self._clock = what, stream or sys.stderr, clock
        self._done = self._total = self._before = self._width = 0
        self._begin: float | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show that so many are done, the first time how many were done before.

        Raises
        ------
        Stopped
            After a signal whose own exception was lost in compiled code: what was under way may
            have ended early, so it does not count.
        """
        if self.signals:
            raise Stopped(self.signals[0])
        self._done, self._total = done, total
        text = f"{done} of {total} {self._what}"
        if self._begin is None:
            self._begin, self._before = self._clock(), done
        else:
            rate = (done - self._before) / max(self._clock() - self._begin, 1e-9)
            left = round((total - done) / rate)
            text += f", {rate:.2g} a second, {left // 60}:{left % 60:02d} left"
        self._say(text)

    def clear(self) -> None:
        """Take the line away."""
        self._say("")

    @property
    def kept(self) -> str:
        """What a run that ends early leaves to the next, to be added to what is said of it."""
        if not self._total:
            return ""
        return (
            f"; {self._done} of {self._total} {self._what} are done, the same command goes on "
            "with the rest"
        )

    def _say(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r{text.ljust(self._width)}" + ("" if text else "\r"))
            self._stream.flush()
            self._width = len(text)


def counted(
    parser: argparse._ActionsContainer,
    option: str,
    default: int | None,
    lowest: int,
    text: str,
    otherwise: str | None = None,
) -> None:
    """Add an option that is a whole number; `otherwise` says what its absence means."""
    parser.add_argument(
        option,
        type=whole(lowest),
        default=default,
        metavar="N",
        help=f"{text} (default: {otherwise or default})",
    )


def shared(parser: argparse._ActionsContainer, usual: Design) -> None:
    """Add what all studies are asked for: how to sample, who works, and where to."""
    counted(parser, "--seed", usual.seed, 0, "of all truths, data and chains")
    counted(parser, "--draws", usual.draws, 4, "kept draws of each chain")
    counted(parser, "--tune", usual.tune, 1, "draws of each chain before those, to adapt")
    counted(parser, "--chains", usual.chains, 1, "how many chains")
    counted(parser, "--workers", None, 1, "processes that fit", "one a core")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports"),
        metavar="DIR",
        help="the folder to write into, made if missing (default: reports)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start again, whatever an earlier run left"
    )


def session(name: str, what: str, work: Callable[[Progress], int]) -> int:
    """Do the work of a command.

    Parameters
    ----------
    name : str
        Of the command, such as ``compare.study``.
    what : str
        What it counts, such as ``data sets``.
    work : callable
        Is given what shows how far it is, and gives the exit status.

    Returns
    -------
    int
        Its status; 1 if a process that worked for it is gone; 2 if it cannot be done, which one
        line explains; 129, 130 and 143 if it was stopped by SIGHUP, Ctrl-C and SIGTERM.
    """
    progress = Progress(what)
    try:
        with stoppable() as progress.signals:
            try:
                return work(progress)
            finally:
                progress.clear()
    except (InputError, LogError) as error:
        status, said = BAD_INPUT, f"error: {error}"
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        status, said = BAD_INPUT, f"error: the output cannot be written: {error.strerror}{where}"
    except BrokenExecutor:
        status = BROKEN
        said = f"error: a process was killed, for want of memory perhaps{progress.kept}"
    except Stopped as stop:
        status, said = 128 + stop.number, f"{guard.said(stop.number)}{progress.kept}"
    except KeyboardInterrupt:
        status, said = 128 + signal.SIGINT, f"{guard.said(signal.SIGINT)}{progress.kept}"
    except SystemExit as end:  # --help has printed what was asked for
        return DONE if end.code is None else int(end.code)
    sys.stderr.write(f"{name}: {one_line(said)}\n")
    return status


def require(*packages: str) -> None:
    """Say what is missing before anything slow begins.

    Raises
    ------
    InputError
        If one of the packages is not installed.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise InputError(
            f"not installed: {', '.join(missing)}; pip install 'em-vs-bayes[compare]' brings them"
        )
