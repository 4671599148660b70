"""Proposal, bridge and summit: the tools of the sequential sampler, against what is known."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from bayes import Priors
from bayes.sequential.bridging import bridge, error_of_mean
from bayes.sequential.proposal import FREEDOM, Proposal
from bayes.sequential.summit import climb
from bayes.sequential.target import Target
from em import Mixture, Sample


def two_heaps(rng, n=1500):
    small = rng.normal([8, 3, 0], [0.1, 0.4, 0.2], (n // 30, 3))
    return rng.permutation(np.concatenate([rng.normal(0, [1, 2, 0.5], (n - len(small), 3)), small]))


def drawn_from(proposal, n, rng):
    return proposal.draw(rng.choice(proposal.shares.size, n, p=proposal.shares), rng)


def test_the_proposals_density_is_scipys():
    rng = np.random.default_rng(1)
    proposal = Proposal.fitted(two_heaps(rng), 6, rng)
    where = drawn_from(proposal, 200, rng)
    expected = sum(
        share * stats.multivariate_t(center, root @ root.T, df=FREEDOM).pdf(where)
        for share, center, root in zip(
            proposal.shares, proposal.centers, proposal.roots, strict=True
        )
    )
    np.testing.assert_allclose(np.exp(proposal.log_density(where)), expected, rtol=1e-9)


def test_its_draws_have_its_density():
    rng = np.random.default_rng(2)
    fitted = Proposal.fitted(two_heaps(rng), 6, rng)
    other = Proposal.fitted(two_heaps(rng) + 0.2, 4, rng)
    where = drawn_from(fitted, 40_000, rng)
    # The mean of a ratio of densities is one, wherever the second lies inside the first.
    ratio = np.exp(other.log_density(where) - fitted.log_density(where))
    assert ratio.mean() == pytest.approx(1.0, abs=5 * ratio.std() / 200)
    assert 0.01 < ratio.std() < 3


def test_it_is_near_the_points_it_was_fitted_to_a_small_heap_included():
    rng = np.random.default_rng(3)
    points = two_heaps(rng)
    proposal = Proposal.fitted(points, 6, rng)
    small = points[:, 0] > 6
    drawn = drawn_from(proposal, 20_000, rng)
    assert (drawn[:, 0] > 6).mean() == pytest.approx(small.mean(), abs=0.01)
    # Per point as good as the two normal distributions they came from, nearly.
    bulk, heap = (stats.norm(m, s) for m, s in ((0, [1, 2, 0.5]), ([8, 3, 0], [0.1, 0.4, 0.2])))
    best = np.where(
        small,
        heap.logpdf(points).sum(axis=1) + math.log(small.mean()),
        bulk.logpdf(points).sum(axis=1) + math.log(1 - small.mean()),
    )
    assert (best - proposal.log_density(points)).mean() < 0.1


def test_some_of_one_and_some_of_another_add_up():
    rng = np.random.default_rng(10)
    one = Proposal.fitted(two_heaps(rng), 3, rng)
    other = Proposal.around(np.array([[8.0, 3.0, 0.0]]), np.eye(3)[None])
    both, where = one.joined(other, 0.25), two_heaps(rng, 60)
    expected = 0.75 * np.exp(one.log_density(where)) + 0.25 * np.exp(other.log_density(where))
    np.testing.assert_allclose(np.exp(both.log_density(where)), expected)
    parts = [both.some(np.array(clusters)) for clusters in ([0, 3], [1, 2])]
    total = sum(np.exp(part.log_density(where)) for part in parts)
    np.testing.assert_allclose(total, expected)


def test_equal_points_and_more_clusters_than_points_are_no_error():
    rng = np.random.default_rng(4)
    points = np.repeat(rng.normal(size=(6, 3)), 4, axis=0)
    proposal = Proposal.fitted(points, 30, rng)
    assert proposal.shares.size <= 6
    assert proposal.shares.sum() == pytest.approx(1.0)
    assert np.isfinite(proposal.log_density(drawn_from(proposal, 100, rng))).all()


def test_errors_of_means_know_who_is_related():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(500, 2))
    alone = error_of_mean(values, np.arange(500))
    np.testing.assert_allclose(alone, values.std(axis=0) / math.sqrt(500))
    # Copies say nothing new.
    copies = error_of_mean(np.repeat(values, 3, axis=0), np.repeat(np.arange(500), 3))
    np.testing.assert_allclose(copies, alone)
    assert error_of_mean(values[:, 0], np.arange(500)).shape == ()


def test_the_bridges_standard_error_says_how_far_off_it_is():
    z = []
    for seed in range(60):
        rng = np.random.default_rng([3, seed])
        root = np.linalg.cholesky(np.eye(5) + 0.5)
        target = stats.multivariate_normal(np.zeros(5), root @ root.T)
        proposal = stats.multivariate_normal(np.full(5, 0.3), 1.5 * np.eye(5))
        # Every draw from the target is there twice, which the origins say.
        ours, theirs = rng.standard_normal((400, 5)) @ root.T, proposal.rvs(800, rng)
        ratios = [target.logpdf(x) + 7.0 - proposal.logpdf(x) for x in (ours, theirs)]
        constant, se = bridge(np.repeat(ratios[0], 2), np.repeat(np.arange(400), 2), ratios[1])
        z.append((constant - 7.0) / se)
    assert 0.7 < np.std(z) < 1.3
    assert abs(np.mean(z)) < 3 / math.sqrt(60)


def test_sides_without_anything_in_common_give_an_error_that_is_not_known():
    rng = np.random.default_rng(6)
    _, se = bridge(rng.normal(0, 1, 400), np.arange(400), rng.normal(-5000, 1, 400))
    assert se == math.inf


SAMPLE = Sample(np.random.default_rng(7).normal(3.0, 2.0, 150))


def test_a_summit_is_a_maximum_and_its_normal_distribution_has_the_evidence_of_one_component():
    target = Target(SAMPLE, 1, Priors().filled(SAMPLE, 1))
    summit = climb(target, Mixture([1.0], [2.0], [3.0]))

    def density(log_sd, mean):
        points = np.array([[mean, log_sd]])
        logs = target.log_prior(points) + target.log_likelihood(points)
        return math.exp(logs[0] - summit.log_density)

    evidence, _ = integrate.dblquad(density, -1, 1, -0.5, 2, epsabs=1e-4, epsrel=1e-4)
    assert summit.log_evidence == pytest.approx(math.log(evidence) + summit.log_density, abs=0.02)
    for away in 1e-3 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]):
        assert density(summit.point[1] + away[1], summit.point[0] + away[0]) < 1.0


def test_a_summit_is_found_from_afar_and_a_narrow_one_too():
    rng = np.random.default_rng(8)
    sample = Sample(np.concatenate([rng.normal(0, 1, 300), rng.normal(1, 1e-4, 60)]))
    target = Target(sample, 2, Priors().filled(sample, 2))
    near, far = (climb(target, Mixture([0.8, 0.2], [0, 1], sds)) for sds in ([1, 1e-4], [5, 5e-4]))
    assert far.log_density == pytest.approx(near.log_density, abs=0.01)
    assert far.log_evidence == pytest.approx(near.log_evidence, abs=0.05)
    at = target.publish(near.point[None])
    assert at.sds[0, 1] == pytest.approx(1e-4, rel=0.2)


def test_there_is_no_summit_where_a_component_is_a_point():
    sample = Sample(np.r_[np.full(30, 1.0), np.random.default_rng(9).normal(0, 1, 70)])
    target = Target(sample, 2, Priors().filled(sample, 2))
    assert climb(target, Mixture([0.7, 0.3], [0, 1], [1, 0.02])) is None
    assert climb(target, Mixture([0.5, 0.5], [0, 1], [1, 1])) is not None
