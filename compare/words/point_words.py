"""Points in words: recorded values that a component could sit on, and what to do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import em
from compare.findings.group_count import preferred
from compare.language.labels import listed, number
from compare.language.wording import (
    after_colon,
    capitalized,
    counted,
    groups,
    numeral,
    observations,
    unit_after,
)

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from em.inference.points import Point

__all__ = ["few_values", "no_maximum", "recurring"]

NAMED = 2
"""Values that are named, at the most."""
OFTEN, PART = 5, 0.01
"""Counts, and shares of the data, from which a value recurs by more than a coincidence of a few."""
ALL = 3
"""So many points are as many as are looked for: then every common value is one."""
FEW = 20
"""Different values up to which counts of something are no measurements."""


def no_maximum(comparison: Comparison) -> str:
    """Say why there is no answer by EM, which values cause it, and what to do.

    Parameters
    ----------
    comparison : Comparison
        Of a fit that did not converge.

    Returns
    -------
    str
    """
    fit = comparison.fit
    asked = f"EM found no maximum with {groups(fit.n_components)} in the {observations(comparison)}"
    if fit.status is em.Status.COLLAPSED and fit.points:
        why = f"{asked}: {_why(comparison)}"
    elif fit.status is em.Status.CHANCE:
        why = f"{asked}: {_clump(comparison)}"
    else:
        told = after_colon(fit.status.message).partition(";")[0]
        why = f"{asked}: {told}. Its numbers below are no answer."
    return " ".join(filter(None, [why, _of_posterior(comparison), _fewer(comparison)]))


def few_values(comparison: Comparison) -> bool:
    """Whether the data are so few different values that no normal group describes them."""
    sample, points = comparison.case.sample, comparison.fit.points
    held = sum(point.count for point in points[:NAMED])
    return (
        comparison.fit.status is em.Status.COLLAPSED
        and sample.step > 0
        and len(sample.collapse()) <= FEW
        and held > 0.5 * sample.n
    )


def recurring(comparison: Comparison) -> str:
    """Say at the head that a component on a recorded value would be likelier; empty if not.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    fit = comparison.fit
    often = max(OFTEN, PART * fit.sample.n)
    found = [point for point in fit.points if point.count >= often] if fit.converged else []
    if not found:
        return ""
    named = sorted(found, key=lambda point: -point.count)[:NAMED]
    if len(found) >= ALL:
        return (
            f"Values recur because they were recorded roughly: {_counts(comparison, named)}. A "
            "component on one of them would be likelier than any group; such points are set aside."
        )
    one = len(named) == 1
    return (
        f"{capitalized(_counts(comparison, named))}: a component on such a value would be likelier "
        f"still; {'it is set aside as a point' if one else 'these are set aside as points'}."
    )


def _why(comparison: Comparison) -> str:
    named = comparison.fit.points[:NAMED]
    repeated = [point for point in named if point.count > 1]
    if not repeated:
        return _lonely(comparison, named[0])
    if few_values(comparison):
        different = len(comparison.case.sample.collapse())
        return (
            f"{_counts(comparison, repeated)}. {capitalized(numeral(different))} different values "
            "are counts or classes, which no mixture of normal groups describes."
        )
    points = "a point, not a normal group" if len(repeated) == 1 else "points, not normal groups"
    return f"{_counts(comparison, repeated)}: {points}. {_advice(comparison, repeated)}"


def _counts(comparison: Comparison, named: list[Point] | tuple[Point, ...]) -> str:
    """``300 of the 1,000 values are exactly 0``, and the same of a second one."""
    n, unit = comparison.case.sample.n, unit_after(comparison)
    told = [
        f"{point.count:,.6g}{f' of the {n:,.6g} values are' if place == 0 else ''} exactly "
        f"{_value(point)}{unit}"
        for place, point in enumerate(named)
    ]
    return listed(told)


def _value(point: Point) -> str:
    return f"{point.value:.10g}".replace("-", "−")


def _lonely(comparison: Comparison, point: Point) -> str:
    """A single value far out, or a few that are nearly equal."""
    sample, unit = comparison.case.sample, unit_after(comparison)
    others = np.abs(sample.collapse().values - point.value)
    nearest = float(np.sort(others)[1])
    if nearest > 0.2 * sample.sd:
        row = _row(comparison, point)
        return (
            f"one value, {_value(point)}{unit}{row}, lies by itself, and a component that holds "
            f"nothing else is no group. See whether it is right. {_advice(comparison, [point])}"
        )
    held = max(2, round(sample.n * float(_on(comparison, point))))
    return (
        f"a component sits on {numeral(held)} nearly equal values at {_value(point)}{unit}: a "
        "point, not a normal group."
    )


def _on(comparison: Comparison, point: Point) -> float:
    """The weight of the component that sits on a point."""
    mixture = comparison.fit.mixture
    return float(mixture.weights[np.abs(mixture.means - point.value).argmin()])


def _row(comparison: Comparison, point: Point) -> str:
    """Which row of the file it is, where the sample holds all rows in their order."""
    case = comparison.case
    rows = case.sample.values
    whole = case.seed is None and not case.by and not case.dropped and not case.sample.left_out
    if comparison.command is None or not whole or rows.size != case.sample.n:
        return ""
    return f" (row {int(np.argmin(np.abs(rows - point.value))) + 1:,})"


def _advice(comparison: Comparison, named: list[Point]) -> str:
    """What to type to fit the rest."""
    if comparison.case.seed is not None:
        return ""
    values = [f"{point.value:.12g}" for point in named]
    # A value that recurs has taken a group's place; one that lies by itself is none of them.
    rest = max(1, comparison.n_components - sum(point.count > 1 for point in named))
    fewer = rest < comparison.n_components
    if comparison.command is not None:
        option = " ".join(f"--leave-out {value}" for value in values)
        option += f" --components {rest}" * fewer
    else:
        option = f"leave_out={values[0] if len(values) == 1 else f'[{", ".join(values)}]'}"
        option += f", n_components={rest}" * fewer
    return f"To fit the others: {option}."


def _clump(comparison: Comparison) -> str:
    mixture = comparison.fit.mixture
    narrow = int(np.argmin(mixture.sds))
    few = int(np.argmin(mixture.weights))
    held = comparison.case.sample.n * mixture.weights
    # A component with next to nothing is no clump, but rests on chance as well.
    where = few if held[few] < 2 else narrow
    place = number(float(mixture.means[where]), 10 * float(mixture.sds[where]))
    return (
        f"of the likeliest, one rests on about {counted(max(1, round(held[where])), 'value')} "
        f"around {place}{unit_after(comparison)}, and clumps like that are in any sample by "
        "chance."
    )


def _of_posterior(comparison: Comparison) -> str:
    """What the posterior means without a maximum; empty if its draws are not to be believed."""
    if not comparison.sampled_well:
        return ""
    points = comparison.fit.points
    if comparison.fit.status is em.Status.COLLAPSED and points and points[0].count > 1:
        return "The posterior below is that of mixtures without such a component."
    return "How narrow a group can be is then up to the prior: the posterior below rests on it."


def _fewer(comparison: Comparison) -> str:
    """The number of groups that BIC prefers, where that is smaller."""
    best, k = preferred(comparison), comparison.n_components
    if best is None or best.n_components >= k:
        return ""
    option = "n_components=" if comparison.command is None else "--components "
    return (
        f"By BIC, {groups(best.n_components)} describe{'s' if best.n_components == 1 else ''} them "
        f"best of what has a maximum: try {option}{best.n_components}."
    )
