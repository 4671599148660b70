"""Text of any size is read alike: in blocks, or row by row where a block has anything odd."""

import bz2
import csv
import gzip
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.tables.errors import InputError
from compare.tables.formats import pieces
from compare.tables.kinds import opening, text
from compare.tables.parts import Hints, Wanted
from compare.tables.read import read
from compare.tables.sources import find


@pytest.fixture
def write(tmp_path):
    def to_file(content, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


@pytest.fixture
def in_blocks(monkeypatch):
    "Blocks of a few kilobytes, read by pyarrow if at all possible; how many rows were read singly."
    single = []
    slow = text._Reader._slow

    def noted(self, block):
        before = self.n_rows
        yield from slow(self, block)
        single.append(self.n_rows - before)

    monkeypatch.setattr(text, "FEW", 0)
    monkeypatch.setattr(opening, "CHUNK", 1 << 12)
    monkeypatch.setattr(text._Reader, "_slow", noted)
    return single


def zipped(content, *names):
    "An archive with that content under each name."
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


def said(path, *arguments, **options):
    with pytest.raises(InputError) as caught:
        read(path, *arguments, **options)
    assert str(caught.value).isprintable()
    return str(caught.value)


# ---- both ways of reading say the same ----

PLAIN = [
    "x\n171.5\n168\n",
    "x\r\n171.5\r\n168\r\n",
    "x\r171.5\r168\r",
    "\ufeffx\n171.5\n168",
    "\n\nx\n171.5\n168\n",
    "id;x\n1;171.5\n2;168\n",
    "id;x\n1;171,5\n2;168,0\n",
    "id\tx\n1\t171.5\n2\t168\n",
    "id|x\n1|171.5\n2|168\n",
    'x,note\n171.5,"a, and more"\n168,身高\n',
    "x,x2,x2\n171.5,1,\n168,2,\n",
    "x;\n171.5;\n168;\n",
    "x,\n171.5,\n168,\n",
    gzip.compress(b"x\n171.5\n168\n", mtime=0),
    gzip.compress(b"x\n171.5\n", mtime=0) + gzip.compress(b"168\n", mtime=0),
    bz2.compress(b"x\n171.5\n168\n"),
    zipped(b"x\n171.5\n168\n", "in/a.csv", "__MACOSX/._a.csv"),
    "x\n171.5\n168\n".encode("utf-16"),
    "x,name\n171.5,Größe\n168,Änne\n".encode("cp1252"),
    "x\n$171.5\n$168\n",
    "x\n171.5 cm\n168 cm\n",
    "x\n171.5 %\n168 %\n",
    "x\n+171.5\n168\n",
]


@pytest.mark.parametrize("content", PLAIN)
def test_common_files_are_read_in_blocks(write, in_blocks, content):
    "No dialect of them needs a second look."
    found = read(write(content), "x")
    assert found.values.tolist() == [171.5, 168.0]
    if not str(content).startswith("x\n+"):  # pyarrow does not know a plus
        assert sum(in_blocks) == 0


@pytest.mark.parametrize(
    "content",
    [
        'id, "x"\n1, "171.5"\n2, 168\n',
        'x,note\n171.5,"two\nlines"\n168,b\n',
        'x,note\n171.5,"a ""quote"""\n168,b"\n',
        "x\n171.5\n168\n\n\n",
        "id,x\n1,171.5\n2,168\n,\n,\n",
        "id,x\n1,171.5\n2,168\n\n",
        "x y\n171.5 a\n168   b\n",
        '"x" "sex"\n"1" 171.5 "m"\n"2" 168 "f"\n',
        "x\n\u2212171.5\n\u2013168\n",
    ],
)
@pytest.mark.usefixtures("in_blocks")
def test_uncommon_files_are_read_all_the_same(write, content):
    "Where pyarrow cannot or should not decide, rows are read one by one."
    assert [abs(value) for value in read(write(content), "x").values] == [171.5, 168.0]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["1", "2.5", "-3e2", "", "NA", " nan ", "-", '"7"', " 8", "1e400", "x", "+4", "1_0"]
            ),
            st.sampled_from(["1", "0", "2.5", "", "null", "-1"]),
            st.sampled_from(
                ["a", " a", "b ", "", '"c, d"', "None", '"two\nlines"', 'a"', '"', '"a""b"', "a,b"]
            ),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["refuse", "drop"]),
)
def test_both_ways_give_the_same_cells_or_the_same_words(tmp_path_factory, rows, end, missing):
    "Values, weights, groups, the count of what is missing, and the line of what is wrong."
    path = tmp_path_factory.mktemp("same") / "a.csv"
    path.write_bytes(end.join(["x,w,g", *(",".join(row) for row in rows), ""]).encode())
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for few in (0, 1 << 16):
            patch.setattr(text, "FEW", few)
            try:
                one = read(path, "x", "w", by="g", missing=missing)
            except InputError as error:
                found.append(str(error))
            else:
                labels = [one.groups[code] for code in one.codes]
                found.append((one.values.tolist(), one.weights.tolist(), labels, one.dropped))
    assert found[0] == found[1]


# ---- no row vanishes ----


