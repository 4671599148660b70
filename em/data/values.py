"""Values with weights: what a sample is made of, and the numbers that they add up to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.data.column import step_of
from em.data.magnitude import spread_of
from em.data.omission import LeftOut
from em.data.recording import Recording, recorded
from em.data.squash import Bins
from em.data.weighting import WeightsAre

__all__ = ["Known", "OfRows", "WeightedValues"]

Floats = NDArray[np.float64]

COARSER = 1.5
"""In the rounding that is given: a grid that much coarser is one that the likelihood misses."""


class OfRows(NamedTuple):
    """What the rows of a survey add up to, where values stand for several of them."""

    rows: Floats | None
    """How many rows each value has; None for nodes."""
    squares: Floats | None
    """The sum of their squared weights; None where that is not known."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the data behind some values, and cannot be told from these alone."""

    n: float | None = None
    mean: float | None = None
    sd: float | None = None
    standardised: Floats | None = None
    """The values less that mean in units of that sd, with all their digits."""
    recording: Recording | None = None
    """How the data were written down."""
    bins: Bins | None = None
    """Where they were replaced by Gauss rules."""
    of_rows: OfRows | None = None
    left_out: tuple[LeftOut, ...] = ()


NOTHING = Known()


@dataclass(frozen=True, eq=False, repr=False)
class WeightedValues:
    """Checked values with their weights, and what is known of the data that they stand for."""

    values: Floats
    """The values with a weight above zero, read-only, in the order they came in."""
    weights: Floats
    """The weight of each value, read-only."""
    rounding: float = 0.0
    """The step to which the values were rounded, in their unit; 0 for exact values."""
    weights_are: WeightsAre = "counts"
    """``"sampling"``, or ``"counts"``, which shares have become as well."""
    known: Known = NOTHING
    """What the values cannot tell; nothing for data as they came."""

    @property
    def is_weighted(self) -> bool:
        """Whether any weight differs from one."""
        return self.weights.strides != (0,) and bool(np.any(self.weights != 1.0))

    @cached_property
    def n(self) -> float:
        """The total weight: the number of observations; of a survey, its rows."""
        if self.known.n is not None:
            return self.known.n
        if self.weights_are == "sampling" or not self.is_weighted:
            return float(self.values.size)
        return float(self.weights.sum())

    @property
    def recorded(self) -> Floats:
        """How often each value was recorded: its count, or how many rows of a survey have it.

        Shape (n_values,). What tells ties: a sampling weight above one is none.
        """
        rows, _ = self.rows_and_squares
        return self.weights if rows is None else rows

    @property
    def rows_and_squares(self) -> OfRows:
        """How many rows of a survey have each value, and the sum of their squared weights.

        Each of shape (n_values,); None for counts, and for nodes, which are no rows.
        """
        if self.weights_are == "counts" or self.bins is not None:
            return OfRows(None, None)
        return self.known.of_rows or OfRows(np.ones(self.values.shape), self.weights**2)

    @cached_property
    def mean(self) -> float:
        """The weighted mean, in the unit of the values."""
        if self.known.mean is not None:
            return self.known.mean
        # Averaging the distances from one of the values keeps the digits of data far from zero.
        origin = float(self.values[0])
        return origin + float(np.dot(self.values - origin, self.weights)) / self.n

    @cached_property
    def sd(self) -> float:
        """The weighted standard deviation with divisor n, in the unit of the values."""
        if self.known.sd is not None:
            return self.known.sd
        return spread_of(self.values - self.mean, self.weights, self.n)

    @cached_property
    def standardised(self) -> Floats:
        """The values less their mean, in units of their sd."""
        if self.known.standardised is not None:
            return self.known.standardised
        return (self.values - self.mean) / self.sd

    @property
    def bins(self) -> Bins | None:
        """Where the values were replaced by Gauss rules; None for data as they came."""
        return self.known.bins

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The values that `without` has left out, with their counts and shares; none by default."""
        return self.known.left_out

    @cached_property
    def recording(self) -> Recording:
        """How the values were written down: on what grid, and which of them more than once.

        Of large samples a part is looked at, and the counts are scaled up.
        """
        if self.known.recording is not None:
            return self.known.recording
        return recorded(self.values, self.recorded, self.weights, self.n)

    @property
    def resolution(self) -> float:
        """The step of rounded data, in the unit of the values: `rounding`, or what they look like.

        That is the step of the grid on which nearly all values lie, where some are tied, else
        zero. Nothing finer than the rounding can be learnt from them.
        """
        return self.rounding if self.rounding > 0 else self.recording.step

    @property
    def grid(self) -> float:
        """The step of the grid that values lie on, unless `rounding` says it to the likelihood."""
        step = self.recording.step
        return 0.0 if step < COARSER * self.rounding else step

    @cached_property
    def step(self) -> float:
        """What all values are whole multiples of apart, where they look rounded; else zero.

        That is `rounding`, or `resolution` if no value lies between its steps.
        """
        try:
            return step_of(self.resolution, self.values)
        except ValueError:
            return 0.0

    def __len__(self) -> int:
        return int(self.values.size)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone, so that pickles stay small."""
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        # Weights of one are a single number, which a pickle would repeat.
        return state | {"weights": self.weights if self.weights.strides != (0,) else None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        weights = state["weights"]
        if weights is None:
            weights = np.broadcast_to(np.float64(1.0), state["values"].shape)
        self.__dict__.update(state, weights=weights)
        for values in (self.values, self.weights):
            values.flags.writeable = False
