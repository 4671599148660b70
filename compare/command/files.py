"""Writes the files of a report together, each whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from compare.command.staging import finish_others, flush, move, staging
from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Content", "check_targets", "earlier_files", "prepare_folder", "write_together"]

type Content = bytes | Callable[[Path], object]
"""The bytes of a file, or a function that writes them to the path it is given."""

OURS = frozenset({".png", ".svg", ".nc"})
"""Endings of what a report has in its folder."""


def check_targets(folder: Path, targets: Iterable[str], data: Path | None = None) -> None:
    """Find out, without changing anything, whether the files of a report can be written.

    Parameters
    ----------
    folder : path
        The output folder, which need not exist.
    targets : iterable of str
        The files and folders to write in it; a folder ends in a slash.
    data : path, optional
        A file that must not be overwritten.

    Raises
    ------
    InputError
        A `ValueError` of one line, if the folder cannot be made or written to, if something
        else has the place of a target, or if a target is the data.
    """
    above = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not above.is_dir():
        raise InputError(
            f"the output folder {quoted(folder, 200)} cannot be made: {quoted(above, 200)} is not "
            "a folder; choose another with --out"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(
            f"the output folder {quoted(folder, 200)} cannot be written to; "
            "choose another with --out"
        )
    for target in targets:
        path = folder / target
        try:
            found = path.stat()
            is_data = data is not None and os.path.samestat(found, data.stat())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise InputError(f"{quoted(path, 200)} cannot be written: {error.strerror}") from None
        if stat.S_ISDIR(found.st_mode) != target.endswith("/"):
            what = "a file" if target.endswith("/") else "a folder"
            raise InputError(
                f"{what}, {quoted(path, 200)}, has the place of the report; "
                "move it away or choose another folder with --out"
            )
        if is_data:
            raise InputError(
                f"the report would overwrite its data, {quoted(path, 200)}; "
                "choose another folder with --out"
            )


def prepare_folder(folder: Path) -> None:
    """Make the output folder where it is missing, and prove that files can be made in it.

    What killed runs have left there is finished, or swept away.

    Raises
    ------
    InputError
        A `ValueError` of one line, if not.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        finish_others(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"the output folder {quoted(folder, 200)} cannot be written to: {error.strerror}; "
            "choose another with --out"
        ) from None


def write_together(
    folder: Path,
    name: str,
    contents: Mapping[str, Content],
    waiting: Callable[[], object] = lambda: None,
) -> None:
    """Write the files of a report so that each appears whole or not at all, and all together.

    They are made in a hidden folder beside their destination and moved into place, in order, only
    once all of them are complete. Whatever happens before that, existing files stay as they are
    and nothing is left behind, unless the process is killed: then the next run sweeps it away, or
    moves the rest if the moving had begun. Runs that write the same report wait for each other.

    Parameters
    ----------
    folder : path
        An existing folder.
    name : str
        The name of the report. What an earlier one of this name had, and this one has not, goes.
    contents : mapping of str to bytes or callable
        What to write for each name; a name may have a folder in it, as in ``heights/fit.png``.
        A callable gets the path to write to, when all that comes before it is written.
    waiting : callable, optional
        Is called once if another run writes this report, and that takes a while.

    Raises
    ------
    OSError
        If something cannot be written, for example on a full disk.
    """
    with staging(folder, name, waiting) as files:
        for file, content in contents.items():
            staged = files / file
            staged.parent.mkdir(exist_ok=True)
            # Files that are opened the ordinary way have the permissions the user's umask asks for.
            if callable(content):
                content(staged)
            else:
                staged.write_bytes(content)
            flush(staged)
        move(folder, files, contents, sorted(earlier_files(folder, name) - contents.keys()))


def earlier_files(folder: Path, name: str) -> set[str]:
    """Find the figures and draws that an earlier report of this name left.

    Only files that the earlier Markdown page names count: others in the folder of the same name
    are the user's.

    Parameters
    ----------
    folder : path
        The output folder.
    name : str
        The name of the report.

    Returns
    -------
    set of str
        Such as ``heights/fit.png``, ``heights/north.nc`` and ``heights.nc``.
    """
    try:
        page = (folder / f"{name}.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    page = page.replace("\\", "")  # Markdown's own mark before signs in names
    found = {f"{name}.nc"} if f" {name}.nc" in page else set()
    with suppress(OSError):
        files = [path for path in (folder / name).iterdir() if path.suffix in OURS]
        found |= {f"{name}/{path.name}" for path in files if f"/{path.name}" in page}
    return {path for path in found if (folder / path).is_file()}
