"""Priors that make the posterior of tied values improper are named; others are not."""

from __future__ import annotations

import warnings

import numpy as np
import pymc as pm
import pytest
from scipy import integrate

from bayes import Priors, build_model
from bayes.model.propriety import improper_on_ties
from bayes.model.reasons import Given, Improper
from em import Sample

RNG = np.random.default_rng(8)
HEIGHTS = Sample(RNG.normal(170.0, 9.0, 60))
TIED = Sample(HEIGHTS.values.round())

TOO_HIGH_AT_ZERO = [
    pm.HalfNormal.dist(5),
    pm.Exponential.dist(0.2),
    pm.Uniform.dist(0, 30),
    pm.HalfCauchy.dist(5),
    pm.Gamma.dist(3, 1),
    pm.HalfNormal.dist([5, 6]),
]
VANISHING_AT_ZERO = [
    pm.LogNormal.dist(1.5, 1),
    pm.LogNormal.dist(1.5, 20),
    pm.InverseGamma.dist(2, 30),
    pm.Uniform.dist(0.5, 30),
    pm.Truncated.dist(pm.HalfNormal.dist(5), lower=0.5),
    pm.Gamma.dist(30, 3),
]


def told(sds, sample, K=2):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filled = Priors(sds=sds).filled(sample, K)
    return [str(warning.message) for warning in caught], filled.describe()[2][2]


@pytest.mark.parametrize("sds", TOO_HIGH_AT_ZERO)
def test_a_prior_that_lets_a_group_shrink_onto_a_tie_is_warned_of(sds):
    "In words, once, and kept beside the prior."
    ((message,), reason) = told(sds, TIED)
    assert "for tied values" in message
    assert "improper" in message
    assert f"one occurs {TIED.collapse().weights.max():.0f} times" in message
    assert isinstance(reason, Improper)
    assert str(reason) == message


@pytest.mark.parametrize("sds", VANISHING_AT_ZERO)
def test_a_prior_that_vanishes_fast_enough_is_not(sds):
    "Faster than any power, not at all near zero, or with a power high enough."
    assert told(sds, TIED) == ([], Given())


@pytest.mark.parametrize("sds", TOO_HIGH_AT_ZERO)
def test_without_ties_or_with_one_group_nothing_is_wrong(sds):
    "A single value gains by a shrinking group no more than the group's place costs."
    assert told(sds, HEIGHTS) == ([], Given())
    if sds.ndim == 0:
        assert told(sds, TIED, K=1) == ([], Given())


@pytest.mark.parametrize(("power", "ties", "improper"), [(0, 2, True), (1, 2, False), (1, 3, True)])
def test_the_limit_is_where_the_integral_over_the_sd_stops_being_finite(power, ties, improper):
    "Gamma(power + 1) falls like sd^power; sd^(power + 1 - ties) is integrable at 0 or it is not."
    values = np.concatenate([np.arange(160.0, 170.0), np.full(ties, 180.0)])
    messages, _ = told(pm.Gamma.dist(power + 1, 1), Sample(values))
    assert bool(messages) == improper
    # The integral from e to 1 levels off as e goes to zero, or grows without end.
    ends = 10.0 ** -np.array([3.0, 6.0, 9.0])
    pieces = [
        integrate.quad(lambda u: np.exp(u * (power + 2 - ties)), np.log(end), 0)[0] for end in ends
    ]
    assert (pieces[2] - pieces[1] > 0.1 * (pieces[1] - pieces[0])) == improper


def test_squashed_ties_are_ties():
    "Nodes do not show them, so what is known of the recording does."
    rng = np.random.default_rng(9)
    values = rng.normal(170.0, 9.0, 20_000)
    sds = pm.HalfNormal.dist(5)
    assert len(told(sds, Sample(values.round()).squash())[0]) == 1
    assert told(sds, Sample(values).squash())[0] == []


def test_the_default_is_never_warned_of():
    "It keeps above the smallest sd that the grid can show."
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Priors().filled(TIED, 2)


def test_building_the_model_warns_once():
    "Though the priors are filled in on the way more than once."
    priors = Priors(sds=pm.HalfNormal.dist(5))
    with pytest.warns(UserWarning, match="improper"):
        filled = priors.filled(TIED, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build_model(TIED, 2, filled)


def test_squashed_values_on_few_places_are_tied_many_times():
    "Six thousand values to one decimal: a prior that allows two ties does not allow hundreds."
    rng = np.random.default_rng(0)
    sample = Sample(np.round(np.r_[rng.normal(0, 1, 4000), rng.normal(4, 1, 2000)], 1))
    prior = pm.Gamma.dist(3, 1, shape=2)
    assert improper_on_ties(sample, prior, 2)
    assert improper_on_ties(sample.squash(), prior, 2)
