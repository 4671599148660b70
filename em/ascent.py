"""The climb: EM passes first, then Newton steps that may never lower the likelihood.

EM alone creeps here: on overlapping groups it gains a factor of about 0.997 in distance for each
pass. One pass yields both the EM step and the exact curvature, so the climb takes EM steps until
it is under way, then Newton steps in the directions where EM is slow (the hybrid of Redner &
Walker 1984 and Aitkin & Aitkin 1996). In the metric of the complete-data information the
eigenvalues of the observed information are one minus EM's rates of convergence, so directions
that curve the wrong way are seen and followed uphill, steps are bounded, and a Newton step that
would lower the likelihood is refused in favour of the EM step from the same place.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.coordinates import Coordinates
from em.information import Pass, expect, sweep
from em.mixture import Parameters

__all__ = ["Ascent", "Curvature", "Status", "ascend", "curvature"]

Floats = NDArray[np.float64]

SMALLEST_SD = 1e-9
"""In units of the sample's sd: below it a component has collapsed onto one value."""
SMALLEST_COUNT = 1e-7
"""In observations: below it a component holds nothing of the data."""
FLAT = 1e-9
"""Relative curvature below which a direction is called flat."""


class Status(enum.Enum):
    """How a fit ended. Only `CONVERGED` is an answer to rely on."""

    CONVERGED = "converged: the score is zero and the likelihood curves down in every direction"
    MAX_ITER = (
        "not converged: stopped at max_iter before the score reached zero; raise max_iter or "
        "tol, or start elsewhere"
    )
    COLLAPSED = (
        "collapsed: a component sits on a few nearly equal values, such as rounding or chance "
        "leaves in any sample, where the likelihood means nothing; use fewer components, "
        "equal_sds=True or more starts"
    )
    EMPTY = (
        "empty: the weight of a component went to zero, so fewer components say the same; "
        "use fewer components"
    )
    FLAT = (
        "not identified: the likelihood is flat in some direction at its top, so the data do "
        "not tell the components apart; use fewer components"
    )

    @property
    def message(self) -> str:
        """What the status means and what to try, in one line."""
        return self.value


class Curvature(NamedTuple):
    """The observed information seen in the metric of the complete-data information."""

    eigenvalues: Floats
    """One minus the rates of EM along the eigenvectors, increasing, of shape (B, size)."""
    directions: Floats
    """Their directions as columns, of unit complete-data information, (B, size, size)."""
    slopes: Floats
    """The score along them, of shape (B, size)."""

    def step(self) -> Floats:
        """The Newton step, uphill also along directions that curve the wrong way."""
        sizes = np.maximum(np.abs(self.eigenvalues), FLAT)
        return (self.directions @ (self.slopes / sizes)[..., None])[..., 0]

    def gradient_norm(self) -> Floats:
        """The largest ``|I^-1 score| / se`` over parameters; infinite where not a maximum."""
        with np.errstate(divide="ignore", invalid="ignore"):
            variances = (self.directions**2 @ (1.0 / self.eigenvalues)[..., None])[..., 0]
            ratios = np.abs(self.step()) / np.sqrt(variances)
        norm = ratios.max(axis=-1, initial=0.0)
        return np.where((self.eigenvalues > FLAT).all(axis=-1), norm, np.inf)


def curvature(at: Pass) -> Curvature:
    """Eigenvalues and directions of the information relative to the complete-data one.

    Parameters
    ----------
    at : Pass

    Returns
    -------
    Curvature
    """
    lower = np.linalg.cholesky(at.complete)
    inverse = np.linalg.inv(lower)
    turned = inverse.swapaxes(-1, -2)
    relative = inverse @ at.information @ turned
    eigenvalues, vectors = np.linalg.eigh(0.5 * (relative + relative.swapaxes(-1, -2)))
    directions = turned @ vectors
    slopes = (directions.swapaxes(-1, -2) @ at.score[..., None])[..., 0]
    return Curvature(eigenvalues, directions, slopes)


@dataclass(frozen=True)
class Ascent:
    """Where a batch of climbs ended; B is the size of the batch."""

    at: Parameters
    """Weights, means and sds, each of shape (B, K); not sorted."""
    loglik: Floats
    """Log-likelihoods, of shape (B,)."""
    status: tuple[Status, ...]
    """How each climb ended."""
    n_iter: NDArray[np.intp]
    """Passes over the data that each climb made."""
    gradient_norm: Floats
    """The score at the end in standard errors, of shape (B,)."""
    history: tuple[tuple[float, ...], ...]
    """The log-likelihood of every accepted mixture on the way, for each climb."""


