"""loo: how well the model predicts each value from the others, without fitting it again.

Leave-one-out cross-validation by Pareto-smoothed importance sampling (Vehtari, Gelman & Gabry
2017; Vehtari et al. 2024): draws from the posterior of all values are weighted by how much less
likely they make the value that is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.model.density import cdf, log_density, require_counted
from bayes.posterior.given import require_same
from bayes.posterior.posterior import Posterior
from em import Parameters, Sample
from em.data.requirements import refuse_sampling

__all__ = ["Loo", "loo"]

Floats = NDArray[np.float64]

DRAWS = 4000
"""Draws used at the most, evenly spaced: more hardly change anything and cost in proportion."""
FEWEST_DRAWS = 100
"""Below, there is no tail to smooth."""
MOST = 2000
"""Distinct values above which some are computed and the others interpolated."""
OUTERMOST, BETWEEN = 200, 600
"""Of those: values at either end, then at equal ranks and as many at equal distances."""
CHECKED = 100
"""Interpolated values that are computed as well, to see how far off they are."""
TABLE = 1 << 20
"""Numbers in the largest table kept at once: 8 MB."""
RANKS = 100_000
"""Of more values, so many are tested for how they are spread, at equal ranks."""
BELOW = 0.01
"""p-value below which the values are said to be spread differently."""


@dataclass(frozen=True, eq=False, repr=False)
class Loo:
    """Leave-one-out prediction of every value. Made by `bayes.criticism.loo.loo`."""

    values: Floats
    """The distinct values, increasing, of shape (m,)."""
    counts: Floats
    """How often each was seen, of shape (m,). One of them is left out at a time."""
    pointwise: Floats
    """Log of the density predicted for each value by the others, of shape (m,).

    Where the rounding of the data is part of the model, that is the probability predicted for
    what is rounded to the value, over the step.
    """
    p_pointwise: Floats
    """How much denser each value is when it is not left out, in logs, of shape (m,)."""
    pareto_k: Floats
    """How heavy the tail of each value's importance weights is, of shape (m,)."""
    pit: Floats
    """Predicted probability of less than each value, of shape (m, 2).

    Both columns are the same, but for rounded data: there they are the probabilities at the ends
    of what is rounded to the value, and its copies lie anywhere between.
    """
    draws: int
    """Posterior draws used."""
    n_computed: int
    """Distinct values computed; the others are interpolated between them."""
    error: float
    """How far `elpd` may be off because of that: n times the mean absolute error found."""

    @cached_property
    def n(self) -> int:
        """The number of observations."""
        return round(float(self.counts.sum()))

    @cached_property
    def elpd(self) -> float:
        """Expected log predictive density for as many new values; higher is better."""
        return float(self.counts @ self.pointwise)

    @cached_property
    def se(self) -> float:
        """Standard error of `elpd`, for how much it would vary with other data."""
        return _standard_error(self.pointwise, self.counts)

    @cached_property
    def p_loo(self) -> float:
        """Effective number of parameters: about 3 K - 1 where the data determine all of them."""
        return float(self.counts @ self.p_pointwise)

    @property
    def threshold(self) -> float:
        """The largest Pareto k that is good enough for so many draws, 0.7 from 2,200 on."""
        return min(1.0 - 1.0 / math.log10(self.draws), 0.7)

    @cached_property
    def share_unreliable(self) -> float:
        """Share of the observations whose Pareto k is above the threshold."""
        return float(self.counts[~(self.pareto_k <= self.threshold)].sum()) / self.n

    @property
    def ok(self) -> bool:
        """Whether every value's importance weights are good enough."""
        return self.share_unreliable == 0.0

    @cached_property
    def pit_p(self) -> float:
        """p-value that `pit` is uniform, as it is if the model is right.

        The i-th smallest of n uniform numbers has a Beta(i, n + 1 - i) distribution. Each gives a
        two-sided p-value, and they are combined as Tesso & Vehtari (2026) do it (POT-C): by the
        truncated Cauchy combination, which holds for dependent ones. It errs on the side of the
        model, since every value has had a hand in the prediction of all others.
        """
        from scipy.special import betainc

        order = np.argsort(self.pit[:, 0], kind="stable")
        counts, ends = self.counts[order], self.pit[order]
        last = np.cumsum(counts)
        n = self.n
        ranks = np.unique(np.linspace(1.0, n, min(n, RANKS)).round())
        place = np.searchsorted(last, ranks - 0.5)
        share = (ranks - 0.5 - (last - counts)[place]) / counts[place]
        pit = ends[place, 0] + share * (ends[place, 1] - ends[place, 0])
        level = betainc(ranks, n + 1.0 - ranks, pit)
        p = 2.0 * np.minimum(level, 1.0 - level)
        cauchy = np.where(p < 0.5, np.tan(np.pi * (0.5 - p)), 0.0).mean()
        return float(0.5 - np.arctan(cauchy) / np.pi)

    @cached_property
    def pit_distance(self) -> float:
        """Largest distance between the distribution function of `pit` and the uniform one."""
        after = np.cumsum(self.counts) / self.n
        before = after - self.counts / self.n
        ends = np.abs(before - self.pit[:, 0]).max(), np.abs(after - self.pit[:, 1]).max()
        return float(max(ends))

    def pit_band(self, level: float = 0.95) -> float:
        """Half the width of the band that the distribution function of uniform `pit` stays in.

        Simultaneously, for all probabilities at once, with probability `level`.
        """
        from scipy.stats import kstwo

        return float(kstwo.ppf(level, self.n))

    @property
    def verdict(self) -> str:
        """What it says, in plain words."""
        bad = round(self.share_unreliable * self.n)
        reliable = (
            f"Each can be relied on (largest Pareto k {self.pareto_k.max():.2f})."
            if self.ok
            else f"{bad} of {self.n} cannot be relied on (Pareto k up to "
            f"{self.pareto_k.max():.2f}, above {self.threshold:.2f}): they pull the fit so much "
            "that it would have to be made again without them."
        )
        uniform = (
            "The values are spread as the model predicts them"
            if self.pit_p >= BELOW
            else "The values are not spread as the model predicts them"
        )
        part = (
            ""
            if self.n_computed == self.values.size
            else f" Computed for {self.n_computed} of {self.values.size} distinct values and "
            f"interpolated for the others, which moves the sum by about {self.error:.1g} at most."
        )
        return (
            f"Predicting each of {self.n} values from the others gives a log density of "
            f"{self.elpd:.1f} (standard error {self.se:.1f}) in all, as from "
            f"{self.p_loo:.1f} free parameters. {reliable} {uniform} (p = {self.pit_p:.2g}).{part}"
        )

    def difference(self, other: Loo) -> tuple[float, float]:
        """How much better this model predicts than another of the same data.

        Returns
        -------
        difference : float
            In `elpd`; positive if this one is better.
        se : float
            Its standard error, from the differences value by value, which vary much less than
            the two sums by themselves.

        Raises
        ------
        ValueError
            If the two are of different data.
        """
        if not (
            np.array_equal(self.values, other.values) and np.array_equal(self.counts, other.counts)
        ):
            raise ValueError("expected two models of the same data, got different values")
        apart = self.pointwise - other.pointwise
        return float(self.counts @ apart), _standard_error(apart, self.counts)

    def __repr__(self) -> str:
        return f"Loo(elpd={self.elpd:.2f}, se={self.se:.2f}, p_loo={self.p_loo:.2f}, ok={self.ok})"


