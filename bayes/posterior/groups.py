"""groups: what ArviZ asks for besides the draws: densities value by value, and replicated data.

They are computed from the draws and not by the sampler, since they take n numbers for each draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes.model.density import log_density, log_priors, require_observations
from bayes.model.rounding import Lattice
from bayes.posterior.layout import DIMS, observation_by_observation
from em import Parameters, Sample

if TYPE_CHECKING:
    from bayes.model.priors import Priors

__all__ = [
    "EXTRA",
    "MOST",
    "checked",
    "log_likelihood",
    "log_prior",
    "posterior_predictive",
    "values_of",
]

Floats = NDArray[np.float64]

EXTRA = ("log_likelihood", "log_prior", "posterior_predictive")
"""The groups that can be added."""
MOST = 100_000_000
"""Numbers in a group at the most: 800 MB."""


def checked(groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups that were asked for, all of them where none was; ValueError for others."""
    unknown = [name for name in groups if name not in EXTRA]
    if unknown:
        raise ValueError(
            f"expected groups among {', '.join(EXTRA)}, got {', '.join(map(repr, unknown))}"
        )
    return groups or EXTRA


def values_of(sample: Sample, draws: Parameters) -> Floats:
    """Every observation by itself, of shape (n,); ValueError where that cannot be or is too much.

    Parameters
    ----------
    sample : Sample
    draws : Parameters
        Each of shape (chain, draw, K), for all of which a group has a number.
    """
    values = require_observations(sample, "what is said of every observation")
    n_draws = draws.means[..., 0].size
    if values.size * n_draws > MOST:
        raise ValueError(
            f"expected at most {MOST:,} numbers in a group, got {values.size:,} values times "
            f"{n_draws:,} draws; ask bayes.fit for fewer draws, or see bayes.criticism, which "
            "works on the values in blocks"
        )
    return values


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
    draws: Parameters, observed: Floats, rounding: float, rng: np.random.Generator
) -> xr.Dataset:
    """As many new values as there are observations, for every draw.

    Parameters
    ----------
    draws : Parameters
        Each of shape (chain, draw, K).
    observed : ndarray of shape (n,)
        New values are rounded to whole steps from the first of them, if they are rounded.
    rounding : float
        The step; 0 for exact values.
    rng : numpy.random.Generator

    Returns
    -------
    xarray.Dataset
        ``x`` of dimensions (chain, draw, observation), in the unit of the data.
    """
    flat = _flat(draws)
    at = rng.random((len(flat.means), observed.size))
    group = np.zeros(at.shape, dtype=np.intp)
    for below in np.cumsum(flat.weights, axis=1).T[:-1]:
        group += at > below[:, None]
    values = rng.standard_normal(at.shape)
    values *= np.take_along_axis(flat.sds, group, axis=1)
    values += np.take_along_axis(flat.means, group, axis=1)
    if rounding > 0:
        values = Lattice(float(observed[0]), rounding).rounded(values)
    return observation_by_observation(values.reshape(*_shape(draws), -1))


def _flat(draws: Parameters) -> Parameters:
    return Parameters(*(value.reshape(-1, value.shape[-1]) for value in draws))


def _shape(draws: Parameters) -> tuple[int, int]:
    chains, length, _ = draws.means.shape
    return chains, length
