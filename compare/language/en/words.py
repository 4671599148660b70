"""Words in English: numerals, plurals, lists, shares and the labels of groups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.language import numbers

if TYPE_CHECKING:
    from em.likelihood.mixture import Order

__all__ = [
    "all_of",
    "capitalized",
    "counted",
    "group_label",
    "group_name",
    "groups",
    "listed",
    "number",
    "numeral",
    "p_value",
    "share",
]

NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = ("", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def group_label(component: int, n_components: int, order: Order = "mean") -> str:
    """What a component is called: by its place in the order of the means, or of the sds."""
    if n_components == 1:
        return ""
    if order == "sd":
        return _by_spread(component, n_components)
    if n_components == 2:
        return ("lower", "upper")[component]
    return f"group {component + 1}"


def _by_spread(component: int, n_components: int) -> str:
    if n_components == 2:
        return ("narrower", "wider")[component]
    if component == n_components - 1:
        return "widest"
    if component < len(ORDINALS):
        return f"{ORDINALS[component]} narrowest".strip()
    return f"group {component + 1} by spread"


def group_name(which: str) -> str:
    """Call a group by its label: ``the lower group``, ``the widest group``, ``group 3``."""
    return which if which.startswith("group ") or not which else f"the {which} group"


def groups(count: int) -> str:
    """So many groups: ``two groups``."""
    return f"{numeral(count)} group{'' if count == 1 else 's'}"


def numeral(count: int) -> str:
    """A small number as a word."""
    return NUMERALS[count] if count < len(NUMERALS) else f"{count}"


def counted(count: int, what: str) -> str:
    """So many of something: ``no divergences``, ``1 check``."""
    return f"{'no' if count == 0 else count} {what}{'' if count == 1 else 's'}"


def all_of(count: int, total: int) -> str:
    """So many of all: ``both``, ``all five``, ``none of the five``."""
    if count == total:
        return {1: "the", 2: "both"}.get(total, f"all {numeral(total)}")
    return f"{numeral(count) if count else 'none'} of the {numeral(total)}"


def listed(items: list[str], conjunction: str = "and") -> str:
    """Items as a sentence lists them: ``a, b and c``."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def number(value: float, width: float | None = None) -> str:
    """A number to as many digits as a range of the given width makes meaningful."""
    return "not available" if math.isnan(value) else numbers.number(value, width)


def share(part: float) -> str:
    """A share of the data as a percentage that never claims 0 or 100 of what is in between."""
    if 0 < part < 0.01:
        return "under 0.01%" if part < 1e-4 else f"{100 * part:.2g}%"
    if 0.99 < part < 1:
        return "over 99.99%" if part > 0.9999 else f"{100 * part:.2f}%"
    return f"{100 * part:.0f}%"


def p_value(value: float) -> str:
    """A p-value, never as zero."""
    return f"p = {value:.2g}" if value >= 1e-4 else "p < 0.0001"


def capitalized(text: str) -> str:
    """With a capital at the beginning; `str.capitalize` would take those inside away."""
    return text[0].upper() + text[1:]
