"""The benchmarks judge by the right numbers and say what the numbers say; no time is tested."""

import json
import sys
import time
from dataclasses import asdict, replace

import numpy as np
import pytest
from benchmarks import run
from benchmarks.engine import machine, rscript
from benchmarks.engine.data import heights as drawn
from benchmarks.engine.data import loglik, stored
from benchmarks.engine.rscript import R
from benchmarks.engine.settings import FULL, QUICK, SECTIONS
from benchmarks.engine.timing import Call, CallError, call, interleave, limited
from benchmarks.engine.words import listed, short, table, taken, times
from benchmarks.fitting import cold, fits, uncertainty
from benchmarks.fitting.peers import scikit_learn
from benchmarks.fitting.tolerance import NEAR, Probe, loosest, stops
from benchmarks.size import large
from benchmarks.writing.aims import aims
from benchmarks.writing.findings import findings
from benchmarks.writing.page import render
from scipy.special import logsumexp
from scipy.stats import norm

TINY = replace(QUICK, sizes=(200,), large=3000, budget=0.2, rounds=2, refits=20, processes=1)


def quiet(_text):
    pass


# ---- what is measured ----


def test_the_heights_are_those_of_the_original_report(heights):
    "Value for value, so that the figures can be set beside those of the report."
    assert np.array_equal(drawn(1000), heights(666, 1000))


@pytest.mark.parametrize("n", [1, 1000, 150_000])
def test_the_exact_log_likelihood_is_scipys(n):
    "Also across the blocks that it is summed in."
    x = drawn(n)
    weights, means, sds = [0.3, 0.7], [160.0, 175.0], [5.0, 9.0]
    joint = norm.logpdf(x[:, None], means, sds) + np.log(weights)
    assert loglik(x, weights, means, sds) == pytest.approx(
        logsumexp(joint, axis=1).sum(), rel=1e-13
    )


def test_the_exact_log_likelihood_survives_far_values():
    "A value fifty sds away has a density of zero in doubles, and a finite logarithm."
    direct = norm.logpdf(500.0, 100.0, 8.0) + np.log(0.5)
    assert loglik(np.array([500.0]), [0.5, 0.5], [0.0, 100.0], [8.0, 8.0]) == pytest.approx(direct)


def test_calls_are_made_in_turns_and_the_first_does_not_count():
    "A B A B A B, of which the first A and B warm up."
    order = []

    def cell(name):
        def one():
            order.append(name)
            return Call(float(len(order)), name)

        return one

    found = interleave({"a": cell("a"), "b": cell("b")}, budget=1000, rounds=2)
    assert order == ["a", "b"] * 3
    assert found["a"].seconds == [3.0, 5.0]
    assert found["b"].seconds == [4.0, 6.0]
    assert found["b"].answer == "b"


def test_a_short_call_is_made_twice_in_a_turn_and_the_second_counts():
    "The first one pays for what a rest costs; a long call does not notice."
    made = []

    def short_call():
        made.append("short")
        return Call(0.1 / len(made), None)

    found = interleave({"short": short_call, "long": lambda: Call(0.3, None)}, 10, rounds=2)
    assert len(made) == 5
    assert found["short"].seconds == [0.1 / 3, 0.1 / 5]
    assert found["long"].seconds == [0.3, 0.3]


def test_a_slow_call_is_made_once_and_a_broken_one_says_why():
    "The others go on."

    def broken():
        raise CallError("it broke")

    cells = {"slow": lambda: Call(6.0, 1), "broken": broken, "fast": lambda: Call(1.0, 2)}
    found = interleave(cells, budget=10, rounds=50)
    assert (found["slow"].seconds, found["slow"].note) == ([6.0], "called once")
    assert (found["broken"].seconds, found["broken"].note) == ([], "it broke")
    assert len(found["fast"].seconds) == 9


def test_a_call_that_takes_too_long_is_broken_off():
    "And the alarm is gone afterwards."
    with pytest.raises(CallError, match="stopped after 0 s"), limited(0.05):
        time.sleep(5)
    assert call(lambda: time.sleep(0.1) or 7, limit=5).answer == 7


# ---- the loosest tolerance ----


