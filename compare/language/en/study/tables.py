"""What a study found, in tables, in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from compare.language.en.study.terms import (
    FAILURES,
    METHODS,
    estimand,
    figure,
    population,
)
from compare.language.en.words import capitalized
from compare.language.numbers import fixed, percent
from compare.language.texts import Cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compare.findings.study.enough import Enough
    from compare.findings.study.sides import Place
    from compare.study.performance import Coverage, Error

__all__ = [
    "biases",
    "costs",
    "coverages",
    "enough",
    "errors",
    "kept",
    "lengths",
    "map_of",
    "misses",
    "on_enough",
]


def errors(found: Sequence[Error]) -> Cells:
    """How far off the estimates for one design are."""
    rows = _by_method(found, lambda one: figure(one.rmse))
    return Cells(
        "Root mean square errors of the estimates",
        ("Root mean square error", *_estimands(found)),
        rows,
    )


def biases(found: Sequence[Error]) -> Cells:
    """Which way the estimates for one design are off on average."""
    tables = [one for one in found if one.estimand not in {"density", "misclassified"}]
    rows = _by_method(tables, lambda one: figure(one.bias))
    return Cells("Mean errors of the estimates", ("Mean error", *_estimands(tables)), rows)


def coverages(found: Sequence[Coverage]) -> Cells:
    """How often the intervals for one design hold the truth."""
    return Cells(
        "Coverage of the intervals",
        ("Share that holds the truth", *_estimands(found)),
        _by_method(found, lambda one: figure(one.coverage)),
    )


def kept(found: Sequence[Coverage]) -> Cells | None:
    """The same without failures, for the methods that have any; None where none has."""
    failing = {one.method for one in found if one.failed}
    some = [one for one in found if one.method in failing]
    if not some:
        return None
    return Cells(
        "Coverage of the intervals without failures",
        ("Without failures", *_estimands(some)),
        _by_method(some, lambda one: figure(one.coverage_kept)),
    )


def lengths(found: Sequence[Coverage]) -> Cells:
    """How long the intervals for one design are."""
    return Cells(
        "Median lengths of the intervals",
        ("Median length", *_estimands(found)),
        _by_method(found, _long),
    )


def misses(found: Sequence[Coverage]) -> Cells:
    """On which side of the truth the intervals for one design lie that miss it."""
    return Cells(
        "Shares of intervals below and above the truth",
        ("Below the truth / above it", *_estimands(found)),
        _by_method(found, lambda one: f"{fixed(one.below.value, 3)} / {fixed(one.above.value, 3)}"),
    )


def costs(errors: Sequence[Error], coverages: Sequence[Coverage]) -> Cells:
    """What the methods cost for one design, and how often they failed."""
    estimates = {one.method: one for one in reversed(errors)}
    intervals = {one.method: one for one in reversed(coverages)}
    rows = [
        (METHODS[name], one.seconds, one.n, _reasons(one))
        for name, one in reversed(estimates.items())
    ] + [
        (f"{METHODS[name]}, intervals", one.seconds, one.n, f"{one.failed:,}")
        for name, one in reversed(intervals.items())
    ]
    return Cells(
        "Time and failures",
        ("Method", "Median seconds", "Samples", "Failed"),
        tuple(
            (capitalized(name), f"{seconds:.2g}" if seconds > 0 else "", f"{n:,}", failed)
            for name, seconds, n, failed in rows
        ),
    )


def _reasons(one: Error) -> str:
    found = [f"{count:,} {FAILURES.get(reason, reason)}" for reason, count in one.failures.items()]
    return ", ".join(found) or "0"


def _by_method(
    found: Sequence[Error] | Sequence[Coverage], cell: Callable[[Any], str]
) -> tuple[tuple[str, ...], ...]:
    """A row for each method, a cell for each estimand."""
    names = dict.fromkeys(one.estimand for one in found)
    rows: dict[str, dict[str, str]] = {}
    for one in found:
        rows.setdefault(one.method, dict.fromkeys(names, ""))[one.estimand] = cell(one)
    return tuple((capitalized(METHODS[name]), *row.values()) for name, row in rows.items())


def _estimands(found: Sequence[Error] | Sequence[Coverage]) -> list[str]:
    return [estimand(name) for name in dict.fromkeys(one.estimand for one in found)]


def _long(one: Coverage) -> str:
    open_ends = f" ({fixed(100.0 * one.open, 0)}% open)" if one.open > 0 else ""
    return ("∞" if math.isinf(one.length.value) else figure(one.length)) + open_ends


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
                capitalized(population(place.population)),
                "" if math.isnan(place.separation) else fixed(place.separation, 1),
                f"{place.n:,}",
                figure(place.gain),
                {"bayes": "Bayes", "em": "EM", "alike": "neither", "unsure": "?"}[place.side],
                *(figure(one) for one in (place.wald, place.profile, place.credible)),
            )
            for place in places
        ),
    )


def enough(found: Sequence[Enough]) -> Cells:
    """How many values are enough, for each population."""
    return Cells(
        f"Values until the interval of the weight is {_wanted(found[0])} long",
        (
            "Values from",
            "Separation D",
            "Simulated",
            "By expected information",
            "Do they agree?",
        ),
        tuple(
            (
                capitalized(population(one.population)),
                fixed(one.separation, 1),
                _simulated(one),
                f"{_rounded(one.expected):,}",
                "" if one.simulated is None else ("no" if one.disagree else "yes"),
            )
            for one in found
        ),
    )


def on_enough(found: Sequence[Enough]) -> str:
    """What the table of them is about."""
    one = found[0]
    return (
        f"So many values make the {percent(one.level)} interval of the first weight "
        f"{_wanted(one)} long (30% to 50%, say): in these samples, by the median length of the "
        "credible intervals, and by the expected information, which is what textbooks plan with. "
        "Where the two disagree by half, the likelihood is not yet the parabola that textbooks "
        "take it for."
    )


def _wanted(one: Enough) -> str:
    return f"{fixed(100.0 * one.wanted, 0)} points"


def _simulated(one: Enough) -> str:
    if one.simulated is not None:
        return f"{_rounded(one.simulated):,}"
    fewest, most = one.beyond
    return f"more than {most:,}" if one.shortest > one.wanted else f"fewer than {fewest:,}"


def _rounded(n: float) -> int:
    """To two digits: more would not be known."""
    return int(float(f"{n:.2g}"))
