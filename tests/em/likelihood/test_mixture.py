"""Mixture: densities, quantiles and draws agree with SciPy's and with each other."""

import copy
import dataclasses
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

import em
from em.data.arguments import as_generator

SEEDS = st.integers(0, 2**32 - 1)
COMPONENTS = st.integers(1, 5)
HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])


def scipy_mixture(mixture):
    normals = [stats.Normal(mu=m, sigma=s) for m, s in zip(mixture.means, mixture.sds, strict=True)]
    return stats.Mixture(normals, weights=mixture.weights)


@given(SEEDS, COMPONENTS)
def test_components_are_put_in_increasing_order_of_mean(seed, k):
    "Weights and sds move with their means, whatever order they come in."
    rng = np.random.default_rng(seed)
    weights, means, sds = rng.dirichlet(np.ones(k)), rng.normal(size=k), rng.uniform(1, 2, k)
    mixture = em.Mixture(weights, means, sds)
    order = np.argsort(means)
    assert mixture.means.tolist() == means[order].tolist()
    assert mixture.sds.tolist() == sds[order].tolist()
    assert mixture.weights == pytest.approx(weights[order], rel=1e-12)
    shuffled = rng.permutation(k)
    assert em.Mixture(weights[shuffled], means[shuffled], sds[shuffled]).means.tolist() == (
        mixture.means.tolist()
    )


def test_equal_means_are_ordered_by_sd():
    "A scale mixture has one order too."
    mixture = em.Mixture([0.3, 0.7], [5, 5], [2, 1])
    assert mixture.sds.tolist() == [1.0, 2.0]
    assert mixture.weights.tolist() == [0.7, 0.3]


@given(SEEDS, COMPONENTS)
def test_density_and_distribution_function_are_scipys(some_mixture, seed, k):
    "pdf, logpdf and cdf agree with scipy.stats.Mixture of scipy.stats.Normal."
    rng = np.random.default_rng(seed)
    mixture = some_mixture(rng, k)
    other = scipy_mixture(mixture)
    x = rng.uniform(-15, 15, 20)
    assert mixture.pdf(x) == pytest.approx(other.pdf(x), rel=1e-10, abs=1e-300)
    assert mixture.logpdf(x) == pytest.approx(other.logpdf(x), rel=1e-10, abs=1e-10)
    assert mixture.cdf(x) == pytest.approx(other.cdf(x), rel=1e-10, abs=1e-15)
    assert mixture.mean == pytest.approx(other.mean(), rel=1e-10, abs=1e-10)
    assert mixture.sd == pytest.approx(other.standard_deviation(), rel=1e-10)


def test_the_density_integrates_to_one():
    "Over the line, by quadrature; its mean and variance are mean and sd squared."
    moments = [
        integrate.quad(lambda x, p=p: x**p * float(HEIGHTS.pdf(x)), 80, 280, limit=200)[0]
        for p in range(3)
    ]
    assert moments[0] == pytest.approx(1.0, abs=1e-9)
    assert moments[1] == pytest.approx(HEIGHTS.mean, rel=1e-9)
    assert moments[2] - moments[1] ** 2 == pytest.approx(HEIGHTS.sd**2, rel=1e-6)


def test_the_density_is_the_sum_of_its_components():
    "component_pdf has a column for each component, and the columns add up to pdf."
    x = np.linspace(140, 200, 7)
    parts = HEIGHTS.component_pdf(x)
    assert parts.shape == (7, 2)
    assert parts[:, 0] == pytest.approx(0.4 * stats.norm.pdf(x, 164, 6), rel=1e-12)
    assert parts.sum(axis=1) == pytest.approx(HEIGHTS.pdf(x), rel=1e-12)


def test_far_in_the_tail_the_log_density_is_still_a_number():
    "Log space: at a million sds the log-density is that of the widest component."
    mixture = em.Mixture([0.5, 0.5], [0, 1], [1, 2])
    x = 2e6
    expected = math.log(0.5) + stats.norm.logpdf(x, 1, 2)
    assert mixture.logpdf([x])[0] == pytest.approx(expected, rel=1e-14)
    assert mixture.pdf([x])[0] == 0.0
    assert mixture.logpdf([math.inf, -math.inf]).tolist() == [-math.inf, -math.inf]


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 1, 2)])
def test_densities_keep_the_shape_of_x(shape):
    "Scalars, vectors and arrays of any shape come back as they went in."
    x = np.full(shape, 170.0)
    for method in (HEIGHTS.pdf, HEIGHTS.logpdf, HEIGHTS.cdf):
        assert np.shape(method(x)) == shape
    assert np.shape(HEIGHTS.ppf(np.full(shape, 0.5))) == shape


