"""What a fit may be asked for: fixed parameters, a penalty, nodes, an exact check, a sandwich."""

import functools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import em
from em.inference.certificate import Certificate
from em.likelihood.quadrature import quadrature_bound

SEEDS = st.integers(0, 2**32 - 1)
NAN = math.nan
HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
THREE = em.Mixture([0.3, 0.4, 0.3], [0, 5, 9], [1, 1.5, 1])


def by_scipy(values, held, *, equal_sds=False, penalty=0.0, tries=6, near=None):
    """The highest constrained maximum that SciPy's BFGS finds from a few places.

    `held` has a row each for weights, means and sds, NaN where free. Returns the penalised
    log-likelihood and the log-likelihood there. Weights go by the softmax of what is left over,
    sds by their logs; nothing of it is taken from `em`.
    """
    held = np.array(held, dtype=float)
    k, s = held.shape[1], values.std()
    free = np.isnan(held)
    if equal_sds:
        free[2, 1:] = False
    left = 1 - np.nansum(held[0])

    def mixture(theta):
        parts = np.split(theta, np.cumsum(free.sum(axis=1))[:-1])
        weights, means, sds = held.copy()
        if free[0].any():
            moving = np.exp(parts[0] - parts[0].max())
            weights[free[0]] = left * moving / moving.sum()
        means[free[1]] = parts[1]
        sds[free[2]] = np.exp(parts[2])
        return weights, means, np.full(k, sds[0]) if equal_sds else sds

    def plain(theta):
        weights, means, sds = mixture(theta)
        z = (values[:, None] - means) / sds
        joint = np.log(weights / sds) - 0.5 * z**2 - 0.5 * math.log(2 * math.pi)
        return float(np.logaddexp.reduce(joint, axis=1).sum())

    def penalised(theta):
        sds = mixture(theta)[2]
        return plain(theta) - penalty * float((s**2 / sds**2 + np.log(sds**2 / s**2)).sum())

    rng = np.random.default_rng(0)
    best = (-math.inf, -math.inf)
    for attempt in range(tries):
        weights, means, sds = (
            near.parameters
            if near is not None
            else (
                np.full(k, 1 / k),
                np.quantile(values, (np.arange(k) + 0.5) / k),
                np.full(k, s / k),
            )
        )
        jitter = 0.0 if attempt == 0 else 0.3
        start = [
            np.log(weights[free[0]]) + jitter * rng.normal(size=free[0].sum()),
            means[free[1]] + jitter * s * rng.normal(size=free[1].sum()),
            np.log(sds[free[2]]) + jitter * rng.normal(size=free[2].sum()),
        ]
        found = optimize.minimize(lambda theta: -penalised(theta), np.concatenate(start))
        if found.fun < -best[0]:
            best = (-float(found.fun), plain(found.x))
    return best


# ---- fixed ----


@pytest.fixture(scope="module")
def free_fit(heights):
    return functools.cache(lambda: em.fit(heights()))


HELD = [
    {"means": [164, NAN]},
    {"weights": [0.4, NAN]},
    {"weights": [0.4, 0.6]},
    {"sds": [6, NAN]},
    {"sds": [NAN, 8]},
    {"means": [164, 176]},
    {"weights": [NAN, 0.7], "means": [160, NAN], "sds": [NAN, 9]},
    {"means": [164, 176], "sds": [6, 8]},
]


@pytest.mark.parametrize("fixed", HELD, ids=str)
def test_fixed_parameters_hold_and_the_others_are_at_the_constrained_maximum(
    heights, free_fit, fixed
):
    "To the last digit, and nothing that SciPy finds is better."
    fit = em.fit(heights(), 2, fixed=fixed)
    assert fit.converged
    for name, values in fixed.items():
        held = ~np.isnan(values)
        assert getattr(fit.mixture, name)[held] == pytest.approx(np.array(values)[held], rel=1e-14)
        assert getattr(fit.standard_errors(), name)[held].tolist() == [0.0] * held.sum()
    rows = [fixed.get(name, [NAN, NAN]) for name in ("weights", "means", "sds")]
    best, _ = by_scipy(heights(), rows, tries=2)
    assert fit.loglik == pytest.approx(best, abs=1e-5)
    free = np.isnan(rows)
    assert fit.n_parameters == max(free[0].sum() - 1, 0) + free[1:].sum()
    assert fit.loglik <= free_fit().loglik


