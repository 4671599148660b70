"""Made: how a report in parts was made, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.made import sampler_settings

if TYPE_CHECKING:
    from compare.comparison.groups import GroupedComparison
    from compare.findings.made import SamplerSettings

__all__ = ["PartFile", "PartsMade", "made"]


@dataclass(frozen=True)
class PartFile:
    """A part, and the name of the file with its draws."""

    label: str
    slug: str


@dataclass(frozen=True)
class PartsMade:
    """How the numbers of all parts were made."""

    sampler: SamplerSettings
    """The same for each."""
    name: str
    """Of the files."""
    files: tuple[PartFile, ...]
    """Those with the draws; empty if no command made them."""
    few_figures: int | None
    """So many parts are too many for all figures of each; None if they are not."""


def made(grouped: GroupedComparison, *, all_figures: bool) -> PartsMade:
    """How the numbers of all parts were made.

    Parameters
    ----------
    grouped : GroupedComparison
    all_figures : bool
        Whether every part has all of its figures.

    Returns
    -------
    PartsMade
    """
    files = [PartFile(part.label, part.slug) for part in grouped.parts]
    return PartsMade(
        sampler_settings(grouped.parts[0].comparison),
        grouped.name,
        tuple(files) if grouped.command else (),
        None if all_figures else len(grouped.parts),
    )
