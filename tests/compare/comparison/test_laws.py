"""Laws of one quantity: at the maxima that scipy.stats finds, on one measure with the mixtures."""

import math

import numpy as np
import pytest
from scipy import stats

import em
from compare.comparison.laws import laws

DRAWN = {
    "log-normal": stats.lognorm(0.7, 0.0, 3.0),
    "gamma": stats.gamma(2.5, 0.0, 2.0),
    "skew-normal": stats.skewnorm(4.0, 10.0, 2.0),
    "t": stats.t(4.0, 10.0, 2.0),
}
SCIPYS = {
    "log-normal": (stats.lognorm, {"floc": 0.0}),
    "shifted log-normal": (stats.lognorm, {}),
    "gamma": (stats.gamma, {"floc": 0.0}),
    "skew-normal": (stats.skewnorm, {}),
    "t": (stats.t, {}),
}


def by_name(sample):
    return {law.name: law for law in laws(sample)}


@pytest.mark.parametrize("name", DRAWN)
def test_the_maximum_is_that_of_scipy(name):
    "The law that the data are drawn from has the lowest BIC, too."
    x = DRAWN[name].rvs(400, random_state=3)
    family, fixed = SCIPYS[name]
    law = by_name(em.Sample(x))[name]
    assert family.logpdf(x, *law.parameters).sum() == pytest.approx(law.loglik, abs=1e-8)
    assert law.loglik > family.logpdf(x, *family.fit(x, **fixed)).sum() - 1e-4
    assert laws(em.Sample(x))[0] == law
    assert law.n_parameters == len(law.parameters) - len(fixed)
    assert law.bic == pytest.approx(law.n_parameters * math.log(400) - 2 * law.loglik)


def test_ozone_is_one_skewed_quantity():
    "BIC 1097.3 of a log-normal; the logarithms' mean and sd are its parameters."
    logs = np.random.default_rng(0).normal(3.4, 0.86, 116)
    logs = 3.418 + 0.862 * (logs - logs.mean()) / logs.std()
    law = by_name(em.Sample(np.exp(logs)))["log-normal"]
    shape, loc, scale = law.parameters
    assert (shape, loc, math.log(scale)) == pytest.approx((0.862, 0.0, 3.418), abs=1e-5)


@pytest.mark.parametrize("name", SCIPYS)
def test_rounded_values_count_by_the_probability_of_their_interval(name):
    "Per unit, as `em` counts them; the parameters are near those before rounding."
    x = DRAWN[name.removeprefix("shifted ")].rvs(500, random_state=1) + 0.5
    step = 0.5
    rounded = step * np.round(x / step)
    sample = em.Sample(rounded, rounding=step)
    law = by_name(sample)[name]
    family, _ = SCIPYS[name]
    mass = np.diff(
        family.cdf(np.stack([rounded - step / 2, rounded + step / 2]), *law.parameters), axis=0
    )
    assert law.loglik == pytest.approx(np.log(mass / step).sum(), abs=1e-6)
    for i, move in ((0, 1e-3), (1, 1e-3), (2, 1e-3)):
        if i == 1 and name in {"log-normal", "gamma"}:
            continue  # their loc is fixed
        for sign in (-1, 1):
            near = list(law.parameters)
            near[i] += sign * move * max(abs(near[i]), 1.0)
            other = np.diff(
                family.cdf(np.stack([rounded - step / 2, rounded + step / 2]), *near), axis=0
            )
            with np.errstate(divide="ignore"):
                assert np.log(other / step).sum() < law.loglik + 1e-7


def test_counts_are_repeated_values():
    values, counts = np.array([1.0, 2.0, 4.0, 7.0, 9.0]), np.array([5, 9, 4, 2, 1])
    apart = by_name(em.Sample(np.repeat(values, counts)))
    for name, law in by_name(em.Sample(values, counts)).items():
        assert law.loglik == pytest.approx(apart[name].loglik, abs=1e-9)
        assert law.n == 21


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_unit_does_not_matter(unit):
    x = DRAWN["gamma"].rvs(200, random_state=2)
    plain, scaled = by_name(em.Sample(x)), by_name(em.Sample(x * unit))
    assert list(plain) == list(scaled)
    for name, law in plain.items():
        assert scaled[name].loglik == pytest.approx(law.loglik - 200 * math.log(unit), abs=1e-6)


def test_laws_that_have_no_maximum_are_left_out():
    "Negative values, a shift without rounding, half of the data on one value, sampling weights."
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, 100)
    assert set(by_name(em.Sample(x))) == {"skew-normal", "t"}
    assert "shifted log-normal" not in by_name(em.Sample(np.exp(x)))
    assert "shifted log-normal" in by_name(em.Sample(np.round(10 * np.exp(x))))  # in steps of 1
    assert "shifted log-normal" not in by_name(em.Sample(np.round(1e6 * np.exp(x))))
    tied = np.concatenate([np.full(120, 3.0), 3.0 + x])
    assert "t" not in by_name(em.Sample(tied))
    assert "t" in by_name(em.Sample(np.round(tied), rounding=1.0))
    assert laws(em.Sample(np.exp(x), np.ones(100), weights_are="sampling")) == ()
    assert laws(em.Sample([1.0, 2.0, 3.0])) == ()
    zeros = em.Sample(np.round(np.exp(x)), rounding=1.0)
    assert (zeros.values == 0).any()
    assert {"gamma", "log-normal", "shifted log-normal"} <= set(by_name(zeros))


def test_nodes_stand_for_many_values():
    "As far as a tenth in twice the log-likelihood of 20,000."
    x = DRAWN["gamma"].rvs(20_000, random_state=5)
    law = by_name(em.Sample(x))["gamma"]
    exact = stats.gamma.logpdf(x, *stats.gamma.fit(x, floc=0.0)).sum()
    assert law.loglik == pytest.approx(exact, abs=0.05)
    assert law.n == 20_000


def test_values_in_steps_are_no_clue_for_a_shift_of_their_own():
    "Normal values in whole numbers: the shifted law becomes the normal one, and gains nothing."
    x = np.round(np.random.default_rng(4).normal(100, 8, 300))
    law = by_name(em.Sample(x))["shifted log-normal"]
    normal = em.fit(x, 1)
    assert law.loglik < normal.loglik + 2.0
    assert law.bic > normal.bic
