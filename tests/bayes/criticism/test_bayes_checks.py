"""Posterior predictive checks: each finds the misfit it is made for, and none finds what is not."""

import functools

import numpy as np
import pytest
from posteriors import around, heights, normal_posterior, posterior_of
from scipy import stats

import bayes
import em
from bayes.criticism import checks, replicates
from bayes.criticism.checks import check
from bayes.criticism.replicates import data_sets, group_shapes

NAMES = ("mean", "sd", "skewness", "kurtosis", "farthest", "gap", "shape")
TRUTH = em.Mixture([0.4, 0.6], [164, 176], [6, 8])


def by_name(found):
    return {one.name: one for one in found}


def lognormal_groups(rng):
    return np.concatenate([rng.lognormal(0, 0.3, 400), 6 + rng.lognormal(0, 0.3, 600)])


def heavy_tails(rng):
    return np.concatenate([rng.standard_t(2.5, 400), 30 + rng.standard_t(2.5, 600)])


def outlier(rng):
    return np.append(em.Mixture([0.4, 0.6], [0, 6], [1, 1]).sample(999, rng)[0], 30.0)


def rounded(rng):
    return TRUTH.sample(1000, rng)[0].round()


def three_groups(rng):
    return em.Mixture([0.3, 0.4, 0.3], [0, 5, 10], [1, 1, 1]).sample(1000, rng)[0]


def cut_off(rng):
    return np.concatenate([rng.uniform(0, 1, 500), rng.normal(4, 0.5, 500)])


MISFITS = {
    "skewness": (lognormal_groups, "above"),
    "kurtosis": (heavy_tails, "above"),
    "farthest": (outlier, "above"),
    "gap": (rounded, "below"),
    "shape": (three_groups, "above"),
}


@functools.cache
def checked(make):
    "The checks of two groups fitted to simulated data."
    posterior = bayes.fit(make(np.random.default_rng(0)), 2, seed=1, draws=180, tune=250, chains=2)
    return by_name(check(posterior))


@pytest.mark.parametrize("name", MISFITS)
def test_each_check_finds_the_misfit_it_is_made_for(name):
    make, side = MISFITS[name]
    found = checked(make)[name]
    assert found.verdict == "fails"
    assert found.side == side
    assert not found.lower <= found.observed <= found.upper


def test_a_uniform_block_is_no_group():
    found = checked(cut_off)
    assert found["shape"].verdict == "fails"
    assert found["kurtosis"].verdict == "fails"
    assert found["kurtosis"].side == "below"


@pytest.mark.parametrize(
    "make",
    [lognormal_groups, heavy_tails, rounded, three_groups, cut_off],
    ids=lambda f: f.__name__,
)
def test_the_mean_and_the_sd_agree_whatever_the_data(make):
    found = checked(make)
    for name in ("mean", "sd"):
        assert found[name].p > 0.3
        assert not found[name].can_fail


def test_a_right_model_passes_every_check():
    found = check(heights())
    assert tuple(one.name for one in found) == NAMES
    for one in found:
        assert one.verdict == "passes", one
        assert one.lower <= one.observed <= one.upper
        assert one.replicates.shape == (checks.REPLICATES,)
        assert np.isfinite(one.replicates).all()


def test_draws_of_other_data_fail_even_the_mean_and_the_sd():
    elsewhere = around(
        em.Sample(TRUTH.sample(500, 1)[0]), em.Mixture([0.4, 0.6], [184, 196], [1, 2])
    )
    found = by_name(check(elsewhere))
    assert found["mean"].verdict == found["sd"].verdict == "fails"


def test_p_values_under_the_truth_are_not_too_small():
    # Exact posterior draws of one normal group, so that nothing but the checks is tried.
    n_sets = 120
    p = np.empty((n_sets, len(NAMES)))
    for i in range(n_sets):
        values = np.random.default_rng([9, i]).normal(10, 3, 40)
        found = check(normal_posterior(values, draws=200, seed=i), rng=i, replicates=200)
        p[i] = [one.p for one in found]
    for level in (0.01, 0.05, 0.2):
        most = level + 3 * np.sqrt(level * (1 - level) / n_sets)
        assert np.all((p < level).mean(axis=0) <= most)
    # And not so large that they could not find anything, but for the mean and the sd.
    can_fail = [name not in ("mean", "sd") for name in NAMES]
    assert np.all((p < 0.4).mean(axis=0)[can_fail] > 0.1)


