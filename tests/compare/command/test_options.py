"""The command line is checked before anything is loaded or computed."""

import shlex
from pathlib import Path

import pytest

from compare.command.options import parse
from compare.tables.errors import InputError


def test_without_options_the_defaults_are_those_of_the_documentation():
    "The synthetic heights of the report, 4 chains of 1000 + 3000, 95 %, into reports."
    options = parse([])
    assert vars(options) == {
        "data": None,
        "column": None,
        "weights": None,
        "weights_are": None,
        "total": None,
        "unit": "",
        "rounding": 0.0,
        "missing": "refuse",
        "missing_values": (),
        "separator": None,
        "decimal": None,
        "thousands": None,
        "encoding": None,
        "skip_lines": None,
        "sheet": None,
        "leave_out": (),
        "by": None,
        "scheduler": None,
        "certify": False,
        "fresh": False,
        "seed": 666,
        "n": 1000,
        "components": 2,
        "level": 0.95,
        "out": Path("reports"),
        "draws": 3000,
        "tune": 1000,
        "chains": 4,
        "sampler": "nutpie",
        "rng": 1,
        "names_by": None,
        "thorough": False,
        "strict": False,
        "command": "python -m compare.run",
    }


def test_every_option_arrives():
    "Each option sets its own field."
    data = ["--data", "a.csv", "--column", "b", "--weights", "c", "--unit", "cm"]
    model = "--components 3 --level 0.5 --out d --names-by sd --thorough --strict".split()
    sampler = ["--draws", "5", "--tune", "6", "--chains", "7", "--sampler", "pymc", "--rng", "8"]
    options = parse(data + model + sampler)
    assert (options.data, options.column, options.weights) == (Path("a.csv"), "b", "c")
    assert (options.unit, options.components, options.level) == ("cm", 3, 0.5)
    assert (options.out, options.draws, options.tune, options.chains) == (Path("d"), 5, 6, 7)
    assert (options.sampler, options.rng) == ("pymc", 8)
    assert (options.thorough, options.strict, options.names_by) == (True, True, "sd")
    files = "--rounding 0.5 --missing drop --by g --scheduler tcp://h:1 --certify --fresh".split()
    options = parse([*data, *files])
    assert (options.rounding, options.missing, options.by) == (0.5, "drop", "g")
    assert (options.scheduler, options.certify, options.fresh) == ("tcp://h:1", True, True)
    assert parse([*data, *"--leave-out 0 --leave-out -9.5".split()]).leave_out == (0.0, -9.5)
    options = parse([*data, "--weights-are", "shares", "--total", "600"])
    assert (options.weights_are, options.total) == ("shares", 600.0)
    options = parse(["--seed", "0", "--n", "2"])
    assert (options.seed, options.n) == (0, 2)


@pytest.mark.parametrize(
    "arguments",
    [["--data", "my heights.csv", "--column", "it's"], ["--data", "$(rm -r x)", "--unit", "°"]],
)
def test_the_command_can_be_typed_again(arguments):
    "Quoting is such that a shell gives back the same arguments."
    assert shlex.split(parse(arguments).command) == ["python", "-m", "compare.run", *arguments]


