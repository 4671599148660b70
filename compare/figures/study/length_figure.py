"""Length: how short intervals are, against how often they hold the truth."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from compare.figures.drawing import Figure, export, key, page, styled
from compare.figures.palette import GRID, INK
from compare.figures.study.looks import BARS, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from compare.findings.study.shown import Length, LengthShown
    from compare.language.study_book import StudyBook

__all__ = ["length"]

HEIGHT, KEY = 1.65, 0.8
"""Inches of a row of panels, and of the key above them."""


@styled
def length(shown: LengthShown, book: StudyBook) -> Figure:
    """Median length over that of the profile intervals against coverage, by parameter.

    Those of a kind stand side by side on one scale of lengths: in one panel the marks of several
    groups lie on top of each other.
    """
    words = book.study_labels(shown.level)
    by_name: dict[str, list[Length]] = {}
    for one in shown.lengths:
        by_name.setdefault(one.estimand, []).append(one)
    kinds: dict[str, list[str]] = {}
    for name in by_name:
        kinds.setdefault(name.partition("[")[0], []).append(name)
    rows = [pair for names in kinds.values() for pair in batched(names, 2)]
    sheet = page(HEIGHT * len(rows) + KEY)
    grid = sheet.add_gridspec(len(rows), 2)
    drawn: list[Axes] = []
    for place, names in enumerate(rows):
        kind = kinds[names[0].partition("[")[0]]
        low, high = _reach([one.ratio.value for name in kind for one in by_name[name]])
        for column, name in enumerate(names):
            where = grid[place, column] if len(kind) > 1 else grid[place, :]
            axes = sheet.add_subplot(where)
            drawn.append(axes)
            _panel(axes, by_name[name], shown.level)
            axes.set_xlim(*_shares(shown))
            axes.set_ylim(low, high)
            axes.set_title(book.estimand_title(name))
            steps = 4 if len(kind) > 1 else 7
            axes.xaxis.set_major_locator(MaxNLocator(steps, steps=[1, 2, 5, 10]))
            axes.yaxis.set_major_locator(MaxNLocator(4))
            if column:
                axes.tick_params(axis="y", labelleft=False)
    for method in dict.fromkeys(one.method for one in shown.lengths):
        drawn[0].plot([], [], label=words.methods[method], **LOOKS[method].mark, linestyle="")
    drawn[0].plot([], [], color=INK, linestyle=":", linewidth=1.0, label=words.level)
    sheet.supxlabel(words.coverage)
    sheet.supylabel(words.length_ratio, y=0.5 * (1.0 - KEY / sheet.get_figheight()))
    key(sheet, drawn[0], 2)
    return export(sheet, "length", book.length_figure(shown))


def _reach(ratios: list[float]) -> tuple[float, float]:
    """Limits of an axis of lengths; the profile's own are 1."""
    low, high = min([*ratios, 0.9]), max([*ratios, 1.1])
    room = 0.14 * (high - low)
    return low - room, high + room


def _shares(shown: LengthShown) -> tuple[float, float]:
    """Limits of an axis of coverages, which hold all bars and the level."""
    ends = (one.coverage.value - BARS * one.coverage.error for one in shown.lengths)
    lowest = max(0.0, min([shown.level, *ends]))
    return lowest - 0.02 * (1.0 - lowest), 1.0 + 0.05 * (1.0 - lowest)


def _panel(axes: Axes, found: list[Length], level: float) -> None:
    axes.axvline(level, color=INK, linewidth=1.0, linestyle=":", zorder=1)
    axes.axhline(1.0, color=GRID, linewidth=1.4, zorder=0)
    for one in found:
        look = LOOKS[one.method]
        x, y = one.coverage.value, one.ratio.value
        reach = BARS * one.coverage.error
        bar = [max(0.0, x - reach), min(1.0, x + reach)]
        axes.plot(bar, [y, y], color=look.colour, linewidth=0.8, alpha=0.6, zorder=2)
        axes.plot(x, y, **look.mark, linestyle="", zorder=3)
