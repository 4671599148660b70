"""build_model: the density is the one on paper, and components come out in order of mean."""

from __future__ import annotations

import functools

import numpy as np
import pymc as pm
import pytensor
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode
from scipy import stats

from bayes import Priors, build_model
from bayes.model.fused import FusedDensity
from em import Mixture, Sample

PYTHON = Mode("py", None)
RNG = np.random.default_rng(11)
VALUES = np.concatenate([RNG.normal(164, 6, 25), RNG.normal(176, 8, 35)])
COUNTS = RNG.uniform(0.2, 4.0, 60)


def natural_logp(model):
    """The model's log-density over weights, means and sds themselves, as a function of three."""
    inputs, moved = [], []
    for rv in model.free_RVs:
        inputs.append(rv.type())
        moved.append(model.rvs_to_transforms[rv].forward(inputs[-1], *rv.owner.inputs))
    to_point = pytensor.function(inputs, moved, mode=PYTHON, on_unused_input="ignore")
    density = model.compile_logp(jacobian=False, mode=PYTHON)
    names = [value.name for value in model.value_vars]

    def logp(weights, means, sds):
        free = (weights, means, sds)[-len(inputs) :]
        point = to_point(*(np.asarray(value, dtype=float) for value in free))
        return float(density(dict(zip(names, point, strict=True))))

    return logp


def by_hand(sample, weights, means, sds, K):
    """The same with SciPy's densities and the documented default priors."""
    mixture = sum(
        weight * stats.norm.pdf(sample.values, mean, sd)
        for weight, mean, sd in zip(weights, means, sds, strict=True)
    )
    total = float(np.sum(sample.weights * np.log(mixture)))
    if K > 1:
        total += stats.dirichlet.logpdf(weights, np.full(K, 2.0))
    total += stats.norm.logpdf(means, sample.mean, 1.5 * sample.sd).sum()
    return total + stats.lognorm.logpdf(sds, 1.0, scale=sample.sd / K).sum()


def random_parameters(K, rng):
    weights = rng.dirichlet(np.full(K, 2.0))
    return weights, rng.normal(170, 8, K), rng.lognormal(1.8, 0.4, K)


@functools.cache
def densities(K, weighted):
    """The same log-density three times, of weights, means and sds: PyMC's, fused, by hand."""
    sample = Sample(VALUES, COUNTS if weighted else None)
    # The floor of tied values has a test of its own; weights above one count as ties.
    priors = Priors(sds=pm.LogNormal.dist(np.log(sample.sd / K), 1.0))
    fused = FusedDensity(sample, K, priors.filled(sample, K).numbers)

    def written_out(weights, means, sds):
        point = fused.locate(Mixture(weights, means, sds))
        # Of the sampler's coordinates: log-ratios of weights, means in sds of the data, log sds.
        jacobian = K * np.log(sample.sd) + np.log(sds).sum()
        if K > 1:
            jacobian += np.log(K) + np.log(weights).sum()
        return fused(point)[0] - jacobian

    def on_paper(weights, means, sds):
        return by_hand(sample, weights, means, sds, K)

    return natural_logp(build_model(sample, K, priors)), written_out, on_paper


@pytest.mark.parametrize(("K", "weighted"), [(1, True), (2, False), (3, False), (4, True)])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_log_densities_of_pymc_and_of_the_kernel_are_the_one_on_paper(K, weighted, seed):
    pymc, fused, on_paper = densities(K, weighted=weighted)
    parameters = random_parameters(K, np.random.default_rng(seed))
    expected = on_paper(*parameters)
    assert pymc(*parameters) == pytest.approx(expected, abs=1e-10, rel=1e-14)
    assert fused(*parameters) == pytest.approx(expected, abs=1e-10, rel=1e-14)


def test_jacobian_of_the_weights_is_that_of_a_simplex():
    # K times the product of the weights, used above: here by differences.
    weights, step = np.array([0.2, 0.5, 0.3]), 1e-6

    def from_ratios(ratios):
        odds = np.exp([*ratios, -np.sum(ratios)])
        return (odds / odds.sum())[:-1]

    logs = np.log(weights)
    at = (logs - logs.mean())[:-1]
    slopes = [
        (from_ratios(at + step * unit) - from_ratios(at - step * unit)) / (2 * step)
        for unit in np.eye(2)
    ]
    assert abs(np.linalg.det(slopes)) == pytest.approx(3 * weights.prod(), rel=1e-8)


def test_floor_of_tied_values_cuts_the_prior_and_nothing_else():
    sample = Sample(VALUES.round())
    logp = natural_logp(build_model(sample, 2))
    weights, means = [0.4, 0.6], [164.0, 177.0]
    floor = 1 / np.sqrt(2 * np.pi)
    above = 2 * stats.lognorm.logsf(floor, 1.0, scale=sample.sd / 2)
    for sds in ([6.0, 8.0], [1.02 * floor, 9.0]):
        expected = by_hand(sample, weights, means, sds, 2) - above
        # PyMC's normal tail probability has eight digits, because it takes the root of two in
        # single precision.
        assert logp(weights, means, sds) == pytest.approx(expected, abs=1e-7)


