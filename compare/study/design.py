"""Design: from what and how many values the data sets of a study are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import em
from compare.study.population import HEIGHTS, LOPSIDED, Population, apart

__all__ = ["LIKE", "Cell", "Design", "Streams", "around_heights", "grid"]

Floats = NDArray[np.float64]

LIKE = "like "
"""Begins the name of a population that is fitted to a file, which may have any name."""

BLOCK = 100
"""Truths from a prior that are drawn at a time: PyMC takes longer to begin than to draw."""


class Streams(NamedTuple):
    """Where the random numbers of one data set come from."""

    values: np.random.Generator
    """Of its values."""
    listing: int
    """Of the places where the listing starts."""
    refits: int
    """Of the bootstrap."""
    posterior: int
    """Of the chains."""


@dataclass(frozen=True)
class Cell:
    """A place of the design: one population, or truths from the prior, and one number of values."""

    n: int
    """Values in each data set."""
    population: Population | None = HEIGHTS
    """What they are drawn from; None for a truth of each data set's own, from the prior."""
    name: str = "heights"
    """What the population is called; cells that share it differ in n or in separation alone. One
    that is fitted to a file is called `LIKE` and the file's name."""


@dataclass(frozen=True)
class Design:
    """What each data set of a study depends on, besides its number.

    Data set i is the same in any study with this seed, whatever else is run, where and in which
    order; data sets with one number in cells that differ in n alone begin with the same stream.
    """

    cells: tuple[Cell, ...]
    """The places of the design."""
    level: float = 0.95
    """Of all intervals."""
    seed: int = 1
    """Of truths, values, starts and chains."""
    draws: int = 3000
    """Draws kept of each chain."""
    tune: int = 1000
    """Tuning draws of each chain."""
    chains: int = 4
    """How many chains."""
    n_components: int = 2
    """Components of all that is fitted, and of truths from the prior."""

    def __post_init__(self) -> None:
        if not self.cells:
            raise ValueError("expected a cell at least, got none")
        if not 0.0 < self.level < 1.0:
            raise ValueError(f"expected a level between 0 and 1, got {self.level}; such as 0.95")
        for cell in self.cells:
            known = cell.population
            if known is not None and known.n_components != self.n_components:
                raise ValueError(
                    f"expected populations of {self.n_components} groups, as many as are fitted, "
                    f"got {known.n_components} in {cell.name!r}"
                )
            if cell.n < 2 * self.n_components:
                raise ValueError(
                    f"expected at least {2 * self.n_components} values in a data set, got {cell.n}"
                )

    @cached_property
    def half_width(self) -> float:
        """How many standard errors an interval by the normal distribution extends to each side."""
        from scipy.special import ndtri

        return float(ndtri(0.5 + 0.5 * self.level))

    def streams(self, index: int) -> Streams:
        """The random numbers of data set `index`."""
        values, *others = np.random.SeedSequence(self.seed, spawn_key=(1, index)).spawn(4)
        return Streams(
            np.random.default_rng(values), *(int(one.generate_state(1)[0]) for one in others)
        )

    def population(self, cell: Cell, index: int) -> Population:
        """What data set `index` of a cell is drawn from."""
        if cell.population is not None:
            return cell.population
        block, row = divmod(index, BLOCK)
        if block not in self._truths:
            key = np.random.SeedSequence(self.seed, spawn_key=(0, block))
            filled = self.priors.filled(self._reference, self.n_components)
            self._truths[block] = filled.draw(BLOCK, int(key.generate_state(1)[0]))
        return Population.of(em.Mixture(*self._truths[block].rows(row)))

    @cached_property
    def _truths(self) -> dict[int, em.Parameters]:
        return {}

    @cached_property
    def _reference(self) -> em.Sample:
        """The synthetic heights, which priors that do not follow the data are chosen from."""
        return em.Sample(Design.heights())

    @staticmethod
    def heights() -> Floats:
        """The synthetic heights of the original report, in cm."""
        stream = np.random.RandomState(666)
        return np.concatenate([stream.normal(176, 8, 600), stream.normal(164, 6, 400)])

    @cached_property
    def priors(self) -> Any:
        """The `bayes.Priors` that truths are drawn from, where they are.

        They stay the same for all data sets: priors that followed each data set would not be
        those that its truth was drawn from.
        """
        from bayes.model.priors import Priors

        return Priors.weakly_informative(self._reference, self.n_components)

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers, lists and names, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Design:
        """Back from `to_dict`.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing, too much or out of range.
        """
        return cls(**{**stored, "cells": tuple(map(_cell, stored["cells"]))})


def _cell(stored: Mapping[str, Any]) -> Cell:
    population = stored["population"]
    if population is not None:
        lists = {name: tuple(population[name]) for name in em.Parameters._fields}
        population = Population(**{**population, **lists})
    return Cell(**{**stored, "population": population})


SIZES, SEPARATIONS = (250, 1000, 4000), (1.0, 1.7, 2.5, 4.0)
"""Of the map around the heights, whose own separation is 1.7."""
MANY = 20_000
"""Values of the heights at which it hardly matters any more which of the two one takes."""
INCH = 2.54
"""In cm: what heights that were measured in inches are rounded to."""


def grid(
    name: str, population: Population, sizes: Iterable[int], separations: Iterable[float]
) -> tuple[Cell, ...]:
    """Cells with a population's weights and sds, for each number of values and separation.

    A separation that is the population's own, to two digits, leaves it as it is.
    """
    own = population.separation
    ns = tuple(sizes)
    return tuple(
        Cell(n, population if f"{own:.1f}" == f"{d:.1f}" else apart(population, d), name)
        for d in separations
        for n in ns
    )


def around_heights() -> tuple[Cell, ...]:
    """The heights first, then what is around them.

    Other numbers of values and other separations, a population that does not flatter the prior
    with the same, two that are no normal mixtures, of skewed groups and in whole inches, and far
    more values of the heights.
    """
    main = Cell(1000)
    cells = (
        *grid("heights", HEIGHTS, SIZES, SEPARATIONS),
        *grid("lopsided", LOPSIDED, SIZES, SEPARATIONS),
        Cell(1000, replace(HEIGHTS, shape="skewed"), "skewed"),
        Cell(1000, replace(HEIGHTS, step=INCH), "rounded"),
        Cell(MANY),
    )
    return (main, *(cell for cell in cells if cell != main))
