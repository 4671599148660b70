"""archive: a posterior's file appears whole or not at all, and nothing else is taken for one."""

from __future__ import annotations

import os
import resource

import numpy as np
import pytest
import xarray as xr

from bayes.posterior import archive


def small_tree():
    draws = xr.Dataset({"means": (("chain", "draw"), np.arange(6.0).reshape(2, 3))})
    return xr.DataTree.from_dict({"posterior": draws, "prior": draws})


def test_what_is_read_is_what_was_written(tmp_path):
    tree = small_tree()
    tree.attrs = {"settings": "{}"}
    archive.write(tree, tmp_path / "posterior.nc")
    back = archive.read(str(tmp_path / "posterior.nc"))
    xr.testing.assert_identical(back["posterior"].dataset, tree["posterior"].dataset)
    assert back.attrs["settings"] == "{}"
    assert tree.attrs == {"settings": "{}"}


def test_file_is_replaced_only_once_the_new_one_is_complete(tmp_path, monkeypatch):
    path = tmp_path / "posterior.nc"
    archive.write(small_tree(), path)
    before = path.read_bytes()

    def interrupted(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        archive.write(small_tree(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("limit", [0, 1000, 5000])
def test_a_full_disk_is_an_error_and_no_crash(tmp_path, limit):
    "Where no file can be larger than so many bytes; the HDF5 library would end the process."
    path = tmp_path / "posterior.nc"
    archive.write(small_tree(), path)
    before = path.read_bytes()
    assert len(before) > limit
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, earlier[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            archive.write(small_tree(), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_and_a_folder_missing_are_said_so(tmp_path):
    with pytest.raises(IsADirectoryError, match="got the directory"):
        archive.write(small_tree(), tmp_path)
    with pytest.raises(FileNotFoundError, match="no folder"):
        archive.write(small_tree(), tmp_path / "missing" / "posterior.nc")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_said_so(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"found no file .*gone\.nc"):
        archive.read(tmp_path / "gone.nc")


@pytest.mark.parametrize("content", [b"", b"height\n170\n", b"\x89HDF\r\n\x1a\n broken"])
def test_a_file_that_is_no_netcdf_is_said_so(tmp_path, content):
    path = tmp_path / "other.nc"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read as netCDF"):
        archive.read(path)


def test_a_netcdf_file_of_something_else_is_said_so(tmp_path):
    path = tmp_path / "other.nc"
    small_tree().to_netcdf(path, engine="h5netcdf")
    with pytest.raises(ValueError, match="a netCDF file of something else"):
        archive.read(path)


def test_a_file_of_another_version_is_said_so(tmp_path, monkeypatch):
    path = tmp_path / "posterior.nc"
    monkeypatch.setattr(archive, "SCHEMA", 99)
    archive.write(small_tree(), path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"schema 1, got .* of schema 99"):
        archive.read(path)
