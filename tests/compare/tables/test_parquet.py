"""Parquet files are read in pieces of bounded size, and what is wrong with them is said in time."""

import decimal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compare.tables.errors import InputError
from compare.tables.formats import pieces
from compare.tables.kinds import parquet
from compare.tables.parts import NO_HINTS, Wanted, split
from compare.tables.sources import find

ROOT = Path(parquet.__file__).parents[2]


@pytest.fixture
def write(tmp_path):
    def to_file(name="a.parquet", row_group_size=None, **columns):
        path = tmp_path / name
        pq.write_table(pa.table(columns), path, row_group_size=row_group_size)
        return path

    return to_file


def read(path, wanted):
    "All pieces of all parts, one after the other."
    return [
        piece
        for file in find(path).files
        for part in parquet.parts(file, wanted)
        for piece in pieces(part, wanted)
    ]


def values(path, wanted):
    return np.concatenate([np.zeros(0), *(piece.values for piece in read(path, wanted))])


def complaint(path, wanted):
    with pytest.raises(InputError) as caught:
        read(path, wanted)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 2, 3], pa.int8()),
        pa.array([1, 2, 3], pa.uint64()),
        pa.array([1, 2, 3], pa.float32()),
        pa.array(np.array([1, 2, 3], np.float16)),
        pa.array([decimal.Decimal("1.00"), decimal.Decimal("2.00"), decimal.Decimal("3.00")]),
        pa.array([1.0, 2.0, 3.0]).dictionary_encode(),
    ],
)
def test_every_type_of_number_is_a_number(write, column):
    "Whole, real, decimal and dictionary-encoded numbers arrive as doubles."
    assert values(write(x=column), Wanted("x")).tolist() == [1.0, 2.0, 3.0]


def test_row_groups_make_parts_and_all_rows_arrive_in_order(write, monkeypatch):
    "Parts hold whole row groups, know their first row, and together hold everything once."
    monkeypatch.setattr(parquet, "ROWS", 25)
    path = write(x=np.arange(100.0), row_group_size=10)
    parts = parquet.parts(find(path).files[0], Wanted("x"))
    assert [part.groups for part in parts] == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
    assert [part.first for part in parts] == [1, 21, 41, 61, 81]
    assert sum(part.rows for part in parts) == 100
    assert values(path, Wanted("x")).tolist() == list(range(100))


def test_weights_and_groups_come_from_their_own_columns(write):
    "Whatever the order of the columns; blanks around a name make no other group."
    path = write(g=["b", "a ", "a"], w=[1, 2, 3], y=[0, 0, 0], x=[1.0, 2.0, 3.0])
    (piece,) = read(path, Wanted("x", "w", "g"))
    found = {group: (x.tolist(), w.tolist()) for group, x, w in split(piece)}
    assert found == {"b": ([1.0], [1.0]), "a": ([2.0, 3.0], [2.0, 3.0])}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (pa.array([1, 2, 1]), ["1", "2", "1"]),
        (pa.array([0.5, 2.5, 0.5]), ["0.5", "2.5", "0.5"]),
        (pa.array([True, False, True]), ["true", "false", "true"]),
        (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        (pa.array(["x", None, " "]), ["x"]),
        (pa.array([1.5, float("nan"), None]), ["1.5"]),
        (pa.nulls(3), []),
    ],
)
def test_groups_of_any_type_are_named_as_they_are_written(write, labels, expected):
    "Numbers, truth values and dictionaries; rows without a group are left out and counted."
    (piece,) = read(write(x=[1.0, 2.0, 3.0], g=labels), Wanted("x", by="g", missing="drop"))
    assert [piece.groups[code] for code in piece.codes] == expected
    assert piece.dropped == 3 - len(expected)


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_gaps_are_refused_with_their_number_and_the_first_row(write, missing):
    "Null and NaN alike, and how to go on."
    path = write(x=[1.0, 2.0, missing, 4.0, missing])
    message = complaint(path, Wanted("x"))
    assert "column 'x' has no value in 2 of 5 rows, the first of them row 3;" in message
    assert "--missing drop" in message


def test_gaps_in_any_column_are_left_out_where_that_is_asked_for(write):
    "A row goes if its value, its weight or its group is missing."
    path = write(
        x=pa.array([1.0, None, 3.0, 4.0, 5.0]),
        w=pa.array([1.0, 1.0, float("nan"), 1.0, 1.0]),
        g=pa.array(["a", "a", "a", None, "a"]),
    )
    (piece,) = read(path, Wanted("x", "w", "g", "drop"))
    assert (piece.values.tolist(), piece.dropped) == ([1.0, 5.0], 3)


