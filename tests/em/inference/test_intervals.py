"""Confidence intervals: Wald by hand, profile likelihood by another route, open ends as open."""

import dataclasses
import functools
import math

import numpy as np
import pytest
from scipy import optimize, special, stats

import em
from em.likelihood.mixture import standardised
from em.search.groups import Verdict, verdict

Z = 1.959963984540054
DEVIANCE = 3.841458820694

# 95 % profile intervals of the heights: weight 0, means, sds.
PRINTED = {
    666: (
        [".0810674", ".7490477"],
        [["160.628861", "167.540174"], ["171.846700", "181.891002"]],
        [["2.083560", "7.165903"], ["5.855254", "9.337759"]],
    ),
    1: (
        [".1088167", ".7788935"],
        [["161.756636", "168.370275"], ["172.498297", "182.884962"]],
        [["3.524264", "7.706092"], ["5.764484", "9.618034"]],
    ),
}
WALD = (
    [".1366714", ".7904457"],
    [["160.873263", "167.664079"], ["170.506935", "182.227038"]],
    [["4.535263", "7.400658"], ["5.942338", "10.321776"]],
)


def agrees(printed, value):
    decimals = len(printed.partition(".")[2])
    return f"{value:.{decimals}f}" == f"{float(printed):.{decimals}f}"


def agree(printed, values):
    return all(agrees(p, v) for p, v in zip(np.ravel(printed), np.ravel(values), strict=True))


def loglik(x, log_weights, means, sds):
    sds = sds[:, None]
    joint = log_weights[:, None] - np.log(sds) - 0.5 * ((x - means[:, None]) / sds) ** 2
    top = joint.max(axis=0)
    inside = top + np.log(np.exp(joint - top).sum(axis=0))
    return inside.sum() - 0.5 * x.size * math.log(2 * math.pi)


def profile_deviance(fit, x, kind, j, value, walk=()):
    """Twice the fall of the log-likelihood with one parameter held, maximised by SciPy's BFGS.

    Goes from the estimate to the value by way of others, each from where the last one ended, so
    as to stay on the branch of the estimate's labels. Gives the fall at each of them, or the only
    one.
    """
    k = fit.n_components
    n_sds = 1 if fit.equal_sds else k
    held = {"weights": 0, "means": k, "sds": 2 * k}[kind] + (
        0 if kind == "sds" and n_sds < k else j
    )
    estimate = np.concatenate(fit.mixture.parameters)[: 2 * k + n_sds]
    others = [i for i in range(k) if i != held]

    def complete(free, fixed):
        """All parameters, from logits of the free weights, free means and free log sds."""
        natural = np.empty(2 * k + n_sds)
        natural[held] = fixed
        logits = np.append(free[: len(others) - 1], 0.0)
        left = 1.0 - fixed if held < k else 1.0
        natural[others] = left * special.softmax(logits)
        rest = [i for i in range(k, natural.size) if i != held]
        natural[rest] = free[len(others) - 1 :]
        sds = [i for i in rest if i >= 2 * k]
        natural[sds] = np.exp(natural[sds])
        return natural

    def fall(free, fixed):
        natural = complete(free, fixed)
        sds = np.resize(natural[2 * k :], k)
        return 2 * (fit.loglik - loglik(x, np.log(natural[:k]), natural[k : 2 * k], sds))

    free = np.log(estimate[others] / estimate[others[-1]])[:-1] if others else np.empty(0)
    rest = np.append(estimate[k : 2 * k], np.log(estimate[2 * k :]))
    free = np.append(free, np.delete(rest, held - k) if held >= k else rest)
    falls = []
    for fixed in (*walk, value):
        found = optimize.minimize(fall, free, args=(fixed,))
        free = found.x
        falls.append(found.fun)
    return falls if len(falls) > 1 else falls[0]


THREE = em.Mixture([0.4, 0.3, 0.3], [0, 6, 12], [1, 1, 2])


def three_groups(n=150):
    return THREE.sample(n, rng=1)[0]


