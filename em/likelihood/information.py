"""One pass over the data: log-likelihood, score and observed information, exact for any K.

Louis (1982): the observed information is the complete-data information less the variance of
the complete-data score given the data. In one dimension both are sums of a few powers of
``z = (x - mean) / sd``, so a pass costs little more than an E-step. Of rounded values the powers
of z are not known but expected, given the interval (see `em.likelihood.rounding`), and all else
holds as it stands. Everything is batched over a leading dimension, which is how many starts or many
bootstrap samples climb at once.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.likelihood.coordinates import Coordinates
from em.likelihood.density import HALF_LOG_2PI
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.likelihood.rounding import within

__all__ = ["Expected", "Pass", "Room", "expect", "natural_jacobian", "sweep"]

Floats = NDArray[np.float64]

BLOCK = 1 << 14
"""Component-by-value cells worked on at a time: the temporaries then stay in the cache."""
NARROWEST = 256
"""Values looked at together at least, however large the batch: fewer would cost more in calls."""


class Room:
    """Arrays to work in, which many passes share.

    Asking the system for fresh ones costs several times the arithmetic done in them.
    """

    def __init__(self) -> None:
        self._held: dict[str, Floats] = {}

    def array(self, name: str, *shape: int) -> Floats:
        """An array of this shape, with what happened to stand in it."""
        size = math.prod(shape)
        held = self._held.get(name)
        if held is None or held.size < size:
            held = self._held[name] = np.empty(size)
        return held[:size].reshape(shape)


class Pass(NamedTuple):
    """What one pass over the data yields; B is the size of the batch."""

    loglik: Floats
    """Log-likelihoods, of shape (B,)."""
    counts: Floats
    """Sums of responsibilities, of shape (B, K)."""
    first: Floats
    """Sums of responsibility times z, or what is expected of it, of shape (B, K)."""
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


def expect(
    data: Observed, at: Parameters, penalty: float = 0.0, room: Room | None = None
) -> Expected:
    """Pass once over the data for an EM step alone, at half the cost of `sweep`.

    Parameters
    ----------
    data, at, penalty, room
        As for `sweep`.

    Returns
    -------
    Expected
    """
    room = room or Room()
    x, weights = data.x, data.weights
    batch, k = at.means.shape
    loglik = np.zeros(batch)
    moments = np.zeros((3, batch, k))
    with np.errstate(divide="ignore", under="ignore"):
        constant = np.log(at.weights / at.sds) - HALF_LOG_2PI
        width = max(BLOCK // (batch * k), NARROWEST)
        for begin in range(0, x.shape[-1], width):
            piece, w = x[..., begin : begin + width], weights[..., begin : begin + width]
            r = room.array("r", batch, k, piece.shape[-1])
            z, z2 = _responsible(piece, w, data.rounding, at, constant, loglik, r, room, 2)
            r *= w if w.ndim == 1 else w[:, None]
            moments[0] += r.sum(axis=-1)
            moments[1] += np.einsum("bkn,bkn->bk", r, z)
            moments[2] += np.einsum("bkn,bkn->bk", r, z2)
    if penalty:
        loglik -= penalty * (at.sds**-2.0 + 2 * np.log(at.sds)).sum(axis=1)
    return Expected(loglik, *moments)


def sweep(
    data: Observed,
    at: Parameters,
    coordinates: Coordinates,
    penalty: float = 0.0,
    scale: tuple[float, float] | None = None,
    *,
    with_outer: bool = False,
    room: Room | None = None,
) -> Pass:
    """Pass once over the data with a batch of mixtures.

    Parameters
    ----------
    data : Observed
        Values and their weights, the same for the whole batch or a row for each mixture. Of
        rounded values the probability of their interval is taken, over its width: log-likelihoods
        are those of densities still, and tend to those of exact values as the steps get finer.
    at : Parameters
        Weights, means and sds, each of shape (B, K).
    coordinates : Coordinates
    penalty : float
        The factor a of the penalty ``-a sum_k (1 / s_k^2 + log s_k^2)`` that keeps sds from
        shrinking to zero (Chen, Tan & Zhang 2008), the sample's sd being one.
    scale : tuple of float, optional
        Take this center off the values and divide by this unit, block by block, so that no
        standardised copy of large data is needed. The rounding is in this unit already.
    with_outer : bool
        Whether to make `Pass.outer`, which only the sandwich needs; zeros otherwise.
    room : Room, optional
        Where to work; a fresh one by default.

    Returns
    -------
    Pass
    """
    room = room or Room()
    x, weights = data.x, data.weights
    batch, k = at.means.shape
    n = x.shape[-1]
    loglik = np.zeros(batch)
    moments = np.zeros((5, batch, k))
    products = np.zeros((batch, 3 * k, 3 * k))
    with np.errstate(divide="ignore", under="ignore"):
        constant = np.log(at.weights / at.sds) - HALF_LOG_2PI
        width = max(BLOCK // (batch * k), NARROWEST)
        for begin in range(0, n, width):
            piece, w = x[..., begin : begin + width], weights[..., begin : begin + width]
            if scale is not None:
                piece = (piece - scale[0]) / scale[1]
            _accumulate(piece, w, data.rounding, at, constant, loglik, moments, products, room)
    return _assemble(loglik, moments, products, at, coordinates, penalty, with_outer)


def _accumulate(
    x: Floats,
    w: Floats,
    rounding: float,
    at: Parameters,
    constant: Floats,
    loglik: Floats,
    moments: Floats,
    products: Floats,
    room: Room,
) -> None:
    batch, k = at.means.shape
    n = x.shape[-1]
    # Rows r, r z and r (z^2 - 1): the complete-data scores, weighted by the responsibility.
    rows = room.array("rows", batch, 3, k, n)
    r = rows[:, 0]
    z, z2, *higher = _responsible(x, w, rounding, at, constant, loglik, r, room, 4)
    np.multiply(r, z, out=rows[:, 1])
    np.multiply(r, z2, out=rows[:, 2])
    mass = np.multiply(
        rows, w if w.ndim == 1 else w[:, None, None], out=room.array("mass", batch, 3, k, n)
    )
    moments[:3] += mass.sum(axis=-1).swapaxes(0, 1)
    if higher:  # what is expected of z^3 is not the product of what is of z and of z^2
        pairs = [(mass[:, 0], power) for power in higher]
    else:
        pairs = [(mass[:, 1], z2), (mass[:, 2], z2)]
    for place, (held, power) in enumerate(pairs, start=3):
        moments[place] += np.einsum("bkn,bkn->bk", held, power)
    rows[:, 2] -= r
    mass[:, 2] -= mass[:, 0]
    flat = (batch, 3 * k, n)
    products += mass.reshape(flat) @ rows.reshape(flat).swapaxes(1, 2)


def _responsible(
    x: Floats,
    w: Floats,
    rounding: float,
    at: Parameters,
    constant: Floats,
    loglik: Floats,
    r: Floats,
    room: Room,
    n_moments: int,
) -> tuple[Floats, ...]:
    """Powers of z; fills the responsibilities and adds up `loglik`.

    Of exact values z and its square, of rounded ones what is expected of the first `n_moments`.
    """
    shape = r.shape
    z = room.array("z", *shape)
    np.subtract(x[..., None, :], at.means[..., None], out=z)
    z /= at.sds[..., None]
    if rounding:
        log_mean, powers = within(z, (rounding / at.sds)[..., None], n_moments)
        np.copyto(r, log_mean)
    else:
        z2 = np.multiply(z, z, out=room.array("z2", *shape))
        np.multiply(z2, -0.5, out=r)
        powers = z, z2
    r += constant[..., None]
    top = r.max(axis=1)
    r -= top[:, None]
    np.exp(r, out=r)
    total = r.sum(axis=1)
    r /= total[:, None]
    np.log(total, out=total)
    total += top
    loglik += total @ w if w.ndim == 1 else np.einsum("bn,bn->b", total, w)
    return powers


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
    batch, k = m0.shape
    inverse = 1.0 / at.sds
    # Sums are in units of the component's own sd, which the derivative of the means takes off.
    jacobian = coordinates.jacobian(at.weights, inverse)
    turned = jacobian.swapaxes(1, 2)
    outer = turned @ products @ jacobian if with_outer else products[:, :1, :1] * 0.0

    # The variance of the complete-data score given the data, in raw coordinates (e, mean, log sd),
    # less the complete-data information.
    corner, middle = m0 - m2, 3 * m1 - m3
    correction = np.array(
        [[-m0, -m1, corner], [-m1, corner, middle], [corner, middle, 4 * m2 - m4 - m0]]
    )
    # Only within a component: a view of what stands at its own place in every block.
    own = np.einsum("naibi->nabi", products.reshape(batch, 3, k, 3, k))
    own += correction.transpose(2, 0, 1, 3)

    slope = np.concatenate([m0, m1, m2 - m0], axis=1)
    held = 2 * m0
    if penalty:
        square = inverse**2
        loglik = loglik - penalty * (square - 2 * np.log(inverse)).sum(axis=1)
        slope[:, 2 * k :] += 2 * penalty * (square - 1.0)
        ls = np.arange(2 * k, 3 * k)
        products[:, ls, ls] += 4 * penalty * square
        held += 4 * penalty * square
    score = (turned @ slope[..., None])[..., 0]
    information = turned @ products @ jacobian
    ideal = np.concatenate([np.zeros_like(m0), m0, held], axis=1)
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
    jacobian = coordinates.jacobian(at.weights)
    jacobian[:k] *= at.weights[:, None]
    jacobian[2 * k :] *= at.sds[:, None]
    return jacobian
