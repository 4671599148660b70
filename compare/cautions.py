"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.influence import conflicts
from compare.misfit import misfits
from compare.names import renamed
from compare.verdict import believed

if TYPE_CHECKING:
    from compare.table import Comparison

__all__ = ["cautions"]


def cautions(comparison: Comparison) -> tuple[str, ...]:
    """Say where the model misses the data, the prior decides, or names matter; empty if nowhere.

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
    prior = " ".join(conflicts(comparison))
    return (*misfits(comparison), *([prior] if prior else []), *renamed(comparison))
