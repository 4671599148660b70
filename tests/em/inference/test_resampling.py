"""Bootstrap refits converge, keep their labels, and say how sure a fit is without any curvature."""

import math
import os
import warnings

import numpy as np
import pytest
from scipy import stats

import em
from em.inference import intervals, resampling
from em.search.groups import Verdict, verdict

APART = em.Mixture([0.4, 0.6], [0, 10], [1, 2])
KINDS = ["parametric", "nonparametric"]


@pytest.fixture(scope="module")
def fit(heights):
    return em.fit(heights())


@pytest.fixture(scope="module")
def apart():
    return em.fit(APART.sample(100, rng=10)[0])


@pytest.fixture(scope="module", params=KINDS)
def many(request, fit):
    return em.bootstrap(fit, 400, request.param)


def ends(values):
    return np.quantile(values, [0.025, 0.975])


# ---- the heights ----


def test_every_refit_of_the_heights_converges(many):
    "All 400 have a part in the draws, and each is a mixture."
    assert many.n_refits == many.n_converged == 400
    assert many.status == {"CONVERGED": 400}
    weights, means, sds = many.draws
    assert weights.shape == means.shape == sds.shape == (400, 2)
    assert weights.sum(axis=1) == pytest.approx(np.ones(400), abs=1e-12)
    assert weights.min() > 0
    assert sds.min() > 0


def test_the_interval_is_as_wide_as_the_standard_error_is_large(many, fit):
    "Refits that stop where they started give 0.466 to 0.522; the standard error is 0.199."
    low, high = ends(many.draws.weights[:, 0])
    assert low < 0.25
    assert high > 0.7
    assert low < fit.mixture.weights[0] < high
    se = many.standard_errors().weights[0]
    assert 0.1 < se < 0.3
    profile = fit.conf_int().weights[0]
    assert (low, high) == pytest.approx(tuple(profile), abs=0.12)


@pytest.mark.study
def test_percentiles_of_the_parametric_bootstrap_by_a_second_route(fit):
    "Samples drawn and fitted one by one have the same distribution."
    rng = np.random.default_rng(1)
    single = [em.fit(fit.mixture.sample(1000, rng=rng)[0], start=fit) for _ in range(200)]
    assert all(one.converged for one in single)
    draws = em.bootstrap(fit, 400, rng=2).draws
    for kind in ("weights", "means", "sds"):
        for k in range(2):
            alone = [getattr(one.mixture, kind)[k] for one in single]
            assert stats.ks_2samp(alone, getattr(draws, kind)[:, k]).pvalue > 1e-3


@pytest.mark.study
def test_percentiles_of_the_nonparametric_bootstrap_by_a_second_route(fit, heights):
    "Values drawn with replacement and fitted one by one have the same distribution."
    rng = np.random.default_rng(3)
    single = [em.fit(rng.choice(heights(), 1000), start=fit) for _ in range(150)]
    sound = [one for one in single if one.converged]
    assert len(sound) >= 145
    draws = em.bootstrap(fit, 400, "nonparametric", rng=4).draws
    for k in range(2):
        alone = [one.mixture.means[k] for one in sound]
        assert stats.ks_2samp(alone, draws.means[:, k]).pvalue > 1e-3


def test_no_refit_of_the_heights_is_a_spike(many, fit):
    "An interior optimum on a few near or equal values is no estimate."
    unit = fit.sample.sd
    for weights, means, sds in zip(*many.draws, strict=True):
        at = em.Parameters(weights, (means - fit.sample.mean) / unit, sds / unit)
        assert verdict(at, fit.observed) is Verdict.GROUPS


def test_labels_stay_matched_where_means_cross():
    "Components with nearly one mean are told apart by their sds in every refit."
    fit = em.fit(em.Mixture([0.5, 0.5], [0, 0.1], [1, 6]).sample(500, rng=5)[0])
    assert fit.converged
    narrow = int(np.argmin(fit.mixture.sds))
    draws = em.bootstrap(fit, 200).draws
    crossed = draws.means[:, 0] > draws.means[:, 1]
    assert 10 < np.count_nonzero(crossed) < 190
    assert (draws.sds[:, narrow] < draws.sds[:, 1 - narrow]).all()


