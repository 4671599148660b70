"""replicates: what data sets drawn from the posterior would look like; used by `checks`.

Each draw of the posterior gives one data set, of which only a few numbers are kept. Everything is
in sds of the data from their mean, so that powers keep their digits. Where the rounding of the data
is part of the model, replicates are rounded like them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayes.model.density import cdf
from bayes.model.rounding import Lattice
from em import Parameters, Sample

__all__ = ["LARGE", "Shapes", "Statistics", "group_shapes", "observed", "replicated"]

Floats = NDArray[np.float64]

LARGE = 5000
"""Above so many values, what is measured on replicates is drawn from its own distribution."""
REACH = 8.0
"""How far from the means rounded values are counted, in sds: one in 10^15 lies further out."""
MOST_CELLS = 4000
"""More steps than this within reach are too fine to matter for so many values."""
BLOCK = 1 << 16
"""Values worked on at a time."""
GRID = np.linspace(-8.0, 8.0, 129)
"""Where expectations under a normal distribution are summed, in its sds."""


class Statistics(NamedTuple):
    """What needs nothing but the data: numbers for one data set, arrays for many."""

    mean: Floats
    sd: Floats
    farthest: Floats
    """Largest distance of a value from the mean, in sds."""
    gap: Floats
    """Smallest distance between two values."""


class Shapes(NamedTuple):
    """How skewed and how heavy-tailed the groups are, each of shape (R,), one for each draw."""

    skewness: Floats
    """Root mean square of the groups' skewnesses, over all values."""
    kurtosis: Floats
    """Root mean square of their excess kurtoses."""
    skewed: Floats
    """Mean of the groups' skewnesses, which says to what side."""
    heavy: Floats
    """Mean of their excess kurtoses."""


def observed(sample: Sample, *, counted: bool) -> Statistics:
    """Of the data, in the unit of the data; NaN for what squashed ones do not tell."""
    if not counted:
        return Statistics(*map(np.array, (sample.mean, sample.sd, np.nan, np.nan)))
    farthest = np.abs(sample.standardised).max()
    tied = sample.weights.max() > 1.0 or len(sample) < 2
    gap = 0.0 if tied else np.diff(sample.values).min()
    return Statistics(*map(np.array, (sample.mean, sample.sd, farthest, gap)))


def replicated(
    draws: Parameters, n: int, rng: np.random.Generator, lattice: Lattice | None = None
) -> tuple[Statistics, Shapes]:
    """Of a data set of n values for each draw.

    Parameters
    ----------
    draws : Parameters
        Each of shape (R, K).
    n : int
    rng : numpy.random.Generator
    lattice : Lattice, optional
        What the values are rounded to, in the unit of the draws; they are not by default.

    Returns
    -------
    Statistics, Shapes
        Arrays of shape (R,), in the unit of the draws.
    """
    if n > LARGE and lattice is not None:
        places = _within_reach(draws, lattice)
        if places is not None:
            return _counted(draws, n, rng, places, lattice.step)
    if n > LARGE:
        return _summarised(draws, n, rng), _shapes_of_large(draws, n, rng)
    statistics, shapes = [], []
    for part in _blocks(draws, n):
        values = data_sets(part, n, rng)
        if lattice is not None:
            values = lattice.rounded(values)
        statistics.append(_measured(values))
        shapes.append(_shapes(part, values, np.ones(n)))
    return (
        Statistics(*map(np.concatenate, zip(*statistics, strict=True))),
        Shapes(*map(np.concatenate, zip(*shapes, strict=True))),
    )


def group_shapes(draws: Parameters, values: Floats, weights: Floats) -> Shapes:
    """How skewed and heavy-tailed the groups of the data are, as each draw sees them.

    A value belongs to a group by its responsibility. Skewness and kurtosis are measured by the
    Hermite polynomials z^3 - 3 z and z^4 - 6 z^2 + 3 of z = (x - mean) / sd. Where mean and sd are
    the group's own these are its skewness and excess kurtosis; and where the draw is somewhat off,
    they are much less off than z^3 and z^4 - 3 are, so that the parameters' uncertainty does not
    hide a misfit.

    Parameters
    ----------
    draws : Parameters
        Each of shape (R, K).
    values, weights : ndarray of shape (m,)
        The data; or nodes that stand for them, since these are sums of smooth functions.

    Returns
    -------
    Shapes
    """
    parts = [_shapes(part, values[None], weights) for part in _blocks(draws, values.size)]
    return Shapes(*map(np.concatenate, zip(*parts, strict=True)))


