"""Resampling: many refits of one fit, for intervals that lean on no curvature.

All refits climb side by side from the fit itself, which keeps the labels of the components
matched, and each one climbs until its own score is zero: a refit that stops where it started
would make the intervals far too narrow. Most of the way is made on a coarse copy of the drawn
data, where a pass costs little; the last steps, and the verdict, are on the drawn data themselves.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from em.data.arguments import as_generator, whole
from em.data.cells import two_points
from em.data.magnitude import size_of
from em.data.requirements import refuse_sampling
from em.inference.estimate import Estimate
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters, stacked
from em.search.ascent import Status, ascend
from em.search.groups import is_bounded, verdicts
from em.search.tops import SET_ASIDE_AS

__all__ = ["Bootstrap", "bootstrap"]

Floats = NDArray[np.float64]

TOGETHER = 128
"""Refits that climb side by side: enough to share the overhead, few enough for the cache."""
CELLS = 1 << 18
"""Drawn values of all refits that climb side by side, about: fewer refits where data are large."""
FEWEST = 16
"""Refits that climb side by side at least."""
WHOLE = 20_000
"""Drawn values up to which a parametric refit sees all of them rather than nodes for them."""
SLICES = 32
"""Of more, how many are drawn in each slice: so many slices to an sd of a component."""
OUTERMOST = 8.5
"""In sds of a component: of 1e16 draws not one is expected further out."""
MOST_STEPS = 1 << 14
"""Steps of rounded values of which the numbers are drawn, rather than the values."""
STRETCHES = 64
"""Stretches of the coarse copy, each of two points, at the most."""
COARSE_ABOVE = 8 * STRETCHES
"""Drawn values from which a coarse copy pays."""
NEAR = 1e-4
"""Where climbs on it end, in standard errors: about as far as its tops are from those sought."""
EM_PASSES = 2
"""EM steps from the fit before Newton steps."""
REPEATED = 16
"""Values drawn one by one cost as much as counts drawn if a value is repeated so often."""


@dataclass(frozen=True, eq=False, repr=False)
class Bootstrap:
    """The refits of a bootstrap."""

    draws: Parameters
    """Refitted weights, means and sds of the refits that converged, each (n_converged, K)."""
    kind: str
    """``parametric`` or ``nonparametric``."""
    n_refits: int
    """How many refits were made."""
    status: dict[str, int]
    """How many of them ended in which `em.Status`."""

    @property
    def n_converged(self) -> int:
        """How many refits reached a maximum; the others have no part in `draws`."""
        return int(self.draws.means.shape[0])

    @property
    def n_left_out(self) -> int:
        """How many refits did not, and are left out of standard errors and intervals.

        They are no random part of all: where a group is hard to see the refit collapses, and the
        spread of the others is too small if many are left out.
        """
        return self.n_refits - self.n_converged

    @property
    def left_out(self) -> str:
        """How those ended, such as ``11 COLLAPSED, 2 EMPTY``; empty if all converged."""
        others = sorted(set(self.status) - {Status.CONVERGED.name})
        return ", ".join(f"{self.status[name]} {name}" for name in others)

    def __repr__(self) -> str:
        left_out = f", left out {self.left_out}" if self.n_left_out else ""
        return (
            f"Bootstrap({self.n_refits} {self.kind} refits: {self.n_converged} CONVERGED{left_out})"
        )

    def standard_errors(self) -> Parameters:
        """Standard deviations of the refitted parameters, each of shape (K,).

        NaN if fewer than two refits converged.
        """
        if self.n_converged < 2:
            return Parameters(*(np.full(values.shape[1], np.nan) for values in self.draws))
        # In units that keep the squares of tiny values above zero.
        size = size_of(np.concatenate([self.draws.means, self.draws.sds]))
        scaled = (np.ldexp(values, -size).std(axis=0, ddof=1) for values in self.draws[1:])
        return Parameters(
            self.draws.weights.std(axis=0, ddof=1), *(np.ldexp(found, size) for found in scaled)
        )


def bootstrap(
    fit: Estimate,
    n_refits: int = 999,
    kind: str = "parametric",
    rng: int | np.random.Generator | None = 0,
) -> Bootstrap:
    """Refit a model to data drawn from the fit, or drawn from its data with replacement.

    Each refit climbs from the fit to a maximum of its own and is judged like a fit: one that
    ends on a spike, or with an empty component, is counted in `Bootstrap.status` and left out
    of the draws. No refit searches for a higher maximum elsewhere, which keeps the labels of
    the components matched.

    Parameters
    ----------
    fit : Fit
        A fit that converged.
    n_refits : int
        How many data sets to draw.
    kind : {"parametric", "nonparametric"}
        Draw from the fitted mixture, or draw the data again with replacement.
    rng : int or numpy.random.Generator, optional
        Seed of the draws. The default gives the same answer at every call.

    Returns
    -------
    Bootstrap
        The same for the same seed, however many cores there are.

    Raises
    ------
    TypeError
        If the number of refits is not a whole number.
    ValueError
        If the kind is unknown, the number of refits is below 2, the fit did not converge, or the
        weights are sampling weights.
    """
    if kind not in ("parametric", "nonparametric"):
        raise ValueError(f'expected kind to be "parametric" or "nonparametric", got {kind!r}')
    if whole("n_refits", n_refits) < 2:
        raise ValueError(f"expected at least 2 refits, got {n_refits}; 999 are usual")
    if not fit.converged:
        raise ValueError(
            f"expected a fit that converged, got one that is {fit.status.name}; "
            "there is no estimate to resample around"
        )
    refuse_sampling(fit.sample, "a bootstrap")
    if round(fit.sample.n) < 2 * fit.n_components:
        raise ValueError(
            f"expected weights with a sum of at least {2 * fit.n_components} to draw samples of "
            f"that size, got {fit.sample.n:g}; weights count observations"
        )
    generator = as_generator(rng)
    drawn = round(fit.sample.n) if kind == "parametric" else len(fit.data)
    # Two lots of those that climb side by side: on the coarse copy they are one.
    batches = -(-n_refits // (2 * _together(min(drawn, WHOLE))))
    sizes = [len(part) for part in np.array_split(np.arange(n_refits), batches)]
    # A generator for each batch: the draws are then the same however many threads there are.
    jobs = list(zip(sizes, generator.spawn(len(sizes)), strict=True))
    # NumPy lets other threads run while it computes, so threads are enough for all cores.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        refits = list(pool.map(lambda job: _refit(fit, kind, *job), jobs))
    ended = np.concatenate([status for _, status in refits])
    weights, means, sds = (
        np.concatenate([at[part] for at, _ in refits])[ended == Status.CONVERGED]
        for part in range(3)
    )
    status = dict(Counter(one.name for one in ended))
    center, unit = fit.data.mean, fit.data.sd
    return Bootstrap(Parameters(weights, center + unit * means, unit * sds), kind, n_refits, status)


def _refit(
    fit: Estimate, kind: str, size: int, rng: np.random.Generator
) -> tuple[Parameters, NDArray[np.object_]]:
    """One batch of refits, in standardised units, and how each of them ended."""
    drawn = (_redrawn if kind == "nonparametric" else _simulated)(fit, size, rng)
    start = Parameters(*(np.repeat(value, size, axis=0) for value in fit.at))
    if drawn.x.shape[-1] <= COARSE_ABOVE:
        return _climb(fit, drawn, start, EM_PASSES)
    led = ascend(
        drawn.stood_for(*_coarse(drawn.x, drawn.weights)), start, fit.coordinates,
        em_passes=EM_PASSES, tol=NEAR, penalty=fit.penalty,
    )  # fmt: skip
    sound = np.array([one is Status.CONVERGED for one in led.status])[:, None]
    near = Parameters(*(np.where(sound, a, b) for a, b in zip(led.at, start, strict=True)))
    ended, status = _climb(fit, drawn, near, 0)
    astray = np.flatnonzero(status != Status.CONVERGED)
    if astray.size:
        # The coarse copy may have led them there: all the way on the drawn data, then.
        again = start.rows(astray)
        mended, status[astray] = _climb(fit, drawn.rows(astray), again, EM_PASSES)
        for target, values in zip(ended, mended, strict=True):
            target[astray] = values
    return ended, status


def _climb(
    fit: Estimate, drawn: Observed, start: Parameters, em_passes: int
) -> tuple[Parameters, NDArray[np.object_]]:
    """Climb on the drawn data themselves, in lots that stay in the cache."""
    size = start.means.shape[0]
    lots = np.array_split(np.arange(size), -(-size // _together(drawn.x.shape[-1])))
    found = [
        ascend(
            drawn.rows(lot), start.rows(lot),
            fit.coordinates, em_passes=em_passes, penalty=fit.penalty,
        )
        for lot in lots
    ]  # fmt: skip
    ended = stacked(one.at for one in found)
    status = np.array([name for one in found for name in one.status], dtype=object)
    bounded = is_bounded(fit.coordinates, fit.penalty)
    # Every value of a resample is a tie; what is a point shows in the data that it was drawn from.
    for row, judged in enumerate(verdicts(ended, fit.observed, bounded=bounded)):
        if status[row] is not Status.EMPTY:
            status[row] = SET_ASIDE_AS.get(judged, status[row])
    return ended, status


def _together(n: int) -> int:
    """How many refits to samples of n values climb side by side."""
    return min(max(CELLS // n, FEWEST), TOGETHER)


def _coarse(x: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Two weighted points for each of a few dozen stretches of sorted data.

    They have the stretch's weight and first moments, up to the third.

    Parameters
    ----------
    x, weights : ndarray of shape (n,) or (B, n)

    Returns
    -------
    points, masses : ndarray of shape (B, m)
        With m at most ``2 * STRETCHES``.
    """
    first = _stretches(x)
    sizes = np.diff(np.append(first, x.shape[-1]))
    middle = np.add.reduceat(x, first, axis=-1) / sizes
    away = x - np.repeat(middle, sizes, axis=-1)
    width = np.maximum.reduceat(np.abs(away), first, axis=-1)
    width[width == 0] = 1.0
    away /= np.repeat(width, sizes, axis=-1)
    mass = np.add.reduceat(weights, first, axis=-1)
    held = np.maximum(mass, np.finfo(float).tiny)  # in some resamples a stretch holds nothing
    moments = []
    term = weights
    for _ in range(3):
        term = term * away
        moments.append(np.add.reduceat(term, first, axis=-1) / held)
    mean, second, third = moments
    variance = second - mean**2
    variance[variance < 1e-14] = 0.0  # what is left of equal values is rounding
    left, right, share = two_points(mean, variance, third - 3 * mean * second + 2 * mean**3)
    points = np.concatenate([middle + width * left, middle + width * right], axis=-1)
    return points, np.concatenate([mass * (1 - share), mass * share], axis=-1)


