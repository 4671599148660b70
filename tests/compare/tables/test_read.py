"""Columns of numbers are read from every common kind of CSV, and each fault is named exactly."""

import gzip
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.tables.errors import InputError
from compare.tables.read import read


@pytest.fixture
def write(tmp_path):
    def to_file(content, name="heights.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def complaint(path, column=None, weights=None):
    with pytest.raises(InputError) as caught:
        read(path, column, weights)
    message = str(caught.value)
    assert message.isprintable(), message
    return message


@pytest.mark.parametrize(
    "content",
    [
        "height\n171.5\n168\n",
        "height\r\n171.5\r\n168\r\n",
        "height\r171.5\r168\r",
        "\ufeffheight\n171.5\n168",
        "\n\nheight\n171.5\n168\n\n \n\n",
        "id,height\n1,171.5\n2,168\n",
        "id;height\n1;171.5\n2;168\n",
        "id\theight\n1\t171.5\n2\t168\n",
        'id, "height"\n1, "171.5"\n2, 168\n',
        'height,note\n171.5,"two\nlines"\n168,"a ""quote"""\n',
        "height,note\n171.5,Zoë\n168,身高\n,\n,\n",
        "height;note, free\n171.5;a\n168;b\n",
        "a, b, c;height\nx;171.5\ny;168\n",
        gzip.compress(b"height\n171.5\n168\n", mtime=0),
    ],
)
def test_separators_quotes_line_ends_and_compression_make_no_difference(write, content):
    "The same two heights come out of every dialect."
    columns = read(write(content), "height")
    assert columns.name == "height"
    assert columns.values.tolist() == [171.5, 168.0]
    assert columns.weights is None


def test_weights_come_from_their_own_column(write):
    "Weights stand beside the values they belong to, zeros included."
    columns = read(write("count,height\n3,171\n0,168\n1.5,160\n"), "height", "count")
    assert columns.values.tolist() == [171.0, 168.0, 160.0]
    assert columns.weights.tolist() == [3.0, 0.0, 1.5]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30),
    st.sampled_from(",;\t"),
)
def test_every_finite_number_survives_the_file(tmp_path_factory, values, separator):
    "What repr writes, read returns, to the last bit."
    path = tmp_path_factory.mktemp("columns") / "numbers.csv"
    rows = "".join(f"x{separator}{value!r}\n" for value in values)
    path.write_text(f"label{separator}value\n{rows}")
    np.testing.assert_array_equal(read(path, "value").values, values)


@pytest.mark.parametrize(
    ("content", "weights", "expected"),
    [
        ("height\n1\n2\n", None, "height"),
        ("name,height\nAnn,1\nBob,2\n", None, "height"),
        ("height,count\n1,5\n2,5\n", "count", "height"),
        ("name,height,count\nAnn,1,5\nBob,2,5\n", "count", "height"),
    ],
)
def test_the_column_may_be_left_out_where_only_one_can_be_meant(write, content, weights, expected):
    "A single column, or a single one with numbers, needs no name."
    assert read(write(content), None, weights).name == expected


def test_a_gap_does_not_hide_the_only_column_of_numbers(write):
    "The column is still found, and its missing value is reported as such."
    message = complaint(write("name,height\nAnn,\nBob,2\n"))
    assert "1 of the 2 values in column 'height' cannot be used (1 missing)" in message


def test_the_column_must_be_named_where_several_could_be_meant(write):
    "Two columns of numbers are listed, and the option to choose with is named."
    message = complaint(write("height,age\n171,30\n168,31\n"))
    assert "'height', 'age'" in message
    assert "--column" in message


@pytest.mark.parametrize("column", [None, "height"])
def test_a_file_without_a_header_is_not_robbed_of_its_first_value(write, column):
    "Numbers in the place of names are pointed out, not taken for names."
    message = complaint(write("171.5\n168\n170\n"), column)
    assert "'171.5'" in message
    assert "column names above" in message


def test_a_missing_column_is_answered_with_those_there_are(write):
    "At most ten names are listed, and the closest is suggested."
    names = ["heigth", *(f"c{i}" for i in range(14))]
    message = complaint(write(",".join(names) + "\n" + ",".join("1" for _ in names)), "height")
    assert "no column 'height'" in message
    assert "did you mean 'heigth'?" in message
    assert "'c8' and 5 more" in message
    assert "c9" not in message


