"""Performance: figures and their Monte Carlo errors, on trials whose errors are made by hand."""

import numpy as np
import pytest
from scipy import stats

import em
from compare.study import HEIGHTS, Cell, Design
from compare.study.methods import DataSet, Estimate, Interval
from compare.study.performance import performance
from compare.study.scores import estimands
from compare.study.trials import Job, Trial

DESIGN = Design((Cell(100),))
NAMES = estimands(2)
MEAN = NAMES.index("means[0]")


def trial(
    number, error, ends=None, *, failure="", cell=0, seconds=1.0, method="maximum", kind="wald"
):
    "All estimands with the same error and ends; those of the mean are looked at."
    made = {}
    if ends is not None:
        made[kind] = Interval(np.tile(np.array(ends, dtype=float), (len(NAMES) - 2, 1)), seconds)
    task = "posterior" if method.startswith("posterior") else "fits"
    found = Estimate(np.full(len(NAMES), float(error)), failure, seconds, made)
    return Trial(Job(cell, task, number), {method: found})


def around(errors, half=1.96, **told):
    "Wald intervals of the same length around each."
    return [trial(i, e, (e - half, e + half), **told) for i, e in enumerate(errors)]


def error(trials, method="maximum"):
    return performance(DESIGN, trials).errors[0, method, "means[0]"]


def coverage(trials, kind="wald"):
    return performance(DESIGN, trials).coverages[0, kind, "means[0]"]


def spread_of(figures, draw, times=250):
    "How much figures vary over studies, and what they say of that on average."
    found = np.array([figures(draw()) for _ in range(times)])
    return found[..., 0].std(axis=0), found[..., 1].mean(axis=0)


def test_bias_and_rmse_are_those_of_the_errors():
    "With the formulas of Morris, White & Crowther."
    errors = np.array([0.5, -1.0, 2.0, 0.0, 1.0])
    found = error(around(errors))
    assert found.n == 5
    assert found.missing == 0
    assert found.bias.value == pytest.approx(0.5)
    assert found.bias.error == pytest.approx(np.sqrt(np.sum((errors - 0.5) ** 2) / (5 * 4)))
    assert found.rmse.value == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert found.rmse_kept == found.rmse
    one = error(around([2.0]))
    assert one.bias.value == one.rmse.value == 2.0
    assert np.isnan(one.bias.error)
    assert np.isnan(one.rmse.error)


def test_each_figure_varies_by_its_monte_carlo_error():
    "Over 250 studies of 60 data sets each: what varies between them is what each says."
    rng = np.random.default_rng(1)

    def draw():
        return around(rng.normal(0.3, 1, 60), half=1.5)

    def figures(trials):
        off, held = error(trials), coverage(trials)
        return off.bias, off.rmse, held.coverage, held.above

    seen, said = spread_of(figures, draw)
    assert said == pytest.approx(seen, rel=0.15)


def test_the_error_of_a_median_length_is_what_it_varies_by():
    "Of lengths that are exponential, where the median's error is 1 / sqrt(n)."
    rng = np.random.default_rng(2)

    def draw():
        return [trial(i, 0, (-w, 0)) for i, w in enumerate(rng.exponential(size=100).tolist())]

    seen, said = spread_of(lambda trials: coverage(trials).length, draw)
    assert seen == pytest.approx(0.1, rel=0.15)
    assert said == pytest.approx(0.1, rel=0.15)


def test_the_gain_is_the_ratio_of_errors_on_the_same_data():
    "And its error knows that both saw the same: equal ones have a gain of 1 without any error."
    rng = np.random.default_rng(3)

    def study(tie):
        mine = rng.normal(0, 1, 80)
        theirs = tie * mine + np.sqrt(1 - tie**2) * rng.normal(0, 1, 80)
        both = around(mine) + around(2 * theirs, method="posterior mean")
        return performance(DESIGN, both).gain(0, "maximum", "posterior mean", "means[0]")

    for tie in (0.0, 0.9):
        found = np.array([study(tie) for _ in range(200)])
        assert found[:, 0].mean() == pytest.approx(0.5, abs=0.01)
        assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.15)
    assert found[:, 1].mean() < 0.03
    same = study(1.0)
    assert same.value == pytest.approx(0.5)
    assert same.error == pytest.approx(0.0, abs=1e-15)


