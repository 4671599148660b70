"""Figures: a comparison, drawn. Each function returns one finished figure and writes no file.

EM is vermillion with circles and solid lines, the posterior is blue with diamonds, dashes and
bands, the truth is green with stars and dots, in every figure: nothing rests on colour alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from compare.figures.ascent_figures import OriginalPath, loglik, path
from compare.figures.criticism_figures import expected, pit
from compare.figures.data_figures import fit, groups
from compare.figures.diagnostic_figures import predictive, ranks
from compare.figures.drawing import PALETTE, Figure
from compare.figures.forest_figure import forest
from compare.figures.posterior_figures import pairs, priors
from compare.language import en

if TYPE_CHECKING:
    from collections.abc import Collection

    from compare.comparison.table import Comparison
    from compare.language.figure_book import FigureBook

__all__ = [
    "PALETTE",
    "Figure",
    "OriginalPath",
    "draw",
    "expected",
    "fit",
    "forest",
    "groups",
    "loglik",
    "pairs",
    "path",
    "pit",
    "predictive",
    "priors",
    "ranks",
]


def draw(
    comparison: Comparison,
    original: OriginalPath | None = None,
    only: Collection[str] | None = None,
    book: FigureBook = en,
) -> tuple[Figure, ...]:
    """All figures that make sense for a comparison, in the order of the report.

    Parameters
    ----------
    comparison : Comparison
    original : OriginalPath, optional
        The original report's passes, where the data are the original's.
    only : collection of str, optional
        The names of the figures to draw; all by default.
    book : FigureBook
        What says it.

    Returns
    -------
    tuple of Figure
        Named forest, fit, pairs, path, groups, predictive, pit, expected, priors, loglik and
        ranks. Without `original` there is no path; with one component no groups; a fit of fewer
        than three iterations has no loglik and a single chain no ranks, nor have draws of a
        sequential run. Without criticism there
        is neither pit nor expected, and no pit where leave-one-out was not possible; with sampling
        weights there is neither predictive nor pit.
    """
    makers = {
        "forest": forest,
        "fit": fit,
        "pairs": pairs,
        "path": None if original is None else partial(path, original),
        "groups": groups,
        "predictive": predictive,
        "pit": pit,
        "expected": expected,
        "priors": priors,
        "loglik": loglik,
        "ranks": ranks,
    }
    drawn = (
        make(comparison, book=book)
        for name, make in makers.items()
        if make is not None and (only is None or name in only)
    )
    return tuple(figure for figure in drawn if figure is not None)