def test_a_doubled_column_is_refused_and_another_one_is_not(write):
    "Which of two columns of one name is meant cannot be known; the others are not affected."
    path = write("height,height,age\n1,2,3\n4,5,6\n")
    assert "2 columns named 'height'" in complaint(path, "height")
    assert read(path, "age").values.tolist() == [3.0, 6.0]


def test_missing_files_point_to_a_similar_name(write, tmp_path):
    "A typing error in the name is met with the name that was meant."
    write("height\n1\n", "heights.csv")
    message = complaint(tmp_path / "heihgts.csv")
    assert "no file" in message
    assert "did you mean 'heights.csv'?" in message
    assert "nor a folder" in complaint(tmp_path / "nowhere" / "heights.csv")


def test_a_folder_without_tables_says_so(tmp_path):
    "With the endings of those that are read."
    assert "no file to read in the folder" in complaint(tmp_path)


def test_an_unreadable_file_is_answered_with_the_reason(write, monkeypatch):
    "The reason of the operating system is passed on."

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("compare.tables.kinds.text.opened", refuse)
    assert "cannot be read: Permission denied" in complaint(write("height\n1\n"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_called_empty(write, content):
    "Nothing but blanks, line ends and a byte-order mark is nothing."
    assert "is empty" in complaint(write(content), "height")


@pytest.mark.parametrize("content", ["height\n", "height", "id,height\n,\n,\n"])
def test_a_header_alone_is_not_enough(write, content):
    "A file with names and no values says so."
    assert "no rows below" in complaint(write(content), "height")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "height\n171\nabc\n168\nn/a\n\n\n170\n",
            "4 of the 7 values in column 'height' cannot be used (1 text, 3 missing), the first",
        ),
        ("height\n171\n\n168\n", "(1 missing), the first on line 3;"),
        ('height\n171\n""\n', "(1 missing), the first on line 3;"),
        ("height\n171\nNaN\n", "(1 missing), the first on line 3: 'NaN'"),
        ("height\n171\n-inf\n1e999\n", "(2 infinite), the first on line 3: '-inf'"),
        ("height\n171\n1_000\n", "(1 text), the first on line 3: '1_000'"),
        ("height\n171 cm\n168\n", "(1 text), the first on line 2: '171 cm'; write the number"),
        (
            "id;height\n1;171,5\n2;168.0\n",
            "line 2: '171,5'; the other cells do not write decimals with a comma",
        ),
        ('note,height\n"a\nb\nc",171\n"d\ne",x\n', "the first on line 5: 'x'"),
        ("height\n171\n\x1b[31mred\u202e\n", r"line 3: '\x1b[31mred\u202e'"),
        ("height\n171\n" + "long " * 20 + "\n", "'long long long long long long long long…'"),
    ],
)
def test_cells_that_are_no_numbers_are_counted_and_the_first_is_shown(write, content, expected):
    "How many, of which kind, and the line to look at, quoted fields with line ends included."
    assert expected in complaint(write(content), "height")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (
            "1 -2 -3",
            "2 of the 3 weights in column 'count' cannot be used (2 negative), the first on",
        ),
        ("1 x 2", "(1 text), the first on line 3: 'x'"),
        ("1  2", "(1 missing), the first on line 3;"),
        ("1 inf 2", "(1 infinite)"),
        ("0 0 0", "are all zero"),
    ],
)
def test_weights_must_be_usable_counts(write, counts, expected):
    "Negative, missing, infinite and all-zero weights are refused by name."
    rows = "".join(f"{170 + i},{count}\n" for i, count in enumerate(counts.split(" ")))
    assert expected in complaint(write("height,count\n" + rows), "height", "count")


def test_negative_values_are_numbers_like_others(write):
    "Only weights may not be negative."
    assert read(write("change,count\n-1,2\n-2,1\n"), "change", "count").values.tolist() == [-1, -2]


