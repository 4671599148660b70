"""Stopping: Ctrl-C, SIGTERM and SIGHUP end a run, and all that it has begun is put away."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from compare.command.guard import heeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

__all__ = ["Stopped", "held_back", "stoppable"]

AGAIN = 0.05
"""Seconds after which a signal is sent again that came where no exception can leave."""


class Stopped(BaseException):
    """A signal came.

    It is no KeyboardInterrupt, because both samplers catch that one and go on with the draws they
    have, which would end in a report nobody asked for.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[Sequence[int]]:
    """Turn signals into `Stopped`, so that everything on the way out is cleaned up.

    Yields the signals that came, because compiled code may lose the exception, or put a
    SystemError in its place.
    """
    signals: list[int] = []
    again: list[threading.Timer] = []
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    process = os.getpid()

    def stop(number: int, _: FrameType | None) -> None:
        if os.getpid() == process:
            signals.append(number)
            raise Stopped(number)
        # A process that PyMC's own sampler forked: it knows what to do with the usual handlers.
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
        signal.raise_signal(number)

    def unraisable(lost: sys.UnraisableHookArgs, /) -> None:
        # It came in a finaliser, or while a module was loaded, where exceptions are dropped.
        if isinstance(lost.exc_value, Stopped):
            again.append(threading.Timer(AGAIN, os.kill, (process, lost.exc_value.number)))
            again[-1].start()
        else:
            hook(lost)

    earlier = {number: signal.signal(number, stop) for number in heeded()}
    hook, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        yield signals
    except Exception:
        if signals:
            raise Stopped(signals[0]) from None
        raise
    finally:
        sys.unraisablehook = hook
        for timer in again:
            timer.cancel()
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    earlier = {
        number: signal.signal(number, lambda number, _: waiting.append(number))
        for number in heeded()
    }
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
        for received in waiting:
            signal.raise_signal(received)
