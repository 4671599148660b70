"""prior_predictive: what data the priors expect before any are seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes.criticism.replicates import data_sets
from bayes.model.density import log_density
from bayes.posterior.layout import parameters_of
from bayes.posterior.posterior import Posterior
from em import Parameters
from em.data.arguments import as_generator

__all__ = ["PriorPredictive", "prior_predictive"]

Floats = NDArray[np.float64]

PROBABILITIES = (0.005, 0.025, 0.25, 0.5, 0.75, 0.975, 0.995)
EACH = 25
"""Values from each draw of the prior."""
CURVES, GRID = 50, 200
"""Densities for a figure, and places where they are given."""
HARDLY = 0.001
"""Share of the expected values beyond an end of the data below which that end is a surprise."""
MOSTLY_OUTSIDE = 0.1
"""Share of them in the plausible range below which the priors are called very wide."""


@dataclass(frozen=True, eq=False)
class PriorPredictive:
    """Values that the priors expect, in the unit of the data. Made by `prior_predictive`."""

    values: Floats
    """One data set of 25 for each draw of the prior, of shape (draws, 25)."""
    plausible: tuple[float, float]
    """Where values can be expected: the range of the data unless another was given."""
    share: float
    """Share of the values in there."""
    beyond: tuple[float, float]
    """Shares of the values below the smallest and above the largest of the data."""
    grid: Floats
    """Where the densities are given, of shape (200,)."""
    densities: Floats
    """Of some draws of the prior, of shape (50, 200), per unit of the data."""

    def quantiles(self, probabilities: tuple[float, ...] = PROBABILITIES) -> Floats:
        """Quantiles of all values, in the unit of the data."""
        return np.quantile(self.values, probabilities)

    @property
    def sentence(self) -> str:
        """What it says, in plain words."""
        low, high = self.quantiles((0.025, 0.975))
        if min(self.beyond) < HARDLY:
            end = "low" if self.beyond[0] < self.beyond[1] else "high"
            verdict = f"the priors hardly expect values as {end} as those of the data"
        elif self.share < MOSTLY_OUTSIDE:
            verdict = "they are so wide that most of what they expect is far from plausible"
        else:
            verdict = "wide enough for data like these, and no wider by orders of magnitude"
        return (
            f"Before the data, the priors expect 95 of 100 values between {low:.4g} and "
            f"{high:.4g}, and {100 * self.share:.0f} of 100 between {self.plausible[0]:.4g} and "
            f"{self.plausible[1]:.4g}: {verdict}."
        )


def prior_predictive(
    posterior: Posterior,
    rng: int | np.random.Generator | None = 0,
    *,
    plausible: tuple[float, float] | None = None,
) -> PriorPredictive:
    """Draw data from the priors alone.

    Parameters
    ----------
    posterior : Posterior
        Its ``prior`` group is used, and the range of its data.
    rng : int or numpy.random.Generator
        A seed or a generator.
    plausible : tuple of float, optional
        Lower and upper end of values that make sense, such as (50, 250) for heights in cm; the
        range of the data by default.

    Returns
    -------
    PriorPredictive

    Raises
    ------
    ValueError
        If the ends of `plausible` are not in order.
    """
    data = posterior.sample.collapse().values
    low, high = (float(data[0]), float(data[-1])) if plausible is None else plausible
    if not low < high:
        raise ValueError(f"expected a lower and an upper plausible value, got {low:g}, {high:g}")
    prior, K = parameters_of(posterior.data, "prior"), posterior.n_components
    draws = Parameters(*(value.reshape(-1, K) for value in prior))
    values = data_sets(draws, EACH, as_generator(rng))
    some = Parameters(*(value[:CURVES] for value in draws))
    ends = np.quantile(values, [0.025, 0.975])
    grid = np.linspace(min(ends[0], data[0]), max(ends[1], data[-1]), GRID)
    return PriorPredictive(
        values,
        (float(low), float(high)),
        float(np.mean((values >= low) & (values <= high))),
        (float(np.mean(values < data[0])), float(np.mean(values > data[-1]))),
        grid,
        np.exp(log_density(some, grid)).T,
    )
