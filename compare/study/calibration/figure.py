"""Figure: the ranks of each quantity against what even ranks would be, as a picture."""

from __future__ import annotations

import io
import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from compare.figures.drawing import styled
from compare.figures.palette import BAYES, EM, MUTED, PAPER
from compare.study.calibration import ranks
from compare.study.calibration.result import ALPHA, Calibration, Quantity
from compare.study.ranking import RANKED

__all__ = ["alt_text", "draw"]

Floats = NDArray[np.float64]

CURVE, UNEVEN, NARROW, WIDE = BAYES, EM, "#c9d0d8", "#e9ecf0"

WIDTH, ROW, EXTRA = 5.8, 1.55, 1.5
"""Inches: at this width 10-point text is legible on a phone; of a row of panels; of the rest."""

NUMBER = re.compile(r"\d+\.\d{3,}")


@styled
def draw(calibration: Calibration) -> str:
    """Draw a panel for each quantity.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    str
        An SVG file on white.
    """
    quantities, n = calibration.quantities, len(calibration.rankings)
    rows = -(-len(quantities) // 2)
    sheet = Figure(figsize=(WIDTH, rows * ROW + EXTRA), layout="constrained", facecolor=PAPER)
    boxes = [sheet.add_subplot(rows, 2, i + 1) for i in range(len(quantities))]
    narrow, wide = (_band(n, level) for level in (1.0 - ALPHA, calibration.joint_level))
    curves = [_excess(quantity) for quantity in quantities]
    height = 1.15 * max(np.abs(values).max() for values in (*curves, *wide))
    for box, quantity, curve in zip(boxes, quantities, curves, strict=True):
        _panel(box, quantity, curve, narrow, wide)
        box.set_ylim(-height, height)
    sheet.suptitle(
        f"Where the truth ranks among posterior draws, {n} data sets",
        x=0.01, ha="left", fontsize=11, fontweight="bold",
    )  # fmt: skip
    sheet.legend(
        handles=[
            Line2D([], [], color=CURVE, lw=1.6, label="observed"),
            Patch(color=NARROW, label="chance, one curve (95%)"),
            Patch(color=WIDE, label="chance, all curves (95%)"),
        ],
        loc="outside lower left", ncols=3, columnspacing=1.2, handlelength=1.6,
        handletextpad=0.5, borderaxespad=0.2, fontsize=9,
    )  # fmt: skip
    for box in boxes[-2:]:
        box.set_xlabel("rank of the truth\n(share of draws below it)")
    sheet.supylabel("share of truths up to that rank, minus expected (%)", fontsize=10)
    out = io.StringIO()
    silent = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    sheet.savefig(out, format="svg", metadata=silent, facecolor=PAPER)
    # A hundredth of a point is finer than any screen shows, and half the text.
    short = NUMBER.sub(lambda hit: f"{float(hit[0]):.2f}", out.getvalue()).replace(" \nL ", "L")
    # Where the font is missing, the reader's own without serifs.
    return short.replace("'DejaVu Sans'", "'DejaVu Sans', system-ui, sans-serif")


def alt_text(calibration: Calibration) -> str:
    """What the figure shows, for those who cannot see it.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    str
    """
    largest = [
        (np.abs(_excess(quantity)).max(), quantity.label) for quantity in calibration.quantities
    ]
    size, label = max(largest)
    outside = [quantity.label for quantity in calibration.uneven]
    return (
        f"Rank curves of {len(largest)} quantities over {len(calibration.rankings)} data sets with "
        "the bands that chance allows. "
        + (
            f"The curve leaves the wider band for {', '.join(outside)}."
            if outside
            else "All curves stay inside the wider band."
        )
        + f" The largest difference is {size:.1f} percentage points, for the {label}."
    )


def _panel(
    box: Axes, quantity: Quantity, curve: Floats, narrow: list[Floats], wide: list[Floats]
) -> None:
    x = np.linspace(0.0, 1.0, RANKED + 2)
    for (lower, upper), colour in ((wide, WIDE), (narrow, NARROW)):
        box.fill_between(x, lower, upper, color=colour, linewidth=0)
    box.axhline(0.0, color=MUTED, linewidth=0.8)
    box.plot(x, curve, color=CURVE if quantity.even else UNEVEN, linewidth=1.6)
    box.set_title(quantity.label + ("" if quantity.even else ": uneven"))
    box.set(xlim=(0.0, 1.0), xticks=[0.0, 0.5, 1.0])


def _excess(quantity: Quantity) -> Floats:
    counts = ranks.counts_below(quantity.ranks, RANKED)
    return _difference(counts, quantity.ranks.size)


def _band(n: int, level: float) -> list[Floats]:
    return [_difference(counts, n) for counts in ranks.band(n, RANKED, level)]


def _difference(counts: NDArray[np.int64], n: int) -> Floats:
    """Counts as percentages of n, less what even ranks give, with the two ends, which are zero."""
    even = np.arange(1, RANKED + 1) / (RANKED + 1)
    return 100.0 * np.concatenate([[0.0], counts / n - even, [0.0]])
