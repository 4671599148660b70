"""rounding: how probable rounded values are under a normal group, for tables of draws and values.

A value that was rounded to steps of h stands for everything up to h/2 from it, so its density is
the probability of that interval over h. `bayes.kernel` has the same for one draw, compiled.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["log_density_rounded"]

Floats = NDArray[np.float64]

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
NARROW = 1e-4
"""Half of the step, in sds, up to which the density is as good as constant within a step."""


def log_density_rounded(values: Any, means: Any, sds: Any, rounding: float) -> Floats:
    """Log of the normal probability of what is rounded to each value, over the step.

    ``log([Phi((x + h/2 - mean)/sd) - Phi((x - h/2 - mean)/sd)] / h)``; right to twelve digits
    from steps of 1e-8 sds to 1e8 sds, and a hundred sds out.

    Parameters
    ----------
    values, means, sds : array_like
        In the unit of the data, of shapes that go together.
    rounding : float
        The step h, above 0, in the same unit.

    Returns
    -------
    ndarray
        Per unit of the data.
    """
    from scipy.special import log_ndtr

    half = 0.5 * rounding / np.asarray(sds)
    away = np.abs((values - means) / sds)
    # The normal is symmetric, and above its mean the tails keep their digits.
    wide = np.maximum(half, NARROW)
    nearer, farther = log_ndtr(wide - away), log_ndtr(-wide - away)
    with np.errstate(under="ignore"):
        logs = nearer + np.log(-np.expm1(farther - nearer)) - math.log(rounding)
    if np.any(half <= NARROW):
        # Tails too alike to be subtracted; the density bends little within the step.
        bend = np.log1p((away**2 - 1.0) * half**2 / 6.0)
        density = -0.5 * away**2 - np.log(sds) - HALF_LOG_2PI + bend
        logs = np.where(half <= NARROW, density, logs)
    return np.asarray(logs)
