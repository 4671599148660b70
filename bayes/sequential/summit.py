"""summit: the shape of the posterior around one mixture, by differences of its log-density."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from bayes.sequential.target import Target
from em import Mixture

__all__ = ["Summit", "climb"]

Floats = NDArray[np.float64]
Density = Callable[[Floats], Floats]

STRIDES = 10.0 ** np.arange(-6.5, 0.6, 0.5)
"""Distances tried along each axis, to find one over which the log-density falls by"""
FALL = 0.5
"""about so much: the scale on which differences are taken."""
EDGE = 4.0
"""What the log-density is taken to fall by where the admissible mixtures end."""
STEPS = 20
"""Of Newton's method, at the most,"""
GAIN = 1e-3
"""and as long as one gains more."""
PARTS = 2.0 ** np.arange(6.0, -12.0, -1.0)
"""Of a step, and multiples, which are tried."""
STRAIGHTEST = 1e-5
"""Smallest curvature on the scales that a step reckons with,"""
FLATTEST = 0.05
"""and that the normal distribution is given, which reaches no farther than that where the density
falls more slowly, or not at all."""


@dataclass(frozen=True, eq=False)
class Summit:
    """A local maximum of the posterior density, in the coordinates of `bayes.sequential.target`."""

    point: Floats
    """Where it is, of shape (d,)."""
    root: Floats
    """Cholesky factor of the covariance of the normal distribution that is like it there."""
    log_density: float
    """Log of prior times likelihood."""

    def distance(self, points: Floats) -> Floats:
        """Squared Mahalanobis distances of points of shape (n, d) from it, of shape (n,)."""
        away = solve_triangular(self.root, (points - self.point).T, lower=True)
        return np.asarray((away**2).sum(axis=0))

    @property
    def log_evidence(self) -> float:
        """Log of the mass of that normal distribution (Laplace): what the mode has of the evidence.

        As `Sequential.log_evidence`, but for the mass of the admissible mixtures.
        """
        d = self.point.size
        log_volume = float(np.log(np.diag(self.root)).sum())
        return self.log_density + 0.5 * d * math.log(2.0 * math.pi) + log_volume


def climb(target: Target, mixture: Mixture) -> Summit | None:
    """Climb from a mixture to a local maximum of the posterior density.

    Parameters
    ----------
    target : Target
    mixture : em.Mixture

    Returns
    -------
    Summit or None
        None where the posterior has no density at the mixture.
    """

    def log_density(points: Floats) -> Floats:
        return target.log_prior(points) + target.log_likelihood(points)

    if mixture.sds.min() <= target.floor:
        return None
    point = target.locate(mixture)
    height = float(log_density(point[None])[0])
    if not math.isfinite(height):
        return None
    axes = np.eye(point.size)
    for _ in range(STEPS):
        sides, gradient, values, vectors = _shape(log_density, point, height, axes)
        # Uphill, and not for ever, where the density is bent the wrong way or hardly at all.
        bend = np.maximum(np.abs(values), STRAIGHTEST)
        step = sides @ (vectors @ ((vectors.T @ gradient) / bend))
        heights = log_density(point + PARTS[:, None] * step)
        best = int(np.argmax(heights))
        gain = float(heights[best]) - height
        # Along these axes parameters that go together are told from those that are known.
        axes = sides @ vectors
        axes /= np.linalg.norm(axes, axis=0)
        if gain > 0.0:
            point, height = point + PARTS[best] * step, float(heights[best])
        if not gain > GAIN:
            break
    sides, _, values, vectors = _shape(log_density, point, height, axes)
    root = sides @ (vectors / np.sqrt(np.maximum(values, FLATTEST)))
    # The way may have led past equal means, and draws are in order: a linear change of coordinates.
    order = target.orders(point[None])[0]
    sorting = target.permuted(np.eye(point.size), order).T
    root = sorting @ root
    return Summit(sorting @ point, np.linalg.cholesky(root @ root.T), height)


def _shape(
    log_density: Density, point: Floats, height: float, axes: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """The axes at their scales, the gradient along them, and how it is bent: values, vectors."""
    sides = axes * _scales(log_density, point, height, axes)
    gradient, curvature = _differences(log_density, point, height, sides)
    values, vectors = np.linalg.eigh(curvature)
    return sides, gradient, values, vectors


def _scales(log_density: Density, point: Floats, height: float, axes: Floats) -> Floats:
    """How far to go along each axis for the log-density to fall by about `FALL`."""
    d = point.size
    away = STRIDES[:, None, None] * axes.T
    around = np.concatenate([point + away, point - away]).reshape(-1, d)
    lower = log_density(around).reshape(2, STRIDES.size, d).min(axis=0)
    too_far = ~(height - lower <= FALL)
    first = np.where(too_far.any(axis=0), too_far.argmax(axis=0), STRIDES.size)
    return np.asarray(STRIDES[np.maximum(first - 1, 0)])


def _differences(
    log_density: Density, point: Floats, height: float, sides: Floats
) -> tuple[Floats, Floats]:
    """Gradient and negative second derivatives along the sides, per length of each."""
    d = point.size
    first, second = np.triu_indices(d, 1)
    unit = sides.T
    pairs = [one * unit[first] + other * unit[second] for one in (1, -1) for other in (1, -1)]
    found = log_density(point + np.concatenate([unit, -unit, *pairs]))
    found = np.where(np.isfinite(found), found, height - EDGE) - height
    up, down = found[:d], found[d : 2 * d]
    mixed = found[2 * d :].reshape(4, -1)
    curvature = np.diag(-(up + down))
    curvature[first, second] = -0.25 * (mixed[0] - mixed[1] - mixed[2] + mixed[3])
    curvature[second, first] = curvature[first, second]
    return 0.5 * (up - down), curvature
