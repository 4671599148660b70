"""calibration_options: what ``python -m bayes.calibration`` is asked for, checked at once."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bayes.calibration.trials import RANKED, Plan

__all__ = ["InputError", "Options", "parse"]

COMMAND = "python -m bayes.calibration"

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


class InputError(ValueError):
    """The arguments cannot be used; one line says why."""


@dataclass(frozen=True)
class Options:
    """One run of the command, as asked for."""

    plan: Plan
    """What to simulate and how to fit it."""
    data_sets: int
    """How many data sets."""
    out: Path
    """The folder for the result."""
    fresh: bool
    """Whether to start again where an earlier run was stopped."""
    strict: bool
    """Whether a posterior that is not calibrated shows in the exit status."""
    command: str
    """The command line, as it could be typed again."""

    @property
    def name(self) -> str:
        """Of the files, after what differs from the default: so results stay side by side."""
        usual = Plan()
        parts = {"k": "n_components", "n": "n", "seed": "seed"}
        special = [
            f"{short}{getattr(self.plan, name)}"
            for short, name in parts.items()
            if getattr(self.plan, name) != getattr(usual, name)
        ]
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
    plan = Plan(
        n_components=given.components,
        n=given.n,
        seed=given.seed,
        draws=given.draws,
        tune=given.tune,
        chains=given.chains,
    )
    _check(plan)
    command = shlex.join([*COMMAND.split(), *arguments])
    return Options(plan, given.data_sets, given.out, given.fresh, given.strict, command)


def _check(plan: Plan) -> None:
    if plan.n < max(2, plan.n_components):
        raise InputError(
            f"expected --n of at least {max(2, plan.n_components)}, one value for each component, "
            f"got {plan.n}; 200 is the default"
        )
    if plan.chains * plan.draws < RANKED:
        raise InputError(
            f"expected at least {RANKED} draws in all to rank a truth among, got {plan.chains} "
            f"chains of {plan.draws}; take more with --draws"
        )


class _Parser(argparse.ArgumentParser):
    """Raises one line where argparse prints its usage and exits."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {COMMAND} --help explains the options")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=COMMAND,
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    plan = Plan()
    for option, default, lowest, text in (
        ("--data-sets", 300, 1, "how many data sets to simulate and fit"),
        ("--components", plan.n_components, 1, "how many Gaussians are mixed"),
        ("--n", plan.n, 2, "values in each data set"),
        ("--seed", plan.seed, 0, "of all truths, data and chains"),
        ("--draws", plan.draws, 4, "kept draws of each chain"),
        ("--tune", plan.tune, 1, "draws of each chain before those, to adapt"),
        ("--chains", plan.chains, 1, "how many chains"),
    ):
        parser.add_argument(
            option,
            type=_whole(lowest),
            default=default,
            metavar="N",
            help=f"{text} (default: {default})",
        )
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
    parser.add_argument(
        "--strict", action="store_true", help="exit with status 3 if not calibrated"
    )
    return parser


def _whole(lowest: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if number < lowest:
            raise argparse.ArgumentTypeError(
                f"expected a whole number of at least {lowest}, got {text!r}"
            )
        return number

    return convert
