"""Log-prior, log-likelihood and distribution function of many draws, against SciPy and PyMC."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from posteriors import around
from pytensor.compile.mode import Mode
from scipy import stats

import em
from bayes import Priors, build_model
from bayes.model import density as module
from bayes.model.density import (
    cdf,
    counted,
    log_density,
    log_likelihood,
    log_prior,
)

PYTHON = Mode("py", None)
PLAIN = em.Sample(np.random.default_rng(4).normal(170, 8, 40))
ROUNDED = em.Sample(np.random.default_rng(5).normal(170, 8, 60).round())


def some_draws(k, size=7, seed=0):
    rng = np.random.default_rng(seed)
    return em.Parameters(
        rng.dirichlet(np.full(k, 2.0), size),
        rng.normal(170, 8, (size, k)),
        rng.lognormal(1.5, 0.4, (size, k)),
    )


@pytest.mark.parametrize("k", [1, 2, 4])
def test_densities_of_all_draws_are_those_of_each_mixture(k, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 50)  # several blocks, the last one not full
    draws, x = some_draws(k), np.linspace(100.0, 260.0, 33)
    mixtures = [em.Mixture(*row) for row in zip(*draws, strict=True)]
    np.testing.assert_allclose(
        log_density(draws, x), np.transpose([m.logpdf(x) for m in mixtures]), rtol=1e-12
    )
    np.testing.assert_allclose(cdf(draws, x), np.transpose([m.cdf(x) for m in mixtures]))


def test_the_log_likelihood_counts_every_value(monkeypatch):
    monkeypatch.setattr(module, "TABLE", 100)
    draws = some_draws(3)
    assert len(ROUNDED.collapse()) < len(ROUNDED)
    one_by_one = log_density(draws, ROUNDED.values).sum(axis=0)
    np.testing.assert_allclose(log_likelihood(draws, ROUNDED), one_by_one, rtol=1e-12)


def test_a_component_without_weight_adds_nothing():
    draws = em.Parameters(np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]]), np.array([[1.0, 2.0]]))
    np.testing.assert_allclose(log_density(draws, np.zeros(1)), stats.norm(1, 2).logpdf([[0]]))


@pytest.mark.parametrize(
    ("sample", "k"), [(ROUNDED, 1), (ROUNDED, 3), (PLAIN, 2)], ids=["tied-1", "tied-3", "not-2"]
)
def test_the_log_prior_is_scipys(sample, k):
    priors = Priors().filled(sample, k)
    p = priors.numbers
    draws = priors.draw(50, seed=2)
    z = (np.log(draws.sds) - p.log_median) / p.log_spread
    by_hand = (
        stats.norm(p.centre, p.spread).logpdf(draws.means).sum(axis=1)
        + (stats.norm.logpdf(z) - np.log(p.log_spread * draws.sds)).sum(axis=1)
        + sum(stats.dirichlet(np.full(k, 2.0)).logpdf(w) for w in [draws.weights.T] if k > 1)
    )
    if p.floor > 0:
        by_hand -= k * stats.norm.logsf((np.log(p.floor) - p.log_median) / p.log_spread)
    # Where a prior is truncated, PyMC's own density is right to nine digits.
    np.testing.assert_allclose(log_prior(draws, priors), by_hand, rtol=1e-8 if p.floor else 1e-12)


@pytest.mark.parametrize("sds", [None, pm.HalfNormal.dist(9.0)], ids=["default", "half-normal"])
def test_prior_times_likelihood_is_the_density_of_the_pymc_model(sds):
    priors = Priors(sds=sds).filled(PLAIN, 2)
    draws = priors.draw(5, seed=1)
    model = build_model(PLAIN, 2, priors)
    density = model.compile_logp(jacobian=False, mode=PYTHON)
    expected = []
    for row in zip(*draws, strict=True):
        moved = (
            pt.as_tensor(model.rvs_to_transforms[rv].forward(value, *rv.owner.inputs))
            for rv, value in zip(model.free_RVs, row, strict=True)
        )
        names = (value.name for value in model.value_vars)
        point = {name: one.eval(mode=PYTHON) for name, one in zip(names, moved, strict=True)}
        expected.append(density(point))
    found = log_prior(draws, priors) + log_likelihood(draws, PLAIN)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_value_that_the_prior_forbids_has_no_density():
    priors = Priors().filled(ROUNDED, 1)
    draws = em.Parameters(np.ones((1, 1)), np.full((1, 1), 170.0), np.full((1, 1), 0.1))
    assert log_prior(draws, priors) == [-np.inf]


def test_the_priors_of_a_posterior_are_found_again_or_asked_for():
    data = em.Sample(np.random.default_rng(6).normal(170, 8, 3000).round(2))
    assert data.grid == 0.01
    mixture = em.Mixture([0.5, 0.5], [165, 175], [5, 5])
    assert around(data, mixture).priors().numbers == Priors().filled(data, 2).numbers
    # Nodes have lost the grid of the data that they stand for.
    small = around(data.squash(), mixture)
    with pytest.raises(ValueError, match="pass priors= as given"):
        small.priors()
    np.testing.assert_allclose(small.priors(data).numbers, Priors().filled(data, 2).numbers)
    with pytest.raises(ValueError, match=r"sds ~ LogNormal.*got sds ~ InverseGamma"):
        small.priors(data, Priors(sds=pm.InverseGamma.dist(3.0, 9.0)))


def test_draws_are_thinned_evenly_over_all_chains():
    posterior = around(ROUNDED, em.Mixture([1], [170], [8]), draws=100, chains=3)
    assert posterior.joined().means.shape == (300, 1)
    kept = posterior.joined(30).means[:, 0]
    assert kept.size == 30
    every = posterior.joined().means[:, 0]
    assert kept[0] == every[0]
    assert kept[-1] == every[-1]
    chain = np.searchsorted([100, 200], [np.flatnonzero(every == v)[0] for v in kept], side="right")
    assert np.bincount(chain).tolist() == [10, 10, 10]


def test_only_whole_counts_are_data():
    assert counted(ROUNDED).n == 60
    assert counted(em.Sample([1.0, 1.0, 2.0])).weights.tolist() == [2, 1]
    assert counted(em.Sample([1.0, 2.0], [3, 0])).values.tolist() == [1.0]
    assert counted(em.Sample([1.0, 2.0], [1.5, 2])) is None
    rng = np.random.default_rng(7)
    many = em.Sample(rng.normal(size=5000))
    assert counted(many.squash()) is None
    # What is known of a loaded posterior: nodes with weights, and not that they are nodes.
    nodes = many.squash()
    assert counted(em.Sample(nodes.values, nodes.weights)) is None
    # Few distinct values are not replaced by others.
    assert counted(em.Sample(rng.integers(0, 5, 5000).astype(float)).squash()).n == 5000
