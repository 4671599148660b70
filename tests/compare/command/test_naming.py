"""A report on one column never takes the place of a report on another."""

import json

import pytest
from handmade import comparison

from compare.command.naming import named_apart


@pytest.fixture
def report(tmp_path):
    "Writes what tells of a report: its JSON."

    def write(name, column):
        (tmp_path / f"{name}.json").write_text(json.dumps({"case": {}, "column": column}))

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


@pytest.mark.parametrize("content", ["", "[1]", '{"groups": []}', '{"column": 1}', "[" * 9999])
def test_what_is_no_report_is_in_nobodys_way(tmp_path, content):
    "An earlier version's has no name of its column."
    (tmp_path / "people.json").write_text(content)
    assert names(tmp_path, variable="height") == ["people", "people"]
