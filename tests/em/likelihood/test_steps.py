"""The two steps of EM: the formulas, the theorems about them, and the engine that takes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import em
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.search.ascent import ascend

SEEDS = st.integers(0, 2**32 - 1)
COMPONENTS = st.integers(1, 4)
EQUAL = st.booleans()


def some_sample(rng, n=40):
    values = np.concatenate([rng.normal(-1, 1, n // 2), rng.normal(rng.uniform(0, 6), 2, n // 2)])
    return em.Sample(values, rng.uniform(0.1, 3, n))


def near(sample, rng, k, equal):
    """A mixture that holds some of the sample in every component."""
    means = rng.choice(sample.values, k, replace=False)
    sds = np.full(k, 1.0) if equal else rng.uniform(0.4, 2, k)
    return em.Mixture(rng.dirichlet(np.full(k, 3.0)), means, sds * sample.sd)


def batch(mixture):
    return Parameters(*(value[None].copy() for value in mixture.parameters))


@given(SEEDS, COMPONENTS)
def test_the_e_step_is_bayes_rule_and_knows_the_likelihood(some_mixture, seed, k):
    "Responsibilities by Bayes' rule; the log-likelihood is the weighted sum of log-densities."
    rng = np.random.default_rng(seed)
    sample, mixture = some_sample(rng), some_mixture(rng, k)
    joint = mixture.weights * stats.norm.pdf(sample.values[:, None], mixture.means, mixture.sds)
    r, loglik = em.e_step(sample, mixture)
    assert r == pytest.approx(joint / joint.sum(axis=1, keepdims=True), rel=1e-8, abs=1e-15)
    assert r == pytest.approx(mixture.responsibilities(sample.values), rel=1e-12, abs=1e-15)
    assert loglik == pytest.approx(sample.weights @ mixture.logpdf(sample.values), rel=1e-12)


def test_the_m_step_by_hand():
    "Three values, two components, fractions that can be checked with a pencil."
    sample = em.Sample([0.0, 2.0, 4.0])
    r = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    mixture = em.m_step(sample, r)
    assert mixture.weights == pytest.approx([0.5, 0.5], rel=1e-15)
    assert mixture.means == pytest.approx([2 / 3, 10 / 3], rel=1e-15)
    assert mixture.sds**2 == pytest.approx([8 / 9, 8 / 9], rel=1e-15)
    weighted = em.m_step(em.Sample([0.0, 2.0, 4.0], [2, 2, 1]), r)
    assert weighted.weights == pytest.approx([0.6, 0.4], rel=1e-15)
    assert weighted.means == pytest.approx([2 / 3, 3.0], rel=1e-15)
    assert weighted.sds**2 == pytest.approx([8 / 9, 1.0], rel=1e-15)
    pooled = em.m_step(em.Sample([0.0, 2.0, 4.0], [2, 2, 1]), r, equal_sds=True)
    assert pooled.sds**2 == pytest.approx([(3 * 8 / 9 + 2 * 1.0) / 5] * 2, rel=1e-15)


@given(SEEDS, COMPONENTS, EQUAL)
def test_em_never_lowers_the_likelihood(seed, k, equal):
    "From any mixture, on any weighted sample, each pass gains or stays."
    rng = np.random.default_rng(seed)
    sample = some_sample(rng)
    mixture = near(sample, rng, k, equal)
    before = -np.inf
    for _ in range(6):
        r, loglik = em.e_step(sample, mixture)
        assert loglik >= before - 1e-12 * abs(loglik)
        before = loglik
        mixture = em.m_step(sample, r, equal)


@given(SEEDS, COMPONENTS, EQUAL)
def test_after_every_m_step_mean_and_variance_are_the_samples(seed, k, equal):
    "The theorem that tells which data the printed numbers of the original report came from."
    rng = np.random.default_rng(seed)
    sample = some_sample(rng)
    mixture = near(sample, rng, k, equal)
    for _ in range(3):
        mixture = em.m_step(sample, em.e_step(sample, mixture).responsibilities, equal)
        assert mixture.mean == pytest.approx(sample.mean, rel=1e-12, abs=1e-12)
        assert mixture.sd == pytest.approx(sample.sd, rel=1e-12)


@given(SEEDS, COMPONENTS, EQUAL)
def test_the_m_step_maximises_the_expected_complete_data_likelihood(seed, k, equal):
    "No other mixture does better for the same responsibilities."
    rng = np.random.default_rng(seed)
    sample = some_sample(rng)
    r = em.e_step(sample, near(sample, rng, k, equal)).responsibilities

    def expected(weights, means, sds):
        log_joint = np.log(weights) + stats.norm.logpdf(sample.values[:, None], means, sds)
        return float(sample.weights @ (r * log_joint).sum(axis=1))

    counts = r.T @ sample.weights
    mixture = em.m_step(sample, r, equal)
    # A Mixture is sorted, responsibilities are not: find the component of each column.
    means = (r.T @ (sample.weights * sample.values)) / counts
    place = np.argsort(np.argsort(means))
    best = [value[place] for value in mixture.parameters]
    top = expected(*best)
    for _ in range(5):
        size = 10.0 ** rng.uniform(-4, -0.5)
        other = best[0] * np.exp(rng.normal(0, size, k))
        width = rng.normal(0, size, 1 if equal else k)
        moved = (other / other.sum(), best[1] + rng.normal(0, size, k), best[2] * np.exp(width))
        assert expected(*moved) <= top + 1e-10 * abs(top)


@given(SEEDS, COMPONENTS, EQUAL)
def test_weights_equal_repetition(some_mixture, seed, k, equal):
    "A weighted value gives the same pass as that value repeated."
    rng = np.random.default_rng(seed)
    values, counts = rng.normal(size=15), rng.integers(1, 4, 15)
    mixture = some_mixture(rng, k, equal_sds=equal)
    results = []
    for sample in (em.Sample(values, counts), em.Sample(np.repeat(values, counts))):
        r, loglik = em.e_step(sample, mixture)
        results.append((loglik, em.m_step(sample, r, equal)))
    (one, mine), (other, theirs) = results
    assert one == pytest.approx(other, rel=1e-12)
    for a, b in zip(mine.parameters, theirs.parameters, strict=True):
        assert a == pytest.approx(b, rel=1e-9, abs=1e-12)


@given(SEEDS, COMPONENTS, EQUAL, st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_shifted_and_scaled_data_give_the_shifted_and_scaled_pass(seed, k, equal, shift, scale):
    "The unit and the origin do not matter."
    rng = np.random.default_rng(seed)
    sample = some_sample(rng)
    mixture = near(sample, rng, k, equal)
    far = em.Sample(shift + scale * sample.values, sample.weights)
    r, loglik = em.e_step(sample, mixture)
    far_r, far_loglik = em.e_step(
        far, em.Mixture(mixture.weights, shift + scale * mixture.means, scale * mixture.sds)
    )
    assert far_r == pytest.approx(r, abs=1e-7)
    assert far_loglik == pytest.approx(loglik - sample.n * np.log(scale), rel=1e-8, abs=1e-5)
    here, there = em.m_step(sample, r, equal), em.m_step(far, r, equal)
    size = abs(shift) + scale
    assert there.weights == pytest.approx(here.weights, rel=1e-12)
    assert there.means == pytest.approx(shift + scale * here.means, abs=1e-12 * size)
    assert there.sds == pytest.approx(scale * here.sds, rel=1e-6)


@given(SEEDS, COMPONENTS, EQUAL)
def test_the_engine_takes_the_same_steps(seed, k, equal):
    "A sweep with the constrained M-step is one textbook pass."
    rng = np.random.default_rng(seed)
    sample = some_sample(rng)
    mixture = near(sample, rng, k, equal)
    coordinates = Coordinates(k, equal)
    at = batch(mixture)
    for _ in range(4):
        found = sweep(Observed(sample.values, sample.weights), at, coordinates)
        r, loglik = em.e_step(sample, mixture)
        assert found.loglik[0] == pytest.approx(loglik, rel=1e-12)
        mixture = em.m_step(sample, r, equal)
        at = coordinates.m_step(at, found.counts, found.first, found.second)
        order = np.argsort(at.means[0])
        for mine, theirs in zip(mixture.parameters, at, strict=True):
            assert mine == pytest.approx(theirs[0, order], rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("equal", [False, True])
def test_a_climb_by_em_alone_is_the_textbook_loop(heights, equal):
    "ascend with nothing but EM passes walks through the same likelihoods as e_step and m_step."
    values = heights()
    sample = em.Sample((values - values.mean()) / values.std())
    mixture = em.Mixture([0.5, 0.5], [-1, 1], [0.8, 0.8])
    passes = 12
    climbed = ascend(
        Observed(sample.values, sample.weights),
        batch(mixture),
        Coordinates(2, equal),
        em_passes=passes,
        max_iter=passes,
        with_history=True,
    )
    path = []
    for _ in range(passes):
        r, loglik = em.e_step(sample, mixture)
        path.append(loglik)
        last, mixture = mixture, em.m_step(sample, r, equal)
    assert climbed.history[0] == pytest.approx(path, rel=1e-12)
    for mine, theirs in zip(last.parameters, climbed.at, strict=True):
        assert mine == pytest.approx(theirs[0], rel=1e-9)


def test_the_steps_are_those_of_the_original_listing(heights):
    "Thirty passes from the listing's own start end at the listing's answer."
    values, stream = heights(666, with_stream=True)
    weights, means, sds = em.listing.run(values, n_iter=30, rng=stream)
    _, again = heights(666, with_stream=True)
    mixture = em.Mixture([0.5, 0.5], again.uniform(150, 180, 2), again.uniform(5, 10, 2))
    sample = em.Sample(values)
    for _ in range(30):
        mixture = em.m_step(sample, em.e_step(sample, mixture).responsibilities)
    order = np.argsort(means)
    assert mixture.weights == pytest.approx(weights[order], rel=1e-12)
    assert mixture.means == pytest.approx(means[order], rel=1e-12)
    assert mixture.sds == pytest.approx(sds[order], rel=1e-11)


def test_the_e_step_far_out_is_still_a_number():
    "Where every density underflows, log space keeps responsibilities and likelihood."
    sample = em.Sample([-1e6, 1e6])
    r, loglik = em.e_step(sample, em.Mixture([0.5, 0.5], [0, 1], [1, 1]))
    assert r.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert loglik == pytest.approx(-1e12, rel=1e-5)


def test_data_far_from_zero_keep_their_digits():
    "A pass at 1e8 gives the sds of the same pass at zero."
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(0, 3, 100), 3)  # so that the offset is exact to 1e-8
    near, far = em.Sample(values), em.Sample(values + 1e8)
    r = em.e_step(near, em.Mixture([0.5, 0.5], [-2, 2], [2, 2])).responsibilities
    assert em.m_step(far, r).sds == pytest.approx(em.m_step(near, r).sds, rel=1e-7)


def test_the_steps_change_nothing_that_they_are_given():
    "A step takes values and returns new ones."
    sample = em.Sample([0.0, 1.0, 5.0])
    r = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]])
    copy = r.copy()
    em.m_step(sample, r)
    assert r.tolist() == copy.tolist()


@pytest.mark.parametrize(
    ("responsibilities", "equal", "words"),
    [
        ([[1, 0], [1, 0], [1, 0]], False, ["hold some of the data", "fewer components"]),
        ([[1, 0], [0, 1], [0, 1]], False, ["some spread", "single value", "equal_sds=True"]),
    ],
)
def test_an_m_step_without_an_answer_says_so(responsibilities, equal, words):
    "An empty or a collapsed component is an error with a hint, not a NaN."
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are matched one by one
        em.m_step(em.Sample([0.0, 1.0, 5.0]), np.array(responsibilities, dtype=float), equal)
    for word in words:
        assert word in str(caught.value)


def test_a_component_on_one_value_is_no_trouble_with_equal_sds():
    "The pooled sd is that of the other component's values."
    r = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    mixture = em.m_step(em.Sample([0.0, 1.0, 5.0]), r, equal_sds=True)
    assert mixture.means.tolist() == [0.0, 3.0]
    assert mixture.sds**2 == pytest.approx([8 / 3, 8 / 3], rel=1e-15)


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3,)])
def test_responsibilities_of_another_shape_are_refused(shape):
    "One row for each value, one column for each component, and a message that says so."
    with pytest.raises(ValueError, match="responsibilities"):
        em.m_step(em.Sample([0.0, 1.0, 5.0]), np.full(shape, 0.5))
