"""Running: the same study whoever did the work, in whatever order, and after whatever stop."""

import json
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from compare.study import Cell, Design, Population, run, workers
from compare.study.log import Log, LogError
from compare.study.methods import TASKS, Estimate, Interval
from compare.study.running import jobs, settings
from compare.study.trials import Job
from compare.study.trials import run as run_one
from compare.study.workers import ONE_THREAD, done, pool

ONE = Population((1.0,), (0.0,), (1.0,))
DESIGN = Design((Cell(10, ONE), Cell(12, ONE)), n_components=1)


def plain(data):
    "In place of the fits: numbers that depend on the data and on each stream."
    values = data.values
    told = [values.mean(), values.std(), *data.streams[1:], data.n]
    ends = {"wald": Interval(np.array([[told[0] - 1, told[0] + 1]] * 2), 0.5)}
    return {"maximum": Estimate(np.array(told[:4], dtype=float), seconds=0.25, intervals=ends)}


@pytest.fixture
def quick(monkeypatch):
    for task in TASKS:
        monkeypatch.setitem(TASKS, task, plain)


def without_seconds(content):
    return re.sub(rb'"seconds":[^,}]+', b'"seconds":0', content)


def content(study_log, design=DESIGN):
    return without_seconds(Log(study_log, settings(design)).content())


def told(study):
    "All that came of it, but for the time it took."
    stored = json.dumps([trial.to_dict() for trial in study.trials])
    return without_seconds(stored.replace(" ", "").encode())


def test_processes_give_the_study_that_this_process_gives(tmp_path):
    "Real fits; a trial alone is the same too, and so is the file, but for the seconds."
    here, there = tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    alone = run(DESIGN, {"fits": 2}, log=here, workers=1)
    together = run(DESIGN, {"fits": 2}, log=there, workers=2)
    assert told(alone) == told(together)
    assert content(here) == content(there)
    assert [trial.job for trial in alone.trials] == [
        Job(cell, "fits", number) for cell in (0, 1) for number in (0, 1)
    ]
    single = run_one(DESIGN, Job(1, "fits", 1))
    mine = re.sub(r'"seconds": [^,}]+', "", json.dumps(single.to_dict()))
    assert mine == re.sub(r'"seconds": [^,}]+', "", json.dumps(alone.trials[3].to_dict()))
    assert alone.versions["numpy"] == np.__version__
    assert np.isfinite(alone.performance.errors[1, "maximum", "means[0]"].bias.value)


@pytest.mark.usefixtures("quick")
def test_neither_order_nor_number_at_a_time_matters():
    "Jobs backwards, one at a time or all at once, in threads."
    wanted = jobs(DESIGN, {"fits": 5, "bootstrap": 2})
    expected = {job: run_one(DESIGN, job).to_dict() for job in wanted}
    with ThreadPoolExecutor(3) as threads:
        for ahead in (1, 2, 100, None):
            found = list(done(DESIGN, wanted[::-1], threads, ahead))
            assert {trial.job: trial.to_dict() for trial in found} == expected
            assert len(found) == len(wanted)
        study = run(DESIGN, {"fits": 5, "bootstrap": 2}, executor=threads)
    assert [trial.job for trial in study.trials] == sorted(wanted)
    assert list(done(DESIGN, [], None)) == []


@pytest.mark.usefixtures("quick")
def test_no_more_jobs_are_given_out_than_are_asked_for():
    "The others wait: what is under way when a study is stopped is all that is lost."
    given, taken, most = [], [], []

    class Counting(ThreadPoolExecutor):
        def submit(self, *args):
            given.append(args)
            most.append(len(given) - len(taken))
            return super().submit(*args)

    with Counting(2) as threads:
        for trial in done(DESIGN, jobs(DESIGN, {"fits": 6}), threads, 3):
            taken.append(trial)  # noqa: PERF402 - counted while it goes on
    assert len(taken) == len(given) == 12
    assert max(most) == 3


@pytest.mark.usefixtures("quick")
def test_a_study_killed_anywhere_goes_on_to_the_same_end(tmp_path):
    "Cut at many places, in the first line as well; what was done is not done again."
    path = tmp_path / "trials.jsonl"
    whole = run(DESIGN, {"fits": 3}, log=path, workers=1)
    kept, bytes_of = content(path), path.read_bytes()
    for at in range(0, len(bytes_of), 29):
        path.write_bytes(bytes_of[:at])
        before = max(bytes_of[:at].count(b"\n") - 1, 0)
        steps = []
        again = run(
            DESIGN, {"fits": 3}, log=path, workers=1, progress=lambda *s, to=steps: to.append(s)
        )
        assert told(again) == told(whole)
        assert content(path) == kept
        assert steps == [(count, 6) for count in range(before, 7)]


@pytest.mark.usefixtures("quick")
def test_a_study_that_stumbles_keeps_what_it_had(tmp_path, monkeypatch):
    "The trials before are in the log, and the next run does the rest."
    path = tmp_path / "trials.jsonl"

    def stumbles(data):
        if data.n == 12:
            raise KeyboardInterrupt
        return plain(data)

    with monkeypatch.context() as patched:
        patched.setitem(TASKS, "fits", stumbles)
        with pytest.raises(KeyboardInterrupt):
            run(DESIGN, {"fits": 2}, log=path, workers=1)
    assert list(Log(path, settings(DESIGN)).trials) == [Job(0, "fits", 0)]
    study = run(DESIGN, {"fits": 2}, log=path, workers=1)
    assert told(study) == told(run(DESIGN, {"fits": 2}, workers=1))


