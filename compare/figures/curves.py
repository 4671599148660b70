"""Curves: densities, probabilities and distribution functions with their posterior bands.

Pure computation from draws and data; the figures only draw what is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bayes import Posterior
    from em import Sample

__all__ = [
    "Band",
    "Draws",
    "density_band",
    "distribution",
    "histogram",
    "kde",
    "membership_bands",
    "rank_band",
    "regions",
    "replicates",
    "thin",
    "view",
]

Floats = NDArray[np.float64]

BAND_DRAWS = 4000
"""Draws behind a band: the ends of a 95% band are then good to about 0.2 points of coverage."""


class Draws(NamedTuple):
    """Draws of a mixture's parameters, chains joined."""

    weights: Floats
    """Of shape (draws, K)."""
    means: Floats
    """Of shape (draws, K), in the unit of the data."""
    sds: Floats
    """Of shape (draws, K), in the unit of the data."""


@dataclass(frozen=True)
class Band:
    """A curve known up to a posterior: pointwise ends and middle."""

    lower: Floats
    middle: Floats
    upper: Floats


def thin(posterior: Posterior, limit: int = BAND_DRAWS) -> Draws:
    """At most `limit` draws, evenly spaced over all chains."""
    joined = [
        np.asarray(values, dtype=np.float64).reshape(-1, posterior.n_components)
        for values in (posterior.weights, posterior.means, posterior.sds)
    ]
    total = joined[0].shape[0]
    keep = np.linspace(0, total - 1, min(limit, total)).round().astype(int)
    return Draws(*(values[keep] for values in joined))


def _joint(x: Floats, weight: Floats, mean: Floats, sd: Floats) -> Floats:
    """Log of weight times density up to a constant, of shape (draws, x.size)."""
    with np.errstate(divide="ignore", over="ignore"):  # a weight of zero is log 0 = -inf
        z = (x - mean[:, None]) / sd[:, None]
        return np.asarray(np.log(weight / sd)[:, None] - 0.5 * z * z)


def density_band(x: Floats, draws: Draws, level: float) -> Band:
    """The density at each `x` over the draws: equal-tailed band, and mean.

    The mean over the draws is the posterior predictive density.
    """
    total = np.zeros((draws.weights.shape[0], x.size))
    for weight, mean, sd in zip(*(values.T for values in draws), strict=True):
        total += np.exp(_joint(x, weight, mean, sd))
    total /= np.sqrt(2 * np.pi)
    lower, upper = _ends(total, level)
    return Band(lower, total.mean(axis=0), upper)


def membership_bands(x: Floats, draws: Draws, level: float) -> list[Band]:
    """For each component, the probability that a value `x` came from it: band and median."""
    joint = np.stack([_joint(x, *columns) for columns in zip(*(v.T for v in draws), strict=True)])
    joint -= joint.max(axis=0)
    np.exp(joint, out=joint)
    joint /= joint.sum(axis=0)
    tail = (1 - level) / 2
    return [Band(*np.quantile(part, [tail, 0.5, 1 - tail], axis=0)) for part in joint]


def _ends(values: Floats, level: float) -> tuple[Floats, Floats]:
    tail = (1 - level) / 2
    lower, upper = np.quantile(values, [tail, 1 - tail], axis=0)
    return lower, upper


def view(sample: Sample) -> tuple[float, float]:
    """The part of the axis to show: all data, but for outliers that would squeeze the rest."""
    data = sample.collapse()
    share = np.cumsum(data.weights) / data.weights.sum()
    lower, upper = (float(data.values[np.searchsorted(share, q)]) for q in (0.002, 0.998))
    room = 0.25 * (upper - lower)
    return max(sample.lowest, lower - room), min(sample.highest, upper + room)


def histogram(sample: Sample, ends: tuple[float, float], finest: float) -> tuple[Floats, Floats]:
    """A histogram on the density scale with Freedman & Diaconis' bins (1981).

    Their width follows the spread of all data and would hide narrow groups far apart, so no bin
    is wider than `finest`, in the unit of the data. Rounded data get bins that hold equally many
    of the possible values, with their edges half way between these; else some bins would hold
    one value more and stand out.

    Returns
    -------
    density : ndarray of shape (bins,)
        Share of all data per unit, so that values outside `ends` count too.
    edges : ndarray of shape (bins + 1,)
    """
    data = sample.collapse()
    share = np.cumsum(data.weights) / data.weights.sum()
    first, third = (float(data.values[np.searchsorted(share, q)]) for q in (0.25, 0.75))
    lower, upper = ends
    width = 2 * (third - first) / sample.n ** (1 / 3)
    if not width > 0:
        width = (upper - lower) / 10
    width = min(max(min(width, finest), (upper - lower) / 100), (upper - lower) / 5)
    step = sample.resolution
    if step > 0 and (upper - lower) / step < 1e6:
        width = step * max(1, round(width / step))
        lower -= step / 2
        upper += step / 2
    bins = max(1, int(np.ceil((upper - lower) / width - 1e-9)))
    edges = lower + width * np.arange(bins + 1)
    # The last bin holds its upper end.
    counts = np.diff(sample.below(np.r_[edges[:-1], np.nextafter(edges[-1], np.inf)]))
    return counts / (sample.n * width), edges


