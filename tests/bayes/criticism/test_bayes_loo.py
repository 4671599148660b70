"""Leave-one-out prediction, against exact integrals, refits and ArviZ."""

import functools

import arviz_stats
import numpy as np
import pytest
from arviz_base import from_dict
from arviz_stats.base.array import array_stats
from posteriors import around, heights, normal_posterior, posterior_of
from scipy import stats

import bayes
import em
from bayes import Priors
from bayes.criticism import loo as module
from bayes.criticism.loo import loo
from bayes.model.density import cdf, log_density

FEW = np.random.default_rng(3).normal(10, 2, 12)


@functools.cache
def one_group():
    return bayes.fit(FEW, 1, seed=5, draws=4000)  # Pareto k well below 0.7


@functools.cache
def of_heights(k=2):
    return loo(heights(k))


def exact(values, priors):
    "Prediction of each value from the others, one normal group: sums over a fine grid."
    p = priors.numbers
    mean = np.linspace(-5, 25, 401)[:, None]
    log_sd = np.linspace(-2, 5, 281)
    sd = np.exp(log_sd)
    prior = stats.norm.logpdf(mean, p.centre, p.spread) + stats.norm.logpdf(
        log_sd, p.log_median, p.log_spread
    )
    each = [stats.norm.logpdf(x, mean, sd) for x in values]
    elpd, pit = [], []
    for i, x in enumerate(values):
        log_weights = prior + sum(part for j, part in enumerate(each) if j != i)
        weights = np.exp(log_weights - log_weights.max())
        weights /= weights.sum()
        elpd.append(np.log(np.sum(weights * np.exp(each[i]))))
        pit.append(np.sum(weights * stats.norm.cdf(x, mean, sd)))
    return np.array(elpd), np.array(pit)


def test_one_group_is_predicted_as_by_exact_integration():
    found = loo(one_group())
    elpd, pit = exact(found.values, Priors().filled(em.Sample(FEW), 1))
    assert found.ok
    np.testing.assert_allclose(found.pointwise, elpd, atol=0.05)
    assert found.elpd == pytest.approx(elpd.sum(), abs=0.1)
    np.testing.assert_allclose(found.pit, np.column_stack([pit, pit]), atol=0.015)


def test_two_groups_are_predicted_as_by_fits_without_the_value_unless_k_says_no():
    values = np.sort(np.random.default_rng(6).normal([0] * 9 + [7] * 11, 1.0))
    sample = em.Sample(values)
    priors = Priors.weakly_informative(sample, 2)
    plan = {"priors": priors, "draws": 500, "tune": 300}
    found = loo(bayes.fit(sample, 2, seed=1, **plan))
    off = {}
    for place in (0, 8):  # an outlier, and between the groups
        x = values[place : place + 1]
        draws = bayes.fit(np.delete(values, place), 2, seed=2, **plan).joined()
        off[place] = abs(found.pointwise[place] - np.log(np.exp(log_density(draws, x)).mean()))
        if place:
            np.testing.assert_allclose(found.pit[place], cdf(draws, x).mean(), atol=0.015)
    reliable = found.pareto_k <= found.threshold
    assert reliable.tolist() == [False] + 19 * [True]
    assert off[0] > 0.3
    assert off[8] < 0.06


def test_sums_and_their_errors_are_arvizs():
    sample = em.Sample(heights().sample.values[::4])
    once = around(sample, em.Mixture([0.4, 0.6], [164, 176], [6, 8]), draws=100)
    # Each draw four times in a row, so that four say as much as one.
    draws = (np.repeat(value, 4, axis=1) for value in (once.weights, once.means, once.sds))
    posterior = posterior_of(sample, *draws)
    found = loo(posterior)
    each = {"y": log_density(posterior.joined(), found.values).T.reshape(4, 400, -1)}
    tree = from_dict({"posterior": {"mu": posterior.means}, "log_likelihood": each})
    r_eff = module._efficiency(posterior, 1600)
    assert r_eff == pytest.approx(0.25, abs=0.06)
    theirs = arviz_stats.loo(tree, pointwise=True, reff=r_eff)
    assert found.elpd == pytest.approx(theirs.elpd, rel=1e-10)
    assert found.se == pytest.approx(theirs.se, rel=3e-3)  # n - 1 or n
    assert found.p_loo == pytest.approx(theirs.p, rel=1e-8)
    np.testing.assert_allclose(found.pareto_k, theirs.pareto_k, rtol=1e-8)
    assert found.threshold == theirs.good_k


def test_five_parameters_count_for_about_five():
    found = of_heights()
    assert 4.0 < found.p_loo < 6.0
    assert found.ok
    assert found.share_unreliable == 0.0
    assert found.n == 1000
    assert "Each can be relied on" in found.verdict


def test_equal_values_are_left_out_one_at_a_time():
    values = np.random.default_rng(2).normal(0, 3, 60).round()
    distinct, counts = np.unique(values, return_counts=True)
    mixture = em.Mixture([0.5, 0.5], [-1, 1], [3, 3])
    every, tallied = (
        loo(around(sample, mixture)) for sample in (em.Sample(values), em.Sample(distinct, counts))
    )
    assert every.values.size == distinct.size < 60
    assert every.n == tallied.n == 60
    assert every.elpd == tallied.elpd == pytest.approx(np.repeat(every.pointwise, counts).sum())
    assert every.se == pytest.approx(np.sqrt(60) * np.repeat(every.pointwise, counts).std(ddof=1))
    assert every.pit_p == tallied.pit_p


