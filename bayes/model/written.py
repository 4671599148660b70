"""written: a prior as plain numbers and back, so that a saved posterior keeps it to the last digit.

What is written is PyMC's name of the distribution and the parameters it was made with, never
anything that runs when it is read. Distributions that are put together of others (mixtures, custom
ones) cannot be written so; truncated ones can.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pymc as pm
from pymc.distributions.distribution import SymbolicRandomVariable
from pymc.distributions.truncated import TruncatedRV
from pytensor.tensor.random.op import RandomVariable

from bayes.model.distributions import parameters, shape, untruncated

__all__ = ["read", "write"]


def write(dist: Any) -> dict[str, Any] | None:
    """A distribution in plain numbers, or None for one that cannot be written so.

    Parameters
    ----------
    dist : PyMC distribution of shape (K,)
        From `Priors.filled`.

    Returns
    -------
    dict or None
        Of strings, numbers, lists and dicts, which JSON keeps exactly.
    """
    repeated = bool(getattr(dist.tag, "repeated", False))
    if isinstance(dist.owner.op, TruncatedRV):
        base = write(untruncated(dist))
        if base is None:
            return None
        *_, lower, upper = parameters(dist)
        ends = {"lower": lower.tolist(), "upper": upper.tolist()}
        return {"name": "Truncated", "of": base, **ends, "repeated": repeated}
    name = _names().get(type(dist.owner.op))
    if name is None:
        return None
    # The parameters of a distribution over vectors say how long these are.
    size = None if dist.owner.op.ndim_supp == 1 else list(shape(dist))
    # With their types: PyTensor computes in single precision with some.
    values = [[value.dtype.name, value.tolist()] for value in map(np.asarray, parameters(dist))]
    return {"name": name, "parameters": values, "size": size, "repeated": repeated}


def read(written: dict[str, Any]) -> Any:
    """The distribution that `write` wrote.

    Parameters
    ----------
    written : dict

    Returns
    -------
    PyMC distribution of shape (K,)

    Raises
    ------
    ValueError
        If this version of PyMC has no such distribution.
    """
    if written["name"] == "Truncated":
        ends = {end: np.asarray(written[end], dtype=np.float64) for end in ("lower", "upper")}
        dist = pm.Truncated.dist(read(written["of"]), **ends)
    else:
        if written["name"] not in _names().values():
            raise ValueError(
                f"expected the name of a distribution of PyMC, got {written['name']!r}, which "
                f"PyMC {pm.__version__} does not have; read the file with the version that "
                "wrote it"
            )
        kind: Any = getattr(pm, written["name"])
        values = [np.asarray(value, dtype) for dtype, value in written["parameters"]]
        # What every distribution's own `dist` ends in, once it has turned what it was given (a
        # precision, say) into these parameters.
        dist = super(kind, kind).dist(values, size=written["size"])
    if written["repeated"]:
        dist.tag.repeated = True
    return dist


@cache
def _names() -> dict[type, str]:
    """PyMC's name of each kind of distribution that its parameters alone make."""
    found: dict[type, str] = {}
    for name, thing in vars(pm).items():
        kind = getattr(thing, "rv_type", None)
        if isinstance(kind, type) and _is_plain(kind):
            found.setdefault(kind, name)  # some have a second name
    return found


def _is_plain(kind: type) -> bool:
    if issubclass(kind, SymbolicRandomVariable):
        signature = getattr(kind, "extended_signature", None)
        return str(signature).startswith("[rng],[size],")
    return issubclass(kind, RandomVariable)
