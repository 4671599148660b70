"""Figures of the posterior itself: its parameters in pairs, and beside their priors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from compare.figures import curves
from compare.figures.drawing import TEXT, WIDTH, Figure, export, key, page, panels, styled
from compare.figures.drawn import free_drawn
from compare.figures.palette import BAYES, EM, INK, MUTED, PAPER, TRUTH
from compare.figures.scale import Scale
from compare.findings.shown.posterior import Added, PairsShown, Placed, PriorsShown, Tie
from compare.findings.terms import Value
from compare.language import en
from compare.language.numbers import signed
from compare.tables.printable import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Page

    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats
    from compare.figures.drawn import Drawn
    from compare.language.figure_book import FigureBook, Labels

__all__ = ["pairs", "priors"]

MOST_PAIRED = 8
"""Parameters in the pairs plot; more would be too small to read."""

DOTS = 6000
"""Of all panels together: enough to see the shapes, few enough for a small file."""

CLOUD = 400
"""Draws below which regions are not drawn: their outlines would be made up."""


@styled
def pairs(comparison: Comparison, book: FigureBook = en) -> Figure:
    """Every two parameters against each other, with EM's estimate among the draws."""
    comparison = comparison.named
    shown, left_out = _paired(comparison)
    scales = [_scale(comparison, p) for p in shown]
    draws = [scale(p.draws).ravel() for scale, p in zip(scales, shown, strict=True)]
    limits = [_limits(d, s, p) for d, s, p in zip(draws, scales, shown, strict=True)]
    names = [book.short_label(p.parameter).replace(" ", "\n") for p in shown]
    size = len(shown)
    left, right, bottom, top, gap = 0.85, 0.06, 0.78, 0.34, 0.07
    # Up to five fit a phone; more must be scrolled.
    width = WIDTH if size <= 5 else left + 1.06 * size
    cell = (width - left - right - gap * (size - 1)) / size
    cell = min(cell, 2.2)
    height = bottom + top + size * cell + gap * (size - 1)
    sheet = page(height, width)
    sheet.set_layout_engine("none")
    count = min(DOTS // max(10, size * (size - 1) // 2), draws[0].size)
    keep = np.linspace(0, draws[0].size - 1, count).round().astype(int)
    correlation = _correlations(draws)
    for row in range(size):
        for column in range(size):
            box = (
                (left + column * (cell + gap)) / width,
                (bottom + (size - 1 - row) * (cell + gap)) / height,
                cell / width,
                cell / height,
            )
            axes = sheet.add_axes(box)
            if row < column:
                _correlation(axes, float(correlation[row, column]))
                continue
            axes.grid(visible=False)
            axes.set_xlim(*limits[column])
            axes.set_xticks(_ticks(*limits[column]))
            axes.tick_params(labelbottom=row == size - 1)
            if row == column:
                _marginal(axes, draws[row], shown[row], scales[row])
            else:
                _cloud(axes, draws[column], draws[row], keep, limits[row], comparison.level)
                _points(axes, (shown[column], shown[row]), (scales[column], scales[row]))
                axes.set_yticks(_ticks(*limits[row]))
                axes.tick_params(labelleft=column == 0)
            if column == 0:
                axes.set_ylabel(names[row])
                axes.yaxis.set_label_coords(-0.48 / cell, 0.5)
            if row == size - 1:
                axes.set_xlabel(names[column])
                axes.xaxis.set_label_coords(0.5, -0.24 / cell)
                if scales[column].unit:
                    axes.text(
                        0.5,
                        -0.6 / cell,
                        f"({plain(scales[column].unit, 11)})",
                        transform=axes.transAxes,
                        ha="center",
                        va="top",
                    )
    _pairs_key(sheet, shown, book.labels(comparison.level))
    told = PairsShown(
        tuple(_placed(p) for p in shown),
        _strongest(shown, correlation),
        len(left_out),
        comparison.level,
    )
    return export(sheet, "pairs", book.pairs_figure(told))


def _paired(comparison: Comparison) -> tuple[list[Drawn], list[Drawn]]:
    """The parameters to pair; of too many, those with the strongest correlations."""
    free = free_drawn(comparison)
    if len(free) <= MOST_PAIRED:
        return free, []
    strength = np.abs(_correlations([p.draws.ravel() for p in free])) - np.eye(len(free))
    chosen = set(np.argsort(-np.nan_to_num(strength).max(axis=1), kind="stable")[:MOST_PAIRED])
    return (
        [p for place, p in enumerate(free) if place in chosen],
        [p for place, p in enumerate(free) if place not in chosen],
    )


def _correlations(draws: list[Floats]) -> Floats:
    """The correlations of draws; NaN with draws that are all the same."""
    found = np.full((len(draws), len(draws)), np.nan)
    moving = [place for place, values in enumerate(draws) if np.ptp(values) > 0]
    if moving:
        found[np.ix_(moving, moving)] = np.corrcoef([draws[place] for place in moving])
    return found


def _scale(comparison: Comparison, parameter: Drawn) -> Scale:
    if parameter.kind == "weights":
        return Scale(1.0, "")
    return Scale.of(comparison, np.quantile(parameter.draws, [0.005, 0.995]))


def _limits(draws: Floats, scale: Scale, parameter: Drawn) -> tuple[float, float]:
    held = [*np.quantile(draws, [0.001, 0.999]), scale.one(parameter.row.em.estimate)]
    if parameter.row.truth is not None:
        held.append(scale.one(parameter.row.truth))
    room = 0.05 * (max(held) - min(held)) or abs(held[0]) or 1.0
    return min(held) - room, max(held) + room


def _ticks(low: float, high: float) -> Floats:
    """Two round values, apart, and off the ends, where those of the next panel would collide."""
    inner = low + 0.14 * (high - low), high - 0.14 * (high - low)
    found = np.asarray([(low + high) / 2])
    for count in range(1, 10):
        ticks = np.asarray(MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high))
        ticks = ticks[(ticks >= inner[0]) & (ticks <= inner[1])]
        if ticks.size >= 2 and np.ptp(ticks) > np.ptp(found):
            found = ticks[[0, -1]]
        if np.ptp(found) > 0.5 * (high - low):
            break
    return found


