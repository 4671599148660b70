"""Fitted: the parts of a table that could be fitted on their own, and those that could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.data.cases import TooFew

__all__ = ["Fitted", "Skipped"]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The rows with one value of the column, fitted on their own."""

    value: str
    """The value, as the file has it."""
    label: str
    """The value as one short printable line, unlike that of every other part."""
    slug: str
    """The value as a name for files and addresses: small ASCII letters, digits, single hyphens."""
    comparison: Comparison
    """Both fits."""


@dataclass(frozen=True)
class Skipped:
    """The rows with one value of the column, which cannot be fitted."""

    value: str
    """The value, as the file has it."""
    label: str
    """As for `Fitted`."""
    reason: TooFew | str
    """Why not; text is in the words of whoever put the parts together."""
