"""Reads the data of a report: what is small into memory, what is large in one pass."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from compare.data.cases import (
    Case,
    refuse_constant,
    refuse_lost_digits,
    refuse_no_counts,
    sample_of,
)
from compare.data.origins import Column, Dropped, Weighted
from compare.tables.errors import InputError
from compare.tables.formats import pieces
from compare.tables.parts import NO_HINTS, Hints, Piece, split
from compare.tables.read import plan
from compare.tables.sources import naturally
from em.data.omission import equal_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from compare.data.checkpoint import Checkpoint
    from compare.data.merged import Result
    from compare.data.passes import Again, Tally
    from compare.data.progress import Progress
    from compare.tables.parts import Part, Wanted
    from compare.tables.read import Plan
    from compare.tables.sources import Source
    from em import Sample
    from em.data.weighting import WeightsAre

__all__ = ["Reading", "read_cases"]

Floats = NDArray[np.float64]

IN_MEMORY = 2_000_000
"""Rows that are kept; of more, only digests are."""

NAMED = 3
"""Files of which a report says how many rows were left out; of more it says how many files."""

THREADS = 4
"""More do not help: pyarrow's decoding runs beside the sums of a digest, but these one by one."""


@dataclass(frozen=True)
class Reading:
    """How to read the files; all that `read_cases` needs to know."""

    source: Source
    """The files, as `compare.tables.sources.find` finds them."""
    column: str | None = None
    """The column to fit; None for the only one with numbers."""
    weights: str | None = None
    """The column that says how often each value counts."""
    by: str | None = None
    """The column that says which group a row belongs to."""
    unit: str = ""
    """The unit of the values."""
    rounding: float = 0.0
    """The step to which the values were rounded."""
    missing: Literal["refuse", "drop"] = "refuse"
    """What to do with rows without a value."""
    keep: Path | None = None
    """The folder for what an interrupted pass has read; None to keep nothing."""
    fresh: bool = False
    """Whether to begin such a pass again."""
    weights_are: WeightsAre | None = None
    """What the weights are; None for counts, if they can be."""
    total: float | None = None
    """How many values the shares are shares of, those of all groups together."""
    leave_out: tuple[float, ...] = ()
    """Values that are not fitted, but counted."""
    codes: tuple[str, ...] = ()
    """What else says that there is no value."""
    hints: Hints = NO_HINTS
    """What is known of how the files are written."""


def read_cases(
    reading: Reading, progress: Progress, executor: Executor | None = None
) -> tuple[tuple[Case, ...], Checkpoint | None]:
    """Read the data: one case, or one for each group.

    Parameters
    ----------
    reading : Reading
    progress : Progress
        Shows how far it is.
    executor : concurrent.futures.Executor, optional
        Reads large files part by part; threads by default.

    Returns
    -------
    cases : tuple of Case
        Groups in natural order of their names.
    checkpoint : Checkpoint or None
        To be removed once the report is written.

    Raises
    ------
    InputError
        A `ValueError` of one line, if anything cannot be used.
    """
    source = reading.source
    planned = plan(
        source,
        reading.column,
        reading.weights,
        by=reading.by,
        missing=reading.missing,
        codes=reading.codes,
        hints=reading.hints,
    )
    wanted, parts = planned.wanted, list(planned.parts)
    known = [part.rows for part in parts]
    if None in known or sum(filter(None, known)) <= IN_MEMORY:
        held = _held(parts, wanted)
        if held is not None:
            return _cases_of(held, reading, planned), None
    for asked, option, what in (
        (reading.weights_are == "sampling", "--weights-are sampling", ", with their weights"),
        (reading.leave_out, "--leave-out", ", or leave the values out of the files"),
    ):
        if asked:
            raise InputError(
                f"{source.place}: {option} needs all rows in memory, {IN_MEMORY:,} at the most; "
                f"take a random part of the rows{what}"
            )
    return _passed(planned, reading, progress, executor)


# ---- what fits into memory ----


