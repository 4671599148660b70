"""The command answers bad input in one line, writes all files or none, and says how it ended."""

import functools
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from compare import run
from compare.command.seal import torn
from compare.tables.errors import InputError

ROOT = Path(run.__file__).parents[1]

HEAVY = ("pymc", "arviz", "nutpie", "numba", "pandas", "xarray", "matplotlib", "jinja2", "rich")


@dataclass(frozen=True)
class Pages:
    "A report with nothing in it."

    html: str = "<p>身高</p>"
    markdown: str = "![The fit](synthetic-heights/fit.png)"
    json: str = "{}"
    figures: dict = field(default_factory=lambda: {"fit.png": b"fit"})
    run: str = "0123456789abcdef"


def outcome(*, trusted=True, pages=None, save=lambda path, **_: path.write_bytes(b"draws")):
    return run.Outcome(
        report=pages or Pages(),
        save_posterior=save,
        headline="EM and Bayes agree.",
        verdict="Both can be believed.",
        trusted=trusted,
    )


@pytest.fixture
def analysed(monkeypatch):
    "Lets the command run with a given outcome instead of fits."

    def replace(result):
        def analyse(*_):
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(run, "analyse", analyse)

    return replace


def is_sealed(path):
    return path.suffix == ".json" and path.read_bytes() != b"old"


def tree(folder):
    "Every file with its content, but for the JSON, which says what the others are."
    return {
        str(path.relative_to(folder)): (b"JSON" if is_sealed(path) else path.read_bytes())
        if path.is_file()
        else None
        for path in folder.rglob("*")
    }


FILES = {
    "synthetic-heights": None,
    "synthetic-heights/fit.png": b"fit",
    "synthetic-heights.md": b"![The fit](synthetic-heights/fit.png)",
    "synthetic-heights.json": b"JSON",
    "synthetic-heights.nc": b"draws",
    "synthetic-heights.html": "<p>身高</p>".encode(),
}


# ---- what a finished run leaves ----


def test_a_run_writes_the_files_and_says_what_was_found(tmp_path, capsys, analysed):
    "Four files and the figures; the finding, the verdict and the paths, page first."
    analysed(outcome())
    out = tmp_path / "new" / "reports"
    assert run.main(["--out", str(out)]) == 0
    assert tree(out) == FILES
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "EM and Bayes agree.",
        "Both can be believed.",
        "",
        *(str(out / f"synthetic-heights.{ending}") for ending in ("html", "nc", "json", "md")),
    ]
    assert said.err == ""


def test_what_to_mind_is_said_below_the_verdict(tmp_path, capsys, analysed):
    "A line each; a model that misses the data is no failed diagnostic, strict or not."
    analysed(replace(outcome(), cautions=("The tails are too heavy.", "The prior decides.")))
    assert run.main(["--out", str(tmp_path), "--strict"]) == 0
    assert capsys.readouterr().out.splitlines()[1:5] == [
        "Both can be believed.",
        "Mind: The tails are too heavy.",
        "Mind: The prior decides.",
        "",
    ]


def test_a_second_run_replaces_the_report_and_removes_its_stale_figures(tmp_path, analysed):
    "Figures that only the first report had are gone; files of the user stay."
    analysed(
        outcome(
            pages=Pages(
                markdown="![](synthetic-heights/fit.png) ![](synthetic-heights/path.png)",
                figures={"fit.png": b"first", "path.png": b"first"},
            )
        )
    )
    assert run.main(["--out", str(tmp_path)]) == 0
    (tmp_path / "synthetic-heights" / "mine.png").write_bytes(b"mine")
    analysed(outcome())
    assert run.main(["--out", str(tmp_path)]) == 0
    assert tree(tmp_path) == FILES | {"synthetic-heights/mine.png": b"mine"}


@pytest.mark.parametrize(
    ("trusted", "options", "status"),
    [(True, ["--strict"], 0), (False, [], 0), (False, ["--strict"], 3)],
)
def test_strict_turns_a_failed_diagnostic_into_status_3(
    tmp_path, analysed, trusted, options, status
):
    "The report is written in any case."
    analysed(outcome(trusted=trusted))
    assert run.main(["--out", str(tmp_path), *options]) == status
    assert tree(tmp_path) == FILES


