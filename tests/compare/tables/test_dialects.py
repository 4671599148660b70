"""Tables as people write them: what is unambiguous is read and told, what is not is asked."""

import contextlib
import sqlite3

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.tables.errors import InputError
from compare.tables.how import HowRead
from compare.tables.numerals import Evidence, Numerals, Said, decide, number
from compare.tables.parts import Hints
from compare.tables.read import read


@pytest.fixture
def write(tmp_path):
    def to_file(content, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def said(path, *arguments, **options):
    with pytest.raises(InputError) as caught:
        read(path, *arguments, **options)
    assert str(caught.value).isprintable()
    return str(caught.value)


# ---- numbers ----

WRITTEN = {
    "decimal comma": ("h;n\n164,5;1\n170;1\n", [164.5, 170], {"comma": True}),
    "thousands": ('h\n"16,400"\n"1,016,580"\n950\n', [16400, 1016580, 950], {"thousands": ","}),
    "both marks": ("h;n\n16.400,5;1\n950,25;1\n", [16400.5, 950.25], {"comma": True}),
    "both, English": ('h\n"16,400.5"\n950.25\n', [16400.5, 950.25], {"thousands": ","}),
    "two points": ("h\n1.016.400\n16.580\n950\n", [1016400, 16580, 950], {"thousands": "."}),
    "blanks": ("h;n\n16 400,5;1\n950;1\n", [16400.5, 950], {"thousands": " "}),
    "thin blanks": ("h\n16\u202f400\n1\u00a0950\n", [16400, 1950], {"thousands": " "}),
    "apostrophes": ("h\n16'400.5\n950\n", [16400.5, 950], {"thousands": "'"}),
    "currency": ("h\n$164.50\n-$170\n$0\n", [164.5, -170, 0], {"affix": "$", "unit": "$"}),
    "currency behind": ("h;n\n164,50 €;1\n170 €;1\n", [164.5, 170], {"affix": "€"}),
    "code": ("h\nUSD 164.5\nUSD 170\n", [164.5, 170], {"unit": "USD"}),
    "per cent": ("h\n12.5%\n17 %\n", [12.5, 17], {"affix": "%", "unit": "%"}),
    "unit": ("h\n164.5 cm\n170cm\n", [164.5, 170], {"affix": "cm", "unit": "cm"}),
    "minus": ("h\n\u2212164.5\n170\n", [-164.5, 170], {"minus": True}),
    "one column of decimal commas": ("h\n164,5\n170,25\n", [164.5, 170.25], {"comma": True}),
    "large among open": ("h\n1.755\n1500\n", [1.755, 1500], {}),
    "powers": ("h\n1.755e2\n1.200\n3\n", [175.5, 1.2, 3], {}),
    "below one": ("h\n0.755\n1.200\n3\n", [0.755, 1.2, 3], {}),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_numbers_are_read_as_they_are_meant(write, name):
    "And the report knows how."
    content, values, how = WRITTEN[name]
    found = read(write(content), "h")
    assert found.values.tolist() == values
    if "h;n" not in content:
        assert read(write(content)).values.tolist() == values
    for what, value in how.items():
        assert getattr(found.plan.how, what) == value
    if not how:
        assert not found.plan.how


@pytest.mark.parametrize(
    ("content", "decimal", "thousands"),
    [
        ("h;n\n1.200;1\n16.400;1\n", [1.2, 16.4], [1200, 16400]),
        ("h\n1.200\n950\n16.400\n", [1.2, 950, 16.4], [1200, 950, 16400]),
        ("h\tn\n1,200\t1\n16,400\t1\n", [1.2, 16.4], [1200, 16400]),
        ("h;n\n1,200;1\n950;1\n", [1.2, 950], [1200, 950]),
        ("h\n1,200\n2,345\n", [1.2, 2.345], [1200, 2345]),
        ('"h"\n"1,200"\n"2,345"\n', [1.2, 2.345], [1200, 2345]),
    ],
)
def test_what_may_be_decimals_or_thousands_is_asked(write, content, decimal, thousands):
    "The message names the options that decide, and each does."
    path = write(content)
    message = said(path, "h")
    mark = "." if "." in content else ","
    assert f"--decimal '{mark}'" in message
    assert f"--thousands '{mark}'" in message
    assert read(path, "h", hints=Hints(decimal=mark)).values.tolist() == decimal
    assert read(path, "h", hints=Hints(thousands=mark)).values.tolist() == thousands


def test_three_decimals_in_every_row_are_decimals_and_told(write):
    "As programs write them; the report shows a cell, in case they were thousands."
    found = read(write("h\n1.755\n1.620\n"))
    assert found.values.tolist() == [1.755, 1.62]
    assert found.plan.how.open_point == "1.755"


def test_a_question_that_comes_late_is_asked_all_the_same(write):
    "Whole numbers first, and thousands of lines below what may be either."
    path = write("h\n" + "950\n" * 20_000 + "1.200\n" * 20_000)
    assert "'1.200' may be a number with decimals" in said(path)
    assert read(path, hints=Hints(decimal=".")).values[-1] == 1.2
    proven = write("h\n" + "950\n" * 20_000 + "1.200\n" * 20_000 + "1.5\n")
    assert read(proven).values[-1] == 1.5


@pytest.mark.parametrize(
    "cells", [["$5", "€6"], ["5%", "0.06"], ["5 cm", "6 kg"], ["5", "6 cm"], ["about 5", "6"]]
)
def test_numbers_in_different_units_are_not_put_together(write, cells):
    "The first that cannot be used is named by its line."
    assert "cannot be used" in said(write("h\n" + "\n".join(cells) + "\n"))


@given(st.floats(-1e12, 1e12), st.sampled_from(".,"), st.booleans())
def test_what_is_written_is_read_to_the_last_bit(value, decimal, grouped):
    "With and without marks between thousands, whatever the locale."
    text = f"{value:,.6f}" if grouped else f"{value:.6f}"
    expected = float(text.replace(",", ""))
    if decimal == ",":
        text = text.translate({ord(","): ".", ord("."): ","})
    thousands = ("." if decimal == "," else ",") if grouped else ""
    assert number(text, Numerals(decimal, thousands)) == expected
    decided = decide(Evidence().add([text, text]), ";", Said(), "here")
    assert number(text, decided) == expected


# ---- layout ----

LAID = {
    "separator line": ("sep=;\nid;h\n1;5\n2;7\n4;6\n", 1),
    "comments": ("# exported\n#\n# by hand\nh\n5\n7\n6\n", 3),
    "names in a comment": ("# exported\n# id,h\n1,5\n2,7\n4,6\n", 1),
    "title": ("Survey of 2024\nid,h\n1,5\n2,7\n4,6\n", 1),
    "title, blank line": ("Survey of 2024\n\nid,h\n1,5\n2,7\n4,6\n", 1),
    "title with empty cells": ("Survey of 2024,,\n,,\nid,h,sex\n1,5,m\n2,7,f\n4,6,f\n", 1),
    "two titles": ("My study\nby hand, 2024\n\nid,h\n1,5\n2,7\n4,6\n", 2),
    "bars": ("id|h\n1|5\n2|7\n4|6\n", 0),
    "blanks": ("id  h\n 1  5\n 2  7\n 4  6\n", 0),
    "row names": ('"h" "s"\n"1" 5 "m"\n"2" 7 "f"\n"3" 6 "f"\n', 0),
    "row names, tabs": ("h\ts\nAnn\t5\tm\nBob\t7\tf\nCat\t6\tf\n", 0),
    "row names, semicolons": ('"h";"s"\n"1";5;"m"\n"2";7;"f"\n"3";6;"f"\n', 0),
    "separator at the end of rows": ("h;s\n5;m;\n7;f;\n6;f;\n", 0),
    "separator at all ends": ("h;s;\n5;m;\n7;f;\n6;f;\n", 0),
    "units": ("id,h\n,cm\n1,5\n2,7\n4,6\n", 0),
    "units in brackets": ("id,h\n(-),(mmol/l)\n1,5\n2,7\n4,6\n", 0),
    "name with a line end": ('"a\nb",h\n1,5\n2,7\n4,6\n', 0),
    "name with blanks": (" h ,id\n5,1\n7,2\n6,4\n", 0),
}


@pytest.mark.parametrize("name", LAID)
def test_the_table_is_found_within_its_file(write, name):
    "Whatever stands above or around it."
    content, above = LAID[name]
    for column in ("h", " h "):
        found = read(write(content), column)
        assert (found.name, found.values.tolist()) == ("h", [5, 7, 6])
        how = found.plan.how
        assert how.above == above
        assert how.units_line == ("units" in name)
        assert how.row_names == ("row names" in name)
    if "units" in name:
        assert found.plan.how.unit in {"cm", "mmol/l"}


@pytest.mark.parametrize(
    ("content", "hints"),
    [
        ("one\ntwo\nh\n5\n7\n6\n", Hints(skip_lines=2)),
        ("h~s\n5~m\n7~f\n6~f\n", Hints(separator="~")),
        ("a,b;h\n1,2;5\n3,4;7\n5,6;6\n", Hints(separator=";")),
    ],
)
def test_what_a_file_does_not_tell_can_be_said(write, content, hints):
    "The options are believed."
    assert read(write(content), "h", hints=hints).values.tolist() == [5, 7, 6]


def test_a_decimal_comma_between_commas_is_not_taken_for_row_names(write):
    "Each row has one field too many, and nobody knows which comma is which."
    message = said(write("id,h\n1,170,5\n2,171,5\n3,168,2\n"), "h")
    assert "line 2 has 3 fields where the header has 2" in message


# ---- which column ----


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("id,h", "{i},{v}", "h"),
        ("patient_id,h,n", "{v},{v},{v}", "h"),
        ("x1,h", "{j},{v}", "h"),
        (",h", "{i},{v}", "h"),
        ("h,count,sex", "{v},{v},m", "h"),
        ("Unnamed: 0,h", "{i},{v}", "h"),
        ("id", "{i}", "id"),
    ],
)
def test_a_column_that_numbers_or_counts_rows_is_not_chosen(write, header, row, expected):
    "By its name or by what it holds; a column that stands alone is meant."
    rows = [row.format(i=i, j=i - 3, v=(7 * i) % 11) for i in range(3, 9)]
    found = read(write("\n".join([header, *rows, ""])))
    assert found.name == expected
    assert found.plan.how.found == ("," in header)