@functools.cache
def fit_of_three(*, equal_sds=False):
    start = em.Mixture(THREE.weights, THREE.means, np.ones(3)) if equal_sds else THREE
    return em.fit(three_groups(), 3, equal_sds=equal_sds, start=start)


@pytest.fixture(scope="module")
def fit_of_heights(heights):
    return functools.cache(lambda seed=666: em.fit(heights(seed)))


# ---- the reference ----


@pytest.mark.parametrize("seed", [666, 1])
def test_profile_intervals_to_every_printed_digit(fit_of_heights, seed):
    "Both seeds, all five parameters; the second weight mirrors the first."
    found = fit_of_heights(seed).conf_int()
    weight, means, sds = PRINTED[seed]
    assert agree(weight, found.weights[0])
    assert agree(means, found.means)
    assert agree(sds, found.sds)
    assert found.weights[1] == pytest.approx(1 - found.weights[0, ::-1], rel=1e-12)


def test_wald_intervals_to_every_printed_digit(fit_of_heights):
    "On the logit of weights and the log of sds."
    found = fit_of_heights().conf_int(method="wald")
    assert agree(WALD[0], found.weights[0])
    assert agree(WALD[1], found.means)
    assert agree(WALD[2], found.sds)


@pytest.mark.parametrize(
    ("name", "column", "k", "equal"),
    [
        ("faithful waiting", "faithful waiting", 2, False),
        ("faithful waiting, equal sds", "faithful waiting", 2, True),
        ("faithful eruptions", "faithful eruptions", 2, False),
    ],
)
def test_profile_intervals_by_a_second_route(reference, exact, name, column, k, equal):
    "Newton's method in forty digits on the equations that define an end."
    found = em.fit(reference[column], k, equal_sds=equal).conf_int()
    for kind in ("weights", "means", "sds"):
        known = np.resize(exact[name]["profile"][kind], (k, 2))
        assert getattr(found, kind) == pytest.approx(known, rel=1e-8)


def test_an_end_far_along_a_crooked_ridge_is_found():
    "Two groups a single sd apart: the path to the upper end of the weight has 80 bends and more."
    rng = np.random.default_rng(np.random.SeedSequence(1, spawn_key=(1, 293)).spawn(4)[0])
    groups = rng.choice(2, size=250, p=[0.4, 0.6])
    means, sds = np.array([166.95735931288073, 174.0284271247462]), np.array([6.0, 8.0])
    x = means[groups] + sds[groups] * rng.standard_normal(250)
    fit = em.fit(x)
    assert fit.converged
    low, high = fit.conf_int().weights[0]
    assert low == 0.0
    assert 0.9 < high < 1.0
    walk = np.linspace(fit.mixture.weights[0], high, 60)[1:-1]
    falls = profile_deviance(fit, x, "weights", 0, high, walk)
    assert falls[-1] == pytest.approx(DEVIANCE, abs=1e-3)
    assert max(falls[:-1]) < DEVIANCE + 1e-3


@pytest.mark.parametrize(("k", "equal"), [(2, False), (3, False), (3, True)])
def test_at_every_end_the_deviance_is_the_quantile(k, equal):
    "A constrained maximisation by SciPy falls by half of 3.84 at each end, and by less inside."
    x = three_groups()
    if k == 2:
        x = x[x < 9]
    fit = fit_of_three(equal_sds=equal) if k == 3 else em.fit(x, k, equal_sds=equal)
    assert fit.converged
    intervals = fit.conf_int()
    for kind in ("weights", "means", "sds"):
        for j in range(1 if kind == "sds" and equal else k):
            for end in getattr(intervals, kind)[j]:
                assert np.isfinite(end)
                assert profile_deviance(fit, x, kind, j, end) == pytest.approx(DEVIANCE, abs=2e-5)
                inside = 0.5 * (end + getattr(fit.mixture, kind)[j])
                assert 0 < profile_deviance(fit, x, kind, j, inside) < DEVIANCE


