"""Told apart: how well the data tell the groups apart, and how well they fix each parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.names import by_mean
from em.inference.told_apart import told_apart

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.findings.terms import Group
    from em.inference.told_apart import ToldApart

__all__ = ["Identifiability", "on_identifiability"]


@dataclass(frozen=True)
class Identifiability:
    """How well the data tell the groups apart."""

    found: ToldApart | None
    """None where the fit is not at a maximum."""
    groups: tuple[Group, ...]
    """The components, in order of mean."""


def on_identifiability(comparison: Comparison) -> Identifiability | None:
    """How well the data tell the groups apart.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Identifiability or None
        None with a single group.
    """
    fit = comparison.fit
    if fit.n_components == 1:
        return None
    return Identifiability(told_apart(fit) if fit.converged else None, by_mean(comparison))
