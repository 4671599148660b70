"""values: what PyTensor's variables are, worked out node by node.

To compile a function that is called once takes many times as long as its few vectorised calls. The
numbers are those of Python's linker without rewrites to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytensor.compile.builders import OpFromGraph
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.graph.op import HasInnerGraph
from pytensor.graph.traversal import toposort
from pytensor.graph.utils import MissingInputError

__all__ = ["evaluated"]


def evaluated(variables: Sequence[Any], given: Mapping[Any, Any] | None = None) -> list[Any]:
    """The values of variables that depend on constants and shared variables only.

    Parameters
    ----------
    variables : sequence of PyTensor variables
    given : mapping, optional
        The values of some others, which are taken as they are.

    Returns
    -------
    list

    Raises
    ------
    MissingInputError
        If they depend on other variables.
    NotImplementedError
        If a part of them can only be compiled, or not be drawn from.
    """
    found = dict(given or {})

    def value(variable: Any) -> Any:
        if variable in found:
            return found[variable]
        if isinstance(variable, Constant):
            return variable.data
        if isinstance(variable, SharedVariable):
            return variable.get_value(borrow=True)
        raise MissingInputError(f"{variable} has no value", variable=variable)

    for node in toposort(variables, blockers=list(found)):
        made = _performed(node, [value(one) for one in node.inputs])
        found.update(zip(node.outputs, made, strict=True))
    return [value(one) for one in variables]


def _performed(node: Any, inputs: list[Any]) -> list[Any]:
    op = node.op
    if isinstance(op, OpFromGraph):
        return evaluated(op.inner_outputs, dict(zip(op.inner_inputs, inputs, strict=True)))
    if isinstance(op, HasInnerGraph):
        raise NotImplementedError(f"{op} is compiled")
    kept: list[list[Any]] = [[None] for _ in node.outputs]
    op.perform(node, inputs, kept)
    return [one for (one,) in kept]