def test_the_profile_stays_on_the_branch_of_the_labels(heights, fit_of_heights):
    "At the upper end of the weight the swapped labels have deviance .816, which does not count."
    fit = fit_of_heights()
    x = heights()
    upper = fit.conf_int().weights[0, 1]
    assert profile_deviance(fit, x, "weights", 0, upper) == pytest.approx(DEVIANCE, abs=2e-5)
    # The other branch is there: the upper group with that weight, the lower with the rest.
    assert profile_deviance(fit, x, "weights", 1, upper) == pytest.approx(0.816, abs=5e-4)


# ---- one component, where all is known ----


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_one_component_by_hand(level):
    "The profiles of a normal's mean and sd in closed form, and Wald on mean and log sd."
    x = np.random.default_rng(2).normal(170, 8, 50)
    n, mean, sd = 50, x.mean(), x.std()
    fit = em.fit(x, 1)
    q = stats.chi2.ppf(level, 1)
    found = fit.conf_int(level)
    assert found.weights.tolist() == [[1.0, 1.0]]
    half = sd * math.sqrt(math.expm1(q / n))
    assert found.means[0] == pytest.approx([mean - half, mean + half], rel=1e-9)

    def beyond(s):
        return n * (2 * math.log(s / sd) + (sd / s) ** 2 - 1) - q

    ends = [optimize.brentq(beyond, sd / 3, sd), optimize.brentq(beyond, sd, 3 * sd)]
    assert found.sds[0] == pytest.approx(ends, rel=1e-8)
    wald = fit.conf_int(level, "wald")
    half = math.sqrt(q / n)
    assert wald.means[0] == pytest.approx([mean - half * sd, mean + half * sd], rel=1e-10)
    factor = math.exp(half / math.sqrt(2))
    assert wald.sds[0] == pytest.approx([sd / factor, sd * factor], rel=1e-10)


# ---- Wald ----


@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_wald_is_the_hand_formula(level, equal):
    "Logit, identity and log, with standard errors carried over by the delta method."
    fit = fit_of_three(equal_sds=equal)
    z = stats.norm.ppf((1 + level) / 2)
    at, error = fit.mixture.parameters, fit.standard_errors()
    found = fit.conf_int(level, "wald")
    half = z * error.weights / (at.weights * (1 - at.weights))
    for sign, end in ((-1, 0), (1, 1)):
        weights = special.expit(special.logit(at.weights) + sign * half)
        assert found.weights[:, end] == pytest.approx(weights, rel=1e-10)
        assert found.means[:, end] == pytest.approx(at.means + sign * z * error.means, rel=1e-10)
        factor = np.exp(sign * z * error.sds / at.sds)
        assert found.sds[:, end] == pytest.approx(at.sds * factor, rel=1e-10)


def test_wald_and_profile_agree_where_the_likelihood_is_quadratic():
    "Forty thousand values of well separated groups: ends within two percent of the half width."
    x, _ = em.Mixture([0.4, 0.6], [0, 8], [1, 1.5]).sample(40_000, rng=4)
    fit = em.fit(x)
    for wald, profile in zip(fit.conf_int(method="wald"), fit.conf_int(), strict=True):
        half = (wald[:, 1] - wald[:, 0]) / 2
        assert (np.abs(wald - profile) / half[:, None]).max() < 0.02


# ---- what must hold for every interval ----


@pytest.mark.parametrize("method", ["profile", "wald"])
def test_intervals_hold_the_estimate_and_grow_with_the_level(fit_of_heights, method):
    "50 % lies within 95 %, 95 % within 99 %, weights stay in (0, 1) and sds above zero."
    fit = fit_of_heights()
    inner = em.Parameters(*(np.stack([v, v], axis=1) for v in fit.mixture.parameters))
    for level in (0.5, 0.95, 0.99):
        outer = fit.conf_int(level, method)
        for narrow, wide in zip(inner, outer, strict=True):
            assert wide.shape == (2, 2)
            assert (wide[:, 0] < narrow[:, 0]).all()
            assert (narrow[:, 1] < wide[:, 1]).all()
        assert outer.weights.min() >= 0
        assert outer.weights.max() <= 1
        assert outer.sds.min() >= 0
        inner = outer


