"""A right posterior is called calibrated, a wrong one is not, and no data set gets lost."""

import functools
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bayes.calibration import __main__ as calibration
from bayes.calibration import ranks
from bayes.calibration.figure import alt_text, draw
from bayes.calibration.report import to_json, to_markdown
from bayes.calibration.result import Calibration
from bayes.calibration.trial_log import LogError, TrialLog
from bayes.calibration.trials import RANKED, Plan, Trial, Trials, names, thin
from bayes.posterior.diagnostics import Diagnostics
from em import Parameters

ROOT = Path(__file__).parents[3]
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


@functools.cache
def tried(fit, K):
    "The trials of a posterior, and those that were run."
    return Trials(Plan(n_components=K, n=10), fit), []


def calibrate(fit, K, n_trials=N_TRIALS):
    trials, done = tried(fit, K)
    done += [trials.run(index) for index in range(len(done), n_trials)]
    found = tuple(done[:n_trials])
    return Calibration(trials.plan, found, trials.priors.describe(), {"python": "3"})


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
        (other_prior, 1, {"sd": "too narrow"}),
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
    assert [trial.index for trial in some.failed] == list(range(0, 30, 3))
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
    trial = Trial(0, (1.0, 2.0), (3, 4, 5), False, 1.0, 1000.0, 0, 0.9, False)
    assert trial.reasons == ("another check",)


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
    stored = []
    trials = Trials(Plan(n_components=2, n=2), lambda values, *_, **__: stored.append(values))
    truths = [trials._truth(index) for index in range(1000)]
    weights, means, sds = (np.concatenate(column) for column in zip(*truths, strict=True))
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


def test_an_error_says_in_which_data_set():
    "So that it can be had again."

    def fit(*_, **__):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        Trials(Plan(n=3), fit).run(7)
    assert "in data set 7 of Plan(" in caught.value.__notes__[0]


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


# ---- the log ----


def trial(index):
    return Trial(index, (0.25, 1e-300), (1, 2, 3), False, None, 99.5, 2, 0.1, True)


def test_trials_come_back_from_the_log_as_they_went_in(tmp_path):
    "Across two runs; removed at the end."
    path = tmp_path / "log.jsonl"
    TrialLog(path, {"n": 3}).append(trial(4))
    log = TrialLog(path, {"n": 3})
    assert log.trials == {4: trial(4)}
    log.append(trial(0))
    assert TrialLog(path, {"n": 3}).trials == {4: trial(4), 0: trial(0)}
    log.remove()
    assert not path.exists()


@pytest.mark.parametrize("cut", range(1, 120, 17))
def test_a_torn_last_line_does_not_count(tmp_path, cut):
    "Wherever a run was killed while it wrote: whole lines stay, the next one is whole again."
    path = tmp_path / "log.jsonl"
    log = TrialLog(path, {"n": 3})
    log.append(trial(0))
    log.append(trial(1))
    content = path.read_bytes()
    path.write_bytes(content[:-cut])
    log = TrialLog(path, {"n": 3})
    assert log.trials == {0: trial(0)}
    log.append(trial(1))
    assert path.read_bytes() == content


def test_a_torn_first_line_is_a_new_beginning(tmp_path):
    "Killed while writing the settings; an empty file is none either."
    path = tmp_path / "log.jsonl"
    TrialLog(path, {"n": 3})
    whole = path.read_bytes()
    for torn in (b"", whole[:7], whole[:-1]):
        path.write_bytes(torn)
        assert TrialLog(path, {"n": 3}).trials == {}
        assert path.read_bytes() == whole


def test_other_settings_are_refused_in_one_line(tmp_path):
    "It names them, with both values, and the way out, which works."
    path = tmp_path / "log.jsonl"
    TrialLog(path, {"n": 3, "versions": {"numpy": "2"}}).append(trial(0))
    before = path.read_bytes()
    with pytest.raises(LogError) as caught:
        TrialLog(path, {"n": 5, "versions": {"numpy": "3"}})
    message = str(caught.value)
    assert "holds 1 trials made with n 3 (now 5), numpy 2 (now 3)" in message
    assert "--fresh" in message
    assert "\n" not in message
    assert path.read_bytes() == before
    assert TrialLog(path, {"n": 5}, fresh=True).trials == {}


