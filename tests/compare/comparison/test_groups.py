"""Groups of rows: names for files and pages, and which of them can be believed."""

import re

import pytest
from grouped import REASON, grouped, islands, part, regions
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compare.comparison.groups import GroupedComparison, labels, slugs

values = st.lists(st.text(max_size=60), min_size=1, max_size=6, unique=True)


@settings(max_examples=15)
@given(values)
@example(["a" * 60, "A" * 61, "Å" * 70, "con", "-"])
def test_slugs_are_names_for_any_file_system(texts):
    "Small ASCII letters, digits and single hyphens inside; each its own; the same each time."
    made = slugs(texts)
    assert len(set(made)) == len(texts)
    for slug in made:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert len(slug) <= 50
        assert slug not in {"con", "nul", "aux", "prn", "com1", "lpt9"}
    assert slugs(texts) == made


def test_slugs_keep_what_can_be_kept():
    "Accents go, other scripts are counted, devices of Windows get a word before them."
    assert slugs(["Île-de-France", "北", "../x", "NUL", "a b", "A-B", ""]) == (
        "ile-de-france",
        "group-2",
        "x",
        "group-nul",
        "a-b",
        "a-b-2",
        "group-7",
    )


@settings(max_examples=15)
@given(values)
@example(["a" * 60, "A" * 61, "Å" * 70, "con", "-"])
def test_labels_are_short_lines_each_its_own(texts):
    "Printable as they stand."
    made = labels(texts)
    assert len(set(made)) == len(texts)
    for label in made:
        assert label
        assert "\n" not in label
        assert len(label) <= 50


def test_a_value_without_a_letter_is_called_by_its_place():
    "And values that look the same are numbered."
    assert labels(["\u202e", "a", "a\u202e"]) == ("part 1", "a", "a (2)")


def test_a_skipped_part_does_not_change_the_names_of_others():
    "It has its place among them."
    one = part(0.5)
    both = GroupedComparison.of("region", [("a b", REASON), ("A B", one)])
    assert [fitted.slug for fitted in both.parts] == ["a-b-2"]
    assert [skipped.reason for skipped in both.skipped] == [REASON]


def test_parts_with_a_failed_fit_are_told_apart():
    "Whether it is EM or the sampler; one that was skipped is neither."
    assert [fitted.label for fitted in regions().believed] == ["north", "south"]
    assert [fitted.value for fitted in regions().failing] == ["<img src=x onerror=1>|"]
    assert not regions().ok
    assert [fitted.label for fitted in islands().failing] == ["islands"]
    assert grouped(("a", part(0.5)), ("b", REASON)).ok


def test_what_cannot_be_put_together_is_refused():
    "No fit at all, a value that comes twice, or fits that answer different questions."
    one = part(0.5)
    with pytest.raises(ValueError, match="got none of 2"):
        grouped(("a", REASON), ("b", REASON))
    with pytest.raises(ValueError, match="one outcome for each value"):
        grouped(("a", one), ("a", one))
    with pytest.raises(ValueError, match="one number of components and one level"):
        grouped(("a", one), ("b", part(0.5, level=0.9)))
