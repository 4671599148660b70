"""The figure of cost as n grows: seconds over the number of values, both on log scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.engine.words import listed, taken
from benchmarks.size.growth_page import NAMES, exponent, points
from compare.figures.drawing import export, key, page, styled
from compare.figures.palette import BAYES, EM, INK, MUTED, TRUTH
from compare.language.figure_book import FigureText

__all__ = ["alt_text", "draw"]

Row = Mapping[str, Any]

LINES = {
    "errors": (EM, "-", "o"),
    "profile": (EM, "--", "s"),
    "bayes": (BAYES, "-", "^"),
    "report": (INK, "-", "D"),
    "scikit-learn": (MUTED, "-", "v"),
    "maximum": (MUTED, "--", "P"),
    "pymc": (TRUTH, "-.", "X"),
}
"""Colour, dashes and marker: no two lines differ by colour alone."""


@styled
def draw(rows: Sequence[Row]) -> bytes | None:
    """A PNG, light; None where no tool was measured at two sizes.

    Parameters
    ----------
    rows : sequence of mapping
        As of `growth.measure`.
    """
    if not _drawn(rows):
        return None
    sheet = page(4.2)
    box = sheet.add_subplot()
    for tool in _drawn(rows):
        colour, dashes, marker = LINES[tool]
        at, seconds = zip(*points(rows, tool), strict=True)
        box.plot(
            at, seconds, color=colour, linestyle=dashes, marker=marker, markersize=5.5,
            markeredgewidth=0, label=NAMES[tool],
        )  # fmt: skip
    box.set(xscale="log", yscale="log", xlabel="number of values", ylabel="time")
    box.minorticks_off()
    box.margins(x=0.08)
    for axis, written in ((box.xaxis, _shortened), (box.yaxis, _lasting)):
        low, high = axis.get_view_interval()
        decades = [10.0**power for power in range(-6, 13) if low <= 10.0**power <= high]
        axis.set_ticks(decades, labels=[written(value) for value in decades])
    key(sheet, box, columns=2)
    title = "Cost as n grows"
    return export(sheet, "growth", FigureText(title, alt_text(rows), title)).png


def alt_text(rows: Sequence[Row]) -> str:
    """What the figure shows, for those who cannot see it."""
    told = []
    for tool in _drawn(rows):
        found = points(rows, tool)
        told.append(
            f"{NAMES[tool]} from {taken(found[0][1])} at {found[0][0]:,} values to "
            f"{taken(found[-1][1])} at {found[-1][0]:,} (exponent {exponent(rows, tool):.2f})"
        )
    return f"Time over the number of values, both on log scales: {listed(told)}."


def _drawn(rows: Sequence[Row]) -> list[str]:
    return [tool for tool in NAMES if exponent(rows, tool) is not None]


def _shortened(value: float) -> str:
    """``1k``, ``10M``: six of them must fit below a figure as wide as a phone."""
    for unit, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.0f}{sign}"
    return f"{value:.0f}"


def _lasting(value: float) -> str:
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    return f"{value * 1e3:.0f} ms" if value < 1 else f"{value:,.0f} s"