def test_the_gain_pairs_by_number_and_leaves_out_what_only_one_has():
    "Data sets that one of them never saw, or had no estimate for."
    mine = [trial(i, e) for i, e in ((3, 1.0), (0, 2.0), (1, np.nan), (7, 50.0))]
    theirs = [
        trial(i, e, method="posterior mean") for i, e in ((0, 4.0), (1, 9.0), (3, 1.0), (5, 70.0))
    ]
    of = performance(DESIGN, mine + theirs)
    expected = np.sqrt((1 + 4) / (1 + 16))
    assert of.gain(0, "maximum", "posterior mean", "means[0]").value == pytest.approx(expected)
    alone = performance(DESIGN, mine[:1] + theirs[:1])
    assert np.isnan(alone.gain(0, "maximum", "posterior mean", "means[0]").value)


def test_halved_intervals_cover_too_seldom_and_a_shift_shows_as_bias():
    "Right ones cover 95%; each fault is seen where it is made, at once."
    errors = np.random.default_rng(4).normal(0, 1, 2000)
    right, halved = around(errors), around(errors, half=0.98)
    for trials, exact in ((right, 0.95), (halved, 1 - 2 * stats.norm.sf(0.98))):
        of = coverage(trials).coverage
        assert abs(of.value - exact) < 3 * of.error
    assert coverage(halved).length.value == pytest.approx(1.96)
    shifted = around(errors + 1.0)
    bias = error(shifted).bias
    assert abs(error(right).bias.value) < 3 * error(right).bias.error
    assert abs(bias.value - 1.0) < 3 * bias.error
    of = coverage(shifted)
    assert abs(of.above.value - stats.norm.sf(0.96)) < 3 * of.above.error
    assert abs(of.below.value - stats.norm.sf(2.96)) < 3 * of.below.error + 1e-3
    assert of.coverage.value == pytest.approx(1 - of.above.value - of.below.value)


def test_swapped_labels_cost_nothing_because_they_are_matched():
    "Without the matching the same estimate would be off by the distance of the groups."
    data = DataSet(DESIGN, HEIGHTS, 100, DESIGN.streams(0))
    near = em.Parameters(np.array([0.45, 0.55]), np.array([164.5, 175.0]), np.array([6.5, 7.5]))
    swapped = em.Parameters(*(value[::-1] for value in near))
    expected = [0.05, 0.5, -1.0, 0.5, -0.5]
    for told in (near, swapped):
        assert data.estimate(told).errors[:5] == pytest.approx(expected)
    assert data.estimate(swapped).errors == pytest.approx(data.estimate(near).errors)
    truth = HEIGHTS.mixture.parameters
    assert np.abs(swapped.means - truth.means).min() > 10
    # Two groups whose means have crossed are told apart by their sds.
    close = DataSet(DESIGN, type(HEIGHTS)((0.5, 0.5), (0.0, 0.1), (1.0, 4.0)), 9, DESIGN.streams(0))
    crossed = em.Parameters(np.array([0.4, 0.6]), np.array([-0.1, 0.2]), np.array([4.0, 1.0]))
    found = close.estimate(crossed).errors
    assert found[:5] == pytest.approx([0.1, 0.2, -0.2, 0.0, 0.0])
    # Nor does its rule put most values into the wrong group.
    assert 0.0 <= found[-1] < 0.1


def test_a_failure_does_not_cover_and_the_figures_without_stand_beside():
    "Though its interval holds the truth, and its error is small."
    trials = [
        trial(0, 0.0, (-1, 1)),
        trial(1, 3.0, (2, 4)),
        trial(2, 0.0, (-1, 1), failure="collapsed"),
        trial(3, 0.0, failure="collapsed"),
        trial(4, np.nan, failure="empty"),
    ]
    of = coverage(trials)
    assert (of.n, of.failed) == (5, 3)
    assert of.coverage.value == pytest.approx(1 / 5)
    assert of.coverage_kept.value == pytest.approx(1 / 2)
    assert of.coverage.error == pytest.approx(np.sqrt(0.2 * 0.8 / 5))
    assert of.coverage_kept.error == pytest.approx(np.sqrt(0.25 / 2))
    assert (of.below.value, of.above.value) == (0.0, pytest.approx(1 / 3))
    found = error(trials)
    assert found.failures == {"collapsed": 2, "empty": 1}
    assert (found.n, found.missing) == (5, 1)
    assert found.bias.value == pytest.approx(3 / 4)
    assert found.rmse.value == pytest.approx(np.sqrt(9 / 4))
    assert found.rmse_kept.value == pytest.approx(np.sqrt(9 / 2))


