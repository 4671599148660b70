"""Tops: which share of the posterior each of EM's maxima holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from compare.findings.terms import Component, ShareOfDraws, components_of

if TYPE_CHECKING:
    from bayes.criticism.tops import TopShares
    from compare.comparison.table import Comparison

__all__ = [
    "BestTop",
    "HeldByTops",
    "LowerTop",
    "held_by_top",
    "on_best_top",
    "on_shares",
    "top_shares_of",
]


@dataclass(frozen=True)
class HeldByTops:
    """What the shares in the table of tops mean."""

    n_draws: int
    elsewhere: float | None
    """The share that leads to no maximum in the table; None if less than a draw."""
    under_wider: bool
    """Whether the shares under a wider prior are there too."""


@dataclass(frozen=True)
class LowerTop:
    """A maximum that is not the highest, with more of the posterior than any other."""

    share: float
    is_most: bool
    """Whether that is more than half."""
    groups: tuple[Component, ...]


@dataclass(frozen=True)
class BestTop:
    """EM's maximum holds little of the posterior."""

    held: ShareOfDraws
    lower: LowerTop | None
    """Where most of it is; None where the likelihood has no maximum there."""


def top_shares_of(comparison: Comparison) -> TopShares | None:
    """The shares, where there are several maxima and the draws are to be believed."""
    if comparison.criticism is None or not comparison.sampled_well:
        return None
    return comparison.criticism.tops


def held_by_top(
    comparison: Comparison, place: int
) -> tuple[ShareOfDraws | None, ShareOfDraws | None]:
    """The share of the posterior that a top holds, by the default and by a wider prior.

    Parameters
    ----------
    comparison : Comparison
    place : int
        Among `Fit.optima`.

    Returns
    -------
    tuple of ShareOfDraws or None
        None where there is none.
    """
    found = top_shares_of(comparison)
    if found is None or np.isnan(found.shares[place]):
        return None, None
    held = ShareOfDraws(float(found.shares[place]), found.n_draws)
    if found.wider is None:
        return held, None
    return held, ShareOfDraws(float(found.wider[place]), found.n_draws)


def on_shares(comparison: Comparison) -> HeldByTops | None:
    """What the shares in the table of tops mean.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    HeldByTops or None
        None without shares.
    """
    found = top_shares_of(comparison)
    if found is None:
        return None
    some = found.elsewhere >= 1 / found.n_draws
    return HeldByTops(
        n_draws=found.n_draws,
        elsewhere=found.elsewhere if some else None,
        under_wider=found.wider is not None,
    )


def on_best_top(comparison: Comparison) -> BestTop | None:
    """That EM's maximum holds little of the posterior, and where that is.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    BestTop or None
        None where it holds its share.
    """
    found = top_shares_of(comparison)
    if found is None or not found.best_is_beside:
        return None
    best = ShareOfDraws(float(found.shares[0]), found.n_draws)
    most = int(np.nanargmax(found.shares))
    held = float(found.shares[most])
    if held <= found.elsewhere:
        return BestTop(best, None)
    mixture = comparison.fit.optima[most].mixture
    groups = components_of(comparison, mixture, "mean", mean=mixture.sd, sd=mixture.sd)
    return BestTop(best, LowerTop(held, held > 0.5, groups))
