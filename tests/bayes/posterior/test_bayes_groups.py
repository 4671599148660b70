"""The groups that ArviZ reads, made on request, and what ArviZ does with them."""

from __future__ import annotations

import functools

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pymc as pm
import pytest
import xarray as xr
from posteriors import around, posterior_of
from scipy import stats

from bayes import Posterior, Priors
from bayes.criticism.loo import loo
from bayes.criticism.sensitivity import sensitivity
from bayes.model.density import log_prior
from bayes.posterior import groups as module
from em import Mixture, Sample, as_sample

RNG = np.random.default_rng(5)
VALUES = np.concatenate([RNG.normal(164, 6, 45), RNG.normal(178, 7, 75)])
MIXTURE = Mixture([0.4, 0.6], [164.0, 178.0], [6.0, 7.0])
EXTRA = ("log_likelihood", "log_prior", "posterior_predictive")
AS_THEY_ARE = ("values", "sample_weights")


@functools.cache
def whole():
    return around(Sample(VALUES), MIXTURE, draws=250).with_groups()


@functools.cache
def single():
    one = Mixture([1.0], [VALUES.mean()], [VALUES.std()])
    return around(Sample(VALUES), one, draws=250).with_groups("log_likelihood", "log_prior")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_groups_are_added_on_request_and_the_draws_stay():
    before = around(Sample(VALUES), MIXTURE, draws=250)
    assert not set(EXTRA) & set(before.data.children)
    one = before.with_groups("log_likelihood")
    assert set(EXTRA) & set(one.data.children) == {"log_likelihood"}
    assert not set(EXTRA) & set(before.data.children)
    assert set(EXTRA) <= set(before.with_groups().data.children)
    np.testing.assert_array_equal(one.means, before.means)
    np.testing.assert_array_equal(one.sample.values, VALUES)
    assert one.data["observed_data"]["x"].to_numpy().tolist() == VALUES.tolist()
    assert set(AS_THEY_ARE) == set(one.data["constant_data"].data_vars)


def test_log_likelihood_is_that_of_each_observation():
    of = whole()
    found = of.data["log_likelihood"]["x"]
    assert found.dims == ("chain", "draw", "observation")
    for chain, draw in [(0, 0), (3, 17)]:
        mixture = Mixture(*(value[chain, draw] for value in of.parameters))
        np.testing.assert_allclose(found[chain, draw], mixture.logpdf(VALUES), rtol=1e-12)


def test_counts_are_repeated_and_rounded_values_are_intervals():
    sample = as_sample(Sample([170.0, 160.0, 171.0], [2, 1, 3]), 1.0)
    of = around(sample, MIXTURE, draws=5, chains=1).with_groups("log_likelihood")
    assert of.data["observed_data"]["x"].to_numpy().tolist() == [170, 170, 160, 171, 171, 171]
    mixture = Mixture(*(value[0, 2] for value in of.parameters))
    ends = np.array([170, 170, 160, 171, 171, 171])[:, None] + [-0.5, 0.5]
    inside = np.diff(stats.norm.cdf(ends[..., None], mixture.means, mixture.sds), axis=1)[:, 0]
    expected = np.log(inside @ mixture.weights)
    np.testing.assert_allclose(of.data["log_likelihood"]["x"][0, 2], expected, rtol=1e-9)


def test_log_prior_is_that_of_each_parameter():
    of = whole()
    found = of.data["log_prior"]
    assert {name: value.dims for name, value in found.data_vars.items()} == dict.fromkeys(
        ("weights", "means", "sds"), ("chain", "draw")
    )
    total = sum(found[name].to_numpy() for name in found.data_vars).ravel()
    np.testing.assert_allclose(total, log_prior(of.joined(), of.priors()), rtol=1e-12)
    assert set(single().data["log_prior"].data_vars) == {"means", "sds"}


def test_new_data_sets_are_from_the_mixture_of_their_draw_in_any_order():
    of = whole()
    drawn = of.data["posterior_predictive"]["x"].to_numpy()
    assert drawn.shape == (4, 250, 120)
    flat, draws = drawn.reshape(1000, 120), of.joined()
    share = sum(
        weight[:, None] * stats.norm.cdf(flat, mean[:, None], sd[:, None])
        for weight, mean, sd in zip(*(value.T for value in draws), strict=True)
    )
    assert stats.kstest(share.ravel(), "uniform").pvalue > 1e-3
    # Each place in the data sets is as good as another, which leave-one-out relies on.
    for place in (0, 60, 119):
        assert stats.kstest(share[:, place], "uniform").pvalue > 1e-3


def test_new_data_sets_are_rounded_like_the_data_and_repeatable():
    sample = as_sample(VALUES.round() + 0.25, 1.0)
    of = around(sample, MIXTURE, draws=20, chains=2)
    one, same, other = (of.with_groups("posterior_predictive", rng=rng) for rng in (1, 1, 2))
    first, second, third = (
        each.data["posterior_predictive"]["x"].to_numpy() for each in (one, same, other)
    )
    np.testing.assert_array_equal(first - 0.25, (first - 0.25).round())
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, third)


