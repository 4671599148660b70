"""Each of EM's maxima holds the draws from which EM climbs to it."""

import dataclasses
import functools
from pathlib import Path

import numpy as np
import pytest

import em
from bayes.criticism.tops import top_shares, under_wider_priors
from bayes.model.priors import Priors
from bayes.sequential.smc import sequential


@functools.cache
def galaxies():
    "The velocities of 82 galaxies, EM's fit and draws from all of its posterior."
    values = np.loadtxt(Path(__file__).parents[2] / "reference" / "galaxies.csv", skiprows=1)
    fit = em.fit(values, 2)
    draws = sequential(fit.data, 2, Priors().filled(fit.data, 2), n_particles=1000, rng=1).draws
    return fit, draws


def test_the_best_maximum_of_the_galaxies_holds_hardly_any_of_the_posterior():
    "Two independent sequential programs gave it 0.1% to 1.7%, and the second one nearly all."
    fit, draws = galaxies()
    regular = [top.status is em.Status.CONVERGED for top in fit.optima]
    found = top_shares(fit, draws)
    assert fit.optima[0].mixture.weights[0] == pytest.approx(0.085, abs=0.001)
    assert fit.optima[1].mixture.weights[0] == pytest.approx(0.255, abs=0.001)
    assert found.shares[0] < 0.03
    assert found.shares[1] > 0.95
    assert found.best_is_beside
    assert np.isfinite(found.shares).tolist() == regular
    assert np.nansum(found.shares) + found.elsewhere == pytest.approx(1)


def test_draws_around_a_maximum_belong_to_it():
    "In what shape or order of the components they come does not matter."
    fit, _ = galaxies()
    near = np.array([1.0, 1.01]), np.array([1.0, 0.999])
    for place in (0, 1):
        at = fit.optima[place].mixture
        rows = [(at.weights, m * at.means, s * at.sds) for m in near[1] for s in near[0]]
        made = zip(*rows, strict=True)
        weights, means, sds = (np.array(value).reshape(2, 2, 2) for value in made)
        for order in (slice(None), slice(None, None, -1)):
            found = top_shares(
                fit, em.Parameters(weights[..., order], means[..., order], sds[..., order])
            )
            assert found.n_draws == 4
            assert found.shares[place] == 1
            assert found.elsewhere == 0


def test_a_draw_that_leads_to_a_point_is_elsewhere():
    "It belongs to no maximum."
    fit, _ = galaxies()
    spike = em.Parameters(
        np.array([[0.02, 0.98]]), np.array([[fit.sample.values.max(), 20500.0]]),
        np.array([[0.01, 4000.0]]),
    )  # fmt: skip
    found = top_shares(fit, spike)
    assert found.elsewhere == 1
    assert np.nansum(found.shares) == 0


def test_the_best_maximum_holds_more_where_narrow_groups_are_likelier_beforehand():
    "Under a prior that is twice as wide; still hardly any."
    fit, draws = galaxies()
    found = top_shares(fit, draws, under_wider_priors(fit))
    assert found.wider.shape == found.shares.shape
    assert found.wider[1] > 0.9


def test_one_maximum_holds_whatever_there_is():
    "Nothing is told of a single one, nor of a model that the draws are not of."
    fit, draws = galaxies()
    assert top_shares(em.fit(fit.sample, 1), draws) is None
    assert top_shares(em.fit(fit.sample, 2, equal_sds=True), draws) is None


def test_two_maxima_are_told_of():
    "The fewest between which draws can be divided."
    fit, draws = galaxies()
    few = em.Parameters(*(value.reshape(-1, 2)[:5] for value in draws))
    assert [top.status is em.Status.CONVERGED for top in fit.optima[:2]] == [True, True]
    found = top_shares(dataclasses.replace(fit, optima=fit.optima[:2]), few)
    assert found.shares.size == 2
    assert top_shares(dataclasses.replace(fit, optima=fit.optima[:1]), few) is None
