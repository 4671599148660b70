"""Borders: where one group of a mixture becomes less likely than another, and how far they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq

import em

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.comparison.table import Comparison

__all__ = ["border", "quantities", "reach", "summary"]


def border(mixture: em.Mixture, lower: int) -> float:
    """Where a group becomes less likely than the next one, between their means.

    Parameters
    ----------
    mixture : em.Mixture
    lower : int
        The place of the first of the two groups.

    Returns
    -------
    float
        NaN if one of the two is likelier at both means.
    """
    pair = slice(lower, lower + 2)
    weights, means, sds = (values[pair] for values in mixture.parameters)

    def odds(x: float) -> float:
        z = (x - means) / sds
        log = np.log(weights / sds) - 0.5 * z * z
        return float(log[0] - log[1])

    low, high = means.tolist()
    if not odds(low) > 0 > odds(high):
        return math.nan
    return float(brentq(odds, low, high))


def reach(parameters: em.Parameters) -> NDArray[np.float64]:
    """Between which two values the first of two groups, the narrower, is the likelier one.

    Parameters
    ----------
    parameters : em.Parameters
        Each of shape (..., 2), in increasing order of sd.

    Returns
    -------
    ndarray of shape (..., 2)
        NaN where the wider group is the likelier one everywhere.
    """
    weights, means, sds = parameters
    heights = np.log(weights) - np.log(sds)
    apart = (means[..., 0] - means[..., 1]) / sds[..., 1]
    # The log-odds, as a quadratic in the distance from the first mean in sds of the second.
    ratio = (sds[..., 1] / sds[..., 0]) ** 2
    odds = heights[..., 0] - heights[..., 1] + 0.5 * apart**2
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(apart**2 + 2.0 * (ratio - 1.0) * odds)
        ends = np.stack([apart - root, apart + root], axis=-1) / (ratio - 1.0)[..., None]
    return np.asarray(means[..., :1] + sds[..., 1:] * ends)


def quantities(comparison: Comparison) -> dict[str, Any]:
    """Separation, cut-offs and modes as plain numbers, for machines."""
    drawn, mixture = summary(comparison), comparison.fit.mixture

    def told(name: str, by_em: float) -> dict[str, float]:
        row = drawn[name]
        return {"em": by_em} | {
            key: float(row[key])
            for key in (
                *("mean", "median", "sd", "lower", "upper", "rhat", "ess_bulk", "ess_tail"),
                "undefined",
            )
        }

    k = comparison.n_components
    apart = em.ashman(mixture) if k > 1 else ()
    humps = comparison.posterior.quantities.mode_probabilities
    return {
        "ashman": [told(f"ashman[{i}]", float(apart[i])) for i in range(k - 1)],
        "cutoffs": [told(f"cutoff[{i}]", border(mixture, i)) for i in range(k - 1)],
        "modes": {
            "em": int(em.modes(mixture)),
            "probabilities": {str(count): part for count, part in humps.items()},
        },
    }


def summary(comparison: Comparison) -> dict[str, dict[str, float]]:
    """By quantity and column, see `bayes.posterior.quantities.Quantities.summary`."""
    frame: Any = comparison.posterior.quantities.summary(comparison.level)
    return {name: dict(row) for name, row in frame.iterrows()}
