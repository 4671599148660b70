"""The marginal likelihood, against sums over grids, averages over the prior and known constants."""

import functools
import math

import numpy as np
import pymc as pm
import pytest
from posteriors import around, heights, posterior_of
from scipy import stats
from scipy.stats import qmc

import bayes
import em
from bayes import Priors
from bayes.criticism.evidence import _bridge, _Proposal, evidence
from bayes.model.density import log_likelihood, log_prior

FEW = em.Sample(np.random.default_rng(1).normal([0, 0, 0, 0, 5, 5, 5], 1.0))


@functools.cache
def few(k):
    return bayes.fit(FEW, k, seed=1, draws=2000)


@functools.cache
def evidence_of_few(k):
    return evidence(few(k))


def over_the_prior(sample, k, power=13):
    "The likelihood averaged over low-discrepancy draws from the default prior, and its error."
    p = Priors().filled(sample, k).numbers
    means_of_parts = []
    for seed in range(8):
        u = qmc.Sobol(3 * k, seed=seed).random_base2(power)
        gammas = stats.gamma.ppf(u[:, :k], p.concentration)
        draws = em.Parameters(
            gammas / gammas.sum(axis=1, keepdims=True),
            stats.norm.ppf(u[:, k : 2 * k], p.centre, p.spread),
            np.exp(stats.norm.ppf(u[:, 2 * k :], p.log_median, p.log_spread)),
        )
        means_of_parts.append(np.exp(log_likelihood(draws, sample)).mean())
    means_of_parts = np.array(means_of_parts)
    mean = means_of_parts.mean()
    return math.log(mean), means_of_parts.std(ddof=1) / mean / math.sqrt(8)


def test_one_component_has_the_evidence_of_a_sum_over_a_grid():
    p = Priors().filled(FEW, 1).numbers
    mean, log_sd = np.linspace(-20, 25, 901)[:, None], np.linspace(-3, 6, 601)
    logs = stats.norm.logpdf(mean, p.centre, p.spread)
    logs = logs + stats.norm.logpdf(log_sd, p.log_median, p.log_spread)
    logs += sum(stats.norm.logpdf(x, mean, np.exp(log_sd)) for x in FEW.values)
    volume = (mean[1, 0] - mean[0, 0]) * (log_sd[1] - log_sd[0])
    expected = np.log(np.exp(logs - logs.max()).sum() * volume) + logs.max()
    found = evidence_of_few(1)
    assert found.se < 0.01
    assert found.logml == pytest.approx(expected, abs=4 * found.se)
    assert found.logml_ordered == found.logml


@pytest.mark.parametrize("k", [2, 3])
def test_more_components_have_the_evidence_of_an_average_over_the_prior(k):
    expected, error = over_the_prior(FEW, k)
    found = evidence_of_few(k)
    assert error < 0.03
    assert found.se < 0.03
    assert abs(found.logml - expected) < 4 * math.hypot(found.se, error)
    # By log 2 or log 6 the other convention would be far outside.
    assert found.logml_ordered == pytest.approx(found.logml - math.log(math.factorial(k)))


def test_the_heights_have_the_evidence_that_importance_sampling_gave():
    # By draws from a t distribution around the posterior, in a program of its own: -3640.45 with a
    # prior that is cut to increasing means and not multiplied by 2.
    found = evidence(heights())
    assert found.se < 0.01
    assert found.logml_ordered == pytest.approx(-3640.45, abs=0.03)


def test_another_prior_moves_it_by_the_average_ratio_of_the_two():
    near = Priors(sds=pm.LogNormal.dist(0.3, 0.8))
    draws, filled = few(2).joined(), near.filled(FEW, 2)
    ratio = np.exp(log_prior(draws, filled) - log_prior(draws, Priors().filled(FEW, 2)))
    found = evidence(bayes.fit(FEW, 2, priors=near, seed=3, draws=1000, tune=500), priors=near)
    assert found.logml == pytest.approx(evidence_of_few(2).logml + math.log(ratio.mean()), abs=0.05)


def test_the_standard_error_says_how_far_off_it_is():
    # Exact draws from a normal posterior whose constant is known, in a space of five dimensions.
    z = []
    for seed in range(60):
        rng = np.random.default_rng([3, seed])
        root = np.linalg.cholesky(np.eye(5) + 0.5)
        target = stats.multivariate_normal(np.zeros(5), root @ root.T)
        proposal = stats.multivariate_normal(np.full(5, 0.3), 1.5 * np.eye(5))
        ratios = [
            (target.logpdf(x) + 7.0 - proposal.logpdf(x))
            for x in (rng.standard_normal((800, 5)) @ root.T, proposal.rvs(800, rng))
        ]
        logml, se = _bridge(ratios[0].reshape(4, 200), ratios[1])
        z.append((logml - 7.0) / se)
    assert 0.7 < np.std(z) < 1.3
    assert abs(np.mean(z)) < 3 / math.sqrt(60)


