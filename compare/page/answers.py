"""The answers: the table that puts EM's estimates and the posterior's side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.language.labels import number, percent
from compare.language.wording import label
from compare.page.blocks import Block, Note
from compare.tables.printable import plain
from compare.words.survey import what_columns_mean

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = ["Answer", "Answers", "answers", "columns", "constant"]


METHODS = {"profile": "profile", "wald": "Wald (sandwich)"}
"""How the table calls the ways in which EM's intervals are made."""


@dataclass(frozen=True)
class Answer:
    """A parameter's cells, each as it is shown; an empty one has nothing to show."""

    label: str
    unit: str
    truth: str
    estimate: str
    se: str
    em_interval: str
    median: str
    sd: str
    bayes_interval: str
    inside: bool
    """Whether EM's estimate lies in the credible interval."""
    quantile: str
    """The share of the posterior below EM's estimate."""
    constant: bool
    """Whether nothing had to be estimated."""
    first: bool
    """Whether a new kind of parameter begins with it."""


@dataclass(frozen=True)
class Answers(Block):
    """The table of all parameters."""

    kind = "answers"
    level: str
    method: str
    """How EM's intervals were made."""
    has_truth: bool
    rows: tuple[Answer, ...]


def answers(comparison: Comparison) -> Answers:
    """The table of a comparison, to the digits that the posterior's spread makes meaningful."""
    return Answers(
        level=percent(comparison.level),
        method=METHODS[comparison.rows[0].em.method],
        has_truth=comparison.truth is not None,
        rows=tuple(_answer(comparison, row) for row in comparison.rows),
    )


def columns(comparison: Comparison) -> Note:
    """What the columns mean."""
    level = percent(comparison.level)
    order = " Components are in order of their means." if comparison.n_components > 1 else ""
    by_em = (
        what_columns_mean(level)
        if comparison.fit.is_pseudo
        else "EM reports the mixture that makes the data most probable. Its standard error (se) "
        "comes from the curvature of the likelihood there, the observed information; its "
        "profile-likelihood interval holds every value that the data do not contradict, whatever "
        f"the other parameters are, and would hold the truth in about {level} of many samples if "
        "the model is right and the sample is large."
    )
    return Note(
        "What the columns mean",
        f"{by_em} Bayes weighs every mixture by how well it "
        "explains the data and by the prior; its credible interval holds the parameter with "
        f"probability {level}, given both, with equal tails outside. The percentage in the last "
        "column is the share of the posterior below EM's estimate: 50% is its middle."
        f"{order}",
    )


def constant(comparison: Comparison, row: Row) -> bool:
    """Whether it is the weight of the only group, which nothing had to estimate."""
    return comparison.n_components == 1 and row.parameter == "weights"


def _answer(comparison: Comparison, row: Row) -> Answer:
    # Draws that are all the same have an sd of rounding, which is no measure of digits.
    moved = row.bayes.sd > 1e-12 * abs(row.bayes.median)
    width = row.bayes.sd if moved else row.em.se
    unit = comparison.case.unit if row.parameter != "weights" else ""
    return Answer(
        label=label(comparison, row),
        unit=plain(unit, 16),
        truth="" if row.truth is None else f"{row.truth:g}",
        # A collapsed sd is tiny, not zero.
        estimate=number(row.em.estimate, width if comparison.fit.converged else None),
        se="" if math.isnan(row.em.se) else number(row.em.se, width),
        em_interval="not available"
        if math.isnan(row.em.lower) or math.isnan(row.em.upper)
        else f"{number(row.em.lower, width)} to {number(row.em.upper, width)}",
        median=number(row.bayes.median, width),
        sd=number(row.bayes.sd, width),
        bayes_interval=f"{number(row.bayes.lower, width)} to {number(row.bayes.upper, width)}",
        inside=row.em_in_interval,
        quantile=f"{100 * row.em_quantile:.0f}%",
        constant=constant(comparison, row),
        first=row.component == 0,
    )
