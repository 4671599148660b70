"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.findings.head.cautions import left_out, second_look
from compare.findings.head.codes import codes
from compare.findings.head.points import recurring
from compare.findings.survey import on_survey
from compare.language import en

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.language.book import Book

__all__ = ["cautions"]


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
        book.codes(codes(comparison.case)),
        book.on_survey(on_survey(comparison)),
        book.recurring(recurring(comparison)),
    )
    found = second_look(comparison)
    if found is None:
        return tuple(filter(None, data))
    others = (
        book.on_nodes(found.nodes),
        book.on_rounding(found.rounding),
        book.furniture.space.join(book.conflicts(found.conflicts)),
        *map(book.renamed, found.renamed),
    )
    return tuple(filter(None, (*data, *book.misfits(found.misfits), *others)))
