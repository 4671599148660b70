"""tops: which share of the posterior each of EM's maxima holds.

The likelihood may have several maxima, and the highest of them need not be where the posterior
is: a narrow peak holds little of it. Every draw belongs to the maximum that EM climbs to from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from bayes.model.priors import Priors
from bayes.sequential.smc import sequential
from em import Fit, Parameters, Status
from em.likelihood.mixture import standardised
from em.search.ascent import ascend
from em.search.tops import same

__all__ = ["TopShares", "top_shares", "under_wider_priors"]

Floats = NDArray[np.float64]

DRAWS = 500
"""Climbs are made from so many draws, evenly spaced: a share is known to 2 percentage points."""
PARTICLES = 1000
"""Of the run under wider priors, which says what its shares are roughly."""
LITTLE = 0.1
"""Of the posterior: a maximum with less does not stand for it."""
WIDER = 2.0
"""By how much the spreads of the priors of means and of log sds are multiplied."""


@dataclass(frozen=True, eq=False)
class TopShares:
    """Shares of the posterior; those of all maxima and of no maximum sum to one."""

    shares: Floats
    """Of each of `Fit.optima`, of shape (n_optima,); NaN for those that are set aside."""
    elsewhere: float
    """Of draws from which EM climbs to a point, to a clump, or to a maximum that is not listed."""
    n_draws: int
    """How many draws were climbed from."""
    wider: Floats | None = None
    """The shares under a prior that is twice as wide; None where that was not asked for."""

    @property
    def best_is_beside(self) -> bool:
        """Whether the highest maximum holds hardly any of the posterior."""
        return bool(self.shares[0] < LITTLE)


def top_shares(fit: Fit, draws: Parameters, wider: Parameters | None = None) -> TopShares | None:
    """The share of the posterior that each of EM's maxima holds.

    Parameters
    ----------
    fit : Fit
        With sds of their own, none of them fixed.
    draws : Parameters
        Of the posterior, of shape (..., K).
    wider : Parameters, optional
        Of the posterior under wider priors.

    Returns
    -------
    TopShares or None
        None where there is one maximum only, or the fit is of another model than the draws.
    """
    regular = [place for place, top in enumerate(fit.optima) if top.status is Status.CONVERGED]
    if len(regular) < 2 or fit.equal_sds or fit.penalty > 0 or fit.coordinates.fixed is not None:
        return None
    shares, n_draws = _shares(fit, regular, draws)
    return TopShares(
        shares=shares,
        elsewhere=max(0.0, 1.0 - float(np.nansum(shares))),
        n_draws=n_draws,
        wider=None if wider is None else _shares(fit, regular, wider)[0],
    )


def under_wider_priors(fit: Fit, seed: int = 0) -> Parameters:
    """Draws from the posterior under default priors made wider for means and log sds.

    Parameters
    ----------
    fit : Fit
        Of the data, by EM.
    seed : int

    Returns
    -------
    Parameters
        Each of shape (n, K).

    Raises
    ------
    ValueError
        If hardly any mixture of the prior is admissible (`InadmissibleError`).
    """
    sample, K = fit.data, fit.n_components
    numbers = Priors().filled(sample, K).numbers
    if numbers is None:
        raise RuntimeError("the default priors are those of the default family")
    sds = pm.LogNormal.dist(np.array(numbers.log_median), np.array(WIDER * numbers.log_spread))
    if numbers.floor > 0:
        sds = pm.Truncated.dist(sds, lower=np.array(numbers.floor))
    means = pm.Normal.dist(np.array(numbers.centre), np.array(WIDER * numbers.spread))
    priors = Priors(means=means, sds=sds).filled(sample, K)
    tops = [top.mixture for top in fit.optima if top.status is Status.CONVERGED]
    return sequential(sample, K, priors, n_particles=PARTICLES, tops=tops, rng=seed).draws


def _shares(fit: Fit, regular: list[int], draws: Parameters) -> tuple[Floats, int]:
    """The share of each of the optima, and of how many draws it is one."""
    K = fit.n_components
    flat = Parameters(*(np.reshape(value, (-1, K)) for value in draws))
    rows = np.linspace(0, len(flat.means) - 1, min(DRAWS, len(flat.means))).round().astype(int)
    center, unit = fit.data.mean, fit.data.sd
    start = Parameters(
        flat.weights[rows], (flat.means[rows] - center) / unit, flat.sds[rows] / unit
    )
    with np.errstate(under="ignore"):  # a density far from its mean is zero
        ends = ascend(fit.observed, start, fit.coordinates, tol=1e-3, max_iter=300).at
    tops = [
        Parameters(*(value[0] for value in standardised(fit.optima[place].mixture, center, unit)))
        for place in regular
    ]
    counts = np.zeros(len(regular))
    for row in range(rows.size):
        end = Parameters(*(value[row] for value in ends))
        reached = [place for place, top in enumerate(tops) if same(end, top)]
        if reached:
            counts[reached[0]] += 1
    shares = np.full(len(fit.optima), np.nan)
    shares[regular] = counts / rows.size
    return shares, int(rows.size)
