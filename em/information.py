"""One pass over the data: log-likelihood, score and observed information, exact for any K.

Louis (1982): the observed information is the complete-data information less the variance of
the complete-data score given the data. In one dimension both are sums of a few powers of
``z = (x - mean) / sd``, so a pass costs little more than an E-step. Everything is batched over
a leading dimension, which is how many starts or many bootstrap samples climb at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.coordinates import Coordinates
from em.mixture import HALF_LOG_2PI, Parameters

__all__ = ["Expected", "Pass", "expect", "natural_jacobian", "sweep"]

Floats = NDArray[np.float64]

BLOCK = 1 << 14
"""Component-by-value cells worked on at a time: the temporaries then stay in the cache."""
NARROWEST = 256
"""Values looked at together at least, however large the batch: fewer would cost more in calls."""


class Pass(NamedTuple):
    """What one pass over the data yields; B is the size of the batch."""

    loglik: Floats
    """Log-likelihoods, of shape (B,)."""
    counts: Floats
    """Sums of responsibilities, of shape (B, K)."""
    first: Floats
    """Sums of responsibility times z, of shape (B, K)."""
    second: Floats
    """Sums of responsibility times z squared, of shape (B, K)."""
    score: Floats
    """Gradient of the log-likelihood in the free coordinates, of shape (B, size)."""
    information: Floats
    """Observed information in the free coordinates, of shape (B, size, size)."""
    complete: Floats
    """Complete-data information as it is at a maximum, of shape (B, size, size)."""
    outer: Floats
    """Sum of the outer products of the scores of single values, (B, size, size), if asked for."""


class Expected(NamedTuple):
    """What the E-step of a batch yields, each as in `Pass`."""

    loglik: Floats
    counts: Floats
    first: Floats
    second: Floats


def expect(x: Floats, weights: Floats, at: Parameters, penalty: float = 0.0) -> Expected:
    """Pass once over the data for an EM step alone, at half the cost of `sweep`.

    Parameters
    ----------
    x, weights, at, penalty
        As for `sweep`.

    Returns
    -------
    Expected
    """
    batch, k = at.means.shape
    loglik = np.zeros(batch)
    moments = np.zeros((3, batch, k))
    with np.errstate(divide="ignore", under="ignore"):
        constant = np.log(at.weights) - np.log(at.sds) - HALF_LOG_2PI
        width = max(BLOCK // (batch * k), NARROWEST)
        for begin in range(0, x.shape[-1], width):
            block = slice(begin, begin + width)
            z, z2, r, w = _responsible(x[..., block], weights[..., block], at, constant, loglik)
            r *= w
            moments[0] += r.sum(axis=-1)
            moments[1] += np.einsum("bkn,bkn->bk", r, z)
            moments[2] += np.einsum("bkn,bkn->bk", r, z2)
    if penalty:
        loglik -= penalty * (at.sds**-2.0 + 2 * np.log(at.sds)).sum(axis=1)
    return Expected(loglik, *moments)


def sweep(
    x: Floats,
    weights: Floats,
    at: Parameters,
    coordinates: Coordinates,
    penalty: float = 0.0,
    scale: tuple[float, float] | None = None,
    *,
    with_outer: bool = False,
) -> Pass:
    """Pass once over the data with a batch of mixtures.

    Parameters
    ----------
    x, weights : ndarray of shape (n,) or (B, n)
        Values and their weights, the same for the whole batch or a row for each mixture.
    at : Parameters
        Weights, means and sds, each of shape (B, K).
    coordinates : Coordinates
    penalty : float
        The factor a of the penalty ``-a sum_k (1 / s_k^2 + log s_k^2)`` that keeps sds from
        shrinking to zero (Chen, Tan & Zhang 2008), the sample's sd being one.
    scale : tuple of float, optional
        Take this center off `x` and divide by this unit, block by block, so that no
        standardised copy of large data is needed.
    with_outer : bool
        Whether to make `Pass.outer`, which only the sandwich needs; zeros otherwise.

    Returns
    -------
    Pass
    """
    batch, k = at.means.shape
    n = x.shape[-1]
    loglik = np.zeros(batch)
    moments = np.zeros((5, batch, k))
    products = np.zeros((batch, 3 * k, 3 * k))
    with np.errstate(divide="ignore", under="ignore"):
        constant = np.log(at.weights) - np.log(at.sds) - HALF_LOG_2PI
        width = max(BLOCK // (batch * k), NARROWEST)
        for begin in range(0, n, width):
            block = slice(begin, begin + width)
            piece = x[..., block] if scale is None else (x[..., block] - scale[0]) / scale[1]
            _accumulate(piece, weights[..., block], at, constant, loglik, moments, products)
    return _assemble(loglik, moments, products, at, coordinates, penalty, with_outer)


def _accumulate(
    x: Floats,
    w: Floats,
    at: Parameters,
    constant: Floats,
    loglik: Floats,
    moments: Floats,
    products: Floats,
) -> None:
    batch, k = at.means.shape
    z, z2, r, weights = _responsible(x, w, at, constant, loglik)
    # Rows r, r z and r (z^2 - 1): the complete-data scores, weighted by the responsibility.
    rows = np.empty((batch, 3, k, x.shape[-1]))
    np.copyto(rows[:, 0], r)
    np.multiply(r, z, out=rows[:, 1])
    np.multiply(r, z2, out=rows[:, 2])
    mass = rows * (weights if weights.ndim == 1 else weights[:, None])
    moments[:3] += mass.sum(axis=-1).transpose(1, 0, 2)
    moments[3] += np.einsum("bkn,bkn->bk", mass[:, 1], z2)
    moments[4] += np.einsum("bkn,bkn->bk", mass[:, 2], z2)
    rows[:, 2] -= r
    mass[:, 2] -= mass[:, 0]
    flat = (batch, 3 * k, x.shape[-1])
    products += mass.reshape(flat) @ rows.reshape(flat).swapaxes(1, 2)


def _responsible(
    x: Floats, w: Floats, at: Parameters, constant: Floats, loglik: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """z, its square, the responsibilities, and weights to multiply these with; adds up `loglik`."""
    z = (x[..., None, :] if x.ndim == 2 else x) - at.means[..., None]
    z /= at.sds[..., None]
    z2 = z * z
    r = z2 * -0.5
    r += constant[..., None]
    top = r.max(axis=1)
    r -= top[:, None]
    np.exp(r, out=r)
    total = r.sum(axis=1)
    r /= total[:, None]
    np.log(total, out=total)
    total += top
    loglik += total @ w if w.ndim == 1 else np.einsum("bn,bn->b", total, w)
    return z, z2, r, w if w.ndim == 1 else w[:, None]


def _assemble(
    loglik: Floats,
    moments: Floats,
    products: Floats,
    at: Parameters,
    coordinates: Coordinates,
    penalty: float,
    with_outer: bool,
) -> Pass:
    """Score and information in the free coordinates, from the sums of powers of z."""
    m0, m1, m2, m3, m4 = moments
    k = m0.shape[1]
    inverse = 1.0 / at.sds
    scale = np.concatenate([np.ones_like(m0), inverse, np.ones_like(m0)], axis=1)

    jacobian = coordinates.jacobian(at.weights)
    turned = jacobian.swapaxes(1, 2)
    spread = scale[:, :, None] * scale[:, None, :]
    outer = turned @ (products * spread) @ jacobian if with_outer else 0 * products[:, :1, :1]

    # The variance of the complete-data score given the data, in raw coordinates (e, mean, log sd),
    # less the complete-data information; both in units of the component's own sd first.
    raw = products
    corner, middle = m0 - m2, 3 * m1 - m3
    correction = np.array(
        [[-m0, -m1, corner], [-m1, corner, middle], [corner, middle, 4 * m2 - m4 - m0]]
    )
    # Only within a component: a view of what stands at its own place in every block.
    own = np.einsum("naibi->nabi", raw.reshape(-1, 3, k, 3, k))
    own += correction.transpose(2, 0, 1, 3)
    raw *= spread

    slope = np.concatenate([m0, m1 * inverse, m2 - m0], axis=1)
    if penalty:
        pull = 2 * penalty * inverse**2
        loglik = loglik - penalty * (inverse**2 - 2 * np.log(inverse)).sum(axis=1)
        slope[:, 2 * k :] += pull - 2 * penalty
        ls = np.arange(2 * k, 3 * k)
        raw[:, ls, ls] += 2 * pull
    score = (turned @ slope[..., None])[..., 0]
    information = turned @ raw @ jacobian
    held = 2 * m0 + 4 * penalty * inverse**2
    ideal = np.concatenate([np.zeros_like(m0), m0 * inverse**2, held], axis=1)
    complete = turned @ (ideal[..., None] * jacobian)
    q = coordinates.n_logits
    if q:
        block = coordinates.multinomial(at.weights, m0)
        information[:, :q, :q] += block
        complete[:, :q, :q] += block
    return Pass(loglik, m0, m1, m2, score, information, complete, outer)


def natural_jacobian(at: Parameters, coordinates: Coordinates) -> Floats:
    """Derivative of (weights, means, sds) by the free coordinates, of shape (3K, size).

    The delta method takes a covariance matrix from one to the other.

    Parameters
    ----------
    at : Parameters
        One mixture: arrays of shape (K,).
    coordinates : Coordinates

    Returns
    -------
    ndarray of shape (3 * K, size)
    """
    k = at.means.size
    jacobian = np.array(coordinates.jacobian(at.weights))
    jacobian[:k] *= at.weights[:, None]
    jacobian[2 * k :] *= at.sds[:, None]
    return jacobian
