"""evidence: how probable the data are under a model as a whole, by bridge sampling.

The ratio of two models' marginal likelihoods is what the data say for one against the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayes.model.density import log_likelihood, log_prior
from bayes.model.priors import Priors
from bayes.posterior.posterior import Posterior
from em import Parameters, Sample
from em.data.arguments import as_generator
from em.data.requirements import refuse_sampling
from em.likelihood.density import HALF_LOG_2PI

__all__ = ["Evidence", "evidence"]

Floats = NDArray[np.float64]

CLUSTERS = 10
"""Normal distributions in the proposal for each component of the mixture, at the most."""
FEWEST_IN_CLUSTER = 10
"""Draws for each coordinate of a cluster, on average."""
LLOYD = 10
"""Rounds of clustering."""
SHRINKAGE = 0.1
"""Weight of the overall covariance in that of a cluster, in draws for each coordinate."""
PRIOR_SHARE = 0.05
"""Of the proposals, so many come from the prior, which reaches wherever the posterior does."""
ROUNDS = 1000
"""Most steps of the fixed-point iteration, of which ten usually do."""
CERTAIN = 0.2
"""Standard error of a log marginal likelihood above which it is called rough."""


@dataclass(frozen=True)
class Evidence:
    """The marginal likelihood of a mixture of K components.

    That is the likelihood averaged over the prior of components in any order, the exchangeable
    model that `bayes.build_model` defines. A density cut to increasing means and not multiplied by
    K!, as PyMC's ordered transform has it, gives `logml` less log K!: see `logml_ordered`.
    """

    n_components: int
    """K."""
    logml: float
    """Log of the marginal likelihood, per unit of the data for each value."""
    se: float
    """Its standard error, from the sampling alone."""
    draws: int
    """Posterior draws used for the estimate; as many others made the proposal."""
    proposals: int
    """Draws from the proposal."""

    @property
    def logml_ordered(self) -> float:
        """`logml` less log K!, for comparison with programs that only cut the prior."""
        return self.logml - math.lgamma(self.n_components + 1.0)

    @property
    def ok(self) -> bool:
        """Whether the standard error is small enough to compare models by."""
        return self.se <= CERTAIN

    @property
    def verdict(self) -> str:
        """What it says, in plain words."""
        precise = "" if self.ok else "; that is rough, and more draws are needed"
        return (
            f"The log marginal likelihood of {self.n_components} "
            f"component{'s' if self.n_components > 1 else ''} is {self.logml:.2f} (standard error "
            f"{f'{self.se:.2g}' if math.isfinite(self.se) else 'not known'}{precise})."
        )


def evidence(
    posterior: Posterior,
    *,
    sample: Sample | None = None,
    priors: Priors | None = None,
    rng: int | np.random.Generator | None = 0,
) -> Evidence:
    """The marginal likelihood, by bridge sampling between the posterior and a proposal.

    The first half of each chain makes the proposal: a mixture of normal distributions, one for
    each of some clusters, in the log-ratios of the weights, the means and the logs of the sds,
    with a twentieth of prior mixed in. The second half and as many draws from the proposal give
    the estimate, with the optimal bridge of Meng & Wong (1996) and the standard error of
    Fruehwirth-Schnatter (2004), which allows for autocorrelation. Draws that had made the
    proposal as well, or draws next to these, would bias it.

    Both sides are kept to increasing means, where the prior of components in any order is K!
    times as dense as written: the same as summing over all K! orders of the whole space.

    The likelihood is that of the data the posterior was sampled from, so squashed ones will do.

    Parameters
    ----------
    posterior : Posterior
        With at least 200 draws.
    sample : Sample, optional
        The data that default priors were worked out from, where the posterior was sampled from
        squashed ones.
    priors : Priors, optional
        What `bayes.fit` was given; the default priors by default.
    rng : int or numpy.random.Generator
        A seed or a generator.

    Returns
    -------
    Evidence

    Raises
    ------
    ValueError
        If the priors are not those of the posterior or differ by component, if there are too
        few draws or they do not vary, or if the data have sampling weights.
    """
    refuse_sampling(posterior.sample, "a marginal likelihood")
    chosen = posterior.priors(sample, priors)
    if not chosen.exchangeable:
        raise ValueError(
            "expected the same prior for all components, got one that differs; the density of "
            "components with a given order is cut to that order, and what it is cut by is not "
            "known, so there is no evidence to report"
        )
    generator = as_generator(rng)
    K = posterior.n_components
    by_mean = np.argsort(posterior.means, axis=2)  # however the components are named
    draws = [
        np.take_along_axis(value, by_mean, axis=2)
        for value in (posterior.weights, posterior.means, posterior.sds)
    ]
    chains, length = posterior.means.shape[:2]
    fitted, kept = (
        Parameters(*(value[:, half].reshape(-1, K) for value in draws))
        for half in (slice(None, length // 2), slice(length // 2, None))
    )
    if chains * (length // 2) < 100:
        raise ValueError(f"expected at least 200 draws, got {chains * length}; sample more")
    proposal = _Proposal.fitted(_coordinates(fitted), K, generator)
    n_prior = math.ceil(PRIOR_SHARE * len(kept.means))
    n_proposed = len(kept.means) - n_prior
    from_prior = chosen.draw(n_prior, int(generator.integers(2**32)))
    from_proposal = _parameters(proposal.draw(n_proposed, generator), K)
    proposed = Parameters(*map(np.concatenate, zip(from_proposal, from_prior, strict=True)))

    def log_ratio(at: Parameters) -> Floats:
        """Log of prior times likelihood over the proposal's density; -inf out of order."""
        ordered = np.all(np.diff(at.means, axis=1) > 0.0, axis=1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            prior = log_prior(at, chosen) + math.lgamma(K + 1.0) + _log_jacobian(at)
            near = proposal.log_density(_coordinates(at)) + math.log1p(-PRIOR_SHARE)
            density = np.logaddexp(near, prior + math.log(PRIOR_SHARE))
            ratio = prior + log_likelihood(at, posterior.sample) - density
        return np.where(ordered & ~np.isnan(ratio), ratio, -np.inf)

    of_posterior = log_ratio(kept).reshape(chains, -1)
    logml, se = _bridge(of_posterior, log_ratio(proposed))
    return Evidence(K, logml, se, of_posterior.size, len(proposed.means))


def _bridge(posterior: Floats, proposal: Floats) -> tuple[float, float]:
    """Log of the ratio of normalising constants, and its standard error.

    Parameters
    ----------
    posterior : ndarray of shape (chain, draw)
        Log-ratios of unnormalised posterior to normalised proposal, at draws from the posterior.
    proposal : ndarray of shape (n,)
        The same at draws from the proposal.
    """
    middle = float(np.median(posterior))
    ours, theirs = posterior - middle, proposal - middle
    first = _effective(ours)
    share = first / (first + theirs.size)
    level = 0.0

    def bridged(ratio: Floats) -> Floats:
        """Log of ``1 / (share ratio + (1 - share) constant)``."""
        return -np.logaddexp(math.log(share) + ratio, math.log1p(-share) + level)

    with np.errstate(all="ignore"):  # where the proposal misses the posterior; see below
        for _ in range(ROUNDS):
            before = level
            level = _log_mean(theirs + bridged(theirs)) - _log_mean(bridged(ours))
            if abs(level - before) < 1e-10:
                break
        above, below = np.exp(theirs + bridged(theirs)), np.exp(bridged(ours) + level)
    if not (0 < above.mean() < np.inf and 0 < below.mean() < np.inf):
        return level + middle, math.inf  # the proposal has missed the posterior
    variance = above.var() / (above.mean() ** 2 * above.size)
    variance += below.var() / (below.mean() ** 2 * _effective(below))
    return level + middle, math.sqrt(float(variance))


def _effective(values: Floats) -> float:
    """Effective number of draws for a mean, of shape (chain, draw)."""
    from arviz_stats.base.array import array_stats  # slow to import

    statistics: Any = array_stats
    ess = float(statistics.ess(values, chain_axis=0, draw_axis=1, method="mean"))
    return min(ess, float(values.size)) if ess > 0 else float(values.size)


def _log_mean(logs: Floats) -> float:
    top = logs.max()
    with np.errstate(under="ignore"):
        return float(np.log(np.exp(logs - top).mean()) + top)


def _coordinates(at: Parameters) -> Floats:
    """Log-ratios of the weights to the last, means, logs of the sds: of shape (S, 3 K - 1)."""
    logs = np.log(at.weights)
    return np.concatenate([logs[:, :-1] - logs[:, -1:], at.means, np.log(at.sds)], axis=1)


def _parameters(points: Floats, K: int) -> Parameters:
    logs = np.concatenate([points[:, : K - 1], np.zeros((len(points), 1))], axis=1)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return Parameters(weights, points[:, K - 1 : 2 * K - 1], np.exp(points[:, 2 * K - 1 :]))


def _log_jacobian(at: Parameters) -> Floats:
    """Log of the volume in parameters for each volume in coordinates."""
    jacobian = np.log(at.sds).sum(axis=1)
    if at.weights.shape[1] > 1:
        jacobian += np.log(at.weights).sum(axis=1)
    return np.asarray(jacobian)


def _clusters(points: Floats, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Labels of a few rounds of Lloyd's algorithm, which need not be the best ones."""
    centers = points[rng.choice(len(points), max(1, count), replace=False)]
    for _ in range(LLOYD):
        away = (centers**2).sum(axis=1) - 2.0 * points @ centers.T
        labels = np.argmin(away, axis=1)
        for label in np.unique(labels):
            centers[label] = points[labels == label].mean(axis=0)
    return labels


@dataclass(frozen=True, eq=False)
class _Proposal:
    """A mixture of multivariate normal distributions."""

    shares: Floats
    centers: Floats
    roots: Floats
    """Cholesky factors of the covariances, each of shape (d, d)."""

    @classmethod
    def fitted(cls, points: Floats, K: int, rng: np.random.Generator) -> _Proposal:
        """One normal distribution for each cluster of points, of shape (S, d)."""
        S, d = points.shape
        overall = np.atleast_2d(np.cov(points.T))
        try:
            whitened = np.linalg.solve(np.linalg.cholesky(overall), (points - points.mean(0)).T).T
        except np.linalg.LinAlgError as error:
            raise ValueError(
                "expected draws that vary in every parameter, got some that do not; sample more"
            ) from error
        labels = _clusters(whitened, min(CLUSTERS * K, S // (FEWEST_IN_CLUSTER * d)), rng)
        shares, centers, roots = [], [], []
        for label in np.unique(labels):
            own = points[labels == label]
            away = own - own.mean(axis=0)
            extra = SHRINKAGE * d
            covariance = (away.T @ away + extra * overall) / (len(own) + extra)
            shares.append(len(own) / S)
            centers.append(own.mean(axis=0))
            roots.append(np.linalg.cholesky(covariance))
        return cls(np.array(shares), np.array(centers), np.array(roots))

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Points of shape (n, d)."""
        which = rng.choice(self.shares.size, n, p=self.shares / self.shares.sum())
        points = rng.standard_normal((n, self.centers.shape[1]))
        for one, root in enumerate(self.roots):
            points[which == one] = points[which == one] @ root.T
        return points + self.centers[which]

    def log_density(self, points: Floats) -> Floats:
        """At points of shape (n, d); minus infinity at points that are not finite."""
        total = np.full(len(points), -np.inf)
        for share, center, root in zip(self.shares, self.centers, self.roots, strict=True):
            z = np.linalg.solve(root, (points - center).T)
            height = math.log(share) - np.log(np.diag(root)).sum() - center.size * HALF_LOG_2PI
            total = np.logaddexp(total, height - 0.5 * (z * z).sum(axis=0))
        return total
