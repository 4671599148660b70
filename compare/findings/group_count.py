"""Group count: how many groups the data speak for, and how far apart those of the fit are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import em
from compare.findings.terms import Model

if TYPE_CHECKING:
    from compare.comparison.laws import LawName
    from compare.comparison.table import Comparison

__all__ = [
    "APART",
    "CLEAR",
    "DOUBT",
    "SLIGHT",
    "SOME",
    "Apartness",
    "GroupCount",
    "NoModel",
    "NotCompared",
    "Preferred",
    "Scores",
    "Separation",
    "Strength",
    "Tried",
    "TriedLaw",
    "criteria",
    "number_of_groups",
    "preferred",
    "separation",
    "strength",
]

CLEAR, APART = 3.0, 2.0
"""Ashman's D: groups this far apart overlap hardly at all, or show as two (Ashman et al. 1994)."""

SLIGHT, SOME = 2.0, 6.0
"""Differences of BIC that are worth a mention, and that settle it (Kass & Raftery 1995)."""

DOUBT = 0.05
"""A p-value below it speaks against a single group."""

Strength = Literal["barely", "somewhat", "clearly"]
"""What a difference of BIC is worth."""

Apartness = Literal["blurred", "clear", "apart", "humps"]
"""Groups cannot be told apart by eye; are clearly apart; can be told apart though they overlap;
overlap much, yet each makes a hump of its own."""


@dataclass(frozen=True)
class NotCompared:
    """Sampling weights leave no likelihood by which to compare numbers of groups."""


@dataclass(frozen=True)
class NoModel:
    """No number of groups that was tried has a maximum."""


@dataclass(frozen=True)
class Preferred:
    """What the criteria prefer."""

    best: Model
    """By BIC."""
    second: Model | None
    """The best with another number of groups, if there is one."""
    gap: Strength | None
    """What the difference of the two is worth."""
    by_aic: Model | None
    """What AIC prefers, if that is another number of groups."""
    pvalue: float | None
    """Of the EM-test of a single group against two, if it was made."""
    against_one: bool
    """Whether that speaks against a single group."""
    law: TriedLaw | None
    """The best law of one quantity, if BIC prefers it to all of these."""


GroupCount = NotCompared | NoModel | Preferred


@dataclass(frozen=True)
class Scores:
    """What a model is compared by."""

    loglik: float
    aic: float
    bic: float
    icl: float


@dataclass(frozen=True)
class Tried:
    """A number of groups that was tried, with either kind of sds."""

    n_components: int
    equal_sds: bool
    """Whether all groups have one common sd; of a single group it says nothing."""
    n_parameters: int
    scores: Scores | None
    """None where it has no maximum."""
    asked_for: bool
    """Whether it is the model of the report."""


@dataclass(frozen=True)
class TriedLaw:
    """A law of one quantity that was tried beside the groups."""

    name: LawName
    n_parameters: int
    scores: Scores
    """Of a single quantity ICL is BIC."""


@dataclass(frozen=True)
class Separation:
    """How far apart neighbouring groups are."""

    distances: tuple[float, ...]
    """Ashman's D of each pair of neighbours."""
    n_humps: int
    """Of EM's density."""
    judgement: Apartness
    fewer_humps: bool
    """Whether not every group makes a hump of its own."""


def number_of_groups(comparison: Comparison) -> GroupCount:
    """How many groups BIC, AIC and the EM-test speak for, or why they do not.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    NotCompared, NoModel or Preferred
    """
    if comparison.fit.is_pseudo:
        return NotCompared()
    best = preferred(comparison)
    if best is None:
        return NoModel()
    count = best.n_components
    others = [
        fit for fit in comparison.selection.fits if fit.converged and fit.n_components != count
    ]
    second = min(others, key=lambda fit: fit.bic) if others else None
    by_aic = comparison.selection.best("aic")
    test = comparison.em_test
    return Preferred(
        best=Model.of(best),
        second=None if second is None else Model.of(second),
        gap=None if second is None else strength(second.bic - best.bic),
        by_aic=None if by_aic.n_components == count else Model.of(by_aic),
        pvalue=None if test is None else test.pvalue,
        against_one=test is not None and test.pvalue < DOUBT,
        law=next((law for law in _laws(comparison) if law.scores.bic < best.bic), None),
    )


def criteria(comparison: Comparison) -> tuple[Tried | TriedLaw, ...]:
    """The numbers of groups that were tried, and the laws of one quantity, with their criteria.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of Tried and TriedLaw
        Empty of sampling weights, which have no criteria.
    """
    asked = comparison.n_components, comparison.fit.equal_sds
    groups = (
        Tried(
            fit.n_components,
            fit.equal_sds,
            fit.n_parameters,
            Scores(fit.loglik, fit.aic, fit.bic, fit.icl) if fit.converged else None,
            asked_for=(fit.n_components, fit.equal_sds) == asked,
        )
        for fit in comparison.selection.fits
    )
    return *groups, *_laws(comparison)


def _laws(comparison: Comparison) -> tuple[TriedLaw, ...]:
    """The lowest BIC first."""
    return tuple(
        TriedLaw(law.name, law.n_parameters, Scores(law.loglik, law.aic, law.bic, law.bic))
        for law in comparison.laws
    )


def separation(comparison: Comparison) -> Separation | None:
    """How far apart neighbouring groups are.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Separation or None
        None for a single group, and where EM has no maximum.
    """
    mixture = comparison.fit.mixture
    if mixture.n_components == 1 or not comparison.fit.converged:
        return None
    distances, modes = tuple(em.ashman(mixture)), em.modes(mixture)
    least, fewer = min(distances), modes < mixture.n_components
    judgement: Apartness
    if least < APART:
        judgement = "blurred" if fewer else "humps"
    else:
        judgement = "clear" if least >= CLEAR else "apart"
    return Separation(distances, modes, judgement, fewer)


def preferred(comparison: Comparison) -> em.Fit | None:
    """The fit with the lowest BIC of those at a maximum; None if there is none."""
    fits = [fit for fit in comparison.selection.fits if fit.converged]
    return min(fits, key=lambda fit: fit.bic) if fits else None


def strength(gap: float) -> Strength:
    """What a difference of BIC is worth, after Kass & Raftery (1995)."""
    return "barely" if gap < SLIGHT else "somewhat" if gap < SOME else "clearly"
