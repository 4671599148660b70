"""The benchmark of the samplers runs each as it says, judges the draws, and says what they say."""

import json
import math
import sys
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks import run
from benchmarks.engine import machine, rscript
from benchmarks.engine.data import heights as drawn
from benchmarks.engine.data import stored
from benchmarks.engine.process import fresh
from benchmarks.engine.settings import QUICK
from benchmarks.engine.timing import Call, CallError
from benchmarks.engine.words import ranged, taken
from benchmarks.sampling import sampler, turns
from benchmarks.sampling.moments import PARAMETERS, bound, distances, judge
from benchmarks.sampling.page import sentences
from benchmarks.sampling.rates import BASES, rate, ratios, spread
from benchmarks.sampling.textbook import textbook
from benchmarks.writing.aims import aims
from benchmarks.writing.findings import findings
from benchmarks.writing.page import render
from handmade import posterior
from pytensor.compile.mode import Mode
from scipy.special import logsumexp
from scipy.stats import dirichlet, lognorm, norm

import bayes

PRIORS = {
    "concentration": 2.0, "centre": 171.0, "spread": 14.0, "log_median": 1.5, "log_spread": 1.0,
    "floor": 0.0,
}  # fmt: skip
CENTRES = {"weights": [0.4, 0.6], "means": [164.0, 176.0], "sds": [6.0, 8.0]}
TINY = replace(QUICK, sizes=(1000,), warm=2, shorten=1)


def quiet(_text):
    pass


def independent(seed, n_draws=500, shift=0.0):
    """Draws of a posterior that is normal around `CENTRES`, four independent chains."""
    rng = np.random.default_rng(seed)
    first = 0.4 + 0.05 * rng.normal(size=(4, n_draws))
    spread = rng.normal(size=(2, 4, n_draws, 2))
    return {
        "weights": np.stack([first, 1.0 - first], axis=-1),
        "means": np.array(CENTRES["means"]) + spread[0] + shift,
        "sds": np.array(CENTRES["sds"]) + 0.3 * spread[1],
    }


# ---- what draws are worth ----


def test_independent_draws_are_worth_as_many_as_they_are():
    "With errors of the mean and the sd as the textbook has them for independent normal draws."
    found = judge(**independent(1, 1000))
    assert found["draws"] == 4000
    assert 3000 < found["ess"] < 5000
    assert found["rhat"] < 1.005
    for parameter, centre in (("weights[0]", 0.4), ("means[0]", 164.0), ("sds[1]", 8.0)):
        estimate = found["estimates"][parameter]
        assert abs(estimate["mean"] - centre) < 5 * estimate["mean_error"]
        assert estimate["mean_error"] == pytest.approx(estimate["sd"] / math.sqrt(4000), rel=0.1)
        assert estimate["sd_error"] == pytest.approx(estimate["sd"] / math.sqrt(8000), rel=0.1)


def test_chains_that_stick_are_worth_little():
    "Each draw five times in a row: a fifth of the effective draws."
    free = independent(2, 400)
    slow = {name: np.repeat(value, 5, axis=1) for name, value in free.items()}
    assert judge(**slow)["ess"] == pytest.approx(judge(**free)["ess"], rel=0.25)


def test_draws_are_judged_in_order_of_mean():
    "Whichever way a tool numbers its components, from draw to draw."
    draws = independent(3)
    swapped = {name: value.copy() for name, value in draws.items()}
    for value in swapped.values():
        value[:, ::3] = value[:, ::3, ::-1]
    assert judge(**swapped) == judge(**draws)


def test_the_same_posterior_lies_within_the_bound_and_another_does_not():
    "The other one has a mean that is off by a tenth of its sd."
    reference = judge(**independent(4, 10_000))["estimates"]
    same = [judge(**independent(seed))["estimates"] for seed in (5, 6, 7, 8)]
    off = [judge(**independent(seed, shift=0.1))["estimates"] for seed in (5, 6, 7, 8)]
    limit = bound(2 * len(PARAMETERS))
    away = distances(same, reference)
    assert set(away) == set(PARAMETERS)
    assert max(abs(d) for both in away.values() for d in both.values()) < limit
    assert distances(off, reference)["means[0]"]["mean"] > limit


def test_averages_over_runs_are_known_better_than_runs():
    "Four runs at the same distance are twice as many standard errors away, the reference exact."
    exact = {p: {"mean": 0.0, "sd": 1.0, "mean_error": 0.0, "sd_error": 0.0} for p in PARAMETERS}
    one = {p: {"mean": 0.3, "sd": 1.0, "mean_error": 0.1, "sd_error": 0.1} for p in PARAMETERS}
    assert distances([one], exact)["sds[0]"] == pytest.approx({"mean": 3.0, "sd": 0.0})
    assert distances([one] * 4, exact)["sds[0]"] == pytest.approx({"mean": 6.0, "sd": 0.0})


