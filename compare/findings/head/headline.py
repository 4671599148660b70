"""Headline: what was found, in a few findings that make two sentences or three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import em
from compare.comparison.parameters import weight_rows
from compare.findings.fits.tops import BestTop, on_best_top
from compare.findings.group_count import (
    APART,
    CLEAR,
    DOUBT,
    SLIGHT,
    SOME,
    Strength,
    preferred,
    strength,
)
from compare.findings.head.one_law import OneLaw, beats, one_law
from compare.findings.head.points import NoMaximum, no_maximum
from compare.findings.head.split import HowSure, how_sure
from compare.findings.names import BySpread, by_spread
from compare.findings.terms import (
    Component,
    Data,
    Model,
    Range,
    Value,
    components_of,
    data_of,
    option,
)

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = [
    "Answer",
    "Apart",
    "Estimate",
    "Headline",
    "MoreGroups",
    "NoneBetter",
    "OneGroup",
    "SeveralGroups",
    "TooMany",
    "headline",
]

ENOUGH = 2
"""Values for each parameter below which more groups are not advised."""

Apart = Literal["overlapping", "distinct", "separate"]
"""How far the two groups that are closest are apart."""


@dataclass(frozen=True)
class SeveralGroups:
    """The data fall into groups."""

    data: Data
    kind: Apart
    by_both: bool
    """Whether Bayes says the same."""
    groups: tuple[Component, ...]
    """By maximum likelihood."""


@dataclass(frozen=True)
class TooMany:
    """Fewer groups describe the data better, by BIC."""

    data: Data
    n_components: int
    """So many were asked for."""
    bic: float
    simpler: Model
    gap: Strength
    left_open: bool
    """Whether that does not settle it."""
    pvalue: float | None
    """Of the EM-test where it speaks against the single group that BIC prefers."""
    groups: tuple[Component, ...]
    """What EM finds all the same."""


@dataclass(frozen=True)
class Estimate:
    """EM's estimate with an interval."""

    value: Value
    interval: Range
    """Of values."""


@dataclass(frozen=True)
class OneGroup:
    """The data as a single normal group."""

    data: Data
    mean: Estimate
    sd: Estimate
    level: float
    interval: Literal["credible", "profile", "wald"]
    """The kind of both."""


@dataclass(frozen=True)
class MoreGroups:
    """More groups describe the data better, by BIC."""

    best: Model
    bic: float
    """Of the number that was asked for."""
    gap: Strength
    option: str
    """What to type to have them."""


@dataclass(frozen=True)
class NoneBetter:
    """Two groups would not describe the data better than one, by BIC."""


Answer = NoMaximum | TooMany | OneGroup | SeveralGroups


@dataclass(frozen=True)
class Headline:
    """What was found; the parts in the order in which they are said."""

    answer: Answer
    one_law: OneLaw | None = None
    """Said before the answer where it leads."""
    best_top: BestTop | None = None
    by_spread: BySpread | None = None
    how_sure: HowSure | None = None
    rival: MoreGroups | NoneBetter | None = None


def headline(comparison: Comparison) -> Headline:
    """What was found.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Headline
    """
    comparison = comparison.named
    fit = comparison.fit
    law = one_law(comparison)
    if not fit.converged:
        return Headline(no_maximum(comparison), law)
    best = preferred(comparison)
    if fit.n_components == 1:
        return Headline(_one_group(comparison), law, rival=_rival(comparison))
    # Equal sds do not count against the number of groups that was asked for.
    too_many = best is not None and best.n_components < fit.n_components
    return Headline(
        _too_many(comparison, best) if best is not None and too_many else _several(comparison),
        law,
        on_best_top(comparison),
        by_spread(comparison),
        how_sure(comparison),
        None if too_many else _rival(comparison),
    )


def _several(comparison: Comparison) -> SeveralGroups:
    least = min(em.ashman(comparison.fit.mixture))
    both = (
        comparison.sampled_well
        and all(row.em_in_interval for row in weight_rows(comparison))
        and on_best_top(comparison) is None
    )
    return SeveralGroups(
        data_of(comparison),
        "separate" if least >= CLEAR else "distinct" if least >= APART else "overlapping",
        both,
        _groups(comparison),
    )


def _too_many(comparison: Comparison, simpler: em.Fit) -> TooMany:
    fit, test = comparison.fit, comparison.em_test
    gap = fit.bic - simpler.bic
    contested = simpler.n_components == 1 and test is not None and test.pvalue < DOUBT
    return TooMany(
        data=data_of(comparison),
        n_components=fit.n_components,
        bic=fit.bic,
        simpler=Model.of(simpler),
        gap=strength(gap),
        left_open=gap < SOME or contested,
        pvalue=test.pvalue if contested and test is not None else None,
        groups=_groups(comparison),
    )


def _one_group(comparison: Comparison) -> OneGroup:
    _, mean, sd = comparison.rows  # the only group holds everything
    drawn = comparison.sampled_well

    def told(row: Row) -> Estimate:
        said = row.bayes if drawn else row.em
        width = 10 * (row.bayes.sd if drawn else row.em.se)
        value = Value(row.em.estimate, width, comparison.case.unit)
        return Estimate(value, Range(said.lower, said.upper))

    kind: Literal["profile", "wald"] = "wald" if comparison.fit.is_pseudo else "profile"
    return OneGroup(
        data_of(comparison),
        told(mean),
        told(sd),
        comparison.level,
        "credible" if drawn else kind,
    )


def _rival(comparison: Comparison) -> MoreGroups | NoneBetter | None:
    """Whether BIC prefers more groups, where it is not a matter of taste."""
    best, fit = preferred(comparison), comparison.fit
    if best is not None and best.n_components > fit.n_components:
        gap = fit.bic - best.bic
        slight = fit.n_components > 1 and gap < SLIGHT
        # As many parameters as values describe anything.
        rich = comparison.case.sample.n < ENOUGH * best.n_parameters
        if slight or rich or beats(comparison, best.bic):
            return None
        typed = option(comparison, "n_components", "components", best.n_components)
        return MoreGroups(Model.of(best), fit.bic, strength(gap), typed)
    tried = [f for f in comparison.selection.fits if f.converged and f.n_components == 2]
    return NoneBetter() if fit.n_components == 1 and tried else None


def _groups(comparison: Comparison) -> tuple[Component, ...]:
    # The same digits for all, so that the eye can compare them.
    mean, sd = (
        10 * max(row.em.se for row in comparison.rows if row.parameter == parameter)
        for parameter in ("means", "sds")
    )
    order = comparison.order
    # Groups that are named by their sds are shown with them.
    wide = sd if order == "sd" else None
    return components_of(comparison, comparison.fit.mixture, order, mean=mean, sd=wide)
