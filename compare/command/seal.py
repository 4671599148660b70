"""The seal of a report: its JSON says which run wrote it, and what else that run wrote."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["sealed", "torn"]


def sealed(
    document: str, run: str, folder: Path, names: Iterable[str], column: str | None = None
) -> bytes:
    """Add to the JSON of a report the run, its files and the column that it is on.

    Parameters
    ----------
    document : str
        The JSON.
    run : str
        What tells the run from others.
    folder : path
        Where the files are now.
    names : iterable of str
        Their names, such as ``heights/fit.png``.
    column : str, optional
        What the report is on.

    Returns
    -------
    bytes
        The same with ``column``, ``run``, and ``files`` with the name, the size in bytes and the
        SHA-256 of each. The file that holds it is put in its place last: it is as good as its
        files.
    """
    files = [{"name": name, **_measured(folder / name)} for name in names]
    about = {} if column is None else {"column": column}
    whole = json.loads(document) | about | {"run": run, "files": files}
    return (json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def torn(path: Path) -> tuple[str, ...]:
    """Find out which files of a report are missing, or are not those that its run wrote.

    Parameters
    ----------
    path : path
        The JSON of the report.

    Returns
    -------
    tuple of str
        Their names; empty if the report is whole.

    Raises
    ------
    OSError, ValueError, KeyError
        If that is no JSON of a report.
    """
    files = json.loads(path.read_bytes())["files"]
    return tuple(one["name"] for one in files if not _is_whole(path.parent / one["name"], one))


def _is_whole(path: Path, listed: dict[str, object]) -> bool:
    try:
        return _measured(path).items() <= listed.items()
    except OSError:
        return False


def _measured(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": sha256}
