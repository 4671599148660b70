"""Intervals are counted over the parameters that can differ, and the largest shift is named."""

import numpy as np
import pytest
from handmade import compare, comparison, with_draws
from spoken import after, findings

import em
from compare.figures.drawn import free_drawn

agreement, on_truth = findings.agreement, findings.on_truth


def test_agreement_counts_the_intervals_and_names_the_largest_shift():
    "Of five free parameters, since the second weight is the first one's mirror image."
    of = comparison("separate")
    told = agreement(of)
    assert told.startswith("EM's estimate lies inside all five 95% credible intervals; ")
    far = max((p.row for p in free_drawn(of)), key=lambda row: abs(row.shift))
    shown = after(r"EM says (\S+) pt and the posterior median is (\S+) pt, (\S+) posterior", told)
    expected = [far.em.estimate, far.bayes.median, abs(far.shift)]
    assert shown == pytest.approx(expected, abs=0.006)
    moved = with_draws(of.posterior, means=of.posterior.means + np.array([0.5, 0]))
    outside = agreement(compare(of.fit, moved, case=of.case, criticism=False))
    assert outside.startswith("EM's estimate lies inside four of the five 95% credible intervals")
    assert "the mean of the lower group" in outside
    assert agreement(comparison("one")).startswith(
        "EM's estimate lies inside both 95% credible intervals"
    )
    assert "all eight 95%" in agreement(comparison("three"))
    assert "none of the five" in agreement(comparison("stuck"))


def test_the_truth_is_counted_for_either_kind_of_interval():
    "By hand from the rows, over the five free parameters; silence where nobody knows it."
    assert on_truth(comparison("separate")) == ""
    of = comparison("overlapping")
    assert on_truth(of) == (
        "The truth lies inside all five profile-likelihood intervals and inside all five credible "
        "intervals."
    )
    away = em.Mixture([0.4, 0.6], [150, 176], [6, 8])
    told = on_truth(compare(of.fit, of.posterior, away, case=of.case, criticism=False))
    assert "inside four of the five profile-likelihood" in told
    assert "inside four of the five credible" in told
    # Draws so close to EM's means that they leave the true ones out, which EM's intervals hold.
    means = of.fit.mixture.means + 1e-3 * (of.posterior.means - of.posterior.means.mean())
    told = on_truth(
        compare(
            of.fit, with_draws(of.posterior, means=np.sort(means)), case=of.case, criticism=False
        )
    )
    assert "inside all five profile-likelihood intervals and inside three of the five" in told