def test_a_fixed_parameter_costs_likelihood_and_saves_a_parameter(heights):
    "AIC and BIC count what is free."
    free, held = em.fit(heights()), em.fit(heights(), fixed={"means": [164, NAN]})
    assert held.loglik < free.loglik
    assert free.n_parameters - held.n_parameters == 1
    assert held.aic == pytest.approx(2 * 4 - 2 * held.loglik)


@functools.cache
def of_three():
    values = THREE.sample(300, rng=1)[0]
    return values, em.fit(values, 3)


@pytest.mark.parametrize("name", ["weights", "means", "sds"])
def test_what_is_fixed_at_the_maximum_stays_the_maximum(name):
    "Holding the estimate where it is changes nothing else, in whatever order components come."
    values, fit = of_three()
    for order in ([0, 1, 2], [2, 0, 1]):
        target = np.full(3, NAN)
        target[order[0]] = getattr(fit.mixture, name)[order[0]]
        again = em.fit(values, 3, fixed={name: target}, n_starts=20)
        assert again.converged
        assert again.loglik == pytest.approx(fit.loglik, abs=1e-7)
        for one, other in zip(again.mixture.parameters, fit.mixture.parameters, strict=True):
            assert one == pytest.approx(other, rel=1e-6)


def test_fixed_values_go_with_their_component_not_with_their_place(heights):
    "The upper group may be named first; mean and sd of one component stay together."
    fit = em.fit(heights(), fixed={"means": [176, NAN], "sds": [8, NAN]})
    assert fit.mixture.means[1] == 176
    assert fit.mixture.sds[1] == pytest.approx(8, rel=1e-15)
    errors = fit.standard_errors()
    assert errors.means[1] == errors.sds[1] == 0
    assert errors.means[0] > 0
    assert fit.conf_int().means[1].tolist() == [176, 176]


def test_one_shared_sd_can_be_fixed(heights):
    "Naming it once is enough."
    for sds in ([7, 7], [7, NAN]):
        fit = em.fit(heights(), equal_sds=True, fixed={"sds": sds})
        assert fit.converged
        assert fit.mixture.sds == pytest.approx([7, 7], rel=1e-15)
        best, _ = by_scipy(heights(), [[NAN, NAN], [NAN, NAN], [7, 7]], tries=3)
        assert fit.loglik == pytest.approx(best, abs=1e-6)


def test_two_different_fixed_sds_are_not_one_shared_sd(heights):
    "A contradiction is refused, and not settled in silence."
    with pytest.raises(ValueError, match="sds"):
        em.fit(heights(), equal_sds=True, fixed={"sds": [6, 8]})


def test_a_start_does_not_undo_what_is_fixed(heights):
    "The fixed value holds, whatever the start says."
    start = em.Mixture([0.5, 0.5], [160, 180], [7, 7])
    fit = em.fit(heights(), start=start, fixed={"means": [164, NAN]})
    assert fit.mixture.means[0] == pytest.approx(164, rel=1e-15)
    assert fit.loglik == pytest.approx(
        em.fit(heights(), fixed={"means": [164, NAN]}).loglik, abs=1e-7
    )


def test_everything_fixed_is_a_likelihood_and_no_search(heights):
    "All that is left to do is to evaluate it."
    fixed = {"weights": [0.4, 0.6], "means": [164, 176], "sds": [6, 8]}
    fit = em.fit(heights(), fixed=fixed)
    assert fit.converged
    assert fit.n_parameters == 0
    assert fit.loglik == pytest.approx(HEIGHTS.logpdf(heights()).sum(), rel=1e-13)
    assert np.concatenate(fit.standard_errors()).tolist() == [0.0] * 6


def test_nothing_fixed_is_the_plain_fit(heights):
    "An empty mapping, or one with NaN alone."
    plain = em.fit(heights())
    for fixed in ({}, {"means": [NAN, NAN]}, {"sds": [None, None]}):
        assert em.fit(heights(), fixed=fixed).loglik == plain.loglik


def test_a_known_mean_of_one_normal():
    "The textbook's answer: the variance is the mean square about the known mean."
    values = np.random.default_rng(2).normal(3, 2, 50)
    fit = em.fit(values, 1, fixed={"means": [2.5]})
    assert fit.mixture.sds[0] == pytest.approx(math.sqrt(np.mean((values - 2.5) ** 2)), rel=1e-9)
    assert fit.standard_errors().sds[0] == pytest.approx(fit.mixture.sds[0] / 10, rel=1e-6)
    spread = em.fit(values, 1, fixed={"sds": [2]})
    assert spread.mixture.means[0] == pytest.approx(values.mean(), rel=1e-12)
    assert spread.standard_errors().means[0] == pytest.approx(2 / math.sqrt(50), rel=1e-9)


