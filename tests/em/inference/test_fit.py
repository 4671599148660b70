"""em.fit reaches the maximum, says so, and names every other end."""

import copy
import dataclasses
import functools
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

import em

SEEDS = st.integers(0, 2**32 - 1)
DECIMALS = st.integers(-(10**6), 10**6).map(lambda whole: whole / 1000)
HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])

# Data, components, equal sds; then the printed log-likelihood, weights, means, sds and standard
# errors of weights, means and sds. Sources: reference/README.md.
PRINTED = [
    (
        ("faithful waiting", 2, False),
        ("-1034.001750", [".360886"], ["54.61486", "80.09107"], ["5.87122", "5.86773"]),
        ([".0312"], [".700", ".505"], [".537", ".401"]),
    ),
    (
        ("faithful waiting", 2, True),
        ("-1034.001760", [".360849"], ["54.61363", "80.09030"], ["5.86909"]),
        ([".0301"], [".646", ".476"], [".271"]),
    ),
    (
        ("faithful eruptions", 2, False),
        ("-276.360040", [".348405"], ["2.018608", "4.273343"], [".235622", ".437063"]),
        ([".0292"], [".0261", ".0341"], [".0231", ".0271"]),
    ),
    (
        ("galaxies", 3, False),
        (
            "-203.179228",
            [".08537", ".87805", ".03658"],
            ["9.71014", "21.40010", "33.04438"],
            [".42251", "2.19455", ".92172"],
        ),
        ([], [], []),
    ),
    (
        ("heights 666", 2, False),
        (
            "-3626.5518739428",
            ["0.4359043432", "0.5640956568"],
            ["164.26867133", "176.36698627"],
            ["5.79343856", "7.83169745"],
        ),
        (["0.1989"], ["1.7324", "2.9899"], ["0.7237", "1.1032"]),
    ),
    (
        ("heights 1", 2, False),
        (
            "-3652.389",
            ["0.5203999268", "0.4796000732"],
            ["165.36619152", "178.17944688"],
            ["6.39413926", "7.47129052"],
        ),
        ([], [], []),
    ),
]

EXACT = {
    "heights seed 666": ("heights 666", 2, False),
    "heights seed 1": ("heights 1", 2, False),
    "faithful waiting": ("faithful waiting", 2, False),
    "faithful waiting, equal sds": ("faithful waiting", 2, True),
    "faithful eruptions": ("faithful eruptions", 2, False),
    "galaxies": ("galaxies", 3, False),
}


@pytest.fixture(scope="module")
def data(heights, reference):
    return {**reference, "heights 666": heights(666), "heights 1": heights(1)}


@pytest.fixture(scope="module")
def fit_of(data):
    return functools.cache(lambda name, k, equal: em.fit(data[name], k, equal_sds=equal))


@pytest.fixture(scope="module")
def galaxies(reference):
    "Fits of one to four components, by their number and whether sds are equal."
    found = em.select(reference["galaxies"], range(1, 5)).fits
    fits = {(fit.n_components, fit.equal_sds): fit for fit in found}
    return {**fits, (1, True): fits[1, False]}


GROUPS = em.Mixture([0.4, 0.3, 0.3], [0, 5, 9], [1, 1, 1.5])


def groups(seed=0, n=150):
    """Three groups that can be told apart."""
    values, _ = GROUPS.sample(n, rng=seed)
    return values


@functools.cache
def fit_of_groups(k=3, *, equal_sds=False):
    """A fit of the three groups, made once for all tests that ask something of it."""
    start = GROUPS if k == 3 and not equal_sds else None
    return em.fit(groups(), k, equal_sds=equal_sds, start=start)


def is_sound(fit):
    """A mixture of finite numbers, with a status that is named, whatever the data."""
    assert isinstance(fit.status, em.Status)
    assert all(np.isfinite(value).all() for value in fit.mixture.parameters)
    assert math.isfinite(fit.loglik)
    assert fit.mixture.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert fit.converged == (fit.status is em.Status.CONVERGED)
    assert not math.isnan(fit.gradient_norm)
    return True


