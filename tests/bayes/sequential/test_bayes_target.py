"""Target: prior and likelihood apart are the model's density, and points are no groups."""

import functools
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pymc as pm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bayes import Priors
from bayes.model.density import log_prior
from bayes.model.fused import FusedDensity
from bayes.sequential.prior_points import _Other
from bayes.sequential.target import Target
from em import Mixture, Sample

RNG = np.random.default_rng(12)
# More values than the loop takes at a time, and not a multiple of that.
VALUES = np.concatenate([RNG.normal(164, 6, 120), RNG.normal(176, 8, 150)])
SAMPLES = {
    "raw": Sample(VALUES),
    "weighted": Sample(VALUES, RNG.uniform(0.1, 1.0, 270)),
    "tied": Sample(VALUES.round()),
    "rounded": Sample(VALUES.round(), rounding=1.0),
    "far away": Sample(1e6 + 1e-3 * VALUES),
    "squashed": Sample(RNG.normal(170, 9, 5000)).squash(),
}


@functools.cache
def target(sample, K, priors=None):
    return Target(sample, K, (priors or Priors()).filled(sample, K))


def component_densities(sample, at, values):
    "Log of weight times density, by SciPy, of shape (K, n), for one mixture."
    each = zip(*(v[0] for v in at), strict=True)
    if sample.rounding == 0:
        return np.array([np.log(w) + stats.norm.logpdf(values, m, s) for w, m, s in each])
    half = 0.5 * sample.rounding
    away = [(w, np.abs(values - m) / s, half / s) for w, m, s in each]
    # On the upper side, where the tails keep their digits.
    log = [np.log(w * (stats.norm.sf(z - h) - stats.norm.sf(z + h))) for w, z, h in away]
    return np.array(log) - math.log(sample.rounding)


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("K", [1, 2, 3, 4])
def test_prior_and_likelihood_make_the_density_with_gradient(K, kind):
    sample = SAMPLES[kind]
    both = target(sample, K)
    fused = FusedDensity(sample, K, both.priors.numbers)
    points = both.draw(200, np.random.default_rng(K))
    # Components in order are K! times as dense.
    prior = both.log_prior(points) - math.lgamma(K + 1)
    likelihood = both.log_likelihood(points)
    admissible = np.isfinite(likelihood)
    expected = np.array([fused(point)[0] for point in points])
    assert admissible.mean() > 0.8
    np.testing.assert_allclose((prior + likelihood)[admissible], expected[admissible], rtol=1e-12)


@pytest.mark.parametrize("kind", ["raw", "weighted", "tied", "rounded"])
@pytest.mark.parametrize("K", [1, 2, 3])
def test_the_likelihood_is_scipys_and_points_have_none(K, kind):
    sample = SAMPLES[kind]
    both, data = target(sample, K), sample.collapse()
    points = both.draw(300, np.random.default_rng(10 + K))
    # Narrow ones, every other of which sits on a value, so that the rule has something to say.
    points[::2, -1] -= 6.0
    points[::4, 2 * K - 2] = (data.values[7] - sample.mean) / sample.sd
    found = both.log_likelihood(points)
    points_seen = groups_seen = 0
    for row, point in enumerate(points):
        with np.errstate(divide="ignore", invalid="ignore"):
            joint = component_densities(sample, both.publish(point[None]), data.values)
            total = np.logaddexp.reduce(joint, axis=0)
            relative = joint - total
        if not relative.max(axis=1).min() > -600:
            continue  # a component so far out that its digits are lost
        held = data.weights * np.exp(relative)
        share = np.where(data.weights > 1, held, 0.0).max(axis=1) / held.sum(axis=1)
        # Rounded values may well be a group within a step; far narrower than the rest, a point.
        width = np.hypot(both.publish(point[None]).sds[0], sample.rounding / math.sqrt(12))
        sits = (width < 0.1 * width.max()) | (sample.rounding == 0)
        if K > 1 and ((share >= 0.5) & sits).any():
            assert found[row] == -np.inf
            points_seen += 1
        elif total.min() > -600:  # where SciPy's tails have digits
            assert found[row] == pytest.approx(data.weights @ total, rel=1e-9)
            groups_seen += 1
    assert groups_seen > 50
    assert (points_seen > 5) == (K > 1 and kind in {"tied", "rounded"})


def test_nodes_say_the_same_as_the_data_and_know_its_ties():
    values = np.random.default_rng(3).normal(170, 9, 3000)
    values[:40] = 165.25
    sample = Sample(values)
    exact = target(sample, 2)
    nodes = exact.squashed()
    assert nodes.n_values < 0.2 * exact.n_values
    on_the_tie = exact.locate(Mixture([0.02, 0.98], [165.25, 170], [0.05, 9]))
    beside_it = exact.locate(Mixture([0.3, 0.7], [165.25, 170], [6, 9]))
    points = np.array([on_the_tie, beside_it])
    (point, group), (_, same) = exact.log_likelihood(points), nodes.log_likelihood(points)
    assert point == -np.inf
    assert nodes.log_likelihood(points)[0] == -np.inf
    assert same == pytest.approx(group, abs=1e-6)


@pytest.mark.parametrize("K", [1, 2, 3])
def test_other_priors_by_pymc_are_the_family_written_out(K):
    sample = SAMPLES["raw"]
    both = target(sample, K)
    points = both.draw(100, np.random.default_rng(5))
    other = _Other(both.priors, K, sample.mean, sample.sd)
    expected = both.log_prior(points) - math.lgamma(K + 1)
    np.testing.assert_allclose(other.log_density(points), expected, atol=1e-9)
    # And PyMC's for parameters differs from it by the volume of the coordinates.
    at = both.publish(points)
    volume = K * math.log(sample.sd) + np.log(at.sds).sum(axis=1)
    if K > 1:
        volume += math.log(K) + np.log(at.weights).sum(axis=1)
    np.testing.assert_allclose(log_prior(at, both.priors) + volume, expected, atol=1e-9)