def test_labels_of_the_heights_stay_in_order(many):
    "Lower group first."
    assert (np.diff(many.draws.means, axis=1) > 0).mean() > 0.99


# ---- where the likelihood is quadratic ----


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("equal", [False, True], ids=["unequal", "equal"])
def test_standard_errors_are_walds_where_groups_are_apart(kind, equal):
    "Within what 600 refits can tell: three times 3 per cent and a little bias."
    fit = em.fit(APART.sample(800, rng=6)[0], equal_sds=equal)
    # The model with equal sds is wrong here, which only resampling the data takes into account.
    wald = fit.standard_errors("sandwich" if kind == "nonparametric" else "observed")
    for one, other in zip(em.bootstrap(fit, 600, kind).standard_errors(), wald, strict=True):
        assert one == pytest.approx(other, rel=0.12)


@pytest.mark.parametrize("kind", KINDS)
def test_bootstrap_intervals_are_wald_intervals_where_groups_are_apart(kind):
    "Both ends, within a third of a standard error."
    fit = em.fit(APART.sample(2000, rng=7)[0])
    wald = fit.conf_int(method="wald")
    found = fit.conf_int(method="bootstrap", kind=kind, n_refits=600)
    for one, other, error in zip(found, wald, fit.standard_errors(), strict=True):
        assert (np.abs(one - other) < error[:, None] / 3).all()


def test_large_data_sets_are_drawn_slice_by_slice_and_vary_as_they_should():
    "Means of Hermite polynomials of a normal sample: none, with variances m!/n; for any n."
    fit = em.fit(np.random.default_rng(20).normal(size=50_000), 1)
    n, size = 10**8, 1500
    drawn = resampling._sliced(fit, n, size, np.random.default_rng(1))
    assert drawn.weights.sum(axis=1) == pytest.approx(np.full(size, n), rel=1e-12)
    z = (drawn.x - fit.at.means[0, 0]) / fit.at.sds[0, 0]
    for m in range(1, 5):
        means = drawn.weights @ np.polynomial.hermite_e.hermeval(z, np.eye(5)[m]) / n
        spread = math.sqrt(math.factorial(m) / n)
        # What the slices themselves are off by is far below what varies from set to set.
        assert abs(means.mean()) < 4 * spread / math.sqrt(size) + 1e-6
        assert means.var() == pytest.approx(spread**2, rel=5 * math.sqrt(2 / size))


def test_refits_of_very_large_samples_take_no_longer():
    "Nobody draws ten billion values; standard errors are the curvature's."
    digest = em.Digest()
    values = em.Mixture([0.4, 0.6], [0, 4], [1, 1.5]).sample(200_000, rng=21)[0]
    digest.add(values, np.full(values.size, 50_000))
    fit = em.fit(digest.sample(), 2)
    assert fit.sample.n == 1e10
    made = em.bootstrap(fit, 800, rng=2)
    assert made.n_converged == 800
    for one, other in zip(made.standard_errors(), fit.standard_errors(), strict=True):
        assert one == pytest.approx(other, rel=5 / math.sqrt(2 * 800))


@pytest.mark.parametrize("n", [3000, 10**9])
def test_rounded_data_sets_are_counts_of_steps(n):
    "With the mean and the variance of the fit, Sheppard's correction on top."
    values = np.round(np.random.default_rng(22).normal(10.3, 1.4, 3000))
    sample = em.Sample(values, np.full(3000, n / 3000), rounding=1)
    fit = em.fit(sample, 1)
    drawn = resampling._simulated(fit, 400, np.random.default_rng(3))
    x = fit.data.mean + fit.data.sd * drawn.x
    assert x == pytest.approx(np.round(x), abs=1e-9)
    means = drawn.weights @ x / n
    variances = drawn.weights @ x**2 / n - means**2
    sd = fit.mixture.sds[0]
    assert drawn.weights.sum(axis=1).tolist() == [n] * 400
    assert means.mean() == pytest.approx(fit.mixture.means[0], abs=4 * sd / math.sqrt(400 * n))
    assert variances.mean() == pytest.approx(
        sd**2 + 1 / 12, abs=6 * sd**2 * math.sqrt(2 / (400 * n)) + 2 * sd**2 / n
    )


