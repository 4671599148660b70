"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.findings.criticism.influence import conflicts
from compare.findings.criticism.misfit import misfits
from compare.findings.criticism.rounding import coarse
from compare.findings.fits.nodes import inexact
from compare.findings.head.cautions import left_out
from compare.findings.head.points import recurring
from compare.findings.names import renamed
from compare.findings.survey import on_survey
from compare.language import en

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.language.book import Book

__all__ = ["cautions", "second_look"]


def cautions(comparison: Comparison, book: Book = en) -> tuple[str, ...]:
    """Say what was left out, where ties, weights, misfits, the prior or names matter.

    Parameters
    ----------
    comparison : Comparison
    book : Book
        What says it.

    Returns
    -------
    tuple of str
        A sentence or two each. If the draws fail their checks, which is said elsewhere, only what
        is true of any.
    """
    data = (
        book.left_out(left_out(comparison.case)),
        book.on_survey(on_survey(comparison)),
        book.recurring(recurring(comparison)),
    )
    return (*filter(None, data), *second_look(comparison, book))


def second_look(comparison: Comparison, book: Book = en) -> tuple[str, ...]:
    """The same without what is said of the data and their weights."""
    if not comparison.sampled_well:
        return ()
    others = (
        book.on_nodes(inexact(comparison)),
        book.on_rounding(coarse(comparison)),
        " ".join(book.conflicts(conflicts(comparison))),
        *map(book.renamed, renamed(comparison)),
    )
    return (*book.misfits(misfits(comparison)), *filter(None, others))
