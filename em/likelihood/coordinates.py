"""Coordinates: which parameters of a mixture are free, and how to move along them.

A mixture of K components has 3K raw coordinates: K log weights (through a softmax), K means and
K log sds, in that order. Free coordinates are a linear map of the raw ones: a fixed parameter
has no column, equal sds share one, and the weights lose one because they sum to one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from em.likelihood.parameters import Parameters

__all__ = ["Coordinates", "unconstrained"]

Floats = NDArray[np.float64]

FLOOR = 1e-10
"""The smallest sd an M-step returns, in units of the sample's sd."""


@cache
def unconstrained(n_components: int, equal_sds: bool) -> Coordinates:
    """Coordinates with nothing fixed, made once: what they derive from their fields is kept."""
    return Coordinates(n_components, equal_sds)


@dataclass(frozen=True)
class Coordinates:
    """The free coordinates of a mixture.

    All methods work on a batch: arrays have any leading dimensions before the K components.
    """

    n_components: int
    """The number of components, K."""
    equal_sds: bool = False
    """Whether all components share one sd."""
    fixed: tuple[tuple[bool, ...], tuple[bool, ...], tuple[bool, ...]] | None = None
    """For weights, means and sds, which of the K are held where they are."""

    @cached_property
    def _held(self) -> NDArray[np.bool_]:
        held = np.zeros((3, self.n_components), dtype=bool)
        if self.fixed is not None:
            held |= np.array(self.fixed, dtype=bool)
        if self.equal_sds and held[2].any():
            held[2] = True  # one shared sd: fixing any of them fixes all
        if self.n_components - held[0].sum() == 1:
            held[0] = True  # what the fixed weights leave over is fixed too
        return held

    @cached_property
    def free_weights(self) -> NDArray[np.intp]:
        """Indices of the components whose weights move; the last one is the reference."""
        return np.flatnonzero(~self._held[0])

    @cached_property
    def free_means(self) -> NDArray[np.intp]:
        """Indices of the components whose means move."""
        return np.flatnonzero(~self._held[1])

    @cached_property
    def free_sds(self) -> NDArray[np.intp]:
        """Indices of the components whose sds move."""
        return np.flatnonzero(~self._held[2])

    @cached_property
    def n_logits(self) -> int:
        """The number of free weights: one less than the components whose weights move."""
        return max(self.free_weights.size - 1, 0)

    @cached_property
    def n_sds(self) -> int:
        """The number of free sds."""
        return min(self.free_sds.size, 1) if self.equal_sds else int(self.free_sds.size)

    @cached_property
    def size(self) -> int:
        """The number of free parameters."""
        return self.n_logits + int(self.free_means.size) + self.n_sds

    @cached_property
    def _scale_map(self) -> Floats:
        """Columns for means and sds, which do not depend on where the mixture is."""
        k = self.n_components
        columns = np.zeros((3 * k, self.size))
        for j, component in enumerate(self.free_means):
            columns[k + component, self.n_logits + j] = 1.0
        for j, component in enumerate(self.free_sds):
            column = 0 if self.equal_sds else j
            columns[2 * k + component, self.n_logits + self.free_means.size + column] = 1.0
        return columns

    def permuted(self, order: NDArray[np.intp]) -> Coordinates:
        """The same for components in another order."""
        if self.fixed is None:
            return self
        weights, means, sds = (tuple(row[j] for j in order) for row in self.fixed)
        return replace(self, fixed=(weights, means, sds))

    def pinned(self, row: int, component: int) -> Coordinates:
        """The same with one more parameter held: row 0 for weights, 1 for means, 2 for sds."""
        held = self._held.copy()
        held[row, component] = True
        weights, means, sds = (tuple(values) for values in held.tolist())
        return replace(self, fixed=(weights, means, sds))

    def is_free(self, row: int, component: int) -> bool:
        """Whether a parameter moves; rows as for `pinned`."""
        return not self._held[row, component]

    @cached_property
    def _moving(self) -> NDArray[np.intp] | slice:
        """`free_weights` to index with; a slice, which costs less, where that is all of them."""
        every = self.free_weights.size == self.n_components
        return slice(None) if every else self.free_weights

    @cached_property
    def _identity(self) -> Floats:
        return np.eye(self.n_logits)

    def shares(self, weights: Floats) -> Floats:
        """The moving weights as proportions of what the fixed ones leave over."""
        moving = weights[..., self._moving]
        return moving / moving.sum(axis=-1, keepdims=True)

    def jacobian(self, weights: Floats, unit: Floats | None = None) -> Floats:
        """Derivative of the raw coordinates by the free ones, of shape (..., 3K, size).

        For the weights the raw coordinate is the component's indicator, whose complete-data
        score in the logit of component j is ``d_j - p_j * sum(d)`` over the moving components.
        Rows of the means are multiplied by `unit`, of the shape of `weights`, if it is given.
        """
        k, q = self.n_components, self.n_logits
        columns = np.empty((*weights.shape[:-1], *self._scale_map.shape))
        columns[...] = self._scale_map
        if unit is not None:
            columns[..., k : 2 * k, :] *= unit[..., None]
        if q:
            p = self.shares(weights)
            for j in range(q):
                columns[..., self.free_weights, j] = -p[..., [j]]
                columns[..., self.free_weights[j], j] += 1.0
        return columns

    def multinomial(self, weights: Floats, counts: Floats) -> Floats:
        """Complete-data information of the logits, of shape (..., n_logits, n_logits)."""
        p = self.shares(weights)[..., : self.n_logits]
        moving = counts[..., self._moving].sum(axis=-1)
        return (moving[..., None] * p)[..., None] * (self._identity - p[..., None, :])

    def move(self, at: Parameters, step: Floats) -> Parameters:
        """The mixture one step along the free coordinates, of shape (..., size)."""
        weights, means, sds = at
        q, ends = self.n_logits, self.n_logits + self.free_means.size
        if q:
            moving = weights[..., self._moving]
            left = moving.sum(axis=-1, keepdims=True)
            push = np.zeros(moving.shape)
            push[..., :-1] = step[..., :q]
            push -= push.max(axis=-1, keepdims=True)
            np.exp(push, out=push)
            push *= moving
            push *= left / push.sum(axis=-1, keepdims=True)
            weights = self._replaced(weights, push, self._moving)
        means = self._replaced(
            means, means[..., self._shifting] + step[..., q:ends], self._shifting
        )
        if self.n_sds:
            grown = sds[..., self._scaling] * np.exp(step[..., ends:])
            sds = self._replaced(sds, grown, self._scaling)
        return Parameters(weights, means, sds)

    @cached_property
    def _shifting(self) -> NDArray[np.intp] | slice:
        return slice(None) if self.free_means.size == self.n_components else self.free_means

    @cached_property
    def _scaling(self) -> NDArray[np.intp] | slice:
        return slice(None) if self.free_sds.size == self.n_components else self.free_sds

    @staticmethod
    def _replaced(values: Floats, new: Floats, places: NDArray[np.intp] | slice) -> Floats:
        """The values with new ones in some places; just the new ones if those are all."""
        if isinstance(places, slice):
            return new
        values = values.copy()
        values[..., places] = new
        return values

    def m_step(
        self,
        at: Parameters,
        counts: Floats,
        first: Floats,
        second: Floats,
        penalty: float = 0.0,
    ) -> Parameters:
        """The M-step under these constraints.

        Parameters
        ----------
        at : Parameters
            The mixture that the responsibilities were computed at.
        counts, first, second : ndarray of shape (..., K)
            Sums of responsibilities, and of these times z and z squared, with
            ``z = (x - mean) / sd`` of the component.
        penalty : float
            As for `em.likelihood.information.sweep`.

        Returns
        -------
        em.Parameters
        """
        weights, means, sds = at
        counts = np.maximum(counts, np.finfo(float).tiny)
        if self.free_weights.size > 1:
            share = counts[..., self._moving]
            share = share / share.sum(axis=-1, keepdims=True)
            share *= weights[..., self._moving].sum(axis=-1, keepdims=True)
            weights = self._replaced(weights, share, self._moving)
        shift = self._replaced(
            np.zeros_like(means), (first / counts)[..., self._shifting], self._shifting
        )
        means = means + shift * sds
        if self.n_sds:
            squares = second - (2 * first - shift * counts) * shift
            squares = np.maximum(squares, 0.0) * sds**2
            if self.equal_sds:
                above = squares.sum(axis=-1, keepdims=True) + 2 * penalty * self.n_components
                below = counts.sum(axis=-1, keepdims=True) + 2 * penalty * self.n_components
                variances = np.broadcast_to(above / below, sds.shape)
            else:
                variances = (squares + 2 * penalty) / (counts + 2 * penalty)
            # The floor keeps a component that shrinks onto one value a number, never a NaN.
            narrowed = np.maximum(np.sqrt(variances), FLOOR)
            sds = self._replaced(sds, narrowed[..., self._scaling], self._scaling)
        return Parameters(weights, means, sds)
