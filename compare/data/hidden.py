"""Hidden: small files that are made under a name nobody knows, and then take another's place."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HIDDEN", "put"]

HIDDEN = ".em-vs-bayes-"
"""What the names of all begin with that a run makes beside a report until that is whole."""


def put(content: bytes | memoryview, path: Path) -> None:
    """Write a file whole or not at all, through no link that somebody may have planted.

    Parameters
    ----------
    content : bytes
    path : path
        In an existing folder.

    Raises
    ------
    OSError
        If the file cannot be written; what was there is there still, and nothing else is.
    """
    made = path.with_name(f"{HIDDEN}{secrets.token_hex(8)}")
    try:
        with made.open("xb") as file:
            # As long as it is locked, no other run takes it for what a killed one has left.
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            made.replace(path)
    finally:
        made.unlink(missing_ok=True)
