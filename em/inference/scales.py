"""Scales: one parameter at a time, on a scale without ends.

That is the logit of a weight, a mean as it is, and the log of an sd.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from em.inference.estimate import Estimate
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import Pass, natural_jacobian
from em.likelihood.parameters import Parameters

__all__ = [
    "MEAN",
    "SD",
    "WEIGHT",
    "gradient",
    "normal_quantile",
    "put",
    "scaled",
    "slope",
    "unscaled",
]

Floats = NDArray[np.float64]

WEIGHT, MEAN, SD = range(3)
"""The kinds of parameters, in the order of `Parameters`."""


def scaled(at: Parameters, kind: int, k: int | slice = slice(None)) -> Floats:
    """A parameter on a scale without ends: logit, identity, log."""
    value = np.asarray(at[kind][..., k])
    if kind == WEIGHT:
        with np.errstate(divide="ignore"):
            return np.log(value) - np.log1p(-value)
    return np.log(value) if kind == SD else value


def unscaled(u: Floats, kind: int) -> Floats:
    """The parameter itself."""
    with np.errstate(over="ignore"):  # what overflows is an open end
        if kind == WEIGHT:
            return np.asarray(1 / (1 + np.exp(-u)))
        return np.exp(u) if kind == SD else u


def normal_quantile(level: float) -> float:
    """The standard normal quantile that leaves ``1 - level`` outside on both sides together."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + 0.5 * level))


def put(at: Parameters, kind: int, k: int, u: Floats, free: Coordinates) -> Parameters:
    """The mixtures with one parameter set; other free weights keep their proportions."""
    moving = free.free_weights
    weights, means, sds = (np.array(value) for value in at)
    value = unscaled(u, kind)
    if kind == WEIGHT:
        others = moving[moving != k]
        rest = weights[:, others].sum(axis=1)
        weights[:, others] *= ((rest + weights[:, k] - value) / rest)[:, None]
        weights[:, k] = value
    elif kind == MEAN:
        means[:, k] = value
    elif free.equal_sds:
        sds[:] = value[:, None]
    else:
        sds[:, k] = value
    return Parameters(weights, means, sds)


def gradient(fit: Estimate, kind: int, k: int) -> Floats:
    """Derivative of the parameter, on its own scale, by the free coordinates."""
    jacobian = natural_jacobian(fit.at.rows(0), fit.coordinates)
    value = float(fit.at[kind][0, k])
    scale = (value * (1 - value), 1.0, value)[kind]
    return np.asarray(jacobian[kind * fit.n_components + k] / scale)


def slope(found: Pass, at: Parameters, kind: int, k: int, fit: Estimate) -> Floats:
    """Derivative of the log-likelihood by the parameter on its own scale."""
    if kind == WEIGHT:
        moving = fit.coordinates.free_weights
        others = moving[moving != k]
        # The others give way in proportion: to what they hold, not to what is fixed.
        share = (
            at.weights[:, [k]]
            * (1 - at.weights[:, [k]])
            / at.weights[:, others].sum(axis=1, keepdims=True)
        )
        own = found.counts[:, k] * (1 - at.weights[:, k])
        return np.asarray(own - (found.counts[:, others] * share).sum(axis=1))
    if kind == MEAN:
        return np.asarray(found.first[:, k] / at.sds[:, k])
    excess = found.second - found.counts
    excess = excess + 2 * fit.penalty * (at.sds**-2.0 - 1)
    return np.asarray(excess.sum(axis=1) if fit.equal_sds else excess[:, k])
