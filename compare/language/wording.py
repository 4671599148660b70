"""Wording: how values, shares, counts and groups are written inside a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from compare.language.labels import called, group, variable
from compare.language.numbers import fixed, tiny, true_minus

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = [
    "all_of",
    "capitalized",
    "counted",
    "fixed",
    "group_name",
    "group_names",
    "group_of",
    "groups",
    "label",
    "numeral",
    "observations",
    "p_value",
    "parameter_name",
    "share",
    "tiny",
    "true_minus",
]

NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def observations(comparison: Comparison) -> str:
    """How many values of what: ``1,000 heights``."""
    n = comparison.case.sample.n
    count = f"{n:,.0f}" if n == round(n) else f"{n:,.1f}"
    if comparison.case.seed is not None:
        return f"{count} heights"
    return f"{count} values of {variable(comparison)}"


def label(comparison: Comparison, row: Row) -> str:
    """Call a row by what it is, shortly: ``lower mean``, or ``mean (narrower)``."""
    return called(comparison, row)


def parameter_name(comparison: Comparison, row: Row) -> str:
    """Call a row by what it is, in full: ``the mean of the lower group``."""
    kind = {"weights": "weight", "means": "mean", "sds": "standard deviation"}[row.parameter]
    which = group_of(comparison, row.component)
    return f"the {kind}" if not which else f"the {kind} of {which}"


def group_name(which: str) -> str:
    """Call a group by its label: ``the lower group``, ``the widest group``, ``group 3``."""
    return which if which.startswith("group ") or not which else f"the {which} group"


def group_of(comparison: Comparison, component: int) -> str:
    """Call a component of a comparison by its name; a single one has none."""
    return group_name(group(component, comparison.n_components, comparison.order))


def group_names(comparison: Comparison) -> list[str]:
    """Call all groups by their names, in order of EM's means; a single one is ``the group``."""
    named = comparison.named
    names = [group_of(named, component) for component in range(named.n_components)]
    ranks = np.argsort(named.fit.mixture.places(named.order))
    return [names[rank] or "the group" for rank in ranks]


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
