"""Where nodes stand for the data, an exact pass says how far they are from these, in the report."""

import dataclasses

import numpy as np
import pytest
from handmade import compare
from posteriors import around
from spoken import after, findings

import em
from bayes.criticism.checks import check
from compare.comparison import criticism
from compare.comparison.exactness import exactness, stood_for
from compare.data.cases import Case
from compare.page.cautions import cautions
from compare.page.document import to_json

on_nodes = findings.on_nodes

HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
VALUES = HEIGHTS.sample(40_000, rng=1)[0]


def digested(values, pieces=7):
    made = em.Digest()
    for piece in np.array_split(values, pieces):
        made.add(piece)
    return made.sample()


@pytest.fixture(scope="module")
def both():
    """A fit of nodes and draws around it."""
    fit = em.fit(digested(VALUES), 2)
    return fit, around(fit.data, fit.mixture, spread=0.02)


@pytest.fixture(scope="module")
def bare(both):
    "The two side by side, without criticism and without a pass."
    return compare(*both, criticism=False, alone=True)


def test_the_exact_log_likelihood_is_a_plain_sum_over_the_data(both):
    "At EM's estimate and at draws of the posterior, by a second route, whatever the pieces."
    fit, posterior = both
    found = exactness(fit, posterior, map(em.Sample, np.array_split(VALUES, 3)), draws=5)
    assert found.ok
    assert found.draws == 5
    assert found.certificate.loglik == pytest.approx(fit.mixture.logpdf(VALUES).sum(), rel=1e-13)
    places = np.linspace(0, posterior.means[..., 0].size - 1, 5).round().astype(int)
    flat = [
        value.reshape(-1, 2)[places]
        for value in (posterior.weights, posterior.means, posterior.sds)
    ]
    off = []
    for one in zip(*flat, strict=True):
        mixture = em.Mixture(*one)
        nodes = mixture.logpdf(fit.data.values) @ fit.data.weights
        off.append(abs(nodes - mixture.logpdf(VALUES).sum()))
    # Sums of forty thousand terms carry some 1e-10 of rounding.
    assert found.largest == pytest.approx(max(off), abs=2e-9)
    assert max(off) <= found.bound + 2e-9


def test_nodes_that_do_not_stand_for_the_data_are_found_out(both, bare):
    "A few values more, or others, and it says so, at the head of the report as well."
    fit, posterior = both
    found = exactness(fit, posterior, iter([em.Sample(VALUES + 0.01)]), draws=3)
    assert not found.ok
    of = dataclasses.replace(bare, exactness=found)
    assert "do not say quite what the data say" in on_nodes(of)
    assert [text for text in cautions(of) if "nodes" in text]


def test_what_is_exact_already_needs_no_pass(heights):
    "A thousand values, or ties that are counted."
    for values in (heights(), np.round(VALUES)):
        assert not stood_for(em.fit(values, 2))
    assert stood_for(em.fit(VALUES, 2))


def test_data_in_memory_are_always_looked_at_and_others_when_that_is_asked_for(both, monkeypatch):
    "Without a second pass the report says how to have one, where there is something to read."
    fit, posterior = both
    whole = em.fit(VALUES, 2)
    monkeypatch.setattr(criticism, "criticise", lambda *_, **__: None)  # looked at elsewhere
    told = on_nodes(compare(whole, around(whole.data, whole.mixture, spread=0.02), alone=True))
    assert after(r"An exact pass over all of them gives (\S+) there", told) == [
        pytest.approx(whole.loglik, abs=1e-5)
    ]
    assert "the nodes say what the data say" in told
    assert "at 16 draws of the posterior" in told
    of = compare(fit, posterior, alone=True)
    assert of.exactness is None
    assert on_nodes(of).endswith("at EM's estimate.")
    read = dataclasses.replace(of, case=dataclasses.replace(of.case, again=object()))
    assert on_nodes(read).endswith(
        "--certify reads the data once more and says how far it really is."
    )


def test_the_numbers_are_in_the_json(both, bare):
    "With the number of nodes and the bound."
    import json

    fit, posterior = both
    found = exactness(fit, posterior, iter([em.Sample(VALUES)]), draws=3)
    of = dataclasses.replace(bare, exactness=found)
    told = json.loads(to_json(of))["nodes"]
    assert told["count"] == len(fit.data)
    assert told["error_bound"] == fit.error_bound
    assert told["exact"]["ok"] is True
    assert told["exact"]["loglik"] == found.certificate.loglik
    assert told["exact"]["largest_difference"] == found.largest


def test_checks_of_data_seen_in_pieces_are_those_of_the_data(both):
    "The farthest value and the histogram come from the digest; the gap does not."
    fit, posterior = both
    pieced = {one.name: one for one in check(posterior, fit.sample)}
    whole = {one.name: one for one in check(posterior, em.Sample(VALUES))}
    assert pieced["farthest"].observed == pytest.approx(whole["farthest"].observed, rel=1e-12)
    assert pieced["farthest"].p == whole["farthest"].p
    assert not pieced["gap"].made
    assert pieced["gap"].why_not == "in pieces"
    for name in ("skewness", "kurtosis"):
        assert pieced[name].observed == pytest.approx(whole[name].observed, rel=1e-4)
    # The bins differ by half a cell, and so do the counts.
    assert pieced["shape"].observed == pytest.approx(whole["shape"].observed, rel=0.25)
    assert pieced["shape"].verdict == whole["shape"].verdict


def test_a_histogram_that_the_model_does_not_make_fails_in_pieces_too():
    "A stretch of the line without any values."
    values = VALUES[(VALUES < 168) | (VALUES > 169)]
    fit = em.fit(digested(values), 2)
    shape = check(around(fit.data, fit.mixture, spread=0.01), fit.sample)[-1]
    assert shape.name == "shape"
    assert shape.verdict == "fails"


def test_a_digest_of_weights_that_are_no_counts_has_no_histogram_to_check():
    "Multinomial counts would say nothing of it."
    made = em.Digest()
    made.add(VALUES, np.random.default_rng(2).uniform(0.5, 1.5, VALUES.size))
    fit = em.fit(made.sample(), 2)
    found = check(around(fit.data, fit.mixture, spread=0.02), fit.sample)
    assert [one.name for one in found if not one.made] == ["farthest", "gap", "shape"]


def test_the_case_of_a_digest_is_compared_like_any_other(both):
    "Its histogram and its range are those of the data, not of the nodes."
    fit, posterior = both
    case = Case("pieces", fit.sample, "cm", "somewhere", None, None, "height")
    of = compare(fit, posterior, case=case, criticism=False, alone=True)
    assert of.case.sample.lowest == VALUES.min()
    assert of.case.sample.highest == VALUES.max()
