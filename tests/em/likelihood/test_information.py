"""Score and observed information: exact, by two independent routes for every derivative."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import differentiate, special, stats

import em
from em.likelihood.coordinates import Coordinates
from em.likelihood.curvature import curvature
from em.likelihood.information import BLOCK, natural_jacobian, sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def problems(draw):
    """Weighted data, a model with any fixed and equal parameters, and a place in it."""
    k = draw(st.integers(1, 4))
    flags = st.tuples(*[st.booleans()] * k)
    coordinates = Coordinates(
        k, draw(st.booleans()), draw(st.none() | st.tuples(flags, flags, flags))
    )
    rng = np.random.default_rng(draw(SEEDS))
    n = draw(st.integers(1, 40))
    x, weights = rng.normal(0, 1.5, n), rng.uniform(0.1, 3, n)
    sds = rng.uniform(0.4, 1.5, k)
    if coordinates.equal_sds:
        sds[:] = sds[0]
    mixing = rng.dirichlet(np.full(k, 2.0)) * 0.8 + 0.2 / k
    return coordinates, x, weights, Parameters(mixing[None], rng.normal(size=(1, k)), sds[None])


def loglik_by_scipy(x, weights, at):
    joint = np.log(at.weights[0]) + stats.norm.logpdf(x[:, None], at.means[0], at.sds[0])
    return float(weights @ special.logsumexp(joint, axis=1))


@given(problems())
def test_the_log_likelihood_is_scipys(problem):
    "Weighted sum of logsumexp of weight times normal density."
    coordinates, x, weights, at = problem
    found = sweep(Observed(x, weights), at, coordinates)
    assert found.loglik[0] == pytest.approx(loglik_by_scipy(x, weights, at), rel=1e-12, abs=1e-12)


@given(problems())
def test_the_score_is_the_slope_of_the_log_likelihood(problem):
    "Central differences of SciPy's log-likelihood along every free coordinate."
    coordinates, x, weights, at = problem
    found = sweep(Observed(x, weights), at, coordinates)
    assert found.score.shape == (1, coordinates.size)
    h = 1e-5
    for j, step in enumerate(h * np.eye(coordinates.size)):
        up = loglik_by_scipy(x, weights, coordinates.move(at, step[None]))
        down = loglik_by_scipy(x, weights, coordinates.move(at, -step[None]))
        assert found.score[0, j] == pytest.approx(
            (up - down) / (2 * h), rel=1e-6, abs=1e-6 * weights.sum()
        )


@given(problems())
def test_the_information_is_the_slope_of_the_score(problem):
    "Minus central differences of the score, and symmetric."
    coordinates, x, weights, at = problem
    found = sweep(Observed(x, weights), at, coordinates)
    information = found.information[0]
    assert information == pytest.approx(information.T, rel=1e-12, abs=1e-10)
    h = 1e-5
    for j, step in enumerate(h * np.eye(coordinates.size)):
        up = sweep(Observed(x, weights), coordinates.move(at, step[None]), coordinates).score[0]
        down = sweep(Observed(x, weights), coordinates.move(at, -step[None]), coordinates).score[0]
        assert information[j] == pytest.approx(
            -(up - down) / (2 * h), rel=1e-6, abs=1e-6 * weights.sum()
        )


@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("k", [2, 3])
def test_standard_errors_by_scipys_hessian_in_natural_parameters(k, equal):
    "The inverse of scipy.differentiate's Hessian in weights, means and sds gives the same errors."
    truth = em.Mixture([0.3, 0.7], [-2, 2], [1, 1.3])
    if k == 3:
        truth = em.Mixture([0.3, 0.3, 0.4], [-4, 0, 5], [1, 1.2, 1.5])
    x, _ = truth.sample(200, rng=4)
    weights = np.random.default_rng(4).uniform(0.5, 2, 200)
    fit = em.fit(em.Sample(x, weights), k, equal_sds=equal)
    assert fit.converged

    def loglik(natural):
        shape = (-1,) + (1,) * (natural.ndim - 1)
        mixing = list(natural[: k - 1])
        mixing.append(1.0 - sum(mixing))
        means = natural[k - 1 : 2 * k - 1]
        sds = list(natural[2 * k - 1 :]) * (k if equal else 1)
        joint = [
            np.log(w) + stats.norm.logpdf(x.reshape(shape), m, s)
            for w, m, s in zip(mixing, means, sds, strict=True)
        ]
        return np.tensordot(weights, special.logsumexp(joint, axis=0), axes=1)

    mixture = fit.mixture
    top = np.concatenate([mixture.weights[:-1], mixture.means, mixture.sds[: 1 if equal else k]])
    # Steps small enough to stay in range, and few enough that rounding does not take over.
    hessian = differentiate.hessian(loglik, top, initial_step=0.05, maxiter=3)
    covariance = np.linalg.inv(-hessian.ddf)
    errors = np.sqrt(np.diag(covariance))
    found = fit.standard_errors()
    assert found.weights[:-1] == pytest.approx(errors[: k - 1], rel=1e-7)
    assert found.means == pytest.approx(errors[k - 1 : 2 * k - 1], rel=1e-7)
    assert found.sds == pytest.approx(np.resize(errors[2 * k - 1 :], k), rel=1e-5)
    # The last weight is one minus the others.
    last = covariance[: k - 1, : k - 1].sum()
    assert found.weights[-1] == pytest.approx(np.sqrt(last), rel=1e-7)
    # Covariances too, not only their diagonal.
    places = [*range(k - 1), *range(k, 2 * k), *range(2 * k, 2 * k + (1 if equal else k))]
    assert fit.cov_params()[np.ix_(places, places)] == pytest.approx(
        covariance, rel=1e-6, abs=1e-7 * errors.min() ** 2
    )


def test_covariances_of_all_weights_sum_to_zero(heights):
    "The weights sum to one, so the covariance matrix is symmetric, singular and knows it."
    covariance = em.fit(heights()).cov_params()
    assert covariance.shape == (6, 6)
    assert covariance == pytest.approx(covariance.T, rel=1e-12)
    assert covariance[:2].sum(axis=0) == pytest.approx(np.zeros(6), abs=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > -1e-10
    correlation = covariance[0, 3] / np.sqrt(covariance[0, 0] * covariance[3, 3])
    assert correlation == pytest.approx(0.987, abs=5e-4)  # of a weight and the upper mean


def test_one_normal_has_the_information_of_the_textbook():
    "Score nil at mean and sd; n / sd^2 for the mean and 2 n for the log sd."
    x = np.random.default_rng(0).normal(3, 2, 50)
    at = Parameters(np.ones((1, 1)), np.array([[x.mean()]]), np.array([[x.std()]]))
    found = sweep(Observed(x, np.ones(50)), at, Coordinates(1))
    assert found.score[0] == pytest.approx([0, 0], abs=1e-11)
    assert found.information[0] == pytest.approx(np.diag([50 / x.var(), 100]), abs=1e-10)
    assert found.complete[0] == pytest.approx(np.diag([50 / x.var(), 100]), abs=1e-10)


@given(problems(), st.integers(1, 4))
def test_weights_count_repetitions(problem, times):
    "A value with weight 3 adds to every sum what three values of weight one add."
    coordinates, x, _, at = problem
    counts = 1 + np.arange(x.size) % times
    one = sweep(Observed(x, counts.astype(float)), at, coordinates)
    other = sweep(Observed(np.repeat(x, counts), np.ones(counts.sum())), at, coordinates)
    for mine, theirs in zip(one, other, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("per_row", [False, True])
def test_a_batch_is_what_its_members_are_alone(per_row):
    "Mixtures that pass together do not touch each other, on shared data or on rows of their own."
    rng = np.random.default_rng(1)
    b, k, n = 7, 3, 60
    coordinates = Coordinates(k)
    at = Parameters(
        rng.dirichlet(np.ones(k), b), rng.normal(size=(b, k)), rng.uniform(0.5, 2, (b, k))
    )
    x = rng.normal(size=(b, n)) if per_row else rng.normal(size=n)
    weights = rng.uniform(size=x.shape)
    together = sweep(Observed(x, weights), at, coordinates)
    for row in range(b):
        mine = Parameters(*(value[[row]] for value in at))
        data = (x[row], weights[row]) if per_row else (x, weights)
        alone = sweep(Observed(*data), mine, coordinates)
        for one, all_of_them in zip(alone, together, strict=True):
            assert all_of_them[row] == pytest.approx(one[0], rel=1e-10, abs=1e-10)


def test_data_larger_than_a_block_are_summed_completely():
    "The sums over blocks are the sums over the data."
    n = BLOCK + 77  # two components: three blocks, the last one short
    rng = np.random.default_rng(2)
    x, weights = rng.normal(size=n), rng.uniform(size=n)
    at = Parameters(*(np.array([value]) for value in ([0.4, 0.6], [-0.5, 0.7], [0.8, 1.1])))
    whole = sweep(Observed(x, weights), at, Coordinates(2))
    halves = [
        sweep(Observed(x[s], weights[s]), at, Coordinates(2)) for s in (slice(9), slice(9, None))
    ]
    assert whole.loglik[0] == pytest.approx(loglik_by_scipy(x, weights, at), rel=1e-12)
    for total, first, second in zip(whole, *halves, strict=True):
        assert total == pytest.approx(first + second, rel=1e-9, abs=1e-7)


@given(problems())
def test_the_natural_jacobian_is_the_slope_of_weights_means_and_sds(problem):
    "Central differences along every free coordinate."
    coordinates, _, _, at = problem
    jacobian = natural_jacobian(Parameters(*(value[0] for value in at)), coordinates)
    h = 1e-6
    for j, step in enumerate(h * np.eye(coordinates.size)):
        up, down = (
            np.concatenate([v[0] for v in coordinates.move(at, s[None])]) for s in (step, -step)
        )
        assert jacobian[:, j] == pytest.approx((up - down) / (2 * h), abs=1e-8)


def test_curvature_tells_how_fast_em_converges(heights):
    "One minus the smallest eigenvalue is the factor by which plain EM comes closer in each pass."
    values = heights()
    sample = em.Sample((values - values.mean()) / values.std())
    top = em.fit(sample).mixture
    found = sweep(
        Observed(sample.values, sample.weights),
        Parameters(*(value[None] for value in top.parameters)),
        Coordinates(2),
    )
    rate = 1.0 - curvature(found).eigenvalues[0, 0]
    assert rate == pytest.approx(0.997, abs=5e-4)
    mixture = em.Mixture(top.weights, top.means + 0.05, top.sds)
    away = []
    for _ in range(700):
        mixture = em.m_step(sample, em.e_step(sample, mixture).responsibilities)
        away.append(mixture.weights[0] - top.weights[0])
    assert away[-1] / away[-2] == pytest.approx(rate, abs=2e-5)
