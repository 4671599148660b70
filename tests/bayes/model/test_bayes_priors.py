"""Priors: from the data's location, spread and resolution alone; read off any PyMC distribution."""

from __future__ import annotations

import math

import numpy as np
import pymc as pm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode

from bayes import Priors
from bayes.model import priors as module
from bayes.model.reasons import AmongData, Given, NoneEmpty, OnlyOne, Shrinking, Unchosen
from em import Sample

PYTHON = Mode("py", None)
HEIGHTS = Sample(np.random.default_rng(5).normal(170.0, 9.0, 80))
ROUNDED = Sample(HEIGHTS.values.round())
FLOOR = 1 / math.sqrt(2 * math.pi)
"""Data on a grid of step 1 carry no density above 1."""


def logp(dist, value):
    return np.asarray(pm.logp(dist, value).eval(mode=PYTHON))


@settings(max_examples=4, deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e3), st.integers(1, 5))
def test_default_priors_move_with_the_unit_and_the_origin_of_the_data(shift, scale, K):
    base = Priors().filled(ROUNDED, K).numbers
    moved_data = Sample(shift + scale * ROUNDED.values)
    moved = Priors().filled(moved_data, K).numbers
    assert moved.concentration == base.concentration
    assert moved.centre == pytest.approx(shift + scale * base.centre, rel=1e-9, abs=1e-9)
    assert moved.spread == pytest.approx(scale * base.spread, rel=1e-6)
    assert moved.log_median == pytest.approx(math.log(scale) + base.log_median, abs=1e-6)
    assert moved.log_spread == base.log_spread
    # The gap between neighbours loses digits when the origin moves far away.
    assert moved.floor == pytest.approx(scale * base.floor, rel=1e-5)


def test_default_priors_know_nothing_of_the_data_but_mean_and_sd():
    # Two equal heaps and one normal, of the same mean and sd.
    normal = np.random.default_rng(0).normal(size=200)
    normal = (normal - normal.mean()) / normal.std()
    heaps = np.concatenate([np.linspace(-2, -1, 100), np.linspace(1, 2, 100)])
    heaps /= heaps.std()
    one, other = (Priors().filled(Sample(x), 2).numbers for x in (normal, heaps))
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_default_numbers_are_the_documented_ones():
    numbers = Priors().filled(ROUNDED, 3).numbers
    assert Priors.weakly_informative(ROUNDED, 3).filled(ROUNDED, 3).numbers == numbers
    s = ROUNDED.sd
    assert numbers == pytest.approx(
        (2.0, ROUNDED.mean, 1.5 * s, math.log(s / 3), 1.0, FLOOR), rel=1e-12
    )


def test_sds_of_values_on_a_grid_stay_above_what_the_grid_can_show():
    assert Priors().filled(HEIGHTS, 2).numbers.floor == 0.0
    priors = Priors().filled(ROUNDED, 2)
    assert FLOOR < priors.draw(4000, 1).sds.min() < 1.1 * FLOOR
    # Values on a grid so coarse that this exceeds the sd must not forbid the sd itself.
    coarse = Sample([0.0, 1.0], weights=[995, 5])
    assert Priors().filled(coarse, 1).numbers.floor == pytest.approx(0.5 * coarse.sd)


def test_sds_prior_vanishes_at_zero_faster_than_the_likelihood_of_many_ties_can_grow():
    # 20 tied values raise the likelihood like sd^-20 when a component shrinks onto them.
    sds = Priors().filled(HEIGHTS, 2).sds
    narrow = np.exp(-np.array([20.0, 30.0, 40.0, 50.0, 60.0]))
    integrand = [logp(sds, np.full(2, sd))[0] - 20 * math.log(sd) + math.log(sd) for sd in narrow]
    assert np.all(np.diff(np.diff(integrand)) < 0)
    assert integrand[-1] < integrand[0] - 500


