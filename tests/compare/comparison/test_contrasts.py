"""Contrasts between parts: probabilities that follow from the draws, and few false alarms."""

import numpy as np
import pytest
from grouped import grouped, islands, part, regions
from handmade import case, made
from scipy import stats
from spoken import findings

from compare.comparison.contrasts import exceedance
from compare.findings.contrasts import contrasts


def test_the_probability_is_that_over_all_pairs_of_draws():
    "Counted one by one, ties as one half."
    rng = np.random.default_rng(3)
    first, second = rng.integers(0, 8, 40) / 2, rng.integers(2, 9, 50) / 2
    pairs = np.sign(first[:, None] - second[None, :])
    assert exceedance(np.sort(first), np.sort(second)) == pytest.approx((1 + pairs.mean()) / 2)


def test_the_probability_is_that_of_normal_posteriors():
    "Two normals differ by a normal: far in the tail too, where pairs by place would show none."
    rng = np.random.default_rng(4)
    first, second = np.sort(rng.normal(0, 1, 6000)), np.sort(rng.normal(4.2, 0.8, 6000))
    exact = stats.norm.sf(4.2 / np.hypot(1, 0.8))
    assert exceedance(first, second) == pytest.approx(exact, rel=0.35)


def test_a_real_difference_is_clear_and_its_interval_holds_it():
    "The weights were 0.3 and 0.6; draws that fail their checks have no say."
    told = regions().contrasts
    assert told.n_compared == 5
    assert told.bound == pytest.approx(0.05 / 10)
    weight = next(one for one in told.clear if one.name == "weights[0]")
    assert (weight.smaller.label, weight.larger.label) == ("north", "south")
    assert weight.lower < 0.3 < weight.upper
    assert weight.against < told.bound
    # A second route: the moments of the two posteriors.
    ours = [one.comparison.posterior.weights[..., 0] for one in regions().believed]
    gap = ours[1].mean() - ours[0].mean()
    sd = np.hypot(ours[0].std(), ours[1].std())
    assert weight.median == pytest.approx(gap, abs=0.05 * sd)
    assert weight.upper - weight.lower == pytest.approx(2 * 1.96 * sd, rel=0.1)


@pytest.mark.study
def test_where_nothing_differs_hardly_any_report_shows_a_difference():
    "Posteriors around estimates that scatter as they should: at most 5% of reports, by chance."
    rng = np.random.default_rng(5)
    n_parts, n_parameters, alarms = 5, 4, 0
    compared = n_parts * (n_parts - 1) // 2 * n_parameters
    for _ in range(200):
        found = False
        for _ in range(n_parameters):
            centres = rng.standard_normal(n_parts)
            draws = np.sort(centres[:, None] + rng.standard_normal((n_parts, 2000)), axis=1)
            over = [exceedance(draws[i], draws[j]) for i in range(n_parts) for j in range(i)]
            found |= min(*over, *(1 - p for p in over)) < 0.05 / (2 * compared)
        alarms += found
    assert alarms <= stats.binom.ppf(0.999, 200, 0.05)


def test_words_name_the_two_parts_that_are_furthest_apart():
    "With what each has, and nothing about draws that are not to be believed."
    said = findings.on_extremes(regions())
    medians = [
        f"{np.median(one.comparison.posterior.weights[..., 0]):.0%}" for one in regions().parts
    ]
    assert (
        f"the weight of the lower group (posterior median {medians[0]} in north, {medians[1]} in "
        "south)"
    ) in said
    assert "img" not in said
    assert "5 parameters" in findings.on_contrasts(regions())
    assert "One part, in which a fit is not to be believed" in findings.on_contrasts(regions())


def test_parts_that_are_alike_are_not_called_alike():
    "Only not clearly different."
    same = grouped(("a", part(0.5)), ("b", part(0.5)))
    assert same.contrasts.clear == ()
    assert "does not show that they are alike" in findings.on_extremes(same)
    assert findings.contrast_table(same) is None


def test_without_two_parts_to_believe_nothing_is_compared():
    "And that is said."
    assert islands().contrasts.n_compared == 0
    assert findings.on_extremes(islands()) == ""
    assert "nothing to compare" in findings.on_contrasts(islands())
    assert findings.what_is_clear(islands()) is None


def test_a_single_normal_has_a_mean_to_compare():
    "Its weight is always 1."
    rng = np.random.default_rng(6)
    one, other = (made(case(rng.normal(mean, 1, 200)), 1, spread=0.05) for mean in (0.0, 5.0))
    both = grouped(("a", one), ("b", other))
    assert both.contrasts.n_compared == 2
    assert findings.on_extremes(both).startswith("They clearly differ in the mean (")


def test_a_difference_has_the_digits_that_its_posterior_sd_gives_meaning():
    "A quarter of a 95% interval is about one sd of the difference."
    ours, theirs = (one.comparison.posterior.weights[..., 0] for one in regions().believed)
    told = contrasts(regions()).differences
    weight = next(one for one in told if one.parameter.kind == "weights")
    assert weight.median.width == pytest.approx(np.hypot(ours.std(), theirs.std()), rel=0.1)