def climber(first, rate, *, keeps_trace=False, seconds=1.0, noise=0.0):
    """A tool that converges linearly, and stops at the first change below its tolerance."""
    asked = []

    def fit(exponent, _limit):
        asked.append(exponent)
        trace = [-first]
        while len(trace) < 2 or abs(trace[-1] - trace[-2]) >= 10.0**-exponent:
            trace.append(trace[-1] * rate)
        away = -trace[-1] + noise
        behind = stops(trace, 1.0, 0, exponent) if keeps_trace else {}
        return Probe(exponent, seconds, away, None, {e: away + more for e, more in behind.items()})

    return fit, asked


@pytest.mark.parametrize("keeps_trace", [False, True])
@pytest.mark.parametrize("guess", [1, 6, 9, 16])
@pytest.mark.parametrize("rate", [0.5, 0.9, 0.99])
def test_the_search_finds_the_loosest_tolerance(rate, guess, keeps_trace):
    "Whatever it begins with: the tolerance found is near enough, and the one before is not."
    fit, asked = climber(100.0, rate, keeps_trace=keeps_trace)
    found = loosest(fit, guess, allowance=1e9)
    again, _ = climber(100.0, rate)
    assert found.closed
    assert found.best.shortfall <= NEAR < again(found.best.exponent - 1, 0).shortfall
    assert len(asked) == len(set(asked)) <= 4
    assert f"1e-{found.best.exponent - 1} " in found.note


def test_a_trace_saves_the_search_a_fit():
    "One fit at the right tolerance shows where the next looser one would have stopped."
    fit, _ = climber(100.0, 0.99)
    right = loosest(fit, 1, allowance=1e9).best.exponent
    fit, asked = climber(100.0, 0.99, keeps_trace=True)
    found = loosest(fit, right, allowance=1e9)
    assert found.closed
    assert asked == [right]
    assert "by its trace" in found.note


def test_a_search_that_runs_out_of_time_says_what_it_does_not_know():
    "A fit that is near enough counts, but is not called the loosest."
    fit, asked = climber(100.0, 0.99, seconds=10.0)
    found = loosest(fit, 12, allowance=15.0)
    assert asked == [12]
    assert found.best.exponent == 12
    assert not found.closed
    assert found.note == "1e-11 was not tried: 10 s were spent on the search"


def test_a_tool_that_never_arrives_gets_no_tolerance():
    "It is said how near it came."
    fit, _ = climber(100.0, 0.5, noise=0.25)
    found = loosest(fit, 3, allowance=1e9)
    assert found.best is None
    assert "no tolerance tried comes within 1e-6" in found.note
    assert "0.25 short" in found.note


def test_a_tool_that_breaks_gets_no_tolerance():
    "With its reason."

    def fit(_exponent, limit):
        raise CallError(f"stopped after {limit:.0f} s")

    assert loosest(fit, 5, allowance=3.0).note == "not measured: at 1e-5 it stopped after 3 s"


def test_the_trace_of_scikit_learn_tells_where_looser_tolerances_stop():
    "Checked by fitting with these tolerances, up to the last change, n times the tolerance."
    x = drawn(300)
    peer = scikit_learn(x)
    tight = peer.fit(1e-7, 60).answer
    behind = stops(tight.trace, x.size, peer.lag, 7)
    top = loglik(x, *tight[:3])
    assert set(behind) == set(range(1, 7))
    for exponent, expected in behind.items():
        direct = top - loglik(x, *peer.fit(10.0**-exponent, 60).answer[:3])
        assert direct == pytest.approx(expected, rel=1e-6, abs=x.size * 1e-7)


# ---- R ----

FAKE = """
import sys, time
for line in sys.stdin:
    fields = line.split()
    if fields[:2] == ["fit", "mclust"]:
        time.sleep(60)
    if fields[:2] == ["fit", "broken"]:
        print("error", "too many tries", sep="\\t", flush=True)
    else:
        print("ok", "0.5", "NA", "7", "0.4", sep="\\t", flush=True)
"""


