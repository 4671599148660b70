"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.influence import conflicts
from compare.misfit import misfits
from compare.names import renamed
from compare.rounding import coarse
from compare.verdict import believed, inexact

if TYPE_CHECKING:
    from compare.table import Comparison

__all__ = ["cautions"]


def cautions(comparison: Comparison) -> tuple[str, ...]:
    """Say where nodes, model or rounding miss the data, the prior decides, or names matter.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of str
        A sentence or two each. None if the draws fail their checks, which is said elsewhere.
    """
    if not believed(comparison):
        return ()
    others = inexact(comparison), coarse(comparison), " ".join(conflicts(comparison))
    return (*misfits(comparison), *filter(None, others), *renamed(comparison))