def test_weights_say_the_same_as_repeated_values():
    values, counts = [1.0, 2.0, 2.5, 7.0], [3, 1, 2, 4]
    weighted = build_model(Sample(values, counts), observed=False)
    repeated = build_model(np.repeat(values, counts), observed=False)
    parameters = ([0.3, 0.7], [1.5, 6.0], [0.8, 1.7])
    assert natural_logp(weighted)(*parameters) == natural_logp(repeated)(*parameters)
    # Ties are counted, not repeated: four values, whatever they weigh.
    assert repeated["values"].get_value().size == 4


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(3)), st.integers(0, 10))
def test_names_of_components_do_not_matter_where_priors_are_the_same(order, seed):
    parameters = random_parameters(3, np.random.default_rng(seed))
    swapped = [value[list(order)] for value in parameters]
    logp, *_ = densities(3, weighted=False)
    assert logp(*swapped) == pytest.approx(logp(*parameters), abs=1e-10)


WEIGHTS, MEANS, SDS = [0.4, 0.6], np.array([164.0, 177.0]), np.array([6.0, 8.0])


@settings(max_examples=3, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_density_moves_with_the_unit_and_the_origin_of_the_data(shift, scale):
    logp = natural_logp(build_model(shift + scale * VALUES))
    there = logp(WEIGHTS, shift + scale * MEANS, scale * SDS)
    # Each value, mean and sd is per unit of the data.
    here = densities(2, weighted=False)[0](WEIGHTS, MEANS, SDS)
    assert there == pytest.approx(here - (VALUES.size + 4) * np.log(scale), abs=1e-6)


def published(model):
    free = {variable.name: variable for variable in model.free_RVs}
    outputs = [model["weights"], model["means"], model["sds"]]
    return free, pytensor.function(list(free.values()), outputs, mode=PYTHON)


def test_published_components_are_the_free_ones_sorted_together_by_mean():
    free, publish = published(build_model(VALUES, 3))
    assert list(free) == ["free_weights", "free_means", "free_sds"]
    rng = np.random.default_rng(3)
    for _ in range(20):
        parameters = random_parameters(3, rng)
        weights, means, sds = publish(*parameters)
        expected = Mixture(*parameters)
        assert np.all(np.diff(means) > 0)
        np.testing.assert_array_equal(means, expected.means)
        np.testing.assert_array_equal(sds, expected.sds)
        np.testing.assert_allclose(weights, expected.weights, rtol=1e-14)


def test_differing_priors_are_sampled_in_order_and_published_as_they_are():
    model = build_model(VALUES, 2, Priors(means=pm.Normal.dist([160, 180], 5)))
    free_means = next(rv for rv in model.free_RVs if rv.name == "free_means")
    transform = model.rvs_to_transforms[free_means]
    inside = np.random.default_rng(1).normal(size=(50, 2))
    for point in inside:
        means = transform.backward(point, *free_means.owner.inputs).eval(mode=PYTHON)
        assert means[0] < means[1]
    _, publish = published(model)
    weights, means, sds = publish([0.2, 0.8], [150.0, 160.0], [3.0, 4.0])
    np.testing.assert_array_equal(np.stack([weights, means, sds]), [[0.2, 0.8], [150, 160], [3, 4]])


@pytest.mark.parametrize(
    "priors",
    [
        None,
        Priors(means=pm.Normal.dist([160, 180], 5)),
        Priors(weights=pm.Dirichlet.dist([5, 1])),
        Priors(means=pm.Uniform.dist(140, 200)),
        Priors(means=pm.Uniform.dist(140, 200), weights=pm.Dirichlet.dist([5, 1])),
    ],
)
def test_every_model_has_a_finite_density_where_it_starts(priors):
    model = build_model(VALUES, 2, priors)
    assert np.isfinite(model.compile_logp(mode=PYTHON)(model.initial_point()))


def test_one_component_has_the_constant_weight_one():
    model = build_model(VALUES, 1)
    assert [rv.name for rv in model.free_RVs] == ["free_means", "free_sds"]
    assert model["weights"].eval(mode=PYTHON).tolist() == [1.0]


def test_other_data_can_take_the_place_of_the_first():
    fixed = Priors(pm.Dirichlet.dist([2, 2]), pm.Normal.dist(170, 10), pm.LogNormal.dist(2, 1))
    model = build_model(VALUES, 2, fixed, observed=False)
    logp = natural_logp(model)
    parameters = ([0.3, 0.7], [165.0, 175.0], [5.0, 7.0])
    first = logp(*parameters)
    other = Sample([160.0, 170.0, 180.0], [2.0, 5.0, 1.5])
    with model:
        pm.set_data({"values": other.values, "sample_weights": other.weights})

    def loglik(sample):
        return float(sample.weights @ Mixture(*parameters).logpdf(sample.values))

    assert logp(*parameters) - first == pytest.approx(
        loglik(other) - loglik(Sample(VALUES)), abs=1e-9
    )


def test_limits_that_differ_by_component_cannot_be_put_in_order():
    with pytest.raises(ValueError, match="same limits for all components"):
        build_model(VALUES, 2, Priors(means=pm.Uniform.dist([150, 160], [170, 190])))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, np.nan], 1), ValueError, "missing"),
        ((["a", "b"], 1), TypeError, "real numbers"),
        (([1.0, 2.0], 3), ValueError, "at least 3 distinct values"),
        (([1.0, 2.0], 1, pm.Normal.dist(0, 1)), TypeError, r"bayes\.Priors, got"),
    ],
)
def test_bad_input_says_what_came_and_what_to_try(arguments, error, message):
    with pytest.raises(error, match=message):
        build_model(*arguments)