@pytest.mark.parametrize("method", ["profile", "wald"])
@pytest.mark.parametrize("equal", [False, True])
def test_intervals_move_with_unit_and_origin(method, equal):
    "Centimetres to metres, another zero, and the mirror image."
    x = three_groups()
    fit = fit_of_three(equal_sds=equal)
    here = fit.conf_int(method=method)
    moved = em.Mixture(fit.mixture.weights, 0.01 * fit.mixture.means + 5, 0.01 * fit.mixture.sds)
    there = em.fit(0.01 * x + 5, 3, equal_sds=equal, start=moved).conf_int(method=method)
    assert there.weights == pytest.approx(here.weights, rel=1e-6)
    assert there.means == pytest.approx(0.01 * here.means + 5, rel=1e-7)
    assert there.sds == pytest.approx(0.01 * here.sds, rel=1e-6)
    weights, means, sds = fit.mixture.parameters
    start = em.Mixture(weights, -means, sds)
    mirrored = em.fit(-x, 3, equal_sds=equal, start=start).conf_int(method=method)
    assert mirrored.means == pytest.approx(-here.means[::-1, ::-1], rel=1e-6, abs=1e-6)
    assert mirrored.sds == pytest.approx(here.sds[::-1], rel=1e-6)


def test_the_default_is_profile_at_95_percent(fit_of_heights):
    "conf_int() and conf_int(0.95, 'profile') are the same call."
    fit = fit_of_heights()
    for mine, theirs in zip(fit.conf_int(), fit.conf_int(0.95, "profile"), strict=True):
        assert mine.tolist() == theirs.tolist()


def test_counts_give_the_intervals_of_the_repeated_values():
    "A weight is a repetition here too."
    rng = np.random.default_rng(8)
    x = np.round(three_groups(60), 2)
    counts = rng.integers(1, 4, 60)
    one, other = (
        em.fit(data, start=em.Mixture([0.4, 0.6], [0, 9], [1, 4])).conf_int()
        for data in (em.Sample(x, counts), np.repeat(x, counts))
    )
    for mine, theirs in zip(one, other, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-7)


# ---- names by sd ----


def alike(seed):
    "Two groups with one mean and two sds."
    rng = np.random.default_rng(seed)
    return np.r_[rng.normal(0, 1, 400), rng.normal(0, 6, 200)]


ALIKE = alike(3)


@functools.cache
def fit_of_alike(sign=1):
    return em.fit(sign * ALIKE)


def deviance_by_sd(fit, x, kind, j, value):
    """Twice the fall with one parameter held and the sds of two components in increasing order.

    The best of climbs by SciPy from several places, on either side of equal means and from equal
    sds.
    """
    m, s = x.mean(), x.std()
    held = {"weights": 0, "means": 1 + j, "sds": 3}[kind]

    def fall(free):
        # The logit of the first weight, both means, a log sd, and how much larger the second is.
        full = np.insert(free, held, 0.0)
        more = full[4]
        if kind == "weights":
            full[0] = special.logit(value)
        elif kind == "means":
            full[held] = value
        else:
            full[3] = np.log(value) - j * more
        shares = special.log_expit([full[0], -full[0]])
        return 2 * (fit.loglik - loglik(x, shares, full[1:3], np.exp([full[3], full[3] + more])))

    box = [(-6, 6), *[(m - 3 * s, m + 3 * s)] * 2, (np.log(s / 50), np.log(3 * s)), (0, 6)]
    del box[held]
    found = []
    for odds, away, log_sd, more in ((0.6, 0, -1, 1.7), (0, 0.5, -0.5, 0.1)):
        start = np.delete([odds, m - away * s, m + away * s, np.log(s) + log_sd, more], held)
        found.append(optimize.minimize(fall, start, method="L-BFGS-B", bounds=box).fun)
    return min(found)


