"""Sample: what goes in is checked once, and weights count repetitions."""

import copy
import dataclasses
import math
import pickle
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import em

FINITE = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    "given_as",
    [
        [1, 2, 4],
        (1.0, 2.0, 4.0),
        range(1, 4),
        np.array([1, 2, 4], dtype=np.int8),
        np.array([1, 2, 4], dtype=np.uint64),
        np.array([1, 2, 4], dtype=np.float16),
        np.array([1, 2, 4], dtype=np.float32),
        np.array([1, 2, 4], dtype=">f8"),
        np.array([1, 9, 2, 9, 4])[::2],
        np.ma.array([1.0, 2.0, 4.0], mask=False),
        pd.Series([1, 2, 4], index=["c", "a", "b"]),
        pd.Series([1, 2, 4], dtype="Int64"),
        pd.Series([1.0, 2.0, 4.0], dtype="float32"),
        [Decimal(1), Decimal(2), Decimal(4)],
        [Fraction(1), Fraction(2), Fraction(4)],
    ],
    ids=lambda given_as: f"{type(given_as).__name__}-{getattr(given_as, 'dtype', '')}",
)
def test_every_kind_of_column_becomes_the_same_vector_of_float64(given_as):
    "Lists, ranges, arrays of any real type, pandas columns: one float64 vector, unit weights."
    sample = em.Sample(given_as)
    assert sample.values.dtype == np.float64
    assert sample.values.dtype.isnative
    assert sample.values.tolist() == [float(value) for value in given_as]
    assert sample.weights.tolist() == [1.0, 1.0, 1.0]
    assert sample.n == 3.0
    assert len(sample) == 3
    assert not sample.is_weighted


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([], ValueError, ["at least one", "none"]),
        (3.0, ValueError, ["shape (n,)", "one column"]),
        (None, (TypeError, ValueError), ["values"]),
        ([[1.0], [2.0]], ValueError, ["shape (2, 1)", "x[:, 0]"]),
        (pd.DataFrame({"a": [1.0, 2.0]}), ValueError, ["shape (2, 1)", "one column"]),
        ([[1.0], [2.0, 3.0]], ValueError, ["one column", "different lengths"]),
        ([1.0, math.nan, math.nan], ValueError, ["2 missing", "position 1", "drop"]),
        ([1.0, None], ValueError, ["1 missing", "position 1"]),
        (pd.Series([1, None], dtype="Int64"), ValueError, ["1 missing", "position 1"]),
        ([1.0, 2.0, -math.inf], ValueError, ["1 infinite", "position 2"]),
        ([1.0, 1e200], ValueError, ["1e+150", "1e+200", "unit"]),
        pytest.param([1.0, 10**400], (TypeError, ValueError), ["values"], id="huge integer"),
        (np.ma.array([1, 2, 3], mask=[0, 1, 0]), ValueError, ["1 masked", "compressed"]),
        (["1", "2"], TypeError, ["real numbers", "float"]),
        ("171.5", TypeError, ["real numbers", "float"]),
        ([1.0, "tall"], TypeError, ["real numbers"]),
        (pd.Series(["tall", "small"]), TypeError, ["real numbers", "tall"]),
        ([1.0, 2j], TypeError, ["real numbers", "complex"]),
        ([True, False], TypeError, ["real numbers", "bool"]),
        (np.array(["2020-01-01"], dtype="M8[D]"), TypeError, ["real numbers", "datetime"]),
        ({1.0, 2.0}, TypeError, ["real numbers"]),
        pytest.param((v for v in [1.0, 2.0]), TypeError, ["real numbers"], id="generator"),
    ],
    ids=str,
)
def test_values_that_are_no_column_of_numbers_are_refused(values, error, words):
    "The message says what was expected, what came and what to try."
    with pytest.raises(error) as caught:
        em.Sample(values)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("weights", "error", "words"),
    [
        ([1.0], ValueError, ["3 values", "1 weights"]),
        ([1.0, -2.0, -1.0], ValueError, ["zero or more", "-2", "position 1", "2 negative"]),
        ([0.0, 0.0, 0.0], ValueError, ["at least one positive", "zeros"]),
        ([1.0, math.nan, 1.0], ValueError, ["weights", "1 missing"]),
        ([1.0, math.inf, 1.0], ValueError, ["weights", "1 infinite"]),
        (["a", "b", "c"], TypeError, ["weights", "real numbers"]),
        ([[1.0, 1.0, 1.0]], ValueError, ["weights", "shape (1, 3)"]),
        (2.0, ValueError, ["weights", "shape ()"]),
    ],
    ids=str,
)
def test_weights_that_count_nothing_are_refused(weights, error, words):
    "Negative, missing, all-zero or ill-fitting weights are named."
    with pytest.raises(error) as caught:
        em.Sample([1.0, 2.0, 3.0], weights)
    for word in words:
        assert word in str(caught.value)


