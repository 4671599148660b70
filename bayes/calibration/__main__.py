"""calibration: is the posterior right? ``python -m bayes.calibration`` finds out by simulation.

Truths are drawn from the prior, data from the truths, and every data set is fitted: then each
truth must rank evenly among the draws of its posterior. `bayes.calibration.ranks` says why and
tests it.
"""

from __future__ import annotations

import platform
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Self, TextIO

from bayes.calibration.options import InputError, Options, parse
from bayes.calibration.trial_log import LogError, TrialLog
from bayes.calibration.trials import RANKED, Trials

__all__ = ["main"]

DONE, BAD_INPUT, UNCALIBRATED = 0, 2, 3

PACKAGES = ("em-vs-bayes", "numpy", "scipy", "pymc", "pytensor", "numba", "nutpie")


class Stopped(Exception):  # noqa: N818 - no error
    """Ctrl-C or SIGTERM came, and was heeded between two data sets."""

    def __init__(self, number: int, left: str) -> None:
        super().__init__(number)
        self.number = number
        self.left = left


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit status: 0 done; 2 bad arguments; 3 not calibrated, with ``--strict``; 130 and
        143 stopped by Ctrl-C and by SIGTERM.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        return _run(parse(arguments))
    except (InputError, LogError) as error:
        return _end(BAD_INPUT, f"error: {error}")
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        return _end(BAD_INPUT, f"error: the output cannot be written: {error.strerror}{where}")
    except Stopped as stop:
        by = "Ctrl-C" if stop.number == signal.SIGINT else signal.Signals(stop.number).name
        return _end(128 + stop.number, f"stopped by {by}; {stop.left}")
    except KeyboardInterrupt:
        return _end(128 + signal.SIGINT, "stopped by Ctrl-C; finished data sets are kept")
    except SystemExit as end:  # --help has printed what was asked for
        return DONE if end.code is None else int(end.code)


def _run(options: Options) -> int:
    missing = [name for name in ("pymc", "nutpie", "matplotlib") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"not installed: {', '.join(missing)}; pip install 'em-vs-bayes[compare]' brings them"
        )
    plan, out, name = options.plan, options.out, options.name
    out.mkdir(parents=True, exist_ok=True)
    versions = _versions()
    settings = {**asdict(plan), "ranked": RANKED, "versions": versions}
    log = TrialLog(out / f"{name}.jsonl", settings, fresh=options.fresh)
    trials = Trials(plan)
    _fill(log, trials, options.data_sets)

    # Half a second of plotting code that an interrupted run can do without.
    from bayes.calibration.figure import alt_text, draw
    from bayes.calibration.report import to_json, to_markdown
    from bayes.calibration.result import Calibration

    calibration = Calibration(
        plan,
        tuple(log.trials[index] for index in range(options.data_sets)),
        trials.priors.describe(),
        versions,
    )
    picture = f"{name}.svg"
    _write_together(
        out,
        {
            f"{name}.json": to_json(calibration),
            picture: draw(calibration),
            f"{name}.md": to_markdown(calibration, picture, alt_text(calibration), options.command),
        },
    )
    if len(log.trials) == options.data_sets:  # else there is more in it than was asked for
        log.remove()
    sys.stdout.write(f"{calibration.verdict}\n{calibration.gate}\n{out / name}.md\n")
    return UNCALIBRATED if options.strict and not calibration.calibrated else DONE


def _fill(log: TrialLog, trials: Trials, data_sets: int) -> None:
    """Run the trials that the log does not have yet.

    One after the other: the chains of one fit keep two cores busy by themselves, and two fits at
    a time gained nothing.
    """
    missing = [index for index in range(data_sets) if index not in log.trials]
    progress = Progress(data_sets, data_sets - len(missing))
    with _stoppable() as signals, progress:
        for index in missing:
            trial = trials.run(index)
            if not signals:
                # After a signal a fit may have ended early, so it does not count.
                log.append(trial)
                progress.advance()
            if signals:
                raise Stopped(
                    signals[0],
                    f"{len(log.trials)} of {data_sets} data sets are done, the same command "
                    "goes on with the rest",
                )


class Progress:
    """A line on a terminal: how many are done, how fast, how long still. Nothing in a pipe.

    Parameters
    ----------
    total : int
        How many there are to do.
    done : int
        How many of them were done before.
    stream : text stream, optional
        Standard error by default.
    clock : callable
        Seconds from any origin.
    """

    def __init__(
        self,
        total: int,
        done: int,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream is not None and self._stream.isatty()
        self._total, self._before, self._done = total, done, done
        self._clock, self._begin = clock, clock()
        self._width = 0

    def __enter__(self) -> Self:
        self._say(f"{self._done} of {self._total} data sets")
        return self

    def __exit__(self, *_: object) -> None:
        self._say("")

    def advance(self) -> None:
        """Count one more."""
        self._done += 1
        seconds = max(self._clock() - self._begin, 1e-9)
        rate = (self._done - self._before) / seconds
        left = round((self._total - self._done) / rate)
        self._say(
            f"{self._done} of {self._total} data sets, {rate:.2g} a second, "
            f"{left // 60}:{left % 60:02d} left"
        )

    def _say(self, text: str) -> None:
        if self._shown:
            self._stream.write(f"\r{text.ljust(self._width)}" + ("" if text else "\r"))
            self._stream.flush()
            self._width = len(text)


@contextmanager
def _stoppable() -> Iterator[Sequence[int]]:
    """Collect Ctrl-C and SIGTERM, to be heeded between two data sets; a second Ctrl-C is not.

    A fit takes a fraction of a second, and no compiled code has to cope with an exception.
    """
    signals: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return

    def note(number: int, _: FrameType | None) -> None:
        signals.append(number)
        if len(signals) > 1:
            raise KeyboardInterrupt

    # Who started the command, nohup for example, may have asked to ignore a signal.
    earlier = {
        number: signal.signal(number, note)
        for number in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(number) not in {signal.SIG_IGN, None}
    }
    try:
        yield signals
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _write_together(folder: Path, contents: Mapping[str, str]) -> None:
    """Write files beside their destination, and move them there once all are complete."""
    with tempfile.TemporaryDirectory(prefix=".calibration-", dir=folder) as staging:
        for name, content in contents.items():
            Path(staging, name).write_text(content, encoding="utf-8")
        for name in contents:
            Path(staging, name).replace(folder / name)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # run from its folder without being installed
            continue
    return found


def _end(status: int, message: str) -> int:
    sys.stderr.write(f"bayes.calibration: {message}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
