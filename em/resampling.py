"""Resampling: many refits of one fit, for intervals that lean on no curvature.

All refits climb side by side from the fit itself, which keeps the labels of the components
matched, and each one climbs until its own score is zero: a refit that stops where it started
would make the intervals far too narrow.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from em.ascent import Ascent, Status, ascend
from em.mixture import Parameters, as_generator
from em.options import whole
from em.squash import squash

if TYPE_CHECKING:
    from em.fit import Fit

__all__ = ["Bootstrap", "bootstrap"]

Floats = NDArray[np.float64]

TOGETHER = 64
"""Refits that climb side by side: enough to share the overhead, few enough for the cache."""
WHOLE = 20_000
"""Drawn values up to which a parametric refit sees all of them rather than nodes for them."""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """The refits of a bootstrap."""

    draws: Parameters
    """Refitted weights, means and sds of the refits that converged, each (n_converged, K)."""
    kind: str
    """``parametric`` or ``nonparametric``."""
    n_refits: int
    """How many refits were made."""
    status: dict[str, int]
    """How many of them ended in which `em.Status`."""

    @property
    def n_converged(self) -> int:
        """How many refits reached a maximum; the others have no part in `draws`."""
        return int(self.draws.means.shape[0])

    def standard_errors(self) -> Parameters:
        """Standard deviations of the refitted parameters, each of shape (K,).

        NaN if fewer than two refits converged.
        """
        if self.n_converged < 2:
            return Parameters(*(np.full(values.shape[1], np.nan) for values in self.draws))
        return Parameters(*(values.std(axis=0, ddof=1) for values in self.draws))


def bootstrap(
    fit: Fit,
    n_refits: int = 999,
    kind: str = "parametric",
    rng: int | np.random.Generator | None = 0,
) -> Bootstrap:
    """Refit a model to data drawn from the fit, or drawn from its data with replacement.

    Parameters
    ----------
    fit : Fit
        A fit that converged.
    n_refits : int
        How many data sets to draw.
    kind : {"parametric", "nonparametric"}
        Draw from the fitted mixture, or draw the data again with replacement.
    rng : int or numpy.random.Generator, optional
        Seed of the draws. The default gives the same answer at every call.

    Returns
    -------
    Bootstrap

    Raises
    ------
    TypeError
        If the number of refits is not a whole number.
    ValueError
        If the kind is unknown, the number of refits is below 2, or the fit did not converge.
    """
    if kind not in ("parametric", "nonparametric"):
        raise ValueError(f'expected kind to be "parametric" or "nonparametric", got {kind!r}')
    if whole("n_refits", n_refits) < 2:
        raise ValueError(f"expected at least 2 refits, got {n_refits}; 999 are usual")
    if not fit.converged:
        raise ValueError(
            f"expected a fit that converged, got one that is {fit.status.name}; "
            "there is no estimate to resample around"
        )
    generator = as_generator(rng)
    sizes = [len(part) for part in np.array_split(np.arange(n_refits), -(-n_refits // TOGETHER))]
    # A generator for each batch: the draws are then the same however many threads there are.
    jobs = list(zip(sizes, generator.spawn(len(sizes)), strict=True))
    # NumPy lets other threads run while it computes, so threads are enough for all cores.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        climbs = list(pool.map(lambda job: _refit(fit, kind, *job), jobs))
    status: dict[str, int] = {}
    for climbed in climbs:
        for one in climbed.status:
            status[one.name] = status.get(one.name, 0) + 1
    done = [
        np.array([one is Status.CONVERGED for one in climbed.status], dtype=bool)
        for climbed in climbs
    ]
    weights, means, sds = (
        np.concatenate([climbed.at[part][ok] for climbed, ok in zip(climbs, done, strict=True)])
        for part in range(3)
    )
    center, unit = fit.data.mean, fit.data.sd
    return Bootstrap(Parameters(weights, center + unit * means, unit * sds), kind, n_refits, status)


def _refit(fit: Fit, kind: str, size: int, rng: np.random.Generator) -> Ascent:
    """One batch of refits, in standardised units."""
    x, weights = (_redrawn if kind == "nonparametric" else _simulated)(fit, size, rng)
    start = Parameters(*(np.repeat(value, size, axis=0) for value in fit.at))
    return ascend(x, weights, start, fit.coordinates, em_passes=2, penalty=fit.penalty)


def _redrawn(fit: Fit, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The data drawn with replacement: the same values with random counts."""
    x = fit.data.standardised
    shares = fit.data.weights / fit.data.weights.sum()
    counts = rng.multinomial(round(fit.data.n), shares, size=size)
    return x, counts.astype(np.float64)


def _simulated(fit: Fit, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Data drawn from the fit."""
    n = round(fit.sample.n)
    if n <= WHOLE:
        drawn = np.stack([_standard_draws(fit, n, rng) for _ in range(size)])
        return drawn, np.ones(n)
    nodes = [squash(_standard_draws(fit, n, rng), None) for _ in range(size)]
    longest = max(found.values.size for found in nodes)
    x, weights = np.zeros((size, longest)), np.zeros((size, longest))
    for row, found in enumerate(nodes):
        x[row, : found.values.size] = found.values
        weights[row, : found.values.size] = found.weights
    return x, weights


def _standard_draws(fit: Fit, n: int, rng: np.random.Generator) -> Floats:
    weights, means, sds = (value[0] for value in fit.at)
    counts = rng.multinomial(n, weights)
    return np.concatenate(
        [rng.normal(m, s, size) for m, s, size in zip(means, sds, counts, strict=True)]
    )
