"""Trials: what came of a job, as numbers short enough to keep and sharp enough to count."""

import json
from dataclasses import replace

import numpy as np
import pytest

from compare.study import HEIGHTS, Cell, Design
from compare.study.methods import ESTIMATES, TASKS, Estimate, Interval
from compare.study.trials import Job, Trial, run

DESIGN = Design((Cell(40), Cell(50)))


def stored(trial):
    return json.loads(json.dumps(trial.to_dict(), allow_nan=False))


def test_a_trial_comes_back_from_json_as_it_is_stored():
    "NaN, infinite ends, failures and times; what is not there stays away."
    ends = np.array([[np.nan, np.nan], [-np.inf, 1.2345678], [-0.5, np.inf]])
    found = {
        "maximum": Estimate(
            np.array([1.25, np.nan, -1e-9]), "collapsed", 0.5, {"wald": Interval(ends, 0.25)}
        ),
        "listing 10": Estimate(np.array([0.0, 1.0, 2.0])),
    }
    trial = Trial(Job(1, "fits", 3), found)
    text = stored(trial)
    assert text["found"]["maximum"]["errors"] == [1.25, None, -1e-09]
    assert text["found"]["maximum"]["intervals"]["wald"]["ends"] == [
        [None, None], ["-inf", 1.235], [-0.5, "inf"],
    ]  # fmt: skip
    assert set(text["found"]["listing 10"]) == {"errors", "seconds"}
    back = Trial.from_dict(text)
    assert back.job == trial.job
    assert stored(back) == text
    one = back.estimates["maximum"]
    assert (one.failure, one.seconds, one.intervals["wald"].seconds) == ("collapsed", 0.5, 0.25)
    assert np.array_equal(one.errors, found["maximum"].errors, equal_nan=True)
    assert one.intervals["wald"].ends == pytest.approx(ends, rel=1e-3, nan_ok=True)


def test_every_number_keeps_its_side_of_the_truth():
    "However small or large it is: rounded to four digits it is as near as these say."
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.uniform(-320, 308, 3000)
    edges = [5e-324, 2e-308, 9.99996e-5, 1.79769e308, np.finfo(float).max, 0.0, -0.0, np.inf]
    values = np.concatenate([sizes, edges])
    values = np.concatenate([values, -values])
    kept = Trial.from_dict(stored(Trial(Job(0, "fits", 0), {"a": Estimate(values)})))
    found = kept.estimates["a"].errors
    assert (np.sign(found) == np.sign(values)).all()
    usual = (np.abs(values) > 1e-300) & (np.abs(values) < 1e308)
    assert found[usual] == pytest.approx(values[usual], rel=5.001e-4)


def test_what_is_no_trial_is_refused():
    "Missing parts, unknown tasks, words for numbers."
    good = stored(Trial(Job(0, "fits", 0), {"a": Estimate(np.zeros(2))}))
    assert Trial.from_dict(good).job == Job(0, "fits", 0)
    for spoilt in (
        {**good, "task": "guess"},
        {**good, "number": "many"},
        {**good, "found": {"a": {"errors": ["x"], "seconds": 1}}},
        {**good, "found": {"a": {"seconds": 1}}},
        {key: value for key, value in good.items() if key != "cell"},
    ):
        with pytest.raises((KeyError, TypeError, ValueError)):
            Trial.from_dict(spoilt)


def test_what_a_run_gives_is_what_a_log_keeps(monkeypatch):
    "The same numbers, so that a study that was resumed says what one in one go says."
    exact = Estimate(
        np.array([1 / 3, 2 / 3]), "", 1 / 7, {"wald": Interval(np.array([[-1 / 9, 1 / 9]]))}
    )
    monkeypatch.setitem(TASKS, "fits", lambda _: {"maximum": exact})
    done = run(DESIGN, Job(0, "fits", 0))
    kept = Trial.from_dict(stored(done))
    assert done.estimates["maximum"].errors.tolist() == [0.3333, 0.6667]
    for one, other in zip(done.estimates.values(), kept.estimates.values(), strict=True):
        assert one.errors.tolist() == other.errors.tolist()
        assert one.intervals["wald"].ends.tolist() == other.intervals["wald"].ends.tolist()


def test_an_error_says_which_data_set_it_came_from(monkeypatch):
    "So that it can be had again alone."

    def stumble(_):
        raise ZeroDivisionError("stumbled")

    monkeypatch.setitem(TASKS, "fits", stumble)
    with pytest.raises(ZeroDivisionError) as caught:
        run(DESIGN, Job(1, "fits", 17))
    (note,) = caught.value.__notes__
    assert note.startswith("in data set 17 of Cell(n=50, ")


@pytest.mark.parametrize("task", ["fits", "bootstrap", "posterior"])
def test_data_that_cannot_be_fitted_are_failures_and_no_end_of_the_study(task):
    "Rounded to 30 cm there are two or three heights, where two groups need four."
    design = Design((Cell(40, replace(HEIGHTS, step=30.0)),))
    found = run(design, Job(0, task, 0)).estimates
    asked = {name for name, made_by in ESTIMATES.items() if made_by == task} or {"maximum"}
    assert set(found) == asked
    assert {one.failure for one in found.values()} == {"too few distinct values"}
    assert all(np.isnan(one.errors).all() and not one.intervals for one in found.values())
