"""Density: how probable each value is with each component, on the log scale."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from em.likelihood.rounding import within

__all__ = ["HALF_LOG_2PI", "log_joint"]

Floats = NDArray[np.float64]

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


def log_joint(
    x: Floats, weights: Floats, means: Floats, sds: Floats, rounding: float = 0.0
) -> Floats:
    """Log of weight times density, for each component and value.

    Parameters
    ----------
    x : ndarray of shape (n,)
    weights, means, sds : ndarray of shape (n_components,)
    rounding : float
        The step h to which the values were rounded; 0 for exact ones.

    Returns
    -------
    ndarray of shape (n_components, n)
        ``log w_k - log s_k - log(2 pi)/2 - ((x - m_k)/s_k)^2/2``; of rounded values
        ``log w_k + log([Phi((x + h/2 - m_k)/s_k) - Phi((x - h/2 - m_k)/s_k)] / h)``.
    """
    with np.errstate(divide="ignore", over="ignore"):  # a weight of zero is log 0 = -inf
        joint = (x - means[:, None]) / sds[:, None]
        if rounding > 0:
            joint = within(joint, (rounding / sds)[:, None], 0).log_mean
        else:
            joint *= joint
            joint *= -0.5
        joint += (np.log(weights) - np.log(sds) - HALF_LOG_2PI)[:, None]
    return joint
