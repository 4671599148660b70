"""A case knows what its data are called, where they come from and, if synthetic, the truth."""

import numpy as np
import pytest

import em
from compare.data.cases import Case, TooFew
from compare.data.origins import Column, Heights, Weighted
from compare.tables.errors import InputError
from compare.tables.sources import Place


def csv(folder, values, name="ages.csv"):
    path = folder / name
    path.write_text("age\n" + "".join(f"{value}\n" for value in values))
    return path


def test_the_default_case_is_the_sample_behind_the_printed_numbers():
    "The mean and variance that every EM step keeps are those of the original report's estimates."
    case = Case.synthetic()
    printed = em.Mixture(
        [0.39973408, 0.60026592], [164.04154896, 175.7892246], [5.71203936, 8.06707288]
    )
    mean = printed.weights @ printed.means
    variance = printed.weights @ (printed.sds**2 + printed.means**2) - mean**2
    assert case.sample.mean == pytest.approx(mean, abs=2e-6)
    assert case.sample.sd**2 == pytest.approx(variance, abs=2e-5)


def test_the_synthetic_case_tells_its_truth():
    "Truth, unit, seed and variable are known, components in increasing order of mean."
    case = Case.synthetic()
    assert (case.name, case.unit, case.seed, case.variable) == (
        "synthetic-heights",
        "cm",
        666,
        "height",
    )
    assert case.truth.weights.tolist() == [0.4, 0.6]
    assert case.truth.means.tolist() == [164.0, 176.0]
    assert case.truth.sds.tolist() == [6.0, 8.0]
    assert case.source == Heights(666, n_upper=600, n_lower=400)


def test_the_draws_are_those_of_the_seeded_global_generator_which_is_left_alone():
    "The stream equals numpy.random.seed's, group by group, and the global state does not move."
    state = np.random.get_state()
    try:
        np.random.seed(7)
        expected = np.concatenate([np.random.normal(176, 8, 30), np.random.normal(164, 6, 20)])
        after = np.random.uniform()
        before = np.random.get_state()[1].copy()
        values, stream = Case.synthetic_stream(7, 50)
        assert values.tolist() == expected.tolist()
        assert stream.uniform() == after
        assert (np.random.get_state()[1] == before).all()
    finally:
        np.random.set_state(state)


@pytest.mark.parametrize(
    ("seed", "n", "name"),
    [
        (666, 1000, "synthetic-heights"),
        (np.int64(666), np.int64(1000), "synthetic-heights"),
        (1, 1000, "synthetic-heights-seed1-n1000"),
        (666, 5000, "synthetic-heights-seed666-n5000"),
        (2**32 - 1, 2, "synthetic-heights-seed4294967295-n2"),
    ],
)
def test_every_synthetic_sample_has_its_own_name(seed, n, name):
    "Only the default sample has the short name."
    case = Case.synthetic(seed, n)
    assert case.name == name
    assert case.sample.values.size == n


@pytest.mark.parametrize(
    ("seed", "n", "error", "came"),
    [
        (-1, 1000, ValueError, "-1"),
        (2**32, 1000, ValueError, "4294967296"),
        (1, 1, ValueError, "1"),
        (1, -5, ValueError, "-5"),
        (1.5, 1000, TypeError, "1.5"),
        (1, "1000", TypeError, "'1000'"),
        (None, 1000, TypeError, "None"),
    ],
)
def test_seeds_and_sizes_out_of_range_are_refused(seed, n, error, came):
    "The message says what was expected and what came."
    with pytest.raises(error, match=f"expected .* got {came}$"):
        Case.synthetic(seed, n)


def test_a_case_from_a_file_is_named_after_it(tmp_path):
    "The stem names the report, the column the variable; there is no truth."
    case = Case.from_csv(csv(tmp_path, [1, 2, 4]), "age", unit="years")
    assert (case.name, case.unit, case.seed, case.truth, case.variable) == (
        "ages",
        "years",
        None,
        None,
        "age",
    )
    assert case.source == Column("age", Place("file", "ages.csv"))
    assert case.sample.values.tolist() == [1.0, 2.0, 4.0]


def test_weights_reach_the_sample_and_the_source(tmp_path):
    "A count of three weighs three times."
    path = tmp_path / "ages.csv"
    path.write_text("age,count\n20,3\n30,1\n")
    case = Case.from_csv(path, "age", "count")
    assert case.sample.n == 4.0
    assert case.sample.mean == 22.5
    assert case.source.weights == Weighted("count", None, None)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("ages.csv", "ages"),
        ("ages.v2.csv", "ages.v2"),
        ("ages", "ages"),
        ("ages.csv.gz", "ages"),
        (".ages.csv", "ages"),
        (".csv", "csv"),
        ("-ages.csv", "ages"),
        ("--.csv", "data"),
        ("a\nb\x1b.csv", "a_b_"),
        ("身高 & <b>.csv", "身高 & <b>"),
    ],
)
def test_the_name_of_a_report_is_a_name_for_files(tmp_path, file, name):
    "Hidden files, option-like names and unprintable ones give a report that can be opened."
    assert Case.from_csv(csv(tmp_path, [1, 2, 3], file)).name == name


@pytest.mark.parametrize(
    "file", ["synthetic-heights.csv", "synthetic-heights-mine.csv", ".Synthetic-Heights2.csv"]
)
def test_names_of_the_synthetic_heights_are_kept_for_them(tmp_path, file):
    "A file cannot replace the report on the synthetic heights."
    with pytest.raises(InputError, match="rename the file"):
        Case.from_csv(csv(tmp_path, [1, 2, 3], file))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age,count\n5,1\n5,2\n", "is constant: every value that counts is 5"),
        ("age,count\n5,1\n6,0\n", "is constant: every value that counts is 5"),
        ("age,count\n1e-300,1\n2e-300,1\n", "5e-301, .*; give the values in another unit"),
        ("age,count\n1e200,1\n-1e200,1\n", "column 'age' of 'ages.csv': expected values below"),
    ],
)
def test_values_without_a_usable_spread_are_refused(tmp_path, text, expected):
    "Constant data, constant but for weights of zero, and a spread or values out of range."
    path = tmp_path / "ages.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=expected):
        Case.from_csv(path, "age", "count")


def test_components_need_distinct_values_to_tell_them_apart(tmp_path):
    "The check refuses what em.fit would refuse, and nothing else."
    case = Case.from_csv(csv(tmp_path, [1, 2, 3, 4, 5, 5, 5]))
    case.require(2)
    em.fit(case.sample, 2)
    assert case.lacking(2) is None
    assert case.lacking(3) == TooFew(3, "distinct values", needed=6, got=5)
    with pytest.raises(InputError, match="3 components need at least 6 distinct values, got 5"):
        case.require(3)
    with pytest.raises(ValueError, match="distinct"):
        em.fit(case.sample, 3)


def test_the_data_in_memory_are_their_own_only_piece(tmp_path):
    "So a second look needs to know nothing of files."
    case = Case.from_csv(csv(tmp_path, [1, 2, 4]))
    assert [piece is case.sample for piece in case.pieces()] == [True]
    assert (case.by, case.group, case.dropped, case.again) == ("", "", 0, None)
