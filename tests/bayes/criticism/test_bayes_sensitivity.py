"""Whether data or priors speak, against ArviZ, exact answers and cases where it is known."""

import functools

import arviz_stats
import numpy as np
import pymc as pm
import pytest
from arviz_base import from_dict
from posteriors import around, heights, posterior_of

import bayes
import em
from bayes import Priors
from bayes.criticism.sensitivity import (
    SensitivityRow,
    Standing,
    agreement,
    sensitivity,
)
from bayes.model.density import log_likelihood, log_prior

SEPARATE = em.Sample(em.Mixture([0.4, 0.6], [0, 8], [1, 1.2]).sample(400, 1)[0])
CONFLICT = Priors(means=pm.Normal.dist(12.0, 1.0))
STRONG = Priors(means=pm.Normal.dist(0.0, 0.01))
FEW = em.Sample([-1.2, 0.3, 0.4, 1.9])


@functools.cache
def separate():
    return bayes.fit(SEPARATE, 2, seed=1, draws=1000)


def test_numbers_are_arvizs():
    posterior = separate()
    draws = posterior.joined()
    shape = (*posterior.means.shape[:2], 1)
    tree = from_dict(
        {
            "posterior": {name: getattr(posterior, name) for name in ("weights", "means", "sds")},
            "log_prior": {"all": log_prior(draws, Priors().filled(SEPARATE, 2)).reshape(shape)},
            "log_likelihood": {"all": log_likelihood(draws, SEPARATE).reshape(shape)},
        }
    )
    found = sensitivity(posterior)
    for group in ("prior", "likelihood"):
        theirs = arviz_stats.psense(tree, group=group)
        for row in found.rows:
            name, k = row.name[:-1].split("[")
            assert getattr(row, group) == pytest.approx(float(theirs[name][int(k)]), rel=1e-9)


def test_well_separated_groups_do_not_hang_on_the_prior():
    found = sensitivity(separate())
    assert found.ok
    assert [row.name for row in found.rows] == [
        *("weights[0]", "weights[1]", "means[0]", "means[1]", "sds[0]", "sds[1]")
    ]
    for row in found.rows:
        assert row.prior < 0.02
        assert row.likelihood > 0.05
        assert "would hardly change it" in row.sentence
    assert "hardly change any parameter" in found.verdict


def test_a_prior_far_from_the_data_is_in_conflict_with_them():
    values = em.Sample(np.random.default_rng(2).normal(0, 1, 20))
    posterior = bayes.fit(values, 1, priors=CONFLICT, seed=1, draws=1000)
    found = sensitivity(posterior, priors=CONFLICT)
    assert found["means[0]"].verdict == "conflict"
    assert "pull in different directions" in found["means[0]"].sentence
    assert not found.ok
    assert "Prior and data both move means[0]" in found.verdict


def test_a_prior_much_narrower_than_the_likelihood_is_strong():
    posterior = bayes.fit(FEW, 1, priors=STRONG, seed=1, draws=1000)
    found = sensitivity(posterior, priors=STRONG)
    assert found["means[0]"].verdict == "strong prior"
    assert found["means[0]"].prior > 0.05 > found["means[0]"].likelihood
    assert "the prior moves means[0] and the data hardly do" in found.verdict


def test_the_weight_of_a_single_component_is_left_out():
    found = sensitivity(around(FEW, em.Mixture([1], [0], [1])))
    assert [row.name for row in found.rows] == ["means[0]", "sds[0]"]
    with pytest.raises(KeyError, match="no parameter"):
        found["weights[0]"]


def test_priors_that_are_not_the_posteriors_and_draws_that_are_few_are_refused():
    with pytest.raises(ValueError, match="priors of the posterior"):
        sensitivity(separate(), priors=CONFLICT)
    with pytest.raises(ValueError, match="at least 100 draws"):
        sensitivity(around(FEW, em.Mixture([1], [0], [1]), draws=20))
    ones = np.ones((4, 100, 1))
    with pytest.raises(ValueError, match="of 1 different densities"):
        sensitivity(posterior_of(FEW, ones, ones, ones))


