"""SciPy's mixtures: the same distribution as a `scipy.stats.Mixture`, there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats  # takes most of a second, so this module is imported where it is used

from em.likelihood.parameters import Parameters

__all__ = ["as_scipy", "normal_parameters"]


def as_scipy(at: Parameters) -> Any:
    """The mixture with these parameters as SciPy has it.

    Parameters
    ----------
    at : Parameters
        Weights, means and sds, each of shape (n_components,).

    Returns
    -------
    scipy.stats.Mixture
        Of `scipy.stats.Normal` components in the order given.
    """
    components = [
        stats.Normal(mu=mean, sigma=sd) for mean, sd in zip(at.means, at.sds, strict=True)
    ]
    return stats.Mixture(components, weights=at.weights.copy())


def normal_parameters(mixture: Any) -> Parameters:
    """Weights, means and sds of a mixture that SciPy has.

    Parameters
    ----------
    mixture : scipy.stats.Mixture
        All of its components `scipy.stats.Normal`.

    Returns
    -------
    Parameters
        Each of shape (n_components,), in the order of ``mixture.components``.

    Raises
    ------
    TypeError
        If it is no `scipy.stats.Mixture`.
    ValueError
        If a component is not a `scipy.stats.Normal`, or one without a finite mean and sd.
    """
    if not isinstance(mixture, stats.Mixture):
        raise TypeError(
            f"expected a scipy.stats.Mixture, got {type(mixture).__name__}; wrap a single "
            "distribution as scipy.stats.Mixture([distribution])"
        )
    components = mixture.components
    for place, component in enumerate(components):
        if not isinstance(component, stats.Normal):
            raise ValueError(  # noqa: TRY004 - a mixture it is, but not of normal distributions
                "expected every component to be a scipy.stats.Normal, got "
                f"{type(component).__name__} at position {place}; a normal distribution made by "
                "arithmetic can be written scipy.stats.Normal(mu=..., sigma=...)"
            )
        if not (np.isfinite(component.mu) and np.isfinite(component.sigma)):
            # SciPy makes both NaN if one is out of range, and a later message would mislead.
            raise ValueError(
                f"expected normal components with a finite mean and a positive sd, got {component} "
                f"at position {place}"
            )
    return Parameters(
        np.array(mixture.weights, dtype=np.float64),
        np.array([component.mu for component in components], dtype=np.float64),
        np.array([component.sigma for component in components], dtype=np.float64),
    )
