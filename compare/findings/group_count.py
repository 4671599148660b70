"""How many groups the data speak for, and how far apart those of the fit are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import em
from compare.findings.survey import NOT_COMPARED
from compare.language.labels import listed
from compare.language.wording import fixed, model_name, numeral, p_value

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = [
    "APART",
    "CLEAR",
    "DOUBT",
    "SLIGHT",
    "SOME",
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


def number_of_groups(comparison: Comparison) -> str:
    """Say how many groups BIC, AIC and the EM-test speak for, or why they do not."""
    if comparison.fit.is_pseudo:
        return NOT_COMPARED
    best = preferred(comparison)
    if best is None:
        return "No number of groups that was tried has a maximum to speak of."
    fits = [fit for fit in comparison.selection.fits if fit.converged]
    count = best.n_components
    told = f"By BIC, {model_name(best)} describe{'s' if count == 1 else ''} the data best"
    others = [fit for fit in fits if fit.n_components != count]
    if others:
        second = min(others, key=lambda fit: fit.bic)
        told += (
            f", {strength(second.bic - best.bic)} better than {model_name(second)} "
            f"({fixed(best.bic, 1)} against {fixed(second.bic, 1)}; lower is better)"
        )
    by_aic = comparison.selection.best("aic")
    if by_aic.n_components != count:
        told += f"; AIC, which charges less for each parameter, prefers {model_name(by_aic)}"
    test = comparison.em_test
    if test is not None:
        doubt = "speaks against" if test.pvalue < DOUBT else "does not speak against"
        told += f". The EM-test {doubt} a single normal group ({p_value(test.pvalue)})"
    return told + "."


def separation(comparison: Comparison) -> str | None:
    """Say how far apart neighbouring groups are, in words; None for a single group."""
    mixture = comparison.fit.mixture
    if mixture.n_components == 1 or not comparison.fit.converged:
        return None
    apart = em.ashman(mixture)
    modes = em.modes(mixture)
    humps = "a single hump" if modes == 1 else f"{numeral(modes)} humps"
    least = min(apart)
    if least < APART and modes < mixture.n_components:
        said = "the groups overlap so much that they cannot be told apart by eye"
    else:
        said = (
            "the groups are clearly apart"
            if least >= CLEAR
            else "the groups can be told apart, but they overlap"
            if least >= APART
            else "the groups overlap much, yet each makes a hump of its own"
        )
        if modes < mixture.n_components:
            said += ", though not every group makes a hump of its own"
    numbers = listed([f"{value:.2f}" for value in apart])
    return (
        f"Ashman's D, the distance between neighbouring means in units of their common spread, is "
        f"{numbers} ({APART:g} is taken for two visible groups), and EM's density has {humps}: "
        f"{said}."
    )


def preferred(comparison: Comparison) -> em.Fit | None:
    """The fit with the lowest BIC of those at a maximum; None if there is none."""
    fits = [fit for fit in comparison.selection.fits if fit.converged]
    return min(fits, key=lambda fit: fit.bic) if fits else None


def strength(gap: float) -> str:
    """What a difference of BIC is worth, after Kass & Raftery (1995)."""
    return "barely" if gap < SLIGHT else "somewhat" if gap < SOME else "clearly"
