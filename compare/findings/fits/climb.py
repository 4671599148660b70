"""Climb: how EM ended, and where else its starts led."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import em

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["Climb", "SeveralTops", "on_climb", "on_optima"]


@dataclass(frozen=True)
class Climb:
    """How EM ended."""

    status: em.Status
    n_iter: int
    """Passes over the data on the last climb."""
    score: float | None
    """At the end, in standard errors; None where there are none."""


@dataclass(frozen=True)
class SeveralTops:
    """The starts of EM led to different tops."""

    n_climbs: int
    count: int
    shown: int | None
    """So many of them; None if all are."""
    others: tuple[em.Status, ...]
    """What those are called that are shown and are no maxima, each once."""


def on_climb(comparison: Comparison) -> Climb:
    """How EM ended.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Climb
    """
    fit = comparison.fit
    score = fit.gradient_norm if math.isfinite(fit.gradient_norm) else None
    return Climb(fit.status, fit.n_iter, score)


def on_optima(comparison: Comparison, shown: int) -> SeveralTops | None:
    """Where else the starts of EM led.

    Parameters
    ----------
    comparison : Comparison
    shown : int
        How many tops there is room for.

    Returns
    -------
    SeveralTops or None
        None if nowhere.
    """
    optima = comparison.fit.optima
    count = len(optima)
    if count < 2:
        return None
    others = dict.fromkeys(top.status for top in optima[:shown])
    others.pop(em.Status.CONVERGED, None)
    return SeveralTops(
        comparison.fit.n_climbs, count, shown if count > shown else None, tuple(others)
    )
