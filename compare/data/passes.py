"""A pass: parts of files become digests, several at a time, and these add up in their order."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.data.merged import Merged, Result
from compare.tables.errors import InputError, quoted
from compare.tables.formats import pieces
from compare.tables.parts import MOST_GROUPS, split, too_many
from em import Digest, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from compare.data.checkpoint import Checkpoint
    from compare.data.progress import Progress
    from compare.tables.parts import Part, Wanted, Watch

__all__ = ["Abandoned", "Again", "Tally", "digest_part", "digest_parts"]

SAVE_EVERY = 5.0
"""Seconds of reading that may be lost; a pass that takes less leaves nothing behind."""

MENDED = (
    "; what was read before is kept: run the same command again when that file is mended or gone"
)


class Abandoned(Exception):  # noqa: N818 - nothing went wrong
    """Nobody waits for the rest of a part any more."""


def digest_part(
    part: Part, wanted: Wanted, rounding: float = 0.0, watch: Watch | None = None
) -> Result:
    """Read a part and keep its digests.

    What is wrong with it is handed back, not raised: the first bad part to be found need not be
    the first in order, and a cluster would fill its logs.

    Parameters
    ----------
    part : Part
    wanted : Wanted
    rounding : float
        See `em.Digest`.
    watch : Watch, optional
        Is told of every piece; may raise `Abandoned`.

    Returns
    -------
    Result
    """
    digests: dict[str, Digest] = {}
    rows = dropped = 0
    try:
        for piece in pieces(part, wanted, watch):
            rows += piece.values.size + piece.dropped
            dropped += piece.dropped
            for group, values, weights in split(piece):
                digest = digests.setdefault(group, Digest(rounding))
                if len(digests) > MOST_GROUPS:
                    raise too_many(list(digests), wanted.by or "", part.shown)
                digest.add(values, weights)
    except InputError as error:
        return Result({}, error=str(error))
    except (TypeError, ValueError) as error:
        return Result({}, error=f"column {quoted(wanted.column)} of {part.shown}: {error}")
    return Result(digests, rows, dropped)


class Tally:
    """Adds up what was read, by however many threads, and shows it.

    Parameters
    ----------
    progress : Progress
        Where to show it.
    n_bytes : int
        How much there is to read.
    """

    def __init__(self, progress: Progress, n_bytes: int) -> None:
        self._progress, self._total = progress, max(n_bytes, 1)
        self._rows = self._bytes = 0
        self._begin = time.monotonic()
        self._lock = threading.Lock()
        self._stopped = False

    def stop(self) -> None:
        """Let every thread that reads end with its piece."""
        self._stopped = True

    def pulse(self, rows: int, n_bytes: int) -> None:
        """Hear of rows and bytes that were read since the last time.

        Raises
        ------
        Abandoned
            After `stop`.
        """
        if self._stopped:
            raise Abandoned
        with self._lock:
            self._rows += rows
            self._bytes += n_bytes
            self._progress.show(
                min(self._bytes / self._total, 1.0), self._rows, time.monotonic() - self._begin
            )


def digest_parts(
    parts: Sequence[Part],
    read: Callable[[Part], Result],
    executor: Executor,
    wanted: Wanted,
    *,
    checkpoint: Checkpoint | None = None,
    merged: Merged | None = None,
    told: Callable[[Part, Result], None] | None = None,
    ahead: int | None = None,
) -> Merged:
    """Digest parts with an executor, and add them up in their order.

    The answer is the same to the last bit whichever part is done first, and wherever it was done.

    Parameters
    ----------
    parts : sequence of Part
        All of them.
    read : callable
        `digest_part` with all but its first argument; an executor of other processes must be able
        to pickle it.
    executor : concurrent.futures.Executor
        Reads the parts.
    wanted : Wanted
    checkpoint : Checkpoint, optional
        Keeps what is done, every few seconds and when something goes wrong.
    merged : Merged, optional
        What was done before: the first parts.
    told : callable, optional
        Hears of every part that was added.
    ahead : int, optional
        How many parts may be under way or waiting for their turn; four times the cores of this
        machine by default.

    Returns
    -------
    Merged

    Raises
    ------
    InputError
        A `ValueError` of one line, if a part cannot be used.
    """
    merged = Merged() if merged is None else merged
    ahead = 4 * (os.cpu_count() or 1) if ahead is None else ahead
    whole = Merged()  # up to the last file that was read to its end
    begin = saved = time.monotonic()
    kept = merged.done
    waiting = iter(parts[merged.done :])
    under_way: deque[tuple[Part, Future[Result]]] = deque()
    try:
        while True:
            while len(under_way) < ahead and (part := next(waiting, None)) is not None:
                under_way.append((part, executor.submit(read, part)))
            if not under_way:
                break
            part, future = under_way[0]
            if merged.done and part.path != parts[merged.done - 1].path:
                whole = merged
            result = future.result()
            merged = merged.plus(part, result, wanted)
            under_way.popleft()
            if told is not None:
                told(part, result)
            if checkpoint is not None and time.monotonic() - saved >= SAVE_EVERY:
                checkpoint.save(parts, merged)
                kept, saved = merged.done, time.monotonic()
    except BaseException as error:
        # Of a subclass is what an executor raises when it is lost: then no file is to blame.
        is_bad = type(error) is InputError
        # A file that will be mended is another one, so of a bad one nothing is worth keeping.
        done = whole if is_bad else merged
        worth = done.done and (kept or time.monotonic() - begin >= SAVE_EVERY)
        is_kept = checkpoint is not None and worth and checkpoint.save(parts, done)
        if is_kept and is_bad:
            raise InputError(f"{error}{MENDED}") from None
        raise
    finally:
        for _, future in under_way:
            future.cancel()
    if checkpoint is not None and (kept or time.monotonic() - begin >= SAVE_EVERY):
        # The fits that follow may fail, and would not want all of this to be read again.
        checkpoint.save(parts, merged)
    return merged


@dataclass(frozen=True)
class Again:
    """Reads once more what a pass has read."""

    parts: tuple[Part, ...]
    """In their order. Each can be read on its own, by `compare.tables.formats.pieces`."""
    wanted: Wanted
    """The columns."""
    rounding: float = 0.0
    """The step to which the values were rounded."""
    factor: float = 1.0
    """What to multiply the weights by to have counts: of shares another number than one."""

    def pieces(self, group: str = "", progress: Progress | None = None) -> Iterator[Sample]:
        """All values of a group, exactly as they are.

        Parameters
        ----------
        group : str
            Empty where there are no groups.
        progress : Progress, optional
            Shows how much was read.

        Yields
        ------
        Sample
            About a million values each, in their order.

        Raises
        ------
        InputError
            A `ValueError` of one line, if a file is no longer as it was.
        """
        n_bytes = sum(part.n_bytes for part in self.parts)
        tally = None if progress is None else Tally(progress, n_bytes)
        for part in self.parts:
            if not part.is_unchanged:
                raise InputError(
                    f"{part.shown} was changed after it was read; run the command again"
                )
            for piece in pieces(part, self.wanted, tally):
                for name, values, weights in split(piece):
                    if name == group and values.size and (weights is None or weights.any()):
                        counts = None if weights is None else self.factor * weights
                        yield Sample(values, counts, self.rounding)
