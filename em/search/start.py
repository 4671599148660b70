"""Starting mixtures: many, different from one another, and seeded.

On the line a component is either a stretch of the data or a spread about a common centre, so
the starts cut the sorted data into stretches at random places, and a few put narrow components
somewhere inside a wide one. The first start cuts at equal probabilities and needs no luck.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from em.likelihood.density import log_joint
from em.likelihood.parameters import Parameters, stacked
from em.search.lattice import peaks, tail_cuts
from em.search.options import Options

__all__ = ["coarse", "parted", "pinned", "pooled", "split", "starts", "with_tail"]

Floats = NDArray[np.float64]

PART = 24
"""Stretches into which what a component accounts for is cut, so that it can be looked at alone."""
PAIRS = 4
"""Best pairs that a component is replaced by."""
TRACE = 1e-3
"""Values that belong to a component with less than this probability are no part of it."""
SPLIT = 0.5
"""How far apart the halves of a split component start, in its sds."""


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
    # Far-off values make the sd of all large against a stretch of the others.
    half = x[np.searchsorted(position, [0.25 * position[-1], 0.75 * position[-1]])]
    usual = min(1.0, float(half[1] - half[0]))
    sds = np.sqrt(np.maximum(squares, 0.0)) * 1.25 + 0.05 * usual + 1e-6

    nested = np.arange(3, n_starts, 4)
    if nested.size:
        ladder = 2.0 ** -np.arange(k)
        middle = np.searchsorted(position, rng.uniform(0, position[-1], size=(nested.size, k)))
        means[nested] = x[middle]
        sds[nested] = (1.2 * usual ** rng.uniform(size=(nested.size, 1)) + 1e-6) * ladder
        means[nested, 0] = 0.0
        counts[nested] = ladder / ladder.sum()
    total = counts.sum(axis=1, keepdims=True)
    return Parameters(counts / total, means, sds)


def split(one: Parameters, apart: float = SPLIT) -> Parameters:
    """For each component of one mixture, the mixture with that component cut in two."""
    weights, means, sds = (value[0] for value in one)
    k = weights.size
    rows = []
    for j in range(k):
        others = np.delete(np.arange(k), j)
        shift = apart * sds[j]
        # Halves this far apart with this sd have the variance of the whole.
        narrow = sds[j] * np.sqrt(1.0 - apart**2)
        rows.append(
            (
                np.r_[weights[others], 0.5 * weights[j], 0.5 * weights[j]],
                np.r_[means[others], means[j] - shift, means[j] + shift],
                np.r_[sds[others], narrow, narrow],
            )
        )
    return Parameters(*(np.stack(column) for column in zip(*rows, strict=True)))


def parted(one: Parameters, x: Floats, weights: Floats) -> Parameters:
    """One mixture with each component replaced by the best pairs for what it accounts for.

    Parameters
    ----------
    one : Parameters
        Of shape (1, K).
    x, weights : ndarray of shape (n,)
        Distinct values in increasing order, standardised, and their weights.

    Returns
    -------
    Parameters
        Of shape (B, K + 1).
    """
    at = one.rows(0)
    joint = log_joint(x, *at)
    joint -= joint.max(axis=0)
    with np.errstate(under="ignore"):
        np.exp(joint, out=joint)
    joint *= weights / joint.sum(axis=0)
    rows = []
    for j, held in enumerate(joint):
        own = held > TRACE * weights
        if own.sum() < PART:
            continue
        points, masses = coarse(x[own], held[own], PART)
        total = float(masses.sum())
        middle = float(points @ masses) / total
        spread = float(np.sqrt((points - middle) ** 2 @ masses / total))
        if not spread > 0:
            continue
        pairs, _ = peaks((points - middle) / spread, masses, equal_sds=False)
        best = pairs.rows(slice(PAIRS))
        others = np.delete(np.arange(at.means.size), j)
        rows.append(
            Parameters(
                *(
                    np.column_stack([np.repeat(old[None, others], len(new), axis=0), new])
                    for old, new in zip(
                        at,
                        (
                            best.weights * at.weights[j],
                            middle + spread * best.means,
                            spread * best.sds,
                        ),
                        strict=True,
                    )
                )
            )
        )
    return stacked(rows) if rows else split(one)


def with_tail(one: Parameters, points: Floats, masses: Floats) -> Parameters:
    """One mixture with some part of a tail of the data as a further component."""
    tail = tail_cuts(points, masses)
    rows = tail.weights.size
    weights = np.column_stack([(1 - tail.weights)[:, None] * one.weights, tail.weights])
    means = np.column_stack([np.repeat(one.means, rows, axis=0), tail.means])
    sds = np.column_stack([np.repeat(one.sds, rows, axis=0), np.maximum(tail.sds, 0.05)])
    return Parameters(weights, means, sds)


def pooled(at: Parameters) -> Parameters:
    """The same with one sd for all components."""
    pooled = np.sqrt((at.weights * at.sds**2).sum(axis=1, keepdims=True))
    return at._replace(sds=np.broadcast_to(pooled, at.sds.shape).copy())


def pinned(at: Parameters, options: Options) -> Parameters:
    """Put the fixed parameters into starting mixtures.

    Parameters
    ----------
    at : Parameters
        Of shape (B, K), standardised.
    options : Options

    Returns
    -------
    em.Parameters
    """
    weights, means, sds = (value.copy() for value in at)
    wanted = options.fixed
    if wanted is None:
        return at
    held = ~np.isnan(wanted.weights)
    if held.any():
        free = ~held
        weights[:, held] = wanted.weights[held]
        left = 1.0 - wanted.weights[held].sum()
        if free.any():
            weights[:, free] *= left / weights[:, free].sum(axis=1, keepdims=True)
    for values, fixed in ((means, wanted.means), (sds, wanted.sds)):
        held = ~np.isnan(fixed)
        values[:, held] = fixed[held]
    if options.equal_sds and (~np.isnan(wanted.sds)).any():
        sds[:] = wanted.sds[~np.isnan(wanted.sds)][0]
    return Parameters(weights, means, sds)


def coarse(x: Floats, weights: Floats, n_bins: int) -> tuple[Floats, Floats]:
    """About twice `n_bins` weighted points that stand for the data while starts are tried.

    Each of `n_bins` stretches of about equal weight is replaced by the two points that have
    its weight and first four moments, 0 to 3 (the two-point Gauss rule of its distribution).
    The outermost stretches are cut in halves, towards the end of the data, down to single values.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Distinct values in increasing order, standardised, and their weights.
    n_bins : int

    Returns
    -------
    x, weights : ndarray
        No more than two points for each stretch.
    """
    position = np.cumsum(weights)
    inner = np.arange(1, n_bins) / n_bins
    # A few values out in a tail may be a group: there the stretches halve down to single values.
    halves = 0.5 ** np.arange(1, max(int(np.log2(x.size / n_bins)), 0) + 2) / n_bins
    cuts = np.concatenate([[0.0], halves[::-1], inner, 1.0 - halves]) * position[-1]
    edges = np.unique(np.minimum(np.searchsorted(position, cuts), x.size - 1))
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
