"""build_model as PyMC's users expect it: an observed variable, and what PyMC computes from it."""

from __future__ import annotations

import functools

import numpy as np
import pymc as pm
import pytest
from densities import PYTHON, REWRITTEN
from posteriors import posterior_of

from bayes import Priors, build_model
from bayes.model import model as module
from bayes.model.density import log_density, log_prior
from em import Sample, as_sample

QUICK = {"compile_kwargs": {"mode": REWRITTEN}, "progressbar": False}
RNG = np.random.default_rng(11)
VALUES = np.concatenate([RNG.normal(164, 6, 12), RNG.normal(176, 8, 18)])
COUNTS = Sample([160.0, 165.5, 171.0, 180.0], [3, 1, 2, 4])
ROUNDED = as_sample(VALUES.round(), 1.0)
SAMPLES = {"raw": Sample(VALUES), "counts": COUNTS, "rounded": ROUNDED}


def repeated(sample):
    return np.repeat(sample.values, sample.weights.astype(int))


@functools.cache
def model_of(name, K=2):
    return build_model(SAMPLES[name], K)


@functools.cache
def posterior(name, K=2):
    "Draws from the prior, as if there were no data: the densities are to be compared anywhere."
    sample = SAMPLES[name]
    drawn = Priors().filled(sample, K).draw(12, seed=3)
    return posterior_of(sample, *(value.reshape(2, 6, K) for value in drawn))


@pytest.mark.parametrize("name", SAMPLES)
def test_values_are_observed_one_by_one_in_the_order_given(name):
    model = model_of(name)
    (x,) = model.observed_RVs
    assert x.name == "x"
    assert not model.potentials
    np.testing.assert_array_equal(model.rvs_to_values[x].eval(mode=PYTHON), repeated(SAMPLES[name]))


@pytest.mark.parametrize(("name", "K"), [("raw", 2), ("counts", 3), ("rounded", 2)])
def test_density_is_the_same_as_of_counted_values(name, K):
    one, other = model_of(name, K), build_model(SAMPLES[name], K, observed=False)
    densities = [model.compile_logp(mode=PYTHON) for model in (one, other)]
    start = one.initial_point()
    for _ in range(5):
        point = {name: at + 0.3 * RNG.standard_normal(at.shape) for name, at in start.items()}
        assert densities[0](point) == pytest.approx(densities[1](point), rel=1e-13)


@pytest.mark.parametrize(
    ("sample", "observed"),
    [
        (Sample([1.0, 2.0, 4.0], [1.5, 2.0, 1.0]), True),
        (Sample(RNG.normal(size=5000)).squash(), True),
        (COUNTS, False),
    ],
    ids=["fractions", "squashed", "asked for"],
)
def test_what_is_not_known_one_by_one_is_counted(sample, observed):
    model = build_model(sample, observed=observed)
    assert not model.observed_RVs
    assert [potential.name for potential in model.potentials] == ["loglik"]


def test_very_many_values_are_counted(monkeypatch):
    monkeypatch.setattr(module, "MOST", 9)
    assert not build_model(COUNTS).observed_RVs
    monkeypatch.setattr(module, "MOST", 10)
    assert build_model(COUNTS).observed_RVs


@pytest.mark.parametrize("name", SAMPLES)
def test_prior_predictive_draws_are_data_sets(name):
    model = model_of(name)
    drawn = pm.sample_prior_predictive(
        200, model=model, random_seed=1, compile_kwargs={"mode": REWRITTEN}
    )
    values = drawn["prior_predictive"]["x"]
    assert values.dims == ("chain", "draw", "observation")
    assert values.shape == (1, 200, repeated(SAMPLES[name]).size)
    prior = drawn["prior"]
    assert np.all(np.diff(prior["means"].to_numpy(), axis=-1) >= 0)
    assert prior["means"].dims == ("chain", "draw", "k")
    # Half a data set's mean is known to: 1.5 sds for the means, and the spread within.
    sample = SAMPLES[name]
    assert float(values.mean()) == pytest.approx(sample.mean, abs=0.6 * sample.sd)
    if sample.rounding:
        np.testing.assert_array_equal(values, values.round())


@pytest.mark.parametrize("name", SAMPLES)
def test_posterior_predictive_draws_come_from_the_draws(name):
    of, model = posterior(name), model_of(name)
    drawn = pm.sample_posterior_predictive(of.trace, model=model, random_seed=1, **QUICK)
    values = drawn["posterior_predictive"]["x"].to_numpy()
    middle = (of.weights * of.means).sum(axis=-1)
    spread = np.sqrt((of.weights * (of.sds**2 + of.means**2)).sum(axis=-1) - middle**2)
    # Rounding to steps of 1 adds a spread of 0.3.
    z = (values.mean(axis=-1) - middle) * np.sqrt(values.shape[-1]) / np.hypot(spread, 0.3)
    assert np.abs(z).max() < 4.5
    assert np.abs(z).mean() < 1.5


@pytest.mark.parametrize(("name", "K"), [("raw", 2), ("counts", 1), ("rounded", 2)])
def test_log_likelihood_and_log_prior_are_those_of_the_draws(name, K):
    of, sample = posterior(name, K), SAMPLES[name]
    model, draws = model_of(name, K), of.joined()
    found = pm.compute_log_likelihood(of.trace, model=model, **QUICK)["log_likelihood"]["x"]
    expected = log_density(draws, repeated(sample), sample.rounding).T
    np.testing.assert_allclose(found.to_numpy().reshape(12, -1), expected, rtol=1e-10)
    each = pm.stats.compute_log_prior(of.trace, model=model, **QUICK)["log_prior"]
    total = sum(value.to_numpy().reshape(12, -1).sum(axis=1) for value in each.data_vars.values())
    np.testing.assert_allclose(total, log_prior(draws, of.priors()), rtol=1e-8)


def test_pymc_goes_on_from_what_it_samples_itself():
    model = build_model(VALUES, 2, Priors(means=pm.Normal.dist([164, 176], 5)))
    trace = pm.sample(
        4,
        tune=4,
        chains=1,
        model=model,
        random_seed=1,
        nuts_sampler="pymc",
        quiet=True,
        compute_convergence_checks=False,
        compile_kwargs={"mode": REWRITTEN},
    )
    assert np.all(np.diff(trace["posterior"]["means"].to_numpy(), axis=-1) > 0)
    pm.compute_log_likelihood(trace, model=model, **QUICK)
    assert trace["log_likelihood"]["x"].shape == (1, 4, 30)
    more = pm.sample_posterior_predictive(trace, model=model, random_seed=1, **QUICK)
    assert more["posterior_predictive"]["x"].shape == (1, 4, 30)
