"""Options: what the command line asks for, checked without loading or computing anything."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from compare.command.arguments import COMMAND, parser
from compare.data.cases import SEED, N
from compare.tables.errors import InputError, one_line, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Options", "parse"]

OF_DATA = (
    "column", "weights", "weights_are", "total", "unit", "rounding", "missing", "missing_values",
    "leave_out", "by", "separator", "decimal", "thousands", "encoding", "skip_lines", "sheet",
)  # fmt: skip
"""Options that say what is in the files."""

NEGATIVE = ("--missing-values", "--leave-out")
"""Options whose values may begin with a minus."""

OF_FILES = ("certify", "fresh", "scheduler")
"""Options that say how files are read, not what is in them."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """One run of the command, as asked for."""

    data: Path | None
    """The file, the folder or the pattern; None for the synthetic heights."""
    column: str | None
    """The column of the file to fit; None for the only one."""
    weights: str | None
    """The column of the file that says how often each value counts."""
    weights_are: Literal["counts", "shares", "sampling"] | None
    """What the weights are; None for counts, if they can be."""
    total: float | None
    """How many values the shares are shares of."""
    unit: str
    """The unit of the values in the file."""
    rounding: float
    """The step to which the values were rounded; 0 for exact values."""
    missing: Literal["refuse", "drop"]
    """What to do with rows without a value."""
    missing_values: tuple[str, ...]
    """What else says that there is no value."""
    separator: str | None
    """What stands between fields; None to let the file say."""
    decimal: Literal[".", ","] | None
    """What stands before decimals; None to let the file say."""
    thousands: str | None
    """What stands between thousands; None to let the file say."""
    encoding: str | None
    """How characters are encoded; None to let the file say."""
    skip_lines: int | None
    """How many lines stand above the header; None to let the file say."""
    sheet: str | None
    """The sheet of a workbook or table of a database; None for the only one."""
    leave_out: tuple[float, ...]
    """Values that are not fitted, but counted."""
    by: str | None
    """The column whose groups each get a report; None for one report on all."""
    scheduler: str | None
    """The address of the Dask cluster that reads the files; None to read them here."""
    certify: bool
    """Whether to read large files once more, for the exact log-likelihood."""
    fresh: bool
    """Whether to begin an interrupted pass over the files again."""
    seed: int
    """Draws the synthetic heights."""
    n: int
    """How many synthetic heights."""
    components: int
    """How many Gaussians are mixed."""
    level: float
    """The probability of the intervals."""
    out: Path
    """The folder for the report."""
    draws: int
    """Kept draws of each chain."""
    tune: int
    """Draws of each chain before those."""
    chains: int
    """How many chains."""
    sampler: Literal["nutpie", "pymc"]
    """Whose NUTS draws."""
    rng: int
    """Seeds the starts of EM and the sampler."""
    names_by: Literal["mean", "sd"] | None
    """What sentences name the groups by; None to let the data say."""
    thorough: bool
    """Whether to compare other numbers of components by Bayes as well."""
    strict: bool
    """Whether a failed diagnostic shows in the exit status."""
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
        If an option is unknown, out of range or in contradiction to another one.
    SystemExit
        After `--help` and `--version` have printed.
    """
    given = parser().parse_args(_joined(arguments))
    if given.file is not None and given.data is not None:
        raise InputError(
            f"a file is named twice, {quoted(given.file)} and --data {quoted(given.data)}; name one"
        )
    given.data = given.data or given.file
    del given.file
    for name in (*OF_DATA, *OF_FILES):
        asked = getattr(given, name)
        if given.data is None and asked is not None and asked is not False:
            what = "is about the reading of files" if name in OF_FILES else "describes a file"
            raise InputError(
                f"--{name.replace('_', '-')} {what}; name the file with --data, or drop it"
            )
    _check_roles(given)
    _check_weights(given)
    for name in ("seed", "n"):
        if given.data is not None and getattr(given, name) is not None:
            raise InputError(
                f"--{name} is for the synthetic heights, --data for a file; drop one of the two"
            )
    given.unit = given.unit or ""
    given.rounding = given.rounding or 0.0
    if given.decimal is not None and given.decimal == given.thousands:
        raise InputError(
            f"--decimal and --thousands are both {quoted(given.decimal)}; a mark stands for one"
        )
    # Who says which values are missing wants the others.
    given.missing = given.missing or ("drop" if given.missing_values else "refuse")
    given.missing_values = given.missing_values or ()
    given.leave_out = tuple(given.leave_out or ())
    given.seed = SEED if given.seed is None else given.seed
    given.n = N if given.n is None else given.n
    command = shlex.join([*COMMAND.split(), *arguments])
    return Options(**vars(given), command=one_line(command))


def _joined(arguments: Sequence[str]) -> list[str]:
    """Let values that begin with a minus follow their option, which argparse takes for options."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in NEGATIVE and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _check_roles(given: argparse.Namespace) -> None:
    """Make sure that one column is not asked to be two things."""
    roles = [("--column", given.column), ("--weights", given.weights), ("--by", given.by)]
    named = [(option, name.strip()) for option, name in roles if name is not None]
    for place, (option, name) in enumerate(named):
        for earlier, other in named[:place]:
            if name == other:
                raise InputError(
                    f"{earlier} and {option} both name {quoted(name)}; name another column for "
                    "one of them, or drop one"
                )


def _check_weights(given: argparse.Namespace) -> None:
    """Make sure that what is said of the weights fits together."""
    if given.weights is None and given.weights_are is not None:
        raise InputError("--weights-are is about a column of weights; name it with --weights")
    if given.weights_are == "shares" and given.total is None:
        raise InputError(
            "--weights-are shares needs --total, the number of values they are shares of; for "
            "example --total 600"
        )
    if given.weights_are != "shares" and given.total is not None:
        raise InputError(
            "--total is the number of values that shares are shares of; add --weights-are shares, "
            "or drop it"
        )