@pytest.mark.parametrize("kind", KINDS)
def test_large_samples_are_resampled_by_their_nodes(kind):
    "Thirty thousand values: standard errors as from the information."
    fit = em.fit(APART.sample(30_000, rng=8)[0])
    assert fit.data.bins is not None
    assert fit.sample.n > resampling.WHOLE
    made = em.bootstrap(fit, 150, kind)
    assert made.n_converged == 150
    for one, other in zip(made.standard_errors(), fit.standard_errors(), strict=True):
        assert one == pytest.approx(other, rel=0.25)


# ---- seeds and threads ----


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_refits_on_any_number_of_cores(fit, kind, monkeypatch):
    "One thread or seven; another seed gives others."
    made = []
    monkeypatch.setattr(resampling, "TOGETHER", 16)  # so that there are several batches
    for cores in (1, 2, 7):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        made.append(em.bootstrap(fit, 70, kind, rng=9).draws)
    for other in made[1:]:
        for one, same in zip(made[0], other, strict=True):
            assert one.tolist() == same.tolist()
    assert em.bootstrap(fit, 70, kind, rng=10).draws.means[0, 0] != made[0].means[0, 0]


def test_a_generator_does_as_well_as_its_seed(fit):
    "And goes on from there at the next call."
    rng = np.random.default_rng(9)
    one, other = em.bootstrap(fit, 40, rng=rng), em.bootstrap(fit, 40, rng=rng)
    assert one.draws.means.tolist() == em.bootstrap(fit, 40, rng=9).draws.means.tolist()
    assert one.draws.means[0, 0] != other.draws.means[0, 0]


@pytest.mark.parametrize("n_refits", [2, 127, 256, 257, 520])
def test_as_many_refits_as_were_asked_for(apart, n_refits):
    "However they are divided among the threads, and no two alike."
    made = em.bootstrap(apart, n_refits)
    assert sum(made.status.values()) == made.n_refits == made.n_converged == n_refits
    assert np.unique(made.draws.means[:, 0]).size == n_refits


# ---- weights ----


def test_counts_are_resampled_like_repeated_values():
    "The very same refits from the same seed, since the distinct values are the same."
    rng = np.random.default_rng(11)
    values = APART.sample(150, rng=11)[0].round(1)
    counts = rng.integers(1, 5, 150)
    weighted, repeated = em.fit(em.Sample(values, counts)), em.fit(np.repeat(values, counts))
    for kind in KINDS:
        one, other = (em.bootstrap(fit, 64, kind, rng=12).draws for fit in (weighted, repeated))
        for a, b in zip(one, other, strict=True):
            assert a == pytest.approx(b, rel=1e-9)


@pytest.mark.parametrize("times", [1, 100, 2.5], ids=["few", "many", "not whole"])
def test_resampled_counts_have_the_moments_of_a_multinomial(times):
    "Their sum is the number of observations, their mean the weights, their spread the shares'."
    values, counts = np.arange(1.0, 9.0), times * np.array([5, 9, 2, 1, 4, 3, 8, 4])
    fit = em.fit(em.Sample(values, counts), 1)
    found = resampling._redrawn(fit, 4000, np.random.default_rng(13))
    x, drawn = found.x, found.weights
    n, shares = counts.sum(), counts / counts.sum()
    assert x * fit.sample.sd + fit.sample.mean == pytest.approx(values)
    assert (drawn.sum(axis=1) == n).all()
    errors = np.sqrt(n * shares * (1 - shares) / 4000)
    assert (np.abs(drawn.mean(axis=0) - counts) < 4.5 * errors).all()
    assert drawn.var(axis=0) == pytest.approx(n * shares * (1 - shares), rel=0.15)


def test_simulated_data_have_the_moments_of_the_fit():
    "As many values as there were observations, drawn from the mixture, standardised."
    fit = em.fit(em.Sample([0.0, 1, 2, 7, 8, 9, 11], [3, 5, 2, 4, 4, 1, 2]), equal_sds=True)
    found = resampling._simulated(fit, 3000, np.random.default_rng(14))
    x, weights = found.x, found.weights
    assert x.shape == (3000, 21)
    assert (weights == 1).all()
    back = fit.sample.mean + fit.sample.sd * x
    error = fit.mixture.sd / math.sqrt(x.size)
    assert abs(back.mean() - fit.mixture.mean) < 4.5 * error
    assert back.std() == pytest.approx(fit.mixture.sd, rel=0.02)


