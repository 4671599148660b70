"""The benchmark of the search judges by a rule and references of its own, and counts misses."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from benchmarks import run
from benchmarks.engine.data import loglik
from benchmarks.engine.settings import FULL, QUICK, SECTIONS
from benchmarks.searching import climber, reference, search
from benchmarks.searching.climber import climb
from benchmarks.searching.reference import Reference, is_top, load
from benchmarks.searching.rule import broken, room
from benchmarks.searching.samples import EACH, KINDS, SIZES, Drawn, design, draw, every
from benchmarks.searching.search import TOLERANCE, judge, measure
from benchmarks.searching.starts import TRUTHS, at_the_truth, random_starts
from benchmarks.writing.aims import aims
from benchmarks.writing.findings import findings
from benchmarks.writing.page import render
from scipy.optimize import brentq
from scipy.stats import poisson

import em


def quiet(_text):
    pass


@pytest.fixture(scope="module")
def references():
    return load()


# ---- the samples ----


def test_a_sample_is_the_same_whoever_draws_it():
    "Alone, after others, and from one version to the next: figures are about these very values."
    first = draw(3, "skewed", 7).values
    draw(2, "fewer", 0)
    assert np.array_equal(draw(3, "skewed", 7).values, first)
    assert draw(2, "overlapping", 0).values[:2] == pytest.approx(
        [18.54519836, 19.82987389], rel=1e-9
    )


@pytest.mark.parametrize("kind", KINDS)
def test_samples_have_the_sizes_that_are_published(kind):
    "No group has fewer than five values, and what is called rounded is, nothing else."
    low, high = KINDS[kind].sizes
    for k in SIZES:
        for i in range(EACH):
            drawn = draw(k, kind, i)
            assert low <= drawn.values.size == drawn.groups.size <= high
            assert np.bincount(drawn.groups).min() >= 5
            tied = np.unique(drawn.values).size < drawn.values.size
            assert tied == (kind == "rounded") == (drawn.step > 0)
            if tied:
                steps = drawn.values / drawn.step
                assert np.abs(steps - np.rint(steps)).max() < 1e-9


def test_there_are_300_samples_for_each_number_of_components():
    "Of which the design tells the kinds."
    assert len(KINDS) * EACH == 300
    assert len({one.name for one in every()}) == 900
    assert [line.split(" | ")[0] for line in design().splitlines()[2:]] == [
        f"| {kind}" for kind in KINDS
    ]


# ---- the rule ----

GRID = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [10, 20, 30, 20, 15, 5])


@pytest.mark.parametrize(("factor", "names"), [(1 + 1e-9, ()), (1 - 1e-9, ("resolution",))])
def test_no_sd_is_below_what_a_grid_can_show(factor, names):
    "A grid of step h carries no density above 1/h, that of an sd of h over root 2 pi."
    sd = factor / math.sqrt(2.0 * math.pi)
    assert 1.0 / (sd * math.sqrt(2.0 * math.pi)) == pytest.approx(1.0)
    assert broken(GRID, 1.0, [0.5, 0.5], [1.5, 3.5], [sd, 1.0]) == names
    assert broken(GRID, 0.0, [0.5, 0.5], [1.5, 3.5], [sd, 1.0]) == ()


def test_a_component_on_one_recorded_value_is_a_point():
    "Three hundred zeros among a thousand values, whatever the grid; a group around them is none."
    rng = np.random.default_rng(1)
    x = np.concatenate([np.zeros(300), rng.normal(30.0, 2.0, 700)])
    assert broken(x, 0.0, [0.3, 0.7], [0.0, 30.0], [0.01, 2.0]) == ("points",)
    spread = np.concatenate([rng.normal(0.0, 1.0, 300), rng.normal(30.0, 2.0, 700)])
    assert broken(spread, 0.0, [0.3, 0.7], [0.0, 30.0], [1.0, 2.0]) == ()


def test_half_of_a_component_on_one_value_is_too_much():
    "Less is allowed: of two far groups the shares on a value are those of the counts."
    x = np.array([0.0] * 5 + [1.0] * 3 + [2.0] * 2 + [1000.0, 1001.0, 1002.0, 1003.0] * 3)
    at = [10 / 22, 12 / 22], [1.0, 1001.5], [0.8, 1.1]
    assert room(x, 0.0, *at)["points"] == 0.0
    assert broken(x, 0.0, *at) == ("points",)
    assert broken(x[1:], 0.0, *at) == ()


def test_a_clump_that_chance_leaves_is_no_group_and_a_full_one_is():
    "Four of a thousand normal values within 1e-4 are chance; two hundred of them are a group."
    x = np.random.default_rng(0).normal(size=1000)
    for count, names in ((4, ("chance",)), (200, ())):
        x[:count] = 0.5 + np.linspace(-1e-4, 1e-4, count)
        weight = count / 1000
        at = [weight, 1 - weight], [0.5, 0.0], [x[:count].std(), 1.0]
        assert broken(x, 0.0, *at) == names


def test_the_number_of_clumps_is_that_of_poisson():
    "Room is the log of a thousandth over n times the probability, here of SciPy."
    n, count, sd = 1000, 12, 0.01
    lam = (n - count) / math.sqrt(2 * math.pi) * math.exp(-0.5 * 0.3**2) * sd * math.sqrt(12.0)
    weight = (count + math.ceil(lam) - lam) / n  # so that the number of events is whole
    other = 1.0 - weight
    lam *= other / ((n - count) / n)
    events = n * weight + lam - 1.0
    x = np.random.default_rng(0).normal(size=n)
    found = room(x, 0.0, [weight, other], [0.3, 0.0], [sd, 1.0])["chance"]
    between = np.interp(
        events,
        [math.floor(events), math.ceil(events)],
        poisson.logpmf([math.floor(events), math.ceil(events)], lam),
    )
    assert found == pytest.approx(math.log(1e-3) - math.log(n) - between, abs=0.05)


def test_less_than_one_and_a_half_values_are_no_group():
    "However wide the component."
    x = np.random.default_rng(0).normal(size=200)
    for held, names in ((1.49, ("count",)), (1.51, ())):
        at = [held / 200, 1 - held / 200], [0.0, 0.1], [1.0, 1.0]
        assert "count" in names or room(x, 0.0, *at)["count"] > 0
        assert ("count" in broken(x, 0.0, *at)) == bool(names)


@pytest.mark.parametrize("unit", [1e-6, 3.0, 1e5])
def test_the_rule_knows_no_unit(unit):
    "Neither scale nor origin changes how far inside a mixture is."
    drawn = draw(3, "rounded", 1)
    spread = drawn.values.std()
    at = np.array([0.3, 0.3, 0.4]), np.quantile(drawn.values, [0.2, 0.5, 0.9]), np.full(3, spread)
    at[2][0] *= 0.05
    moved = at[0], unit * (at[1] + 7.0), unit * at[2]
    here = room(drawn.values, drawn.step, *at)
    assert room(unit * (drawn.values + 7.0), unit * drawn.step, *moved) == pytest.approx(
        here, rel=1e-6
    )
    assert here["chance"] < math.inf


# ---- the references ----


def test_every_reference_is_of_its_sample_and_keeps_the_rule(references):
    "In log-likelihood, to the last digit that is kept, and in every inequality."
    assert set(references) == {drawn.name for drawn in every()}
    for drawn in every():
        best = references[drawn.name]
        if best.loglik is None:
            continue
        at = best.weights, best.means, best.sds
        assert loglik(drawn.values, *at) == pytest.approx(best.loglik, abs=1e-6)
        assert broken(drawn.values, drawn.step, *at) == ()
        assert len(best.weights) == drawn.k
        few = drawn.values.size <= 1000
        assert best.tried["random"] in ({1200} if few else {300, 600, 900, 1200})
        assert best.tried["truth"] == TRUTHS
        assert sum(best.ended.values()) > 0


@pytest.mark.parametrize("k", SIZES)
def test_references_are_maxima_and_what_is_moved_is_none(references, k):
    "By finite differences, on one sample of each kind."
    for kind in KINDS:
        drawn = draw(k, kind, 3)
        best = references[drawn.name]
        w, m, s = (np.array(one) for one in (best.weights, best.means, best.sds))
        assert is_top(drawn.values, w, m, s)
        assert not is_top(drawn.values, w, m, s * np.linspace(1.0, 1.02, k))


def test_a_saddle_is_no_maximum():
    "Two equal components at the moments of the sample: the slope is nil, and the way up bends."
    x = np.concatenate([np.arange(20.0), 100.0 + np.arange(20.0)])
    same = np.full(2, x.mean()), np.full(2, x.std())
    assert not is_top(x, np.array([0.5, 0.5]), *same)


@pytest.fixture
def interpreted(monkeypatch):
    """The climber without its machine code, which takes twenty seconds to make."""
    for name in ("_em_pass", "_bent", "_factor", "_solved", "_climb", "_in_units", "_length"):
        monkeypatch.setattr(climber, name, getattr(climber, name).py_func)
    monkeypatch.setattr(climber, "_moved", climber._moved.py_func)
    monkeypatch.setattr(climber, "EM_PASSES", 10)


FEW = Drawn(
    2, "few", 0, np.r_[np.arange(12) ** 1.1, 40 + np.arange(10.0)], np.repeat([0, 1], (12, 10)), 0.0
)


@pytest.mark.usefixtures("interpreted")
def test_a_climb_ends_at_a_maximum_above_its_start():
    "From a random start of every recipe, unless it is given up."
    x = np.sort((FEW.values - FEW.values.mean()) / FEW.values.std())
    starts = random_starts(x, 2, np.random.default_rng(0))
    assert len(starts) == 300
    ended = 0
    for start in starts[::50]:
        end = climb(x, np.ones(x.size), start)
        if math.isnan(end.loglik) or end.sds.min() < 1e-4:
            continue
        ended += 1
        assert end.loglik == pytest.approx(
            loglik(x, *end[1:]) + 0.5 * x.size * math.log(2 * math.pi), abs=1e-9
        )
        assert loglik(x, *end[1:]) > loglik(x, *start)
        assert is_top(x, *end[1:])
    assert ended >= 4


def test_starts_at_the_truth_have_the_moments_of_the_groups():
    "The first of them; where groups are too many or too few, all values are still shared out."
    drawn = draw(2, "separated", 0)
    w, m, _ = at_the_truth(drawn.values, drawn.groups, 2, np.random.default_rng(0))[0]
    parts = [drawn.values[drawn.groups == one] for one in (0, 1)]
    assert w.tolist() == [part.size / drawn.values.size for part in parts]
    assert m == pytest.approx([part.mean() for part in parts])
    for k in (1, 3, 4):
        for w, m, _ in at_the_truth(drawn.values, drawn.groups, k, np.random.default_rng(0))[:1]:
            assert w.size == k
            assert w @ m == pytest.approx(drawn.values.mean())


@pytest.mark.study
def test_the_references_can_be_computed_again(monkeypatch, tmp_path, references):
    "To the same figures."
    names = [("rounded", 0), ("outlying", 10)]
    monkeypatch.setattr(reference, "every", lambda: [draw(2, *one) for one in names])
    path = tmp_path / "search.json"
    assert reference.main(["--out", str(path)]) == 0
    found = load(path)
    assert len(found) == 2
    for name, again in found.items():
        kept = references[name]
        assert again.loglik == pytest.approx(kept.loglik, abs=1e-6)
        assert again.means == pytest.approx(kept.means, rel=1e-5)
        assert again.tried == kept.tried


@pytest.mark.usefixtures("interpreted")
def test_a_reference_is_found_once(monkeypatch, tmp_path, capsys):
    "Where EM has the highest maximum; what was computed before a run was broken off is kept."
    monkeypatch.setattr(reference, "every", lambda: [FEW])
    monkeypatch.setattr(reference, "KINDS", ["few"])
    monkeypatch.setattr(reference, "random_starts", lambda *of: random_starts(*of)[::150])
    monkeypatch.setattr(reference, "at_the_truth", lambda *of: at_the_truth(*of)[:2])
    path = tmp_path / "search.json"
    assert reference.main(["--out", str(path)]) == 0
    found = load(path)
    (one,) = found.values()
    top = em.fit(FEW.values, 2)
    assert one.loglik == pytest.approx(top.loglik, abs=1e-6)
    assert one.means == pytest.approx(top.mixture.means, rel=1e-5)
    assert one.tried == {"truth": 2, "scikit-learn": 1, "random": 8}
    assert one.ended["truth"] == 2
    monkeypatch.setattr(reference, "reference", None)
    assert reference.main(["--out", str(path)]) == 0
    assert load(path) == found
    assert capsys.readouterr().err.count("\n") == 1


# ---- the verdict ----


@pytest.fixture(scope="module")
def hard(references):
    """A sample whose likelihood has a top on either side, and the mixture at the higher one."""
    drawn = draw(2, "outlying", 10)
    best = references[drawn.name]
    return drawn, best, em.Mixture(best.weights, best.means, best.sds)


def below(x, mixture, by):
    """A mixture whose log-likelihood is lower by so much: the same with wider sds."""
    at = mixture.parameters
    top = loglik(x, *at)

    def gap(factor):
        return top - loglik(x, at.weights, at.means, factor * at.sds) - by

    return em.Mixture(at.weights, at.means, brentq(gap, 1.0, 2.0, xtol=1e-14) * at.sds)


@pytest.mark.parametrize(
    ("by", "apart"), [(0.0, False), (0.99 * TOLERANCE, False), (1.01 * TOLERANCE, True)]
)
def test_who_is_lower_by_more_than_the_tolerance_misses(hard, by, apart):
    "And who is higher by more than that is told to be; nothing else is."
    drawn, best, mixture = hard
    lower = below(drawn.values, mixture, by) if by else mixture
    found = judge(drawn, best, lower, em.Status.CONVERGED)
    assert (found.missed, found.higher, found.why) == (apart, False, "")
    assert found.short == pytest.approx(by, abs=1e-7)
    w, m, s = lower.parameters
    worse = best._replace(loglik=loglik(drawn.values, w, m, s), weights=w, means=m, sds=s)
    found = judge(drawn, worse, mixture, em.Status.CONVERGED)
    assert (found.missed, found.higher, found.why) == (False, apart, "")


def test_what_is_not_converged_or_breaks_the_rule_misses_however_high(hard):
    "A spike on one value has a higher likelihood than any group."
    drawn, best, mixture = hard
    assert judge(drawn, best, mixture, em.Status.MAX_ITER).why == "MAX_ITER"
    assert judge(drawn, best, mixture, em.Status.MAX_ITER).missed
    x = np.sort(drawn.values)
    rare = 1.0 / x.size
    spike = em.Mixture([rare, 1.0 - rare], [x[9], x.mean()], [1e-30 * x.std(), x.std()])
    assert loglik(x, *spike.parameters) > best.loglik
    found = judge(drawn, best, spike, em.Status.CONVERGED)
    assert found == (True, False, None, "breaks points and count and chance")


def test_where_there_is_no_reference_an_answer_is_higher_and_none_is_right(hard):
    "Nothing can be missed that is not known."
    drawn, best, mixture = hard
    none = Reference(None, [], [], [], {}, best.tried, None, None)
    assert judge(drawn, none, mixture, em.Status.COLLAPSED)[:2] == (False, False)
    assert judge(drawn, none, mixture, em.Status.CONVERGED)[:2] == (False, True)


def test_the_reference_of_another_sample_is_refused(hard):
    "Should the samples ever change, nobody is judged by what was computed for the old ones."
    _, best, mixture = hard
    with pytest.raises(ValueError, match=r"expected the sample '2 outlying 9'.*compute.*again"):
        judge(draw(2, "outlying", 9), best, mixture, em.Status.CONVERGED)


# ---- the section ----


def one_start(x, k):
    """A crippled search: one climb, from quantiles with wide sds."""
    middles = np.quantile(x, (np.arange(k) + 0.5) / k)
    return em.fit(x, k, start=em.Mixture(np.full(k, 1 / k), middles, np.full(k, x.std())))


@pytest.fixture(scope="module")
def crippled():
    """The section as of a search that makes one start, on two samples of each kind."""
    return measure(replace(QUICK, searched=2), quiet, fit=one_start)


def test_a_crippled_search_is_seen_to_miss(crippled):
    "The narrow group in a heavy bulk, by 56 units; every miss is listed, and counted where it is."
    listed = {(row["k"], row["kind"], row["i"]): row for row in crippled["apart"]}
    assert listed[2, "narrow in heavy", 1]["short"] == pytest.approx(55.7403, abs=1e-3)
    for cell in crippled["cells"]:
        own = [row for at, row in listed.items() if at[:2] == (cell["k"], cell["kind"])]
        assert cell["missed"] == sum(row["missed"] for row in own)
        assert cell["higher"] == sum(row["higher"] for row in own)
        assert cell["samples"] == 2
    assert len(crippled["cells"]) == len(SIZES) * len(KINDS)
    assert not crippled["whole"]


def made_up(missed=0, seconds=1.5, *, whole=True):
    """The figures of a search that misses so many of 300 at each K."""
    cells = [
        {"k": k, "kind": kind, "what": "drawn | so", "sizes": [60, 2000], "samples": 150,
         "missed": missed if kind == "small" else 0, "higher": 0, "seconds": 3.0, "median": 0.02,
         "slowest": 0.25}
        for k in SIZES for kind in ("small", "nested")
    ]  # fmt: skip
    row = {
        "k": 3, "kind": "small", "i": 4, "n": 1234, "seconds": 0.1, "higher": False,
        "ended": {"random": 7, "truth": 2}, "tried": {"random": 300, "truth": 20},
    }  # fmt: skip
    apart = [
        row | {"missed": True, "short": 12.5, "why": ""},
        row | {"missed": True, "short": None, "why": "COLLAPSED"},
        row | {"missed": False, "higher": True, "short": -0.25, "why": ""},
    ]
    return {
        "seed": 2027, "each": 25, "whole": whole, "tolerance": 1e-3, "cells": cells,
        "apart": apart if missed else [],
        "eight": {"seconds": seconds, "status": "CONVERGED", "loglik": -1411.0},
    }  # fmt: skip


def results(found):
    return {
        "schema": run.SCHEMA,
        "settings": {**asdict(FULL), "quick": False, "only": list(SECTIONS), "huge": False},
        "seed": 666,
        "machine": {
            "cores": 2, "processor": "a processor", "memory_gb": 8.0, "system": "Linux (x86_64)",
            "python": "CPython 3.13.0", "packages": {"numpy": "2.5"}, "threads": [], "r": {},
        },
        "load": [0.1, 0.2],
        "seconds": 600.0,
        "search": found,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("missed", "seconds", "met"),
    [
        (0, 2.0, [True, True, True, True]),
        (1, 2.1, [False, True, True, False]),
        (3, 1.0, [False, True, True, True]),
        (4, 1.0, [False, False, True, True]),
        (9, 1.0, [False, False, True, True]),
        (10, 1.0, [False, False, False, True]),
    ],
)
def test_the_aims_are_none_one_and_three_percent(missed, seconds, met):
    "At K = 2, 3 and 4, and two seconds for eight components; of a quick run only the last."
    found = aims(results(made_up(missed, seconds)))
    assert [aim.met for aim in found] == met
    assert found[0].measured == f"in {missed} of 300"
    found = aims(results(made_up(missed, seconds, whole=False)))
    assert [aim.met for aim in found] == [None, None, None, met[-1]]


def test_the_page_tells_misses_by_kind_and_one_by_one():
    "With what their distance is, or why there is none; and what is above the reference."
    page = render(results(made_up(2)))
    assert "| small | drawn \\| so | 60 to 2,000 | 2 of 150 | 2 of 150 | 2 of 150 |" in page
    assert "| all |  |  | 2 of 300 | 2 of 300 | 2 of 300 |" in page
    ended = "7 of 300 random and 2 of 20 truth"
    assert f"| 3 | small | 4 | 1,234 | 12.5 |  | {ended} |" in page
    assert f"| 3 | small | 4 | 1,234 |  | collapsed | {ended} |" in page
    assert f"| 3 | small | 4 | 1,234 | 0.25 |  | {ended} |" in page
    assert page.index("### Missed") < page.index("### Above the reference")
    assert "seed (2027, K," in page
    assert "more than 1e-3 lower" in page
    assert "### Missed" not in render(results(made_up(0)))
    said = findings(results(made_up(2)))
    assert "in 2 of 300 at K = 2, 2 of 300 at K = 3 and 2 of 300 at K = 4." in said
    assert "takes 1.50 s of processor time" in said


def test_the_page_is_made_from_what_the_json_file_holds(crippled):
    "And every table has rows of one length."
    page = render(results(crippled))
    assert render(json.loads(json.dumps(results(crippled)))) == page
    tables = page[page.index("## The highest maximum") : page.index("## Machine")].split("\n\n")
    for rows in (part.splitlines() for part in tables if part.startswith("|")):
        assert len({row.count("|") for row in rows}) == 1


def test_the_section_is_measured_when_it_is_asked_for(monkeypatch):
    "With the settings of the run, and its findings stand at the top of the page."
    asked = []

    def measured(settings, _say):
        asked.append(settings.searched)
        return made_up()

    monkeypatch.setattr(search, "measure", measured)
    found = run.measure(FULL, ["search"])
    assert asked == [EACH]
    assert "misses the highest" in render(found).partition("## Aims")[0]
    assert "search" not in run.measure(QUICK, [])