@pytest.mark.parametrize("m", [1, 10, 50])
def test_all_of_so_many_normal_numbers_are_within_the_bound_in_999_of_1000_cases(m):
    "Independent ones; for a single one it is the familiar 3.29."
    inside = 1.0 - 2.0 * norm.sf(bound(m))
    assert inside**m == pytest.approx(0.999, abs=1e-9)
    assert m > 1 or bound(m) == pytest.approx(3.2905, abs=1e-4)


# ---- the samplers ----


def test_the_textbook_model_is_the_mixture_with_the_same_priors():
    "Its log-density is that of SciPy's distributions, at a few points; its means are ordered."
    x = drawn(50)
    model = textbook(x, PRIORS)
    density = model.compile_logp(jacobian=False, mode=Mode("py", "fast_compile"))
    start = model.initial_point()
    inputs = {variable.name: variable for variable in model.value_vars}
    assert sorted(inputs) == ["means_ordered__", "sds_log__", "weights_simplex__"]
    at_start = np.sort(x.mean() + x.std() * np.array([-1.0, 1.0]))
    for log_ratio, gap, log_sds in ((0.0, 0.0, (1.5, 1.6)), (0.7, -0.4, (1.9, 1.2))):
        first = start["means_ordered__"][0]
        point = {
            "weights_simplex__": np.array([log_ratio]),
            "means_ordered__": np.array([first, start["means_ordered__"][1] + gap]),
            "sds_log__": np.array(log_sds),
        }
        raw = np.exp([log_ratio, -log_ratio])
        weights, sds = raw / raw.sum(), np.exp(log_sds)
        means = np.array([first, first + np.exp(point["means_ordered__"][1])])
        assert gap != 0.0 or means == pytest.approx(at_start)
        joint = norm.logpdf(x[:, None], means, sds) + np.log(weights)
        expected = (
            logsumexp(joint, axis=1).sum()
            + dirichlet.logpdf(weights, [2.0, 2.0])
            + norm.logpdf(means, 171.0, 14.0).sum()
            + lognorm.logpdf(sds, 1.0, scale=np.exp(1.5)).sum()
        )
        # PyTensor holds some of the constants in single precision.
        assert density(point) == pytest.approx(expected, rel=1e-8)


def test_a_process_leaves_its_draws_and_the_times_of_its_stages(tmp_path, capsys, monkeypatch):
    "`bayes.fit` on nodes, at its defaults, from the fit by EM."
    asked = []

    def pretend(sample, k, *, start, seed):
        asked.append((sample.bins is not None, sample.n, k, start.data is sample, seed))
        return posterior(sample, start.mixture, draws=250)

    monkeypatch.setattr(bayes, "fit", pretend)
    data, out = stored(drawn(300), tmp_path), tmp_path / "draws.npz"
    line = ["nodes", str(data), str(out), "--priors", json.dumps(PRIORS), "--seed", "3"]
    assert sampler.main(line) == 0
    assert asked == [(True, 300, 2, True, 3)]
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert list(told["seconds"]) == ["import", "build", "sample"]
    assert told["seconds"]["import"] > 0
    assert told["seconds"]["sample"] == 0.2
    assert told["divergences"] == 0
    draws = dict(np.load(out))
    assert {name: value.shape for name, value in draws.items()} == dict.fromkeys(
        ("weights", "means", "sds"), (4, 250, 2)
    )
    assert judge(**draws)["ess"] > 400


def test_a_process_gets_the_variables_that_it_is_given(monkeypatch):
    "Besides those that are there."
    monkeypatch.setenv("THERE", "1")
    code = "import os; print(os.environ['THERE'], os.environ['GIVEN'])"
    assert fresh([sys.executable, "-c", code], 60, {"GIVEN": "2"}).answer == "1 2\n"


def pretend_processes(patch):
    """Run no process: each leaves draws at once, and PyMC breaks when warm."""
    calls = []

    def pretend(command, _limit, variables):
        key, _, out = command[3:6]
        options = dict(zip(command[6::2], command[7::2], strict=True))
        seed = int(options["--seed"])
        caches = Path(variables["NUMBA_CACHE_DIR"]).parent
        calls.append((key, seed, caches.name, any(caches.iterdir())))
        (caches / "machine code").touch()
        if key == "pymc" and calls[-1][3]:
            raise CallError("failed: it broke")
        np.savez(out, **independent(seed, 10_000 if key == "reference" else 500))
        told = {
            "seconds": {"import": 1.0, "build": 2.0, "sample": 0.5}, "divergences": 0, "note": "",
        }  # fmt: skip
        return Call(4.0, f"a word\n{json.dumps(told)}\n")

    patch.setattr(turns, "fresh", pretend)
    return calls


