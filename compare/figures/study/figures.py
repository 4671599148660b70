"""Figures of a study: drawn from its performance; none writes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.figures.study.curve_figures import coverage, errors
from compare.figures.study.length_figure import length
from compare.figures.study.map_figures import agree, wald
from compare.figures.study.zip_figure import zipped
from compare.findings.study.shown import coverages_shown, errors_shown, lengths_shown, map_shown
from compare.language.en import study

if TYPE_CHECKING:
    from compare.figures.drawing import Figure
    from compare.language.study_book import StudyBook
    from compare.study.performance import Performance

__all__ = ["draw"]


def draw(performance: Performance, book: StudyBook = study) -> tuple[Figure, ...]:
    """All figures that make sense for a study, in the order of its page.

    Parameters
    ----------
    performance : Performance
    book : StudyBook
        What says it.

    Returns
    -------
    tuple of Figure
        Named agree, wald, errors, coverage, length and zip. The first two need a population that
        was seen by EM and by the sampler with two n or two D, the next two one that was seen at
        all with these; length needs profile intervals and zip any, for the first cell.
    """
    over_all = map_shown(performance)
    off, held = errors_shown(performance), coverages_shown(performance)
    lengths = lengths_shown(performance)
    made = (
        agree(over_all, book) if over_all else None,
        wald(over_all, book) if over_all else None,
        errors(off, book) if off else None,
        coverage(held, book) if held else None,
        length(lengths, book) if lengths else None,
        zipped(performance, book),
    )
    return tuple(figure for figure in made if figure is not None)
