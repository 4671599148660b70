"""Quantities: separation, modes, cut-offs and membership, draw by draw, by second routes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

import em
from bayes import Posterior, Settings
from em import Mixture, Parameters, Sample

SETTINGS = Settings("nutpie", "fused", 2, 60, 100, 0.9, 1, 0.1, 0.2, (("means", "Normal", ""),))


def posterior(draws):
    "A posterior with these draws, each of shape (chain, draw, K), in order of mean."
    order = np.argsort(draws.means, axis=-1)
    draws = Parameters(*(np.take_along_axis(np.asarray(v), order, -1) for v in draws))
    chain = order.shape[:2]
    rng = np.random.default_rng(0)
    sampler = {"diverging": np.zeros(chain, bool), "energy": rng.normal(size=chain)}
    prior = Parameters(*(value[0] for value in draws))
    return Posterior.from_draws(Sample([1.0, 2.0, 4.0]), draws, sampler, prior, SETTINGS)


def wild(K, seed=3, draws=60, chains=2, scale=1.0, shift=0.0):
    "Mixtures of every kind."
    rng = np.random.default_rng(seed)
    shape = (chains, draws, K)
    means = shift + scale * 3 * rng.normal(size=shape)
    weights = rng.dirichlet(np.ones(K), shape[:2])
    return posterior(Parameters(weights, means, scale * rng.lognormal(0.0, 0.7, shape)))


def mixtures(of):
    K = of.n_components
    rows = (value.reshape(-1, K) for value in (of.weights, of.means, of.sds))
    return [Mixture(*row) for row in zip(*rows, strict=True)]


@pytest.mark.parametrize("K", [2, 3, 4])
def test_separation_is_ashmans_d_of_every_draw(K):
    "As `em.ashman` has it for a single mixture."
    of = wild(K)
    expected = [em.ashman(mixture) for mixture in mixtures(of)]
    assert of.quantities.ashman.shape == (2, 60, K - 1)
    np.testing.assert_allclose(of.quantities.ashman.reshape(-1, K - 1), expected, rtol=1e-12)


def has_two_modes(mixture):
    """The criterion of Robertson & Fryer (1969), which needs no grid.

    In units of the first sd, with distance d and ratio r of the sds: one mode if d is below a
    bound; else two where the weight of the first lies between two numbers.
    """
    d, r = np.diff(mixture.means)[0] / mixture.sds[0], mixture.sds[1] / mixture.sds[0]
    bound = 2 * (r**4 - r**2 + 1) ** 1.5 - (2 * r**6 - 3 * r**4 - 3 * r**2 + 2)
    if d <= np.sqrt(max(bound, 0.0)) / r:
        return False
    roots = np.roots([r**2 - 1, -d * (r**2 - 2), -(d**2), d * r**2])
    y = roots.real[(abs(roots.imag) < 1e-9) & (roots.real > 0) & (roots.real < d)]
    with np.errstate(over="ignore"):
        ends = 1 / (1 + r**3 * y / (d - y) * np.exp(-0.5 * y**2 + 0.5 * ((y - d) / r) ** 2))
    assert ends.size == 2
    return ends.min() < mixture.weights[0] < ends.max()


def test_two_components_have_the_modes_that_the_analytic_criterion_says():
    "On two thousand mixtures, about half of which have two."
    of = wild(2, draws=1000)
    expected = [1 + has_two_modes(mixture) for mixture in mixtures(of)]
    np.testing.assert_array_equal(of.quantities.modes.ravel(), expected)
    probabilities = of.quantities.mode_probabilities
    assert probabilities == {1: expected.count(1) / 2000, 2: expected.count(2) / 2000}
    assert 0.3 < probabilities[2] < 0.7


@pytest.mark.parametrize("K", [3, 4])
def test_more_components_have_the_modes_that_a_fine_grid_shows(K):
    "As `em.modes` counts them on a grid of its own, one mixture at a time."
    of = wild(K)
    expected = [em.modes(mixture) for mixture in mixtures(of)]
    np.testing.assert_array_equal(of.quantities.modes.ravel(), expected)
    assert len(set(expected)) == K


def test_modes_of_known_mixtures_are_counted():
    "Equal halves part at twice the sd; a hidden component adds none; one component has one."
    halves = [1.99, 2.01, 200.0, 1e-6]
    means = np.array([[[0.0, distance] for distance in halves]])
    of = posterior(Parameters(np.full(means.shape, 0.5), means, np.ones(means.shape)))
    assert of.quantities.modes.tolist() == [[1, 2, 2, 1]]
    # A bump a thousand times as narrow as what it stands on, at the end and in the middle.
    weights, sds = [[[0.49, 0.02, 0.49]]], [[[5.0, 0.005, 5.0]]]
    for place, others in ((10.0, (0.0, 1.0)), (3.1234, (0.0, 10.0))):
        bump = Parameters(*map(np.array, (weights, [[[others[0], place, others[1]]]], sds)))
        assert posterior(bump).quantities.modes.item() == 2
    one = posterior(Parameters(*(np.ones((1, 3, 1)) for _ in range(3))))
    assert one.quantities.modes.tolist() == [[1, 1, 1]]
    assert one.quantities.ashman.shape == one.quantities.cutoffs.shape == (1, 3, 0)


def log_odds(mixture, k, x):
    "Of component k against the next."
    joint = np.log(mixture.weights) + stats.norm.logpdf(
        np.reshape(x, (-1, 1)), mixture.means, mixture.sds
    )
    return joint[:, k] - joint[:, k + 1]


@pytest.mark.parametrize("K", [2, 3])
def test_cutoffs_are_where_neighbours_are_equally_likely(K):
    "By bisection between the two means; NaN where the log-odds have no change of sign there."
    of = wild(K)
    cutoffs = of.quantities.cutoffs.reshape(-1, K - 1)
    for mixture, found in zip(mixtures(of), cutoffs, strict=True):
        for k in range(K - 1):
            ends = mixture.means[k : k + 2]
            at_low, at_high = log_odds(mixture, k, ends)
            if at_low > 0 > at_high:
                expected = brentq(lambda x, k=k, m=mixture: log_odds(m, k, x)[0], *ends, xtol=1e-13)
                assert found[k] == pytest.approx(expected, rel=1e-9, abs=1e-9)
            else:
                assert np.isnan(found[k])
    assert 0.05 < np.isnan(cutoffs).mean() < 0.7


def test_no_cutoff_is_missed_where_there_is_none():
    "Between the means the log-odds fall all the way, so their signs at both ends settle it."
    of = wild(2)
    undefined = np.isnan(of.quantities.cutoffs).ravel()
    for mixture, none in zip(mixtures(of), undefined, strict=True):
        odds = log_odds(mixture, 0, np.linspace(*mixture.means, 400))
        assert np.all(np.diff(odds) < 0)
        assert np.any(np.diff(np.sign(odds)) != 0) == (not none)


def test_cutoff_of_equal_sds_has_the_known_form():
    "The middle of the means, moved by s^2 log(w1/w2) / (m2 - m1); also for sds nearly equal."
    weights, means = np.array([[[0.3, 0.7]]]), np.array([[[10.0, 14.0]]])
    expected = 12.0 + 4.0 * np.log(0.3 / 0.7) / 4.0
    for other in (2.0, 2.0 * (1 + 1e-12)):
        of = posterior(Parameters(weights, means, np.array([[[2.0, other]]])))
        assert of.quantities.cutoffs.item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("K", [1, 2, 3])
def test_membership_is_the_average_of_the_responsibilities(K):
    "And its interval lies between their quantiles, value by value."
    of = wild(K)
    x = np.array([-40.0, -1.0, 0.3, 2.5])
    every = np.array([mixture.responsibilities(x) for mixture in mixtures(of)])
    found = of.quantities.membership(x, level=0.8)
    np.testing.assert_allclose(found.mean, every.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found.lower, np.quantile(every, 0.1, axis=0), atol=1e-12)
    np.testing.assert_allclose(found.upper, np.quantile(every, 0.9, axis=0), atol=1e-12)
    np.testing.assert_allclose(found.mean.sum(axis=1), 1.0)
    narrow = of.quantities.membership(x, level=0.8, kind="hdi")
    assert np.all(narrow.upper - narrow.lower <= found.upper - found.lower + 0.02)
    one = of.quantities.membership(0.3)
    np.testing.assert_array_equal(one.mean[0], of.quantities.membership(x).mean[2])


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e3))
def test_quantities_move_with_the_unit_and_the_origin_of_the_data(shift, scale):
    "Separation and modes stay, cut-offs move along."
    here, there = wild(3).quantities, wild(3, shift=shift, scale=scale).quantities
    digits = 1e-13 * (1 + abs(shift) / scale)
    np.testing.assert_allclose(there.ashman, here.ashman, rtol=1e-9, atol=10 * digits)
    np.testing.assert_array_equal(there.modes, here.modes)
    np.testing.assert_array_equal(np.isnan(there.cutoffs), np.isnan(here.cutoffs))
    back = (there.cutoffs - shift) / scale
    np.testing.assert_allclose(back, here.cutoffs, rtol=1e-6, atol=1e4 * digits)


def test_names_of_components_change_membership_and_nothing_else():
    "Neighbours are neighbours in order of mean, however components are named."
    of = wild(3)
    renamed = of.relabelled("sd")
    for name in ("ashman", "cutoffs", "modes"):
        before, after = (getattr(p.quantities, name) for p in (of, renamed))
        np.testing.assert_array_equal(before, after)
    by_mean, by_sd = (p.quantities.membership([0.0]).mean for p in (of, renamed))
    assert not np.allclose(by_mean, by_sd)


def test_summary_has_a_row_for_each_quantity():
    "With the same columns as the posterior's, and the share of draws where it is not defined."
    of = wild(3, draws=400, chains=4)
    frame = of.quantities.summary(level=0.9, kind="hdi")
    assert list(frame.index) == ["ashman[0]", "ashman[1]", "cutoff[0]", "cutoff[1]", "modes"]
    assert list(frame.columns) == [*of.summary().columns, "undefined"]
    assert frame.attrs == {"level": 0.9, "kind": "hdi"}
    cutoffs = of.quantities.cutoffs[..., 1]
    row = frame.loc["cutoff[1]"]
    assert row["undefined"] == pytest.approx(np.isnan(cutoffs).mean())
    assert 0 < row["undefined"] < 1
    assert row["median"] == np.nanmedian(cutoffs)
    assert row["mean"] == pytest.approx(np.nanmean(cutoffs))
    assert frame.loc["modes", "mean"] == of.quantities.modes.mean()
    assert (frame["undefined"].drop(["cutoff[0]", "cutoff[1]"]) == 0).all()
    # Independent draws: about as many effective ones as are defined.
    defined = 1600 * (1 - row["undefined"])
    assert row["ess_bulk"] == pytest.approx(defined, rel=0.25)
    assert row["rhat"] == pytest.approx(1.0, abs=0.02)


def test_summary_knows_what_does_not_vary_and_what_is_never_defined():
    "A constant has no R-hat; a cut-off that never exists has no numbers at all."
    shape = (2, 50, 2)
    means = np.array([0.0, 0.1]) + 0.01 * np.random.default_rng(1).normal(size=shape)
    weights = np.broadcast_to([0.999, 0.001], shape)
    frame = posterior(Parameters(weights, means, np.ones(shape))).quantities.summary()
    modes, cutoff = frame.loc["modes"], frame.loc["cutoff[0]"]
    assert (modes["mean"], modes["sd"], modes["undefined"]) == (1.0, 0.0, 0.0)
    assert np.isnan(modes["rhat"])
    assert cutoff["undefined"] == 1.0
    assert cutoff.drop("undefined").isna().all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((["tall"],), TypeError, "real numbers"),
        (([1.0, np.nan],), ValueError, "finite values"),
        (([[1.0], [2.0]],), ValueError, "one column"),
        (([1.0], 95), ValueError, "between 0 and 1"),
        (([1.0], 0.9, "middle"), ValueError, "kind"),
    ],
)
def test_bad_values_say_what_came_and_what_to_try(arguments, error, message):
    "Before anything is computed."
    with pytest.raises(error, match=message):
        wild(2).quantities.membership(*arguments)
