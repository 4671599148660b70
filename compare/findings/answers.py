"""Answers: both estimates of every parameter, side by side, and what their columns hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.terms import Parameter, Range, Value

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Method, Row

__all__ = ["Answer", "Answers", "Columns", "answers", "columns", "is_constant"]


@dataclass(frozen=True)
class Answer:
    """What EM and Bayes say of a parameter."""

    parameter: Parameter
    unit: str
    """As the file has it; empty for weights, and where there is none."""
    truth: float | None
    """None where it is not known."""
    estimate: Value
    """EM's."""
    se: float | None
    """Its standard error; None where there is none."""
    confidence: Range | None
    """EM's interval; None where there is none."""
    median: float
    """Of the posterior, as the next two."""
    sd: float
    credible: Range
    width: float
    """What is small against it does not matter to any of these."""
    inside: bool
    """Whether EM's estimate lies in the credible interval."""
    quantile: float
    """The share of the posterior below EM's estimate."""
    constant: bool
    """Whether it is the weight of the only group, which nothing had to estimate."""


@dataclass(frozen=True)
class Answers:
    """All parameters: weights, then means, then sds, each in the same order of the groups."""

    rows: tuple[Answer, ...]
    level: float
    """Of both kinds of interval."""
    method: Method
    """How EM's intervals were made."""
    has_truth: bool


@dataclass(frozen=True)
class Columns:
    """What the columns of the answers hold."""

    level: float
    is_survey: bool
    """Whether the likelihood is a pseudo-likelihood, of sampling weights."""
    in_order: bool
    """Whether there are several groups, which then stand in order of their means."""


def answers(comparison: Comparison) -> Answers:
    """Both estimates of every parameter.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Answers
    """
    return Answers(
        rows=tuple(_answer(comparison, row) for row in comparison.rows),
        level=comparison.level,
        method=comparison.rows[0].em.method,
        has_truth=comparison.truth is not None,
    )


def columns(comparison: Comparison) -> Columns:
    """What the columns of the answers hold.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Columns
    """
    return Columns(comparison.level, comparison.fit.is_pseudo, comparison.n_components > 1)


def is_constant(comparison: Comparison, row: Row) -> bool:
    """Whether it is the weight of the only group, which nothing had to estimate."""
    return comparison.n_components == 1 and row.parameter == "weights"


def _answer(comparison: Comparison, row: Row) -> Answer:
    em, bayes = row.em, row.bayes
    # Draws that are all the same have an sd of rounding, which is no measure of digits.
    moved = bayes.sd > 1e-12 * abs(bayes.median)
    width = bayes.sd if moved else em.se
    unit = "" if row.parameter == "weights" else comparison.case.unit
    unknown = math.isnan(em.lower) or math.isnan(em.upper)
    return Answer(
        parameter=Parameter.of(comparison, row),
        unit=unit,
        truth=row.truth,
        # A collapsed sd is tiny, not zero.
        estimate=Value(em.estimate, width if comparison.fit.converged else None, unit),
        se=None if math.isnan(em.se) else em.se,
        confidence=None if unknown else Range(em.lower, em.upper),
        median=bayes.median,
        sd=bayes.sd,
        credible=Range(bayes.lower, bayes.upper),
        width=width,
        inside=row.em_in_interval,
        quantile=row.em_quantile,
        constant=is_constant(comparison, row),
    )
