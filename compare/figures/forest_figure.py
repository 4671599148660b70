"""The forest: every parameter's estimate and interval, EM's above the posterior's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from compare.figures import curves
from compare.figures.drawing import Figure, export, page, styled
from compare.figures.drawn import all_drawn
from compare.figures.palette import BAYES, EM, PAPER, TRUTH
from compare.figures.scale import Scale
from compare.findings.shown.sides import ForestShown, Sides
from compare.language import en
from compare.language.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats
    from compare.figures.drawn import Drawn
    from compare.language.figure_book import FigureBook

__all__ = ["forest"]


@styled
def forest(comparison: Comparison, book: FigureBook = en) -> Figure:
    """Every parameter's estimate and interval, from both sides."""
    count = comparison.n_components
    shown = [p for p in all_drawn(comparison) if count > 1 or p.kind != "weights"]
    kinds = [[p for p in shown if p.kind == kind] for kind in ("weights", "means", "sds")]
    kinds = [kind for kind in kinds if kind]
    sheet = page(sum(0.6 + 0.72 * len(kind) for kind in kinds))
    grid = sheet.add_gridspec(len(kinds), 1, height_ratios=[0.35 + len(kind) for kind in kinds])
    for place, kind in enumerate(kinds):
        _forest_panel(sheet.add_subplot(grid[place]), kind, comparison, book)
    told = ForestShown(
        tuple(Sides.of(comparison, p.row) for p in shown),
        comparison.level,
        comparison.rows[0].em.method,
    )
    return export(sheet, "forest", book.forest_figure(told))


def _forest_panel(axes: Axes, kind: list[Drawn], comparison: Comparison, book: FigureBook) -> None:
    words = book.labels(comparison.level)
    rows = [p.row for p in kind]
    held = [v for r in rows for v in (r.em.lower, r.em.upper, r.bayes.lower, r.bayes.upper)]
    held += [v for r in rows for v in (r.em.estimate, r.truth) if v is not None]
    scale = Scale(1.0, "") if kind[0].kind == "weights" else Scale.of(comparison, held)
    finite = scale([v for v in held if math.isfinite(v)])
    low, high = float(finite.min()), float(finite.max())
    room = 0.07 * (high - low) or 1.0
    low, high = low - room, high + room
    axes.set_xlim(low, high)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    ticks, names, colours = [], [], []
    for place, parameter in enumerate(kind):
        row, base = parameter.row, -2.5 * place
        upper, lower = base + 0.55, base - 0.65
        if row.truth is not None:
            axes.plot(
                [scale(row.truth)] * 2, [lower - 0.3, upper + 0.3], ":", color=TRUTH, linewidth=1.8
            )
            axes.plot(scale(row.truth), upper + 0.42, "*", color=TRUTH, markersize=9, clip_on=False)
            if place == 0:
                axes.annotate(
                    words.truth,
                    (float(scale(row.truth)), upper + 0.42),
                    (7, 0),
                    textcoords="offset points",
                    va="center",
                    color=TRUTH,
                )
        x, y = curves.kde(scale(parameter.draws), (low, high))
        if y.size:
            axes.fill_between(x, lower, lower + 0.85 * y / y.max(), color=BAYES, alpha=0.2, lw=0)
        _interval(axes, upper, scale([row.em.lower, row.em.upper]), EM, "-")
        axes.plot(scale(row.em.estimate), upper, "o", color=EM, markersize=7, mec=PAPER)
        _interval(axes, lower, scale([row.bayes.lower, row.bayes.upper]), BAYES, (0, (4, 1)))
        axes.plot(scale(row.bayes.median), lower, "D", color=BAYES, markersize=6.5, mec=PAPER)
        called = book.group_label(parameter.parameter.group)
        ticks += [upper, lower]
        names += [f"{called} · {words.em}" if called else words.em, words.bayes]
        colours += [EM, BAYES]
        width = parameter.width
        for at, centre, source, colour in (
            (upper, row.em.estimate, row.em, EM),
            (lower, row.bayes.median, row.bayes, BAYES),
        ):
            ends = words.no_interval
            if not math.isnan(source.lower) and not math.isnan(source.upper):
                ends = f"({number(source.lower, width)}, {number(source.upper, width)})"
            axes.text(
                1.045,
                at,
                f"{number(centre, width)}\n{ends}",
                transform=axes.get_yaxis_transform(),
                va="center",
                linespacing=1.15,
                color=colour,
            )
    axes.set_yticks(ticks, names)
    axes.tick_params(axis="y", length=0, pad=7)  # room for the head of an arrow
    for label, colour in zip(axes.get_yticklabels(), colours, strict=True):
        label.set_color(colour)
    axes.set_ylim(-2.5 * (len(kind) - 1) - 1.0, 1.25)
    axes.set_xlabel(scale.label(words.kinds[kind[0].kind]))


def _interval(axes: Axes, y: float, ends: Floats, colour: str, style: object) -> None:
    """A line with caps; an end that is infinite becomes an arrow head at the edge."""
    if np.isnan(ends).any():
        return
    left, right = axes.get_xlim()
    shown = np.clip(ends, left, right)
    axes.plot(shown, [y, y], color=colour, linewidth=2.2, linestyle=style, solid_capstyle="butt")
    for end, at, arrow in zip(ends, shown, "<>", strict=True):
        axes.plot(
            at,
            y,
            "|" if np.isfinite(end) else arrow,
            color=colour,
            markersize=9,
            mew=1.8,
            clip_on=False,
        )
