"""The command line: reads the data, fits them twice, and writes the report.

``python -m compare.run --help`` lists the options. No other module decides what is written where.
"""

from __future__ import annotations

from compare.command import guard

if __name__ == "__main__":
    # What follows takes half a second to load, and Ctrl-C may come in that, too.
    guard.at_once()

import gc
import os
import signal
import sys
import traceback
import warnings
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from compare.command.analysis import Outcome, analyse, analyse_groups, require_one
from compare.command.files import check_targets, prepare_folder, write_together
from compare.command.naming import named_apart
from compare.command.options import Options, parse
from compare.command.seal import sealed
from compare.command.stopping import Stopped, stoppable
from compare.comparison.groups import slugs
from compare.data.cases import Case
from compare.data.origins import Column
from compare.data.progress import Progress
from compare.data.reading import Reading, read_cases
from compare.tables.errors import InputError, one_line, quoted
from compare.tables.parts import Hints
from compare.tables.sources import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.command.files import Content
    from compare.data.checkpoint import Checkpoint

__all__ = ["Outcome", "analyse", "main"]

DONE, BUG, BAD_INPUT, UNTRUSTED = 0, 1, 2, 3
"""Exit statuses; a run stopped by a signal ends with 128 and the signal's number."""

NEEDED = ("pymc", "arviz", "h5netcdf", "arviz_plots", "matplotlib", "jinja2")
"""What the extra `compare` installs and a run cannot do without."""


TRACEBACK = "EM_VS_BAYES_TRACEBACK"
"""The environment variable that asks for the traceback of a bug."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit status: 0 done; 1 a mistake in this program; 2 the input cannot be used, or
        the report cannot be written; 3 a diagnostic failed, with ``--strict``; 129, 130 and 143
        stopped by SIGHUP, Ctrl-C and SIGTERM.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        with stoppable() as signals:
            status = _run(parse(arguments), signals)
    except InputError as error:
        status = _end(BAD_INPUT, f"error: {error}")
    except KeyboardInterrupt:
        status = _end(128 + signal.SIGINT, guard.said(signal.SIGINT))
    except Stopped as stop:
        status = _end(128 + stop.number, guard.said(stop.number))
    except SystemExit as end:
        # --help and --version have printed what was asked for.
        status = DONE if end.code is None else int(end.code)
    except MemoryError:
        status = _end(BAD_INPUT, "error: the memory does not suffice; take fewer data or --draws")
    except OSError as error:
        status = _end(BAD_INPUT, f"error: {error}")
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        status = _end(BUG, f"error: {_bug(error)}")
    _flush_output()
    return status


def _bug(error: Exception) -> str:
    """What to say of an error that no input explains."""
    *_, last = traceback.extract_tb(error.__traceback__)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"this is a mistake in em-vs-bayes or in what it uses, please report it: {what[:300]} "
        f"({Path(last.filename).name}, line {last.lineno}); {TRACEBACK}=1 in the environment shows "
        "all of it"
    )


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
    contents |= {
        f"{name}/{file}": partial(save, run=report.run)
        for file, save in outcome.save_groups.items()
    }
    if outcome.save_posterior is not None:
        contents[f"{name}.nc"] = partial(outcome.save_posterior, run=report.run)
    contents |= {f"{name}.md": report.markdown.encode(), f"{name}.html": report.html.encode()}
    # It vouches for the others, so it comes last.
    files = tuple(contents)
    contents[f"{name}.json"] = lambda path: path.write_bytes(
        sealed(report.json, report.run, path.parent, files, cases[0].variable)
    )
    wait = partial(progress.note, "Waiting for another run that writes the same report.")
    try:
        with progress.step("write", "Writing the report"):
            write_together(options.out, name, contents, wait)
    except OSError as error:
        state = "; ".join(getattr(error, "__notes__", ())) or "earlier reports are as they were"
        raise InputError(
            f"the report cannot be written to {quoted(options.out, 200)}: "
            f"{error.strerror or error}; {state}"
        ) from error
    if checkpoint is not None:
        checkpoint.remove()
    minded = "".join(f"Mind: {text}\n" for text in outcome.cautions)
    _say(f"{_read(cases[0])}{outcome.headline}\n{outcome.verdict}\n{minded}", sys.stdout)
    for target in (target for target in targets if target in contents):
        _say(one_line(str(options.out / target)), sys.stdout)
    return UNTRUSTED if options.strict and not outcome.trusted else DONE


def _read(case: Case) -> str:
    """How the numbers were read, where nobody has said it; else empty."""
    if not (isinstance(case.source, Column) and case.source.how):
        return ""
    from compare.language.en.head.origins import source

    return f"{one_line(source(replace(case.source, part=None)))}.\n"


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
    except InputError:
        raise
    except (ValueError, ArithmeticError, RecursionError) as error:
        what = "the data" if options.data is None else quoted(options.data, 200)
        raise InputError(f"{what} cannot be used: {error}") from error


def _check_installed(sampler: str) -> None:
    """Say what is missing before EM has run, not after."""
    needed = (*NEEDED, "nutpie") if sampler == "nutpie" else NEEDED
    missing = [package for package in needed if find_spec(package) is None]
    if missing:
        raise InputError(
            f"not installed: {', '.join(missing)}; pip install 'em-vs-bayes[compare]' brings all "
            "that a report needs"
        )


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
    except OSError as error:
        _leave(stream, error)


def _flush_output() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _leave(sys.stdout, error)


def _leave(stream: TextIO, error: OSError) -> None:
    """Send the rest nowhere, since Python would complain about the broken pipe when it ends."""
    if stream is sys.stdout and not isinstance(error, BrokenPipeError):
        _say(f"compare.run: what was found cannot be printed: {error.strerror}", sys.stderr)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    if not sys.warnoptions:
        # What users should know, the one line of an error says, or the report.
        warnings.simplefilter("ignore")
    ended = main()
    guard.not_at_all()
    # Half a second is not spent on taking apart what the process leaves behind anyway.
    gc.freeze()
    sys.exit(ended)