@given(
    st.lists(st.tuples(FINITE, st.integers(0, 5)), min_size=1, max_size=20).filter(
        lambda pairs: any(count for _, count in pairs)
    )
)
def test_a_weight_counts_repetitions(pairs):
    "n, mean, sd and the collapsed sample of a weighted sample are those of the repeated values."
    values, counts = zip(*pairs, strict=True)
    weighted, repeated = em.Sample(values, counts), em.Sample(np.repeat(values, counts))
    assert weighted.n == repeated.n
    assert weighted.mean == pytest.approx(repeated.mean, rel=1e-12, abs=1e-9)
    assert weighted.sd == pytest.approx(repeated.sd, rel=1e-9, abs=1e-9)
    assert weighted.resolution == repeated.resolution
    one, other = weighted.collapse(), repeated.collapse()
    assert one.values.tolist() == other.values.tolist()
    assert one.weights.tolist() == other.weights.tolist()


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=FINITE))
def test_mean_and_sd_are_those_of_the_standard_library(values):
    "The mean, and the standard deviation with divisor n."
    sample = em.Sample(values)
    assert sample.mean == pytest.approx(statistics.fmean(values), rel=1e-12, abs=1e-9)
    assert sample.sd == pytest.approx(statistics.pstdev(values), rel=1e-9, abs=1e-9)


def test_data_far_from_zero_keep_their_digits():
    "An offset of 1e8 costs the sd nothing beyond the rounding of the values themselves."
    values = 1e8 + np.random.default_rng(0).normal(size=1000)
    true = [Fraction(value) for value in values]
    mean = sum(true) / len(true)
    sd = math.sqrt(sum((value - mean) ** 2 for value in true) / len(true))
    assert em.Sample(values).mean == pytest.approx(float(mean), rel=2e-16)
    assert em.Sample(values).sd == pytest.approx(sd, rel=1e-12)


def test_values_near_the_limit_do_not_overflow():
    "Mean and sd of values up to 1e150 are numbers."
    sample = em.Sample([-1e150, 1e150], weights=[3.0, 1.0])
    assert sample.mean == pytest.approx(-0.5e150, rel=1e-12)
    assert sample.sd == pytest.approx(math.sqrt(0.75) * 1e150, rel=1e-12)


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), min_size=1, max_size=30).filter(
        lambda pairs: any(count for _, count in pairs)
    )
)
def test_collapsing_keeps_the_weight_of_every_value(pairs):
    "Distinct values in increasing order with their summed weights; none of weight zero."
    values, counts = zip(*pairs, strict=True)
    tally = {}
    for value, count in pairs:
        tally[value] = tally.get(value, 0) + count
    expected = {value: count for value, count in sorted(tally.items()) if count}
    collapsed = em.Sample(values, counts).collapse()
    assert collapsed.values.tolist() == list(expected)
    assert collapsed.weights.tolist() == list(expected.values())
    again = collapsed.collapse()
    assert again.values.tolist() == collapsed.values.tolist()
    assert again.weights.tolist() == collapsed.weights.tolist()


INCHES = np.round(np.random.default_rng(0).normal(68, 4, 900))
TENTHS = np.round(np.random.default_rng(1).normal(170, 9, 400), 1)


@pytest.mark.parametrize(
    ("values", "weights", "resolution"),
    [
        ([1.0, 2.5, 7.0], None, 0.0),  # no value twice: no grid can be seen
        ([1.0, 2.5, 2.5, 7.0], None, 1.5),
        ([7.0, 1.0, 2.5], [1, 2, 1], 1.5),
        ([7.0, 1.0, 2.5], [0.5, 0.2, 1], 0.0),
        ([4.0, 4.0], None, 0.0),
        ([1.0, 1.25, 2.0], [2, 0, 1], 1.0),
        (INCHES, None, 1.0),
        (INCHES * 2.54, None, 2.54),
        (np.r_[INCHES, 70.866142, 70.866146], None, 1.0),  # a near-tie among strays is no grid
        (np.r_[INCHES, TENTHS[:200]], None, 0.1),  # a habit of some is no grid of all
        (np.r_[TENTHS, np.full(60, 160.02)], None, 0.02),
        (TENTHS / 60, None, 0.1 / 60),
        (np.r_[np.zeros(300), np.random.default_rng(2).normal(30, 2, 700)], None, 0.0),
    ],
)
def test_the_resolution_is_the_grid_on_which_nearly_all_values_lie(values, weights, resolution):
    "A weight above one is a tie; a value of weight zero is not there; without ties there is none."
    assert em.Sample(values, weights).resolution == pytest.approx(resolution, rel=1e-5)


