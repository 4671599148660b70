"""Contrasts: in which parameters parts of a table clearly differ, and between which parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from compare.findings.terms import Parameter, Range, Value

if TYPE_CHECKING:
    from compare.comparison.contrasts import Contrast
    from compare.comparison.groups import GroupedComparison

__all__ = [
    "Compared",
    "ContrastsFound",
    "Difference",
    "Extremes",
    "FurthestApart",
    "NoPosteriors",
    "NoTwoParts",
    "contrasts",
    "extremes",
]

IN_HEADLINE = 4
"""Parameters at the most."""

SHOWN = 4
"""Pairs of parts for each parameter, at the most."""


@dataclass(frozen=True)
class FurthestApart:
    """The two parts that are furthest apart in a parameter."""

    parameter: Parameter
    smaller: str
    """The part with the smaller posterior median, by its label."""
    larger: str
    in_smaller: Value
    """The posterior median there."""
    in_larger: Value


@dataclass(frozen=True)
class Extremes:
    """Weights and means in which parts clearly differ."""

    furthest: tuple[FurthestApart, ...]
    """One for each parameter that is named."""
    more: int
    """How many are not."""
    n_components: int


@dataclass(frozen=True)
class NoPosteriors:
    """Sampling weights leave pseudo-posteriors only."""


@dataclass(frozen=True)
class NoTwoParts:
    """Both fits can be believed in one part at the most."""


@dataclass(frozen=True)
class Difference:
    """A parameter that is clearly larger in one part than in another."""

    parameter: Parameter
    smaller: str
    """The part with the smaller one, by its label."""
    larger: str
    median: Value
    """Of the difference."""
    ends: Range
    """Of its credible interval."""
    against: float
    """Posterior probability that it goes the other way."""


@dataclass(frozen=True)
class Compared:
    """All pairs of parts, parameter by parameter."""

    differences: tuple[Difference, ...]
    """The surest clear ones of each parameter."""
    most: int
    """So many of each, at the most."""
    all_shown: bool
    """Whether no other difference is clear."""
    clear: int
    """How many are."""
    count: int
    """Of so many."""
    pairs: int
    """Of parts."""
    parameters: int
    left_out: int
    """Parts in which a fit is not to be believed."""
    bound: float
    """Of the probability against a clear difference."""
    level: float


ContrastsFound = Compared | NoPosteriors | NoTwoParts


def extremes(grouped: GroupedComparison) -> Extremes | None:
    """Between which parts weights and means clearly differ most.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    Extremes or None
        None where no two parts could be compared.
    """
    if not grouped.contrasts.n_compared:
        return None
    found = [pairs for pairs in _by_parameter(grouped) if not pairs[0].name.startswith("sds")]
    furthest = tuple(_furthest(pairs) for pairs in found[:IN_HEADLINE])
    return Extremes(furthest, len(found) - len(furthest), grouped.n_components)


def contrasts(grouped: GroupedComparison) -> ContrastsFound:
    """How many pairs of parts were compared, and which clearly differ.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    Compared, NoPosteriors or NoTwoParts
    """
    found = grouped.contrasts
    if grouped.is_survey:
        return NoPosteriors()
    if not found.n_compared:
        return NoTwoParts()
    parts = len(grouped.believed)
    pairs = parts * (parts - 1) // 2
    by_parameter = _by_parameter(grouped)
    return Compared(
        differences=tuple(_difference(one) for those in by_parameter for one in those[:SHOWN]),
        most=SHOWN,
        all_shown=all(len(those) <= SHOWN for those in by_parameter),
        clear=len(found.clear),
        count=found.n_compared,
        pairs=pairs,
        parameters=found.n_compared // pairs,
        left_out=len(grouped.failing),
        bound=found.bound,
        level=grouped.level,
    )


def _by_parameter(grouped: GroupedComparison) -> list[list[Contrast]]:
    clear = groupby(grouped.contrasts.clear, key=lambda contrast: contrast.name)
    return [list(pairs) for _, pairs in clear]


def _furthest(pairs: list[Contrast]) -> FurthestApart:
    contrast = max(pairs, key=lambda one: one.median)
    comparison, (smaller, larger) = contrast.smaller.comparison, contrast.rows
    width = 10 * max(smaller.bayes.sd, larger.bayes.sd)
    unit = _unit(contrast)
    return FurthestApart(
        Parameter.of(comparison, smaller),
        contrast.smaller.label,
        contrast.larger.label,
        Value(smaller.bayes.median, width, unit),
        Value(larger.bayes.median, width, unit),
    )


def _difference(contrast: Contrast) -> Difference:
    return Difference(
        Parameter.of(contrast.smaller.comparison, contrast.rows[0]),
        contrast.smaller.label,
        contrast.larger.label,
        Value(contrast.median, (contrast.upper - contrast.lower) / 4, _unit(contrast)),
        Range(contrast.lower, contrast.upper),
        contrast.against,
    )


def _unit(contrast: Contrast) -> str:
    weight = contrast.rows[0].parameter == "weights"
    return "" if weight else contrast.smaller.comparison.case.unit