def test_autocorrelated_draws_are_known_to_say_less():
    z = []
    for seed in range(60):
        rng = np.random.default_rng([4, seed])
        draws = rng.standard_normal((4, 600))
        for t in range(1, 600):
            draws[:, t] = 0.9 * draws[:, t - 1] + math.sqrt(1 - 0.9**2) * draws[:, t]
        ratios = (
            stats.norm.logpdf(x) + 7.0 - stats.norm.logpdf(x, 1.0, 1.0)
            for x in (draws, rng.normal(1.0, 1.0, 200))
        )
        logml, se = _bridge(*ratios)
        z.append((logml - 7.0) / se)
    assert 0.7 < np.std(z) < 1.25


def test_the_proposals_density_is_that_of_its_draws():
    rng = np.random.default_rng(5)
    points = np.r_[rng.normal([0, 0], 1, (300, 2)), rng.normal([8, 3], [0.5, 2], (300, 2))]
    proposal = _Proposal.fitted(points, 1, rng)
    parts = zip(proposal.shares, proposal.centers, proposal.roots, strict=True)
    where = proposal.draw(50, rng)
    expected = sum(s * stats.multivariate_normal(c, r @ r.T).pdf(where) for s, c, r in parts)
    np.testing.assert_allclose(np.exp(proposal.log_density(where)), expected)
    drawn = proposal.draw(20_000, rng)
    np.testing.assert_allclose(drawn.mean(axis=0), points.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(points.T), rtol=0.1)


def test_another_unit_changes_it_by_the_density_of_the_values():
    center = em.Mixture([0.5, 0.5], [0, 5], [1, 1])
    inches = em.Sample(FEW.values / 2.54)
    small = em.Mixture(center.weights, center.means / 2.54, center.sds / 2.54)
    one, other = evidence(around(FEW, center)), evidence(around(inches, small))
    assert other.logml == pytest.approx(one.logml + FEW.n * math.log(2.54), abs=1e-6)


def test_it_does_not_matter_how_components_are_named():
    posterior = few(2)
    rng = np.random.default_rng(6)
    names = np.argsort(rng.uniform(size=posterior.means.shape), axis=2)
    draws = (posterior.weights, posterior.means, posterior.sds)
    shuffled = posterior_of(FEW, *(np.take_along_axis(v, names, axis=2) for v in draws))
    assert evidence(shuffled) == evidence_of_few(2)


def test_squashed_data_have_the_evidence_of_the_data():
    sample, center = heights().sample, em.Mixture([0.4, 0.6], [164, 176], [6, 8])
    full, nodes = around(sample, center, draws=200), around(sample.squash(), center, draws=200)
    found = evidence(nodes, sample=sample)
    assert len(nodes.sample) < 300
    assert found.logml == pytest.approx(evidence(full).logml, abs=1e-6)
    assert evidence(nodes, priors=Priors.weakly_informative(sample)).logml == found.logml


def test_the_seed_repeats_it_and_another_moves_it_by_its_error():
    found = [evidence(few(2), rng=rng) for rng in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    assert abs(found[0].logml - found[2].logml) < 4 * found[0].se


def test_what_cannot_be_answered_is_refused():
    center = em.Mixture([0.5, 0.5], [0, 5], [1, 1])
    with pytest.raises(ValueError, match="at least 200 draws, got 180"):
        evidence(around(FEW, center, draws=45))
    ones = np.ones((4, 100, 2))
    with pytest.raises(ValueError, match="vary in every parameter"):
        evidence(posterior_of(FEW, 0.5 * ones, ones * [0, 5], ones))
    with pytest.raises(ValueError, match="the priors of the posterior, means ~"):
        evidence(few(2), priors=Priors(means=pm.Normal.dist(0, 1)))
    differing = Priors(means=pm.Normal.dist([0, 5], 1.0))
    posterior = bayes.fit(
        FEW, 2, priors=Priors(means=pm.Normal.dist(2.5, 3.0)), seed=1, draws=100, chains=3
    )
    assert evidence(posterior, priors=Priors(means=pm.Normal.dist(2.5, 3.0))).se < 0.2
    # What the posterior keeps need not be said again.
    assert evidence(posterior).se < 0.2
    object.__setattr__(
        posterior,
        "settings",
        type(posterior.settings)(
            **{
                **vars(posterior.settings),
                "priors": differing.filled(FEW, 2).describe(),
                "exact_priors": differing.filled(FEW, 2).to_dict(),
            }
        ),
    )
    with pytest.raises(ValueError, match="same prior for all components"):
        evidence(posterior)


def test_a_rough_answer_says_so():
    found = evidence_of_few(2)
    assert found.ok
    assert "rough" not in found.verdict
    assert "of 2 components is" in found.verdict
    rough = type(found)(**{**vars(found), "se": 0.4})
    assert not rough.ok
    assert "rough" in rough.verdict


def test_a_proposal_that_misses_the_posterior_is_told_as_an_error_that_is_not_known():
    "No overlap at all: no number of draws like these would do, and no warning says so instead."
    rng = np.random.default_rng(0)
    _, se = _bridge(rng.normal(0, 1, (4, 100)), rng.normal(-5000, 1, 400))
    assert se == math.inf
    missed = bayes.Evidence(n_components=4, logml=-238.0, se=math.inf, draws=400, proposals=400)
    assert not missed.ok
    assert "standard error not known" in missed.verdict