def test_standard_errors_with_fixed_parameters_are_those_of_the_smaller_problem(heights):
    "The inverse of the block of the information that is free, as in any regular model."
    free = em.fit(heights())
    held = em.fit(heights(), fixed={"weights": [free.mixture.weights[0], NAN]})
    # In the full covariance, condition on the weight.
    covariance = free.cov_params()
    keep, given_ = [2, 3, 4, 5], [0]
    conditional = covariance[np.ix_(keep, keep)] - covariance[np.ix_(keep, given_)] @ (
        covariance[np.ix_(given_, keep)] / covariance[0, 0]
    )
    assert held.cov_params()[np.ix_(keep, keep)] == pytest.approx(conditional, rel=1e-5)


@pytest.mark.parametrize(
    ("fixed", "error", "words"),
    [
        ({"mean": [1, 2]}, ValueError, ["weights", "means", "sds", "mean"]),
        ({"means": [1, 2, 3]}, ValueError, ["2 means", "shape (3,)"]),
        ({"means": 164}, ValueError, ["2 means", "shape ()"]),
        ({"means": [math.inf, NAN]}, ValueError, ["finite means", "inf"]),
        ({"weights": [0.0, NAN]}, ValueError, ["weights above zero", "0.0"]),
        ({"weights": [1.0, NAN]}, ValueError, ["leave something", "1.0"]),
        ({"weights": [-0.1, NAN]}, ValueError, ["weights above zero", "-0.1"]),
        ({"weights": [0.5, 0.6]}, ValueError, ["weights", "0.6"]),
        ({"weights": [0.3, 0.6]}, ValueError, ["sum 1", "0.3"]),
        ({"sds": [0.0, NAN]}, ValueError, ["positive sds", "0.0"]),
        ({"sds": [-1, NAN]}, ValueError, ["positive sds", "-1.0"]),
        ({"means": ["tall", NAN]}, (TypeError, ValueError), ["means in fixed", "number"]),
        ([164, NAN], (TypeError, ValueError), ["fixed"]),
        (164, TypeError, ["expected fixed"]),
    ],
    ids=str,
)
def test_bad_fixed_parameters_get_one_clear_line(heights, fixed, error, words):
    "What was expected and what came."
    with pytest.raises(error) as caught:
        em.fit(heights(), fixed=fixed)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


# ---- penalty ----


