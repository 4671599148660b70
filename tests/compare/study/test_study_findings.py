"""What a study says of its numbers: who is closer, where, and how many values are enough."""

import math

import pytest

from compare.findings.study.enough import Enough, _crossing
from compare.findings.study.head import Covering, Head
from compare.findings.study.sides import Place, _side
from compare.language.en import study
from compare.study.simulated import Figure


@pytest.mark.parametrize(
    ("value", "error", "side"),
    [
        (0.5, 0.1, "bayes"),
        (0.88, 0.005, "bayes"),
        (0.88, 0.02, "unsure"),
        (0.95, 0.02, "alike"),
        (1.0, 0.06, "unsure"),
        (1.09, 0.004, "alike"),
        (1.3, 0.09, "em"),
        (1.3, 0.2, "unsure"),
        (math.nan, math.nan, "unsure"),
    ],
)
def test_a_side_is_taken_only_where_the_monte_carlo_error_allows_it(value, error, side):
    assert _side(Figure(value, error)) == side


def test_lengths_are_interpolated_on_logarithms():
    "Where they fall with the root of n, exactly."
    ns = [100, 400, 1600]
    lengths = [2 / math.sqrt(n) for n in ns]
    assert _crossing(ns, lengths, 0.08) == pytest.approx((2 / 0.08) ** 2)
    assert _crossing(ns, lengths, 0.2) == pytest.approx(100)
    assert _crossing(ns, lengths, 0.3) is None
    assert _crossing(ns, lengths, 0.01) is None


@pytest.mark.parametrize(
    ("simulated", "disagree"), [(100.0, False), (160.0, True), (60.0, True), (None, False)]
)
def test_two_answers_disagree_by_half(simulated, disagree):
    one = Enough("heights", 2.0, 0.2, 0.95, simulated, (50, 200), 0.1, 100.0)
    assert one.disagree is disagree


def place(side, gain, *, n=1000, population="heights", separation=1.7):
    figure = Figure(0.9, 0.01)
    return Place(
        0, population, "normal", 0.0, separation, n, Figure(*gain), side, figure, figure, figure
    )


def head(side, gain, elsewhere=()):
    covering = Covering("wald", Figure(0.79, 0.01), Figure(0.93, 0.01), 500, 0)
    gains = (("weights[0]", Figure(0.5, 0.02)), ("means[0]", Figure(0.7, 0.03)))
    return Head(place(side, gain), 0.95, 1000, 500, gains, (covering,), elsewhere)


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ("bayes", "the posterior mean is closer to the truth than EM's maximum"),
        ("em", "EM's maximum is closer to the truth than the posterior mean"),
        ("alike", "are equally close to the truth"),
        ("unsure", "too few samples were drawn to say"),
    ],
)
def test_the_headline_is_what_the_side_says_with_its_numbers(side, said):
    text = study.headline(head(side, (0.56, 0.021)))
    assert said in text
    assert "0.560 ± 0.021" in text
    assert ("0.500 ± 0.020" in text) is (side != "alike")


def test_other_designs_are_told_by_what_they_say():
    places = (
        place("alike", (1.0, 0.01), n=4000, separation=2.5),
        place("em", (2.1, 0.3), population="lopsided"),
        place("bayes", (0.4, 0.05), n=250),
    )
    lines = study.on_elsewhere((*places, place("bayes", (0.5, 0.05), n=500)))
    assert lines[0] == (
        "Bayes is clearly closer to the truth for the heights at D = 1.7 (n = 250 and 500)."
    )
    assert (
        "EM's maximum is clearly closer for the lopsided groups at D = 1.7 (n = 1,000):" in lines[1]
    )
    assert lines[2].endswith("to within a tenth, for the heights at D = 2.5 (n = 4,000).")
    assert study.on_elsewhere(()) == []


@pytest.mark.parametrize(
    ("others", "said"),
    [(0, "by Bayes. The"), (1, "of another design."), (3, "of 3 other designs.")],
)
def test_other_designs_are_counted(others, said):
    text = study.about(head("bayes", (0.5, 0.01), (place("em", (2, 0.1)),) * others))
    assert text.startswith(
        "1,000 samples of 1,000 values from the heights were fitted by EM and 500"
    )
    assert said in text


def test_intervals_are_told_from_the_worst_to_the_best_parameter():
    assert "Wald 0.79 to 0.93" in study.on_intervals(head("bayes", (0.5, 0.01)))


def test_how_many_are_enough_is_given_to_two_digits():
    found = (
        Enough("heights", 1.7, 0.2, 0.95, None, (250, 4000), 0.34, 17213.0),
        Enough("heights", 2.5, 0.2, 0.95, 1180.3, (250, 4000), 0.1, 1067.0),
        Enough("heights", 4.0, 0.2, 0.95, None, (250, 4000), 0.03, 113.0),
    )
    rows = study.enough(found).rows
    assert [row[3:] for row in rows] == [
        ("more than 4,000", "17,000", ""),
        ("1,200", "1,100", "yes"),
        ("fewer than 250", "110", ""),
    ]
