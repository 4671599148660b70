"""Parameters: weights, means and sds of one mixture, or of a batch of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Parameters", "stacked"]

Floats = NDArray[np.float64]


class Parameters(NamedTuple):
    """Weights, means and sds side by side: estimates, standard errors or interval ends."""

    weights: Floats
    """One row for each component; no unit."""
    means: Floats
    """One row for each component, in the unit of the data."""
    sds: Floats
    """One row for each component, in the unit of the data."""

    def rows(self, which: Any) -> Parameters:
        """Some mixtures of a batch, or one of them, as NumPy takes rows of arrays."""
        return Parameters(*(value[which] for value in self))


def stacked(batches: Iterable[Parameters]) -> Parameters:
    """One batch of several."""
    return Parameters(*map(np.concatenate, zip(*batches, strict=True)))
