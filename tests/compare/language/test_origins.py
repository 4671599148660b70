"""Where data come from is said whole, whatever they are; errors name the same place."""

from dataclasses import replace

import pytest

from compare.data.cases import Case, TooFew
from compare.data.origins import Column, Dropped, Passed, Weighted
from compare.language.en.head.origins import reason, source
from compare.tables.sources import Place

FILE = Column("v", Place("file", "a.csv"))
LONELY = Column("v", Place("folder", "b"))
FOLDER = Column("v", Place("folder", "trips", 1200))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("measured by hand", "measured by hand"),
        (Passed(), "a sample passed from Python"),
        (FILE, "column 'v' of 'a.csv'"),
        (FOLDER, "column 'v' of the 1,200 files of the folder 'trips'"),
        (
            replace(FILE, place=Place("folder", "b")),
            "column 'v' of the only file of the folder 'b'",
        ),
        (replace(FILE, place=Place("pattern", "a*", 3)), "column 'v' of the 3 files 'a*'"),
        *(
            (replace(FILE, weights=weights), f"column 'v' of 'a.csv', weighted by column 'n'{kind}")
            for weights, kind in (
                (Weighted("n", None, None), ""),
                (Weighted("n", "sampling", None), " (sampling weights)"),
                (Weighted("n", "shares", 8000), " (shares of 8,000 values)"),
            )
        ),
        (replace(FILE, part=("g", "a9")), "column 'v' of 'a.csv', where 'g' is 'a9'"),
    ],
)
def test_a_place_is_named_alike_by_reports_and_errors(found, words):
    "Column, files, weights and part."
    assert source(found) == str(found) == words


def test_only_reports_say_how_heights_were_drawn_and_which_rows_are_gone():
    "With numbers, and the files that have most of these rows."
    assert source(Case.synthetic(3, 10).source) == (
        "synthetic: 6 draws from Normal(176, 8), then 4 from Normal(164, 6), by "
        "numpy.random.RandomState(3)"
    )
    assert source(Passed(many=True)) == "samples passed from Python"
    one = replace(FILE, part=("g", "a9"), dropped=Dropped(3, 6, (), 0))
    assert source(one) == f"{one}; 3 of 6 rows without a value were left out"
    many = replace(FOLDER, dropped=Dropped(53, 12_000, (("b.csv", 50), ("a.csv", 2)), 1))
    assert source(many) == (
        f"{many}; 53 of 12,000 rows without a value were left out "
        "(50 of 'b.csv', 2 of 'a.csv' and of 1 more files)"
    )


@pytest.mark.parametrize(
    ("found", "begins", "ends"),
    [
        (
            TooFew(2, "distinct values", 4, 3),
            "2 components need at least 4 distinct values, got 3; ",
            "ask for fewer components",
        ),
        (
            TooFew(2, "counts", 4, 1.25),
            "2 components need counts that sum to at least 4, got 1.25; ",
            "--weights-are sampling, for a survey",
        ),
    ],
)
def test_too_few_values_are_counted_with_what_to_try(found, begins, ends):
    "As the error has it where nothing can be fitted."
    assert reason(found) == str(found)
    assert reason(found).startswith(begins)
    assert reason(found).endswith(ends)
