"""Parameters: weights, means and sds of one mixture, or of a batch of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Parameters"]

Floats = NDArray[np.float64]


class Parameters(NamedTuple):
    """Weights, means and sds side by side: estimates, standard errors or interval ends."""

    weights: Floats
    """One row for each component; no unit."""
    means: Floats
    """One row for each component, in the unit of the data."""
    sds: Floats
    """One row for each component, in the unit of the data."""
