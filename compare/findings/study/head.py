"""Head: what the study says of its first cell, the one that the question is about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.study.covering import coverings
from compare.findings.study.sides import parameters_of, sides

if TYPE_CHECKING:
    from compare.findings.study.covering import Covering
    from compare.findings.study.sides import Place
    from compare.study.performance import Performance
    from compare.study.simulated import Figure

__all__ = ["Head", "head"]


@dataclass(frozen=True)
class Head:
    """The answer for the first cell."""

    place: Place
    """Where it stands."""
    level: float
    """Of the intervals."""
    n_fits: int
    """Data sets that EM has seen."""
    n_posteriors: int
    """Data sets that the sampler has seen."""
    gains: tuple[tuple[str, Figure], ...]
    """Error of the posterior mean over that of the maximum, by parameter."""
    coverings: tuple[Covering, ...]
    """The kinds of intervals that were asked for, in their order."""
    elsewhere: tuple[Place, ...]
    """The other cells."""


def head(performance: Performance) -> Head | None:
    """What the study says of its first cell.

    Parameters
    ----------
    performance : Performance

    Returns
    -------
    Head or None
        None where EM and the sampler have not both seen two of its data sets.
    """
    places = sides(performance)
    if not places or places[0].cell != 0 or math.isnan(places[0].gain.value):
        return None
    names = parameters_of(performance)
    return Head(
        places[0],
        performance.design.level,
        performance.errors[0, "maximum", names[0]].n,
        performance.errors[0, "posterior mean", names[0]].n,
        tuple((name, performance.gain(0, "posterior mean", "maximum", name)) for name in names),
        coverings(performance, 0),
        places[1:],
    )
