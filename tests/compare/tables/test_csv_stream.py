"""Large CSV files are read in blocks, and say the same as small ones read row by row."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.tables import columns, csv_stream
from compare.tables.errors import InputError
from compare.tables.formats import pieces
from compare.tables.parts import Wanted
from compare.tables.sources import find


@pytest.fixture
def write(tmp_path):
    def to_file(content, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


@pytest.fixture
def slow(monkeypatch):
    "How many rows were skipped each time that rows were read one by one."
    skipped = []

    def noted(*arguments, skip):
        skipped.append(skip)
        return columns.by_row(*arguments, skip=skip)

    monkeypatch.setattr(csv_stream, "by_row", noted)
    return skipped


def streamed(path, wanted):
    "All pieces of a file as one: values, weights, groups and the number of rows left out."
    (file,) = find(path).files
    found = [piece for part in csv_stream.parts(file, wanted) for piece in pieces(part, wanted)]
    weights = [weight for piece in found if piece.weights is not None for weight in piece.weights]
    groups = [
        piece.groups[code] for piece in found if piece.codes is not None for code in piece.codes
    ]
    return (
        [value for piece in found for value in piece.values],
        weights,
        groups,
        sum(piece.dropped for piece in found),
    )


def at_once(path, wanted):
    "The same by the reading of small files."
    read = columns.read(path, wanted.column, wanted.weights, by=wanted.by, missing=wanted.missing)
    groups = [] if read.codes is None else [read.groups[code] for code in read.codes]
    weights = [] if read.weights is None else read.weights.tolist()
    return read.values.tolist(), weights, groups, read.dropped


PLAIN = [
    "x\n171.5\n168\n",
    "x\r\n171.5\r\n168\r\n",
    "\ufeffx\n171.5\n168",
    "\n\nx\n171.5\n168\n",
    "id;x\n1;171.5\n2;168\n",
    "id\tx\n1\t171.5\n2\t168\n",
    'x,note\n171.5,"a ""quote"", and more"\n168,身高\n',
    'x,note\n171.5,"two\nlines"\n168,b\n',
    "x,x2,x2\n171.5,1,\n168,2,\n",
    gzip.compress(b"x\n171.5\n168\n", mtime=0),
    gzip.compress(b"x\n171.5\n", mtime=0) + gzip.compress(b"168\n", mtime=0),
]


@pytest.mark.parametrize("content", PLAIN)
def test_common_files_are_read_in_blocks(write, slow, content):
    "No dialect of them needs a second look."
    assert streamed(write(content), Wanted("x"))[0] == [171.5, 168.0]
    assert slow == []


@pytest.mark.parametrize(
    "content",
    [
        'id, "x"\n1, "171.5"\n2, 168\n',
        "x\n+171.5\n168\n",
        "x\n171.5\n168\n\n\n",
        "id,x\n1,171.5\n2,168\n,\n,\n",
        "x\r171.5\r168\r",
        "id,x\n1,171.5\n2,168\n\n",
    ],
)
def test_uncommon_files_are_read_all_the_same(write, content):
    "Where pyarrow cannot or should not decide, rows are read one by one."
    assert streamed(write(content), Wanted("x"))[0] == [171.5, 168.0]


BAD = [
    "x\n171\nabc\n168\nn/a\n\n\n170\n",
    "x\n171\n\n168\n",
    "x\n171\nNaN\n",
    "x\n171\n-inf\n1e999\n",
    "x\n171\n1_000\n",
    "x\n171 cm\n168 cm\n",
    "id;x\n1;171,5\n2;168,0\n",
    'note,x\n"a\nb\nc",171\n"d\ne",y\n',
    "id,x\n1,171\n2\n3,168\n",
    "x\n171\n168,5\n",
    'id,x\n1,171\n2,"168\n3,170\n',
    '"x\n171\n',
    "y\n1\n",
    "x,x\n1,2\n",
    "PK\x03\x04",
    gzip.compress(b"x\n1\n2\n" * 99, mtime=0)[:-9],
]


@pytest.mark.parametrize("content", BAD)
def test_faults_are_named_as_in_small_files(write, content):
    "With file, line, column and cell."
    path = write(content)
    said = []
    for read in (streamed, at_once):
        with pytest.raises(InputError) as caught:
            read(path, Wanted("x"))
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert said[0].isprintable()


def test_a_fault_far_into_a_file_is_found_without_doing_it_all_again(write, slow, monkeypatch):
    "Rows that were read are only counted; the line is right, and what came before was given out."
    monkeypatch.setattr(csv_stream, "PIECE", 1000)
    monkeypatch.setattr(csv_stream, "BLOCK", 1 << 12)
    rows = [f"{i},{i / 7}" for i in range(20_000)]
    rows[15_000] = "15000,none of it"
    path = write("id,x\n" + "\n".join(rows) + "\n")
    wanted = Wanted("x")
    (part,) = csv_stream.parts(find(path).files[0], wanted)
    seen = []
    with pytest.raises(InputError, match=r"column 'x' .* the first on line 15002: 'none of it'"):
        seen.extend(piece.values.size for piece in pieces(part, wanted))
    assert 10_000 < sum(seen) == slow[0] <= 15_000


def test_a_blank_before_a_quote_far_into_a_file_only_costs_time(write, slow, monkeypatch):
    "All values arrive once and in order, whoever reads them."
    monkeypatch.setattr(csv_stream, "PIECE", 1000)
    monkeypatch.setattr(csv_stream, "BLOCK", 1 << 12)
    rows = [str(i) for i in range(20_000)]
    rows[15_000] = ' "15000"'
    found, *_ = streamed(write("x\n" + "\n".join(rows) + "\n"), Wanted("x"))
    assert found == list(range(20_000))
    assert len(slow) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2.5", "-3e2", "", "NA", " nan ", "-", '"7"', " 8"]),
            st.sampled_from(["1", "0", "2.5", "", "null"]),
            st.sampled_from(["a", " a", "b ", "", '"c, d"', "None"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_rows_that_are_left_out_are_the_same_as_in_small_files(tmp_path_factory, rows, end, zipped):
    "Values, weights, groups and the count of what is missing."
    path = tmp_path_factory.mktemp("drop") / "a.csv"
    text = end.join(["x,w,g", *(",".join(row) for row in rows), ""]).encode()
    path.write_bytes(gzip.compress(text) if zipped else text)
    wanted = Wanted("x", "w", "g", "drop")
    try:
        expected = at_once(path, wanted)
    except InputError:
        # Nothing is left, or nothing that weighs: a part says so by being empty.
        assert not any(streamed(path, wanted)[1])
    else:
        assert streamed(path, wanted) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text('x1.5,;\t"\n\r \x00\ufeffé-', max_size=40).map(str.encode),
    ),
    st.sampled_from(["refuse", "drop"]),
)
def test_any_bytes_at_all_give_numbers_or_one_line(tmp_path_factory, content, missing):
    "No content of a file leads to another error, or to a number that is not finite."
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(b"x,y\n" + content)
    said = ""
    try:
        values, *_ = streamed(path, Wanted("x", by="y", missing=missing))
    except InputError as error:
        said = str(error)
    else:
        assert np.isfinite(values).all()
    assert said.isprintable()


def test_a_file_that_is_not_utf_8_says_so(write):
    "Wherever the byte is; its line is known only to the reading of small files."
    with pytest.raises(InputError, match="is not UTF-8 text: it has a byte 0xeb; save it"):
        streamed(write("x,name\n1,Zoë\nb,ok\n".encode("latin-1")), Wanted("x"))


def test_whoever_watches_hears_of_all_rows_and_bytes(write, monkeypatch):
    "Bytes are those of the file as it lies on the disk, zipped or not."
    monkeypatch.setattr(csv_stream, "PIECE", 1000)
    monkeypatch.setattr(csv_stream, "BLOCK", 1 << 12)
    text = ("x\n" + "".join(f"{i / 7}\n" for i in range(20_000))).encode()
    for content in (text, gzip.compress(text)):
        path = write(content)
        (part,) = csv_stream.parts(find(path).files[0], Wanted("x"))
        heard = []

        class Watch:
            def pulse(self, *what):
                heard.append(what)  # noqa: B023 - used within the loop only

        list(pieces(part, Wanted("x"), Watch()))
        rows, n_bytes = np.sum(heard, axis=0)
        assert (rows, n_bytes) == (20_000, path.stat().st_size)
        assert len(heard) >= 10
