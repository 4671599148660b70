"""Curves from draws agree with the mixtures they come from, and bands hold what they promise."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from compare.figures import curves
from em import Mixture, Sample

X = np.linspace(140, 205, 40)


@pytest.fixture(scope="module")
def some():
    "A few hundred mixtures as draws, and the same ones one by one."
    rng = np.random.default_rng(1)
    weights = rng.dirichlet([4, 6], 301)
    means = np.sort(rng.normal([164, 176], 2, (301, 2)), axis=1)
    sds = rng.uniform(4, 9, (301, 2))
    mixtures = [Mixture(*one) for one in zip(weights, means, sds, strict=True)]
    return curves.Draws(weights, means, sds), mixtures


def test_the_density_band_is_that_of_the_mixtures(some):
    "Ends are quantiles of the draws' densities, the middle is their mean."
    draws, mixtures = some
    band = curves.density_band(X, draws, 0.9)
    each = np.array([mixture.pdf(X) for mixture in mixtures])
    assert band.middle == pytest.approx(each.mean(axis=0), rel=1e-12)
    assert band.lower == pytest.approx(np.quantile(each, 0.05, axis=0), rel=1e-12)
    assert band.upper == pytest.approx(np.quantile(each, 0.95, axis=0), rel=1e-12)


def test_the_membership_bands_are_those_of_the_mixtures(some):
    "One band for each component, from the draws' responsibilities."
    draws, mixtures = some
    bands = curves.membership_bands(X, draws, 0.9)
    each = np.array([mixture.responsibilities(X) for mixture in mixtures])
    for component, band in enumerate(bands):
        assert band.middle == pytest.approx(np.median(each[..., component], axis=0), rel=1e-9)
        assert band.lower == pytest.approx(
            np.quantile(each[..., component], 0.05, axis=0), rel=1e-9
        )


def test_membership_is_a_probability_where_every_density_underflows():
    "A thousand sds out the probabilities still add up to one."
    draws = curves.Draws(*(np.array([v]) for v in ([0.4, 0.6], [0.0, 1.0], [1.0, 2.0])))
    low, high = curves.membership_bands(np.array([-1000.0, 1000.0]), draws, 0.95)
    assert low.middle + high.middle == pytest.approx(1)
    assert high.middle == pytest.approx(1)


def test_thinning_takes_draws_evenly_from_all_chains():
    "The first and the last draw are among them, and no more than asked for."
    number = np.arange(24.0).reshape(4, 6, 1)
    posterior = SimpleNamespace(weights=number, means=number, sds=number, n_components=1)
    assert curves.thin(posterior, 3).means.ravel().tolist() == [0, 12, 23]
    assert curves.thin(posterior, 100).means.size == 24


def test_replicates_are_data_sets_of_that_size_from_the_mixture():
    "Their distribution functions scatter about the mixture's as the binomial says, for any n."
    mixture = Mixture([0.4, 0.6], [164, 176], [6, 8])
    draws = curves.Draws(*(np.tile(value, (4000, 1)) for value in mixture.parameters))
    for n in (50, 10**9):
        drawn = curves.replicates(X, draws, n, np.random.default_rng(0))
        p = mixture.cdf(X)
        se = np.sqrt(p * (1 - p) / n)
        assert np.all(np.abs(drawn.mean(axis=0) - p) < 5 * se / np.sqrt(4000) + 1e-15)
        inner = (p > 0.05) & (p < 0.95)
        assert drawn.std(axis=0)[inner] == pytest.approx(se[inner], rel=0.06)
        assert np.all(np.diff(drawn, axis=1) >= 0)
    few = curves.replicates(X, draws, 50, np.random.default_rng(0)) * 50
    assert few == pytest.approx(few.round(), abs=1e-9)


def test_the_weighted_distribution_function_counts_weights():
    "A weight of two counts twice, and a value counts from itself on."
    sample = Sample([3.0, 1.0, 2.0], [1.0, 2.0, 1.0])
    assert curves.distribution(sample, np.array([0.9, 1.0, 2.5, 3.0])).tolist() == [0, 0.5, 0.75, 1]


@pytest.mark.parametrize("n", [5, 1000, 200_000])
def test_a_histogram_holds_all_data_in_view(n):
    "Density times width adds up to one, and the bins reach both ends."
    sample = Sample(np.random.default_rng(0).normal(170, 9, n))
    density, edges = curves.histogram(sample, (sample.values.min(), sample.values.max()), 9.0)
    assert np.sum(density * np.diff(edges)) == pytest.approx(1)
    assert 5 <= density.size <= 101


def test_bins_of_rounded_data_hold_equally_many_possible_values():
    "Else a histogram of whole centimetres has gaps or teeth."
    sample = Sample(np.round(np.random.default_rng(0).normal(170, 9, 1000)))
    ends = float(sample.values.min()), float(sample.values.max())
    _, edges = curves.histogram(sample, ends, 9.0)
    possible = np.arange(edges[0] + 0.5, edges[-1])
    held, _ = np.histogram(possible, edges)
    assert len(set(held)) == 1
    assert (edges % 1).tolist() == [0.5] * edges.size


def test_narrow_groups_far_apart_are_not_hidden_in_wide_bins():
    "The rule for the width looks at all data; the groups' own width bounds it."
    rng = np.random.default_rng(0)
    sample = Sample(np.concatenate([rng.normal(0, 1, 300), rng.normal(40, 1, 300)]))
    _, edges = curves.histogram(sample, (-4.0, 44.0), 0.8)
    assert np.diff(edges).max() <= 0.8 + 1e-9


def test_the_view_leaves_out_an_outlier_but_not_a_small_group():
    "One value in five hundred may go, a group of one in fifty stays."
    rng = np.random.default_rng(0)
    bulk = rng.normal(0, 1, 980)
    assert curves.view(Sample(np.append(bulk, 1e6)))[1] < 10
    assert curves.view(Sample(np.append(bulk, rng.normal(50, 1, 20))))[1] > 50
    assert curves.view(Sample([1.0, 2.0, 9.0])) == (1.0, 9.0)


def test_kernel_estimates_are_densities_in_any_unit():
    "The area is one, or the share of the draws that is asked for."
    draws = np.random.default_rng(0).normal(3, 1, 4000)
    for unit in (1e-9, 1.0, 1e9):
        grid, density = curves.kde(unit * draws)
        assert np.trapezoid(density, grid) == pytest.approx(1, abs=0.02)
    grid, density = curves.kde(draws, (3.0, 99.0))
    assert np.trapezoid(density, grid) == pytest.approx(0.5, abs=0.03)
    assert curves.kde(np.ones(100))[0].size == 0


def test_regions_hold_their_shares():
    "A point of the posterior lies inside the 50% region with probability one half."
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, 8000)
    y = 1e6 * (0.9 * x + rng.normal(0, 0.4, 8000))
    across, up, density, heights = curves.regions(x, y, (0.95, 0.5))
    column = np.clip(np.searchsorted(across, x), 0, 63)
    row = np.clip(np.searchsorted(up, y), 0, 63)
    inside = [float(np.mean(density[column, row] > height)) for height in heights]
    assert inside == pytest.approx([0.95, 0.5], abs=0.04)


def test_the_rank_band_holds_all_chains_as_often_as_it_says():
    "Among chains that agree, simulated with other means, all stay inside in 90 of 100 cases."
    chains, draws, level = 4, 60, 0.9
    at = np.arange(1, draws) / draws
    band = curves.rank_band(at, chains, draws, level, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(1500):
        ranks = stats.rankdata(rng.normal(size=(chains, draws))).reshape(chains, draws)
        share = ranks / (chains * draws)
        excess = (share[:, :, None] <= at).mean(axis=1) - at
        inside += bool(np.all(np.abs(excess) <= band))
    # Seen at fewer points than it was made for, a band can only hold more often.
    assert level - 0.02 < inside / 1500 < level + 0.05