def agrees(printed, value):
    """Whether a value, rounded to as many decimals as were printed, is what was printed."""
    decimals = len(printed.partition(".")[2])
    return f"{value:.{decimals}f}" == f"{float(printed):.{decimals}f}"


# ---- the maximum ----


@pytest.mark.parametrize(("model", "estimates", "errors"), PRINTED, ids=lambda x: str(x)[:30])
def test_published_fits_to_every_printed_digit(fit_of, model, estimates, errors):
    "Log-likelihood, weights, means, sds and standard errors, on data of others and on ours."
    fit = fit_of(*model)
    assert fit.converged
    assert agrees(estimates[0], fit.loglik)
    for known, found in zip(estimates[1:], fit.mixture.parameters, strict=True):
        for printed, value in zip(known, found, strict=False):
            assert agrees(printed, value), (printed, value)
    for known, found in zip(errors, fit.standard_errors(), strict=True):
        for printed, value in zip(known, found, strict=False):
            assert agrees(printed, value), (printed, value)


@pytest.mark.parametrize("name", EXACT)
def test_maxima_and_standard_errors_by_a_second_route(fit_of, exact, name):
    "Newton's method in forty digits, in plain sums that share no code with em."
    fit = fit_of(*EXACT[name])
    known, k = exact[name], fit.n_components
    assert fit.loglik == pytest.approx(known["loglik"], abs=2e-11, rel=0)
    errors = fit.standard_errors()
    for kind in ("weights", "means", "sds"):
        # The score is below 1e-8 standard errors, and so is the distance to the maximum.
        error = np.resize(known["standard_errors"][kind], k)
        distance = np.abs(getattr(fit.mixture, kind) - np.resize(known[kind], k)) / error
        assert distance.max() < 1e-7
        assert getattr(errors, kind) == pytest.approx(error, rel=1e-7)


def test_the_default_does_not_stop_early(heights):
    "On the heights, where common tools stop 0.1 to 0.6 log units short: within 1e-7 of the top."
    fit = em.fit(heights())
    assert fit.loglik == pytest.approx(-3626.5518739428, abs=1e-7)
    assert fit.status is em.Status.CONVERGED
    assert fit.gradient_norm < 1e-6
    assert fit.n_iter < 100


def test_a_very_long_run_of_plain_em_comes_to_the_same_place(heights):
    "Four thousand textbook passes from another start."
    values = np.sort(heights(seed=0, n=250))
    sample = em.Sample(values)
    mixture = em.Mixture([0.5, 0.5], [160, 180], [7, 7])
    for _ in range(4000):
        r, loglik = em.e_step(sample, mixture)
        mixture = em.m_step(sample, r)
    fit = em.fit(sample)
    assert fit.loglik >= loglik - 1e-14 * abs(loglik)  # the last digit is rounding
    assert fit.loglik == pytest.approx(loglik, abs=1e-8)
    for mine, theirs in zip(fit.mixture.parameters, mixture.parameters, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_scipy_finds_nothing_better_nearby(k, equal):
    "BFGS from the fit stays there; from a place nearby it comes back."
    x = groups()
    fit = fit_of_groups(k, equal_sds=equal)
    assert fit.converged

    def minus_loglik(at):
        mixing = special.softmax(np.append(at[: k - 1], 0.0))
        sds = np.exp(np.resize(at[2 * k - 1 :], k))
        z = (x[:, None] - at[k - 1 : 2 * k - 1]) / sds
        joint = np.log(mixing / sds) - 0.5 * (z**2 + math.log(2 * math.pi))
        return -np.logaddexp.reduce(joint, axis=1).sum()

    weights, means, sds = fit.mixture.parameters
    log_sds = np.log(sds[:1] if equal else sds)
    top = np.concatenate([np.log(weights[:-1] / weights[-1]), means, log_sds])
    assert minus_loglik(top) == pytest.approx(-fit.loglik, rel=1e-12)
    rng = np.random.default_rng(k)
    for size in (0.0, 0.1, 0.2):
        found = optimize.minimize(minus_loglik, top + size * rng.normal(size=top.size))
        assert found.fun >= -fit.loglik - 1e-9
        assert found.fun == pytest.approx(-fit.loglik, abs=1e-6)
        assert found.x == pytest.approx(top, abs=2e-3)


def test_never_below_the_truth(heights):
    "A maximum beats the mixture that the data were drawn from, on five samples."
    for seed in range(5):
        values = heights(seed)
        fit = em.fit(values)
        assert fit.converged
        assert fit.loglik > HEIGHTS.logpdf(values).sum()


@settings(max_examples=15)
@given(SEEDS, st.integers(1, 3), st.booleans())
def test_never_below_the_start(some_mixture, seed, k, equal):
    "A fit from a given start is at least as good as that start."
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 3, 60)
    start = some_mixture(rng, k, equal_sds=equal)
    fit = em.fit(x, k, start=start, equal_sds=equal)
    assert is_sound(fit)
    assert fit.loglik >= start.logpdf(x).sum() - 1e-9
    assert fit.loglik == pytest.approx(fit.mixture.logpdf(x).sum(), rel=1e-9)