@dataclass
class _Held:
    """Rows in memory."""

    rows: int
    """How many there are, those without a value included."""
    pieces: list[Piece]
    dropped: dict[str, int]
    """Rows left out of each file, by its path."""


def _held(parts: Iterable[Part], wanted: Wanted) -> _Held | None:
    """Keep all rows; None if they are too many."""
    held = _Held(0, [], {})
    kept = 0
    for part in parts:
        for piece in pieces(part, wanted):
            held.pieces.append(piece)
            held.rows += piece.values.size + piece.dropped
            kept += piece.values.size
            if piece.dropped:
                held.dropped[part.path] = held.dropped.get(part.path, 0) + piece.dropped
            if kept > IN_MEMORY:
                return None
    return held


def _cases_of(held: _Held, reading: Reading, planned: Plan) -> tuple[Case, ...]:
    groups: dict[str, list[tuple[Floats, Floats | None]]] = {}
    for piece in held.pieces:
        for group, values, weights in split(piece):
            groups.setdefault(group, []).append((values, weights))
    told = _Told(reading, planned, held.rows, held.dropped)
    all_mass = math.fsum(
        0.0 if weights is None else float(weights.sum())
        for some in groups.values()
        for _, weights in some
    )
    samples = {}
    for group, some in groups.items():
        values = np.concatenate([values for values, _ in some])
        mass = [weights for _, weights in some if weights is not None]
        weights = np.concatenate(mass) if mass else None
        told.refuse_nothing(group, values.size, 1.0 if weights is None else weights.max(initial=0))
        total = reading.total
        if total is not None and weights is not None:
            total *= float(weights.sum()) / all_mass  # a group has its part of all values
        samples[group] = sample_of(
            values,
            weights,
            told.where(group),
            reading.rounding,
            weights_are=reading.weights_are or "counts",
            total=total,
        )
    samples = _without(samples, reading.leave_out, told)
    for group, sample in samples.items():
        told.check(sample, group)
    return told.cases(samples)


def _without(
    samples: dict[str, Sample], values: tuple[float, ...], told: _Told
) -> dict[str, Sample]:
    """Leave out values, of each group those that it has."""
    gone: dict[str, list[float]] = {group: [] for group in samples}
    for value in values:
        having = [group for group in samples if equal_to(samples[group].values, value).any()]
        if not having:
            where = told.where(next(iter(samples)) if len(samples) == 1 else "any")
            raise InputError(
                f"{where}: no value equals {value:.12g}, which --leave-out names; leave that out"
            )
        for group in having:
            gone[group].append(value)
    remaining = {}
    for group, sample in samples.items():
        try:
            remaining[group] = sample.without(gone[group]) if gone[group] else sample
        except ValueError as error:
            raise InputError(f"{told.where(group)}: {error}") from None
    return remaining


# ---- what does not ----


