"""The benchmarks of size: what is written, certified and weighed, and what the page makes of it."""

import errno
import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from benchmarks import run
from benchmarks.engine.data import heights as drawn
from benchmarks.engine.data import loglik
from benchmarks.engine.process import weighed
from benchmarks.engine.settings import FULL, QUICK, SECTIONS
from benchmarks.engine.timing import CallError
from benchmarks.fitting.tolerance import Loosest, Probe
from benchmarks.size import growth, parquet, scale, scale_page
from benchmarks.size.exact import certificate, pieces
from benchmarks.size.growth_figure import LINES, alt_text, draw
from benchmarks.size.growth_page import NAMES, exponent, points
from benchmarks.size.parquet import COLUMN, DiskError, batches, heights_file
from benchmarks.writing.aims import aims
from benchmarks.writing.findings import findings
from benchmarks.writing.page import render
from handmade import case, posterior, route
from PIL import Image
from scipy.stats import norm

import bayes
import em
from compare import compare
from compare.command.options import parse
from compare.page.document import to_json

TINY = replace(
    QUICK, budget=0.6, rounds=1, turns=1, scale=2000, grown=(300, 3000), reported=(), patience=60
)


def quiet(_text):
    pass


@pytest.fixture
def temporary(monkeypatch, tmp_path):
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


# ---- the file ----


def test_the_file_holds_the_heights_in_groups_and_is_gone_afterwards(temporary):
    "Row groups of 1,048,576, the same heights each time, both groups of them in each piece."
    n = (1 << 20) + 1000
    with heights_file(n) as path:
        metadata = pq.ParquetFile(path).metadata
        whole = pq.read_table(path)[COLUMN].to_numpy()
        assert np.array_equal(np.concatenate(list(batches(path))), whole)
    assert [metadata.row_group(i).num_rows for i in range(2)] == [1 << 20, 1000]
    assert list(temporary.iterdir()) == []
    with heights_file(1000) as path:
        first = pq.read_table(path)[COLUMN].to_numpy()
    with heights_file(1000) as path:
        assert np.array_equal(pq.read_table(path)[COLUMN].to_numpy(), first)
    assert whole.size == n
    for part in (whole[:100_000], whole[500_000:600_000]):
        expected = 0.6 * norm.cdf(170, 176, 8) + 0.4 * norm.cdf(170, 164, 6)
        assert (part < 170).mean() == pytest.approx(expected, abs=0.01)


def test_the_file_is_gone_whatever_happens(temporary):
    "Also where a process is told to end."
    with pytest.raises(ZeroDivisionError), heights_file(100) as path:
        assert path.stat().st_size / 0
    assert list(temporary.iterdir()) == []
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end, run._leaving(), heights_file(100):
        os.kill(os.getpid(), signal.SIGTERM)
    assert end.value.code == 128 + signal.SIGTERM
    assert list(temporary.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_disk_without_room_is_said_before_anything_is_written(monkeypatch, temporary):
    "With what is needed, what there is and what to do; the page says it, and nothing is judged."
    usage = SimpleNamespace(free=999_999)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskError, match=r"expected 1\.0 GB free .* got 0\.0 GB; .*TMPDIR"):
        heights_file(100_000_000).__enter__()
    with heights_file(99_999):  # ten bytes a value
        pass
    (row,) = scale.measure(replace(TINY, scale=FULL.scale), quiet)
    assert list(temporary.iterdir()) == []
    page = render(results(scale=[row]))
    assert "A file of 100,000,000 heights was not written" in page
    assert "was not measured (a file of 100,000,000 heights was not written" in page
    assert [aim.met for aim in aims(results(scale=[row]))] == [None, None]


def test_a_disk_that_fills_up_costs_the_section_and_not_the_run(monkeypatch, temporary):
    "Others may write to it as well; what was written is deleted."

    def full(*_args, **_settings):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    (row,) = scale.measure(TINY, quiet)
    assert row["note"] == "a file of 2,000 heights was not written: No space left on device"
    assert row["report"] is None
    assert list(temporary.iterdir()) == []


# ---- the certificate ----

