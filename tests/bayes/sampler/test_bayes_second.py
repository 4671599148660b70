"""Two routes to one posterior: agreement, what is published, and what fails the gate."""

import dataclasses

import numpy as np
import pytest

import bayes
import em
from bayes.posterior.diagnostics import Diagnostics
from bayes.posterior.records import Second
from bayes.sampler.routes import agreement

GOOD = Second(
    published="chains", parameter="means[0]", difference=0.05, allowed=0.2, size=3000.0, unseen=0,
    log_evidence=-1.0, log_evidence_se=0.01, rhat={}, ess={}, divergences=0, seconds=0.1,
)  # fmt: skip


def draws(rng, shift=0.0, size=4000):
    weights = rng.beta(5, 5, (size, 1))
    means = np.sort(rng.normal([0.0, 5.0], 1.0, (size, 2)), axis=1) + shift
    return em.Parameters(np.hstack([weights, 1 - weights]), means, rng.gamma(9, 1, (size, 2)))


def sizes(size):
    each = em.Parameters(*(np.full(2, float(size)) for _ in range(3)))
    return each, each


def test_draws_of_one_posterior_agree_and_shifted_ones_do_not():
    "A fifth of a posterior sd and more is seen where there are thousands of draws."
    rng = np.random.default_rng(1)
    ours, theirs = draws(rng), draws(rng)
    assert agreement(ours, theirs, sizes(4000), sizes(4000)).ok
    found = agreement(ours, draws(rng, shift=0.4), sizes(4000), sizes(4000))
    name, difference, allowed = found.worst
    assert not found.ok
    assert name.startswith("means")
    assert 0.3 < difference < 0.6
    assert 0.15 < allowed < 0.3


def test_few_draws_are_allowed_more():
    "By two Monte Carlo errors: of ten draws of a mean, 0.6 sds and more."
    rng = np.random.default_rng(2)
    found = agreement(draws(rng), draws(rng, shift=0.4), sizes(4000), sizes(10))
    assert found.ok
    assert found.worst[2] > 0.6


def test_weights_of_an_importance_sample_count():
    "Draws from elsewhere with their weights are those of the posterior."
    rng = np.random.default_rng(3)
    ours, wide = draws(rng), draws(rng)
    wide = wide._replace(means=wide.means + 0.5)
    ratio = np.exp(-0.5 * wide.means**2 + 0.5 * (wide.means - 0.5) ** 2)[:, 0]
    ratio *= np.exp(-0.5 * (wide.means - 5) ** 2 + 0.5 * (wide.means - 5.5) ** 2)[:, 1]
    assert not agreement(ours, wide, sizes(4000), sizes(1500)).ok
    assert agreement(ours, wide, sizes(4000), sizes(1500), weights=ratio).ok


def diagnostics(second, rhat=1.0, divergences=0):
    each = em.Parameters(*(np.full(2, rhat) for _ in range(3)))
    many = em.Parameters(*(np.full(2, 2000.0) for _ in range(3)))
    return Diagnostics(each, many, many, divergences, np.full(4, 0.9), 3000, 1000, 0.9, second)


def test_the_gate_asks_both_routes():
    "A difference that chance does not explain, or a mode that nobody saw, fails it."
    assert diagnostics(GOOD).ok
    far = diagnostics(dataclasses.replace(GOOD, difference=0.5))
    assert far.failed == ("two routes",)
    assert "0.50 posterior sds on means[0]" in far.messages[0]
    assert diagnostics(dataclasses.replace(GOOD, unseen=1)).failed == ("modes",)


def test_chains_judge_nothing_where_their_draws_are_not_published():
    "Their R-hat and divergences are told; the importance sample must be large enough instead."
    other = dataclasses.replace(GOOD, published="sequential")
    assert diagnostics(other, rhat=1.4, divergences=9).ok
    assert not diagnostics(GOOD, rhat=1.4).ok
    few = diagnostics(dataclasses.replace(other, size=50.0))
    assert few.failed == ("two routes",)
    assert "effective size of 50" in few.messages[0]


def test_the_answer_on_the_galaxies_does_not_depend_on_the_start(reference):
    "From either maximum of EM the lower component holds 15% to 78%, and the checks pass."
    x = 1000 * np.asarray(reference["galaxies"])
    fit = em.fit(x)
    for top in fit.optima[:2]:
        found = bayes.fit(x, 2, start=top.mixture, seed=3, draws=500, tune=300)
        assert found.diagnostics.ok, found.diagnostics.messages
        assert found.interval().weights[0] == pytest.approx([0.15, 0.78], abs=0.03)
        assert found.weights.shape == (4, 500, 2)
        assert found.settings.second.published == "sequential"


def test_what_the_routes_say_is_kept_with_the_draws(tmp_path):
    "Saved and loaded, whoever published."
    x = np.r_[np.random.default_rng(1).normal(0, 1, 60), np.random.default_rng(2).normal(8, 1, 40)]
    found = bayes.fit(x, 2, draws=300, tune=300, seed=1)
    second = found.settings.second
    assert second.published == "chains"
    assert second.difference <= second.allowed
    found.save(tmp_path / "one.nc")
    again = bayes.Posterior.load(tmp_path / "one.nc")
    assert again.settings.second == second
    assert again.diagnostics.ok == found.diagnostics.ok


def test_agreement_is_the_same_in_every_unit():
    "What differs and what is allowed are in posterior sds."
    rng = np.random.default_rng(4)
    pair = draws(rng), draws(rng, shift=0.1)
    metres = [one._replace(means=1e-3 * one.means, sds=1e-3 * one.sds) for one in pair]
    ours, theirs = (agreement(*both, sizes(4000), sizes(50)) for both in (pair, metres))
    for name in ("difference", "allowed"):
        for one, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            assert other == pytest.approx(one, rel=1e-9)