def _passed(
    planned: Plan,
    reading: Reading,
    progress: Progress,
    executor: Executor | None,
) -> tuple[tuple[Case, ...], Checkpoint | None]:
    """The cases of data that are seen part by part."""
    from compare.data.checkpoint import Checkpoint
    from compare.data.merged import Merged
    from compare.data.passes import Again, Tally, digest_part, digest_parts

    wanted, parts = planned.wanted, planned.parts
    checkpoint, merged = None, Merged()
    if reading.keep is not None:
        path = reading.keep / f".{reading.source.name}.partial.npz"
        checkpoint = Checkpoint(path, wanted, reading.rounding)
        if not reading.fresh:
            before, reason = checkpoint.load(parts)
            merged = before or merged
            if reason:
                progress.note(f"What an earlier run has read is not used: {reason}.")
            elif merged.done:
                progress.note(f"{merged.done:,} of {len(parts):,} parts were read before.")
    tally = Tally(progress, sum(part.n_bytes for part in parts[merged.done :]))
    own = ThreadPoolExecutor(min(os.cpu_count() or 1, THREADS))
    try:
        merged = digest_parts(
            parts,
            partial(
                digest_part,
                wanted=wanted,
                rounding=reading.rounding,
                watch=tally if executor is None else None,
            ),
            executor or own,
            wanted,
            checkpoint=checkpoint,
            merged=merged,
            told=None if executor is None else _by_part(tally),
            ahead=getattr(executor, "ahead", None),
        )
    finally:
        tally.stop()
        own.shutdown(cancel_futures=True)
    all_mass = math.fsum(digest.n for digest in merged.digests.values())
    factor = 1.0 if reading.total is None or not all_mass else reading.total / all_mass
    again = Again(parts, wanted, reading.rounding, factor)
    told = _Told(reading, planned, merged.rows, merged.dropped, again)
    samples = {}
    for group, digest in merged.digests.items():
        told.refuse_nothing(group, merged.rows - sum(merged.dropped.values()), digest.n)
        if reading.total is not None:
            # A group has its part of all values.
            digest = digest.scaled(reading.total * (digest.n / all_mass))  # noqa: PLW2901
        samples[group] = digest.sample()
        told.check(samples[group], group)
    return told.cases(samples), checkpoint


def _by_part(tally: Tally) -> Callable[[Part, Result], None]:
    """Counts whole parts, where those who read them are too far away to tell of pieces."""
    return lambda part, result: tally.pulse(result.rows, part.n_bytes)


# ---- what is said of either ----


@dataclass(frozen=True)
class _Told:
    """All that makes a case of a sample."""

    reading: Reading
    planned: Plan
    rows: int
    dropped: dict[str, int]
    again: Again | None = None

    @property
    def wanted(self) -> Wanted:
        """The columns."""
        return self.planned.wanted

    def where(self, group: str) -> Column:
        """The column and its files."""
        weights, by = self.wanted.weights, self.wanted.by
        return Column(
            self.wanted.column,
            self.reading.source.place,
            None
            if weights is None
            else Weighted(weights, self.reading.weights_are, self.reading.total),
            None if by is None else (by, group),
            how=self.planned.how or None,
        )

    def refuse_nothing(self, group: str, n_values: int, weight: float) -> None:
        """Make sure that there is something in the group that counts."""
        if n_values and not weight:
            raise InputError(
                f"{self.where(group)}: the weights are all zero; leave them out to count every "
                "value once"
            )

    def check(self, sample: Sample, group: str) -> None:
        """Make sure that the weights are what they are taken for, and that some values differ."""
        if self.wanted.weights is not None:
            said = self.reading.weights_are is not None
            refuse_no_counts(sample, self.where(group), said=said)
        if not self.planned.floating:
            refuse_lost_digits(sample, self.where(group))
        if self.wanted.by is None:
            refuse_constant(sample, self.where(group))

    def cases(self, samples: dict[str, Sample]) -> tuple[Case, ...]:
        """A case for each group, or the only one."""
        n_dropped = sum(self.dropped.values())
        if not samples:
            left = f" but the {n_dropped:,} without a value" if n_dropped else ""
            raise InputError(
                f"there are no rows in {self.reading.source.place}{left}; expected one value a row"
            )
        return tuple(
            Case(
                name=self.reading.source.name,
                sample=samples[group],
                unit=self.reading.unit or self.planned.how.unit,
                source=replace(self.where(group), dropped=self._dropped(n_dropped)),
                truth=None,
                variable=self.wanted.column,
                by=self.wanted.by or "",
                group=group,
                dropped=n_dropped,
                again=self.again,
            )
            for group in sorted(samples, key=naturally)
        )

    def _dropped(self, count: int) -> Dropped | None:
        if not count:
            return None
        most: list[tuple[str, int]] = []
        if len(self.reading.source.files) > 1:
            most = sorted(self.dropped.items(), key=lambda item: -item[1])
        files = tuple((Path(file).name, number) for file, number in most[:NAMED])
        return Dropped(count, self.rows, files, len(most) - len(files))