@pytest.mark.parametrize("penalty", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("equal", [False, True], ids=["unequal", "equal"])
def test_the_penalised_maximum_is_scipys(penalty, equal):
    "And the log-likelihood of the fit is that of its mixture, without the penalty."
    values = THREE.sample(250, rng=3)[0]
    start = em.Mixture(THREE.weights, THREE.means, np.ones(3)) if equal else THREE
    fit = em.fit(values, 3, penalty=penalty, equal_sds=equal, start=start)
    assert fit.converged
    best, plain = by_scipy(
        values, np.full((3, 3), NAN), penalty=penalty, equal_sds=equal, near=fit.mixture, tries=3
    )
    sds = fit.mixture.sds / values.std()
    assert fit.loglik - penalty * (sds**-2 + 2 * np.log(sds)).sum() == pytest.approx(best, abs=1e-6)
    assert fit.loglik == pytest.approx(plain, abs=1e-3)
    assert fit.loglik == pytest.approx(fit.mixture.logpdf(values).sum(), rel=1e-12)
    assert fit.aic == pytest.approx(2 * fit.n_parameters - 2 * fit.loglik)


def test_true_means_one_over_n():
    "The factor of Chen, Tan & Zhang (2008), n being the total weight; False and 0 mean none."
    values = THREE.sample(100, rng=4)[0]

    def fit(values=values, **penalty):
        start = em.Mixture([0.4, 0.6], [0, 7], [1, 2])
        return em.fit(values, start=start, **penalty)

    one, same = fit(penalty=True), fit(penalty=0.01)
    assert one.penalty == 0.01
    assert one.loglik == same.loglik
    assert fit(em.Sample(values, np.full(100, 2.0)), penalty=True).penalty == 1 / 200
    plain = fit()
    assert plain.loglik > one.loglik
    for none in (False, 0, 0.0):
        found = fit(penalty=none)
        assert found.penalty == 0.0
        assert found.loglik == plain.loglik


def test_a_light_penalty_hardly_moves_a_regular_maximum(heights):
    "With a = 1/n the estimates move by less than a tenth of a standard error."
    plain, light = em.fit(heights()), em.fit(heights(), penalty=True)
    errors = plain.standard_errors()
    for one, other, error in zip(
        plain.mixture.parameters, light.mixture.parameters, errors, strict=True
    ):
        assert np.abs((one - other) / error).max() < 0.1
    assert plain.loglik - 0.01 < light.loglik < plain.loglik


def test_data_that_collapse_converge_with_a_penalty():
    "Without it a component falls onto a few values."
    values = np.random.default_rng((20, 1)).normal(size=20)
    assert em.fit(values, 3, n_starts=2).status is em.Status.COLLAPSED
    fit = em.fit(values, 3, penalty=True, n_starts=2)
    assert fit.converged
    assert fit.gradient_norm < 1e-6
    assert fit.mixture.sds.min() > 0.05


def test_an_outlier_and_a_constant_get_components_with_a_penalty():
    "Where plain maximum likelihood has no answer at all."
    rng = np.random.default_rng(0)
    for odd in ([1e4], [3.0] * 40):
        values = np.concatenate([rng.normal(size=60), odd])
        assert em.fit(values, n_starts=2).status is em.Status.COLLAPSED
        fit = em.fit(values, penalty=1.0, n_starts=2)
        assert fit.converged
        best, _ = by_scipy(values, np.full((3, 2), NAN), penalty=1.0, near=fit.mixture, tries=2)
        sds = fit.mixture.sds / values.std()
        own = fit.loglik - float((sds**-2 + 2 * np.log(sds)).sum())
        assert own == pytest.approx(best, abs=1e-5)


def test_the_penalty_does_not_depend_on_the_unit():
    "It is measured in sds of the sample."
    values = THREE.sample(60, rng=6)[0]
    mirrored = em.Mixture(THREE.weights, 1e6 - 1e-3 * THREE.means, 1e-3 * THREE.sds)
    one, other = (
        em.fit(v, penalty=2.0, n_components=3, start=start)
        for v, start in ((values, THREE), (1e6 - 1e-3 * values, mirrored))
    )
    assert other.loglik == pytest.approx(one.loglik - 60 * math.log(1e-3), rel=1e-7)
    assert other.mixture.sds[::-1] == pytest.approx(1e-3 * one.mixture.sds, rel=1e-5)


def test_the_history_of_a_penalised_fit_never_falls():
    "With the penalty taken off, which is what climbs."
    fit = em.fit(THREE.sample(60, rng=7)[0], 3, penalty=3.0, start=THREE)
    assert (np.diff(fit.history) >= -1e-9 * abs(fit.loglik)).all()
    assert fit.history[-1] < fit.loglik


@pytest.mark.parametrize("penalty", [-1, math.nan, math.inf, "heavy", None, [1.0]], ids=str)
def test_a_bad_penalty_gets_one_clear_line(heights, penalty):
    "It is True, False or a number of zero or more."
    with pytest.raises((TypeError, ValueError), match="expected penalty") as caught:
        em.fit(heights(), penalty=penalty)
    assert "\n" not in str(caught.value)


# ---- squash ----


def se_apart(one, other):
    """The largest distance of two estimates, in standard errors of the second."""
    return max(
        float(np.max(np.abs(a - b)[error > 0] / error[error > 0]))
        for a, b, error in zip(
            one.mixture.parameters, other.mixture.parameters, other.standard_errors(), strict=True
        )
        if (error > 0).any()
    )


SHAPES = {
    "heights": (HEIGHTS, 2, False),
    "heights, equal sds": (HEIGHTS, 2, True),
    "heights, one": (HEIGHTS, 1, False),
    "three": (THREE, 3, False),
    "wide within narrow": (em.Mixture([0.7, 0.3], [0, 1], [1, 20]), 2, False),
    "far apart": (em.Mixture([0.5, 0.5], [0, 1e4], [1, 2]), 2, False),
    "narrow": (em.Mixture([0.9, 0.1], [0, 2], [3, 0.05]), 2, False),
}


@functools.cache
def on_nodes_and_data(name, n):
    mixture, k, equal = SHAPES[name]
    values = mixture.sample(n, rng=n)[0]
    start = mixture if k == mixture.n_components and not equal else None
    return [em.fit(values, k, equal_sds=equal, squash=way, start=start) for way in (None, False)]


@pytest.mark.parametrize(
    ("name", "n"), [("heights", 2500), ("narrow", 2500), *((name, 20_000) for name in SHAPES)]
)
def test_fits_of_nodes_are_fits_of_the_data(name, n):
    "The log-likelihood to 1e-9 of itself, the estimates to 1e-6 standard errors."
    few, full = on_nodes_and_data(name, n)
    assert few.converged
    assert full.converged
    assert full.error_bound == 0
    assert few.loglik == pytest.approx(full.loglik, rel=1e-9)
    assert abs(few.loglik - full.loglik) <= few.error_bound + 1e-13 * n * abs(full.loglik / n) * 10
    assert se_apart(few, full) < 1e-6
    for one, other in zip(few.standard_errors(), full.standard_errors(), strict=True):
        assert one == pytest.approx(other, rel=1e-5)


def test_small_samples_are_fitted_as_they_are(heights):
    "Two thousand values are; one more is squashed; and either can be asked for."
    small, large = (functools.partial(em.fit, heights(n=n), start=HEIGHTS) for n in (2000, 2001))
    kept, few = small(), large()
    assert kept.data.bins is None
    assert kept.error_bound == 0
    assert few.data.bins is not None
    assert len(few.data) < 500
    assert large(squash=False).data.bins is None
    asked = small(squash=True)
    assert asked.data.bins is not None
    assert asked.loglik == pytest.approx(kept.loglik, rel=1e-9)


@pytest.mark.parametrize(("share", "sd"), [(0.02, 1e-5), (0.05, 0.02)])
def test_a_spike_is_found_in_squashed_data(share, sd):
    "Bins become narrower, and in the end the data are taken as they are; no wrong answer."
    rng = np.random.default_rng(3)
    inside = round(3000 * share)
    values = np.concatenate(
        [HEIGHTS.sample(3000 - inside, rng=rng)[0], rng.normal(171.3, sd, inside)]
    )
    truth = em.Mixture([0.4 * (1 - share), share, 0.6 * (1 - share)], [164, 171.3, 176], [6, sd, 8])
    fit = em.fit(values, 3, n_starts=1)
    assert fit.converged
    assert fit.loglik >= truth.logpdf(values).sum() - 1e-6
    assert fit.mixture.sds.min() == pytest.approx(sd, rel=0.3)
    assert fit.certify().ok


def test_asked_to_squash_a_fit_says_how_wrong_it_may_be():
    "The bins are then not refined, and the bound is honest about a spike."
    rng = np.random.default_rng(3)
    values = np.concatenate([HEIGHTS.sample(5400, rng=rng)[0], rng.normal(171.3, 1e-3, 600)])
    fit = em.fit(values, 3, squash=True)
    assert fit.data is em.Sample.squash(fit.sample)
    assert fit.error_bound >= abs(fit.loglik - fit.mixture.logpdf(values).sum()) * (1 - 1e-9)
    assert fit.error_bound > 1e-6


@given(SEEDS)
@settings(max_examples=3)
def test_the_log_likelihood_is_within_its_error_bound(seed):
    "Whatever the data, to rounding."
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 4))
    mixture = em.Mixture(
        rng.dirichlet(np.ones(k)), rng.normal(0, 5, k), np.exp(rng.normal(0, 1, k))
    )
    values = mixture.sample(2500, rng=rng)[0]
    fit = em.fit(values, k, n_starts=1, max_iter=60)
    exact = math.fsum(fit.mixture.logpdf(values).tolist())
    size = np.abs(fit.mixture.logpdf(values)).sum()
    if fit.status is em.Status.COLLAPSED:
        assert math.isnan(fit.error_bound)
    else:
        assert abs(fit.loglik - exact) <= fit.error_bound + 1e-12 * size


