"""A right posterior is called calibrated, a wrong one is not, and no data set gets lost."""

import functools
import json
from collections import defaultdict
from dataclasses import asdict
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import bayes
from bayes.posterior.diagnostics import Diagnostics
from compare.study import trials
from compare.study.calibration import ranks
from compare.study.calibration.figure import alt_text, draw
from compare.study.calibration.report import to_json, to_markdown
from compare.study.calibration.result import Calibration
from compare.study.design import Cell, Design
from compare.study.log import Log
from compare.study.ranking import RANKED, Ranking, names, thin
from compare.study.running import Study
from compare.study.trials import Job, Trial
from em import Parameters

N_TRIALS = 40

# ---- posteriors without a sampler ----

STREAM = np.random.RandomState(666)
HEIGHTS = np.concatenate([STREAM.normal(176, 8, 600), STREAM.normal(164, 6, 400)])
CENTRE, SPREAD = HEIGHTS.mean(), 1.5 * HEIGHTS.std()
"Of the prior on the means that the trials promise; the sds are LogNormal(log(sd / K), 1)."


def posterior(draws, **failing):
    "Draws in four chains, with diagnostics that pass unless told otherwise."
    K = draws.means.shape[1]
    fine = {"rhat": 1.001, "ess_bulk": 2000.0, "ess_tail": 1500.0}
    checks = {name: Parameters(*np.full((3, K), value)) for name, value in fine.items()}
    other = {"divergences": 0, "bfmi": np.ones(4), "draws": 100, "tune": 100, "target_accept": 0.9}
    return SimpleNamespace(
        **{name: value.reshape(4, -1, K) for name, value in draws._asdict().items()},
        diagnostics=Diagnostics(**{**checks, **other, **failing}),
        settings=SimpleNamespace(note=""),
    )


def one_normal(values, seed, log_spread=1.0):
    "Draws of mean and sd given values: the sd on a fine grid, then the mean, which is normal."
    rng = np.random.default_rng(seed)
    log_sd = np.log(HEIGHTS.std()) + np.linspace(-5, 5, 2001) * max(log_spread, 0.5)
    n, variance = values.size, np.exp(2 * log_sd)
    # The mean of the values is normal around the prior's centre, their scatter tells of the sd.
    of_mean = SPREAD**2 + variance / n
    log_density = (
        -0.5 * ((log_sd - np.log(HEIGHTS.std())) / log_spread) ** 2
        - 0.5 * (values.mean() - CENTRE) ** 2 / of_mean
        - 0.5 * np.log(of_mean)
        - 0.5 * n * values.var() / variance
        - (n - 1) * log_sd
    )
    chance = np.exp(log_density - log_density.max())
    drawn = rng.choice(log_sd, 400, p=chance / chance.sum())
    precision = n * np.exp(-2 * drawn) + SPREAD**-2
    middle = (values.sum() * np.exp(-2 * drawn) + CENTRE * SPREAD**-2) / precision
    means = rng.normal(middle, precision**-0.5)
    return Parameters(np.ones((400, 1)), means[:, None], np.exp(drawn)[:, None])


def exact(values, *_, seed, **__):
    return posterior(one_normal(values, seed))


def too_narrow(values, *_, seed, **__):
    draws = one_normal(values, seed)
    return posterior(Parameters(*(v.mean(0) + 0.5 * (v - v.mean(0)) for v in draws)))


def too_high(values, *_, seed, **__):
    draws = one_normal(values, seed)
    return posterior(draws._replace(means=draws.means + draws.means.std()))


def other_prior(values, *_, seed, **__):
    "The sd within a factor of 1.2 where the truths come from a factor of 7."
    return posterior(one_normal(values, seed, log_spread=0.1))


@functools.cache
def blind(concentration=2.0, ordered=True):
    "A posterior of two components that has never seen the data: the prior, or some other one."

    def fit(*_, seed, **__):
        rng = np.random.default_rng(seed)
        weights = rng.dirichlet([concentration, concentration], 400)
        means = rng.normal(CENTRE, SPREAD, (400, 2))
        sds = rng.lognormal(np.log(HEIGHTS.std() / 2), 1.0, (400, 2))
        order = np.argsort(means, axis=1) if ordered else np.tile([0, 1], (400, 1))
        draws = (np.take_along_axis(value, order, axis=1) for value in (weights, means, sds))
        return posterior(Parameters(*draws))

    return fit


def design(K=2, n=10):
    return Design((Cell(n, None, "prior"),), n_components=K)


TRIED = defaultdict(list)
"The trials that were run, by posterior and number of components."


def calibrate(fit, K, n_trials=N_TRIALS):
    of, done = design(K), TRIED[fit, K]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bayes, "fit", lambda sample, *_, **more: fit(sample.values, **more))
        done += [trials.run(of, Job(0, "ranks", i)) for i in range(len(done), n_trials)]
    return Calibration.of(Study(of, tuple(done[:n_trials]), {"python": "3"}))


