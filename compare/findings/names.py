"""Names: what the groups are told apart by, and whether another way would change the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import em
from compare.comparison.parameters import weight_rows
from compare.findings.group_count import APART
from compare.findings.terms import Group, Parameter, Range

if TYPE_CHECKING:
    from bayes import LabelChange
    from compare.comparison.table import Comparison
    from em.likelihood.mixture import Order

__all__ = [
    "AsAskedFor",
    "BySpread",
    "Held",
    "Losses",
    "MeansAlike",
    "Names",
    "Otherwise",
    "Renamed",
    "SameNames",
    "Unchanged",
    "WeightsBySpread",
    "by_mean",
    "by_spread",
    "on_names",
    "renamed",
    "weights_by_spread",
]

HARDLY = 0.05
"""Moves of a posterior mean, in posterior sds, that are no news."""

SELDOM = 0.001
"""A share of draws named otherwise that is not worth a mention."""


@dataclass(frozen=True)
class AsAskedFor:
    """Groups are named by their sds because that was asked for."""


@dataclass(frozen=True)
class MeansAlike:
    """Groups are named by their sds because the means do not tell them apart."""

    only_some: bool
    """Whether there may be others whose means are not alike."""
    by_posterior_only: bool
    """Whether EM's means are apart."""


BySpread = AsAskedFor | MeansAlike


@dataclass(frozen=True)
class Held:
    """What a group holds by either answer."""

    group: Group
    by_em: float
    profile: Range
    by_bayes: float
    """The posterior median."""
    credible: Range


@dataclass(frozen=True)
class WeightsBySpread:
    """What the groups hold by increasing sd, beside a table by mean."""

    level: float
    groups: tuple[Held, ...]


@dataclass(frozen=True)
class Renamed:
    """Names by the values that groups account for are others in some draws."""

    share: float
    """Of the draws."""
    parameter: Parameter
    """Whose posterior mean moves most."""
    shift: float
    """By so many posterior sds."""
    matters: bool


@dataclass(frozen=True)
class Unchanged:
    """Names by the values that groups account for change nothing worth a mention."""


@dataclass(frozen=True)
class SameNames:
    """Names by the other of mean and sd are the same in every draw."""

    order: Order


@dataclass(frozen=True)
class Losses:
    """What either kind of name costs a value, in nats."""

    by_mean: float
    by_sd: float


@dataclass(frozen=True)
class Otherwise:
    """Names by the other of mean and sd are others in some draws."""

    order: Order
    share: float
    """Of the draws."""
    better: bool
    """Whether they would cost less: names that were asked for may be the worse ones."""
    losses: Losses | None
    """None where nobody asks: names by mean that do better."""


@dataclass(frozen=True)
class Names:
    """What the names of the groups depend on."""

    order: Order
    """What they are named by."""
    others: tuple[Renamed | Unchanged | SameNames | Otherwise, ...]
    """What other names would do."""


def by_spread(comparison: Comparison) -> BySpread | None:
    """Why groups are named by their sds.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    AsAskedFor, MeansAlike or None
        None where they are named by mean.
    """
    if comparison.names_by == "mean":
        return None
    if comparison.posterior.naming.order == "mean":
        return AsAskedFor()
    apart = min(em.ashman(comparison.fit.mixture)) >= APART
    return MeansAlike(only_some=comparison.n_components > 2, by_posterior_only=apart)


def weights_by_spread(comparison: Comparison) -> WeightsBySpread | None:
    """What the groups hold by increasing sd.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    WeightsBySpread or None
        None where they are named by mean.
    """
    if comparison.names_by == "mean":
        return None
    named = comparison.named
    return WeightsBySpread(
        named.level,
        tuple(
            Held(
                Group.of(named, row.component),
                row.em.estimate,
                Range(row.em.lower, row.em.upper),
                row.bayes.median,
                Range(row.bayes.lower, row.bayes.upper),
            )
            for row in weight_rows(named)
        ),
    )


def on_names(comparison: Comparison) -> Names | None:
    """Whether naming the groups otherwise matters.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Names or None
        None with a single group, and without criticism.
    """
    comparison = comparison.named
    changes = _changes(comparison)
    if not changes:
        return None
    others = tuple(_told(comparison, change) for change in reversed(changes))
    return Names(comparison.order, others)


def renamed(comparison: Comparison) -> tuple[Renamed, ...]:
    """Where the names matter to what the groups account for.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of Renamed
        Empty where they do not.
    """
    comparison = comparison.named
    # Names by the other of mean and sd are another question, not a better answer to this one.
    return tuple(
        _renamed(comparison, change)
        for change in _changes(comparison)
        if change.order == "kl" and change.matters
    )


def _changes(comparison: Comparison) -> tuple[LabelChange, ...]:
    return () if comparison.criticism is None else comparison.criticism.labels


def _told(
    comparison: Comparison, change: LabelChange
) -> Renamed | Unchanged | SameNames | Otherwise:
    if change.order == "kl":
        return _renamed(comparison, change) if change.shift >= HARDLY else Unchanged()
    order: Order = "mean" if change.order == "mean" else "sd"
    if change.share < SELDOM:
        return SameNames(order)
    naming = comparison.posterior.naming
    better = naming.order != comparison.order
    told = better or comparison.order == "sd"
    losses = Losses(naming.by_mean, naming.by_sd) if told else None
    return Otherwise(order, change.share, better, losses)


def _renamed(comparison: Comparison, change: LabelChange) -> Renamed:
    row = next(row for row in comparison.rows if row.name == change.parameter)
    return Renamed(change.share, Parameter.of(comparison, row), change.shift, change.matters)


def by_mean(comparison: Comparison) -> tuple[Group, ...]:
    """The groups in order of EM's means, under the names that sentences use."""
    named = comparison.named
    ranks = np.argsort(named.fit.mixture.places(named.order))
    return tuple(Group.of(named, int(rank)) for rank in ranks)
