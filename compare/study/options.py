"""Options: what ``python -m compare.study`` is asked for, checked at once."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from compare.command.arguments import Parser, whole
from compare.data.cases import Case
from compare.study.design import LIKE, Cell, Design, around_heights, grid
from compare.study.methods import Task
from compare.study.population import HEIGHTS, Population, Shape
from compare.study.session import counted, shared
from compare.tables.errors import InputError

__all__ = ["Options", "parse"]

COMMAND = "python -m compare.study"
USUAL = Design((Cell(1000),))

FITS_ELSEWHERE, POSTERIORS_ELSEWHERE = 0.3, 0.2
"""Of the replicates of the first design, how many those around it get."""

ABOUT = """\
Who is right how often? Draws many data sets whose truth is known, fits each of them by EM and by
Bayes, and counts how far the estimates are off and how often the intervals hold the truth. The
default takes 200 samples of the synthetic heights, 100 of them by Bayes: a few minutes.

It writes study.html, study.md (its figures in study/), study.json and study.jsonl.gz (every trial).
"""

EPILOG = """\
A run that was stopped goes on when the same command is given again, and one that asks for more
replicates does those that are missing: finished trials are in study.jsonl in the output folder
until all are done, and then in study.jsonl.gz.

examples:
  python -m compare.study --replicates 1000 --posteriors 500 --around
  python -m compare.study --weights 0.1,0.9 --means 164,176 --sds 1,4 --n 250,1000
  python -m compare.study --like heights.csv --column height

exit status:
  0    the page is written
  2    the arguments cannot be used; one line says why
  130  stopped by Ctrl-C (143: by SIGTERM); the finished trials are kept