def test_what_was_recorded_more_than_once_is_kept_with_its_count():
    "Also of squashed values, and of large samples about, from a part."
    values = np.r_[np.zeros(300), np.random.default_rng(2).normal(30, 2, 2700)]
    for sample in (em.Sample(values), em.Sample(values).squash()):
        assert sample.recording.values.tolist() == [0.0]
        assert sample.recording.counts.tolist() == [300.0]
    many = em.Sample(np.r_[np.zeros(30_000), np.random.default_rng(2).normal(30, 2, 270_000)])
    assert many.recording.values.tolist() == [0.0]
    assert many.recording.counts[0] == pytest.approx(30_000, rel=0.1)


def test_a_sample_is_frozen():
    "No field can be set, no value written, and the caller's array stays writable."
    mine = np.array([1.0, 2.0])
    sample = em.Sample(mine)
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.values = mine
    for array in (sample.values, sample.weights, sample.collapse().values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5.0
    mine[0] = 3.0


def test_copies_and_pickles_say_the_same():
    "A sample survives copy and pickle, as parallel work needs."
    sample = em.Sample([1.0, 2.0, 2.0], weights=[1, 2, 3])
    for twin in (copy.deepcopy(sample), pickle.loads(pickle.dumps(sample))):  # noqa: S301 - our own
        assert twin.values.tolist() == sample.values.tolist()
        assert twin.weights.tolist() == sample.weights.tolist()
        assert twin.n == sample.n


def far_nodes():
    "Squashed heights counted from a hundred million away, which the nodes alone know exactly."
    heights = em.Mixture([0.4, 0.6], [164, 176], [6, 8]).sample(5000, rng=1)[0]
    return em.Sample(heights + 1e8).squash()


@pytest.mark.parametrize(
    "make",
    [
        lambda: em.Sample([3.0]),
        lambda: em.Sample([1.0, 2.0, 2.0, 5.0]),
        lambda: em.Sample([1.0, 2.0, 2.0, 5.0], [1.0, 2.5, 0.0, 1.0]),
        far_nodes,
    ],
    ids=["one value", "plain", "weighted", "squashed"],
)
@pytest.mark.parametrize("way", ["pickle", "deep copy", "copy"])
def test_a_pickle_holds_all_that_matters_and_nobody_can_change_it(make, way):
    "What was computed before is computed again, to the same digits; arrays stay read-only."
    sample = make()
    known = ("n", "mean", "sd", "resolution", "is_weighted")
    before = {name: getattr(sample, name) for name in known}
    scaled = sample.standardised.tolist() if sample.sd > 0 else None
    twin = {
        "pickle": lambda one: pickle.loads(pickle.dumps(one)),  # noqa: S301 - our own
        "deep copy": copy.deepcopy,
        "copy": copy.copy,
    }[way](sample)
    for name in ("values", "weights"):
        assert getattr(twin, name).tolist() == getattr(sample, name).tolist()
        with pytest.raises(ValueError, match="read-only"):
            getattr(twin, name)[0] = 9.0
    assert {name: getattr(twin, name) for name in known} == before
    assert scaled is None or twin.standardised.tolist() == scaled
    assert twin.collapse().values.tolist() == sample.collapse().values.tolist()
    assert (twin.bins is None) == (sample.bins is None)
    if sample.bins is not None:
        assert all(map(np.array_equal, twin.bins, sample.bins))


def test_a_pickle_is_as_small_as_the_values():
    "However much was computed from them before; weights of one cost nothing."
    values = np.random.default_rng(2).normal(size=5000)
    sample = em.Sample(values)
    alone = len(pickle.dumps(sample))
    assert values.nbytes < alone < values.nbytes + 1000
    assert sample.resolution == 0
    assert len(sample.squash()) < len(sample.collapse()) == sample.standardised.size
    assert len(pickle.dumps(sample)) == alone
    assert len(pickle.dumps(em.Sample(values, np.abs(values)))) < 2 * values.nbytes + 1000


def test_as_sample_passes_a_sample_through():
    "A Sample is returned as it is, anything else becomes one."
    sample = em.Sample([1.0, 2.0], weights=[1, 3])
    assert em.as_sample(sample) is sample
    assert em.as_sample([1.0, 2.0]).values.tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match="real numbers"):
        em.as_sample("heights")


def test_the_repr_says_how_many_and_where():
    "Number, total weight, mean and sd."
    assert repr(em.Sample([1.0, 3.0])) == "Sample(2 values, n=2, mean=2, sd=1)"
    assert repr(em.Sample([1.0, 3.0], [1, 3])) == (
        "Sample(2 weighted values, n=4, mean=2.5, sd=0.866025)"
    )
