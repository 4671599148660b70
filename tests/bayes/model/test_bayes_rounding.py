"""Rounded values in `bayes`: the model is the probability of what is rounded to each value."""

from __future__ import annotations

import warnings

import numpy as np
import pymc as pm
import pytest
from densities import PYTHON, of_point
from hypothesis import given, settings
from hypothesis import strategies as st
from posteriors import around
from scipy import integrate, special, stats

import bayes
from bayes import Priors, build_model
from bayes.criticism.components import compare_components
from bayes.criticism.evidence import Evidence, evidence
from bayes.criticism.loo import loo
from bayes.model import kernel
from bayes.model.density import cdf, log_density, log_likelihood
from bayes.model.fused import FusedDensity
from bayes.model.priors import Numbers
from bayes.model.rounding import log_density_rounded
from bayes.posterior import relabelling
from em import Mixture, Parameters, Sample

RNG = np.random.default_rng(31)
# More values than the loop takes at a time, and one far outside.
LATENT = np.concatenate([RNG.normal(0, 1, 120), RNG.normal(5, 1.5, 180), [45.0]])
WEIGHTS = RNG.uniform(0.2, 3.0, LATENT.size)
TWO_GROUPS = Mixture([0.4, 0.6], [0.0, 5.0], [1.0, 1.5])


def rounded(values, step):
    return step * np.round(np.asarray(values) / step)


def both(sample, K):
    "The compiled density and PyMC's, as functions of a point in the sampler's coordinates."
    fused = FusedDensity(sample, K, Priors().filled(sample, K).numbers)
    return fused, of_point(build_model(sample, K, observed=False))


def points(fused, K, rng):
    centre = np.repeat([0.0, 0.0, fused.priors.log_median], [K - 1, K, K])
    return [centre + spread * rng.normal(size=3 * K - 1) for spread in (0.3, 1.0, 2.0, 3.0)]


@pytest.mark.parametrize(
    ("K", "step", "weights"),
    [
        (1, 0.1, WEIGHTS),
        (2, 2.0, WEIGHTS),
        (2, 1e-6, WEIGHTS),
        (3, 2.0, None),
    ],
    ids=lambda value: "weighted" if value is WEIGHTS else str(value),
)
def test_compiled_density_and_gradient_are_those_of_the_pymc_model(K, weights, step):
    fused, reference = both(Sample(rounded(LATENT, step), weights, step), K)
    for point in points(fused, K, np.random.default_rng(K)):
        density, gradient = fused(point)
        expected, expected_gradient = reference(point)
        assert density == pytest.approx(expected, rel=1e-10)
        size = np.abs(gradient).max()
        np.testing.assert_allclose(gradient, expected_gradient, rtol=0, atol=1e-10 * size)


@pytest.mark.parametrize("K", [1, 3])
def test_pymc_density_is_the_one_on_paper(K):
    sample = Sample(rounded(LATENT[:-1], 0.5), WEIGHTS[:-1], 0.5)
    model = build_model(sample, K)
    every = model.compile_logp(jacobian=False, mode=PYTHON)
    prior = model.compile_logp(vars=model.free_RVs, jacobian=False, mode=PYTHON)
    locate = FusedDensity(sample, K, Priors().filled(sample, K).numbers).locate
    rng = np.random.default_rng(K)
    for _ in range(5):
        means, sds = rng.normal(2, 3, K), rng.lognormal(0.3, 0.5, K)
        mixture = Mixture(rng.dirichlet(np.full(K, 2.0)), means, sds)
        names = [value.name for value in model.value_vars]
        parts = np.split(locate(mixture), [K - 1, 2 * K - 1])[-len(names) :]
        named = dict(zip(names, parts, strict=True))
        found = float(every(named)) - float(prior(named))
        assert found == pytest.approx(by_hand(sample, mixture), rel=1e-11)


def by_hand(sample, mixture):
    "The likelihood by SciPy's distribution function, from above where that keeps more digits."
    h, x = sample.rounding, sample.values[:, None]
    low, high = (x - h / 2 - mixture.means) / mixture.sds, (x + h / 2 - mixture.means) / mixture.sds
    above = x > mixture.means
    upper, lower = np.where(above, -low, high), np.where(above, -high, low)
    share = (stats.norm.cdf(upper) - stats.norm.cdf(lower)) / h
    return float(sample.weights @ np.log(share @ mixture.weights))


