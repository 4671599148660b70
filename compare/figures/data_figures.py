"""Figures over the axis of the data: the fitted densities, and which group a value belongs to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from compare.figures import curves
from compare.figures.drawing import Figure, export, key, page, styled
from compare.figures.palette import BAYES, DATA, EM, INK, MUTED, PAPER, TRUTH
from compare.figures.scale import Scale
from compare.findings.shown.data import Crossing, FitShown, GroupsShown, Normal
from compare.findings.terms import Group, Range, data_of
from compare.language import en
from compare.language.numbers import number

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats
    from compare.language.figure_book import FigureBook

__all__ = ["fit", "groups"]

FEW = 3
"""Changes of the most probable group that the alternative text goes through."""


def _grid(comparison: Comparison, ends: tuple[float, float], count: int = 240) -> Floats:
    """Points over the view, closer where a component of EM's fit is narrow."""
    mixture = comparison.fit.mixture
    near = mixture.means[:, None] + mixture.sds[:, None] * np.linspace(-4, 4, 41)
    points = np.concatenate([np.linspace(*ends, count), near.ravel()])
    return np.unique(points[(points >= ends[0]) & (points <= ends[1])])


def _finest(comparison: Comparison) -> float:
    """A bin width that still shows the narrowest group that holds a fair share of the data."""
    mixture = comparison.fit.mixture
    return 0.8 * float(mixture.sds[mixture.weights >= 0.05].min(initial=np.inf))


def _around(edges: Floats, comparison: Comparison) -> tuple[float, float]:
    """The histogram with some room for where EM's density runs out, which few data hide."""
    mixture = comparison.fit.mixture
    span = float(edges[-1] - edges[0])
    lowest = float((mixture.means - 3 * mixture.sds).min())
    highest = float((mixture.means + 3 * mixture.sds).max())
    return (
        float(edges[0]) - min(max(float(edges[0]) - lowest, 0.05 * span), 0.3 * span),
        float(edges[-1]) + min(max(highest - float(edges[-1]), 0.05 * span), 0.3 * span),
    )


@styled
def fit(comparison: Comparison, book: FigureBook = en) -> Figure:
    """The data with EM's density and the posterior's."""
    sample, mixture, level = comparison.fit.sample, comparison.fit.mixture, comparison.level
    words = book.labels(level)
    seen = curves.view(sample)
    heights, edges = curves.histogram(sample, seen, _finest(comparison))
    ends = _around(edges, comparison)
    x = _grid(comparison, ends)
    band = curves.density_band(x, curves.thin(comparison.posterior), level)
    scale = Scale.of(comparison, ends)

    def drawn(density: Floats) -> Floats:
        return np.asarray(density * scale.factor)

    sheet = page(4.0)
    axes = sheet.add_subplot()
    axes.stairs(
        drawn(heights), scale(edges), fill=True, color=DATA, alpha=0.5, label=words.histogram
    )
    axes.fill_between(
        scale(x),
        drawn(band.lower),
        drawn(band.upper),
        color=BAYES,
        alpha=0.25,
        linewidth=0,
        label=words.posterior_band,
    )
    total, parts = mixture.pdf(x), mixture.component_pdf(x)
    axes.plot(scale(x), drawn(total), color=EM, linewidth=2.4, label=words.em_density)
    if comparison.truth is not None:
        truth = drawn(comparison.truth.pdf(x))
        axes.plot(scale(x), truth, ":", color=TRUTH, lw=2.2, label=words.truth)
    middle = drawn(band.middle)
    axes.plot(scale(x), middle, "--", color=BAYES, lw=1.5, label=words.posterior_density)
    if mixture.n_components > 1:
        for component, part in enumerate(parts.T):
            axes.plot(
                scale(x),
                drawn(part),
                color=EM,
                linewidth=1.1,
                dashes=(6, 2),
                label=words.em_components if component == 0 else None,
            )
    axes.set_xlim(*scale(ends))
    axes.set_ylim(bottom=0)
    if sample.n <= 60:
        axes.plot(
            scale(sample.values),
            np.zeros(len(sample)),
            "|",
            color=INK,
            markersize=12,
            clip_on=False,
            label=words.each_value,
        )
    axes.set_xlabel(scale.label(book.variable(comparison.case.variable)))
    axes.set_ylabel(book.density_per(scale.unit))
    key(sheet, axes)
    outside = 1 - float(np.sum(heights * np.diff(edges)))
    peak = int(np.argmax(total))
    shown = FitShown(
        data=data_of(comparison),
        extent=Range(sample.lowest, sample.highest),
        sd=sample.sd,
        components=tuple(Normal(*map(float, one)) for one in zip(*mixture.parameters, strict=True)),
        peak=float(x[peak]),
        band=Range(float(band.lower[peak] / total[peak]), float(band.upper[peak] / total[peak])),
        outside=outside if outside > 1e-9 else None,
        level=level,
    )
    return export(sheet, "fit", book.fit_figure(shown))


