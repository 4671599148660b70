"""The summary says in plain text what the fit is and how far to trust it."""

import numpy as np
import pytest

import em


@pytest.fixture(scope="module")
def fit(heights):
    return em.fit(heights())


def row(text, name):
    line = next(line for line in text.splitlines() if line.startswith(name))
    return [float(number) for number in line.split()[1:]]


def test_the_summary_has_a_row_for_each_parameter(fit):
    "Estimate, standard error and profile interval, as printed in the reference table."
    text = fit.summary()
    assert row(text, "weights[0]") == pytest.approx([0.435904, 0.1989, 0.0810674, 0.749048])
    assert row(text, "means[1]") == pytest.approx([176.367, 2.99, 171.847, 181.891])
    assert row(text, "sds[0]") == pytest.approx([5.79344, 0.7237, 2.08356, 7.1659])
    names = [f"{kind}[{k}]" for kind in ("weights", "means", "sds") for k in range(2)]
    places = [text.index(name) for name in names]
    assert places == sorted(places)


def test_the_head_says_how_good_the_fit_is(fit):
    "Components, observations, log-likelihood, criteria and the score in standard errors."
    text = " ".join(fit.summary().split())
    assert "Components: 2 (unequal sds)" in text
    assert "Observations: 1000" in text
    assert "Log-likelihood: -3626.551874" in text
    for name, value in (("AIC", fit.aic), ("BIC", fit.bic), ("ICL", fit.icl)):
        assert f"{name}: {value:.3f}" in text
    assert f"{fit.gradient_norm:.1e}" in text
    assert "95% profile interval" in text
    assert "CONVERGED: the score is zero" in text


def test_no_line_is_wider_than_a_terminal(fit):
    "80 columns, without spaces at the end, whatever the size of the numbers."
    far = em.fit(fit.sample.values * 1e7 + 1e12)
    small = em.fit(fit.sample.values * 1e-9)
    for text in (fit.summary(), far.summary(), small.summary()):
        lines = text.splitlines()
        assert max(map(len, lines)) <= 80
        assert all(line == line.rstrip() for line in lines)


def test_equal_sds_and_one_component_have_summaries_too(heights):
    "The kind of model is named, and one component has weight one."
    text = em.fit(heights(n=100), 2, equal_sds=True).summary()
    assert "2 (equal sds)" in text
    assert row(text, "sds[0]") == row(text, "sds[1]")
    assert row(em.fit(heights(n=100), 1).summary(), "weights[0]") == [1.0, 0.0, 1.0, 1.0]


def test_what_is_no_maximum_has_no_errors_and_says_why():
    "A collapsed fit prints nan for what does not exist, and its status in words."
    rng = np.random.default_rng(0)
    fit = em.fit(np.concatenate([rng.normal(size=30), [1e4]]))
    assert fit.status is em.Status.COLLAPSED
    text = fit.summary()
    assert np.isnan(row(text, "means[0]")[1:]).all()
    assert "COLLAPSED: a component is a point" in text


# ---- squashed data ----


def test_a_fit_of_nodes_says_so_and_how_far_off_its_log_likelihood_may_be(heights):
    "Fits of the data themselves have no such line."
    values = heights(n=2500)
    fit = em.fit(values)
    head = " ".join(fit.summary().split())
    assert f"Fitted on: {len(fit.data)} nodes" in head
    assert f"Error of log-lik.: at most {fit.error_bound:.1e} =" in head
    assert "Fitted on" not in em.fit(values, squash=False).summary()


def test_the_summary_of_a_collapsed_fit_claims_no_digits_and_no_bound(heights):
    "Its log-likelihood is rounding from the eighth digit on."
    fit = em.fit(np.append(heights(n=5000), 1e5))
    assert fit.status is em.Status.COLLAPSED
    head = " ".join(fit.summary().split("-----")[0].split())
    assert f"Log-likelihood: {fit.loglik:.6g} " in head
    assert f"BIC: {fit.bic:.6g} " in head
    assert "Error of log-lik.: unknown" in head
    assert f"{fit.loglik:.6f}" not in head