def test_a_column_cannot_weight_itself(write):
    "The same name for both is taken for a slip."
    assert "both" in complaint(write("height\n1\n2\n"), "height", "height")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,height\n1,171\n2\n3,168\n", "line 3 has 1 fields where the header has 2"),
        (
            "height,sex\n171,m\n168,5,m\n170,f\n",
            "line 3 has 3 fields where the header has 2; put a field that holds a comma",
        ),
        (
            "id;height\n1;171;\n2;170;\n" + "3;172;\n" * 6000 + "4;173;x\n",
            "line 6004 has 3 fields where the header has 2",
        ),
        ("id;height\n1;171;9\n", "line 2 has 3 fields where the header has 2, separated by a semi"),
        ('id,height\n1,171\n2,"168\n3,170\n', "begins on line 3 cannot be read as CSV"),
        ('"height,a\n171,b\nx,c', "header on line 1 cannot be read"),
    ],
)
def test_rows_that_do_not_fit_the_header_are_pointed_out_by_line(write, content, expected):
    "Too few fields, too many, and a quote without its partner name their line."
    assert expected in complaint(write(content), "height")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("height,name\n1,ok\n2,身高\n".encode("gb18030"), "not UTF-8 text: byte 0xc9 on line 3"),
        (b"PK\x03\x04rest of an archive", "damaged zip file"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"height\n1\n\x00\x01\n", "NUL byte on line 3"),
        (gzip.compress(b"height\n1\n2\n", mtime=0)[:-9], "damaged gzip"),
    ],
)
def test_what_is_no_utf_8_text_is_told_apart(write, content, expected):
    "The message says what the file is instead."
    assert expected in complaint(write(content), "height")


def test_names_from_outside_never_break_the_line(write):
    "Line ends, terminal codes and reversed text in names are shown as escapes."
    path = write('"a\nb\x1b[2J\u202e<b>",c\n1,2\n', "evil\n\x1b[2J.csv")
    message = complaint(path, "no\r\nsuch")
    assert r"'a\nb\x1b[2J\u202e<b>'" in message
    assert r"'evil\n\x1b[2J.csv'" in message


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text('x1.5,;\t"\n\r \x00\ufeffé-', max_size=40).map(str.encode),
    ),
    st.sampled_from([None, "x", "1"]),
    st.sampled_from([None, "x", "5"]),
)
def test_any_bytes_at_all_give_numbers_or_one_line(tmp_path_factory, content, column, weights):
    "No content of a file leads to another error, or to a number that is not finite."
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(content)
    said = ""
    try:
        columns = read(path, column, weights)
    except InputError as error:
        said = str(error)
    else:
        assert columns.values.size > 0
        assert np.isfinite(columns.values).all()
        assert columns.weights is None or columns.weights.shape == columns.values.shape
    assert said.isprintable()


def test_a_large_file_does_not_take_long(write):
    "All of a hundred thousand rows are read, in a tenth of the second they may take."
    rows = "".join(f'{i},"p{i}",{i / 7}\n' for i in range(100_000))
    path = write("id,name,value\n" + rows)
    begin = time.process_time()
    columns = read(path, "value")
    assert time.process_time() - begin < 1.0
    np.testing.assert_array_equal(columns.values, np.arange(100_000) / 7)


def test_rows_without_a_value_are_left_out_where_that_is_asked_for(write):
    "A value, a weight or a group may be missing; empty rows at the end are none."
    path = write("x,w,g\n1,1,a\nNA,1,a\n3,,a\n4,1, \n\n5,1,None\n,,\n")
    found = read(path, "x", "w", by="g", missing="drop")
    assert found.values.tolist() == [1.0, 5.0]
    assert [found.groups[code] for code in found.codes] == ["a", "None"]
    assert found.dropped == 4


def test_what_is_no_number_is_refused_whatever_is_done_with_gaps(write):
    "Text, infinities and negative weights are no gaps, beside one or not."
    for row in ("x,1,a", "inf,1,a", "1,-1,a", ",two,a", "x,,a"):
        path = write(f"x,w,g\n1,1,a\n{row}\n")
        with pytest.raises(InputError, match="cannot be used"):
            read(path, "x", "w", by="g", missing="drop")


def test_gaps_that_are_refused_say_how_to_leave_them_out(write):
    "Of values and of groups."
    assert "--missing drop" in complaint(write("x\n1\n\n2\n"))
    path = write("x,g\n1,a\n2,\n")
    with pytest.raises(InputError, match=r"1 of the 2 labels in column 'g' .* --missing drop"):
        read(path, "x", by="g")
    with pytest.raises(InputError, match="no rows below it but the 2 without a value"):
        read(write("x\nNA\nNA\n"), missing="drop")


def test_groups_are_told_apart_by_trimmed_text(write):
    "In the order in which they appear, at most fifty of them."
    found = read(write("x,g\n1, b\n2,a\n3,b \n"), "x", by=" g ")
    assert (found.groups, found.codes.tolist()) == (("b", "a"), [0, 1, 0])
    path = write("x,g\n" + "".join(f"{i},{i}\n" for i in range(10_000)))
    with pytest.raises(InputError, match="column 'g' has 51 different values or more"):
        read(path, "x", by="g")
    with pytest.raises(InputError, match="both numbers and the groups"):
        read(write("x,g\n1,a\n"), "x", by="x")
