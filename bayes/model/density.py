"""density: the model's prior, likelihood and distribution function at many draws at once.

What checks and comparisons are computed from. Large tables are worked on in blocks that stay in
the cache, so memory does not grow with the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bayes.model.rounding import log_density_rounded
from em import Parameters, Sample
from em.data.requirements import refuse_sampling
from em.likelihood.density import HALF_LOG_2PI

if TYPE_CHECKING:
    from bayes.model.priors import Priors

__all__ = [
    "cdf",
    "counted",
    "log_density",
    "log_likelihood",
    "log_prior",
    "log_priors",
    "observations",
    "require_counted",
    "require_observations",
]

Floats = NDArray[np.float64]

BLOCK = 1 << 16
"""Numbers worked on at a time; so many doubles stay in the cache."""
TABLE = 1 << 21
"""Numbers in the largest table that is kept at once: 16 MB."""


def log_density(draws: Parameters, values: Floats, rounding: float = 0.0) -> Floats:
    """Log of the mixture's density at each value under each draw.

    Of rounded values, that is the mean density of what is rounded to each.

    Parameters
    ----------
    draws : Parameters
        Each of shape (S, K).
    values : ndarray of shape (n,)
        In the unit of the means.
    rounding : float
        The step to which the values were rounded, in the same unit; 0 for exact values.

    Returns
    -------
    ndarray of shape (n, S)
        Per unit of the data.
    """
    means, sds = draws.means.T, draws.sds.T
    precisions = 1.0 / sds
    with np.errstate(divide="ignore"):  # a weight of zero is log 0 = -inf
        log_weights = np.log(draws.weights.T)
    heights = log_weights - np.log(sds) - HALF_LOG_2PI
    K, S = means.shape
    out = np.empty((values.size, S))
    joint = np.empty((K, max(1, BLOCK // S), S))
    for begin in range(0, values.size, joint.shape[1]):
        x = values[begin : begin + joint.shape[1], None]
        part = joint[:, : len(x)]
        for k in range(K):
            if rounding > 0.0:
                part[k] = log_weights[k] + log_density_rounded(x, means[k], sds[k], rounding)
                continue
            np.subtract(x, means[k], out=part[k])
            part[k] *= precisions[k]
            np.square(part[k], out=part[k])
            part[k] *= -0.5
            part[k] += heights[k]
        if K == 1:
            out[begin : begin + len(x)] = part[0]
            continue
        top = part.max(axis=0)
        part -= top
        with np.errstate(under="ignore"):
            total = np.exp(part, out=part).sum(axis=0)
        out[begin : begin + len(x)] = np.log(total) + top
    return out


def log_likelihood(draws: Parameters, sample: Sample) -> Floats:
    """The weighted sum of `log_density` over the data.

    Parameters
    ----------
    draws : Parameters
        Each of shape (S, K).
    sample : Sample

    Returns
    -------
    ndarray of shape (S,)
    """
    data = sample.collapse()
    total = np.zeros(len(draws.means))
    rows = max(1, TABLE // len(total))
    for begin in range(0, data.values.size, rows):
        part = slice(begin, begin + rows)
        total += data.weights[part] @ log_density(draws, data.values[part], data.rounding)
    return total


def cdf(draws: Parameters, values: Floats) -> Floats:
    """The mixture's distribution function at each value under each draw, of shape (n, S)."""
    from scipy.special import ndtr

    out = np.zeros((values.size, len(draws.means)))
    for weight, mean, sd in zip(*(value.T for value in draws), strict=True):
        out += weight * ndtr((values[:, None] - mean) / sd)
    return out


def log_prior(draws: Parameters, priors: Priors) -> Floats:
    """Log of the prior density, per unit of each parameter, components in any order.

    This is the density of the exchangeable model, with no factor K! for the order: PyMC's own,
    without the Jacobians of the coordinates that it samples in.

    Parameters
    ----------
    draws : Parameters
        Each of shape (S, K).
    priors : Priors
        `filled`.

    Returns
    -------
    ndarray of shape (S,)
        Minus infinity where the prior does not allow the draw.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(sum(log_priors(draws, priors)._asdict().values()))


def log_priors(draws: Parameters, priors: Priors) -> Parameters:
    """The same for weights, means and sds one by one, each of shape (S,)."""
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    given = priors.weights, priors.means, priors.sds
    logps = [
        pm.logp(dist, value).reshape((len(value), -1)).sum(axis=1)
        for dist, value in zip(given, draws, strict=True)
    ]
    if draws.means.shape[1] == 1:
        logps[0] = pt.zeros(len(draws.means))  # the weight is the constant 1
    # Python's linker: a few vectorised calls do not repay seconds of compiling.
    with np.errstate(all="ignore"):
        return Parameters(*pytensor.function([], logps, mode=Mode("py", "fast_compile"))())


def counted(sample: Sample) -> Sample | None:
    """The distinct values with how often each was seen; None if that is not known.

    It is not for squashed data, whose values stand for others, nor for weights that are no whole
    numbers.
    """
    if sample.bins is not None and sample.bins.masses.size:
        return None
    data = sample.collapse()
    # Nodes of few values are the values themselves, with counts that the sums have rounded.
    whole = np.round(data.weights)
    if np.any(np.abs(data.weights - whole) > 1e-9 * np.maximum(whole, 1.0)) or whole.min() < 1:
        return None
    return data


def observations(sample: Sample) -> Floats | None:
    """Every value as often as it was seen, in the order given; None where that is not known.

    As for `counted`; nor where sampling weights say for how many others each value stands.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    ndarray of shape (n,), or None
    """
    data = counted(sample)
    if data is None or sample.weights_are == "sampling":
        return None
    counts = np.round(sample.weights)
    if np.any(np.abs(sample.weights - counts) > 1e-9 * np.maximum(counts, 1.0)):
        sample, counts = data, np.round(data.weights)  # parts of one count on equal values
    return np.repeat(sample.values, counts.astype(np.intp))


def require_counted(sample: Sample, what: Any) -> Sample:
    """`counted`, or a ValueError that says what cannot be done without the values themselves."""
    data = counted(sample)
    if data is None:
        raise ValueError(
            f"expected the data themselves for {what}, got squashed values or weights that are "
            "not whole numbers; pass the full sample as sample="
        )
    return data


def require_observations(sample: Sample, what: str) -> Floats:
    """`observations`, or a ValueError that says what cannot be done without them."""
    refuse_sampling(sample, what)
    values = observations(sample)
    if values is None:
        raise ValueError(
            f"expected the data themselves for {what}, got squashed values or weights that are "
            "not whole numbers; pass the full sample as sample="
        )
    return values
