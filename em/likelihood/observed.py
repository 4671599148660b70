"""Observed: what sums over the data run over, in units of the sample's mean and sd."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from em.data.sample import Sample

__all__ = ["Observed"]

Floats = NDArray[np.float64]

ONE = 1e-9
"""How far from one the weight of a point may be that stands for one value alone."""


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
    """The step of the grid that the values were recorded on, as far as `rounding` does not say
    it: the likelihood then knows of it. 0 where there is none."""
    heaps: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))
    """The values recorded more than once, and how often each was."""
    stands_for_others: bool = False
    """Whether `x` are points that stand for the values, and not recorded values themselves."""

    @classmethod
    def of(cls, sample: Sample) -> Observed:
        """A sample less its mean, in units of its sd."""
        rounding, grid, seen = (
            sample.rounding / sample.sd,
            sample.grid / sample.sd,
            sample.recording,
        )
        heaps = (seen.values - sample.mean) / sample.sd, seen.counts
        nodes = sample.bins is not None and sample.bins.masses.size > 0
        return cls(sample.standardised, sample.weights, rounding, grid, heaps, nodes)

    @cached_property
    def recorded(self) -> tuple[Floats, Floats]:
        """The values that are known to have been recorded, and how often each was.

        Among points that stand for the values, those recorded more than once are known, and a
        point that holds one value is that value, as an outlier far from all others is.
        """
        if not self.stands_for_others:
            return self.x, self.weights
        values, counts = self.heaps
        alone = self.x[np.abs(self.weights - 1.0) < ONE]
        return np.concatenate([values, alone]), np.concatenate([counts, np.ones(alone.size)])

    @cached_property
    def most_on_one(self) -> float:
        """The largest count of a recorded value, one at the least."""
        if not self.stands_for_others:
            return max(float(self.weights.max()), 1.0)
        return float(self.heaps[1].max(initial=1.0))

    @cached_property
    def n(self) -> float:
        """The number of observations; of a batch, of each."""
        return float(self.weights.sum()) / (self.weights.shape[0] if self.weights.ndim > 1 else 1)

    def stood_for(self, x: Floats, weights: Floats) -> Observed:
        """Points that stand for these values, whatever these were recorded on."""
        return replace(self, x=x, weights=weights, stands_for_others=True)

    def rows(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Observed:
        """The values of some mixtures of the batch; what all of them share is one row."""
        return replace(self, x=_picked(self.x, rows), weights=_picked(self.weights, rows))


def _picked(values: Floats, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Floats:
    return values[rows] if values.ndim == 2 else values