@given(SEEDS, COMPONENTS, st.lists(st.floats(1e-12, 1 - 1e-12), min_size=1, max_size=5))
def test_quantiles_invert_the_distribution_function(some_mixture, seed, k, q):
    "cdf(ppf(q)) is q, for overlapping and for well separated components."
    mixture = some_mixture(np.random.default_rng(seed), k)
    assert mixture.cdf(mixture.ppf(q)) == pytest.approx(q, abs=1e-13, rel=1e-9)


def test_quantiles_at_the_ends():
    "Zero and one are the ends of the line; what is no probability has no quantile."
    q = HEIGHTS.ppf([0.0, 1.0, -0.1, 1.1, math.nan])
    assert q[:2].tolist() == [-math.inf, math.inf]
    assert np.isnan(q[2:]).all()


def test_the_quantile_in_a_gap_between_components_is_found():
    "Where the distribution function is flat between two far components, bisection still ends."
    mixture = em.Mixture([0.5, 0.5], [0, 1e6], [1, 1])
    assert mixture.cdf(mixture.ppf(0.5)) == pytest.approx(0.5, abs=1e-15)
    assert mixture.ppf(0.25) == pytest.approx(0.0, abs=1e-9)
    assert mixture.ppf(0.75) == pytest.approx(1e6, abs=1e-8)


@given(SEEDS, COMPONENTS)
def test_responsibilities_are_bayes_rule(some_mixture, seed, k):
    "Weight times density over the sum of these; rows sum to one, also far out."
    rng = np.random.default_rng(seed)
    mixture = some_mixture(rng, k)
    x = rng.normal(rng.choice(mixture.means, 12), 3.0)
    joint = mixture.weights * stats.norm.pdf(x[:, None], mixture.means, mixture.sds)
    r = mixture.responsibilities(x)
    assert r.shape == (12, k)
    assert r == pytest.approx(joint / joint.sum(axis=1, keepdims=True), rel=1e-9, abs=1e-300)
    far = mixture.responsibilities([-1e9, 1e9])
    assert far.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-15)
    assert far.argmax(axis=1).tolist() == [mixture.sds.argmax()] * 2


def test_a_component_without_weight_is_never_responsible():
    "A weight of zero is allowed: the mixture is that of the others, without a warning."
    mixture = em.Mixture([1.0, 0.0], [0, 4], [1, 1])
    assert mixture.responsibilities([4.0]).tolist() == [[1.0, 0.0]]
    assert mixture.logpdf([4.0]) == pytest.approx(stats.norm.logpdf(4.0), rel=1e-14)
    assert mixture.ppf(0.9) == pytest.approx(special.ndtri(0.9), rel=1e-12)
    assert mixture.sample(50, rng=0)[1].max() == 0


def test_draws_are_seeded_and_shuffled():
    "The same seed draws the same, another one differs, and labels come in random order."
    values, labels = HEIGHTS.sample(1000, rng=1)
    again, same_labels = HEIGHTS.sample(1000, rng=np.random.default_rng(1))
    assert values.tolist() == again.tolist()
    assert labels.tolist() == same_labels.tolist()
    assert values.tolist() != HEIGHTS.sample(1000, rng=2)[0].tolist()
    assert 300 < np.count_nonzero(np.diff(labels)) < 600  # 480 expected, 0 or 1 if grouped


def test_draws_follow_the_mixture():
    "Labels have the weights, and values the distribution function: within four sds of chance."
    n = 20_000
    values, labels = HEIGHTS.sample(n, rng=3)
    assert values.shape == labels.shape == (n,)
    assert np.count_nonzero(labels == 0) / n == pytest.approx(0.4, abs=4 * math.sqrt(0.24 / n))
    for k in range(2):
        group = values[labels == k]
        allowed = 4 * HEIGHTS.sds[k] / math.sqrt(group.size)
        assert group.mean() == pytest.approx(HEIGHTS.means[k], abs=allowed)
    gap = stats.kstest(values, HEIGHTS.cdf).statistic
    assert gap < 1.95 / math.sqrt(n)  # exceeded with probability 0.001


def test_no_draws_are_no_error():
    "Zero draws are two empty arrays; fewer are refused."
    values, labels = HEIGHTS.sample(0, rng=1)
    assert values.shape == labels.shape == (0,)
    with pytest.raises(ValueError, match="zero or more, got -1"):
        HEIGHTS.sample(-1)


@pytest.mark.parametrize("rng", ["a", 1.5, np.random.RandomState(1)])
def test_only_seeds_and_generators_make_draws(rng):
    "Anything else is refused, the legacy RandomState too."
    with pytest.raises(TypeError, match=r"numpy\.random\.Generator"):
        HEIGHTS.sample(3, rng)