@pytest.mark.parametrize("n", [5000, 500], ids=["squashed", "as they are"])
def test_a_fit_that_collapsed_has_no_bound_and_no_certificate(n):
    "Its log-likelihood is off by more than squashing can explain."
    values = np.append(HEIGHTS.sample(n, rng=22)[0], 1e5)
    fit = em.fit(values)
    assert fit.status is em.Status.COLLAPSED
    assert [(point.value, point.count) for point in fit.points] == [(1e5, 1.0)]
    assert (fit.data.bins is not None) == (n == 5000)
    assert math.isnan(fit.error_bound)
    certificate = fit.certify()
    assert not certificate.ok
    assert certificate.gradient_norm == math.inf


def test_an_interior_spike_is_not_certified(heights):
    "Its score is zero, but it is set apart all the same."
    values = heights(1)
    ordered = np.sort(values)
    closest = ordered[np.diff(ordered).argmin()]
    start = em.Mixture([0.002, 0.998], [closest, values.mean()], [1e-5, values.std()])
    spike = em.fit(values, start=start)
    assert spike.status is em.Status.COLLAPSED
    assert spike.gradient_norm < 1e-6
    assert not spike.certify().ok


@pytest.mark.parametrize("squash", ["no", "", 0, 1, [], np.array([True, False])], ids=repr)
def test_squash_is_true_false_or_none(heights, squash):
    'A word such as "no" would count as true.'
    with pytest.raises(TypeError, match=r"expected squash to be True or False, or None .*, got"):
        em.fit(heights(), squash=squash)


