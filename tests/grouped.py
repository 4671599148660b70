"""Parts of a table, for tests: real EM fits beside posteriors that nobody sampled."""

import functools
from unittest import mock

from handmade import case, comparison, criticised, made, normals
from once import once
from plain import sketched

from compare.comparison.groups import GroupedComparison
from compare.data.cases import TooFew
from compare.page.report import render_groups

HOSTILE = "<img src=x onerror=1>|"

REASON = "2 components need at least 4 distinct values, got 2; ask for fewer components"


@functools.cache
def part(share, shift=0.0, *, seed=0, **settings):
    "A part of 400 values, so many of them in the lower of two groups."
    lower = round(400 * share)
    values = normals((lower, 160 + shift, 5), (400 - lower, 180 + shift, 5), seed=seed)
    return made(case(values, unit="cm", variable="height"), **({"spread": 0.08} | settings))


def grouped(*outcomes, **told):
    settings = {"name": "heights", "source": "column 'height' of 'heights.csv'"}
    return GroupedComparison.of("region", outcomes, **(settings | told))


@functools.cache
def looked_at(share, **more):
    "The same with its criticism."
    return criticised(part(share, **more))


@once
def regions():
    "Four parts: the first two differ in weight, one has bad draws, one too few values."
    return grouped(
        ("north", looked_at(0.3)),
        ("south", looked_at(0.6, seed=1)),
        (HOSTILE, looked_at(0.5, seed=2, spoil="apart")),
        ("tiny", TooFew(2, "distinct values", needed=4, got=2)),
        command="python -m compare.run --data heights.csv --by region",
    )


@once
def islands():
    "A part where EM collapsed, one where all is well."
    return grouped(("islands", comparison("collapsed")), ("north", looked_at(0.3)))


FIGURES = ("forest", "fit")


@once
def report():
    "With two figures for each part, which have ids but show nothing."
    with mock.patch("compare.page.report.figures_of", return_value=FIGURES), sketched():
        return render_groups(regions())