@pytest.mark.study  # test_search.py has less of the same
@settings(max_examples=10)
@given(SEEDS)
@example(38)
@example(42)
def test_a_larger_model_is_never_worse(seed):
    """l(V) >= l(E) and l(K+1) >= l(K) wherever both are maxima, on data of one group too.

    Unless the way up from the smaller one ends where a component is no group.
    """
    x = np.random.default_rng(seed).normal(size=150)
    fits = {(fit.n_components, fit.equal_sds): fit for fit in em.select(x, (1, 2, 3)).fits}
    fits[1, True] = fits[1, False]
    for (k, equal), fit in fits.items():
        for larger in ((k, False), (k + 1, equal)):
            if not (larger in fits and fit.converged and fits[larger].converged):
                continue
            if fits[larger].loglik < fit.loglik - 1e-7:
                assert larger == (k, False), (k, equal, larger)
                assert not em.fit(x, k, start=fit.mixture).converged


@pytest.mark.parametrize("equal", [False, True])
def test_a_larger_model_is_never_worse_on_real_data(galaxies, equal):
    "Nesting on the galaxies, up to four components."
    fits = [galaxies[k, equal] for k in range(1, 5)]
    assert all(fit.converged for fit in fits)
    assert (np.diff([fit.loglik for fit in fits]) >= -1e-9).all()


# ---- what must not matter ----


def same(fit, other, rel=1e-7):
    assert fit.status is other.status
    for mine, theirs in zip(fit.mixture.parameters, other.mixture.parameters, strict=True):
        assert mine == pytest.approx(theirs, rel=rel)


@settings(max_examples=6)
@given(SEEDS, st.integers(1, 3), st.booleans())
def test_the_order_of_the_data_does_not_matter(seed, k, equal):
    "A permutation of the sample gives the same fit."
    x = groups(seed % 100, 80)
    shuffled = np.random.default_rng(seed).permutation(x)
    one, other = (em.fit(values, k, equal_sds=equal, n_starts=4) for values in (x, shuffled))
    assert one.loglik == pytest.approx(other.loglik, abs=1e-9)
    same(one, other)


@settings(max_examples=6)
@given(
    SEEDS, st.integers(1, 3), st.booleans(), st.floats(-1e4, 1e4), st.floats(-6, 6), st.booleans()
)
def test_unit_origin_and_direction_do_not_matter(seed, k, equal, shift, log_scale, mirrored):
    "Shifted, scaled and mirrored data give the shifted, scaled and mirrored fit."
    x = groups(seed % 100, 80)
    scale = 10.0**log_scale
    sign = -1.0 if mirrored else 1.0
    here = em.fit(x, k, equal_sds=equal, n_starts=2)
    # Mirrored data have other random starts, so begin at the mirrored answer.
    weights, means, sds = here.mixture.parameters
    start = em.Mixture(weights, sign * scale * (means + shift), scale * sds) if mirrored else None
    there = em.fit(sign * scale * (x + shift), k, equal_sds=equal, start=start, n_starts=2)
    assert there.status is here.status
    assert there.loglik == pytest.approx(here.loglik - x.size * math.log(scale), rel=1e-9, abs=1e-6)
    order = slice(None, None, -1 if mirrored else 1)
    found = there.mixture
    assert found.weights[order] == pytest.approx(here.mixture.weights, rel=1e-5)
    assert found.means[order] * sign / scale - shift == pytest.approx(
        here.mixture.means, abs=1e-5 * (1 + abs(shift))
    )
    assert found.sds[order] / scale == pytest.approx(here.mixture.sds, rel=1e-5)
    for mine, theirs, unit in zip(
        there.standard_errors(), here.standard_errors(), (1.0, scale, scale), strict=True
    ):
        assert mine[order] / unit == pytest.approx(theirs, rel=1e-4, nan_ok=True)


