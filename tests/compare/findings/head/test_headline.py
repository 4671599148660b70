"""The headline says what kind of groups there are, how sure that is, with the fits' own numbers."""

import dataclasses
import re

import numpy as np
import pytest
from handmade import NAMES, SEPARATE, case, compare, comparison, normals, whole, with_draws
from spoken import after, findings

import em
from compare.data.cases import Case
from compare.findings.head.headline import NoneBetter, OneGroup, SeveralGroups, TooMany
from compare.findings.head.headline import headline as found

headline = findings.headline


def test_the_headline_says_what_kind_of_groups_there_are():
    "Overlapping, separate, unnecessary, single, too few: each in its own words."
    heads = {name: headline(comparison(name)) for name in NAMES}
    assert heads["overlapping"].startswith(
        "EM and Bayes split the 1,000 heights into two overlapping groups, by maximum likelihood "
    )
    assert heads["separate"].startswith(
        "EM and Bayes split the 200 values of size into two clearly separate groups"
    )
    assert "into three clearly separate groups" in heads["three"]
    assert "no reason to speak of two groups: by BIC, one group describes" in heads["one as two"]
    assert heads["one"].startswith("As a single normal group the 200 values of size have mean ")
    assert heads["one"].endswith("Two groups would not describe them better, by BIC.")
    assert "By BIC, two groups describe them clearly better" in heads["two as one"]
    assert heads["two as one"].endswith("try n_components=2.")
    assert "into two overlapping groups, by maximum likelihood 65% around 0.03 s" in heads["alike"]
    assert heads["collapsed"].startswith(
        "EM found no maximum with two groups in the 62 values of size: a component sits on two "
        "nearly equal values at 3: a point, not a normal group. "
    )


@pytest.mark.parametrize("name", ["overlapping", "separate", "three", "one as two"])
def test_the_headlines_numbers_are_ems_weights_and_means(name):
    "Each share to a percent and each mean to the digits shown, in order of mean."
    of = comparison(name)
    told = re.findall(r"(\S+)% around (\S+?)(?:,| (?:cm|pt|m)\b|\.? )", headline(of) + " ")
    mixture = of.fit.mixture
    assert len(told) == of.n_components
    for (share, mean), w, m in zip(told, mixture.weights, mixture.means, strict=True):
        assert float(share) == pytest.approx(100 * w, abs=0.5)
        places = len(mean.partition(".")[2].rstrip("."))
        assert float(mean.rstrip(".").replace("−", "-")) == round(m, places)
    units = {"overlapping": "cm", "separate": "pt", "three": "m"}
    assert headline(of).count(f" {units.get(name, '?')}") >= (name in units)


def test_the_headline_gives_both_intervals_of_the_split():
    "The credible interval, then the profile interval, of the lower group's weight."
    row = comparison("overlapping").rows[0]
    told = headline(comparison("overlapping"))
    lower, upper, plow, phigh = after(
        r"95% probability the lower group holds anything from (\S+) to (\S+) of them, and the "
        r"likelihood alone \(95% profile interval\) allows (\S+) to (\S+)\.",
        told,
    )
    assert [lower, upper] == pytest.approx([100 * row.bayes.lower, 100 * row.bayes.upper], abs=0.5)
    assert [plow, phigh] == pytest.approx([100 * row.em.lower, 100 * row.em.upper], abs=0.5)
    assert (plow, phigh) == (8, 75)  # facts: .0810674, .7490477


def test_a_single_groups_headline_gives_mean_and_sd_with_their_intervals():
    "EM's estimates with the credible intervals in brackets."
    of = comparison("one")
    pairs = re.findall(r"(\S+) \((\S+) to (\S+)\)", headline(of))
    for row, told in zip(of.rows[1:], pairs, strict=True):
        expected = [row.em.estimate, row.bayes.lower, row.bayes.upper]
        assert [float(number) for number in told] == pytest.approx(expected, abs=0.005)
    assert "95% credible intervals" in headline(of)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.999])
def test_the_words_on_the_split_do_not_depend_on_the_level(level):
    "A shorter interval is not a better determined split."
    of = whole(Case.synthetic(), spread=0.25, level=level)
    assert "The data say very little about the split" in headline(of)
    assert f"with {100 * level:g}% probability" in headline(of)
    assert f"({100 * level:g}% profile interval)" in headline(of)


