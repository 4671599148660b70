"""Of a single normal group all is known: what each interval is, and how often it holds the truth.

Nothing here asks `em`: with the mean m and the sd s (divided by n) of n values, each interval is
written down, and the share of data sets in which it holds the truth follows from t and chi-square.
"""

from unittest import mock

import numpy as np
import pytest
from scipy import optimize, stats

from compare.study import Cell, Design, Population, run
from compare.study.methods import TASKS, _maximum
from compare.study.trials import Job, data_set

N, LEVEL = 10, 0.95
ONE = Population((1.0,), (0.0,), (1.0,))
Z = stats.norm.isf((1 - LEVEL) / 2)


def design(**changes):
    return Design((Cell(N, ONE, "one"),), n_components=1, **changes)


def simulated(count, task="fits", **changes):
    "Only what the intervals need: the other estimates of a data set cost as much again."
    made = design(**changes)
    with mock.patch.dict(TASKS, {"fits": lambda data: {"maximum": _maximum(data)}}):
        return run(made, {task: count}, workers=1)


def likelihood_set():
    "Which sds over s the likelihood ratio keeps: n (2 log r + 1 / r^2 - 1) is at most z^2."

    def over(r):
        return N * (2 * np.log(r) + r**-2.0 - 1) - Z**2

    return optimize.brentq(over, 0.1, 1.0), optimize.brentq(over, 1.0, 10.0)


HALF = Z / np.sqrt(N)
PROFILE = np.sqrt(np.expm1(Z**2 / N))
SD_HALF = Z / np.sqrt(2 * N)
MEAN = {"wald": HALF, "wald, scaled": HALF, "sandwich": HALF, "profile": PROFILE}
"Half the interval of the mean, in s."
SD = {
    "wald": (1 - SD_HALF, 1 + SD_HALF),
    "wald, scaled": (np.exp(-SD_HALF), np.exp(SD_HALF)),
    "profile": likelihood_set(),
}
"Both ends of the interval of the sd, in s."


def exact_for_mean(half):
    "How often |m| is at most so many s: m sqrt(n - 1) / s has a t distribution."
    return 1 - 2 * stats.t.sf(half * np.sqrt(N - 1), N - 1)


def exact_for_sd(lower, upper):
    "How often 1 is between: n s^2 has a chi-square distribution."
    return stats.chi2.cdf(N / lower**2, N - 1) - stats.chi2.cdf(N / upper**2, N - 1)


def test_every_interval_is_the_one_in_closed_form():
    "To as many digits as the profile is walked for, and not only on average."
    study = simulated(12)
    for trial in study.trials:
        values = data_set(study.design, trial.job).values
        m, s = values.mean(), values.std()
        made = trial.estimates["maximum"].intervals
        assert set(made) == set(MEAN)
        for kind, half in MEAN.items():
            assert made[kind].ends[0] == pytest.approx([m - half * s, m + half * s], rel=1e-3)
        for kind, ends in SD.items():
            assert made[kind].ends[1] == pytest.approx(s * np.array(ends) - 1, rel=1e-3)


def test_coverage_is_the_share_of_data_sets_in_closed_form():
    "Counted from the values themselves: the same number, without any error of simulation."
    study = simulated(30, seed=2)
    values = np.array([data_set(study.design, trial.job).values for trial in study.trials])
    m, s = values.mean(axis=1), values.std(axis=1)
    found = study.performance.coverages
    for kind, half in MEAN.items():
        of = found[0, kind, "means[0]"]
        assert of.coverage.value == np.mean(np.abs(m) <= half * s)
        assert of.below.value == np.mean(m < -half * s)
        assert of.above.value == np.mean(m > half * s)
        # The same number again where the sd was estimated: the length is known as well.
        assert of.length.value == pytest.approx(
            np.quantile(2 * half * s, 0.5, method="nearest"), 1e-3
        )
    for kind, (lower, upper) in SD.items():
        of = found[0, kind, "sds[0]"]
        assert of.coverage.value == np.mean((s * lower <= 1) & (s * upper >= 1))
        assert of.below.value == np.mean(s * upper < 1)
    assert study.performance.errors[0, "maximum", "means[0]"].bias.value == pytest.approx(
        m.mean(), rel=1e-3
    )


@pytest.mark.study
def test_coverage_is_exactly_that_of_t_and_chi_square():
    "Over 2,000 data sets, to three errors of simulation: 90.4% for the mean by Wald, not 95%."
    found = simulated(2000, seed=3).performance.coverages
    assert exact_for_mean(HALF) == pytest.approx(0.904, abs=0.001)
    for kind, half in MEAN.items():
        of = found[0, kind, "means[0]"].coverage
        assert abs(of.value - exact_for_mean(half)) < 3 * of.error
    for kind, ends in SD.items():
        of = found[0, kind, "sds[0]"].coverage
        assert abs(of.value - exact_for_sd(*ends)) < 3 * of.error


def test_the_bootstrap_gives_the_quantiles_of_refits_to_the_plug_in():
    "Normal for the mean, chi for the sd: to the error of 999 refits, over some data sets."
    made = design()
    scaled = []
    for number in range(12):
        data = data_set(made, Job(0, "bootstrap", number))
        m, s = data.values.mean(), data.values.std()
        found = TASKS["bootstrap"](data)["maximum"].intervals["bootstrap"].ends
        scaled.append([(found[0] - m) / s, (found[1] + 1) / s])
    mean, sd = np.mean(scaled, axis=0)
    tails = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    # A quantile of 999 draws has the error sqrt(p (1 - p) / 999) over the density there.
    refits = 999 * len(scaled)
    spread = np.sqrt(tails * (1 - tails) / refits)
    density = stats.norm.pdf(stats.norm.ppf(tails)) * np.sqrt(N)
    assert np.abs(mean - stats.norm.ppf(tails) / np.sqrt(N)).max() < 4 * (spread / density).max()
    chi = stats.chi(N - 1, scale=1 / np.sqrt(N))
    expected = chi.ppf(tails)
    assert (np.abs(sd - expected) < 4 * spread / chi.pdf(expected)).all()


@pytest.mark.study
def test_the_bootstrap_covers_as_often_as_percentiles_around_the_plug_in():
    "Of the mean as often as Wald; of the sd far too seldom, since s is too small already."
    found = simulated(1000, "bootstrap", seed=4).performance.coverages
    chi = stats.chi(N - 1, scale=1 / np.sqrt(N))
    ends = chi.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    for name, exact in (("means[0]", exact_for_mean(HALF)), ("sds[0]", exact_for_sd(*ends))):
        of = found[0, "bootstrap", name].coverage
        # Each end is off by its own simulation, by some 0.08 of its error: a second-order effect.
        assert abs(of.value - exact) < 3 * of.error + 0.005


@pytest.mark.study
def test_the_posterior_of_one_group_covers_about_as_often_as_it_says():
    "The prior is wide: of 60 data sets the mean's interval misses some 5%, in any case not 20%."
    study = simulated(60, "posterior", seed=5, draws=500, tune=500, chains=2)
    for kind in ("credible", "highest density"):
        for name in ("means[0]", "sds[0]"):
            of = study.performance.coverages[0, kind, name]
            assert of.n == 60
            assert of.coverage.value * 60 >= stats.binom.ppf(0.001, 60, LEVEL)
