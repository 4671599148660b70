"""Points: recorded values that a component could sit on, and what to do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

import em
from compare.data.origins import Heights
from compare.findings.group_count import preferred
from compare.findings.terms import Data, Value, data_of, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.table import Comparison
    from em.inference.points import Point

__all__ = [
    "Cause",
    "Clump",
    "Ended",
    "FewValues",
    "Fewer",
    "Heap",
    "Heaps",
    "NearlyEqual",
    "NoMaximum",
    "OnHeaps",
    "Recurring",
    "Straggler",
    "few_values",
    "no_maximum",
    "recurring",
]

NAMED = 2
"""Values that are named, at the most."""
OFTEN, PART = 5, 0.01
"""Counts, and shares of the data, from which a value recurs by more than a coincidence of a few."""
ALL = 3
"""So many points are as many as are looked for: then every common value is one."""
FEW = 20
"""Different values up to which counts of something are no measurements."""
ALONE = 0.2
"""A value further than so many sds from any other lies by itself."""


@dataclass(frozen=True)
class Heap:
    """A value that many of the data are equal to."""

    value: float
    count: float


@dataclass(frozen=True)
class Heaps:
    """Such values, one at the least."""

    n: float
    """Of so many values in all."""
    heaps: tuple[Heap, ...]
    unit: str


@dataclass(frozen=True)
class OnHeaps:
    """Components are points on values that recur."""

    heaps: Heaps
    leave_out: str
    """What to type to fit the others; empty where there is no advice."""


@dataclass(frozen=True)
class FewValues:
    """The data are counts or classes."""

    heaps: Heaps
    different: int
    """So many different values."""


@dataclass(frozen=True)
class Straggler:
    """A component holds one value that lies by itself."""

    value: float
    unit: str
    row: int | None
    """Of the file, from 1; None where that is not known."""
    leave_out: str
    """What to type to fit the others; empty where there is no advice."""


@dataclass(frozen=True)
class NearlyEqual:
    """A component sits on a few values that are nearly equal."""

    count: int
    value: float
    unit: str


@dataclass(frozen=True)
class Clump:
    """A component rests on a few values that are close by chance."""

    count: int
    place: Value


@dataclass(frozen=True)
class Ended:
    """EM ended otherwise."""

    status: em.Status


Cause = OnHeaps | FewValues | Straggler | NearlyEqual | Clump | Ended


@dataclass(frozen=True)
class Fewer:
    """BIC prefers fewer groups, of what has a maximum."""

    n_components: int
    option: str
    """What to type to have them."""


@dataclass(frozen=True)
class NoMaximum:
    """There is no answer by EM."""

    data: Data
    n_components: int
    cause: Cause
    posterior: Literal["without_points", "rests_on_prior"] | None
    """What the posterior is without a maximum; None if its draws are not to be believed."""
    fewer: Fewer | None


@dataclass(frozen=True)
class Recurring:
    """A component on a value that recurs would be likelier than EM's answer."""

    heaps: Heaps
    roughly: bool
    """Whether every common value is one: they were recorded roughly."""


def no_maximum(comparison: Comparison) -> NoMaximum:
    """Why there is no answer by EM, which values cause it, and what to do.

    Parameters
    ----------
    comparison : Comparison
        Of a fit that did not converge.

    Returns
    -------
    NoMaximum
    """
    return NoMaximum(
        data_of(comparison),
        comparison.n_components,
        _cause(comparison),
        _posterior(comparison),
        _fewer(comparison),
    )


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


def recurring(comparison: Comparison) -> Recurring | None:
    """Whether a component on a recorded value would be likelier.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Recurring or None
        None where none would be, and where EM has no maximum.
    """
    fit = comparison.fit
    often = max(OFTEN, PART * fit.sample.n)
    found = [point for point in fit.points if point.count >= often] if fit.converged else []
    if not found:
        return None
    named = sorted(found, key=lambda point: -point.count)[:NAMED]
    return Recurring(_heaps(comparison, named), roughly=len(found) >= ALL)


