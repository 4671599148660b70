"""Rounded values: the likelihood of intervals, its derivatives, and what it mends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

import em
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import expect, sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.likelihood.rounding import nearest_step, within
from em.search.ascent import Status, ascend
from em.search.groups import Verdict, verdict

SEEDS = st.integers(0, 2**32 - 1)
WIDTHS = (1e-8, 1e-4, 0.03, 0.3, 1.0, 1.99, 2.01, 4.0, 10.0)
APART = em.Mixture([0.4, 0.6], [0, 5], [1, 1.5])


def by_quadrature(z, width):
    """Log of the mean of exp(-t^2/2) over the interval, and four moments within it."""
    half = width / 2
    # The highest place of the density, counted in halves of the interval from its middle.
    top = -z / half if abs(z) < half else -np.sign(z)
    highest = z + half * top
    reach = 40 / (half * max(1.0, abs(highest)))

    def mean(power):
        found, _ = integrate.quad(
            lambda u: (
                (z + half * u) ** power
                * np.exp(-half * (u - top) * (highest + 0.5 * half * (u - top)))
            ),
            max(-1.0, top - reach), min(1.0, top + reach), epsabs=0, epsrel=1e-13, limit=200,
        )  # fmt: skip
        return found / 2

    mass = mean(0)
    return np.log(mass) - 0.5 * highest**2, [mean(power) / mass for power in range(1, 5)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
def test_probabilities_and_moments_are_those_of_scipys_quadrature(width):
    "For steps from next to nothing to ten sds, from the middle to a hundred sds out."
    for z in (0.0, 0.4, -1.3, 3.0, 3.99, 4.01, -7.0, 12.0, 40.0, 100.0):
        log_mean, moments = within(np.array([[z]]), np.array([[width]]), 4)
        expected, about = by_quadrature(z, width)
        assert log_mean[0, 0] == pytest.approx(expected, rel=1e-12, abs=1e-12)
        for mine, theirs in zip(moments, about, strict=True):
            assert mine[0, 0] == pytest.approx(theirs, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("width", [20.0, 1e3, 1e8])
def test_wide_steps_hold_all_or_nothing(width):
    "Within a step that covers everything the moments are the normal ones; its edge halves them."
    log_mean, moments = within(np.array([0.0, 0.5 * width]), np.array([width, width]), 4)
    assert np.exp(log_mean) * width == pytest.approx(np.sqrt(2 * np.pi) * np.array([1, 0.5]))
    root = np.sqrt(2 / np.pi)
    halves = [[0, root], [1, 1], [0, 2 * root], [3, 3]]
    for mine, expected in zip(moments, halves, strict=True):
        assert mine == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_both_ways_to_an_interval_agree_where_they_meet():
    "An array whose cells go different ways holds what each cell gives alone."
    z = np.linspace(-30, 30, 401)[None]
    width = np.array([[0.5], [1.5], [3.0]])
    together = within(np.repeat(z, 3, axis=0), width, 4)
    for row, one in enumerate(width):
        for place in range(0, 401, 7):
            alone = within(z[:, [place]], one[None], 4)
            assert together.log_mean[row, place] == pytest.approx(alone.log_mean[0, 0], rel=1e-13)
            for mine, theirs in zip(together.moments, alone.moments, strict=True):
                assert mine[row, place] == pytest.approx(theirs[0, 0], rel=1e-12, abs=1e-13)


def interval_loglik(data, at):
    """The log-likelihood by SciPy's distribution functions."""
    upper = (data.x[:, None] + data.rounding / 2 - at.means[0]) / at.sds[0]
    lower = (data.x[:, None] - data.rounding / 2 - at.means[0]) / at.sds[0]
    flip = np.where(lower > 0, -1.0, 1.0)
    near, far = special.ndtr(flip * upper), special.ndtr(flip * lower)
    density = (np.abs(near - far) / data.rounding) @ at.weights[0]
    return float(data.weights @ np.log(density))