class _Part(NamedTuple):
    pointwise: Floats
    p_pointwise: Floats
    pareto_k: Floats
    pit: Floats


def loo(posterior: Posterior, sample: Sample | None = None) -> Loo:
    """Predict each value from all the others.

    Equal values are computed once. Of more than 2,000 distinct values about 1,600 are computed,
    among them the outermost, and the others interpolated: what is predicted for a value is a
    smooth function of it.

    Parameters
    ----------
    posterior : Posterior
    sample : Sample, optional
        The data, where the posterior was sampled from squashed ones.

    Returns
    -------
    Loo

    Raises
    ------
    ValueError
        If the sample is not what the posterior was sampled from, if it is squashed, if its weights
        are sampling weights or no whole numbers, if there are fewer than 100 draws, or if they do
        not vary.
    """
    given = posterior.sample if sample is None else require_same(posterior.sample, sample)
    refuse_sampling(given, "leave-one-out")
    data = require_counted(given, "leave-one-out")
    draws = posterior.joined(DRAWS)
    S = len(draws.means)
    if S < FEWEST_DRAWS or np.ptp(draws.means[:, 0]) == 0.0:
        raise ValueError(
            f"expected at least {FEWEST_DRAWS} draws that vary, got {S} draws of "
            f"{np.unique(draws.means[:, 0]).size} different values; sample more"
        )
    r_eff = _efficiency(posterior, S)
    nodes = _nodes(data.values)
    found = _computed(draws, data, nodes, r_eff)
    error = 0.0
    if nodes.size < data.values.size:
        found, error = _filled_in(draws, data, nodes, found, r_eff)
    return Loo(data.values, data.weights, *found, S, nodes.size, error)


