"""Figures of EM's way up: this fit's, and the original report's that stopped on the way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np

from compare.figures.drawing import Figure, export, page, styled
from compare.figures.palette import EM, INK, MUTED, PAPER, TRUTH
from compare.findings.shown.ascent import ClimbShown, PathShown, Stopped
from compare.findings.terms import Range
from compare.language import en

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from compare.comparison.original import Mark
    from compare.comparison.table import Comparison
    from compare.figures.curves import Floats
    from compare.language.figure_book import FigureBook

__all__ = ["OriginalPath", "loglik", "path"]

ROUNDING = 1e-15
"""Differences of log-likelihoods below this share of their size are rounding and not drawn."""


class OriginalPath(Protocol):
    """What `path` needs to know of the original report's passes of plain EM."""

    @property
    def loglik_path(self) -> ArrayLike:
        """Log-likelihood before the first pass and after each, of shape (passes + 1,)."""

    @property
    def weight_path(self) -> ArrayLike:
        """Weight of the lower component, likewise."""

    @property
    def maximum_loglik(self) -> float:
        """Log-likelihood at the maximum."""

    @property
    def maximum_weight(self) -> float:
        """Weight of the lower component at the maximum."""

    @property
    def marks(self) -> Sequence[Mark]:
        """Where somebody stopped."""


def _descent(
    axes: Axes, steps: NDArray[np.int_], below: Floats, maximum: float, *, long: bool
) -> None:
    """Draw distances below a maximum on a logarithmic axis, down to what rounding leaves."""
    visible = (below > max(abs(maximum), 1.0) * ROUNDING) & np.isfinite(below)
    axes.plot(
        steps[visible],
        below[visible],
        color=EM,
        linewidth=2.4,
        marker=None if long else "o",
        markersize=6,
        mec=PAPER,
    )
    shown = below[visible]
    if shown.size and shown.max() > 20 * shown.min():  # else a power of ten may not be in sight
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: _power(value))
    if long:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.minorticks_off()


def _power(value: float) -> str:
    """A power of ten in ordinary letters: mathematical text is switched off."""
    exponent = math.log10(value)
    if -3.5 < exponent < 4.5:
        return f"{value:.10g}"
    return f"1e{exponent:.0f}".replace("-", "−")


@styled
def loglik(comparison: Comparison, book: FigureBook = en) -> Figure | None:
    """How EM's log-likelihood rose to the maximum; None if it was there within two iterations."""
    history = np.asarray(comparison.fit.history, dtype=np.float64)
    maximum = max(float(comparison.fit.loglik), float(history.max(initial=-np.inf)))
    below = maximum - history
    if np.count_nonzero(below > max(abs(maximum), 1.0) * ROUNDING) < 2:
        return None
    long, words = history.size > 60, book.labels(comparison.level)
    sheet = page(3.1)
    axes = sheet.add_subplot()
    _descent(axes, np.arange(1, history.size + 1), below, maximum, long=long)
    axes.set_xlabel(words.iteration_by_powers if long else words.iteration)
    axes.set_ylabel(words.loglik_gap)
    shown = ClimbShown(
        history.size,
        float(below[0]),
        float(below[-2]),
        maximum,
        comparison.fit.status,
        comparison.fit.converged,
    )
    return export(sheet, "loglik", book.climb_figure(shown))


@styled
def path(original: OriginalPath, comparison: Comparison, book: FigureBook = en) -> Figure:
    """The original report's passes of plain EM: how far below the maximum each one stops.

    Parameters
    ----------
    original : OriginalPath
    comparison : Comparison
        Gives the truth and EM's interval of the weight.
    book : FigureBook
        What says it.

    Returns
    -------
    Figure
    """
    words = book.labels(comparison.level)
    logliks = np.asarray(original.loglik_path, dtype=np.float64)
    weights = np.asarray(original.weight_path, dtype=np.float64)
    passes = np.arange(logliks.size)
    below = original.maximum_loglik - logliks
    sheet = page(5.2)
    grid = sheet.add_gridspec(2, 1)
    upper = sheet.add_subplot(grid[0])
    lower = sheet.add_subplot(grid[1], sharex=upper)
    _descent(upper, passes[1:], below[1:], original.maximum_loglik, long=True)
    lower.plot(passes[1:], weights[1:], color=EM, linewidth=2.4, label=words.plain_em)
    lower.axhline(original.maximum_weight, color=EM, linewidth=1.2, dashes=(6, 2))
    last = passes.size - 1
    notes = [(original.maximum_weight, book.weight_there(original.maximum_weight), EM)]
    row = comparison.rows[0]
    truth = row.truth
    if truth is not None:
        lower.axhline(truth, color=TRUTH, linewidth=1.8, linestyle=":")
        notes.append((truth, book.true_weight(truth), TRUTH))
    notes.sort()
    for place, (at, text, colour) in enumerate(notes):
        above = place == len(notes) - 1
        lower.annotate(
            text,
            (last, at),
            (-2, 4 if above else -4),
            textcoords="offset points",
            ha="right",
            va="bottom" if above else "top",
            color=colour,
        )
    told = []
    marks = [mark for mark in original.marks if 0 < mark.passes <= last]
    for place, mark in enumerate(sorted(marks, key=lambda mark: mark.passes)):
        stop = mark.passes
        for axes, curve in ((upper, below), (lower, weights)):
            axes.axvline(stop, color=MUTED, linewidth=1, dashes=(2, 2))
            axes.plot(stop, curve[stop], "s", color=INK, markersize=6, mec=PAPER)
        upper.annotate(
            book.stop(mark),
            (stop, 0.98 - 0.12 * place),
            (5, 0),
            xycoords=upper.get_xaxis_transform(),
            textcoords="offset points",
            va="top",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
            zorder=6,
        )
        told.append(Stopped(mark, float(weights[stop]), float(below[stop])))
    lower.margins(y=0.14)
    upper.tick_params(labelbottom=False)
    upper.set_ylabel(words.loglik_gap)
    lower.set_ylabel(words.lower_weight)
    lower.set_xlabel(words.passes_by_powers)
    seen = lower.get_ylim()
    # The data may leave more open than the whole axis shows.
    wider = row.em.lower < seen[0] and row.em.upper > seen[1]
    shown = PathShown(
        last,
        original.maximum_loglik,
        original.maximum_weight,
        tuple(told),
        truth,
        Range(row.em.lower, row.em.upper) if wider else None,
    )
    return export(sheet, "path", book.path_figure(shown))
