"""Posteriors for tests of checks and comparisons: draws by hand, and a few that were sampled."""

import numpy as np
from once import once
from scipy import stats

import bayes
import em
from bayes import Posterior, Priors, Settings
from compare.data.cases import Case


def posterior_of(sample, weights, means, sds, *, bare=False, priors=None):
    "A posterior with the given draws, each (chain, draw, K); with default priors unless bare."
    draws = em.Parameters(*(np.asarray(value, dtype=float) for value in (weights, means, sds)))
    chains, length, k = draws.means.shape
    described, prior = (), em.Parameters(*np.ones((3, 1, k)))
    if not bare:
        filled = (priors or Priors()).filled(sample, k)
        described, prior = filled.describe(), _from_prior(filled, k)
    settings = Settings(
        sampler="nutpie",
        density="fused",
        chains=chains,
        draws=length,
        tune=500,
        target_accept=0.9,
        seed=1,
        seconds_compile=0.1,
        seconds_sample=0.2,
        priors=described,
    )
    stats = {
        "diverging": np.zeros((chains, length), dtype=bool),
        "energy": np.random.default_rng(0).standard_normal((chains, length)),
    }
    return Posterior.from_draws(sample, draws, stats, prior, settings)


def _from_prior(filled, k):
    "500 draws in order of mean; of the default family without PyMC, which takes longer."
    p = filled.numbers
    if p is None:
        return filled.draw(500, 0)
    rng, shape = np.random.default_rng(0), (500, k)
    least = stats.norm.cdf((np.log(max(p.floor, 1e-300)) - p.log_median) / p.log_spread)
    logs = stats.norm.ppf(rng.uniform(least, 1.0, shape))
    return em.Parameters(
        rng.dirichlet(np.full(k, p.concentration), 500),
        np.sort(rng.normal(p.centre, p.spread, shape), axis=1),
        np.exp(p.log_median + p.log_spread * logs),
    )


def around(sample, mixture, *, spread=0.05, draws=500, chains=4, seed=5):
    "Independent draws around a mixture; `spread` is the sd of logs, and of means in sds."
    rng = np.random.default_rng(seed)
    z = spread * rng.standard_normal((3, chains, draws, mixture.n_components))
    weights = mixture.weights * np.exp(z[0])
    weights /= weights.sum(axis=-1, keepdims=True)
    means, sds = mixture.means + mixture.sds * z[1], mixture.sds * np.exp(z[2])
    order = np.argsort(means, axis=-1)
    kept = (np.take_along_axis(value, order, axis=-1) for value in (weights, means, sds))
    return posterior_of(sample, *kept)


def normal_posterior(values, *, draws=1000, seed=0):
    "Exact, independent draws for one normal group under the prior 1 / sd^2, in four chains."
    rng = np.random.default_rng(seed)
    n, shape = values.size, (4, draws // 4, 1)
    sds = np.sqrt((n - 1) * values.var(ddof=1) / rng.chisquare(n - 1, shape))
    means = rng.normal(values.mean(), sds / np.sqrt(n))
    return posterior_of(em.Sample(values), np.ones(shape), means, sds, bare=True)


@once
def heights(k=2):
    "The posterior of the synthetic heights."
    return bayes.fit(Case.synthetic().sample, k, seed=1)
