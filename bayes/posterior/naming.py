"""naming: whether means or sds tell the components of a posterior apart.

The likelihood does not change when components swap names, so that in each draw somebody has to
say which component is which. Stephens (2000) measures what a way of naming costs: how far, by the
draws, the probabilities that each value belongs to each name stray from their average. Names that
jump between groups make them stray, whatever the data say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes.posterior.relabelling import places, responsibilities, seen
from em import Parameters, Sample
from em.likelihood.mixture import Order

__all__ = ["Naming", "naming"]

Floats = NDArray[np.float64]

TABLE = 1 << 20
"""Numbers in the table of responsibilities: 8 MB, some 2,500 draws of two components."""

MARKEDLY = 0.5
"""Names by sd are taken where their loss is less than this share of that of names by mean."""
NOTICED = 0.05
"""And less by so many nats per value: else names are all but certain either way."""
# Both were set on 177 posteriors of 4 x 1,000 draws, of 48 to 1,050 values, K = 2 and 3. They take
# names by sd for 41, all drawn from groups whose means are alike: of 64 with one mean for none of
# 16 with sds of 1 and 1.5, 4 with 1 and 2, 11 with 1 and 3 and 15 with 1 and 6; of 24 with means
# 0.5 to 3 apart and sds of 1 and 2 or 4, for 4; for all of 6 with three groups, two or three of
# them with one mean. (The largest share among these is 0.47, the smallest difference 0.065.) For
# none of 21 samples of the heights (the smallest share is 1.01), 30 of two groups with one sd
# (0.82), 9 of three groups with other means or on a single normal (1.03), and 22 fits of real
# columns such as iris petal lengths, penguin flippers and geyser durations (0.34, but by 0.008
# nats, in the areas of islands; 0.95 and more elsewhere).


@dataclass(frozen=True)
class Naming:
    """What names by mean and names by sd cost. See `Posterior.naming`."""

    by_mean: float
    """The loss where components are named by increasing mean, in nats per value: the
    Kullback-Leibler divergence of the probabilities that it belongs to each name from their
    average over the draws, averaged over draws and values. 0 where all draws agree, log(K) at
    the most."""
    by_sd: float
    """The same where they are named by increasing sd."""

    @property
    def order(self) -> Order:
        """``"sd"`` where names by sd cost markedly less, ``"mean"`` everywhere else."""
        less = self.by_sd < MARKEDLY * self.by_mean and self.by_mean - self.by_sd > NOTICED
        return "sd" if less else "mean"


def naming(every: Parameters, sample: Sample) -> Naming:
    """What names by mean and names by sd cost the draws of a posterior.

    Parameters
    ----------
    every : Parameters
        Draws, each of shape (..., K), however their components are named.
    sample : Sample
        The data.

    Returns
    -------
    Naming

    References
    ----------
    Stephens (2000), Dealing with label switching in mixture models, Journal of the Royal
    Statistical Society B 62, section 4.2.
    """
    K, data = every.means.shape[-1], seen(sample)
    flat = [value.reshape(-1, K) for value in every]
    # Of very many draws the average is known well enough from some of them.
    step = -(-flat[0].size * len(data) // TABLE)
    draws = Parameters(*(value[::step] for value in flat))
    given = responsibilities(draws, data)
    own = _entropies(given).mean(axis=0)

    def loss(order: Order) -> float:
        there = places(draws, data, order)
        average = np.take_along_axis(given, there[:, :, None], axis=1).mean(axis=0)
        # The mean of sum_k p log(p / q): what the average is less sure of than the draws are.
        return float((_entropies(average) - own) @ data.weights / data.n)

    return Naming(by_mean=loss("mean"), by_sd=loss("sd"))


def _entropies(shares: Floats) -> Floats:
    """``-sum_k p_k log(p_k)``, of shape (..., n_values) for shares of shape (..., K, n_values)."""
    return np.asarray(-np.sum(shares * np.log(np.maximum(shares, 1e-300)), axis=-2))