def _cause(comparison: Comparison) -> Cause:
    fit = comparison.fit
    if fit.status is em.Status.CHANCE:
        return _clump(comparison)
    if fit.status is not em.Status.COLLAPSED or not fit.points:
        return Ended(fit.status)
    named = fit.points[:NAMED]
    repeated = [point for point in named if point.count > 1]
    if not repeated:
        return _lonely(comparison, named[0])
    heaps = _heaps(comparison, repeated)
    if few_values(comparison):
        return FewValues(heaps, len(comparison.case.sample.collapse()))
    return OnHeaps(heaps, _leave_out(comparison, repeated))


def _heaps(comparison: Comparison, points: Sequence[Point]) -> Heaps:
    case = comparison.case
    return Heaps(case.sample.n, tuple(Heap(p.value, p.count) for p in points), case.unit)


def _lonely(comparison: Comparison, point: Point) -> Straggler | NearlyEqual:
    """A single value far out, or a few that are nearly equal."""
    sample, unit = comparison.case.sample, comparison.case.unit
    others = np.abs(sample.collapse().values - point.value)
    nearest = float(np.sort(others)[1])
    if nearest > ALONE * sample.sd:
        advice = _leave_out(comparison, [point])
        return Straggler(point.value, unit, _row(comparison, point), advice)
    mixture = comparison.fit.mixture
    on_it = float(mixture.weights[np.abs(mixture.means - point.value).argmin()])
    return NearlyEqual(max(2, round(sample.n * on_it)), point.value, unit)


def _row(comparison: Comparison, point: Point) -> int | None:
    """Which row of the file it is, where the sample holds all rows in their order."""
    case = comparison.case
    rows = case.sample.values
    heights = isinstance(case.source, Heights)
    whole = not (heights or case.by or case.dropped or case.sample.left_out)
    if comparison.command is None or not whole or rows.size != case.sample.n:
        return None
    return int(np.argmin(np.abs(rows - point.value))) + 1


def _leave_out(comparison: Comparison, named: Sequence[Point]) -> str:
    """What to type to fit the rest."""
    if isinstance(comparison.case.source, Heights):
        return ""
    values = [f"{point.value:.12g}" for point in named]
    # A value that recurs has taken a group's place; one that lies by itself is none of them.
    rest = max(1, comparison.n_components - sum(point.count > 1 for point in named))
    if comparison.command is not None:
        typed = [f"--leave-out {value}" for value in values]
    else:
        typed = [f"leave_out={values[0] if len(values) == 1 else f'[{", ".join(values)}]'}"]
    if rest < comparison.n_components:
        typed.append(option(comparison, "n_components", "components", rest))
    return (", " if comparison.command is None else " ").join(typed)


def _clump(comparison: Comparison) -> Clump:
    mixture = comparison.fit.mixture
    narrow = int(np.argmin(mixture.sds))
    few = int(np.argmin(mixture.weights))
    held = comparison.case.sample.n * mixture.weights
    # A component with next to nothing is no clump, but rests on chance as well.
    where = few if held[few] < 2 else narrow
    width = 10 * float(mixture.sds[where])
    place = Value(float(mixture.means[where]), width, comparison.case.unit)
    return Clump(max(1, round(held[where])), place)


def _posterior(comparison: Comparison) -> Literal["without_points", "rests_on_prior"] | None:
    if not comparison.sampled_well:
        return None
    points = comparison.fit.points
    if comparison.fit.status is em.Status.COLLAPSED and points and points[0].count > 1:
        return "without_points"
    return "rests_on_prior"


def _fewer(comparison: Comparison) -> Fewer | None:
    """The number of groups that BIC prefers, where that is smaller."""
    best = preferred(comparison)
    if best is None or best.n_components >= comparison.n_components:
        return None
    count = best.n_components
    return Fewer(count, option(comparison, "n_components", "components", count))