def test_data_decide_on_separate_groups_and_both_answers_agree():
    fit = em.fit(SEPARATE)
    penalised = em.fit(SEPARATE, penalty=True)
    found = agreement(fit, separate(), penalised, moved=sensitivity(separate()))
    summary, intervals = separate().summary(), fit.conf_int()
    assert [row.name for row in found.rows] == summary.index.tolist()
    for row in found.rows:
        name, k = row.name[:-1].split("[")
        expected = summary.loc[row.name]
        assert row.estimate == getattr(fit.mixture, name)[int(k)]
        assert row.penalised == getattr(penalised.mixture, name)[int(k)]
        assert row.confidence == tuple(getattr(intervals, name)[int(k)])
        assert row.mean == pytest.approx(expected["mean"])
        np.testing.assert_allclose(row.credible, expected[["lower", "upper"]].astype(float))
        assert row.speaks == "data"
        assert row.inside > 0.9
        assert 0.2 < row.below < 0.8
        assert row.sd_ratio < 0.15
    assert "lies in every 95 % credible interval; the data alone decide on" in found.verdict


def test_on_the_heights_the_prior_has_a_say_in_the_weights():
    found = agreement(em.fit(heights().sample), heights(), level=0.9)
    speaks = {row.name: row.speaks for row in found.rows}
    assert speaks == {
        "weights[0]": "both",
        "weights[1]": "both",
        "means[0]": "data",
        "means[1]": "data",
        "sds[0]": "data",
        "sds[1]": "data",
    }
    assert "data and prior both have a say on weights[0], weights[1]" in found.verdict
    assert np.isnan(found.rows[0].penalised)
    assert "90 %" in found.verdict


def test_a_posterior_away_from_the_estimate_is_said_to_be():
    fit = em.fit(SEPARATE)
    moved = em.Mixture(
        fit.mixture.weights, fit.mixture.means + np.array([0.0, 2.0]), fit.mixture.sds
    )
    found = agreement(fit, around(SEPARATE, moved))
    away = found.rows[3]
    assert away.name == "means[1]"
    assert not away.estimate_inside
    assert away.inside == 0.0
    assert away.below == 0.0
    assert "lies outside the credible interval, 0 % of which" in away.sentence
    assert "outside the 95 % credible interval of means[1]" in found.verdict


def standing(**changes):
    told = {
        "name": "means[0]",
        "estimate": 1.0,
        "confidence": (-np.inf, 2.0),
        "penalised": 1.0,
        "mean": 1.0,
        "credible": (0.0, 4.0),
        "below": 0.5,
        "inside": 0.5,
        "sd_ratio": 0.1,
        "sensitivity": None,
    }
    return Standing(**(told | changes))


@pytest.mark.parametrize(
    ("sd_ratio", "moved", "who"),
    [
        (0.1, None, "data"),
        (0.6, None, "both"),
        (0.95, None, "prior"),
        (0.1, (0.01, 0.2), "data"),
        (0.1, (0.1, 0.2), "both"),
        (0.1, (0.1, 0.01), "prior"),
    ],
)
def test_who_speaks_is_read_off_the_widths_and_the_sensitivity(sd_ratio, moved, who):
    row = None if moved is None else SensitivityRow("means[0]", *moved)
    assert standing(sd_ratio=sd_ratio, sensitivity=row).speaks == who


def test_an_open_confidence_interval_holds_part_of_a_credible_one():
    from bayes.criticism.sensitivity import _inside

    assert _inside((0.0, 4.0), (-np.inf, 3.0)) == 0.75
    assert _inside((0.0, 4.0), (-np.inf, np.inf)) == 1.0
    assert _inside((0.0, 4.0), (5.0, 6.0)) == 0.0


def test_answers_that_cannot_be_matched_are_refused():
    fit = em.fit(SEPARATE)
    with pytest.raises(ValueError, match="fits with 1 components"):
        agreement(fit, around(SEPARATE, em.Mixture([1], [4], [3])))
    draws = (separate().weights, separate().means, separate().sds)
    turned = posterior_of(SEPARATE, *(value[..., ::-1] for value in draws))
    with pytest.raises(ValueError, match="increasing order of mean"):
        agreement(fit, turned)


def test_other_names_for_the_components_change_nothing():
    "Priors that differ by component are about components in order of mean, however renamed."
    rng = np.random.default_rng(1)
    sample = em.Sample(np.r_[rng.normal(0, 2, 60), rng.normal(4, 1, 60)])
    priors = Priors(means=pm.Normal.dist([0, 4], [1, 1]))
    near = around(sample, em.Mixture([0.5, 0.5], [0, 4], [2, 1]), spread=0.1)
    named = posterior_of(sample, near.weights, near.means, near.sds, priors=priors)
    renamed = named.relabelled("sd")
    assert np.array_equal(renamed.means, named.means[..., ::-1])
    ours, theirs = (sensitivity(p, priors=priors) for p in (named, renamed))
    assert theirs["means[0]"].prior == pytest.approx(ours["means[1]"].prior, rel=1e-9)
