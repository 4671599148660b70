"""Terms in English: how data, groups, parameters and values are called inside a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.words import (
    all_of,
    capitalized,
    counted,
    group_label,
    group_name,
    groups,
    listed,
    number,
    numeral,
    p_value,
    share,
)
from compare.language.numbers import fixed, percent, tiny, true_minus
from compare.tables.printable import plain

if TYPE_CHECKING:
    import em
    from compare.comparison.laws import LawName
    from compare.findings.terms import Data, Group, Model, Parameter, Range, Value

__all__ = [
    "LAWS",
    "all_of",
    "capitalized",
    "counted",
    "fixed",
    "group",
    "groups",
    "label",
    "listed",
    "mixture_cells",
    "model",
    "number",
    "numeral",
    "observations",
    "p_value",
    "parameter",
    "percent",
    "share",
    "shares",
    "significant",
    "tiny",
    "true_minus",
    "unit_after",
    "unit_in_brackets",
    "unit_of",
    "value",
]

LAWS: dict[LawName, str] = {
    "log-normal": "log-normal",
    "shifted log-normal": "shifted log-normal",
    "gamma": "gamma",
    "skew-normal": "skew-normal",
    "t": "Student's t",
}
"""Laws of one quantity, as adjectives."""

KINDS = {"weights": "weight", "means": "mean", "sds": "standard deviation"}


def observations(data: Data) -> str:
    """How many values of what: ``1,000 heights``."""
    count = f"{data.n:,.0f}" if data.n == round(data.n) else f"{data.n:,.1f}"
    if data.are_heights:
        return f"{count} heights"
    return f"{count} values of {plain(data.variable) or 'value'}"


def group(which: Group) -> str:
    """A group by its name: ``the lower group``, ``group 3``; a single one has none."""
    return group_name(group_label(which.place, which.count, which.order))


def parameter(which: Parameter) -> str:
    """A parameter in full: ``the mean of the lower group``."""
    of = group(which.group)
    return f"the {KINDS[which.kind]} of {of}" if of else f"the {KINDS[which.kind]}"


def label(which: Parameter) -> str:
    """A parameter in few words, as a table has it: ``lower mean``, or ``mean (narrower)``."""
    kind = "sd" if which.kind == "sds" else KINDS[which.kind]
    of = group_label(which.group.place, which.group.count, which.group.order)
    if which.group.order == "sd" and of:
        return f"{kind} ({of})"
    return f"{of} {kind}".strip()


def unit_of(unit: str) -> str:
    """A unit, alone; empty if there is none."""
    return plain(unit, 16)


def unit_after(unit: str) -> str:
    """A unit, to be set behind a number; empty if there is none."""
    shown = plain(unit, 16)
    return f" {shown}" if shown else ""


def unit_in_brackets(unit: str) -> str:
    """A unit, to be set behind what is measured in it; empty if there is none."""
    shown = plain(unit, 16)
    return f" ({shown})" if shown else ""


def significant(value: float, digits: int) -> str:
    """A number to so many significant digits, with a true minus sign."""
    return f"{'−' if value < 0 else ''}{abs(value):.{digits}g}"


def value(one: Value) -> str:
    """A value with its unit, to the digits that its width makes meaningful."""
    return number(one.value, one.width) + unit_after(one.unit)


def shares(ends: Range) -> str:
    """An interval of shares of the data: ``26% to 35%``."""
    return f"{share(ends.lower)} to {share(ends.upper)}"


def model(one: Model) -> str:
    """A model by its groups and what is common to them."""
    tied = one.equal_sds and one.n_components > 1
    return groups(one.n_components) + (" with a common standard deviation" if tied else "")


def mixture_cells(mixture: em.Mixture) -> tuple[str, str, str]:
    """Weights, means and sds, each in a cell."""
    weights = ", ".join(f"{weight:.4f}" for weight in mixture.weights)
    means, sds = (
        ", ".join(number(one, 0.1 * mixture.sd) for one in values)
        for values in (mixture.means, mixture.sds)
    )
    return weights, means, sds
