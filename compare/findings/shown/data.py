"""Data: what figures over the axis of the data show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.findings.terms import Data, Group, Range

__all__ = ["Crossing", "FitShown", "GroupsShown", "Normal", "PitShown", "PredictiveShown"]


@dataclass(frozen=True)
class Normal:
    """A component of EM's density."""

    weight: float
    mean: float
    sd: float


@dataclass(frozen=True)
class FitShown:
    """The data with EM's density and the posterior's."""

    data: Data
    extent: Range
    """Of the data."""
    sd: float
    """Of the data: what is small against it does not matter on their axis."""
    components: tuple[Normal, ...]
    peak: float
    """Where EM's density is highest."""
    band: Range
    """Of the posterior there, in units of EM's density."""
    outside: float | None
    """The share of the data beyond the edges; None if that is none."""
    level: float


@dataclass(frozen=True)
class Crossing:
    """Where the most probable group changes, with the probability of one of the two."""

    at: float
    group: Group
    by_em: float
    median: float
    """Of the posterior."""
    band: Range


@dataclass(frozen=True)
class GroupsShown:
    """The probability of each group."""

    data: Data
    spread: float
    """What is small against it does not matter on the axis of the data."""
    places: tuple[float, ...]
    """Where the most probable group changes, by EM."""
    crossings: tuple[Crossing, ...]
    """The same with what both say there, if these are few."""
    everywhere: Group
    """The most probable group where none of this is so."""
    only: Group | None
    """Of two groups, the one that is drawn."""
    level: float


@dataclass(frozen=True)
class PredictiveShown:
    """The data beside data sets that were drawn from the posterior."""

    n_drawn: int
    distance: float
    """The largest difference of the data's distribution function from the predicted one."""
    as_far: float
    """The share of the data sets that are as far away."""
    outside: float
    """The share of the axis over which the data lie outside the band."""
    level: float


@dataclass(frozen=True)
class PitShown:
    """How the predicted probabilities of smaller values are spread."""

    n: int
    leaves: bool
    """Whether the curve leaves the band."""
    width: float
    """Half of the band's."""
    most: float
    """The largest excess."""
    at: float
    level: float