def _stretches(x: Floats) -> NDArray[np.intp]:
    """Where stretches of sorted data begin: short ones both where data are dense and in tails."""
    n = x.shape[-1]
    typical = x.reshape(-1, n).mean(axis=0)
    reach = (typical - typical[0]) / (typical[-1] - typical[0])
    share = np.arange(n) / n
    return np.unique(np.searchsorted(share + reach, np.arange(STRETCHES) * (2 / STRETCHES)))


def _redrawn(fit: Estimate, size: int, rng: np.random.Generator) -> Observed:
    """The data drawn with replacement: the same values with random counts."""
    mass = fit.data.weights
    n, distinct = round(fit.data.n), mass.size
    if n <= REPEATED * distinct and (mass == np.round(mass)).all():
        place = np.repeat(np.arange(distinct), mass.astype(np.intp))
        counts = np.stack(
            [np.bincount(place[rng.integers(n, size=n)], minlength=distinct) for _ in range(size)]
        )
    else:
        counts = rng.multinomial(n, mass / mass.sum(), size=size)
    return replace(fit.observed, weights=counts.astype(np.float64))


def _simulated(fit: Estimate, size: int, rng: np.random.Generator) -> Observed:
    """Data drawn from the fit, in increasing order; rounded as the data of the fit are."""
    n = round(fit.sample.n)
    if fit.sample.rounding > 0:
        return _counted(fit, n, size, rng)
    if n <= WHOLE:
        drawn = np.stack([_standard_draws(fit, n, rng) for _ in range(size)])
        drawn.sort(axis=1)
        return fit.observed.stood_for(drawn, np.ones(n))
    return _sliced(fit, n, size, rng)


