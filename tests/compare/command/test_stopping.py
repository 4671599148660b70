"""Ctrl-C and its like end the command in one line, at whatever moment they come."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import compare
from compare.command import guard, stopping

ROOT = Path(compare.__file__).parents[1]

LINE = "compare.run: stopped by Ctrl-C\n"


def interrupted(moment, folder, number=signal.SIGINT):
    "How the command ends that gets a signal so many seconds after its start."
    process = subprocess.Popen(
        [sys.executable, "-m", "compare.run", "--out", folder],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(moment)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def check(moment, folder):
    "One line, or what Python itself does before the guard of this project stands."
    status, out, err = interrupted(moment, folder)
    assert out == ""
    if err != LINE:
        assert status in (-signal.SIGINT, 1, 130), (moment, status, err)
        if str(ROOT / "compare") in err:
            assert "from compare.command import guard" in err, (moment, err)
    else:
        assert status == 130
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize("moment", [0.05, 0.15, 0.3, 0.5])
def test_ctrl_c_while_modules_are_loaded_is_one_line(tmp_path, moment):
    "Where the command has begun at all."
    check(moment, tmp_path / "out")


@pytest.mark.study
def test_ctrl_c_in_the_first_three_seconds_is_one_line(tmp_path):
    "Twenty moments, through the loading of everything and the first fits."
    for place in range(20):
        check(0.05 * 60 ** (place / 19), tmp_path / "out")


LOADING = """
import os, signal, sys, {module}
def loaded(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        os.kill(os.getpid(), signal.{signal})
sys.addaudithook(loaded)
sys.argv[1:] = ["--help"]
del sys.modules[{module!r}]
import runpy
runpy.run_module("compare.run", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("module", "name", "status"),
    [("gc", "SIGINT", 130), ("argparse", "SIGTERM", 143), ("argparse", "SIGHUP", 129)],
)
def test_a_signal_among_the_imports_of_the_command_is_one_line(module, name, status):
    "At the first import after the guard stands, and at a late one."
    done = subprocess.run(
        [sys.executable, "-c", LOADING.format(module=module, signal=name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    by = "Ctrl-C" if name == "SIGINT" else name
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == f"compare.run: stopped by {by}\n"


def test_a_signal_in_a_finaliser_is_not_lost(capsys):
    "Exceptions are dropped there; so it comes again a moment later."

    class Loud:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    def wait():
        with stopping.stoppable() as signals:
            thing = Loud()
            del thing
            assert signals == [signal.SIGINT]
            time.sleep(10)

    begin = time.monotonic()
    with pytest.raises(stopping.Stopped):
        wait()
    assert time.monotonic() - begin < 5
    assert capsys.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_asked_to_be_ignored_is_ignored():
    "nohup has SIGHUP ignored, and a run that it starts goes on."
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopping.stoppable() as signals, stopping.held_back():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signals == []
    finally:
        signal.signal(signal.SIGHUP, earlier)


def test_signals_that_are_held_back_come_afterwards():
    "All of them, also SIGHUP."
    for number in guard.SIGNALS:
        after = []
        waits = pytest.raises(stopping.Stopped)
        with stopping.stoppable(), waits as caught, stopping.held_back():
            signal.raise_signal(number)
            after.append(number)
        assert after == [number]
        assert caught.value.number == number


def test_another_thread_handles_no_signals():
    "Nor does it fail."
    done = []

    def work():
        with stopping.stoppable(), stopping.held_back():
            done.append(True)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert done == [True]