def test_the_data_of_the_model_can_be_exchanged():
    first, other = (Sample(rounded(part, 0.5), rounding=0.5) for part in (LATENT, LATENT[:50]))
    model = build_model(first, 2)
    logp = model.compile_logp(mode=PYTHON)
    start = model.initial_point()
    before = logp(start)
    with model:
        pm.set_data({"values": other.values})
    free = (start["free_means_standardised__"], np.exp(start["free_sds_log__"]))
    mixture = Mixture([0.5, 0.5], first.mean + first.sd * free[0], free[1])
    expected = by_hand(other, mixture) - by_hand(first, mixture)
    assert logp(start) - before == pytest.approx(expected, rel=1e-8)


@settings(max_examples=20)
@given(
    st.sampled_from([1, 2, 3]), st.floats(-3.0, 2.0).map(lambda e: 10.0**e), st.integers(0, 2**32)
)
def test_gradient_is_the_slope_of_the_density(K, step, seed):
    # Two more, so that the widest steps leave values to tell apart.
    sample = Sample(rounded(np.r_[LATENT, 3 * step, -2 * step], step), rounding=step)
    # Those of the default priors, which take PyMC longer to make.
    numbers = Numbers(2.0, sample.mean, 1.5 * sample.sd, np.log(sample.sd / K), 1.0, 0.0)
    fused = FusedDensity(sample, K, numbers)
    rng = np.random.default_rng(seed)
    centre = np.repeat([0.0, 0.0, fused.priors.log_median], [K - 1, K, K])
    point, direction = centre + 0.5 * rng.normal(size=(2, 3 * K - 1))
    direction -= centre
    little = 1e-4
    # Five points: the error is of the fourth order in the step.
    ahead, behind, far_ahead, far_behind = (
        fused(point + times * little * direction)[0] for times in (1, -1, 2, -2)
    )
    slope = (8 * (ahead - behind) - (far_ahead - far_behind)) / (12 * little)
    assert slope == pytest.approx(float(fused(point)[1] @ direction), rel=1e-5, abs=1e-4)


def by_series(u, half):
    out = np.empty((4, 1))
    kernel._series(np.array([u]), half, *out)
    return out[:, 0]


def in_the_kernel(u, half):
    "Log of the mean density, and the means of z and z^2, by whichever way the loop takes."
    narrow = half <= kernel.NARROW and abs(u) * half <= kernel.LEVEL
    exponent, factor, *moments = (by_series if narrow else kernel._interval)(u, half)
    return exponent + np.log(factor) - kernel.HALF_LOG_2PI, *moments


def by_quadrature(u, half):
    "The same by quadrature of the density relative to that at the nearer end, or at the mean."
    near = abs(u) - half
    # Counted from the nearer end, so that narrow intervals keep their digits. Beyond forty sds,
    # or so many times what it takes to fall by a factor of e, nothing is left.
    if near > 0:
        ends, origin = (0.0, min(2 * half, 40.0 / max(1.0, near))), near
    else:
        ends, origin = (max(near, -40.0), min(abs(u) + half, 40.0)), 0.0

    def integral(power):
        value, _ = integrate.quad(
            lambda t: (origin + t) ** power * np.exp(-(origin + 0.5 * t) * t),
            *ends,
            epsabs=0,
            epsrel=1e-13,
            limit=500,
        )
        return value

    total = integral(0)
    log = np.log(total / (2 * half)) - 0.5 * origin**2 - kernel.HALF_LOG_2PI
    return log, np.copysign(integral(1) / total, u), integral(2) / total


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")  # of its last digit
@pytest.mark.parametrize("half", [5e-9, 1e-6, 1e-3, 0.03, 0.3, 0.49, 0.51, 0.9, 2.0, 7.0, 60, 5e7])
@pytest.mark.parametrize("u", [0.0, 0.2, -0.8, 1.0, 2.2, -3.5, 6.1, -9.0, 20.0, 50.0, -100.0])
def test_probabilities_and_moments_of_intervals_are_those_of_quadrature(u, half):
    "From steps of 1e-8 sds to steps of 1e8 sds, and a hundred sds out."
    log, first, second = in_the_kernel(u, half)
    expected = by_quadrature(u, half)
    assert log == pytest.approx(expected[0], abs=1e-11, rel=1e-13)
    assert second == pytest.approx(expected[2], rel=1e-9)
    assert first == pytest.approx(expected[1], rel=1e-9, abs=1e-11)
    assert log_density_rounded(u, 0.0, 1.0, 2 * half) == pytest.approx(log, abs=1e-11, rel=1e-12)