@pytest.mark.parametrize("header", ["h,w2", "h,weight", "id,n", "sex,name"])
def test_several_columns_or_none_are_listed(write, header):
    "With the option that names one."
    rows = ["a,b" if header == "sex,name" else f"{i},{i + 1}" for i in (3, 1, 4, 1, 5)]
    message = said(write("\n".join([header, *rows, ""])))
    assert "say which one holds the values with --column" in message
    assert all(repr(name) in message for name in header.split(","))


# ---- missing values ----


def test_codes_for_missing_values_are_left_out_and_counted(write):
    "As text or as numbers, in values and in groups."
    path = write("h,g\n5,a\n-999,a\n-999.0,b\nunknown,b\n7,unknown\n6,b\n")
    codes = ("-999", "unknown")
    found = read(path, "h", by="g", missing="drop", codes=codes)
    assert (found.values.tolist(), found.dropped) == ([5, 6], 4)
    assert found.plan.how.codes == codes
    assert "4 of the 6 values" not in said(path, "h", by="g", codes=codes)
    table = pa.table({"h": [5.0, -999.0, 7.0], "g": ["a", "a", "unknown"]})
    pq.write_table(table, path.with_name("a.parquet"))
    found = read(path.with_name("a.parquet"), "h", by="g", missing="drop", codes=codes)
    assert (found.values.tolist(), found.dropped) == ([5], 2)