def test_a_file_names_its_report_and_other_heights_have_their_own(tmp_path, analysed):
    "The stem of the file, or the seed and the number, is in every name."
    analysed(outcome())
    data = tmp_path / "ages of all.csv"
    data.write_text("age\n" + "".join(f"{age}\n" for age in range(20)))
    out = tmp_path / "out"
    assert run.main(["--data", str(data), "--out", str(out)]) == 0
    assert run.main(["--seed", "1", "--n", "50", "--out", str(out)]) == 0
    endings = ("", ".html", ".json", ".md", ".nc")
    assert {path.name for path in out.iterdir()} == {
        name + ending
        for name in ("ages of all", "synthetic-heights-seed1-n50")
        for ending in endings
    }


# ---- bad input ----

DATA = {
    "ages.csv": "id,age,count,gone\n" + "".join(f"{i},{20 + i},1,0\n" for i in range(9)),
    "empty.csv": "",
    "header.csv": "age\n",
    "text.csv": "age\n20\nold\n\n22\n",
    "infinite.csv": "age\n20\ninf\n22\n",
    "constant.csv": "age\n20\n20\n20\n20\n",
    "few.csv": "age\n20\n21\n22\n20\n",
    "negative.csv": "age,count\n20,1\n21,-1\n22,1\n23,1\n",
    "ragged.csv": "age,count\n20,1\n21\n",
    "latin.csv": "age,who\n20,Zoë\n",
    "synthetic-heights.csv": "age\n20\n21\n22\n23\n",
}

