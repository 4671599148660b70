"""Texts: what a phrase book gives besides sentences, the cells of a table and explanations."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AnswerCells",
    "AnswerTable",
    "Cells",
    "Explanation",
    "OverviewCells",
    "OverviewTable",
]


@dataclass(frozen=True)
class Cells:
    """A table as it is read: rows of cells under a line of headings."""

    label: str
    """What the table is of, for those who hear the page."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """As many cells in each as in `head`; the first one names the row."""
    chosen: int | None = None
    """The row to mark, if any."""


@dataclass(frozen=True)
class Explanation:
    """What a table or its columns mean, for a reader who asks."""

    title: str
    text: str


@dataclass(frozen=True)
class AnswerCells:
    """A parameter's cells in the table of the answers; an empty one has nothing to show."""

    parameter: str
    unit: str
    truth: str
    estimate: str
    """EM's, with its standard error."""
    confidence: str = ""
    median: str = ""
    sd: str = ""
    credible: str = ""
    inside: str = ""
    """Whether EM's estimate lies in the credible interval, and at which quantile."""
    inside_shortly: str = ""
    """The same where the heading says more."""


@dataclass(frozen=True)
class AnswerTable:
    """The table of the answers as it is read."""

    label: str
    """What the table is of, for those who hear the page."""
    parameter: str
    truth: str
    em: str
    """Over the next two."""
    estimate: str
    confidence: str
    bayes: str
    """Over the next three."""
    median: str
    sd: str
    credible: str
    inside: tuple[str, ...]
    """In lines."""
    em_estimate: str
    """These three where no heading stands over others."""
    posterior_median: str
    em_inside: str
    constant: str
    """In place of what nobody had to estimate."""
    constant_shortly: str
    rows: tuple[AnswerCells, ...]


@dataclass(frozen=True)
class OverviewCells:
    """A part's cells in the overview."""

    label: str
    fits: str
    """Which of the two fits can be believed, in two words."""
    others: tuple[str, ...]
    """As many as the table's `head`; a number that is not to be believed is left out."""


@dataclass(frozen=True)
class OverviewTable:
    """The overview of the parts of a table as it is read."""

    label: str
    """What the table is of, for those who hear the page."""
    column: str
    """The column that tells the parts apart."""
    fits: str
    head: tuple[str, ...]
    """Of the other columns."""
    rows: tuple[OverviewCells, ...]
