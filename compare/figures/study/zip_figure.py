"""Zip: all intervals for one parameter, a strip a method, those that are furthest off on top.

After Morris, White & Crowther (2019), figure 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from compare.figures.drawing import Figure, export, panels, styled
from compare.figures.palette import DATA, GRID, INK, MUTED, TRUTH
from compare.figures.study.looks import LOOKS
from compare.findings.study.shown import Strip, ZipShown
from compare.findings.study.sides import parameters_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from compare.language.study_book import StudyBook, StudyLabels
    from compare.study.performance import Performance

    type Floats = NDArray[np.float64]

__all__ = ["zipped"]

METHODS = ("wald", "profile", "bootstrap", "credible")
MOST = 250
"""Intervals of a strip: more lines than pixels tell nobody anything."""


@styled
def zipped(performance: Performance, book: StudyBook) -> Figure | None:
    """All intervals of the first cell for its first parameter.

    Parameters
    ----------
    performance : Performance
    book : StudyBook
        What says it.

    Returns
    -------
    Figure or None
        None where there is no interval.
    """
    name = parameters_of(performance)[0]
    found = {method: performance.ends(0, method, name) for method in METHODS}
    found = {method: ends for method, ends in found.items() if not np.isnan(ends).all()}
    if not found:
        return None
    where, level = performance.design.cells[0], performance.design.level
    words = book.study_labels(level)
    sheet, drawn = panels(len(found), 2, 2.6)
    reach = _reach(list(found.values()))
    strips = []
    for axes, (method, ends) in zip(drawn, found.items(), strict=True):
        rows, centiles = _thinned(_sorted(ends))
        missing = int(np.isnan(ends).any(axis=1).sum())
        held = performance.coverages[0, method, name].coverage
        strip = Strip(method, held, len(ends), missing, len(rows))
        strips.append(strip)
        axes.set_xlim(-reach, reach)
        _strip(axes, rows, centiles, missing / len(ends), level, LOOKS[method].colour)
        axes.set_title(book.strip_title(strip), pad=15)
    _axes(drawn, words, level)
    apart = where.population.separation if where.population else float("nan")
    shown = ZipShown(where.name, where.n, apart, level, name, tuple(strips))
    sheet.supxlabel(book.estimand_axis(shown))
    sheet.supylabel(words.share)
    return export(sheet, "zip", book.zip_figure(shown))


def _sorted(ends: Floats) -> Floats:
    """From those whose centre is nearest to the truth, in half lengths; those without come last."""
    lower, upper = ends.T
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.abs(upper + lower) / (upper - lower)
    # Half a line has no centre; it holds the truth or it does not.
    holds = (lower <= 0.0) & (upper >= 0.0)
    open_end = np.isinf(ends).any(axis=1)
    off = np.where(open_end, np.where(holds, 0.0, np.inf), off)
    off = np.where((lower == upper) & ~open_end, np.where(holds, 0.0, np.inf), off)
    return ends[np.argsort(off, kind="stable")]  # NaN goes to the end


def _thinned(ends: Floats) -> tuple[Floats, Floats]:
    """At the most so many rows at even distances, and the share of all that each stands at."""
    count = min(len(ends), MOST)
    centiles = (np.arange(count) + 0.5) / count
    return ends[(centiles * len(ends)).astype(int)], centiles


def _reach(found: list[Floats]) -> float:
    """How far from the truth the axis goes: all but the longest fiftieth of the ends."""
    ends = np.abs(np.concatenate([one[np.isfinite(one)] for one in found]))
    return 1.05 * float(np.quantile(ends, 0.98)) or 1.0 if ends.size else 1.0


def _strip(
    axes: Axes, rows: Floats, centiles: Floats, missing: float, level: float, colour: str
) -> None:
    lower, upper = rows.T
    holds = (lower <= 0.0) & (upper >= 0.0)
    misses = (lower > 0.0) | (upper < 0.0)
    low, high = axes.get_xlim()
    # What lies beyond the edge leaves a stroke there.
    inside = np.column_stack([np.clip(lower, low, 0.95 * high), np.clip(upper, 0.95 * low, high)])
    fine = min(1.1, 80.0 / len(rows))
    for chosen, ink, width in ((holds, DATA, fine), (misses, colour, max(0.8, 1.3 * fine))):
        x = np.column_stack([inside[chosen], np.full(chosen.sum(), np.nan)])
        y = np.repeat(centiles[chosen], 3)
        axes.plot(x.ravel(), y, color=ink, linewidth=width, solid_capstyle="butt", snap=False)
    if missing:
        axes.axhspan(1.0 - missing, 1.0, fc=GRID, ec=MUTED, linewidth=0.6)
    axes.axhline(level, color=INK, linewidth=1.0, linestyle=":")
    axes.axvline(0.0, color=TRUTH, linewidth=1.8, linestyle=":")
    axes.plot(0.0, 1.035, "*", color=TRUTH, markersize=9, clip_on=False)
    axes.set_ylim(0.0, 1.0)


def _axes(drawn: list[Axes], words: StudyLabels, level: float) -> None:
    for place, axes in enumerate(drawn):
        axes.grid(visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        ticks = [*(tick for tick in (0.0, 0.25, 0.5, 0.75) if abs(tick - level) > 0.1), level]
        axes.set_yticks(ticks, [f"{tick:.4g}" if place % 2 == 0 else "" for tick in ticks])
    drawn[0].annotate(
        words.truth,
        (0.0, 1.035),
        (7, 0),
        textcoords="offset points",
        annotation_clip=False,
        color=TRUTH,
        va="center",
    )