def test_priors_that_differ_by_component_are_of_components_in_order_of_mean():
    priors = Priors(means=pm.Normal.dist([164, 178], [3, 9]))
    sample = Sample(VALUES)
    base = around(sample, Mixture([0.4, 0.6], [164.0, 178.0], [9.0, 5.0]), draws=50)
    of = posterior_of(sample, *base.parameters, priors=priors)
    by_mean, by_sd = (
        each.with_groups("log_prior", priors=priors) for each in (of, of.relabelled("sd"))
    )
    assert not np.array_equal(by_mean.means, by_sd.means)
    xr.testing.assert_equal(by_mean.data["log_prior"].dataset, by_sd.data["log_prior"].dataset)


def test_saved_groups_come_back(tmp_path):
    whole().save(tmp_path / "whole.nc")
    loaded = Posterior.load(tmp_path / "whole.nc")
    for group in (*EXTRA, "observed_data", "constant_data"):
        xr.testing.assert_identical(loaded.data[group].dataset, whole().data[group].dataset)
    np.testing.assert_array_equal(loaded.sample.values, VALUES)


@pytest.mark.parametrize(
    ("sample", "groups", "message"),
    [
        (Sample(VALUES), ("waic",), "groups among log_likelihood, log_prior, .*, got 'waic'"),
        (Sample(VALUES, np.full(120, 1.5)), ("log_likelihood",), "not whole numbers; pass the"),
        (Sample(np.tile(VALUES, 50) + np.arange(6000)).squash(), (), "got squashed values"),
    ],
)
def test_what_cannot_be_said_of_each_observation_is_refused(sample, groups, message):
    of = around(sample, MIXTURE, draws=5)
    with pytest.raises(ValueError, match=message):
        of.with_groups(*groups, priors=None, sample=None)


def test_the_full_sample_may_be_given_where_nodes_were_sampled():
    full = Sample(RNG.normal(170, 8, 3000))
    of = around(full.squash(), MIXTURE, draws=5, chains=1)
    found = of.with_groups("log_likelihood", "log_prior", sample=full)
    assert found.data["log_likelihood"]["x"].shape == (1, 5, 3000)
    with pytest.raises(ValueError, match="that the posterior was sampled from"):
        of.with_groups("log_likelihood", sample=Sample(VALUES))


def test_too_many_numbers_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST", 100)
    with pytest.raises(ValueError, match="at most 100 numbers in a group, got 120 values times 5"):
        around(Sample(VALUES), MIXTURE, draws=5, chains=1).with_groups()


def test_a_trace_has_what_the_model_samples():
    trace = whole().relabelled("sd").trace
    for name in ("weights", "means", "sds"):
        np.testing.assert_array_equal(trace["posterior"][f"free_{name}"], getattr(whole(), name))
    assert "free_weights" not in single().trace["posterior"]
    assert "free_means" not in whole().data["posterior"]


def test_files_of_earlier_versions_are_read_and_their_dimension_renamed(tmp_path):
    data = around(Sample(VALUES), MIXTURE, draws=20).data.copy()
    for group in ("posterior", "prior"):
        data[group] = xr.DataTree(data[group].to_dataset().rename(k="component"))
    Posterior(data).save(tmp_path / "earlier.nc")
    loaded = Posterior.load(tmp_path / "earlier.nc")
    assert loaded.data["posterior"]["means"].dims == ("chain", "draw", "k")
    assert loaded.data["prior"]["sds"].dims == ("chain", "draw", "k")
    assert "k" in loaded.relabelled("sd").with_groups().data["posterior"].dims


def test_arviz_summarises_the_draws():
    frame = az.summary(whole().data, ci_kind="eti", ci_prob=0.95)
    assert list(frame.index) == list(whole().summary().index)
    assert float(frame.loc["means[1]", "mean"]) == pytest.approx(178.0, abs=0.5)


def test_arviz_leaves_one_out_as_we_do():
    theirs, ours = az.loo(whole().data), loo(whole())
    assert theirs.elpd == pytest.approx(ours.elpd, abs=0.05)
    assert theirs.se == pytest.approx(ours.se, rel=0.01)
    assert theirs.p == pytest.approx(ours.p_loo, abs=0.05)


def test_arviz_compares_numbers_of_components():
    found = az.compare({"one": single().data, "two": whole().data})
    assert set(found.index) == {"one", "two"}
    difference, _ = loo(whole()).difference(loo(single()))
    apart = abs(float(found["elpd_diff"].min()))
    assert apart == pytest.approx(abs(difference), abs=0.1)


def test_arviz_scales_prior_and_likelihood_as_we_do():
    found = az.psense_summary(whole().data, round_to=10)
    ours = sensitivity(whole())
    for row in ours.rows:
        assert float(found.loc[row.name, "prior"]) == pytest.approx(row.prior, abs=1e-6)
        assert float(found.loc[row.name, "likelihood"]) == pytest.approx(row.likelihood, abs=1e-6)


@pytest.mark.parametrize(
    "plot",
    [
        az.plot_loo_pit,
        az.plot_ppc_dist,
        az.plot_ppc_pit,
        az.plot_prior_posterior,
        az.plot_psense_dist,
        az.plot_forest,
    ],
)
def test_arviz_draws_it(plot):
    assert plot(whole().data, backend="matplotlib") is not None
