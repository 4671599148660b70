"""Length: how short intervals are, against how often they hold the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from compare.figures.drawing import Figure, export, key, panels, styled
from compare.figures.palette import GRID, INK
from compare.figures.study.looks import BARS, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from compare.findings.study.shown import Length, LengthShown
    from compare.language.study_book import StudyBook

__all__ = ["length"]


@styled
def length(shown: LengthShown, book: StudyBook) -> Figure:
    """Median length over that of the profile intervals against coverage, by kind of parameter."""
    words = book.study_labels(shown.level)
    kinds = list(dict.fromkeys(one.estimand.partition("[")[0] for one in shown.lengths))
    methods = list(dict.fromkeys(one.method for one in shown.lengths))
    sheet, drawn = panels(len(kinds), 1, 1.75, 0.8)
    ends = (one.coverage.value - BARS * one.coverage.error for one in shown.lengths)
    lowest = max(0.0, min([shown.level, *ends]))
    for axes, kind in zip(drawn, kinds, strict=True):
        found = [one for one in shown.lengths if one.estimand.startswith(f"{kind}[")]
        _panel(axes, found, shown.level)
        axes.set_xlim(lowest - 0.02 * (1.0 - lowest), 1.0 + 0.04 * (1.0 - lowest))
        axes.set_title(words.titles[kind])
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    drawn[-1].set_xlabel(words.coverage)
    for method in methods:
        drawn[0].plot([], [], label=words.methods[method], **LOOKS[method].mark, linestyle="")
    drawn[0].plot([], [], color=INK, linestyle=":", linewidth=1.0, label=words.level)
    sheet.supylabel(words.length_ratio)
    key(sheet, drawn[0], 2)
    return export(sheet, "length", book.length_figure(shown))


def _panel(axes: Axes, found: list[Length], level: float) -> None:
    several = len({one.estimand for one in found}) > 1
    values = [one.ratio.value for one in found]
    low, high = min([*values, 0.9]), max([*values, 1.1])
    room = 0.14 * (high - low)
    axes.set_ylim(low - room, high + room)
    axes.axvline(level, color=INK, linewidth=1.0, linestyle=":", zorder=1)
    axes.axhline(1.0, color=GRID, linewidth=1.4, zorder=0)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    for one in found:
        look = LOOKS[one.method]
        x, y = one.coverage.value, one.ratio.value
        reach = BARS * one.coverage.error
        bar = [max(0.0, x - reach), min(1.0, x + reach)]
        axes.plot(bar, [y, y], color=look.colour, linewidth=0.8, alpha=0.6, zorder=2)
        axes.plot(x, y, **look.mark, linestyle="", zorder=3)
        if several:
            place = int(one.estimand.partition("[")[2][:-1])
            # The first to the left and the second to the right, lest neighbours write over it.
            axes.annotate(
                f"{place + 1}",
                (x, y),
                ((-5, 5)[place % 2], 1 + 3 * (place > 1)),
                textcoords="offset points",
                ha=("right", "left")[place % 2],
                color=look.colour,
                zorder=4,
            )
