"""Shown: what the figures of a study show, as numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from compare.findings.study.sides import FEW, SURE, lowest_coverage, parameters_of, sides
from compare.study.methods import INTERVALS
from compare.study.simulated import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compare.findings.study.sides import Place
    from compare.study.performance import Performance

__all__ = [
    "Axis",
    "Block",
    "Curve",
    "CurvesShown",
    "IntervalShown",
    "Length",
    "LengthShown",
    "MapShown",
    "Panel",
    "Strip",
    "ZipShown",
    "blocks",
    "clearly_below",
    "coverages_shown",
    "errors_shown",
    "lengths_shown",
    "map_shown",
]

Axis = Literal["n", "separation"]
IntervalShown = Literal["wald", "profile", "credible"]

NONE = Figure(math.nan, math.nan)
LISTED = ("posterior mean", "listing 10", "listing 30", "scikit-learn", "penalised")
"""Estimates that are held against EM's maximum."""


@dataclass(frozen=True)
class Block:
    """The cells of one population that was seen with several n or D."""

    population: str
    """What it is called."""
    separations: tuple[float, ...]
    """Ashman's D, a row each; NaN where there is none."""
    sizes: tuple[int, ...]
    """Values in a data set, a column each."""
    cells: tuple[tuple[int | None, ...], ...]
    """Places in the design, by row and column."""


@dataclass(frozen=True)
class MapShown:
    """Where EM and Bayes stand, over all n and D."""

    blocks: tuple[Block, ...]
    places: dict[int, Place]
    """By cell."""
    few: frozenset[int]
    """Cells with so few data sets that nothing is clear of them."""
    level: float

    def breaks(self, cell: int, method: IntervalShown) -> bool:
        """Whether intervals of a kind clearly hold the truth too seldom."""
        figure: Figure = getattr(self.places[cell], method)
        return cell not in self.few and clearly_below(figure, self.level)


@dataclass(frozen=True)
class Curve:
    """A method along an axis."""

    method: str
    points: tuple[Figure, ...]
    """One for each value on the axis; NaN where there is none."""


@dataclass(frozen=True)
class Panel:
    """Several methods, for one population and one n or D."""

    population: str
    axis: Axis
    """What varies."""
    along: tuple[float, ...]
    """Its values."""
    held: float
    """The value of the other, n or D; NaN for the D of a single group."""
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class CurvesShown:
    """Several methods, over all n and D."""

    panels: tuple[Panel, ...]
    level: float


@dataclass(frozen=True)
class Length:
    """How long the intervals of a method for a parameter are, and how often they are right."""

    method: str
    estimand: str
    coverage: Figure
    ratio: Figure
    """Median length over that of the profile intervals for the same parameter."""


@dataclass(frozen=True)
class LengthShown:
    """Lengths and coverages in one cell."""

    population: str
    n: int
    separation: float
    level: float
    lengths: tuple[Length, ...]
    boundless: tuple[Length, ...]
    """Those that have an infinite median, which no axis holds."""


@dataclass(frozen=True)
class Strip:
    """The intervals of a method."""

    method: str
    coverage: Figure
    n: int
    """Data sets."""
    missing: int
    """On how many of them the method failed or gave no interval."""
    drawn: int
    """How many of them have a line or a gap: all, or as many as one can see."""


@dataclass(frozen=True)
class ZipShown:
    """All intervals for one parameter in one cell."""

    population: str
    n: int
    separation: float
    level: float
    estimand: str
    strips: tuple[Strip, ...]


def clearly_below(figure: Figure, level: float) -> bool:
    """Whether a coverage is below the level by more than its Monte Carlo error explains."""
    return figure.value + SURE * figure.error < level


def blocks(performance: Performance, cells: Iterable[int]) -> tuple[Block, ...]:
    """Populations that were seen with at least two n or two D.

    Parameters
    ----------
    performance : Performance
    cells : iterable of int
        Those to look at.

    Returns
    -------
    tuple of Block
        In the order of the design.
    """
    found: dict[str, dict[tuple[float, int], int]] = {}
    for cell in cells:
        where = performance.design.cells[cell]
        # As the page writes it: two cells that it calls the same are in one row.
        apart = round(where.population.separation, 1) if where.population else math.nan
        known = found.setdefault(where.name, {})
        known.setdefault((math.inf if math.isnan(apart) else apart, where.n), cell)
    made = []
    for name, places in found.items():
        separations = sorted({separation for separation, _ in places})
        sizes = sorted({n for _, n in places})
        if max(len(separations), len(sizes)) > 1:
            rows = tuple(tuple(places.get((d, n)) for n in sizes) for d in separations)
            known_ones = tuple(d if math.isfinite(d) else math.nan for d in separations)
            made.append(Block(name, known_ones, tuple(sizes), rows))
    return tuple(made)


