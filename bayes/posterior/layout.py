"""layout: draws, data and settings as one DataTree, the way ArviZ lays them out, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes.model.names import COMPONENT, OBSERVATION, OBSERVED
from bayes.posterior.records import Settings
from em import Parameters, Sample
from em.data.sample import merged

__all__ = [
    "DIMS",
    "GROUPS",
    "is_pseudo",
    "observation_by_observation",
    "parameters_of",
    "sample_of",
    "tree_of",
    "with_observations",
    "with_parameters",
]

Floats = NDArray[np.float64]

GROUPS = ("posterior", "sample_stats", "prior", "observed_data")
"""Which every posterior has."""
DIMS = ("chain", "draw", COMPONENT)


def tree_of(
    sample: Sample,
    draws: Parameters,
    stats: Mapping[str, ArrayLike],
    prior: Parameters,
    settings: Settings,
) -> xr.DataTree:
    """The groups that every posterior has; see `Posterior.from_draws`."""
    posterior = _drawn(draws)
    shared = {name: posterior.coords[name] for name in DIMS[:2]}
    tree = {
        "posterior": posterior,
        "sample_stats": xr.Dataset(
            {name: (DIMS[:2], np.asarray(value)) for name, value in stats.items()}, shared
        ),
        "prior": _drawn(Parameters(*(value[None] for value in prior))),
        "observed_data": _observed(sample),
    }
    data = xr.DataTree.from_dict(tree)
    data.attrs = {"settings": settings.to_json()}
    return data


def _drawn(parameters: Parameters) -> xr.Dataset:
    """Parameters, each of shape (chain, draw, K)."""
    named = parameters._asdict()
    return xr.Dataset(
        {name: (DIMS, np.asarray(value, dtype=float)) for name, value in named.items()},
        coords={
            name: np.arange(size) for name, size in zip(DIMS, parameters.means.shape, strict=True)
        },
    )


def _observed(sample: Sample) -> xr.Dataset:
    columns = {"values": sample.values, "sample_weights": sample.weights}
    told: dict[str, float | str] = {"rounding": sample.rounding}
    if sample.weights_are == "sampling":
        told |= {"weights_are": "sampling", "n": sample.n}
        rows, squares = sample.rows_and_squares
        if rows is not None and squares is not None:
            columns |= {"rows": rows, "squared_weights": squares}
    return xr.Dataset(
        {name: ("value", np.array(column)) for name, column in columns.items()}, attrs=told
    )


def parameters_of(data: xr.DataTree, group: str) -> Parameters:
    """Weights, means and sds of the posterior or the prior, each of shape (chain, draw, K)."""
    return Parameters(*(data[group][name].to_numpy() for name in Parameters._fields))


def with_parameters(data: xr.DataTree, groups: Mapping[str, Parameters]) -> xr.DataTree:
    """The same tree with other weights, means and sds in some groups."""
    changed = data.copy()
    for group, values in groups.items():
        named = {name: (DIMS, value) for name, value in values._asdict().items()}
        changed[group] = xr.DataTree(changed[group].to_dataset().assign(named))
    return changed


def with_observations(data: xr.DataTree, values: Floats) -> xr.DataTree:
    """The same tree whose observed data are every observation by itself.

    ArviZ takes every variable there for one that is predicted, so values with their weights move
    to ``constant_data``.
    """
    changed = data.copy()
    changed["constant_data"] = xr.DataTree(_sampled(data).to_dataset())
    changed["observed_data"] = xr.DataTree(observation_by_observation(values))
    return changed


def _sampled(data: xr.DataTree) -> xr.DataTree:
    """The group with the values and their weights."""
    return data.children["constant_data" if "constant_data" in data.children else "observed_data"]


def is_pseudo(data: xr.DataTree) -> bool:
    """Whether the data have sampling weights."""
    return bool(_sampled(data).attrs.get("weights_are") == "sampling")


def sample_of(data: xr.DataTree) -> Sample:
    """The data that the draws were made from."""
    observed = _sampled(data)

    def column(name: str) -> Floats | None:
        return observed[name].to_numpy() if name in observed else None

    values, weights = observed["values"].to_numpy(), observed["sample_weights"].to_numpy()
    # Files of earlier versions do not have it.
    rounding = float(observed.attrs.get("rounding", 0.0))
    if not is_pseudo(data):
        return Sample(values, weights, rounding)
    n = float(observed.attrs["n"])
    return merged(values, weights, column("rows"), column("squared_weights"), n, rounding)


def observation_by_observation(values: Floats) -> xr.Dataset:
    """Numbers of shape (chain, draw, n) or (n,), as the variable that the model observes."""
    dims = (*DIMS[:2], OBSERVATION)[-values.ndim :]
    coords = {name: np.arange(size) for name, size in zip(dims, values.shape, strict=True)}
    return xr.Dataset({OBSERVED: (dims, values)}, coords=coords)
