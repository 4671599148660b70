"""Files, folders and patterns lead to the files that are meant, in an order people expect."""

import gzip
import io
import os
from pathlib import Path

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
    ("name", "content", "kind"),
    [
        ("a.csv", b"x\n1\n", "csv"),
        ("a.dat", b"PAR1rest", "parquet"),
        ("a.parquet", b"rest", "parquet"),
        ("a.csv.gz", gzip.compress(b"x\n1\n", mtime=0), "csv"),
        ("a", b"", "csv"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        ("a.xlsx", b"PK\x03\x04cut off", "workbook"),
        ("a.zip", b"PK\x03\x04cut off", "csv"),
        ("a.bin", b"SQLite format 3\0", "database"),
    ],
)
def test_files_are_told_apart_by_what_they_begin_with(tmp_path, name, content, kind):
    "The ending decides only where the content says nothing."
    (tmp_path / name).write_bytes(content)
    (file,) = find(tmp_path / name).files
    assert (file.kind, file.size) == (kind, len(content))
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


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (os.mkfifo, "is no file, but a pipe; name a file, or send the data to standard input"),
        (lambda path: path.symlink_to("/dev/zero"), "is no file, but a device"),
        (lambda path: path.symlink_to("gone.csv"), "is a link to a file that is not there"),
    ],
)
def test_what_is_no_file_is_answered_at_once(tmp_path, make, expected):
    "It is not opened to see what it is: that may take for ever."
    make(tmp_path / "it")
    with pytest.raises(InputError, match=expected):
        find(tmp_path / "it")


def test_every_file_counts_once_whatever_leads_to_it(folder):
    "Links to folders go round in circles, and links to files lead to one that is there already."
    (folder / "round").symlink_to(folder)
    (folder / "again").symlink_to(folder)
    (folder / "part-9b.csv").symlink_to(folder / "part-9.csv")
    os.link(folder / "part-10.csv", folder / "part-10b.csv")
    for data in (folder, str(folder / "**" / "*.csv")):
        found = find(data)
        assert len({file.path.resolve() for file in found.files}) == len(found.files) == 3
    assert find(folder / "part-9b.csv").name == "part-9b"


@pytest.mark.parametrize("data", ["https://example.org/a.csv", Path("s3://bucket/a.parquet")])
def test_nothing_is_fetched(data):
    "An address is called one."
    with pytest.raises(InputError, match="is an address, and nothing is fetched"):
        find(data)


def test_numbers_in_names_are_sorted_by_their_size():
    "Leading zeros, letters between and equal numbers keep an order."
    wanted = ["", "9", "10", "a", "a2b9", "a2b10", "a02b11", "b"]
    assert sorted(["b", *wanted[:-1]], key=naturally) == wanted


def test_standard_input_is_read_once_and_kept_for_a_second_look(monkeypatch):
    "It has a name of its own, and nothing on a terminal is waited for."
    text = io.TextIOWrapper(io.BytesIO(b"x\n1\n2\n"))
    monkeypatch.setattr("sys.stdin", text)
    source = find("-")
    assert (source.name, str(source.place)) == ("standard-input", "'standard input'")
    assert source.files[0].path.read_bytes() == b"x\n1\n2\n"
    monkeypatch.setattr(text, "isatty", lambda: True, raising=False)
    with pytest.raises(InputError, match="nothing is sent there"):
        find("-")
