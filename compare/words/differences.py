"""The differences: where EM and the posterior part, and why, a paragraph each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.parameters import is_open
from compare.language.en.survey import interval_kind
from compare.language.labels import listed, moving_parameters, number
from compare.language.wording import capitalized, fixed, parameter_name, quantity, unit_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from compare.comparison.table import Comparison, Row
    from compare.language.labels import Parameter

__all__ = ["differences"]

SHIFTED = 0.25
"""In posterior sds: a smaller difference between EM and the posterior median is no news."""

TIED = 0.5
"""Correlations below this in size are no news."""


def differences(comparison: Comparison) -> tuple[str, ...]:
    """Explain where EM and the posterior differ and why, a paragraph each."""
    comparison = comparison.named
    if not comparison.fit.converged:
        return ("EM has no maximum here, so there is nothing to compare the posterior with.",)
    shown = moving_parameters(comparison)
    if not shown:
        return ("The draws are all the same, so there is no posterior to compare EM with.",)
    told = [
        ""
        if comparison.sampled_well
        else "The draws fail their checks. What follows describes these draws, not the posterior.",
        _shifts(comparison, shown),
        _skewness(comparison, shown),
        *_ties(comparison, shown),
        _lengths(comparison, shown),
    ]
    return tuple(paragraph for paragraph in told if paragraph)


def _shifts(comparison: Comparison, shown: list[Parameter]) -> str:
    far = [p for p in shown if abs(p.row.shift) >= SHIFTED]
    if not far:
        most = max(shown, key=lambda p: abs(p.row.shift))
        return (
            "EM's estimates and the posterior medians differ by at most "
            f"{abs(most.row.shift):.2f} posterior standard deviations: for these data it does not "
            "matter which of the two is quoted, only how wide the interval around it is."
        )
    told = [
        f"{parameter_name(comparison, p.row)} ("
        f"{quantity(comparison, p.row, p.row.em.estimate)} against "
        f"{quantity(comparison, p.row, p.row.bayes.median)}, {abs(p.row.shift):.2f} posterior "
        "standard deviations)"
        for p in far
    ]
    return (
        f"EM's estimate and the posterior median differ for {listed(told)}. EM reports the top "
        "of the likelihood, a single point; the posterior weighs every mixture that the data and "
        "the prior leave possible, and where these lie mostly on one side of the top, its middle "
        "moves there."
    )


def _skewness(comparison: Comparison, shown: list[Parameter]) -> str:
    lean = [(p, _skew(p.draws)) for p in shown]
    skewed = [(p, value) for p, value in lean if abs(value) >= 0.5]
    if not skewed:
        every = "Both posteriors" if len(shown) == 2 else "All the posteriors"
        return (
            f"{every} are close to symmetric, so that an estimate plus and minus two standard "
            "errors tells the story."
        )
    told = listed(
        [
            f"{parameter_name(comparison, p.row)} (skewness {fixed(value, 1)}, with a long "
            f"tail towards {'high' if value > 0 else 'low'} values)"
            for p, value in skewed
        ]
    )
    return (
        f"The posterior is skewed for {told}. An estimate plus and minus two standard errors "
        "cannot show that: it reaches too far on one side and not far enough on the other."
    )


def _ties(comparison: Comparison, shown: list[Parameter]) -> Iterator[str]:
    """The strongest correlation, and what the data fix where that is strong."""
    if len(shown) < 2:
        return
    matrix = np.abs(np.asarray(np.corrcoef(np.stack([p.draws.ravel() for p in shown]))))
    weight = np.array([p.kind == "weights" for p in shown])
    # Shares of one whole always compete; that says nothing about these data.
    matrix[np.eye(len(shown), dtype=bool) | (weight[:, None] & weight)] = -1.0
    i, j = sorted(divmod(int(matrix.argmax()), len(shown)))
    value = float(np.corrcoef(shown[i].draws.ravel(), shown[j].draws.ravel())[0, 1])
    first, second = (parameter_name(comparison, shown[at].row) for at in (i, j))
    told = fixed(value, 2)
    if abs(value) < TIED:
        yield (
            f"{capitalized(first)} and {second} are hardly tied to each other (correlation {told})."
            if len(shown) == 2
            else "No two parameters are strongly tied: the strongest correlation in the posterior "
            f"is {told}, between {first} and {second}."
        )
        return
    yield (
        f"{capitalized(first)} and {second} are tied to each other (correlation {told}): when the "
        f"one rises, the other {'rises' if value > 0 else 'falls'}, and the data fix the "
        "combination better than either alone."
        + (" That is why each interval by itself is wide." if abs(value) >= 0.9 else "")
    )
    if comparison.n_components > 1 and comparison.sampled_well:
        yield _determined(comparison)


def _determined(comparison: Comparison) -> str:
    """What the data do fix: the mean and the sd of the whole."""
    weights, means, sds = (
        np.asarray(getattr(comparison.posterior, name)) for name in ("weights", "means", "sds")
    )
    mean = (weights * means).sum(axis=-1)
    sd = np.sqrt((weights * (sds**2 + (means - mean[..., None]) ** 2)).sum(axis=-1))
    unit = unit_after(comparison)
    tail = 0.5 * (1 - comparison.level)
    told = [
        f"{name} {number(float(np.median(draws)), float(draws.std()))}{unit} "
        f"({' to '.join(number(end, float(draws.std())) for end in ends)})"
        for name, draws in (("mean", mean), ("standard deviation", sd))
        for ends in [np.quantile(draws, (tail, 1 - tail)).tolist()]
    ]
    return (
        f"What the data do fix is the whole sample's {told[0]} and {told[1]}: every mixture in "
        "the posterior gives nearly the same total, and they differ in how they share it out."
    )


def _lengths(comparison: Comparison, shown: list[Parameter]) -> str:
    """Where the prior, or the averaging, changes the length of the interval the most."""
    open_ones = [p for p in shown if is_open(p.row)]
    ratios = [
        (parameter_name(comparison, p.row), _length_ratio(p.row))
        for p in shown
        if not is_open(p.row) and p.row.em.upper > p.row.em.lower
    ]
    ratios = [(name, ratio) for name, ratio in ratios if ratio > 0]
    told = [_closed(ratios, interval_kind(comparison)) if ratios else ""]
    if open_ones:
        many = len(open_ones) > 1
        names = (
            "every parameter"
            if len(open_ones) == len(shown) > 1
            else listed([parameter_name(comparison, p.row) for p in open_ones])
        )
        told.append(
            f"The profile interval{'s' if many else ''} of {names} {'are' if many else 'is'} open "
            "on at least one side: there the likelihood alone sets no limit, and the credible "
            f"interval{'s end' if many else ' ends'} because of the prior."
        )
    return " ".join(told).strip()


def _length_ratio(row: Row) -> float:
    return (row.bayes.upper - row.bayes.lower) / (row.em.upper - row.em.lower)


def _closed(ratios: list[tuple[str, float]], kind: str) -> str:
    """How the lengths of intervals that end compare, by the name of each."""
    name, ratio = max(ratios, key=lambda pair: abs(math.log(pair[1])))
    low, high = (end(ratio for _, ratio in ratios) for end in (min, max))
    if low > 0.9 and high < 1.11:
        alike = (
            f"The credible intervals are {low:.2f} to {high:.2f} times as long as the {kind} "
            "intervals"
            if len(ratios) > 1
            else f"The credible interval of {name} is {ratio:.2f} times as long as the {kind} "
            "interval"
        )
        who = "prior and weights hardly matter" if kind == "Wald" else "the prior hardly matters"
        return f"{alike}: {who}."
    most = ", the largest change" if len(ratios) > 1 else ""
    why = (
        "the one takes all rows for equal and knows the prior, the other allows for the weights."
        if kind == "Wald"
        else "where the data say little, the prior, which doubts extreme values, has a say."
        if ratio < 1
        else "the posterior also counts mixtures far from EM's maximum, which the profile "
        "interval, drawn around that maximum, leaves out."
    )
    return (
        f"The credible interval of {name} is {ratio:.2f} times as long as the {kind} "
        f"interval{most}: {why}"
    )


def _skew(draws: NDArray[np.float64]) -> float:
    centred = draws - draws.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)