@pytest.fixture
def fake_r(monkeypatch, tmp_path):
    """An R that is Python: it answers, fails, or sleeps."""
    program = tmp_path / "Rscript"
    program.write_text(f"#!{sys.executable}\n{FAKE}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    running = R()
    running.load(tmp_path / "data")
    yield running
    running.close()


def test_an_answer_of_r_is_a_time_and_numbers(fake_r):
    "NA is NaN."
    seconds, answer = fake_r.fit("mixtools", 1e-8, 20)
    assert seconds == 0.5
    assert np.array_equal(answer, [np.nan, 7.0, 0.4], equal_nan=True)


def test_an_r_that_takes_too_long_is_stopped_and_started_again(fake_r):
    "With its data."
    with pytest.raises(CallError, match="stopped after 0 s"):
        fake_r.fit("mclust", None, 0.2)
    assert fake_r.fit("mixtools", None, 20).seconds == 0.5


def test_what_r_complains_of_is_passed_on(fake_r):
    "In its own words."
    with pytest.raises(CallError, match="R failed: too many tries"):
        fake_r.fit("broken", None, 20)


def test_no_r_is_no_error(monkeypatch, tmp_path):
    "There are then no versions, and so no tools of R."
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rscript.versions() == {}


@pytest.mark.skipif("mclust" not in rscript.versions(), reason="R with mclust is not installed")
def test_mclust_answers_in_the_right_order(tmp_path):
    "Weights, means, sds: at a tight tolerance they are those of the maximum."
    x = drawn(1000)
    settings = replace(TINY, sizes=(1000,))
    rows = fits.measure(settings, ["mclust"], tmp_path, quiet)
    tight = next(r for r in rows if (r["tool"], r["setting"]) == ("mclust", "maximum"))
    assert loglik(x, tight["weights"], tight["means"], tight["sds"]) == pytest.approx(
        -3626.5518739428, abs=NEAR
    )


# ---- a whole run, tiny ----


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """All sections but the fresh processes, on a few values, without R."""
    folder = tmp_path_factory.mktemp("bench")
    return {
        "schema": run.SCHEMA,
        "settings": {**asdict(TINY), "quick": True, "only": list(SECTIONS)},
        "seed": 666,
        "machine": machine.describe({}),
        "fits": fits.measure(TINY, [], folder, quiet),
        "uncertainty": uncertainty.measure(TINY, [], folder, quiet),
        "large": large.measure(TINY, quiet),
        "load": [None, None],
        "seconds": 1.0,
    }


def test_em_is_at_the_maximum_and_scikit_learn_where_its_tolerance_puts_it(tiny):
    "The shortfall is exact: zero for em, positive by default, within 1e-6 where it was searched."
    by = {(row["tool"], row["setting"]): row for row in tiny["fits"]}
    assert set(by) == {("em", "default"), ("scikit-learn", "default"), ("scikit-learn", "maximum")}
    assert abs(by["em", "default"]["shortfall"]) < 1e-9
    assert by["em", "default"]["certificate"]["ok"]
    assert by["scikit-learn", "default"]["shortfall"] > NEAR
    assert by["scikit-learn", "maximum"]["shortfall"] <= NEAR
    assert all(row["median"] > 0 for row in by.values())


def test_every_cell_of_the_uncertainty_is_measured_and_certified(tiny):
    "The bootstrap says how many refits its interval rests on."
    rows = tiny["uncertainty"]
    assert len(rows) == 6
    assert all(row["median"] > 0 and row["certificate"]["ok"] for row in rows)
    boots = [row for row in rows if "bootstrap" in row["what"]]
    assert len(boots) == 2
    assert all(0 < row["refits"] <= TINY.refits for row in boots)
    assert all(0 <= row["interval"][0] < row["interval"][1] <= 1 for row in boots)


def test_the_page_is_made_from_what_the_json_file_holds(tiny):
    "Nothing is lost by writing it down and reading it."
    assert render(json.loads(json.dumps(tiny))) == render(tiny)


def test_a_fresh_process_is_timed_from_start_to_end(tmp_path):
    "Its largest memory comes with it where the system tells; a failing one says its last word."
    command = [
        sys.executable,
        "-c",
        cold.PYTHON["em"] + cold.MEMORY,
        str(stored(drawn(50), tmp_path)),
    ]
    made = cold._process(command, 60)
    assert made.seconds > 0
    assert made.answer is None or 10 < made.answer < 2000
    with pytest.raises(CallError, match="failed: ZeroDivisionError: division by zero"):
        cold._process([sys.executable, "-c", "1 / 0"], 60)


def test_what_is_written_names_neither_user_nor_folder(tiny):
    "The machine is described by what changes the figures."
    for text in (render(tiny), json.dumps(tiny)):
        assert "/" + "home" not in text
        assert sys.prefix not in text


def test_a_quick_run_leaves_the_page_that_is_kept_alone(monkeypatch, tmp_path, tiny, capsys):
    "It writes beside it, and says where."
    monkeypatch.setattr(run, "measure", lambda *_args, **_settings: tiny)
    (tmp_path / "benchmarks.md").write_text("kept")
    assert run.main(["--quick", "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "benchmarks.md",
        "benchmarks-quick.md",
        "benchmarks-quick.json",
    }
    assert (tmp_path / "benchmarks.md").read_text() == "kept"
    assert json.loads((tmp_path / "benchmarks-quick.json").read_text())["schema"] == run.SCHEMA
    assert capsys.readouterr().out.endswith("benchmarks-quick.md\n")
    assert run.main(["--only", "large", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "benchmarks.md").read_text() == "kept"
    assert run.main(["--out", str(tmp_path)]) == 0
    assert (tmp_path / "benchmarks.md").read_text() == render(tiny)


# ---- the page, from numbers made up ----


def row(n, tool, setting, median, shortfall, **more):
    measured = median is not None
    return {
        "n": n, "tool": tool, "setting": setting, "call": f"{tool}()", "tolerance": None,
        "seconds": [median] * 3 if measured else [], "median": median,
        "loglik": -1000.0 if measured else None, "shortfall": shortfall, "passes": None,
        "certificate": None, "note": "", **more,
    }  # fmt: skip


def certificate(ok=True):
    return {"relative_error": 3e-16, "gradient_norm": 2e-11 if ok else 0.2, "ok": ok}


@pytest.fixture
def made_up():
    """Results in which em is twice as fast as a peer's default, and 150 times at the top."""
    return {
        "schema": 1,
        "settings": {**asdict(FULL), "quick": False, "only": list(SECTIONS)},
        "seed": 666,
        "machine": {
            "cores": 2, "processor": "a processor", "memory_gb": 8.0, "system": "Linux (x86_64)",
            "python": "CPython 3.13.0", "packages": {"numpy": "2.5"}, "threads": ["openblas"],
            "r": {"R": "4.2", "mclust": "6.0", "mixtools": "2.0"},
        },
        "fits": [
            row(1000, "em", "default", 0.01, 0.0, certificate=certificate()),
            row(1000, "scikit-learn", "default", 0.02, 0.64),
            row(1000, "scikit-learn", "maximum", 1.5, 2e-7, tolerance=1e-12),
            row(1000, "mclust", "default", 0.03, 0.0),
            row(1000, "mclust", "maximum", None, None, note="it | broke"),
        ],
        "uncertainty": [
            {"n": 1000, "tool": tool, "what": what, "call": "", "seconds": [median],
             "median": median, "interval": interval, "refits": refits, "note": "",
             "certificate": certificate() if tool == "em" else None}
            for tool, what, median, interval, refits in (
                ("em", "fit and profile intervals", 0.05, [0.1, 0.7], None),
                ("em", "fit and nonparametric bootstrap, 999 refits", 0.9, [0.11, 0.8], 999),
                ("mclust", "fit and nonparametric bootstrap, 999 refits", 0.8, [0.46, 0.52], 998),
            )
        ],
        "cold": [
            {"n": 1000, "tool": "em", "seconds": [0.2], "median": 0.2, "memory": 38.0, "note": ""},
            {"n": 1000, "tool": "mclust", "seconds": [], "median": None, "memory": None,
             "note": "stopped"},
        ],
        "large": {
            "n": 10_000_000, "summaries": [0.06], "summaries_median": 0.06, "fit": [0.24],
            "fit_median": 0.24, "certify": 0.7, "certificate": certificate(), "nodes": 260,
            "error_bound": 1e-5, "converged": True,
        },
        "load": [0.1, 0.2],
        "seconds": 600.0,
    }  # fmt: skip


def test_the_findings_say_the_numbers(made_up):
    "Ratios are to em's time at the same n."
    text = findings(made_up)
    assert "At n = 1,000 `em.fit` reaches the maximum in 10.0 ms" in text
    assert "scikit-learn stops 0.64 short of it after 20.0 ms (2.00 times that)" in text
    assert "mclust reaches it after 30.0 ms (3.00 times that)" in text
    assert "takes scikit-learn 1.50 s (150 times, tolerance 1e-12)" in text
    assert "No figure for that at this n from mclust" in text
    assert "0.100 to 0.700" in text
    assert "that of mclust, whose refits stop early, gives 0.460 to 0.520 in 800 ms" in text
    assert "240 ms, 4.00 times as long as the minimum" in text
    assert "\n" not in text


def test_other_numbers_give_other_findings(made_up):
    "A fit that falls short, fails its certificate, or is beaten is reported as such."
    own, default = made_up["fits"][0], made_up["fits"][1]
    own |= {"shortfall": 0.5, "certificate": certificate(ok=False)}
    default["shortfall"] = -0.25
    made_up["uncertainty"][2]["interval"] = [0.12, 0.75]
    text = findings(made_up)
    assert "`em.fit` takes 10.0 ms and ends 0.50 below the maximum" in text
    assert "without passing its own certificate" in text
    assert "scikit-learn ends 0.25 ABOVE what em holds to be the maximum" in text
    assert "stop early" not in text


def test_the_aims_are_met_or_missed_by_the_numbers(made_up):
    "What was not measured is neither."
    verdicts = [aim.met for aim in aims(made_up)]
    assert verdicts == [True, None, True, True, False, True, True]
    made_up["fits"][2]["median"] = 0.9
    made_up["fits"][1]["median"] = 0.005
    made_up["fits"][0]["certificate"] = certificate(ok=False)
    made_up["uncertainty"][2]["median"] = 1.0
    made_up["large"] |= {"fit_median": 0.6, "certificate": certificate(ok=False)}
    verdicts = [aim.met for aim in aims(made_up)]
    assert verdicts == [False, None, False, False, True, False, False]
    assert aims(made_up)[-1].measured == "in 2 of 3"
    made_up["large"]["n"] = 1_000_000
    assert aims(made_up)[-2].met is None


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, "R was not found, so mclust and mixtools are not measured"),
        ({"R": "4.2"}, "R is here without mclust and mixtools, which are not measured"),
        ({"R": "4.2", "mclust": "6.0"}, "R is here without mixtools, which is not measured"),
        ({"R": "4.2", "mclust": "6.0", "mixtools": "2.0"}, None),
    ],
)
def test_a_missing_r_is_said(made_up, there, said):
    "Or which of its packages is missing; nothing if all are there."
    made_up["machine"]["r"] = there
    page = render(made_up)
    assert ("(Debian and Ubuntu" in page) == (said is not None)
    assert said is None or said in page