def test_a_method_that_always_fails_covers_never():
    "It is not left out: the table would then look as if nobody had tried."
    failing = [trial(i, 0.0, (-1, 1), failure="gate") for i in range(3)]
    of = coverage(failing)
    assert (of.n, of.failed, of.coverage.value) == (3, 3, 0.0)
    assert np.isnan(of.coverage_kept.value)
    nothing = [trial(i, np.nan, failure="collapsed") for i in range(3)]
    assert coverage(nothing).coverage.value == 0.0
    found = error(nothing)
    assert (found.missing, found.failures) == (3, {"collapsed": 3})
    assert np.isnan(found.bias.value)


def test_what_a_kind_of_interval_never_has_is_no_failure_of_it():
    "Profiles have no border: it is left out."
    ends = np.tile([-1.0, 1.0], (len(NAMES) - 2, 1))
    ends[-1] = np.nan
    made = Estimate(np.zeros(len(NAMES)), intervals={"profile": Interval(ends)})
    of = performance(DESIGN, [Trial(Job(0, "fits", i), {"maximum": made}) for i in range(3)])
    assert (0, "profile", "sds[1]") in of.coverages
    assert (0, "profile", "borders[0]") not in of.coverages
    assert (0, "maximum", "borders[0]") in of.errors
    # The figures are there for what there is, and for nothing else.
    assert {key[1] for key in of.errors} == {"maximum"}
    assert (0, "credible", "means[0]") not in of.coverages


def test_infinite_ends_cover_and_make_a_median_infinite_only_where_most_are():
    "An end at infinity is open; half a line holds the truth or lies above it."
    trials = [
        trial(0, 0.0, (-np.inf, np.inf)),
        trial(1, 0.0, (-1, np.inf)),
        trial(2, 0.0, (0.5, np.inf)),
        trial(3, 0.0, (-1, 1)),
        trial(4, 0.0, (-1, 2)),
        trial(5, 0.0, (-1, 3)),
        trial(6, 0.0, (-1, 4)),
        trial(7, 0.0, (np.nan, np.nan)),
    ]
    of = coverage(trials)
    assert of.open == pytest.approx(3 / 7)
    assert of.coverage.value == pytest.approx(6 / 8)
    assert of.coverage_kept.value == pytest.approx(6 / 7)
    assert of.above.value == pytest.approx(1 / 7)
    assert of.length.value == 5.0
    most = coverage(trials[:4])
    assert most.length.value == np.inf
    assert np.isnan(most.length.error)


def test_ends_at_the_truth_hold_it():
    "Both of them."
    of = coverage([trial(0, 0.0, (0.0, 1.0)), trial(1, 0.0, (-1.0, 0.0))])
    assert (of.coverage.value, of.below.value, of.above.value) == (1.0, 0.0, 0.0)


def test_cells_methods_and_times_are_kept_apart():
    "Each cell has its own figures; times are medians."
    two = Design((Cell(100), Cell(200)))
    trials = [*around([1.0, 1.0, 1.0]), trial(0, 5.0, (4, 6), cell=1, seconds=9.0)]
    of = performance(two, trials)
    assert of.errors[0, "maximum", "means[0]"].bias.value == 1.0
    assert of.errors[1, "maximum", "means[0]"].bias.value == 5.0
    assert of.errors[1, "maximum", "means[0]"].seconds == 9.0
    assert of.coverages[1, "wald", "means[0]"].seconds == 9.0
    assert of.coverages[1, "wald", "means[0]"].coverage.value == 0.0
    assert of.names == NAMES
    slow = [trial(i, 0.0, (-1, 1), seconds=s) for i, s in enumerate((1.0, 2.0, 90.0))]
    assert error(slow).seconds == coverage(slow).seconds == 2.0
    # The interval of one method is never taken for that of another.
    mixed = [
        trial(0, 0.0, (1, 2)),
        trial(0, 0.0, (-1, 1), method="posterior mean", kind="credible"),
    ]
    assert coverage(mixed).coverage.value == 0.0
    assert coverage(mixed, "credible").coverage.value == 1.0


def test_each_estimand_has_figures_of_its_own():
    "In the place of its name."
    errors = np.arange(len(NAMES), dtype=float)
    ends = errors[:-2, None] + np.array([-1.5, 1.0])
    made = Estimate(errors, intervals={"wald": Interval(ends)})
    of = performance(DESIGN, [Trial(Job(0, "fits", 0), {"maximum": made})])
    for place, name in enumerate(NAMES):
        assert of.errors[0, "maximum", name].bias.value == place
        if name in NAMES[:-2]:
            assert of.coverages[0, "wald", name].coverage.value == (place <= 1)
            assert of.coverages[0, "wald", name].length.value == 2.5
