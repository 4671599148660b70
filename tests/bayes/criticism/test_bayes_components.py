"""Several numbers of components side by side."""

import functools
import math

import numpy as np
import pytest
from posteriors import around

import bayes
import em
from bayes.criticism.components import ComponentRow, compare_components
from bayes.criticism.evidence import Evidence

THREE = em.Sample(em.Mixture([0.3, 0.4, 0.3], [0, 6, 12], [1, 1, 1]).sample(90, 1)[0])


@functools.cache
def compared():
    few = {"seed": 1, "draws": 190, "tune": 300, "chains": 2}
    return compare_components({k: bayes.fit(THREE, k, **few) for k in (3, 1, 2)})


def test_three_groups_are_found_by_evidence_and_by_prediction():
    table = compared()
    assert [row.n_components for row in table.rows] == [1, 2, 3]
    assert table.most_probable.n_components == 3
    assert table.rows[2].probability > 0.99
    assert table.rows[2].words == "hardly any"
    assert table.rows[0].words == table.rows[1].words == "very strong"
    assert [row.predicts_alike for row in table.rows] == [False, False, True]
    assert table.rows[2].elpd_difference == table.rows[2].elpd_difference_se == 0.0
    assert "3 are the most probable: probability above 0.99" in table.verdict
    assert "very strong evidence against 2" in table.verdict
    assert "predicted best, or as well, with 3 components; worse with 1 (" in table.verdict


def test_probabilities_are_shares_of_marginal_likelihoods():
    rows = compared().rows
    assert sum(row.probability for row in rows) == pytest.approx(1.0)
    for row in rows:
        factor = math.exp(row.evidence.logml - rows[2].evidence.logml)
        assert math.exp(row.log_bayes_factor) == pytest.approx(factor)
        assert row.probability == pytest.approx(factor * rows[2].probability)


def test_differences_in_prediction_are_taken_value_by_value():
    rows = compared().rows
    expected = rows[0].loo.difference(rows[2].loo)
    assert (rows[0].elpd_difference, rows[0].elpd_difference_se) == expected
    assert expected[0] < 0


@pytest.mark.parametrize(
    ("factor", "words"),
    [(0.0, "hardly any"), (-0.9, "hardly any"), (-2, "some"), (-4, "strong"), (-9, "very strong")],
)
def test_bayes_factors_in_words(factor, words):
    row = ComponentRow(2, Evidence(2, -10.0, 0.1, 9, 9), 0.5, factor, None, math.nan, math.nan)
    assert row.words == words


def test_squashed_data_are_compared_by_evidence_alone():
    sample = em.Sample(np.random.default_rng(2).normal(0, 1, 1000))
    posterior = around(sample.squash(), em.Mixture([1], [0], [1]), spread=0.01, draws=100)
    alone = compare_components(
        {1: posterior}, priors={1: bayes.Priors.weakly_informative(sample, 1)}
    )
    assert alone.rows[0].loo is None
    assert math.isnan(alone.rows[0].elpd_difference)
    assert "takes the full data" in alone.verdict
    full = compare_components({1: posterior}, sample)
    assert full.rows[0].loo.n == 1000
    assert full.rows[0].evidence == alone.rows[0].evidence


def test_posteriors_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="at least one posterior"):
        compare_components({})
    sample = em.Sample(THREE.values[1:])
    other = around(sample, em.Mixture([0.5, 0.5], [3, 9], [3, 3]))
    with pytest.raises(ValueError, match="got one with 2 under 3"):
        compare_components({3: other})
    with pytest.raises(ValueError, match="of the same data"):
        compare_components({1: around(THREE, em.Mixture([1], [6], [5])), 2: other})
