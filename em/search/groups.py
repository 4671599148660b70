"""What a component can be: a group, a point, or a clump such as chance leaves.

The likelihood of a normal mixture has no global maximum. A component may shrink onto one value,
and onto a few nearly equal ones there are interior optima that beat the one that describes the
data. So a rule has to say which mixtures are meant, and the same one for the search, the profile
and the posterior. A mixture is admissible where for every component

- the *resolution* is respected: data recorded on a grid of step h carry no density above 1/h, so
  the sd is at least h / sqrt(2 pi);
- it is no *point*: less than half of its expected count lies on one recorded value;
- it is no work of *chance*: it has one and a half expected observations or more, and where it is
  narrow against the widest one it holds more values than the fullest of all stretches as short
  holds by chance.

All three are inequalities in the parameters, given the data, and do not depend on the unit. The
posterior knows the first two (`bayes.sequential.smc`), and weighs the third by its prior. A
shared sd, or a penalty on small ones, bounds the likelihood: then only the resolution matters.

The likelihood of rounded values, `em.likelihood.rounding`, takes the place of the resolution for
grids up to their rounding. It knows that a group may well lie within a step: a component is a point
there only where it is narrow against the widest one even with the step added, as 21 heights of
160.0 cm are among those rounded to a millimetre, and not two groups of ratings on five steps.

On ten real columns the largest share of a component's expected count on one value is 0.01 to 0.35
at the optima that describe groups, and 0.55 to 1 at those that sit on a heap: 21 of 507 heights
that are 63 inches to the millimetre, or the zeros of a count.
"""

from __future__ import annotations

import enum
import math

import numpy as np
from numpy.typing import NDArray

from em.likelihood.coordinates import Coordinates
from em.likelihood.density import log_joint
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters

__all__ = [
    "HALF",
    "NARROW",
    "Verdict",
    "heaviest",
    "is_bounded",
    "smallest_sd",
    "verdict",
    "verdicts",
]

Floats = NDArray[np.float64]

HALF = 0.5
"""Of a component's expected count: so much on one recorded value makes it a point."""
CHANCE = 1e-3
"""A clump at least this likely to arise by chance is no evidence of a component."""
NARROW = 0.1
"""In sds of the widest component: only narrower ones can be clumps."""
FEWEST = 1.5
"""Expected observations below which a component has nothing to stand on."""


class Verdict(enum.Enum):
    """What the components of a mixture are."""

    GROUPS = "groups"
    """All of them are groups: the mixture is admissible."""
    POINT = "point"
    """One sits on a recorded value, or is narrower than the data can show."""
    CHANCE = "chance"
    """One rests on so few values as chance brings together in any sample."""


def is_bounded(coordinates: Coordinates, penalty: float) -> bool:
    """Whether the likelihood is bounded: the components share one sd, or small ones cost."""
    return coordinates.equal_sds or penalty > 0


def smallest_sd(step: float) -> float:
    """The smallest sd that data recorded on a grid can show: its density is at most 1/step."""
    return step / math.sqrt(2 * math.pi)


def heaviest(at: Parameters, data: Observed) -> tuple[Floats, Floats]:
    """The largest share of each component's expected count on one recorded value, and the value.

    Parameters
    ----------
    at : Parameters
        One mixture: arrays of shape (K,), standardised.
    data : Observed

    Returns
    -------
    share, value : ndarray of shape (K,)
        Values are standardised; NaN where no recorded value is known.
    """
    expected = (_responsibilities(at, data.x, data.rounding) * data.weights).sum(axis=1)
    values, counts = data.recorded
    if values.size == 0:
        nothing = np.zeros(at.means.size)
        return nothing, nothing + np.nan
    held = _responsibilities(at, values, data.rounding) * counts
    place = held.argmax(axis=1)
    largest = held[np.arange(place.size), place]
    return largest / np.maximum(expected, np.finfo(float).tiny), values[place]


