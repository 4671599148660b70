"""An extreme value that many rows share is named, with the option that leaves it out."""

import dataclasses

import numpy as np
import pytest
from handmade import comparison

from compare.findings.head.codes import Code, codes
from compare.language import en
from em import Sample

REST = np.linspace(150.0, 190.0, 200)


def found(values):
    return codes(dataclasses.replace(comparison("one").case, sample=Sample(np.array(values))))


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ([-999.0] * 20, [Code(-999.0, 20, 150.0)]),
        ([99.0] * 2, [Code(99.0, 2, 150.0)]),
        ([-1e30] * 3 + [9999.0] * 4, [Code(-1e30, 3, 150.0)]),
        ([-32768.0] * 3, [Code(-32768.0, 3, 150.0)]),
        ([-999.0], []),
        ([100.0] * 3, [Code(100.0, 3, 150.0)]),
        ([110.5] * 9, []),
        ([131.0] * 9, []),
        ([0.0] * 50, []),
        ([57.0], []),
        ([], []),
    ],
)
def test_a_value_counts_where_it_lies_far_out_and_is_shared(added, expected):
    "Zeros are values of their own, and one value far out is a slip or an outlier."
    assert list(found([*REST, *added])) == expected


def test_both_ends_may_have_one():
    "Each is looked at without the other."
    assert [one.value for one in found([*REST, *[-99.0] * 9, *[9999.0] * 9])] == [9999.0]


def test_the_option_is_named():
    "With the values as they are typed."
    said = en.codes((Code(-999.0, 20, 150.0),))
    assert said == (
        "20 values equal -999, where the nearest other value is 150: if this value means that "
        "there is none, --missing-values -999 leaves those rows out."
    )
    assert "--missing-values -99,9999 leaves" in en.codes((Code(-99, 2, 1), Code(9999, 2, 5)))
    assert en.codes(()) == ""
