"""The rows are EM's and the posterior's own numbers, each pair from one data set."""

import dataclasses
import math
import re

import handmade
import numpy as np
import pytest
from handmade import (
    SEPARATE,
    case,
    compare,
    comparison,
    made,
    normals,
    posterior,
    with_draws,
)

import em
from compare.data.origins import Passed


@pytest.fixture(scope="module")
def values():
    return normals(*SEPARATE)


@pytest.fixture(scope="module")
def fit(values):
    return em.fit(values, 2)


# ---- rows ----


@pytest.mark.parametrize(("name", "k"), [("one", 1), ("separate", 2), ("three", 3)])
def test_rows_are_weights_then_means_then_sds_in_order_of_mean(name, k):
    "A row for each parameter and component, named after both, numbered from 0."
    rows = comparison(name).rows
    assert [row.name for row in rows] == [
        f"{parameter}[{component}]"
        for parameter in ("weights", "means", "sds")
        for component in range(k)
    ]
    assert [(row.parameter, row.component) for row in rows] == [
        (row.name.partition("[")[0], int(row.name[-2])) for row in rows
    ]
    means = [row.em.estimate for row in rows if row.parameter == "means"]
    assert means == sorted(means)


def test_ems_side_is_what_the_fit_itself_says(values, fit):
    "Estimates, standard errors and profile intervals at the level asked for."
    compared = compare(fit, posterior(em.Sample(values), fit.mixture), level=0.8, criticism=False)
    errors, ends = fit.standard_errors(), fit.conf_int(0.8, "profile")
    for row in compared.rows:
        assert row.em.estimate == getattr(fit.mixture, row.parameter)[row.component]
        assert row.em.se == getattr(errors, row.parameter)[row.component]
        assert [row.em.lower, row.em.upper] == list(getattr(ends, row.parameter)[row.component])
        assert row.em.method == "profile"


def test_the_posteriors_side_is_counted_from_its_draws(values, fit):
    "Mean, median, sd and the equal-tailed interval of all chains together, and its diagnostics."
    drawn = posterior(em.Sample(values), fit.mixture)
    compared = compare(fit, drawn, level=0.9, criticism=False)
    assert compared.interval == "eti"
    assert compared.level == 0.9
    for row in compared.rows:
        draws = getattr(drawn, row.parameter)[..., row.component].ravel()
        said = row.bayes
        assert said.mean == pytest.approx(draws.mean(), rel=1e-12)
        assert said.median == pytest.approx(np.sort(draws)[[599, 600]].mean(), rel=1e-12)
        assert said.sd == pytest.approx(draws.std(ddof=1), rel=1e-12)
        assert [said.lower, said.upper] == pytest.approx(np.quantile(draws, [0.05, 0.95]))
        checks = drawn.diagnostics
        assert said.rhat == getattr(checks.rhat, row.parameter)[row.component]
        assert said.ess_bulk == getattr(checks.ess_bulk, row.parameter)[row.component]
        assert said.ess_tail == getattr(checks.ess_tail, row.parameter)[row.component]


@pytest.mark.parametrize(
    ("below", "inside"),
    [(0, False), (20, False), (30, False), (31, True), (600, True), (1190, False)],
)
def test_the_quantile_is_the_share_of_draws_below_ems_estimate(values, fit, below, inside):
    "Counted by hand; EM is inside if at least 2.5 % of the draws lie on either side."
    drawn = posterior(em.Sample(values), fit.mixture)
    means = np.array(drawn.means)
    estimate = fit.mixture.means[0]
    offsets = np.concatenate([-np.arange(1, below + 1), np.arange(1, 1200 - below + 1)]) / 1e4
    means[..., 0] = (estimate + offsets).reshape(4, 300)
    row = compare(fit, with_draws(drawn, means=means), criticism=False).rows[2]
    assert row.name == "means[0]"
    assert row.em_quantile == below / 1200
    assert row.em_in_interval is inside


def test_the_shift_is_in_posterior_sds_from_the_median(values, fit):
    "EM above the median shifts up; a weight of 1 cannot shift."
    drawn = posterior(em.Sample(values), fit.mixture)
    moved = with_draws(drawn, means=drawn.means - 0.5)
    before, after = (compare(fit, one, criticism=False).rows[3] for one in (drawn, moved))
    assert after.shift == pytest.approx(before.shift + 0.5 / before.bayes.sd)
    for row in (before, after):
        away = (row.em.estimate - row.bayes.median) / row.bayes.sd
        assert row.shift == pytest.approx(away)
    constant = comparison("one").rows[0]
    assert (constant.em.estimate, constant.bayes.median, constant.bayes.sd) == (1, 1, 0)
    assert constant.shift == 0
    assert constant.em_in_interval