@styled
def groups(comparison: Comparison, book: FigureBook = en) -> Figure | None:
    """The probability that a value belongs to a group; None with a single component."""
    comparison = comparison.named
    mixture, level = comparison.fit.mixture, comparison.level
    count, there = mixture.n_components, mixture.places(comparison.order)
    if count == 1:
        return None
    words = book.labels(level)
    last = Group.of(comparison, count - 1)
    sample = comparison.fit.sample
    seen = curves.view(sample)
    heights, edges = curves.histogram(sample, seen, _finest(comparison))
    ends = float(edges[0]), float(edges[-1])
    x = _grid(comparison, ends)
    bands = curves.membership_bands(x, curves.thin(comparison.posterior), level)
    em = mixture.responsibilities(x)[:, there]
    scale = Scale.of(comparison, ends)
    sheet = page(4.2)
    grid = sheet.add_gridspec(2, 1, height_ratios=[4, 1])
    axes = sheet.add_subplot(grid[0])
    strip = sheet.add_subplot(grid[1], sharex=axes)
    shown = [count - 1] if count == 2 else list(range(count))
    for place, component in enumerate(shown):
        band, first = bands[component], place == 0
        axes.fill_between(
            scale(x),
            band.lower,
            band.upper,
            color=BAYES,
            alpha=0.2,
            linewidth=0,
            label=words.posterior_band if first else None,
        )
        axes.plot(scale(x), em[:, component], color=EM, lw=2.4, label=words.em if first else None)
        if comparison.truth is not None and comparison.truth.n_components == count:
            really = comparison.truth.places(comparison.order)
            axes.plot(
                scale(x),
                comparison.truth.responsibilities(x)[:, really[component]],
                ":",
                color=TRUTH,
                linewidth=2.2,
                label=words.truth if first else None,
            )
        axes.plot(
            scale(x),
            band.middle,
            "--",
            color=BAYES,
            linewidth=1.5,
            label=words.posterior_median if first else None,
        )
        if count > 2:
            # Of the places where the group is surest, that with the most of its values.
            sure = em[:, component] >= 0.97 * em[:, component].max()
            density = mixture.component_pdf(x)[:, there[component]]
            top = int(np.argmax(np.where(sure, density, -1)))
            axes.annotate(
                book.group_label(Group.of(comparison, component)),
                (float(scale(x[top])), float(em[top, component])),
                (0, 5),
                textcoords="offset points",
                ha="center",
                color=INK,
                annotation_clip=False,
            )
    borders = _borders(x, em)
    room, last_told = 0.12 * float(scale(ends[1] - ends[0])), -math.inf
    for border, height in borders:
        axes.plot([scale(border)] * 2, [0, height], color=MUTED, linewidth=1, dashes=(2, 2))
        axes.plot(scale(border), height, "o", color=EM, markersize=7, mec=PAPER)
        at = float(scale(border))
        if at - last_told > room:  # else its number would run into the one before
            unit = scale.unit if len(borders) <= 2 else ""
            axes.annotate(
                f"{number(at, 10 * room)} {unit}".strip(),
                (at, height),
                (7, -3),
                textcoords="offset points",
                va="top",
            )
            last_told = at
    axes.set_ylim(0, 1.02 if count == 2 else 1.1)
    axes.set_xlim(*scale(ends))
    axes.tick_params(labelbottom=False)
    axes.set_ylabel(book.probability_of(last) if count == 2 else words.probability)
    strip.stairs(heights, scale(edges), fill=True, color=DATA)
    strip.set_yticks([])
    strip.spines["left"].set_visible(False)
    strip.set_ylabel(words.data, rotation=0, ha="right", va="center")
    strip.set_xlabel(scale.label(book.variable(comparison.case.variable)))
    key(sheet, axes, 4)
    told = GroupsShown(
        data=data_of(comparison),
        spread=float(np.ptp(x)),
        places=tuple(border for border, _ in borders),
        crossings=_crossings(comparison, x, em, bands, borders) if len(borders) <= FEW else (),
        everywhere=Group.of(comparison, int(em[0].argmax())),
        only=last if count == 2 else None,
        level=level,
    )
    return export(sheet, "groups", book.groups_figure(told))


def _borders(x: Floats, probability: Floats) -> list[tuple[float, float]]:
    """Where the most probable group changes, and how probable both then are."""
    best = probability.argmax(axis=1)
    found = []
    for at in np.flatnonzero(np.diff(best)):
        pair = slice(at, at + 2)
        lead = probability[pair, best[at]] - probability[pair, best[at + 1]]
        share = lead[0] / (lead[0] - lead[1])
        height = np.interp(share, [0, 1], probability[pair, best[at]])
        found.append((float(x[at] + share * (x[at + 1] - x[at])), float(height)))
    return found


def _crossings(
    comparison: Comparison,
    x: Floats,
    em: Floats,
    bands: list[curves.Band],
    borders: list[tuple[float, float]],
) -> tuple[Crossing, ...]:
    """What both say where the most probable group changes."""
    count, found = em.shape[1], []
    for border, height in borders:
        at = int(np.argmin(np.abs(x - border)))
        component = count - 1 if count == 2 else int(em[at].argmax())
        band = bands[component]
        found.append(
            Crossing(
                border,
                Group.of(comparison, component),
                height,
                float(band.middle[at]),
                Range(float(band.lower[at]), float(band.upper[at])),
            )
        )
    return tuple(found)