@pytest.mark.parametrize("equal", ["no", "", 0, 1, None, np.array([True, False])], ids=repr)
def test_equal_sds_is_true_or_false(heights, equal):
    "NumPy's own are as good."
    with pytest.raises(TypeError, match="expected equal_sds to be True or False, got"):
        em.fit(heights(), equal_sds=equal)


def test_numpys_true_and_false_will_do(heights):
    "For every option that is one or the other."
    values = heights(n=300)
    plain = em.fit(values, equal_sds=True, squash=False, penalty=True)
    other = em.fit(values, equal_sds=np.True_, squash=np.False_, penalty=np.True_)
    assert other.loglik == plain.loglik
    assert other.penalty == plain.penalty == 1 / 300


def test_a_squashed_sample_can_be_fitted():
    "It is a sample like any other, and what was squashed can be certified."
    sample = em.Sample(HEIGHTS.sample(30_000, rng=9)[0])
    fit, direct = em.fit(sample.squash()), em.fit(sample)
    assert fit.loglik == direct.loglik
    assert fit.sample.n == 30_000
    assert fit.bic == direct.bic
    assert fit.error_bound == pytest.approx(direct.error_bound)
    assert fit.certify(sample).ok


def test_weighted_data_are_squashed_too():
    "Half the weight, half the log-likelihood, and the same estimates."
    values = HEIGHTS.sample(20_000, rng=10)[0]
    one, half = em.fit(values), em.fit(em.Sample(values, np.full(20_000, 0.5)))
    assert half.data.bins is not None
    assert half.loglik == pytest.approx(0.5 * one.loglik, rel=1e-11)
    assert se_apart(half, one) < 1e-6


# ---- certify ----


@pytest.mark.parametrize("name", ["heights", "narrow"])
def test_a_hundred_thousand_values_are_fitted_exactly(name):
    "By one pass over all of them: log-likelihood to 1e-12, score below 1e-6 standard errors."
    mixture, k, equal = SHAPES[name]
    values = mixture.sample(100_000, rng=11)[0]
    fit = em.fit(values, k, equal_sds=equal)
    assert fit.data.bins is not None
    certificate = fit.certify()
    assert certificate.ok
    assert certificate.loglik == pytest.approx(fit.mixture.logpdf(values).sum(), rel=1e-13)
    assert certificate.gradient_norm < 1e-6


def test_the_certificate_is_exact_whatever_the_fit():
    "It also says what is wrong: other data, or a fit cut short."
    values = HEIGHTS.sample(3000, rng=12)[0]
    fit = em.fit(values)
    other = HEIGHTS.sample(3000, rng=13)[0]
    wrong = fit.certify(other)
    assert not wrong.ok
    assert wrong.loglik == pytest.approx(fit.mixture.logpdf(other).sum(), rel=1e-13)
    assert wrong.relative_error == pytest.approx(
        abs(fit.loglik - wrong.loglik) / abs(wrong.loglik), rel=1e-6
    )
    assert wrong.gradient_norm > 0.01
    assert not em.fit(values, max_iter=1, n_starts=1).certify().ok


