"""A few hundred nodes say what all of the data say, and how far they may be wrong is known."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import em
from em.data.cells import two_points
from em.data.squash import squash
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import sweep
from em.likelihood.observed import Observed
from em.likelihood.quadrature import quadrature_bound

SEEDS = st.integers(0, 2**32 - 1)
HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
EPS = np.finfo(float).eps

# Mixtures to evaluate on draws from HEIGHTS: the truth, others near it, and one that is far off.
MIXTURES = [
    HEIGHTS,
    em.Mixture([0.3, 0.7], [166, 174], [9, 9]),
    em.Mixture([0.2, 0.3, 0.5], [158, 168, 178], [6, 5, 7]),
    em.Mixture([0.1, 0.2, 0.3, 0.4], [150, 165, 170, 185], [8, 5, 10, 6]),
]


def with_spike(share, sd, n, seed=3):
    rng = np.random.default_rng(seed)
    inside = round(n * share)
    return np.concatenate([HEIGHTS.sample(n - inside, rng=rng)[0], rng.normal(171.3, sd, inside)])


def hard(name):
    """Data that equal bins would get wrong, with mixtures that suit them more or less."""
    rng = np.random.default_rng(5)
    plain = HEIGHTS.sample(20_000, rng=rng)[0]
    moved = em.Mixture([0.4, 0.6], [164 + 1e8, 176 + 1e8], [6, 8])
    wide = em.Mixture([0.7, 0.25, 0.05], [0, 0, 0], [1, 10, 1e4])
    return {
        "plain": (plain, MIXTURES),
        "outlier": (
            np.append(plain, 1e4),
            [*MIXTURES, em.Mixture([0.4, 0.59999, 0.00001], [164, 176, 1e4], [6, 8, 5])],
        ),
        "cauchy": (rng.standard_cauchy(20_000), [wide, em.Mixture([0.9, 0.1], [0, 0], [1, 50])]),
        "far from zero": (plain + 1e8, [moved]),
        "tiny unit": (plain * 1e-12, [em.Mixture([0.4, 0.6], [164e-12, 176e-12], [6e-12, 8e-12])]),
        "ties": (plain.round(), MIXTURES),
        "fine ties": (plain.round(1), MIXTURES),
        "spike": (
            with_spike(0.1, 1e-5, 20_000),
            [*MIXTURES, em.Mixture([0.36, 0.1, 0.54], [164, 171.3, 176], [6, 1e-5, 8])],
        ),
        "mostly one value": (
            np.concatenate([np.full(18_000, 165.0), plain[:2000]]),
            [*MIXTURES, em.Mixture([0.9, 0.1], [165, 171], [0.01, 9])],
        ),
        "heavy at the top": (np.minimum(plain, 172.0), MIXTURES),
        "heavy at the bottom": (np.maximum(plain, 172.0), MIXTURES),
        "one value and outliers": (
            np.concatenate([np.full(9000, 165.0), plain[:1000], [-1e9, 1e9]]),
            [em.Mixture([0.5, 0.5], [165, 165], [9, 1e8])],
        ),
        "periodic": (
            # Every fourth value is of the same group, and every fourth is what a stride may see.
            (np.array([0.0, 3.0, 9.0, 90.0]) + rng.normal(size=(5000, 4))).ravel(),
            [em.Mixture([0.5, 0.25, 0.25], [1.5, 9, 90], [2, 1, 1])],
        ),
        "uniform": (rng.uniform(size=20_000), [em.Mixture([0.5, 0.5], [0.3, 0.7], [0.2, 0.2])]),
        "exponential": (rng.exponential(size=20_000), [em.Mixture([0.7, 0.3], [0.5, 2], [0.5, 2])]),
        "sorted": (np.sort(plain)[::-1], MIXTURES),
    }[name]


HARD = [
    "plain",
    "outlier",
    "cauchy",
    "far from zero",
    "tiny unit",
    "ties",
    "fine ties",
    "spike",
    "mostly one value",
    "heavy at the top",
    "heavy at the bottom",
    "one value and outliers",
    "periodic",
    "uniform",
    "exponential",
    "sorted",
]


def loglik(mixture, sample):
    return math.fsum((mixture.logpdf(sample.values) * sample.weights).tolist())


def rounding(mixture, sample):
    """How far two sums of log-densities may differ because numbers have 53 bits.

    Each term has a relative error, and each node stands a little beside its exact place.
    """
    size = np.abs(mixture.logpdf(sample.values))
    slope = (np.abs(sample.values[:, None] - mixture.means) / mixture.sds**2).max(axis=1)
    place = np.abs(sample.values).max()
    return 8 * EPS * float(sample.weights @ (size + 1.0 + slope * place))


def error(mixture, sample, nodes):
    return abs(loglik(mixture, nodes) - loglik(mixture, sample))


def lies_within(nodes, sample):
    """Whether the nodes are inside the range of the data, but for the last digit."""
    low, high = sample.values.min(), sample.values.max()
    digit = 2 * EPS * max(abs(low), abs(high))
    return nodes.values[0] >= low - digit and nodes.values[-1] <= high + digit


# ---- what the nodes keep ----


@pytest.mark.parametrize("finer", [1, 4])
@pytest.mark.parametrize("name", HARD)
def test_nodes_lie_within_the_data_and_keep_their_moments(name, finer):
    "Increasing, positive weights, the same number, mean, sd, third moment and resolution."
    sample = em.Sample(hard(name)[0])
    nodes = sample.squash(finer)
    assert len(nodes) <= np.unique(sample.values).size
    assert (np.diff(nodes.values) >= 0).all()
    assert nodes.weights.min() > 0
    assert nodes.weights.sum() == pytest.approx(len(sample), rel=1e-12)
    assert lies_within(nodes, sample)
    assert nodes.n == len(sample)
    assert nodes.resolution == sample.resolution
    digits = 4 * EPS * np.abs(sample.values).max() / sample.sd  # of a place, in sds
    assert nodes.mean == pytest.approx(sample.mean, abs=(1e-12 + digits) * sample.sd)
    assert nodes.sd == pytest.approx(sample.sd, rel=1e-10 + digits)
    for power in (1, 2, 3):
        full = (sample.values - sample.mean) / sample.sd
        few = (nodes.values - sample.mean) / sample.sd
        size = math.fsum(np.abs(full) ** power)
        difference = math.fsum(nodes.weights * few**power) - math.fsum(full**power)
        assert abs(difference) < (1e-11 + 4 * digits) * size


def test_twelve_moments_are_kept_in_every_bin():
    "A rule of six points is exact to degree 11, so it is over all bins together."
    sample = em.Sample(HEIGHTS.sample(3000, rng=0)[0])
    nodes = sample.squash()
    assert len(nodes) < 400
    full, few = ((each.values - 170) / 40 for each in (sample, nodes))
    for power in range(12):
        size = math.fsum(np.abs(full) ** power)
        assert nodes.weights @ few**power == pytest.approx(math.fsum(full**power), abs=1e-12 * size)


def test_two_points_of_two_values_are_these_values():
    "Mean, variance and third moment of three zeros and a one lead back to zero and one."
    left, right, share = two_points(np.array([0.25]), np.array([0.1875]), np.array([0.09375]))
    assert left == pytest.approx([0.0], abs=1e-15)
    assert right == pytest.approx([1.0])
    assert share == pytest.approx([0.25])


@given(SEEDS, st.integers(1, 60), st.sampled_from([1, 2, 7]))
@settings(max_examples=100)
def test_few_values_are_kept_as_they_are_or_stand_for_themselves(seed, n, decimals):
    "However few the values are, and with any weights, nothing of the first moments is lost."
    rng = np.random.default_rng(seed)
    sample = em.Sample(rng.normal(size=n).round(decimals), rng.uniform(0.1, 9, n))
    nodes = sample.squash()
    assert len(nodes) <= n
    for power in range(4):
        size = sample.weights @ np.abs(sample.values) ** power
        kept = nodes.weights @ nodes.values**power
        assert kept == pytest.approx(sample.weights @ sample.values**power, abs=1e-12 * size)


@pytest.mark.parametrize("n", [10_000, 200_000])
def test_a_few_hundred_nodes_are_enough_for_any_number_of_values(n):
    "Two groups of heights."
    assert 150 < len(em.Sample(HEIGHTS.sample(n, rng=1)[0]).squash()) < 400


@pytest.mark.parametrize(
    ("values", "nodes"),
    [
        (np.full(10_000, 7.5), [7.5]),
        (np.repeat([1.0, 1e6], 5000), [1.0, 1e6]),
        (np.repeat([1.0, np.nextafter(1.0, 2)], [9000, 1000]), [1.0, np.nextafter(1.0, 2)]),
        (np.repeat([-1e150, 0.0, 1e150], 3000), [-1e150, 0.0, 1e150]),
    ],
    ids=["one value", "two values", "neighbouring doubles", "the largest"],
)
def test_a_handful_of_distinct_values_is_kept_as_it_is(values, nodes):
    "Nothing is moved where nothing is gained."
    squashed = squash(np.random.default_rng(0).permutation(values), None)
    assert squashed.values.tolist() == nodes
    assert squashed.weights.tolist() == np.unique(values, return_counts=True)[1].tolist()


def test_a_squashed_sample_is_not_squashed_again():
    "Asked again, it returns itself; and the sample remembers its nodes."
    sample = em.Sample(HEIGHTS.sample(5000, rng=2)[0])
    nodes = sample.squash()
    assert nodes.squash() is nodes
    assert nodes.squash(4) is nodes
    assert sample.squash() is nodes
    assert sample.bins is None
    assert nodes.bins is not None


def test_finer_bins_are_more_and_better():
    "Four times as many lower the bound a hundredfold."
    sample = em.Sample(HEIGHTS.sample(50_000, rng=3)[0])
    sharp = em.Mixture([0.05, 0.95], [164, 172], [1.5, 9])
    coarse, fine = sample.squash(), sample.squash(4)
    assert len(fine) > 2 * len(coarse)
    bounds = [quadrature_bound(nodes.bins, sharp.parameters) for nodes in (coarse, fine)]
    assert bounds[1] < 1e-2 * bounds[0]
    assert error(sharp, sample, fine) <= bounds[1] + rounding(sharp, sample)


@pytest.mark.parametrize("finer", [0, -1])
def test_bins_cannot_be_coarser_than_usual(finer):
    "The message says what is expected."
    with pytest.raises(ValueError, match=f"expected finer of 1 or more, got {finer}"):
        em.Sample([1.0, 2.0, 3.0]).squash(finer)


@pytest.mark.parametrize("finer", [1.5, "4", True, None])
def test_bins_are_refined_a_whole_number_of_times(finer):
    "The error names what came."
    with pytest.raises(TypeError, match=f"finer to be a whole number, got {finer!r}"):
        em.Sample([1.0, 2.0, 3.0]).squash(finer)


# ---- weights ----


@pytest.mark.parametrize("n", [3000, 30_000])
def test_counts_say_what_repeated_values_say(n):
    "Log-likelihood, score and information of the nodes are the same; the totals too."
    values = HEIGHTS.sample(n, rng=4)[0]
    counts = np.random.default_rng(4).integers(1, 4, n)
    weighted, repeated = em.Sample(values, counts), em.Sample(np.repeat(values, counts))
    one, other = weighted.squash(), repeated.squash()
    assert one.n == other.n == counts.sum()
    assert one.weights.sum() == pytest.approx(counts.sum(), rel=1e-12)
    for a, b in zip(*(passed(HEIGHTS, nodes) for nodes in (one, other)), strict=True):
        assert a == pytest.approx(b, rel=1e-8, abs=1e-7 * np.sqrt(n))


def test_values_without_weight_leave_no_trace():
    "Not even an outlier does."
    values = HEIGHTS.sample(9000, rng=5)[0]
    weights = np.ones(9001)
    weights[-1] = 0
    nodes = em.Sample(np.append(values, 1e9), weights).squash()
    same = em.Sample(values).squash()
    assert nodes.values[-1] <= values.max()
    assert loglik(HEIGHTS, nodes) == pytest.approx(loglik(HEIGHTS, same), rel=1e-11)


def test_weights_scale_through():
    "Ten times the weights on the same nodes."
    values = HEIGHTS.sample(9000, rng=6)[0]
    weights = np.random.default_rng(6).uniform(0, 2, 9000)
    one, ten = (em.Sample(values, factor * weights).squash() for factor in (1, 10))
    assert ten.values == pytest.approx(one.values, rel=1e-9)
    assert ten.weights == pytest.approx(10 * one.weights, rel=1e-6)


# ---- sums over nodes are sums over the data ----


def passed(mixture, sample):
    """Log-likelihood, score and information, in units of the heights' sd."""
    at = em.Parameters(
        mixture.weights[None], (mixture.means[None] - 171) / 9.3, mixture.sds[None] / 9.3
    )
    found = sweep(
        Observed((sample.values - 171) / 9.3, sample.weights), at, Coordinates(at.means.size)
    )
    return found.loglik[0], found.score[0], found.information[0]


