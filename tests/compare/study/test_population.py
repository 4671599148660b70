"""Populations: values have the density that is written down, and the target is the closest."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

import em
from compare.study import HEIGHTS, LOPSIDED, Population, apart

SHAPES = ("normal", "skewed", "heavy")
THREE = Population((0.2, 0.5, 0.3), (0.0, 3.0, 7.0), (1.0, 0.7, 1.5))


def density(population):
    "By SciPy's own distributions."
    skew = stats.skewnorm(4.0)
    standard = {
        "normal": stats.norm(),
        "skewed": stats.skewnorm(4.0, loc=-skew.mean() / skew.std(), scale=1 / skew.std()),
        "heavy": stats.t(5, scale=np.sqrt(3 / 5)),
    }[population.shape]
    groups = list(zip(population.weights, population.means, population.sds, strict=True))
    return (
        lambda x: sum(w * standard.pdf((x - m) / s) / s for w, m, s in groups),
        lambda x: sum(w * standard.cdf((x - m) / s) for w, m, s in groups),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_values_are_drawn_from_the_density_of_the_parts(shape):
    "Kolmogorov-Smirnov against the integral of the parts, and this against SciPy."
    population = Population((0.3, 0.7), (0.0, 3.0), (1.0, 1.5), shape)
    values = population.sample(20_000, np.random.default_rng(1))
    x = population.grid
    parts = population.parts(x).sum(axis=0)
    pdf, cdf = density(population)
    assert parts == pytest.approx(pdf(x), rel=1e-9, abs=1e-14)
    steps = 0.5 * (parts[1:] + parts[:-1]) * np.diff(x)
    summed = np.append(0.0, np.cumsum(steps))
    # SciPy's own skew-normal is slow.
    assert summed[::40] == pytest.approx(cdf(x[::40]), abs=1e-4)
    assert stats.kstest(values, lambda v: np.interp(v, x, summed)).pvalue > 0.01


@pytest.mark.parametrize("shape", SHAPES)
def test_each_group_has_the_mean_and_the_sd_that_it_is_said_to_have(shape):
    "Whatever its shape; and the whole has the moments of the normal mixture."
    one = Population((1.0,), (5.0,), (2.0,), shape)
    x = np.linspace(-2000, 2000, 2_000_001)
    pdf = density(one)[0](x)
    mean = np.trapezoid(x * pdf, x)
    assert mean == pytest.approx(5.0, abs=1e-6)
    assert np.sqrt(np.trapezoid((x - mean) ** 2 * pdf, x)) == pytest.approx(2.0, rel=1e-6)
    population = replace(HEIGHTS, shape=shape)
    assert population.moments == pytest.approx((HEIGHTS.mixture.mean, HEIGHTS.mixture.sd))
    values = population.sample(100_000, np.random.default_rng(2))
    assert abs(values.mean() - population.moments[0]) < 4 * values.std() / np.sqrt(values.size)
    assert values.std() == pytest.approx(population.moments[1], rel=0.02)


def test_rounded_values_are_those_of_the_same_stream_on_a_lattice():
    "Nothing else is drawn; the target is what there was before."
    rounded = replace(HEIGHTS, step=2.54)
    fine, coarse = (one.sample(500, np.random.default_rng(3)) for one in (HEIGHTS, rounded))
    assert np.abs(fine - coarse).max() <= 1.27 + 1e-12
    assert coarse / 2.54 == pytest.approx(np.round(coarse / 2.54), abs=1e-9)
    assert np.unique(coarse).size < 30
    assert rounded.target == HEIGHTS.mixture
    assert (HEIGHTS.is_model, rounded.is_model, replace(HEIGHTS, shape="heavy").is_model) == (
        True, False, False,
    )  # fmt: skip


@pytest.mark.parametrize("shape", ["skewed", "heavy"])
def test_the_target_is_where_the_expected_log_likelihood_is_highest(shape):
    "Whichever parameter is moved, and by a climb of another kind from there."
    population = Population((0.4, 0.6), (0.0, 3.0), (1.0, 1.3), shape)
    x = np.linspace(-200, 200, 200_001)
    weights = density(population)[0](x) * (x[1] - x[0])

    def expected(flat):
        share, *others = flat
        m, s = np.array(others).reshape(2, 2)
        logs = np.log([share, 1 - share])[:, None] + stats.norm.logpdf(x, m[:, None], s[:, None])
        return weights @ np.logaddexp(*logs)

    target = population.target.parameters
    flat = np.concatenate([target.weights[:1], target.means, target.sds])
    top = expected(flat)
    assert top > expected([0.4, 0.0, 3.0, 1.0, 1.3]) + 1e-4
    for i in range(5):
        for step in (-0.003, 0.003):
            assert expected(flat + step * np.eye(5)[i]) < top
    assert np.abs(optimize.approx_fprime(flat, expected, 1e-6)).max() < 1e-4


def test_one_group_of_any_shape_is_closest_to_the_normal_with_its_moments():
    "The target of a single group is known: its mean and its sd."
    for shape in SHAPES:
        target = Population((1.0,), (2.0,), (3.0,), shape).target
        assert [target.means[0], target.sds[0]] == pytest.approx([2.0, 3.0], rel=2e-4)


@pytest.mark.parametrize("population", [HEIGHTS, LOPSIDED])
def test_expected_standard_errors_are_those_of_the_expected_information(population):
    "The information by finite differences of the log-density, integrated; SciPy alone."
    p = population.mixture.parameters
    flat = np.concatenate([p.weights[:1], p.means, p.sds])
    x = np.linspace(p.means.min() - 60, p.means.max() + 60, 40_001)

    def log_density(at):
        m, s = at[1:3, None], at[3:, None]
        logs = np.log([at[0], 1 - at[0]])[:, None] + stats.norm.logpdf(x, m, s)
        return np.logaddexp(*logs)

    step = 1e-4 * np.eye(5)
    scores = np.array([(log_density(flat + d) - log_density(flat - d)) / 2e-4 for d in step])
    information = (scores * np.exp(log_density(flat))) @ scores.T * (x[1] - x[0])
    exact = np.sqrt(np.diag(np.linalg.inv(information)) / 500)
    fit = population.fit_of(500)
    assert np.concatenate(fit.mixture.parameters) == pytest.approx(np.concatenate(p), rel=1e-6)
    se = fit.standard_errors()
    found = np.concatenate([se.weights[:1], se.means, se.sds])
    assert found == pytest.approx(exact, rel=1e-4)
    quarter = population.fit_of(2000).standard_errors()
    assert np.concatenate(quarter) == pytest.approx(np.concatenate(se) / 2, rel=1e-6)


@pytest.mark.parametrize("population", [HEIGHTS, LOPSIDED, THREE, replace(HEIGHTS, shape="heavy")])
def test_groups_are_moved_apart_and_nothing_else_about_them_changes(population):
    "Weights, sds, shape and overall mean stay; neighbours are as far apart as is asked for."
    for separation in (0.5, 2.5, 4.0):
        moved = apart(population, separation)
        assert np.mean(em.ashman(moved.mixture)) == pytest.approx(separation)
        assert moved.separation == pytest.approx(separation)
        assert moved.weights == population.weights
        assert moved.sds == population.sds
        assert moved.shape == population.shape
        assert moved.moments[0] == pytest.approx(population.moments[0])
    gap = np.diff(population.means) / population.separation
    assert np.diff(moved.means) / moved.separation == pytest.approx(gap)
    assert np.isnan(Population((1.0,), (0.0,), (1.0,)).separation)


def test_groups_are_kept_in_order_of_mean_and_odd_ones_are_refused():
    "Shapes by another name and steps below zero."
    turned = Population((0.6, 0.4), (176.0, 164.0), (8.0, 6.0))
    assert turned == HEIGHTS
    assert Population.of(HEIGHTS.mixture) == HEIGHTS
    with pytest.raises(ValueError, match="expected shape to be one of"):
        Population((1.0,), (0.0,), (1.0,), "square")
    for step in (-1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="expected a step of 0 or more"):
            Population((1.0,), (0.0,), (1.0,), step=step)
