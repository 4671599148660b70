"""The lattice: all two-component mixtures with the sample's mean and variance, looked at at once.

At a stationary point of the likelihood the mixture's mean and variance are the sample's, so of
five parameters three are left: the weight p, the share phi^2 of the variance that lies between
the means (both as in Kamary, Lee & Robert 2018), and the ratio of the sds. A lattice in these
three is the same for all standardised data. Its peaks are better starts than random ones, and
cost one pass in single precision.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.likelihood.parameters import Parameters

__all__ = ["lattice_size", "peaks", "tail_cuts", "tails"]

Floats = NDArray[np.float64]

WEIGHTS = np.r_[-6.0, np.linspace(-4.5, 4.5, 13), 6.0]
"""Logits of the first weight."""
BETWEEN = np.r_[0.05, np.linspace(0.2, 3.2, 9)]
"""Inverse hyperbolic tangents of phi."""
RATIOS = np.linspace(-2.4, 2.4, 7)
"""Logs of the first sd over the second."""
TAIL = 0.2
"""Share of the data below which a tail is tried as a group."""
CELLS = 1 << 15
"""Mixture-by-value cells worked on at a time."""
LOWEST = -80.0
"""Lower logs of densities count as this; single precision has no numbers for them."""


class _Lattice(NamedTuple):
    neighbours: NDArray[np.intp]
    """Of each point, as `_neighbours` has them."""
    at: Parameters
    """Of shape (L, 2)."""
    polynomials: NDArray[np.float32]
    """Of each weighted log-density the coefficients of 1, x and x^2, of shape (2, L, 3)."""


@cache
def _lattice(equal_sds: bool) -> _Lattice:
    def logistic(x: Floats) -> Floats:
        return 1.0 / (1.0 + np.exp(-x))

    p = logistic(WEIGHTS)[:, None, None]
    phi = np.tanh(BETWEEN)[None, :, None]
    square = np.exp(2 * (np.zeros(1) if equal_sds else RATIOS))[None, None, :]
    weights = np.stack([p, 1 - p], axis=-1)
    means = np.stack([-phi * np.sqrt((1 - p) / p), phi * np.sqrt(p / (1 - p))], axis=-1)
    second = (1 - phi**2) / (p * square + 1 - p)
    variances = np.stack([square * second, second], axis=-1)
    weights, means, variances = np.broadcast_arrays(weights, means, variances)
    at = Parameters(*(v.reshape(-1, 2) for v in (weights, means, np.sqrt(variances))))
    return _Lattice(_neighbours(variances.shape[:-1]), at, _polynomials(at))


def lattice_size(*, equal_sds: bool) -> int:
    """The number of lattice points."""
    return len(_lattice(equal_sds).at.means)


def _polynomials(at: Parameters) -> NDArray[np.float32]:
    linear = at.means / at.sds**2
    constant = np.log(at.weights / at.sds) - 0.5 * at.means * linear
    polynomials = np.stack([constant, linear, -0.5 / at.sds**2], axis=-1)
    return polynomials.swapaxes(0, 1).astype(np.float32)


def tail_cuts(x: Floats, weights: Floats) -> Parameters:
    """The shares, means and sds of the outermost 1, 2, 4, ... values on either side.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Standardised values in increasing order and their weights.

    Returns
    -------
    Parameters
        Each of shape (B,).
    """
    powers = np.stack([weights, weights * x, weights * x * x])
    sums = np.cumsum(np.stack([powers, powers[:, ::-1]], axis=1), axis=2)
    last = 2 ** np.arange(int(np.log2(x.size))) - 1
    counts, first, second = sums[:, :, last].reshape(3, -1)
    kept = counts < TAIL * weights.sum()
    counts, means = counts[kept], first[kept] / counts[kept]
    variances = np.maximum(second[kept] / counts - means**2, 0.0)
    return Parameters(counts / weights.sum(), means, np.sqrt(variances))


def tails(x: Floats, weights: Floats) -> tuple[Parameters, Floats]:
    """Mixtures of a tail of the data and the rest, with one sd, which fall between the lattice.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Standardised values in increasing order and their weights.

    Returns
    -------
    at : Parameters
        Of shape (B, 2), the highest first.
    loglik : ndarray of shape (B,)
        Log-likelihoods, less the constant that all share.
    """
    p, means, _ = tail_cuts(x, weights)
    other = -means * p / (1 - p)
    sd = np.sqrt(np.maximum(1.0 - p * means**2 - (1 - p) * other**2, 0.0)) + 1e-3
    at = Parameters(
        np.stack([p, 1 - p], axis=1), np.stack([means, other], axis=1), np.stack([sd, sd], axis=1)
    )
    # What lies far out decides here: not in single precision, nor cut off.
    z = (x - at.means[..., None]) / at.sds[..., None]
    joint = np.log(at.weights / at.sds)[..., None] - 0.5 * z**2
    loglik = np.logaddexp(joint[:, 0], joint[:, 1]) @ weights
    order = np.argsort(-loglik, kind="stable")
    return at.rows(order), loglik[order]


def peaks(x: Floats, weights: Floats, *, equal_sds: bool) -> tuple[Parameters, Floats]:
    """The lattice points above all of their neighbours.

    Parameters
    ----------
    x, weights : ndarray of shape (n,)
        Standardised values and their weights.
    equal_sds : bool
        Whether the components share one sd.

    Returns
    -------
    at : Parameters
        Of shape (B, 2), the highest first.
    loglik : ndarray of shape (B,)
        Log-likelihoods, to a few digits.
    """
    lattice = _lattice(equal_sds)
    loglik = _logliks(x, weights, lattice.polynomials)
    found = np.flatnonzero(_uphill(loglik, lattice.neighbours) == np.arange(loglik.size))
    found = found[np.argsort(-loglik[found], kind="stable")]
    return lattice.at.rows(found), loglik[found]


def _logliks(x: Floats, weights: Floats, polynomials: NDArray[np.float32]) -> Floats:
    powers = np.stack([np.ones_like(x), x, x * x]).astype(np.float32)
    mass = weights.astype(np.float32)
    parts = []
    width = max(CELLS // x.size, 1)
    for begin in range(0, polynomials.shape[1], width):
        joint = polynomials[:, begin : begin + width] @ powers
        np.maximum(joint, LOWEST, out=joint)
        np.exp(joint, out=joint)
        joint[0] += joint[1]
        parts.append(np.log(joint[0], out=joint[0]) @ mass)
    return np.concatenate(parts).astype(np.float64)


def _uphill(height: Floats, neighbours: NDArray[np.intp]) -> NDArray[np.intp]:
    """The highest neighbour of each point, itself among them, as flat indices."""
    around = np.append(height, -np.inf)[neighbours]
    best: NDArray[np.intp] = np.take_along_axis(neighbours, around.argmax(axis=0)[None], axis=0)[0]
    return best


def _neighbours(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The flat indices of each point and all around it, (27, L); L where there is none."""
    size = int(np.prod(shape))
    padded = np.full([length + 2 for length in shape], size)
    padded[1:-1, 1:-1, 1:-1] = np.arange(size).reshape(shape)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3, 3))
    return windows.reshape(size, 27).T.copy()
