"""Figures of EM's way up: this fit's, and the original report's that stopped on the way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np

from compare.figures.drawing import Figure, export, page, styled
from compare.figures.palette import EM, INK, MUTED, PAPER, TRUTH
from compare.language.labels import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from compare.comparison.table import Comparison, Row
    from compare.figures.curves import Floats

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
    def marks(self) -> Sequence[tuple[str, int]]:
        """What stopped after which pass: pairs of a few words and a number of passes."""


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
def loglik(comparison: Comparison) -> Figure | None:
    """How EM's log-likelihood rose to the maximum; None if it was there within two iterations."""
    history = np.asarray(comparison.fit.history, dtype=np.float64)
    maximum = max(float(comparison.fit.loglik), float(history.max(initial=-np.inf)))
    below = maximum - history
    if np.count_nonzero(below > max(abs(maximum), 1.0) * ROUNDING) < 2:
        return None
    long = history.size > 60
    sheet = page(3.1)
    axes = sheet.add_subplot()
    _descent(axes, np.arange(1, history.size + 1), below, maximum, long=long)
    axes.set_xlabel("iteration (logarithmic)" if long else "iteration")
    axes.set_ylabel("log-likelihood gap")
    status = comparison.fit.status
    return export(
        sheet,
        name="loglik",
        title="EM's way up",
        alt=(
            f"Log-likelihood of the fit, {history.size} iterations: {number(below[0])} below its "
            f"last value {number(maximum, 1e-4)} after the first iteration, {number(below[-2])} "
            f"one iteration before the end. Status: {status.message.rstrip('.')}."
        ),
        caption=(
            "How far the log-likelihood of each iteration is below the last one. The axis is "
            "logarithmic: a straight fall means slow steps of equal ratio, a plunge means that "
            "Newton's method has taken over."
            + (
                " Where the line ends, rounding is all that is left."
                if comparison.fit.converged
                else " The line ends because EM stopped, not because it was done."
            )
        ),
    )


@styled
def path(original: OriginalPath, comparison: Comparison | None = None) -> Figure:
    """The original report's passes of plain EM: how far below the maximum each one stops.

    Parameters
    ----------
    original : OriginalPath
    comparison : Comparison, optional
        Gives the truth and EM's interval of the weight.
    """
    logliks = np.asarray(original.loglik_path, dtype=np.float64)
    weights = np.asarray(original.weight_path, dtype=np.float64)
    passes = np.arange(logliks.size)
    below = original.maximum_loglik - logliks
    sheet = page(5.2)
    grid = sheet.add_gridspec(2, 1)
    upper = sheet.add_subplot(grid[0])
    lower = sheet.add_subplot(grid[1], sharex=upper)
    _descent(upper, passes[1:], below[1:], original.maximum_loglik, long=True)
    lower.plot(passes[1:], weights[1:], color=EM, linewidth=2.4, label="plain EM")
    lower.axhline(original.maximum_weight, color=EM, linewidth=1.2, dashes=(6, 2))
    last = passes.size - 1
    notes = [(original.maximum_weight, f"at the maximum {original.maximum_weight:.3f}", EM)]
    row = None if comparison is None else comparison.rows[0]
    truth = None if row is None else row.truth
    if truth is not None:
        lower.axhline(truth, color=TRUTH, linewidth=1.8, linestyle=":")
        notes.append((truth, f"truth {number(truth, 0.1)}", TRUTH))
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
    marks = sorted((stop, what) for what, stop in original.marks if 0 < stop <= last)
    for place, (stop, what) in enumerate(marks):
        for axes, curve in ((upper, below), (lower, weights)):
            axes.axvline(stop, color=MUTED, linewidth=1, dashes=(2, 2))
            axes.plot(stop, curve[stop], "s", color=INK, markersize=6, mec=PAPER)
        named = str(stop) in what  # "30 passes" says it all
        upper.annotate(
            what if named else f"pass {stop}: {what}",
            (stop, 0.98 - 0.12 * place),
            (5, 0),
            xycoords=upper.get_xaxis_transform(),
            textcoords="offset points",
            va="top",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
            zorder=6,
        )
        told.append(
            f"After {stop} passes{'' if named else f' ({what})'} the weight is "
            f"{weights[stop]:.4f} and the log-likelihood {number(below[stop])} below the maximum."
        )
    lower.margins(y=0.14)
    upper.tick_params(labelbottom=False)
    upper.set_ylabel("log-likelihood gap")
    lower.set_ylabel("weight of the lower group")
    lower.set_xlabel("passes of plain EM (logarithmic)")
    return export(
        sheet,
        name="path",
        title="Plain EM, pass by pass",
        alt=(
            f"{last} passes of plain EM towards the maximum, log-likelihood "
            f"{number(original.maximum_loglik, 1e-4)} at weight {original.maximum_weight:.4f}. "
            + " ".join(told)
            + ("" if truth is None else f" The true weight is {number(truth, 0.1)}.")
        ),
        caption=(
            "Above, how far below the maximum each pass of plain EM is; below, the weight of the "
            "lower group. Far right is where the passes end; who stops earlier prints a point on "
            f"the way.{_perspective(row, lower.get_ylim())}"
        ),
    )


def _perspective(row: Row | None, seen: tuple[float, float]) -> str:
    """Say so where the data leave more open than the whole axis shows."""
    if row is None or not (row.em.lower < seen[0] and row.em.upper > seen[1]):
        return ""
    return (
        f" Mind the scale: by EM's own interval the weight may be anything from "
        f"{row.em.lower:.2f} to {row.em.upper:.2f}."
    )
