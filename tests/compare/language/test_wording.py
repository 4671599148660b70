"""Words for counts and shares, and numbers written as a reader expects them."""

import dataclasses
import re

import pytest
from handmade import case, comparison
from hypothesis import given
from hypothesis import strategies as st
from spoken import findings

import em
from compare.language.en import terms


def test_observations_are_counted_in_words_for_what_they_are():
    "Heights are heights; a column has a name; a total weight may be a fraction."
    assert findings.observations(comparison("overlapping")) == "1,000 heights"
    assert findings.observations(comparison("separate")) == "200 values of size"
    weighted = case(em.Sample([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1.5]), variable="x")
    told = findings.observations(dataclasses.replace(comparison("separate"), case=weighted))
    assert told == "4.5 values of x"


@given(st.floats(0, 1))
def test_a_share_is_rounded_but_never_to_all_or_nothing(share):
    "0% and 100% are kept for exactly that."
    told = terms.share(share)
    assert (told == "0%") == (share == 0)
    assert (told == "100%") == (share == 1)
    if told.startswith("under"):
        assert share < 1e-4
    elif told.startswith("over"):
        assert share > 0.9999
    else:
        assert float(told.rstrip("%")) == pytest.approx(100 * share, abs=0.5)


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_fixed_numbers_have_a_true_minus_and_no_negative_zero(value, places):
    "As Python rounds, with the sign that print uses."
    told = terms.fixed(value, places)
    assert "-" not in told
    assert float(told.replace("−", "-")) == pytest.approx(value, abs=0.5001 * 10**-places)
    assert not re.fullmatch(r"−0(\.0*)?", told)
