"""Arguments: what the command line understands, and its help."""

from __future__ import annotations

import argparse
import codecs
import math
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from compare.data.cases import HIGHEST_SEED, SEED, N
from compare.tables.errors import InputError, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMMAND", "Parser", "parser", "whole"]

COMMAND = "python -m compare.run"

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
  {COMMAND} heights.csv --column height --unit cm --out out
      a column of your own file
  {COMMAND} ages.csv --column age --weights count --components 3
      three groups, in a file that says how often each age was seen
  {COMMAND} survey.csv --column income --weights w --weights-are sampling
      a survey, whose weights say how many others each row stands for
  {COMMAND} 'trips-*.parquet' --column minutes --rounding 1 --by city
      many large files, read once: minutes rounded to whole ones, a report on each city

exit status:
  0    the report is written
  1    a mistake in the program itself; EM_VS_BAYES_TRACEBACK=1 shows all of it
  2    the input cannot be used or the report not be written; one line says why, and no file is
       changed (of a long pass over many files, what was read so far is kept beside the report for
       the next run)
  3    with --strict: the report is written, and a diagnostic failed
  130  stopped by Ctrl-C (129: by SIGHUP, 143: by SIGTERM) before the report was written
"""


class Parser(argparse.ArgumentParser):
    """Raises one line where argparse prints its usage and exits; options have to be written out."""

    def __init__(self, command: str, about: str, epilog: str, **more: Any) -> None:
        super().__init__(
            prog=command,
            description=about,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **more,
        )

    def error(self, message: str) -> NoReturn:
        """Raise it."""
        raise InputError(f"{one_line(message)}; {self.prog} --help explains the options")


def parser() -> argparse.ArgumentParser:
    """Make what understands the arguments."""
    usage = f"{COMMAND} [FILE --column NAME] [more options]"
    made = Parser(COMMAND, ABOUT, EXAMPLES, usage=usage, add_help=False)
    data = made.add_argument_group("the data: files, or else the synthetic heights")
    data.add_argument(
        "file",
        nargs="?",
        type=_path,
        metavar="FILE",
        help="a file, a folder, or a pattern in quotes such as 'part-*.parquet': text with a "
        "header line (CSV and the like; may be packed by gzip, bzip2 or zip), Parquet, a workbook "
        "(Excel, OpenDocument) or an SQLite database; - reads standard input",
    )
    data.add_argument("--data", type=_path, metavar="FILE", help="the same, as an option")
    data.add_argument(
        "--column",
        metavar="NAME",
        help="the column to fit; may be left out where only one holds numbers that neither number "
        "the rows nor count them",
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
        "--missing-values",
        type=_codes,
        metavar="LIST",
        help="what else says that there is no value, with commas between, such as -999,unknown; "
        "such rows are dropped and counted",
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
        type=whole(0, HIGHEST_SEED),
        metavar="N",
        help=f"draws other synthetic heights (default: {SEED})",
    )
    data.add_argument(
        "--n", type=whole(2), metavar="N", help=f"how many synthetic heights (default: {N})"
    )

    written = made.add_argument_group("how the file is written, where it does not tell itself")
    written.add_argument(
        "--separator",
        type=_separator,
        metavar="MARK",
        help="what stands between fields, such as ';', tab or blank",
    )
    written.add_argument(
        "--decimal", choices=(".", ","), help="what stands before decimals: a point or a comma"
    )
    written.add_argument(
        "--thousands",
        type=_mark,
        metavar="MARK",
        help="what stands between thousands, such as ',' in 16,400",
    )
    written.add_argument(
        "--encoding",
        type=_encoding,
        metavar="NAME",
        help="how characters are encoded, such as cp1252 or gb18030 (default: UTF-8 or UTF-16)",
    )
    written.add_argument(
        "--skip-lines",
        type=whole(0),
        metavar="N",
        help="how many lines stand above the line with the names of the columns",
    )
    written.add_argument(
        "--sheet", metavar="NAME", help="the sheet of a workbook, or the table of a database"
    )

    model = made.add_argument_group("the model and the report")
    model.add_argument(
        "--components",
        type=whole(1),
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

    sampler = made.add_argument_group("the sampler")
    sampler.add_argument(
        "--draws",
        type=whole(4),
        default=3000,
        metavar="N",
        help="kept draws of each chain (default: 3000)",
    )
    sampler.add_argument(
        "--tune",
        type=whole(1),
        default=1000,
        metavar="N",
        help="draws of each chain before those, to adapt (default: 1000)",
    )
    sampler.add_argument(
        "--chains", type=whole(1), default=4, metavar="N", help="how many chains (default: 4)"
    )
    sampler.add_argument(
        "--sampler",
        choices=("nutpie", "pymc"),
        default="nutpie",
        help="nutpie (default, fast), or PyMC's own",
    )
    sampler.add_argument(
        "--rng",
        type=whole(0, HIGHEST_SEED),
        default=1,
        metavar="N",
        help="seeds EM's starts and the sampler: same command, same numbers (default: 1)",
    )

    files = made.add_argument_group("large files (read in one pass, in constant memory)")
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
        help="the Dask cluster that reads the files, such as tcp://host:8786 (default: read here); "
        "name only one that you trust, since it runs code that it is sent and sends code here",
    )

    other = made.add_argument_group("other")
    other.add_argument("-h", "--help", action="help", help="print this and exit")
    other.add_argument(
        "--version", action="version", version=_version(), help="print the version and exit"
    )
    return made


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


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in text.split(",") if code.strip())
    if not codes:
        raise argparse.ArgumentTypeError(f"expected values such as -999,NA, got {quoted(text)}")
    return codes


def _separator(text: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "blank": " ", "space": " ", "comma": ",", "semicolon": ";"}
    mark = named.get(text.lower(), text)
    if len(mark) != 1 or mark.isalnum() or mark in '"\r\n\0.+-':
        raise argparse.ArgumentTypeError(
            f"expected one mark such as ';', or tab or blank, got {quoted(text)}"
        )
    return mark


def _mark(text: str) -> str:
    mark = {"blank": " ", "space": " ", "comma": ",", "point": "."}.get(text.lower(), text)
    if mark == "\u2019":
        return mark
    if mark not in {".", ",", " ", "'", "\u00a0", "\u202f", "\u2009"}:
        raise argparse.ArgumentTypeError(
            f"expected a point, a comma, an apostrophe or blank, got {quoted(text)}"
        )
    return " " if mark.isspace() else mark


def _encoding(text: str) -> str:
    try:
        found = codecs.lookup(text)
        "a".encode(found.name).decode(found.name)
    except (LookupError, ValueError, TypeError, AttributeError):
        raise argparse.ArgumentTypeError(
            f"expected the name of an encoding such as utf-8, cp1252 or gb18030, got {quoted(text)}"
        ) from None
    return found.name


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


def whole(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """Accept whole numbers in a range, for the ``type`` of an argument."""
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
