"""density: the model's prior, likelihood and distribution function at many draws at once.

What checks and comparisons are computed from. Large tables are worked on in blocks that stay in
the cache, so memory does not grow with the data.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayes.model.priors import Priors
from bayes.model.rounding import log_density_rounded
from bayes.posterior.posterior import Posterior
from em import Parameters, Sample

__all__ = [
    "cdf",
    "counted",
    "joined",
    "log_density",
    "log_likelihood",
    "log_prior",
    "priors_of",
    "require_counted",
]

Floats = NDArray[np.float64]

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
BLOCK = 1 << 16
"""Numbers worked on at a time; so many doubles stay in the cache."""
TABLE = 1 << 21
"""Numbers in the largest table that is kept at once: 16 MB."""


def joined(posterior: Posterior, at_most: int | None = None) -> Parameters:
    """Weights, means and sds with the chains one after the other, each of shape (S, K).

    With `at_most`, that many draws at the most, evenly spaced over all chains.
    """
    K = posterior.n_components
    draws = (posterior.weights, posterior.means, posterior.sds)
    flat = [np.ascontiguousarray(value, dtype=np.float64).reshape(-1, K) for value in draws]
    total = len(flat[0])
    if at_most is None or total <= at_most:
        return Parameters(*flat)
    keep = np.linspace(0, total - 1, at_most).round().astype(int)
    return Parameters(*(value[keep] for value in flat))


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
    import pymc as pm
    import pytensor
    from pytensor.compile.mode import Mode

    given = priors.weights, priors.means, priors.sds
    logps = [
        pm.logp(dist, value).reshape((len(value), -1)).sum(axis=1)
        for dist, value in zip(given, draws, strict=True)
    ]
    if draws.means.shape[1] == 1:
        logps = logps[1:]  # the weight is the constant 1
    # Python's linker: a few vectorised calls do not repay seconds of compiling.
    with np.errstate(all="ignore"):
        return np.asarray(pytensor.function([], sum(logps), mode=Mode("py", "fast_compile"))())


def priors_of(
    posterior: Posterior, sample: Sample | None = None, priors: Priors | None = None
) -> Priors:
    """The priors that a posterior was sampled with, as `Priors.filled` gives them.

    A posterior keeps them in words only, so they are worked out again and compared with those.

    Parameters
    ----------
    posterior : Posterior
    sample : Sample, optional
        The data that default priors are worked out from; those of the posterior by default.
    priors : Priors, optional
        What `bayes.fit` was given; the default priors by default.

    Returns
    -------
    Priors

    Raises
    ------
    ValueError
        If these are not the posterior's priors.
    """
    data = posterior.sample if sample is None else sample
    found = (priors or Priors()).filled(data, posterior.n_components)
    said = [row[:2] for row in posterior.settings.priors]
    for (name, ours, _), (_, theirs) in zip(found.describe(), said, strict=True):
        if ours != theirs:
            raise ValueError(
                f"expected the priors of the posterior, {name} ~ {theirs}, got {name} ~ {ours}; "
                "pass priors= as given to bayes.fit, and sample= where the posterior was "
                "sampled from squashed data"
            )
    return found


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


def require_same(posterior: Posterior, sample: Sample) -> Sample:
    """The sample, or a ValueError if it is plainly not what the posterior was sampled from.

    That may have been the nodes of a squashed sample, which share its size, mean and sd.
    """
    seen = posterior.sample
    slack = 1e-3 * seen.sd + 8 * np.finfo(float).eps * abs(seen.mean)
    if abs(sample.n - seen.n) > 1e-9 * seen.n or abs(sample.mean - seen.mean) > slack:
        raise ValueError(
            f"expected the data that the posterior was sampled from, {seen.n:g} values with mean "
            f"{seen.mean:.6g}, got {sample.n:g} values with mean {sample.mean:.6g}"
        )
    if sample.rounding != seen.rounding:
        raise ValueError(
            f"expected the data that the posterior was sampled from, rounded to {seen.rounding:g}, "
            f"got the same rounded to {sample.rounding:g} (0 is not at all); give both the same "
            "rounding="
        )
    return sample


def require_counted(sample: Sample, what: Any) -> Sample:
    """`counted`, or a ValueError that says what cannot be done without the values themselves."""
    data = counted(sample)
    if data is None:
        raise ValueError(
            f"expected the data themselves for {what}, got squashed values or weights that are "
            "not whole numbers; pass the full sample as sample="
        )
    return data
