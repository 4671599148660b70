"""Advice: what to take for data like those of the first cell, and what each of the two costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.study.sides import SURE

if TYPE_CHECKING:
    from compare.findings.study.covering import Covering
    from compare.findings.study.head import Head
    from compare.findings.study.sides import Place
    from compare.study.performance import Performance
    from compare.study.simulated import Figure

__all__ = ["Advice", "Loss", "Misled", "Settled", "advice", "misled"]

BY_EM = ("profile", "bootstrap", "wald")
"""Intervals that one takes with EM, the first of which is taken where they are equally good."""


@dataclass(frozen=True)
class Loss:
    """How far off the two are for one parameter."""

    estimand: str
    by_em: Figure
    """Root mean square error of EM's maximum."""
    by_bayes: Figure
    """The same of the posterior mean."""


@dataclass(frozen=True)
class Settled:
    """How many values make it not matter which of the two one takes."""

    still: Place | None
    """Where it still matters, with the most values; None where it never does."""
    settled: Place | None
    """Where it no longer matters, and with more values neither, with the fewest values; None
    where that was not seen."""


@dataclass(frozen=True)
class Advice:
    """What to take for data like those of the first cell, and what each costs."""

    place: Place
    """The first cell."""
    level: float
    """Of the intervals."""
    losses: tuple[Loss, ...]
    """The first weight, if there is one, and the mean and sd that EM misses by most."""
    with_em: Covering
    """Those of EM's intervals whose worst parameter fares best."""
    falls_short: Covering | None
    """Wald's, where they are clearly below their level and not the best."""
    with_bayes: Covering
    """The credible intervals with equal tails."""
    suits_prior: bool
    """Whether these hold the truth clearly more often than promised. Over truths from the prior
    they do so as often as promised; more often, where the truth suits the prior."""
    settled: Settled | None
    """None where one number of values was simulated."""


@dataclass(frozen=True)
class Misled:
    """Where the prior is wrong, and Bayes with it."""

    level: float
    """Of the intervals."""
    farther: tuple[Place, ...]
    """Where the posterior mean is clearly farther from the truth than EM's maximum."""
    short: tuple[Place, ...]
    """Where the worst coverage of the credible intervals is clearly below that of the profile
    likelihood's, and below their level; one of the two is not empty."""


def misled(head: Head) -> Misled | None:
    """Where the prior is wrong.

    Parameters
    ----------
    head : Head

    Returns
    -------
    Misled or None
        None where that was not seen.
    """
    places = (head.place, *head.elsewhere)
    farther = tuple(place for place in places if place.side == "em")
    short = tuple(place for place in places if _falls_short(place, head.level))
    return Misled(head.level, farther, short) if farther or short else None


def _falls_short(place: Place, level: float) -> bool:
    less = min(level, place.profile.value) - place.credible.value
    return less > SURE * math.hypot(place.credible.error, place.profile.error)


def advice(performance: Performance, head: Head) -> Advice:
    """What to take for data like those of the first cell.

    Parameters
    ----------
    performance : Performance
    head : Head
        What the study says of that cell.

    Returns
    -------
    Advice
    """
    known = {one.method: one for one in head.coverings}
    by_em = [known[name] for name in BY_EM if name in known]
    best = max(by_em, key=lambda one: one.lowest.value)
    wald = known.get("wald", best)
    short = wald.lowest.value + SURE * wald.lowest.error < head.level
    return Advice(
        head.place,
        head.level,
        _losses(performance, head),
        best,
        wald if short and wald is not best else None,
        known["credible"],
        known["credible"].lowest.value - SURE * known["credible"].lowest.error > head.level,
        _settled(head),
    )


def _losses(performance: Performance, head: Head) -> tuple[Loss, ...]:
    kinds: dict[str, list[Loss]] = {}
    for name, _ in head.gains:
        em, bayes = (
            performance.errors[0, method, name].rmse for method in ("maximum", "posterior mean")
        )
        kinds.setdefault(name.partition("[")[0], []).append(Loss(name, em, bayes))
    return tuple(
        found[0] if kind == "weights" else max(found, key=lambda loss: loss.by_em.value)
        for kind, found in kinds.items()
    )


def _settled(head: Head) -> Settled | None:
    first = head.place
    own = [
        place
        for place in (first, *head.elsewhere)
        if place.population == first.population
        and f"{place.separation:.1f}" == f"{first.separation:.1f}"
    ]
    if len(own) < 2:
        return None
    still = settled = None
    for place in sorted(own, key=lambda one: one.n):
        settled = (settled or place) if place.side == "alike" else None
        if place.side in {"bayes", "em"}:
            still = place
    return Settled(still, settled)
