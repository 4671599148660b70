"""Scores: the best matching, slopes of borders, and two errors as a whole in closed form."""

import itertools

import numpy as np
import pytest
from scipy import stats

import em
from compare.study import HEIGHTS, LOPSIDED, Population
from compare.study.population import _SHAPES
from compare.study.scores import borders, densities, estimands, matching, row, slopes, targets

THREE = Population((0.2, 0.5, 0.3), (0.0, 3.0, 7.0), (1.0, 0.7, 1.5))


def test_the_estimands_are_named_once_each():
    "The second of two weights mirrors the first, and a single group has none."
    assert estimands(1) == ("means[0]", "sds[0]", "density", "misclassified")
    assert estimands(2) == (
        *("weights[0]", "means[0]", "means[1]", "sds[0]", "sds[1]", "borders[0]"),
        *("density", "misclassified"),
    )
    three = estimands(3)
    assert len(set(three)) == len(three) == 13
    assert three[:3] == ("weights[0]", "weights[1]", "weights[2]")
    assert three[9:] == ("borders[0]", "borders[1]", "density", "misclassified")


@pytest.mark.parametrize("population", [Population((1.0,), (3.0,), (2.0,)), HEIGHTS, THREE])
def test_a_row_has_a_number_for_each_name(population):
    "Each in the place of its name, also where an interval has two ends."
    K, p = population.n_components, population.mixture.parameters
    names = estimands(K)
    found = dict(zip(names, targets(population), strict=True))
    for name in names[:-2]:
        kind, k = name[:-1].split("[")
        truth = borders(p) if kind == "borders" else getattr(p, kind)
        assert found[name] == truth[int(k)]
    two = em.Parameters(*(np.stack([value, value + 1], axis=1) for value in p))
    ends = row(two, np.arange(K), np.zeros((K - 1, 2)))
    assert ends.shape == (len(names) - 2, 2)
    assert ends[names.index("means[0]")].tolist() == [p.means[0], p.means[0] + 1]


def test_the_matching_is_the_best_of_all_permutations():
    "By trying them all, for three groups that lie anywhere."
    rng = np.random.default_rng(1)
    moved = 0
    for _ in range(100):
        one, other = (
            em.Parameters(np.full(3, 1 / 3), rng.normal(0, 2, 3), rng.uniform(0.5, 4, 3))
            for _ in range(2)
        )

        def cost(order, one=one, other=other):
            apart = (one.means[list(order)] - other.means) / other.sds
            logs = np.log(one.sds[list(order)] / other.sds)
            return np.sum(apart**2 + logs**2)

        best = min(itertools.permutations(range(3)), key=cost)
        assert matching(one, other).tolist() == list(best)
        moved += best != (0, 1, 2)
    assert moved > 30


def test_matching_undoes_a_swap_and_puts_each_number_with_its_group():
    "Of groups that were told in another order, or whose sds tell them apart."
    truth = THREE.mixture.parameters
    for order in itertools.permutations(range(3)):
        told = em.Parameters(*(value[list(order)] for value in truth))
        places = matching(told, truth)
        assert row(told, places, np.zeros(2))[:9] == pytest.approx(np.concatenate(truth))
    by_sd = em.Parameters(np.array([0.5, 0.5]), np.zeros(2), np.array([1.0, 5.0]))
    turned = em.Parameters(np.array([0.5, 0.5]), np.array([-0.1, 0.1]), np.array([5.0, 1.0]))
    assert matching(turned, by_sd).tolist() == [1, 0]
    collapsed = turned._replace(sds=np.array([5.0, 0.0]))
    assert matching(collapsed, truth.rows(slice(2))).size == 2


def test_a_border_is_where_two_parts_are_equal():
    "And nowhere where one of them is larger at both means."
    p = THREE.mixture.parameters
    for k, x in enumerate(borders(p)):
        parts = p.weights * stats.norm.pdf(x, p.means, p.sds)
        assert parts[k] == pytest.approx(parts[k + 1], rel=1e-10)
        assert p.means[k] < x < p.means[k + 1]
    hidden = em.Parameters(np.array([0.02, 0.98]), np.array([0.0, 1.0]), np.array([3.0, 2.0]))
    assert np.isnan(borders(hidden)).all()
    assert np.isnan(slopes(hidden)[0, :2]).all()


@pytest.mark.parametrize("population", [HEIGHTS, LOPSIDED, THREE])
def test_slopes_of_borders_are_finite_differences(population):
    "In each parameter by itself; the weights need not add up to 1, as ratios alone matter."
    p = population.mixture.parameters
    K = len(p.means)

    def at(flat):
        weights, means, sds = flat.reshape(3, K)
        return borders(em.Parameters(weights / weights.sum(), means, sds))

    flat, step = np.concatenate(p), 1e-5
    found = np.zeros((K - 1, 3 * K))
    for i in range(3 * K):
        away = step * np.eye(3 * K)[i]
        found[:, i] = (at(flat + away) - at(flat - away)) / (2 * step)
    assert slopes(p) == pytest.approx(found, rel=1e-5, abs=1e-6)
    assert slopes(em.Parameters(*np.ones((3, 1)))).shape == (0, 3)


def overlap(one, other):
    "The integral of the product of two normal mixtures: products of normals are normal."
    means = one.means[:, None] - other.means
    sds = np.hypot(one.sds[:, None], other.sds)
    return one.weights @ stats.norm.pdf(means, 0, sds) @ other.weights


def test_the_error_of_a_density_is_the_closed_form_for_normals():
    "The integral of the squared difference of two mixtures."
    estimate = em.Mixture((0.3, 0.7), (163.0, 175.0), (5.0, 9.0))
    parts = Population.of(estimate).parts(HEIGHTS.grid)
    one, other = estimate.parameters, HEIGHTS.mixture.parameters
    exact = overlap(one, one) - 2 * overlap(one, other) + overlap(other, other)
    assert densities(HEIGHTS, parts)[0] == pytest.approx(exact, rel=1e-6)
    same = HEIGHTS.parts(HEIGHTS.grid)
    assert densities(HEIGHTS, same).tolist() == [0.0, targets(HEIGHTS)[-1]]


@pytest.mark.parametrize("shape", ["normal", "skewed", "heavy"])
def test_the_share_misclassified_is_that_of_values_whose_group_is_known(shape):
    "By the best rule, and by a wrong one that does worse."
    population = Population((0.3, 0.7), (0.0, 2.5), (1.0, 1.3), shape)
    rng = np.random.default_rng(2)
    n = 200_000
    labels = (rng.random(n) < 0.7).astype(int)
    values = np.array(population.means)[labels]
    values += np.array(population.sds)[labels] * _SHAPES[shape].draw(rng, n)
    best = targets(population)[-1]
    wrong = population.parts(values).argmax(axis=0) != labels
    assert abs(wrong.mean() - best) < 4 * np.sqrt(best * (1 - best) / n)
    other = Population((0.5, 0.5), (-1.0, 2.0), (1.0, 1.0))
    share = densities(population, other.parts(population.grid))[1]
    wrong = other.parts(values).argmax(axis=0) != labels
    assert abs(wrong.mean() - share) < 4 * np.sqrt(share * (1 - share) / n)
    assert share > best + 0.001


def test_groups_told_in_the_wrong_order_misclassify_what_they_had_right():
    "The error as a whole needs the matching too."
    parts = HEIGHTS.parts(HEIGHTS.grid)
    best = densities(HEIGHTS, parts)[1]
    assert densities(HEIGHTS, parts[::-1])[1] == pytest.approx(1 - best)