def test_draws_from_the_prior_have_its_distribution():
    sample = SAMPLES["tied"]
    both = target(sample, 1)
    p = both.priors.numbers
    at = both.publish(both.draw(4000, np.random.default_rng(6)))
    assert p.floor > 0
    lowest = stats.norm.cdf(math.log(p.floor), p.log_median, p.log_spread)
    ranks = (stats.norm.cdf(np.log(at.sds[:, 0]), p.log_median, p.log_spread) - lowest) / (
        1 - lowest
    )
    assert stats.kstest(ranks, stats.uniform.cdf).pvalue > 0.01
    assert stats.kstest((at.means[:, 0] - p.centre) / p.spread, stats.norm.cdf).pvalue > 0.01
    at = (three := target(sample, 3)).publish(three.draw(4000, np.random.default_rng(7)))
    any_order = np.random.default_rng(8).permuted(at.weights, axis=1)[:, 0]
    assert stats.kstest(any_order, stats.beta(2, 4).cdf).pvalue > 0.01
    assert (np.diff(at.means, axis=1) > 0).all()


def test_priors_that_differ_keep_their_order_and_lose_what_is_not_in_it():
    sample = SAMPLES["raw"]
    both = target(sample, 2, Priors(means=pm.Normal.dist([164.0, 176.0], 8.0)))
    points = both.draw(3000, np.random.default_rng(9))
    in_order = np.isfinite(both.log_prior(points))
    assert (both.orders(points) == [0, 1]).all()
    expected = stats.norm.cdf(12 / math.hypot(8, 8))
    assert in_order.mean() == pytest.approx(expected, abs=0.03)
    assert np.array_equal(in_order, np.diff(both.publish(points).means, axis=1)[:, 0] > 0)


def test_orders_are_names_of_one_mixture():
    sample = SAMPLES["raw"]
    both, rng = target(sample, 3), np.random.default_rng(11)
    points = both.draw(50, rng)
    shuffled = both.permuted(points, rng.permuted(np.tile(np.arange(3), (50, 1)), axis=1))
    assert (np.diff(both.publish(shuffled).means, axis=1) < 0).any()
    np.testing.assert_allclose(both.sorted(shuffled), points, atol=1e-12)
    np.testing.assert_allclose(both.log_prior(shuffled), both.log_prior(points))
    np.testing.assert_allclose(both.log_likelihood(shuffled), both.log_likelihood(points))


@given(st.integers(1, 5), st.sampled_from(["raw", "tied", "far away"]), st.integers(0, 2**32 - 1))
def test_publish_undoes_locate(K, kind, seed):
    sample = SAMPLES[kind]
    both, rng = target(sample, K), np.random.default_rng(seed)
    sds = both.priors.numbers.floor + sample.sd * rng.uniform(0.01, 2, K)
    mixture = Mixture(rng.dirichlet(np.ones(K)), rng.normal(sample.mean, sample.sd, K), sds)
    back = both.publish(both.locate(mixture)[None])
    np.testing.assert_allclose(back.weights[0], mixture.weights, atol=1e-12)
    np.testing.assert_allclose(back.means[0], mixture.means, rtol=1e-12)
    np.testing.assert_allclose(back.sds[0], mixture.sds, rtol=1e-12)


def test_threads_give_the_same_numbers(monkeypatch):
    both = target(SAMPLES["tied"], 3)
    points = both.draw(501, np.random.default_rng(10))
    alone = both.log_likelihood(points)
    monkeypatch.setattr("bayes.sequential.target.WORTH_IT", 0)
    for parts in (2, 3):
        monkeypatch.setattr("bayes.sequential.target.PARTS", parts)
        with ThreadPoolExecutor(parts) as threads:
            assert np.array_equal(both.log_likelihood(points, threads), alone)


def test_what_lies_far_out_is_improbable_and_no_error():
    both = target(SAMPLES["raw"], 2)
    points = np.array([[0, 90, 95, 2, 2], [0, 0, 0.1, -30, -30], [40, -0.5, 0.5, 2, 2.0]])
    near = both.log_likelihood(np.array([[0, -0.5, 0.5, 2, 2.0]]))
    assert (both.log_likelihood(points) < near - 30).all()
    # An sd that is no number any more.
    assert both.log_likelihood(np.array([[0, 0, 0.1, 800, -800.0]])) < near - 1e5


PRINT = """
import numpy as np
from bayes.model import kernel
from bayes.sequential import proposal
rng = np.random.default_rng(12)
points, values = rng.normal(size=(30, 8)), rng.normal(size=300)
found, ones = np.empty(30), np.ones(300)
kernel.log_likelihoods(points, values, ones, np.zeros(300), 2.0, 0.1, 0.0, found)
kernel.log_likelihoods(points[:9], values, ones, ones, 2.0, 0.1, 0.5, found[:9])
near = proposal.Proposal.fitted(points, 3, rng).log_density(points)
print(*(value.hex() for value in np.concatenate([found, near])))
"""


@pytest.mark.study
def test_fresh_machine_code_gives_the_same_digits_as_kept_machine_code(tmp_path):
    # Else a seed would give other draws in the first run than in all later ones.
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", PRINT]
    fresh, kept = (
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )
    assert list(tmp_path.rglob("*.nbc"))
    assert fresh.count("0x") == 60
    assert fresh == kept