def _counted(fit: Estimate, n: int, size: int, rng: np.random.Generator) -> Observed:
    """How many draws are rounded to each step, for the steps that some data set reaches."""
    data, (weights, means, sds) = fit.observed, (value[0] for value in fit.at)
    lowest, highest = (means - OUTERMOST * sds).min(), (means + OUTERMOST * sds).max()
    first, last = np.floor((np.array([lowest, highest]) - data.x[0]) / data.rounding).astype(int)
    if last - first < MOST_STEPS:
        steps = np.arange(first, last + 2)
        ends = data.x[0] + data.rounding * (np.append(steps, steps[-1] + 1) - 0.5)
        counts = np.stack(
            [
                sum(
                    rng.multinomial(held, _shares(ends, mean, sd))
                    for held, mean, sd in zip(rng.multinomial(n, weights), means, sds, strict=True)
                )
                for _ in range(size)
            ]
        ).astype(np.float64)
        seen = counts.any(axis=0)
        return data.stood_for(data.x[0] + data.rounding * steps[seen], counts[:, seen])
    rows = []
    for _ in range(size):
        places = np.round((_standard_draws(fit, n, rng) - data.x[0]) / data.rounding)
        rows.append(np.unique(places, return_counts=True))
    steps = np.unique(np.concatenate([places for places, _ in rows]))
    counts = np.zeros((size, steps.size))
    for row, (places, number) in zip(counts, rows, strict=True):
        row[np.searchsorted(steps, places)] = number
    return data.stood_for(data.x[0] + data.rounding * steps, counts)


