"""The original report's listing, draw for draw, so that its printed numbers can be had again.

This is the student's loop, not the fit to use: it starts anywhere, makes a fixed number of
passes and stops wherever it then is. `em.fit` is the one that reaches the maximum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.sample import as_sample
from em.likelihood.density import log_joint

__all__ = ["run"]

Floats = NDArray[np.float64]


def run(
    x: ArrayLike,
    n_components: int = 2,
    n_iter: int = 10,
    *,
    rng: np.random.RandomState,
) -> tuple[Floats, Floats, Floats]:
    """Run the listing of the original report.

    Equal weights; means uniform on (150, 180), then sds uniform on (5, 10), drawn from the
    stream that has just drawn the heights; then `n_iter` passes of E-step and M-step.

    Parameters
    ----------
    x : array_like of shape (n,)
        The heights, in cm.
    n_components : int
    n_iter : int
        The number of passes, made whether or not the fit has converged.
    rng : numpy.random.RandomState
        The legacy generator that has just drawn `x`.

    Returns
    -------
    weights, means, sds : ndarray of shape (n_components,)
        Unsorted, as the report has them.

    Raises
    ------
    TypeError
        If `rng` is not a RandomState: other generators draw other numbers.
    ValueError
        If there are fewer than one component or fewer than zero passes, or weights.

    Examples
    --------
    >>> stream = np.random.RandomState(666)
    >>> heights = np.concatenate([stream.normal(176, 8, 600), stream.normal(164, 6, 400)])
    >>> weights, means, sds = run(heights, n_iter=30, rng=stream)
    >>> np.sort(means).round(7)
    array([164.041549 , 175.7892246])
    """
    if not isinstance(rng, np.random.RandomState):
        raise TypeError(
            "expected rng to be the numpy.random.RandomState that has just drawn the data, got "
            f"{type(rng).__name__}; the report's numbers come from that legacy stream"
        )
    if n_components < 1 or n_iter < 0:
        raise ValueError(
            f"expected at least 1 component and 0 passes, got {n_components} and {n_iter}"
        )
    sample = as_sample(x)
    if sample.is_weighted:
        raise ValueError("expected values without weights, which the listing does not know")
    values = sample.values
    weights = np.full(n_components, 1.0 / n_components)
    means = rng.uniform(150, 180, n_components)
    sds = rng.uniform(5, 10, n_components)
    for _ in range(n_iter):
        joint = log_joint(values, weights, means, sds)
        r = np.exp(joint - joint.max(axis=0))
        r /= r.sum(axis=0)
        counts = r.sum(axis=1)
        weights = counts / values.size
        means = r @ values / counts
        sds = np.sqrt((r * (values - means[:, None]) ** 2).sum(axis=1) / counts)
    return weights, means, sds