def test_a_row_group_without_any_number_is_left_out_whole(write):
    "Nothing is left of it but its count."
    x = np.r_[np.zeros(10), np.full(10, np.nan), np.ones(10)]
    found = read(write(x=x, row_group_size=10), Wanted("x", missing="drop"))
    assert sum(piece.dropped for piece in found) == 10
    assert sum(piece.values.size for piece in found) == 20


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"x": [1.0, np.inf]}, "expected finite numbers in column 'x', got inf in row 2"),
        ({"x": [1.0, 2.0], "w": [1, -3]}, "weights of zero or more in column 'w', got -3 in row 2"),
        ({"x": ["1", "2"]}, "expected numbers in column 'x', got the type 'string'"),
        ({"x": [True, False]}, "got the type 'bool'"),
        ({"x": [[1.0], [2.0]]}, "got the type 'list<"),
        ({"y": [1.0, 2.0]}, "has no column 'x', only 'y'"),
        ({"x": [1.0], "w": ["a"]}, "expected numbers in column 'w'"),
    ],
)
@pytest.mark.parametrize("missing", ["refuse", "drop"])
def test_what_is_no_usable_number_is_always_refused(write, columns, expected, missing):
    "Whatever is done with gaps."
    wanted = Wanted("x", "w" if "w" in columns else None, missing=missing)
    assert expected in complaint(write(**columns), wanted)


@pytest.mark.parametrize("labels", [[["a"], ["b"]], [{"a": 1}, {"a": 2}], [b"\xff", b"\xfe"]])
def test_what_cannot_name_a_group_is_refused(write, labels):
    "Lists, records and bytes that are no text."
    message = complaint(write(x=[1.0, 2.0], g=labels), Wanted("x", by="g"))
    assert "cannot be taken for numbers and names of groups" in message


def test_dates_name_groups(write):
    "As they are written."
    days = pa.array([0, 1], pa.date32())
    (piece,) = read(write(x=[1.0, 2.0], g=days), Wanted("x", by="g"))
    assert piece.groups == ("1970-01-01", "1970-01-02")


def test_the_only_column_of_numbers_needs_no_name(write):
    "Weights and groups are not taken for it."
    (file,) = find(write(person=["a"], x=[1.0], w=[1])).files
    assert parquet.column_of(file, None, ("w",), NO_HINTS) == ("x", True)
    assert parquet.column_of(file, " x ", (), NO_HINTS) == ("x", False)
    (file,) = find(write(person=["a"], x=[1.0], y=[1])).files
    with pytest.raises(InputError, match="say which one holds the values"):
        parquet.column_of(file, None, (), NO_HINTS)


def test_a_page_whose_checksum_is_wrong_is_refused(tmp_path):
    "One bit has changed on the way."
    path = tmp_path / "a.parquet"
    table = pa.table({"x": np.random.default_rng(1).normal(size=5000)})
    pq.write_table(table, path, compression="none", write_page_checksum=True)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "'a.parquet' is damaged in rows 1 to 5,000" in complaint(path, Wanted("x"))


def test_too_many_groups_are_refused_at_once(write):
    "A column of ten thousand values is no column of groups."
    path = write(x=np.arange(10_000.0), g=np.arange(10_000))
    assert "has 10,000 different values or more" in complaint(path, Wanted("x", by="g"))


@pytest.mark.parametrize("keep", [0, 3, 100, -8, -20])
def test_a_truncated_file_is_told_from_a_whole_one(write, keep):
    "Wherever the end was lost."
    path = write(x=np.arange(1000.0))
    path.write_bytes(path.read_bytes()[:keep])
    assert "'a.parquet' is damaged, or no whole Parquet file" in complaint(path, Wanted("x"))


def test_a_damaged_page_is_placed_by_its_rows(write, monkeypatch):
    "A file whose footer is fine and whose middle is not."
    monkeypatch.setattr(parquet, "ROWS", 1000)
    path = write(x=np.random.default_rng(0).normal(size=3000), row_group_size=1000)
    about = pq.ParquetFile(path).metadata.row_group(1).column(0)
    content = bytearray(path.read_bytes())
    begin = about.dictionary_page_offset or about.data_page_offset
    content[begin : begin + 40] = b"\xff" * 40
    path.write_bytes(bytes(content))
    assert "damaged in rows 1,001 to 2,000" in complaint(path, Wanted("x"))


MEASURE = """
import resource, sys
from pathlib import Path
from compare.tables.formats import pieces
from compare.tables.parts import Wanted
from compare.tables.kinds.parquet import parts
from compare.tables.sources import find
import pyarrow.parquet, numpy

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

before = peak()
wanted = Wanted("x")
(file,) = find(Path(sys.argv[1])).files
(part,) = parts(file, wanted)
rows = sum(piece.values.size for piece in pieces(part, wanted))
print(rows, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other units")
def test_a_row_group_larger_than_the_memory_is_read_in_pieces(tmp_path):
    "Twelve million rows in one group are 96 MB as they are; reading them takes half of that."
    n = 12_000_000
    rng = np.random.default_rng(1)
    table = pa.table({"x": rng.random(n)})
    # Neither makes numbers like these smaller.
    plain = {"compression": "none", "use_dictionary": False}
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=n, **plain)
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE, tmp_path / "a.parquet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rows, megabytes = map(int, ended.stdout.split())
    assert rows == n
    assert megabytes < 60