def _shares(ends: Floats, mean: float, sd: float) -> Floats:
    """How probable it is to fall between neighbouring ends, what lies outside left out."""
    from scipy.special import ndtr  # import em loads NumPy only

    shares = np.diff(ndtr((ends - mean) / sd))
    return np.asarray(shares / shares.sum())


def _sliced(fit: Estimate, n: int, size: int, rng: np.random.Generator) -> Observed:
    """Two points for each narrow slice of each component, with random weights; for any n.

    How many of n draws fall into a slice is drawn. Within it they are replaced by two points with
    the mean and the variance of the component there, which leaves out that these vary from one
    data set to another: a 12,000th part of all variance.
    """
    weights, means, sds = (value[0] for value in fit.at)
    ends = np.linspace(-OUTERMOST, OUTERMOST, round(2 * OUTERMOST * SLICES) + 1)
    shares, width = _shares(ends, 0.0, 1.0), 1.0 / SLICES
    # To the order of the width squared: the density falls by its slope, -z, across the slice.
    center = 0.5 * (ends[1:] + ends[:-1]) * (1.0 - width**2 / 12)
    half = width / np.sqrt(12.0)
    x = (means[:, None] + sds[:, None] * np.concatenate([center - half, center + half])).ravel()
    counts = [
        np.concatenate([np.tile(rng.multinomial(held, shares), 2) for held in group])
        for group in rng.multinomial(n, weights, size=size)
    ]
    order = np.argsort(x, kind="stable")
    return fit.observed.stood_for(x[order], 0.5 * np.stack(counts)[:, order])


def _standard_draws(fit: Estimate, n: int, rng: np.random.Generator) -> Floats:
    weights, means, sds = (value[0] for value in fit.at)
    counts = rng.multinomial(n, weights)
    return np.concatenate(
        [rng.normal(m, s, size) for m, s, size in zip(means, sds, counts, strict=True)]
    )
