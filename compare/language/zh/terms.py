"""Terms in Chinese: how groups and parameters are called inside a sentence or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.comparison.table import Kind
    from compare.findings.terms import Group, Parameter

__all__ = ["group", "kind", "label", "unit_of"]


def group(which: Group) -> str:
    """A group by its name: ``较低组``, ``第 3 组``; a single one has none."""
    place, count = which.place, which.count
    if count == 1:
        return ""
    match which.order:
        case "mean":
            return ("较低组", "较高组")[place] if count == 2 else f"第 {place + 1} 组"
        case "sd":
            if count == 2:
                return ("较窄组", "较宽组")[place]
            return "最宽组" if place == count - 1 else _narrow(place)
        case _:
            assert_never(which.order)


def _narrow(place: int) -> str:
    return "最窄组" if place == 0 else f"第 {place + 1} 窄组"


def kind(which: Kind) -> str:
    """What is estimated of a group."""
    match which:
        case "weights":
            return "权重"
        case "means":
            return "均值"
        case "sds":
            return "标准差"
        case _:
            assert_never(which)


def label(which: Parameter) -> str:
    """A parameter in few words, as a table has it: ``较低组均值``, ``第 3 组标准差``."""
    return f"{group(which.group)}{kind(which.kind)}"


def unit_of(unit: str) -> str:
    """A unit, alone; empty if there is none."""
    return plain(unit, 16)
