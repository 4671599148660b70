"""The machine-readable report: the keys that were promised, every number as it was, valid JSON."""

import json
import math
from importlib import metadata

import numpy as np
import pytest
from handmade import SEPARATE, case, comparison, criticised, made, normals, whole

import em
from compare.page.document import SCHEMA, to_json, versions

EM_KEYS = ["estimate", "se", "lower", "upper", "method"]
BAYES_KEYS = ["mean", "median", "sd", "lower", "upper", "rhat", "ess_bulk", "ess_tail"]


def strict(text):
    "JSON as its standard has it: no NaN, no Infinity, no key twice."

    def refuse(constant):
        raise ValueError(f"not JSON: {constant}")

    def once(pairs):
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


@pytest.mark.parametrize("name", ["overlapping", "one", "three", "collapsed", "lonely", "stuck"])
def test_the_keys_are_those_that_were_promised_in_their_order(name):
    "Whatever the data and however the fit went, the same names stand in the same places."
    document = strict(to_json(comparison(name)))
    assert list(document) == [
        "schema", "case", "level", "interval", "parameters", "em", "bayes", "laws", "criticism",
        "quantities", "names", "rounding", "dropped", "left_out", "sampling_weights", "nodes",
        "versions", "seconds",
    ]  # fmt: skip
    assert list(document["case"]) == ["name", "n", "unit", "source", "seed", "truth"]
    k = comparison(name).n_components
    assert [row["name"] for row in document["parameters"]] == [
        f"{kind}[{i}]" for kind in ("weights", "means", "sds") for i in range(k)
    ]
    for row in document["parameters"]:
        assert list(row) == ["name", "truth", "em", "bayes", "em_in_interval", "em_quantile"]
        assert list(row["em"]) == EM_KEYS
        assert list(row["bayes"]) == BAYES_KEYS
        assert isinstance(row["em_in_interval"], bool)
    assert list(document["em"]) == ["loglik", "n_iter", "status", "gradient_norm", "aic", "bic"]
    assert list(document["bayes"]) == [
        "sampler", "chains", "draws", "tune", "divergences", "ok", "messages", "second_route",
    ]  # fmt: skip


def test_every_number_is_written_to_its_last_digit():
    "Reading the document gives the comparison's own floats back."
    compared = comparison("overlapping")
    document = strict(to_json(compared))
    for row, said in zip(compared.rows, document["parameters"], strict=True):
        assert said["truth"] == row.truth
        assert [said["em"][key] for key in EM_KEYS] == [getattr(row.em, key) for key in EM_KEYS]
        assert [said["bayes"][key] for key in BAYES_KEYS] == [
            getattr(row.bayes, key) for key in BAYES_KEYS
        ]
        assert said["em_quantile"] == row.em_quantile
        assert said["em_in_interval"] == row.em_in_interval
    fit = compared.fit
    assert document["em"] == {
        "loglik": fit.loglik,
        "n_iter": fit.n_iter,
        "status": "converged",
        "gradient_norm": fit.gradient_norm,
        "aic": fit.aic,
        "bic": fit.bic,
    }
    assert document["bayes"] == {
        "sampler": "nutpie",
        "chains": 4,
        "draws": 300,
        "tune": 500,
        "divergences": 0,
        "ok": True,
        "messages": [],
        "second_route": None,
    }


def test_the_case_says_what_was_fitted():
    "Name, size, unit, source, seed and truth of the synthetic heights; no truth for a file."
    document = strict(to_json(comparison("overlapping")))
    assert document["schema"] == SCHEMA == 1
    assert document["level"] == 0.95
    assert document["interval"] == "eti"
    said = document["case"]
    assert (said["name"], said["n"], said["unit"], said["seed"]) == (
        "synthetic-heights", 1000, "cm", 666,
    )  # fmt: skip
    assert isinstance(said["n"], int)
    assert "RandomState(666)" in said["source"]
    assert said["truth"] == {"weights": [0.4, 0.6], "means": [164, 176], "sds": [6, 8]}
    other = strict(to_json(comparison("separate")))["case"]
    assert (other["seed"], other["truth"], other["n"]) == (None, None, 200)


def test_a_total_weight_that_is_not_whole_stays_as_it_is():
    "Two hundred values of weight 1.125 count 225."
    values = normals(*SEPARATE)
    weighted = em.Sample(values, [1.125] * 199 + [1.0])
    assert strict(to_json(made(case(weighted))))["case"]["n"] == pytest.approx(224.875)


def test_a_number_that_does_not_exist_is_null():
    "No standard error off a maximum, no R-hat of a constant, no end of an open interval."
    off = strict(to_json(comparison("collapsed")))
    assert off["em"]["status"] == "collapsed"
    for row in off["parameters"]:
        assert [row["em"][key] for key in ("se", "lower", "upper")] == [None] * 3
        assert row["em"]["estimate"] is not None
    weight, mean, _ = strict(to_json(comparison("one")))["parameters"]
    assert weight["bayes"]["rhat"] is None
    assert (weight["bayes"]["sd"], weight["bayes"]["lower"], weight["bayes"]["upper"]) == (0, 1, 1)
    assert mean["bayes"]["rhat"] > 0
    rows = comparison("one as two").rows
    opened = [row for row in rows if math.isinf(row.em.upper)]
    assert opened
    said = {row["name"]: row for row in strict(to_json(comparison("one as two")))["parameters"]}
    for row in opened:
        assert said[row.name]["em"]["upper"] is None