BAD_INPUT = [
    ("--data nowhere.csv", "there is no file"),
    ("--data .", "say which one holds the values with --column"),
    ("--data empty.csv", "is empty"),
    ("--data header.csv", "there are no rows in 'header.csv'"),
    ("--data ages.csv --column age2", "no column 'age2', only 'id', 'age', 'count', 'gone'"),
    ("--data ages.csv", "say which one holds the values with --column"),
    ("--data text.csv", "2 of the 4 values in column 'age' cannot be used (1 text, 1 missing)"),
    ("--data text.csv", "the first on line 3: 'old'"),
    ("--data infinite.csv", "1 of the 3 values in column 'age' cannot be used (1 infinite)"),
    ("--data constant.csv", "is constant"),
    ("--data few.csv", "2 components need at least 4 distinct values, got 3"),
    ("--n 5 --components 3", "3 components need at least 6 distinct values, got 5"),
    ("--data negative.csv --column age --weights count", "1 negative"),
    ("--data ages.csv --column age --weights gone", "all zero"),
    ("--data ages.csv --column age --weights none", "no column 'none'"),
    ("--data ragged.csv --column age", "line 3"),
    ("--data latin.csv --column age --encoding ascii", "UTF-8"),
    ("--data synthetic-heights.csv", "rename the file"),
    ("--level 1.5", "between 0 and 1"),
    ("--level 0", "between 0 and 1"),
    ("--components 0", "at least 1"),
    ("--seed -3", "from 0 to"),
    ("--data ages.csv --column age --seed 1", "drop one of the two"),
    ("--column age", "--data"),
    ("--colour blue", "unrecognized arguments"),
    ("--out ages.csv", "is not a folder"),
    ("--out ages.csv/below", "is not a folder"),
    ("--data ages.csv --column age --out taken", "has the place of the report"),
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    "A working folder with data, an earlier report, and an output folder that is in the way."
    monkeypatch.chdir(tmp_path)
    for name, text in DATA.items():
        (tmp_path / name).write_text(text, encoding="latin-1" if name == "latin.csv" else None)
    for name in ("synthetic-heights", "ages"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "fit.png").write_bytes(b"old")
        for ending in ("html", "md", "json", "nc"):
            (tmp_path / "reports" / f"{name}.{ending}").write_bytes(b"old")
    (tmp_path / "taken" / "ages.html").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(("line", "expected"), BAD_INPUT)
def test_bad_input_gets_one_line_and_status_2_and_touches_nothing(folder, capsys, line, expected):
    "One line on standard error, none on standard output, every file as before."
    before = tree(folder)
    assert run.main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("compare.run: error: ")
    assert said.err.count("\n") == 1
    assert said.err[:-1].isprintable()
    assert expected in said.err
    assert tree(folder) == before


def test_names_with_control_characters_stay_on_the_one_line(folder, capsys):
    "A file and its columns may have any name; a terminal sees only printable text."
    evil = folder / "a\n\x1b[2J\u202e.csv"
    evil.write_text('"x\n\x07",b\n1,2\n')
    for arguments in (
        ["--data", str(evil)],
        ["--data", str(evil), "--column", "y\r\n"],
        ["--data", str(folder / "none\n.csv")],
        ["--data", "\udce9.csv"],
        ["--out", str(evil)],
    ):
        assert run.main(arguments) == 2
        said = capsys.readouterr()
        assert said.err.count("\n") == 1
        assert said.err[:-1].isprintable()


def test_the_data_are_not_overwritten_by_their_report(folder, capsys):
    "A data file that has the name of a file of the report is refused."
    (folder / "ages.md").write_text(DATA["ages.csv"])
    assert run.main(["--data", "ages.md", "--column", "age", "--out", "."]) == 2
    assert "overwrite its data" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_folder_without_permission_is_refused(capsys, monkeypatch):
    "Whether the folder says no or the disk does, it says so before anything is computed."

    def refuse(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr(run, "analyse", lambda *_: pytest.fail("computed all the same"))
    assert run.main([]) == 2
    assert "Read-only file system; choose another with --out" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_missing_package_is_named_before_anything_is_computed(capsys, monkeypatch):
    "Who installed em alone learns what to install."
    monkeypatch.setattr(run, "find_spec", lambda name: None if name == "pymc" else object())
    assert run.main([]) == 2
    assert "not installed: pymc; pip install 'em-vs-bayes[compare]'" in capsys.readouterr().err


def test_bad_input_is_answered_without_loading_anything_heavy(folder):
    "Neither PyMC nor pandas nor matplotlib is imported, so the answer comes in a moment."
    script = (
        "import sys\n"
        "from compare.run import main\n"
        "lines = '--data few.csv', '--level 7', '--out few.csv', '--help'\n"
        "status = [main(line.split()) for line in lines]\n"
        f"loaded = sorted(set({HEAVY!r}) & sys.modules.keys())\n"
        "sys.exit(f'{status} loaded {loaded}')\n"
    )
    done = python(["-c", script], cwd=folder)
    assert done.stderr.splitlines()[-1] == "[2, 2, 2, 0] loaded []"


# ---- runs that end early ----


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (ZeroDivisionError("a\n bug"), 1, "a mistake in em-vs-bayes or in what it uses, please "),
        (RecursionError("too deep"), 1, "RecursionError: too deep (test_run.py, line "),
        (MemoryError(), 2, "the memory does not suffice; take fewer data or --draws"),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
    ],
)
def test_no_error_reaches_the_user_as_a_traceback(
    folder, capsys, monkeypatch, analysed, error, status, expected
):
    "One line; of a bug it says that it is one, and how to see all of it. No file is touched."
    before = tree(folder)
    analysed(error)
    assert run.main([]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert expected in said.err
    assert tree(folder) == before
    if status == 1:
        assert f"{run.TRACEBACK}=1" in said.err
        monkeypatch.setenv(run.TRACEBACK, "1")
        with pytest.raises(type(error)):
            run.main([])


@pytest.mark.parametrize(
    "error",
    [
        ValueError("weights that sum to inf"),
        OverflowError("too large"),
        RecursionError("too deep"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_data_that_cannot_be_read_end_in_one_line(capsys, monkeypatch, error):
    "Whatever the reader did not foresee."

    def fail(*_):
        raise error

    monkeypatch.setattr(run, "read_cases", fail)
    assert run.main(["--data", "ages.csv", "--column", "age"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("compare.run: error: 'ages.csv' cannot be used: ")
    assert said.count("\n") == 1


def test_an_interrupt_ends_in_one_line_and_status_130(folder, capsys, analysed):
    "While it computes and while it writes: no file is touched."
    before = tree(folder)

    def half(path, **_):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    for result in (KeyboardInterrupt(), run.Stopped(signal.SIGINT), outcome(save=half)):
        analysed(result)
        assert run.main([]) == 130
        assert capsys.readouterr().err == "compare.run: stopped by Ctrl-C\n"
        assert tree(folder) == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), InputError("full")])
def test_a_report_that_cannot_be_written_ends_in_one_line_and_leaves_the_old_one(
    folder, capsys, analysed, error
):
    "A full disk is not a bug; the earlier report is still whole."
    before = tree(folder)

    def fail(path, **_):
        path.write_bytes(b"half")
        raise error

    analysed(outcome(save=fail))
    assert run.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert tree(folder) == before


@pytest.mark.usefixtures("folder")
def test_the_handlers_of_signals_are_given_back(analysed):
    "A program that calls main has its own handlers afterwards."

    def own(*_):
        pass

    before = signal.signal(signal.SIGTERM, own)
    try:
        analysed(outcome())
        assert run.main([]) == 0
        assert signal.getsignal(signal.SIGTERM) is own
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("lost", [True, False])
def test_an_interrupt_that_compiled_code_swallows_still_counts(folder, capsys, monkeypatch, lost):
    "Numba turns an exception of a handler into a SystemError, a callback of C may drop it."
    before = tree(folder)

    def analyse(*_):
        try:
            signal.raise_signal(signal.SIGINT)
        except run.Stopped:
            if not lost:
                raise SystemError("returned a result with an exception set") from None
        return outcome()

    monkeypatch.setattr(run, "analyse", analyse)
    assert run.main([]) == 130
    assert capsys.readouterr().err == "compare.run: stopped by Ctrl-C\n"
    assert tree(folder) == before


SLOW = """
import sys, time
from compare import run
from test_run import outcome

def wait(path=None, run=None):
    if path is not None:
        path.write_bytes(b"half")
    print("ready", flush=True)
    time.sleep(60)

def analyse(case, options, progress):
    if sys.argv[1] == "computing":
        wait()
    return outcome(save=wait)

run.analyse = analyse
sys.exit(run.main([]))
"""


@pytest.mark.parametrize(
    ("moment", "number", "status", "by"),
    [
        ("computing", signal.SIGINT, 130, "Ctrl-C"),
        ("computing", signal.SIGTERM, 143, "SIGTERM"),
        ("computing", signal.SIGHUP, 129, "SIGHUP"),
        ("writing", signal.SIGTERM, 143, "SIGTERM"),
    ],
)
def test_signals_leave_no_half_written_file(folder, moment, number, status, by):
    "A real signal to a real process: the earlier report is whole, nothing else is left."
    before = tree(folder)
    with started(["-c", SLOW, moment], cwd=folder) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == status
    assert (out, err) == ("", f"compare.run: stopped by {by}\n")
    assert tree(folder) == before


def test_a_forked_worker_dies_of_sigterm_in_the_usual_way(folder):
    "PyMC's own sampler ends its processes so, and they must not unwind the command instead."
    script = """
import os, signal, time
from compare import run
ready, say = os.pipe()
with run.stoppable():
    worker = os.fork()
    if worker == 0:
        try:
            os.write(say, b"!")
            time.sleep(20)
        finally:
            os._exit(9)
    os.read(ready, 1)
    os.kill(worker, signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""
    # NumPy has threads of its own, and Python warns whoever forks beside threads.
    done = python(["-c", script], cwd=folder, PYTHONWARNINGS="ignore::DeprecationWarning")
    assert done.stdout == f"{-signal.SIGTERM}\n"


# ---- where the output goes ----


def test_a_reader_that_has_gone_away_is_no_error(folder):
    "Into a closed pipe the report is still written, quietly."
    script = SLOW.replace("outcome(save=wait)", "outcome()")
    with started(["-c", script, "at once"], cwd=folder) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=20) == 0
    assert (folder / "reports" / "synthetic-heights.nc").read_bytes() == b"draws"


def test_output_to_a_full_disk_is_said_in_one_line(folder):
    "The report is written all the same; what cannot be printed stands in it."
    if not Path("/dev/full").exists():
        pytest.skip("no device here that is always full")
    script = SLOW.replace("outcome(save=wait)", "outcome()")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", script, "at once"],
            cwd=folder, env=environment({}), stdout=full, stderr=subprocess.PIPE, text=True,
            timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == (
        "compare.run: what was found cannot be printed: No space left on device\n"
    )
    assert (folder / "reports" / "synthetic-heights.nc").read_bytes() == b"draws"


def test_output_that_cannot_be_encoded_is_escaped(folder):
    "A terminal without Unicode does not lose a finished report."
    script = SLOW.replace("outcome(save=wait)", "outcome(trusted=False)")
    script = script.replace("run.main([])", "run.main(['--out', '身高', '--strict'])")
    done = python(["-c", script, "at once"], cwd=folder, PYTHONIOENCODING="ascii")
    assert done.returncode == 3
    assert r"\u8eab\u9ad8" in done.stdout


def test_the_module_runs_as_a_command(folder):
    "python -m compare.run passes its status to the shell."
    assert python(["-m", "compare.run", "--version"], cwd=folder).stdout.startswith("em-vs-bayes")
    done = python(["-m", "compare.run", "--level", "7"], cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("compare.run: error: argument --level")


def test_warnings_of_libraries_are_not_for_users(folder):
    "Only the one line is said, unless Python is asked for them."
    (folder / "large.csv").write_text("x,w\n" + "".join(f"{i},1e308\n" for i in range(9)))
    line = ["-m", "compare.run", "--data", "large.csv", "--column", "x", "--weights", "w"]
    done = python(line, cwd=folder, PYTHONWARNINGS="")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


# ---- the whole of it ----


def test_a_short_run_of_everything_ends_in_a_report_that_warns(tmp_path, capsys, monkeypatch):
    """With 50 draws diagnostics fail: status 3, all files, names escaped.

    Without criticism and with one figure, to save time: see test_run_groups.py.
    """
    bayes = pytest.importorskip("bayes")
    monkeypatch.setattr("compare.comparison.criticism.criticise", lambda *_, **__: None)
    from compare.figures import figures  # processes of other tests load this file: not above

    draw = figures.draw
    monkeypatch.setattr(figures, "draw", functools.partial(draw, only=("fit",)))
    data = tmp_path / "heights.csv"
    rows = [f"{160 + i % 17 + 9 * (i % 3 > 0)},{1 + i % 2}\n" for i in range(120)]
    data.write_text("height <cm>,count\n" + "".join(rows))
    out = tmp_path / "out"
    short = ["--weights", "count", "--unit", "cm", "--draws", "50", "--tune", "50", "--strict"]
    arguments = ["--data", str(data), "--column", "height <cm>", "--out", str(out), *short]
    assert run.main(arguments) == 3
    said = capsys.readouterr()
    assert {path.name for path in out.iterdir()} == {
        "heights",
        *(f"heights.{ending}" for ending in ("html", "json", "md", "nc")),
    }
    assert [path.name for path in (out / "heights").iterdir()] == ["fit.png"]
    content = json.loads((out / "heights.json").read_text())
    assert content["schema"] == 1
    assert content["case"]["n"] == 180
    assert not content["bayes"]["ok"]
    assert content["bayes"]["messages"]
    assert [entry["name"] for entry in content["parameters"]][:3] == [
        "weights[0]",
        "weights[1]",
        "means[0]",
    ]
    *steps, (last, total) = content["seconds"].items()
    assert [step for step, _ in steps] == [
        *("read", "em", "import", "compile", "sample", "diagnose", "compare", "criticise"),
    ]
    assert last == "total_before_drawing"
    assert 0.5 * total < sum(seconds for _, seconds in steps) < total + 0.01
    posterior = bayes.Posterior.load(out / "heights.nc")
    assert posterior.means.shape == (4, 50, 2)
    html = (out / "heights.html").read_text()
    assert torn(out / "heights.json") == ()
    assert posterior.data.attrs["run"] == content["run"]
    assert f'content="{content["run"]}"' in html
    assert f"run {content['run']} -->" in (out / "heights.md").read_text()
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {one["name"] for one in content["files"]} == there - {"heights.json"}
    assert "height <cm>" not in html
    assert "height &lt;cm&gt;" in html
    headline, verdict, _, *paths = said.out.splitlines()
    assert headline
    assert "not to be believed" in verdict
    assert paths[0] == str(out / "heights.html")


# ---- processes ----


def environment(extra):
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)])
    return os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": "error"} | extra


def python(arguments, cwd, **extra):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def started(arguments, cwd, **extra):
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