@pytest.mark.parametrize(("scale", "offset"), [(1e-6, -1e3), (3.7e5, 0.0), (1.3, 1e3)])
def test_another_unit_changes_no_share_and_no_shift(scale, offset):
    "Shift and scale data and draws: every estimate goes along, weights and quantiles stay."
    first = comparison("separate")
    values = first.case.sample.values * scale + offset * scale
    fit = em.fit(values, 2)
    old = first.posterior
    moved = with_draws(
        posterior(em.Sample(values), fit.mixture),
        weights=old.weights,
        means=scale * old.means + offset * scale,
        sds=scale * old.sds,
    )
    for before, after in zip(first.rows, compare(fit, moved, criticism=False).rows, strict=True):
        to = {
            "weights": lambda x: x,
            "means": lambda x: scale * x + offset * scale,
            "sds": lambda x: scale * x,
        }[before.parameter]
        tolerance = 1e-6 * (abs(to(before.bayes.upper) - to(before.bayes.lower)))
        for side in ("em", "bayes"):
            for end in ("lower", "upper"):
                said = getattr(getattr(after, side), end)
                assert said == pytest.approx(to(getattr(getattr(before, side), end)), abs=tolerance)
        assert after.em_quantile == pytest.approx(before.em_quantile, abs=2 / 1200)
        assert after.em_in_interval == before.em_in_interval
        assert after.shift == pytest.approx(before.shift, abs=1e-5)


def test_draws_that_are_all_the_same_have_no_r_hat_and_no_shift():
    "Neither the weight of a single group nor frozen chains, whose sd may be rounding."
    single = comparison("one").rows[0]
    assert math.isnan(single.bayes.rhat)
    assert single.bayes.ess_bulk == single.bayes.ess_tail == 1200
    for row in comparison("stuck").rows:
        assert row.shift == 0
        assert math.isnan(row.bayes.rhat)


# ---- truth ----


def test_the_truth_of_the_case_stands_in_the_rows():
    "The synthetic heights bring theirs: 0.4 and 0.6, 164 and 176, 6 and 8."
    assert [row.truth for row in comparison("overlapping").rows] == [0.4, 0.6, 164, 176, 6, 8]
    assert all(row.truth is None for row in comparison("separate").rows)


def test_a_truth_that_is_passed_wins_over_that_of_the_case(values, fit):
    "And goes into the rows in order of mean."
    mine = em.Mixture([0.55, 0.45], [20, 10], [1.5, 1])
    theirs = case(values, truth=em.Mixture([0.5, 0.5], [1, 2], [3, 4]))
    drawn = posterior(em.Sample(values), fit.mixture)
    compared = compare(fit, drawn, mine, case=theirs, criticism=False)
    assert [row.truth for row in compared.rows] == [0.45, 0.55, 10, 20, 1, 1.5]
    assert compare(fit, drawn, case=theirs, criticism=False).rows[2].truth == 1


@pytest.mark.parametrize("k", [1, 3])
def test_a_truth_of_another_number_of_groups_is_dropped(k):
    "Its parameters would stand beside those of other groups."
    name = {1: "one", 3: "three"}[k]
    fit, drawn = comparison(name).fit, comparison(name).posterior
    of = case(fit.sample, truth=em.Mixture([0.4, 0.6], [164, 176], [6, 8]))
    compared = compare(fit, drawn, case=of, criticism=False)
    assert compared.truth is None
    assert all(row.truth is None for row in compared.rows)


# ---- what cannot be compared ----


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95, math.nan, math.inf])
def test_a_level_that_is_no_probability_is_refused(values, fit, level):
    "The error repeats what came and names one that works."
    drawn = posterior(em.Sample(values), fit.mixture)
    with pytest.raises(ValueError, match=re.escape(f"between 0 and 1, got {level}")):
        compare(fit, drawn, level=level)


def test_fits_with_different_numbers_of_components_are_refused(values, fit):
    "The error says which has how many."
    drawn = posterior(em.Sample(values), em.Mixture([1.0], [15.0], [5.0]))
    with pytest.raises(ValueError, match="got 2 by EM and 1 by Bayes"):
        compare(fit, drawn)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda x: x[:-1], id="one value fewer"),
        pytest.param(lambda x: x + 0.1, id="shifted"),
        pytest.param(lambda x: np.append(x[:-1], x[-1] + 1e-3), id="one value moved"),
        pytest.param(lambda x: em.Sample(x, np.full(x.size, 2.0)), id="other weights"),
    ],
)
def test_fits_of_different_data_are_refused(values, fit, change):
    "Two answers to different questions have no place side by side."
    other = em.as_sample(change(values))
    with pytest.raises(ValueError, match=r"two fits of the same data.*fit both to one sample"):
        compare(fit, posterior(other, fit.mixture))


