"""Squashed data say the same of the posterior as all the values that they stand for."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from benchmarks.sampling.moments import PARAMETERS, STATISTICS, bound, distances, judge

import bayes
import em
from bayes.model.density import log_likelihood
from compare.data.cases import Case
from em.likelihood.quadrature import quadrature_bound

N = 20_000


@functools.cache
def heights():
    "The heights, and a few hundred nodes that stand for them."
    sample = Case.synthetic(666, N).sample
    return sample, sample.squash()


@functools.cache
def posterior(which, seed, **options):
    "From all values (0) or from the nodes (1), with default priors."
    plan = {"draws": 700, "tune": 300, "chains": 2, "mending": False}
    return bayes.fit(heights()[which], 2, seed=seed, **(plan | options))


@pytest.mark.study
def test_the_posterior_from_nodes_is_that_from_all_values():
    "Means and sds of all parameters agree within their Monte Carlo errors."
    every, nodes = (posterior(which, seed=1 + which) for which in (0, 1))
    assert len(every.sample) == N
    assert len(nodes.sample) < N / 20
    found = []
    for one in (every, nodes):
        assert one.diagnostics.divergences == 0
        found.append(judge(one.weights, one.means, one.sds))
        assert found[-1]["ess"] > 60
        assert found[-1]["rhat"] < 1.05
    away = distances([found[1]["estimates"]], found[0]["estimates"])
    largest = max(abs(value) for row in away.values() for value in row.values())
    assert largest < bound(len(PARAMETERS) * len(STATISTICS))
    # And the errors are small enough to tell: below a fifth of a posterior sd.
    for one in found:
        for row in one["estimates"].values():
            assert row["mean_error"] < 0.2 * row["sd"]


def test_the_likelihood_of_the_nodes_is_that_of_all_values():
    "At every one of fifty draws, within what is known of the error of the Gauss rules."
    sample, nodes = heights()
    draws = posterior(1, seed=2, draws=150, tune=150).joined(50)
    away = np.abs(log_likelihood(draws, sample) - log_likelihood(draws, nodes))
    bounds = np.array([quadrature_bound(nodes.bins, row(draws, i)) for i in range(50)])
    # Sums over twenty thousand values round to so much.
    rounding = 1e-14 * np.abs(log_likelihood(draws, sample))
    assert np.all(away <= bounds + rounding)
    assert bounds.max() < 1e-4
    assert np.ptp(log_likelihood(draws, sample)) > 5.0


def row(draws, i):
    return em.Parameters(*(value[i] for value in draws))
