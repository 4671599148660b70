"""How far the log-likelihood of squashed data can be from that of the data themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from em.data.squash import Bins
from em.likelihood.parameters import Parameters

__all__ = ["quadrature_bound"]

Floats = NDArray[np.float64]

ANGLES = 13
"""Points of the upper half of an ellipse at which the log-density is looked at."""
WIDE_RHOS = (1.5, 2.0, 3.0, 4.5, 7.0, 12.0, 25.0, 60.0)
"""Sizes of ellipses to try around wide bins."""
ROW = 32
"""Neighbouring cells that are looked at together."""
ROW_RHOS = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Sizes of ellipses to try around them."""
POOR = 1e-9
"""Bounds for each unit of weight above which a cell is looked at alone."""
CELL_RHOS = (25.0, 60.0, 200.0, 1000.0)
"""Sizes of ellipses to try around it."""


def quadrature_bound(bins: Bins, at: Parameters) -> float:
    """How far the log-likelihood of squashed data can be from that of the data.

    Where the density has no zero in an ellipse with foci at a bin's ends and parameter rho, its
    log is analytic there, and a rule of p points is off by at most
    ``4 mass M rho^(1 - 2p) / (rho - 1)``, where M bounds the log on the ellipse (Trefethen 2013,
    theorem 19.3: twice the mass times the error of the best polynomial). Any quadratic may be
    taken off first, since the rules integrate it exactly: here the log of the component that is
    largest in the middle of the bin. M is the largest value at points of the ellipse, with a
    tenth on top; that there is no zero inside shows in the argument, which must come back to
    where it started. The smallest bound over a few rho counts.

    Parameters
    ----------
    bins : Bins
    at : Parameters
        One mixture: arrays of shape (K,).

    Returns
    -------
    float
        In units of log-likelihood; infinite if no ellipse is free of zeros.
    """
    if at.means.size == 1:
        return 0.0
    spread = bins.upper > bins.lower
    cells = spread & (bins.points <= 2)
    wide = _take_bins(bins, spread & ~cells)
    total = _bounds(wide, wide.lower, wide.upper, at, WIDE_RHOS).sum()
    if cells.any():
        # There are thousands, side by side: what holds around a row of them holds for each.
        narrow = _take_bins(bins, cells)
        narrow = _take_bins(narrow, np.argsort(narrow.lower, kind="stable"))
        width = narrow.upper - narrow.lower
        gap = narrow.lower[1:] - narrow.upper[:-1] > ROW * np.minimum(width[1:], width[:-1])
        begins = np.arange(width.size) % ROW == 0
        begins[1:] |= gap
        first = np.flatnonzero(begins)
        row = np.cumsum(begins) - 1
        lower = np.minimum.reduceat(narrow.lower, first)[row]
        upper = np.maximum.reduceat(narrow.upper, first)[row]
        bound = _bounds(narrow, lower, upper, at, ROW_RHOS, row)
        poor = ~(bound <= POOR * narrow.masses)
        if poor.any():
            alone = _take_bins(narrow, poor)
            bound[poor] = np.fmin(
                bound[poor], _bounds(alone, alone.lower, alone.upper, at, CELL_RHOS)
            )
        total += bound.sum()
    return float(total)


def _take_bins(bins: Bins, which: NDArray[np.bool_] | NDArray[np.intp]) -> Bins:
    return Bins(*(value[which] for value in bins))


def _bounds(
    bins: Bins,
    lower: Floats,
    upper: Floats,
    at: Parameters,
    rhos: tuple[float, ...],
    row: NDArray[np.intp] | None = None,
) -> Floats:
    """The smallest bound over a few ellipses, for each bin.

    The ellipses have their foci at `lower` and `upper`, which hold the bin. Bins with the same
    number in `row` have the same ends, and are looked at once.
    """
    half = 0.5 * (bins.upper - bins.lower)
    first = np.arange(half.size) if row is None else np.unique(row, return_index=True)[1]
    back = slice(None) if row is None else row
    around, middle = 0.5 * (upper - lower), 0.5 * (lower + upper)[first]
    best = np.full(half.size, np.inf)
    for rho in rhos:
        size = _size(middle, around[first], at, rho)[back]
        if row is None:
            own = np.full(half.size, rho)
        else:
            # No point between the foci is nearer to the ellipse than they are themselves, so
            # that an ellipse of the bin's own, so long at the most, lies inside.
            reach = np.maximum(around * (0.5 * (rho + 1.0 / rho) - 1.0) / half, 1.0)
            own = reach + np.sqrt(reach**2 - 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = 4.4 * bins.masses * size * own ** (1.0 - 2.0 * bins.points) / (own - 1.0)
        best = np.fmin(best, bound)
    return best


def _size(middle: Floats, half: Floats, at: Parameters, rho: float) -> Floats:
    """M on the ellipses around some middles; infinite where there may be a zero inside."""
    log_scale = np.log(at.weights / at.sds)
    main = np.argmax(log_scale - 0.5 * ((middle[:, None] - at.means) / at.sds) ** 2, axis=1)
    # The upper half of the ellipse; the lower one is its mirror image.
    angle = np.linspace(0.0, np.pi, ANGLES)
    ring = 0.5 * (rho * np.exp(1j * angle) + np.exp(-1j * angle) / rho)
    x = middle[:, None] + half[:, None] * ring
    exponent = log_scale - 0.5 * ((x[..., None] - at.means) / at.sds) ** 2
    ratio = exponent - np.take_along_axis(exponent, main[:, None, None], axis=2)
    hopeless = (ratio.real > 600).any(axis=(1, 2))
    ratio[hopeless] = 0.0
    terms = np.exp(ratio)
    rest = terms.sum(axis=2)
    argument = np.cumsum(np.angle(rest[:, 1:] / rest[:, :-1]), axis=1)
    # Between two points whole turns may hide: each term turns by what its exponent says.
    share = np.abs(terms) / np.abs(rest)[..., None]
    turn = np.maximum(share[:, 1:], share[:, :-1]) * np.abs(np.diff(ratio.imag, axis=1))
    hopeless |= (turn.sum(axis=2).max(axis=1) > 2.0) | (np.abs(argument[:, -1]) > 1.0)
    size = np.hypot(
        np.abs(np.log(np.abs(rest))).max(axis=1), np.abs(argument).max(axis=1, initial=0.0)
    )
    return np.where(hopeless, np.inf, size)