def _computed(draws: Parameters, data: Sample, places: NDArray[np.intp], r_eff: float) -> _Part:
    """All of it for the values at some places, block by block."""
    values, resolution = data.values[places], data.resolution
    statistics = _array_statistics()
    S = len(draws.means)
    rows = max(1, TABLE // S)
    parts = []
    for begin in range(0, values.size, rows):
        x = values[begin : begin + rows]
        density = log_density(draws, x, data.rounding)
        log_weights, k = statistics.psislw(density, r_eff=r_eff)
        weights = np.exp(log_weights)
        left_out = _log_mean(log_weights + density) + math.log(S)
        ends = [x] if resolution == 0.0 else [x - 0.5 * resolution, x + 0.5 * resolution]
        pit = [np.einsum("ns,ns->n", weights, cdf(draws, end)) for end in ends]
        both = np.clip(np.column_stack([pit[0], pit[-1]]), 0.0, 1.0)
        parts.append(_Part(left_out, _log_mean(density) - left_out, k, both))
    return _Part(*map(np.concatenate, zip(*parts, strict=True)))


def _filled_in(
    draws: Parameters, data: Sample, nodes: NDArray[np.intp], found: _Part, r_eff: float
) -> tuple[_Part, float]:
    """The values between the nodes, and n times the mean absolute error of a few of them."""
    from scipy.interpolate import PchipInterpolator

    full = _Part(*(PchipInterpolator(data.values[nodes], part)(data.values) for part in found))
    between = np.setdiff1d(np.arange(data.values.size), nodes)
    # Always the same ones, so that the answer is.
    some = np.sort(np.random.default_rng(0).choice(between, min(CHECKED, between.size), False))
    exact = _computed(draws, data, some, r_eff)
    return full, data.n * float(np.abs(exact.pointwise - full.pointwise[some]).mean())


def _nodes(values: Floats) -> NDArray[np.intp]:
    """Which of the sorted values are computed."""
    m = values.size
    if m <= MOST:
        return np.arange(m)
    first, last = OUTERMOST, m - 1 - OUTERMOST
    ranks = np.linspace(first, last, BETWEEN).round().astype(np.intp)
    places = np.searchsorted(values, np.linspace(values[first], values[last], BETWEEN))
    ends = np.r_[np.arange(OUTERMOST), np.arange(last, m)]
    return np.unique(np.concatenate([ends, ranks, places]))


def _efficiency(posterior: Posterior, S: int) -> float:
    """Effective draws for each of the S that are used, which says how long a tail is."""
    ess = posterior.diagnostics.ess_bulk
    mean = float(np.mean(np.concatenate([ess.means, ess.sds])))
    return min(1.0, mean / S) if np.isfinite(mean) else 1.0


def _log_mean(logs: Floats) -> Floats:
    top = logs.max(axis=1)
    with np.errstate(under="ignore"):
        return np.asarray(np.log(np.exp(logs - top[:, None]).mean(axis=1)) + top)


def _standard_error(pointwise: Floats, counts: Floats) -> float:
    n = counts.sum()
    deviations = pointwise - counts @ pointwise / n
    return math.sqrt(float(n * (counts @ deviations**2) / (n - 1.0)))


def _array_statistics() -> Any:
    from arviz_stats.base.array import array_stats  # slow to import

    return array_stats
