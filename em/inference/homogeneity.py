"""Homogeneity: one normal distribution against a mixture of two, by the EM-test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import whole
from em.data.requirements import refuse_sampling
from em.data.sample import Sample, as_sample
from em.inference.fitting import fit
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import expect
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters, stacked
from em.search.ascent import Status, ascend
from em.search.start import starts

__all__ = ["EmTest", "em_test"]

Floats = NDArray[np.float64]

PROPORTIONS = (0.1, 0.3, 0.5)
"""Mixing proportions that the EM-test starts from."""
EM_ROUNDS = 3
"""EM steps it makes from each."""
SD_PENALTY = 0.25
"""Factor of its penalty on small sds."""


@dataclass(frozen=True)
class EmTest:
    """The EM-test of one component against two."""

    statistic: float
    """Twice the gain in penalised log-likelihood."""
    pvalue: float
    """From the chi-squared distribution with two degrees of freedom."""


def em_test(x: ArrayLike | Sample, *, n_starts: int = 20) -> EmTest:
    """Test one normal component against two with unequal sds (Chen & Li 2009).

    For each of a few mixing proportions the penalised likelihood is maximised over means and
    sds, a few EM steps follow, and twice the largest gain over one component is the statistic.
    Its limit is chi-squared with two degrees of freedom, so nothing need be simulated. Rounded
    values are taken for exact ones, as the published test has it.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    n_starts : int
        Starts for each proportion.

    Returns
    -------
    EmTest

    Raises
    ------
    TypeError, ValueError
        As `em.fit` does for two components, and for sampling weights.
    """
    whole("n_starts", n_starts)
    sample = as_sample(x)
    refuse_sampling(sample, "the EM-test")
    one = fit(sample, 1)
    data = sample.squash() if one.data.bins is not None else sample.collapse()
    if data.values.size < 4:
        raise ValueError(f"expected at least 4 distinct values, got {data.values.size}")
    seen = Observed(data.standardised, data.weights)
    z, mass, n = seen.x, seen.weights, seen.n
    # One component, standardised: mean 0 and sd 1, each half with the penalty at its smallest.
    null = -0.5 * n * (math.log(2 * math.pi) + 1.0) - 2 * SD_PENALTY
    first = starts(z, mass, 2, n_starts, np.random.default_rng(0))
    # Either component may be the small one.
    flipped = Parameters(*(value[:, ::-1] for value in first))
    first = stacked([first, flipped])
    held = Coordinates(2, fixed=((True, True), (False, False), (False, False)))
    best = -math.inf
    for proportion in PROPORTIONS:
        weights = np.broadcast_to([proportion, 1 - proportion], first.weights.shape)
        climbed = ascend(
            seen, first._replace(weights=weights.copy()), held, penalty=SD_PENALTY, tol=1e-4,
            max_iter=200,
        )  # fmt: skip
        usable = [s not in (Status.COLLAPSED, Status.EMPTY) for s in climbed.status]
        top = int(np.argmax(np.where(usable, climbed.loglik, -np.inf)))
        at = climbed.at.rows([top])
        for _ in range(EM_ROUNDS):
            expected = expect(seen, at, SD_PENALTY)
            moved = held.m_step(at, expected.counts, expected.first, expected.second, SD_PENALTY)
            at = moved._replace(weights=_proportion(expected.counts, n))
        loglik = float(expect(seen, at, SD_PENALTY).loglik[0])
        best = max(best, loglik + math.log(2 * at.weights.min()))
    statistic = max(2 * (best - null), 0.0)
    return EmTest(statistic, math.exp(-0.5 * statistic))


def _proportion(counts: Floats, n: float) -> Floats:
    """The weights that maximise ``sum_k c_k log w_k + log min(w)`` for two components."""
    small = np.argmin(counts, axis=1)
    share = np.minimum((counts.min(axis=1) + 1.0) / (n + 1.0), 0.5)
    weights = np.empty_like(counts)
    rows = np.arange(counts.shape[0])
    weights[rows, small] = share
    weights[rows, 1 - small] = 1.0 - share
    return weights
