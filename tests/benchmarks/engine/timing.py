"""Times of calls, taken in turns: what slows the machine for a while then slows all of them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["BRIEF", "REST", "Call", "CallError", "Timed", "call", "interleave", "limited"]

REST = 0.05
"""Seconds of rest before each turn: the threads of linear algebra spin for some 30 ms after a call,
and whoever comes next would pay for that."""

BRIEF = 0.25
"""Calls shorter than so many seconds are made twice in a turn, and the second one counts: a
processor that has rested takes some milliseconds to come to speed."""


class Call(NamedTuple):
    """One call: how long it took, and what it gave."""

    seconds: float
    answer: Any


class CallError(Exception):
    """A call gave no answer: it took too long, or the tool broke. The message says which."""


@dataclass
class Timed:
    """The calls of one cell of a table."""

    seconds: list[float] = field(default_factory=list)
    """One entry for each call that counts."""
    answer: Any = None
    """What the last call gave."""
    note: str = ""
    """Why there are fewer calls than usual, or none."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Break a call of Python code off after so many seconds (in the main thread, on POSIX)."""

    def stop(_signal: int, _frame: object) -> None:
        raise CallError(f"stopped after {seconds:.0f} s")

    earlier = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)


def call(what: Callable[[], Any], limit: float = 3600.0) -> Call:
    """Call a Python function, and time it."""
    with limited(limit):
        begin = time.perf_counter()
        answer = what()
        return Call(time.perf_counter() - begin, answer)


def interleave(
    cells: Mapping[str, Callable[[], Call]], budget: float, rounds: int
) -> dict[str, Timed]:
    """Time several calls in turns: A B C A B C ...

    Every cell is called once to warm up, which does not count, except where it alone takes more
    than half of the budget: then it is all there will be. A turn begins with a rest (`REST`), and
    that of a short call with a call that does not count (`BRIEF`).

    Parameters
    ----------
    cells : mapping of str to callable
        Each makes one call and says how long it took.
    budget : float
        Seconds for each cell in all.
    rounds : int
        The most calls that count, for each cell.

    Returns
    -------
    dict of str to Timed
    """
    found = {name: Timed() for name in cells}
    spent = dict.fromkeys(cells, 0.0)
    active = list(cells)
    for turn in range(rounds + 1):
        for name in list(active):
            one = found[name]
            time.sleep(REST)
            try:
                made = cells[name]()
                spent[name] += made.seconds
                if turn and made.seconds < BRIEF:
                    made = cells[name]()
                    spent[name] += made.seconds
            except CallError as problem:
                one.note = str(problem)
                active.remove(name)
                continue
            one.answer = made.answer
            if turn:
                one.seconds.append(made.seconds)
            elif made.seconds > 0.5 * budget:
                one.seconds.append(made.seconds)
                one.note = "called once"
                active.remove(name)
                continue
            if turn and spent[name] + made.seconds > budget:
                active.remove(name)
        if not active:
            break
    return found
