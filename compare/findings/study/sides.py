"""Sides: which of EM's maximum and the posterior mean is closer to the truth, cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from compare.study.simulated import Figure

if TYPE_CHECKING:
    from compare.study.performance import Performance
    from compare.study.population import Shape

__all__ = ["Place", "Side", "lowest_coverage", "parameters_of", "sides"]

AGREE = 0.1
"""By how much, relatively, the errors of two methods differ at the most where they agree."""
SURE = 2.0
"""Monte Carlo errors by which a figure must be clear of a bound to be said to be beyond it."""

FEW = 20
"""Data sets below which a Monte Carlo error is itself not known well enough to be sure of."""

Side = Literal["bayes", "em", "alike", "unsure"]


@dataclass(frozen=True)
class Place:
    """Where one cell of the design stands."""

    cell: int
    """Its place in the design."""
    population: str
    """What its population is called."""
    shape: Shape
    """Of its groups."""
    step: float
    """To what its values are rounded; 0 if they are not."""
    separation: float
    """Ashman's D of its groups; NaN of a single one, and where each data set has its own."""
    n: int
    """Values in a data set."""
    gain: Figure
    """Error of the posterior mean over that of the maximum, geometric mean over the parameters."""
    side: Side
    """Which of the two is closer: clearly one of them; neither by a tenth; or too few data sets
    to say."""
    wald: Figure
    """The lowest coverage of a parameter by Wald's intervals."""
    profile: Figure
    """The same of profile-likelihood intervals."""
    credible: Figure
    """The same of credible intervals."""


def sides(performance: Performance) -> tuple[Place, ...]:
    """Where EM and Bayes stand, for each cell that both have seen.

    Parameters
    ----------
    performance : Performance

    Returns
    -------
    tuple of Place
        In the order of the design.
    """
    return tuple(
        _place(performance, cell)
        for cell in range(len(performance.design.cells))
        if (cell, "posterior mean", "means[0]") in performance.errors
        and (cell, "maximum", "means[0]") in performance.errors
    )


def parameters_of(performance: Performance) -> tuple[str, ...]:
    """The estimands that are parameters."""
    kinds = ("weights", "means", "sds")
    return tuple(name for name in performance.names if name.partition("[")[0] in kinds)


def lowest_coverage(performance: Performance, cell: int, method: str) -> Figure:
    """The coverage of the parameter that fares worst by a kind of interval.

    Parameters
    ----------
    performance : Performance
    cell : int
    method : str
        The name of intervals.

    Returns
    -------
    Figure
        NaN where there are no such intervals.
    """
    names = parameters_of(performance)
    keys = [key for name in names if (key := (cell, method, name)) in performance.coverages]
    found = (performance.coverages[key].coverage for key in keys)
    return min(found, key=lambda figure: figure.value, default=Figure(math.nan, math.nan))


def _place(performance: Performance, cell: int) -> Place:
    where = performance.design.cells[cell]
    known = where.population
    names = parameters_of(performance)
    gain = performance.overall_gain(cell, "posterior mean", "maximum", names)

    return Place(
        cell,
        where.name,
        "normal" if known is None else known.shape,
        0.0 if known is None else known.step,
        math.nan if known is None else known.separation,
        where.n,
        gain,
        _side(gain, performance.errors[cell, "posterior mean", names[0]].n),
        lowest_coverage(performance, cell, "wald"),
        lowest_coverage(performance, cell, "profile"),
        lowest_coverage(performance, cell, "credible"),
    )


def _side(gain: Figure, n: int) -> Side:
    low, high = (gain.value + sign * SURE * gain.error for sign in (-1, 1))
    if n < FEW:
        return "unsure"
    if high < 1.0 - AGREE:
        return "bayes"
    if low > 1.0 + AGREE:
        return "em"
    if low >= 1.0 - AGREE and high <= 1.0 + AGREE:
        return "alike"
    return "unsure"