@pytest.mark.usefixtures("quick")
def test_a_resumed_study_has_the_figures_of_one_in_one_go(tmp_path):
    "To the last digit: trials from the log are no other than those just made."
    path = tmp_path / "trials.jsonl"
    run(DESIGN, {"fits": 2}, log=path, workers=1)
    resumed = run(DESIGN, {"fits": 4}, log=path, workers=1).performance
    straight = run(DESIGN, {"fits": 4}, workers=1).performance
    for key, one in straight.errors.items():
        assert resumed.errors[key].bias == one.bias
        assert resumed.errors[key].rmse == one.rmse


@pytest.mark.usefixtures("quick")
def test_more_replicates_extend_and_fewer_look_at_the_first(tmp_path, monkeypatch):
    "What is there is kept, and not done again."
    path = tmp_path / "trials.jsonl"
    run(DESIGN, {"fits": 2}, log=path, workers=1)
    first = path.read_bytes()
    more = run(DESIGN, {"fits": 4, "bootstrap": 1}, log=path, workers=1)
    assert path.read_bytes().startswith(first)
    assert told(more) == told(run(DESIGN, {"fits": 4, "bootstrap": 1}, workers=1))
    monkeypatch.setitem(TASKS, "fits", None)  # would fail if it were called
    few = run(DESIGN, {"fits": 1}, log=path, workers=1)
    assert [trial.job for trial in few.trials] == [Job(0, "fits", 0), Job(1, "fits", 0)]


@pytest.mark.usefixtures("quick")
def test_a_log_of_another_study_is_refused_unless_told_to_start_again(tmp_path):
    "Before anything is done."
    path = tmp_path / "trials.jsonl"
    run(DESIGN, {"fits": 1}, log=path, workers=1)
    other = Design(DESIGN.cells, seed=2, n_components=1)
    with pytest.raises(LogError, match=r"holds 2 trials made with seed 1 \(now 2\)"):
        run(other, {"fits": 1}, log=path, workers=1)
    study = run(other, {"fits": 1}, log=path, workers=1, fresh=True)
    assert len(study.trials) == len(Log(path, settings(other)).trials) == 2


def test_all_cells_keep_in_step():
    "By number first: a study that is stopped has some of each. Cells may have their own counts."
    assert jobs(DESIGN, {"fits": 2, "bootstrap": 1}) == [
        Job(0, "fits", 0),
        Job(1, "fits", 0),
        Job(0, "bootstrap", 0),
        Job(1, "bootstrap", 0),
        Job(0, "fits", 1),
        Job(1, "fits", 1),
    ]
    assert jobs(DESIGN, [{"fits": 1}, {"posterior": 2}]) == [
        Job(0, "fits", 0),
        Job(1, "posterior", 0),
        Job(1, "posterior", 1),
    ]
    both = jobs(DESIGN, 3)
    assert jobs(DESIGN, np.int64(3)) == both
    assert {job.task for job in both} == {"fits", "posterior"}
    assert len(both) == len(set(both)) == 12


def test_replicates_that_make_no_sense_are_refused():
    "None at all, fewer than none, unknown tasks, another number of cells."
    for none in (0, {}, {"fits": 0}, [{}, {"fits": 0}], {"fits": -1, "posterior": 3}):
        with pytest.raises(ValueError, match="expected a replicate at least"):
            jobs(DESIGN, none)
    with pytest.raises(ValueError, match=r"expected tasks out of .*, got 'guess'"):
        jobs(DESIGN, {"guess": 3})
    with pytest.raises(ValueError, match="each of 2 cells, got 1"):
        jobs(DESIGN, [{"fits": 1}])


def test_one_worker_is_this_process_and_threads_are_as_before(monkeypatch):
    "Where there are several, each has one thread of linear algebra, for as long as they work."
    import os

    monkeypatch.delenv(ONE_THREAD[0], raising=False)
    monkeypatch.setenv(ONE_THREAD[1], "7")
    with pool(1) as here:
        assert here is None
    monkeypatch.setattr(workers, "ProcessPoolExecutor", lambda n, *_: ThreadPoolExecutor(n))
    with pool(2) as there:
        assert there._max_workers == 2
        assert [os.environ[name] for name in ONE_THREAD] == ["1", "1", "1"]
    assert ONE_THREAD[0] not in os.environ
    assert os.environ[ONE_THREAD[1]] == "7"


def test_a_design_that_has_drawn_truths_can_be_sent_to_workers():
    "What it found out goes along or is found again, to the same end."
    design = Design((Cell(30, None, "prior"),))
    truth = design.population(design.cells[0], 3)
    sent = pickle.loads(pickle.dumps(design))  # noqa: S301 - made one line above
    assert sent == design
    assert sent.population(sent.cells[0], 3) == truth