# ---- what was fixed, equal or penalised stays so ----


@pytest.mark.parametrize("kind", KINDS)
def test_fixed_and_equal_parameters_stay_so_in_every_refit(heights, kind):
    "To the last digits."
    held = em.fit(heights(), fixed={"means": [176, np.nan]})  # the upper group, named first
    draws = em.bootstrap(held, 40, kind).draws
    assert draws.means[:, 1] == pytest.approx(np.full(40, 176.0), rel=1e-14)
    assert draws.means[:, 0].std() > 0
    equal = em.bootstrap(em.fit(heights(), equal_sds=True), 40, kind).draws
    assert equal.sds[:, 0].tolist() == equal.sds[:, 1].tolist()


def test_the_penalty_goes_along():
    "Refits of a penalised fit hardly ever collapse; a third of the others do."
    values = APART.sample(12, rng=4)[0]
    plain, light = em.fit(values), em.fit(values, penalty=0.3)
    one, other = (em.bootstrap(fit, 200, "nonparametric") for fit in (plain, light))
    assert one.status["COLLAPSED"] > 40
    assert "COLLAPSED" not in other.status
    assert other.n_converged > 180
    assert other.draws.sds.min() > 0.2 * values.std()


@pytest.fixture(scope="module")
def poor():
    "A fit with groups that many resamples of its data do not show."
    fit = em.fit(em.Mixture([0.5, 0.5], [0, 2], [1, 1]).sample(25, rng=8)[0])
    assert fit.converged
    return fit


def test_refits_without_a_maximum_are_counted_and_left_out(poor):
    "In small samples of groups that overlap, points and clumps of chance lead now and then."
    made = em.bootstrap(poor, 200, "nonparametric")
    assert sum(made.status.values()) == 200
    assert 0 < made.status["CONVERGED"] == made.n_converged < 200
    set_aside = {"COLLAPSED", "CHANCE"}
    assert set_aside < set(made.status)
    assert made.n_left_out == 200 - made.n_converged == sum(made.status[s] for s in set_aside)
    assert set(made.status) <= {status.name for status in em.Status}
    assert all(np.isfinite(values).all() for values in made.draws)


def test_a_refit_is_judged_like_a_fit(poor):
    "None of those kept is a spike, which a fit of the same data would not give either."
    unit = poor.sample.sd
    draws = em.bootstrap(poor, 300, "nonparametric").draws
    for weights, means, sds in zip(*draws, strict=True):
        at = em.Parameters(weights, (means - poor.sample.mean) / unit, sds / unit)
        assert verdict(at, poor.observed) is Verdict.GROUPS


def test_an_interval_of_few_refits_comes_with_a_warning(poor, fit):
    "One line that says how many are left out and why, from where the interval was asked for."
    made = em.bootstrap(poor, 200, "nonparametric")
    left_out = f"{made.n_left_out} of 200 bootstrap refits found no regular maximum"
    with pytest.warns(RuntimeWarning, match=left_out) as caught:
        poor.conf_int(method="bootstrap", kind="nonparametric", n_refits=200)
    assert len(caught) == 1
    assert f"({made.left_out})" in str(caught[0].message)
    assert "\n" not in str(caught[0].message)
    assert caught[0].filename == __file__
    fit.conf_int(method="bootstrap", n_refits=50)  # a warning would be an error


@pytest.mark.parametrize(("converged", "warned"), [(190, False), (189, True)])
def test_one_refit_in_twenty_may_be_left_out_without_a_warning(fit, monkeypatch, converged, warned):
    "More than that may not."
    draws = em.Parameters(*np.random.default_rng(0).uniform(1, 2, (3, converged, 2)))
    status = {"CONVERGED": converged, "EMPTY": 200 - converged}
    made = em.Bootstrap(draws, "parametric", 200, status)
    monkeypatch.setattr(intervals, "bootstrap", lambda *_, **__: made)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit.conf_int(method="bootstrap", rng=1)
    assert len(caught) == warned


