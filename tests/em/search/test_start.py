"""Starting mixtures: valid, varied and seeded; the coarse copy keeps the moments of the data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import em
from em.search.start import coarse, starts

SEEDS = st.integers(0, 2**32 - 1)


def standard(values, weights=None):
    sample = em.Sample(values, weights).collapse()
    return (sample.values - sample.mean) / sample.sd, sample.weights


@given(SEEDS, st.integers(1, 5), st.integers(1, 13), st.integers(0, 30), st.booleans())
def test_every_start_is_a_mixture(seed, k, n_starts, extra, heavy):
    "Positive weights with sum one, finite means inside the data, positive sds."
    rng = np.random.default_rng(seed)
    n = max(k, 2) + extra
    masses = rng.uniform(0.01, 1, n)
    if heavy:
        masses[rng.integers(n)] = 1e6  # nearly all the data on one value
    x, weights = standard(rng.standard_cauchy(n), masses)
    first = starts(x, weights, k, n_starts, np.random.default_rng(seed))
    assert first.means.shape == first.sds.shape == first.weights.shape
    assert first.means.shape == (n_starts if k > 1 else 1, k)
    assert first.weights.min() > 0
    assert first.weights.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert first.sds.min() > 0
    assert first.means.min() >= x[0] - 1e-9
    assert first.means.max() <= x[-1] + 1e-9


def test_one_component_needs_one_start():
    "The standard normal, which is the answer in standardised units."
    first = starts(*standard([1.0, 2.0, 4.0]), 1, 10, np.random.default_rng(0))
    assert [value.tolist() for value in first] == [[[1.0]], [[0.0]], [[1.0]]]


def test_starts_are_seeded_and_differ_from_one_another(heights):
    "The same seed gives the same starts, another one others; only the first needs no luck."
    x, weights = standard(heights())
    one, same, other = (starts(x, weights, 3, 12, np.random.default_rng(s)) for s in (1, 1, 2))
    for a, b, c in zip(one, same, other, strict=True):
        assert a.tolist() == b.tolist()
        assert a[0].tolist() == c[0].tolist()
    assert not np.isclose(one.means[1:], other.means[1:]).all(axis=1).any()
    assert np.unique(one.means.round(12), axis=0).shape[0] == 12


def test_the_first_start_cuts_at_equal_shares():
    "Means of the lower and the upper half of the data."
    x, weights = standard(np.arange(10.0))
    first = starts(x, weights, 2, 1, np.random.default_rng(0))
    assert first.weights[0] == pytest.approx([0.5, 0.5], rel=1e-12)
    assert first.means[0] == pytest.approx([x[:5].mean(), x[5:].mean()], rel=1e-12)


@given(SEEDS, st.integers(1, 400), st.integers(1, 64), st.booleans())
def test_the_coarse_copy_keeps_four_moments(seed, n, bins, tied):
    "Total weight, mean, mean square and mean cube are the data's, on at most two points a bin."
    rng = np.random.default_rng(seed)
    values = rng.standard_t(4, n)
    x, weights = (np.unique(values.round(1)) if tied else np.sort(values)), None
    weights = rng.integers(1, 5, x.size).astype(float)
    points, masses = coarse(x, weights, bins)
    halvings = 1 + max(int(np.log2(x.size / bins)), 0)
    assert points.size <= 2 * (bins + 2 * halvings)
    assert (np.diff(points) >= 0).all()
    assert masses.min() > 0
    assert points[0] >= x[0] - 1e-9
    assert points[-1] <= x[-1] + 1e-9
    for power in range(4):
        size = weights @ np.abs(x) ** power
        assert masses @ points**power == pytest.approx(weights @ x**power, abs=1e-10 * size)


def test_the_coarse_copy_keeps_what_lies_far_out():
    "Three values far above a thousand others stay points of their own, on either side alike."
    x = np.concatenate([np.linspace(-1, 1, 1000), [20.0, 25.0, 31.0]])
    points, masses = coarse(x, np.ones(x.size), 64)
    assert points[-2:].tolist() == [25.0, 31.0]
    assert masses[-2:].tolist() == [1.0, 1.0]
    mirrored, _ = coarse(-x[::-1], np.ones(x.size), 64)
    assert mirrored[:2].tolist() == [-31.0, -25.0]


def test_the_coarse_copy_of_few_values_is_the_data():
    "With a bin for each value nothing is lost."
    x, weights = np.array([-1.0, 0.5, 2.0]), np.array([2.0, 1.0, 4.0])
    points, masses = coarse(x, weights, 100)
    assert points.tolist() == x.tolist()
    assert masses.tolist() == weights.tolist()
