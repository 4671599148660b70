"""The command line: reads the data, fits them twice, and writes the report.

``python -m compare.run --help`` lists the options. No other module decides what is written where.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO

from compare.command.analysis import Outcome, analyse, analyse_groups, require_one
from compare.command.files import check_targets, earlier_files, prepare_folder, write_together
from compare.command.naming import named_apart
from compare.command.options import Options, parse
from compare.comparison.groups import slugs
from compare.data.cases import Case
from compare.data.progress import Progress
from compare.data.reading import Reading, read_cases
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.parts import Hints
from compare.tables.sources import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from compare.command.files import Content
    from compare.data.checkpoint import Checkpoint

__all__ = ["Outcome", "analyse", "main"]

DONE, BAD_INPUT, UNTRUSTED = 0, 2, 3
"""Exit statuses; a run stopped by a signal ends with 128 and the signal's number."""

NEEDED = ("pymc", "arviz", "h5netcdf", "arviz_plots", "matplotlib", "jinja2")
"""What the extra `compare` installs and a run cannot do without."""


class Stopped(BaseException):
    """Ctrl-C or SIGTERM came.

    It is no KeyboardInterrupt, because both samplers catch that one and go on with the draws they
    have, which would end in a report nobody asked for.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit status: 0 done; 2 the input cannot be used; 3 a diagnostic failed, with
        ``--strict``; 130 and 143 stopped by Ctrl-C and by SIGTERM.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        with _stoppable() as signals:
            status = _run(parse(arguments), signals)
    except InputError as error:
        status = _end(BAD_INPUT, f"error: {error}")
    except KeyboardInterrupt:
        status = _end(128 + signal.SIGINT, "stopped by Ctrl-C")
    except Stopped as stop:
        by = "Ctrl-C" if stop.number == signal.SIGINT else signal.Signals(stop.number).name
        status = _end(128 + stop.number, f"stopped by {by}")
    except SystemExit as end:
        # --help and --version have printed what was asked for.
        status = DONE if end.code is None else int(end.code)
    _flush_output()
    return status


def _run(options: Options, signals: Sequence[int]) -> int:
    progress = Progress()
    check_targets(options.out, ())
    with progress.step("read", "Reading the data"):
        cases, checkpoint = _cases(options, progress)
    require_one(cases, options.components)
    cases = named_apart(cases, options.out)
    name, grouped = cases[0].name, options.by is not None
    targets = _targets(name, [case.group for case in cases] if grouped else None)
    check_targets(options.out, targets)
    _check_installed(options.sampler)
    prepare_folder(options.out)

    if grouped:
        outcome = analyse_groups(cases, options, progress)
    else:
        outcome = analyse(cases[0], options, progress)
    if signals:
        raise Stopped(signals[0])

    report = outcome.report
    contents: dict[str, Content] = {
        f"{name}/{file}": picture for file, picture in report.figures.items()
    }
    contents |= {f"{name}/{file}": save for file, save in outcome.save_groups.items()}
    if outcome.save_posterior is not None:
        contents[f"{name}.nc"] = outcome.save_posterior
    # The page that people open comes last, when all that it may point to is there.
    contents |= {
        f"{name}.md": report.markdown.encode(),
        f"{name}.json": report.json.encode(),
        f"{name}.html": report.html.encode(),
    }
    stale = earlier_files(options.out, name) - contents.keys()
    try:
        with progress.step("write", "Writing the report"):
            write_together(options.out, contents, remove=sorted(stale))
    except OSError as error:
        raise InputError(
            f"the report cannot be written to {quoted(options.out, 200)}: "
            f"{error.strerror or error}; earlier reports are as they were"
        ) from error
    if checkpoint is not None:
        checkpoint.remove()
    minded = "".join(f"Mind: {text}\n" for text in outcome.cautions)
    _say(f"{outcome.headline}\n{outcome.verdict}\n{minded}", sys.stdout)
    for target in (target for target in targets if target in contents):
        _say(one_line(str(options.out / target)), sys.stdout)
    return UNTRUSTED if options.strict and not outcome.trusted else DONE


def _targets(name: str, groups: Sequence[str] | None = None) -> list[str]:
    """The folder and the files of a report, with draws of each group if there are several."""
    draws = [".nc"] if groups is None else [f"/{slug}.nc" for slug in slugs(groups)]
    return [f"{name}{ending}" for ending in ("/", ".html", *draws, ".json", ".md")]


def _cases(options: Options, progress: Progress) -> tuple[tuple[Case, ...], Checkpoint | None]:
    """The data, and what to remove once the report on them is written."""
    try:
        if options.data is None:
            return (Case.synthetic(options.seed, options.n),), None
        source = find(options.data)
        for file in source.files:
            check_targets(options.out, _targets(source.name), file.path)
        reading = Reading(
            source,
            options.column,
            options.weights,
            options.by,
            options.unit,
            options.rounding,
            options.missing,
            options.out,
            options.fresh,
            options.weights_are,
            options.total,
            options.leave_out,
            options.missing_values,
            Hints(
                options.separator,
                options.decimal,
                options.thousands,
                options.encoding,
                options.skip_lines,
                options.sheet,
            ),
        )
        if options.scheduler is None:
            return read_cases(reading, progress)
        from compare.data.scheduler import connect

        seen = {str(file.path.absolute()): file.size for file in source.files}
        with connect(options.scheduler, seen) as executor:
            return read_cases(reading, progress, executor)
    except MemoryError:
        raise InputError("the data do not fit into memory; take fewer of them") from None


def _check_installed(sampler: str) -> None:
    """Say what is missing before EM has run, not after."""
    needed = (*NEEDED, "nutpie") if sampler == "nutpie" else NEEDED
    missing = [package for package in needed if find_spec(package) is None]
    if missing:
        raise InputError(
            f"not installed: {', '.join(missing)}; pip install 'em-vs-bayes[compare]' brings all "
            "that a report needs"
        )


@contextmanager
def _stoppable() -> Iterator[Sequence[int]]:
    """Turn Ctrl-C and SIGTERM into `Stopped`, so that everything on the way out is cleaned up.

    Yields the signals that came, because compiled code may lose the exception, or put a
    SystemError in its place.
    """
    signals: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    process = os.getpid()

    def stop(number: int, _: FrameType | None) -> None:
        if os.getpid() == process:
            signals.append(number)
            raise Stopped(number)
        # A process that PyMC's own sampler forked: it knows what to do with the usual handlers.
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
        signal.raise_signal(number)

    earlier = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        # Who started the command, nohup for example, may have asked to ignore a signal.
        if signal.getsignal(number) not in {signal.SIG_IGN, None}:
            earlier[number] = signal.signal(number, stop)
    try:
        yield signals
    except Exception:
        if signals:
            raise Stopped(signals[0]) from None
        raise
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _end(status: int, message: str) -> int:
    _say(f"compare.run: {one_line(message)}", sys.stderr)
    return status


def _say(text: str, stream: TextIO | None) -> None:
    """Print, whatever the stream can encode, and whether or not somebody still reads it."""
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)
    except BrokenPipeError:
        _leave(stream)


def _flush_output() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave(sys.stdout)


def _leave(stream: TextIO) -> None:
    """Send the rest nowhere, since Python would complain about the broken pipe when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    ended = main()
    # Half a second is not spent on taking apart what the process leaves behind anyway.
    gc.freeze()
    sys.exit(ended)