STEPS = 1e-5 * np.eye(5)
MOVED = ([0.3, 0.7], [160.0, 175.0], [5.0, 9.0])


@pytest.mark.parametrize("n", [50, 40_000])
def test_the_exact_log_likelihood_and_score_are_right(n):
    "Against a sum free of rounding, and against differences of SciPy's density, in se."
    x = drawn(n)
    claimed = loglik(x, *MOVED)
    found = certificate(np.array_split(x, 3), *MOVED, claimed)
    assert found["n"] == n
    assert found["relative_error"] < 1e-14
    assert not found["ok"]

    place = np.array([0.3, 160.0, 175.0, 5.0, 9.0])
    each = np.array([log_density(place + d, x) - log_density(place - d, x) for d in STEPS]) / 2e-5
    covariance = np.linalg.inv(each @ each.T)
    expected = np.abs(covariance @ each.sum(axis=1)) / np.sqrt(np.diag(covariance))
    assert found["gradient_norm"] == pytest.approx(expected.max(), rel=1e-4)


def log_density(free, x):
    """By SciPy."""
    w, a, b, s, t = free
    return np.log(w * norm.pdf(x, a, s) + (1 - w) * norm.pdf(x, b, t))


def test_a_maximum_is_certified_and_one_that_was_moved_or_misstated_is_not():
    "A mean moved by 1e-3 standard errors has a score of 1e-3; em's own certificate agrees."
    x = drawn(100_000)
    fit = em.fit(x, 2)
    weights, means, sds = fit.mixture.parameters
    found = certificate(pieces(x), weights, means, sds, fit.loglik)
    assert found["ok"]
    assert found["relative_error"] == pytest.approx(fit.certify().relative_error, abs=1e-15)
    away = means + np.array([1e-3 * fit.standard_errors().means[0], 0.0])
    moved = certificate(pieces(x), weights, away, sds, fit.loglik)
    assert moved["gradient_norm"] == pytest.approx(1e-3, rel=0.2)
    assert not moved["ok"]
    misstated = certificate(pieces(x), weights, means, sds, fit.loglik * (1 + 3e-12))
    assert misstated["relative_error"] == pytest.approx(3e-12, rel=1e-2)
    assert not misstated["ok"]


# ---- processes ----


def test_a_process_is_weighed_with_those_that_it_starts():
    "The largest of them counts, and the process that measures does not."
    child = "x = bytearray(150 << 20)"
    ballast = bytearray(400 << 20)
    made = weighed([sys.executable, "-c", "print('alone')"], 60)
    assert made.answer.printed == "alone\n"
    assert 3 < made.answer.memory < 100
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert 150 < weighed([sys.executable, "-c", parent], 60).answer.memory < 300
    assert len(ballast) == 400 << 20


def test_a_process_is_stopped_with_those_that_it_started(tmp_path):
    "What went on in the background would slow the calls that follow."
    told = tmp_path / "pid"
    child = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid()));"
    command = [sys.executable, "-c", f"{child} time.sleep(600)", str(told)]
    with pytest.raises(CallError, match="stopped after 1 s"):
        weighed(command, 1)
    assert not alive(int(told.read_text()))


def alive(pid):
    """Whether a process still does something; who collects it may take a moment to do so."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return False
        time.sleep(0.05)
    return True


def test_a_weighed_process_that_fails_says_its_last_word():
    "As one that is not weighed does."
    with pytest.raises(CallError, match="failed: ZeroDivisionError: division by zero"):
        weighed([sys.executable, "-c", "1 / 0"], 60)


# ---- real runs, tiny ----


PRETENDED = """
import json, shutil, sys
from pathlib import Path
made, asked = Path(sys.argv[1]), sys.argv[2:]
with Path(made, "asked").open("a") as file:
    print(json.dumps(asked), file=file)
