"""Contrasts: where the posteriors of two parts of a table clearly differ. Pure.

The parts are fitted separately, so their posteriors are independent, and the probability that
one part's parameter exceeds another's follows from the draws of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.parameters import free_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from compare.comparison.fitted import Fitted
    from compare.comparison.table import Row

__all__ = ["Contrast", "Contrasts", "contrasts", "exceedance"]

DRAWS = 6000
"""Of each posterior: more would take longer and hardly change a probability."""


@dataclass(frozen=True, eq=False)
class Contrast:
    """One parameter in two parts, the first with the smaller posterior median."""

    name: str
    """The parameter, such as ``means[0]``."""
    smaller: Fitted
    larger: Fitted
    median: float
    """Posterior median of the difference, larger less smaller."""
    lower: float
    """Lower end of its credible interval, with equal tails, at the level of the comparisons."""
    upper: float
    """Upper end of the interval."""
    against: float
    """Posterior probability that the difference goes the other way."""

    @property
    def rows(self) -> tuple[Row, Row]:
        """The parameter's rows in the two parts."""
        first, second = (
            next(row for row in part.comparison.rows if row.name == self.name)
            for part in (self.smaller, self.larger)
        )
        return first, second


@dataclass(frozen=True, eq=False)
class Contrasts:
    """All pairs of parts compared, parameter by parameter. Made by `contrasts`."""

    clear: tuple[Contrast, ...]
    """Those with a probability against them below `bound`, by parameter, surest first."""
    n_compared: int
    """How many there are: pairs of parts times parameters."""
    bound: float
    """What a probability has to stay below: (1 − level) / (2 `n_compared`), Bonferroni's rule."""


def contrasts(parts: Sequence[Fitted], level: float) -> Contrasts:
    """Compare every parameter between all parts.

    Components are matched by the order of their means. The bound is Bonferroni's: where nothing
    differs and the posteriors behave as confidence distributions do, some pair is called clearly
    different with a probability of at most 1 − level, however many pairs there are.

    Parameters
    ----------
    parts : sequence of Fitted
        In which both fits can be believed.
    level : float
        Of all intervals.

    Returns
    -------
    Contrasts
    """
    pairs = list(combinations(range(len(parts)), 2))
    drawn = [
        {row.name: _thinned(part.comparison.draws(row)) for row in free_rows(part.comparison)}
        for part in parts
    ]
    names = list(drawn[0]) if drawn else []
    compared = len(pairs) * len(names)
    bound = (1 - level) / (2 * max(compared, 1))
    clear = []
    for name in names:
        found = []
        for i, j in pairs:
            first, second = drawn[i][name], drawn[j][name]
            over = exceedance(first, second)
            if over < bound:
                found.append(_contrast(name, (parts[i], parts[j]), (first, second), over))
            elif 1 - over < bound:
                found.append(_contrast(name, (parts[j], parts[i]), (second, first), 1 - over))
        clear.extend(sorted(found, key=lambda contrast: contrast.against))
    return Contrasts(tuple(clear), compared, bound)


def exceedance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Probability that a draw of the first exceeds an independent one of the second.

    Every draw of the one is held against every draw of the other: chains that were sampled with
    one seed are alike in their order, so that draws must not be paired by their place.

    Parameters
    ----------
    first, second : ndarray of shape (n,) and (m,)
        Sorted.

    Returns
    -------
    float
        Ties count one half.
    """
    below = np.searchsorted(second, first, "left") + np.searchsorted(second, first, "right")
    return float(below.mean() / (2 * second.size))


def _contrast(
    name: str,
    parts: tuple[Fitted, Fitted],
    draws: tuple[NDArray[np.float64], NDArray[np.float64]],
    against: float,
) -> Contrast:
    level = parts[0].comparison.level
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    rng = np.random.default_rng(0)  # any fixed order will do: see `exceedance`
    count = min(draws[0].size, draws[1].size)
    shuffled = [rng.permutation(one)[:count] for one in draws]
    lower, median, upper = np.quantile(shuffled[1] - shuffled[0], tails).tolist()
    return Contrast(name, *parts, median, lower, upper, against)


def _thinned(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = draws.ravel()
    return np.sort(flat[:: -(-flat.size // DRAWS)])
