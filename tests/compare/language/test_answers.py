"""Both answers as data: the numbers of the rows, what has no interval, and how many digits."""

import dataclasses
import math
import re

import pytest
from handmade import comparison
from spoken import numbers

from compare.findings.answers import Columns, answers, columns
from compare.findings.terms import Group, Parameter, Range
from compare.language import en, zh
from compare.language.en import terms as en_terms
from compare.language.zh import terms as zh_terms


@pytest.mark.parametrize("name", ["overlapping", "three", "collapsed", "one"])
def test_the_answers_are_the_rows(name):
    "Every number as it is, in the same order."
    of = comparison(name)
    found = answers(of)
    assert (found.level, found.has_truth) == (of.level, of.truth is not None)
    for row, said in zip(of.rows, found.rows, strict=True):
        assert (said.parameter.kind, said.parameter.group.place) == (row.parameter, row.component)
        assert (said.truth, said.estimate.value, said.median, said.sd) == (
            row.truth, row.em.estimate, row.bayes.median, row.bayes.sd,
        )  # fmt: skip
        assert said.credible == Range(row.bayes.lower, row.bayes.upper)
        assert (said.inside, said.quantile) == (row.em_in_interval, row.em_quantile)
        assert said.unit == ("" if row.parameter == "weights" else of.case.unit)


def test_a_fit_that_is_no_maximum_has_neither_errors_nor_intervals():
    "And its estimates to their own digits: a collapsed sd is tiny, not zero."
    of = comparison("collapsed")
    assert math.isnan(of.rows[0].em.se)
    for said in answers(of).rows:
        assert said.se is None
        assert said.confidence is None
        assert said.estimate.width is None


def test_draws_that_are_all_the_same_give_no_digits():
    "Those of EM's standard error are taken instead."
    of = comparison("stuck")
    for row, said in zip(of.rows, answers(of).rows, strict=True):
        assert said.width == row.em.se


def test_the_weight_of_the_only_group_is_constant():
    "And nothing is in an order."
    assert [said.constant for said in answers(comparison("one")).rows] == [True, False, False]
    assert not columns(comparison("one")).in_order
    assert columns(comparison("three")).in_order
    assert not any(said.constant for said in answers(comparison("three")).rows)


@pytest.mark.parametrize("name", ["overlapping", "three", "collapsed", "one", "stuck"])
def test_both_languages_show_the_same_numbers(name):
    "In every cell, and in what is said of the columns."
    found = answers(comparison(name))
    english, chinese = en.answers(found), zh.answers(found)
    for row, same in zip(english.rows, chinese.rows, strict=True):
        for field in dataclasses.fields(row):
            if field.name != "parameter":
                ours, theirs = getattr(row, field.name), getattr(same, field.name)
                assert numbers(ours) == numbers(theirs)
                assert bool(ours) == bool(theirs)
    assert numbers(english.credible) == numbers(chinese.credible)
    for survey in (False, True):
        held = Columns(0.9, survey, in_order=True)
        assert sorted(numbers(en.columns(held).text)) == sorted(numbers(zh.columns(held).text))


@pytest.mark.parametrize("order", ["mean", "sd"])
@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_every_parameter_has_a_name_of_its_own_in_both_languages(count, order):
    "Of so many groups, named by either."
    every = [
        Parameter(kind, Group(place, count, order))
        for kind in ("weights", "means", "sds")
        for place in range(count)
    ]
    for book in (en_terms, zh_terms):
        assert len({book.label(one) for one in every}) == len(every)


def test_a_column_or_cell_in_chinese_holds_no_english():
    "But for names that the field has in Latin letters, and units."
    found = answers(comparison("overlapping"))
    said = zh.answers(found)
    texts = [value for value in vars(said).values() if isinstance(value, str)]
    texts += [value for row in said.rows for name, value in vars(row).items() if name != "unit"]
    texts += [*said.inside, zh.columns(columns(comparison("overlapping"))).text]
    words = set(re.findall(r"[A-Za-z]+", " ".join(texts)))
    assert words <= {"EM", "Wald", "logit", "Pfeffermann"}
