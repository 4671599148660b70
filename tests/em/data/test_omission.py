"""Values that are left out are counted, and the rest is the sample that it would be alone."""

import copy

import numpy as np
import pytest

import em

VALUES = np.array([0.0, 3.0, 0.0, 4.5, 7.0, 0.0, 3.0])


def test_the_rest_is_what_it_would_be_alone():
    "Values and weights in their order, with the same rounding; and what is gone, counted."
    sample = em.Sample(VALUES, rounding=0.5).without(0)
    assert sample.values.tolist() == [3.0, 4.5, 7.0, 3.0]
    assert sample.rounding == 0.5
    assert not sample.is_weighted
    (gone,) = sample.left_out
    assert (gone.value, gone.count, gone.share) == (0.0, 3.0, pytest.approx(3 / 7))
    assert em.Sample(VALUES).left_out == ()
    assert "3 left out" in repr(sample)
    counted = em.Sample([0.0, 1.0, 2.0], [6, 2, 2]).without([0])
    assert counted.weights.tolist() == [2, 2]
    assert counted.left_out[0].share == pytest.approx(0.6)


def test_shares_are_of_all_however_often_something_was_left_out():
    "One after the other is both at once."
    together = em.Sample(VALUES).without([3, 0])
    apart = em.Sample(VALUES).without(3).without(0)
    for one, other in zip(together.left_out, apart.left_out, strict=True):
        assert (one.value, one.count) == (other.value, other.count)
        assert one.share == pytest.approx(other.share)
    assert [one.value for one in together.left_out] == [0, 3]


def test_the_noise_of_floats_tells_nothing_apart():
    "0.1 + 0.2 is left out with 0.3; a value that merely lies near is not."
    sample = em.Sample([0.1 + 0.2, 0.3, 0.3 + 1e-9, 5.0]).without(0.3)
    assert sample.values.tolist() == [0.3 + 1e-9, 5.0]


def test_what_is_gone_is_remembered_in_copies():
    "Copied (by way of what a pickle keeps), and with another rounding."
    sample = em.Sample(VALUES).without(0)
    for one in (copy.deepcopy(sample), copy.copy(sample), em.as_sample(sample, 0.5)):
        assert one.left_out == sample.left_out


def test_sampling_weights_sum_to_the_rows_that_stay():
    "And the share is one of the population, not of the rows."
    weights = [5.0, 1.0, 1.0, 2.0]
    sample = em.Sample([0.0, 1.0, 2.0, 3.0], weights, weights_are="sampling").without(0)
    assert sample.weights_are == "sampling"
    assert sample.weights.sum() == pytest.approx(3)
    assert sample.left_out[0].share == pytest.approx(5 / 9)
    assert sample.left_out[0].count == 1
    equal = em.Sample([0.0, 1.0, 2.0], [2, 2, 2], weights_are="sampling").without(0)
    assert equal.weights_are == "sampling"


@pytest.mark.parametrize(
    ("make", "value", "words"),
    [
        (lambda: em.Sample(VALUES), 1, "got 1, which none equals; the nearest is 0"),
        (lambda: em.Sample(VALUES), [0, 3, 4.5, 7], "besides those that are left out, got none"),
        (lambda: em.Sample(VALUES), [0, np.nan], "got nan, which none equals"),
        (lambda: em.Sample(np.arange(5000.0) % 7 + 0.1).squash(), 0.1, "got nodes"),
        (
            lambda: em.Sample(VALUES, np.ones(7), weights_are="sampling").collapse(),
            0,
            "got sums over them",
        ),
    ],
)
def test_what_cannot_be_left_out_is_refused_in_a_line(make, value, words):
    "A value that does not occur, all of them, no number, or nodes that stand for the data."
    with pytest.raises(ValueError, match=words) as error:
        make().without(value)
    assert "\n" not in str(error.value)
