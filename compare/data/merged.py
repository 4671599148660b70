"""Merged: what parts of files say together, part by part in their order."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from compare.tables.errors import InputError, quoted
from compare.tables.parts import MOST_GROUPS, Part, Wanted, too_many
from em import Digest

__all__ = ["Merged", "Result"]


class Result(NamedTuple):
    """What a part says."""

    digests: dict[str, Digest]
    """By group; one without a name where there are no groups."""
    rows: int = 0
    """How many rows the part has, those without a value included."""
    dropped: int = 0
    """How many of them were left out."""
    error: str = ""
    """What is wrong with the part, in a line; empty if nothing is."""


@dataclass(frozen=True)
class Merged:
    """What the parts read so far say together."""

    digests: dict[str, Digest] = field(default_factory=dict)
    """By group."""
    rows: int = 0
    """How many rows they have."""
    dropped: dict[str, int] = field(default_factory=dict)
    """How many were left out of each file that has any, by its path."""
    done: int = 0
    """How many parts these are."""

    def plus(self, part: Part, result: Result, wanted: Wanted) -> Merged:
        """The same with the next part; never half of it, whenever Ctrl-C comes.

        Parameters
        ----------
        part : Part
        result : Result
        wanted : Wanted

        Returns
        -------
        Merged

        Raises
        ------
        InputError
            If the part could not be used, or does not fit what came before.
        """
        if result.error:
            raise InputError(result.error)
        if not part.is_unchanged:
            raise InputError(f"{part.shown} was changed while it was read; run the command again")
        digests = dict(self.digests)
        for group, digest in result.digests.items():
            both = copy(digests.get(group, Digest(digest.rounding)))
            try:
                both.merge(digest)
            except ValueError as error:
                where = f"column {quoted(wanted.column)} of {part.shown} and the files before it"
                raise InputError(f"{where}: {error}") from None
            digests[group] = both
        if len(digests) > MOST_GROUPS:
            raise too_many(list(digests), wanted.by or "", part.shown)
        dropped = dict(self.dropped)
        if result.dropped:
            dropped[part.path] = dropped.get(part.path, 0) + result.dropped
        return Merged(digests, self.rows + result.rows, dropped, self.done + 1)
