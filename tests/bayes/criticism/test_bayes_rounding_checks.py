"""Checks of rounded values: replicates are rounded too, and the gap between values says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from posteriors import around, posterior_of
from scipy import optimize, stats

from bayes import Priors
from bayes.criticism import replicates
from bayes.criticism.checks import check
from bayes.model.density import log_likelihood
from bayes.model.fused import FusedDensity
from bayes.model.rounding import Lattice
from compare.data.cases import Case
from em import Mixture, Parameters, Sample

TWO_GROUPS = Mixture([0.4, 0.6], [0.0, 5.0], [1.0, 1.5])


def rounded(values, step):
    return step * np.round(np.asarray(values) / step)


def checked(posterior, **arguments):
    return {one.name: one for one in check(posterior, **arguments)}


def test_what_is_drawn_by_counts_is_distributed_as_if_simulated_and_rounded():
    rng = np.random.default_rng(5)
    R, n = 1500, 4000
    draws = Parameters(
        rng.dirichlet([40, 60], R),
        np.sort(rng.normal([-1, 0.8], 0.1, (R, 2))),
        np.full((R, 2), 0.9),
    )
    lattice = Lattice(0.13, 0.6)
    simulated = replicates.replicated(draws, n, rng, lattice)
    places = replicates._within_reach(draws, lattice)
    counted = replicates._counted(draws, n, rng, places, lattice.step)
    for one, other in zip(simulated, counted, strict=True):
        for name, values, others in zip(one._fields, one, other, strict=True):
            if name == "gap":
                assert not values.any()
                assert not others.any()
            else:
                assert stats.ks_2samp(values, others).pvalue > 0.001, name


def test_very_fine_steps_are_not_counted_one_by_one():
    draws = Parameters(*(np.array([v]) for v in ([0.4, 0.6], [0.0, 5.0], [1.0, 1.5])))
    assert replicates._within_reach(draws, Lattice(0.0, 1e-6)) is None
    fine = Sample(rounded(TWO_GROUPS.sample(6000, 3)[0], 1e-6), rounding=1e-6)
    for one in check(around(fine, TWO_GROUPS, spread=0.01), replicates=200):
        assert one.verdict == ("not made" if one.name == "gap" else "passes"), one


@pytest.mark.parametrize("n", [1000, 1_000_000])
def test_rounded_heights_pass_the_checks_and_the_gap_says_nothing(n):
    heights = Case.synthetic(666, n).sample.values.round()
    sample = Sample(heights, rounding=1.0)
    truth = Mixture([0.4, 0.6], [164, 176], [6, 8])
    # Of a million values the posterior is as good as a point, the maximum of the likelihood.
    centre, spread = (truth, 0.03) if n == 1000 else (maximum(sample, truth), 1e-4)
    found = checked(around(sample, centre, spread=spread))
    gap = found.pop("gap")
    assert gap.verdict == "not made"
    assert gap.why_not == "rounded"
    for one in found.values():
        assert one.verdict == "passes", one


def maximum(sample, start):
    "By the compiled density; so many values leave nothing of the priors."
    fused = FusedDensity(sample, 2, Priors().filled(sample, 2).numbers)

    def downhill(point):
        density, gradient = fused(point)
        return -density / sample.n, -gradient / sample.n

    options = {"gtol": 1e-9}
    found = optimize.minimize(downhill, fused.locate(start), jac=True, options=options)
    return fused.publish(found.x)


def test_a_model_that_is_wrong_fails_on_rounded_values_too():
    rng = np.random.default_rng(4)
    latent = np.concatenate([rng.lognormal(0, 0.6, 3000), 9 + rng.lognormal(0, 0.6, 4000)])
    sample = Sample(rounded(latent, 0.5), rounding=0.5)
    parts = latent[:3000], latent[3000:]
    means, sds = ([f(part) for part in parts] for f in (np.mean, np.std))
    found = checked(around(sample, Mixture([3 / 7, 4 / 7], means, sds), spread=0.01))
    for name in ("skewness", "shape"):
        assert found[name].verdict == "fails"


def test_steps_that_the_model_does_not_know_of_are_found():
    values = rounded(TWO_GROUPS.sample(400, 3)[0], 0.5)
    steps = checked(around(Sample(values), TWO_GROUPS))["gap"].steps
    assert (steps.step, steps.all_on_steps) == (0.5, True)
    # One value between the steps: the others are not rounded to these.
    other = checked(around(Sample(np.append(values, 0.77)), TWO_GROUPS))["gap"]
    assert other.verdict == "fails"
    assert not other.steps.all_on_steps


@pytest.mark.study
def test_p_values_of_rounded_data_are_not_too_small():
    "Exact, independent draws of one group's parameters, so that nothing but the checks is tried."
    n_sets = 150
    p = []
    for seed in range(n_sets):
        values = rounded(np.random.default_rng([9, seed]).normal(10, 3, 60), 3.0)
        sample = Sample(values, rounding=3.0)
        posterior = grid_posterior(sample, seed)
        p.append([one.p for one in check(posterior, rng=seed, replicates=200) if one.made])
    p = np.array(p)
    assert p.shape == (n_sets, 6)
    for level in (0.01, 0.05, 0.2):
        most = level + 3 * np.sqrt(level * (1 - level) / n_sets)
        assert np.all((p < level).mean(axis=0) <= most)
    # And not so large that they could not find anything, but for the mean and the sd.
    assert np.all((p < 0.4).mean(axis=0)[2:] > 0.1)


def grid_posterior(sample, seed):
    "Independent draws of one group's mean and log sd from a fine grid, under flat priors."
    m, s = np.meshgrid(np.linspace(7, 13, 121), np.linspace(0.4, 1.9, 121), indexing="ij")
    grid = Parameters(np.ones((m.size, 1)), m.reshape(-1, 1), np.exp(s.reshape(-1, 1)))
    logs = log_likelihood(grid, sample)
    share = np.exp(logs - logs.max())
    at = np.random.default_rng(seed).choice(m.size, (4, 50), p=share / share.sum())
    draws = [value[at] for value in grid]
    return posterior_of(sample, *draws, bare=True)