shutil.copy(made / "heights.json", asked[asked.index("--out") + 1])
"""
"""Stands for a report, which takes seconds: its numbers were made before."""


@pytest.fixture
def pretended(monkeypatch, tmp_path_factory):
    """Processes that leave the document of a fit of the heights; gives what they are asked."""
    made = tmp_path_factory.mktemp("made")
    with heights_file(TINY.scale) as path:
        of = case(np.concatenate(list(batches(path))))
    fit = em.fit(of.sample, 2)
    said = posterior(of.sample, fit.mixture, draws=250, spread=0.03, second=route("chains"))
    found = compare(fit, said, case=of, criticism=False, seconds={"em": 0.02})
    (made / "heights.json").write_text(to_json(found))
    monkeypatch.setattr(scale, "REPORT", [sys.executable, "-c", PRETENDED, str(made)])
    return lambda: [json.loads(line) for line in (made / "asked").read_text().splitlines()]


def test_a_file_is_read_reported_and_certified(pretended, temporary):
    "In turns; what the report says is checked on the values of the file. The readers are real."
    check_row(temporary, 1000)
    asked = [parse(line) for line in pretended()]
    assert len(asked) == 6  # short ones are called twice in a turn
    assert [one.data is None for one in asked] == [True, False, True, True, False, False]
    assert {(one.data.name, one.column) for one in asked if one.data} == {
        ("heights.parquet", COLUMN)
    }


@pytest.mark.study
def test_a_small_file_is_read_reported_and_certified(temporary):
    "The same run as that of a hundred million values, on few."
    check_row(temporary, 12_000)


def check_row(temporary, draws):
    (row,) = scale.measure(TINY, quiet)
    assert list(temporary.iterdir()) == []
    assert row["note"] == ""
    assert row["bytes"] > 8 * row["n"]
    # On a busy machine a report is called once.
    assert {row[name]["note"] for name in scale_page.CELLS} <= {"", "called once"}
    assert all(row[name]["median"] > 0 for name in scale_page.CELLS)
    assert all(row[name]["memory"] > 5 for name in scale_page.CELLS)
    assert row["report"]["steps"]["em"] > 0
    assert row["sound"] == {
        "n": TINY.scale, "status": "converged", "profile": True, "posterior": True,
        "draws": draws,
    }  # fmt: skip
    assert row["certificate"]["n"] == TINY.scale
    assert row["certificate"]["ok"]
    page = render(results(scale=[row]))
    assert str(temporary) not in page + json.dumps(row)
    assert "**Mind" not in page


def test_growth_measures_ours_and_scikit_learn_and_takes_what_is_there(monkeypatch, tmp_path):
    "A figure of an earlier section is not measured again; every row of ours has a certificate."
    monkeypatch.setattr(growth, "Processes", Stand)
    asked = []

    def pretend(data, k, *, start):
        asked.append((data.n, k, start.data is data))
        return posterior(data, start.mixture, draws=200)

    def search(peer, x, top, guides, patience):
        assert (peer.name, x.size, patience) == ("scikit-learn", 3000, TINY.patience)
        assert [(one["n"], one["tool"], one["tolerance"]) for one in guides] == [
            (300, "scikit-learn", 1e-9)
        ]
        assert top == pytest.approx(em.fit(x, 2).loglik, rel=1e-9)
        return Loosest(Probe(8, 0.25, 0.0), (), closed=True, note="searched")

    monkeypatch.setattr(bayes, "fit", pretend)
    monkeypatch.setattr(growth, "search_for", search)
    fit = {
        "tool": "scikit-learn", "setting": "maximum", "n": 300, "seconds": [0.5, 0.7],
        "tolerance": 1e-9, "note": "found before", "median": 0.6,
    }  # fmt: skip
    rows = growth.measure(TINY, tmp_path, {"fits": [fit], "scale": [file_row()]}, quiet)
    by = {(row["n"], row["tool"]): row for row in rows}
    assert len(by) == len(rows) == 2 * len(growth.TOOLS) + 1
    assert by[300, "maximum"]["seconds"] == [0.5, 0.7]
    assert by[300, "maximum"]["note"] == "found before"
    searched = by[3000, "maximum"]
    assert (searched["tolerance"], searched["median"], searched["note"]) == (1e-8, 0.25, "searched")
    assert by[3000, "scikit-learn"]["median"] > 0
    for n in TINY.grown:
        for tool in ("errors", "profile", "bayes"):
            assert by[n, tool]["median"] > 0
            assert by[n, tool]["certificate"]["ok"]
        assert by[n, "report"]["note"].startswith("not measured")
    assert by[3000, "bayes"]["draws"] == 800
    assert 400 < by[3000, "bayes"]["ess"] < 1000
    assert by[300, "pymc"]["seconds"] == [3.0]
    assert by[3000, "pymc"]["note"] == "failed: no more"
    assert set(asked) == {(n, 2, True) for n in (100, *TINY.grown)}
    assert by[FULL.scale, "report"]["median"] == 9.0
    assert exponent(rows, "pymc") is None


class Stand:
    """Stands for PyMC's processes, which take half a minute: those of n = 3000 break."""

    def __init__(self, _folder, shorten, _priors):
        self.shorten = shorten

    def run(self, key, data, seed, limit=None):
        assert limit == (None if self.shorten == growth.WARMING else TINY.sampled)
        assert (key, seed) in {("pymc", 1), ("pymc", 2)}
        if "3000" in data.name:
            raise CallError("failed: no more")
        assert (self.shorten == growth.WARMING) == (seed == 1)
        return {"build": 1.0, "sample": 2.0, "draws": 4000, "ess": 500.0}


