"""Figures of the draws, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import capitalized, label, listed, number, percent
from compare.language.figure_book import FigureText
from compare.language.numbers import signed

if TYPE_CHECKING:
    from compare.findings.shown.posterior import (
        Added,
        PairsShown,
        Placed,
        PriorsShown,
        RanksShown,
        Tie,
    )

__all__ = ["pairs_figure", "priors_figure", "ranks_figure"]


def pairs_figure(shown: PairsShown) -> FigureText:
    """Parameters against each other."""
    names = listed([label(one.parameter) for one in shown.placed])
    strongest = listed([_tie(one) for one in shown.strongest] or ["none"])
    omitted = (
        f" The {len(shown.placed)} parameters with the strongest correlations are shown, "
        f"{shown.n_left_out} are left out."
        if shown.n_left_out
        else ""
    )
    return FigureText(
        "How the parameters hang together",
        f"Pairs plot of the posterior of {names}, with EM's estimate marked. Strongest "
        f"correlations: {strongest}. {' '.join(map(_placed, shown.placed))}{omitted}",
        "Below the diagonal, draws from the posterior with the regions that hold 50% and "
        f"{percent(shown.level)} of them; above it, the correlations. A long thin or bent cloud "
        "means that the data pin down a combination of the two parameters better than either "
        f"one.{omitted}",
    )


def _tie(one: Tie) -> str:
    return f"{label(one.first)} with {label(one.second)} {signed(one.correlation)}"


def _placed(one: Placed) -> str:
    return (
        f"{capitalized(label(one.parameter))}: EM "
        f"{number(one.estimate.value, one.estimate.width)}, at the posterior's "
        f"{percent(round(one.quantile, 2))} quantile."
    )


def priors_figure(shown: PriorsShown) -> FigureText:
    """What the data added."""
    return FigureText(
        "What the data added to the prior",
        f"Prior and posterior of {len(shown.rows)} parameters. {' '.join(map(_added, shown.rows))}",
        "Dashed: what the prior allowed before the data. Filled: what remained after them. Where "
        "the two look alike, the answer comes from the prior rather than from the data.",
    )


def _added(one: Added) -> str:
    return (
        f"{capitalized(label(one.parameter))}: the prior's spread (sd) is {number(one.prior)}, "
        f"the posterior's {number(one.posterior)}."
    )


def ranks_figure(shown: RanksShown) -> FigureText:
    """Whether the chains agree."""
    strayed = (
        f"Some chain leaves the band for {listed(list(map(label, shown.strayed)))}."
        if shown.strayed
        else "No chain leaves the band."
    )
    rhat = []
    if shown.largest_rhat is not None:
        rhat.append(f"Largest R-hat {shown.largest_rhat:.3f}.")
    if shown.unknown:
        rhat.append(f"R-hat is unknown for {listed(list(map(label, shown.unknown)))}.")
    return FigureText(
        "Whether the chains agree",
        f"Rank curves of {shown.n_chains} chains for {shown.n_parameters} parameters, every "
        f"{_ordinal(shown.spacing)} draw, with the band for chains that agree. {strayed} "
        f"{' '.join(rhat)}",
        "For each chain, by how much its share of the draws up to a rank exceeds what it should "
        "be if all chains drew from the same posterior. When they agree, all curves stay inside "
        "the grey bands in 95 of 100 reports; one far outside has seen a different posterior.",
    )


def _ordinal(count: int) -> str:
    if count == 1:
        return "single"
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{count}{'th' if count % 100 in {11, 12, 13} else endings.get(count % 10, 'th')}"
