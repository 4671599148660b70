"""Confidence intervals: Wald, profile likelihood and percentiles of a bootstrap."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from em.data.arguments import real
from em.inference.estimate import Estimate
from em.inference.profile import hull
from em.inference.resampling import bootstrap
from em.inference.scales import normal_quantile, scaled, unscaled
from em.likelihood.mixture import Order
from em.likelihood.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["conf_int"]

Floats = NDArray[np.float64]

LEFT_OUT = 0.05
"""Share of bootstrap refits without a maximum above which their interval comes with a warning."""


def conf_int(
    fit: Estimate, level: float, method: str, order: Order = "mean", **settings: Any
) -> Parameters:
    """Confidence intervals of a fit; see `em.Fit.conf_int`.

    Parameters
    ----------
    fit : Estimate
    level : float
    method : {"profile", "wald", "bootstrap"}
    order : {"mean", "sd"}
    **settings
        Passed on to `em.bootstrap`; the other methods have none.

    Returns
    -------
    em.Parameters
        Arrays of shape (n_components, 2); NaN if the fit is not at a maximum.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, the method or the order is unknown, or components
        with one sd are to be told apart by it.
    TypeError
        If the level is no number, or settings are given for a method that has none.

    Warns
    -----
    RuntimeWarning
        If more than one in twenty bootstrap refits found no regular maximum: they are left out.
    """
    methods: dict[str, Callable[..., Parameters]] = {
        "wald": _wald,
        "profile": partial(hull, order=order),
        "bootstrap": _percentile,
    }
    if method not in methods:
        raise ValueError(f"expected method to be one of {sorted(methods)}, got {method!r}")
    there = fit.mixture.places(order)
    if order == "sd" and fit.equal_sds and fit.n_components > 1:
        raise ValueError(
            'expected order "mean" for components that share one sd, got "sd": their sds do not '
            "tell them apart"
        )
    if not 0.0 < real("level", level) < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}; for example 0.95")
    if settings and method != "bootstrap":
        raise TypeError(f"expected no settings for {method} intervals, got {sorted(settings)}")
    if not fit.converged:
        nothing = np.full((fit.n_components, 2), np.nan)
        return Parameters(nothing, nothing, nothing)
    with np.errstate(under="ignore"):  # a density far from its mean is zero
        found = methods[method](fit, level, **settings)
    if method == "profile":  # around each maximum names are given on their own
        return found
    return Parameters(*(ends[there] for ends in found))


def _percentile(fit: Estimate, level: float, **settings: Any) -> Parameters:
    """Percentiles of a bootstrap (Efron & Tibshirani 1993, chapter 13)."""
    made = bootstrap(fit, **settings)
    if made.n_left_out > LEFT_OUT * made.n_refits:
        warnings.warn(
            f"{made.n_left_out} of {made.n_refits} bootstrap refits found no regular maximum and "
            f"are left out ({made.left_out}), so the intervals may be too narrow; use "
            'method="profile" or fewer components',
            RuntimeWarning,
            stacklevel=4,  # past Fit.conf_int to its caller
        )
    draws = made.draws
    if draws.means.shape[0] < 2:
        nothing = np.full((fit.n_components, 2), np.nan)
        return Parameters(nothing, nothing, nothing)
    ends = (0.5 - 0.5 * level, 0.5 + 0.5 * level)
    return Parameters(*(np.quantile(values, ends, axis=0).T for values in draws))


def _wald(fit: Estimate, level: float) -> Parameters:
    """Estimate plus and minus standard errors, on scales where every end is possible.

    Logit for weights, identity for means, log for sds; the standard error on the scale comes
    from the delta method.
    """
    z = normal_quantile(level)
    se = fit.standard_errors()
    kinds = []
    for kind, (values, errors) in enumerate(zip(fit.mixture.parameters, se, strict=True)):
        # What does not vary, such as the weight of a single component, has no scale to speak of.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope = (1 / (values * (1 - values)), np.ones_like(values), 1 / values)[kind]
            half = np.where(errors > 0, z * errors * slope, 0.0)
        u = scaled(fit.mixture.parameters, kind)
        kinds.append(np.stack([unscaled(u - half, kind), unscaled(u + half, kind)], axis=1))
    return Parameters(*kinds)
