"""One quantity or groups: said at the head where a single law does as well, or better."""

import re
from dataclasses import replace

import numpy as np
import pytest
from handmade import comparison

import em
from compare.comparison.laws import Law
from compare.findings.fits.verdict import verdict
from compare.findings.group_count import TriedLaw, criteria, number_of_groups, preferred
from compare.findings.head.headline import headline
from compare.findings.head.one_law import one_law
from compare.findings.standing import Standing, standing
from compare.language import en
from compare.language.zh import headline as zh
from compare.language.zh import verdict as in_chinese


def beside(name, lead, law="gamma"):
    "A comparison beside a law without parameters whose BIC is lower by `lead` than the best one's."
    of = comparison(name)
    bic = preferred(of).bic - lead
    return replace(of, laws=(Law(law, (1.0, 0.0, 1.0), -0.5 * bic, 0, of.fit.sample.n),))


@pytest.mark.parametrize(
    ("name", "lead", "judgement"),
    [
        ("separate", 6.1, "leads"),
        ("separate", 5.9, "rivals"),
        ("separate", -5.9, "rivals"),
        ("separate", -6.1, None),
        ("one", 6.1, "leads"),
        ("one", 5.9, None),
        ("one as two", 5.9, None),
        ("one as two", 6.1, "leads"),
        ("collapsed", 6.1, "leads"),
    ],
)
def test_a_law_leads_by_six(name, lead, judgement):
    "In between both stand; one normal group needs no rival that is about as good."
    found = one_law(beside(name, lead))
    assert (found and found.judgement) == judgement


def test_nothing_is_said_where_nothing_was_compared():
    assert one_law(replace(comparison("separate"), laws=())) is None
    assert "quantity" not in en.headline(headline(replace(comparison("separate"), laws=())))


def test_a_law_that_leads_is_said_first():
    "With both numbers; the groups follow for who asked for them."
    of = beside("separate", 20.0)
    text = en.headline(headline(of))
    best = preferred(of)
    assert text.startswith(
        "By BIC, one gamma quantity describes the 200 values of size clearly better than two "
        f"groups ({best.bic - 20:.1f} against {best.bic:.1f}; lower is better): it may be one "
        "quantity that is lopsided, and no groups at all. EM"
    )
    assert "two clearly separate groups" in text
    heavy = en.headline(headline(beside("separate", 20.0, "t")))
    assert "one Student's t quantity" in heavy
    assert "that has heavy tails" in heavy


def test_a_law_that_is_about_as_good_is_said_after_the_groups():
    text = en.headline(headline(beside("separate", 1.0, "log-normal")))
    groups, _, law = text.partition(" By BIC, one log-normal quantity describes them about as well")
    assert "two clearly separate groups" in groups
    assert "whether there are groups, or one quantity that is lopsided, they leave open." in law


def test_beside_a_single_group_the_quantity_is_no_normal_one():
    text = en.headline(headline(beside("one", 7.0, "t")))
    assert "clearly better than a normal one" in text
    assert "the quantity has heavy tails." in text


def test_more_groups_are_not_advised_where_a_single_law_is_better():
    "Two are fitted as one: BIC would have them, and one law is better than two."
    assert headline(replace(comparison("two as one"), laws=())).rival.option
    assert headline(beside("two as one", -0.5)).rival.option
    assert headline(beside("two as one", 0.5)).rival is None


def test_both_languages_say_the_same_numbers():
    for lead in (20.0, 1.0):
        found = headline(beside("separate", lead))
        numbers = [set(re.findall(r"\d+\.\d", said(found))) for said in (en.headline, zh)]
        assert numbers[0] == numbers[1]
        assert f"{found.one_law.bic:.1f}" in numbers[0]


def test_laws_stand_in_the_table_of_criteria():
    of = beside("separate", 3.0)
    *groups, law = criteria(of)
    assert len(groups) == len(of.selection.fits)
    assert isinstance(law, TriedLaw)
    row = en.criteria(criteria(of)).rows[-1]
    bic = f"{of.laws[0].bic:.1f}"
    assert row[:3] == ("1, gamma", "", "0")
    assert row[-2:] == (bic, bic)


def test_as_many_parameters_as_values_are_no_advice():
    "Six values are described by six parameters; twelve would tell something."
    of = replace(comparison("two as one"), laws=())
    more = headline(of).rival.best
    for n, advised in ((2 * 5 - 1, False), (2 * 5, True)):
        few = replace(of, case=replace(of.case, sample=em.Sample(np.arange(n))))
        assert preferred(few).n_parameters == 5
        assert (headline(few).rival is not None) is advised
    assert more.n_components == 2


def test_the_section_on_groups_does_not_contradict_the_head():
    "What is best of normal groups is not best of all where a law leads."
    for lead, said in ((0.5, True), (20.0, True), (-0.5, False)):
        of = beside("separate", lead)
        text = en.number_of_groups(number_of_groups(of))
        assert text.startswith("Of normal groups, two groups describe the data best by BIC")
        better = f"One gamma quantity describes them better still ({of.laws[0].bic:.1f})"
        assert (better in text) is said


@pytest.mark.parametrize(
    ("name", "lead", "mark"),
    [
        ("separate", 6.1, Standing.OPEN),
        ("separate", 5.9, Standing.GOOD),
        ("one", 6.1, Standing.GOOD),  # nobody spoke of groups
        ("failing", 6.1, Standing.BAD),
    ],
)
def test_no_tick_stands_where_groups_are_not_the_answer(name, lead, mark):
    of = beside(name, lead)
    assert standing(of) is mark
    said = [book(verdict(of)) for book in (en.verdict, in_chinese)]
    for text, words in zip(
        said, ("without groups describes them", "不分组的单一分布"), strict=True
    ):
        assert (words in text) is (mark is Standing.OPEN)