@pytest.mark.parametrize("equal", [False, True])
def test_weights_equal_repetition(equal):
    "A sample with counts gives the fit, the errors and the criteria of the repeated values."
    rng = np.random.default_rng(5)
    x, counts = groups(5, 60), rng.integers(0, 4, 60)
    start = em.Mixture(GROUPS.weights, GROUPS.means, np.ones(3))
    one, other = (
        em.fit(data, 3, equal_sds=equal, start=start)
        for data in (em.Sample(x, counts), np.repeat(x, counts))
    )
    assert one.converged
    assert one.loglik == pytest.approx(other.loglik, abs=1e-9)
    same(one, other)
    for mine, theirs in zip(one.standard_errors(), other.standard_errors(), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-7)
    for name in ("aic", "bic", "icl"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-10)


def test_doubled_weights_double_the_likelihood_and_halve_the_variances():
    "The estimate stays, the log-likelihood doubles, standard errors shrink by the root of two."
    one = fit_of_groups()
    two = em.fit(em.Sample(groups(), np.full(150, 2.0)), 3, start=one)
    assert two.loglik == pytest.approx(2 * one.loglik, rel=1e-12)
    same(one, two)
    for mine, theirs in zip(one.standard_errors(), two.standard_errors(), strict=True):
        assert mine == pytest.approx(theirs * math.sqrt(2), rel=1e-7)


def test_every_kind_of_column_gives_the_same_fit():
    "Lists, integers, float32, pandas columns with any index, a Sample."
    x = np.round(groups(), 1) * 10
    start = em.Mixture([0.5, 0.5], [0, 70], [20, 20])
    expected = em.fit(x, start=start)
    assert expected.converged
    for given_as in (
        x.tolist(),
        x.astype(int),
        x.astype(np.float32),
        pd.Series(x, index=range(7, 7 + x.size)),
        pd.Series(x).astype("Int64"),
        em.Sample(x),
    ):
        assert em.fit(given_as, start=start).mixture == expected.mixture


def test_the_same_call_gives_the_same_answer(heights):
    "To the last bit, by default and with a seed; the global generator is neither used nor moved."
    values = heights(n=200)
    before = np.random.get_state()[1].tolist()
    for again, rng in (({}, 0), ({"rng": 7}, 7)):
        one, two = em.fit(values, **again), em.fit(values, rng=rng)
        assert one.mixture == two.mixture
        assert one.history.tolist() == two.history.tolist()
    assert np.random.get_state()[1].tolist() == before


def test_the_seed_does_not_matter_for_the_maximum(heights):
    "Four seeds and a generator lead to one top."
    values = heights()
    logliks = [em.fit(values, rng=seed).loglik for seed in range(4)]
    logliks.append(em.fit(values, rng=np.random.default_rng(3)).loglik)
    assert max(logliks) - min(logliks) < 1e-9


# ---- what a fit says of itself ----


def test_the_history_climbs_to_the_log_likelihood():
    "Every entry is as high as the last, and the last is loglik."
    for fit in (fit_of_groups(), em.fit(groups(1), 2, n_starts=2)):
        assert fit.history[-1] == pytest.approx(fit.loglik, rel=1e-14)
        assert (np.diff(fit.history) >= -1e-12 * abs(fit.loglik)).all()
        assert fit.n_iter >= len(fit.history)


