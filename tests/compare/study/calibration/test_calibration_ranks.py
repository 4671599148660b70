"""Even ranks pass as often as the level says, exactly, and uneven ones are found."""

import itertools

import numpy as np
import pytest

from compare.study.calibration import ranks


@pytest.mark.parametrize(("n_ranks", "n_draws"), [(1, 3), (3, 4), (5, 3)])
def test_p_values_are_exact_over_all_possible_ranks(n_ranks, n_draws):
    "Of all equally likely outcomes, a share p has a p-value of at most p, for every p that occurs."
    outcomes = list(itertools.product(range(n_draws + 1), repeat=n_ranks))
    found = np.array([ranks.p_value(outcome, n_draws) for outcome in outcomes])
    for p in found:
        assert np.mean(found <= p + 1e-12) == pytest.approx(p, abs=1e-12)
    assert np.unique(found.round(12)).size > 1


@pytest.mark.parametrize("level", [0.8, 0.95, 1 - 0.05 / 7])
def test_the_band_holds_whole_curves_as_often_as_it_says(level):
    "Over 4,000 simulated sets of 300 ranks, so many that little is lost to whole numbers."
    lower, upper = ranks.band(300, 199, level)
    rng = np.random.default_rng(1)
    sets = [ranks.counts_below(rng.integers(0, 200, 300), 199) for _ in range(4000)]
    held = np.mean([np.all((lower <= counts) & (counts <= upper)) for counts in sets])
    assert abs(held - level) < 3.5 * np.sqrt(level * (1 - level) / 4000)


def test_a_curve_leaves_its_band_exactly_if_its_p_value_says_so():
    "Even and uneven ranks, near the limit and far from it, of any number."
    rng = np.random.default_rng(2)
    verdicts = []
    for n_ranks, n_draws in [(7, 19), (40, 99), (90, 49)]:
        lower, upper = ranks.band(n_ranks, n_draws, 0.9)
        for concentration in np.repeat([0.7, 1.0, 1.4], 30):
            found = rng.binomial(n_draws, rng.beta(concentration, 1.0, n_ranks))
            counts = ranks.counts_below(found, n_draws)
            outside = bool(np.any((counts < lower) | (counts > upper)))
            assert outside == (ranks.p_value(found, n_draws) <= 0.1)
            verdicts.append(outside)
    assert 0.2 < np.mean(verdicts) < 0.8


def test_the_mirror_image_is_as_uneven():
    "A posterior that is too high is as wrong as one too low by as much."
    rng = np.random.default_rng(3)
    found = rng.integers(0, 100, 50)
    assert ranks.p_value(99 - found, 99) == pytest.approx(ranks.p_value(found, 99), rel=1e-9)


def test_ranks_all_alike_are_impossible_by_chance():
    "300 truths that all rank in the middle: a p-value of zero, not a small negative one."
    assert ranks.p_value(np.full(300, 100), 199) < 1e-12
    assert ranks.p_value(np.full(300, 100), 199) >= 0


def test_perfectly_even_ranks_have_a_p_value_of_one():
    "Each rank once: no curve is flatter."
    assert ranks.p_value(np.arange(100), 99) == pytest.approx(1.0, abs=1e-9)


def test_central_intervals_hold_their_share_of_even_ranks():
    "Each of the ranks 0 to 199 once: exactly half of them lie in the middle half, and so on."
    for level in (0.5, 0.8, 0.95):
        assert ranks.share_inside(np.arange(200), 199, level) == pytest.approx(level, abs=1e-12)


def test_worse_posteriors_are_found_more_often():
    "A right one as seldom as the level says, a little wrong one at times, a bad one always."

    def found(**fault):
        return ranks.detected(200, 99, 0.95, repeats=200, **fault)

    right = found()
    assert right < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert right < found(shift=0.15) < found(shift=0.3)
    assert right < found(sd_ratio=0.85) < found(sd_ratio=0.7)
    assert found(shift=1.0) == found(sd_ratio=0.4) == found(sd_ratio=2.5) == 1.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([0, 100], "from 0 to 99, got 0 to 100"),
        ([-1, 5], "from 0 to 99, got -1 to 5"),
        ([0.5], "whole numbers"),
        ([], "whole numbers"),
        ([[1, 2]], "whole numbers"),
    ],
)
def test_ranks_that_are_none_are_refused(wrong, message):
    "With what was expected and what came."
    with pytest.raises(ValueError, match=message):
        ranks.p_value(wrong, 99)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_is_a_probability(level):
    "Between 0 and 1, both excluded."
    with pytest.raises(ValueError, match="level between 0 and 1"):
        ranks.band(10, 9, level)
