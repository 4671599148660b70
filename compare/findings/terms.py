"""Terms: what findings are about, such as the data, a group, a parameter or a value; no words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import em
from compare.data.origins import Heights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.comparison.table import Comparison, Kind, Row
    from em.likelihood.mixture import Order

__all__ = [
    "Component",
    "Data",
    "Group",
    "Model",
    "Parameter",
    "Quantiles",
    "Range",
    "ShareOfDraws",
    "Value",
    "components_of",
    "data_of",
    "option",
]


@dataclass(frozen=True)
class Data:
    """What was measured, and how often."""

    n: float
    """How many values; a total of weights may be no whole number."""
    variable: str
    """What they are values of, as the file has it; may be empty."""
    unit: str
    """As the file has it; may be empty."""
    are_heights: bool
    """Whether they are the synthetic heights."""


@dataclass(frozen=True)
class Group:
    """A component of a mixture, by what tells it from the others."""

    place: int
    """From 0, in the order of means or of sds."""
    count: int
    """How many there are."""
    order: Order
    """Which of the two."""

    @classmethod
    def of(cls, comparison: Comparison, component: int) -> Group:
        """A component of a comparison, as its rows are in order."""
        return cls(component, comparison.n_components, comparison.order)


@dataclass(frozen=True)
class Parameter:
    """A weight, mean or sd of a group."""

    kind: Kind
    group: Group

    @classmethod
    def of(cls, comparison: Comparison, row: Row) -> Parameter:
        """The parameter of a row."""
        return cls(row.parameter, Group.of(comparison, row.component))


@dataclass(frozen=True)
class Value:
    """A number with what gives it its digits."""

    value: float
    width: float | None = None
    """What is small against it does not matter: a posterior sd, for example."""
    unit: str = ""
    """As the file has it; may be empty."""

    @classmethod
    def of(cls, comparison: Comparison, row: Row, value: float) -> Value:
        """A value of the parameter of a row."""
        unit = "" if row.parameter == "weights" else comparison.case.unit
        return cls(value, row.bayes.sd, unit)


@dataclass(frozen=True)
class Quantiles:
    """A number of which there are draws, by their median and an interval with equal tails."""

    lower: float
    median: float
    upper: float
    sd: float
    """Of the draws."""

    @classmethod
    def of(cls, draws: NDArray[np.float64], level: float) -> Quantiles:
        """The quantiles of draws, of any shape."""
        tail = 0.5 * (1 - level)
        lower, median, upper = np.quantile(draws, (tail, 0.5, 1 - tail)).tolist()
        return cls(lower, median, upper, float(draws.std()))


@dataclass(frozen=True)
class Range:
    """The ends of an interval; of shares, where nothing else is said."""

    lower: float
    upper: float


@dataclass(frozen=True)
class Component:
    """A group by its numbers."""

    share: float
    mean: Value
    sd: Value | None
    """None where it is not to be told."""


@dataclass(frozen=True)
class ShareOfDraws:
    """A share of the posterior, known from so many draws."""

    share: float
    n_draws: int

    @property
    def least(self) -> float:
        """What is excluded where none was seen, with 95% confidence: the rule of three."""
        return 3 / self.n_draws


@dataclass(frozen=True)
class Model:
    """A fit as a rival of others."""

    n_components: int
    equal_sds: bool
    """Whether all groups have one common sd; of a single group it says nothing."""
    bic: float

    @classmethod
    def of(cls, fit: em.Fit) -> Model:
        """What is said of a fit."""
        return cls(fit.n_components, fit.equal_sds, fit.bic)


def data_of(comparison: Comparison) -> Data:
    """The data of a comparison.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Data
    """
    case = comparison.case
    return Data(case.sample.n, case.variable, case.unit, isinstance(case.source, Heights))


def components_of(
    comparison: Comparison, mixture: em.Mixture, order: Order, *, mean: float, sd: float | None
) -> tuple[Component, ...]:
    """The groups of a mixture by their numbers.

    Parameters
    ----------
    comparison : Comparison
        Which has the unit.
    mixture : Mixture
    order : {"mean", "sd"}
        Of the groups.
    mean : float
        What is small against it does not matter to a mean.
    sd : float or None
        The same of an sd; None where these are not to be told.

    Returns
    -------
    tuple of Component
    """
    unit = comparison.case.unit
    return tuple(
        Component(
            float(weight),
            Value(float(center), mean, unit),
            None if sd is None else Value(float(spread), sd, unit),
        )
        for weight, center, spread in zip(*mixture.ordered(order), strict=True)
    )


def option(comparison: Comparison, keyword: str, flag: str, value: object) -> str:
    """What to type to have it otherwise: ``n_components=3``, or ``--components 3``."""
    return f"{keyword}={value}" if comparison.command is None else f"--{flag} {value}"
