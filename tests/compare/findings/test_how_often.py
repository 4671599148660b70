"""How often intervals are right is quoted where the shipped study is of just such a report."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from handmade import comparison, with_draws
from spoken import findings

import compare
from bayes.model.reasons import AmongData, Given, NoneEmpty, Shrinking
from compare.data.cases import Case
from compare.findings.study import quoted
from compare.findings.study.covering import Covering
from compare.findings.study.quoted import HowOften, OneDataSet, Quoted, how_often
from compare.language import en
from compare.study.simulated import Figure

ROOT = Path(compare.__file__).parents[1]

CHOSEN = (
    ("weights", "Dirichlet(2, 2)", NoneEmpty(0.094, 0.906)),
    ("means", "Normal(171, 13.8)", AmongData(1.5)),
    ("sds", "LogNormal(log 4.6, 1)", Shrinking(2, 7.1, rounded=False, step=0.0)),
)
PROFILE = Covering("profile", Figure(0.924, 0.008), Figure(0.962, 0.006), 1000, 0)
CREDIBLE = Covering("credible", Figure(0.97, 0.0076), Figure(0.99, 0.0044), 500, 0)
STUDY = Quoted(1000, 0.95, (PROFILE, CREDIBLE), Figure(0.547, 0.021))


@pytest.fixture(autouse=True)
def study(monkeypatch):
    "What is quoted, so that the numbers are known."
    monkeypatch.setattr(quoted, "shipped", lambda: (replace(STUDY, n=250), STUDY))


def heights(priors=CHOSEN, **changes):
    "A report on the synthetic heights, but for the changes."
    of = comparison("overlapping")
    settings = replace(of.posterior.settings, priors=priors)
    return replace(of, posterior=with_draws(of.posterior, settings), **changes)


def test_the_study_of_the_same_heights_is_quoted():
    found = how_often(heights())
    assert found == HowOften(1000, 0.95, PROFILE, CREDIBLE, STUDY.gain)
    text = en.how_often(found)
    assert "Of 1,000 other samples of 1,000 values from the same mixture" in text
    assert "95% profile-likelihood intervals hold the truth in 92% to 96%, depending on" in text
    assert "of 500 of them, 95% credible intervals do in 97% to 99%, depending on" in text
    assert "off by 0.55 ± 0.02 times as much as EM's maximum" in text
    assert "to ± 0.8 points" in text


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(lambda: heights(level=0.9), id="another level"),
        pytest.param(lambda: heights(case=Case.synthetic(n=999)), id="another n"),
        pytest.param(lambda: heights(interval="hdi"), id="intervals that were not counted"),
        pytest.param(
            lambda: heights((("weights", "Dirichlet(9, 9)", Given()), *CHOSEN[1:])),
            id="priors of one's own",
        ),
        pytest.param(lambda: comparison("separate"), id="other data"),
        pytest.param(lambda: comparison("three"), id="three groups"),
        pytest.param(lambda: comparison("failing"), id="draws that fail their checks"),
    ],
)
def test_it_is_not_quoted_for_anything_else(of):
    found = how_often(of())
    assert found == OneDataSet()
    assert "one data set" in en.how_often(found)


@pytest.mark.parametrize("name", ["collapsed", "stuck"])
def test_of_intervals_that_mean_nothing_nothing_is_said(name):
    assert how_often(comparison(name)) is None
    assert findings.how_often(comparison(name)) == ""


def test_one_share_is_told_once():
    even = replace(CREDIBLE, highest=CREDIBLE.lowest)
    text = en.how_often(HowOften(1000, 0.95, PROFILE, even, STUDY.gain))
    assert "credible intervals do in 97%. There" in text


def test_what_is_shipped_is_what_the_committed_study_found(monkeypatch):
    monkeypatch.undo()
    document = json.loads((ROOT / "reports/sample/study.json").read_text())
    known = {
        (one["cell"], one["method"], one["estimand"]): one["coverage"]
        for one in document["intervals"]
    }
    cells = document["design"]["cells"]
    assert [one.n for one in quoted.shipped()] == [1000, 250, 4000, 20_000]
    for one in quoted.shipped():
        (cell,) = [
            place
            for place, where in enumerate(cells)
            if where["n"] == one.n and where["population"] == cells[0]["population"]
        ]
        for held in one.intervals:
            found = sorted(
                figure
                for (place, method, name), figure in known.items()
                if (place, method) == (cell, held.method)
                and name.partition("[")[0] in {"weights", "means", "sds"}
            )
            assert held.lowest == pytest.approx(found[0], rel=1e-5)
            assert held.highest == pytest.approx(found[-1], rel=1e-5)
        (gain,) = [p["gain"] for p in document["sides"] if p["cell"] == cell]
        assert one.gain == pytest.approx(gain, rel=1e-5)