def test_names_by_sd_have_the_intervals_of_the_narrower_and_the_wider_group():
    "Means that are alike cannot name groups, sds can: at each end the deviance is the quantile."
    fit = fit_of_alike()
    found = fit.conf_int(order="sd")
    assert found.weights[0] == pytest.approx([0.587, 0.705], abs=5e-4)
    assert found.weights[1] == pytest.approx(1 - found.weights[0, ::-1], rel=1e-12)
    estimates = fit.mixture.ordered("sd")
    for kind in ("weights", "means", "sds"):
        for j in range(1 if kind == "weights" else 2):
            estimate = getattr(estimates, kind)[j]
            ends = getattr(found, kind)[j]
            for end in ends:
                assert deviance_by_sd(fit, ALIKE, kind, j, end) == pytest.approx(DEVIANCE, abs=1e-3)
            further = estimate + 1.5 * (ends[j] - estimate)
            assert deviance_by_sd(fit, ALIKE, kind, j, further) > DEVIANCE + 1


@pytest.mark.parametrize("method", ["profile", "wald"])
def test_the_mirror_image_has_the_same_intervals_by_sd(method):
    "Whichever of the means is the lower one: only those of the means change sign."
    here, there = (fit_of_alike(sign).conf_int(method=method, order="sd") for sign in (1, -1))
    assert there.weights == pytest.approx(here.weights, rel=1e-6)
    assert there.means == pytest.approx(-here.means[:, ::-1], rel=1e-5)
    assert there.sds == pytest.approx(here.sds, rel=1e-6)


@pytest.mark.parametrize("method", ["profile", "wald"])
def test_where_means_and_sds_both_tell_groups_apart_the_intervals_are_the_same(method):
    "In another order: rows of three groups by increasing sd."
    truth = em.Mixture([0.4, 0.3, 0.3], [0, 9, 24], [2, 1, 4])
    fit = em.fit(truth.sample(200, rng=1)[0], 3, start=truth)
    by_mean, by_sd = (fit.conf_int(method=method, order=order) for order in ("mean", "sd"))
    assert fit.mixture.places("sd").tolist() == [1, 0, 2]
    for mean, sd in zip(by_mean, by_sd, strict=True):
        assert sd.tolist() == mean[[1, 0, 2]].tolist()


def test_a_bootstrap_by_sd_agrees_with_the_profile():
    "Whichever mean is the lower: refits keep the names of the estimate."
    fit = fit_of_alike(-1)
    assert fit.mixture.places("sd").tolist() == [1, 0]
    found = fit.conf_int(method="bootstrap", order="sd", n_refits=100, rng=1)
    assert found.weights == pytest.approx(fit.conf_int(order="sd").weights, abs=0.02)
    assert found.sds[0, 1] < 1.5
    assert found.sds[1, 0] > 4


def test_one_common_sd_names_nothing():
    "Nor does an unknown order; a single component has all orders."
    with pytest.raises(ValueError, match='order "mean" for components that share one sd'):
        em.fit(ALIKE, equal_sds=True).conf_int(order="sd")
    with pytest.raises(ValueError, match='order to be "mean" or "sd", got \'weight\''):
        fit_of_alike().conf_int(order="weight")
    one = em.fit(ALIKE, 1, equal_sds=True)
    assert one.conf_int(order="sd").means.tolist() == one.conf_int().means.tolist()


# ---- open ends ----


@pytest.mark.parametrize("seed", [2, 8, 9])
def test_where_one_group_does_as_well_every_end_is_open(seed):
    "If one component less costs less than 3.84, nothing about either of two is known."
    x = np.random.default_rng(seed).normal(170, 8, 200)
    one, two = em.fit(x, 1), em.fit(x, 2)
    assert two.converged
    assert 2 * (two.loglik - one.loglik) < DEVIANCE
    found = two.conf_int()
    assert found.weights.tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert found.means.tolist() == [[-math.inf, math.inf]] * 2
    assert found.sds.tolist() == [[0.0, math.inf]] * 2


