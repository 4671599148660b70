"""Borders: where one group ends and another begins, how far apart they are, how many humps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import em
from compare.comparison.borders import border, reach, summary
from compare.findings.terms import Quantiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from compare.comparison.table import Comparison

__all__ = ["Borders", "Humps", "Measured", "borders", "humps"]

RARE = 0.005
"""Shares of draws without a border that are not worth a sentence."""


@dataclass(frozen=True)
class Humps:
    """How many humps the density has by the posterior."""

    likeliest: int
    probability: float
    """Of that number."""
    others: tuple[tuple[int, float], ...]
    """Other numbers that occur, in increasing order, each with its probability."""


@dataclass(frozen=True)
class Measured:
    """A quantity by both."""

    by_em: float | None
    """None where EM has no maximum, or its mixture no such border."""
    by_bayes: Quantiles | None
    """Of the draws that have it; None where there are none."""


@dataclass(frozen=True)
class Borders:
    """Distances and borders between groups."""

    distances: tuple[Measured, ...]
    """Ashman's D of each pair of neighbours in order of mean."""
    borders: tuple[Measured, ...]
    """Of each such pair; the lower and the upper one where a narrower group has two."""
    around_narrower: bool
    """Whether a narrower group is told from a wider one around it."""
    without: tuple[float | None, ...]
    """The share of draws without a border, pair by pair; None where it is not worth a word."""
    names_by_spread: bool
    """Whether groups have their names in another order than that of means."""
    has_maximum: bool
    """Whether EM has one."""
    level: float
    unit: str


def humps(comparison: Comparison) -> Humps | None:
    """How many humps the density has.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Humps or None
        None for a single group.
    """
    if comparison.n_components == 1:
        return None
    found = comparison.posterior.quantities.mode_probabilities
    (first, chance), *others = sorted(found.items(), key=lambda one: -one[1])
    return Humps(first, chance, tuple(sorted(others)))


def borders(comparison: Comparison) -> Borders | None:
    """How far apart the groups are, and where one ends.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Borders or None
        None for a single group.
    """
    k, mixture = comparison.n_components, comparison.fit.mixture
    if k == 1:
        return None
    drawn, apart = summary(comparison), em.ashman(mixture)
    by_spread = comparison.names_by == "sd"
    found, without = (
        _around_narrower(comparison) if by_spread and k == 2 else _between(comparison, drawn)
    )
    return Borders(
        distances=tuple(
            _measured(comparison, float(apart[place]), _quantiles(drawn[f"ashman[{place}]"]))
            for place in range(k - 1)
        ),
        borders=found,
        around_narrower=by_spread and k == 2,
        without=tuple(part if part >= RARE else None for part in without),
        names_by_spread=by_spread,
        has_maximum=comparison.fit.converged,
        level=comparison.level,
        unit=comparison.case.unit,
    )


def _between(
    comparison: Comparison, drawn: Mapping[str, Mapping[str, float]]
) -> tuple[tuple[Measured, ...], list[float]]:
    """The border of each pair of neighbours, and the share of draws without it."""
    found = tuple(
        _measured(
            comparison,
            border(comparison.fit.mixture, place),
            _quantiles(drawn[f"cutoff[{place}]"]),
        )
        for place in range(comparison.n_components - 1)
    )
    return found, np.isnan(comparison.posterior.quantities.cutoffs).mean(axis=(0, 1)).tolist()


def _around_narrower(comparison: Comparison) -> tuple[tuple[Measured, ...], list[float]]:
    """The two borders of the narrower group, and the share of draws without them."""
    drawn = _drawn_reach(comparison)
    some = drawn[np.isfinite(drawn).all(axis=1)]
    by_em = reach(comparison.fit.mixture.ordered("sd")).tolist()
    found = tuple(
        _measured(comparison, one, Quantiles.of(draws, comparison.level) if draws.size else None)
        for one, draws in zip(by_em, some.T, strict=True)
    )
    return found, [float(np.isnan(drawn).any(axis=1).mean())]


def _drawn_reach(comparison: Comparison) -> NDArray[np.float64]:
    """The borders of the narrower group by each draw, of shape (draws, 2)."""
    posterior = comparison.named.posterior
    return reach(em.Parameters(posterior.weights, posterior.means, posterior.sds)).reshape(-1, 2)


def _measured(comparison: Comparison, by_em: float, by_bayes: Quantiles | None) -> Measured:
    known = comparison.fit.converged and not math.isnan(by_em)
    return Measured(by_em if known else None, by_bayes)


def _quantiles(row: Mapping[str, float]) -> Quantiles | None:
    """Of a row of the summary; None where no draw has the quantity."""
    if math.isnan(row["median"]):
        return None
    return Quantiles(*(float(row[name]) for name in ("lower", "median", "upper", "sd")))
