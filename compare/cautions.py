"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.influence import conflicts
from compare.misfit import misfits
from compare.names import renamed
from compare.rounding import coarse
from compare.survey import on_survey
from compare.verdict import believed, inexact

if TYPE_CHECKING:
    from compare.table import Comparison

__all__ = ["cautions", "second_look"]


def cautions(comparison: Comparison) -> tuple[str, ...]:
    """Say what weights make of it, where the data are missed, the prior decides or names matter.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of str
        A sentence or two each. If the draws fail their checks, which is said elsewhere, only what
        is true of any.
    """
    weights = tuple(filter(None, [on_survey(comparison)]))
    return (*weights, *second_look(comparison))


def second_look(comparison: Comparison) -> tuple[str, ...]:
    """The same without what is said of the weights."""
    if not believed(comparison):
        return ()
    others = inexact(comparison), coarse(comparison), " ".join(conflicts(comparison))
    return (*misfits(comparison), *filter(None, others), *renamed(comparison))