# ---- workbooks and databases ----


@pytest.fixture
def workbook(tmp_path):
    def make(sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return make


def test_a_sheet_is_read_with_whatever_stands_above_it(workbook):
    "Numbers as numbers or as text, a title, a line of units, empty rows at the end."
    rows = [["Survey"], [], ["id", "h", "g"], [None, "cm", None], [1, 5.5, "a"], [2, "7,25", "b"]]
    found = read(workbook({"people": [*rows, [3, 6, "a"], []]}), "h", by="g")
    assert found.values.tolist() == [5.5, 7.25, 6.0]
    assert found.plan.how == HowRead(above=1, units_line=True, unit="cm", comma=True)
    message = said(workbook({"people": [["h"], [5], ["seven"], [None], [6]]}))
    assert "2 of the 4 values in column 'h' cannot be used (1 text, 1 missing)" in message
    assert "the first in row 3: 'seven'" in message


def test_of_several_sheets_the_one_with_the_column_is_read_or_asked_for(workbook):
    "Empty sheets are none."
    one, two = [["h"], [5], [7]], [["w"], [1], [2]]
    path = workbook({"one": one, "two": two, "empty": []})
    found = read(path, "w")
    assert (found.values.tolist(), found.plan.how.sheet) == ([1, 2], "two")
    assert "2 sheets with something in them, 'one', 'two'; say which one with --sheet" in said(path)
    assert read(path, hints=Hints(sheet="one")).values.tolist() == [5, 7]
    assert "has no sheet 'three', only" in said(path, hints=Hints(sheet="three"))


def test_a_workbook_that_is_none_is_answered_in_one_line(tmp_path):
    "Cut off, or only called one."
    for content in (b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 99, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        (tmp_path / "a.xlsx").write_bytes(content)
        assert "is a damaged workbook" in said(tmp_path / "a.xlsx", "h")


def test_a_table_of_a_database_is_read(tmp_path):
    "Text that is a number is one; a gap and a word are named by their row."
    path = tmp_path / "a.sqlite"
    base = sqlite3.connect(path)
    base.execute('CREATE TABLE "my people" (id INTEGER, h, g TEXT)')
    base.executemany('INSERT INTO "my people" VALUES (?, ?, ?)', [(1, 5.5, "a"), (2, "7", "b")])
    base.commit()
    found = read(path, by="g")
    assert (found.name, found.values.tolist(), found.groups) == ("h", [5.5, 7.0], ("a", "b"))
    base.execute('INSERT INTO "my people" VALUES (3, NULL, NULL)')
    base.execute("CREATE TABLE other (x)")
    base.commit()
    assert "1 of the 3 values in column 'h' cannot be used (1 missing), the first in row 3" in said(
        path, "h"
    )
    assert read(path, "h", missing="drop").dropped == 1
    assert "2 tables, 'my people', 'other'; say which one with --sheet" in said(path)
    base.close()
    path.write_bytes(path.read_bytes()[:5000])
    assert "is a damaged or locked database" in said(path, "h")


# ---- digits ----


@pytest.mark.parametrize("kind", ["csv", "parquet", "decimal", "sqlite", "text in xlsx"])
def test_digits_that_no_floating_point_number_holds_are_not_lost_silently(tmp_path, kind):
    "Nanoseconds since 1970 in two groups three hundred apart, and the same an hour apart."
    from compare.data.cases import Case

    rng = np.random.default_rng(1)
    for apart, is_read in ((300, False), (3_600_000_000_000, True)):
        steps = apart * rng.integers(0, 2, 50) + rng.integers(0, apart, 50)
        values = [1_700_000_000_000_000_000 + int(step) for step in steps]
        ending = {"decimal": "parquet", "text in xlsx": "xlsx"}.get(kind, kind)
        path = tmp_path / f"a{apart}.{ending}"
        if kind == "csv":
            path.write_text("t\n" + "".join(f"{value}\n" for value in values))
        elif kind == "sqlite":
            with contextlib.closing(sqlite3.connect(path)) as base:
                base.execute("CREATE TABLE a (t INTEGER)")
                base.executemany("INSERT INTO a VALUES (?)", [(value,) for value in values])
                base.commit()
        elif kind == "text in xlsx":
            book = openpyxl.Workbook()
            for cell in ["t", *map(str, values)]:
                book.active.append([cell])
            book.save(path)
        else:
            array = pa.array(values, pa.int64())
            if kind == "decimal":
                array = array.cast(pa.decimal128(38, 0))
            pq.write_table(pa.table({"t": array}), path)
        if is_read:
            assert Case.from_csv(path, "t").sample.n == 50
        else:
            with pytest.raises(InputError, match="are 256 apart, too far for values"):
                Case.from_csv(path, "t")