def test_a_sampler_that_fails_says_so_in_full():
    "Not ok, with the messages that the pages show."
    said = strict(to_json(comparison("failing")))["bayes"]
    messages = comparison("failing").posterior.diagnostics.messages
    assert said["ok"] is False
    assert said["messages"] == list(messages)
    assert len(messages) == 3
    diverging = made(case(normals(*SEPARATE)), spoil="diverging")
    assert strict(to_json(diverging))["bayes"]["divergences"] == 3


def test_versions_are_those_that_are_installed():
    "Python's, and those of the packages behind the numbers."
    said = strict(to_json(comparison("separate")))["versions"]
    assert said == versions()
    for package in ("numpy", "scipy", "pymc", "nutpie", "arviz", "matplotlib"):
        assert said[package] == metadata.version(package)
    assert said["python"].count(".") == 2


def test_seconds_are_those_that_were_passed():
    "To the millisecond, in their order; none is an empty record."
    seconds = {"sample": 1.23456, "em": 0.0004}
    said = strict(to_json(made(case(normals(*SEPARATE)), seconds=seconds)))["seconds"]
    assert list(said.items()) == [("sample", 1.235), ("em", 0.0)]
    assert strict(to_json(comparison("separate")))["seconds"] == {}


def test_names_go_in_and_come_out_unchanged():
    "Quotes, tags, line ends and Chinese: JSON carries any text, and needs no escapes for most."
    odd = 'a "quoted" <script>alert(1)</script> \\ name\nwith\tall 身高 \u202e'
    compared = whole(case(normals(*SEPARATE), name="身高", unit="厘米", source=odd))
    text = to_json(compared)
    said = strict(text)["case"]
    assert (said["name"], said["unit"], said["source"]) == ("身高", "厘米", odd)
    assert "厘米" in text
    assert text.endswith("}\n")


def test_values_that_were_left_out_are_written_with_count_and_share():
    "In order of value; an empty list where there are none."
    sample = em.Sample(np.append(normals(*SEPARATE), [0.0] * 50)).without(0)
    (gone,) = strict(to_json(made(case(sample))))["left_out"]
    assert gone == {"value": 0.0, "count": 50.0, "share": 0.2}
    assert strict(to_json(comparison("separate")))["left_out"] == []


def test_the_method_of_the_comparison_writes_the_same_document():
    "Comparison.to_json is to_json."
    compared = comparison("separate")
    assert compared.to_json() == to_json(compared)


def test_the_criticism_is_written_in_plain_numbers():
    "Checks, leave-one-out, who speaks, and why something is missing; null without criticism."
    compared = comparison("overlapping")
    document = strict(to_json(compared))
    said, found = document["criticism"], compared.criticism
    assert list(said) == [
        "checks", "loo", "sensitivity", "agreement", "prior_predictive", "penalised", "labels",
        "tops", "components", "not_made",
    ]  # fmt: skip
    assert [one["p"] for one in said["checks"]] == [one.p for one in found.checks]
    assert said["loo"]["elpd"] == found.loo.elpd
    assert said["loo"]["largest_pareto_k"] == found.loo.pareto_k.max()
    assert [one["speaks"] for one in said["agreement"]] == [
        one.speaks for one in found.agreement.rows
    ]
    assert said["sensitivity"] is None
    assert "sensitivity" in said["not_made"]
    assert said["penalised"]["means"] == found.penalised.mixture.means.tolist()
    assert [one["order"] for one in said["labels"]] == ["sd", "kl"]
    bare = strict(to_json(whole(case(normals(*SEPARATE)))))
    assert bare["criticism"] is None
    assert bare["quantities"]["modes"]["probabilities"] == {"2": 1.0}
    assert sum(document["quantities"]["modes"]["probabilities"].values()) == pytest.approx(1)


def test_several_numbers_of_components_are_written_with_both_conventions(thorough):
    "The marginal likelihood of groups in any order, and that less log K!; null if not asked for."
    said = strict(to_json(thorough))["criticism"]["components"]
    assert [row["n_components"] for row in said] == [1, 2, 3]
    for row in said:
        apart = math.log(math.factorial(row["n_components"]))
        assert row["logml"] - row["logml_ordered"] == pytest.approx(apart)
    assert sum(row["probability"] for row in said) == pytest.approx(1)
    assert strict(to_json(comparison("one")))["criticism"]["components"] is None


def test_a_check_that_was_not_made_is_null():
    "Weights that are no counts allow two of the checks, and no leave-one-out."
    weighted = em.Sample(normals(*SEPARATE), [0.75] * 200)
    of = criticised(made(case(weighted)))
    said = strict(to_json(of))["criticism"]
    assert said["loo"] is None
    missing = [one for one in said["checks"] if one["verdict"] == "not made"]
    assert [one["name"] for one in missing] == ["farthest", "gap", "shape"]
    assert all(one["p"] is None and one["observed"] is None for one in missing)
