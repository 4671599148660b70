"""The data that every tool gets, and the one function that judges where each of them ended."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["SEED", "heights", "loglik", "stored"]

Floats = NDArray[np.float64]

SEED = 666
"""Of the synthetic heights whose estimates the original report prints."""

CHUNK = 1 << 16
"""Values summed at a time, so that a million of them need no large temporaries."""


def heights(n: int, seed: int = SEED) -> Floats:
    """The original report's heights: 60 % from Normal(176, 8), then 40 % from Normal(164, 6)."""
    stream = np.random.RandomState(seed)
    upper = round(0.6 * n)
    return np.concatenate([stream.normal(176, 8, upper), stream.normal(164, 6, n - upper)])


def loglik(x: Floats, weights: ArrayLike, means: ArrayLike, sds: ArrayLike) -> float:
    """The log-likelihood of a mixture on all of the data.

    No tool's own figure is used anywhere: some are sums at the step before the last, some are
    means, and one of a squashed sample is an approximation. The sum is free of rounding
    (`math.fsum`), so that differences of 1e-6 between sums of a million terms mean something.

    Parameters
    ----------
    x : ndarray of shape (n,)
    weights, means, sds : array_like of shape (n_components,)
    """
    w, m, s = (np.asarray(value, dtype=np.float64)[:, None] for value in (weights, means, sds))
    sums = []
    for begin in range(0, x.size, CHUNK):
        joint = np.log(w / s) - 0.5 * ((x[begin : begin + CHUNK] - m) / s) ** 2
        top = joint.max(axis=0)
        density = top + np.log(np.exp(joint - top).sum(axis=0))
        sums.append(math.fsum(density.tolist()))
    return math.fsum([*sums, -0.5 * x.size * math.log(2.0 * math.pi)])


def stored(x: Floats, folder: Path) -> Path:
    """Write the data as doubles, which is how R and fresh processes get them."""
    path = folder / f"x{x.size}.bin"
    x.tofile(path)
    return path