def _cloud(
    axes: Axes, x: Floats, y: Floats, keep: Floats, limits: tuple[float, float], level: float
) -> None:
    """Draws as dots, all in one path to keep the SVG small, and the regions they make up."""
    axes.set_ylim(*limits)
    left, right = axes.get_xlim()
    # A dot is a round-capped line of no visible length.
    ends = np.stack([x[keep], y[keep]], axis=-1).repeat(2, axis=0)
    ends[1::2, 0] += 1e-4 * (right - left)
    inside = (np.abs(ends[:, 0] - (left + right) / 2) < (right - left) / 2) & (
        np.abs(ends[:, 1] - np.mean(limits)) < np.ptp(limits) / 2
    )
    ends = ends[np.repeat(inside[::2] & inside[1::2], 2)]
    codes = np.tile([Path.MOVETO, Path.LINETO], len(ends) // 2)
    # The limits are set: `add_patch` would look for its own, piece by piece of thousands.
    axes.add_artist(
        PathPatch(Path(ends, codes), fill=False, ec=BAYES, lw=1.6, capstyle="round", alpha=0.5)
    )
    if x.size >= CLOUD and np.ptp(x) > 0 and np.ptp(y) > 0:
        across, up, density, heights = curves.regions(x, y, (level, 0.5))
        axes.contour(across, up, density.T, heights, colors=BAYES, linewidths=1.1)


def _points(axes: Axes, two: tuple[Drawn, Drawn], scales: tuple[Scale, Scale]) -> None:
    across, up = two
    if across.row.truth is not None and up.row.truth is not None:
        x, y = scales[0](across.row.truth), scales[1](up.row.truth)
        axes.plot(x, y, "*", color=TRUTH, markersize=13, mec=PAPER, mew=0.8, zorder=5)
    x, y = scales[0](across.row.em.estimate), scales[1](up.row.em.estimate)
    axes.plot(x, y, "o", color=EM, markersize=6, mec=PAPER, mew=0.8, zorder=6)


def _marginal(axes: Axes, draws: Floats, parameter: Drawn, scale: Scale) -> None:
    heights, edges = np.histogram(draws, bins=30, range=axes.get_xlim())
    axes.stairs(heights, edges, fill=True, color=BAYES, alpha=0.3)
    axes.axvline(scale.one(parameter.row.em.estimate), color=EM, linewidth=1.8)
    if parameter.row.truth is not None:
        axes.axvline(scale.one(parameter.row.truth), color=TRUTH, linewidth=1.8, linestyle=":")
    axes.set_ylim(0, 1.12 * max(float(heights.max()), 1.0))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _correlation(axes: Axes, value: float) -> None:
    strength = 0.0 if np.isnan(value) else abs(value)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.patch.set(facecolor=BAYES, alpha=0.35 * strength**2)
    axes.text(
        0.5,
        0.5,
        "–" if np.isnan(value) else signed(value),
        transform=axes.transAxes,
        ha="center",
        va="center",
        fontsize=TEXT + 3 * strength,
        color=INK,
    )


def _pairs_key(sheet: Page, shown: list[Drawn], words: Labels) -> None:
    handles = [
        Line2D([], [], color=EM, marker="o", markersize=7, mec=PAPER, label=words.em),
        Line2D([], [], color=BAYES, lw=1.1, marker=".", label=words.posterior_regions),
    ]
    if any(p.row.truth is not None for p in shown):
        handles.append(
            Line2D(
                [], [], color=TRUTH, ls=":", marker="*", markersize=11, mec=PAPER, label=words.truth
            )
        )
    sheet.legend(handles=handles, loc="upper left", ncols=3, borderaxespad=0.2)


def _strongest(shown: list[Drawn], correlation: Floats) -> tuple[Tie, ...]:
    size = len(shown)
    found = [
        (abs(correlation[i, j]), i, j)
        for i in range(size)
        for j in range(i)
        if np.isfinite(correlation[i, j])
    ]
    found.sort(key=lambda one: (-one[0], one[1:]))
    return tuple(
        Tie(shown[j].parameter, shown[i].parameter, float(correlation[i, j]))
        for _, i, j in found[:3]
    )


def _placed(one: Drawn) -> Placed:
    estimate = Value(one.row.em.estimate, one.width)
    return Placed(one.parameter, estimate, one.row.em_quantile)


@styled
def priors(comparison: Comparison, book: FigureBook = en) -> Figure:
    """What the data added: each parameter's prior and posterior."""
    comparison = comparison.named
    shown = free_drawn(comparison)
    prior = comparison.posterior.data["prior"]
    columns = 2
    sheet, boxes = panels(len(shown), columns, 1.5, extra=0.35)
    words, told = book.labels(comparison.level), []
    for box, one in zip(boxes, shown, strict=True):
        before = np.asarray(prior[one.kind])[..., one.row.component].ravel()
        _prior_panel(box, one, before, comparison, book)
        told.append(Added(one.parameter, float(before.std()), float(one.draws.std())))
    for place, box in enumerate(boxes):
        box.set_ylabel(words.density if place % columns == 0 else "")
    key(sheet, boxes[0], 4)
    return export(sheet, "priors", book.priors_figure(PriorsShown(tuple(told))))


def _prior_panel(
    box: Axes, parameter: Drawn, before: Floats, comparison: Comparison, book: FigureBook
) -> None:
    words = book.labels(comparison.level)
    after, row = parameter.draws.ravel(), parameter.row
    low, high = after.min(), after.max()
    # What matters of a very wide prior is that it is flat where the posterior is.
    held = np.clip(
        np.quantile(before, [0.025, 0.975]), low - 4 * (high - low), high + 4 * (high - low)
    ).tolist()
    held += [low, high, row.em.estimate, *([] if row.truth is None else [row.truth])]
    scale = Scale(1.0, "") if parameter.kind == "weights" else Scale.of(comparison, held)
    ends = float(min(held)), float(max(held))
    x, y = curves.kde(before, ends)
    box.plot(scale(x), y, color=MUTED, linewidth=1.6, dashes=(5, 2), label=words.prior)
    x, y = curves.kde(after)
    if y.size:
        box.fill_between(scale(x), 0, y, color=BAYES, alpha=0.3, lw=0, label=words.posterior)
        box.plot(scale(x), y, color=BAYES, linewidth=1.3)
    box.axvline(scale.one(row.em.estimate), color=EM, linewidth=1.8, label=words.em)
    if row.truth is not None:
        truth = scale.one(row.truth)
        box.axvline(truth, color=TRUTH, linewidth=1.8, linestyle=":", label=words.truth)
    box.set_xlim(*scale(ends))
    box.set_ylim(bottom=0)
    box.set_yticks([])
    box.set_xlabel(scale.label(book.label(parameter.parameter)))