@pytest.mark.parametrize("content", ["my notes", "my notes\nof today\n", '{"settings": 1}\n{}\n'])
def test_a_file_of_something_else_is_left_alone(tmp_path, content):
    "Refused, not overwritten."
    path = tmp_path / "log.jsonl"
    path.write_text(content)
    with pytest.raises(LogError, match="got something else"):
        TrialLog(path, {"n": 3})
    assert path.read_text() == content


# ---- the command ----

SMALL = "--data-sets 3 --n 60 --chains 2 --draws 120 --tune 50".split()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    "An empty place to run in, since a report names the command that wrote it."

    def enter(name):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        return tmp_path / name / "reports"

    return enter


def files(place):
    return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


def test_a_run_that_is_stopped_ends_as_if_it_had_not_been(folder, monkeypatch, capsys):
    "Ctrl-C in the second fit: one data set stays, the rest follows, the files are the same."
    small = [*SMALL, "--components", "1"]
    straight = folder("straight")
    assert calibration.main(small) == 0
    assert set(files(straight)) == {f"calibration-k1-n60.{end}" for end in ("json", "md", "svg")}
    said = capsys.readouterr()
    assert said.err == ""
    content = json.loads((straight / "calibration-k1-n60.json").read_text())
    assert said.out.splitlines()[0] == content["verdict"]
    assert content["settings"]["data_sets"] == 3

    interrupted = folder("interrupted")
    usual, run = signal.getsignal(signal.SIGINT), []
    fit = Trials.run

    def stop(self, index):
        run.append(index)
        done = fit(self, index)
        if index == 1:
            signal.raise_signal(signal.SIGINT)
        return done

    monkeypatch.setattr(Trials, "run", stop)
    assert calibration.main(small) == 130
    assert capsys.readouterr().err == (
        "bayes.calibration: stopped by Ctrl-C; 1 of 3 data sets are done, the same command goes on "
        "with the rest\n"
    )
    assert signal.getsignal(signal.SIGINT) is usual
    assert list(files(interrupted)) == ["calibration-k1-n60.jsonl"]
    monkeypatch.setattr(Trials, "run", lambda self, index: run.append(index) or fit(self, index))
    assert calibration.main(small) == 0
    assert run == [0, 1, 1, 2]
    assert files(interrupted) == files(straight)


def test_a_second_ctrl_c_does_not_wait(folder, monkeypatch, capsys):
    "For a fit that takes long; what was finished is kept."

    def hang(_, index):
        if index == 1:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            pytest.fail("it went on")
        return trial(index)

    reports = folder("here")
    monkeypatch.setattr(Trials, "run", hang)
    assert calibration.main(SMALL) == 130
    assert "finished data sets are kept" in capsys.readouterr().err
    assert (reports / "calibration-n60.jsonl").read_text().count("\n") == 2


def test_sigterm_stops_between_two_data_sets(folder, monkeypatch, capsys):
    "With its own exit status."

    def stop(_, index):
        signal.raise_signal(signal.SIGTERM)
        return trial(index)

    folder("here")
    monkeypatch.setattr(Trials, "run", stop)
    assert calibration.main(SMALL) == 143
    assert "stopped by SIGTERM; 0 of 3" in capsys.readouterr().err


def test_fewer_data_sets_than_are_done_are_taken_from_those(folder, monkeypatch, capsys):
    "Nothing is run, and what is left over stays for another time; other settings are refused."
    toy = calibrate(exact, 1, 6).trials
    small = [*SMALL, "--data-sets", "8", "--components", "1"]

    def stop(_, index):
        if index == 5:
            signal.raise_signal(signal.SIGINT)
        return toy[index]

    reports = folder("here")
    monkeypatch.setattr(Trials, "run", stop)
    monkeypatch.setattr("bayes.calibration.figure.draw", lambda _: "<svg/>")
    assert calibration.main(small) == 130
    assert calibration.main([*small, "--data-sets", "4"]) == 0
    assert {path.suffix for path in reports.iterdir()} == {".json", ".md", ".svg", ".jsonl"}
    content = json.loads((reports / "calibration-k1-n60.json").read_text())
    assert content["settings"]["data_sets"] == len(content["ok"]) == 4
    capsys.readouterr()
    assert calibration.main([*small, "--tune", "300"]) == 2
    assert "holds 5 trials made with tune 50 (now 300)" in capsys.readouterr().err


