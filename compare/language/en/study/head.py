"""What a study found, in sentences, in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

from compare.language.en.study.terms import METHODS, digits, estimand, figure, population
from compare.language.en.words import listed
from compare.language.numbers import fixed, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.findings.study.advice import Advice, Misled
    from compare.findings.study.covering import Covering
    from compare.findings.study.head import Head
    from compare.findings.study.sides import Place

__all__ = ["about", "headline", "misled", "on_advice", "on_elsewhere", "on_intervals", "title"]


def title() -> str:
    """Of the page."""
    return "Who is right how often: EM against Bayes"


def about(head: Head) -> str:
    """What was simulated, in a sentence or two."""
    others = len(head.elsewhere)
    also = {
        0: "",
        1: ", and so were samples of another design",
    }.get(others, f", and so were samples of {others} other designs")
    return (
        f"{head.n_fits:,} samples of {head.place.n:,} values from "
        f"{population(head.place.population)} were fitted by EM and {head.n_posteriors:,} of "
        f"them by Bayes{also}. The truth being known, errors can be counted. A number "
        "after ± is a Monte Carlo standard error: what more "
        "samples would still change."
    )


def headline(head: Head) -> str:
    """Which of the two is closer to the truth for the first design, and how sure that is."""
    place = head.place
    values = f"{place.n:,} values from {population(place.population)}"
    low = min((gain for _, gain in head.gains), key=lambda gain: gain.value)
    high = max((gain for _, gain in head.gains), key=lambda gain: gain.value)
    size = f"{figure(place.gain)} times as large"
    ranging = f"from {figure(low)} for one parameter to {figure(high)} for another"
    match place.side:
        case "bayes":
            return (
                f"For {values} the posterior mean is closer to the truth than EM's maximum: its "
                f"error is {size} on average over the parameters, {ranging}."
            )
        case "em":
            return (
                f"For {values} EM's maximum is closer to the truth than the posterior mean, whose "
                f"error is {size} on average over the parameters, {ranging}."
            )
        case "alike":
            return (
                f"For {values} EM's maximum and the posterior mean are equally close to the truth: "
                f"the error of the second is {size} on average over the parameters."
            )
        case "unsure":
            return (
                f"For {values} too few samples were drawn to say which is closer to the truth: the "
                f"error of the posterior mean is {size} as that of EM's maximum on average over "
                f"the parameters, {ranging}."
            )
        case _:
            assert_never(place.side)


def on_intervals(head: Head) -> str:
    """How often each kind of interval holds the truth for the first design."""
    parts = [
        f"{METHODS[one.method]} {_ranging(one)}"
        for one in head.coverings
        if one.method in {"wald", "profile", "bootstrap", "credible"}
    ]
    return (
        f"Intervals that should hold the truth in {percent(head.level)} of all samples do so in "
        f"this share, from the parameter that fares worst to the one that fares best: "
        f"{'; '.join(parts)}."
    )


def on_elsewhere(places: Sequence[Place]) -> list[str]:
    """Where EM and Bayes agree elsewhere, and where one of them is clearly closer, a line each."""
    said = []
    for side, words in (
        ("bayes", "Bayes is clearly closer to the truth for {}."),
        ("em", "EM's maximum is clearly closer for {}."),
        ("alike", "It does not matter which one takes, to within a tenth, for {}."),
        ("unsure", "More samples are needed to say for {}."),
    ):
        found = _grouped([place for place in places if place.side == side])
        if found:
            said.append(words.format(found))
    return said


def misled(found: Misled | None) -> str:
    """Where the prior is wrong; empty where that was not seen."""
    if found is None:
        return ""
    said = []
    if found.farther:
        worst = max(found.farther, key=lambda place: place.gain.value)
        where = _grouped(found.farther)
        said.append(
            f"EM's maximum is clearly closer to the truth for {where}, where the error of the "
            f"posterior mean is up to {figure(worst.gain)} times as large"
        )
    if found.short:
        worst = min(found.short, key=lambda place: place.credible.value)
        where = _grouped([worst])
        said.append(
            f"credible intervals of {percent(found.level)} hold the truth in as few as "
            f"{fixed(100.0 * worst.credible.value, 0)}% of samples for {where}, for the parameter "
            f"that fares worst, where profile likelihood has "
            f"{fixed(100.0 * worst.profile.value, 0)}%"
        )
    return f"Where the prior is wrong, Bayes is, too: {'; '.join(said)}."


def on_advice(found: Advice) -> list[str]:
    """What to take for data like those of the first design, and what each costs, in sentences."""
    return [text for text in (_take(found), _take_intervals(found), _until(found)) if text]


def _take(found: Advice) -> str:
    names = [estimand(loss.estimand) for loss in found.losses]
    em, bayes = (
        listed([f"{name} by {fixed(loss.value, digits(loss))}" for name, loss in pairs])
        for pairs in (
            zip(names, (loss.by_em for loss in found.losses), strict=True),
            zip(names, (loss.by_bayes for loss in found.losses), strict=True),
        )
    )
    values = f"{found.place.n:,} values from {population(found.place.population)}"
    match found.place.side:
        case "bayes":
            what = f"Take the posterior for {values}."
        case "em":
            what = f"Take EM's maximum for {values}."
        case "alike":
            what = f"Take either for {values}."
        case "unsure":
            what = f"Which to take for {values}, so few samples cannot say."
        case _:
            assert_never(found.place.side)
    return (
        f"{what} Typically (root mean square) EM's maximum misses {em}; the posterior mean {bayes}."
    )


def _take_intervals(found: Advice) -> str:
    level, best = percent(found.level), found.with_em
    wald = (
        ""
        if found.falls_short is None
        else f", Wald's, which most programs give, in {_share(found.falls_short)}"
    )
    flattered = (
        f", more than promised: this truth suits the prior, over which it is {level}"
        if found.suits_prior
        else ""
    )
    return (
        f"With EM take {METHODS[best.method]} for intervals: for the parameter that fares worst, "
        f"those of {level} hold the truth in {_share(best)} of samples{wald}; credible intervals "
        f"hold it in {_share(found.with_bayes)}{flattered}."
    )


def _until(found: Advice) -> str:
    """How many values make it not matter; empty where one number was simulated."""
    if found.settled is None:
        return ""
    still, settled = found.settled.still, found.settled.settled
    matters = "" if still is None else f"{still.n:,} values ({figure(still.gain)})"
    no_more = "" if settled is None else f"{settled.n:,} values ({figure(settled.gain)})"
    ratio = "in brackets is the error of the posterior mean over EM's"
    if matters and no_more:
        return (
            f"How many values of such groups make it not matter? With {matters} it still does, "
            f"with {no_more} no longer, to within a tenth; {ratio}."
        )
    if matters:
        return (
            "How many values of such groups make it not matter? More than were simulated: with "
            f"{matters} it still does; {ratio}."
        )
    if no_more:
        return f"Of such groups it does not matter, to within a tenth, from {no_more} on; {ratio}."
    return ""


def _share(one: Covering) -> str:
    return f"{fixed(100.0 * one.lowest.value, 0)}%"


def _order(place: Place) -> float:
    return 0.0 if math.isnan(place.separation) else place.separation


def _grouped(places: Sequence[Place]) -> str:
    """Designs, those that differ in the number of values alone together."""
    sizes: dict[str, list[str]] = {}
    names = [place.population for place in places]
    for place in sorted(places, key=lambda one: (names.index(one.population), _order(one), one.n)):
        unsaid = place.population in {"skewed", "rounded"} or math.isnan(place.separation)
        shown = "" if unsaid else f" at D = {fixed(place.separation, 1)}"
        sizes.setdefault(f"{population(place.population)}{shown}", []).append(f"{place.n:,}")
    return "; ".join(f"{where} (n = {listed(ns)})" for where, ns in sizes.items())


def _ranging(one: Covering) -> str:
    low, high = fixed(one.lowest.value, 2), fixed(one.highest.value, 2)
    return low if low == high else f"{low} to {high}"