def test_a_cell_that_was_not_measured_is_empty_and_says_why(made_up):
    "And its reason does not break the table."
    line = next(
        line for line in render(made_up).splitlines() if line.startswith("| mclust | reaches")
    )
    assert line == "| mclust | reaches the maximum |  |  |  |  |  |  |  | it \\| broke |"


def test_every_table_of_the_page_has_rows_of_one_length(made_up):
    "A page that a code-hosting site can show."
    lines = [line for line in render(made_up).splitlines() if line.startswith("|")]
    blocks = {}
    for line in lines:
        blocks.setdefault(line.replace("\\|", "").count("|"), []).append(line)
    assert sum(line.startswith(("| ---", "| --:")) for line in lines) == 5
    assert set(blocks) == {4, 5, 8, 10, 11}


def test_a_busy_machine_and_a_quick_run_are_said_above_the_tables(made_up):
    "They are no figures to cite."
    assert "busy" not in render(made_up)
    assert "quick" not in render(made_up)
    made_up["load"][0] = 1.7
    made_up["settings"]["quick"] = True
    page = render(made_up)
    assert page.index("The machine was busy") < page.index("| aim |")
    assert page.index("A quick run") < page.index("| aim |")


def test_sections_that_were_not_asked_for_are_left_out(made_up):
    "The rest of the page stands."
    for name in ("fits", "uncertainty", "cold"):
        del made_up[name]
    page = render(made_up)
    assert "## Large samples" in page
    assert "## One fit" not in page
    assert "scikit-learn where" not in page


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (2.5e-5, "25.0 µs"), (0.0071, "7.10 ms"), (0.25, "250 ms"), (64.2, "64.2 s")],
)
def test_times_have_three_digits_and_a_unit(seconds, text):
    "So that columns can be read at a glance."
    assert taken(seconds) == text


def test_numbers_in_words():
    "Shortfalls below rounding are nil; small ones are powers; lists end in `and`."
    assert [short(v) for v in (None, 3e-10, -2e-9, 1.54e-7, 0.64, 84.12, 872.3, -0.25)] == [
        "", "0", "0", "1.5e-7", "0.64", "84.1", "872", "-0.25",
    ]  # fmt: skip
    assert [times(v) for v in (None, 0.283, 27.12, 12345.6)] == ["", "0.28", "27.1", "12,346"]
    assert [listed(v) for v in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
    assert table(["a", "b"], [["1", "x|y"]], [0]) == "| a | b |\n| --: | --- |\n| 1 | x\\|y |"