@pytest.mark.parametrize("half", [0.5, 0.4, 0.2, 0.05, 0.01])
def test_the_ways_through_the_kernel_meet(half):
    "The series and the differences agree where one takes over from the other."
    at = kernel.LEVEL / half, half
    found = [np.array(way(*at)) for way in (by_series, kernel._interval)]
    logs = [exponent + np.log(factor) for exponent, factor, *_ in found]
    assert logs[0] == pytest.approx(logs[1], rel=1e-13, abs=1e-13)
    np.testing.assert_allclose(found[0][2:], found[1][2:], rtol=1e-12)


DRAWS = Parameters(
    np.array([[0.4, 0.6], [0.1, 0.9]]),
    np.array([[0.0, 5.0], [1.0, 2.0]]),
    np.array([[1, 1.5], [0.2, 3]]),
)


@pytest.mark.parametrize("step", [0.01, 0.5, 2.0, 30.0])
def test_densities_of_all_that_values_can_be_rounded_to_add_up_to_one(step):
    lattice = step * np.arange(-np.ceil(40 / step), np.ceil(50 / step))
    densities = np.exp(log_density(DRAWS, lattice, step))
    np.testing.assert_allclose(step * densities.sum(axis=0), 1.0, rtol=1e-12)
    share = cdf(DRAWS, lattice + 0.5 * step) - cdf(DRAWS, lattice - 0.5 * step)
    np.testing.assert_allclose(step * densities, share, rtol=1e-9, atol=1e-14)


def test_fine_rounding_changes_nothing():
    values = np.linspace(-3.0, 12.0, 50)
    exact = log_density(DRAWS, values)
    np.testing.assert_allclose(log_density(DRAWS, values, 1e-8), exact, rtol=1e-12)
    # The mean density of an interval differs from that in the middle like the step squared.
    for step in (1e-2, 1e-3):
        away = np.abs(log_density(DRAWS, values, step) - exact)
        bend = ((values[:, None] - 1.0) / 0.2) ** 2 + 25.0
        assert np.all(away <= bend * (step / 0.2) ** 2)


def test_the_likelihood_is_the_weighted_sum_over_the_data():
    sample = Sample(rounded(LATENT[:-1], 0.5), WEIGHTS[:-1], 0.5)
    expected = [by_hand(sample, Mixture(*(value[i] for value in DRAWS))) for i in range(2)]
    np.testing.assert_allclose(log_likelihood(DRAWS, sample), expected, rtol=1e-11)