def test_interpolated_values_are_as_if_computed(monkeypatch):
    n = 2500
    truth = em.Mixture([0.1, 0.9], [0, 8], [0.3, 3])
    sample = em.Sample(truth.sample(n, 1)[0])
    posterior = around(sample.squash(), truth, spread=0.02, draws=50)
    quick = loo(posterior, sample)
    assert quick.n_computed < 1700 < quick.values.size
    assert "interpolated" in quick.verdict
    monkeypatch.setattr(module, "MOST", n)
    full = loo(posterior, sample)
    assert full.n_computed == n
    assert full.error == 0.0
    np.testing.assert_allclose(quick.pointwise, full.pointwise, atol=3e-3)
    np.testing.assert_allclose(quick.pit, full.pit, atol=1e-4)
    # The error that it reports is about the error that it makes.
    assert abs(quick.elpd - full.elpd) <= quick.error < 2e-5 * n


def test_squashed_data_are_refused_with_what_to_pass_instead():
    sample = em.Sample(np.random.default_rng(1).normal(0, 1, 1000))
    posterior = around(sample.squash(), em.Mixture([1], [0], [1]), draws=50)
    with pytest.raises(ValueError, match="pass the full sample as sample="):
        loo(posterior)
    weighted = around(em.Sample([1.0, 2.0, 4.0], [0.5, 1.5, 1.0]), em.Mixture([1], [2], [1]))
    with pytest.raises(ValueError, match="not whole numbers"):
        loo(weighted)
    assert loo(posterior, sample).n == 1000


def test_too_few_or_equal_draws_are_refused():
    ones = np.ones((2, 60, 1))
    with pytest.raises(ValueError, match="got 120 draws of 1 different values"):
        loo(posterior_of(em.Sample(FEW), ones, ones, ones))
    with pytest.raises(ValueError, match="at least 100 draws"):
        loo(around(em.Sample(FEW), em.Mixture([1], [10], [2]), draws=20))


def test_a_value_that_holds_the_fit_alone_is_called_unreliable():
    outlier = np.append(FEW, 60.0)
    found = loo(bayes.fit(outlier, 1, seed=1, draws=1000))
    assert found.pareto_k[-1] > found.threshold
    assert found.share_unreliable == pytest.approx(1 / 13)
    assert not found.ok
    assert "1 of 13 cannot be relied on" in found.verdict


def test_the_threshold_grows_with_the_draws():
    assert loo(one_group()).threshold == 0.7
    few = loo(around(em.Sample(FEW), em.Mixture([1], [10], [2]), draws=50))
    assert few.threshold == pytest.approx(1 - 1 / np.log10(200))


def test_values_are_spread_as_predicted_where_the_model_is_right():
    p = []
    for seed in range(15):
        values = np.random.default_rng([4, seed]).normal(3, 2, 50)
        p.append(loo(normal_posterior(values, seed=seed)).pit_p)
    assert min(p) > 0.01
    found = of_heights()
    assert found.pit_p > 0.05
    assert "are spread as the model predicts" in found.verdict
    assert found.pit_distance < found.pit_band(0.95)


def test_values_are_not_spread_as_predicted_where_it_is_wrong():
    skewed = np.random.default_rng(5).exponential(1, 300)
    found = loo(normal_posterior(skewed))
    assert found.pit_p < 0.001
    assert "are not spread as the model predicts" in found.verdict
    assert found.pit_distance > found.pit_band(0.95)


def test_the_p_value_and_the_distance_of_the_spread_are_arvizs_and_scipys():
    found = loo(normal_posterior(np.random.default_rng(8).gamma(9, 1, 200)))
    pit = found.pit[:, 0]
    assert found.pit_p == pytest.approx(float(array_stats.uniformity_test(pit)[0]), rel=1e-8)
    reference = stats.kstest(pit, "uniform")
    assert found.pit_distance == pytest.approx(reference.statistic, rel=1e-12)
    assert stats.kstwo.sf(found.pit_band(0.9), 200) == pytest.approx(0.1)


def test_rounding_alone_does_not_spread_values_otherwise():
    truth = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
    sample = em.Sample(3.0 * (truth.sample(5000, 2)[0] / 3.0).round())
    found = loo(around(sample, truth, spread=0.01))
    # The ends of one rounded value are those of its neighbours.
    next_to = np.diff(found.values) == 3.0
    np.testing.assert_allclose(found.pit[:-1, 1][next_to], found.pit[1:, 0][next_to], atol=2e-3)
    assert found.pit_p > 0.05
    # Where each value stands for itself alone, it seems to.
    middles = np.repeat(found.pit.mean(axis=1), found.counts.astype(int))
    assert float(array_stats.uniformity_test(middles)[0]) < 1e-6


def test_two_models_are_compared_value_by_value():
    better, worse = of_heights(), of_heights(1)
    difference, se = better.difference(worse)
    apart = better.pointwise - worse.pointwise
    assert difference == pytest.approx(better.elpd - worse.elpd)
    assert se == pytest.approx(np.sqrt(1000) * apart.std(ddof=1))
    assert se < 0.5 * better.se
    assert 2 * se < difference
    assert better.difference(better) == (0.0, 0.0)
    with pytest.raises(ValueError, match="same data"):
        better.difference(loo(one_group()))


def test_data_that_the_posterior_never_saw_are_refused():
    "Other values, or fewer of them, would be judged by a model of something else."
    values = np.random.default_rng(0).normal(size=200)
    posterior = normal_posterior(values)
    for other in (values[:150], values + 1.0):
        with pytest.raises(ValueError, match="data that the posterior was sampled from"):
            loo(posterior, em.Sample(other))
        with pytest.raises(ValueError, match="data that the posterior was sampled from"):
            bayes.check(posterior, em.Sample(other))
