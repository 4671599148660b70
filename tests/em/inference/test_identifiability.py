"""How well components are told apart: in numbers, and in words that hold the same numbers."""

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize

import em
from em.inference.summary import _pair
from em.inference.told_apart import Estimated

SEEDS = st.integers(0, 2**32 - 1)
HEIGHTS = em.Mixture([0.4, 0.6], [164, 176], [6, 8])
APART = em.Mixture([0.4, 0.6], [0, 20], [1, 2])


@pytest.fixture(scope="module")
def fit(heights):
    return em.fit(heights())


# ---- Ashman's D ----


def test_ashmans_d_of_the_truth_is_1_70():
    "sqrt(2) 12 / sqrt(36 + 64)."
    assert em.ashman(HEIGHTS) == [pytest.approx(1.6970562748)]


def test_ashmans_d_has_a_value_for_each_pair_of_neighbours():
    "None for one component, nil for equal means; unit and origin do not matter."
    assert em.ashman(em.Mixture([1], [3], [2])) == []
    assert em.ashman(em.Mixture([0.5, 0.5], [1, 1], [2, 3])) == [0.0]
    three = em.Mixture([0.2, 0.3, 0.5], [0, 4, 5], [3, 4, 1])
    assert em.ashman(three) == pytest.approx([4 * math.sqrt(2) / 5, math.sqrt(2) / math.sqrt(17)])
    moved = em.Mixture(three.weights, 100 - 7 * three.means, 7 * three.sds)
    assert em.ashman(moved)[::-1] == pytest.approx(em.ashman(three))


# ---- modes ----


def modes_by_roots(mixture):
    """Humps counted where the slope changes sign, on a grid far finer than any component."""
    w, m, s = mixture.parameters

    def slope(x):
        z = (x[:, None] - m) / s
        height = -0.5 * z**2 + np.log(w / s)
        height -= height.max(axis=1, keepdims=True)
        return -(np.exp(height) * z / s).sum(axis=1)

    # Between two means all of the slope's changes of sign lie; each component is looked at closely.
    close = [m + s * t for t in np.linspace(-6, 6, 4001)]
    grid = np.unique(np.concatenate([np.linspace(m[0], m[-1], 40_001), *close]))
    grid = grid[(grid >= m[0] - s.max()) & (grid <= m[-1] + s.max())]
    rising = np.sign(slope(grid))
    rising = rising[rising != 0]
    return int(np.count_nonzero((rising[:-1] > 0) & (rising[1:] < 0)))


@pytest.mark.parametrize(
    ("mixture", "count"),
    [
        (em.Mixture([1], [5], [2]), 1),
        (HEIGHTS, 1),
        (em.Mixture([0.5, 0.5], [0, 2.01], [1, 1]), 2),
        (em.Mixture([0.5, 0.5], [0, 1.99], [1, 1]), 1),
        (em.Mixture([0.5, 0.5], [170, 170], [3, 6]), 1),
        (em.Mixture([0.5, 0.5], [170, 170], [1e-6, 6]), 1),
        (em.Mixture([0.01, 0.99], [3, 0], [1e-3, 1]), 2),
        (em.Mixture([0.3, 0.4, 0.3], [0, 10, 20], [1, 1, 1]), 3),
        (em.Mixture([0.5, 0.5], [0, 1e6], [1e-3, 1e-3]), 2),
        (em.Mixture(np.full(10, 0.1), np.arange(10) * 5, np.ones(10)), 10),
        (em.Mixture([0.5, 0.5], [1e8, 1e8 + 5], [1, 1]), 2),
        (em.Mixture([0.5, 0.5], [1e8, 1e8 + 1], [1, 1]), 1),
        (em.Mixture([0.4, 0.6, 0.0], [0, 1, 30], [1, 1, 1]), 1),
    ],
    ids=str,
)
def test_modes_of_known_mixtures(mixture, count):
    "Two equal halves have two humps from a distance of two sds on."
    assert em.modes(mixture) == count


@given(SEEDS, st.integers(1, 5), st.booleans())
@settings(max_examples=30)
def test_modes_are_the_changes_of_sign_of_the_slope(seed, k, close):
    "By brute force."
    rng = np.random.default_rng(seed)
    mixture = em.Mixture(
        rng.dirichlet(np.ones(k)),
        170 + rng.normal(0, 3.0 if close else 30.0, k),
        rng.choice([1.0, 2.0, 3.0, 6.0], k) if close else np.exp(rng.normal(0, 2, k)),
    )
    assert em.modes(mixture) == modes_by_roots(mixture)