@pytest.fixture(autouse=True)
def _powers_once(monkeypatch):
    "How often each fault would be found is simulated once for each number of data sets."
    monkeypatch.setattr(ranks, "detected", POWERS)


POWERS = functools.cache(ranks.detected)


# ---- the verdict ----


def test_an_exact_posterior_is_calibrated():
    "One normal group, whose posterior the test draws by itself."
    right = calibrate(exact, 1, 60)
    assert right.calibrated
    assert [quantity.name for quantity in right.quantities] == ["means[0]", "sds[0]", "loglik"]
    assert right.verdict.startswith("Calibrated, as far as 60 data sets can tell")


@pytest.mark.parametrize(
    ("fit", "K", "uneven"),
    [
        (too_narrow, 1, {"mean": "too narrow", "sd": "too narrow", "log-likelihood": "too high"}),
        (too_high, 1, {"mean": "too high"}),
        # The mean is thought to be known as well as that sd would have it.
        (other_prior, 1, {"mean": "too narrow", "sd": "too narrow"}),
        # The prior ranks the truths evenly: what gives it away is that it does not fit the data.
        (blind(), 2, {"log-likelihood": "too low"}),
        (blind(concentration=20), 2, {"lower weight": "too narrow"}),
        (blind(ordered=False), 2, {"lower mean": "too high", "upper mean": "too low"}),
    ],
)
def test_a_wrong_posterior_is_rejected_where_it_is_wrong(fit, K, uneven):
    "Sds halved, shifted, another prior, components in no order, data ignored: each is named."
    wrong = calibrate(fit, K)
    found = {quantity.label: quantity.fault for quantity in wrong.uneven}
    assert not wrong.calibrated
    assert found.items() >= uneven.items()
    assert set(found) <= {*uneven, "log-likelihood"}
    assert wrong.verdict.startswith("NOT calibrated")
    for label, fault in uneven.items():
        assert f"{label}: posterior {fault}" in wrong.verdict


def test_too_wide_a_posterior_is_told_from_too_narrow_a_one():
    "Sds trebled, which no case above has."

    def fit(values, *_, seed, **__):
        draws = one_normal(values, seed)
        return posterior(draws._replace(means=3 * draws.means - 2 * draws.means.mean()))

    (mean,) = [quantity for quantity in calibrate(fit, 1).uneven if quantity.name == "means[0]"]
    assert mean.fault == "too wide"


def test_failures_of_the_gate_are_counted_shown_and_ranked():
    "Every third fit fails, in one way or another; all ranks count as if nothing had happened."
    calls = iter(range(30))

    def fit(values, *_, seed, **__):
        call = next(calls)
        failing = {}
        if call % 6 == 0:
            failing = {"rhat": Parameters(*np.full((3, 1), 1.02)), "bfmi": np.full(4, 0.1)}
        elif call % 6 == 3:
            failing = {"ess_tail": Parameters(*np.full((3, 1), np.nan)), "divergences": 2}
        return posterior(one_normal(values, seed), **failing)

    some = calibrate(fit, 1, 30)
    assert len(some.failed) == 10
    assert list(some.failed) == list(range(0, 30, 3))
    assert some.gate == (
        "The sampler failed its checks on 10 of 30 data sets (33.3%): R-hat above 1.01 in 5, "
        "BFMI below 0.3 in 5, fewer than 400 effective draws in 5, draws diverged in 5. Their "
        "ranks are included."
    )
    same = calibrate(exact, 1, 30)
    for with_failures, without in zip(some.quantities, same.quantities, strict=True):
        np.testing.assert_array_equal(with_failures.ranks, without.ranks)
    page = to_markdown(some, "picture.svg", "What it shows.", "command")
    assert page.count(some.gate) == 2
    assert "| 27 | fewer than 400 effective draws, draws diverged | 1.001 | none | 2 |" in page
    gate = json.loads(to_json(some))["gate"]
    assert (gate["failed"], gate["reasons"]["draws diverged"]) == (10, 5)
    assert same.gate == "The sampler passed its checks on all 30 data sets."


def test_a_failure_for_a_reason_not_known_here_counts_too():
    "Should the gate get another check one day."
    ranking = Ranking((1.0, 2.0), (3, 4, 5), False, 1.0, 1000.0, 0, 0.9, False)
    assert ranking.reasons == ("another check",)


def test_the_json_has_all_that_the_verdict_rests_on():
    "The p-values come out again from the ranks in the file."

    content = json.loads(to_json(calibrate(blind(), 2, 40)))
    assert list(content["ranks"]) == list(names(2))
    mirrored = [RANKED - rank for rank in content["ranks"]["weights[0]"]]
    assert content["ranks"]["weights[1]"] == mirrored
    tested = {entry["name"]: entry for entry in content["quantities"]}
    assert set(tested) == set(names(2)) - {"weights[1]"}
    for name, entry in tested.items():
        p = ranks.p_value(content["ranks"][name], RANKED)
        assert entry["p_value"] == pytest.approx(p, rel=1e-5, abs=1e-12)
        assert entry["adjusted_p_value"] == pytest.approx(min(1, 6 * p), rel=1e-5, abs=1e-11)
        assert entry["even"] == (6 * p > 0.05)
    weights = np.array([content["truth"]["weights[0]"], content["truth"]["weights[1]"]])
    np.testing.assert_allclose(weights.sum(axis=0), 1.0, atol=1e-5)
    assert np.all(np.diff([content["truth"]["means[0]"], content["truth"]["means[1]"]], axis=0) > 0)


