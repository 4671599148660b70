"""Labels are short, printable and precise enough."""

from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.figures.scale import Scale
from compare.findings.terms import Range
from compare.language import en
from compare.language.en import terms, words
from compare.language.en.figures.labels import interval
from compare.tables.printable import plain


@given(st.text())
def test_any_name_becomes_one_short_line_that_xml_can_hold(name):
    "Whatever a column is called."
    line = plain(name)
    assert len(line) <= 32
    assert line == line.strip()
    assert "\n" not in line
    element = ET.Element("text")
    element.text = line
    again = ET.fromstring(ET.tostring(element))  # noqa: S314 - written on the line above
    assert (again.text or "") == line


def test_long_names_end_in_an_ellipsis_and_direction_marks_go():
    "A reader sees that there was more; what follows a name is not turned round."
    assert plain("a" * 40) == "a" * 31 + "…"
    assert plain("height\u202e\u0000 of\n\nmothers") == "height of mothers"
    assert plain("身高") == "身高"


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (164.26867, 6.9, "164.27"),
        (0.4359, 0.67, "0.436"),
        (-12.0, 400.0, "−12"),
        (1.6427e-7, 3e-9, "1.6427e−7"),
        (164.268671e9, 6.9e9, "1.6427e11"),
        (5.0, None, "5.00"),
        (0.0, None, "0"),
        (float("inf"), 1.0, "∞"),
        (float("-inf"), 1.0, "−∞"),
        (float("nan"), 1.0, "not available"),
    ],
)
def test_numbers_have_the_digits_that_their_interval_gives_meaning(value, width, text):
    "Three digits of the interval's length."
    assert terms.number(value, width) == text


def comparison(unit):
    return SimpleNamespace(case=SimpleNamespace(variable="height", unit=unit))


@pytest.mark.parametrize(
    ("values", "unit", "label", "first"),
    [
        ([150.0, 190.0], "cm", "height (cm)", 150.0),
        ([150.0, 190.0], "", "height", 150.0),
        ([1.5e-9, -1.9e-9], "m", "height (10⁻⁹ m)", 1.5),
        ([1.5e9, 1.9e9], "", "height (10⁹)", 1.5),
        ([0.0, 0.0], "m", "height (m)", 0.0),
        ([0.01, 0.002], "m", "height (m)", 0.01),
        ([0.0099, 0.002], "m", "height (10⁻³ m)", 9.9),
    ],
)
def test_an_axis_takes_a_power_of_ten_into_its_unit(values, unit, label, first):
    "Only where the ticks would else be long."
    scale = Scale.of(comparison(unit), values)
    assert scale.label("height") == label
    assert scale(values)[0] == pytest.approx(first)
    assert scale.one(values[0]) == pytest.approx(first)


def test_a_density_has_the_inverse_unit():
    "Per centimetre over an axis in centimetres."
    assert en.density_per(Scale.of(comparison("cm"), [1.0]).unit) == "density (per cm)"
    assert en.density_per(Scale.of(comparison(""), [1.0]).unit) == "density"


def test_groups_are_named_by_their_place():
    "One group needs no name, two are lower and upper, more have numbers from one."
    assert [words.group_label(k, 2) for k in range(2)] == ["lower", "upper"]
    assert [words.group_label(k, 3) for k in range(3)] == ["group 1", "group 2", "group 3"]
    assert words.group_label(0, 1) == ""


def test_lists_read_like_sentences():
    "Commas, and a last and."
    assert terms.listed(["a"]) == "a"
    assert terms.listed(["a", "b", "c"]) == "a, b and c"
    assert terms.percent(0.999) == "99.9%"
    assert interval(Range(1.0, float("inf")), 1.0) == "(1.00 to ∞)"
    assert interval(None, 1.0) == "(no interval)"