def test_a_precise_split_is_called_precise():
    "From nothing over roughly to well determined, as the posterior narrows."
    told = {
        spread: headline(whole(case(normals(*SEPARATE)), spread=spread))
        for spread in (0.02, 0.1, 0.3)
    }
    assert "The split is well determined" in told[0.02]
    assert "The split is known roughly" in told[0.1]
    assert "The data say very little about the split" in told[0.3]


def test_more_groups_than_asked_for_are_mentioned():
    "Three groups fitted with two: the finding stands, and says that BIC prefers three."
    of = whole(comparison("three").case, 2)
    told = headline(of)
    three = min(fit.bic for fit in of.selection.fits if fit.n_components == 3)
    assert "into two" in told
    assert after(r"By BIC, three groups describe them clearly better \((.*?)\)", told) == [
        round(three, 1), round(of.fit.bic, 1),
    ]  # fmt: skip
    assert told.endswith("try n_components=3.")
    asked = dataclasses.replace(of, command="python -m compare.run")
    assert headline(asked).endswith("try --components 3.")


def test_unneeded_groups_are_contested_if_the_em_test_says_otherwise():
    "BIC alone may leave the question open; both numbers are given."
    of = comparison("one as two")
    assert "EM-test" not in headline(of)
    doubted = dataclasses.replace(of, em_test=em.EmTest(8.0, 0.018))
    told = headline(doubted)
    assert "leave open whether there are two groups" in told
    assert "but the EM-test speaks against a single group (p = 0.018)" in told
    best = min(fit.bic for fit in of.selection.fits)
    assert after(r"better \((.*?);", told) == [round(best, 1), round(of.fit.bic, 1)]


def test_a_posterior_elsewhere_is_said_at_once():
    "EM's weight outside the credible interval is not called a common answer."
    of = comparison("separate")
    heavy = of.posterior.weights * np.array([1.6, 1.0])
    moved = with_draws(of.posterior, weights=heavy / heavy.sum(axis=-1, keepdims=True))
    told = headline(compare(of.fit, moved, case=of.case, criticism=False))
    assert told.startswith("EM splits the 200 values")
    assert "Bayes does not follow EM here" in told
    row = compare(of.fit, moved, case=of.case, criticism=False).rows[0]
    assert after(r"holds (\S+) to (\S+) of them, which leaves out EM's (\S+)% ", told) == (
        pytest.approx([100 * x for x in (row.bayes.lower, row.bayes.upper, row.em.estimate)], abs=1)
    )


def test_a_single_group_with_a_failed_sampler_shows_ems_intervals():
    "Profile intervals in the brackets, and called that."
    of = whole(comparison("one").case, 1, spoil="apart")
    told = headline(of)
    assert "95% profile-likelihood intervals" in told
    ends = after(r"have mean \S+ (\(.*?\))", told)
    assert ends == pytest.approx([of.rows[1].em.lower, of.rows[1].em.upper], abs=0.005)


def test_a_headline_is_found_in_records():
    "What kind of answer, how sure, and whether more groups would be better; without a word."
    kinds = {name: found(comparison(name)) for name in NAMES}
    assert isinstance(kinds["separate"].answer, SeveralGroups)
    assert kinds["separate"].answer.kind == "separate"
    assert kinds["separate"].answer.by_both
    assert isinstance(kinds["one as two"].answer, TooMany)
    assert kinds["one as two"].answer.pvalue is None
    assert isinstance(kinds["one"].answer, OneGroup)
    assert kinds["one"].rival == NoneBetter()
    assert kinds["two as one"].rival.option == "n_components=2"
    judged = {name: one.how_sure and one.how_sure.judgement for name, one in kinds.items()}
    assert (judged["overlapping"], judged["one as two"]) == ("vague", "open")
    assert judged["failing"] == judged["stuck"] == judged["lonely"] == "no_draws"
    assert judged["one"] is judged["collapsed"] is None
    assert kinds["one as two"].how_sure.may_be_empty
    assert kinds["alike"].how_sure.group.order == "sd"
