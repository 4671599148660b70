"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.findings.influence import conflicts
from compare.findings.misfit import misfits
from compare.findings.rounding import coarse
from compare.language import en
from compare.language.wording import left_out
from compare.words.names import renamed
from compare.words.point_words import recurring
from compare.words.survey import on_survey
from compare.words.verdict import inexact

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["cautions", "second_look"]


def cautions(comparison: Comparison) -> tuple[str, ...]:
    """Say what was left out, where ties, weights, misfits, the prior or names matter.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of str
        A sentence or two each. If the draws fail their checks, which is said elsewhere, only what
        is true of any.
    """
    gone = left_out(comparison.case)
    data = (
        f"{gone}; what is said here is of the others." if gone else "",
        on_survey(comparison),
        recurring(comparison),
    )
    return (*filter(None, data), *second_look(comparison))


def second_look(comparison: Comparison) -> tuple[str, ...]:
    """The same without what is said of the data and their weights."""
    if not comparison.sampled_well:
        return ()
    others = (
        inexact(comparison),
        en.on_rounding(coarse(comparison)),
        " ".join(en.conflicts(conflicts(comparison))),
    )
    return (
        *en.misfits(misfits(comparison)),
        *filter(None, others),
        *renamed(comparison),
    )