"""


@dataclass(frozen=True)
class Options:
    """One run of the command, as asked for."""

    design: Design
    """What to simulate and how to fit it."""
    replicates: tuple[dict[Task, int], ...]
    """How many data sets each task sees, for each cell."""
    out: Path
    """The folder for the result."""
    fresh: bool
    """Whether to start again where an earlier run was stopped."""
    workers: int | None
    """How many processes fit; None for one on each core."""
    scheduler: str | None
    """The address of a Dask scheduler whose workers fit in their place."""
    command: str
    """The command line, as it could be typed again."""


def parse(arguments: Sequence[str]) -> Options:
    """Understand the command line.

    Parameters
    ----------
    arguments : sequence of str
        What follows the name of the command.

    Returns
    -------
    Options

    Raises
    ------
    InputError
        If an option is unknown or out of range, in one line.
    SystemExit
        After ``--help`` has printed.
    """
    given = _parser().parse_args(arguments)
    try:
        cells = _cells(given)
        design = replace(
            USUAL,
            cells=cells,
            n_components=_n_components(cells),
            level=given.level,
            seed=given.seed,
            draws=given.draws,
            tune=given.tune,
            chains=given.chains,
        )
    except InputError:
        raise
    except ValueError as error:
        raise InputError(str(error)) from error
    posteriors = max(2, given.replicates // 2) if given.posteriors is None else given.posteriors
    if posteriors > given.replicates or given.bootstraps > given.replicates:
        raise InputError(
            f"expected at most as many --posteriors and --bootstraps as --replicates, got "
            f"{posteriors} and {given.bootstraps} of {given.replicates}"
        )
    first: dict[Task, int] = {
        "fits": given.replicates,
        "bootstrap": given.bootstraps,
        "posterior": posteriors,
    }
    other: dict[Task, int] = {
        "fits": max(2, math.ceil(FITS_ELSEWHERE * given.replicates)),
        "posterior": max(2, math.ceil(POSTERIORS_ELSEWHERE * posteriors)),
    }
    others = other if given.around else first
    return Options(
        design,
        (first, *[others] * (len(cells) - 1)),
        out=given.out,
        fresh=given.fresh,
        workers=given.workers,
        scheduler=given.scheduler,
        command=shlex.join([*COMMAND.split(), *arguments]),
    )


def _cells(given: argparse.Namespace) -> tuple[Cell, ...]:
    own = [name for name in ("weights", "means", "sds") if getattr(given, name)]
    asked = [
        *(["--weights --means --sds"] if own else []),
        *(["--like"] if given.like else []),
        *(["--prior"] if given.prior else []),
        *(["--around"] if given.around else []),
    ]
    if len(asked) > 1:
        raise InputError(f"expected one truth, got {' and '.join(asked)}; leave one of them out")
    if given.column and not given.like:
        raise InputError("expected --like FILE with --column, got none")
    if given.around:
        if given.n or given.separations or given.shape != "normal" or given.step:
            raise InputError(
                "expected --around alone: it has numbers of values, separations and shapes of its "
                "own; leave --n, --separations, --shape and --step out"
            )
        return around_heights()
    sizes = given.n or (1000,)
    if given.prior:
        return tuple(Cell(n, None, "prior") for n in sizes)
    name, population = "heights", HEIGHTS
    if given.like:
        name, population = _like(given.like, given.column)
    elif own:
        if len(own) < 3:
            raise InputError(f"expected --weights, --means and --sds together, got {own}")
        name, population = "given", Population(given.weights, given.means, given.sds)
    if given.separations and population.n_components < 2:
        raise InputError("expected two groups or more with --separations, got one")
    population = replace(population, shape=given.shape, step=given.step)
    return grid(name, population, sizes, given.separations or (population.separation,))


def _like(path: Path, column: str | None) -> tuple[str, Population]:
    import em

    case = Case.from_csv(path, column)
    fit = em.fit(case.sample)
    if not fit.converged:
        raise InputError(
            f"expected data that two groups fit, got a fit that {fit.status.name.lower()}; give "
            "--weights, --means and --sds instead"
        )
    return f"{LIKE}{case.name}", Population.of(fit.mixture)


def _n_components(cells: tuple[Cell, ...]) -> int:
    known = cells[0].population
    return USUAL.n_components if known is None else known.n_components


def _parser() -> argparse.ArgumentParser:
    parser = Parser(COMMAND, ABOUT, EPILOG)
    truth = parser.add_argument_group("truth: the synthetic heights by default")
    for option, text in (
        ("--weights", "of the groups, such as 0.4,0.6"),
        ("--means", "of the groups, such as 164,176"),
        ("--sds", "of the groups, such as 6,8"),
    ):
        truth.add_argument(option, type=_numbers, metavar="X,X", help=text)
    truth.add_argument("--like", type=Path, metavar="FILE", help="the mixture fitted to a table")
    truth.add_argument("--column", metavar="NAME", help="the column of that table")
    truth.add_argument(
        "--prior", action="store_true", help="a truth for each data set, drawn from the prior"
    )
    truth.add_argument(
        "--around",
        action="store_true",
        help="the heights, and 26 designs around them with 0.3 of the replicates and 0.2 of the "
        "posteriors: other sizes and separations, a lopsided truth, skewed groups, rounding",
    )
    data = parser.add_argument_group("data")
    data.add_argument(
        "--n", type=_sizes, metavar="N,N", help="values in a data set (default: 1000)"
    )
    data.add_argument(
        "--separations",
        type=_numbers,
        metavar="D,D",
        help="means as far apart as these values of Ashman's D",
    )
    data.add_argument(
        "--shape", choices=get_args(Shape), default="normal", help="of the groups (default: normal)"
    )
    data.add_argument(
        "--step", type=float, default=0.0, metavar="X", help="to what the values are rounded"
    )
    work = parser.add_argument_group("replicates")
    counted(work, "--replicates", 200, 2, "data sets that EM sees")
    counted(work, "--posteriors", None, 2, "those of them that the sampler sees", "half of them")
    counted(work, "--bootstraps", 0, 0, "those of them that are refitted 999 times")
    shared(work, USUAL)
    work.add_argument(
        "--level",
        type=float,
        default=USUAL.level,
        help=f"of the intervals (default: {USUAL.level})",
    )
    work.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask scheduler whose workers fit instead; it is trusted with code",
    )
    return parser


def _numbers(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = (math.nan,)
    if not all(map(math.isfinite, found)):
        raise argparse.ArgumentTypeError(
            f"expected numbers with commas between them, such as 0.4,0.6, got {text!r}"
        )
    return found


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(map(whole(2), text.split(",")))
