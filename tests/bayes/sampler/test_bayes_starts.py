"""Starts: every chain begins elsewhere around the EM fit, and always at a possible point."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode

import em
from bayes import Priors, build_model
from bayes.sampler.starts import disperse, locator, starting_mixtures
from em import Mixture, Sample

PYTHON = Mode("py", None)
SAMPLE = Sample(np.random.default_rng(4).normal(170.0, 9.0, 120).round())


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5]))
def test_dispersed_starts_are_mixtures_above_the_floor_near_the_fit(K, seed, floor):
    rng = np.random.default_rng(seed)
    around = Mixture(
        rng.dirichlet(np.full(K, 0.3)), rng.normal(170, 9, K), 10.0 ** rng.uniform(-9, 1, K)
    )
    start = disperse(around, SAMPLE, rng, floor)
    assert start.sds.min() > max(floor, 5e-4 * SAMPLE.sd)
    assert start.weights.min() > 1e-3
    assert np.all(np.diff(start.means) > 0)
    reach = np.maximum(around.sds, max(1.5 * floor, 1e-3 * SAMPLE.sd)).max()
    assert np.abs(start.means - around.means).max() <= reach


def test_starts_differ_between_chains_by_more_than_the_posterior_is_wide():
    around = Mixture([0.44, 0.56], [164.3, 176.4], [5.8, 7.8])
    rng = np.random.default_rng(0)
    starts = [disperse(around, SAMPLE, rng) for _ in range(200)]
    # The posterior sds of the thousand synthetic heights, as in test_bayes_sampling.py.
    assert np.all(np.std([start.means for start in starts], axis=0) > [1.4, 2.3])
    assert np.all(np.std([np.log(start.sds) for start in starts], axis=0) > [0.15, 0.1])


def test_same_generator_gives_the_same_start():
    around = Mixture([0.5, 0.5], [160, 180], [5, 5])
    assert disperse(around, SAMPLE, np.random.default_rng(1)) == disperse(
        around, SAMPLE, np.random.default_rng(1)
    )


def test_starts_are_the_maxima_that_em_finds_the_likeliest_first():
    "Those whose components are groups, whether the fit is given or made."
    fit = em.fit(SAMPLE, 2, rng=3)
    found = starting_mixtures(None, SAMPLE, 2, 3)
    assert found[0] == fit.mixture
    assert starting_mixtures(fit, SAMPLE, 2, 3) == found
    regular = [top.mixture for top in fit.optima if top.status is em.Status.CONVERGED]
    assert 1 < len(found) <= len(regular)
    assert all(one in regular for one in found)


def test_a_mixture_or_a_fit_from_one_start_is_one_more_place():
    "Unless a component of it is a point: chains that begin on a tie stay there."
    found = starting_mixtures(None, SAMPLE, 2, 3)
    other = Mixture([0.5, 0.5], [160, 180], [5, 5])
    assert starting_mixtures(other, SAMPLE, 2, 3) == (*found, other)
    climbed = em.fit(SAMPLE, 2, start=other, max_iter=1)
    assert starting_mixtures(climbed, SAMPLE, 2, 3) == (*found, climbed.mixture)
    point = Mixture([0.1, 0.9], [SAMPLE.values[0], 170], [1e-3, 9])
    assert starting_mixtures(point, SAMPLE, 2, 3) == found


def test_data_too_few_for_em_still_have_a_start():
    two = Sample([1.0, 2.0], weights=[5, 7])
    (start,) = starting_mixtures(None, two, 2, 0)
    assert start.n_components == 2
    assert start.sds.min() > 0
    given = Mixture([0.5, 0.5], [1.0, 2.0], [0.5, 0.5])
    assert starting_mixtures(given, two, 2, 0) == (given,)


def test_wrong_starts_are_refused():
    with pytest.raises(TypeError, match=r"em\.Fit or an em\.Mixture, got list"):
        starting_mixtures([0.5, 0.5], SAMPLE, 2, 0)
    with pytest.raises(ValueError, match="start with 3 components, got 2"):
        starting_mixtures(Mixture([0.5, 0.5], [160, 180], [5, 5]), SAMPLE, 3, 0)


@pytest.mark.parametrize(
    "priors",
    [
        Priors(),
        Priors(means=pm.Normal.dist([160, 176], 5)),
        # The fit lies outside what these allow.
        Priors(sds=pm.Uniform.dist(0.1, 2.0), means=pm.Uniform.dist(100, 110)),
    ],
)
def test_located_starts_have_a_finite_density_whatever_the_priors(priors):
    filled = priors.filled(SAMPLE, 2)
    model = build_model(SAMPLE, 2, filled)
    around = Mixture([0.4, 0.6], [164.0, 174.0], [6.0, 8.0])
    locate = locator(model, filled)
    density = model.compile_logp(mode=PYTHON)
    names = [value.name for value in model.value_vars]
    for seed in range(5):
        rng = np.random.default_rng(seed)
        named, vector = locate(disperse(around, SAMPLE, rng), rng)
        parts = np.split(vector, [1, 3])
        assert np.isfinite(density(dict(zip(names, parts, strict=True))))
        assert list(named) == [rv.name for rv in model.free_RVs]
        np.testing.assert_allclose(named["free_weights"].sum(), 1.0)