@given(SEEDS)
@example(0)
@settings(max_examples=40)
def test_components_with_one_centre_have_one_mode(seed):
    "However many, and whatever their widths: rounding makes no humps."
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 6))
    centre, unit = rng.normal(0, 10.0 ** rng.integers(-3, 6)), 10.0 ** rng.integers(-3, 3)
    widths = unit * rng.choice([0.5, 1, 2, 3, 4, 6, 10], k)
    assert em.modes(em.Mixture(rng.dirichlet(np.ones(k)), np.full(k, centre), widths)) == 1


# ---- the rate of EM, and the information ----


def observed_rate(sample, mixture, passes, equal=False):
    """By how much plain EM comes closer to its goal with each pass, seen from near the goal."""
    nudged = em.Mixture(
        mixture.weights, mixture.means + 1e-3 * mixture.sds * np.r_[1.0, -0.5], mixture.sds
    )
    before, steps = nudged, []
    # Later steps would be rounding.
    while len(steps) < passes and (not steps or steps[-1] > 1e-9 * sample.sd):
        after = em.m_step(sample, em.e_step(sample, before).responsibilities, equal_sds=equal)
        steps.append(np.abs(after.means - before.means).max())
        before = after
    return steps[-1] / steps[-2]


def test_the_rate_of_em_on_the_heights_is_the_one_that_is_seen(fit, heights):
    "0.9968 from the curvature, and from 400 plain passes."
    assert fit.em_rate == pytest.approx(0.9968, abs=5e-5)
    seen = observed_rate(em.Sample(heights()).collapse(), fit.mixture, 400)
    assert fit.em_rate == pytest.approx(seen, abs=2e-5)


@pytest.mark.parametrize("equal", [False, True], ids=["unequal", "equal"])
@pytest.mark.parametrize("gap", [2.5, 4.0])
def test_the_rate_of_em_is_the_one_that_is_seen(gap, equal):
    "On groups that overlap more or less."
    sample = em.Sample(em.Mixture([0.4, 0.6], [0, gap], [1, 1.3]).sample(400, rng=1)[0])
    fit = em.fit(sample, equal_sds=equal)
    seen = observed_rate(sample, fit.mixture, 150, equal)
    assert 0 < fit.em_rate < 1
    assert fit.em_rate == pytest.approx(seen, rel=1e-3)


def test_em_is_quick_where_groups_are_far_apart():
    "Next to nothing is missing then; one component misses nothing at all."
    values = APART.sample(300, rng=2)[0]
    assert em.fit(values).em_rate < 1e-6
    assert em.fit(values, 1).em_rate == pytest.approx(0, abs=1e-9)


def information_by_differences(fit):
    """Minus the second derivatives of the log-likelihood in logits, means in sds, log sds."""
    values, weights = fit.sample.values, fit.sample.weights
    center, unit, k = fit.sample.mean, fit.sample.sd, fit.n_components
    x = (values - center) / unit
    theta = np.concatenate(
        [
            np.log(fit.mixture.weights[:-1] / fit.mixture.weights[-1]),
            (fit.mixture.means - center) / unit,
            np.log(fit.mixture.sds / unit),
        ]
    )

    def slope(point):
        logits = np.append(point[: k - 1], 0.0)
        w = np.exp(logits - logits.max())
        w /= w.sum()
        m, s = point[k - 1 : 2 * k - 1], np.exp(point[2 * k - 1 :])
        z = (x[:, None] - m) / s
        r = np.log(w / s) - 0.5 * z**2
        r = np.exp(r - np.logaddexp.reduce(r, axis=1)[:, None]) * weights[:, None]
        parts = [(r - weights[:, None] * w).sum(axis=0)[:-1]]
        parts += [(r * z / s).sum(axis=0), (r * (z**2 - 1)).sum(axis=0)]
        return np.concatenate(parts)

    return -optimize.approx_fprime(theta, slope, 1e-7)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_smallest_eigenvalue_and_condition_number_are_those_of_the_information(heights, k):
    "By differences of the score, written out once more."
    fit = em.fit(heights(), k)
    matrix = information_by_differences(fit)
    values = np.linalg.eigvalsh(0.5 * (matrix + matrix.T))
    assert fit.smallest_eigenvalue == pytest.approx(values[0], rel=1e-3)
    assert fit.condition_number == pytest.approx(values[-1] / values[0], rel=1e-3)


