"""Curves of a study: estimates and intervals against n or separation, with Monte Carlo errors."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator

from compare.figures.drawing import Figure, export, key, panels, styled
from compare.figures.palette import EM, INK
from compare.figures.study.looks import BARS, LOOKS
from compare.language.numbers import fixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Page

    from compare.findings.study.shown import CurvesShown, Panel
    from compare.language.study_book import StudyBook, StudyLabels
    from compare.study.simulated import Figure as Simulated

__all__ = ["coverage", "errors"]

HEIGHT = 1.95
"""Inches of a panel."""
ALONE = 2.4
"""The same in a single row, which has to hold the name of the axis."""
MOST_TICKS = 5
"""Places on an axis up to which two panels stand side by side."""
STEP = 0.09
"""Between methods at one place, so that their bars do not hide each other."""

FINE = (0.5, 0.7, 1.0, 1.4, 2.0)
"""Ticks where all ratios are near 1."""

type Bar = tuple[float, float]


@styled
def errors(shown: CurvesShown, book: StudyBook) -> Figure:
    """Error of each estimate over that of EM's maximum."""
    words = book.study_labels(shown.level)
    sheet, drawn = _panels(shown, book, words, _on_logarithms, 0.7, "maximum")
    low, high = _reach(shown, _on_logarithms)
    low, high = min(low, 0.7) / 1.15, max(high, 1.4) * 1.15
    for axes in drawn:
        axes.set_yscale("log")
        axes.set_ylim(low, high)
        ticks = _powers(low, high)
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.axhline(1.0, color=EM, linewidth=1.6, zorder=1)
    sheet.supylabel(words.error_ratio, y=_middle(sheet, 0.7))
    key(sheet, drawn[0], 2)
    return export(sheet, "errors", book.errors_figure(shown))


@styled
def coverage(shown: CurvesShown, book: StudyBook) -> Figure:
    """Coverage of each kind of interval, for the parameter that fares worst."""
    words = book.study_labels(shown.level)
    sheet, drawn = _panels(shown, book, words, _as_share, 0.9)
    low, _ = _reach(shown, _as_share)
    bottom = math.floor(10 * min(low, shown.level - 0.1)) / 10
    for axes in drawn:
        axes.set_ylim(bottom, 1.03)
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        axes.axhline(shown.level, color=INK, linewidth=1.0, linestyle=":", zorder=1)
    drawn[0].plot([], [], color=INK, linewidth=1.0, linestyle=":", label=words.level)
    sheet.supylabel(words.lowest_coverage, y=_middle(sheet, 0.9))
    key(sheet, drawn[0], 2)
    return export(sheet, "coverage", book.coverage_figure(shown))


def _panels(
    shown: CurvesShown,
    book: StudyBook,
    words: StudyLabels,
    bar: Callable[[Simulated], Bar],
    extra: float,
    yardstick: str = "",
) -> tuple[Page, list[Axes]]:
    columns = 2 if max(len(panel.along) for panel in shown.panels) <= MOST_TICKS else 1
    ordered = _ordered(shown.panels)
    height = HEIGHT if len(ordered) > columns else ALONE
    sheet, drawn = panels(len(ordered), columns, height, extra)
    methods = list(dict.fromkeys(curve.method for panel in ordered for curve in panel.curves))
    columns = min(columns, len(ordered))
    for place, (axes, panel) in enumerate(zip(drawn, ordered, strict=True)):
        _curves(axes, panel, methods, bar)
        population, held = book.panel_title(panel)
        above = ordered[place - columns] if place >= columns else None
        same = above is not None and above.population == panel.population
        axes.set_title(held if same else f"{population}\n{held}".rstrip())
        as_whole = panel.axis == "n"
        names = [f"{value:,.0f}" if as_whole else fixed(value, 1) for value in panel.along]
        axes.set_xticks(range(len(names)), names)
        axes.set_xlim(-0.5, len(names) - 0.5)
        axes.grid(visible=False, axis="x")
        if place + columns >= len(ordered):
            axes.set_xlabel(words.n if as_whole else words.separation)
    if yardstick:
        drawn[0].plot([], [], label=words.methods[yardstick], **LOOKS[yardstick].curve)
    for method in methods:  # the first panel has the key, though not all its methods
        drawn[0].plot([], [], label=words.methods[method], **LOOKS[method].curve)
    return sheet, drawn


def _middle(sheet: Page, extra: float) -> float:
    """The middle of what is below the key."""
    return 0.5 * (1.0 - extra / sheet.get_figheight())


def _ordered(found: tuple[Panel, ...]) -> list[Panel]:
    """Two populations side by side, if they have as many panels each."""
    names = list(dict.fromkeys(panel.population for panel in found))
    each = [[panel for panel in found if panel.population == name] for name in names]
    if len(each) == 2 and len(each[0]) == len(each[1]):
        return list(chain.from_iterable(zip(*each, strict=True)))
    return list(found)


def _curves(axes: Axes, panel: Panel, methods: list[str], bar: Callable[[Simulated], Bar]) -> None:
    for curve in panel.curves:
        offset = STEP * (methods.index(curve.method) - 0.5 * (len(methods) - 1))
        x = np.arange(len(curve.points)) + offset
        y = np.array([point.value for point in curve.points])
        ends = np.array([bar(point) for point in curve.points])
        look = LOOKS[curve.method]
        front = 3 if look.marker in {"D", "o"} else 2
        bars = np.column_stack([ends, np.full(len(x), np.nan)])
        axes.plot(np.repeat(x, 3), bars.ravel(), color=look.colour, linewidth=0.9, zorder=front)
        axes.plot(x, y, zorder=front, **look.curve)


def _on_logarithms(point: Simulated) -> Bar:
    """The Monte Carlo error of a ratio's logarithm, which no bar makes negative."""
    factor = math.exp(BARS * point.error / point.value)
    return point.value / factor, point.value * factor


def _as_share(point: Simulated) -> Bar:
    low, high = np.clip(point.value + BARS * point.error * np.array([-1.0, 1.0]), 0.0, 1.0)
    return float(low), float(high)  # a point that is unknown has no bar


def _reach(shown: CurvesShown, bar: Callable[[Simulated], Bar]) -> Bar:
    """The lowest and the highest end of a bar."""
    points = [p for panel in shown.panels for curve in panel.curves for p in curve.points]
    ends = np.array([bar(p) for p in points if not math.isnan(p.value)])
    return float(np.nanmin(ends)), float(np.nanmax(ends))


def _powers(low: float, high: float) -> list[float]:
    """Ticks at powers of 2, or of 10 where these would be many."""
    base = 2.0 if high / low < 2.0**14 else 10.0
    first, last = (math.log(end, base) for end in (low, high))
    step = max(1, math.ceil((last - first) / 6))
    powers = range(math.ceil(first), math.floor(last) + 1)
    ticks = [base**power for power in powers if power % step == 0]
    return ticks if len(ticks) > 2 else [tick for tick in FINE if low <= tick <= high]