@pytest.mark.parametrize("n", [1000, 20_000])
def test_the_certificate_does_not_depend_on_the_unit(heights, n):
    "In a unit in which the log-likelihood is next to nothing a good fit is still a good fit."
    values = heights(n=n)
    unit = math.exp(em.fit(values).loglik / n)
    fit = em.fit(values * unit)
    assert abs(fit.loglik) < 1e-6 * n
    assert fit.certify().ok


def test_data_far_from_zero_are_certified():
    "Heights counted from a hundred million away carry seven digits, and the nodes all of them."
    fit = em.fit(HEIGHTS.sample(100_000, rng=11)[0] + 1e8)
    certificate = fit.certify()
    assert certificate.gradient_norm < 1e-6
    assert abs(fit.loglik - certificate.loglik) <= fit.error_bound + 1e-12 * abs(fit.loglik)
    assert certificate.ok


def test_a_penalised_fit_is_certified_without_its_penalty():
    "The log-likelihood is the plain one, the score that of what was maximised."
    values = THREE.sample(300, rng=14)[0]
    certificate = em.fit(values, 3, penalty=2.0, start=THREE).certify()
    assert certificate.ok


def test_weights_count_in_the_certificate():
    "As repetitions do."
    values = THREE.sample(300, rng=15)[0]
    counts = np.random.default_rng(15).integers(1, 5, 300)
    fit = em.fit(em.Sample(values, counts), 3, start=THREE)
    assert fit.certify().ok
    assert fit.certify(np.repeat(values, counts)).ok


# ---- sandwich ----


def per_value_scores(values, mixture, scale=1e-5):
    """Derivative of each value's log-density by the natural parameters, by central differences."""
    k = mixture.n_components
    theta = np.concatenate([mixture.weights[:-1], mixture.means, mixture.sds])

    def logpdf(point):
        weights = np.append(point[: k - 1], 1 - point[: k - 1].sum())
        means, sds = point[k - 1 : 2 * k - 1], point[2 * k - 1 :]
        z = (values[:, None] - means) / sds
        return np.logaddexp.reduce(
            np.log(weights / sds) - 0.5 * z**2 - 0.5 * math.log(2 * math.pi), axis=1
        )

    steps = scale * np.maximum(np.abs(theta), 1e-3)
    columns = []
    for j, step in enumerate(steps):
        up, down = theta.copy(), theta.copy()
        up[j] += step
        down[j] -= step
        columns.append((logpdf(up) - logpdf(down)) / (2 * step))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_sandwich_is_bread_meat_and_bread(k, weighted):
    "The meat is the sum of outer products of each value's score, here by finite differences."
    values = THREE.sample(300, rng=16)[0]
    weights = np.random.default_rng(16).integers(1, 4, 300) if weighted else np.ones(300)
    fit = em.fit(em.Sample(values, weights), k, start=THREE if k == 3 else None)
    assert fit.converged
    scores = per_value_scores(values, fit.mixture)
    meat = scores.T @ (weights[:, None] * scores)
    keep = [j for j in range(3 * k) if j != k - 1]  # the last weight follows from the others
    bread = fit.cov_params()[np.ix_(keep, keep)]
    found = fit.cov_params("sandwich")
    assert found[np.ix_(keep, keep)] == pytest.approx(bread @ meat @ bread, rel=1e-4, abs=1e-9)
    assert found == pytest.approx(found.T, rel=1e-9, abs=1e-14)
    errors = np.concatenate(fit.standard_errors("sandwich"))
    assert errors**2 == pytest.approx(np.diag(found), rel=1e-9, abs=1e-15)
    assert found[:k].sum(axis=0) == pytest.approx(np.zeros(3 * k), abs=1e-9)


def test_the_sandwich_agrees_with_the_information_where_the_model_is_right():
    "With many values, within a few per cent."
    fit = em.fit(em.Mixture([0.4, 0.6], [0, 6], [1, 1.5]).sample(50_000, rng=17)[0])
    for one, other in zip(fit.standard_errors("sandwich"), fit.standard_errors(), strict=True):
        assert one == pytest.approx(other, rel=0.05)


def test_the_sandwich_of_one_normal_is_the_textbooks():
    "The variance of a sample's sd by its fourth moment, right where the normal is wrong."
    values = np.random.default_rng(18).exponential(size=500)
    fit = em.fit(values, 1)
    away = values - values.mean()
    s2, fourth = np.mean(away**2), np.mean(away**4)
    errors = fit.standard_errors("sandwich")
    assert errors.means[0] == pytest.approx(math.sqrt(s2 / 500), rel=1e-9)
    assert errors.sds[0] == pytest.approx(math.sqrt((fourth - s2**2) / 500 / (4 * s2)), rel=1e-6)
    assert errors.sds[0] > 1.5 * fit.standard_errors().sds[0]


