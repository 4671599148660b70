"""laplace: how much of the posterior a maximum of the likelihood accounts for, by its own height.

A check on what sampled the posterior: a mode that no draw has seen shows here.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.fused import FusedDensity
from em import Mixture

__all__ = ["Laplace", "laplace"]

Floats = NDArray[np.float64]

STEP = 1e-4
"""Of the central differences of the gradient, in coordinates whose units are about one."""


class Laplace(NamedTuple):
    """The normal approximation at the mode of the posterior that a climb from a mixture ends on."""

    point: Floats
    """The mode, of shape (d,), in the sampler's coordinates."""
    precision: Floats
    """Minus the second derivatives there, of shape (d, d)."""
    log_evidence: float
    """Log of the mass of the approximation, of components in any order; minus infinity where the
    posterior has no mode."""

    def distance(self, points: Floats) -> Floats:
        """Squared Mahalanobis distances of points of shape (n, d) from the mode, of shape (n,)."""
        away = points - self.point
        return np.asarray(np.einsum("nd,de,ne->n", away, self.precision, away))


def laplace(density: FusedDensity, mixture: Mixture) -> Laplace:
    """The approximation near a mixture.

    Parameters
    ----------
    density : FusedDensity
    mixture : Mixture
        Where the climb starts, such as a maximum of the likelihood; with sds above the floor.

    Returns
    -------
    Laplace
    """
    from scipy.optimize import minimize

    def downhill(point: Floats) -> tuple[float, Floats]:
        value, gradient = density(point)
        return (-value, -gradient) if math.isfinite(value) else (1e300, 0.0 * gradient)

    found = minimize(downhill, density.locate(mixture), jac=True, method="BFGS")
    point, d = found.x, density.n_dim
    steps = STEP * np.eye(d)
    hessian = np.stack(
        [(density(point + one)[1] - density(point - one)[1]) / (2 * STEP) for one in steps]
    )
    precision = -0.5 * (hessian + hessian.T)
    if not np.isfinite(precision).all() or np.linalg.eigvalsh(precision).min() <= 0:
        return Laplace(point, np.eye(d), -math.inf)
    _, log_det = np.linalg.slogdet(precision)
    height = density(point)[0] + 0.5 * (d * math.log(2 * math.pi) - float(log_det))
    # One of the K! modes that differ by the names of the components alone.
    return Laplace(point, precision, height + math.lgamma(density.n_components + 1.0))