# ---- the page, from numbers made up ----


def exact(*, ok=True):
    return {
        "relative_error": 3e-15, "gradient_norm": 2e-10 if ok else 0.2, "ok": ok, "n": FULL.scale,
    }  # fmt: skip


def cell(median, memory, **more):
    return {
        "seconds": [median] * 3,
        "median": median,
        "memory": memory,
        "steps": {},
        "note": "",
        **more,
    }


def file_row(**more):
    """A file whose report costs five seconds more than one on a thousand heights."""
    steps = {"read": 0.1, "em": 0.1, "compare": 0.2, "sample": 0.3, "total_before_drawing": 3.0}
    return {
        "n": FULL.scale, "bytes": 826_000_000, "written": 30.0, "note": "",
        "read": cell(1.25, 1700.0), "batches": cell(1.0, 200.0),
        "thousand": cell(4.0, 500.0, steps=steps),
        "report": cell(9.0, 800.0, steps={**steps, "read": 4.8}),
        "sound": {
            "n": FULL.scale, "status": "converged", "profile": True, "posterior": True,
            "draws": 12_000,
        },
        "certificate": exact(), "certify": 12.0, **more,
    }  # fmt: skip


def grown(n, tool, median, **more):
    return {
        "n": n, "tool": tool, "setting": "", "seconds": [] if median is None else [median],
        "median": median, "note": "", "tolerance": None, "draws": None, "ess": None,
        "certificate": exact() if tool in growth.OWN else None, "certify": 0.01, **more,
    }  # fmt: skip


def growing():
    """Times of ours that hardly grow, and of others that grow in proportion to n."""
    return [
        *(grown(n, "errors", 0.01 * n**0.1) for n in (1000, 10_000)),
        *(grown(n, "bayes", 0.4, draws=12_000, ess=1200.0) for n in (1000, 10_000)),
        *(grown(n, "scikit-learn", 1e-5 * n) for n in (1000, 10_000)),
        grown(1000, "pymc", 7.0, draws=4000, ess=540.0),
        grown(10_000, "pymc", None, note="skipped: too | long"),
    ]


def results(**sections):
    return {
        "schema": run.SCHEMA,
        "settings": {**asdict(FULL), "quick": False, "only": list(SECTIONS), "huge": False},
        "seed": 666,
        "machine": {
            "cores": 2, "processor": "a processor", "memory_gb": 8.0, "system": "Linux (x86_64)",
            "python": "CPython 3.13.0", "packages": {"numpy": "2.5"}, "threads": [],
            "r": {"R": "4.2", "mclust": "6.0", "mixtools": "2.0"},
        },
        "load": [0.1, 0.2],
        "seconds": 600.0,
        **sections,
    }  # fmt: skip


