"""What a study found, in tables, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.study.terms import METHODS, POPULATIONS, estimand, figure, population
from compare.language.en.words import capitalized
from compare.language.numbers import fixed
from compare.language.texts import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.findings.study.enough import Enough
    from compare.findings.study.sides import Place
    from compare.study.performance import Coverage, Error

__all__ = ["coverages", "enough", "errors", "map_of"]


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
            figure(table[method, name].rmse) if (method, name) in table else "" for name in names
        ]
        rows.append((capitalized(METHODS[method]), *cells, f"{failed} of {first.n:,}"))
    head = ("Root mean square error", *map(estimand, names), "Failed")
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
    head = ("Share that holds the truth", *map(estimand, names), "Samples")
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
                capitalized(population(place)),
                fixed(place.separation, 1),
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


def _covered(one: Coverage) -> str:
    kept = one.coverage_kept
    without = f" ({fixed(kept.value, 3)} without failures)" if one.failed else ""
    return f"{fixed(one.coverage.value, 3)} ± {fixed(one.coverage.error, 3)}{without}"
