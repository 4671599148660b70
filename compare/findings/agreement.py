"""Agreement: where EM's estimates lie in the posterior, and the truth in the intervals of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.comparison.parameters import free_rows, moving_rows
from compare.findings.terms import Parameter, Value

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = ["Agreement", "Farthest", "NoEstimates", "OnTruth", "agreement", "on_truth"]


@dataclass(frozen=True)
class NoEstimates:
    """EM's numbers are no estimates."""


@dataclass(frozen=True)
class Farthest:
    """The parameter on which the two answers are furthest apart."""

    parameter: Parameter
    by_em: Value
    """EM's estimate."""
    by_bayes: Value
    """The posterior median."""
    distance: float
    """In posterior sds."""


@dataclass(frozen=True)
class Agreement:
    """How many of EM's estimates lie in credible intervals."""

    inside: int
    count: int
    """Of so many that can differ."""
    level: float
    farthest: Farthest | None
    """None where the draws are all the same."""


@dataclass(frozen=True)
class OnTruth:
    """How many intervals hold the truth."""

    by_em: int
    by_bayes: int
    count: int
    is_survey: bool
    """Whether EM's intervals are Wald's, of sampling weights."""


def agreement(comparison: Comparison) -> Agreement | NoEstimates:
    """Where EM's estimates lie in the posterior.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Agreement or NoEstimates
    """
    comparison = comparison.named
    if not comparison.fit.converged:
        return NoEstimates()
    rows = free_rows(comparison)
    far = max(moving_rows(comparison), key=lambda row: abs(row.shift), default=None)
    return Agreement(
        inside=sum(row.em_in_interval for row in rows),
        count=len(rows),
        level=comparison.level,
        farthest=None
        if far is None
        else Farthest(
            Parameter.of(comparison, far),
            Value.of(comparison, far, far.em.estimate),
            Value.of(comparison, far, far.bayes.median),
            abs(far.shift),
        ),
    )


def on_truth(comparison: Comparison) -> OnTruth | None:
    """How many intervals hold the truth.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    OnTruth or None
        None where the truth is not known.
    """
    rows = [row for row in free_rows(comparison.named) if row.truth is not None]
    if not rows:
        return None

    def held(row: Row, lower: float, upper: float) -> bool:
        return row.truth is not None and lower <= row.truth <= upper

    return OnTruth(
        by_em=sum(held(row, row.em.lower, row.em.upper) for row in rows),
        by_bayes=sum(held(row, row.bayes.lower, row.bayes.upper) for row in rows),
        count=len(rows),
        is_survey=comparison.fit.is_pseudo,
    )