@pytest.mark.parametrize(("k", "equal", "free"), [(1, False, 2), (3, False, 8), (3, True, 6)])
def test_information_criteria_by_hand(k, equal, free):
    "AIC and BIC from the likelihood and the free parameters, ICL with the labels' entropy."
    x = groups()
    fit = fit_of_groups(k, equal_sds=equal)
    r = fit.mixture.responsibilities(x)
    entropy = -special.xlogy(r, r).sum()
    assert fit.aic == pytest.approx(2 * free - 2 * fit.loglik, rel=1e-12)
    assert fit.bic == pytest.approx(free * math.log(x.size) - 2 * fit.loglik, rel=1e-12)
    assert fit.icl == pytest.approx(fit.bic + 2 * entropy, rel=1e-10)


def test_one_component_is_the_normal_of_the_textbook():
    "Mean and sd of the sample, standard errors s / sqrt(n) and s / sqrt(2 n)."
    x = np.random.default_rng(1).normal(170, 8, 400)
    fit = em.fit(x, 1)
    assert fit.mixture.means == pytest.approx([x.mean()], rel=1e-14)
    assert fit.mixture.sds == pytest.approx([x.std()], rel=1e-13)
    assert fit.loglik == pytest.approx(stats.norm.logpdf(x, x.mean(), x.std()).sum(), rel=1e-13)
    errors = fit.standard_errors()
    assert errors.weights.tolist() == [0.0]
    assert errors.means == pytest.approx([x.std() / 20], rel=1e-10)
    assert errors.sds == pytest.approx([x.std() / math.sqrt(800)], rel=1e-10)


def test_the_tops_that_were_found_are_told(galaxies, reference):
    "Best first, the answer among them, each with its likelihood and how many starts led there."
    fit = galaxies[4, False]
    assert fit.optima[0].mixture == fit.mixture
    assert fit.optima[0].loglik == fit.loglik
    regular = [o.loglik for o in fit.optima if o.status is em.Status.CONVERGED]
    assert len(regular) > 1
    assert regular == sorted(regular, reverse=True)
    no_answer = {em.Status.COLLAPSED, em.Status.CHANCE, em.Status.EMPTY}
    last = [optimum.status in no_answer for optimum in fit.optima]
    assert True in last
    assert last == sorted(last)
    for optimum in fit.optima:
        assert optimum.n_starts >= 0
        found = optimum.mixture.logpdf(reference["galaxies"]).sum()
        assert optimum.loglik == pytest.approx(found, rel=1e-6)


def test_a_fit_is_frozen_and_can_be_pickled():
    "Nothing can be set, and a pickled fit says the same."
    fit = fit_of_groups()
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit.loglik = 0.0
    twin = pickle.loads(pickle.dumps(fit))  # noqa: S301 - our own
    assert twin.mixture == fit.mixture
    assert twin.standard_errors().means.tolist() == fit.standard_errors().means.tolist()
    covariance = fit.cov_params()
    covariance[:] = 0
    assert fit.cov_params().any()
    with pytest.raises(ValueError, match="read-only"):
        fit.history[0] = 0.0


@pytest.mark.parametrize("n", [200, 5000], ids=["as they are", "squashed"])
def test_a_pickle_of_a_fit_is_small_and_as_good_as_the_fit(n):
    "Whatever was computed before; arrays stay read-only, and every answer has the same digits."
    truth = em.Mixture([0.4, 0.6], [0, 5], [1, 1])
    fit = em.fit(truth.sample(n, rng=1)[0], n_starts=1)
    fresh = len(pickle.dumps(fit))
    text = fit.summary(), repr(fit), fit.history.tolist(), fit.certify()
    stored = pickle.dumps(fit)
    assert len(stored) < fresh + 1000
    assert fresh < fit.sample.values.nbytes + len(pickle.dumps(fit.data)) + 5000
    for twin in (pickle.loads(stored), copy.deepcopy(fit), copy.copy(fit)):  # noqa: S301 - our own
        assert (twin.summary(), repr(twin), twin.history.tolist(), twin.certify()) == text
        for name in ("loglik", "status", "n_iter", "error_bound", "penalty", "n_starts"):
            assert getattr(twin, name) == getattr(fit, name)
        assert twin.mixture == fit.mixture
        assert [one.mixture for one in twin.optima] == [one.mixture for one in fit.optima]
        assert em.fit(twin.sample).loglik == fit.loglik
        for array in (twin.sample.values, twin.data.weights, twin.mixture.means, twin.history):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0.0