def test_a_third_component_that_is_not_needed_is_open_and_the_others_are_not():
    """Two clear groups and a third: what can be left out has open ends, the far group has not.

    Around the highest maximum; another one has the far group in two, and spans more.
    """
    x, _ = em.Mixture([0.5, 0.5], [0, 100], [1, 1]).sample(200, rng=1)
    two, three = em.fit(x, 2), em.fit(x, 3)
    three = dataclasses.replace(three, optima=three.optima[:2])
    assert three.converged
    assert three.optima[1].status is em.Status.CONVERGED
    assert 2 * (three.loglik - two.loglik) < DEVIANCE
    found = dataclasses.replace(three, optima=three.optima[:1]).conf_int()
    for one, every in zip(found, three.conf_int(), strict=True):
        assert (every[:, 0] <= one[:, 0]).all()
        assert (every[:, 1] >= one[:, 1]).all()
    lower, middle, upper = three.mixture.means
    alone = 0 if middle - lower > upper - middle else 2
    for j in range(3):
        if j == alone:
            assert np.isfinite(found.means[j]).all()
            assert found.weights[j] == pytest.approx([0.43, 0.57], abs=0.03)
        else:
            assert found.weights[j, 0] == 0.0


@pytest.mark.parametrize("seed", [12, 51])
def test_no_end_of_a_converged_fit_is_missing(fit_of_heights, seed):
    "On heights whose groups are hard to tell apart every end is a number or open, never NaN."
    fit = fit_of_heights(seed)
    assert fit.converged
    for interval, estimate in zip(fit.conf_int(), fit.mixture.parameters, strict=True):
        assert not np.isnan(interval).any()
        assert (interval[:, 0] < estimate).all()
        assert (estimate < interval[:, 1]).all()


def test_a_spike_is_no_end(heights, fit_of_heights):
    "Heights of seed 12: the upper sd's deviance stays below 3.84 down to spikes on few values."
    x, fit = heights(12), fit_of_heights(12)
    way = np.append(np.linspace(fit.mixture.sds[1], 5.0, 5)[1:], [4.5, 4.0, 3.5, 3.0, 2.5])
    assert max(profile_deviance(fit, x, "sds", 1, 2.0, way)) < DEVIANCE - 0.05
    assert fit.conf_int().sds[1, 0] == 0.0


def test_a_step_too_long_does_not_leave_the_branch(heights, fit_of_heights):
    "Heights of seed 51: the lower end of the upper sd is 6.803, found by walking there slowly."
    x, fit = heights(51), fit_of_heights(51)
    lower = fit.conf_int().sds[1, 0]
    assert lower == pytest.approx(6.8026, abs=1e-3)
    way = np.linspace(fit.mixture.sds[1], lower, 9)[1:-1]
    falls = profile_deviance(fit, x, "sds", 1, lower, way)
    assert falls[-1] == pytest.approx(DEVIANCE, abs=1e-4)


@pytest.mark.parametrize("method", ["profile", "wald"])
def test_no_interval_without_a_maximum(heights, method):
    "NaN where the fit stopped early or collapsed, in the same shape and without a warning."
    early = em.fit(heights(), start=em.Mixture([0.5, 0.5], [160, 180], [5, 5]), max_iter=2)
    spike = em.Mixture([0.2, 0.8], [3.0, 0.0], [0.01, 1.0])
    x = np.append(np.random.default_rng(1).normal(size=20), np.full(5, 3.0))
    collapsed = em.fit(x, start=spike)
    for fit in (early, collapsed):
        assert not fit.converged
        for interval in fit.conf_int(method=method):
            assert interval.shape == (2, 2)
            assert np.isnan(interval).all()


def test_weak_fits_have_intervals_without_warnings():
    "Weights near zero and huge standard errors overflow nothing (warnings are errors here)."
    x = np.random.default_rng(0).normal(size=12)
    for fit in em.select(x, (2, 3), equal_sds=True, n_starts=2).fits:
        for method in ("profile", "wald"):
            for interval in fit.conf_int(method=method):
                assert interval.shape == (fit.n_components, 2)


