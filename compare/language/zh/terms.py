"""Terms in Chinese: how data, groups, parameters and values are called inside a sentence.

Digits and units stand apart from Chinese letters by a space.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.language.numbers import fixed, percent, tiny
from compare.language.numbers import number as finite_number
from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.findings.terms import Data, Group, Parameter, Range, ShareOfDraws, Value

__all__ = [
    "fixed",
    "group",
    "label",
    "number",
    "numeral",
    "observations",
    "p_value",
    "parameter",
    "percent",
    "share",
    "share_of_draws",
    "shares",
    "tiny",
    "unit_after",
    "unit_of",
    "value",
]

NUMERALS = "零一两三四五六七八九十"
ORDINALS = "零一二三四五六七八九"
KINDS = {"weights": "权重", "means": "均值", "sds": "标准差"}


def numeral(count: int, what: str) -> str:
    """So many of something behind a Chinese letter, with its measure word: ``两个组``."""
    return f"{NUMERALS[count]}{what}" if count < len(NUMERALS) else f" {count} {what}"


def observations(data: Data) -> str:
    """How many values of what: ``1,000 个身高值``."""
    count = f"{data.n:,.0f}" if data.n == round(data.n) else f"{data.n:,.1f}"
    if data.are_heights:
        return f"{count} 个身高值"
    variable = plain(data.variable)
    return f"{count} 个 {variable} 值" if variable else f"{count} 个值"


def group(which: Group) -> str:
    """A group by its name: ``较低组``, ``第 3 组``; a single one has none."""
    place, last = which.place, which.count - 1
    if which.count == 1:
        return ""
    if which.order == "mean":
        return ("较低组", "较高组")[place] if which.count == 2 else f"第 {place + 1} 组"
    if which.count == 2:
        return ("较窄组", "较宽组")[place]
    if place in {0, last}:
        return "最宽组" if place else "最窄组"
    if place + 1 < len(ORDINALS):
        return f"第{ORDINALS[place + 1]}窄组"
    return f"按离散程度排第 {place + 1} 的组"


def parameter(which: Parameter) -> str:
    """A parameter in full: ``较低组的均值``."""
    of = group(which.group)
    return f"{of}的{KINDS[which.kind]}" if of else KINDS[which.kind]


def number(value: float, width: float | None = None) -> str:
    """A number to as many digits as a range of the given width makes meaningful."""
    return "无法得出" if math.isnan(value) else finite_number(value, width)


def unit_after(unit: str) -> str:
    """A unit, to be set behind a number; empty if there is none."""
    shown = plain(unit, 16)
    return f" {shown}" if shown else ""


def value(one: Value) -> str:
    """A value with its unit, to the digits that its width makes meaningful."""
    return number(one.value, one.width) + unit_after(one.unit)


def share(part: float) -> str:
    """A share of the data as a percentage that never claims 0 or 100 of what is in between."""
    if 0 < part < 0.01:
        return "<0.01%" if part < 1e-4 else f"{100 * part:.2g}%"
    if 0.99 < part < 1:
        return ">99.99%" if part > 0.9999 else f"{100 * part:.2f}%"
    return f"{100 * part:.0f}%"


def shares(ends: Range) -> str:
    """An interval of shares of the data: ``26% 至 35%``."""
    return f"{share(ends.lower)} 至 {share(ends.upper)}"


def share_of_draws(found: ShareOfDraws) -> str:
    """A share to the digits that so many draws give it."""
    part = found.share
    if part == 0:
        return f"不到 {100 * found.least:.1g}%"
    if part == 1:
        return f"超过 {100 * (1 - found.least):.3g}%"
    return f"约 {100 * part:.{0 if 0.1 <= part <= 0.99 else 1}f}%"


def p_value(value: float) -> str:
    """A p-value, never as zero."""
    return f"p = {value:.2g}" if value >= 1e-4 else "p < 0.0001"


def label(which: Parameter) -> str:
    """A parameter in few words, as a table has it: ``较低组均值``, ``第 3 组标准差``."""
    return f"{group(which.group)}{KINDS[which.kind]}"


def unit_of(unit: str) -> str:
    """A unit, alone; empty if there is none."""
    return plain(unit, 16)
