"""The diagnostics of the sampler as a table, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import label
from compare.language.texts import Cells

if TYPE_CHECKING:
    from compare.findings.diagnostics import Diagnosed, Diagnostics

__all__ = ["diagnostics"]


def diagnostics(found: Diagnostics) -> Cells:
    """R-hat and effective sample sizes, parameter by parameter."""
    of_rhat = "R-hat of chains at one place" if found.by_sequential else "R-hat (at most 1.01)"
    return Cells(
        "Diagnostics of the sampler",
        ("Parameter", of_rhat, "bulk ESS (at least 400)", "tail ESS (at least 400)"),
        tuple(map(_cells, found.rows)),
    )


def _cells(one: Diagnosed) -> tuple[str, ...]:
    shown = ((one.rhat, 4), (one.ess_bulk, 0), (one.ess_tail, 0))
    return (
        label(one.parameter),
        *("not available" if value is None else f"{value:,.{places}f}" for value, places in shown),
    )