@pytest.fixture
def pretended(monkeypatch):
    return pretend_processes(monkeypatch)


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    """What the section measures of such processes, and the calls of these."""
    with pytest.MonkeyPatch.context() as patch:
        calls = pretend_processes(patch)
        return turns.measure(TINY, tmp_path_factory.mktemp("samplers"), quiet), calls


def test_samplers_take_turns_cold_and_then_warm(section):
    "Each with a cache of its own, empty at first, and with another seed each time."
    results, pretended = section
    ours, peers = ["values", "nodes"], ["pymc", "nutpie"]
    assert [call[0] for call in pretended] == [
        *ours, *peers, *ours, *peers, *ours, "nutpie", "reference", "nodes",
    ]  # fmt: skip
    for key in (*ours, *peers):
        mine = [call for call in pretended if call[0] == key]
        assert {call[2] for call in mine} == {f"caches-{key}"}
        assert [call[3] for call in mine] == [False] + [True] * (len(mine) - 1)
    seeds = [call[1] for call in pretended[:-1]]
    assert len(set(seeds)) == len(seeds)
    by = {row["key"]: row for row in results["rows"]}
    assert [len(by[key]["cold"]) for key in by] == [1, 1, 1, 1]
    assert [len(by[key]["warm"]) for key in by] == [2, 2, 0, 2]
    assert by["pymc"]["note"] == "failed: it broke"
    assert results["agreement"]["comparisons"] == 40
    assert results["agreement"]["ok"]
    assert results["large"]["n"] == 1000
    assert results["notes"] == []


def test_priors_are_given_to_every_sampler_as_bayes_has_them(section):
    "They follow from the mean and the sd of the heights."
    results, _ = section
    x = drawn(1000)
    assert results["priors"] == pytest.approx(
        {
            "concentration": 2.0, "centre": x.mean(), "spread": 1.5 * x.std(),
            "log_median": math.log(x.std() / 2), "log_spread": 1.0, "floor": 0.0,
        }
    )  # fmt: skip


def test_a_reference_that_breaks_leaves_the_rest(monkeypatch, tmp_path):
    "The page then says what is not known."

    def broken(command, _limit, _variables):
        if command[3] in {"reference", "nutpie"}:
            raise CallError("stopped after 900 s")
        np.savez(command[5], **independent(1))
        return Call(1.0, '{"seconds": {"build": 1, "sample": 1}, "divergences": 0, "note": ""}')

    monkeypatch.setattr(turns, "fresh", broken)
    results = turns.measure(replace(TINY, warm=1), tmp_path, quiet)
    assert results["agreement"] is None
    assert results["notes"] == ["the reference run stopped after 900 s"]
    assert "Whether the posteriors are the same was not measured" in sentences(results)
    assert results["rows"][3]["note"] == "stopped after 900 s"


def test_draws_of_r_are_read_in_their_order(tmp_path):
    "R writes draws by chains by parameters, the first index fastest."
    draws = independent(9, 50)
    whole = np.concatenate([draws["weights"], draws["means"], draws["sds"]], axis=-1)
    whole.transpose(1, 0, 2).ravel(order="F").tofile(tmp_path / "draws")
    found = turns._from_r(tmp_path / "draws")
    assert all(np.array_equal(found[name], draws[name]) for name in draws)


@pytest.mark.slow
@pytest.mark.skipif("rstan" not in rscript.versions(), reason="R with rstan is not installed")
def test_rstan_samples_the_same_model(tmp_path):
    "The posterior means of the heights are those that bayes finds, to a quarter of their sds."
    x = drawn(1000)
    priors = {**PRIORS, "centre": x.mean(), "spread": 1.5 * x.std(), "log_median": np.log(4.6)}
    priors = {name: float(value) for name, value in priors.items()}
    found = turns.Processes(tmp_path, 2, priors).run("rstan", stored(x, tmp_path), 1)
    expected = {"weights[0]": 0.40, "means[0]": 164.2, "means[1]": 176.0, "sds[0]": 5.6}
    for parameter, mean in expected.items():
        estimate = found["estimates"][parameter]
        assert abs(estimate["mean"] - mean) < 0.25 * estimate["sd"]


# ---- words ----