@pytest.mark.parametrize("n", [1000, 2500, 20_000, 200_000])
@pytest.mark.parametrize("mixture", MIXTURES, ids=lambda mixture: f"K={mixture.n_components}")
def test_log_likelihood_score_and_information_are_those_of_the_data(mixture, n):
    "On heights, with mixtures that fit them and with one that does not."
    sample = em.Sample(HEIGHTS.sample(n, rng=n)[0])
    full, few = passed(mixture, sample), passed(mixture, sample.squash())
    assert few[0] == pytest.approx(full[0], rel=1e-9)
    # The score has a standard deviation of about the root of the information, sqrt(n).
    assert few[1] == pytest.approx(full[1], abs=2e-5 * np.sqrt(n))
    assert few[2] == pytest.approx(full[2], abs=2e-5 * np.sqrt(n) * np.abs(full[2]).max() / n)


@pytest.mark.parametrize("name", HARD)
def test_the_error_is_below_its_bound_on_hard_data(name):
    "Outliers, heavy tails, offsets, ties, spikes, one value over and over."
    values, mixtures = hard(name)
    sample = em.Sample(values)
    nodes = sample.squash()
    for mixture in mixtures:
        bound = quadrature_bound(nodes.bins, mixture.parameters)
        assert error(mixture, sample, nodes) <= bound + rounding(mixture, sample)


