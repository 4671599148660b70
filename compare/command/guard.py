"""Guard: the first thing the command does, so that Ctrl-C is answered while all else is loaded."""

# Not `signal`, whose enumerations take longer to load than all that is here: until the guard
# stands, Ctrl-C prints a traceback.
import _signal  # type: ignore[import-not-found]
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = ["SIGNALS", "at_once", "heeded", "not_at_all", "said"]

SIGNALS = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP)
"""Those that mean that the run shall end."""


def at_once(command: str = "compare.run") -> None:
    """Let a signal end the process there and then: nothing is begun that would need an end."""

    def end(number: int, _: "FrameType | None") -> None:
        try:
            os.write(sys.stderr.fileno(), f"{command}: {said(number)}\n".encode())
        finally:
            os._exit(128 + number)

    for number in heeded():
        _signal.signal(number, end)


def not_at_all() -> None:
    """Let a signal end the process without a word: all is said, and the report is written."""
    for number in heeded():
        _signal.signal(number, _signal.SIG_DFL)


def heeded() -> list[int]:
    """Those of the signals that who started the command, such as nohup, did not have ignored."""
    return [
        number for number in SIGNALS if _signal.getsignal(number) not in {_signal.SIG_IGN, None}
    ]


def said(number: int) -> str:
    """What is told of a signal."""
    names = {_signal.SIGINT: "Ctrl-C", _signal.SIGTERM: "SIGTERM", _signal.SIGHUP: "SIGHUP"}
    return f"stopped by {names[number]}"
