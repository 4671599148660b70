"""What draws say and how exactly: means, sds, effective sample sizes, and do two samplers agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PARAMETERS", "bound", "distances", "judge"]

Floats = NDArray[np.float64]
Estimates = Mapping[str, Mapping[str, float]]

PARAMETERS = ("weights[0]", "means[0]", "means[1]", "sds[0]", "sds[1]")
"""What is compared; the second weight is one minus the first."""

STATISTICS = ("mean", "sd")

SURE = 0.999
"""How often the largest of all distances stays below `bound` where the posteriors are the same."""


def judge(weights: Floats, means: Floats, sds: Floats) -> dict[str, Any]:
    """Effective sample size, R-hat, and posterior means and sds with their Monte Carlo errors.

    By ArviZ (Vehtari et al. 2021). The components are first sorted by mean, draw by draw.

    Parameters
    ----------
    weights, means, sds : ndarray of shape (chain, draw, 2)

    Returns
    -------
    dict
        ``ess`` is the smallest of the bulk and the tail effective sample sizes of all parameters,
        ``rhat`` the largest R-hat; ``estimates`` has for each parameter ``mean``, ``sd`` and
        their standard errors ``mean_error`` and ``sd_error``.
    """
    # Half a second, which the other sections need not wait for.
    from arviz_stats.base.array import array_stats

    arviz: Any = array_stats  # its functions are not annotated
    order = np.argsort(means, axis=-1)
    found = {
        "weights": np.take_along_axis(weights, order, axis=-1),
        "means": np.take_along_axis(means, order, axis=-1),
        "sds": np.take_along_axis(sds, order, axis=-1),
    }
    ess, rhat = [], []
    estimates: dict[str, dict[str, float]] = {}
    for parameter in PARAMETERS:
        name, place = parameter.rstrip("]").split("[")
        draws = found[name][..., int(place)]
        axes = {"chain_axis": 0, "draw_axis": 1}
        ess.append(float(arviz.ess(draws, method="bulk", **axes)))
        ess.append(float(arviz.ess(draws, method="tail", prob=(0.05, 0.95), **axes)))
        rhat.append(float(arviz.rhat(draws, method="rank", **axes)))
        estimates[parameter] = {"mean": float(draws.mean()), "sd": float(draws.std(ddof=1))} | {
            f"{statistic}_error": float(arviz.mcse(draws, method=statistic, **axes))
            for statistic in STATISTICS
        }
    chains, length = means.shape[:2]
    return {
        "draws": chains * length, "ess": min(ess), "rhat": max(rhat), "estimates": estimates,
    }  # fmt: skip


def distances(runs: Sequence[Estimates], reference: Estimates) -> dict[str, dict[str, float]]:
    """How far the average over runs is from a reference, in Monte Carlo standard errors.

    Parameters
    ----------
    runs : sequence of mapping
        ``estimates`` of `judge`, of runs with different seeds.
    reference : mapping
        The same of another sampler.

    Returns
    -------
    dict
        For each parameter the distance of its ``mean`` and of its ``sd``.
    """
    found: dict[str, dict[str, float]] = {}
    for parameter in PARAMETERS:
        found[parameter] = {}
        for statistic in STATISTICS:
            average = math.fsum(run[parameter][statistic] for run in runs) / len(runs)
            errors = [run[parameter][f"{statistic}_error"] / len(runs) for run in runs]
            away = average - reference[parameter][statistic]
            error = math.hypot(*errors, reference[parameter][f"{statistic}_error"])
            found[parameter][statistic] = away / error
    return found


def bound(comparisons: int) -> float:
    """What the largest of so many distances stays below in 99.9 % of cases, at the same posterior.

    Exact for independent distances; for others, as where they share a reference, it is passed
    more seldom still (Šidák 1967).
    """
    from scipy.stats import norm

    return float(norm.ppf(0.5 * (1.0 + SURE ** (1.0 / comparisons))))
