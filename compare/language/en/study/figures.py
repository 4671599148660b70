"""Figures of a study, in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

from compare.language.en.study.labels import SHORT, share_of
from compare.language.en.study.terms import estimand, figure, population
from compare.language.en.words import capitalized, listed
from compare.language.figure_book import FigureText
from compare.language.numbers import fixed, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from compare.findings.study.shown import (
        Block,
        CurvesShown,
        IntervalShown,
        LengthShown,
        MapShown,
        Panel,
        ZipShown,
    )
    from compare.findings.study.sides import Place
    from compare.study.simulated import Figure

__all__ = [
    "agree_figure",
    "coverage_figure",
    "errors_figure",
    "length_figure",
    "wald_figure",
    "zip_figure",
]

BARS = "A bar reaches two Monte Carlo errors to either side."


def agree_figure(shown: MapShown) -> FigureText:
    """From where on EM and Bayes agree."""
    told = [_block(block, shown, _gain) for block in shown.blocks]
    return FigureText(
        "From where on EM and Bayes agree",
        "Error of the posterior mean over that of EM's maximum, and which of the two is closer "
        f"to the truth. {' '.join(told)}",
        "Each tile is a design: n values, from groups that are D apart (distance of their means "
        "over the root mean square of their sds). Its number is the error of the posterior mean "
        "over that of EM's maximum, on average over the parameters: below 1 Bayes is closer.",
    )


def wald_figure(shown: MapShown) -> FigureText:
    """Where Wald intervals break, and what does not."""
    told = [_block(block, shown, _three) for block in shown.blocks]
    cells = {cell for block in shown.blocks for row in block.cells for cell in row}
    known = [cell for cell in cells if cell is not None]
    kinds: tuple[IntervalShown, ...] = ("wald", "profile", "credible")
    counts = [f"{SHORT[kind]} in {sum(shown.breaks(c, kind) for c in known)}" for kind in kinds]
    level = percent(shown.level)
    return FigureText(
        "Where Wald intervals break",
        f"The share of {level} intervals that holds the truth, for the parameter that fares "
        f"worst. Of {len(known)} designs it is clearly below {level} for {listed(counts)}. "
        f"{' '.join(told)}",
        f"Each number should be {_as_share(shown.level)} or, being the lowest of several, hardly "
        "less: the share of intervals that hold the truth, for the parameter that fares worst. A "
        f"triangle and a shaded tile say that it is below {level} by more than two Monte Carlo "
        "errors.",
    )


def errors_figure(shown: CurvesShown) -> FigureText:
    """Error of each estimate."""
    return FigureText(
        "How far off each estimate is",
        "Root mean square error over that of EM's maximum, on average over the parameters. "
        f"{_ranges(shown)}",
        "Below the line at 1 an estimate is closer to the truth than EM's maximum (geometric mean "
        f"over the parameters, logarithmic axis). {BARS}",
    )


def coverage_figure(shown: CurvesShown) -> FigureText:
    """Coverage of each kind of interval."""
    return FigureText(
        "How often each interval is right",
        f"The share of {percent(shown.level)} intervals that holds the truth, for the parameter "
        f"that fares worst. {_ranges(shown)}",
        "The share of intervals that hold the truth, for the parameter that fares worst. Where all "
        "is well it lies at the dotted line, or a little below, being the lowest of several. "
        f"{BARS}",
    )


def length_figure(shown: LengthShown) -> FigureText:
    """Length against coverage."""
    told = []
    for method in dict.fromkeys(one.method for one in shown.lengths):
        each = [
            f"{estimand(one.estimand)} length {fixed(one.ratio.value, 2)}, coverage "
            f"{share_of(one.coverage)}"
            for one in shown.lengths
            if one.method == method
        ]
        told.append(f"{capitalized(SHORT[method])}: {'; '.join(each)}.")
    boundless = [f"{SHORT[one.method]} for {estimand(one.estimand)}" for one in shown.boundless]
    left_out = f" Most have no end, and no mark: {listed(boundless)}." if boundless else ""
    return FigureText(
        "Short intervals and right ones",
        f"Median length of the intervals over that of profile intervals, and how often they hold "
        f"the truth, for {_design(shown)}. {' '.join(told)}{left_out}",
        "Good intervals lie at the dotted line or to the right of it, and low: they hold the "
        f"truth as often as promised and are short. {BARS}{left_out}",
    )


def zip_figure(shown: ZipShown) -> FigureText:
    """All intervals for one parameter."""
    told = [
        f"{capitalized(SHORT[one.method])}: {share_of(one.coverage)} of {one.n:,} hold the truth"
        f"{f', {one.missing} are missing' if one.missing else ''}."
        for one in shown.strips
    ]
    thinned = [one for one in shown.strips if one.drawn < one.n]
    some = (
        f" Of each method's intervals {thinned[0].drawn} are drawn, at even steps."
        if thinned
        else ""
    )
    gaps = (
        " A grey band: the method failed, which counts as a miss."
        if any(one.missing for one in shown.strips)
        else ""
    )
    return FigureText(
        "Every interval, and those that miss",
        f"{percent(shown.level)} intervals for the {estimand(shown.estimand)} of "
        f"{_design(shown)}, by method. {' '.join(told)}",
        "Each line is the interval from one sample, less the truth; the coloured ones on top miss "
        f"it. They should begin at the dotted line, at {_as_share(shown.level)}, and to both sides "
        f"alike.{gaps}{some}",
    )


def _block(block: Block, shown: MapShown, tell: Callable[[Place], str]) -> str:
    """A population, a row of its map after the other."""
    rows = []
    for separation, row in zip(block.separations, block.cells, strict=True):
        each = [
            f"n = {n:,} {tell(shown.places[cell])}"
            for n, cell in zip(block.sizes, row, strict=True)
            if cell is not None
        ]
        apart = "" if math.isnan(separation) else f"D = {fixed(separation, 1)}, "
        rows.append(f"{apart}{', '.join(each)}")
    return f"{capitalized(population(block.population))}: {'; '.join(rows)}."


def _gain(place: Place) -> str:
    size = "unknown" if math.isnan(place.gain.value) else figure(place.gain)
    match place.side:
        case "bayes":
            return f"{size} (Bayes)"
        case "em":
            return f"{size} (EM)"
        case "alike":
            return f"{size} (alike)"
        case "unsure":
            return f"{size} (too few samples to say)"
        case _:
            assert_never(place.side)


def _three(place: Place) -> str:
    """The lowest coverage of each kind of interval."""
    three = (place.wald, place.profile, place.credible)
    told = ["unknown" if math.isnan(one.value) else fixed(one.value, 2) for one in three]
    names = (SHORT[kind] for kind in ("wald", "profile", "credible"))
    return " ".join(f"{name} {value}" for name, value in zip(names, told, strict=True))


def _ranges(shown: CurvesShown) -> str:
    """Each method from its lowest point to its highest, and where these are."""
    points: dict[str, list[tuple[Figure, str]]] = {}
    for panel in shown.panels:
        for curve in panel.curves:
            for value, point in zip(panel.along, curve.points, strict=True):
                if not math.isnan(point.value):
                    points.setdefault(curve.method, []).append((point, _at(panel, value)))
    told = []
    for method, found in points.items():
        low = min(found, key=lambda one: one[0].value)
        high = max(found, key=lambda one: one[0].value)
        told.append(
            f"{capitalized(SHORT[method])}: from {figure(low[0])} for {low[1]} to "
            f"{figure(high[0])} for {high[1]}."
        )
    return " ".join(told)


def _at(panel: Panel, value: float) -> str:
    n, apart = (panel.held, value) if panel.axis == "separation" else (value, panel.held)
    return _where(panel.population, n, apart)


def _where(name: str, n: float, separation: float) -> str:
    apart = "" if math.isnan(separation) else f", D = {fixed(separation, 1)}"
    return f"{population(name)} (n = {n:,.0f}{apart})"


def _design(shown: LengthShown | ZipShown) -> str:
    return _where(shown.population, shown.n, shown.separation)


def _as_share(level: float) -> str:
    """A level as axes have it: ``0.95``."""
    return f"{level:.6g}"