@pytest.mark.parametrize("rows", [1000, 30_000])
@pytest.mark.parametrize("tail", ["", '"', 'x"'])
@pytest.mark.usefixtures("in_blocks")
def test_a_quote_without_its_partner_swallows_no_rows(write, rows, tail):
    "In one file or in several, small or large; a second stray quote does not hide the first."
    lines = [f"{i},{170 + i % 7},ok" for i in range(rows)]
    lines[9] = '9,171,"note'
    lines[rows // 2] += tail
    path = write("id,x,note\n" + "\n".join(lines) + "\n")
    write("id,x,note\n" + "\n".join(f"{i},170,ok" for i in range(rows)) + "\n", "b.csv")
    for data in (path, path.parent):
        message = said(data, "x")
        assert "'a.csv'" in message
        assert "line 11" in message


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_as_many_rows_are_read_as_were_written(tmp_path_factory, data):
    "Python's own csv writes them: notes with quotes, separators and line ends of their own."
    note = st.text('ab,;"\n\t |', max_size=6)
    rows = data.draw(st.lists(st.tuples(st.integers(0, 999), note), min_size=3, max_size=60))
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("x", "note"), *rows])
    try:
        found = read(path, "x").values.tolist()
    except InputError as error:
        message = str(error)
    else:
        message, rows_read = "", found
    # A note that looks like rows is asked about; nothing else is.
    assert "look like rows" in message if message else rows_read == [value for value, _ in rows]


def test_a_fault_far_into_a_file_has_its_line(write, in_blocks):
    "Though the rows before were not read one by one."
    rows = [f"{i},{i / 7}" for i in range(20_000)]
    rows[15_000] = "15000,none of it"
    message = said(write("id,x\n" + "\n".join(rows) + "\n"), "x")
    assert "1 of the 20000 values in column 'x'" in message
    assert "the first on line 15002: 'none of it'" in message
    assert 0 < sum(in_blocks) < 1000


def test_a_blank_before_a_quote_far_into_a_file_only_costs_time(write, in_blocks):
    "All values arrive once and in order, whoever reads them."
    rows = [str(i) for i in range(20_000)]
    rows[15_000] = ' "15000"'
    found = read(write("x\n" + "\n".join(rows) + "\n"))
    assert found.values.tolist() == list(range(20_000))
    assert 0 < sum(in_blocks) < 2000


@pytest.mark.usefixtures("in_blocks")
def test_whoever_watches_hears_of_all_rows_and_bytes(write):
    "Bytes are those of the file as it lies on the disk, packed or not."
    plain = ("x\n" + "".join(f"{i / 7}\n" for i in range(20_000))).encode()
    for content in (plain, gzip.compress(plain)):
        path = write(content)
        (part,) = text.parts(find(path).files[0], Wanted("x"))
        heard = []

        class Watch:
            def pulse(self, *what):
                heard.append(what)  # noqa: B023 - used within the loop only

        list(pieces(part, Wanted("x"), Watch()))
        assert tuple(np.sum(heard, axis=0)) == (20_000, path.stat().st_size)
        assert len(heard) >= 3


# ---- what is no table ----


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\n" * (2 << 20), "begins with 1,048,576 bytes of blanks and line ends"),
        (64 * gzip.compress(b"\0" * (1 << 20)), "is not text: a NUL byte on line 1"),
        (64 * gzip.compress(b"1" * (1 << 20)), "line 1 is longer than 4,194,304 bytes"),
        (b"x\n" + b"1\n" * 9 + b"2" * (9 << 20), "line 11 is longer than 4,194,304 bytes"),
        (bz2.compress(b"x\n1\n2\n")[:-9], "is a damaged bz2 file"),
        (zipped(b"x\n1\n2\n", "a.csv", "b.csv"), "is a zip file with 2 files in it, 'a.csv', 'b."),
        (b"x\n1\n" + b"\n" * (5 << 20) + b"2\n", "5242880 missing), the first on line 3"),
        (b'[{"x": 1}, {"x": 2}]', "looks like JSON, which is no table"),
        (b"\n<!DOCTYPE html><table>", "looks like HTML or XML, which is no table"),
        (b"\xfd7zXZ\x00rest", "is packed with xz; save the table as CSV or Parquet"),
        ("x\n1\n身高\n".encode("gb18030"), "not UTF-8 text: byte 0xc9 on line 3"),
        ("x\n1\n2\n".encode("utf-16")[:-1], "is not utf-16 text from line 3 on"),
    ],
    ids=[
        "blank",
        "nul bomb",
        "long bomb",
        "long line",
        "bz2",
        "zip",
        "gap",
        "json",
        "html",
        "xz",
        "gb18030",
        "half",
    ],
)
def test_what_is_no_table_is_answered_in_one_line(write, content, expected):
    "In bounded memory, and before all of it is unpacked."
    assert expected in said(write(content), "x")


def test_characters_beyond_utf_8_are_read_where_their_encoding_is_told(write):
    "The name of a column is in it."
    path = write("身高,x\n171,1\n168,2\n".encode("gb18030"))
    assert "--encoding" in said(path, "身高")
    found = read(path, "身高", hints=Hints(encoding="gb18030"))
    assert found.values.tolist() == [171, 168]
    assert found.plan.how.encoding == "gb18030"
    assert read(write("Größe\n1\n2\n".encode("cp1252")), "Größe").plan.how.encoding == "cp1252"
