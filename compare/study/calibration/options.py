"""Options: what ``python -m compare.study.calibration`` is asked for, checked at once."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from compare.command.arguments import Parser
from compare.study.design import Cell, Design
from compare.study.ranking import RANKED
from compare.study.session import counted, shared
from compare.tables.errors import InputError

__all__ = ["Options", "parse"]

COMMAND = "python -m compare.study.calibration"

USUAL = Design((Cell(200, None, "prior"),))

ABOUT = """\
Simulation-based calibration of the mixture's posterior. Parameters are drawn from a fixed prior,
data from the parameters, and each data set is fitted by bayes.fit; the ranks of the true
parameters among the posterior draws show whether the posterior is right. The default takes two
to five minutes. It writes calibration.json (the numbers), calibration.svg (the ranks) and
calibration.md (the result in words).
"""

EPILOG = """\
A run that was stopped goes on when the same command is given again: its finished data sets are in
calibration.jsonl in the output folder until all are done.

exit status:
  0    the result is written, whatever it is
  2    the arguments cannot be used; one line says why
  3    with --strict: the result is written, and the posterior is not calibrated
  130  stopped by Ctrl-C (143: by SIGTERM); the finished data sets are kept
"""


@dataclass(frozen=True)
class Options:
    """One run of the command, as asked for."""

    design: Design
    """What to simulate and how to fit it."""
    data_sets: int
    """How many data sets."""
    out: Path
    """The folder for the result."""
    fresh: bool
    """Whether to start again where an earlier run was stopped."""
    workers: int | None
    """How many processes fit; None for one on each core."""
    strict: bool
    """Whether a posterior that is not calibrated shows in the exit status."""
    command: str
    """The command line, as it could be typed again."""

    @property
    def name(self) -> str:
        """Of the files, after what differs from the default: so results stay side by side."""
        mine, usual = (
            {"k": design.n_components, "n": design.cells[0].n, "seed": design.seed}
            for design in (self.design, USUAL)
        )
        special = [f"{part}{value}" for part, value in mine.items() if value != usual[part]]
        return "-".join(["calibration", *special])


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
    if given.n < 2 * given.components:
        raise InputError(
            f"expected --n of at least {2 * given.components}, two values for each component, "
            f"got {given.n}; {USUAL.cells[0].n} is the default"
        )
    if given.chains * given.draws < RANKED:
        raise InputError(
            f"expected at least {RANKED} draws in all to rank a truth among, got {given.chains} "
            f"chains of {given.draws}; take more with --draws"
        )
    design = replace(
        USUAL,
        cells=(replace(USUAL.cells[0], n=given.n),),
        n_components=given.components,
        seed=given.seed,
        draws=given.draws,
        tune=given.tune,
        chains=given.chains,
    )
    return Options(
        design,
        data_sets=given.data_sets,
        out=given.out,
        fresh=given.fresh,
        workers=given.workers,
        strict=given.strict,
        command=shlex.join([*COMMAND.split(), *arguments]),
    )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(COMMAND, ABOUT, EPILOG)
    counted(parser, "--data-sets", 300, 1, "how many data sets to simulate and fit")
    counted(parser, "--components", USUAL.n_components, 1, "how many Gaussians are mixed")
    counted(parser, "--n", USUAL.cells[0].n, 2, "values in each data set")
    shared(parser, USUAL)
    parser.add_argument(
        "--strict", action="store_true", help="exit with status 3 if not calibrated"
    )
    return parser
