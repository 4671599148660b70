"""Population: what the values of a study are drawn from, and the mixture that is asked for.

That is the population itself where it is a normal mixture. Of groups of another shape it is the
normal mixture that is closest to it (Kullback-Leibler), which is what maximum likelihood and the
posterior both tend to (White 1982); of rounded values it is the mixture before they were rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

import em

__all__ = ["HEIGHTS", "LOPSIDED", "Population", "Shape", "apart"]

Floats = NDArray[np.float64]
Shape = Literal["normal", "skewed", "heavy"]

SKEW = 4.0
"""Shape of the skew-normal distribution: its skewness is 0.78."""
FREEDOM = 5.0
"""Degrees of freedom of the t distribution: its excess kurtosis is 6."""
GRID = 4001
"""Points at which densities are compared."""
REACH = {"normal": 9.0, "skewed": 9.0, "heavy": 60.0}
"""Sds of a group by which these go beyond its mean: 1% of the variance of t lies beyond 9."""


@dataclass(frozen=True)
class Population:
    """A mixture whose groups have given means and sds, and a shape.

    Parameters
    ----------
    weights, means, sds : tuple of float
        One for each group, in increasing order of mean.
    shape : {"normal", "skewed", "heavy"}
        Normal, skew-normal or t with 5 degrees of freedom; means and sds are those of the groups.
    step : float
        To what the values are rounded; 0 if they are not.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    shape: Shape = "normal"
    step: float = 0.0

    def __post_init__(self) -> None:
        mixture = em.Mixture(self.weights, self.means, self.sds)
        for name, values in zip(em.Parameters._fields, mixture.parameters, strict=True):
            object.__setattr__(self, name, tuple(values.tolist()))
        if self.shape not in get_args(Shape):
            raise ValueError(f"expected shape to be one of {get_args(Shape)}, got {self.shape!r}")
        if not 0.0 <= self.step < np.inf:
            raise ValueError(f"expected a step of 0 or more, got {self.step}")

    @classmethod
    def of(cls, mixture: em.Mixture, shape: Shape = "normal", step: float = 0.0) -> Population:
        """The population with the groups of a mixture."""
        weights, means, sds = (tuple(values.tolist()) for values in mixture.parameters)
        return cls(weights, means, sds, shape, step)

    @property
    def n_components(self) -> int:
        """The number of groups, K."""
        return len(self.weights)

    @property
    def mixture(self) -> em.Mixture:
        """The normal mixture with these weights, means and sds."""
        return em.Mixture(self.weights, self.means, self.sds)

    @property
    def is_model(self) -> bool:
        """Whether the values come from the model that is fitted to them."""
        return self.shape == "normal" and not self.step

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw values.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator

        Returns
        -------
        ndarray of shape (n,)
        """
        labels = rng.choice(self.n_components, size=n, p=np.array(self.weights))
        z = _SHAPES[self.shape].draw(rng, n)
        values = np.array(self.means)[labels] + np.array(self.sds)[labels] * z
        return self.step * np.round(values / self.step) if self.step else values

    @cached_property
    def grid(self) -> Floats:
        """Values at even distances that hold all that is to be seen of the density."""
        means, reach = np.array(self.means), REACH[self.shape] * np.array(self.sds)
        return np.linspace((means - reach).min(), (means + reach).max(), GRID)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and sd of the values."""
        weights, means, sds = map(np.array, (self.weights, self.means, self.sds))
        mean = float(np.dot(weights, means))
        return mean, float(np.sqrt(np.dot(weights, sds**2 + (means - mean) ** 2)))

    @property
    def separation(self) -> float:
        """Ashman's D of neighbouring groups, on average; NaN of one group."""
        return float(np.mean(em.ashman(self.mixture))) if self.n_components > 1 else np.nan

    def parts(self, x: Floats) -> Floats:
        """Weight times density of each group, before rounding, of shape (K, n)."""
        means, sds = np.array(self.means)[:, None], np.array(self.sds)[:, None]
        density = _SHAPES[self.shape].pdf((x - means) / sds) / sds
        return np.asarray(np.array(self.weights)[:, None] * density)

    @cached_property
    def target(self) -> em.Mixture:
        """The mixture that estimates are compared with."""
        return self.mixture if self.shape == "normal" else self._closest.mixture

    def fit_of(self, n: float) -> em.Fit:
        """The fit to as many values as are asked for if they lay exactly as expected.

        Its standard errors are those by the expected information.

        Parameters
        ----------
        n : float

        Returns
        -------
        em.Fit
        """
        x = self.grid
        weights = self.parts(x).sum(axis=0)
        sample = em.Sample(x, n * weights / weights.sum())
        return em.fit(sample, self.n_components, start=self.mixture, squash=False)

    @cached_property
    def _closest(self) -> em.Fit:
        return self.fit_of(1e6)


@dataclass(frozen=True)
class _Shape:
    """A distribution with mean 0 and sd 1."""

    draw: Callable[[np.random.Generator, int], Floats]
    pdf: Callable[[Floats], Floats]


def _skewed() -> _Shape:
    slant = SKEW / np.hypot(1.0, SKEW)
    mean = slant * np.sqrt(2.0 / np.pi)
    sd = np.sqrt(1.0 - mean**2)

    def draw(rng: np.random.Generator, n: int) -> Floats:
        # Azzalini (1985): |Z0| and an independent Z1, in these shares, are skew-normal.
        u = slant * np.abs(rng.standard_normal(n)) + np.sqrt(1 - slant**2) * rng.standard_normal(n)
        return np.asarray((u - mean) / sd)

    def pdf(z: Floats) -> Floats:
        from scipy.special import ndtr  # as below

        u = mean + sd * z
        return np.asarray(sd * 2.0 * _normal(u) * ndtr(SKEW * u))

    return _Shape(draw, pdf)


def _heavy() -> _Shape:
    sd = np.sqrt(FREEDOM / (FREEDOM - 2.0))

    def pdf(z: Floats) -> Floats:
        from scipy.stats import t  # half a second that each worker would spend at its start

        return np.asarray(sd * t.pdf(sd * z, FREEDOM))

    return _Shape(lambda rng, n: np.asarray(rng.standard_t(FREEDOM, n) / sd), pdf)


def _normal(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi))


_SHAPES: dict[str, _Shape] = {
    "normal": _Shape(lambda rng, n: rng.standard_normal(n), _normal),
    "skewed": _skewed(),
    "heavy": _heavy(),
}

HEIGHTS = Population((0.4, 0.6), (164.0, 176.0), (6.0, 8.0))
"""The synthetic heights of the original report, in cm."""
LOPSIDED = Population((0.1, 0.9), (164.0, 176.0), (1.0, 4.0))
"""A small narrow group beside a large wide one, in cm: far from the middle of the priors."""


def apart(population: Population, separation: float) -> Population:
    """The population with its means moved so that neighbours are on average so far apart.

    Parameters
    ----------
    population : Population
        Of at least two groups.
    separation : float
        Ashman's D: the distance of two means over the root mean square of their sds.

    Returns
    -------
    Population
    """
    means = np.array(population.means)
    centre = float(np.dot(population.weights, means))
    moved = centre + separation / population.separation * (means - centre)
    return replace(population, means=tuple(moved.tolist()))