def test_a_fit_does_not_change_with_the_callers_array():
    "Standard errors asked for after the caller has reused the array are those of the fit."
    x = groups()
    expected = fit_of_groups().standard_errors()
    fit = em.fit(x, 3, start=GROUPS)
    x[:] = np.arange(x.size)
    for mine, theirs in zip(fit.standard_errors(), expected, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-12)


def test_the_repr_says_what_matters_most():
    "Mixture, log-likelihood, size and status."
    fit = fit_of_groups(1)
    assert repr(fit) == (f"Fit({fit.mixture!r}, loglik={fit.loglik:.6f}, n=150, status=CONVERGED)")


# ---- starts and limits ----


def test_a_start_is_where_the_climb_begins(galaxies, reference):
    "A minor optimum is found from nearby, and a Fit is a start too."
    x, best = reference["galaxies"], galaxies[4, False]
    minor = next(o for o in best.optima[1:] if o.status is em.Status.CONVERGED)
    assert em.fit(x, 4, start=minor.mixture).loglik == pytest.approx(minor.loglik, abs=1e-6)
    again = em.fit(x, 4, start=best)
    assert again.mixture.means == pytest.approx(best.mixture.means, rel=1e-7)
    assert again.n_iter <= best.n_iter


def test_one_pass_is_not_convergence(heights):
    "max_iter=1 ends as MAX_ITER, says what to do, and still holds a mixture."
    start = em.Mixture([0.5, 0.5], [160, 180], [5, 5])
    fit = em.fit(heights(), start=start, max_iter=1)
    assert is_sound(fit)
    assert fit.status is em.Status.MAX_ITER
    assert fit.converged is False
    assert fit.n_iter == 1
    assert "max_iter" in fit.status.message
    assert fit.loglik >= start.logpdf(heights()).sum() - 1e-9


def test_more_starts_are_never_worse(reference):
    "The best of many is at least the best of one."
    x = reference["galaxies"]
    one, many = em.fit(x, 3, n_starts=1), em.fit(x, 3, n_starts=15)
    assert many.loglik >= one.loglik - 1e-9


# ---- data that have no regular maximum, or hardly ----


@pytest.mark.parametrize("n_equal", [2, 5, 40])
def test_a_component_that_collapses_has_a_name_and_no_nan(n_equal):
    "Many equal values among others: a mixture, a status, no warning (warnings are errors here)."
    rng = np.random.default_rng(1)
    x = np.concatenate([np.full(n_equal, 3.0), rng.normal(size=20)])
    start = em.Mixture([0.2, 0.8], [3.0, 0.0], [0.01, 1.0])
    for fit in (em.fit(x), em.fit(x, start=start)):
        assert is_sound(fit)
        if not fit.converged:
            assert np.isnan(fit.standard_errors().means).all()
            assert np.isnan(fit.conf_int().means).all()
    collapsed = em.fit(x, start=start)
    assert collapsed.status is em.Status.COLLAPSED
    assert "collapsed" in collapsed.status.message


@pytest.mark.parametrize(("width", "k"), [(0.5, 2), (2.54, 2), (2.54, 3)])
def test_rounded_heights_have_a_smooth_answer(heights, width, k):
    "Ties do not draw a component onto them: the answer is near that of the unrounded heights."
    rounded = np.round(heights() / width) * width
    fit = em.fit(rounded, k)
    assert fit.converged
    assert fit.mixture.sds.min() > width / math.sqrt(12)
    if k == 2:
        assert fit.mixture.means == pytest.approx([164.27, 176.37], abs=0.8)


