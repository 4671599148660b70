"""checks: whether data like these could have come from the fitted model.

Posterior predictive checks (Rubin 1984; Gelman, Meng & Stern 1996): data sets are drawn from the
posterior, and what the model was not fitted to is measured on them and on the data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bayes.criticism.replicates import LARGE, group_shapes, observed, replicated
from bayes.model.density import cdf, counted
from bayes.model.rounding import Lattice
from bayes.posterior.given import require_same
from bayes.posterior.posterior import Posterior
from em import Mixture, Parameters, Sample
from em.data.arguments import as_generator

__all__ = ["Check", "NotMade", "Side", "Steps", "check"]

Floats = NDArray[np.float64]

REPLICATES = 1000
FAILS, DOUBTFUL = 0.01, 0.05
"""p-values below which a check fails, and below which it is in doubt."""
COARSE = 0.5
"""Rounding to less than this part of an sd makes an estimate of it at most 1 % larger."""
MOST_BINS = 100
EDGE_DRAWS = 100
"""Draws that the bins are made from; what is expected in them is worked out for every draw."""

NAMES = ("mean", "sd", "skewness", "kurtosis", "farthest", "gap", "shape")

Side = Literal["below", "above", "either"]
"""Where the data are beside the replicates; of skewness and kurtosis, whether groups lean to the
left or have light tails, to the right or heavy ones, or not all the same."""
NotMade = Literal["squashed", "weighted", "in pieces", "rounded"]
"""Values are not known one by one; have sampling weights, of which more values from the posterior
do not tell how much they vary; were not seen side by side; or lie close together by rounding that
the model knows of."""


@dataclass(frozen=True)
class Steps:
    """What the values come in steps of, which the model does not know."""

    step: float
    part: float
    """Of the smallest sd."""
    all_on_steps: bool
    """Whether no value lies between the steps, so that they may be rounded to these."""

    @property
    def coarse(self) -> bool:
        """Whether the smallest sd is not to be trusted."""
        return self.part >= COARSE


@dataclass(frozen=True, eq=False)
class Check:
    """One statistic of the data beside the same of data sets drawn from the posterior."""

    name: str
    """mean, sd, skewness, kurtosis, farthest, gap or shape."""
    observed: float
    """Of the data; where it depends on the parameters, the median over the draws. NaN if the
    check is not made."""
    lower: float
    """Lower end of what 95 % of the replicates have."""
    upper: float
    """Upper end of it."""
    p: float
    """How often replicates are as extreme as the data: small is bad. NaN if not made.

    Two-sided, but for skewness, kurtosis and shape, where only large is bad. A replicate equal to
    the data counts half, and so do the data themselves, so that it is never zero.
    """
    replicates: Floats
    """The statistic of each replicate, of shape (R,), or (0,) if the check is not made."""
    side: Side | None
    """What kind of misfit it is, if it is one; None if the check is not made."""
    steps: Steps | None = None
    """Of the values, where that may be why their smallest gap is what it is."""
    why_not: NotMade | None = None
    """Why the check is not made."""

    @property
    def can_fail(self) -> bool:
        """False for the mean and the sd, on which every fitted mixture agrees with its data."""
        return self.name not in ("mean", "sd")

    @property
    def made(self) -> bool:
        """Whether the data allowed the check to be made."""
        return not math.isnan(self.p)

    @property
    def verdict(self) -> str:
        """``passes``, ``in doubt`` (p below 0.05), ``fails`` (below 0.01) or ``not made``."""
        return _verdict(self.p)


def check(
    posterior: Posterior,
    sample: Sample | None = None,
    rng: int | np.random.Generator | None = 0,
    *,
    replicates: int = REPLICATES,
) -> tuple[Check, ...]:
    """Compare the data with data sets of the same size drawn from the posterior.

    - mean, sd: these cannot fail, since any mixture can be given the mean and sd of the data;
    - skewness, kurtosis: of the groups, each value belonging to them by its responsibilities, as
      a root mean square over the groups (see `bayes.criticism.replicates.group_shapes`). Those of
      all data together would hardly ever fail: two normal groups can have almost any;
    - farthest: the largest distance of a value from the mean, in sds;
    - gap: the smallest distance between two neighbours, zero where values are tied; not made
      where the rounding of the data is part of the model;
    - shape: the sum of (observed - expected)^2 / expected over bins that are about equally
      probable.

    For skewness, kurtosis and shape each draw of the posterior measures the data and its own
    replicate by its own parameters.

    Up to 5,000 values, whole data sets are drawn. For more, what is measured on a replicate is
    drawn directly: means of powers and polynomials from their limiting normal distributions, the
    outermost values as order statistics, and the smallest gap from its limiting exponential
    distribution. The counts in bins are always drawn as multinomial. Where the rounding of the
    data is part of the model, replicates are rounded to the same steps, and of more than 5,000
    values the number at each step is drawn.

    Parameters
    ----------
    posterior : Posterior
    sample : Sample, optional
        The data, where the posterior was sampled from squashed ones. Weights that are whole
        numbers are counts. Where only squashed data are known, `farthest`, `gap` and `shape` are
        not made (see `Check.why_not`); of data that were seen in pieces (`em.Digest`) only `gap` is
        not. Of data with sampling weights none is.
    rng : int or numpy.random.Generator
        A seed or a generator.
    replicates : int
        How many data sets to draw; not more than there are draws.

    Returns
    -------
    tuple of Check
        In the order above.
    """
    given = posterior.sample if sample is None else require_same(posterior.sample, sample)
    if given.weights_are == "sampling":
        return tuple(_not_made(name, "weighted") for name in NAMES)
    data = counted(given)
    known = given if data is None else data
    generator = as_generator(rng)
    draws = posterior.joined(replicates)
    n = max(2, round(given.n))
    center, unit = known.mean, known.sd
    scaled = Parameters(draws.weights, (draws.means - center) / unit, draws.sds / unit)

    lattice = None
    if given.rounding > 0:
        lattice = Lattice((float(given.values[0]) - center) / unit, given.rounding / unit)
    many, shapes = replicated(scaled, n, generator, lattice)
    one = observed(known, counted=data is not None)
    nodes = known.squash() if data is not None and n > LARGE else known
    seen = group_shapes(scaled, (nodes.values - center) / unit, nodes.weights)

    found = [
        _two_sided("mean", float(one.mean), center + unit * many.mean),
        _two_sided("sd", float(one.sd), unit * many.sd),
        _upper("skewness", seen.skewness, shapes.skewness, _side(seen.skewed, seen.skewness)),
        _upper("kurtosis", seen.kurtosis, shapes.kurtosis, _side(seen.heavy, seen.kurtosis)),
    ]
    if data is None and given.digest is not None and given.digest.is_counted:
        ends = given.lowest - center, given.highest - center
        farthest = float(np.abs(ends).max()) / unit
        return (
            *found,
            _two_sided("farthest", farthest, many.farthest),
            _not_made("gap", "in pieces"),
            _shape(draws, given, generator),
        )
    if data is None:
        return (*found, *(_not_made(name, "squashed") for name in ("farthest", "gap", "shape")))
    found.append(_two_sided("farthest", float(one.farthest), many.farthest))
    if given.rounding > 0:
        found.append(_not_made("gap", "rounded"))
    else:
        # Computers' numbers lie on a grid as well, a coarse one far from zero.
        step = float(np.spacing(np.abs(known.values).max()))
        gaps = step * np.round(unit * many.gap / step)
        found.append(_two_sided("gap", float(one.gap), gaps, _steps(given, draws)))
    return (*found, _shape(draws, data, generator))


def _two_sided(name: str, seen: float, replicates: Floats, steps: Steps | None = None) -> Check:
    equal = 0.5 * (np.count_nonzero(replicates == seen) + 1)
    level = (np.count_nonzero(replicates < seen) + equal) / (replicates.size + 1.0)
    p = min(1.0, 2.0 * min(level, 1.0 - level))
    low, high = np.quantile(replicates, [0.025, 0.975]).tolist()
    side: Side = "above" if level > 0.5 else "below"
    return Check(name, seen, low, high, p, replicates, side, steps)


def _upper(name: str, seen: Floats, replicates: Floats, side: Side = "above") -> Check:
    """A draw of the posterior measures the data and its own replicate."""
    equal = 0.5 * (np.count_nonzero(replicates == seen) + 1)
    p = (np.count_nonzero(replicates > seen) + equal) / (replicates.size + 1.0)
    low, high = np.quantile(replicates, [0.0, 0.95]).tolist()
    return Check(name, float(np.median(seen)), low, high, float(p), replicates, side)


def _verdict(p: float) -> str:
    if math.isnan(p):
        return "not made"
    return "fails" if p < FAILS else "in doubt" if p < DOUBTFUL else "passes"


def _not_made(name: str, why: NotMade) -> Check:
    nothing = math.nan
    return Check(name, nothing, nothing, nothing, nothing, np.zeros(0), None, why_not=why)


def _side(mean: Floats, size: Floats) -> Side:
    """Of a skewness or kurtosis, by its mean over the groups and by its size."""
    direction = float(np.median(mean))
    if abs(direction) < 0.5 * float(np.median(size)):
        return "either"
    return "above" if direction > 0 else "below"


def _shape(draws: Parameters, data: Sample, rng: np.random.Generator) -> Check:
    edges = _edges(draws, data)
    n, R = round(data.n), len(draws.means)
    counts = np.diff(data.below(edges), prepend=0.0, append=data.n)
    below = np.vstack([np.zeros(R), cdf(draws, edges), np.ones(R)])
    share = np.maximum(np.diff(below, axis=0).T, 1e-12)
    share /= share.sum(axis=1, keepdims=True)

    def distance(found: NDArray[Any]) -> Floats:
        return np.asarray(((found - n * share) ** 2 / (n * share)).sum(axis=1))

    return _upper("shape", distance(counts), distance(rng.multinomial(n, share)))


def _edges(draws: Parameters, data: Sample) -> Floats:
    """Inner edges of about equally probable bins, wherever the data lie."""
    bins = int(np.clip(round(2.0 * data.n**0.4), 4, MOST_BINS))
    keep = np.linspace(0, len(draws.means) - 1, min(EDGE_DRAWS, len(draws.means))).astype(int)
    weights, means, sds = (value[keep].ravel() for value in draws)
    edges = Mixture(weights / weights.sum(), means, sds).ppf(np.arange(1, bins) / bins)
    if (step := data.resolution) > 0.0:
        # Half way between rounded values: else some bins would hold more of these than others.
        origin = data.values[0] - 0.5 * step
        edges = origin + step * np.round((edges - origin) / step)
    elif data.digest is not None and (width := data.digest.width) > 0.0:
        edges = width * np.round(edges / width)  # where the number below is known exactly
    return np.unique(edges)


def _steps(sample: Sample, draws: Parameters) -> Steps | None:
    """What the values come in steps of; None if in none."""
    step = sample.resolution
    if step == 0.0:
        return None
    return Steps(step, step / float(draws.sds.min(axis=1).mean()), sample.step > 0.0)