def _responsibilities(at: Parameters, x: Floats, rounding: float) -> Floats:
    joint = log_joint(x, *at, rounding)
    joint -= joint.max(axis=0)
    with np.errstate(under="ignore"):
        np.exp(joint, out=joint)
    joint /= joint.sum(axis=0)
    return np.asarray(joint)


def verdict(at: Parameters, data: Observed, *, bounded: bool = False) -> Verdict:
    """Whether the components of a mixture are groups.

    Parameters
    ----------
    at : Parameters
        One mixture: arrays of shape (K,), standardised.
    data : Observed
    bounded : bool
        Whether the likelihood is bounded, because the components share one sd or small sds
        are penalised. A single value may then well be a group.

    Returns
    -------
    Verdict
    """
    if at.means.size == 1:
        return Verdict.GROUPS
    if at.sds.min() < smallest_sd(data.resolution):
        return Verdict.POINT
    if bounded:
        return Verdict.GROUPS
    counts = data.n * at.weights
    widths = _widths(at, data.rounding)
    sitting = widths < (NARROW if data.rounding else 2.0) * widths.max()
    # Half of the expected count is no more than the largest count of a value. (On the way up an
    # expected count is not yet n times the weight.)
    sitting = sitting & (counts <= 4 * data.most_on_one)
    if sitting.any() and (heaviest(at, data)[0][sitting] >= HALF).any():
        return Verdict.POINT
    return Verdict.CHANCE if _is_chance(at, data) else Verdict.GROUPS


def _is_chance(at: Parameters, data: Observed) -> bool:
    """Whether a component is a clump such as chance leaves in any sample.

    That is c values on top of the lam that the other components put in the same short stretch,
    although among n values about ``n P(Poisson(lam) = c + lam)`` stretches as full are expected
    (the leading term of the scan statistic's distribution).
    """
    n, rounding = data.n, data.rounding
    counts = n * at.weights
    if counts.min() < FEWEST:
        return True
    widths = _widths(at, rounding)
    narrow = widths < NARROW * widths.max()
    if not narrow.any():
        return False
    z = (at.means[:, None] - at.means) / widths
    others = at.weights / widths * np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    np.fill_diagonal(others, 0.0)
    # c values with sd s are spread over a stretch of about s sqrt(12).
    expected = n * others.sum(axis=1) * widths * math.sqrt(12.0)
    for count, lam in zip(counts[narrow].tolist(), expected[narrow].tolist(), strict=True):
        if lam > 0:
            full = count + lam
            log_number = math.log(n) + (full - 1) * math.log(lam) - lam - math.lgamma(full)
            if log_number > math.log(CHANCE):
                return True
    return False


def _widths(at: Parameters, rounding: float) -> Floats:
    """Rounded to a width h, values with sd s have an sd of about ``sqrt(s^2 + h^2 / 12)``."""
    return np.asarray(np.hypot(at.sds, rounding / math.sqrt(12.0)))


def verdicts(at: Parameters, data: Observed, *, bounded: bool = False) -> list[Verdict]:
    """`verdict` for many mixtures.

    Parameters
    ----------
    at : Parameters
        Arrays of shape (B, K).
    data : Observed
    bounded : bool

    Returns
    -------
    list of Verdict
    """
    found = [Verdict.GROUPS] * at.means.shape[0]
    if at.means.shape[1] == 1:
        return found
    narrowest = at.sds.min(axis=1)
    suspect = narrowest < smallest_sd(data.resolution)
    if not bounded:
        suspect |= data.n * at.weights.min(axis=1) < max(FEWEST, 4 * data.most_on_one)
        suspect |= narrowest < NARROW * np.hypot(at.sds.max(axis=1), data.rounding / math.sqrt(12))
    for row in np.flatnonzero(suspect).tolist():
        found[row] = verdict(at.rows(row), data, bounded=bounded)
    return found