def test_one_far_outlier_is_not_a_silent_group():
    "A value at 1e4: the answer is named as collapsed, or the outlier stays with a wide group."
    x = np.append(np.random.default_rng(2).normal(0, 1, 200), 1e4)
    fit = em.fit(x)
    assert is_sound(fit)
    assert fit.status is em.Status.COLLAPSED
    one = em.fit(x, 1)
    assert one.converged
    assert one.mixture.means == pytest.approx([x.mean()], rel=1e-12)


@pytest.mark.parametrize("n", [30, 999])
def test_with_equal_sds_one_far_value_is_a_group_of_its_own(n):
    "The likelihood with one sd is bounded, so its maximum counts, whatever the groups' sizes."
    x = np.append(np.random.default_rng(2).normal(0, 1, n), 1e4)
    fit = em.fit(x, 2, equal_sds=True)
    assert fit.converged
    assert fit.mixture.means == pytest.approx([x[:-1].mean(), 1e4], abs=1e-6)
    assert fit.mixture.weights == pytest.approx([n / (n + 1), 1 / (n + 1)], rel=1e-6)
    assert fit.mixture.sds == pytest.approx([x[:-1].std() * math.sqrt(n / (n + 1))] * 2, rel=1e-6)


def test_an_outlier_group_is_found():
    "Ten values around 1e4 are a component of their own, and the others are fitted as without."
    rng = np.random.default_rng(3)
    bulk = em.Mixture([0.5, 0.5], [0, 6], [1, 1]).sample(300, rng=3)[0]
    fit = em.fit(np.concatenate([bulk, 1e4 + rng.normal(0, 1, 10)]), 3)
    alone = em.fit(bulk)
    assert fit.converged
    assert fit.mixture.means[2] == pytest.approx(1e4, abs=1.5)
    assert fit.mixture.means[:2] == pytest.approx(alone.mixture.means, rel=1e-6, abs=1e-6)
    assert fit.mixture.sds[:2] == pytest.approx(alone.mixture.sds, rel=1e-6)


def test_data_far_from_zero_lose_no_more_than_their_own_digits(heights):
    "An offset of 1e8 leaves weights, sds and standard errors."
    values = np.round(heights(), 6)
    near, far = em.fit(values), em.fit(values + 1e8)
    assert far.converged
    assert far.loglik == pytest.approx(near.loglik, abs=1e-5)
    assert far.mixture.weights == pytest.approx(near.mixture.weights, abs=1e-6)
    assert far.mixture.means - 1e8 == pytest.approx(near.mixture.means, abs=1e-5)
    assert far.mixture.sds == pytest.approx(near.mixture.sds, rel=1e-6)
    assert far.standard_errors().means == pytest.approx(near.standard_errors().means, rel=1e-5)


@settings(max_examples=30)
@given(
    st.lists(st.integers(-3, 3) | DECIMALS, min_size=2, max_size=10),
    st.integers(1, 3),
    st.booleans(),
)
def test_tiny_samples_are_refused_or_end_with_a_name(values, k, equal):
    "Two to ten values of any kind: one clear error, or a sound fit that can be looked at."
    try:
        fit = em.fit(values, k, equal_sds=equal)
    except ValueError as error:
        assert "expected" in str(error)  # noqa: PT017 - either way is right, this is what it says
        assert len(set(values)) < 2 * k
        return
    assert is_sound(fit)
    assert np.isfinite(fit.history).all()
    assert (np.diff(fit.history) >= -1e-9 * (1 + np.abs(fit.history[1:]))).all()
    for value in (*fit.standard_errors(), *fit.conf_int(method="wald")):
        assert fit.status is em.Status.MAX_ITER or np.isfinite(value).all() == fit.converged


def test_many_components_are_found():
    "Groups eight sds apart come back, each with its share."
    k = 5
    truth = em.Mixture(np.full(k, 1 / k), 8.0 * np.arange(k), np.ones(k))
    values, labels = truth.sample(100 * k, rng=0)
    fit = em.fit(values, k, n_starts=2)
    assert fit.converged
    assert fit.mixture.means == pytest.approx(truth.means, abs=0.7)
    shares = np.bincount(labels, minlength=k) / labels.size
    assert fit.mixture.weights == pytest.approx(shares, abs=0.01)


