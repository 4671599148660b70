"""The original report's listing gives the original report's numbers."""

import numpy as np
import pytest

import em

# As the report prints them: weights, means, sds.
PRINTED = (
    [0.39973408, 0.60026592],
    [164.04154896, 175.7892246],
    [5.71203936, 8.06707288],
)
# What its listing gives as it is printed there: seed 1, ten passes.
AS_LISTED = (
    [0.33783848, 0.66216152],
    [164.53656437, 175.07004476],
    [6.15708051, 8.81016167],
)


def in_order(answer):
    order = np.argsort(answer[1])
    return [value[order] for value in answer]


def test_seed_666_and_thirty_passes_give_every_printed_digit(heights):
    "The printed numbers come from another seed and more passes than the printed listing."
    values, stream = heights(666, with_stream=True)
    found = in_order(em.listing.run(values, n_iter=30, rng=stream))
    for mine, printed in zip(found, PRINTED, strict=True):
        assert mine.round(8).tolist() == printed
    longer = (
        [0.3997340835, 0.6002659165],
        [164.0415489573, 175.7892246032],
        [5.7120393593, 8.0670728822],
    )
    for mine, known in zip(found, longer, strict=True):
        assert mine.round(10).tolist() == known


def test_the_listing_as_printed_gives_other_numbers(heights):
    "Seed 1 and ten passes, to every digit."
    values, stream = heights(1, with_stream=True)
    for mine, known in zip(in_order(em.listing.run(values, rng=stream)), AS_LISTED, strict=True):
        assert mine.round(8).tolist() == known


def test_the_printed_numbers_have_the_moments_of_seed_666(heights):
    "EM keeps mean and variance, which shows which sample the report's numbers came from."
    printed = em.Mixture(*PRINTED)
    assert printed.mean == pytest.approx(171.09327829, abs=5e-9)
    assert printed.sd**2 == pytest.approx(85.2207279, abs=5e-8)
    # Eight printed digits leave about 1e-7 and 1e-6 open.
    assert heights(666).mean() == pytest.approx(printed.mean, abs=2e-7)
    assert heights(666).var() == pytest.approx(printed.sd**2, abs=2e-6)
    assert heights(1).mean() == pytest.approx(171.5114297, abs=5e-8)
    assert heights(1).var() == pytest.approx(89.0244770, abs=5e-8)


def test_the_printed_numbers_are_not_the_maximum(heights):
    "Thirty passes stop 0.029 log units short, the truth lies 0.785 below the maximum."
    values = heights(666)
    printed, truth = em.Mixture(*PRINTED), em.Mixture([0.4, 0.6], [164, 176], [6, 8])
    assert printed.logpdf(values).sum() == pytest.approx(-3626.580873, abs=5e-7)
    assert truth.logpdf(values).sum() == pytest.approx(-3627.336946, abs=5e-7)
    assert em.fit(values).loglik == pytest.approx(-3626.551874, abs=5e-7)


def test_the_answer_is_not_sorted(heights):
    "Components stay in the order in which their starting means were drawn, as in the report."
    orders = set()
    for seed in range(6):
        values, stream = heights(seed, with_stream=True)
        _, means, _ = em.listing.run(values, n_iter=30, rng=stream)
        orders.add(bool(means[0] < means[1]))
    assert orders == {False, True}


def test_no_pass_leaves_the_start():
    "Zero passes return the draws: equal weights, means in (150, 180), sds in (5, 10)."
    stream, again = np.random.RandomState(3), np.random.RandomState(3)
    weights, means, sds = em.listing.run([160.0, 170.0, 180.0], 3, 0, rng=stream)
    assert weights.tolist() == [1 / 3] * 3
    assert means.tolist() == again.uniform(150, 180, 3).tolist()
    assert sds.tolist() == again.uniform(5, 10, 3).tolist()


def test_the_global_generator_is_left_alone(heights):
    "Only the stream that was passed moves."
    before = np.random.get_state()[1].tolist()
    values, stream = heights(5, with_stream=True)
    em.listing.run(values, rng=stream)
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"rng": np.random.default_rng(1)}, TypeError, ["RandomState", "Generator"]),
        ({"rng": 1}, TypeError, ["RandomState", "int"]),
        ({"n_components": 0}, ValueError, ["at least 1 component", "0"]),
        ({"n_iter": -1}, ValueError, ["0 passes", "-1"]),
    ],
)
def test_what_the_listing_cannot_run_is_refused(arguments, error, words):
    "Another generator would draw other numbers, and no component is no mixture."
    with pytest.raises(error) as caught:
        em.listing.run([160.0, 170.0, 180.0], **{"rng": np.random.RandomState(0), **arguments})
    for word in words:
        assert word in str(caught.value)