def test_a_generator_is_used_as_it_is():
    "as_generator passes a generator through, so that one stream serves several calls."
    stream = np.random.default_rng(5)
    assert as_generator(stream) is stream
    assert HEIGHTS.sample(3, stream)[0].tolist() != HEIGHTS.sample(3, stream)[0].tolist()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.5, 0.5], [0, 1], [1]), ["same length", "(2,)", "(1,)"]),
        (([], [], []), ["at least one component"]),
        (([0.5, 0.6], [0, 1], [1, 1]), ["sum 1", "1.1", "divide"]),
        (([1.5, -0.5], [0, 1], [1, 1]), ["zero or more", "-0.5"]),
        (([0.5, 0.5], [0, 1], [0, 1]), ["positive sds", "0.0"]),
        (([0.5, 0.5], [0, 1], [-1, 1]), ["positive sds", "-1.0"]),
        (([0.5, 0.5], [0, math.nan], [1, 1]), ["finite means", "nan"]),
        (([0.5, 0.5], [0, 1], [1, math.inf]), ["finite sds", "inf"]),
        (([math.nan, 0.5], [0, 1], [1, 1]), ["finite weights", "nan"]),
        (([[0.5, 0.5]], [[0, 1]], [[1, 1]]), ["same length", "(1, 2)"]),
    ],
    ids=str,
)
def test_what_is_no_mixture_is_refused(arguments, words):
    "The message says what was expected and what came."
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are matched one by one
        em.Mixture(*arguments)
    for word in words:
        assert word in str(caught.value)


def test_weights_are_divided_by_their_sum():
    "Printed weights of eight digits are taken, and then sum to one exactly."
    assert em.Mixture([0.33333333] * 3, [0, 1, 2], [1, 1, 1]).weights.sum() == pytest.approx(
        1.0, abs=2e-16
    )


def test_one_component_may_be_given_as_three_numbers():
    "Mixture(1, 0, 1) is the standard normal."
    normal = em.Mixture(1, 0, 1)
    assert normal.n_components == 1
    assert normal.logpdf(1.5) == pytest.approx(stats.norm.logpdf(1.5), rel=1e-14)


def test_a_mixture_is_frozen_and_a_value():
    "It cannot be changed, does not change with the caller's arrays, and equals its twins."
    weights = np.array([0.4, 0.6])
    mixture = em.Mixture(weights, [164, 176], [6, 8])
    weights[0] = 0.9
    assert mixture == HEIGHTS
    assert hash(mixture) == hash(HEIGHTS)
    assert mixture == pickle.loads(pickle.dumps(mixture))  # noqa: S301 - our own
    assert mixture != em.Mixture([0.4, 0.6], [164, 176], [6, 9])
    assert mixture != "a mixture"
    assert len({mixture, HEIGHTS}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        mixture.means = weights
    with pytest.raises(ValueError, match="read-only"):
        mixture.means[0] = 0.0


def pickled(one):
    return pickle.loads(pickle.dumps(one))  # noqa: S301 - our own


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_of_a_mixture_is_the_same_to_the_last_digit_and_frozen_too(way):
    "Weights are not divided by their sum once more, and the hash is that of the original."
    mixture = em.Mixture([0.1, 0.2, 0.7], [3, 1, 2], [1, 2, 3])
    twin = way(mixture)
    assert twin == mixture
    assert hash(twin) == hash(mixture)
    for values in twin.parameters:
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0.5


def test_equal_mixtures_have_equal_hashes():
    "Minus zero equals zero, so their hashes must agree too."
    one, other = em.Mixture(1, 0.0, 1), em.Mixture(1, -0.0, 1)
    assert one == other
    assert hash(one) == hash(other)


def test_the_repr_can_be_read():
    "Six digits of everything."
    assert repr(em.Mixture([1 / 3, 2 / 3], [0, 1], [1, 2])) == (
        "Mixture(weights=[0.333333, 0.666667], means=[0, 1], sds=[1, 2])"
    )


def test_components_have_places_by_mean_and_by_sd():
    "And all three parameters go along; another order is refused."
    mixture = em.Mixture([0.2, 0.3, 0.5], [1, 2, 3], [5, 4, 6])
    assert mixture.places("mean").tolist() == [0, 1, 2]
    assert mixture.places("sd").tolist() == [1, 0, 2]
    weights, means, sds = mixture.ordered("sd")
    assert (weights.tolist(), means.tolist()) == ([0.3, 0.2, 0.5], [2, 1, 3])
    assert sds.tolist() == [4, 5, 6]
    assert em.Mixture([0.5, 0.5], [1, 2], [3, 3]).places("sd").tolist() == [0, 1]
    for asked in (mixture.places, mixture.ordered):
        with pytest.raises(ValueError, match='order to be "mean" or "sd", got \'weight\''):
            asked("weight")
