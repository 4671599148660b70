"""A Parquet file of synthetic heights as large as it is asked for, made piece by piece."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.engine.data import SEED

__all__ = ["COLUMN", "ROOM", "DiskError", "batches", "heights_file"]

COLUMN = "height"

GROUP = 1 << 20
"""Rows of a row group: pyarrow's own number."""

ROOM = 10
"""Bytes of disk for each value: eight for the value, which no compression makes shorter, some for
the file's own, and what a disk should keep free."""


class DiskError(Exception):
    """There is too little room for the file; the message says how much, and what to do."""


@contextmanager
def heights_file(n: int, seed: int = SEED) -> Iterator[Path]:
    """Write a file of heights; it is gone when the block ends, however it ends.

    The two groups of `data.heights`, 60 % Normal(176, 8) and 40 % Normal(164, 6), but mixed in
    every piece: parts of a large file are seldom sorted by what they hold. Doubles, by pyarrow's
    defaults, in row groups of 1,048,576.

    Parameters
    ----------
    n : int
        How many.
    seed : int

    Yields
    ------
    path

    Raises
    ------
    DiskError
        If the disk for temporary files has too little room. Nothing is written then.
    """
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    if free < ROOM * n:
        raise DiskError(
            f"a file of {n:,} heights was not written: expected {ROOM * n / 1e9:.1f} GB free for "
            f"temporary files, got {free / 1e9:.1f} GB; name another folder in TMPDIR"
        )
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as place:
        path = Path(place, "heights.parquet")
        rng = np.random.default_rng(seed)
        with pq.ParquetWriter(path, pa.schema([(COLUMN, pa.float64())])) as writer:
            for begin in range(0, n, GROUP):
                piece = _mixed(rng, min(GROUP, n - begin))
                writer.write_table(pa.table({COLUMN: piece}), row_group_size=GROUP)
        yield path


def batches(path: Path) -> Iterator[NDArray[np.float64]]:
    """The column again, in pieces that fit into the processor's caches."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=1 << 16, columns=[COLUMN]):
            yield batch.column(0).to_numpy()


def _mixed(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    upper = rng.random(n) < 0.6
    drawn = rng.standard_normal(n)
    found: NDArray[np.float64] = np.where(upper, 176.0 + 8.0 * drawn, 164.0 + 6.0 * drawn)
    return found