@st.composite
def problems(draw):
    """Rounded data with weights, a model with any equal sds, and a place in it."""
    k = draw(st.integers(1, 3))
    coordinates = Coordinates(k, draw(st.booleans()))
    rng = np.random.default_rng(draw(SEEDS))
    rounding = draw(st.sampled_from([0.2, 0.7, 1.5, 4.0]))
    x = np.unique(nearest_step(rng.normal(0, 1.5, 30), rounding, 0.1))
    sds = rng.uniform(0.4, 1.5, k)
    if coordinates.equal_sds:
        sds[:] = sds[0]
    mixing = rng.dirichlet(np.full(k, 2.0)) * 0.8 + 0.2 / k
    at = Parameters(mixing[None], rng.normal(size=(1, k)), sds[None])
    return coordinates, Observed(x, rng.uniform(0.1, 3, x.size), rounding), at


@given(problems())
def test_score_and_information_are_slopes_of_the_interval_likelihood(problem):
    "Central differences of SciPy's log-likelihood, and of the score."
    coordinates, data, at = problem
    found = sweep(data, at, coordinates)
    assert found.loglik[0] == pytest.approx(interval_loglik(data, at), rel=1e-10, abs=1e-10)
    step = 1e-5
    for j, move in enumerate(step * np.eye(coordinates.size)):
        up, down = (coordinates.move(at, side * move[None]) for side in (1, -1))
        slope = (interval_loglik(data, up) - interval_loglik(data, down)) / (2 * step)
        assert found.score[0, j] == pytest.approx(slope, rel=1e-5, abs=1e-5 * data.n)
        bend = sweep(data, down, coordinates).score - sweep(data, up, coordinates).score
        assert found.information[0, j] == pytest.approx(
            bend[0] / (2 * step), rel=1e-6, abs=1e-6 * data.n
        )


@given(problems())
def test_an_em_pass_knows_the_same_sums_as_a_sweep(problem):
    "Log-likelihood, counts and moments of `expect` are those of `sweep`."
    coordinates, data, at = problem
    for mine, theirs in zip(expect(data, at), sweep(data, at, coordinates), strict=False):
        assert mine == pytest.approx(theirs, rel=1e-12, abs=1e-12)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 3), st.booleans(), st.sampled_from([0.1, 1.0, 3.0]))
def test_the_likelihood_never_falls(seed, k, equal, rounding):
    "From any start every accepted mixture is as good as the last, to rounding."
    rng = np.random.default_rng(seed)
    x, counts = np.unique(nearest_step(rng.standard_t(4, 80), rounding, 0.0), return_counts=True)
    data = Observed(x, counts.astype(float), rounding)
    start = Parameters(
        rng.dirichlet(np.ones(k), 3),
        rng.normal(size=(3, k)),
        rng.uniform(0.3, 2, (3, 1)) + np.zeros(k),
    )
    climbed = ascend(data, start, Coordinates(k, equal), max_iter=100, with_history=True)
    for history in climbed.history:
        steps = np.diff(history)
        assert (steps >= -1e-13 * (np.abs(history[1:]) + 1e3)).all()


@pytest.mark.parametrize("equal", [False, True])
def test_the_engine_takes_the_textbook_steps(equal):
    "A climb by EM alone walks through the same likelihoods as e_step and m_step."
    x, _ = APART.sample(300, rng=1)
    sample = em.Sample(np.round(x), rounding=1.0).collapse()
    mixture = em.Mixture([0.5, 0.5], [-1, 4], [1.5, 1.5])
    start = Parameters(*(value[None].copy() for value in mixture.parameters))
    data = Observed(sample.values, sample.weights, sample.rounding)
    climbed = ascend(
        data, start, Coordinates(2, equal), em_passes=12, max_iter=12, with_history=True
    )
    path = []
    for _ in range(12):
        r, loglik = em.e_step(sample, mixture)
        path.append(loglik)
        last, mixture = mixture, em.m_step(sample, r, equal, previous=mixture)
    assert climbed.history[0] == pytest.approx(path, rel=1e-12)
    for mine, theirs in zip(last.parameters, climbed.at, strict=True):
        assert mine == pytest.approx(theirs[0], rel=1e-9)
    with pytest.raises(ValueError, match="pass previous="):
        em.m_step(sample, r, equal)


