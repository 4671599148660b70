"""Data seen piece by piece, in any number of pieces, say what they say at once."""

import io
import math
import pickle

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import em
from em.data.cells import Cells, rules, tabulate, thinned
from em.likelihood.quadrature import quadrature_bound

HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
SEEDS = st.integers(0, 2**32 - 1)
EPS = np.finfo(float).eps


def digest(pieces, **options):
    made = em.Digest(**options)
    for piece in pieces:
        made.add(piece)
    return made


def same_bits(one, other):
    ours, theirs = one.state(), other.state()
    return ours.keys() == theirs.keys() and all(
        np.array_equal(value, theirs[name]) for name, value in ours.items()
    )


def loglik(mixture, sample):
    return math.fsum((mixture.logpdf(sample.values) * sample.weights).tolist())


@pytest.fixture(scope="module")
def heights():
    return HEIGHTS.sample(400_000, rng=1)[0]


# ---- one pass over pieces is a look at all ----


@pytest.mark.parametrize("way", ["as drawn", "sorted", "far from zero", "tiny", "with outliers"])
def test_a_fit_of_pieces_is_a_maximum_on_all_of_the_data(heights, way):
    "Certified by an exact pass, also where each piece sees another stretch of the line."
    values = {
        "as drawn": heights,
        "sorted": np.sort(heights),
        "far from zero": heights + 1e8,
        "tiny": heights * 1e-12,
        "with outliers": np.concatenate([heights, [-1e6, 3e5, 1e6]]),
    }[way]
    found = em.fit(digest(np.array_split(values, 37)).sample(), 2)
    assert found.converged
    assert found.certify(values).ok
    assert len(found.data) < 400
    assert found.error_bound < 1e-9 * abs(found.loglik)


def test_moments_extremes_and_number_are_those_of_the_data(heights):
    "To rounding."
    made = digest(np.array_split(heights, 11))
    sample = made.sample()
    whole = em.Sample(heights)
    assert made.n == sample.n == heights.size
    assert (made.lowest, made.highest) == (heights.min(), heights.max())
    assert sample.mean == pytest.approx(whole.mean, rel=1e-14)
    assert sample.sd == pytest.approx(whole.sd, rel=1e-13)
    assert sample.digest.n == made.n
    assert whole.digest is None


def test_few_values_are_kept_as_they_are():
    "A table of values and counts, with nothing squashed, whatever the number of pieces."
    values = np.random.default_rng(2).normal(size=20_000)
    made = digest(np.array_split(values, 7))
    assert made.is_exact == (made.cells.n_cells == 0)
    counted = em.Sample(np.round(values, 2)).collapse()
    exact = digest(np.array_split(np.round(values, 2), 7)).sample()
    assert exact.bins is None
    assert exact.values.tolist() == counted.values.tolist()
    assert exact.weights.tolist() == counted.weights.tolist()
    assert exact.resolution == counted.resolution == pytest.approx(0.01, rel=1e-9)


@pytest.mark.parametrize("n", [5000, 300_000])
def test_tied_values_are_counted_exactly(n):
    "Heights to the millimetre, some far out: the same as sorting and counting."
    rng = np.random.default_rng(3)
    values = np.round(HEIGHTS.sample(n, rng=rng)[0], 1)
    values[:3] = -1e5, 1e5, 2e5
    found = tabulate(rng.permutation(values))
    points, counts = np.unique(values, return_counts=True)
    assert not found.levels
    assert found.points.tolist() == points.tolist()
    assert found.masses.tolist() == counts.tolist()


def test_nearly_tied_values_are_not_taken_for_tied():
    "One value between the steps, which no look has seen, is not moved onto one."
    values = np.repeat(np.arange(100.0), 1000)
    values[777] += 0.3
    found = tabulate(values)
    assert found.levels == {}
    assert values[777] in found.points
    assert found.masses.sum() == values.size


# ---- merging ----


def test_the_order_of_merging_decides_the_last_bits_and_nothing_else(heights):
    "In one order always the same bits; in another the same sums to rounding."
    pieces = np.array_split(heights, 9)
    parts = [digest([piece]) for piece in pieces]

    def merged(order):
        whole = em.Digest()
        for place in order:
            whole.merge(parts[place])
        return whole

    first = merged(range(9))
    assert same_bits(first, merged(range(9)))
    assert same_bits(first, digest(pieces))
    other = merged(reversed(range(9)))
    assert other.n == first.n
    for level, held in first.cells.levels.items():
        assert np.array_equal(held.number, other.cells.levels[level].number)
        assert other.cells.levels[level].sums == pytest.approx(held.sums, rel=1e-9, abs=1e-9)


