"""A report on one column never takes the place of a report on another."""

import json

import pytest
from handmade import comparison

from compare.command.naming import named_apart
from compare.page.document import to_json


@pytest.fixture
def report(tmp_path):
    "Writes what tells of a report: its JSON."

    def write(name, variable, *, by=False):
        about = {"case": {"variable": variable}}
        document = {"groups": [about]} if by else about
        (tmp_path / f"{name}.json").write_text(json.dumps(document))

    return write


def names(tmp_path, **changes):
    import dataclasses

    case = dataclasses.replace(comparison("one").case, name="people", **changes)
    return [one.name for one in named_apart((case, case), tmp_path)]


def test_the_first_column_has_the_name_of_the_file_and_keeps_it(tmp_path, report):
    "Others have their own name behind it, each its own, whatever their letters."
    assert names(tmp_path, variable="身高") == ["people", "people"]
    report("people", "身高")
    assert names(tmp_path, variable="身高") == ["people", "people"]
    assert names(tmp_path, variable="体重") == ["people-体重", "people-体重"]
    assert names(tmp_path, variable="a/b\n..") == ["people-a-b", "people-a-b"]
    report("people-a-b", "a/b\n..")
    assert names(tmp_path, variable="a b") == ["people-a-b-2", "people-a-b-2"]


def test_a_report_by_groups_counts_too(tmp_path, report):
    "It is on a column as well."
    report("people", "height", by=True)
    assert names(tmp_path, variable="height") == ["people", "people"]
    assert names(tmp_path, variable="weight") == ["people-weight", "people-weight"]


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"groups": []}', '{"case": {"variable": 1}}', "[" * 9999]
)
def test_what_is_no_report_is_in_nobodys_way(tmp_path, content):
    "An earlier version's has no name of its column."
    (tmp_path / "people.json").write_text(content)
    assert names(tmp_path, variable="height") == ["people", "people"]


def test_a_report_says_which_column_it_is_on():
    "So that the next run can tell."
    of = comparison("one")
    assert json.loads(to_json(of))["case"]["variable"] == of.case.variable