@pytest.mark.parametrize("rounding", [0.3, 1.0, 3.0])
def test_one_component_is_the_top_that_scipy_finds(rounding):
    "A direct search over mean and log sd; the naive sd is too large by h^2/12 in variance."
    x = nearest_step(np.random.default_rng(5).normal(0.4, 1.0, 400), rounding, 0.0)
    fit = em.fit(x, 1, rounding=rounding)
    data = Observed(x, np.ones(400), rounding)

    def objective(free):
        one = np.ones((1, 1))
        return -interval_loglik(data, Parameters(one, one * free[0], one * np.exp(free[1])))

    found = optimize.minimize(objective, [0.0, 0.0], method="Nelder-Mead", tol=1e-10)
    assert fit.converged
    assert fit.certify().ok
    assert fit.loglik == pytest.approx(-found.fun, abs=1e-8)
    assert fit.mixture.means[0] == pytest.approx(found.x[0], abs=1e-5)
    assert fit.mixture.sds[0] == pytest.approx(np.exp(found.x[1]), abs=1e-5)
    if rounding <= 1:  # Sheppard's correction has no say where steps are wide
        assert fit.mixture.sds[0] ** 2 == pytest.approx(np.var(x) - rounding**2 / 12, rel=2e-3)


def rounded(n, rounding, seed, truth=APART):
    return nearest_step(truth.sample(n, rng=seed)[0], rounding, 0.0)


def test_a_fit_goes_with_the_unit_and_the_origin():
    "In other units and from another origin the same fit; ties collapsed or not the same fit."
    x = rounded(500, 1.0, 3)
    fit = em.fit(x, rounding=1.0, start=APART)
    there = em.Mixture(APART.weights, 250.0 + 0.01 * APART.means, 0.01 * APART.sds)
    moved = em.fit(250.0 + 0.01 * x, rounding=0.01, start=there)
    assert moved.mixture.weights == pytest.approx(fit.mixture.weights, rel=1e-8)
    assert moved.mixture.means == pytest.approx(250 + 0.01 * fit.mixture.means, rel=1e-10)
    assert moved.mixture.sds == pytest.approx(0.01 * fit.mixture.sds, rel=1e-7)
    assert moved.loglik == pytest.approx(fit.loglik - 500 * np.log(0.01), rel=1e-11)
    values, counts = np.unique(x, return_counts=True)
    tied = em.fit(em.Sample(values, counts, rounding=1.0), start=APART)
    assert tied.mixture == fit.mixture
    assert tied.loglik == fit.loglik
    assert em.fit(em.Sample(x, rounding=1.0), start=APART).mixture == fit.mixture
    undone = em.Sample(x, rounding=1.0)
    exact = em.fit(x, start=APART).loglik
    assert em.fit(undone, rounding=0.0, start=APART).loglik == exact


def test_as_the_step_gets_finer_the_fit_becomes_that_of_exact_values():
    "Differences fall with the square of the step, as Sheppard's correction says."
    x = rounded(400, 1e-3, 4)
    exact = em.fit(x)
    fine = em.fit(x, rounding=1e-3)
    assert fine.loglik == pytest.approx(exact.loglik, abs=1e-3)
    assert fine.mixture.means == pytest.approx(exact.mixture.means, abs=1e-6)
    assert fine.standard_errors().sds == pytest.approx(exact.standard_errors().sds, rel=1e-5)
    values = np.sort(APART.sample(50, rng=1)[0])
    narrow = APART.logpdf(values, 1e-6)
    assert narrow == pytest.approx(APART.logpdf(values), abs=1e-9)
    upper, lower = APART.cdf(values + 0.4), APART.cdf(values - 0.4)
    assert np.exp(APART.logpdf(values, 0.8)) * 0.8 == pytest.approx(upper - lower, rel=1e-10)


def test_what_a_fit_says_of_rounded_data():
    "Log-likelihood, responsibilities, ICL, history, summary, certificate and error bound agree."
    x = rounded(600, 1.0, 6)
    fit = em.fit(x, rounding=1.0, start=APART)
    assert fit.loglik == pytest.approx(fit.mixture.logpdf(x, 1.0).sum(), rel=1e-12)
    joint = fit.mixture.weights * (
        stats.norm.cdf(x[:, None] + 0.5, fit.mixture.means, fit.mixture.sds)
        - stats.norm.cdf(x[:, None] - 0.5, fit.mixture.means, fit.mixture.sds)
    )
    r = joint / joint.sum(axis=1, keepdims=True)
    assert fit.mixture.responsibilities(x, 1.0) == pytest.approx(r, rel=1e-6, abs=1e-12)
    assert em.e_step(fit.sample, fit.mixture).responsibilities == pytest.approx(r, abs=1e-9)
    assert fit.icl == pytest.approx(fit.bic + 2 * special.entr(r).sum(), rel=1e-9)
    assert fit.history[-1] == pytest.approx(fit.loglik, rel=1e-12)
    assert fit.error_bound == 0.0
    assert fit.certify().ok
    assert fit.certify(x).ok
    assert "Rounded to:          1 " in fit.summary()
    assert "Rounded to" not in em.fit(x, start=APART).summary()


