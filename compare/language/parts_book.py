"""Parts book: what a phrase book has to say in a report on the parts of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.fitted import Skipped
    from compare.findings.parts.head import (
        AboutParts,
        PartAlarm,
        PartsCautions,
        PartsVerdict,
        PartsWarning,
    )
    from compare.findings.parts.made import PartsMade
    from compare.findings.parts.overview import Chance, Overview
    from compare.language.texts import Explanation, OverviewTable

__all__ = ["PartsBook"]


class PartsBook(Protocol):
    """The words of a report in parts in one language."""

    def about_parts(self, found: AboutParts, /) -> str:
        """What was fitted, and how often."""

    def chance(self, found: Chance, /) -> str:
        """How many intervals miss the truth by chance."""

    def drawn_parts(self, found: PartsMade, /) -> str:
        """Where the draws are."""

    def few_figures(self, found: PartsMade, /) -> str:
        """Which figures were left out."""

    def how_to_read(self, n_components: int, /) -> Explanation:
        """What may be compared between parts, and what not."""

    def overview(self, found: Overview, /) -> OverviewTable:
        """The parts side by side."""

    def part_alarm(self, found: PartAlarm, /) -> str:
        """What a reader must know of a part before looking at its numbers."""

    def part_title(self, by: str, label: str, /) -> str:
        """What a part is called."""

    def parts_cautions(self, found: PartsCautions, /) -> tuple[str, ...]:
        """What to mind, and where."""

    def parts_made(self, found: PartsMade, /) -> str:
        """How the numbers were made, and where they are."""

    def parts_title(self, title: str, by: str, /) -> str:
        """What the report is called."""

    def parts_verdict(self, found: PartsVerdict, /) -> str:
        """In which parts EM and the sampler can be believed."""

    def parts_warning(self, found: PartsWarning | None, /) -> str:
        """Where the alarms are."""

    def reasons(self, skipped: Sequence[Skipped], /) -> tuple[tuple[str, str], ...]:
        """Parts that could not be fitted, each with the reason."""

    def scope(self, found: AboutParts, /) -> str:
        """Of what the report is."""
