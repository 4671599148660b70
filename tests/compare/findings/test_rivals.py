"""Other numbers of groups by Bayes: the table holds what was compared, or a line says how to."""

import dataclasses

import pytest
from handmade import comparison
from spoken import findings, numbers

import em
from compare.comparison.rivals import Rivals
from compare.findings.criticism.rivals import rivals

on_rivals = findings.on_rivals
rival_table = findings.rival_table
what_rivals_mean = findings.what_rivals_mean


def test_the_table_puts_bayes_beside_bic(thorough):
    "A row for each number, this report's marked, with BIC on the scale of the other column."
    of, sample = thorough, thorough.fit.sample
    table, rows = rival_table(of), of.criticism.rivals.table.rows
    assert table.rows[table.chosen][0] == "2 (this report)"
    for row, cells in zip(rows, table.rows, strict=True):
        assert numbers(cells[2]) == [round(row.evidence.logml, 2), round(row.evidence.se, 2)]
        bic = em.fit(sample, row.n_components).bic
        assert numbers(cells[3]) == [pytest.approx(-bic / 2, abs=0.006)]
        assert (cells[4] == "best") == (row.elpd_difference == 0)
    assert table.rows[0][1] == "under 0.001"
    assert rivals(of).most_probable.n_components == 2
    assert rivals(of).rivals[0].evidence == "very strong"
    assert "log K! less" in what_rivals_mean(of).text
    for failed, words in (((), ""), ((3,), "The draws with three groups fail their checks")):
        compared = Rivals(of.criticism.rivals.table, failed)
        changed = dataclasses.replace(of.criticism, rivals=compared)
        told = on_rivals(dataclasses.replace(of, criticism=changed))
        assert words in told
        assert ("are rough" in told) == bool(failed)


def test_without_it_a_line_says_how_to_ask():
    "By the option where a command made the report, by the argument from Python."
    assert "the option --thorough does it" in on_rivals(comparison("overlapping"))
    assert "thorough=True in compare.compare does it" in on_rivals(comparison("separate"))
    assert rival_table(comparison("overlapping")) is None
    assert what_rivals_mean(comparison("overlapping")) is None
    bare = dataclasses.replace(comparison("separate"), criticism=None)
    assert on_rivals(bare) == ""


def test_rivals_that_could_not_be_made_are_no_failure():
    "A prior that nobody passed, as those made by hand here."
    of = comparison("separate")
    lost = dataclasses.replace(of.criticism, not_made={"rivals": "no prior"})
    assert "could not be compared by Bayes" in on_rivals(dataclasses.replace(of, criticism=lost))
