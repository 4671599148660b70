"""Figures of the criticism: how each value was predicted, and what the prior expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from compare.figures import curves
from compare.figures.drawing import Figure, export, key, page, styled
from compare.figures.palette import BAYES, DATA, INK, MUTED
from compare.figures.scale import Scale
from compare.findings.criticism import influence
from compare.findings.shown.data import PitShown
from compare.language import en

if TYPE_CHECKING:
    from bayes import Loo
    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats
    from compare.language.figure_book import FigureBook

__all__ = ["expected", "pit"]

POINTS = 161
BINS = 40
DENSITIES = 6
"""Mixtures drawn from the prior in the figure: more would hide the data."""


@styled
def pit(comparison: Comparison, book: FigureBook = en) -> Figure | None:
    """Whether the values are spread as predicted; None where that was not worked out."""
    loo = comparison.criticism.loo if comparison.criticism is not None else None
    if loo is None:
        return None
    level, words = comparison.level, book.labels(comparison.level)
    x = np.linspace(0, 1, POINTS)
    excess = _spread(loo, x) - x
    width = loo.pit_band(level)
    lower, upper = np.maximum(-width, -x), np.minimum(width, 1 - x)
    sheet = page(2.6)
    axes = sheet.add_subplot()
    axes.fill_between(
        x,
        lower,
        upper,
        color=MUTED,
        alpha=0.18,
        lw=0,
        label=words.model_band,
    )
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.plot(x, excess, color=BAYES, linewidth=1.8, label=words.the_data)
    axes.set(xlim=(0, 1), xticks=[0, 0.25, 0.5, 0.75, 1])
    axes.set_xlabel(words.smaller_value)
    axes.set_ylabel(words.excess_of_values)
    key(sheet, axes, 2)
    out = bool(np.any((excess < lower - 1e-9) | (excess > upper + 1e-9)))
    at = int(np.abs(excess).argmax())
    shown = PitShown(loo.n, out, width, float(excess[at]), float(x[at]), level)
    return export(sheet, "pit", book.pit_figure(shown))


def _spread(loo: Loo, x: Floats) -> Floats:
    """The distribution function of the predicted probabilities, at increasing `x`."""
    low, high = loo.pit.T
    if np.array_equal(low, high):
        order = np.argsort(low, kind="stable")
        share = np.concatenate([[0.0], np.cumsum(loo.counts[order])]) / loo.counts.sum()
        return np.asarray(share[np.searchsorted(low[order], x, side="right")])
    # Rounded values: those that look the same lie anywhere between the two ends.
    wide = np.maximum(high - low, 1e-12)
    return np.array([loo.counts @ np.clip((at - low) / wide, 0, 1) for at in x]) / loo.counts.sum()


@styled
def expected(comparison: Comparison, book: FigureBook = en) -> Figure | None:
    """What data the prior expected, beside the data; None where that was not worked out."""
    found = influence.expected(comparison)
    if comparison.criticism is None or found is None:
        return None
    prior, sample = comparison.criticism.prior_predictive, comparison.fit.sample
    heights, edges = curves.histogram(sample, curves.view(sample), np.inf)
    low, high = prior.quantiles((0.01, 0.99)).tolist()
    ends = min(low, float(edges[0])), max(high, float(edges[-1]))
    grid = prior.grid[(prior.grid >= ends[0]) & (prior.grid <= ends[1])]
    shown = prior.densities[:DENSITIES, (prior.grid >= ends[0]) & (prior.grid <= ends[1])]
    scale = Scale.of(comparison, ends)
    words, sheet = book.labels(comparison.level), page(3.0)
    axes = sheet.add_subplot()
    axes.stairs(
        heights * scale.factor,
        scale(edges),
        fill=True,
        color=DATA,
        alpha=0.6,
        label=words.the_data,
    )
    for place, density in enumerate(shown):
        axes.plot(
            scale(grid),
            density * scale.factor,
            color=MUTED,
            linewidth=0.9,
            alpha=0.7,
            dashes=(5, 2),
            label=words.some_priors if place == 0 else None,
        )
    counts, bins = np.histogram(prior.values, BINS, ends)
    axes.stairs(
        counts / (prior.values.size * np.diff(bins)) * scale.factor,
        scale(bins),
        color=INK,
        linewidth=1.6,
        label=words.prior_on_average,
    )
    axes.set_xlim(*scale(ends))
    # A narrow group from the prior would dwarf everything else.
    axes.set_ylim(0, 1.6 * float(heights.max()) * scale.factor)
    axes.set_xlabel(scale.label(book.variable(comparison.case.variable)))
    axes.set_ylabel(book.density_per(scale.unit))
    key(sheet, axes, 2)
    return export(sheet, "expected", book.expected_figure(found))
