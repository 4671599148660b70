"""Ascent: what figures of EM's way up show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import em
    from compare.comparison.original import Mark
    from compare.findings.terms import Range

__all__ = ["ClimbShown", "PathShown", "Stopped"]


@dataclass(frozen=True)
class ClimbShown:
    """How the log-likelihood rose."""

    n_iter: int
    first_gap: float
    """To the last value, after the first iteration."""
    last_gap: float
    """One iteration before the end."""
    loglik: float
    status: em.Status
    converged: bool


@dataclass(frozen=True)
class Stopped:
    """Where somebody stopped on the way."""

    mark: Mark
    weight: float
    gap: float
    """Log-likelihood below the maximum."""


@dataclass(frozen=True)
class PathShown:
    """The original report's passes of plain EM."""

    n_passes: int
    loglik: float
    """At the maximum, as the next."""
    weight: float
    stopped: tuple[Stopped, ...]
    truth: float | None
    """Of the weight."""
    wider: Range | None
    """EM's interval of the weight, if the figure shows but a piece of it."""