def test_the_text_of_a_bootstrap_says_how_its_refits_ended():
    "In one line, without the draws."
    draws = em.Parameters(*np.ones((3, 7, 2)))
    some = em.Bootstrap(draws, "parametric", 10, {"EMPTY": 1, "CONVERGED": 7, "COLLAPSED": 2})
    assert repr(some) == (
        "Bootstrap(10 parametric refits: 7 CONVERGED, left out 2 COLLAPSED, 1 EMPTY)"
    )
    assert (some.n_left_out, some.left_out) == (3, "2 COLLAPSED, 1 EMPTY")
    every = em.Bootstrap(draws, "nonparametric", 7, {"CONVERGED": 7})
    assert repr(every) == "Bootstrap(7 nonparametric refits: 7 CONVERGED)"
    assert (every.n_left_out, every.left_out) == (0, "")


# ---- the coarse copy ----


@pytest.mark.parametrize("kind", KINDS)
def test_the_coarse_copy_changes_the_way_and_not_the_goal(fit, kind, monkeypatch):
    "Climbs that see nothing but the drawn data end on the same tops, to 1e-7 of their spread."
    assert fit.sample.n > resampling.COARSE_ABOVE
    led = em.bootstrap(fit, 300, kind)
    monkeypatch.setattr(resampling, "COARSE_ABOVE", 10**9)
    plain = em.bootstrap(fit, 300, kind)
    assert led.n_converged == plain.n_converged == 300
    for one, other in zip(led.draws, plain.draws, strict=True):
        apart = np.abs(one - other) / other.std(axis=0)
        # Where a sample has two maxima close to each other the two ways may lead to either.
        assert np.count_nonzero(apart.max(axis=1) > 1e-7) <= 1


def test_what_the_coarse_copy_leads_astray_climbs_on_the_data(fit, monkeypatch):
    "A copy that is wrong altogether costs time and no refit."

    def wrong(x, weights):
        points, masses = coarse(x, weights)
        return np.broadcast_to(points[..., :1] + [0.0, 1e-12], (len(masses), 2)), masses[:, :2]

    coarse, good = resampling._coarse, em.bootstrap(fit, 60, "nonparametric")
    monkeypatch.setattr(resampling, "_coarse", wrong)
    made = em.bootstrap(fit, 60, "nonparametric")
    assert made.n_converged == 60
    for one, other in zip(made.draws, good.draws, strict=True):
        assert one == pytest.approx(other, rel=1e-6)


@pytest.mark.parametrize("outlier", [3.0, 1e6])
def test_stretches_are_short_where_data_are_dense_and_in_the_tails(outlier):
    "None holds more than twice its share, and a lone value far out cannot take them all."
    x = np.append(np.sort(np.random.default_rng(19).normal(size=999)), outlier)
    first = resampling._stretches(x)
    assert first[0] == 0
    assert (np.diff(first) > 0).all()
    assert first[-1] < 1000
    sizes = np.diff(np.append(first, 1000))
    assert sizes.max() <= 2 * 1000 / resampling.STRETCHES + 1
    assert resampling.STRETCHES // 2 <= first.size <= resampling.STRETCHES
    if outlier == 3.0:
        widths = x[np.append(first[1:], 1000) - 1] - x[first]
        assert widths.max() <= 2 * np.ptp(x) / resampling.STRETCHES


@pytest.mark.parametrize("shared", ["values", "weights"])
def test_the_coarse_copy_keeps_the_moments_of_every_stretch(shared):
    "Weight and the first three powers, also where a stretch holds one value or nothing."
    rng = np.random.default_rng(18)
    x = np.sort(rng.normal(size=(5, 700)), axis=1)
    weights = rng.poisson(1.0, size=(5, 700)).astype(float)
    weights[0, :40] = 0.0
    weights[1, :7] = [0, 0, 3, 0, 0, 0, 0]
    x, weights = (x[0], weights) if shared == "values" else (x, np.ones(700))
    points, masses = resampling._coarse(x, weights)
    first = resampling._stretches(x)
    assert points.shape == masses.shape == (5, 2 * first.size)
    assert masses.min() >= 0
    stretch = np.searchsorted(first, np.arange(700), "right")
    values, mass = np.broadcast_arrays(x, weights)
    halves = points.reshape(5, 2, -1), masses.reshape(5, 2, -1)
    for row in range(5):
        for power in range(4):
            own = np.bincount(stretch - 1, mass[row] * values[row] ** power)
            kept = (halves[1][row] * halves[0][row] ** power).sum(axis=0)
            assert kept == pytest.approx(own, rel=1e-9, abs=1e-9)


