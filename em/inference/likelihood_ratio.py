"""Likelihood ratio: K components against K + 1, by a parametric bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import as_generator, whole
from em.data.requirements import refuse_sampling
from em.data.sample import Sample, as_sample
from em.inference.fit import Fit
from em.inference.fitting import fit_with, least_distinct
from em.likelihood.rounding import nearest_step
from em.search.search import Search

__all__ = ["LikelihoodRatioTest", "lr_test"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LikelihoodRatioTest:
    """A bootstrap likelihood-ratio test of K components against K + 1."""

    n_components: int
    """K, the number under the null hypothesis."""
    statistic: float
    """Twice the gain in log-likelihood; 0 if no regular maximum with one more was found."""
    pvalue: float
    """``(1 + #{LR* >= LR}) / (B + 1)``."""
    null: Floats
    """The statistics of the simulated data sets, of shape (B,)."""


def lr_test(
    x: ArrayLike | Sample,
    n_components: int = 1,
    *,
    equal_sds: bool = False,
    n_refits: int = 199,
    rng: int | np.random.Generator | None = 0,
) -> LikelihoodRatioTest:
    """Test K components against K + 1 by a parametric bootstrap (McLachlan 1987).

    The likelihood ratio has no chi-squared distribution here, so its distribution is simulated
    from the fit with K components, and rounded where the sample is; each simulated data set is
    fitted twice from many starts.
    Where a search misses the highest maximum with K + 1 components its statistic is too small.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    n_components : int
        K, the number of components under the null hypothesis.
    equal_sds : bool
        Whether the components share one sd.
    n_refits : int
        How many data sets to simulate, B.
    rng : int or numpy.random.Generator, optional
        Seed of the simulation. The default gives the same answer at every call.

    Returns
    -------
    LikelihoodRatioTest

    Raises
    ------
    TypeError, ValueError
        As `em.fit` does, if the fit with K components does not converge, if there is no refit, or
        for sampling weights.
    """
    whole("n_refits", n_refits)
    sample = as_sample(x)
    refuse_sampling(sample, "a likelihood-ratio test")
    generator = as_generator(rng)
    searches: dict[int, Search] = {}
    needed = 2 * (whole("n_components", n_components) + 1)
    if round(sample.n) < needed <= len(sample.collapse()):
        raise ValueError(
            f"expected weights with a sum of at least {needed} to draw samples of "
            f"that size, got {sample.n:g}; weights count observations"
        )
    smaller = fit_with(searches, sample, n_components, equal_sds=equal_sds)
    if not smaller.converged:
        raise ValueError(
            f"expected a fit that converges, got {smaller.status.name} with {n_components} "
            "components; there is nothing to simulate from"
        )

    def ratio(data: Sample, less: Fit, searches: dict[int, Search]) -> float:
        # The larger model of the same data builds on the smaller one.
        more = fit_with(searches, data, n_components + 1, equal_sds=equal_sds)
        # Where no regular maximum with one more exists, it gains nothing.
        gain = more.loglik - less.loglik if more.converged and less.converged else 0.0
        return max(2 * gain, 0.0)

    statistic = ratio(sample, smaller, searches)
    fewest = least_distinct(n_components + 1, equal_sds=equal_sds, rounded=True)
    null = np.empty(n_refits)
    for place in range(n_refits):
        values = smaller.mixture.sample(round(sample.n), generator)[0]
        if sample.rounding > 0:
            values = nearest_step(values, sample.rounding, float(sample.values[0]))
        drawn = Sample(values, rounding=sample.rounding)
        if sample.rounding > 0 and len(drawn.collapse()) < fewest:
            null[place] = 0.0  # nothing to tell the larger model by
            continue
        searches = {}
        less = fit_with(searches, drawn, n_components, equal_sds=equal_sds)
        null[place] = ratio(drawn, less, searches)
    pvalue = (1 + int(np.count_nonzero(null >= statistic))) / (n_refits + 1)
    return LikelihoodRatioTest(n_components, statistic, pvalue, null)
