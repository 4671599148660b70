"""Sections: the parts of the report in their order, each made of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.findings import agreement, borders, diagnostics, differences, group_count, names
from compare.findings import made as how
from compare.findings.criticism import influence, misfit, rivals, rounding
from compare.findings.fits import climb, nodes, sampler, told_apart, tops
from compare.findings.optima import optima
from compare.findings.original import story
from compare.findings.study.quoted import HowOften, how_often
from compare.language import en
from compare.page.answers import explained, side_by_side
from compare.page.blocks import Code, Drawing, Facts, Heading, Section, Table, section
from compare.page.document import versions
from compare.tables.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compare.comparison.original import Original
    from compare.comparison.table import Comparison
    from compare.figures.drawing import Figure
    from compare.language.book import Book
    from compare.language.texts import Cells

__all__ = ["reproduce", "sections", "table"]

SHOWN = 6
"""Of the tops that the starts led to, at the most."""


def sections(
    comparison: Comparison,
    figures: Mapping[str, Figure],
    original: Original | None,
    book: Book = en,
) -> tuple[Section, ...]:
    """Everything below the headline: what was found, then how far to trust it, then how made.

    Parameters
    ----------
    comparison : Comparison
    figures : mapping of str to Figure
        By name. A section leaves out a figure that is not there.
    original : Original, optional
        The original report's passes, where the data are the original's.
    book : Book
        What says it.

    Returns
    -------
    tuple of Section
        Without those that have nothing to show.
    """
    words, titles = book.furniture, book.furniture.titles
    apart, humps = borders.borders(comparison), borders.humps(comparison)
    by_bayes, often = rivals.rivals(comparison), how_often(comparison)
    checks, speaking = misfit.checks(comparison), influence.influence(comparison)

    def figure(name: str) -> Drawing | None:
        return Drawing(figures[name]) if name in figures else None

    def joined(*sentences: str) -> str:
        return words.space.join(filter(None, sentences))

    found = (
        section(
            "table",
            titles.table,
            side_by_side(comparison, book),
            book.weights_by_spread(names.weights_by_spread(comparison)),
            joined(
                book.agreement(agreement.agreement(comparison)),
                "" if isinstance(often, HowOften) else book.how_often(often),
                book.on_truth(agreement.on_truth(comparison)),
            ),
            book.how_often(often) if isinstance(often, HowOften) else None,
            figure("forest"),
            explained(comparison, book),
        ),
        section("fit", titles.fit, figure("fit")),
        section(
            "differences",
            titles.differences,
            *book.differences(differences.differences(comparison)),
            figure("pairs"),
        ),
        None
        if original is None
        else section(
            "original",
            titles.original,
            book.story(story(original, int(comparison.case.seed or 0))),
            table(book.stops(original.stops)),
            figure("path"),
        ),
        section("groups", titles.groups, figure("groups")),
        section(
            "apart",
            titles.apart,
            book.separation(group_count.separation(comparison)),
            book.apart_table(apart),
            joined(book.on_humps(humps), book.on_borders(apart)),
            book.what_apart_means(apart),
        ),
        section(
            "count",
            titles.count,
            book.number_of_groups(group_count.number_of_groups(comparison)),
            table(book.criteria(group_count.criteria(comparison))),
            book.on_rivals(by_bayes),
            book.rival_table(by_bayes),
            book.what_rivals_mean(by_bayes),
        ),
        section(
            "model",
            titles.model,
            book.on_rounding(rounding.rounding(comparison)),
            book.on_checks(checks),
            book.check_table(checks),
            book.what_is_checked(checks),
            figure("predictive"),
            book.on_loo(misfit.prediction(comparison)),
            figure("pit"),
        ),
        section(
            "prior",
            titles.prior,
            Facts(book.priors(comparison.posterior.settings.priors)),
            book.on_prior(influence.expected(comparison)),
            figure("expected"),
            book.on_influence(speaking),
            book.influence_table(speaking),
            book.what_speaks(speaking),
            figure("priors"),
        ),
        section(
            "diagnostics",
            titles.diagnostics,
            Heading(words.em),
            book.on_climb(climb.on_climb(comparison)),
            book.on_nodes(nodes.on_nodes(comparison)),
            book.on_identifiability(told_apart.on_identifiability(comparison)),
            book.on_optima(climb.on_optima(comparison, SHOWN)),
            book.on_shares(tops.on_shares(comparison)),
            _optima(comparison, book),
            book.on_penalty(influence.penalty(comparison)),
            figure("loglik"),
            Heading(words.sampler),
            table(book.diagnostics(diagnostics.diagnostics(comparison))),
            book.on_chains(sampler.on_chains(comparison)),
            figure("ranks"),
            *_names(comparison, book),
        ),
        reproduce(book, comparison.command, book.made(how.made(comparison)), comparison.seconds),
    )
    return tuple(part for part in found if part is not None)


def table(said: Cells | None) -> Table | None:
    """A table as a book has it."""
    return None if said is None else Table(said.label, said.head, said.rows, said.chosen)


def _names(comparison: Comparison, book: Book) -> tuple[Heading | str, ...]:
    told = book.on_names(names.on_names(comparison))
    return (Heading(book.furniture.names), told) if told else ()


def _optima(comparison: Comparison, book: Book) -> Table | None:
    found = optima(comparison, SHOWN, tops.top_shares_of(comparison))
    places = range(0 if found is None else len(found.tops))
    held = [
        tuple(map(book.share_of_draws, tops.held_by_top(comparison, place))) for place in places
    ]
    return table(book.optima(found, held))


def reproduce(
    book: Book,
    command: str | None,
    told: str,
    seconds: Mapping[str, float],
    *facts: tuple[str, str],
) -> Section | None:
    """How to make the report again.

    Parameters
    ----------
    book : Book
    command : str or None
        The command line, where there is one.
    told : str
        The settings, and what else there is to say.
    seconds : mapping of str to float
        How long each step took.
    *facts : (str, str)
        Names, each with what there is to say on it.

    Returns
    -------
    Section or None
    """
    typed = "\n".join(map(one_line, (command or "").splitlines()))
    packages = ", ".join(f"{package} {version}" for package, version in versions().items())
    words, took = book.furniture, book.seconds(seconds)
    return section(
        "reproduce",
        words.titles.reproduce,
        Code(typed) if typed else None,
        told,
        Facts((*facts, (words.versions, packages), *([(words.seconds, took)] if took else []))),
    )