def test_unit_and_origin_do_not_matter(fit, heights):
    "Rate, smallest eigenvalue and condition number are measured in sds of the sample."
    moved = em.fit(1e6 + 1e-3 * heights())
    for name in ("em_rate", "smallest_eigenvalue", "condition_number"):
        assert getattr(moved, name) == pytest.approx(getattr(fit, name), rel=1e-4)


def test_without_a_maximum_there_is_no_curvature_to_speak_of():
    "NaN, each of them."
    fit = em.fit(np.append(np.random.default_rng(0).normal(size=30), 1e4))
    assert fit.status is em.Status.COLLAPSED
    assert math.isnan(fit.em_rate)
    assert math.isnan(fit.smallest_eigenvalue)
    assert math.isnan(fit.condition_number)


# ---- in words ----


def numbers(text):
    found = re.search(
        r"components (?P<seen>overlap heavily|overlap|are well apart) \(Ashman's D (?P<d>\S+)\) "
        r"and the density has (?P<modes>\d+) (?P<noun>modes?)\. The strongest correlation of two "
        r"estimates is (?P<r>-?\d\.\d{3}) \((?P<pair>[^)]*)\), the condition number of the "
        r"information (?P<condition>\S+): the data fix (?P<verdict>.*?)\. Plain EM closes in by a "
        r"factor of (?P<rate>\S+) with each pass here(?:, about (?P<passes>\S+) passes for six "
        r"digits)?\.$",
        text,
    )
    assert found, text
    return found.groupdict()


def strongest(fit):
    """The largest correlation between two estimates, leaving out the last weight and copies."""
    k = fit.n_components
    covariance = fit.cov_params()
    names = [(name, j) for name in ("weight", "mean", "sd") for j in range(k)]
    keep = [j for j in range(3 * k) if j != k - 1 and covariance[j, j] > 0]
    if fit.equal_sds:
        keep = [j for j in keep if j <= 2 * k]
    pairs = [(i, j) for place, i in enumerate(keep) for j in keep[place + 1 :]]
    correlations = [
        covariance[i, j] / math.sqrt(covariance[i, i] * covariance[j, j]) for i, j in pairs
    ]
    best = int(np.argmax(np.abs(correlations)))
    return correlations[best], [names[place] for place in pairs[best]]


@pytest.mark.parametrize(("k", "equal"), [(2, False), (2, True), (3, False), (3, True)])
def test_the_paragraph_holds_the_numbers_of_the_fit(heights, k, equal):
    "Ashman's D, modes, strongest correlation, condition number, rate and passes."
    fit = em.fit(heights(), k, equal_sds=equal)
    found = numbers(em.identifiability(fit))
    correlation, pair = strongest(fit)
    assert float(found["d"]) == pytest.approx(min(em.ashman(fit.mixture)), abs=5e-3)
    assert int(found["modes"]) == em.modes(fit.mixture)
    assert found["noun"] == ("mode" if em.modes(fit.mixture) == 1 else "modes")
    assert float(found["r"]) == pytest.approx(correlation, abs=5e-4)
    for name, j in pair:
        assert name in found["pair"]
        assert f"{j}" in found["pair"] or (equal and name == "sd")
    assert float(found["condition"]) == pytest.approx(fit.condition_number, rel=5e-3)
    assert float(found["rate"]) == pytest.approx(fit.em_rate, abs=5e-5)
    passes = math.log(1e-6) / math.log(fit.em_rate)
    assert float(found["passes"].replace(",", "")) == pytest.approx(passes, abs=0.5)


def test_the_heights_are_hard_to_tell_apart(fit):
    "One mode, a correlation of 0.987 between weight and upper mean, thousands of passes."
    found = numbers(em.identifiability(fit))
    assert found["seen"] == "overlap heavily"
    assert (found["modes"], found["r"]) == ("1", "0.987")
    assert found["pair"] == "the weight of component 0 and the mean of component 1"
    assert found["rate"] == "0.9968"
    assert 4000 < float(found["passes"].replace(",", "")) < 4500
    assert found["verdict"].startswith("some combinations")


