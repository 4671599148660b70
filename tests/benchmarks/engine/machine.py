"""What the figures were measured on, so far as it changes them; nothing that names a machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = ["describe", "load", "memory"]

PACKAGES = (
    "numpy", "scipy", "scikit-learn", "pymc", "pytensor", "numba", "nutpie", "arviz", "pyarrow",
)  # fmt: skip


def describe(r_versions: Mapping[str, str]) -> dict[str, Any]:
    """Cores, processor, memory, versions and threads.

    Parameters
    ----------
    r_versions : mapping of str to str
        As of `rscript.versions`.
    """
    mine = getattr(os, "sched_getaffinity", None)
    return {
        "cores": len(mine(0)) if mine else os.cpu_count(),
        "processor": _processor(),
        "memory_gb": memory(),
        "system": f"{platform.system()} ({platform.machine()})",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "threads": _threads(),
        "r": dict(r_versions),
    }


def load() -> float | None:
    """How many processes wanted to run, on average over the last minute; None if unknown."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")


def memory() -> float | None:
    """Of the machine, in GB; None if unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return None


def _threads() -> list[str]:
    import sklearn.mixture  # noqa: F401 - a library shows once it is loaded: this loads them all
    from threadpoolctl import threadpool_info

    return sorted(
        f"{one['internal_api']} {one['version'] or ''} with {one['num_threads']} threads".replace(
            "  ", " "
        )
        for one in threadpool_info()
    )
