"""Maps of a study: a tile for each number of values and separation, a block a population."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from itertools import batched
from typing import TYPE_CHECKING, Any

from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from compare.figures.drawing import Figure, export, key, page, styled
from compare.figures.palette import BAYES, DATA, EM, GRID, INK, MUTED, PAPER
from compare.language.numbers import fixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Page

    from compare.findings.study.shown import Block, IntervalShown, MapShown
    from compare.findings.study.sides import Place, Side
    from compare.language.study_book import StudyBook, StudyLabels
    from compare.study.simulated import Figure as Simulated

__all__ = ["agree", "wald"]

TILE = 0.46
"""Inches: room for a mark and a number below it."""
ABOVE, BELOW = 0.32, 0.5
"""Inches for a title, and for the ticks with their name."""
MOST_ABREAST = 4
"""Columns of a block up to which two blocks stand side by side."""
LEAST_BESIDE = 3
"""Rows of a block that the name of their axis fits beside; others have it in their ticks."""
MOST_THREEFOLD = 3
"""The same for three blocks."""

EQUAL = Path(
    [(-1.0, -0.5), (1.0, -0.5), (-1.0, 0.5), (1.0, 0.5)],
    [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO],
)
"""Two strokes: the letter is too small for a mark."""

SIDES: dict[Side, tuple[str, Any, float]] = {
    "bayes": (BAYES, "D", 5.5),
    "em": (EM, "o", 6.5),
    "alike": (MUTED, EQUAL, 7.0),
    "unsure": (INK, "?", 9.0),
}
"""The colour, mark and size of each side."""


@dataclass(frozen=True)
class _Tile:
    """What a tile shows."""

    text: str
    fill: str
    alpha: float
    mark: dict[str, Any] | None


@styled
def agree(shown: MapShown, book: StudyBook) -> Figure:
    """From where on EM and Bayes agree: error of the posterior mean over that of the maximum."""
    words = book.study_labels(shown.level)
    widest = max(len(block.sizes) for block in shown.blocks)
    abreast = 2 if widest <= MOST_ABREAST and len(shown.blocks) > 1 else 1
    rows = list(batched(shown.blocks, abreast))
    sheet, grid = _sheet([max(len(b.separations) for b in row) for row in rows], abreast, 0.5)
    first = None
    for place, row in enumerate(rows):
        for column, block in enumerate(row):
            axes = sheet.add_subplot(grid[place, column])
            named = column == 0 or block.separations != row[0].separations
            _block(axes, block, words, lambda cell: _closer(shown.places[cell]), named=named)
            axes.set_title(book.map_title(block))
            first = first or axes
    assert first is not None  # noqa: S101 - there is no map without a block
    seen = {
        shown.places[c].side for b in shown.blocks for row in b.cells for c in row if c is not None
    }
    for side in SIDES:
        if side in seen:
            first.plot([], [], label=words.sides[side], **_mark(side))
    key(sheet, first, 2)
    return export(sheet, "agree", book.agree_figure(shown))


@styled
def wald(shown: MapShown, book: StudyBook) -> Figure:
    """Where Wald intervals break: the lowest coverage of a parameter, by kind of interval."""
    words = book.study_labels(shown.level)
    dense = [_dense(block) for block in shown.blocks]
    abreast = 3 if max(len(block.sizes) for block in dense) <= MOST_THREEFOLD else 1
    kinds: tuple[IntervalShown, ...] = ("wald", "profile", "credible")
    each = [(block, kind) for block in dense for kind in kinds]
    rows = list(batched(each, abreast))
    sheet, grid = _sheet([len(row[0][0].separations) for row in rows], abreast, 0.25, lines=2)
    first = None
    for place, row in enumerate(rows):
        for column, (block, kind) in enumerate(row):
            axes = sheet.add_subplot(grid[place, column])

            def tile(cell: int, kind: IntervalShown = kind) -> _Tile:
                held: Simulated = getattr(shown.places[cell], kind)
                return _held(held, shown.level, broken=shown.breaks(cell, kind))

            _block(axes, block, words, tile, named=column == 0)
            axes.set_title(f"\n{words.titles[kind]}")
            if column == 0 or abreast == 1:
                axes.annotate(
                    book.map_title(block),
                    (0.0, 1.0),
                    (0.0, 19.0),
                    xycoords="axes fraction",
                    textcoords="offset points",
                    annotation_clip=False,
                    weight="bold",
                    in_layout=False,  # else it would widen the first column; a line is kept free
                )
            first = first or axes
    assert first is not None  # noqa: S101 - there is no map without a block
    first.plot([], [], label=words.clearly_below, **BROKEN)
    key(sheet, first, 1)
    return export(sheet, "wald", book.wald_figure(shown))


def _dense(block: Block) -> Block:
    """Without the numbers of values that a single separation has where others have more.

    They would take the room that lets three blocks stand side by side; the table has them.
    """
    known = [sum(row[x] is not None for row in block.cells) for x in range(len(block.sizes))]
    kept = [x for x, count in enumerate(known) if count > 1]
    if not kept:
        return block
    return replace(
        block,
        sizes=tuple(block.sizes[x] for x in kept),
        cells=tuple(tuple(row[x] for x in kept) for row in block.cells),
    )


def _sheet(rows: list[int], columns: int, extra: float, lines: int = 1) -> tuple[Page, Any]:
    """A page whose tiles are all of one height."""
    heights = [ABOVE + 0.17 * (lines - 1) + TILE * count + BELOW for count in rows]
    sheet = page(sum(heights) + extra)
    return sheet, sheet.add_gridspec(len(rows), columns, height_ratios=heights)


def _block(
    axes: Axes,
    block: Block,
    words: StudyLabels,
    tile: Callable[[int], _Tile],
    *,
    named: bool = True,
) -> None:
    """The tiles of one population; a design that nobody saw has none."""
    axes.set_xlim(0, len(block.sizes))
    axes.set_ylim(len(block.separations), 0)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    for y, row in enumerate(block.cells):
        for x, cell in enumerate(row):
            if cell is None:
                continue
            found = tile(cell)
            axes.add_patch(
                Rectangle((x + 0.03, y + 0.04), 0.94, 0.92, fc="none", ec=GRID, linewidth=0.8)
            )
            if found.alpha:
                axes.add_patch(
                    Rectangle(
                        (x + 0.03, y + 0.04),
                        0.94,
                        0.92,
                        fc=found.fill,
                        ec="none",
                        alpha=found.alpha,
                    )
                )
            axes.text(x + 0.5, y + 0.66, found.text, ha="center", va="center")
            if found.mark is not None:
                axes.plot(x + 0.5, y + 0.27, **found.mark)
    axes.set_xticks([x + 0.5 for x in range(len(block.sizes))], [f"{n:,}" for n in block.sizes])
    axes.set_xlabel(words.n)
    known = {y + 0.5: d for y, d in enumerate(block.separations) if named and not math.isnan(d)}
    beside = len(block.separations) >= LEAST_BESIDE
    rows = [fixed(d, 1) if beside else words.row.format(fixed(d, 1)) for d in known.values()]
    axes.set_yticks(list(known), rows)
    if known and beside:
        axes.set_ylabel(words.separation)
    axes.tick_params(length=0)


def _mark(side: Side) -> dict[str, Any]:
    colour, marker, size = SIDES[side]
    if side == "unsure":
        marker = _question()
    edge, width = {"alike": (colour, 1.5), "unsure": ("none", 0.0)}.get(side, (PAPER, 0.4))
    return {
        "color": colour,
        "marker": marker,
        "markersize": size,
        "markeredgecolor": edge,
        "markeredgewidth": width,
        "linestyle": "",
    }


@functools.cache
def _question() -> Path:
    """The letter as a mark, about its own middle."""
    path = TextPath((0.0, 0.0), SIDES["unsure"][1], prop=FontProperties(weight="bold"))
    middle = path.get_extents().get_points().mean(axis=0)
    return Path(path.vertices - middle, path.codes)


BROKEN: dict[str, Any] = {"color": INK, "marker": "v", "markersize": 6.0, "linestyle": ""}
"""The mark of a coverage that is clearly below the level."""


def _closer(place: Place) -> _Tile:
    colour = SIDES[place.side][0]
    alpha = 0.22 if place.side in {"bayes", "em"} else 0.0
    return _Tile(_written(place.gain), colour, alpha, _mark(place.side))


def _held(coverage: Simulated, level: float, *, broken: bool) -> _Tile:
    """Darker the further a coverage is below the level."""
    depth = min(1.0, (level - coverage.value) / level) if broken else 0.0
    alpha = 0.25 + 0.75 * depth if broken else 0.0
    return _Tile(_written(coverage), DATA, alpha, BROKEN if broken else None)


def _written(figure: Simulated) -> str:
    if math.isnan(figure.value):
        return "–"
    return fixed(figure.value, 2) if figure.value < 9.995 else f"{figure.value:.2g}"
