"""What a component can be: a group, a point, or a clump such as chance leaves; in any unit."""

import numpy as np
import pytest

import em
from em.likelihood.mixture import standardised
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.search.groups import Verdict, heaviest, smallest_sd, verdict, verdicts

GROUPS, POINT, CHANCE = Verdict.GROUPS, Verdict.POINT, Verdict.CHANCE


def spread(n=1000.0, resolution=0.0, rounding=0.0, heaps=()):
    """So many values that lie so close together that none of them weighs anything."""
    x = np.linspace(-1e3, 1e3, 20001)
    values, counts = (
        (np.array(part, dtype=float) for part in zip(*heaps, strict=True))
        if heaps
        else (np.zeros(0), np.zeros(0))
    )
    return Observed(x, np.full(x.size, n / x.size), rounding, resolution, (values, counts), True)


def judge(weights, means, sds, bounded=False, **data):
    values = (np.array(value, dtype=float) for value in (weights, means, sds))
    return verdict(Parameters(*values), spread(**data), bounded=bounded)


@pytest.mark.parametrize(
    ("mixture", "found"),
    [
        (([1.0], [0.0], [1.0]), GROUPS),
        (([0.4, 0.6], [164, 176], [6, 8]), GROUPS),
        (([0.002, 0.998], [170.0, 171.0], [1e-5, 9.4]), CHANCE),  # two nearly equal values
        (([0.001, 0.999], [200.0, 171.0], [1.0, 9.0]), CHANCE),  # one value
        (([0.3, 0.7], [170.0, 171.0], [0.01, 9.4]), GROUPS),  # three hundred values
        (([0.05, 0.95], [171.0, 171.0], [0.5, 9.4]), GROUPS),  # fifty where eight are expected
        (([0.01, 0.99], [171.0, 171.0], [0.5, 9.4]), CHANCE),  # ten where eight are expected
        (([0.01, 0.99], [300.0, 171.0], [0.5, 9.4]), GROUPS),  # ten where none is expected
        (([0.5, 0.5], [171.0, 171.0], [2.0, 9.4]), GROUPS),  # one scale within another
    ],
    ids=str,
)
def test_a_clump_counts_if_chance_does_not_make_it(mixture, found):
    "Few values close together among many are chance, many or far away ones are a group."
    assert judge(*mixture) is found


def test_the_rule_does_not_depend_on_the_unit():
    "Centimetres, metres and micrometres of any origin give the same judgement and the same grid."
    rng = np.random.default_rng(0)
    values = np.round(np.r_[rng.normal(160, 5, 200), np.full(30, 172.0), rng.normal(175, 6, 300)])
    mixture = em.Mixture([0.06, 0.94], [172, 168], [0.1, 9])
    for scale in (1e-6, 0.01, 1.0, 1e4):
        for shift in (-1e3, 0.0, 1e3):
            sample = em.Sample(scale * (values + shift))
            assert sample.resolution == pytest.approx(scale, rel=1e-6)
            moved = em.Mixture(
                mixture.weights, scale * (mixture.means + shift), scale * mixture.sds
            )
            at = standardised(moved, sample.mean, sample.sd)
            one = Parameters(*(value[0] for value in at))
            assert verdict(one, Observed.of(sample)) is POINT


def test_data_on_a_grid_carry_no_density_above_one_over_its_step():
    "A normal of sd h / sqrt(2 pi) has a density of 1/h at its mean; a narrower one is a point."
    assert smallest_sd(1.0) == pytest.approx(1 / np.sqrt(2 * np.pi))
    mixture = ([0.3, 0.7], [164, 176], [0.39, 8])
    assert judge(*mixture, resolution=1.0) is POINT
    assert judge(*mixture, resolution=1.0, bounded=True) is POINT
    assert judge(*mixture, resolution=0.95) is GROUPS


def test_half_of_the_expected_count_on_one_value_makes_a_point():
    "By hand: a component of 40 values of which 19 or 20 are one value, the others away from it."
    rest = np.linspace(100, 200, 961)
    for heap, found in ((19, GROUPS), (20, POINT)):
        near = 50.0 + np.r_[-np.arange(1, 11), np.arange(1, 10 + (20 - heap))] / 10
        x = np.r_[50.0, near, rest]
        weights = np.r_[float(heap), np.ones(x.size - 1)]
        order = np.argsort(x)
        data = Observed(x[order], weights[order])
        count = heap + near.size
        at = Parameters(
            np.array([count, rest.size]) / (count + rest.size),
            np.array([50.0, 150.0]),
            np.array([0.6, 29.0]),
        )
        share, value = heaviest(at, data)
        assert share[0] == pytest.approx(heap / count, abs=1e-3)
        assert value[0] == 50.0
        assert verdict(at, data) is found


def test_nodes_are_judged_by_the_heaps_of_the_values_they_stand_for():
    "Three hundred of ten thousand values on one: a point, though no node shows it."
    mixture = ([0.035, 0.965], [0.0, 0.0], [1.0, 200.0])
    assert judge(*mixture, n=10_000.0) is GROUPS
    assert judge(*mixture, n=10_000.0, heaps=[(0.0, 300.0)]) is POINT
    assert judge(*mixture, n=10_000.0, heaps=[(0.0, 60.0)]) is GROUPS


def test_where_the_likelihood_knows_of_the_rounding_a_group_may_lie_within_a_step():
    "Two groups of ratings are groups; a heap within one fine step is a point."
    ratings = Observed(np.arange(6.0), np.array([30.0, 120, 30, 60, 240, 60]), 1.0)
    at = Parameters(np.array([0.33, 0.67]), np.array([1.0, 4.0]), np.array([0.5, 0.5]))
    assert heaviest(at, ratings)[0].min() > 0.5
    assert verdict(at, ratings) is GROUPS
    rng = np.random.default_rng(0)
    values = np.round(np.r_[rng.normal(0, 9, 480), np.full(21, -11.0)], 1)
    sample = em.Sample(values, rounding=0.1)
    on_heap = em.Mixture([0.04, 0.96], [-11.0, 0.0], [0.03, 9.0])
    one = standardised(on_heap, sample.mean, sample.sd)
    data = Observed.of(sample.collapse())
    assert verdict(Parameters(*(value[0] for value in one)), data) is POINT


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
    assert spike.status is em.Status.COLLAPSED  # half of it lies on either value
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
    data = Observed(rng.normal(size=300), np.ones(300), 0.0, 0.05)
    found = verdicts(many, data, bounded=bounded)
    alone = [verdict(em.Parameters(*one), data, bounded=bounded) for one in zip(*many, strict=True)]
    assert found == alone
    assert len(set(alone)) == (1 if k == 1 else 2 if bounded else 3)
