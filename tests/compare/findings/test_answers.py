"""Both answers as data: the numbers of the rows, what has no interval, and how many digits."""

import math

import pytest
from handmade import comparison

from compare.findings.answers import answers, columns
from compare.findings.terms import Range


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
