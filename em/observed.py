"""Observed: what sums over the data run over, in units of the sample's mean and sd."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from em.sample import Sample

__all__ = ["Observed"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Observed:
    """Standardised values with their weights, for one mixture or for a batch of B."""

    x: Floats
    """Values, of shape (n,), or (B, n) with a row for each mixture."""
    weights: Floats
    """Their weights, of shape (n,) or (B, n)."""
    rounding: float = 0.0
    """The step to which the values were rounded; 0 if the density at the value is meant."""
    resolution: float = 0.0
    """What exact values look rounded to: smaller sds mean nothing. 0 where `rounding` is set,
    since then the likelihood knows."""

    @classmethod
    def of(cls, sample: Sample) -> Observed:
        """A sample less its mean, in units of its sd."""
        rounding = sample.rounding / sample.sd
        resolution = 0.0 if rounding else sample.resolution / sample.sd
        return cls(sample.standardised, sample.weights, rounding, resolution)

    @cached_property
    def n(self) -> float:
        """The number of observations; of a batch, of each."""
        return float(self.weights.sum()) / (self.weights.shape[0] if self.weights.ndim > 1 else 1)

    def stood_for(self, x: Floats, weights: Floats) -> Observed:
        """Points that stand for these values: they lie anywhere, and show no resolution."""
        return replace(self, x=x, weights=weights, resolution=0.0)

    def rows(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Observed:
        """The values of some mixtures of the batch; what all of them share is one row."""
        return replace(self, x=_picked(self.x, rows), weights=_picked(self.weights, rows))


def _picked(values: Floats, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Floats:
    return values[rows] if values.ndim == 2 else values
