"""Which optimum counts: spikes on a few values do not, narrow groups do, in any unit."""

import numpy as np
import pytest

import em
from em.mixture import Parameters
from em.optimum import are_spurious, is_spurious


def judge(weights, means, sds, n=1000.0, resolution=0.0):
    values = (np.array(value, dtype=float) for value in (weights, means, sds))
    return is_spurious(Parameters(*values), n, resolution)


@pytest.mark.parametrize(
    ("mixture", "spurious"),
    [
        (([1.0], [0.0], [1.0]), False),
        (([0.4, 0.6], [164, 176], [6, 8]), False),
        (([0.002, 0.998], [170.0, 171.0], [1e-5, 9.4]), True),  # two nearly equal values
        (([0.001, 0.999], [200.0, 171.0], [1.0, 9.0]), True),  # one value
        (([0.3, 0.7], [170.0, 171.0], [0.01, 9.4]), False),  # three hundred values: a true spike
        (([0.05, 0.95], [171.0, 171.0], [0.5, 9.4]), False),  # fifty where eight are expected
        (([0.01, 0.99], [171.0, 171.0], [0.5, 9.4]), True),  # ten where eight are expected
        (([0.01, 0.99], [300.0, 171.0], [0.5, 9.4]), False),  # ten where none is expected
        (([0.5, 0.5], [171.0, 171.0], [2.0, 9.4]), False),  # one scale within another
    ],
    ids=str,
)
def test_a_spike_counts_if_chance_does_not_make_it(mixture, spurious):
    "Few values close together among many are chance, many or far away ones are a group."
    assert judge(*mixture) is spurious


def test_the_rule_does_not_depend_on_the_unit():
    "Centimetres, metres and micrometres of any origin give the same judgement."
    for mixture in (([0.01, 0.99], [171, 171], [0.5, 9.4]), ([0.05, 0.95], [171, 171], [0.5, 9.4])):
        weights, means, sds = map(np.array, mixture)
        judgements = {
            judge(weights, shift + scale * means, scale * sds)
            for scale in (1e-6, 0.01, 1.0, 1e4)
            for shift in (-1e3, 0.0, 1e3)
        }
        assert len(judgements) == 1


def test_a_component_narrower_than_the_rounding_shows_nothing():
    "The sd of rounding to 1 cm is 0.2887 cm; a narrower component cannot be seen."
    mixture = ([0.3, 0.7], [164, 176], [0.28, 8])
    assert judge(*mixture, resolution=1.0) is True
    assert judge(*mixture, resolution=0.9) is False
    assert judge([0.3, 0.7], [164, 176], [0.3, 8], resolution=1.0) is False


def test_where_the_likelihood_knows_of_the_rounding_narrow_is_not_spurious():
    "Half of the data on one step are a group; one value in 200 on a step is chance."
    group = em.Parameters(np.array([0.5, 0.5]), np.array([0.0, 8.0]), np.array([2.0, 1e-6]))
    assert is_spurious(group, 1000, 0.5)
    assert not is_spurious(group, 1000, 0.0, 0.5)
    chance = em.Parameters(np.array([0.995, 0.005]), np.array([0.0, 1.0]), np.array([2.0, 1e-6]))
    assert is_spurious(chance, 1000, 0.0, 0.1)
    both = em.Parameters(*(np.stack(pair) for pair in zip(group, chance, strict=True)))
    assert are_spurious(both, 1000, 0.0, 0.1).tolist() == [False, True]


def test_the_interior_optimum_on_two_near_values_is_set_apart(heights):
    "On seed 1 a spike beats the regular optimum by four log units; the regular one is the answer."
    values = heights(1)
    ordered = np.sort(values)
    closest = ordered[np.diff(ordered).argmin()]
    start = em.Mixture([0.002, 0.998], [closest, values.mean()], [1e-5, values.std()])
    spike = em.fit(values, start=start)
    assert spike.loglik == pytest.approx(-3647.959, abs=5e-4)
    assert spike.mixture.weights.min() == pytest.approx(0.002, abs=5e-7)
    assert spike.mixture.sds.min() == pytest.approx(4e-6, abs=5e-7)
    assert spike.gradient_norm < 1e-6  # a maximum all the same
    assert spike.status is em.Status.COLLAPSED
    answer = em.fit(values)
    assert answer.loglik == pytest.approx(-3652.389, abs=5e-4)
    assert answer.status is em.Status.CONVERGED


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_many_mixtures_are_judged_like_each_by_itself(k, bounded):
    "Spikes, empty components, rounding and sound ones in one batch."
    rng = np.random.default_rng(k)
    weights = rng.dirichlet(np.full(k, 0.3), 400)
    sds = np.exp(rng.normal(-1, 2, (400, k)))
    many = em.Parameters(weights, rng.normal(size=(400, k)), sds)
    found = are_spurious(many, 300.0, 0.05, bounded=bounded)
    alone = [
        is_spurious(em.Parameters(*one), 300.0, 0.05, bounded=bounded)
        for one in zip(*many, strict=True)
    ]
    assert found.tolist() == alone
    assert len(set(alone)) == (1 if k == 1 else 2)
