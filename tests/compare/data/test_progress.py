"""Progress is shown to people and kept from pipes."""

import io

import pytest

from compare.data import progress
from compare.data.progress import Progress


@pytest.fixture(autouse=True)
def _ordinary_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_pipe_gets_nothing():
    "Only a terminal is written to; the times are kept all the same."
    pipe = io.StringIO()
    steps = Progress(pipe)
    with steps.step("em", "Fitting by EM"):
        pass
    assert pipe.getvalue() == ""
    assert list(steps.seconds) == ["em"]
    assert 0 <= steps.seconds["em"] <= steps.total


def test_a_terminal_shows_the_step_and_its_clock():
    "The message is on the screen while the step runs, whatever characters it has."
    terminal = Terminal()
    with Progress(terminal).step("em", "Fitting [red] by EM"):
        pass
    assert "Fitting [red] by EM" in terminal.getvalue()
    assert "0:00:00" in terminal.getvalue()


def test_long_steps_leave_a_line(monkeypatch):
    "A step above the threshold is on the terminal with its seconds when it is done."
    monkeypatch.setattr(progress, "WORTH_A_LINE", -1.0)
    terminal = Terminal()
    with Progress(terminal).step("em", "Fitting by EM"):
        pass
    assert terminal.getvalue().endswith("Fitting by EM: 0.0 s\n")


def test_a_failing_step_is_timed_and_clears_the_terminal():
    "The error passes, the cursor is shown again, and no line claims that the step is done."
    terminal = Terminal()
    steps = Progress(terminal)
    with pytest.raises(KeyboardInterrupt), steps.step("em", "Fitting by EM"):
        raise KeyboardInterrupt
    assert "em" in steps.seconds
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex("\x1b[?25l")
    assert not terminal.getvalue().endswith(" s\n")


def test_a_terminal_shows_rows_rate_and_time_left():
    "And a pipe nothing; before and after a step there is nothing to show it on."
    terminal = Terminal()
    steps = Progress(terminal)
    steps.show(0.1, 5, 1.0)
    with steps.step("read", "Reading the data"):
        steps.show(0.25, 12_345_678, 10.0)
        steps.note("3 of 12 parts were read before.")
    steps.note("after")
    shown = terminal.getvalue()
    assert "25%, 12.3 million rows, 1.23 million rows/s, 0:00:30 left" in shown
    assert "3 of 12 parts were read before." in shown
    assert shown.endswith("after\n")
    pipe = io.StringIO()
    steps = Progress(pipe)
    with steps.step("read", "Reading the data"):
        steps.show(0.5, 10, 1.0)
        steps.note("nothing")
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (7, "7"),
        (1234, "1.23 thousand"),
        (999_999, "1 million"),
        (5e6, "5 million"),
        (1.234e10, "12.3 billion"),
    ],
)
def test_numbers_of_rows_are_short(number, words):
    "Three digits say all that a glance can take in."
    assert progress._short(number) == words
