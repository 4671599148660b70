"""What a study of many data sets found, in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

from compare.language.en.words import capitalized, listed
from compare.language.numbers import fixed, percent
from compare.language.texts import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.findings.study.enough import Enough
    from compare.findings.study.head import Covering, Head
    from compare.findings.study.sides import Place
    from compare.study.performance import Coverage, Error
    from compare.study.simulated import Figure

__all__ = [
    "TITLES",
    "about",
    "coverages",
    "enough",
    "errors",
    "headline",
    "map_of",
    "on_elsewhere",
    "on_intervals",
    "title",
]

METHODS = {
    "maximum": "EM at the maximum",
    "listing 10": "the report's listing, 10 passes",
    "listing 30": "the report's listing, 30 passes",
    "scikit-learn": "scikit-learn as it comes",
    "penalised": "penalised maximum",
    "posterior mean": "posterior mean",
    "posterior median": "posterior median",
    "wald": "Wald",
    "wald, scaled": "Wald on logit and log scales",
    "sandwich": "Wald from the sandwich",
    "profile": "profile likelihood",
    "bootstrap": "bootstrap percentiles",
    "credible": "credible, equal tails",
    "highest density": "credible, highest density",
}
KINDS = {
    "weights": "weight",
    "means": "mean",
    "sds": "sd",
    "borders": "border",
    "density": "density",
    "misclassified": "misclassified",
}
POPULATIONS = {
    "heights": "the heights",
    "lopsided": "the lopsided groups",
    "skewed": "the heights with skewed groups",
    "rounded": "the heights in whole inches",
    "prior": "truths from the prior",
}

TITLES = {
    "errors": "How far off each estimate is",
    "coverage": "How often each interval is right",
    "map": "All designs",
    "enough": "How many values are enough",
    "again": "Run it again",
}
"""Of the sections, by their ids."""


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
        f"{head.n_fits:,} samples of {head.place.n:,} values from {_population(head.place)} were "
        f"fitted by EM and {head.n_posteriors:,} of them by Bayes{also}. The truth being known, "
        "errors can be counted. A number after ± is a Monte Carlo standard error: what more "
        "samples would still change."
    )


def headline(head: Head) -> str:
    """Which of the two is closer to the truth for the first design, and how sure that is."""
    place = head.place
    values = f"{place.n:,} values from {_population(place)}"
    low = min((gain for _, gain in head.gains), key=lambda gain: gain.value)
    high = max((gain for _, gain in head.gains), key=lambda gain: gain.value)
    size = f"{_figure(place.gain)} times as large"
    ranging = f"from {_figure(low)} for one parameter to {_figure(high)} for another"
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
        ("em", "EM's maximum is clearly closer for {}: the prior is wrong for such data."),
        ("alike", "It does not matter which one takes, to within a tenth, for {}."),
        ("unsure", "More samples are needed to say for {}."),
    ):
        found = _grouped([place for place in places if place.side == side])
        if found:
            said.append(words.format(found))
    return said


def errors(found: Sequence[Error]) -> Cells:
    """The errors of all estimates for one design."""
    names = list(dict.fromkeys(one.estimand for one in found))
    table = {(one.method, one.estimand): one for one in found}
    methods = list(dict.fromkeys(one.method for one in found))
    rows = []
    for method in methods:
        first = next(one for one in found if one.method == method)
        failed = sum(first.failures.values())
        cells = [
            _figure(table[method, name].rmse) if (method, name) in table else "" for name in names
        ]
        rows.append((capitalized(METHODS[method]), *cells, f"{failed} of {first.n:,}"))
    head = ("Root mean square error", *map(_estimand, names), "Failed")
    return Cells("Root mean square errors of the estimates", head, tuple(rows))


def coverages(found: Sequence[Coverage]) -> Cells:
    """How often the intervals for one design hold the truth, and how long they are."""
    names = list(dict.fromkeys(one.estimand for one in found))
    table = {(one.method, one.estimand): one for one in found}
    rows = []
    for method in dict.fromkeys(one.method for one in found):
        cells = [_covered(table[method, name]) if (method, name) in table else "" for name in names]
        n = next(one.n for one in found if one.method == method)
        rows.append((capitalized(METHODS[method]), *cells, f"{n:,}"))
    head = ("Share that holds the truth", *map(_estimand, names), "Samples")
    return Cells("Coverage of the intervals", head, tuple(rows))


def map_of(places: Sequence[Place]) -> Cells:
    """All designs, a row each."""
    return Cells(
        "All designs",
        (
            "Values from",
            "Separation D",
            "n",
            "Error, Bayes over EM",
            "Closer",
            "Wald, worst",
            "Profile, worst",
            "Credible, worst",
        ),
        tuple(
            (
                capitalized(_population(place)),
                fixed(place.separation, 1),
                f"{place.n:,}",
                _figure(place.gain),
                {"bayes": "Bayes", "em": "EM", "alike": "neither", "unsure": "?"}[place.side],
                *(_figure(one) for one in (place.wald, place.profile, place.credible)),
            )
            for place in places
        ),
    )


def enough(found: Sequence[Enough]) -> Cells:
    """How many values are enough, for each population."""
    return Cells(
        "Values until the interval of the weight is as short as wanted",
        (
            "Values from",
            "Separation D",
            "Interval of the weight",
            "Values, simulated",
            "Values, by expected information",
            "Do they agree?",
        ),
        tuple(
            (
                capitalized(POPULATIONS.get(one.population, one.population)),
                fixed(one.separation, 1),
                f"{fixed(100 * one.wanted, 0)} points long",
                _simulated(one),
                f"{_rounded(one.expected):,}",
                "" if one.simulated is None else ("no" if one.disagree else "yes"),
            )
            for one in found
        ),
    )


def _simulated(one: Enough) -> str:
    if one.simulated is not None:
        return f"{_rounded(one.simulated):,}"
    fewest, most = one.beyond
    return f"more than {most:,}" if one.shortest > one.wanted else f"fewer than {fewest:,}"


def _rounded(n: float) -> int:
    """To two digits: more would not be known."""
    return int(float(f"{n:.2g}"))


def _population(place: Place) -> str:
    return POPULATIONS.get(place.population, place.population)


def _grouped(places: Sequence[Place]) -> str:
    """Designs, those that differ in the number of values alone together."""
    sizes: dict[str, list[str]] = {}
    for place in places:
        apart = f" at D = {fixed(place.separation, 1)}"
        shown = "" if place.population in {"skewed", "rounded"} else apart
        sizes.setdefault(f"{_population(place)}{shown}", []).append(f"{place.n:,}")
    return "; ".join(f"{where} (n = {listed(ns)})" for where, ns in sizes.items())


def _estimand(name: str) -> str:
    kind, _, rest = name.partition("[")
    return KINDS[kind] + (f" {int(rest[:-1]) + 1}" if rest else "")


def _figure(one: Figure) -> str:
    """A figure with as many digits as its Monte Carlo error leaves it."""
    if math.isnan(one.value):
        return ""
    if not one.error > 0:
        return fixed(one.value, 2)
    places = max(0, 1 - math.floor(math.log10(one.error)))
    if places > 5:
        return f"{one.value:.2e} ± {one.error:.0e}".replace("-", "−")
    return f"{fixed(one.value, places)} ± {fixed(one.error, places)}"


def _covered(one: Coverage) -> str:
    kept = one.coverage_kept
    without = f" ({fixed(kept.value, 3)} without failures)" if one.failed else ""
    return f"{fixed(one.coverage.value, 3)} ± {fixed(one.coverage.error, 3)}{without}"


def _ranging(one: Covering) -> str:
    return f"{fixed(one.lowest.value, 2)} to {fixed(one.highest.value, 2)}"
