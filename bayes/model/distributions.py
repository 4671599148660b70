"""distributions: what a PyMC distribution made with .dist is, in numbers and in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.distribution import SymbolicRandomVariable
from pymc.distributions.shape_utils import change_dist_size
from pymc.distributions.truncated import TruncatedRV
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.random.basic import BetaRV, DirichletRV, LogNormalRV
from pytensor.tensor.random.op import RandomVariable
from pytensor.tensor.random.type import RandomType
from pytensor.tensor.variable import TensorConstant, TensorVariable

from bayes.model.values import evaluated

__all__ = [
    "EXAMPLES",
    "in_double_precision",
    "is_distribution",
    "is_same_for_all",
    "parameters",
    "resized",
    "shape",
    "untruncated",
    "words",
]

Floats = NDArray[np.float64]

EXAMPLES = {
    "weights": "pm.Dirichlet.dist([2, 2])",
    "means": "pm.Normal.dist(170, 10)",
    "sds": "pm.LogNormal.dist(1.5, 1)",
}

FEW_DIGITS = {"bool", "int8", "uint8", "int16", "uint16", "float16", "float32"}
"""Types of numbers that PyTensor computes with in single precision."""


def is_distribution(dist: Any) -> bool:
    """Whether it was made with ``.dist`` of a PyMC distribution."""
    return (
        isinstance(dist, TensorVariable)
        and dist.owner is not None
        and isinstance(dist.owner.op, (RandomVariable, SymbolicRandomVariable))
    )


def resized(name: str, dist: Any, K: int) -> Any:
    """The distribution with one entry for each of K components.

    Parameters
    ----------
    name : {"weights", "means", "sds"}
        What it is a prior of.
    dist : PyMC distribution
        A scalar one is repeated.
    K : int

    Returns
    -------
    PyMC distribution of shape (K,)

    Raises
    ------
    ValueError
        If it has another length, is over numbers where weights need vectors with sum one or the
        other way round, or has parameters that are random.
    """
    dist = in_double_precision(dist)
    if isinstance(dist.owner.op, RandomVariable) and any(map(_is_random, dist.owner.inputs)):
        raise ValueError(
            f"expected a prior of the {name} with fixed parameters, got one that depends on "
            "another random variable; put numbers in its place"
        )
    vector = dist.owner.op.ndim_supp == 1
    if vector != (name == "weights"):
        kind = "a vector, such as a Dirichlet" if name == "weights" else "one number at a time"
        raise ValueError(
            f"expected the prior of the {name} to be over {kind}, got {words(dist)}; for "
            f"example {_vector_for(dist) if name == 'weights' and K == 2 else EXAMPLES[name]}"
        )
    if dist.type.ndim == 0:
        repeated = change_dist_size(dist, K)
        repeated.tag.repeated = True  # PyTensor's place for notes of one's own
        return repeated
    if shape(dist) != (K,):
        raise ValueError(
            f"expected a prior of the {name} of shape ({K},) for {K} components, got shape "
            f"{shape(dist)}; give one entry for each component"
        )
    # A copy, which does not share its random state with the caller's.
    return change_dist_size(dist, () if vector else (K,))


def _vector_for(dist: Any) -> str:
    """What to write for weights in place of a distribution of one number."""
    if not isinstance(dist.owner.op, BetaRV):
        return EXAMPLES["weights"]
    first, second = (f"{np.ravel(value)[0]:.4g}" for value in parameters(dist))
    return f"pm.Dirichlet.dist([{first}, {second}]), under which the first weight is that"


def in_double_precision(dist: Any) -> Any:
    """The same distribution with all of its numbers in double precision.

    PyTensor keeps a plain 2 in a byte and takes its logarithm in single precision, so a density
    made with one is right to eight digits only.

    Parameters
    ----------
    dist : PyMC distribution
        One that is put together of others, such as a truncated one, is returned as it is.

    Returns
    -------
    PyMC distribution
    """
    op, node = dist.owner.op, dist.owner
    if not isinstance(op, RandomVariable):
        return dist
    exact = {
        leaf: pt.constant(leaf.data.astype(np.float64))
        for leaf in ancestors(op.dist_params(node))
        if isinstance(leaf, TensorConstant) and leaf.dtype in FEW_DIGITS
    }
    if not exact:
        return dist
    widened = clone_replace(dist, exact, rebuild_strict=False)
    widened.tag.__dict__.update(dist.tag.__dict__)
    return widened


def parameters(dist: Any) -> list[Floats]:
    """The numbers a distribution was made with, random states and sizes left out."""
    op, node = dist.owner.op, dist.owner
    if isinstance(op, RandomVariable):
        inputs = op.dist_params(node)
    elif isinstance(op, TruncatedRV):
        *_, lower, upper = node.inputs
        return [*parameters(untruncated(dist)), *map(_value, (lower, upper))]
    elif op.extended_signature is not None:
        inputs = op.dist_params(node)
    else:
        inputs = [item for item in node.inputs if not isinstance(item.type, RandomType)]
    return [_value(item) for item in inputs if isinstance(item, TensorVariable)]


def _value(variable: Any) -> Floats:
    if isinstance(variable, TensorConstant):
        return np.asarray(variable.data)
    if _is_random(variable):
        # A part of a mixture, say: no number to compare, so no two components are alike.
        return np.full(2, np.nan)
    return np.asarray(evaluated([variable])[0])


def _is_random(variable: Any) -> bool:
    return any(is_distribution(node) for node in ancestors([variable]))


def shape(dist: Any) -> tuple[int, ...]:
    """The shape of one draw."""
    if None not in dist.type.shape:
        return tuple(dist.type.shape)
    return tuple(int(size) for size in evaluated([dist.shape])[0])


def untruncated(dist: Any) -> Any:
    """The distribution that `pymc.Truncated` was given."""
    *base, _, _ = dist.owner.inputs
    return dist.owner.op.base_rv_op.make_node(*base).default_output()


def is_same_for_all(dist: Any) -> bool:
    """Whether a `resized` distribution is the same for all components, by its parameters."""
    repeated: bool = getattr(dist.tag, "repeated", False)
    return repeated or all(map(_is_constant, parameters(dist)))


def _is_constant(value: Floats) -> bool:
    return value.ndim == 0 or bool(np.all(value == value[..., :1]))


def words(dist: Any) -> str:
    """A distribution with its parameters, such as ``Normal(171.1, 13.85)``."""
    op = dist.owner.op
    if isinstance(op, TruncatedRV):
        *_, lower, upper = parameters(dist)
        limits = [
            f" {word} {_number(limit)}"
            for word, limit in (("above", lower), ("below", upper))
            if np.isfinite(limit).all()
        ]
        return words(untruncated(dist)) + ",".join(limits)
    values = parameters(dist)
    if isinstance(op, LogNormalRV):
        return f"LogNormal(log {_number(np.exp(values[0]))}, {_number(values[1])})"
    if isinstance(op, DirichletRV) and values[0].size == 1:
        return "the constant 1"
    if isinstance(op, DirichletRV):
        return f"Dirichlet({', '.join(f'{value:.4g}' for value in values[0])})"
    name = (getattr(op, "_print_name", None) or [type(op).__name__])[0]
    known = [value for value in values if not np.isnan(value).any()]
    return f"{name}({', '.join(map(_number, known))})"


def _number(value: Floats) -> str:
    flat = np.ravel(value)
    if _is_constant(flat):
        return f"{flat[0]:.4g}"
    return f"[{', '.join(f'{entry:.4g}' for entry in flat)}]"