def distribution(sample: Sample, x: Floats) -> Floats:
    """The weighted empirical distribution function at `x`."""
    return sample.below(np.nextafter(x, np.inf)) / sample.n


def replicates(x: Floats, draws: Draws, n: float, rng: np.random.Generator) -> Floats:
    """Empirical distribution functions of replicated data sets, one for each draw.

    Between neighbouring `x` the counts of a data set of n values are multinomial, so the
    functions are exact at `x` and cost the same for any n.

    Returns
    -------
    ndarray of shape (draws, x.size)
    """
    from scipy.special import ndtr

    z = (x[None, :, None] - draws.means[:, None, :]) / draws.sds[:, None, :]
    at = np.einsum("dxk,dk->dx", ndtr(z), draws.weights)
    cells = np.diff(at, axis=1, prepend=0.0, append=1.0)
    cells = np.clip(cells, 0.0, None)
    cells /= cells.sum(axis=1, keepdims=True)
    size = max(1, round(n))
    counts = rng.multinomial(size, cells)
    return np.asarray(np.cumsum(counts[:, :-1], axis=1) / size)


def rank_band(x: Floats, chains: int, draws: int, level: float, rng: np.random.Generator) -> Floats:
    """How far the rank curves of chains that agree stray: half the width of a band at each `x`.

    When all chains draw independently from one distribution, every way to deal the ranks out to
    the chains is as probable, and how many of the lowest ones go to a chain is hypergeometric.
    The band is a multiple of that distribution's sd, found by dealing many times, such that all
    chains stay inside everywhere with probability `level`.

    Parameters
    ----------
    x : ndarray
        Ranks as shares of all, between 0 and 1.
    chains, draws : int
        Number of chains, and of draws in each.
    level : float
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of the shape of `x`
    """
    total = chains * draws
    deals = rng.permuted(
        np.tile(np.repeat(np.arange(chains, dtype=np.int8), draws), (4000, 1)), axis=1
    )
    share = np.arange(1, total) / total

    def sd(at: Floats) -> Floats:
        return np.asarray(np.sqrt(at * (1 - at) * (chains - 1) / (total - 1)))

    furthest = np.zeros(len(deals))
    for chain in range(chains):
        held = np.cumsum(deals == chain, axis=1, dtype=np.int32)[:, :-1]
        strayed = np.abs(held / draws - share) / sd(share)
        np.maximum(furthest, strayed.max(axis=1), out=furthest)
    return np.asarray(np.quantile(furthest, level) * sd(x))


def kde(values: Floats, ends: tuple[float, float] | None = None) -> tuple[Floats, Floats]:
    """A kernel estimate of the density of draws, on a grid over their range.

    Parameters
    ----------
    values : ndarray
        Draws; the shape does not matter.
    ends : tuple of float, optional
        Estimate the density of the draws between these only, as their share of all.

    Returns
    -------
    grid, density : ndarray
        Empty if all draws are equal.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    share = 1.0
    if ends is not None:
        inside = flat[(flat >= ends[0]) & (flat <= ends[1])]
        share = inside.size / flat.size
        flat = inside
    if flat.size < 2 or not np.ptp(flat) > 0:
        return np.empty(0), np.empty(0)
    # On a standard scale: the search for a bandwidth fails in tiny or huge units.
    centre, spread = flat.mean(), flat.std()
    grid, density, _ = _arviz().kde((flat - centre) / spread, grid_len=160)
    return centre + spread * grid, share * density / spread


def regions(
    x: Floats, y: Floats, shares: tuple[float, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    """The regions of highest density that hold given shares of the pairs (x, y).

    Returns
    -------
    across, up : ndarray
        Axes of a grid.
    density : ndarray of shape (across.size, up.size)
        Up to a constant.
    heights : ndarray
        The densities on the borders of the regions, increasing.
    """
    spreads = x.std(), y.std()
    density, across, up, heights = _arviz().kde2d(
        (x - x.mean()) / spreads[0],
        (y - y.mean()) / spreads[1],
        gridsize=(64, 64),
        hdi_probs=list(shares),
    )
    across, up = x.mean() + spreads[0] * across, y.mean() + spreads[1] * up
    return across, up, density, np.unique(heights)


def _arviz() -> Any:
    """ArviZ's statistics of arrays, which are slow to load and not annotated."""
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    return array_stats
