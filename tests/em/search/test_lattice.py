"""The lattice of two-component mixtures: what is on it, and that its peaks lead to the tops."""

import itertools

import numpy as np
import pytest

import em
from em.likelihood.coordinates import Coordinates
from em.likelihood.observed import Observed
from em.search.ascent import ascend
from em.search.lattice import (
    _lattice,
    _logliks,
    _neighbours,
    _uphill,
    lattice_size,
    peaks,
    tail_cuts,
    tails,
)


def standard(values):
    return np.sort((values - values.mean()) / values.std())


@pytest.mark.parametrize("equal", [False, True])
def test_every_point_has_the_mean_and_variance_of_standardised_data(equal):
    "Mean zero and variance one, and one sd for both components where that is asked for."
    at = _lattice(equal).at
    means = (at.weights * at.means).sum(axis=1)
    squares = (at.weights * (at.means**2 + at.sds**2)).sum(axis=1)
    assert means == pytest.approx(0.0, abs=1e-12)
    assert squares == pytest.approx(1.0, rel=1e-12)
    assert (np.ptp(at.sds, axis=1) < 1e-12).all() == equal
    assert lattice_size(equal_sds=equal) == len(at.means)


@pytest.mark.parametrize("equal", [False, True])
def test_log_likelihoods_are_those_of_the_mixtures(equal):
    "To the digits of single precision, less the constant that all share."
    x = standard(np.random.default_rng(1).normal(size=200))
    weights = np.random.default_rng(2).integers(1, 4, 200).astype(float)
    at, loglik = peaks(x, weights, equal_sds=equal)
    for row, value in enumerate(loglik):
        mixture = em.Mixture(*(v[row] for v in at))
        exact = weights @ mixture.logpdf(x) + 0.5 * np.log(2 * np.pi) * weights.sum()
        assert value == pytest.approx(exact, rel=1e-4)


def test_peaks_are_above_all_neighbours():
    "Each of them, the highest first; the highest point of all is among them."
    x = standard(np.random.default_rng(3).normal(size=150))
    at, loglik = peaks(x, np.ones(150), equal_sds=False)
    lattice = _lattice(equal_sds=False)
    every = _logliks(x, np.ones(150), lattice.polynomials)
    assert loglik[0] == every.max()
    assert (np.diff(loglik) <= 0).all()
    around = np.append(every, -np.inf)[lattice.neighbours].max(axis=0)
    assert sorted(loglik) == sorted(every[every == around])
    assert len(at.means) == len(loglik) < lattice_size(equal_sds=False)


def test_the_way_uphill_goes_to_the_highest_of_all_neighbours():
    "As a loop over the neighbours finds it, at corners and edges too."
    height = np.random.default_rng(4).normal(size=(4, 3, 5))
    found = _uphill(height.ravel(), _neighbours(height.shape)).reshape(height.shape)
    for place in itertools.product(*map(range, height.shape)):
        near = itertools.product(*(range(max(i - 1, 0), i + 2) for i in place))
        inside = [q for q in near if all(i < n for i, n in zip(q, height.shape, strict=True))]
        highest = max(inside, key=lambda q: height[q])
        assert found[place] == np.ravel_multi_index(highest, height.shape)


def test_tail_cuts_are_the_outermost_values_of_either_side():
    "Share, mean and sd of the lowest 1, 2, 4, ... values and of the highest, below a fifth."
    x = standard(np.random.default_rng(5).standard_t(3, size=100))
    cuts = tail_cuts(x, np.ones(100))
    sizes = [1, 2, 4, 8, 16]
    assert cuts.weights == pytest.approx(np.array(sizes * 2) / 100)
    ends = [x[:j] for j in sizes] + [x[-j:] for j in sizes]
    assert cuts.means == pytest.approx([end.mean() for end in ends])
    assert cuts.sds == pytest.approx([end.std() for end in ends], abs=1e-7)
    at, loglik = tails(x, np.ones(100))
    assert (np.diff(loglik) <= 0).all()
    assert (at.weights * at.means).sum(axis=1) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("equal", [False, True])
def test_the_best_peak_leads_where_many_random_starts_lead(equal):
    "On five samples of all sorts no fit from 20 random starts is higher than the default."
    rng = np.random.default_rng(6)
    groups = [em.Mixture([0.3, 0.7], [0.0, gap], [1.0, 0.6]) for gap in (0.5, 3.0)]
    samples = [mixture.sample(400, rng)[0] for mixture in groups]
    samples += [rng.standard_t(3, size=500)]
    samples += [rng.lognormal(size=300), np.r_[rng.normal(size=300), 30.0, 31.0, 32.0]]
    for x in samples:
        found = em.fit(x, equal_sds=equal)
        many = em.fit(x, equal_sds=equal, n_starts=20)
        assert found.converged
        assert found.loglik > many.loglik - 1e-6


def test_a_peak_is_near_its_top():
    "That is what the lattice is for: on the heights one of the peaks needs a dozen passes to 1e-8."
    rng = np.random.RandomState(666)
    x = standard(np.concatenate([rng.normal(176, 8, 600), rng.normal(164, 6, 400)]))
    at, _ = peaks(x, np.ones(1000), equal_sds=False)
    climbed = ascend(Observed(x, np.ones(1000)), at, Coordinates(2), em_passes=2)
    best = climbed.loglik > climbed.loglik.max() - 1e-6
    assert climbed.n_iter[best].min() <= 12
