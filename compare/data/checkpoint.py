"""Checkpoint: what an interrupted pass has read, kept beside the report until that is written."""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.data.hidden import put
from compare.data.merged import Merged
from em import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from compare.tables.parts import Part, Wanted

__all__ = ["Checkpoint"]

FORMAT = 2
"""Changes when digests of today would not fit those of yesterday."""

DAMAGED = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, IndexError),
    *(ArithmeticError, RecursionError, MemoryError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What the reading of a file may end in that is something else."""


@dataclass(frozen=True)
class Checkpoint:
    """A file with the digests of the first parts of a pass."""

    path: Path
    """Hidden, beside the report."""
    wanted: Wanted
    """The columns that are read."""
    rounding: float
    """The step to which the values were rounded."""

    @property
    def _asked(self) -> dict[str, Any]:
        """What must be the same. Rows without gaps are the same whatever is done with gaps."""
        return {
            "format": FORMAT,
            "names": list(self.wanted.names),
            "weighted": self.wanted.weights is not None,
            "by": self.wanted.by,
            "codes": sorted(self.wanted.codes),
            "hints": asdict(self.wanted.hints),
            "rounding": self.rounding,
        }

    def save(self, parts: Sequence[Part], merged: Merged) -> bool:
        """Keep what is done: all of it or, if that cannot be written, what was kept before.

        Parameters
        ----------
        parts : sequence of Part
            All parts of the pass.
        merged : Merged
            What the first of them say.

        Returns
        -------
        bool
            Whether it is kept. A full disk is no reason to end a pass.
        """
        about = {
            **self._asked,
            "parts": [asdict(part) for part in parts[: merged.done]],
            "rows": merged.rows,
            "dropped": merged.dropped,
            "groups": list(merged.digests),
        }
        arrays: dict[str, Any] = {
            f"{place}/{name}": array
            for place, digest in enumerate(merged.digests.values())
            for name, array in digest.state().items()
        }
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        content = io.BytesIO()
        # Signals end the thread that waits for it. An archive that is given up half-way complains
        # on the terminal when it is collected, or raises an error in place of the signal's.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(np.savez, content, sum=_sum(arrays), **arrays).result()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            put(content.getbuffer(), self.path)
        except OSError:
            return False
        return True

    def load(self, parts: Sequence[Part]) -> tuple[Merged | None, str]:
        """Take up what was kept, if it is the beginning of the same pass over the same files.

        Parameters
        ----------
        parts : sequence of Part
            All parts of the pass.

        Returns
        -------
        merged : Merged or None
            What the first parts say; None if nothing can be used.
        reason : str
            Why not, in words; empty if nothing was kept.
        """
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                kept = dict(stored)
            about = json.loads(kept["about"].tobytes())
            if {name: about[name] for name in self._asked} != self._asked:
                return None, "it is of other columns or options"
            known = parts[: len(about["parts"])]
            if about["parts"] != json.loads(json.dumps(list(map(asdict, known)))):
                return None, "files were changed, added or taken away since"
            if about["dropped"] and self.wanted.missing == "refuse":
                return None, "rows without a value were left out, which are now refused"
            digests = {
                group: Digest.from_state(
                    {
                        name.partition("/")[2]: array
                        for name, array in kept.items()
                        if name.startswith(f"{place}/")
                    }
                )
                for place, group in enumerate(about["groups"])
            }
            merged = Merged(digests, about["rows"], about["dropped"], len(known))
            if not np.array_equal(kept.pop("sum"), _sum(kept)) or not self._agree(merged, known):
                return None, "it is damaged"
        except FileNotFoundError:
            return None, ""
        except DAMAGED:
            return None, "it is damaged"
        return merged, ""

    def _agree(self, merged: Merged, parts: Sequence[Part]) -> bool:
        """Whether the digests are of as many rows as are said to be read."""
        fitted = merged.rows - sum(merged.dropped.values())
        rows = [part.rows for part in parts]
        return (
            (None in rows or sum(filter(None, rows)) == merged.rows)
            and {part.path for part in parts} >= merged.dropped.keys()
            and (
                self.wanted.weights is not None
                or math.fsum(digest.n for digest in merged.digests.values()) == fitted
            )
            and all(
                math.isclose(digest.n, _mass(digest), rel_tol=1e-9)
                for digest in merged.digests.values()
            )
        )

    def remove(self) -> None:
        """Remove the file, now that the report is written."""
        # The report is there; what cannot be removed is no reason to say otherwise.
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _sum(arrays: Mapping[str, Any]) -> NDArray[np.uint8]:
    """A checksum of named arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {arrays[name].shape}\n".encode())
        digest.update(array.tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _mass(digest: Digest) -> float:
    """The weight of all that a digest holds, counted once more."""
    cells = digest.cells
    return math.fsum([cells.masses.sum(), *(held.sums[0].sum() for held in cells.levels.values())])