def test_the_cost_of_a_file_is_in_units_of_reading_it():
    "Less what a report on a thousand values takes; None if one of the three is missing."
    assert scale_page.excess(file_row()) == pytest.approx(4.0)
    assert scale_page.excess(file_row(read=None)) is None
    assert scale_page.excess(file_row(thousand=cell(None, None))) is None


def test_a_file_that_costs_nothing_beyond_noise_is_said_to_cost_nothing():
    "A difference of two times of a busy machine may be negative."
    row = file_row(report=cell(3.5, 800.0))
    assert "| what the file costs the report | nothing |  |" in render(results(scale=[row]))
    text = findings(results(scale=[row]))
    assert "takes 3.50 s and at most 800 MB, no more than the 4.00 s for a thousand" in text


def test_the_aims_of_size_are_met_or_missed_by_the_numbers():
    "Five times and 1.5 GB, at a hundred million values alone; a certificate for every row."
    found = aims(results(scale=[file_row()], growth=growing()))
    assert [aim.met for aim in found] == [True, True, True]
    assert found[0].measured == "4.00 times (9.00 s less 4.00 s, by 1.25 s)"
    assert found[1].measured == "800 MB"
    assert found[2].measured == "in 5 of 5"
    slow = file_row(report=cell(12.0, 1600.0), certificate=exact(ok=False))
    assert [aim.met for aim in aims(results(scale=[slow]))] == [False, False, False]
    assert [aim.met for aim in aims(results(scale=[file_row(certificate=None)]))][2] is False
    small = file_row(n=5_000_000)
    assert [aim.met for aim in aims(results(scale=[small]))] == [None, None, True]


def test_the_findings_say_what_a_file_costs_and_how_times_grow():
    "A doubt about what was timed is in the same sentence."
    text = findings(results(scale=[file_row()], growth=growing()))
    assert "on 100,000,000 heights in a Parquet file" in text
    assert (
        "takes 9.00 s and at most 800 MB: 4.00 s as for a thousand heights, and 4.00 times" in text
    )
    assert "bayes.fit takes 400 ms at n = 1,000 and 400 ms at n = 10,000 (exponent 0.00" in text
    assert "; scikit-learn by default takes 10.0 ms" in text
    assert "PyMC" not in text
    assert "But" not in text
    doubtful = file_row(sound={**file_row()["sound"], "posterior": False, "profile": False})
    text = findings(results(scale=[doubtful]))
    assert "But profile intervals are missing and the sampler's diagnostics failed." in text


def test_a_file_has_its_times_its_split_and_its_certificate():
    "Ratios are to reading; steps add up to the whole process."
    page = render(results(scale=[file_row()]))
    assert "| the report on the file: `python -m compare.run --data FILE` | 9.00 s | 7.20 |" in page
    assert "| what the file costs the report | 5.00 s | 4.00 |" in page
    assert "| the pass over the data | 100 ms | 4.80 s |" in page
    assert "| starting, drawing, writing and all else | 3.30 s | 3.60 s |" in page
    assert "Exact, of 100,000,000 values in 12.0 s: the log-likelihood is off by 3e-15" in page
    failed = file_row(certificate=exact(ok=False), sound={**file_row()["sound"], "n": 7})
    page = render(results(scale=[failed]))
    assert "A file of 826 MB, written in 30.0 s." in page
    assert "**not certified**" in page
    assert "**Mind: it is about 7 values and the exact certificate fails.**" in page


def cells(line):
    return [part.strip() for part in line.strip("|").split("|")]


def test_cost_as_n_grows_is_a_table_with_exponents_and_reasons():
    "An empty cell has its reason below, which does not break the table."
    page = render(results(growth=growing()), "growth.png")
    assert "](growth.png)" in page
    row = next(line for line in page.splitlines() if line.startswith("| 10,000 | 25.1 ms"))
    assert cells(row) == ["10,000", "25.1 ms", "", "400 ms", "", "100 ms", "", ""]
    slopes = next(line for line in page.splitlines() if line.startswith("| exponent"))
    assert cells(slopes) == ["exponent", "0.10", "", "0.00", "", "1.00", "", ""]
    assert "- PyMC on the textbook model, n = 10,000: skipped: too | long" in page
    assert "PyMC on the textbook model 4,000 draws worth 540 at n = 1,000" in page
    assert "| 10,000 | 2 of 2 | 3e-15 | 2e-10 | 10.0 ms |" in page
    rows = [*growing(), grown(10_000, "profile", 0.2, certificate=None)]
    assert "| 10,000 | 2 of 3 (!) |" in render(results(growth=rows))
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.replace("\\|", "").count("|") for line in block.splitlines()}) == 1


