"""Writes the files of a report together, each whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import stat
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from compare.tables.errors import InputError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["Content", "check_targets", "earlier_files", "prepare_folder", "write_together"]

type Content = bytes | Callable[[Path], object]
"""The bytes of a file, or a function that writes them to the path it is given."""

OURS = frozenset({".png", ".svg", ".nc"})
"""Endings of what a report has in its folder."""

STAGING = ".em-vs-bayes-"
"""What the name of the folder begins with in which files are made before they appear."""


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

    Raises
    ------
    InputError
        A `ValueError` of one line, if not.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(prefix=STAGING, dir=folder)).rmdir()
    except OSError as error:
        raise InputError(
            f"the output folder {quoted(folder, 200)} cannot be written to: {error.strerror}; "
            "choose another with --out"
        ) from None


def write_together(
    folder: Path, contents: Mapping[str, Content], remove: Iterable[str] = ()
) -> None:
    """Write files so that each appears whole or not at all, and all appear at the same time.

    They are made in a hidden folder beside their destination and moved into place, in order, only
    once all of them are complete. Whatever happens before that, existing files stay as they are
    and nothing is left behind. Moving takes a few milliseconds, in which signals have to wait.

    Parameters
    ----------
    folder : path
        An existing folder.
    contents : mapping of str to bytes or callable
        What to write for each name; a name may have a folder in it, as in ``heights/fit.png``.
        A callable gets the path to write to.
    remove : iterable of str
        Files of an earlier report to remove once the new ones are in place.

    Raises
    ------
    OSError
        If something cannot be written, for example on a full disk.
    """
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=folder) as staging:
        for name, content in contents.items():
            staged = Path(staging, name)
            staged.parent.mkdir(parents=True, exist_ok=True)
            # Files that are opened the ordinary way have the permissions the user's umask asks for.
            if callable(content):
                content(staged)
            else:
                staged.write_bytes(content)
            _flush(staged)
        with _signals_held_back():
            for name in contents:
                (folder / name).parent.mkdir(exist_ok=True)
                Path(staging, name).replace(folder / name)
            for name in remove:
                (folder / name).unlink(missing_ok=True)


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


def _flush(path: Path) -> None:
    """Make sure that the content is on the disk before the file takes the place of another."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot do this; they can still hold the file.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    earlier = {
        number: signal.signal(number, lambda number, _: waiting.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for received in waiting:
            signal.raise_signal(received)
