"""The original report again: its printed digits, its listing, and EM's way to the maximum."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pytest
from handmade import case, comparison, fitted

import em
from compare.comparison.original import PRINTED, Mark, revisit
from compare.data.cases import Case
from compare.findings import original as findings
from compare.language import en
from compare.language.en.original import whose


def compared(of, **settings):
    "All that the story needs of a comparison: the case and EM's fit."
    return SimpleNamespace(case=of, fit=fitted(of.sample, 2, **settings))


@pytest.fixture(scope="module")
def original():
    "The report's own heights: seed 666, 1,000 of them."
    return revisit(comparison("overlapping"))


def stops(original):
    return {whose(stop.whose): stop for stop in original.stops}


def story(original, seed):
    return en.story(findings.story(original, seed))


def test_thirty_passes_on_seed_666_give_every_printed_digit(original):
    "The numbers in the report come from there, though its listing says otherwise."
    assert original.is_the_sample
    assert original.reproduced
    thirty = stops(original)["its listing with seed 666, 30 passes"].mixture
    np.testing.assert_array_equal(np.round(thirty.weights, 8), [0.39973408, 0.60026592])
    np.testing.assert_array_equal(np.round(thirty.means, 8), [164.04154896, 175.7892246])
    np.testing.assert_array_equal(np.round(thirty.sds, 8), [5.71203936, 8.06707288])
    for ours, printed in zip(thirty.parameters, PRINTED, strict=True):
        np.testing.assert_array_equal(np.round(ours, 8), printed)


def test_one_pass_more_or_less_does_not_give_the_printed_digits():
    "So the reproduction is no accident of rounding."
    values, stream = Case.synthetic_stream(666, 1000)
    start = em.Mixture(*em.listing.run(values, n_iter=0, rng=stream))
    sample = em.Sample(values)
    mixture, found = start, []
    for _ in range(31):
        mixture = em.m_step(sample, em.e_step(sample, mixture).responsibilities)
        found.append(np.array_equal(np.round(mixture.means, 8), PRINTED.means))
    assert found[-3:] == [False, True, False]
    assert not any(found[:28])


def test_the_log_likelihoods_are_those_of_the_stops(original):
    "Printed -3626.580873, maximum -3626.551874, truth -3627.336946: the report fell short."
    said = stops(original)
    for label, loglik in (
        ("truth", -3627.336946),
        ("printed in the report", -3626.580873),
        ("its listing with seed 666, 30 passes", -3626.580873),
        ("maximum likelihood", -3626.551874),
    ):
        assert said[label].loglik == pytest.approx(loglik, abs=6e-7)
    assert original.maximum_loglik == pytest.approx(-3626.5518739428, abs=1e-7)
    assert original.shortfall == pytest.approx(3626.580873 - 3626.551874, abs=1e-6)
    values, _ = Case.synthetic_stream(666, 1000)
    for stop in original.stops:
        if stop.loglik is not None:
            assert stop.loglik == pytest.approx(float(stop.mixture.logpdf(values).sum()), rel=1e-13)


def test_the_listing_as_printed_is_of_other_heights(original):
    "Seed 1 and ten passes: facts of another sample, so no log-likelihood here."
    other = stops(original)["its listing as printed: seed 1, 10 passes"]
    assert other.loglik is None
    np.testing.assert_allclose(other.mixture.weights, [0.33783848, 0.66216152], atol=5e-9)
    np.testing.assert_allclose(other.mixture.means, [164.53656437, 175.07004476], atol=5e-9)
    np.testing.assert_allclose(other.mixture.sds, [6.15708051, 8.81016167], atol=5e-9)


def test_the_stops_stand_in_the_order_of_the_story(original):
    "From the truth over what was printed to where EM ends."
    assert list(stops(original)) == [
        "truth",
        "printed in the report",
        "its listing as printed: seed 1, 10 passes",
        "its listing with seed 666, 10 passes",
        "its listing with seed 666, 30 passes",
        "maximum likelihood",
    ]
    assert original.marks == (Mark(10, printed=False), Mark(30, printed=True))


@pytest.mark.parametrize(("seed", "passes"), [(666, 10), (666, 30), (3, 10), (3, 30)])
def test_plain_em_walks_where_the_listing_walks(seed, passes):
    "Pass by pass the steps of em give what the listing's own loop gives."
    found = revisit(compared(Case.synthetic(seed)))
    values, stream = Case.synthetic_stream(seed)
    weights, means, sds = em.listing.run(values, n_iter=passes, rng=stream)
    order = np.argsort(means)
    np.testing.assert_allclose(found.weight_path[passes], weights[order][0], rtol=1e-11)
    loglik = em.Mixture(weights, means, sds).logpdf(values).sum()
    np.testing.assert_allclose(found.loglik_path[passes], loglik, rtol=1e-13)
    mixture = stops(found)[f"its listing with seed {seed}, {passes} passes"].mixture
    np.testing.assert_allclose(mixture.means, means[order], rtol=1e-12)
    np.testing.assert_allclose(mixture.sds, sds[order], rtol=1e-11)


def test_the_path_never_falls_and_ends_at_the_maximum(original):
    "It begins before the first pass, with equal weights."
    path = original.loglik_path
    assert original.weight_path[0] == 0.5
    assert path.shape == original.weight_path.shape
    assert np.all(np.diff(path) > -1e-9)
    assert path[-1] == pytest.approx(original.maximum_loglik, abs=2e-9)
    assert original.weight_path[-1] == pytest.approx(original.maximum_weight, abs=2e-4)


@pytest.mark.parametrize("seed", [666, 3])
def test_the_passes_needed_are_counted_on_the_path(seed):
    "The first pass within 1e-6 of the maximum: the one before is not."
    found = revisit(compared(Case.synthetic(seed)))
    gap = found.maximum_loglik - found.loglik_path
    needed = found.passes_needed
    assert needed > 30
    assert gap[needed] < 1e-6 <= gap[needed - 1]
    assert not found.elsewhere


def test_other_seeds_have_nothing_that_was_printed():
    "No row, no mark and no word of the printed numbers for heights that nobody reported."
    for of in (Case.synthetic(3), Case.synthetic(666, 500)):
        found = revisit(compared(of))
        assert not found.is_the_sample
        assert not found.reproduced
        assert not any("printed" in label for label in stops(found))
        assert not any(mark.printed for mark in found.marks)
        assert "printed" not in story(found, of.seed)
        assert list(stops(found))[::3] == ["truth", "maximum likelihood"]


def test_there_is_no_story_without_synthetic_heights_in_two_groups():
    "Not for a file, one group or three, equal sds, or a fit that is no maximum."
    heights = Case.synthetic()
    file = case(heights.sample, truth=heights.truth)
    assert revisit(compared(file)) is None
    assert revisit(comparison("collapsed")) is None
    for k in (1, 3):
        of = Case.synthetic(3, 200)
        assert revisit(SimpleNamespace(case=of, fit=em.fit(of.sample, k))) is None
    assert revisit(compared(heights, equal_sds=True)) is None
    assert revisit(compared(heights, max_iter=1)) is None


def test_samples_too_small_for_the_loop_have_no_story():
    "Plain EM ends on a single value within its passes here, and the report goes on without it."
    found = []
    for seed in (1, 2):
        of = compared(Case.synthetic(seed, 4))
        assert revisit(of) is None  # of four values there is no maximum either
        of.fit = dataclasses.replace(of.fit, status=em.Status.CONVERGED)
        found.append(revisit(of))
    assert found[0].loglik_path.size > 30
    assert found[1] is None


def test_a_loop_that_climbs_another_top_is_told_so():
    "On seed 7 with 300 heights the maximum is a narrow group that the listing never finds."
    of = Case.synthetic(7, 300)
    found = revisit(compared(of))
    assert found.elsewhere
    assert found.passes_needed is None
    assert found.loglik_path[-1] < found.maximum_loglik - 1
    assert found.loglik_path[-1] - found.loglik_path[-101] < 1e-9
    told = story(found, 7)
    assert "climbs to another top" in told
    assert "millionth" not in told
    short = re.search(r"is (\S+) units of log-likelihood short", told)[1]
    assert float(short) == pytest.approx(found.shortfall, abs=6e-4)


def test_the_story_tells_the_numbers_of_the_path(original):
    "What is missing after thirty passes, and how many the same loop needs."
    told = story(original, 666)
    assert "to every printed digit" in told
    missing = re.search(r"after 30 passes (\S+) units of log-likelihood are still missing", told)[1]
    assert missing == "0.029"
    assert f"needs {original.passes_needed:,} passes" in told
    assert "seed 666" in told
    other = dataclasses.replace(original, reproduced=False)
    assert "to every printed digit" not in story(other, 666)
    assert "gives other digits here" in story(other, 666)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"passes_needed": 1234}, "and needs 1,234 passes to come within a millionth of it"),
        ({"passes_needed": 12}, "comes within a millionth of the maximum in 12 passes."),
        ({"elsewhere": True}, "climbs to another top. Where it starts decides what it says."),
        ({"maximum_loglik": -110.0, "elsewhere": True}, "runs onto a few nearly equal heights"),
        ({}, "is 5.000 units of log-likelihood short of the maximum after 30 passes, and still 1 "),
        ({"maximum_loglik": -99.995}, "is 0.005 units"),
    ],
)
def test_the_story_of_other_heights_fits_how_the_path_ends(original, changes, words):
    "Reached late, at once, never, overshot, or not followed to the end."
    path = np.concatenate([np.full(31, -100.0), np.full(50, -96.0)])
    settings = {"maximum_loglik": -95.0, "passes_needed": None, "is_the_sample": False}
    made_up = dataclasses.replace(original, loglik_path=path, **(settings | changes))
    assert words in story(made_up, 3)