# ---- trials ----


def test_truths_come_from_the_prior_that_is_promised():
    "Means and sds of 1,000 truths against those of the distributions, within four standard errors."
    of = design()
    truths = [of.population(of.cells[0], index) for index in range(1000)]
    weights, means, sds = (
        np.array([getattr(truth, kind) for truth in truths]) for kind in Parameters._fields
    )
    assert np.all(np.diff(means, axis=1) > 0)
    for found, mean, sd in (
        (weights[:, 0], 0.5, np.sqrt(1 / 20)),
        (means.mean(axis=1), CENTRE, SPREAD / np.sqrt(2)),
        (np.log(sds).mean(axis=1), np.log(HEIGHTS.std() / 2), np.sqrt(1 / 2)),
    ):
        assert abs(found.mean() - mean) < 4 * sd / np.sqrt(1000)
        assert abs(found.std() / sd - 1) < 4 / np.sqrt(2000)


def test_thinned_draws_are_evenly_spread_over_all_chains():
    "Of 4 chains of 3,000 draws, every sixtieth; of as many as wanted, each one."
    flat = np.arange(12_000.0).reshape(4, 3000, 1)
    kept = thin(Parameters(flat, flat, flat), 199).means[:, 0]
    np.testing.assert_array_equal(kept, 60 * np.arange(1, 200))
    few = flat[:, :50]
    assert np.unique(thin(Parameters(few, few, few), 199).means).size == 199


def test_truths_are_the_same_whichever_is_asked_for_first():
    "On both sides of the end of a block, and in a design that is new; no two are alike."
    numbers = (0, 99, 100, 101, 199, 200)
    forwards, backwards = design(), design()
    found = [forwards.population(forwards.cells[0], i) for i in numbers]
    again = [backwards.population(backwards.cells[0], i) for i in numbers[::-1]]
    assert found == again[::-1]
    assert len({one.means for one in found}) == len(numbers)


def test_the_fit_has_the_priors_of_the_truths(monkeypatch):
    "And all values as they are, not what stands for them."
    seen = []

    def fit(sample, K, **more):
        seen.append((sample, K, more))
        return posterior(one_normal(sample.values, more["seed"]))

    of = design(1, 50)
    monkeypatch.setattr(bayes, "fit", fit)
    ranking = trials.run(of, Job(0, "ranks", 7)).ranking
    ((sample, K, more),) = seen
    assert (sample.values.size, K, more["priors"]) == (50, 1, of.priors)
    truth = of.population(of.cells[0], 7)
    assert ranking.truth == (*truth.means, *truth.sds)


def test_an_error_says_in_which_data_set(monkeypatch):
    "So that it can be had again."

    def fit(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(bayes, "fit", fit)
    with pytest.raises(ZeroDivisionError) as caught:
        trials.run(design(), Job(0, "ranks", 7))
    assert "in data set 7 of Cell(" in caught.value.__notes__[0]


def test_rankings_come_back_from_the_log_as_they_went_in(tmp_path):
    "To the last digit, whatever cannot be computed; trials of other tasks have no word of them."
    ranking = Ranking((0.25, 1e-300), (1, 2, 3), False, None, 99.5, 2, 1 / 3, True)
    trial = Trial(Job(0, "ranks", 4), {}, ranking)
    Log(tmp_path / "log.jsonl", {"n": 3}).append(trial)
    assert Log(tmp_path / "log.jsonl", {"n": 3}).trials == {trial.job: trial}
    assert trial.to_dict()["ranking"] == asdict(ranking)
    assert list(Trial(Job(0, "fits", 4), {}).to_dict()) == ["cell", "task", "number", "found"]


# ---- the figure ----


def test_the_figure_shows_every_quantity_and_marks_the_uneven():
    "As real text, on a light ground, in well-formed SVG of the width of a phone."
    some = calibrate(blind(), 2, 40)
    picture = draw(some)
    root = ET.fromstring(picture)  # noqa: S314 - drawn above
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for quantity in some.quantities:
        assert quantity.label + ("" if quantity.even else ": uneven") in texts
    assert "log-likelihood: uneven" in texts
    assert any("40 data sets" in text for text in texts if text)
    assert float(root.get("width").removesuffix("pt")) < 420
    assert "#ffffff" in picture
    assert "leaves the wider band for log-likelihood." in alt_text(some)
    assert "All curves stay inside" in alt_text(calibrate(exact, 1, 40))
