"""second: what the second route to the posterior says of the first, and which is published."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bayes.posterior.diagnostics import ESS_AT_LEAST
from bayes.posterior.draws import rhat
from bayes.posterior.records import Published, Second
from bayes.sampler.routes import ENDS, Agreement, agreement
from em import Parameters

if TYPE_CHECKING:
    from bayes.posterior.posterior import Posterior
    from bayes.sequential.smc import Sequential

__all__ = ["Compared", "compared"]

Floats = NDArray[np.float64]

APART = 1.05
"""R-hat above which two chains are not at the same place."""
NEGLIGIBLE = 0.02
"""Share of the posterior below which a mode that nobody has seen misleads nobody."""
NEAR = 4.0
"""Of a mode, in sds of its normal approximation for each dimension: draws so near have seen it."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Both routes side by side."""

    of_chains: Agreement
    """Of the chains with the sequential run."""
    of_weights: Agreement
    """Of the sequential run with importance sampling."""
    size: float
    """Effective size of the importance sample."""
    torn: bool
    """Whether the chains are at different places."""
    unseen: int
    """As in `Second`."""
    within: Parameters
    """R-hat of chains at the same place, the largest; of shape (K,)."""
    ess: Parameters
    """Effective numbers of draws of the sequential run, each of shape (K,)."""
    chains: Posterior
    whole: Sequential

    @property
    def is_verified(self) -> bool:
        """Whether the sequential run is all of the posterior, as far as can be seen."""
        return self.of_weights.ok and self.size >= ESS_AT_LEAST and self.unseen == 0

    def second(self, published: Published) -> Second:
        """The record to keep."""
        which = self.of_chains if published == "chains" else self.of_weights
        parameter, difference, allowed = which.worst
        published_draws = float(self.chains.weights[..., 0].size)
        return Second(
            published=published,
            parameter=parameter,
            difference=difference,
            allowed=allowed,
            size=self.size,
            unseen=self.unseen,
            log_evidence=self.whole.log_evidence,
            log_evidence_se=self.whole.se,
            rhat={name: v.tolist() for name, v in self.within._asdict().items()},
            ess={
                name: np.minimum(v, published_draws).tolist()
                for name, v in self.ess._asdict().items()
            },
            divergences=self.chains.diagnostics.divergences,
            seconds=self.whole.seconds,
        )


def compared(chains: Posterior, whole: Sequential) -> Compared:
    """Hold the chains' draws, the sequential run's and an importance sample against each other.

    Parameters
    ----------
    chains : Posterior
        Of the chains.
    whole : Sequential
        Which knows EM's maxima.

    Returns
    -------
    Compared
    """
    checks = chains.diagnostics
    K = chains.n_components
    drawn = Parameters(*(v.reshape(-1, K) for v in (chains.weights, chains.means, chains.sds)))
    ess = _sizes(whole)
    of_chains = agreement(drawn, whole.draws, (checks.ess_bulk, checks.ess_tail), (ess, ess))
    proposed, log_weights = whole.proposed
    with np.errstate(under="ignore"):
        share = np.exp(log_weights - log_weights.max())
    size = float(share.sum() ** 2 / (share**2).sum())
    sizes = Parameters(*(np.full(K, size) for _ in range(3)))
    of_weights = agreement(whole.draws, proposed, (ess, ess), (sizes, sizes), weights=share)
    # Chains that agree all in all are at one place; comparing them in pairs takes its time.
    together = _largest(checks.rhat) <= APART
    places = [list(range(len(chains.means)))] if together else _places(chains)
    return Compared(
        of_chains=of_chains,
        of_weights=of_weights,
        size=size,
        torn=len(places) > 1,
        unseen=_unseen(whole),
        within=checks.rhat if together else _within(chains, places),
        ess=ess,
        chains=chains,
        whole=whole,
    )


def _sizes(whole: Sequential) -> Parameters:
    """Effective numbers of draws for the mean or an end of each parameter, whichever is less."""
    found: list[Floats] = []
    for values in whole.draws:
        ends = np.quantile(values, ENDS, axis=0)
        each = [values, *((values <= end).astype(float) for end in ends)]
        with np.errstate(divide="ignore", invalid="ignore"):  # the weight of a single component
            sizes = [whole.effective_size(one) for one in each]
        found.append(np.asarray(np.minimum.reduce(sizes), dtype=np.float64))
    return Parameters(*(np.nan_to_num(size, nan=float(len(whole.draws.means))) for size in found))


def _places(chains: Posterior) -> list[list[int]]:
    """Chains grouped by whether they are at the same place."""
    groups: list[list[int]] = []
    for chain in range(len(chains.means)):
        for group in groups:
            if _largest(_rhats(chains, [group[0], chain])) <= APART:
                group.append(chain)
                break
        else:
            groups.append([chain])
    return groups


def _within(chains: Posterior, places: list[list[int]]) -> Parameters:
    """The largest R-hat within a place; of a single chain, of its two halves."""
    each = [_rhats(chains, group) for group in places]
    return Parameters(*(np.max(values, axis=0) for values in zip(*each, strict=True)))


def _rhats(chains: Posterior, which: list[int]) -> Parameters:
    found = []
    for draws in (chains.weights, chains.means, chains.sds):
        some = draws[which]
        if len(which) == 1:
            half = some.shape[1] // 2
            some = np.concatenate([some[:, :half], some[:, half : 2 * half]])
        found.append(np.array([rhat(some[..., k]) for k in range(some.shape[-1])]))
    return Parameters(*found)


def _largest(values: Parameters) -> float:
    return float(max(np.nan_to_num(value, nan=math.inf).max() for value in values))


def _unseen(whole: Sequential) -> int:
    """How many summits with a share of the posterior have no draw of the sequential run near."""
    points = whole.points
    d = points.shape[1]
    least = whole.log_evidence + whole.log_prior_mass + math.log(NEGLIGIBLE)
    return sum(
        summit.log_evidence >= least and bool(summit.distance(points).min() > NEAR**2 * d)
        for summit in whole.summits
    )