def test_a_p_value_counts_ties_half_and_the_data_as_a_replicate():
    replicated = np.array([0.0, 1.0, 1.0, 2.0, 3.0, 3.5, 4.0, 5.0, 6.0])
    # 1 below, 2 equal and the data themselves: (1 + 3/2) / 10 = 0.25 below, so 0.5 for two sides.
    assert checks._two_sided("gap", 1.0, replicated).p == pytest.approx(0.5)
    assert checks._two_sided("gap", 7.0, replicated).p == pytest.approx(0.1)
    assert checks._upper("shape", np.full(9, 4.0), replicated).p == pytest.approx((2 + 1) / 10)
    assert checks._upper("shape", replicated, replicated + 1.0).p == pytest.approx(0.95)


def test_skewness_and_kurtosis_of_one_group_are_scipys():
    x = np.random.default_rng(2).lognormal(0, 0.5, 300)
    draws = em.Parameters(np.ones((1, 1)), np.full((1, 1), x.mean()), np.full((1, 1), x.std()))
    found = group_shapes(draws, x, np.ones(x.size))
    np.testing.assert_allclose(found.skewed, stats.skew(x))
    np.testing.assert_allclose(found.heavy, stats.kurtosis(x))
    np.testing.assert_allclose(found.skewness, np.abs(stats.skew(x)))
    np.testing.assert_allclose(found.kurtosis, np.abs(stats.kurtosis(x)))


def test_separate_groups_have_skewnesses_of_their_own():
    rng = np.random.default_rng(3)
    left, right = -rng.lognormal(0, 0.4, 300), 50 + rng.lognormal(0, 0.4, 700)
    parts = [(part.mean(), part.std()) for part in (left, right)]
    draws = em.Parameters(
        np.array([[0.3, 0.7]]), *(np.array([row]) for row in zip(*parts, strict=True))
    )
    found = group_shapes(draws, np.r_[left, right], np.ones(1000))
    skews = np.array([stats.skew(left), stats.skew(right)])
    assert found.skewness[0] == pytest.approx(np.sqrt(np.array([0.3, 0.7]) @ skews**2))
    assert found.skewed[0] == pytest.approx(np.array([0.3, 0.7]) @ skews)
    assert skews.prod() < 0
    # Opposite sides cancel in the mean, not in the root mean square.
    assert checks._side(np.array([0.1]), found.skewness) == "either"


def test_nodes_tell_the_skewness_of_the_groups_as_the_data_do():
    sample = em.Sample(TRUTH.sample(20_000, 4)[0])
    nodes = sample.squash()
    draws = em.Parameters(*(np.array(value) for value in ([[0.4, 0.6]], [[163, 177]], [[6, 8]])))
    every = group_shapes(draws, sample.values, sample.weights)
    np.testing.assert_allclose(group_shapes(draws, nodes.values, nodes.weights), every, atol=1e-7)


def test_what_is_drawn_directly_for_large_data_is_distributed_as_if_simulated():
    rng = np.random.default_rng(5)
    R, n = 1500, 4000
    draws = em.Parameters(
        rng.dirichlet([40, 60], R),
        np.sort(rng.normal([-1, 0.8], 0.1, (R, 2))),
        np.full((R, 2), 0.9),
    )
    values = data_sets(draws, n, rng)
    pairs = [
        (replicates._measured(values), replicates._summarised(draws, n, rng)),
        (group_by_draw(draws, values), replicates._shapes_of_large(draws, n, rng)),
    ]
    for simulated, direct in pairs:
        for name, one, other in zip(simulated._fields, simulated, direct, strict=True):
            assert stats.ks_2samp(one, other).pvalue > 0.001, name