def test_too_little_and_too_much_are_told():
    "Counts of few steps tell few parameters; a million steps are no rounding."
    with pytest.raises(ValueError, match="more distinct rounded values than the 5"):
        em.fit(np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], [3, 9, 20, 9, 4]), rounding=1.0)
    with pytest.raises(ValueError, match="too fine to matter"):
        em.fit(np.arange(float((1 << 20) + 1)), rounding=1.0)
    with pytest.raises(ValueError, match="whole steps"):
        em.fit(np.random.default_rng(0).normal(size=50), rounding=0.5)


@pytest.mark.parametrize("seed", range(2))
def test_larger_models_are_never_less_likely(seed):
    "On data rounded to wide steps: more components, or unequal sds instead of equal ones."
    rng = np.random.default_rng(seed)
    truth = em.Mixture([0.4, 0.6], [0, rng.uniform(0, 6)], [1, rng.uniform(0.3, 3)])
    x = rounded(300, rng.choice([0.3, 1.0]), seed, truth)
    sample = em.Sample(x, rounding=np.diff(np.unique(x)).min().round(1))
    found = {(one.n_components, one.equal_sds): one for one in em.select(sample, range(1, 4)).fits}
    assert len(found) == 5
    for smaller, larger in [
        ((1, False), (2, True)), ((2, True), (2, False)), ((2, True), (3, True)),
        ((2, False), (3, False)), ((3, True), (3, False)),
    ]:  # fmt: skip
        if found[smaller].converged and found[larger].converged:
            assert found[larger].loglik >= found[smaller].loglik - 1e-7
    assert found[1, False].converged
    assert found[2, True].converged


def test_an_sd_hidden_by_the_rounding_is_not_told():
    "A group on the edge of two steps may be as narrow as it likes: flat, without errors."
    wide = np.round(stats.norm.ppf((np.arange(700) + 0.5) / 700, 0, 2.9))
    x = np.concatenate([wide, np.repeat([4.0, 5.0], 150)])
    fit = em.fit(x, rounding=1.0)
    assert fit.status is Status.FLAT
    assert np.isnan(fit.standard_errors().sds).all()
    assert fit.mixture.weights[1] == pytest.approx(0.3, abs=0.02)
    means, sds = fit.mixture.means.copy(), fit.mixture.sds.copy()
    means[1], sds[1] = 4.5 + 0.01 * (means[1] - 4.5) / sds[1], 0.01
    narrower = em.Mixture(fit.mixture.weights, means, sds)
    assert narrower.logpdf(x, 1.0).sum() == pytest.approx(fit.loglik, abs=1e-3)


def test_chance_on_one_step_is_a_spike_and_a_full_one_is_not():
    "The width of a group's values is that of its sd and the step together."
    some = Parameters(np.array([0.99, 0.01]), np.array([0.0, 1.0]), np.array([1.0, 1e-4]))
    many = some._replace(weights=np.array([0.7, 0.3]))
    nowhere = np.linspace(-50, 50, 4001), np.full(4001, 1000 / 4001)
    fine, coarse = (Observed(*nowhere, step, stands_for_others=True) for step in (0.1, 1.0))
    assert verdict(some, fine) is Verdict.CHANCE
    assert verdict(many, fine) is Verdict.GROUPS
    assert verdict(some, coarse) is Verdict.GROUPS  # nothing is narrow against such a step