@pytest.mark.parametrize(("fit", "status"), [(exact, 0), (too_narrow, 3)])
def test_strict_tells_by_the_exit_status(folder, monkeypatch, capsys, fit, status):
    "3 for a wrong posterior with --strict, else 0 for a result of any kind."
    done = calibrate(fit, 1, 40).trials
    monkeypatch.setattr(Trials, "run", lambda _, index: done[index])
    monkeypatch.setattr("bayes.calibration.figure.draw", lambda _: "<svg/>")
    reports = folder("here")
    arguments = "--components 1 --data-sets 40".split()
    assert calibration.main([*arguments, "--strict"]) == status
    assert calibration.main(arguments) == 0
    assert ("NOT" in capsys.readouterr().out) == (status == 3)
    assert ("✗" in (reports / "calibration-k1.md").read_text()) == (status == 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--n 1", r"argument --n: expected a whole number of at least 2, got '1'"),
        ("--data-sets many", r"--data-sets: expected a whole number of at least 1, got 'many'"),
        ("--components 4 --n 3", r"expected --n of at least 4, one value for each component"),
        ("--draws 10", r"at least 199 draws in all .* got 4 chains of 10"),
        ("--seeds 1", r"unrecognized arguments: --seeds 1; .*--help"),
        ("--out taken", r"the output cannot be written: .* \(taken\)"),
    ],
)
def test_bad_arguments_are_answered_in_one_line(folder, capsys, arguments, message):
    "Exit status 2, and nothing is written."
    place = folder("here").parent
    (place / "taken").write_text("a file")
    assert calibration.main(arguments.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(rf"bayes\.calibration: error: .*{message}.*\n", said.err)
    assert list(files(place)) == ["taken"]


def test_without_matplotlib_it_says_so_before_it_starts(folder, monkeypatch, capsys):
    "And how to get it."
    place = folder("here").parent
    monkeypatch.setattr(calibration, "find_spec", lambda name: None if name == "matplotlib" else 1)
    assert calibration.main([]) == 2
    assert (
        "not installed: matplotlib; pip install 'em-vs-bayes[compare]'" in capsys.readouterr().err
    )
    assert files(place) == {}


def test_the_module_runs_as_a_command():
    "Bad arguments are answered before anything slow is loaded."
    code = "import sys; from bayes.calibration.__main__ import main; status = main(['--n', '1']); "
    code += "sys.exit(status + 10 * any(name in sys.modules for name in ('pymc', 'matplotlib')))"
    for start in (["-m", "bayes.calibration", "--n", "1"], ["-c", code]):
        done = subprocess.run(
            [sys.executable, *start], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


def test_progress_is_for_terminals(capsys):
    "A count with rate and time left on one line, which goes at the end; nothing in a pipe."

    class Terminal(list):
        write = list.append

        def flush(self):
            pass

        def isatty(self):
            return True

    terminal, now = Terminal(), iter([0.0, 10.0, 40.0])
    with calibration.Progress(100, 60, terminal, lambda: next(now)) as progress:
        progress.advance()
        progress.advance()
    shown = [line.strip("\r").rstrip() for line in terminal]
    assert shown == [
        "60 of 100 data sets",
        "61 of 100 data sets, 0.1 a second, 6:30 left",
        "62 of 100 data sets, 0.05 a second, 12:40 left",
        "",
    ]
    assert terminal[-1].endswith("\r")
    with calibration.Progress(3, 0) as progress:
        progress.advance()
    assert capsys.readouterr() == ("", "")