def test_the_sandwich_is_right_where_the_model_is_wrong():
    "Over 100 samples of two uniform groups, whose estimates vary less than those of normal ones."

    def draw(rng):
        return np.concatenate([rng.uniform(-1, 1, 120), rng.uniform(4, 8, 180)])

    rng = np.random.default_rng(19)
    start = em.fit(draw(rng))
    fits = [em.fit(draw(rng), start=start) for _ in range(100)]
    spread = np.std([fit.mixture.sds for fit in fits], axis=0, ddof=1)
    claimed = np.mean([fit.standard_errors("sandwich").sds for fit in fits], axis=0)
    naive = np.mean([fit.standard_errors().sds for fit in fits], axis=0)
    assert claimed == pytest.approx(spread, rel=0.2)
    assert (naive > 1.3 * spread).all()


def test_the_sandwich_respects_what_is_fixed_and_equal(heights):
    "Fixed parameters have no error, equal sds have one."
    fixed = em.fit(heights(), fixed={"means": [164, NAN]}).standard_errors("sandwich")
    assert fixed.means[0] == 0
    assert fixed.means[1] > 0
    equal = em.fit(heights(), equal_sds=True).standard_errors("sandwich")
    assert equal.sds[0] == equal.sds[1] > 0


def test_the_sandwich_of_nodes_is_that_of_the_data():
    "To five digits."
    few, full = (fit.standard_errors("sandwich") for fit in on_nodes_and_data("three", 20_000))
    for one, other in zip(few, full, strict=True):
        assert one == pytest.approx(other, rel=1e-5)


def test_only_two_kinds_of_standard_error_exist(heights):
    "The message names them."
    fit = em.fit(heights())
    for method in (fit.standard_errors, fit.cov_params):
        with pytest.raises(ValueError, match='"observed" or "sandwich", got \'expected\''):
            method("expected")


def test_no_sandwich_without_a_maximum():
    "NaN, as for the observed information."
    fit = em.fit(np.append(np.random.default_rng(0).normal(size=30), 1e4))
    assert fit.status is em.Status.COLLAPSED
    assert np.isnan(np.concatenate(fit.standard_errors("sandwich"))).all()


def test_the_bound_of_the_fit_is_that_of_its_bins():
    "At the estimate."
    fit = em.fit(HEIGHTS.sample(5000, rng=21)[0])
    assert fit.data.bins is not None
    assert fit.error_bound >= quadrature_bound(fit.data.bins, fit.mixture.parameters) * (1 - 1e-6)


def test_a_certificate_allows_what_the_last_digit_of_far_off_means_costs():
    "A good fit of values at a hundred million is certified, though its means have no more digits."
    rng = np.random.default_rng(0)
    values = np.r_[rng.normal(0, 1, 4000), rng.normal(4, 0.05, 4000)]
    near, far = em.fit(values).certify(), em.fit(values + 1e8).certify(values + 1e8)
    assert near.ok
    assert near.rounding < 1e-11
    assert far.ok
    assert far.rounding > 1e-7


@pytest.mark.parametrize("penalty", [False, True])
def test_a_fit_is_certified_in_pieces_as_at_once(penalty):
    "Arrays or samples of any sizes, a penalty counted once."
    values = em.Mixture([0.4, 0.6], [164, 176], [6, 8]).sample(50_000, rng=11)[0]
    fit = em.fit(values, 2, penalty=penalty)
    whole = fit.certify()
    pieces = np.split(values, [10, 20_000])
    pieced = fit.certify(iter([pieces[0], em.Sample(pieces[1]), pieces[2]]))
    assert whole.ok
    assert pieced.ok
    assert pieced.loglik == pytest.approx(whole.loglik, rel=1e-14)
    assert not fit.certify(iter(pieces[:2])).ok
    with pytest.raises(ValueError, match="got an iterator without any"):
        fit.certify(iter([]))


def test_a_certificate_allows_the_score_twice_what_the_last_digit_of_the_means_costs():
    "And nothing beyond."
    assert Certificate(-1.0, 0.0, gradient_norm=1.9e-3, rounding=1e-3).ok
    assert not Certificate(-1.0, 0.0, gradient_norm=2.1e-3, rounding=1e-3).ok