def test_an_exponent_is_the_slope_between_the_last_two_sizes():
    "In whatever order rows come; sizes that were not measured do not count."
    rows = [grown(n, "errors", t) for n, t in ((100_000, 2.0), (1000, 9.0), (10_000, 0.2))]
    rows.append(grown(1_000_000, "errors", None))
    assert points(rows, "errors") == [(1000, 9.0), (10_000, 0.2), (100_000, 2.0)]
    assert exponent(rows, "errors") == pytest.approx(1.0)
    assert exponent(rows[:1], "errors") is None


def test_the_figure_is_a_light_picture_whose_lines_differ_without_colour():
    "Tools measured at fewer than two sizes are in neither the figure nor its text."
    picture = Image.open(io.BytesIO(draw(growing())))
    assert picture.size[0] == 800
    assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    text = alt_text(growing())
    assert "bayes.fit from 400 ms at 1,000 values to 400 ms at 10,000 (exponent 0.00)" in text
    assert "PyMC" not in text
    assert draw([grown(1000, "errors", 0.01)]) is None
    assert LINES.keys() == NAMES.keys() == growth.TOOLS.keys()
    assert len({(dashes, marker) for _, dashes, marker in LINES.values()}) == len(LINES)


@pytest.mark.parametrize(
    ("options", "name"), [("", "benchmarks"), ("--huge --only scale", "benchmarks-huge")]
)
def test_a_run_writes_its_page_and_figure_under_its_own_name(monkeypatch, tmp_path, options, name):
    "A billion values leave the page that is kept alone."
    asked = {}

    def measured(_settings, only, **more):
        asked.update(more, only=only)
        return results(growth=growing(), scale=[file_row()])

    monkeypatch.setattr(run, "measure", measured)
    assert run.main([*options.split(), "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.md", f"{name}.json", f"{name}-growth.png",
    }  # fmt: skip
    assert f"]({name}-growth.png)" in (tmp_path / f"{name}.md").read_text()
    assert asked["huge"] == ("--huge" in options)
    assert list(asked["only"]) == (["scale"] if options else list(SECTIONS))


def test_a_billion_values_are_a_row_of_their_own(monkeypatch):
    "Only when asked for; where memory cannot hold the column, reading it at once is left out."
    made = []
    monkeypatch.setattr(scale, "_at", lambda n, *_rest: made.append(n))
    scale.measure(FULL, quiet)
    scale.measure(FULL, quiet, huge=True)
    assert made == [FULL.scale, FULL.scale, scale.HUGE]


def test_a_column_that_memory_cannot_hold_is_read_in_batches_alone(monkeypatch, tmp_path):
    "And the page says so; a process that fails says why, without the machine's folders."
    monkeypatch.setattr(scale, "memory", lambda: 1e-9)
    commands = []

    def fails(command, _limit):
        commands.append(command)
        raise CallError(f"failed: cannot read {tmp_path}/heights.parquet")

    monkeypatch.setattr(scale, "weighed", fails)
    row = {"n": 1000, "note": "", "read": None, "report": None, "certificate": None}
    scale._beside(row, tmp_path / "heights.parquet", TINY, quiet)
    assert row["read"] is None
    assert row["note"].startswith("`read_table` was left out: it takes some 0 GB")
    assert row["report"]["note"] == "failed: cannot read .../heights.parquet"
    assert len(commands) == 3


def test_room_is_asked_for_more_than_a_file_takes(temporary):
    "Random doubles do not compress; the file takes eight bytes a value and a little."
    with heights_file(200_000) as path:
        assert 8 < path.stat().st_size / 200_000 < parquet.ROOM
    assert not Path(path).exists()
    assert list(temporary.iterdir()) == []