def test_a_narrow_group_within_a_wide_one_is_found():
    "Components may share their centre: a scale mixture."
    values, _ = em.Mixture([0.5, 0.5], [0, 0], [1, 8]).sample(600, rng=1)
    fit = em.fit(values)
    assert fit.converged
    assert fit.mixture.means == pytest.approx([0, 0], abs=1.5)
    assert np.sort(fit.mixture.sds) == pytest.approx([1, 8], rel=0.15)


def test_heavy_tails_are_fitted_from_their_middle():
    "Five thousand Cauchy values, spread over many decades: the fit beats one of fewer components."
    values = np.random.default_rng(6).standard_cauchy(5000)
    fits = [em.fit(values, k) for k in (1, 2, 3)]
    assert all(is_sound(fit) for fit in fits)
    assert fits[0].loglik < fits[1].loglik < fits[2].loglik


# ---- bad input ----


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"x": [3.0, 3.0, 3.0]}, ValueError, ["vary", "constant", "3"]),
        ({"x": [5.0]}, ValueError, ["vary", "constant"]),
        ({"x": [1.0, 2.0, 3.0]}, ValueError, ["at least 4 distinct", "2 components", "got 3"]),
        ({"x": [1.0, 1.0, 2.0], "equal_sds": True}, ValueError, ["at least 3 distinct", "got 2"]),
        ({"x": [1.0, math.nan]}, ValueError, ["missing", "position 1"]),
        ({"x": ["a", "b"]}, TypeError, ["real numbers"]),
        ({"x": np.ones((4, 2))}, ValueError, ["shape (4, 2)"]),
        ({"n_components": 0}, ValueError, ["n_components", "1 or more", "0"]),
        ({"n_components": -1}, ValueError, ["n_components", "1 or more", "-1"]),
        ({"n_components": 2.0}, TypeError, ["n_components", "whole number", "2.0"]),
        ({"n_components": "2"}, TypeError, ["n_components", "whole number", "'2'"]),
        ({"n_components": True}, TypeError, ["n_components", "whole number", "True"]),
        ({"n_starts": 0}, ValueError, ["n_starts", "1 or more"]),
        ({"n_starts": 1.5}, TypeError, ["n_starts", "whole number"]),
        ({"max_iter": 0}, ValueError, ["max_iter", "1 or more"]),
        ({"max_iter": 1e3}, TypeError, ["max_iter", "whole number"]),
        ({"tol": 0.0}, ValueError, ["tol", "standard errors", "0.0"]),
        ({"tol": -1e-6}, ValueError, ["tol", "-1e-06"]),
        ({"tol": math.nan}, ValueError, ["tol", "nan"]),
        ({"tol": "small"}, TypeError, ["tol"]),
        ({"rng": "a"}, TypeError, ["rng", "seed", "str"]),
        pytest.param(
            {"rng": np.random.RandomState(1)},
            TypeError,
            ["rng", "Generator", "RandomState"],
            id="RandomState",
        ),
        ({"start": [0.5, 0.5]}, TypeError, ["start", "em.Mixture", "list"]),
        ({"start": em.Mixture(1, 0, 1)}, ValueError, ["start", "2 components", "n_components=1"]),
        (
            {"start": em.Mixture([1, 0], [0, 1], [1, 1])},
            ValueError,
            ["start", "positive weights", "zero"],
        ),
    ],
    ids=str,
)
def test_bad_input_gets_one_clear_line(arguments, error, words):
    "What was expected, what came, and what to try."
    with pytest.raises(error) as caught:
        em.fit(**{"x": groups(), **arguments})
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_start_with_hardly_any_spread_ends_with_a_name():
    "An sd of 1e-300 in a start overflows nothing that a user would see."
    fit = em.fit(groups(), 2, start=em.Mixture([0.5, 0.5], [0, 1], [1e-300, 1]))
    assert is_sound(fit)
