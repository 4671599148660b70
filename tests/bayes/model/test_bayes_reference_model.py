"""The two-component model of Stan's posteriordb, in words of this package.

posteriordb's low_dim_gauss_mix: ordered means ~ Normal(0, 2), sds ~ HalfNormal(2), weight of the
first component ~ Beta(5, 5), and a thousand values. Here its priors are the same for both
components, the components are sampled in any order, and sorted by mean.
"""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.compile.mode import Mode
from scipy import optimize, stats

import bayes
from em import Mixture

PYTHON = Mode("py", None)
TRUTH = Mixture([0.38, 0.62], [-2.75, 2.75], [1.0, 1.0])
VALUES = TRUTH.sample(1000, rng=4)[0]


def reference_priors():
    return bayes.Priors(
        weights=pm.Dirichlet.dist([5, 5]), means=pm.Normal.dist(0, 2), sds=pm.HalfNormal.dist(2)
    )


def by_hand(points, values):
    "The log-density on paper, for rows of (weight of the first, means, sds) in the natural scale."
    weight, m1, m2, s1, s2 = np.atleast_2d(points).T[..., None]
    first = np.log(weight) + stats.norm.logpdf(values, m1, s1)
    second = np.log1p(-weight) + stats.norm.logpdf(values, m2, s2)
    prior = (
        stats.beta.logpdf(weight, 5, 5)
        + stats.norm.logpdf(m1, 0, 2)
        + stats.norm.logpdf(m2, 0, 2)
        + stats.halfnorm.logpdf(s1, scale=2)
        + stats.halfnorm.logpdf(s2, scale=2)
    )
    return np.logaddexp(first, second).sum(axis=1) + prior[:, 0]


def test_the_density_is_the_one_on_paper():
    "To ten digits after the point, with plain numbers in the priors, in either order."
    # The model's is the density of exchangeable components: of ordered ones, normalised, it would
    # be log 2! more. Stan's program leaves that constant out too.
    model = bayes.build_model(VALUES, 2, reference_priors())
    inputs = [rv.type() for rv in model.free_RVs]
    moved = [
        model.rvs_to_transforms[rv].forward(value, *rv.owner.inputs)
        for rv, value in zip(model.free_RVs, inputs, strict=True)
    ]
    to_point = pytensor.function(inputs, moved, mode=PYTHON, on_unused_input="ignore")
    density = model.compile_logp(jacobian=False, mode=PYTHON)
    names = [value.name for value in model.value_vars]
    rng = np.random.default_rng(1)
    for _ in range(20):
        weight = rng.beta(5, 5)
        means, sds = rng.normal(0, 2, 2), np.abs(rng.normal(0, 2, 2))
        point = to_point([weight, 1 - weight], means, sds)
        expected = by_hand([weight, *means, *sds], VALUES)
        found = float(density(dict(zip(names, point, strict=True))))
        assert found == pytest.approx(float(expected[0]), abs=1e-10, rel=1e-14)


def weighted_draws(n):
    """Importance sampling of the ordered posterior, in (logit weight, means, log sds).

    The proposal is a Student t with 7 degrees of freedom around the mode.
    """

    def natural(points):
        weight = 1 / (1 + np.exp(-points[:, :1]))
        return np.hstack([weight, points[:, 1:3], np.exp(points[:, 3:])])

    def log_density(points):
        draws = natural(points)
        jacobian = np.log(draws[:, 0] * (1 - draws[:, 0])) + points[:, 3:].sum(axis=1)
        ordered = points[:, 1] < points[:, 2]
        return np.where(ordered, by_hand(draws, VALUES) + jacobian, -np.inf)

    start = np.array([-0.5, -2.7, 2.7, 0.0, 0.0])
    mode = optimize.minimize(lambda p: -log_density(p[None])[0], start, method="BFGS").x
    # Groups so far apart are all but known, and then these are the variances.
    shares = VALUES.size * natural(mode[None])[0, 0] * np.array([1.0, -1.0]) + [0, VALUES.size]
    variances = np.concatenate(
        [[1 / shares[0] + 1 / shares[1]], np.exp(mode[3:]) ** 2 / shares, 0.5 / shares]
    )
    proposal = stats.multivariate_t(mode, np.diag(1.2 * variances), df=7, seed=2)
    points = np.concatenate([proposal.rvs(1000) for _ in range(n // 1000)])
    target = np.concatenate([log_density(part) for part in np.split(points, n // 1000)])
    log_weights = target - proposal.logpdf(points)
    weights = np.exp(log_weights - log_weights.max())
    return natural(points), weights / weights.sum()


@pytest.mark.study  # PyMC compiles for some ten seconds
def test_the_posterior_is_that_of_importance_sampling():
    "Means and sds of all five parameters agree within the error of both computations."
    posterior = bayes.fit(VALUES, 2, priors=reference_priors(), draws=1500, tune=500, seed=1)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    assert posterior.settings.priors[2][:2] == ("sds", "HalfNormal(0, 2)")
    summary = posterior.summary().drop("weights[1]")

    draws, weights = weighted_draws(8000)
    mean = weights @ draws
    sd = np.sqrt(weights @ (draws - mean) ** 2)
    effective = 1 / np.sum(weights**2)
    assert effective > 4000
    error = sd * np.sqrt(1 / effective + 1 / summary["ess_bulk"].to_numpy())
    np.testing.assert_array_less(np.abs(summary["mean"].to_numpy() - mean), 4.5 * error)
    np.testing.assert_allclose(summary["sd"].to_numpy(), sd, rtol=0.1)


@pytest.mark.parametrize(
    ("weights", "advice"),
    [
        (pm.Beta.dist(5, 5), r"pm\.Dirichlet\.dist\(\[5, 5\]\)"),
        (pm.Beta.dist(2, 0.5), r"pm\.Dirichlet\.dist\(\[2, 0\.5\]\)"),
    ],
)
def test_a_beta_on_the_first_weight_is_answered_with_the_dirichlet_that_it_means(weights, advice):
    "The error can be copied."
    with pytest.raises(ValueError, match=f"got Beta.*{advice}"):
        bayes.fit(VALUES, 2, priors=bayes.Priors(weights=weights))
