"""Influence: what the prior expected, and where it, or a penalty, still speaks after the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from compare.comparison.parameters import free_rows
from compare.findings.terms import Component, Parameter, Range, components_of
from em import Parameters
from em.search.groups import Verdict, verdict

if TYPE_CHECKING:
    import em
    from bayes.criticism.sensitivity import SensitivityRow
    from compare.comparison.table import Comparison, Row

__all__ = [
    "Conflicts",
    "Expectation",
    "Expected",
    "Influence",
    "Moved",
    "Penalty",
    "Some",
    "Speaker",
    "Standing",
    "conflicts",
    "expected",
    "influence",
    "penalty",
]

HARDLY = 0.001
"""Share of the expected values beyond an end of the data below which that end is a surprise."""
MOSTLY_OUTSIDE = 0.1
"""Share of them in the plausible range below which the priors are called very wide."""
FAR = 1.0
"""Standard errors from which on a penalty takes EM elsewhere."""

Expectation = Literal["none so low", "none so high", "too wide", "wide enough"]
"""The priors hardly expect values as low, or as high, as those of the data; expect most of them
far from these; or are wide enough, but not by orders of magnitude."""

Speaker = Literal["data", "both", "prior"]
"""Who decides on a parameter."""


@dataclass(frozen=True)
class Expected:
    """What data the prior expected before any were seen."""

    middle: Range
    """Of 95 of 100 values."""
    plausible: Range
    """Where values can be expected: the range of the data unless another was given."""
    share: float
    """Of the values that are expected there."""
    judgement: Expectation


@dataclass(frozen=True)
class Some:
    """Some of the free parameters."""

    parameters: tuple[Parameter, ...]
    total: int
    """Of so many."""


@dataclass(frozen=True)
class Conflicts:
    """Where the prior moves the answer."""

    both: Some
    """Parameters that prior and data both move."""
    prior: Some
    """Those that the prior moves and the data hardly do."""


@dataclass(frozen=True)
class Moved:
    """How far a posterior moves for each doubling of the power of the prior, or of the data."""

    by_prior: float
    by_data: float


@dataclass(frozen=True)
class Standing:
    """Who speaks on a parameter."""

    parameter: Parameter
    speaks: Speaker
    sd_ratio: float
    """Posterior sd over prior sd."""
    moved: Moved | None
    """None where that was not worked out."""


@dataclass(frozen=True)
class Influence:
    """Where the data speak and where the prior does."""

    standings: tuple[Standing, ...]
    """Of all free parameters; empty where it is not known."""
    conflicts: Conflicts | None
    """None where it was not worked out."""


@dataclass(frozen=True)
class Penalty:
    """What a penalty on small sds does to EM's answer."""

    effect: Literal["on a value", "has a maximum", "elsewhere", "hardly moves"]
    """EM ends on a recorded value; has a maximum, as it has not without; ends elsewhere than
    without; or hardly moves."""
    distance: float
    """In standard errors, the largest of a parameter; NaN without a maximum to move from."""
    components: tuple[Component, ...]
    """Where EM ends."""


def expected(comparison: Comparison) -> Expected | None:
    """What data the prior expected.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Expected or None
        None where that was not asked.
    """
    if comparison.criticism is None:
        return None
    prior = comparison.criticism.prior_predictive
    below, above = prior.beyond
    judgement: Expectation
    if min(below, above) < HARDLY:
        judgement = "none so low" if below < above else "none so high"
    else:
        judgement = "too wide" if prior.share < MOSTLY_OUTSIDE else "wide enough"
    return Expected(
        middle=Range(*prior.quantiles((0.025, 0.975)).tolist()),
        plausible=Range(*prior.plausible),
        share=prior.share,
        judgement=judgement,
    )


def influence(comparison: Comparison) -> Influence | None:
    """Where the data speak and where the prior does.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Influence or None
        None where that was not asked.
    """
    comparison = comparison.named
    criticism = comparison.criticism
    if criticism is None:
        return None
    standings: tuple[Standing, ...] = ()
    if criticism.agreement is not None:
        moved = _moved(comparison)
        known = {row.name: row for row in criticism.agreement.rows}
        standings = tuple(
            Standing(
                Parameter.of(comparison, row),
                cast("Speaker", known[row.name].speaks),
                known[row.name].sd_ratio,
                Moved(moved[row.name].prior, moved[row.name].likelihood)
                if row.name in moved
                else None,
            )
            for row in free_rows(comparison)
        )
    return Influence(standings, conflicts(comparison))


def conflicts(comparison: Comparison) -> Conflicts | None:
    """Where the prior moves the answer.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Conflicts or None
        None where that was not worked out.
    """
    comparison = comparison.named
    if comparison.criticism is None or comparison.criticism.sensitivity is None:
        return None
    free, moved = free_rows(comparison), _moved(comparison)

    def judged(verdict: str) -> Some:
        rows = [row for row in free if row.name in moved and moved[row.name].verdict == verdict]
        return Some(tuple(Parameter.of(comparison, row) for row in rows), len(free))

    return Conflicts(judged("conflict"), judged("strong prior"))


def _moved(comparison: Comparison) -> dict[str, SensitivityRow]:
    """How far prior and data move each parameter, by its name; empty where it is not known."""
    criticism = comparison.criticism
    if criticism is None or criticism.sensitivity is None:
        return {}
    return {row.name: row for row in criticism.sensitivity.rows}


def penalty(comparison: Comparison) -> Penalty | None:
    """What a penalty on small sds does to EM's answer.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Penalty or None
        None where it was not tried, or there is nothing to say of it.
    """
    comparison = comparison.named
    criticism, fit = comparison.criticism, comparison.fit
    penalised = None if criticism is None else criticism.penalised
    if penalised is None or not penalised.converged:
        return None
    mixture = penalised.mixture
    width = 0.1 * mixture.sd
    ends = components_of(comparison, mixture, comparison.order, mean=width, sd=width)
    if _on_a_value(fit, penalised):
        return Penalty("on a value", math.nan, ends)
    if not fit.converged:
        return Penalty("has a maximum", math.nan, ends)
    there = mixture.ordered(comparison.order)

    def move(row: Row) -> float:
        value: float = getattr(there, row.parameter)[row.component]
        return float(abs(value - row.em.estimate) / row.em.se)

    moves = [move(row) for row in free_rows(comparison) if row.em.se > 0]
    furthest = max(filter(math.isfinite, moves), default=math.nan)
    if math.isnan(furthest):
        return None
    return Penalty("elsewhere" if furthest > FAR else "hardly moves", furthest, ends)


def _on_a_value(fit: em.Fit, penalised: em.Fit) -> bool:
    """Whether the penalty is too weak for values that recur."""
    at = Parameters(*(value[0] for value in penalised.at))
    tied = any(point.count > 1 for point in fit.points)
    return tied and verdict(at, fit.observed) is Verdict.POINT
