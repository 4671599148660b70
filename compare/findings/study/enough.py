"""Enough: how many values make the interval of a weight as short as one wants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from compare.study.performance import Performance

__all__ = ["Enough", "enough"]

WANTED = 0.2
"""Length of the interval of the weight: 30% to 50%, say."""
DISAGREE = 1.5
"""Ratio of the two answers from which they are said to disagree."""


@dataclass(frozen=True)
class Enough:
    """Numbers of values for an interval of a given length, for one population."""

    population: str
    """What it is called."""
    separation: float
    """Ashman's D of its groups."""
    wanted: float
    """Length of the interval of the first weight."""
    level: float
    """Of the interval."""
    simulated: float | None
    """Values at which the median length of the credible intervals is that, between those that
    were simulated; None where it lies outside them."""
    beyond: tuple[int, int]
    """The fewest and the most values that were simulated."""
    shortest: float
    """The median length at the most values."""
    expected: float
    """Values by the expected information, as in textbooks."""

    @property
    def disagree(self) -> bool:
        """Whether the two answers differ so much that the textbook's is no guide."""
        if self.simulated is None:
            return False
        ratio = self.simulated / self.expected
        return not 1 / DISAGREE < ratio < DISAGREE


def enough(performance: Performance, wanted: float = WANTED) -> tuple[Enough, ...]:
    """How many values are enough, for each population that was seen with several numbers.

    Lengths are interpolated between the numbers of values on the scale of logarithms, on which
    they fall in a straight line where there is plenty of data.

    Parameters
    ----------
    performance : Performance
    wanted : float
        Between 0 and 1.

    Returns
    -------
    tuple of Enough
        In the order of the design; none for one component.
    """
    design = performance.design
    if "weights[0]" not in performance.names:
        return ()
    groups: dict[tuple[str, float], list[tuple[int, float, int]]] = {}
    for cell, where in enumerate(design.cells):
        found = performance.coverages.get((cell, "credible", "weights[0]"))
        if found is not None and where.population is not None and where.population.is_model:
            key = where.name, where.population.separation
            groups.setdefault(key, []).append((where.n, found.length.value, cell))
    answers = []
    for (name, separation), rows in groups.items():
        rows.sort()
        if len(rows) < 2:
            continue
        known = design.cells[rows[0][2]].population
        assert known is not None  # noqa: S101 - left out above
        se = float(known.fit_of(1e4).standard_errors().weights[0])
        z = design.half_width
        answers.append(
            Enough(
                name,
                separation,
                wanted,
                design.level,
                _crossing([row[0] for row in rows], [row[1] for row in rows], wanted),
                (rows[0][0], rows[-1][0]),
                rows[-1][1],
                1e4 * (2.0 * z * se / wanted) ** 2,
            )
        )
    return tuple(answers)


def _crossing(ns: list[int], lengths: list[float], wanted: float) -> float | None:
    """Where lengths that fall with n come to what is wanted."""
    if not lengths[-1] <= wanted <= lengths[0]:
        return None
    for i in range(len(ns) - 1):
        if lengths[i + 1] <= wanted <= lengths[i]:
            a, b = math.log(lengths[i]), math.log(lengths[i + 1])
            part = 0.0 if a == b else (a - math.log(wanted)) / (a - b)
            return float(np.exp((1 - part) * math.log(ns[i]) + part * math.log(ns[i + 1])))
    return None