def test_a_rate_is_effective_draws_by_the_seconds_of_its_basis():
    "Ratios are taken round by round, and stand as their median and range."
    own = {"ess": 1200.0, "build": 0.2, "sample": 0.4, "whole": 3.0}
    peer = {"ess": 600.0, "build": 2.0, "sample": 4.0, "whole": 8.0}
    assert [rate(own, basis) for basis in BASES] == pytest.approx([3000, 2000, 400])
    rows = (
        {"warm": [own, own, own], "cold": [own]},
        {"warm": [peer, {**peer, "sample": 2.0}], "cold": []},
    )
    assert ratios(*rows, "warm", "sample") == pytest.approx((15.0, 10.0, 20.0))
    assert ratios(*rows, "cold", "sample") is None
    assert ratios(rows[0], None, "warm", "sample") is None


def test_a_median_stands_with_its_range():
    "But a single number alone."
    assert ranged(spread([0.3, 0.1, 0.2]), taken) == "200 ms (100 ms to 300 ms)"
    assert ranged(spread([0.3]), taken) == "300 ms"
    assert spread([]) is None


@pytest.fixture
def page_of(section):
    """Results of a run of this section alone, from pretended samplers."""
    measured = deepcopy(section[0])
    by = {row["key"]: row for row in measured["rows"]}
    by["pymc"]["warm"], by["pymc"]["note"] = by["nutpie"]["warm"], ""
    for key, ess in (("values", 1000.0), ("nodes", 2500.0), ("pymc", 50.0), ("nutpie", 500.0)):
        for start in ("cold", "warm"):
            by[key][start] = [{**one, "ess": ess} for one in by[key][start]]
    return {
        "schema": run.SCHEMA, "settings": {**asdict(TINY), "quick": False, "only": ["sampling"]},
        "seed": 666, "machine": machine.describe({"R": "4.2"}), "sampling": measured,
        "load": [None, None], "seconds": 1.0,
    }  # fmt: skip


def test_the_page_says_what_the_samplers_did(page_of):
    "In tables of which every row has as many cells as its head, and from the JSON file alone."
    page = render(json.loads(json.dumps(page_of)))
    assert page == render(page_of)
    section = page[page.index("## Samplers") : page.index("## Machine")]
    cells = [line.count("|") for line in section.splitlines() if line.startswith("|")]
    tables = [[12] * 10, [6] * 10, [7] * 10, [7] * 12]
    assert cells == [number for one in tables for number in one]
    assert "rstan is not measured: R is here without it" in section
    assert "| bayes, all values | PyMC | warm | 20.0 | 20.0 | 20.0 |" in section
    assert "(!)" not in section.partition("\n\n- ")[2]


def test_the_aims_of_the_samplers_are_met_or_missed_by_the_numbers(page_of):
    "Twenty times PyMC's sampler, twice nutpie, one posterior."
    on_values, on_nodes, same = aims(page_of)
    assert (on_values.measured, on_values.met) == ("20.0 times and 2.00 times", True)
    assert (on_nodes.measured, on_nodes.met) == ("50.0 times and 5.00 times", True)
    assert same.met
    results = page_of["sampling"]
    results["rows"][2]["warm"] = [{**one, "ess": 60.0} for one in results["rows"][2]["warm"]]
    results["agreement"]["ok"] = False
    results["rows"][1]["warm"] = []
    assert [aim.met for aim in aims(page_of)] == [False, None, False]
    assert "not all the same posterior" in render(page_of)
    results["shorten"] = 4
    assert [aim.met for aim in aims(page_of)[:2]] == [None, None]


def test_the_findings_name_each_sampler_and_the_distance(page_of):
    "Sampling alone first, and then the whole process."
    text = findings(page_of)
    assert "At n = 1,000 `bayes.fit` on all values gives 2,000 effective draws per second" in text
    assert (
        "20.0 times PyMC's own sampler (20.0 times by the whole process, 20.0 times cold)" in text
    )
    assert "2.00 times nutpie on the textbook model" in text
    assert "`bayes.fit` on nodes gives 5,000 effective draws" in text
    assert "The largest of 40 distances" in text


def test_chains_that_disagree_are_marked_and_remarks_are_told(page_of):
    "A sampler that broke says why in its row."
    rows = page_of["sampling"]["rows"]
    rows[3]["warm"][0] = {**rows[3]["warm"][0], "rhat": 1.034, "remark": "The chains ran again."}
    rows[2] |= {"warm": [], "note": "failed: out | of memory"}
    page = render(page_of)
    assert "| 1.034 (!) | 0 | 2 | The chains ran again. |" in page
    assert "| PyMC |  |  |  |  |  |  |  |  |  | failed: out \\| of memory |" in page
    assert "| bayes, all values | PyMC | warm" not in page
