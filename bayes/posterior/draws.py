"""draws: intervals and convergence statistics of arrays of draws, by ArviZ."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Kind", "bfmi", "check_interval", "ess_bulk", "ess_tail", "interval", "rhat"]

Floats = NDArray[np.float64]
Kind = Literal["eti", "hdi"]

TAIL = (0.05, 0.95)
"""The quantiles of the tail effective sample size (Vehtari et al. 2021); ArviZ asks for them."""


def check_interval(level: float, kind: str) -> None:
    """Refuse levels outside (0, 1) and kinds that are not known.

    Raises
    ------
    TypeError
        If `level` is not a number.
    ValueError
        If `level` is not between 0 and 1, or `kind` is neither "eti" nor "hdi".
    """
    if isinstance(level, bool) or not isinstance(level, (int, float, np.number)):
        raise TypeError(
            f"expected level to be a number, got {type(level).__name__}; for example level=0.95"
        )
    if not 0.0 < level < 1.0:
        raise ValueError(
            f"expected a level between 0 and 1, got {level}; for example level=0.95 for 95 %"
        )
    if kind not in ("eti", "hdi"):
        raise ValueError(
            f'expected kind "eti" (equal-tailed) or "hdi" (highest density), got {kind!r}'
        )


def interval(draws: Floats, level: float, kind: str) -> Floats:
    """Lower and upper ends for each column of draws.

    Parameters
    ----------
    draws : ndarray of shape (n_draws, n_columns)
    level : float
    kind : {"eti", "hdi"}

    Returns
    -------
    ndarray of shape (n_columns, 2)
    """
    if kind == "eti":
        tail = 0.5 * (1.0 - level)
        return np.quantile(draws, [tail, 1.0 - tail], axis=0).T
    return np.asarray(_statistics().hdi(draws, prob=level, axis=0))


def rhat(draws: Floats) -> float:
    """Rank-normalised split R-hat of draws of shape (chain, draw)."""
    return _of_chains("rhat", draws, method="rank")


def ess_bulk(draws: Floats) -> float:
    """Effective number of draws for the middle, of draws of shape (chain, draw)."""
    return _of_chains("ess", draws, method="bulk")


def ess_tail(draws: Floats) -> float:
    """The same for the 5 % and 95 % quantiles, the smaller of the two."""
    return _of_chains("ess", draws, method="tail", prob=TAIL)


def bfmi(energy: Floats) -> Floats:
    """Bayesian fraction of missing information of each chain, from energies (chain, draw)."""
    with np.errstate(divide="ignore", invalid="ignore"):  # energies that do not vary
        return np.atleast_1d(_statistics().bfmi(energy, chain_axis=0, draw_axis=1))


def _of_chains(name: str, draws: Floats, **options: Any) -> float:
    function = getattr(_statistics(), name)
    with np.errstate(divide="ignore", invalid="ignore"):  # draws that do not vary
        return float(function(draws, chain_axis=0, draw_axis=1, **options))


def _statistics() -> Any:
    # Half a second that a saved posterior may not need.
    from arviz_stats.base.array import array_stats

    return array_stats
