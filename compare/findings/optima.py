"""Optima: the tops that EM's starts led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import em
    from bayes.criticism.tops import TopShares
    from compare.comparison.table import Comparison

__all__ = ["Optima", "optima"]


@dataclass(frozen=True)
class Optima:
    """Several tops, the highest first."""

    tops: tuple[em.Optimum, ...]
    """Those there is room for."""
    has_shares: bool
    """Whether it is known which share of the posterior each of them holds."""
    has_wider: bool
    """Whether that is known under a wider prior too."""


def optima(comparison: Comparison, shown: int, shares: TopShares | None) -> Optima | None:
    """The tops that EM's starts led to.

    Parameters
    ----------
    comparison : Comparison
    shown : int
        How many there is room for.
    shares : TopShares, optional
        Which share of the posterior each holds.

    Returns
    -------
    Optima or None
        None if there is one only.
    """
    tops = comparison.fit.optima
    if len(tops) < 2:
        return None
    wider = shares is not None and shares.wider is not None
    return Optima(tops[:shown], shares is not None, wider)