def test_the_bound_is_of_use():
    "On heights it is small against a unit of log-likelihood, at the truth and near it."
    for n in (5000, 200_000):
        nodes = em.Sample(HEIGHTS.sample(n, rng=7)[0]).squash()
        for mixture in MIXTURES[:2]:
            assert quadrature_bound(nodes.bins, mixture.parameters) < 1e-10 * n


def mixtures(seed):
    """A sample of any shape, and mixtures that suit it well or not at all."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.choice([700, 1500, 6000])), int(rng.integers(2, 6))
    near = em.Mixture(
        0.999 * rng.dirichlet(np.full(k, rng.choice([0.3, 1.0, 3.0]))) + 0.001 / k,
        rng.normal(0, rng.choice([0.5, 2.0, 10.0]), k),
        np.exp(rng.normal(0, rng.choice([0.1, 1.0, 2.0]), k)),
    )
    kind = rng.integers(4)
    values = (
        near.sample(n, rng=rng)[0],
        rng.standard_cauchy(n),
        rng.standard_t(3, n),
        rng.gamma(0.5, 1, n),
    )[kind]
    sample = em.Sample(values)
    far = em.Mixture(
        0.999 * rng.dirichlet(np.full(k, rng.choice([0.3, 1.0]))) + 0.001 / k,
        rng.normal(0, sample.sd * rng.choice([0.3, 1.0]), k),
        sample.sd * np.exp(rng.normal(-0.5, 1, k)),
    )
    return sample, (near, far)


# In these a component turns several times between two points of an ellipse that are looked at.
@example(516)
@example(1073)
@example(1976)
@example(5036)
@example(6000)
@given(SEEDS)
@settings(max_examples=20)
def test_the_error_is_below_its_bound_for_any_mixture_and_any_data(seed):
    "Even where the mixture does not fit, and its density has zeros near the bins."
    sample, both = mixtures(seed)
    nodes = sample.squash()
    for mixture in both:
        bound = quadrature_bound(nodes.bins, mixture.parameters)
        assert error(mixture, sample, nodes) <= bound + rounding(mixture, sample)


def test_one_component_is_exact():
    "Its log-density is a quadratic, which the rules integrate exactly."
    sample = em.Sample(hard("cauchy")[0])
    nodes = sample.squash()
    one = em.Mixture([1], [0.3], [2])
    assert quadrature_bound(nodes.bins, one.parameters) == 0.0
    assert error(one, sample, nodes) <= rounding(one, sample)


def test_unit_and_origin_do_not_matter():
    "Nodes move and stretch with the data."
    values = HEIGHTS.sample(20_000, rng=8)[0]
    nodes, moved = em.Sample(values).squash(), em.Sample(1e3 - 2e-6 * values).squash()
    there = em.Mixture(HEIGHTS.weights, 1e3 - 2e-6 * HEIGHTS.means, 2e-6 * HEIGHTS.sds)
    assert moved.mean == pytest.approx(1e3 - 2e-6 * nodes.mean, rel=1e-15)
    shift = nodes.n * math.log(2e-6)
    assert loglik(there, moved) + shift == pytest.approx(loglik(HEIGHTS, nodes), rel=1e-8)


def test_the_order_of_the_values_does_not_matter():
    "Whatever a look at a part of the data sees first."
    values = hard("plain")[0]
    ways = [values, np.sort(values), np.sort(values)[::-1], np.sort(values).reshape(100, -1).T]
    found = [loglik(HEIGHTS, em.Sample(way.ravel()).squash()) for way in ways]
    assert found == pytest.approx([found[0]] * 4, rel=1e-12)


# ---- a spike keeps its shape ----


@pytest.mark.parametrize("sd", [1e-5, 1e-3, 0.02, 0.1])
@pytest.mark.parametrize("share", [0.02, 0.03, 0.06, 0.2])
def test_a_spike_is_not_smoothed_away(share, sd):
    "Nodes inside it tell its weight and its width."
    values = with_spike(share, sd, 20_000)
    nodes = em.Sample(values).squash()
    inside = np.abs(nodes.values - 171.3) < 4 * sd
    assert np.count_nonzero(inside) > 12
    within = np.abs(values - 171.3) < 4 * sd
    assert nodes.weights[inside].sum() == pytest.approx(np.count_nonzero(within), rel=0.25)
    at = nodes.values[inside]
    width = math.sqrt(np.average((at - 171.3) ** 2, weights=nodes.weights[inside]))
    assert width == pytest.approx(math.sqrt(np.mean((values[within] - 171.3) ** 2)), rel=0.25)


@given(SEEDS, st.sampled_from([1, 4]))
@example(0, 1)
@settings(max_examples=15)
def test_any_data_can_be_squashed(seed, finer):
    "Mixtures of atoms, spikes, tails and gaps over many orders of magnitude."
    rng = np.random.default_rng(seed)
    parts = [
        rng.normal(rng.normal(0, 10.0 ** rng.integers(-3, 6)), 10.0 ** rng.integers(-9, 6), size)
        if rng.random() < 0.7
        else np.full(size, rng.normal())
        for size in rng.integers(1, 4000, rng.integers(1, 8))
    ]
    sample = em.Sample(rng.permutation(np.concatenate(parts)))
    nodes = sample.squash(finer)
    assert (np.diff(nodes.values) >= 0).all()
    assert nodes.weights.min() > 0
    assert nodes.weights.sum() == pytest.approx(sample.n, rel=1e-11)
    assert lies_within(nodes, sample)
    if sample.sd > 0:
        digits = 8 * EPS * np.abs(sample.values).max()
        assert nodes.mean == pytest.approx(sample.mean, abs=1e-12 * sample.sd + digits)
        assert nodes.sd == pytest.approx(sample.sd, rel=1e-9, abs=digits)
        if len(np.unique(sample.values)) > 3:
            # A wide mixture sees the data as they are.
            wide = em.Mixture([0.5, 0.5], sample.mean + sample.sd * np.r_[-1, 1], [sample.sd] * 2)
            bound = quadrature_bound(nodes.bins, wide.parameters)
            assert error(wide, sample, nodes) <= bound + rounding(wide, sample)


def test_the_bound_is_as_good_where_cells_lie_on_both_sides_of_a_gap():
    "Rows of cells end at gaps, and a cell whose row says little is looked at alone."
    rng = np.random.default_rng(1)
    values = np.r_[rng.normal(10, 1, 3000), rng.normal(20, 2, 3000)]
    mixture = em.Mixture([0.5, 0.5], [10, 20], [1, 2])
    sample = em.Sample(values).squash()
    bound = quadrature_bound(sample.bins, mixture.parameters)
    error = abs(mixture.logpdf(sample.values) @ sample.weights - mixture.logpdf(values).sum())
    assert error < bound < 1.0