# ---- what is made of it ----


def test_standard_errors_and_intervals_are_those_of_the_draws(fit):
    "The sd with divisor n - 1, and percentiles."
    made = em.bootstrap(fit, 50, "nonparametric", rng=15)
    interval = fit.conf_int(0.8, "bootstrap", kind="nonparametric", n_refits=50, rng=15)
    for values, error, between in zip(made.draws, made.standard_errors(), interval, strict=True):
        assert error == pytest.approx(values.std(axis=0, ddof=1), rel=1e-14)
        assert between == pytest.approx(np.quantile(values, [0.1, 0.9], axis=0).T, rel=1e-14)


def test_one_component_has_the_errors_of_the_textbook():
    "sd / sqrt(n) for the mean, sd / sqrt(2 n) for the sd, nothing for the weight."
    fit = em.fit(np.random.default_rng(16).normal(5, 2, 200), 1)
    errors = em.bootstrap(fit, 800).standard_errors()
    sd = fit.mixture.sds[0]
    assert errors.means[0] == pytest.approx(sd / math.sqrt(200), rel=0.1)
    assert errors.sds[0] == pytest.approx(sd / math.sqrt(400), rel=0.1)
    assert errors.weights[0] == 0


def test_the_interval_of_the_mean_covers_it_as_often_as_it_says():
    "Over 60 samples of one normal, within what 60 samples can tell."
    covered = 0
    for seed in range(60):
        fit = em.fit(np.random.default_rng((17, seed)).normal(3, 1, 60), 1)
        low, high = fit.conf_int(0.9, "bootstrap", n_refits=200).means[0]
        covered += low < 3 < high
    # 99.9 per cent of a binomial with 60 trials at 0.9 (a little less at n = 60).
    assert 44 <= covered <= 60


@pytest.mark.parametrize("converged", [0, 1])
def test_too_few_refits_that_converged_have_no_spread(converged):
    "NaN, without a warning."
    draws = em.Parameters(*np.ones((3, converged, 2)))
    made = em.Bootstrap(draws, "parametric", 4, {"COLLAPSED": 4 - converged})
    assert np.isnan(np.concatenate(made.standard_errors())).all()


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"kind": "wild"}, ValueError, ["parametric", "nonparametric", "'wild'"]),
        ({"n_refits": 1}, ValueError, ["at least 2", "got 1"]),
        ({"n_refits": 0}, ValueError, ["n_refits", "0"]),
        ({"n_refits": -3}, ValueError, ["n_refits", "-3"]),
        ({"n_refits": 2.5}, TypeError, ["n_refits", "whole number", "2.5"]),
        ({"n_refits": "many"}, TypeError, ["n_refits", "whole number", "many"]),
        ({"n_refits": True}, TypeError, ["n_refits", "whole number"]),
    ],
    ids=str,
)
def test_bad_settings_get_one_clear_line(fit, settings, error, words):
    "What was expected and what came."
    with pytest.raises(error) as caught:
        em.bootstrap(fit, **settings)
    for word in words:
        assert word in str(caught.value)


def test_there_is_nothing_to_resample_without_a_maximum():
    "The message names how the fit ended; its interval is NaN."
    fit = em.fit(np.append(np.random.default_rng(0).normal(size=30), 1e4))
    with pytest.raises(ValueError, match="got one that is COLLAPSED"):
        em.bootstrap(fit)
    assert np.isnan(np.concatenate(fit.conf_int(method="bootstrap"))).all()


def test_weights_that_sum_to_less_than_a_sample_are_refused():
    "A bootstrap sample has as many values as the weights count; with 0.3 there is none to draw."
    x = np.random.default_rng(0).normal(size=60)
    tiny = em.Sample(x, np.full(60, 0.005))
    with pytest.raises(ValueError, match=r"sum of at least 2 .* got 0\.3"):
        em.bootstrap(em.fit(tiny, 1), 20)
    with pytest.raises(ValueError, match=r"sum of at least 4 .* got 0\.3"):
        em.lr_test(tiny, 1, n_refits=20)
