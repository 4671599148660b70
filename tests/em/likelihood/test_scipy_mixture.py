"""SciPy's mixtures: a second route to every density, and the same mixture back."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import em

HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
NORMAL = stats.Normal(mu=1.0, sigma=2.0)


@st.composite
def mixtures(draw):
    k = draw(st.integers(1, 5))
    numbers = [
        draw(st.lists(st.floats(low, high), min_size=k, max_size=k))
        for low, high in ((0.05, 1.0), (-100.0, 100.0), (0.1, 20.0))
    ]
    weights = np.array(numbers[0])
    return em.Mixture(weights / weights.sum(), *numbers[1:])


@given(mixtures())
def test_scipy_has_the_same_densities_and_probabilities(mixture):
    "logpdf, pdf, cdf, mean and sd agree, from the middle of the mixture to forty sds away."
    theirs = mixture.to_scipy()
    x = mixture.mean + mixture.sd * np.array([-40.0, -8.0, -3.0, -1.0, 0.0, 0.5, 2.0, 7.0, 40.0])
    # A log-density in the hundreds is as exact as the squares it is made of, which are as large.
    assert mixture.logpdf(x) == pytest.approx(theirs.logpdf(x), rel=1e-13, abs=1e-12)
    assert mixture.pdf(x) == pytest.approx(theirs.pdf(x), rel=1e-11, abs=1e-300)
    assert mixture.cdf(x) == pytest.approx(theirs.cdf(x), rel=1e-12, abs=1e-15)
    assert mixture.mean == pytest.approx(theirs.mean(), rel=1e-13, abs=1e-12)
    assert mixture.sd == pytest.approx(theirs.standard_deviation(), rel=1e-12)


@given(mixtures())
def test_scipy_has_the_same_quantiles(mixture):
    "ppf, by bisection, is SciPy's icdf, by its root finder, and SciPy's cdf leads back."
    q = np.array([1e-6, 0.001, 0.25, 0.5, 0.9, 0.999])
    theirs, ours = mixture.to_scipy(), mixture.ppf(q)
    assert theirs.cdf(ours) == pytest.approx(q, rel=1e-9, abs=1e-13)
    # In a gap between components the cdf is flat, and any value there is as good a quantile.
    density = mixture.pdf(ours)
    sharp = density * mixture.sd > 1e-6
    slack = 1e-13 / density[sharp] + 1e-12 * (np.abs(ours[sharp]) + mixture.sd)
    assert (np.abs(theirs.icdf(q[sharp]) - ours[sharp]) <= slack).all()
    assert np.count_nonzero(sharp) >= 3


@given(mixtures())
def test_a_mixture_comes_back_from_scipy_as_it_went(mixture):
    "Means and sds bit for bit; the weights may be divided by their sum once more."
    back = em.Mixture.from_scipy(mixture.to_scipy())
    assert np.array_equal(back.means, mixture.means)
    assert np.array_equal(back.sds, mixture.sds)
    assert back.weights == pytest.approx(mixture.weights, rel=1e-15)


def test_components_come_in_any_order_and_with_default_weights():
    "SciPy keeps components as they are given; here they are in order of mean."
    theirs = stats.Mixture([stats.Normal(mu=9.0, sigma=3.0), stats.Normal(), NORMAL])
    assert em.Mixture.from_scipy(theirs) == em.Mixture([1 / 3] * 3, [0, 1, 9], [1, 2, 3])


def test_what_scipy_gets_is_a_copy():
    "Writing into SciPy's weights leaves the mixture alone."
    theirs = HEIGHTS.to_scipy()
    theirs.weights[:] = 0.5
    theirs._weights[:] = 0.5
    assert HEIGHTS.weights.tolist() == [0.4, 0.6]


def test_a_component_that_is_not_normal_is_refused():
    "The message names its type and place."
    uniform = stats.Uniform(a=0.0, b=1.0)
    with pytest.raises(ValueError, match=r"scipy\.stats\.Normal, got Uniform at position 1"):
        em.Mixture.from_scipy(stats.Mixture([NORMAL, uniform]))
    with pytest.raises(ValueError, match="got ShiftedScaledDistribution at position 0"):
        em.Mixture.from_scipy(stats.Mixture([3.0 * NORMAL + 1.0]))


@pytest.mark.parametrize(
    "other", [NORMAL, HEIGHTS, stats.norm(), None], ids=["Normal", "Mixture", "norm", "None"]
)
def test_what_is_no_scipy_mixture_is_refused(other):
    "A single distribution, a mixture of our own, the older kind of distribution, nothing."
    with pytest.raises(TypeError, match=r"expected a scipy\.stats\.Mixture, got"):
        em.Mixture.from_scipy(other)


def test_a_degenerate_normal_is_refused():
    "SciPy takes an sd of zero and answers NaN; a mixture of ours says which component it is."
    with pytest.raises(ValueError, match=r"positive sd, got Normal\(.*\) at position 1"):
        em.Mixture.from_scipy(stats.Mixture([NORMAL, stats.Normal(mu=0.0, sigma=0.0)]))


def test_scipy_stats_is_loaded_when_it_is_asked_for():
    "Not by em, not by a mixture, but by the first conversion."
    code = """
import sys, em
mixture = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
assert "scipy.stats" not in sys.modules
mixture.to_scipy()
assert "scipy.stats" in sys.modules
"""
    project = Path(em.__file__).parents[1]
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=project, check=True)
