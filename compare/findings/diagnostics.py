"""Diagnostics: R-hat and effective sample sizes, parameter by parameter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.answers import is_constant
from compare.findings.terms import Parameter

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["Diagnosed", "Diagnostics", "diagnostics"]


@dataclass(frozen=True)
class Diagnosed:
    """A parameter's draws; None is unknown."""

    parameter: Parameter
    rhat: float | None
    ess_bulk: float | None
    ess_tail: float | None


@dataclass(frozen=True)
class Diagnostics:
    """The draws of all parameters."""

    rows: tuple[Diagnosed, ...]
    by_sequential: bool
    """Whether the draws are those of the sequential run; R-hat is then of chains that stay."""


def diagnostics(comparison: Comparison) -> Diagnostics:
    """R-hat and effective sample sizes of all parameters that are estimated.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Diagnostics
    """

    def known(value: float) -> float | None:
        return None if math.isnan(value) else value

    return Diagnostics(
        tuple(
            Diagnosed(
                Parameter.of(comparison, row),
                known(row.bayes.rhat),
                known(row.bayes.ess_bulk),
                known(row.bayes.ess_tail),
            )
            for row in comparison.rows
            if not is_constant(comparison, row)
        ),
        comparison.posterior.diagnostics.by_sequential,
    )
