"""Posterior: what figures of the draws show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.findings.terms import Parameter, Value

__all__ = ["Added", "PairsShown", "Placed", "PriorsShown", "RanksShown", "Tie"]


@dataclass(frozen=True)
class Placed:
    """EM's estimate among the draws."""

    parameter: Parameter
    estimate: Value
    quantile: float
    """The share of the posterior below it."""


@dataclass(frozen=True)
class Tie:
    """The correlation of two parameters."""

    first: Parameter
    second: Parameter
    correlation: float


@dataclass(frozen=True)
class PairsShown:
    """Parameters against each other."""

    placed: tuple[Placed, ...]
    strongest: tuple[Tie, ...]
    """Empty if draws do not move."""
    n_left_out: int
    """Of too many parameters."""
    level: float


@dataclass(frozen=True)
class Added:
    """The sd of a parameter before the data and after them."""

    parameter: Parameter
    prior: float
    posterior: float


@dataclass(frozen=True)
class PriorsShown:
    """What the data added."""

    rows: tuple[Added, ...]


@dataclass(frozen=True)
class RanksShown:
    """Whether the chains agree."""

    n_chains: int
    n_parameters: int
    spacing: int
    """Of so many draws one is shown."""
    strayed: tuple[Parameter, ...]
    """Those for which a chain leaves the band."""
    largest_rhat: float | None
    """Of those that are known."""
    unknown: tuple[Parameter, ...]
    """Those without R-hat."""