def test_merging_leaves_the_other_and_earlier_samples_as_they_were(heights):
    "A sample does not follow what its digest sees later."
    one, other = digest([heights[:50_000]]), digest([heights[50_000:]])
    before, theirs = one.sample(), other.state()
    n = before.n
    one.merge(other)
    assert before.n == before.digest.n == n
    assert before.squash(4).n == n
    assert all(np.array_equal(value, theirs[name]) for name, value in other.state().items())


@pytest.mark.parametrize("options", [{"rounding": 0.5}, {"finer": 4}])
def test_digests_made_otherwise_are_not_merged(options):
    "Their cells mean different things."
    with pytest.raises(ValueError, match="expected digests made alike"):
        em.Digest().merge(em.Digest(**options))


def test_saved_and_loaded_it_is_the_same(heights):
    "Bit for bit, through a file of NumPy's and through a pickle, and it goes on the same."
    made = digest(np.array_split(heights[:200_000], 5))
    with io.BytesIO() as file:
        np.savez(file, **made.state())
        file.seek(0)
        with np.load(file) as stored:
            loaded = em.Digest.from_state(dict(stored))
    pickled = pickle.loads(pickle.dumps(made))  # noqa: S301 - just made
    for again in (loaded, pickled):
        assert same_bits(made, again)
    for one in (made, loaded):
        one.add(heights[200_000:])
    assert same_bits(made, loaded)
    sample = pickle.loads(pickle.dumps(made.sample()))  # noqa: S301 - as above
    assert sample.n == made.n
    assert same_bits(sample.digest, made)


# ---- constant memory ----


def test_memory_does_not_grow_with_the_data():
    "Pieces that each lie elsewhere, and tails without end: still tens of thousands of cells."
    rng = np.random.default_rng(4)
    made = em.Digest()
    for place in range(120):
        made.add(rng.normal(100.0 * place, 1.0, 10_000))
        made.add(rng.standard_cauchy(5000))
    assert made.cells.n_cells + made.cells.points.size < 70_000
    assert made.n == 120 * 15_000
    assert made.sample().n == made.n


def test_wider_cells_hold_the_same_moments(heights):
    "Cells twice as wide are sums of two, to rounding."
    cells = tabulate(heights)
    fewer = thinned(cells, cells.n_cells // 8)
    assert fewer.n_cells < cells.n_cells // 7
    for power in range(4):
        one, other = (
            math.fsum((found.masses * (found.points - 170.0) ** power).tolist())
            + math.fsum((part.masses * (part.points - 170.0) ** power).tolist())
            for part, found in ((cells, rules(cells)), (fewer, rules(fewer)))
        )
        assert other == pytest.approx(one, rel=1e-11, abs=1e-6)


def test_cells_that_hold_much_stay_narrow():
    "A spike is not smoothed away to save room."
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(0, 1, 100_000), rng.normal(0.3, 1e-6, 20_000)])
    fewer = thinned(tabulate(values), 500)
    found = rules(fewer)
    inside = np.abs(found.points - 0.3) < 1e-5
    assert found.masses[inside].sum() == pytest.approx(20_000, rel=0.02)


@given(SEEDS)
@example(0)
@settings(max_examples=12)
def test_any_pieces_of_any_data_keep_the_error_below_its_bound(seed):
    "Atoms, spikes, tails and gaps over many orders of magnitude, in pieces of any size."
    rng = np.random.default_rng(seed)
    parts = [
        rng.normal(rng.normal(0, 10.0 ** rng.integers(-3, 4)), 10.0 ** rng.integers(-6, 4), size)
        if rng.random() < 0.8
        else np.full(size, rng.normal())
        for size in rng.integers(1, 20_000, rng.integers(1, 6))
    ]
    values = np.concatenate(parts)
    if rng.random() < 0.5:
        values = rng.permutation(values)
    cuts = np.sort(rng.integers(0, values.size, rng.integers(0, 6)))
    made = digest(np.split(values, cuts))
    sample, whole = made.sample(), em.Sample(values)
    assert sample.n == values.size
    if whole.sd == 0:
        return
    wide = em.Mixture([0.5, 0.5], whole.mean + whole.sd * np.r_[-1, 1], [whole.sd] * 2)
    bound = 0.0 if sample.bins is None else quadrature_bound(sample.bins, wide.parameters)
    size = np.abs(wide.logpdf(values)).sum() + values.size
    assert abs(loglik(wide, sample) - loglik(wide, whole)) <= bound + 32 * EPS * size


# ---- weights, rounding ----


