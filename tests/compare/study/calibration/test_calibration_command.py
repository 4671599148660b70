"""The command: a run that is stopped or killed loses nothing, and what it says is one line."""

import contextlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compare.study import session, workers
from compare.study.calibration import __main__ as calibration
from compare.study.ranking import Ranking
from compare.study.trials import Trial, run

ROOT = Path(__file__).parents[4]
NAME = "compare.study.calibration"
SMALL = "--data-sets 3 --n 60 --chains 2 --draws 120 --tune 50 --components 1".split()
HERE = [*SMALL, "--workers", "1"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    "An empty place to run in, since a report names the command that wrote it."

    def enter(name):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        return tmp_path / name / "reports"

    return enter


@pytest.fixture
def made(monkeypatch):
    "made(change): have trials made without a sampler, each after `change` of its number."

    def make(change=lambda _: None, rank=lambda number: 67 * number % 200):
        def trial(_, job):
            change(job.number)
            ranks = (rank(job.number),) * 3
            found = Ranking((1.0, 2.0), ranks, True, 1.0, 999.0, 0, 1.0, False)
            return Trial(job, {}, found)

        monkeypatch.setattr(workers, "run", trial)
        monkeypatch.setattr(f"{NAME}.figure.draw", lambda _: "<svg/>")

    return make


def files(place):
    return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


def sent(what):
    return pickle.loads(pickle.dumps(what))  # noqa: S301 - made on the spot


def stop_at(wanted, *numbers):
    def change(number):
        for one in numbers:
            if number == wanted:
                signal.raise_signal(one)

    return change


def test_a_run_that_is_stopped_ends_as_if_it_had_not_been(folder, monkeypatch, capsys):
    """Ctrl-C in the second fit: one data set stays, the rest follows, the files are the same.

    So they are where jobs and trials go to and fro between processes.
    """
    straight = folder("straight")
    assert calibration.main(HERE) == 0
    assert set(files(straight)) == {f"calibration-k1-n60.{end}" for end in ("json", "md", "svg")}
    said = capsys.readouterr()
    assert said.err == ""
    content = json.loads((straight / "calibration-k1-n60.json").read_text())
    assert said.out.splitlines()[0] == content["verdict"]
    assert content["settings"]["data_sets"] == 3

    interrupted = folder("interrupted")
    usual, begun = signal.getsignal(signal.SIGINT), []

    def stop(design, job):
        begun.append(job.number)
        if begun == [0, 1]:
            signal.raise_signal(signal.SIGINT)
        return sent(run(*sent((design, job))))

    monkeypatch.setattr(workers, "run", stop)
    assert calibration.main(HERE) == 130
    assert capsys.readouterr().err == (
        f"{NAME}: stopped by Ctrl-C; 1 of 3 data sets are done, the same command goes on "
        "with the rest\n"
    )
    assert signal.getsignal(signal.SIGINT) is usual
    assert list(files(interrupted)) == ["calibration-k1-n60.jsonl"]
    assert calibration.main(HERE) == 0
    assert begun == [0, 1, 1, 2]
    assert files(interrupted) == files(straight)


@pytest.mark.study
def test_processes_and_a_kill_change_no_byte(folder):
    "Two processes, killed without warning once a trial is there; this one goes on."
    command = [sys.executable, "-m", NAME, *SMALL, "--data-sets", "5"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    straight = folder("straight")
    assert calibration.main([*HERE, "--data-sets", "5"]) == 0
    killed = folder("killed")
    log = killed / "calibration-k1-n60.jsonl"
    with subprocess.Popen(command, cwd=killed.parent, env=environment) as process:
        while not log.exists() or log.read_text().count("\n") < 2:
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
    assert list(files(killed)) == [log.name]
    assert calibration.main([*HERE, "--data-sets", "5"]) == 0
    assert files(killed) == files(straight)


@pytest.mark.parametrize(
    ("number", "status", "said"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")]
)
def test_a_signal_whose_exception_is_lost_stops_all_the_same(
    folder, made, capsys, number, status, said
):
    "Compiled code may drop it and end early: what it made does not count."

    def lose(at):
        with contextlib.suppress(BaseException):
            stop_at(1, number)(at)

    made(lose)
    reports = folder("here")
    assert calibration.main(HERE) == status
    assert f"stopped by {said}; 1 of 3" in capsys.readouterr().err
    assert (reports / "calibration-k1-n60.jsonl").read_text().count("\n") == 2


def test_fewer_data_sets_than_are_done_are_taken_from_those(folder, made, capsys):
    "Nothing is run, and what is left over stays for another time; other settings are refused."
    made(stop_at(5, signal.SIGINT))
    small = [*HERE, "--data-sets", "8"]
    reports = folder("here")
    assert calibration.main(small) == 130
    assert calibration.main([*small, "--data-sets", "4"]) == 0
    assert {path.suffix for path in reports.iterdir()} == {".json", ".md", ".svg", ".jsonl"}
    content = json.loads((reports / "calibration-k1-n60.json").read_text())
    assert content["settings"]["data_sets"] == len(content["ok"]) == 4
    capsys.readouterr()
    assert calibration.main([*small, "--tune", "300"]) == 2
    assert "holds 5 trials made with tune 50 (now 300)" in capsys.readouterr().err
    made()
    assert calibration.main([*small, "--tune", "300", "--fresh"]) == 0


@pytest.mark.parametrize(("rank", "status"), [(lambda i: 5 * i + 2, 0), (lambda i: i, 3)])
def test_strict_tells_by_the_exit_status(folder, made, capsys, rank, status):
    "3 for a wrong posterior with --strict, else 0 for a result of any kind."
    made(rank=rank)
    reports = folder("here")
    arguments = "--components 1 --data-sets 40 --workers 1".split()
    assert calibration.main([*arguments, "--strict"]) == status
    assert calibration.main(arguments) == 0
    assert ("NOT" in capsys.readouterr().out) == (status == 3)
    assert ("✗" in (reports / "calibration-k1.md").read_text()) == (status == 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--n 1", r"argument --n: expected a whole number of at least 2, got '1'"),
        ("--data-sets many", r"--data-sets: expected a whole number of at least 1, got 'many'"),
        ("--components 4 --n 3", r"expected --n of at least 8, two values for each component"),
        ("--draws 10", r"at least 199 draws in all .* got 4 chains of 10"),
        ("--seeds 1", r"unrecognized arguments: --seeds 1; .*--help"),
        ("--out taken", r"the output folder 'taken' cannot be made"),
    ],
)
def test_bad_arguments_are_answered_in_one_line(folder, capsys, arguments, message):
    "Exit status 2, and nothing is written."
    place = folder("here").parent
    (place / "taken").write_text("a file")
    assert calibration.main(arguments.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(rf"{re.escape(NAME)}: error: .*{message}.*\n", said.err)
    assert list(files(place)) == ["taken"]


def test_without_matplotlib_it_says_so_before_it_starts(folder, monkeypatch, capsys):
    "And how to get it."
    place = folder("here").parent
    monkeypatch.setattr(session, "find_spec", lambda name: None if name == "matplotlib" else 1)
    assert calibration.main([]) == 2
    assert (
        "not installed: matplotlib; pip install 'em-vs-bayes[compare]'" in capsys.readouterr().err
    )
    assert files(place) == {}


def test_the_module_runs_as_a_command():
    "Bad arguments are answered before anything slow is loaded."
    code = f"import sys; from {NAME}.__main__ import main; status = main(['--n', '1']); "
    code += "sys.exit(status + 10 * any(name in sys.modules for name in ('pymc', 'matplotlib')))"
    for start in (["-m", NAME, "--n", "1"], ["-c", code]):
        done = subprocess.run(
            [sys.executable, *start], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


def test_progress_is_for_terminals(capsys):
    "A count with rate and time left on one line, which goes at the end; nothing in a pipe."

    class Terminal(list):
        write = list.append

        def flush(self):
            pass

        def isatty(self):
            return True

        def __bool__(self):
            return True

    terminal, now = Terminal(), iter([0.0, 10.0, 40.0])
    progress = session.Progress("data sets", terminal, lambda: next(now))
    for done in (60, 61, 62):
        progress(done, 100)
    progress.clear()
    shown = [line.strip("\r").rstrip() for line in terminal]
    assert shown == [
        "60 of 100 data sets",
        "61 of 100 data sets, 0.1 a second, 6:30 left",
        "62 of 100 data sets, 0.05 a second, 12:40 left",
        "",
    ]
    assert terminal[-1].endswith("\r")
    piped = session.Progress("data sets")
    piped(0, 3)
    piped(1, 3)
    piped.clear()
    assert capsys.readouterr() == ("", "")
