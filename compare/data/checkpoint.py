"""Checkpoint: what an interrupted pass has read, kept beside the report until that is written."""

from __future__ import annotations

import json
import os
import zipfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.data.merged import Merged
from compare.tables.parts import Part
from em import Digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.tables.parts import Wanted

__all__ = ["Checkpoint"]

FORMAT = 1
"""Changes when digests of today would not fit those of yesterday."""


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
        text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        made = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with made.open("wb") as file:
                    np.savez(file, about=text, **arrays)
                made.replace(self.path)
            finally:
                made.unlink(missing_ok=True)
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
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                about = json.loads(kept["about"].tobytes())
                if {name: about[name] for name in self._asked} != self._asked:
                    return None, "it is of other columns or options"
                known = [
                    Part(**{**part, "groups": tuple(part["groups"])}) for part in about["parts"]
                ]
                if known != list(parts[: len(known)]):
                    return None, "files were changed, added or taken away since"
                if about["dropped"] and self.wanted.missing == "refuse":
                    return None, "rows without a value were left out, which are now refused"
                digests = {
                    group: Digest.from_state(
                        {
                            name.partition("/")[2]: kept[name]
                            for name in kept.files
                            if name.startswith(f"{place}/")
                        }
                    )
                    for place, group in enumerate(about["groups"])
                }
            return Merged(digests, about["rows"], about["dropped"], len(known)), ""
        except FileNotFoundError:
            return None, ""
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None, "it is damaged"

    def remove(self) -> None:
        """Remove the file, now that the report is written."""
        # The report is there; what cannot be removed is no reason to say otherwise.
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
