"""Curvature: the observed information seen in the metric of the complete-data information.

In that metric its eigenvalues are one minus EM's rates of convergence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from em.likelihood.information import Pass

__all__ = ["FLAT", "Curvature", "curvature"]

Floats = NDArray[np.float64]

FLAT = 1e-9
"""Relative curvature below which a direction is called flat."""
NEXT_TO_NOTHING = 1e-8
"""Complete-data information of a logit, in observations, that is rounding and no more."""


@dataclass(frozen=True)
class Curvature:
    """The observed information seen in the metric of the complete-data information."""

    eigenvalues: Floats
    """One minus the rates of EM along the eigenvectors, increasing, of shape (B, size)."""
    directions: Floats
    """Their directions as columns, of unit complete-data information, (B, size, size)."""
    slopes: Floats
    """The score along them, of shape (B, size)."""

    @cached_property
    def step(self) -> Floats:
        """The Newton step, uphill also along directions that curve the wrong way."""
        sizes = np.maximum(np.abs(self.eigenvalues), FLAT)
        return (self.directions @ (self.slopes / sizes)[..., None])[..., 0]

    @cached_property
    def is_top(self) -> NDArray[np.bool_]:
        """Whether the likelihood curves down in every direction, of shape (B,)."""
        return np.asarray(self.eigenvalues.min(axis=-1, initial=np.inf) > FLAT)

    def gain(self) -> Floats:
        """How much higher the top of the local quadratic is; infinite if it has none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = 0.5 * (self.slopes**2 / self.eigenvalues).sum(axis=-1)
        return np.where(self.is_top, gain, np.inf)

    def gradient_norm(self) -> Floats:
        """The largest ``|I^-1 score| / se`` over parameters; infinite where not a maximum."""
        with np.errstate(divide="ignore", invalid="ignore"):
            variances = (self.directions**2 @ (1.0 / self.eigenvalues)[..., None])[..., 0]
            squares = (self.step**2 / variances).max(axis=-1, initial=0.0)
            return np.where(self.is_top, np.sqrt(squares), np.inf)


def curvature(at: Pass) -> Curvature:
    """Eigenvalues and directions of the information relative to the complete-data one.

    Parameters
    ----------
    at : Pass

    Returns
    -------
    Curvature
    """
    size = at.complete.shape[-1]
    if np.count_nonzero(at.complete) <= at.complete.shape[0] * size:
        # Diagonal, as it is with no more than one logit: its root needs no factorisation.
        diagonal = np.einsum("bii->bi", at.complete)
        unit = np.sqrt(np.divide(1.0, diagonal, where=diagonal > 0, out=np.zeros_like(diagonal)))
        eigenvalues, vectors = _eigen(unit[:, :, None] * at.information * unit[:, None, :])
        directions = unit[:, :, None] * vectors
    else:
        # A weight next to nothing makes this singular to rounding; as a metric a little more does.
        diagonal = np.einsum("bii->bi", at.complete)
        more = np.where(diagonal > NEXT_TO_NOTHING, 1e-10 * diagonal, 1.0)
        inverse = np.linalg.inv(np.linalg.cholesky(at.complete + more[:, None] * np.eye(size)))
        turned = inverse.swapaxes(-1, -2)
        eigenvalues, vectors = _eigen(inverse @ at.information @ turned)
        directions = turned @ vectors
    slopes = (directions.swapaxes(-1, -2) @ at.score[..., None])[..., 0]
    return Curvature(eigenvalues, directions, slopes)


def _eigen(relative: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and vectors; flat in every direction where numbers ran out."""
    try:
        found = np.linalg.eigh(relative)
    except np.linalg.LinAlgError:
        finite = np.isfinite(relative).all(axis=(1, 2))
        found = np.linalg.eigh(np.where(finite[:, None, None], relative, 0.0))
    return found.eigenvalues, found.eigenvectors
