"""Drawn: the parameters that figures show, with their draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.comparison.parameters import free_rows
from compare.findings.terms import Parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from compare.comparison.table import Comparison, Kind, Row

__all__ = ["Drawn", "all_drawn", "free_drawn"]


@dataclass(frozen=True)
class Drawn:
    """One parameter with all that figures show of it."""

    parameter: Parameter
    row: Row
    """Its row of the table."""
    draws: NDArray[np.float64]
    """The posterior's draws, of shape (chains, draws)."""

    @property
    def kind(self) -> Kind:
        """``weights``, ``means`` or ``sds``."""
        return self.row.parameter

    @property
    def width(self) -> float:
        """The length of the credible interval: what is small against it does not matter."""
        return float(self.row.bayes.upper - self.row.bayes.lower)


def all_drawn(comparison: Comparison) -> list[Drawn]:
    """All parameters, in the order of the table's rows."""
    return [
        Drawn(Parameter.of(comparison, row), row, comparison.draws(row)) for row in comparison.rows
    ]


def free_drawn(comparison: Comparison) -> list[Drawn]:
    """All parameters but the last weight, which the others leave no choice."""
    free = {row.name for row in free_rows(comparison)}
    return [one for one in all_drawn(comparison) if one.row.name in free]