def test_rounded_values_need_no_floor_under_the_sds_and_no_warning():
    values = rounded(LATENT[:-1], 1.0)
    tied, known = Sample(values), Sample(values, rounding=1.0)
    assert "above 0.3989" in Priors().filled(tied, 2).describe()[2][1]
    default = Priors().filled(known, 2)
    assert default.numbers.floor == 0.0
    assert default.describe()[2][1] == f"LogNormal(log {known.sd / 2:.4g}, 1)"
    assert default.describe()[2][2].rounded
    flat = Priors(sds=pm.HalfNormal.dist(5.0))
    with pytest.warns(UserWarning, match="improper"):
        flat.filled(tied, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flat.filled(known, 2)


def test_the_likelihood_is_bounded():
    "A group may shrink onto a tied value, and gains no more than the step allows."
    values = rounded(LATENT[:-1], 1.0)
    narrow = [Mixture([0.3, 0.7], [values[0], 4.0], [sd, 3.0]) for sd in (1e-3, 1e-6, 1e-9)]
    known, tied = Sample(values, rounding=1.0), Sample(values)
    bounded = [log_likelihood(as_draws(mixture), known)[0] for mixture in narrow]
    assert np.ptp(bounded) < 1e-9
    without_end = [log_likelihood(as_draws(mixture), tied)[0] for mixture in narrow]
    assert np.all(np.diff(without_end) > 100.0)


def as_draws(mixture):
    values = mixture.weights, mixture.means, mixture.sds
    return Parameters(*(np.array(value)[None] for value in values))


def test_a_posterior_knows_its_rounding_and_so_does_its_file(tmp_path):
    sample = Sample(rounded(LATENT[:-1], 0.5), rounding=0.5)
    posterior = around(sample, TWO_GROUPS)
    posterior.save(tmp_path / "kept.nc")
    loaded = bayes.Posterior.load(tmp_path / "kept.nc")
    assert posterior.sample.rounding == loaded.sample.rounding == 0.5
    assert loaded.relabelled("sd").sample.rounding == 0.5
    assert loaded.priors().numbers.floor == 0.0
    # As files of earlier versions have it.
    del loaded.data["observed_data"].attrs["rounding"]
    assert bayes.Posterior(loaded.data).sample.rounding == 0.0


def test_the_same_values_rounded_otherwise_are_other_data(monkeypatch):
    values = rounded(LATENT[:-1], 0.5)
    known, exact = (around(Sample(values, rounding=step), TWO_GROUPS) for step in (0.5, 0.0))
    with pytest.raises(ValueError, match=r"rounded to 0\.5, got the same rounded to 0 "):
        loo(known, Sample(values))
    single = around(Sample(values), Mixture([1.0], [3.0], [3.0]))
    with pytest.raises(ValueError, match="posteriors of the same data"):
        compare_components({1: single, 2: known})
    told = Evidence(2, -10.0, 0.1, 9, 9)
    monkeypatch.setattr("bayes.criticism.components.evidence", lambda *_, **__: told)
    assert len(compare_components({1: single, 2: exact}).rows) == 2


def test_leave_one_out_predicts_what_is_rounded_to_a_value():
    sample = Sample(rounded(LATENT[:-1], 2.0), rounding=2.0)
    posterior = around(sample, TWO_GROUPS, spread=0.03)
    found = loo(posterior)
    draws = Parameters(
        posterior.weights.reshape(-1, 2),
        posterior.means.reshape(-1, 2),
        posterior.sds.reshape(-1, 2),
    )
    share = cdf(draws, found.values + 1.0) - cdf(draws, found.values - 1.0)
    # Without smoothing: so concentrated a posterior has weights without a tail.
    np.testing.assert_allclose(found.pointwise, -np.log(np.mean(2.0 / share, axis=1)), atol=1e-3)
    assert np.all(found.pit[:, 1] - found.pit[:, 0] > 0)
    np.testing.assert_allclose(found.pit[1:, 0], found.pit[:-1, 1], atol=1e-3)


def test_responsibilities_are_those_of_the_intervals():
    sample = Sample(rounded(LATENT[:-1], 2.0), rounding=2.0).collapse()
    shares = relabelling.responsibilities(DRAWS, sample)
    for k in range(2):
        one = Parameters(*(value[:, [k]] for value in DRAWS))
        part = cdf(one, sample.values + 1.0) - cdf(one, sample.values - 1.0)
        every = cdf(DRAWS, sample.values + 1.0) - cdf(DRAWS, sample.values - 1.0)
        np.testing.assert_allclose(shares[:, k], (part / every).T, atol=1e-9)


def test_the_evidence_is_that_of_quadrature():
    "One group, over mean and log sd on a grid."
    sample = Sample(rounded(LATENT[:40], 2.0), rounding=2.0)
    found = evidence(bayes.fit(sample, 1, draws=1000, tune=500, seed=3))
    assert found.ok
    m, s = np.meshgrid(np.linspace(-2, 2, 201), np.linspace(-5, 2, 401), indexing="ij")
    draws = Parameters(np.ones((m.size, 1)), m.reshape(-1, 1), np.exp(s.reshape(-1, 1)))
    logs = log_likelihood(draws, sample).reshape(m.shape)
    logs += stats.norm.logpdf(m, sample.mean, 1.5 * sample.sd)
    logs += stats.norm.logpdf(s, np.log(sample.sd), 1.0)
    total = special.logsumexp(logs) + np.log((m[1, 0] - m[0, 0]) * (s[0, 1] - s[0, 0]))
    assert found.logml == pytest.approx(total, abs=4 * found.se + 0.01)


def fits(seed, step):
    "The posterior that knows of the rounding, and the one that takes values for exact."
    values = rounded(TWO_GROUPS.sample(4000, seed)[0], step)
    plan = {"draws": 400, "tune": 400, "seed": seed, "chains": 2, "mending": False}
    return bayes.fit(values, 2, rounding=step, **plan), bayes.fit(values, 2, **plan)


@pytest.mark.study
def test_the_sds_of_coarse_data_are_covered_and_those_that_ignore_the_rounding_are_not():
    "Steps of 2 sds of the narrower group: ten data sets, 95 % intervals of two sds each."
    held = np.zeros(2, dtype=int)
    for seed in range(10):
        for which, posterior in enumerate(fits(seed, 2.0)):
            ends = posterior.interval(0.95).sds
            held[which] += np.count_nonzero(
                (ends[:, 0] <= TWO_GROUPS.sds) & (TWO_GROUPS.sds <= ends[:, 1])
            )
    # Of 20 intervals at 95 %, 16 or fewer hold the truth in 3 of 1000 cases.
    assert held[0] > 16
    assert held[1] < 10


def test_a_rounding_given_to_fit_is_that_of_a_sample():
    values = rounded(LATENT[:-1], 1.0)
    plan = {"draws": 50, "tune": 100, "chains": 2, "seed": 5}
    one = bayes.fit(values, 2, rounding=1.0, **plan)
    other = bayes.fit(Sample(values, rounding=1.0), 2, **plan)
    assert one.settings.density == "fused"
    assert one.sample.rounding == 1.0
    np.testing.assert_array_equal(one.sds, other.sds)
    with pytest.raises(ValueError, match=r"whole steps of 0\.3 apart"):
        bayes.fit(values, 2, rounding=0.3)


def test_priors_of_another_family_go_with_rounded_values():
    "They take the place of the default ones, and the likelihood is the same."
    sample = Sample(rounded(TWO_GROUPS.sample(500, 3)[0], 2.0), rounding=2.0)
    gamma = Priors(sds=pm.Gamma.dist(2.0, 1.0))
    found, default = (
        build_model(sample, 2, priors, observed=False).compile_logp(jacobian=False, mode=PYTHON)
        for priors in (gamma, None)
    )
    point = build_model(sample, 2).initial_point()
    for sds in ([1.0, 1.5], [0.2, 4.0], [6.0, 0.9]):
        moved = {**point, "free_sds_log__": np.log(sds)}
        ratio = stats.gamma.logpdf(sds, 2.0) - stats.lognorm.logpdf(sds, 1.0, scale=sample.sd / 2)
        assert found(moved) - default(moved) == pytest.approx(ratio.sum(), abs=1e-9)


@pytest.mark.study
def test_the_posterior_of_priors_of_another_family_is_that_of_weighted_draws():
    "nutpie compiles the PyMC model, and the posterior is that of the default family's like."
    values = rounded(TWO_GROUPS.sample(500, 3)[0], 2.0)
    sample = Sample(values, rounding=2.0)
    plan = {"draws": 1000, "tune": 500, "seed": 5}
    gamma = Priors(sds=pm.Gamma.dist(2.0, 1.0))
    # The same prior as a power of sds times a lognormal is not at hand, so by weights of the draws.
    found = bayes.fit(sample, 2, priors=gamma, **plan)
    assert found.settings.density == "pymc"
    assert found.diagnostics.ok, found.diagnostics.messages
    default = bayes.fit(sample, 2, **plan)
    log_ratio = stats.gamma.logpdf(default.sds, 2.0) - stats.lognorm.logpdf(
        default.sds, 1.0, scale=sample.sd / 2
    )
    weights = np.exp(log_ratio.sum(axis=2))
    weights /= weights.sum()
    effective = 1.0 / np.sum(weights**2)
    for k in range(2):
        expected = np.sum(weights * default.sds[..., k])
        error = found.sds[..., k].std() * np.sqrt(5 / effective + 5 / 4000)
        assert abs(found.sds[..., k].mean() - expected) < 4 * error
