"""Verdict: whether EM and the sampler can be believed, and what to know before any number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from compare.comparison.parameters import free_rows, moving_rows
from compare.findings.fits.sampler import SamplerFailure, sampler_failures
from compare.findings.standing import Standing, is_beside, open_rows, standing
from compare.findings.terms import Parameter, Range
from em.search.tops import SET_ASIDE

if TYPE_CHECKING:
    import em
    from compare.comparison.table import Comparison

__all__ = [
    "AtMaximum",
    "Beside",
    "Distrusted",
    "DrawsOfChains",
    "DrawsOfSequential",
    "NoAnswer",
    "NotAtMaximum",
    "OpenInterval",
    "Reached",
    "Verdict",
    "WithoutGroups",
    "alarms",
    "verdict",
    "warning",
]


@dataclass(frozen=True)
class Reached:
    """How many of EM's climbs ended at the estimate."""

    ended: int
    climbs: int


@dataclass(frozen=True)
class AtMaximum:
    """EM is to be believed."""

    score: float
    """In standard errors."""
    reached: Reached | None
    """None where that is not known or says nothing."""


@dataclass(frozen=True)
class NoAnswer:
    """EM is not to be believed."""

    status: em.Status


@dataclass(frozen=True)
class DrawsOfChains:
    """The worst of the checks of chains."""

    rhat: float | None
    """The largest; None if one is unknown."""
    size: float | None
    """The smallest effective sample size; None if one is unknown, or means nothing."""
    divergences: int


@dataclass(frozen=True)
class DrawsOfSequential:
    """The worst of the checks of draws of the sequential run."""

    size: float
    """The smallest effective sample size."""
    difference: float
    """How far the second route is, in posterior sds."""


@dataclass(frozen=True)
class Beside:
    """EM's maximum and the posterior are at different places."""


@dataclass(frozen=True)
class WithoutGroups:
    """A single quantity describes the data clearly better than groups do."""


@dataclass(frozen=True)
class OpenInterval:
    """An interval of EM's that runs to the end of what the parameter can be."""

    parameter: Parameter
    level: float
    others: int
    """So many more are open."""
    interval: Range
    """Of shares for a weight, of values for a mean or an sd."""
    width: float
    """What is small against it does not matter to these values."""


@dataclass(frozen=True)
class Verdict:
    """Whether EM and the sampler can be believed."""

    em: AtMaximum | NoAnswer
    failed: int
    """How many checks of the sampler fail."""
    draws: DrawsOfChains | DrawsOfSequential
    left_open: Beside | OpenInterval | WithoutGroups | None
    """What the data do not determine although both fits found it."""


@dataclass(frozen=True)
class NotAtMaximum:
    """EM is not at a maximum."""

    status: em.Status
    advise: bool
    """Whether to say what to do about it; elsewhere that is said with the values."""


Distrusted = Literal["bayes", "em", "both"]
"""Whose numbers are not to be relied on."""


def verdict(comparison: Comparison) -> Verdict:
    """Whether EM and the sampler can be believed.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Verdict
    """
    fit = comparison.fit
    return Verdict(
        em=AtMaximum(fit.gradient_norm, _reached(comparison))
        if fit.converged
        else NoAnswer(fit.status),
        failed=len(sampler_failures(comparison)),
        draws=_draws(comparison),
        left_open=_left_open(comparison),
    )


def alarms(comparison: Comparison) -> tuple[NotAtMaximum | SamplerFailure, ...]:
    """What a reader must know before looking at a number.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of NotAtMaximum or SamplerFailure
        Empty if all is well.
    """
    status = comparison.fit.status
    # What to do about values that are no group stands in the headline, with the values.
    by_em = () if comparison.fit.converged else (NotAtMaximum(status, status not in SET_ASIDE),)
    return (*by_em, *sampler_failures(comparison))


def warning(comparison: Comparison) -> Distrusted:
    """Whose numbers the alarms are about."""
    if comparison.fit.converged:
        return "bayes"
    return "em" if comparison.sampled_well else "both"


def _reached(comparison: Comparison) -> Reached | None:
    fit = comparison.fit
    ended = fit.optima[0].n_starts if fit.optima else 0
    # A single normal has its maximum in closed form, wherever one starts.
    if fit.n_climbs == 1 or fit.n_components == 1 or ended == 0:
        return None
    return Reached(ended, fit.n_climbs)


def _draws(comparison: Comparison) -> DrawsOfChains | DrawsOfSequential:
    checks, rows = comparison.posterior.diagnostics, comparison.rows
    if comparison.n_components == 1:
        rows = tuple(row for row in rows if row.parameter != "weights")  # a constant
    size = float(np.min([(row.bayes.ess_bulk, row.bayes.ess_tail) for row in rows]))
    # Draws that never move would count as independent.
    if len(moving_rows(comparison)) < len(free_rows(comparison)):
        size = math.nan
    if checks.second is not None and checks.by_sequential:
        return DrawsOfSequential(size, checks.second.difference)
    rhat = float(np.max([row.bayes.rhat for row in rows]))
    return DrawsOfChains(
        rhat=None if math.isnan(rhat) else rhat,
        size=None if math.isnan(size) else size,
        divergences=checks.divergences,
    )


def _left_open(comparison: Comparison) -> Beside | OpenInterval | WithoutGroups | None:
    if standing(comparison) is not Standing.OPEN:
        return None
    rows = open_rows(comparison)
    if not rows:
        return Beside() if is_beside(comparison) else WithoutGroups()
    first, count = rows[0], len({row.name for row in rows})
    # The weights of two groups are one parameter.
    if comparison.n_components == 2 and sum(row.parameter == "weights" for row in rows) == 2:
        count -= 1
    return OpenInterval(
        parameter=Parameter.of(comparison.named, first),
        level=comparison.level,
        others=count - 1,
        interval=Range(first.em.lower, first.em.upper),
        width=first.bayes.sd,
    )
