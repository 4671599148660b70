"""The error for input that cannot be used, and how text from outside is put into its one line."""

from __future__ import annotations

import os

__all__ = ["InputError", "one_line", "quoted"]


class InputError(ValueError):
    """What was given cannot be used; one line says what came and what to try."""


def quoted(text: str | os.PathLike[str], limit: int = 60) -> str:
    """Put a name or a value from outside between quotes, printable and not too long.

    Parameters
    ----------
    text : str or path
        Anything: control characters, line ends and undecodable bytes are written as escapes.
    limit : int
        Longer texts are cut here and end in an ellipsis.

    Returns
    -------
    str
        One line of printable text.
    """
    text = os.fspath(text)
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def one_line(text: str) -> str:
    """Write everything that would not print as itself, line ends included, as an escape."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )
