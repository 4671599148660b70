"""Options: what the command line asks for, checked without loading or computing anything."""

from __future__ import annotations

import argparse
import math
import shlex
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from compare.data.cases import HIGHEST_SEED, SEED, N
from compare.tables.errors import InputError, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Options", "parse"]

COMMAND = "python -m compare.run"

OF_DATA = (
    "column", "weights", "weights_are", "total", "unit", "rounding", "missing", "leave_out", "by"
)  # fmt: skip
"""Options that say what is in the files."""

OF_FILES = ("certify", "fresh", "scheduler")
"""Options that say how files are read, not what is in them."""

ABOUT = """\
Fit a mixture of Gaussians to one column of numbers twice, by maximum likelihood (EM) and by
Bayes (PyMC), and write a report that puts the two answers side by side and says how far each
can be trusted. Without options it fits 1,000 synthetic heights whose true groups are known.
It writes NAME.html, NAME.md with its figures in NAME/, NAME.json (the numbers) and NAME.nc
(the posterior draws), where NAME is that of the data; with --by one report on all groups, whose
draws are in NAME/GROUP.nc.
"""

EXAMPLES = f"""\
examples:
  {COMMAND}
      the synthetic heights, into the folder reports
  {COMMAND} --data heights.csv --column height --unit cm --out out
      a column of your own file
  {COMMAND} --data ages.csv --column age --weights count --components 3
      three groups, in a file that says how often each age was seen
  {COMMAND} --data survey.csv --column income --weights w --weights-are sampling
      a survey, whose weights say how many others each row stands for
  {COMMAND} --data 'trips-*.parquet' --column minutes --rounding 1 --by city
      many large files, read once: minutes rounded to whole ones, a report on each city

exit status:
  0    the report is written
  2    the input cannot be used; one line says why, and no file is changed (of a long pass over
       many files, what was read so far is kept beside the report for the next run)
  3    with --strict: the report is written, and a diagnostic failed
  130  stopped by Ctrl-C (143: by SIGTERM) before the report was written
"""


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


