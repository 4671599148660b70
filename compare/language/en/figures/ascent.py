"""Figures of EM's way up, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.figures.labels import name_of_stop
from compare.language.en.terms import number
from compare.language.figure_book import FigureText

if TYPE_CHECKING:
    from compare.findings.shown.ascent import ClimbShown, PathShown, Stopped

__all__ = ["climb_figure", "path_figure"]


def climb_figure(shown: ClimbShown) -> FigureText:
    """How the log-likelihood rose."""
    end = (
        "Where the line ends, rounding is all that is left."
        if shown.converged
        else "The line ends because EM stopped, not because it was done."
    )
    return FigureText(
        "EM's way up",
        f"Log-likelihood of the fit, {shown.n_iter} iterations: {number(shown.first_gap)} below "
        f"its last value {number(shown.loglik, 1e-4)} after the first iteration, "
        f"{number(shown.last_gap)} one iteration before the end. "
        f"Status: {shown.status.message.rstrip('.')}.",
        "How far the log-likelihood of each iteration is below the last one. The axis is "
        "logarithmic: a straight fall means slow steps of equal ratio, a plunge means that "
        f"Newton's method has taken over. {end}",
    )


def path_figure(shown: PathShown) -> FigureText:
    """The original report's passes of plain EM."""
    truth = "" if shown.truth is None else f" The true weight is {number(shown.truth, 0.1)}."
    scale = (
        ""
        if shown.wider is None
        else " Mind the scale: by EM's own interval the weight may be anything from "
        f"{shown.wider.lower:.2f} to {shown.wider.upper:.2f}."
    )
    return FigureText(
        "Plain EM, pass by pass",
        f"{shown.n_passes} passes of plain EM towards the maximum, log-likelihood "
        f"{number(shown.loglik, 1e-4)} at weight {shown.weight:.4f}. "
        f"{' '.join(map(_stopped, shown.stopped))}{truth}",
        "Above, how far below the maximum each pass of plain EM is; below, the weight of the "
        "lower group. Far right is where the passes end; who stops earlier prints a point on the "
        f"way.{scale}",
    )


def _stopped(one: Stopped) -> str:
    name = f" ({name_of_stop(one.mark)})" if one.mark.printed else ""
    return (
        f"After {one.mark.passes} passes{name} the weight is {one.weight:.4f} and the "
        f"log-likelihood {number(one.gap)} below the maximum."
    )