@functools.cache
def converged_and_not():
    x = three_groups(60)
    return em.fit(x, 1), em.fit(x, start=em.Mixture([0.5, 0.5], [0, 9], [3, 3]), max_iter=1)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"level": 95}, ValueError, ["level", "between 0 and 1", "95"]),
        ({"level": 0.0}, ValueError, ["level", "0.0"]),
        ({"level": 1.0}, ValueError, ["level", "1.0"]),
        ({"level": -0.5}, ValueError, ["level", "-0.5"]),
        ({"level": math.nan}, ValueError, ["level", "nan"]),
        ({"level": "95%"}, TypeError, ["level"]),
        ({"method": "bayes"}, ValueError, ["method", "profile", "wald", "'bayes'"]),
        ({"method": None}, ValueError, ["method", "None"]),
    ],
    ids=str,
)
def test_bad_levels_and_methods_are_refused(arguments, error, words):
    "Also for a fit that has no intervals."
    for fit in converged_and_not():
        with pytest.raises(error) as caught:
            fit.conf_int(**arguments)
        for word in words:
            assert word in str(caught.value)


# ---- several maxima ----


GALAXIES_WEIGHT = 0.2548
"""Of the second maximum of two components, whose deviance is 0.37."""


def test_an_interval_spans_all_maxima_that_the_data_do_not_tell_apart(reference):
    "Of two components on the galaxies the maxima have 8.5% and 25.5% below, deviance 0.37 apart."
    fit = em.fit(1000 * np.asarray(reference["galaxies"]))
    second = fit.optima[1]
    assert second.mixture.weights[0] == pytest.approx(GALAXIES_WEIGHT, abs=1e-4)
    assert 2 * (fit.loglik - second.loglik) == pytest.approx(0.37, abs=0.01)
    hull = fit.conf_int()
    for one, ends in zip(second.mixture.parameters, hull, strict=True):
        assert ((ends[:, 0] < one) & (one < ends[:, 1])).all()
    weights, means, sds = fit.pieces()
    assert len(means[0]) == len(sds[0]) == len(sds[1]) == 2  # nothing lies between the two
    for parts, ends in zip((weights, means, sds), hull, strict=True):
        for j in range(2):
            assert parts[j][0, 0] == ends[j, 0]
            assert parts[j][-1, 1] == ends[j, 1]
    assert np.diff(np.concatenate(means[0])).min() > 0


@pytest.mark.parametrize("seed", [15, 17])
def test_every_admissible_maximum_that_is_as_likely_lies_within_the_intervals(seed):
    """Second route: SciPy's climbs from all over, on small samples with a second maximum.

    What they find with a deviance below 3.84 and groups for components is inside all intervals.
    """
    rng = np.random.default_rng(seed)
    x = em.Mixture([0.2, 0.8], [-3.0, 0.0], [0.5, 1.0]).sample(40, rng)[0]
    fit = em.fit(x)
    if not fit.converged:
        return

    def cost(theta):
        shares = special.log_expit([theta[0], -theta[0]])
        return -loglik(x, shares, theta[1:3], np.exp(np.clip(theta[3:], -12, 6)))

    intervals = fit.conf_int()
    for _ in range(12):
        sds = x.std() * rng.uniform(0.1, 1.2, 2)
        start = np.r_[rng.normal(), rng.choice(x, 2), np.log(sds)]
        found = optimize.minimize(cost, start, method="BFGS")
        share = special.expit(found.x[0])
        sds = np.exp(np.clip(found.x[3:], -12, 6))
        one = em.Mixture([share, 1 - share], found.x[1:3], sds)
        at = standardised(one, fit.data.mean, fit.data.sd)
        admissible = verdict(em.Parameters(*(v[0] for v in at)), fit.observed) is Verdict.GROUPS
        if not admissible or np.abs(found.jac).max() > 1e-3:
            continue
        assert -found.fun < fit.loglik + 1e-6
        if -found.fun > fit.loglik - DEVIANCE / 2:
            for values, ends in zip(one.parameters, intervals, strict=True):
                assert (ends[:, 0] < values + 1e-4).all()
                assert (values - 1e-4 < ends[:, 1]).all()