def group_by_draw(draws, values):
    rows = [em.Parameters(*(v[i : i + 1] for v in draws)) for i in range(len(values))]
    found = [group_shapes(row, x, np.ones(x.size)) for row, x in zip(rows, values, strict=True)]
    return replicates.Shapes(*map(np.concatenate, zip(*found, strict=True)))


def test_a_million_values_are_checked_by_the_nodes_and_the_data():
    truth = em.Mixture([0.4, 0.6], [0.0, 4.0], [1.0, 1.2])
    sample = em.Sample(truth.sample(1_000_000, 6)[0])
    # The posterior of so many is as good as a point.
    posterior = around(sample.squash(), em.fit(sample).mixture, spread=1e-4)
    for one in check(posterior, sample):
        assert one.verdict == "passes", one
    steps = em.Sample(sample.values.round(2))
    found = by_name(check(posterior, steps))
    assert found["gap"].verdict == "fails"
    assert found["gap"].steps.step == 0.01
    assert not found["gap"].steps.coarse


def test_coarse_rounding_matters_and_fine_rounding_does_not():
    steps = checked(rounded)["gap"].steps
    assert (steps.step, steps.all_on_steps, steps.coarse) == (1.0, True, False)
    assert steps.part == pytest.approx(0.17, abs=0.08)
    # Rounding alone is no other shape: bins begin and end between the rounded values.
    assert checked(rounded)["shape"].verdict == "passes"
    coarse = em.Sample(5.0 * (TRUTH.sample(300, 7)[0] / 5.0).round())
    found = by_name(check(around(coarse, TRUTH)))
    assert found["gap"].steps.coarse


def test_counts_say_the_same_as_repeated_values():
    values = np.random.default_rng(8).normal(0, 3, 400).round(1)
    distinct, counts = np.unique(values, return_counts=True)
    mixture = em.Mixture([0.5, 0.5], [-0.5, 0.5], [3, 3])
    every, tallied = (
        check(around(sample, mixture), rng=1)
        for sample in (em.Sample(values), em.Sample(distinct, counts))
    )
    for one, other in zip(every, tallied, strict=True):
        assert (one.p, one.side, one.steps) == (other.p, other.side, other.steps)
        np.testing.assert_array_equal(one.replicates, other.replicates)


def test_squashed_data_are_checked_as_far_as_they_go():
    sample = em.Sample(TRUTH.sample(8000, 9)[0])
    posterior = around(sample.squash(), TRUTH, spread=0.01)
    full, part = by_name(check(posterior, sample)), by_name(check(posterior))
    for name in ("mean", "sd", "skewness", "kurtosis"):
        assert part[name].observed == pytest.approx(full[name].observed, rel=1e-6)
        assert part[name].made
    for name in ("farthest", "gap", "shape"):
        assert full[name].made
        assert not part[name].made
        assert part[name].verdict == "not made"
        assert part[name].why_not == "squashed"
        assert np.isnan(part[name].p)


def test_the_unit_and_the_origin_do_not_matter():
    def draws(shift, scale):
        sample = em.Sample(shift + scale * TRUTH.sample(300, 10)[0])
        center = em.Mixture(TRUTH.weights, shift + scale * TRUTH.means, scale * TRUTH.sds)
        return check(around(sample, center), rng=2)

    for one, other in zip(draws(0, 1), draws(-1000, 0.125), strict=True):
        assert other.p == pytest.approx(one.p, abs=1e-9)


def test_the_same_seed_gives_the_same_checks():
    one, same, other = (check(heights(), rng=seed, replicates=50)[4] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.replicates, same.replicates)
    assert not np.array_equal(one.replicates, other.replicates)
    assert one.replicates.shape == (50,)


def test_two_values_can_be_checked():
    two = em.Sample([1.0, 2.0])
    ones = np.ones((1, 40, 1))
    for one in check(posterior_of(two, ones, 1.5 * ones, ones)):
        assert one.made
        assert one.verdict == "passes"
