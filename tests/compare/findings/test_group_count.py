"""The number of groups is the lowest BIC's; how far they are apart is said in fitting words."""

import dataclasses
import math

import pytest
from handmade import NAMES, comparison
from spoken import after, findings

import em

number_of_groups, separation = findings.number_of_groups, findings.separation


def test_the_number_of_groups_is_a_matter_of_the_data_alone():
    "Other data, another sentence; the same data say the same, however many were asked for."
    told = {name: number_of_groups(comparison(name)) for name in NAMES}
    assert told["one"] == told["one as two"]
    different = {told[name] for name in ("overlapping", "separate", "one", "three", "collapsed")}
    assert len(different) == 5


@pytest.mark.parametrize(
    ("mixture", "humps", "words"),
    [
        (([0.52, 0.48], [0.1, 10.3], [1, 1.01]), "two humps", "the groups are clearly apart."),
        (
            ([0.52, 0.48], [0.1, 2.63], [1, 1.01]),
            "two humps",
            "can be told apart, but they overlap.",
        ),
        (([0.52, 0.48], [0.1, 1.63], [1, 1.01]), "a single hump", "cannot be told apart by eye."),
        (([0.1, 0.9], [0, 5], [0.5, 5]), "two humps", "each makes a hump of its own."),
        (([0.03, 0.97], [0, 3.2], [1, 1]), "a single hump", "not every group makes a hump of its"),
    ],
)
def test_separation_follows_ashmans_d_and_the_humps(mixture, humps, words):
    "In words that do not contradict either number."
    groups = em.Mixture(*mixture)
    of = comparison("separate")
    told = separation(dataclasses.replace(of, fit=dataclasses.replace(of.fit, mixture=groups)))
    assert humps in told
    assert words in told
    (m1, m2), (s1, s2) = groups.means, groups.sds
    d = math.sqrt(2) * (m2 - m1) / math.hypot(s1, s2)
    assert after(r"is (\S+) \(", told) == [pytest.approx(d, abs=0.005)]


def test_separation_lists_every_pair_of_neighbours():
    "Two distances for three groups; nothing to say of one."
    told = separation(comparison("three"))
    shown = after(r"is (\S+ and \S+) \(", told)
    assert shown == pytest.approx(em.ashman(comparison("three").fit.mixture), abs=0.005)
    assert "three humps" in told
    assert separation(comparison("one")) == ""


@pytest.mark.parametrize("name", ["overlapping", "separate", "one as two", "three", "two as one"])
def test_the_number_of_groups_is_that_of_the_lowest_bic(name):
    "With the best model of another number of groups beside it, and both BICs."
    of = comparison(name)
    fits = [fit for fit in of.selection.fits if fit.converged]
    best = min(fits, key=lambda fit: fit.bic)
    second = min(
        (fit for fit in fits if fit.n_components != best.n_components), key=lambda fit: fit.bic
    )
    told = number_of_groups(of)
    words = ("", "one group", "two groups", "three groups", "four groups")
    assert told.startswith(f"Of normal groups, {words[best.n_components]} ")
    assert ("describes" in told) == (best.n_components == 1)
    assert after(r"\(([^()]*); lower is better\)", told) == [
        round(best.bic, 1), round(second.bic, 1),
    ]  # fmt: skip
    gap = second.bic - best.bic
    strength = "barely" if gap < 2 else "somewhat" if gap < 6 else "clearly"
    assert f", {strength} better than {words[second.n_components]}" in told
    by_aic = min(fits, key=lambda fit: fit.aic)
    assert ("AIC" in told) == (by_aic.n_components != best.n_components)


@pytest.mark.parametrize(
    ("pvalue", "words"),
    [
        (0.5, "does not speak against a single normal group (p = 0.5)."),
        (0.0499, "speaks against a single normal group (p = 0.05)."),
        (3e-3, "speaks against a single normal group (p = 0.003)."),
        (1e-9, "speaks against a single normal group (p < 0.0001)."),
        (0.0, "speaks against a single normal group (p < 0.0001)."),
    ],
)
def test_the_em_test_speaks_by_its_p_value(pvalue, words):
    "At five percent, and never as a p of zero."
    of = dataclasses.replace(comparison("separate"), em_test=em.EmTest(1.0, pvalue))
    assert number_of_groups(of).endswith(words)
    untested = dataclasses.replace(of, em_test=None)
    assert "EM-test" not in number_of_groups(untested)
