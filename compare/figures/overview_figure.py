"""The overview's figure: every parameter in every part, EM's answer above the posterior's."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from compare.figures.drawing import Figure, export, page, styled
from compare.figures.drawn import all_drawn, free_drawn
from compare.figures.palette import BAYES, EM, GRID, MUTED, PAPER
from compare.figures.scale import Scale
from compare.findings.shown.sides import OverviewShown, PartShown, Sides
from compare.language import en
from compare.tables.printable import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Page

    from compare.comparison.fitted import Fitted
    from compare.comparison.groups import GroupedComparison
    from compare.figures.drawn import Drawn
    from compare.language.figure_book import FigureBook

__all__ = ["SHOWN", "overview_figure"]

SHOWN = 60
"""Parts at the most: with more, the figure is longer than anybody scrolls."""

TOLD = 12
"""Parts that the alternative text goes through."""

LETTERS = 13
"""Of a part's name: with more, too little room is left for the lines."""

LINE = 0.31
"""Inches for each part: two lines of an interval each."""

ABOVE, BELOW = 0.19, -0.19
"""Where EM's line and the posterior's lie about the middle of a part's place."""

type Row = dict[str, Drawn]
"""The parameters of one part by name."""


@styled
def overview_figure(grouped: GroupedComparison, book: FigureBook = en) -> Figure:
    """Every parameter of every part, from both sides, a panel for each parameter.

    Numbers that are not to be believed are not drawn; the name of their part has a cross.

    Parameters
    ----------
    grouped : GroupedComparison
    book : FigureBook
        What says it.

    Returns
    -------
    Figure
        Of the first 60 parts.
    """
    parts = grouped.parts[:SHOWN]
    rows = [{p.row.name: p for p in all_drawn(part.comparison)} for part in parts]
    panels = _panels(grouped)
    sheet = page(0.35 + sum(0.62 + LINE * len(parts) for _ in panels))
    grid = sheet.add_gridspec(len(panels), 2)
    for place, names in enumerate(panels):
        for column, name in enumerate(names):
            where = grid[place, column] if len(names) == 2 else grid[place, :]
            axes = sheet.add_subplot(where)
            _panel(axes, book, name, parts, rows, first=column == 0)
    _key(sheet, book, grouped.level)
    told = OverviewShown(
        parts=tuple(_told(part, row) for part, row in zip(parts[:TOLD], rows, strict=False)),
        n_drawn=len(parts),
        n_parts=len(grouped.parts),
        some_crossed=any(not part.comparison.ok for part in parts),
        level=grouped.level,
        method=parts[0].comparison.rows[0].em.method,
    )
    return export(sheet, "overview", book.overview_figure(told))


def _panels(grouped: GroupedComparison) -> list[tuple[str, ...]]:
    """The names of the parameters that are free, in rows of two."""
    shown = free_drawn(grouped.parts[0].comparison)
    if grouped.n_components > 2:
        shown = all_drawn(grouped.parts[0].comparison)  # the last weight is as good as any
    kinds = [[p.row.name for p in shown if p.kind == kind] for kind in ("weights", "means", "sds")]
    return [pair for names in kinds for pair in batched(names, 2)]


