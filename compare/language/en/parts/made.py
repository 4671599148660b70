"""How a report in parts was made, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.made import sampler_settings
from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.findings.parts.made import PartsMade

__all__ = ["drawn_parts", "few_figures", "parts_made"]


def parts_made(found: PartsMade) -> str:
    """How the numbers were made, and where they are."""
    told = f"{sampler_settings(found.sampler)} The same for every part."
    if found.files:
        told += (
            " The same command on the same versions gives the same numbers, which are in "
            f"{plain(found.name, 120)}.json."
        )
    return told


def drawn_parts(found: PartsMade) -> str:
    """Where the draws are; empty if they are in no file."""
    name = plain(found.name, 120)
    files = ", ".join(f"{one.label} in {name}/{one.slug}.nc" for one in found.files)
    return f"{files}." if files else ""


def few_figures(found: PartsMade) -> str:
    """Which figures were left out; empty if none were."""
    if found.few_figures is None:
        return ""
    return (
        f"with {found.few_figures} parts, some figures of each, so that the page stays light; "
        "a report on the rows of one part has them."
    )
