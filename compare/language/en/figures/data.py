"""Figures over the axis of the data, and of how well these were predicted, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.criticism.influence import on_prior
from compare.language.en.figures.labels import group_label, variable
from compare.language.en.terms import group, listed, number, percent, unit_after
from compare.language.figure_book import FigureText

if TYPE_CHECKING:
    from compare.findings.criticism.influence import Expected
    from compare.findings.shown.data import (
        Crossing,
        FitShown,
        GroupsShown,
        Normal,
        PitShown,
        PredictiveShown,
    )

__all__ = [
    "expected_figure",
    "fit_figure",
    "groups_figure",
    "pit_figure",
    "predictive_figure",
]


def fit_figure(shown: FitShown) -> FigureText:
    """The data with EM's density and the posterior's."""
    held, data = percent(shown.level), shown.data
    beyond = (
        ""
        if shown.outside is None
        else f" {100 * shown.outside:.2g}% of the data lie beyond the edges."
    )
    overlap = (
        " Thin lines are EM's components: where they overlap much, the data hardly tell them apart."
        if len(shown.components) > 1
        else ""
    )
    return FigureText(
        "The data and the two fits",
        f"Histogram of {data.n:,.6g} values of {variable(data.variable)} from "
        f"{number(shown.extent.lower, shown.sd)} to {number(shown.extent.upper, shown.sd)}"
        f"{unit_after(data.unit)}. EM's density is {listed(list(map(_normal, shown.components)))}, "
        f"highest at {number(shown.peak, shown.sd)}. There the {held} posterior band runs from "
        f"{number(shown.band.lower, 0.1)} to {number(shown.band.upper, 0.1)} times EM's "
        f"density.{beyond}",
        "The solid line is EM's density, the dashed one the posterior's, and the band holds the "
        f"density at each point with {held} probability.{overlap}{beyond}",
    )


def _normal(one: Normal) -> str:
    density = f"normal({number(one.mean, one.sd)}, {number(one.sd, one.sd)})"
    return f"{number(one.weight, 0.1)} × {density}".removeprefix("1.000 × ")


def groups_figure(shown: GroupsShown) -> FigureText:
    """The probability of each group."""
    name = variable(shown.data.variable)
    of = "each group" if shown.only is None else group(shown.only)
    return FigureText(
        "Which group a value belongs to",
        f"Probability of each group against {name}. {_changes(shown)}",
        f"At each {name}, the probability that a value there came from {of}; the band holds it "
        f"with {percent(shown.level)} probability. Circles mark where EM's most probable group "
        "changes, the strip below shows where the data are.",
    )


def _changes(shown: GroupsShown) -> str:
    if not shown.places:
        return (
            f"By EM the same group, {group_label(shown.everywhere)}, is the most probable "
            "everywhere in the data."
        )
    places = listed([number(place, shown.spread) for place in shown.places])
    told = [_crossing(shown, one) for one in shown.crossings]
    return " ".join(
        [
            f"By EM the most probable group changes at {places}{unit_after(shown.data.unit)}.",
            *told,
        ]
    )


def _crossing(shown: GroupsShown, one: Crossing) -> str:
    by_em, median, lower, upper = (
        percent(round(value, 2))
        for value in (one.by_em, one.median, one.band.lower, one.band.upper)
    )
    return (
        f"At {number(one.at, shown.spread)}{unit_after(shown.data.unit)} EM gives "
        f"{group(one.group)} {by_em}; the posterior's median is {median}, its "
        f"{percent(shown.level)} band {lower} to {upper}."
    )


def predictive_figure(shown: PredictiveShown) -> FigureText:
    """The data beside data sets that were drawn from the posterior."""
    as_far = percent(round(shown.as_far, 2))
    return FigureText(
        "Whether the model could have made the data",
        f"The data's distribution function less the predicted one, with {shown.n_drawn} data sets "
        "drawn from the posterior. The largest difference of the data is "
        f"{shown.distance:.3f}; {as_far} of the replicated data sets have one as large. The data "
        f"lie outside the {percent(shown.level)} band over "
        f"{percent(round(shown.outside, 2))} of the axis.",
        "Data sets of the same size are drawn from the posterior and compared with the real one. "
        f"The thick line should look like one of the thin ones: {as_far} of them stray as far from "
        "the prediction as the data do. A tiny share would mean that the model misses something.",
    )


def pit_figure(shown: PitShown) -> FigureText:
    """How the predicted probabilities of smaller values are spread."""
    return FigureText(
        "Whether each value was to be expected",
        f"For {shown.n:,} values, each predicted from the others, the share with at most so "
        "much predicted probability below them, less what it should be. The curve "
        f"{'leaves' if shown.leaves else 'stays inside'} the {percent(shown.level)} band of ± "
        f"{number(shown.width, shown.width)}; its largest excess is "
        f"{number(shown.most, shown.width)} at {shown.at:.2f}.",
        "Each value is predicted from all the others. If the model is right, a tenth of the "
        "values lies in the lowest tenth of its prediction, half in the lower half, and so on: "
        "the curve stays near zero, inside the grey band. A wave that leaves the band shows where "
        "there are more or fewer values than predicted.",
    )


def expected_figure(found: Expected) -> FigureText:
    """What the prior expected, and the data."""
    return FigureText(
        "What the prior expected",
        f"Densities of mixtures drawn from the prior, beside the data. {on_prior(found)}",
        "Before it saw the data, the model expected mixtures like the dashed ones, and values as "
        "the solid line has them. They should cover the data easily, and yet not reach far to "
        "values that cannot be. Narrow mixtures run out of the top.",
    )
