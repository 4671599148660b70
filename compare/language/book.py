"""Book: what a phrase book has to say, one function for each finding.

A book is a module, such as `compare.language.en`, and the type checker holds it against this: a
finding without a phrase, or a phrase without a branch, is an error. No book falls back on another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from compare.language.figure_book import FigureBook
from compare.language.parts_book import PartsBook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compare.comparison.original import Stop
    from compare.findings.agreement import Agreement, NoEstimates, OnTruth
    from compare.findings.answers import Answers, Columns
    from compare.findings.diagnostics import Diagnostics
    from compare.findings.group_count import GroupCount, Separation, Tried
    from compare.findings.made import About, Made, SamplerSettings
    from compare.findings.optima import Optima
    from compare.findings.original import Story
    from compare.language.furniture import Furniture
    from compare.language.texts import AnswerTable, Cells, Explanation

__all__ = ["Book"]


class Book(FigureBook, PartsBook, Protocol):
    """Whole sentences in one language; empty where there is nothing to say."""

    @property
    def furniture(self) -> Furniture:
        """What stands on every page."""

    def about(self, found: About, /) -> str:
        """What was fitted, and how often."""

    def agreement(self, found: Agreement | NoEstimates, /) -> str:
        """Where EM's estimates lie in the posterior."""

    def answers(self, found: Answers, /) -> AnswerTable:
        """The table of both estimates of every parameter."""

    def columns(self, found: Columns, /) -> Explanation:
        """What its columns hold."""

    def criteria(self, found: tuple[Tried, ...], /) -> Cells | None:
        """The numbers of groups that were tried, with their criteria."""

    def diagnostics(self, found: Diagnostics, /) -> Cells:
        """R-hat and effective sample sizes, parameter by parameter."""

    def made(self, found: Made, /) -> str:
        """How the numbers were made, and where they are."""

    def on_truth(self, found: OnTruth | None, /) -> str:
        """How many intervals hold the truth."""

    def number_of_groups(self, found: GroupCount, /) -> str:
        """How many groups BIC, AIC and the EM-test speak for, or why they do not."""

    def optima(self, found: Optima | None, held: Sequence[tuple[str, ...]], /) -> Cells | None:
        """The tops that EM's starts led to, with what each holds of the posterior."""

    def separation(self, found: Separation | None, /) -> str:
        """How far apart neighbouring groups are."""

    def sampler_settings(self, found: SamplerSettings, /) -> str:
        """What the sampler was asked for."""

    def seconds(self, took: Mapping[str, float], /) -> str:
        """How long each step took."""

    def stops(self, found: Sequence[Stop], /) -> Cells:
        """Where EM was stopped, and what it then said."""

    def story(self, found: Story, /) -> str:
        """What the original report's loop does on these heights."""

    def title(self, found: About, /) -> str:
        """What the report is called."""