def test_the_same_data_in_another_order_or_counted_are_the_same_data():
    "A sample is its values and how often each came."
    values = np.round(normals(*SEPARATE), 1)
    fit = em.fit(values, 2)
    for same in (values[::-1], em.Sample(values).collapse()):
        compared = compare(fit, posterior(em.as_sample(same), fit.mixture), criticism=False)
        assert compared.case.sample.n == 200


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda x: x[:-1], id="one value fewer"),
        pytest.param(lambda x: x + 1e-3, id="shifted"),
        pytest.param(lambda x: x.mean() + 1.001 * (x - x.mean()), id="wider"),
        pytest.param(lambda x: em.Sample(x, np.full(x.size, 2.0)), id="other weights"),
        pytest.param(lambda x: x * 100, id="another unit"),
    ],
)
def test_a_case_with_other_data_is_refused(values, fit, change):
    "Its figures would show data that nobody fitted."
    drawn = posterior(em.Sample(values), fit.mixture)
    with pytest.raises(ValueError, match=r"case 'made' with Sample.*fit case\.sample"):
        compare(fit, drawn, case=case(change(values)), criticism=False)


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_a_case_may_hold_the_data_in_another_shape(offset):
    "Turned round, counted, or with nodes that stand for them, far from zero as well."
    values = np.round(normals((400, 10, 1), (500, 20, 1.5)), 2) + offset
    sample = em.Sample(values)
    fit = em.fit(sample, 2, n_starts=2)
    drawn = posterior(sample, fit.mixture)
    for same in (values[::-1], sample.collapse(), sample.squash()):
        assert compare(fit, drawn, case=case(same), criticism=False).case.sample.n == 900


# ---- the rest of the record ----


def test_the_models_tried_go_up_to_one_group_more():
    "With unequal and with equal sds, which for one group are the same."
    models = {
        name: [(fit.n_components, fit.equal_sds) for fit in comparison(name).selection.fits]
        for name in ("one", "separate", "three")
    }
    assert models["one"] == [(1, False), (2, False), (2, True)]
    assert models["separate"] == [*models["one"], (3, False), (3, True)]
    assert models["three"] == [*models["separate"], (4, False), (4, True)]


def test_the_test_of_one_group_is_made_where_it_means_something():
    "It separates the groups that are there from those that are not; a collapsed fit has none."
    assert comparison("separate").em_test.pvalue < 1e-6
    assert comparison("one as two").em_test.pvalue > 0.05
    assert comparison("collapsed").em_test is None
    assert made(case([1.0, 2.0, 4.0]), 1).em_test is None  # two groups need four values


def test_a_comparison_is_ok_if_both_of_its_sides_are():
    "EM at a maximum and a sampler that passes; either alone is not enough."
    assert {name: comparison(name).ok for name in handmade.NAMES} == {
        name: name not in {"collapsed", "failing", "stuck", "lonely"} for name in handmade.NAMES
    }
    assert comparison("collapsed").posterior.diagnostics.ok
    assert comparison("failing").fit.converged


def test_a_fit_without_a_maximum_has_no_errors_and_no_intervals():
    "They are NaN, not zero and not made up; the posterior's are there."
    for row in comparison("collapsed").rows:
        assert math.isnan(row.em.se)
        assert math.isnan(row.em.lower)
        assert math.isnan(row.em.upper)
        assert row.bayes.lower < row.bayes.median < row.bayes.upper


def test_without_a_case_the_data_are_called_what_they_are(values, fit):
    "A sample passed from Python has values, no unit and no seed."
    compared = compare(fit, posterior(em.Sample(values), fit.mixture), criticism=False)
    assert (compared.case.name, compared.case.unit, compared.case.seed) == ("comparison", "", None)
    assert (compared.case.variable, compared.case.source) == ("", Passed())
    assert compared.case.sample is fit.sample
    assert compared.command is None
    assert dict(compared.seconds) == {}


def test_a_comparison_does_not_change_with_what_it_was_made_from(values, fit):
    "It is frozen, and keeps its own copy of the times."
    seconds = {"em": 0.5}
    drawn = posterior(em.Sample(values), fit.mixture)
    compared = compare(fit, drawn, criticism=False, seconds=seconds, command="x")
    seconds["em"] = 99.0
    assert compared.seconds == {"em": 0.5}
    assert compared.command == "x"
    with pytest.raises(dataclasses.FrozenInstanceError):
        compared.level = 0.5
