"""Cautions: what a reader should know at the head of the report, though both fits are sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.criticism.influence import conflicts
from compare.findings.criticism.misfit import misfits
from compare.findings.criticism.rounding import coarse
from compare.findings.fits.nodes import inexact
from compare.findings.names import renamed

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.data.cases import Case
    from compare.findings.criticism.influence import Conflicts
    from compare.findings.criticism.misfit import Misfit
    from compare.findings.criticism.rounding import Rounding
    from compare.findings.fits.nodes import Nodes
    from compare.findings.names import Renamed

__all__ = ["Gone", "LeftOut", "SecondLook", "left_out", "second_look"]


@dataclass(frozen=True)
class Gone:
    """Values that were left out."""

    value: float
    count: float
    """So many were equal to it."""


@dataclass(frozen=True)
class LeftOut:
    """What was left out of the data on purpose."""

    values: tuple[Gone, ...]
    """In increasing order."""
    share: float
    """Of all."""


@dataclass(frozen=True)
class SecondLook:
    """What to mind of the model, the nodes, the prior and the names; at least one of them."""

    misfits: tuple[Misfit, ...]
    nodes: Nodes | None
    rounding: Rounding | None
    conflicts: Conflicts | None
    renamed: tuple[Renamed, ...]


def left_out(*cases: Case) -> LeftOut | None:
    """What was left out of the data on purpose.

    Parameters
    ----------
    *cases : Case

    Returns
    -------
    LeftOut or None
        None if nothing was.
    """
    counts: dict[float, float] = {}
    for case in cases:
        for one in case.sample.left_out:
            counts[one.value] = counts.get(one.value, 0.0) + one.count
    if not counts:
        return None
    share = sum(one.share for one in cases[0].sample.left_out)
    if len(cases) > 1:
        total = sum(counts.values())
        share = total / (total + sum(case.sample.n for case in cases))
    return LeftOut(tuple(Gone(value, count) for value, count in sorted(counts.items())), share)


def second_look(comparison: Comparison) -> SecondLook | None:
    """What to mind, beside what is true of the data whatever is fitted.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    SecondLook or None
        None if there is nothing, or if the draws fail their checks, which is said elsewhere.
    """
    if not comparison.sampled_well:
        return None
    prior = conflicts(comparison)
    if prior is not None and not (prior.both.parameters or prior.prior.parameters):
        prior = None
    parts = (misfits(comparison), inexact(comparison), coarse(comparison), prior)
    others = renamed(comparison)
    return SecondLook(*parts, others) if any((*parts, others)) else None