def test_weights_count_repetitions(heights):
    "Counts of 1 to 3 give the fit of the repeated values."
    values = heights[:100_000]
    counts = np.random.default_rng(6).integers(0, 4, values.size)
    made = em.Digest()
    for piece, mass in zip(np.array_split(values, 6), np.array_split(counts, 6), strict=True):
        made.add(piece, mass)
    found = em.fit(made.sample(), 2)
    repeated = em.fit(np.repeat(values, counts), 2)
    assert made.n == counts.sum()
    assert found.loglik == pytest.approx(repeated.loglik, rel=1e-12)


def test_values_without_weight_leave_no_trace():
    "Not even as extremes; a piece of them alone is no piece."
    made = em.Digest()
    made.add([1.0, 2.0, 1e9], [1, 1, 0])
    made.add([5e9], [0])
    made.add([])
    assert (made.n, made.lowest, made.highest) == (2.0, 1.0, 2.0)


def test_rounded_values_are_always_counted():
    "However many pieces; and steps that do not fit are told."
    values = np.round(HEIGHTS.sample(60_000, rng=7)[0] * 2) / 2
    made = digest(np.array_split(values, 8), rounding=0.5)
    sample = made.sample()
    assert sample.rounding == 0.5
    assert sample.values.tolist() == np.unique(values).tolist()
    with pytest.raises(ValueError, match=r"whole steps of 0\.5 apart"):
        made.add([170.2, 170.7])
    with pytest.raises(ValueError, match=r"whole steps of 0\.5 apart"):
        made.add([170.25])
    assert made.n == 60_000


def test_too_many_different_rounded_values_are_refused():
    "Steps so fine do not matter, and the message says so."
    made = em.Digest(rounding=1e-3)
    with pytest.raises(ValueError, match="too fine to matter"):
        made.add(np.arange(1.5e6) * 1e-3)


@pytest.mark.parametrize(
    ("bad", "error"),
    [([1.0, math.nan], ValueError), ([math.inf], ValueError), (["a"], TypeError)],
)
def test_bad_pieces_change_nothing(bad, error):
    "What was seen before is still there."
    made = digest([[1.0, 2.0]])
    with pytest.raises(error):
        made.add(bad)
    assert made.n == 2.0


def test_no_data_are_no_sample():
    "The message says so."
    with pytest.raises(ValueError, match="expected some data"):
        em.Digest().sample()


# ---- what is known of the data besides nodes ----


def test_the_number_below_a_place_is_known(heights):
    "Exactly at the ends of the widest cells; between them to within what one cell holds."
    made = digest(np.array_split(heights, 5))
    edges = np.r_[-1e9, np.linspace(120, 220, 401), 1e9]
    counts = np.searchsorted(np.sort(heights), edges)
    largest = max(held.sums[0].max() for held in made.cells.levels.values())
    assert np.abs(made.below(edges) - counts).max() <= largest
    widest = max(made.cells.levels)
    ends = made.cells.levels[widest].number * 2.0**widest
    inside = ends[(ends > 150) & (ends < 190)]
    assert made.below(inside) == pytest.approx(np.searchsorted(np.sort(heights), inside), abs=1e-6)


def test_finer_bins_come_from_the_digest(heights):
    "A sample of nodes can be squashed more finely as long as the cells allow it."
    sample = digest(np.array_split(heights, 5)).sample()
    sharp = em.Mixture([0.1, 0.9], [165, 172], [0.5, 9.0])
    bounds = [quadrature_bound(sample.squash(f).bins, sharp.parameters) for f in (1, 4)]
    assert bounds[1] < 0.1 * bounds[0]


def test_finer_cells_lower_the_bound_of_narrow_groups():
    "Sixteen times as many, for a group a thousand times narrower than the spread of all."
    rng = np.random.default_rng(8)
    values = np.concatenate([rng.normal(0, 100, 200_000), rng.normal(20, 0.1, 1600)])
    sharp = em.Mixture([0.992, 0.008], [0, 20], [100, 0.1])
    bounds = [
        quadrature_bound(digest([values], finer=f).sample(16).bins, sharp.parameters)
        for f in (1, 16)
    ]
    assert bounds[1] < 1e-3 * bounds[0]


def test_ties_are_found_in_a_part(heights):
    "Of float32 numbers, millions of which differ; none in doubles."
    tied = digest(np.array_split(heights.astype(np.float16).astype(float), 4))
    assert tied.resolution > 0
    assert digest([heights]).resolution == 0.0


def test_it_says_what_it_holds(heights):
    "In a line."
    assert repr(digest([[1.0, 2.0]])) == "Digest(n=2 in 2 values, from 1 to 2)"
    assert "cells" in repr(digest([heights]))


def test_nothing_at_all_has_no_rules():
    "No cells, no points."
    assert rules(Cells({}, np.zeros(0), np.zeros(0))).points.size == 0
