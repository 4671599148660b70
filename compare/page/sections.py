"""Sections: the parts of the report in their order, each made of blocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import em
from compare.comparison.original import story
from compare.findings import (
    agreement,
    borders,
    differences,
    group_count,
    influence,
    misfit,
    rivals,
    rounding,
)
from compare.language import en
from compare.language.labels import number
from compare.language.wording import fixed, group_names
from compare.page.answers import answers, columns, constant
from compare.page.blocks import Code, Drawing, Facts, Heading, Section, Table, section
from compare.page.document import versions
from compare.tables.errors import one_line
from compare.tables.printable import plain
from compare.words import findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compare.comparison.original import Original
    from compare.comparison.table import Comparison, Row
    from compare.figures.drawing import Figure
    from compare.language.book import Book

__all__ = ["reproduce", "sampler_settings", "sections"]

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
    apart, humps = borders.borders(comparison), borders.humps(comparison)
    by_bayes = rivals.rivals(comparison)
    checks, speaking = misfit.checks(comparison), influence.influence(comparison)

    def figure(name: str) -> Drawing | None:
        return Drawing(figures[name]) if name in figures else None

    found = (
        section(
            "table",
            "The two answers, side by side",
            answers(comparison),
            findings.weights_by_spread(comparison),
            " ".join(
                filter(
                    None,
                    (
                        book.agreement(agreement.agreement(comparison)),
                        book.on_truth(agreement.on_truth(comparison)),
                    ),
                )
            ),
            figure("forest"),
            columns(comparison),
        ),
        section("fit", "The data and the two fits", figure("fit")),
        section(
            "differences",
            "Where the two differ, and why",
            *book.differences(differences.differences(comparison)),
            figure("pairs"),
        ),
        None
        if original is None
        else section(
            "original",
            "The original report, revisited",
            story(original, int(comparison.case.seed or 0)),
            _stops(original),
            figure("path"),
        ),
        section("groups", "Which group does a value belong to?", figure("groups")),
        section(
            "apart",
            "How far apart are the groups, and where is the border?",
            book.separation(group_count.separation(comparison)),
            book.apart_table(apart),
            _joined(book.on_humps(humps), book.on_borders(apart)),
            book.what_apart_means(apart),
        ),
        section(
            "count",
            "How many groups?",
            book.number_of_groups(group_count.number_of_groups(comparison)),
            _rivals(comparison),
            book.on_rivals(by_bayes),
            book.rival_table(by_bayes),
            book.what_rivals_mean(by_bayes),
        ),
        section(
            "model",
            "How well the model fits",
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
            "The prior, and what the data add to it",
            _priors(comparison),
            book.on_prior(influence.expected(comparison)),
            figure("expected"),
            book.on_influence(speaking),
            book.influence_table(speaking),
            book.what_speaks(speaking),
            figure("priors"),
        ),
        section(
            "diagnostics",
            "Can the numbers be believed?",
            Heading("EM"),
            findings.on_climb(comparison),
            findings.on_nodes(comparison),
            em.identifiability(comparison.fit, group_names(comparison)),
            findings.on_optima(comparison, SHOWN),
            findings.on_shares(comparison),
            _optima(comparison),
            book.on_penalty(influence.penalty(comparison)),
            figure("loglik"),
            Heading("The sampler"),
            _checks(comparison),
            findings.on_chains(comparison),
            figure("ranks"),
            *_names(comparison),
        ),
        reproduce(comparison.command, _settings(comparison), comparison.seconds),
    )
    return tuple(part for part in found if part is not None)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _names(comparison: Comparison) -> tuple[Heading | str, ...]:
    told = findings.on_names(comparison)
    return (Heading("The names of the groups"), told) if told else ()


def _stops(original: Original) -> Table:
    return Table(
        "Where EM was stopped",
        ("Numbers", "weights", "means", "sds", "log-likelihood here"),
        tuple(
            (
                stop.label,
                *_mixture(stop.mixture),
                "(other heights)" if stop.loglik is None else fixed(stop.loglik, 3),
            )
            for stop in original.stops
        ),
    )


def _rivals(comparison: Comparison) -> Table | None:
    fits = comparison.selection.fits
    if not fits:
        return None  # sampling weights have no criteria
    asked = comparison.n_components, comparison.fit.equal_sds
    chosen = [place for place, f in enumerate(fits) if (f.n_components, f.equal_sds) == asked]
    return Table(
        "Numbers of groups",
        ("Groups", "sds", "parameters", "log-likelihood", "AIC", "BIC", "ICL"),
        tuple(
            (
                f"{fit.n_components}{' (this report)' if place in chosen else ''}",
                "" if fit.n_components == 1 else "equal" if fit.equal_sds else "unequal",
                str(fit.n_parameters),
                *(
                    (fixed(fit.loglik, 3), fixed(fit.aic, 1), fixed(fit.bic, 1), fixed(fit.icl, 1))
                    if fit.converged
                    else ("no maximum", "", "", "")
                ),
            )
            for place, fit in enumerate(fits)
        ),
        chosen=chosen[0] if chosen else None,
    )


def _priors(comparison: Comparison) -> Facts:
    return Facts(
        tuple(
            (f"{plain(parameter, 300)} ~ {plain(distribution, 300)}", plain(reason, 300))
            for parameter, distribution, reason in comparison.posterior.settings.priors
        )
    )


def _optima(comparison: Comparison) -> Table | None:
    tops = comparison.fit.optima
    if len(tops) < 2:
        return None
    found = findings.top_shares_of(comparison)
    more: tuple[str, ...] = ()
    if found is not None:
        more = ("posterior",) if found.wider is None else ("posterior", "under a wider prior")
    return Table(
        "Optima found",
        ("Top", "weights", "means", "sds", "log-likelihood", "climbs", *more),
        tuple(
            (
                top.status.name.lower(),
                *_mixture(top.mixture),
                fixed(top.loglik, 3),
                str(top.n_starts),
                *findings.held_by_top(comparison, place)[: len(more)],
            )
            for place, top in enumerate(tops[:SHOWN])
        ),
        chosen=0,
    )


def _mixture(mixture: em.Mixture) -> tuple[str, str, str]:
    """Weights, means and sds, each in a cell."""
    weights = ", ".join(f"{value:.4f}" for value in mixture.weights)
    means, sds = (
        ", ".join(number(value, 0.1 * mixture.sd) for value in values)
        for values in (mixture.means, mixture.sds)
    )
    return weights, means, sds


def _checks(comparison: Comparison) -> Table:
    def cells(row: Row) -> tuple[str, ...]:
        said = row.bayes
        shown = ((said.rhat, 4), (said.ess_bulk, 0), (said.ess_tail, 0))
        return tuple(
            "not available" if math.isnan(value) else f"{value:,.{places}f}"
            for value, places in shown
        )

    sequential = comparison.posterior.diagnostics.by_sequential
    of_rhat = "R-hat of chains at one place" if sequential else "R-hat (at most 1.01)"
    return Table(
        "Diagnostics of the sampler",
        ("Parameter", of_rhat, "bulk ESS (at least 400)", "tail ESS (at least 400)"),
        tuple(
            (findings.label(comparison, row), *cells(row))
            for row in comparison.rows
            if not constant(comparison, row)
        ),
    )


def reproduce(
    command: str | None, told: str, seconds: Mapping[str, float], *facts: tuple[str, str]
) -> Section | None:
    """How to make the report again.

    Parameters
    ----------
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
    took = ", ".join(f"{step.replace('_', ' ')} {time:.2f}" for step, time in seconds.items())
    return section(
        "reproduce",
        "How to reproduce this",
        Code(typed) if typed else None,
        told,
        Facts((*facts, ("Versions", packages), *([("Seconds", took)] if took else []))),
    )


def sampler_settings(comparison: Comparison) -> str:
    """Say what the sampler was asked for."""
    settings = comparison.posterior.settings
    sequential = comparison.posterior.diagnostics.by_sequential
    other = " The draws are those of the sequential run instead." if sequential else ""
    return (
        f"Sampler: {settings.sampler}, {settings.chains} chains of {settings.tune} tuning steps "
        f"and {settings.draws} draws, target acceptance {settings.target_accept}, "
        f"seed {settings.seed}.{other}"
    )


def _settings(comparison: Comparison) -> str:
    case, told = comparison.case, sampler_settings(comparison)
    if case.seed is not None:
        told += f" Seed of the heights: {case.seed}."
    if comparison.command:
        name = plain(case.name, 120)
        told += (
            " The same command on the same versions gives the same numbers; the draws are in "
            f"{name}.nc and the numbers in {name}.json."
        )
    return told
