"""archive: a posterior's groups to and from one small netCDF file, whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import xarray as xr

from bayes.model.names import COMPONENT

__all__ = ["read", "write"]

FORMAT = "em-vs-bayes posterior"
SCHEMA = 1
"""Raised whenever files of an earlier version can no longer be read."""
EARLIER = "component"
"""What earlier versions called the dimension of the components."""


def write(data: xr.DataTree, path: str | os.PathLike[str]) -> None:
    """Write the groups to a compressed netCDF file.

    Parameters
    ----------
    data : xarray.DataTree
    path : str or path
        An existing file there is replaced only once the new one is complete.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left behind then.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(
            f"expected a file to save the posterior to, got the directory {target}; add a name "
            "such as posterior.nc"
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"expected to save {target.name} in an existing folder, found no folder "
            f"{target.parent}; make it first"
        )
    marked = data.copy()
    marked.attrs = {**data.attrs, "format": FORMAT, "schema": SCHEMA}
    squeeze = {"zlib": True, "complevel": 6, "shuffle": True}
    encoding = {
        f"/{name}": {str(variable): squeeze for variable in group.data_vars}
        for name, group in data.children.items()
    }
    # In memory first: where the disk is full, the HDF5 library takes the process down with it.
    content = marked.to_netcdf(engine="h5netcdf", encoding=encoding)
    # In the same folder, because only there is the last step a rename.
    partial = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> xr.DataTree:
    """Read the groups that `write` wrote; the file is closed again.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    xarray.DataTree

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is something else than a saved posterior, or one of another version.
    """
    source = Path(path)
    if not source.exists():
        raise FileNotFoundError(
            f"expected a saved posterior, found no file {source}; save one with "
            "posterior.save(path)"
        )
    advice = "pass a file written by posterior.save(path)"
    try:
        with xr.open_datatree(source, engine="h5netcdf") as stored:
            data = stored.load()
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"expected a saved posterior, got {source}, which cannot be read as netCDF ({error}); "
            f"{advice}"
        ) from error
    if data.attrs.get("format") != FORMAT:
        raise ValueError(
            f"expected a saved posterior, got {source}, a netCDF file of something else; {advice}"
        )
    if data.attrs.get("schema") != SCHEMA:
        raise ValueError(
            f"expected a posterior of schema {SCHEMA}, got {source} of schema "
            f"{data.attrs.get('schema')}; read it with the version that wrote it"
        )
    for name, group in data.children.items():
        if EARLIER in group.dims:
            data[name] = xr.DataTree(group.to_dataset().rename({EARLIER: COMPONENT}))
    return data