def test_components_are_numbered_like_the_rows_of_the_summary_or_have_names(fit):
    "By default as weights[0] is; whoever calls them something else passes that."
    assert "weights[0]" in fit.summary()
    assert "(the weight of component 0 and the mean of component 1)" in em.identifiability(fit)
    named = em.identifiability(fit, ["the lower group", "the upper group"])
    assert "(the weight of the lower group and the mean of the upper group)" in named
    assert "component 0" not in named
    with pytest.raises(ValueError, match="a name for each of the 2 components, got 1"):
        em.identifiability(fit, ["one"])


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("weight", 0), ("mean", 1), "the weight of a and the mean of b"),
        (("mean", 1), ("sd", 1), "the mean and the sd of b"),
        (("mean", 0), ("mean", 1), "the means of a and b"),
        (("mean", 1), ("common sd", 0), "the mean of b and the common sd"),
    ],
)
def test_a_pair_of_parameters_in_words(first, second, words):
    "Kinds are weight, mean, sd; what two have in common is said once."
    assert _pair(Estimated(*first), Estimated(*second), ["a", "b"]) == words


def test_groups_far_apart_are_easy():
    "Each parameter is fixed by itself."
    found = numbers(em.identifiability(em.fit(APART.sample(500, rng=3)[0])))
    assert found["seen"] == "are well apart"
    assert found["modes"] == "2"
    assert found["verdict"] == "each parameter by itself"


def test_the_words_say_no_more_than_there_is():
    "Nothing for one component; for what is no maximum, that nothing can be said."
    values = np.random.default_rng(0).normal(size=30)
    assert em.identifiability(em.fit(values, 1)) == ""
    assert "not at a maximum" in em.identifiability(em.fit(np.append(values, 1e4)))


@pytest.mark.parametrize(
    "fixed",
    [
        {"weights": [0.4, 0.6], "means": [164, 176], "sds": [6, np.nan]},
        {"weights": [0.4, 0.6], "means": [164, 176], "sds": [6, 8]},
        {"weights": [0.4, 0.6], "means": [np.nan, 176], "sds": [6, np.nan]},
    ],
    ids=["one free", "none free", "two free"],
)
def test_few_free_parameters_have_a_paragraph_without_warnings(heights, fixed):
    "No correlation where there are not two parameters to be correlated."
    fit = em.fit(heights(), fixed=fixed)
    found = em.identifiability(fit)
    assert "nan" not in found.lower()
    assert "Ashman's D 1." in found
    assert ("correlation" in found) == (fit.n_parameters > 1)
    assert found.split()[-1] in fit.summary()


def test_with_nothing_free_there_is_no_information(heights):
    "NaN, as the rate of EM is nil: nothing moves."
    fit = em.fit(heights(), fixed={"weights": [0.4, 0.6], "means": [164, 176], "sds": [6, 8]})
    assert math.isnan(fit.smallest_eigenvalue)
    assert math.isnan(fit.condition_number)
    assert fit.em_rate == 0.0


# ---- in the summary and in a notebook ----


def test_the_summary_ends_with_the_paragraph(fit):
    "Wrapped, after the status."
    text = " ".join(fit.summary().split())
    assert text.endswith(em.identifiability(fit))
    assert text.index("CONVERGED:") < text.index("The closest components")


class Cells(HTMLParser):
    """Collects the text of table cells, and checks that tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.cells, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        assert not attrs
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data


def test_the_notebook_shows_estimates_errors_and_intervals(fit):
    "Well-formed HTML, a row for each parameter, and the paragraph."
    parser = Cells()
    parser.feed(fit._repr_html_())
    assert parser.open == []
    errors, interval = fit.standard_errors(), fit.conf_int()
    for name in ("weights", "means", "sds"):
        for k in range(2):
            place = parser.cells.index(f"{name}[{k}]")
            low, high = getattr(interval, name)[k]
            expected = [getattr(fit.mixture, name)[k], getattr(errors, name)[k], low, high]
            shown = [float(cell) for cell in parser.cells[place + 1 : place + 5]]
            assert shown == pytest.approx(expected, rel=5e-4)
    assert f"{fit.loglik:.6f}" in parser.cells
    assert em.identifiability(fit) in "".join(parser.text)


def test_the_html_of_what_is_no_maximum_is_sound_too():
    "With the status in words."
    fit = em.fit(np.append(np.random.default_rng(0).normal(size=30), 1e4))
    parser = Cells()
    parser.feed(fit._repr_html_())
    assert parser.open == []
    assert any(fit.status.message in text for text in parser.text)
    assert "nan" in parser.cells
