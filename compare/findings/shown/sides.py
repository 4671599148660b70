"""Sides: estimates and intervals of EM and of Bayes, as the forest and the overview show them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.terms import Parameter, Range

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Method, Row

__all__ = ["ForestShown", "OverviewShown", "PartShown", "Sides"]


@dataclass(frozen=True)
class Sides:
    """A parameter, from both sides."""

    parameter: Parameter
    estimate: float
    """EM's."""
    confidence: Range | None
    """None where there is none."""
    median: float
    """Of the posterior."""
    credible: Range
    truth: float | None

    @property
    def width(self) -> float:
        """The length of the credible interval: what is small against it does not matter."""
        return self.credible.upper - self.credible.lower

    @classmethod
    def of(cls, comparison: Comparison, row: Row) -> Sides:
        """Both sides of a row."""
        em, bayes = row.em, row.bayes
        unknown = math.isnan(em.lower) or math.isnan(em.upper)
        return cls(
            Parameter.of(comparison, row),
            em.estimate,
            None if unknown else Range(em.lower, em.upper),
            bayes.median,
            Range(bayes.lower, bayes.upper),
            row.truth,
        )


@dataclass(frozen=True)
class ForestShown:
    """Every parameter, EM's answer above the posterior's."""

    rows: tuple[Sides, ...]
    level: float
    method: Method
    """How EM's intervals were made."""


@dataclass(frozen=True)
class PartShown:
    """A part of a table in the overview."""

    label: str
    rows: tuple[Sides, ...]
    at_maximum: bool
    """Whether EM's numbers are to be believed."""
    sampled_well: bool
    """Whether the posterior's are."""


@dataclass(frozen=True)
class OverviewShown:
    """Every parameter in every part."""

    parts: tuple[PartShown, ...]
    """Those that the alternative text goes through."""
    n_drawn: int
    n_parts: int
    some_crossed: bool
    """Whether numbers of a part that is drawn are not to be believed."""
    level: float
    method: Method
    """How EM's intervals were made."""