def test_describe_gives_numbers_and_a_reason_for_each_prior():
    rows = Priors.weakly_informative(ROUNDED, 2).describe()
    assert [row[0] for row in rows] == ["weights", "means", "sds"]
    assert rows[0][1] == "Dirichlet(2, 2)"
    assert rows[1][1] == f"Normal({ROUNDED.mean:.4g}, {1.5 * ROUNDED.sd:.4g})"
    assert rows[2][1] == f"LogNormal(log {ROUNDED.sd / 2:.4g}, 1) above {FLOOR:.4g}"
    assert rows[0][2] == NoneEmpty(pytest.approx(0.094, abs=5e-4), pytest.approx(0.906, abs=5e-4))
    assert rows[1][2] == AmongData(1.5)
    assert rows[2][2] == Shrinking(2, pytest.approx(7.1, abs=0.01), rounded=False, step=1.0)
    assert Priors.weakly_informative(HEIGHTS, 2).describe()[2][2].step == 0
    assert Priors.weakly_informative(HEIGHTS, 1).describe()[0][2] == OnlyOne()


def test_describe_does_not_lend_a_reason_to_a_replaced_prior():
    mixed = Priors(sds=pm.HalfNormal.dist(5)).filled(HEIGHTS, 2).describe()
    assert mixed[2] == ("sds", "HalfNormal(0, 5)", Given())
    assert mixed[1][2] == AmongData(1.5)
    assert Priors().describe()[0] == ("weights", "weakly informative", Unchosen())


def test_describe_calls_the_weight_of_one_component_a_constant():
    assert Priors().filled(HEIGHTS, 1).describe()[0][1] == "the constant 1"


@pytest.mark.parametrize(
    ("given_priors", "expected"),
    [
        (Priors(), True),
        (Priors(means=pm.Normal.dist([160, 160], 5)), True),
        (Priors(means=pm.Normal.dist([160, 176], 5)), False),
        (Priors(means=pm.Normal.dist(170, [5, 6])), False),
        (Priors(means=pm.Uniform.dist(150, 190)), True),
        (Priors(means=pm.NormalMixture.dist([0.5, 0.5], [160, 180], [3, 3])), True),
        (Priors(sds=pm.HalfStudentT.dist(3, 5)), True),
        (Priors(sds=pm.Truncated.dist(pm.LogNormal.dist([1, 2], 1), lower=0.5)), False),
        (Priors(weights=pm.Dirichlet.dist([5, 5])), True),
        (Priors(weights=pm.Dirichlet.dist([5, 1])), False),
        (Priors(weights=pm.StickBreakingWeights.dist(1.0, 1)), False),
    ],
)
def test_exchangeable_is_read_off_the_parameters(given_priors, expected):
    assert given_priors.filled(HEIGHTS, 2).exchangeable is expected


@pytest.mark.parametrize(
    ("given_priors", "expected"),
    [
        (
            Priors(pm.Dirichlet.dist([3, 3]), pm.Normal.dist(1, 2), pm.LogNormal.dist(0.5, 0.7)),
            (3.0, 1.0, 2.0, 0.5, 0.7, 0.0),
        ),
        (Priors(means=pm.Normal.dist([160, 176], 5)), None),
        (Priors(means=pm.StudentT.dist(4, mu=170, sigma=5)), None),
        (Priors(sds=pm.HalfNormal.dist(5)), None),
        (Priors(sds=pm.Truncated.dist(pm.LogNormal.dist(1, 1), lower=0.5, upper=9)), None),
        (Priors(sds=pm.Truncated.dist(pm.HalfNormal.dist(5), lower=0.5)), None),
    ],
)
def test_numbers_are_those_of_the_default_family_or_none(given_priors, expected):
    numbers = given_priors.filled(HEIGHTS, 2).numbers
    assert numbers is None if expected is None else numbers == pytest.approx(expected)


def test_numbers_of_a_prior_for_every_component_are_those_of_a_scalar_one():
    one = Priors(means=pm.Normal.dist(1, 2)).filled(HEIGHTS, 2)
    each = Priors(means=pm.Normal.dist([1, 1], [2, 2])).filled(HEIGHTS, 2)
    assert one.numbers == each.numbers


def test_draws_are_sorted_jointly_by_mean_and_repeat_with_their_seed():
    priors = Priors().filled(HEIGHTS, 3)
    drawn, again, other = (priors.draw(500, seed) for seed in (1, 1, 2))
    assert np.all(np.diff(drawn.means, axis=1) > 0)
    np.testing.assert_allclose(drawn.weights.sum(axis=1), 1.0)
    for name in drawn._fields:
        np.testing.assert_array_equal(getattr(drawn, name), getattr(again, name))
        assert not np.array_equal(getattr(drawn, name), getattr(other, name))


