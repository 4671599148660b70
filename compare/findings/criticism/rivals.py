"""Rivals: what the marginal likelihood and prediction say for other numbers of groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bayes.criticism.components import ComponentRow
    from compare.comparison.table import Comparison

__all__ = ["Evidence", "NotAsked", "NotPossible", "Rival", "Rivals", "RivalsFound", "rivals"]

Evidence = Literal["hardly any", "some", "strong", "very strong"]
"""What a Bayes factor is worth."""

GRADES: tuple[tuple[float, Evidence], ...] = ((1, "hardly any"), (3, "some"), (5, "strong"))
"""Evidence up to so large a log Bayes factor (Kass & Raftery 1995)."""


@dataclass(frozen=True)
class NotAsked:
    """Numbers of groups can be compared by Bayes, but it was not asked for."""

    by_command: bool
    """Whether the report was asked for on the command line, or else from Python."""


@dataclass(frozen=True)
class NotPossible:
    """Numbers of groups could not be compared by Bayes."""


@dataclass(frozen=True)
class Rival:
    """What there is to say for one number of groups."""

    n_components: int
    probability: float
    """If all numbers were equally probable beforehand."""
    bayes_factor: float
    """Of the most probable number against this one."""
    evidence: Evidence
    """What that is worth."""
    log_evidence: float
    """Log marginal likelihood."""
    log_evidence_se: float
    minus_half_bic: float | None
    """By EM; None where that has no maximum."""
    elpd_difference: float | None
    """Less the best one, which has 0; None where predictions are not known."""
    elpd_difference_se: float
    predicts_alike: bool
    """Whether it predicts as well as the best, as far as can be told."""


@dataclass(frozen=True)
class Rivals:
    """Several numbers of groups by Bayes."""

    rivals: tuple[Rival, ...]
    """From the smallest."""
    most_probable: Rival
    asked: int
    """The number of groups of this report."""
    failed: tuple[int, ...]
    """Numbers whose draws fail their checks."""


RivalsFound = Rivals | NotAsked | NotPossible


def rivals(comparison: Comparison) -> RivalsFound | None:
    """What the marginal likelihood and prediction speak for, or why that is not known.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Rivals, NotAsked, NotPossible or None
        None where there is no likelihood to compare by, or the fits were not put to any test.
    """
    criticism = comparison.criticism
    if criticism is None or comparison.fit.is_pseudo:
        return None
    found = criticism.rivals
    if found is None:
        if "rivals" in criticism.not_made:
            return NotPossible()
        return NotAsked(comparison.command is not None)
    bic = {
        fit.n_components: fit.bic
        for fit in comparison.selection.fits
        if fit.converged and (fit.n_components == 1 or not fit.equal_sds)
    }
    told = tuple(_rival(row, bic) for row in found.table.rows)
    return Rivals(
        rivals=told,
        most_probable=max(told, key=lambda one: one.log_evidence),
        asked=comparison.n_components,
        failed=found.failed,
    )


def _rival(row: ComponentRow, bic: dict[int, float]) -> Rival:
    size, against = row.n_components, -row.log_bayes_factor
    return Rival(
        n_components=size,
        probability=row.probability,
        bayes_factor=math.exp(min(against, 700.0)),
        evidence=next((grade for limit, grade in GRADES if against <= limit), "very strong"),
        log_evidence=row.evidence.logml,
        log_evidence_se=row.evidence.se,
        minus_half_bic=-0.5 * bic[size] if size in bic else None,
        elpd_difference=None if row.loo is None else row.elpd_difference,
        elpd_difference_se=row.elpd_difference_se,
        predicts_alike=row.predicts_alike,
    )