def ascend(
    x: Floats,
    weights: Floats,
    start: Parameters,
    coordinates: Coordinates,
    *,
    em_passes: int = 5,
    max_iter: int = 500,
    tol: float = 1e-8,
    radius: float = 1.0,
    penalty: float = 0.0,
) -> Ascent:
    """Climb the log-likelihood from a batch of starting mixtures.

    Parameters
    ----------
    x, weights : ndarray of shape (n,) or (B, n)
        Values, standardised so that their sd is about one, and their weights.
    start : Parameters
        Weights, means and sds, each of shape (B, K).
    coordinates : Coordinates
        Which parameters are free.
    em_passes : int
        How many passes take the EM step before Newton steps are tried.
    max_iter : int
        Passes over the data at the most.
    tol : float
        A climb has converged when its score is below `tol` standard errors.
    radius : float
        The longest Newton step, in logits, sds of the component and log sds.
    penalty : float
        As for `em.information.sweep`; log-likelihoods then include it.

    Returns
    -------
    Ascent
    """
    at = Parameters(*(np.array(value, dtype=np.float64) for value in start))
    batch = at.means.shape[0]
    total = np.broadcast_to(weights.sum(axis=-1), (batch,))
    kept = Parameters(*(value.copy() for value in at))
    fallback = Parameters(*(value.copy() for value in at))
    loglik = np.full(batch, -np.inf)
    norm = np.full(batch, np.inf)
    reach = np.full(batch, radius)
    bold = np.zeros(batch, dtype=bool)
    n_iter = np.zeros(batch, dtype=np.intp)
    status = [Status.MAX_ITER] * batch
    history: list[list[float]] = [[] for _ in range(batch)]
    active = np.arange(batch)

    gentle = min(em_passes, max_iter - 1)
    for _ in range(gentle):
        expected = expect(x, weights, at, penalty)
        for row, value in enumerate(expected.loglik.tolist()):
            history[row].append(value)
        at = coordinates.m_step(at, expected.counts, expected.first, expected.second, penalty)
    n_iter += gentle

    for _ in range(gentle, max_iter):
        here = Parameters(*(value[active] for value in at))
        one = (x, weights) if x.ndim == weights.ndim == 1 else _rows(x, weights, active)
        found = sweep(*one, here, coordinates, penalty)
        n_iter[active] += 1

        # Rounding moves a sum of n terms by about eps times its size; less is not a fall.
        slack = 4 * np.finfo(float).eps * (np.abs(found.loglik) + total[active])
        fell = bold[active] & ~(found.loglik >= loglik[active] - slack)
        for row in active[fell]:
            for target, source in zip(at, fallback, strict=True):
                target[row] = source[row]
        reach[active[fell]] *= 0.25
        bold[active[fell]] = False

        rose = ~fell
        rows = active[rose]
        if rows.size == 0:
            continue
        here = Parameters(*(value[rose] for value in here))
        found = Pass(*(value[rose] for value in found))
        reach[rows] = np.where(bold[rows], np.minimum(2 * reach[rows], radius), reach[rows])
        for target, source in zip(kept, here, strict=True):
            target[rows] = source
        loglik[rows] = found.loglik
        for row, value in zip(rows, found.loglik.tolist(), strict=True):
            history[row].append(value)

        over = _degenerate(here, found, coordinates)
        alive = np.array([state is None for state in over], dtype=bool)
        for row, state in zip(rows, over, strict=True):
            if state is not None:
                status[row] = state
        if alive.any():
            judged = Pass(*(value[alive] for value in found))
            here = Parameters(*(value[alive] for value in here))
            bent = curvature(judged)
            standing = rows[alive]
            norm[standing] = bent.gradient_norm()
            done = norm[standing] < tol
            # Where the slope is nil but the top is flat there is nowhere left to go.
            still = (bent.slopes**2).sum(axis=-1) < (1e-9**2) * total[standing]
            low = bent.eigenvalues[:, 0] if coordinates.size else np.ones(standing.size)
            flat = ~done & still & (np.abs(low) <= 1e3 * FLAT)
            for row, yes, no in zip(standing, done, flat, strict=True):
                if yes or no:
                    status[row] = Status.CONVERGED if yes else Status.FLAT
            going = ~(done | flat)
            alive[alive] = going
            _propose(
                standing, going, here, judged, bent, coordinates, still & (low < 0), reach, bold, at, fallback, penalty,
            )  # fmt: skip
        ended = np.zeros(active.size, dtype=bool)
        ended[rose] = ~alive
        active = active[~ended]
        if active.size == 0:
            break

    return Ascent(kept, loglik, tuple(status), n_iter, norm, tuple(map(tuple, history)))


def _propose(
    rows: NDArray[np.intp],
    going: NDArray[np.bool_],
    here: Parameters,
    found: Pass,
    bent: Curvature,
    coordinates: Coordinates,
    saddle: NDArray[np.bool_],
    reach: Floats,
    bold: NDArray[np.bool_],
    at: Parameters,
    fallback: Parameters,
    penalty: float,
) -> None:
    """Write the next mixture to try for every climb that goes on."""
    if not going.any():
        return
    target = rows[going]
    base = Parameters(*(value[going] for value in here))
    found = Pass(*(value[going] for value in found))
    plain = coordinates.m_step(base, found.counts, found.first, found.second, penalty)
    for store, value in zip(fallback, plain, strict=True):
        store[target] = value
    step = bent.step()[going]
    # On a saddle the slope is nil: leave it along the direction that curves up most.
    stuck = saddle[going]
    step[stuck] += (
        bent.directions[going][stuck, :, 0] * np.sqrt(found.counts[stuck].sum(axis=-1))[:, None]
    )
    scale = np.ones_like(step)
    q, m = coordinates.n_logits, coordinates.free_means.size
    scale[:, q : q + m] = base.sds[:, coordinates.free_means]
    longest = np.abs(step / scale).max(axis=-1, initial=0.0)
    step *= np.minimum(1.0, reach[target] / np.maximum(longest, 1e-300))[:, None]
    for store, value in zip(at, coordinates.move(base, step), strict=True):
        store[target] = value
    bold[target] = True


def _degenerate(at: Parameters, found: Pass, coordinates: Coordinates) -> list[Status | None]:
    """Which climbs have run into a component that is no longer one."""
    tiny = np.zeros(at.sds.shape, dtype=bool)
    tiny[:, coordinates.free_sds] = at.sds[:, coordinates.free_sds] < SMALLEST_SD
    empty = found.counts < SMALLEST_COUNT
    return [
        Status.COLLAPSED if shrunk else Status.EMPTY if none else None
        for shrunk, none in zip(tiny.any(axis=-1), empty.any(axis=-1), strict=True)
    ]


def _rows(x: Floats, weights: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    return (x[rows] if x.ndim == 2 else x), (weights[rows] if weights.ndim == 2 else weights)
