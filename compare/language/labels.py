"""Labels: how quantities, groups and numbers are called on axes and in alternative text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.parameters import free_rows
from compare.language import numbers
from compare.language.numbers import percent
from compare.tables.printable import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.comparison.table import Comparison, Row
    from em.likelihood.mixture import Order

__all__ = [
    "Parameter",
    "called",
    "free_parameters",
    "group",
    "listed",
    "number",
    "parameters",
    "percent",
    "variable",
]

_KINDS = {"weights": "weight", "means": "mean", "sds": "sd"}
_ORDINALS = ("", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def variable(comparison: Comparison) -> str:
    """What was measured, in one word or a few: ``height``."""
    return plain(comparison.case.variable) or "value"


def group(component: int, n_components: int, order: Order = "mean") -> str:
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
    if component < len(_ORDINALS):
        return f"{_ORDINALS[component]} narrowest".strip()
    return f"group {component + 1} by spread"


def called(comparison: Comparison, row: Row) -> str:
    """What a parameter is called in few words: ``lower mean``, or ``mean (narrower)``."""
    kind, order = _KINDS[row.parameter], comparison.order
    which = group(row.component, comparison.n_components, order)
    if order == "sd" and which:
        return f"{kind} ({which})"
    return f"{which} {kind}".strip()


def number(value: float, width: float | None = None) -> str:
    """A number to as many digits as a range of the given width makes meaningful."""
    return "not available" if math.isnan(value) else numbers.number(value, width)


def listed(items: list[str], conjunction: str = "and") -> str:
    """Items as a sentence lists them: ``a, b and c``."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


@dataclass(frozen=True)
class Parameter:
    """One parameter with all that figures show of it."""

    row: Row
    """Its row of the table."""
    name: str
    """In words: ``lower mean``, ``group 3 mean``, ``mean (narrower)``."""
    short: str
    """In fewer words where there are many groups: ``mean 3``, ``mean (3 by sd)``."""
    draws: NDArray[np.float64]
    """The posterior's draws, of shape (chains, draws)."""

    @property
    def spoken(self) -> str:
        """The name at the beginning of a sentence."""
        return self.name[0].upper() + self.name[1:]

    @property
    def kind(self) -> str:
        """``weights``, ``means`` or ``sds``."""
        return str(self.row.parameter)

    @property
    def width(self) -> float:
        """The length of the credible interval: what is small against it does not matter."""
        return float(self.row.bayes.upper - self.row.bayes.lower)


def parameters(comparison: Comparison) -> list[Parameter]:
    """All parameters, in the order of the table's rows."""
    count = comparison.posterior.n_components
    # Spaces that do not break keep the label of an axis on two lines.
    place = "({}\u00a0by\u00a0sd)" if comparison.order == "sd" else "{}"
    return [
        Parameter(
            row=row,
            name=called(comparison, row),
            short=(
                f"{_KINDS[row.parameter]} {place.format(row.component + 1)}"
                if count > 2
                else called(comparison, row)
            ),
            draws=comparison.draws(row),
        )
        for row in comparison.rows
    ]


def free_parameters(comparison: Comparison) -> list[Parameter]:
    """All parameters but the last weight, which the others leave no choice."""
    free = {row.name for row in free_rows(comparison)}
    return [parameter for parameter in parameters(comparison) if parameter.row.name in free]
