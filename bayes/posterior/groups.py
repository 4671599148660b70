"""groups: what ArviZ asks for besides the draws: densities value by value, and replicated data.

They are computed from the draws and not by the sampler, since they take n numbers for each draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes.model.density import log_density, log_priors
from bayes.model.rounding import Lattice
from bayes.posterior.layout import DIMS, observation_by_observation
from em import Parameters

if TYPE_CHECKING:
    from bayes.model.priors import Priors

__all__ = ["EXTRA", "MOST", "log_likelihood", "log_prior", "posterior_predictive"]

Floats = NDArray[np.float64]

EXTRA = ("log_likelihood", "log_prior", "posterior_predictive")
"""The groups that can be added."""
MOST = 100_000_000
"""Numbers in a group at the most: 800 MB."""


def log_likelihood(draws: Parameters, values: Floats, rounding: float) -> xr.Dataset:
    """Log-density of every observation under every draw.

    Parameters
    ----------
    draws : Parameters
        Each of shape (chain, draw, K).
    values : ndarray of shape (n,)
    rounding : float
        The step to which the values were rounded; 0 for exact ones.

    Returns
    -------
    xarray.Dataset
        ``x`` of dimensions (chain, draw, observation), per unit of the data.
    """
    distinct, place = np.unique(values, return_inverse=True)
    density = log_density(_flat(draws), distinct, rounding)
    return observation_by_observation(density.T[:, place].reshape(*_shape(draws), -1))


def log_prior(draws: Parameters, priors: Priors) -> xr.Dataset:
    """Log of the prior density of every draw, of weights, means and sds one by one.

    Parameters
    ----------
    draws : Parameters
        Each of shape (chain, draw, K); where priors differ by component, in order of mean.
    priors : Priors
        `filled`.

    Returns
    -------
    xarray.Dataset
        ``weights``, ``means`` and ``sds`` of dimensions (chain, draw), per unit of each
        parameter; without the weight of a single component.
    """
    shape = _shape(draws)
    found = log_priors(_flat(draws), priors)._asdict()
    if draws.means.shape[-1] == 1:
        del found["weights"]
    coords = {name: np.arange(size) for name, size in zip(DIMS[:2], shape, strict=True)}
    return xr.Dataset(
        {name: (DIMS[:2], value.reshape(shape)) for name, value in found.items()}, coords
    )


def posterior_predictive(
    draws: Parameters, n: int, rng: np.random.Generator, lattice: Lattice | None
) -> xr.Dataset:
    """As many new values as there are observations, for every draw.

    Parameters
    ----------
    draws : Parameters
        Each of shape (chain, draw, K).
    n : int
    rng : numpy.random.Generator
    lattice : Lattice or None
        What values are rounded to, if they are.

    Returns
    -------
    xarray.Dataset
        ``x`` of dimensions (chain, draw, observation), in the unit of the data.
    """
    flat = _flat(draws)
    at = rng.random((len(flat.means), n))
    group = np.zeros(at.shape, dtype=np.intp)
    for below in np.cumsum(flat.weights, axis=1).T[:-1]:
        group += at > below[:, None]
    values = rng.standard_normal(at.shape)
    values *= np.take_along_axis(flat.sds, group, axis=1)
    values += np.take_along_axis(flat.means, group, axis=1)
    if lattice is not None:
        values = lattice.rounded(values)
    return observation_by_observation(values.reshape(*_shape(draws), n))


def _flat(draws: Parameters) -> Parameters:
    return Parameters(*(value.reshape(-1, value.shape[-1]) for value in draws))


def _shape(draws: Parameters) -> tuple[int, int]:
    chains, length, _ = draws.means.shape
    return chains, length
