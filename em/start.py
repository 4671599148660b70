"""Starting mixtures: many, different from one another, and seeded.

On the line a component is either a stretch of the data or a spread about a common centre, so
the starts cut the sorted data into stretches at random places, and a few put narrow components
somewhere inside a wide one. The first start cuts at equal probabilities and needs no luck.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from em.mixture import Parameters

__all__ = ["coarse", "starts"]

Floats = NDArray[np.float64]


def starts(
    x: Floats, weights: Floats, n_components: int, n_starts: int, rng: np.random.Generator
) -> Parameters:
    """Starting values for a batch of climbs.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Distinct values in increasing order, standardised, and their weights.
    n_components : int
    n_starts : int
    rng : numpy.random.Generator

    Returns
    -------
    Parameters
        Of shape (n_starts, n_components). The first does not depend on `rng`.
    """
    k = n_components
    if k == 1:
        one = np.ones((1, 1))
        return Parameters(one, 0 * one, one)
    # Even shares find groups of like size; uneven ones find a few values out in a tail.
    shares = rng.dirichlet(np.full(k, 2.0), size=n_starts)
    shares[1::2] = rng.dirichlet(np.full(k, 0.4), size=shares[1::2].shape[0])
    shares[0] = 1.0 / k
    # A cut falls between two values, so that every stretch holds at least one of them.
    position = np.cumsum(weights) - 0.5 * weights
    cuts = np.searchsorted(position, np.cumsum(shares, axis=1)[:, :-1] * weights.sum())
    edges = np.zeros((n_starts, k + 1), dtype=np.intp)
    edges[:, -1] = x.size
    for j in range(1, k):
        lowest = edges[:, j - 1] + 1
        edges[:, j] = np.clip(cuts[:, j - 1], lowest, x.size - k + j)

    def between(values: Floats) -> Floats:
        running = np.concatenate([[0.0], np.cumsum(values)])
        return np.diff(running[edges], axis=1)

    counts = between(weights)
    means = between(weights * x) / counts
    squares = between(weights * x * x) / counts - means**2
    # A stretch cut out of a wider component is too narrow; half its width on top allows for it.
    sds = np.sqrt(np.maximum(squares, 0.0)) * 1.25 + 0.05

    nested = np.arange(3, n_starts, 4)
    if nested.size:
        ladder = 2.0 ** -np.arange(k)
        middle = np.searchsorted(position, rng.uniform(0, position[-1], size=(nested.size, k)))
        means[nested] = x[middle]
        sds[nested] = 1.2 * ladder
        means[nested, 0] = 0.0
        counts[nested] = ladder / ladder.sum()
    total = counts.sum(axis=1, keepdims=True)
    return Parameters(counts / total, means, sds)


def coarse(x: Floats, weights: Floats, n_bins: int) -> tuple[Floats, Floats]:
    """About twice `n_bins` weighted points that stand for the data while starts are tried.

    Each of `n_bins` stretches of about equal weight is replaced by the two points that have
    its weight and first four moments, 0 to 3 (the two-point Gauss rule of its distribution).

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Distinct values in increasing order, standardised, and their weights.
    n_bins : int

    Returns
    -------
    x, weights : ndarray
        At most ``2 * n_bins`` points.
    """
    position = np.cumsum(weights)
    edges = np.searchsorted(position, np.linspace(0, position[-1], n_bins + 1)[:-1])
    edges = np.unique(edges)
    mass = np.add.reduceat(weights, edges)
    mean = np.add.reduceat(weights * x, edges) / mass
    away = x - np.repeat(mean, np.diff(np.append(edges, x.size)))
    variance = np.add.reduceat(weights * away**2, edges) / mass
    third = np.add.reduceat(weights * away**3, edges) / mass
    with np.errstate(divide="ignore", invalid="ignore"):
        lean = np.where(variance > 0, 0.5 * third / variance, 0.0)
        half = np.sqrt(variance + lean**2)
        upper_share = np.where(half > 0, 0.5 * (1 - lean / half), 0.0)
    points = np.concatenate([mean + lean - half, mean + lean + half])
    shares = np.concatenate([mass * (1 - upper_share), mass * upper_share])
    order = np.argsort(points, kind="stable")
    order = order[shares[order] > 0]
    return points[order], shares[order]