def test_the_command_is_one_line_of_text():
    "What could not be printed or written into a page is escaped."
    command = parse(["--data", "a\nb\x1b\udce9.csv"]).command
    assert command == r"python -m compare.run --data 'a\nb\x1b\udce9.csv'"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--level 1", "between 0 and 1, both excluded, got '1'"),
        ("--level 0", "got '0'"),
        ("--level -0.5", "got '-0.5'"),
        ("--level 95", "got '95'; 95 % is 0.95"),
        ("--level 95%", "got '95%'; 95 % is 0.95"),
        ("--level nan", "got 'nan'"),
        ("--level high", "got 'high'"),
        ("--n 1", "whole number of at least 2, got '1'"),
        ("--n 1e3", "got '1e3'"),
        ("--seed -1", "whole number from 0 to 4294967295, got '-1'"),
        ("--seed 4294967296", "got '4294967296'"),
        ("--rng 4294967296", "got '4294967296'"),
        ("--components 0", "at least 1, got '0'"),
        ("--draws 3", "at least 4, got '3'"),
        ("--tune -1", "got '-1'"),
        ("--chains 0", "got '0'"),
        ("--sampler stan", "invalid choice: 'stan'"),
        ("--data a.csv --seed 1", "--seed is for the synthetic heights, --data for a file"),
        ("--data a.csv --n 50", "--n is for the synthetic heights, --data for a file"),
        ("--column a", "--column describes a file; name the file with --data"),
        ("--weights a", "--weights describes a file"),
        ("--unit cm", "--unit describes a file"),
        ("--rounding 1", "--rounding describes a file"),
        ("--missing drop", "--missing describes a file"),
        ("--leave-out 0", "--leave-out describes a file"),
        ("--by a", "--by describes a file"),
        ("--certify", "--certify is about the reading of files; name the file with --data"),
        ("--fresh", "--fresh is about the reading of files"),
        ("--scheduler tcp://h:1", "--scheduler is about the reading of files"),
        ("--data a.csv --rounding 0", "expected a step above zero, such as 1 or 0.5, got '0'"),
        ("--data a.csv --rounding inf", "got 'inf'"),
        ("--data a.csv --rounding one", "got 'one'"),
        ("--data a.csv --leave-out zero", "expected a number, such as 0, got 'zero'"),
        ("--data a.csv --leave-out nan", "got 'nan'"),
        ("--data a.csv --missing ignore", "invalid choice: 'ignore'"),
        ("--data a.csv --column a --by a", "--column and --by both name 'a'"),
        ("--data a.csv --weights a --by a", "--weights and --by both name 'a'"),
        ("--data a.csv --column a --weights a", "--column and --weights both name 'a'"),
        ("--seed", "--seed: expected one argument"),
        ("--comp 3", "unrecognized arguments: --comp"),
        ("heights.csv more.csv", "unrecognized arguments: more.csv"),
        ("heights.csv --data b.csv", "a file is named twice, 'heights.csv' and --data 'b.csv'"),
        ("a.csv --decimal ;", "argument --decimal: invalid choice: ';'"),
        ("a.csv --decimal , --thousands ,", "--decimal and --thousands are both ','"),
        ("a.csv --separator ab", "argument --separator: expected one mark such as ';'"),
        ("a.csv --encoding no-such", "expected the name of an encoding such as utf-8"),
        ("a.csv --encoding base64", "expected the name of an encoding such as utf-8"),
        ("a.csv --skip-lines -1", "argument --skip-lines: expected a whole number of at least 0"),
        ("--sheet one", "--sheet describes a file; name the file"),
    ],
)
def test_what_makes_no_sense_is_answered_in_one_line(line, expected):
    "The option, what it expects and what came are named, without a dump of the usage."
    with pytest.raises(InputError) as caught:
        parse(line.split())
    message = str(caught.value)
    assert expected in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--data", ""], "argument --data: expected a name"),
        (["--out", ""], "argument --out: expected a name"),
        (["--data", "a.csv", "--unit", "c\nm"], r"got 'c\nm'"),
        (["--data", "a.csv", "--unit", "c" * 21], "at most 20"),
        (["--data", "a.csv", "--scheduler", ""], "expected an address such as tcp://host:8786"),
        (["a.csv", "a\n\x1b[2J"], r"unrecognized arguments: a\n\x1b[2J"),
    ],
)
def test_empty_and_unprintable_arguments_are_answered_in_one_line(arguments, expected):
    "An unset shell variable gives an empty name; control characters are shown as escapes."
    with pytest.raises(InputError) as caught:
        parse(arguments)
    assert expected in str(caught.value)
    assert str(caught.value).isprintable()


def test_the_help_names_every_option_with_its_default(capsys):
    "A newcomer finds what it does, every option, examples and the exit statuses."
    with pytest.raises(SystemExit) as end:
        parse(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    for option in vars(parse([])).keys() - {"command"}:
        assert f"--{option.replace('_', '-')} " in text
    for default in ("666", "1000", "3000", "0.95", "reports", "nutpie", "default: 4"):
        assert default in text
    assert text.count("python -m compare.run") >= 4
    assert "exit status" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_version_is_printed(capsys):
    "The version names the distribution."
    with pytest.raises(SystemExit) as end:
        parse(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("em-vs-bayes")
