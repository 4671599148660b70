"""Laws: one quantity that is no mixture, fitted to the same data by maximum likelihood.

A quantity that is skewed or has heavy tails is fitted better by two normal groups than by one,
though there are no groups in it. What says so is a law of one quantity that does better still. It
is held against the mixtures by the same criterion and on the same measure: densities, or their
means over the intervals of rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    import em

    Floats = NDArray[np.float64]

__all__ = ["Law", "LawName", "laws"]

LawName = Literal["log-normal", "shifted log-normal", "gamma", "skew-normal", "t"]

LEAST_FREEDOM, MOST_FREEDOM = 1.0, 200.0
"""Degrees of freedom of t: with fewer, single values would do; with more, it is normal."""
HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
NEVER = 1e10
"""The loss of a law that gives a value no probability: infinities have no differences."""
FARTHEST = 100.0
"""Sds by which a log-normal is shifted at the most: it is normal by then."""
MOST_SKEWED = 1000.0
"""Shape of the skew-normal at which it is half of a normal."""
MOST_VALUES = 5_000
"""Distinct values beyond which nodes stand for them, which tell as much of a shape."""
FINEST = 1e-4
"""Steps of rounding, in sds, at which a law that has no maximum without them is fitted: on finer
ones it would gain more by rising over a single value than any law does by its shape."""
TIED = 0.5
"""Share of the data on one value from which the likelihood of t has no bound all the same."""
PATIENCE = {"xatol": 1e-6, "fatol": 1e-10, "maxiter": 4000, "maxfev": 8000}
"""Of the search: to a millionth in the log-likelihood of ten thousand values."""


@dataclass(frozen=True)
class Law:
    """A law of one quantity, at its maximum."""

    name: LawName
    parameters: tuple[float, ...]
    """Of shape, then loc and scale, as `scipy.stats` has them for ``lognorm``, ``gamma``,
    ``skewnorm`` and ``t``."""
    loglik: float
    """As `em.Fit.loglik` is."""
    n_parameters: int
    """Those that were free."""
    n: float
    """Values."""

    @property
    def aic(self) -> float:
        """Akaike's criterion; lower is better."""
        return 2.0 * self.n_parameters - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion; lower is better."""
        return self.n_parameters * math.log(self.n) - 2.0 * self.loglik


class _Data(NamedTuple):
    """Values with counts, and the step to which they are rounded; 0 if they are not."""

    x: Floats
    w: Floats
    step: float

    @property
    def edge(self) -> float:
        """Below it, nothing was seen."""
        return float(self.x.min()) + 0.5 * self.step


class _Standard(NamedTuple):
    """A law with loc 0 and scale 1: functions of values and of the parameter of shape."""

    logpdf: Callable[[Floats, float], Floats]
    cdf: Callable[[Floats, float], Floats]
    sf: Callable[[Floats, float], Floats]


class _Family(NamedTuple):
    """A law whose parameters are any numbers, for a search without bounds."""

    standard: _Standard
    begin: Callable[[_Data], list[list[float]]]
    """Where to search from."""
    placed: Callable[[Floats, _Data], tuple[float, float, float]]
    """Shape, loc and scale; a shape that the law has not is 0."""


def laws(sample: em.Sample) -> tuple[Law, ...]:
    """Fit every law that can be fitted to a sample.

    Parameters
    ----------
    sample : em.Sample
        Values with weights that are counts; rounded ones by the probabilities of their intervals.

    Returns
    -------
    tuple of Law
        The highest likelihood for its number of parameters first, by BIC. None for sampling
        weights, which leave no likelihood. Without laws of positive quantities where a value is
        none; without the shifted log-normal unless values are rounded, or recorded in steps, since
        it has no maximum otherwise (Hill 1963); without t where half of the data are one value, for
        the same reason.

    Notes
    -----
    The search runs over all numbers (log scales, log distances of loc from the smallest value, log
    shapes) by Nelder & Mead's simplex, from moments and from a few other places.
    """
    kept = sample.collapse()
    if kept.values.size > MOST_VALUES:
        kept = sample.squash()
    if sample.weights_are == "sampling" or kept.values.size < 4:
        return ()
    # In sds, so that the search takes steps of the same size whatever the unit.
    unit = sample.sd
    data = _Data(kept.values / unit, kept.weights, sample.rounding / unit)
    # Values that look rounded are, for the one law that has no maximum otherwise.
    recorded = data if data.step else data._replace(step=sample.step / unit)
    found = [
        _fitted(name, family, seen, unit)
        for name, family in _FAMILIES.items()
        if _fits(name, seen := recorded if name == "shifted log-normal" else data)
    ]
    return tuple(sorted((law for law in found if law is not None), key=lambda law: law.bic))


def _fits(name: LawName, data: _Data) -> bool:
    match name:
        case "log-normal" | "gamma":
            return data.edge > 0.0
        case "shifted log-normal":
            return data.step > FINEST
        case "t":
            return data.step > 0.0 or float(data.w.max()) < TIED * float(data.w.sum())
        case _:
            return True


def _fitted(name: LawName, family: _Family, data: _Data, unit: float) -> Law | None:
    from scipy.optimize import minimize

    n = float(data.w.sum())

    def loss(at: Floats) -> float:
        shape, loc, scale = family.placed(at, data)
        with np.errstate(all="ignore"):
            value = -float(np.dot(data.w, _log_density(family.standard, data, shape, loc, scale)))
        return value / n if math.isfinite(value) else NEVER

    # Where the likelihood is flat far out, or there is none, a search by slopes is lost.
    ends = [
        minimize(loss, start, method="Nelder-Mead", options=PATIENCE)
        for start in family.begin(data)
    ]
    best = min(ends, key=lambda end: float(end.fun))
    if best.fun >= NEVER:
        return None
    shape, loc, scale = family.placed(best.x, data)
    loglik = -n * (float(best.fun) + math.log(unit))
    own = 1.0 / shape if name == "t" else shape
    return Law(name, (own, loc * unit, scale * unit), loglik, best.x.size, n)


def _log_density(
    standard: _Standard, data: _Data, shape: float, loc: float, scale: float
) -> Floats:
    """Log densities, or the logs of their means over the intervals of rounding."""
    if not data.step:
        return standard.logpdf((data.x - loc) / scale, shape) - math.log(scale)
    low = (data.x - 0.5 * data.step - loc) / scale
    high = (data.x + 0.5 * data.step - loc) / scale
    # In the tail that is the smaller one, lest the difference of two ones be left.
    mass = np.where(
        low > 0.0,
        standard.sf(low, shape) - standard.sf(high, shape),
        standard.cdf(high, shape) - standard.cdf(low, shape),
    )
    return np.asarray(np.log(mass / data.step))


def _moments(x: Floats, w: Floats) -> tuple[float, float]:
    mean = float(np.average(x, weights=w))
    return mean, math.sqrt(float(np.average((x - mean) ** 2, weights=w)))


def _of_logs(data: _Data, loc: float) -> tuple[float, float]:
    """Mean and sd of the logarithms above loc."""
    above = np.maximum(data.x - loc, 0.25 * data.step)
    mean, sd = _moments(np.log(above), data.w)
    return mean, max(sd, 1e-3)


def _log_normal_begin(data: _Data) -> list[list[float]]:
    mean, sd = _of_logs(data, 0.0)
    return [[mean, math.log(sd)]]


def _shifted_begin(data: _Data) -> list[list[float]]:
    """With loc at several distances from the smallest value, in sds.

    The coordinates are median, spread about it and distance: the first two stay where they are
    when the law becomes normal in the distance.
    """
    _, spread = _moments(data.x, data.w)
    found = []
    for times in (0.05, 0.5, 3.0):
        loc = data.edge - times * spread
        mean, sd = _of_logs(data, loc)
        scale = math.exp(mean)
        found.append([loc + scale, math.log(sd * scale), math.log(times * spread)])
    return found


def _shifted(at: Floats, data: _Data) -> tuple[float, float, float]:
    loc = data.edge - min(_exp(at[2]), FARTHEST)
    scale = max(float(at[0]) - loc, 1e-9)
    return _exp(at[1]) / scale, loc, scale


def _gamma_begin(data: _Data) -> list[list[float]]:
    mean, sd = _moments(data.x, data.w)
    return [[2.0 * math.log(mean / sd), math.log(sd * sd / mean)]]


def _skewed_begin(data: _Data) -> list[list[float]]:
    """Half of the data on either side of a skewed hump, and no skew."""
    mean, sd = _moments(data.x, data.w)
    places = ((3.0, mean - sd, 1.4 * sd), (-3.0, mean + sd, 1.4 * sd), (0.3, mean - 0.2 * sd, sd))
    return [[shape, loc, math.log(scale)] for shape, loc, scale in places]


def _t_begin(data: _Data) -> list[list[float]]:
    """From the middle half of the data, with few and with many degrees of freedom."""
    order = np.argsort(data.x)
    heaped = np.cumsum(data.w[order]) / data.w.sum()
    low, middle, high = data.x[order][np.searchsorted(heaped, (0.25, 0.5, 0.75))].tolist()
    _, sd = _moments(data.x, data.w)
    width = (high - low) / 1.4 or sd
    return [[-1.0, middle, math.log(width)], [3.0, middle, math.log(sd)]]


def _freedom(free: float) -> float:
    """The inverse of the degrees of freedom, between the inverses of the most and the least."""
    least, most = 1.0 / MOST_FREEDOM, 1.0 / LEAST_FREEDOM
    return least + (most - least) / (1.0 + math.exp(min(max(free, -500.0), 500.0)))


def _skew(free: float) -> float:
    return min(max(free, -MOST_SKEWED), MOST_SKEWED)


def _exp(value: float) -> float:
    return math.exp(min(max(value, -700.0), 700.0))


def _logs(z: Floats, sd: float) -> Floats:
    """Standard normal where z is log-normal, of median 1."""
    return np.asarray(np.log(np.maximum(z, 0.0)) / sd)


_LOG_NORMAL = _Standard(
    lambda z, sd: -0.5 * _logs(z, sd) ** 2 - HALF_LOG_2PI - math.log(sd) - np.log(z),
    lambda z, sd: special.ndtr(_logs(z, sd)),
    lambda z, sd: special.ndtr(-_logs(z, sd)),
)
_GAMMA = _Standard(
    lambda z, a: (a - 1.0) * np.log(z) - z - special.gammaln(a),
    lambda z, a: special.gammainc(a, np.maximum(z, 0.0)),
    lambda z, a: special.gammaincc(a, np.maximum(z, 0.0)),
)
_SKEW_NORMAL = _Standard(
    lambda z, a: math.log(2.0) - HALF_LOG_2PI - 0.5 * z * z + special.log_ndtr(a * z),
    lambda z, a: special.ndtr(z) - 2.0 * special.owens_t(z, a),
    lambda z, a: special.ndtr(-z) + 2.0 * special.owens_t(z, a),
)
_T = _Standard(
    lambda z, inverse: _t_logpdf(z, 1.0 / inverse),
    lambda z, inverse: special.stdtr(1.0 / inverse, z),
    lambda z, inverse: special.stdtr(1.0 / inverse, -z),
)


def _t_logpdf(z: Floats, freedom: float) -> Floats:
    half = 0.5 * (freedom + 1.0)
    constant = special.gammaln(half) - special.gammaln(0.5 * freedom)
    constant -= 0.5 * math.log(freedom * math.pi)
    return np.asarray(constant - half * np.log1p(z * z / freedom))


_FAMILIES: dict[LawName, _Family] = {
    "log-normal": _Family(
        _LOG_NORMAL, _log_normal_begin, lambda at, _: (_exp(at[1]), 0.0, _exp(at[0]))
    ),
    "shifted log-normal": _Family(_LOG_NORMAL, _shifted_begin, _shifted),
    "gamma": _Family(_GAMMA, _gamma_begin, lambda at, _: (_exp(at[0]), 0.0, _exp(at[1]))),
    "skew-normal": _Family(
        _SKEW_NORMAL, _skewed_begin, lambda at, _: (_skew(at[0]), float(at[1]), _exp(at[2]))
    ),
    "t": _Family(_T, _t_begin, lambda at, _: (_freedom(at[0]), float(at[1]), _exp(at[2]))),
}
