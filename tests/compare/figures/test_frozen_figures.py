"""Figures of draws that do not move: put together without warnings or made-up numbers."""

import dataclasses

import numpy as np
import pytest
from drawn import texts
from handmade import comparison, with_draws
from plain import sketched

from compare import compare
from compare.figures import posterior_figures
from compare.figures.diagnostic_figures import ranks
from compare.figures.posterior_figures import _correlations, pairs, priors
from compare.language import en


@pytest.fixture(scope="module")
def partly():
    "Two groups with weights that never move; their means and sds do."
    whole = comparison("separate")
    weights = whole.posterior.weights
    frozen = np.broadcast_to(weights[:1, :1], weights.shape)
    return compare(whole.fit, with_draws(whole.posterior, weights=frozen), case=whole.case)


def test_correlations_are_numpys_where_draws_move_and_unknown_elsewhere():
    "Also where one moves or none does."
    a, b = np.random.default_rng(0).normal(size=(2, 50))
    still = np.full(50, 0.1)
    found = _correlations([a, still, b])
    assert found[np.ix_([0, 2], [0, 2])] == pytest.approx(np.corrcoef(a, b))
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert np.isnan(_correlations([still, still])).all()
    assert _correlations([a, still])[0, 0] == 1
    assert np.isnan(_correlations([a, still])[1, 0])


def test_pairs_of_frozen_draws_have_a_dash_for_their_correlation(partly):
    "The correlations of the others are shown, and the strongest are among them."
    with sketched():
        figure, stuck = pairs(partly), pairs(comparison("stuck"))
    assert "weight with" not in figure.alt
    assert "Strongest correlations: upper mean with upper sd" in figure.alt
    assert texts(figure).count("–") == 4  # the weight with two means and two sds
    assert "Strongest correlations: none." in stuck.alt


def test_of_many_parameters_frozen_ones_are_left_out_first(monkeypatch):
    "They correlate with nothing."
    monkeypatch.setattr(posterior_figures, "MOST_PAIRED", 7)
    whole = comparison("three")
    sds = whole.posterior.sds.copy()
    sds[..., 1] = 1.0
    frozen = dataclasses.replace(whole, posterior=with_draws(whole.posterior, sds=sds))
    shown, left_out = posterior_figures._paired(frozen)
    assert len(shown) == 7
    assert [en.label(one.parameter) for one in left_out] == ["group 2 sd"]


def test_ranks_say_whose_r_hat_is_unknown(partly):
    "And the largest of those that are known."
    known = [row.bayes.rhat for row in partly.rows if row.parameter != "weights"]
    said = f"Largest R-hat {max(known):.3f}. R-hat is unknown for lower weight."
    with sketched():
        assert ranks(partly).alt.endswith(said)
        every = ranks(comparison("stuck")).alt
    assert "nan" not in every
    assert "Largest R-hat" not in every
    assert "R-hat is unknown for lower weight, lower mean" in every


def test_priors_are_drawn_beside_frozen_draws(partly):
    "Whose spread is nil."
    with sketched():
        alt = priors(partly).alt
    assert "Lower weight: the prior's spread (sd) is" in alt
    assert "the posterior's 0." in alt
