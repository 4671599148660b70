"""Progress is shown to people and kept from pipes."""

import io

import pytest

from compare import progress
from compare.progress import Progress


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
