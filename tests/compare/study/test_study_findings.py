"""What a study says of its numbers: who is closer, where, and how many values are enough."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from compare.findings.study.advice import advice, misled
from compare.findings.study.covering import Covering
from compare.findings.study.enough import Enough, _crossing
from compare.findings.study.head import Head
from compare.findings.study.plan import plan
from compare.findings.study.sides import Place, _side
from compare.language.en import study
from compare.study import HEIGHTS, Cell, Design, apart
from compare.study.performance import Coverage, Error, performance
from compare.study.simulated import Figure
from compare.study.trials import Job, Trial


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
    assert _side(Figure(value, error), 20) == side
    assert _side(Figure(value, error), 19) == "unsure"


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
    assert "0.56 ± 0.02" in text
    assert ("0.50 ± 0.02" in text) is (side != "alike")


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
        "EM's maximum is clearly closer for the lopsided groups at D = 1.7 (n = 1,000)." in lines[1]
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
    assert "is 20 points long" in study.enough(found).label
    assert "95% interval of the first weight 20 points long" in study.on_enough(found)
    assert [row[2:] for row in rows] == [
        ("more than 4,000", "17,000", ""),
        ("1,200", "1,100", "yes"),
        ("fewer than 250", "110", ""),
    ]


def covering(method, lowest, n=500):
    return Covering(method, Figure(lowest, 0.01), Figure(0.99, 0.01), n, 0)


def found(side="bayes", *, coverings, elsewhere=()):
    "A head and the performance behind it: errors of the maximum are twice the others."
    first = head(side, (0.5, 0.02), elsewhere)
    of = replace(
        first,
        coverings=tuple(coverings),
        gains=tuple((name, Figure(0.5, 0.1)) for name in SIZES),
    )
    errors = {
        (0, method, name): SimpleNamespace(rmse=Figure(size * times, size / 100))
        for method, times in (("maximum", 2.0), ("posterior mean", 1.0))
        for name, size in SIZES.items()
    }
    return advice(SimpleNamespace(errors=errors), of)


SIZES = {"weights[0]": 0.08, "means[0]": 1.0, "means[1]": 1.5, "sds[0]": 0.7, "sds[1]": 0.5}
USUAL = covering("wald", 0.7), covering("profile", 0.93), covering("credible", 0.97)


def test_advice_names_what_each_of_the_two_costs():
    "The weight, and the mean and the sd that EM misses by most; the intervals that hold most."
    one = found(coverings=USUAL)
    assert [loss.estimand for loss in one.losses] == ["weights[0]", "means[1]", "sds[0]"]
    assert [loss.by_em.value for loss in one.losses] == pytest.approx([0.16, 3.0, 1.4])
    assert one.with_em.method == "profile"
    assert one.settled is None
    take, intervals = study.on_advice(one)
    assert take == (
        "Take the posterior for 1,000 values from the heights. Typically (root mean square) EM's "
        "maximum misses weight 1 by 0.1600, mean 2 by 3.000 and sd 1 by 1.400; the posterior mean "
        "weight 1 by 0.0800, mean 2 by 1.500 and sd 1 by 0.700."
    )
    assert "With EM take profile likelihood" in intervals
    assert "in 93% of samples, Wald's, which most programs give, in 70%" in intervals
    assert "credible intervals hold it in 97%." in intervals


@pytest.mark.parametrize(
    ("wald", "profile", "bootstrap", "best", "short"),
    [
        (0.7, 0.93, 0.94, "bootstrap", True),
        (0.945, 0.93, 0.9, "wald", False),
        (0.92, 0.95, 0.9, "profile", True),
        (0.935, 0.95, 0.9, "profile", False),  # within two Monte Carlo errors
        (0.95, 0.95, 0.95, "profile", False),
    ],
)
def test_intervals_are_advised_that_hold_the_truth(wald, profile, bootstrap, best, short):
    kinds = {"wald": wald, "profile": profile, "bootstrap": bootstrap, "credible": 0.95}
    one = found(coverings=[covering(name, lowest) for name, lowest in kinds.items()])
    assert one.with_em.method == best
    assert (one.falls_short is not None) is short
    assert ("Wald's, which most programs give" in study.on_advice(one)[1]) is short


@pytest.mark.parametrize(("credible", "more"), [(0.99, True), (0.96, False), (0.9, False)])
def test_intervals_that_hold_more_than_they_promise_are_no_merit(credible, more):
    "Averaged over the prior they hold just that: here the truth suits it."
    one = found(coverings=(*USUAL[:2], covering("credible", credible)))
    assert one.suits_prior is more
    assert ("this truth suits the prior, over which it is 95%." in study.on_advice(one)[1]) is more


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ("em", "Take EM's maximum for"),
        ("alike", "Take either for"),
        ("unsure", "so few samples cannot say"),
    ],
)
def test_advice_follows_the_side(side, said):
    assert said in study.on_advice(found(side, coverings=USUAL))[0]


@pytest.mark.parametrize(
    ("sides", "still", "settled", "said"),
    [
        ("bb", 4000, None, "More than were simulated: with 4,000 values"),
        ("ba", 1000, 4000, "With 1,000 values (0.50 ± 0.02) it still does, with 4,000 values"),
        ("bau", 1000, None, "with 1,000 values"),
        ("bab", 16000, None, "with 16,000 values"),
        ("bua", 1000, 16000, "with 16,000 values (0.50 ± 0.02) no longer"),
        ("baa", 1000, 4000, "with 4,000 values"),
        ("aa", None, 1000, "does not matter, to within a tenth, from 1,000 values"),
        ("uu", None, None, None),
        ("ea", 1000, 4000, "With 1,000 values"),
    ],
)
def test_it_stops_to_matter_where_it_does_so_with_more_values_too(sides, still, settled, said):
    "Cells of other separations and populations do not count."
    names = {"b": "bayes", "a": "alike", "u": "unsure", "e": "em"}
    first, *more = [
        place(names[side], (0.5, 0.02), n=n)
        for side, n in zip(sides, (1000, 4000, 16000), strict=False)
    ]
    others = (
        place("alike", (1, 0.01), n=9, separation=4.0),
        place("em", (2, 0.1), n=99999, population="lopsided"),
    )
    one = found(names[sides[0]], coverings=USUAL, elsewhere=(*reversed(more), *others))
    assert one.place == first
    assert (one.settled.still and one.settled.still.n) == still
    assert (one.settled.settled and one.settled.settled.n) == settled
    text = study.on_advice(one)[2:]
    assert (said in text[0]) if said else text == []


def test_the_plan_says_what_was_drawn_and_how_often():
    design = Design(
        (
            Cell(1000),
            Cell(250, apart(HEIGHTS, 2.5)),
            Cell(50, replace(HEIGHTS, shape="skewed", step=2.5), "skewed"),
            Cell(60, None, "prior"),
        ),
        seed=7,
    )
    jobs = [
        (0, "fits", 3),
        (0, "posterior", 2),
        (1, "fits", 2),
        (2, "fits", 1),
        (2, "posterior", 1),
    ]
    trials = [Trial(Job(cell, task, i), {}) for cell, task, n in jobs for i in range(n)]
    one = plan(performance(design, trials))
    assert one.first == {"fits": 3, "posterior": 2}
    assert one.others == {"fits": (1, 2), "posterior": (1, 1)}
    told = dict(study.plan(one))
    assert list(told) == ["Aims", "Data", "Estimands", "Methods", "Performance"]
    assert (
        "The heights, 0.4 N(164, 6) + 0.6 N(176, 8), moved to D = 1.7 and 2.5, n = 250 and 1,000; "
        "the heights with skewed groups, 0.4 N(164, 6) + 0.6 N(176, 8) with groups of a "
        "skew-normal shape (skewness 0.78) rounded to 2.5, n = 50; truths from the prior, n = 60."
    ) in told["Data"]
    assert "(7, i)" in told["Data"]
    assert told["Methods"].startswith(
        "Samples of the first design: 3 by EM and 2 by Bayes; samples of each other design: 1 to 2 "
        "by EM and 1 by Bayes."
    )
    assert "4 chains of 3,000 draws after 1,000" in told["Methods"]


def error(method, name, value, failures=(), n=10):
    figure = Figure(value, 0.01)
    return Error(0, method, name, n, dict(failures), 0, Figure(-value, 0.01), figure, figure, 0.125)


def coverage(method, name, held, *, failed=0, open_ends=0.0, length=1.0):
    return Coverage(
        0, method, name, 10, failed, Figure(held, 0.02), Figure(0.99, 0.0), Figure(0.04, 0.01),
        Figure(0.01, 0.0), open_ends, Figure(length, 0.01), math.nan,
    )  # fmt: skip


def test_tables_have_a_row_for_each_method_and_a_gap_where_there_is_nothing():
    errors = [
        error("maximum", "means[0]", 0.25, {"collapsed": 2, "max_iter": 1}),
        error("maximum", "density", 0.5),
        error("posterior mean", "means[0]", 0.125),
    ]
    table = study.errors(errors)
    assert table.head[1:] == ("mean 1", "density")
    assert table.rows == (
        ("EM at the maximum", "0.250 ± 0.010", "0.500 ± 0.010"),
        ("Posterior mean", "0.125 ± 0.010", ""),
    )
    assert study.biases(errors).rows[0] == ("EM at the maximum", "−0.250 ± 0.010")
    intervals = [
        coverage("wald", "means[0]", 0.9, failed=3),
        coverage("profile", "means[0]", 0.95, open_ends=0.25, length=math.inf),
    ]
    assert study.coverages(intervals).rows == (
        ("Wald", "0.90 ± 0.02"),
        ("Profile likelihood", "0.95 ± 0.02"),
    )
    assert study.kept(intervals).rows == (("Wald", "0.99"),)
    assert study.kept(intervals[1:]) is None
    assert study.lengths(intervals).rows == (
        ("Wald", "1.000 ± 0.010"),
        ("Profile likelihood", "∞ (25% open)"),
    )
    assert study.misses(intervals).rows[0] == ("Wald", "0.040 / 0.010")
    assert study.costs(errors, intervals).rows == (
        ("EM at the maximum", "0.12", "10", "2 collapsed, 1 ended early"),
        ("Posterior mean", "0.12", "10", "0"),
        ("Wald, intervals", "", "10", "3"),
        ("Profile likelihood, intervals", "", "10", "0"),
    )


def standing(side, *, profile, credible, n=250, gain=1.0):
    one = place(side, (gain, 0.1), n=n, population="lopsided")
    return replace(one, profile=Figure(profile, 0.02), credible=Figure(credible, 0.02))


def test_where_the_prior_is_wrong_is_said_at_the_head():
    "Errors that are clearly larger, and intervals that fall short where others do not."
    elsewhere = (
        standing("em", profile=0.94, credible=0.93, gain=2.0, n=100),
        standing("em", profile=0.94, credible=0.93, gain=3.0, n=250),
        standing("unsure", profile=0.82, credible=0.64),
        standing("bayes", profile=0.84, credible=0.7),
    )
    one = misled(head("bayes", (0.5, 0.02), elsewhere))
    assert one.farther == elsewhere[:2]
    assert one.short == elsewhere[2:]
    text = study.misled(one)
    assert "for the lopsided groups at D = 1.7 (n = 100 and 250), where" in text
    assert "up to 3.00 ± 0.10 times as large" in text
    assert "in as few as 64% of samples for the lopsided groups at D = 1.7 (n = 250)" in text
    assert "where profile likelihood has 82%" in text


@pytest.mark.parametrize(
    ("profile", "credible"),
    [(0.8, 0.79), (0.7, 0.8), (0.99, 0.94), (0.9, 0.86)],
    ids=["as short", "less short", "as it should be", "within chance"],
)
def test_intervals_that_fare_no_worse_than_others_are_no_fault_of_the_prior(profile, credible):
    of = head("bayes", (0.5, 0.02), (standing("alike", profile=profile, credible=credible),))
    assert misled(of) is None
    assert study.misled(None) == ""
