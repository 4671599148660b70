"""How far apart the components of a fit are, and how well the data fix each, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from em.inference.estimate import Estimate
from em.likelihood.mixture import Mixture

__all__ = ["Curvature", "Estimated", "ToldApart", "ashman", "modes", "told_apart"]

MODE_SEARCH = 200_000
"""Points of the grid that modes are counted on, at the most."""

Kind = Literal["weight", "mean", "sd", "common sd"]

KINDS: tuple[Kind, ...] = ("weight", "mean", "sd")


class Estimated(NamedTuple):
    """A free parameter."""

    kind: Kind
    component: int


@dataclass(frozen=True)
class Curvature:
    """What the information says of two free parameters or more."""

    pair: tuple[Estimated, Estimated] | None
    """Whose estimates are most strongly correlated; None where one only moves."""
    correlation: float
    """Of these; 0 where there are none."""
    condition_number: float
    em_rate: float

    @property
    def each_is_fixed(self) -> bool:
        """Whether the data fix each parameter by itself."""
        return not (self.condition_number > 1e3 or abs(self.correlation) > 0.95)

    @property
    def passes(self) -> float | None:
        """Passes of plain EM for six digits; None where the rate says nothing."""
        return float(np.log(1e-6) / np.log(self.em_rate)) if 0 < self.em_rate < 1 else None


@dataclass(frozen=True)
class ToldApart:
    """How well the components of a fit are told apart."""

    ashman: float
    """Of the closest two."""
    modes: int
    curvature: Curvature | None
    """None with fewer than two free parameters."""

    @property
    def overlap(self) -> Literal["much", "some", "little"]:
        """Of the closest two."""
        return "much" if self.ashman < 2 else "some" if self.ashman < 3 else "little"


def ashman(mixture: Mixture) -> list[float]:
    """Ashman's D of neighbouring components, ``sqrt(2) |m1 - m2| / sqrt(s1^2 + s2^2)``.

    Above 2 two components are usually seen as two (Ashman, Bird & Zepf 1994).

    Parameters
    ----------
    mixture : Mixture

    Returns
    -------
    list of float
        One for each pair of neighbours in order of mean.
    """
    gaps = np.diff(mixture.means)
    spread = np.hypot(mixture.sds[:-1], mixture.sds[1:])
    return [float(value) for value in np.sqrt(2.0) * gaps / spread]


def modes(mixture: Mixture) -> int:
    """Count the humps of the density, on a grid finer than the narrowest component.

    Parameters
    ----------
    mixture : Mixture

    Returns
    -------
    int
    """
    # All modes lie between the smallest and the largest mean (Carreira-Perpinan & Williams 2003).
    pieces = [
        mean + sd * np.linspace(-4, 4, 161)
        for mean, sd in zip(mixture.means, mixture.sds, strict=True)
    ]
    ends = mixture.means[0] - mixture.sds.min(), mixture.means[-1] + mixture.sds.min()
    points = np.unique(np.concatenate([np.linspace(*ends, 2001), *pieces]))
    if points.size > MODE_SEARCH:
        points = points[:: points.size // MODE_SEARCH + 1]
    change = np.diff(mixture.logpdf(points))
    # Between points that nearly coincide rounding decides the sign; such steps do not count.
    rising = change[np.abs(change) > 1e-11]
    return int(np.count_nonzero((rising[:-1] > 0) & (rising[1:] < 0)))


def told_apart(fit: Estimate) -> ToldApart:
    """How well the components are told apart, of two or more at a maximum.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    ToldApart
    """
    curvature = None
    if fit.n_parameters >= 2:
        pair, correlation = _strongest(fit)
        curvature = Curvature(pair, correlation, fit.condition_number, fit.em_rate)
    return ToldApart(min(ashman(fit.mixture)), modes(fit.mixture), curvature)


def _strongest(fit: Estimate) -> tuple[tuple[Estimated, Estimated] | None, float]:
    """The pair of free estimates that are most strongly correlated."""
    k = fit.n_components
    correlation = fit.correlation()
    # The last weight mirrors the others, and equal sds are one parameter.
    keep = [j for j in range(3 * k) if j != k - 1 and not (fit.equal_sds and j > 2 * k)]
    keep = [j for j in keep if correlation[j, j] > 0]
    if len(keep) < 2:
        return None, 0.0
    matrix = correlation[np.ix_(keep, keep)]
    np.fill_diagonal(matrix, 0.0)
    i, j = sorted(divmod(int(np.abs(matrix).argmax()), len(keep)))
    first, second = (_estimated(fit, keep[place]) for place in (i, j))
    return (first, second), float(matrix[i, j])


def _estimated(fit: Estimate, place: int) -> Estimated:
    kind, component = divmod(place, fit.n_components)
    return Estimated("common sd" if kind == 2 and fit.equal_sds else KINDS[kind], component)
