"""Split: whether the data fix what the groups hold, judged by the vaguest weight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from compare.comparison.parameters import is_open, weight_rows
from compare.findings.terms import Group, Range

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = ["HowSure", "how_sure"]

VAGUE, ROUGH = 0.3, 0.12
"""Lengths of a 95% credible interval of a weight, from which it says very little, or is rough."""


@dataclass(frozen=True)
class HowSure:
    """Whether the data fix the split, judged by one of the weights."""

    judgement: Literal["no_draws", "parted", "vague", "open", "rough", "sharp"]
    """The draws are not to be believed; EM's weight lies outside the credible interval; the data
    say very little; EM's interval runs to the end; the split is known roughly; it is known well."""
    group: Group
    level: float
    estimate: float
    """EM's."""
    credible: Range
    by_em: Range | None
    """EM's interval; None if it has none."""
    may_be_empty: bool
    """Whether that does not exclude that a group is empty."""
    is_survey: bool
    """Whether it is Wald's, of sampling weights."""


def how_sure(comparison: Comparison) -> HowSure:
    """Whether the data fix the split.

    Parameters
    ----------
    comparison : Comparison
        Under the names that sentences use, with two groups or more.

    Returns
    -------
    HowSure
    """
    row, outside = _judged(comparison)
    known = math.isfinite(row.em.upper - row.em.lower)
    spread = 4 * row.bayes.sd  # the length of a 95% interval, whatever level is asked for
    judgement: Literal["no_draws", "parted", "vague", "open", "rough", "sharp"]
    if not comparison.sampled_well:
        judgement = "no_draws"
    elif outside:
        judgement = "parted"
    elif spread > VAGUE:
        judgement = "vague"
    elif is_open(row):
        judgement = "open"
    else:
        judgement = "rough" if spread > ROUGH else "sharp"
    return HowSure(
        judgement,
        Group.of(comparison, row.component),
        comparison.level,
        row.em.estimate,
        Range(row.bayes.lower, row.bayes.upper),
        Range(row.em.lower, row.em.upper) if known else None,
        may_be_empty=is_open(row),
        is_survey=comparison.fit.is_pseudo,
    )


def _judged(comparison: Comparison) -> tuple[Row, bool]:
    """The vaguest weight, but one outside its credible interval if there is; and whether so."""
    weights = weight_rows(comparison)
    row = max(weights, key=lambda row: row.bayes.upper - row.bayes.lower)
    if comparison.n_components == 2:
        row = weights[0]
    outside = [row for row in weights if not row.em_in_interval]
    if outside and row.em_in_interval:
        row = outside[0]
    return row, bool(outside)