class _Parser(argparse.ArgumentParser):
    """Raises one line where argparse prints its usage and exits."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{one_line(message)}; {COMMAND} --help explains the options")


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
    given = _parser().parse_args(arguments)
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
    given.missing = given.missing or "refuse"
    given.leave_out = tuple(given.leave_out or ())
    given.seed = SEED if given.seed is None else given.seed
    given.n = N if given.n is None else given.n
    command = shlex.join([*COMMAND.split(), *arguments])
    return Options(**vars(given), command=one_line(command))


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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=COMMAND,
        usage=f"{COMMAND} [--data FILE --column NAME] [more options]",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    data = parser.add_argument_group("the data: files, or else the synthetic heights")
    data.add_argument(
        "--data",
        type=_path,
        metavar="FILE",
        help="a file, a folder, or a pattern in quotes such as 'part-*.parquet': CSV with a header "
        "line (may be gzipped), or Parquet",
    )
    data.add_argument(
        "--column",
        metavar="NAME",
        help="the column to fit; may be left out where only one column holds numbers",
    )
    data.add_argument(
        "--weights", metavar="NAME", help="the column that says how often each value counts"
    )
    data.add_argument(
        "--weights-are",
        choices=("counts", "shares", "sampling"),
        help="what the weights are: counts of the values (default); shares, which --total makes "
        "counts of; or sampling weights of a survey, of which only the ratios matter: EM's "
        "intervals then come from the sandwich, and what takes a likelihood is left out",
    )
    data.add_argument(
        "--total",
        type=_total,
        metavar="N",
        help="how many values there are in all, with --weights-are shares",
    )
    data.add_argument(
        "--unit", type=_unit, metavar="UNIT", help="the unit of the values, such as cm"
    )
    data.add_argument(
        "--rounding",
        type=_step,
        metavar="STEP",
        help="the step to which the values were rounded, such as 1 for whole numbers; each then "
        "stands for all that would be rounded to it",
    )
    data.add_argument(
        "--missing",
        choices=("refuse", "drop"),
        help="rows without a value: refuse them (default), or drop them and say how many",
    )
    data.add_argument(
        "--leave-out",
        type=_number,
        action="append",
        metavar="VALUE",
        help="a value that is no normal group, such as 0 where many have none of something: not "
        "fitted, but counted (may be given several times)",
    )
    data.add_argument(
        "--by",
        metavar="NAME",
        help="the column that says which group a row belongs to: a report on each (at most 50)",
    )
    data.add_argument(
        "--seed",
        type=_whole(0, HIGHEST_SEED),
        metavar="N",
        help=f"draws other synthetic heights (default: {SEED})",
    )
    data.add_argument(
        "--n", type=_whole(2), metavar="N", help=f"how many synthetic heights (default: {N})"
    )

    model = parser.add_argument_group("the model and the report")
    model.add_argument(
        "--components",
        type=_whole(1),
        default=2,
        metavar="K",
        help="how many Gaussians are mixed (default: 2)",
    )
    model.add_argument(
        "--level",
        type=_level,
        default=0.95,
        metavar="P",
        help="the probability of the intervals, between 0 and 1 (default: 0.95)",
    )
    model.add_argument(
        "--out",
        type=_path,
        default=Path("reports"),
        metavar="DIR",
        help="the folder to write into, made if missing (default: reports)",
    )
    model.add_argument(
        "--names-by",
        choices=("mean", "sd"),
        help="what names the groups in sentences: their means, or their standard deviations "
        "(default: the means, unless these are alike and the standard deviations are not)",
    )
    model.add_argument(
        "--thorough",
        action="store_true",
        help="also sample one, two and three Gaussians and compare them by marginal likelihood "
        "and leave-one-out prediction (a few seconds to a minute more)",
    )
    model.add_argument(
        "--strict",
        action="store_true",
        help="exit with status 3 if EM or the sampler fails a diagnostic (a model that does not "
        "fit the data is said in the report, and is no failure of either)",
    )

    sampler = parser.add_argument_group("the sampler")
    sampler.add_argument(
        "--draws",
        type=_whole(4),
        default=3000,
        metavar="N",
        help="kept draws of each chain (default: 3000)",
    )
    sampler.add_argument(
        "--tune",
        type=_whole(1),
        default=1000,
        metavar="N",
        help="draws of each chain before those, to adapt (default: 1000)",
    )
    sampler.add_argument(
        "--chains", type=_whole(1), default=4, metavar="N", help="how many chains (default: 4)"
    )
    sampler.add_argument(
        "--sampler",
        choices=("nutpie", "pymc"),
        default="nutpie",
        help="nutpie (default, fast), or PyMC's own",
    )
    sampler.add_argument(
        "--rng",
        type=_whole(0, HIGHEST_SEED),
        default=1,
        metavar="N",
        help="seeds EM's starts and the sampler: same command, same numbers (default: 1)",
    )

    files = parser.add_argument_group("large files (read in one pass, in constant memory)")
    files.add_argument(
        "--certify",
        action="store_true",
        help="read large files once more, for the exact log-likelihood at the estimate and at "
        "draws of the posterior (data that are held in memory are always checked)",
    )
    files.add_argument(
        "--fresh",
        action="store_true",
        help="begin an interrupted pass again, where it would be resumed",
    )
    files.add_argument(
        "--scheduler",
        type=_address,
        metavar="ADDRESS",
        help="the Dask cluster that reads the files, such as tcp://host:8786 (default: read here)",
    )

    other = parser.add_argument_group("other")
    other.add_argument("-h", "--help", action="help", help="print this and exit")
    other.add_argument(
        "--version", action="version", version=_version(), help="print the version and exit"
    )
    return parser


def _version() -> str:
    try:
        return f"em-vs-bayes {metadata.version('em-vs-bayes')}"
    except metadata.PackageNotFoundError:
        return "em-vs-bayes, run from its folder without being installed"


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("expected a name, got an empty one")
    return Path(text)


def _address(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(
            f"expected an address such as tcp://host:8786, got {quoted(text)}"
        )
    return text.strip()


def _number(text: str) -> float:
    value = _finite(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"expected a number, such as 0, got {quoted(text)}")
    return value


def _step(text: str) -> float:
    return _positive(text, "a step above zero, such as 1 or 0.5")


def _total(text: str) -> float:
    return _positive(text, "a number of values, such as 600")


def _positive(text: str, expected: str) -> float:
    value = _finite(text)
    if value is None or value <= 0.0:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {quoted(text)}")
    return value


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _unit(text: str) -> str:
    if len(text) > 20 or not text.isprintable():
        raise argparse.ArgumentTypeError(
            f"expected a unit of at most 20 printable characters, got {quoted(text)}"
        )
    return text.strip()


def _whole(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """Accept whole numbers in a range."""
    wanted = f"a whole number of at least {lowest}"
    if highest is not None:
        wanted = f"a whole number from {lowest} to {highest}"

    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or number < lowest or (highest is not None and number > highest):
            raise argparse.ArgumentTypeError(f"expected {wanted}, got {quoted(text)}")
        return number

    return convert


def _level(text: str) -> float:
    try:
        level = float(text.strip().removesuffix("%"))
    except ValueError:
        level = math.nan
    if 0.0 < level < 1.0 and "%" not in text:
        return level
    hint = f"; {level:g} % is {level / 100:g}" if 1.0 < level < 100.0 else ""
    raise argparse.ArgumentTypeError(
        f"expected a probability between 0 and 1, both excluded, got {quoted(text)}{hint}"
    )
