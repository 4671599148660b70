"""Files, folders and patterns lead to the files that are meant, in an order people expect."""

import gzip
import os

import pytest

from compare.tables.errors import InputError
from compare.tables.sources import find, naturally


@pytest.fixture
def folder(tmp_path):
    "A folder as other programs leave it."
    inside = tmp_path / "trips.v2"
    for name in ("part-10.csv", "part-9.csv", "day=3/part-1.csv", "_SUCCESS", "_metadata"):
        (inside / name).parent.mkdir(parents=True, exist_ok=True)
        (inside / name).write_text("x\n1\n")
    for name in (".part-1.csv.crc", "._part-9.csv", "notes.txt", "_old/part-1.csv", ".git/a.csv"):
        (inside / name).parent.mkdir(parents=True, exist_ok=True)
        (inside / name).write_text("x\n2\n")
    return inside


def names(source):
    return [file.path.name for file in source.files]


def test_of_a_folder_all_data_files_are_read_in_natural_order(folder):
    "Folders below count too; hidden files, notes of other programs and other kinds do not."
    source = find(folder)
    assert names(source) == ["part-1.csv", "part-9.csv", "part-10.csv"]
    assert source.name == "trips.v2"
    assert str(source.place) == "the 3 files of the folder 'trips.v2'"


def test_a_pattern_names_the_report_after_what_its_files_share(folder):
    "Digits and marks at the end of the common beginning are dropped."
    source = find(str(folder / "part-*.csv"))
    assert names(source) == ["part-9.csv", "part-10.csv"]
    assert source.name == "part"
    assert str(source.place) == "the 2 files 'part-*.csv'"
    assert names(find(str(folder / "**" / "part-*.csv"))) == [
        "part-1.csv",
        "part-9.csv",
        "part-10.csv",
    ]
    assert names(find(str(folder / "_old" / "*.csv"))) == ["part-1.csv"]


@pytest.mark.parametrize(
    ("made", "pattern", "name"),
    [
        (["2023.csv", "2024.csv"], "*.csv", "data"),
        (["a.csv", "b.csv"], "*.csv", "data"),
        (["ages 1.csv", "ages 2.csv"], "ages*", "ages"),
        (["ages.csv"], "a*.csv", "ages"),
        (["x_01.csv.gz", "x_02.csv.gz"], "x*", "x"),
    ],
)
def test_every_pattern_gives_a_name_for_files(tmp_path, made, pattern, name):
    "Files with nothing in common are called data."
    for file in made:
        (tmp_path / file).write_text("x\n1\n")
    assert find(str(tmp_path / pattern)).name == name


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    "What exists is never worked out."
    (tmp_path / "ages[1].csv").write_text("x\n1\n")
    (tmp_path / "ages1.csv").write_text("x\n1\n")
    assert names(find(tmp_path / "ages[1].csv")) == ["ages[1].csv"]


@pytest.mark.parametrize(
    ("name", "content", "kind", "zipped"),
    [
        ("a.csv", b"x\n1\n", "csv", False),
        ("a.dat", b"PAR1rest", "parquet", False),
        ("a.parquet", b"rest", "parquet", False),
        ("a.csv.gz", gzip.compress(b"x\n1\n", mtime=0), "csv", True),
        ("a", b"", "csv", False),
    ],
)
def test_files_are_told_apart_by_what_they_begin_with(tmp_path, name, content, kind, zipped):
    "The ending decides only where the content says nothing."
    (tmp_path / name).write_bytes(content)
    (file,) = find(tmp_path / name).files
    assert (file.kind, file.zipped, file.size) == (kind, zipped, len(content))
    assert file.changed == (tmp_path / name).stat().st_mtime_ns


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("trips.v2/none-*.csv", "no file matches"),
        ("trips.v2/part-11.csv", "did you mean 'part-10.csv'?"),
        ("trips.v2/_old/../day=*/x", "no file matches"),
        ("empty", "no file to read in the folder"),
        ("nowhere/a.csv", "nor a folder"),
        ("a\0b", "cannot be read"),
        ("a\0*", "no file matches"),
    ],
)
def test_what_is_not_there_is_answered_in_one_line(folder, data, expected, monkeypatch):
    "With what to check, and the name that may be meant."
    monkeypatch.chdir(folder.parent)
    (folder.parent / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        find(data)
    assert expected in str(caught.value)
    assert str(caught.value).isprintable()


def test_names_of_the_synthetic_heights_are_kept_for_them(tmp_path):
    "Neither a folder nor a pattern can replace the report on the synthetic heights."
    inside = tmp_path / "synthetic-heights"
    inside.mkdir()
    for i in range(2):
        (inside / f"synthetic-heights-{i}.csv").write_text("x\n1\n")
    for data in (inside, str(inside / "*.csv")):
        with pytest.raises(InputError, match="kept for the synthetic"):
            find(data)


def test_a_pipe_is_not_opened_to_see_what_it_is(tmp_path):
    "What comes through it can be read only once."
    os.mkfifo(tmp_path / "pipe")
    (file,) = find(tmp_path / "pipe").files
    assert (file.kind, file.size) == ("csv", 0)


def test_numbers_in_names_are_sorted_by_their_size():
    "Leading zeros, letters between and equal numbers keep an order."
    wanted = ["", "9", "10", "a", "a2b9", "a2b10", "a02b11", "b"]
    assert sorted(["b", *wanted[:-1]], key=naturally) == wanted