def _panel(
    axes: Axes,
    book: FigureBook,
    name: str,
    parts: tuple[Fitted, ...],
    rows: list[Row],
    *,
    first: bool,
) -> None:
    shown = [row[name] for row in rows]
    scale, (low, high) = _axis(parts, shown)
    axes.set_xlim(low, high)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    for place in range(1, len(parts)):
        axes.axhline(0.5 - place, color=GRID, linewidth=0.7)
    by_em = [
        (ABOVE - place, p.row.em.lower, p.row.em.estimate, p.row.em.upper)
        for place, (part, p) in enumerate(zip(parts, shown, strict=True))
        if part.comparison.fit.converged
    ]
    by_bayes = [
        (BELOW - place, p.row.bayes.lower, p.row.bayes.median, p.row.bayes.upper)
        for place, (part, p) in enumerate(zip(parts, shown, strict=True))
        if part.comparison.sampled_well
    ]
    _lines(axes, by_em, scale, EM, "-", ("o", 6.0))
    _lines(axes, by_bayes, scale, BAYES, (0, (4, 1)), ("D", 5.5))
    names = [
        f"{'' if part.comparison.ok else '✗ '}{plain(part.label, LETTERS)}" if first else ""
        for part in parts
    ]
    axes.set_yticks([-place for place in range(len(parts))], names)
    axes.tick_params(axis="y", length=0, pad=6)
    for text, part in zip(axes.get_yticklabels(), parts, strict=True):
        if not part.comparison.ok:
            text.set_color(MUTED)
    axes.set_ylim(0.5 - len(parts), 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.set_title(book.label(shown[0].parameter))
    if scale.unit:
        axes.set_xlabel(scale.unit)


def _lines(
    axes: Axes,
    shown: list[tuple[float, float, float, float]],
    scale: Scale,
    colour: str,
    style: Any,
    marker: tuple[str, float],
) -> None:
    """Intervals with their centres, each (height, lower, centre, upper), as few artists."""
    if not shown:
        return
    table = np.array(shown)
    y, ends = table[:, 0], scale(table[:, [1, 3]])
    left, right = axes.get_xlim()
    known = ~np.isnan(ends).any(axis=1)
    at = np.clip(ends, left, right)
    lower, upper = at[known].T
    axes.hlines(y[known], lower, upper, color=colour, linewidth=2.2, linestyles=style)
    for side, arrow in enumerate("<>"):
        inside = ends[:, side] == at[:, side]
        for chosen, cap in ((known & inside, "|"), (known & ~inside, arrow)):
            if chosen.any():
                x = at[chosen, side]
                axes.plot(x, y[chosen], cap, color=colour, markersize=6, mew=1.8, clip_on=False)
    axes.plot(
        scale(table[:, 2]), y, marker[0], color=colour, markersize=marker[1], mec=PAPER, zorder=3
    )


def _axis(parts: tuple[Fitted, ...], shown: list[Drawn]) -> tuple[Scale, tuple[float, float]]:
    """Limits that hold all that is believed; a far end of EM's runs off, as an arrow."""
    core, ends = [], []
    for part, parameter in zip(parts, shown, strict=True):
        row = parameter.row
        if part.comparison.fit.converged:
            core.append(row.em.estimate)
            ends += [row.em.lower, row.em.upper]
        if part.comparison.sampled_well:
            core += [row.bayes.lower, row.bayes.upper]
    if not core:
        return Scale(1.0, ""), (0.0, 1.0)
    low, high = min(core), max(core)
    reach = high - low
    near = [end for end in ends if low - reach <= end <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    room = 0.07 * (high - low) or abs(low) or 1.0
    held = (low - room, high + room)
    unitless = shown[0].kind == "weights"
    scale = Scale(1.0, "") if unitless else Scale.of(parts[0].comparison, held)
    return scale, (scale.one(held[0]), scale.one(held[1]))


def _key(sheet: Page, book: FigureBook, level: float) -> None:
    handles = [
        Line2D([], [], color=EM, marker="o", markersize=6, mec=PAPER, linewidth=2.2),
        Line2D([], [], color=BAYES, marker="D", markersize=5.5, mec=PAPER, linewidth=2.2, ls="--"),
    ]
    words = book.labels(level)
    sheet.legend(
        handles, [words.em, words.bayes], loc="outside upper left", ncols=2, borderaxespad=0.2
    )


def _told(part: Fitted, row: Row) -> PartShown:
    comparison = part.comparison
    return PartShown(
        part.label,
        tuple(Sides.of(comparison, row[p.row.name].row) for p in free_drawn(comparison)),
        comparison.fit.converged,
        comparison.sampled_well,
    )