def test_profile_ends_are_those_of_a_brute_force_profile():
    """Each end has the deviance asked for, by SciPy's search over the other parameters.

    On the way down the rounding comes to hide the narrower group: its sd may be anything, and
    its mean cannot go beyond the edge of two steps, where the profile jumps.
    """
    x = rounded(500, 2.0, 2)
    fit = em.fit(x, rounding=2.0)
    ends = fit.conf_int()
    values, counts = np.unique(x, return_counts=True)
    data = Observed(values, counts.astype(float), 2.0)
    names = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)]

    def profile(held, value):
        others = [name for name in names if name != held]

        def objective(free):
            place = dict(zip(others, free, strict=True)) | {held: value}
            share, *rest = (place[name] for name in names)
            if not 0 < share < 1 or min(rest[2:]) <= 0.05:
                return 1e10
            at = Parameters(
                *(np.array([pair]) for pair in ((share, 1 - share), rest[:2], rest[2:]))
            )
            return -interval_loglik(data, at)

        start = [fit.mixture.parameters[kind][j] for kind, j in others]
        settings = {"maxiter": 4000, "xatol": 1e-6, "fatol": 1e-8}
        return -optimize.minimize(objective, start, method="Nelder-Mead", options=settings).fun

    for kind, j, side in [(0, 0, 0), (0, 0, 1), (1, 1, 0), (2, 0, 1), (2, 1, 1)]:
        deviance = 2 * (fit.loglik - profile((kind, j), ends[kind][j, side]))
        assert deviance == pytest.approx(stats.chi2.ppf(0.95, 1), abs=2e-5)
    assert ends.sds[0, 0] == 0.0
    assert ends.means[0, 0] == pytest.approx(-1.0, abs=0.01)


def test_bootstrap_draws_are_rounded_as_the_data_are():
    "Errors of both kinds of resampling come near those of the information, which knows the steps."
    fit = em.fit(rounded(800, 1.0, 1), rounding=1.0, start=APART)
    errors = np.concatenate(fit.standard_errors())
    for kind in ("parametric", "nonparametric"):
        made = em.bootstrap(fit, 200, kind, rng=1)
        assert made.n_converged >= 190
        assert np.concatenate(made.standard_errors()) == pytest.approx(errors, rel=0.25)
        centers = np.concatenate([values.mean(axis=0) for values in made.draws])
        estimate = np.concatenate(fit.mixture.parameters)
        assert (np.abs(centers - estimate) < 0.35 * errors).all()


def test_the_likelihood_ratio_test_rounds_what_it_simulates():
    "Two groups that are apart are told; the statistics simulated are those of rounded samples."
    found = em.lr_test(em.Sample(rounded(100, 1.0, 1), rounding=1.0), n_refits=2)
    assert found.pvalue == 1 / 3
    assert (found.null < 15).all()
    assert (found.null > 0).any()


@pytest.mark.study
def test_rounding_biases_the_naive_fit_and_not_the_rounded_one():
    """Thirty samples of 4,000 rounded to more than the sd of the narrower group.

    The rounded fit is right on average, its standard errors are the spread of its estimates,
    and its intervals cover; the naive fit has sds that are too large, and covers hardly ever.
    """
    truth = np.array([0.4, 0.6, 0, 5, 1, 1.5])
    step = 1.25
    estimates, errors, naive, covered, missed = [], [], [], [], []
    for seed in range(30):
        x = rounded(4000, step, seed)
        fit, plain = em.fit(x, rounding=step), em.fit(x)
        assert fit.converged
        estimates.append(np.concatenate(fit.mixture.parameters))
        errors.append(np.concatenate(fit.standard_errors()))
        naive.append(np.concatenate(plain.mixture.parameters))
        for one, hits in ((fit, covered), (plain, missed)):
            ends = np.concatenate(one.conf_int(method="wald"))
            hits.append((ends[:, 0] <= truth) & (truth <= ends[:, 1]))
    estimates, naive = np.array(estimates), np.array(naive)
    spread = estimates.std(axis=0, ddof=1)
    assert (np.abs(estimates.mean(axis=0) - truth) < 3 * spread / np.sqrt(30)).all()
    assert np.mean(errors, axis=0) == pytest.approx(spread, rel=0.35)
    excess = (naive[:, 4:] ** 2).mean(axis=0) - truth[4:] ** 2
    assert excess == pytest.approx(step**2 / 12, abs=0.04)
    assert (naive[:, 4:].mean(axis=0) - truth[4:] > 3 * spread[4:] / np.sqrt(30)).all()
    assert np.mean(covered) > 0.9
    assert np.mean(covered, axis=0)[4:].min() >= 0.8
    assert np.mean(missed, axis=0)[4] < 0.7