def data_sets(draws: Parameters, n: int, rng: np.random.Generator) -> Floats:
    """One data set for each draw, of shape (R, n); values in an order without meaning."""
    last = np.cumsum(rng.multinomial(n, draws.weights), axis=1)
    group = (np.arange(n) >= last[:, :-1, None]).sum(axis=1)
    values = rng.standard_normal((len(last), n))
    values *= np.take_along_axis(draws.sds, group, axis=1)
    values += np.take_along_axis(draws.means, group, axis=1)
    return values


def _blocks(draws: Parameters, n: int) -> list[Parameters]:
    rows = max(1, BLOCK // n)
    return [
        Parameters(*(value[begin : begin + rows] for value in draws))
        for begin in range(0, len(draws.means), rows)
    ]


def _within_reach(draws: Parameters, lattice: Lattice) -> Floats | None:
    """Every place of the lattice where a value may lie; None if these are very many."""
    ends = (draws.means - REACH * draws.sds).min(), (draws.means + REACH * draws.sds).max()
    first, last = (math.floor((end - lattice.origin) / lattice.step + 0.5) for end in ends)
    if last - first >= MOST_CELLS:
        return None
    return lattice.origin + lattice.step * np.arange(first, last + 1.0)


def _counted(
    draws: Parameters, n: int, rng: np.random.Generator, places: Floats, step: float
) -> tuple[Statistics, Shapes]:
    """Of many rounded values, drawn as how many of them lie at each place."""
    statistics, shapes = [], []
    for part in _blocks(draws, places.size):
        rows = len(part.means)
        below = cdf(part, places[:-1] + 0.5 * step)
        share = np.diff(np.vstack([np.zeros(rows), below, np.ones(rows)]), axis=0).T
        counts = rng.multinomial(n, np.maximum(share, 0.0))
        mean = counts @ places / n
        sd = np.sqrt(((places - mean[:, None]) ** 2 * counts).sum(axis=1) / n)
        lowest = places[np.argmax(counts > 0, axis=1)]
        highest = places[::-1][np.argmax(counts[:, ::-1] > 0, axis=1)]
        farthest = np.maximum(mean - lowest, highest - mean) / sd
        # More values than places: two of them are equal.
        statistics.append(Statistics(mean, sd, farthest, np.zeros(rows)))
        shapes.append(_shapes(part, places[None], counts.astype(np.float64)))
    return (
        Statistics(*map(np.concatenate, zip(*statistics, strict=True))),
        Shapes(*map(np.concatenate, zip(*shapes, strict=True))),
    )


def _measured(values: Floats) -> Statistics:
    mean = values.mean(axis=1)
    square = (values - mean[:, None]) ** 2
    variance = square.mean(axis=1)
    gap = np.diff(np.sort(values, axis=1), axis=1).min(axis=1)
    return Statistics(mean, np.sqrt(variance), np.sqrt(square.max(axis=1) / variance), gap)


def _hermite(draws: Parameters, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Responsibilities, and these times the third and the fourth polynomial: (K, R, n) each."""
    weights, means, sds = (value.T[:, :, None] for value in draws)
    z = (x - means) / sds
    square = z * z
    with np.errstate(divide="ignore", under="ignore"):  # a weight of zero is log 0 = -inf
        r = np.log(weights / sds) - 0.5 * square
        r -= r.max(axis=0)
        np.exp(r, out=r)
    r /= r.sum(axis=0)
    third = r * z
    third *= square - 3.0
    fourth = (square - 6.0) * square
    fourth += 3.0
    fourth *= r
    return r, third, fourth


def _shapes(draws: Parameters, values: Floats, weights: Floats) -> Shapes:
    """For weights of shape (n,), or (R, n) where they differ from draw to draw."""
    parts = _hermite(draws, values)
    if weights.ndim == 1:
        return _pooled(*(part @ weights / weights.sum() for part in parts))
    totals = weights.sum(axis=1)
    return _pooled(*(np.einsum("krn,rn->kr", part, weights) / totals for part in parts))


def _pooled(shares: Floats, third: Floats, fourth: Floats) -> Shapes:
    """Over the groups, each of shape (K, R)."""
    shares = np.maximum(shares, 1e-300)
    return Shapes(
        np.sqrt((third**2 / shares).sum(axis=0)),
        np.sqrt((fourth**2 / shares).sum(axis=0)),
        third.sum(axis=0),
        fourth.sum(axis=0),
    )


def _shapes_of_large(draws: Parameters, n: int, rng: np.random.Generator) -> Shapes:
    """Means of many values are normal, with mean zero and a covariance that is summed on a grid."""
    R, K = draws.means.shape
    covariances = np.zeros((2, R, K, K))
    density = np.exp(-0.5 * GRID**2)
    density /= density.sum()
    for j in range(K):
        x = draws.means[:, j, None] + draws.sds[:, j, None] * GRID
        _, *polynomials = _hermite(draws, x)
        for which, part in enumerate(polynomials):
            products = np.einsum("krg,lrg,g->rkl", part, part, density, optimize=True)
            covariances[which] += draws.weights[:, j, None, None] * products
    size, directions = np.linalg.eigh(covariances)
    noise = rng.standard_normal((2, R, K, 1)) * np.sqrt(np.maximum(size, 0.0) / n)[..., None]
    third, fourth = (directions @ noise)[..., 0]
    return _pooled(draws.weights.T, third.T, fourth.T)


def _summarised(draws: Parameters, n: int, rng: np.random.Generator) -> Statistics:
    """For many values: sums are normal, extremes are order statistics, gaps are exponential."""
    powers = _powers(draws)
    order = np.array([1, 2])
    covariance = powers[order[:, None] + order] - powers[order][:, None] * powers[order]
    root = np.linalg.cholesky(np.moveaxis(covariance, 2, 0))
    noise = (root @ rng.standard_normal((len(root), 2, 1)))[..., 0] / math.sqrt(n)
    mean, square = powers[1:3] + noise.T
    sd = np.sqrt(square - mean**2)
    lowest, highest = _outermost(draws, n, rng)
    # Of the n (n - 1) / 2 pairs, those closer than a small g are Poisson with mean
    # n (n - 1) g times the integral of the squared density.
    weights, means, variances = draws.weights, draws.means, draws.sds**2
    sums = variances[:, :, None] + variances[:, None, :]
    pairs = np.exp(-0.5 * (means[:, :, None] - means[:, None, :]) ** 2 / sums)
    pairs *= weights[:, :, None] * weights[:, None, :] / np.sqrt(2.0 * np.pi * sums)
    gap = rng.standard_exponential(len(mean)) / (n * (n - 1.0) * pairs.sum(axis=(1, 2)))
    return Statistics(mean, sd, np.maximum(mean - lowest, highest - mean) / sd, gap)


def _powers(draws: Parameters) -> Floats:
    """Expected powers 0 to 4 of a value, of shape (5, R)."""
    parts = [np.ones_like(draws.means), draws.means]
    for power in range(2, 5):
        parts.append(draws.means * parts[-1] + (power - 1) * draws.sds**2 * parts[-2])
    return np.asarray((np.array(parts) * draws.weights).sum(axis=2))


def _outermost(draws: Parameters, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The smallest and the largest of n values, each of shape (R,).

    The largest of m uniform numbers is U^(1/m), and given it the smallest is the smallest of
    m - 1 uniform numbers below it.
    """
    from scipy.special import ndtri

    m = rng.multinomial(n, draws.weights).astype(float)
    u, v = rng.uniform(size=(2, *m.shape))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        above = -np.expm1(np.log(u) / m)  # probability above the largest: tiny
        below = (1.0 - above) * -np.expm1(np.log1p(-v) / (m - 1.0))
        below = np.where(m == 1, 1.0 - above, below)
        largest = np.where(m > 0, draws.means - draws.sds * ndtri(above), -np.inf)
        smallest = np.where(m > 0, draws.means + draws.sds * ndtri(below), np.inf)
    return smallest.min(axis=1), largest.max(axis=1)
