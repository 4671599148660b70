"""Every sentence is made from the results: other data, other words, no slips in any of them."""

import dataclasses
import itertools
import re

import pytest
from handmade import NAMES, case, comparison
from spoken import after, findings, said


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_a_sentence(name):
    "A capital, a full stop, no slips: no NaN, no None, nothing said twice, no empty brackets."
    for spoken, text in said(name).items():
        assert text == text.strip()
        if not text:
            continue
        assert text[0].isupper()
        assert text.endswith(".")
        for slip in ("nan", "None", "inf", "  ", "..", " ,", " .", "()", "{", "}", ": :", ",,"):
            assert not re.search(rf"(?<!\w){re.escape(slip)}(?!\w)", text), (spoken, text)
        assert not re.search(r"\b(\w+) \1\b", text), text
        assert not re.search(r"\b1 (groups|starts|values|draws|checks|divergences)\b", text), text


def test_no_two_data_sets_read_alike():
    "Headlines and differences are all different for different data or another number of groups."
    different = ["overlapping", "separate", "one as two", "one", "three", "collapsed", "two as one"]
    for spoken in ("headline", "differences"):
        told = [said(name)[spoken] for name in different]
        for one, other in itertools.combinations(told, 2):
            words = [re.sub(r"[\d.,−]+", "#", text) for text in (one, other)]
            assert one != other
            if spoken == "headline":
                assert words[0] != words[1]  # not only the numbers differ


@pytest.mark.parametrize("name", ["failing", "lonely", "stuck"])
def test_a_failed_sampler_proves_nothing(name):
    "No probability in the headline, EM alone splits, and the differences come with a warning."
    told = said(name)
    assert told["headline"].startswith("EM splits the ")
    assert "probability" not in told["headline"]
    assert "not to be believed; the likelihood alone (95% profile interval)" in told["headline"]
    assert "What the data do fix" not in told["differences"]
    first = findings.differences(comparison(name))[0]
    assert ("fail their checks" in first) or ("all the same" in first)
    row = comparison(name).rows[0]
    assert after(r"gives the lower group (\S+) to (\S+)\.", told["headline"]) == pytest.approx(
        [100 * row.em.lower, 100 * row.em.upper], abs=0.5
    )


def test_a_fit_without_a_maximum_has_nothing_to_compare():
    "The posterior stands, EM's numbers are no answer, and nothing is explained away."
    told = said("collapsed")
    assert "a point, not a normal group" in told["headline"]
    assert told["agreement"] == (
        "EM's numbers are shown for what they are; they are not estimates."
    )
    assert len(findings.differences(comparison("collapsed"))) == 1
    assert told["separation"] == ""
    lost = dataclasses.replace(comparison("collapsed"), posterior=comparison("failing").posterior)
    assert not re.search(r"\bstands?\b", findings.headline(lost))


def test_one_group_is_never_called_one_of_several():
    "No lower group, no group 1, no weight, no components apart."
    for name in ("one", "two as one"):
        for text in said(name).values():
            assert not re.search(r"lower|upper|group 1|weight|Ashman|neighbour", text.replace(
                "lower is better", "")), text  # fmt: skip
    labels = [findings.label(comparison("one"), row) for row in comparison("one").rows]
    assert labels == ["weight", "mean", "sd"]


def test_three_groups_are_numbered():
    "Group 1 to group 3, in order of mean; no lower and no upper one."
    told = " ".join(said("three").values()).replace("lower is better", "")
    assert not re.search(r"\b(lower|upper)\b", told)
    labels = [findings.label(comparison("three"), row) for row in comparison("three").rows[:3]]
    assert labels == ["group 1 weight", "group 2 weight", "group 3 weight"]


def test_a_hostile_unit_cannot_break_a_sentence():
    "Line ends go, a thousand letters are cut, before any page sees them."
    unit = "c\nm\n\n# not a heading " + "x" * 1000
    of = dataclasses.replace(
        comparison("separate"),
        case=case(comparison("separate").case.sample, unit=unit, variable="a\nb" * 400),
    )
    for text in said(of).values():
        assert "\n" not in text
        assert len(text) < 2500
        assert "xxx" not in text
