"""Study book: what a phrase book has to say in and around the figures of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from compare.findings.study.shown import (
        Block,
        CurvesShown,
        LengthShown,
        MapShown,
        Panel,
        Strip,
        ZipShown,
    )
    from compare.findings.study.sides import Side
    from compare.language.figure_book import FigureText

__all__ = ["StudyBook", "StudyLabels"]


@dataclass(frozen=True)
class StudyLabels:
    """What stands on axes and in keys, for intervals of one level."""

    n: str
    """Values in a data set."""
    separation: str
    """Ashman's D."""
    row: str
    """A value of it, to be filled in."""
    methods: dict[str, str]
    """Estimates and intervals, in a word or two."""
    sides: dict[Side, str]
    """Who is closer."""
    clearly_below: str
    """Of a coverage."""
    level: str
    """Beside a line at it."""
    error_ratio: str
    length_ratio: str
    coverage: str
    lowest_coverage: str
    titles: dict[str, str]
    """The same as methods, above a panel."""
    truth: str
    share: str
    """Of the data sets."""


class StudyBook(Protocol):
    """The words of a study's figures in one language."""

    def study_labels(self, level: float, /) -> StudyLabels:
        """What stands on axes and in keys."""

    def map_title(self, block: Block, /) -> str:
        """Above the tiles of a population."""

    def panel_title(self, panel: Panel, /) -> tuple[str, str]:
        """The population, and the n or D of a panel."""

    def estimand_title(self, name: str, /) -> str:
        """A parameter, above a panel."""

    def estimand_axis(self, shown: ZipShown, /) -> str:
        """An axis of errors of a parameter."""

    def strip_title(self, strip: Strip, /) -> str:
        """Above the intervals of a method, in two lines."""

    def agree_figure(self, shown: MapShown, /) -> FigureText:
        """From where on EM and Bayes agree."""

    def wald_figure(self, shown: MapShown, /) -> FigureText:
        """Where Wald intervals break, and what does not."""

    def errors_figure(self, shown: CurvesShown, /) -> FigureText:
        """Error of each estimate."""

    def coverage_figure(self, shown: CurvesShown, /) -> FigureText:
        """Coverage of each kind of interval."""

    def length_figure(self, shown: LengthShown, /) -> FigureText:
        """Length against coverage."""

    def zip_figure(self, shown: ZipShown, /) -> FigureText:
        """All intervals for one parameter."""