def map_shown(performance: Performance) -> MapShown | None:
    """Where EM and Bayes stand, over all n and D; None where there is one design only."""
    places = {place.cell: place for place in sides(performance)}
    found = blocks(performance, places)
    few = frozenset(
        cell for cell in places if performance.errors[cell, "posterior mean", "means[0]"].n < FEW
    )
    return MapShown(found, places, few, performance.design.level) if found else None


def errors_shown(performance: Performance) -> CurvesShown | None:
    """Errors over that of EM's maximum; None where nothing varies or nothing is known."""
    names = parameters_of(performance)

    def has(cell: int, method: str) -> bool:
        return all((cell, method, name) in performance.errors for name in names)

    def gain(cell: int, method: str) -> Figure:
        if not has(cell, method):
            return NONE
        return performance.overall_gain(cell, method, "maximum", names)

    cells = [cell for cell in range(len(performance.design.cells)) if has(cell, "maximum")]
    return _curves(performance, cells, LISTED, gain)


def coverages_shown(performance: Performance) -> CurvesShown | None:
    """The lowest coverage of a parameter; None where nothing varies or nothing is known."""
    cells = sorted({key[0] for key in performance.coverages})
    return _curves(
        performance,
        cells,
        tuple(INTERVALS),
        lambda cell, method: lowest_coverage(performance, cell, method),
    )


def lengths_shown(performance: Performance) -> LengthShown | None:
    """Lengths of the first cell; None where no profile interval is there to compare with."""
    design, where = performance.design, performance.design.cells[0]
    lengths = []
    for method in INTERVALS:
        for name in parameters_of(performance):
            found = performance.coverages.get((0, method, name))
            against = performance.coverages.get((0, "profile", name))
            if found is None or against is None or not 0 < against.length.value < math.inf:
                continue
            unit = against.length.value
            ratio = Figure(found.length.value / unit, found.length.error / unit)
            lengths.append(Length(method, name, found.coverage, ratio))
    drawn = tuple(one for one in lengths if math.isfinite(one.ratio.value))
    apart = where.population.separation if where.population else math.nan
    beyond = tuple(one for one in lengths if math.isinf(one.ratio.value))
    if not drawn:
        return None
    return LengthShown(where.name, where.n, apart, design.level, drawn, beyond)


def _curves(
    performance: Performance,
    cells: Iterable[int],
    methods: tuple[str, ...],
    point: Callable[[int, str], Figure],
) -> CurvesShown | None:
    panels: list[Panel] = []
    for block in blocks(performance, cells):
        axis: Axis = "separation" if len(block.separations) >= len(block.sizes) else "n"
        rows = block.cells if axis == "n" else tuple(zip(*block.cells, strict=True))
        along = block.sizes if axis == "n" else block.separations
        held = block.separations if axis == "n" else block.sizes
        for value, row in zip(held, rows, strict=True):
            found = (
                Curve(name, tuple(NONE if cell is None else point(cell, name) for cell in row))
                for name in methods
            )
            curves = tuple(curve for curve in found if _known(curve))
            panels.append(Panel(block.population, axis, along, value, curves))
    # What was seen in one cell alone, as refits are, makes no curve.
    counts = dict.fromkeys(methods, 0)
    for panel in panels:
        for curve in panel.curves:
            counts[curve.method] += _known(curve)
    kept = (
        replace(panel, curves=tuple(c for c in panel.curves if counts[c.method] > 1))
        for panel in panels
    )
    seen = tuple(panel for panel in kept if any(_known(curve) > 1 for curve in panel.curves))
    return CurvesShown(seen, performance.design.level) if seen else None


def _known(curve: Curve) -> int:
    """How many of its points are known."""
    return sum(not math.isnan(point.value) for point in curve.points)