def test_draws_follow_their_priors():
    drawn = Priors().filled(HEIGHTS, 2).draw(20_000, 3)
    assert drawn.weights.std() == pytest.approx(math.sqrt(1 / 20), rel=0.03)  # Beta(2, 2)
    assert drawn.means.mean() == pytest.approx(HEIGHTS.mean, abs=0.3)
    assert drawn.means.std() == pytest.approx(1.5 * HEIGHTS.sd, rel=0.03)
    assert np.log(drawn.sds).mean() == pytest.approx(math.log(HEIGHTS.sd / 2), abs=0.03)
    assert np.log(drawn.sds).std() == pytest.approx(1.0, rel=0.03)


def test_draws_of_differing_priors_keep_to_their_components():
    priors = Priors(means=pm.Normal.dist([160, 170], [1, 10])).filled(HEIGHTS, 2)
    drawn = priors.draw(3000, 1)
    assert drawn.means.shape == (3000, 2)
    assert np.all(np.diff(drawn.means, axis=1) > 0)
    # Sorting instead of leaving out would mix the two: then the first mean would spread widely.
    assert drawn.means[:, 0].std() < 1.2


def test_priors_against_the_order_of_means_are_refused(monkeypatch):
    monkeypatch.setattr(module, "BATCHES", 3)
    priors = Priors(means=pm.Normal.dist([180, 160], 1)).filled(HEIGHTS, 2)
    with pytest.raises(
        ValueError, match=r"in order in 0 of 300 draws; .* increasing order of mean"
    ):
        priors.draw(100, 1)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"means": 170.0}, r"PyMC distribution, got float; make it with \.dist"),
        ({"means": pm.Normal}, "got DistributionMeta"),
        ({"weights": [2, 2]}, r"pm\.Dirichlet\.dist"),
        ({"sds": pm.Poisson.dist(3)}, "continuous prior of the sds, got Poisson"),
    ],
)
def test_what_is_no_continuous_distribution_is_a_type_error(bad, message):
    with pytest.raises(TypeError, match=message):
        Priors(**bad)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"means": pm.Normal.dist([1, 2, 3], 1)}, r"shape \(2,\) for 2 components, got shape \(3,"),
        ({"weights": pm.Dirichlet.dist([1, 1, 1])}, r"got shape \(3,\)"),
        ({"weights": pm.Beta.dist(5, 5)}, "over a vector, such as a Dirichlet"),
        ({"weights": pm.MvNormal.dist([0, 0], np.eye(2))}, "vectors with sum one"),
        ({"means": pm.MvNormal.dist([0, 0], np.eye(2))}, "one number at a time"),
        ({"sds": pm.Normal.dist(2, 3)}, "positive numbers, got Normal"),
        ({"sds": pm.Uniform.dist(-1, 3)}, "positive numbers, got Uniform"),
        ({"means": pm.Flat.dist()}, "can be drawn from"),
        ({"means": pm.Normal.dist(pm.Normal.dist(0, 1), 1)}, "depends on another random variable"),
    ],
)
def test_priors_that_do_not_fit_are_a_value_error(bad, message):
    with pytest.raises(ValueError, match=message):
        Priors(**bad).filled(HEIGHTS, 2)


@pytest.mark.parametrize(
    ("values", "K", "error", "message"),
    [
        ([1.0, 2.0], 0, ValueError, "at least 1, got 0"),
        ([1.0, 2.0], 2.0, TypeError, "whole number, got float"),
        ([1.0, 2.0], True, TypeError, "whole number, got bool"),
        ([3.0, 3.0, 3.0], 1, ValueError, "only one distinct value"),
        ([1.0, 2.0, 2.0], 3, ValueError, "at least 3 distinct values for 3 components, got 2"),
    ],
)
def test_too_many_components_or_too_few_values_are_refused(values, K, error, message):
    with pytest.raises(error, match=message):
        Priors.weakly_informative(Sample(values), K)
