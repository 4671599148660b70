"""Staging: where the files of a report are made and from where they appear, also after a kill.

The hidden folder of a report is locked by the run that writes it. The kernel drops the lock when
that run ends, however it ends, so the living are told from the dead without guessing. When all
files are complete, a list says what is to be moved where; from then on whoever finds the folder
unlocked can finish what was begun, and before that throws it away.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from compare.command.stopping import held_back
from compare.data.hidden import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["finish_others", "flush", "move", "staging"]

LOCK, FILES, MOVES = "lock", "files", "moves.json"
"""In the hidden folder: what is locked, the files, and where they go once they are complete."""

WORTH_A_LINE = 1.0
"""Seconds of waiting for another run, after which it is told."""

NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF}
"""What file systems without locks answer."""


@contextmanager
def staging(folder: Path, name: str, waiting: Callable[[], object]) -> Iterator[Path]:
    """Have the hidden folder of a report to oneself, empty.

    Parameters
    ----------
    folder : path
        An existing folder.
    name : str
        The name of the report.
    waiting : callable
        Is called once if another run writes this report, and that takes a while.

    Yields
    ------
    path
        Where to make files. It goes with all that is in it, unless the files are being moved.

    Raises
    ------
    OSError
        If there cannot be such a folder.
    """
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
    own, lock = _taken(folder / f"{HIDDEN}{digest}", waiting)
    try:
        _finish(folder, own)
        (own / FILES).mkdir()
        yield own / FILES
    finally:
        if not (own / MOVES).exists():
            _clear(own)
        if lock is not None:
            os.close(lock)


def move(folder: Path, files: Path, names: Iterable[str], remove: Iterable[str]) -> None:
    """Move complete files to where they belong, in their order, and remove others then.

    That takes a few milliseconds, in which signals have to wait.

    Parameters
    ----------
    folder : path
        Where they belong.
    files : path
        Where they are, as `staging` gave it.
    names, remove : iterable of str

    Raises
    ------
    OSError
        If one cannot be moved. The others stay where they are, for the next run to move.
    """
    own = files.parent
    names = list(names)
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
    partial = own / f"{MOVES}.partial"
    partial.write_text(json.dumps({"move": names, "remove": list(remove)}))
    flush(partial)
    with held_back():
        partial.replace(own / MOVES)
        try:
            _finish(folder, own, late=False)
        except OSError as error:
            error.add_note(
                "a part of the report is in its place, and the next run into that folder moves "
                "the rest"
            )
            raise


def finish_others(folder: Path) -> None:
    """Finish or sweep away what runs that were killed have left in a folder."""
    for own in folder.glob(f"{HIDDEN}*"):
        with suppress(OSError, ValueError):
            _check_own(own)
            if not own.is_dir():
                with own.open("r+b") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    own.unlink()
                continue
            with suppress(OSError):
                own.rmdir()  # a run may be killed before it has put anything in
            lock = _locked(own, create=False)
            if lock is not None:
                try:
                    _finish(folder, own)
                    _clear(own)
                finally:
                    os.close(lock)


def flush(path: Path) -> None:
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


def _taken(own: Path, waiting: Callable[[], object]) -> tuple[Path, int | None]:
    """The folder with its lock; where there are no locks, another that nobody else knows."""
    begin, told = time.monotonic(), False
    while True:
        own.mkdir(mode=0o700, exist_ok=True)
        _check_own(own)
        try:
            lock = _locked(own, create=True)
        except FileNotFoundError:
            continue  # whoever had it has just removed it
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return Path(tempfile.mkdtemp(prefix=HIDDEN, dir=own.parent)), None
        if lock is not None:
            return own, lock
        if not told and time.monotonic() - begin > WORTH_A_LINE:
            told = True
            waiting()
        time.sleep(0.05)


def _locked(own: Path, *, create: bool) -> int | None:
    """The lock of a folder; None if somebody else has it."""
    how = os.O_RDWR | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
    lock = os.open(own / LOCK, how, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It may have been removed, and made anew by another run, before it was locked.
        if os.path.samestat(os.fstat(lock), (own / LOCK).stat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _check_own(own: Path) -> None:
    """Refuse to follow a link that somebody planted, or to wait for what another user left."""
    found = own.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(
            errno.EPERM, f"{own.name}, which is in the way there, is not one's own; remove it"
        )


def _finish(folder: Path, own: Path, *, late: bool = True) -> None:
    """Move what the list says, if there is one; what was moved before is no longer there.

    `late` is whether somebody else may have put something there since: that stays.
    """
    try:
        moves = json.loads((own / MOVES).read_text())
        complete = (own / MOVES).stat().st_mtime_ns
    except (FileNotFoundError, ValueError):
        _clear(own, keep=LOCK)
        return
    for name in moves["move"]:
        staged, target = own / FILES / name, folder / name
        if staged.exists() and not (
            late and target.exists() and target.stat().st_mtime_ns > complete
        ):
            target.parent.mkdir(exist_ok=True)
            staged.replace(target)
    for name in moves["remove"]:
        (folder / name).unlink(missing_ok=True)
    (own / MOVES).unlink()
    _clear(own, keep=LOCK)


def _clear(own: Path, keep: str | None = None) -> None:
    """Remove a folder, its lock last: with that it is somebody else's."""
    with suppress(OSError):
        for inside in own.iterdir():
            if inside.name == LOCK:
                continue
            if inside.is_dir():
                shutil.rmtree(inside, ignore_errors=True)
            else:
                inside.unlink()
        if keep is None:
            (own / LOCK).unlink(missing_ok=True)
            own.rmdir()
