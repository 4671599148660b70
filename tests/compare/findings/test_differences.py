"""Shifts, skewness, ties and lengths are those of the rows and the draws, and told if large."""

import math
import re

import numpy as np
import pytest
from handmade import SEPARATE, case, compare, comparison, made, normals, with_draws
from spoken import after, findings, said

from compare.figures.drawn import free_drawn

differences = findings.differences


def test_shifts_are_named_from_a_quarter_of_a_posterior_sd_on():
    "With EM's value, the median and the distance; none is said to be none."
    of = comparison("separate")
    assert after(r"differ by at most (\S+) posterior", differences(of)[0]) == (
        pytest.approx([max(abs(p.row.shift) for p in free_drawn(of))], abs=0.005)
    )
    moved = with_draws(of.posterior, means=of.posterior.means + np.array([0.05, 0.1]))
    other = compare(of.fit, moved, case=of.case, criticism=False)
    first = differences(other)[0]
    far = [p.row for p in free_drawn(other) if abs(p.row.shift) >= 0.25]
    assert 0 < len(far) < 5
    told = re.findall(r"\((\S+) pt against (\S+) pt, (\S+) posterior standard deviations\)", first)
    assert len(told) == len(far)
    for row, shown in zip(far, told, strict=True):
        expected = [row.em.estimate, row.bayes.median, abs(row.shift)]
        assert [float(x) for x in shown] == pytest.approx(expected, abs=0.006)


def test_skewness_is_told_with_its_direction():
    "A long tail up, a long tail down, and symmetry."
    of = comparison("separate")
    assert "All the posteriors are close to symmetric" in said("separate")["differences"]
    assert "Both posteriors are close to symmetric" in said("one")["differences"]
    rng = np.random.default_rng(1)
    tail = rng.exponential(0.1, of.posterior.sds.shape[:2])
    sds = np.array(of.posterior.sds)
    for sign, direction in ((1, "high"), (-1, "low")):
        sds[..., 1] = 1.43 + sign * tail
        told = differences(
            compare(of.fit, with_draws(of.posterior, sds=sds), case=of.case, criticism=False)
        )
        (paragraph,) = [text for text in told if "skewed" in text]
        z = (tail - tail.mean()) / tail.std()
        assert after(r"upper group \(skewness (\S+),", paragraph) == [
            pytest.approx(sign * (z**3).mean(), abs=0.05)
        ]
        assert f"towards {direction} values" in paragraph
        assert "lower group" not in paragraph


@pytest.mark.parametrize(
    ("tie", "words"),
    [
        (0.0, "No two parameters are strongly tied"),
        (0.8, "when the one rises, the other rises"),
        (-0.8, "when the one rises, the other falls"),
        (0.99, "That is why each interval by itself is wide."),
    ],
)
def test_ties_are_told_with_their_strength(tie, words):
    "The strongest correlation, what it means, and what the data fix in its place."
    of = made(case(normals(*SEPARATE)), tie=tie)
    told = " ".join(differences(of))
    assert words in told
    shown = free_drawn(of)
    matrix = np.corrcoef([p.draws.ravel() for p in shown]) - np.eye(5)
    strongest = matrix.ravel()[np.abs(matrix).argmax()]
    assert after(r"(?:correlation|posterior is) (−?\d\.\d\d)", told) == [
        pytest.approx(strongest, abs=0.005)
    ]
    assert ("What the data do fix" in told) == (abs(tie) > 0.5)
    assert ("by itself is wide" in told) == (abs(tie) > 0.9)


def test_what_the_data_fix_is_the_whole_samples_mean_and_sd():
    "Medians and intervals of the mixture's own moments, draw by draw."
    of = comparison("overlapping")
    told = " ".join(differences(of))
    w, m, s = of.posterior.weights, of.posterior.means, of.posterior.sds
    mean = (w * m).sum(axis=-1)
    sd = np.sqrt((w * (s**2 + m**2)).sum(axis=-1) - mean**2)
    for name, draws in (("mean", mean), ("standard deviation", sd)):
        shown = after(
            rf"{name} (\S+) cm \((\S+) to (\S+)\)", told[told.index("What the data do") :]
        )
        assert shown == pytest.approx(np.quantile(draws, [0.5, 0.025, 0.975]), abs=0.006)


def test_shares_of_one_whole_do_not_count_as_a_tie():
    "Three weights always compete; only other pairs say something about the data."
    of = comparison("three")
    rng = np.random.default_rng(4)
    share = rng.beta(50, 50, of.posterior.weights.shape[:2])
    weights = np.stack([0.8 * share, 0.8 * (1 - share), np.full_like(share, 0.2)], axis=-1)
    weights += 1e-4 * rng.random(weights.shape)
    weights /= weights.sum(axis=-1, keepdims=True)
    told = differences(
        compare(of.fit, with_draws(of.posterior, weights=weights), case=of.case, criticism=False)
    )
    assert any("No two parameters are strongly tied" in text for text in told)


def test_lengths_of_the_intervals_are_compared():
    "As long, much longer or shorter: the ratio is that of the rows."
    of = comparison("separate")

    def told(factor):
        middle = np.median(of.posterior.sds, axis=(0, 1))
        sds = middle + factor * (of.posterior.sds - middle)
        compared = compare(of.fit, with_draws(of.posterior, sds=sds), case=of.case, criticism=False)
        ratios = [
            (p.row.bayes.upper - p.row.bayes.lower) / (p.row.em.upper - p.row.em.lower)
            for p in free_drawn(compared)
        ]
        return differences(compared)[-1], ratios

    for factor, reason in ((3.0, "far from EM's maximum"), (0.4, "the prior, which doubts")):
        text, ratios = told(factor)
        largest = max(ratios, key=lambda ratio: abs(math.log(ratio)))
        assert after(r"is (\S+) times as long", text) == [pytest.approx(largest, abs=0.005)]
        assert reason in text


def test_intervals_of_one_length_leave_the_prior_no_say():
    "All ratios near 1 are given as a range."
    of = comparison("one")
    rng = np.random.default_rng(0)
    shape = of.posterior.means.shape
    mean, sd = of.rows[1:]
    like = {
        "means": mean.em.estimate + mean.em.se * rng.standard_normal(shape),
        "sds": sd.em.estimate + sd.em.se * rng.standard_normal(shape),
    }
    compared = compare(of.fit, with_draws(of.posterior, **like), case=of.case, criticism=False)
    text = differences(compared)[-1]
    low, high = after(r"are (\S+) to (\S+) times as long", text)
    assert 0.9 < low <= high < 1.11
    assert text.endswith("the prior hardly matters.")


def test_open_intervals_are_said_to_be_open():
    "Where the likelihood sets no limit, the prior does; a closed one is not called open."
    of = comparison("one as two")
    text = differences(of)[-1]
    assert "open on at least one side" in text
    assert "open" not in said("separate")["differences"]
    for row in of.rows:
        assert (
            math.isinf(row.em.upper)
            or math.isinf(row.em.lower)
            or row.em.lower <= 0
            or row.em.upper >= 1
        )
    assert "every parameter" in text
