"""Quantities: what people ask of a mixture, computed from every draw, so with its uncertainty.

How far the groups are apart, how many modes the density has, at which value one group becomes
likelier than the next, and which group a value belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes.posterior.draws import Kind, check_interval, ess_bulk, ess_tail, interval, rhat
from bayes.posterior.relabelling import by_mean, permuted
from em import Parameters

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Membership", "Quantities"]

Floats = NDArray[np.float64]

AROUND = np.linspace(-4.0, 4.0, 81)
"""Where the slope is looked at around each mean, in sds of the component."""
BETWEEN = np.linspace(0.0, 1.0, 101)[1:-1]
"""And between the smallest and the largest mean, as a share of the way."""
BLOCK = 1 << 17
"""Numbers in a table that is worked on at a time: 1 MB, which stays in the cache."""


class Membership(NamedTuple):
    """To which group given values belong, each of shape (len(x), K)."""

    mean: Floats
    """Posterior mean of the probability: the probability that a new value of this size belongs
    to the group, given the data."""
    lower: Floats
    """Lower ends of the credible intervals of that probability."""
    upper: Floats
    """Upper ends."""


@dataclass(frozen=True, eq=False, repr=False)
class Quantities:
    """Quantities derived from a posterior, for each of its draws; see `Posterior.quantities`.

    Neighbours are neighbours in order of mean, however the components are named. The density and
    its modes do not depend on names; `membership` keeps the posterior's own.
    """

    draws: Parameters
    """Weights, means and sds as the posterior names them, each of shape (chain, draw, K)."""

    @cached_property
    def _by_mean(self) -> Parameters:
        return permuted(self.draws, by_mean(self.draws))

    @cached_property
    def ashman(self) -> Floats:
        """Ashman's D of neighbours, ``sqrt(2) |m1 - m2| / sqrt(s1^2 + s2^2)``.

        Of shape (chain, draw, K - 1). Above 2 two groups are usually seen as two (Ashman, Bird &
        Zepf 1994).
        """
        means, sds = self._by_mean.means, self._by_mean.sds
        spread = np.hypot(sds[..., :-1], sds[..., 1:])
        return np.asarray(np.sqrt(2.0) * np.diff(means, axis=-1) / spread)

    @cached_property
    def cutoffs(self) -> Floats:
        """The values at which one group becomes less likely than the next, in the data's unit.

        Of shape (chain, draw, K - 1), for neighbours, compared with each other only. Between two
        means the log-odds of the two fall throughout, so there is one such value or none: NaN,
        where one group is likelier at both means.
        """
        return _cutoffs(self._by_mean)

    @cached_property
    def modes(self) -> NDArray[np.intp]:
        """The number of modes of the density, of shape (chain, draw).

        Counted as the places where the slope turns from up to down, on a grid with steps of a
        tenth of each component's sd, or less.
        """
        draws = self._by_mean
        K = draws.means.shape[-1]
        flat = Parameters(*(value.reshape(-1, K) for value in draws))
        points = K * AROUND.size + BETWEEN.size
        parts = [_modes(part) for part in _blocks(flat, points * K)]
        return np.concatenate(parts).reshape(draws.means.shape[:-1])

    @property
    def mode_probabilities(self) -> dict[int, float]:
        """The posterior probability of each number of modes that occurs, by number."""
        numbers, counts = np.unique(self.modes, return_counts=True)
        return {
            int(number): float(count) / self.modes.size
            for number, count in zip(numbers, counts, strict=True)
        }

    def membership(self, x: ArrayLike, level: float = 0.95, kind: Kind = "eti") -> Membership:
        """The probability that values belong to each group, with credible intervals.

        Parameters
        ----------
        x : array_like of shape (n,)
            Any finite values in the unit of the data, or one.
        level, kind
            As for `Posterior.interval`.

        Returns
        -------
        Membership
            Components are named as in the posterior. The means sum to one over the groups; the
            ends of the intervals do not.

        Raises
        ------
        TypeError, ValueError
            If the values are not finite real numbers in one column, or as `Posterior.interval`.
        """
        check_interval(level, kind)
        values = _finite(x)
        K = self.draws.means.shape[-1]
        draws = Parameters(*(value.reshape(-1, K) for value in self.draws))
        mean, ends = np.empty((values.size, K)), np.empty((values.size, K, 2))
        for i, value in enumerate(values):
            shares = _shares(draws, value)
            mean[i], ends[i] = shares.mean(axis=0), interval(shares, level, kind)
        return Membership(mean, ends[..., 0], ends[..., 1])

    def summary(self, level: float = 0.95, kind: Kind = "eti") -> pd.DataFrame:
        """One row for each quantity: ``ashman[0]``, ..., ``cutoff[0]``, ..., ``modes``.

        Parameters
        ----------
        level, kind
            As for `Posterior.interval`.

        Returns
        -------
        pandas.DataFrame
            Columns mean, median, sd, lower, upper, rhat, ess_bulk, ess_tail, all of the draws in
            which the quantity is defined, and undefined, the share of the other draws. R-hat and
            effective sample sizes are NaN where the draws do not vary.
        """
        import pandas as pd

        check_interval(level, kind)
        rows = {name: _summary(draws, level, kind) for name, draws in self._named()}
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.attrs = {"level": level, "kind": kind}
        return frame

    def _named(self) -> Iterator[tuple[str, Floats]]:
        for name, draws in (("ashman", self.ashman), ("cutoff", self.cutoffs)):
            for k in range(draws.shape[-1]):
                yield f"{name}[{k}]", draws[..., k]
        yield "modes", self.modes.astype(float)


def _cutoffs(draws: Parameters) -> Floats:
    """Roots of the neighbours' log-odds between their means; NaN where there is none.

    With y the distance from the lower mean and d that of the two means, the log-odds are
    ``p y^2 + q y + r``. They are r at the lower mean and fall all the way to the upper one.
    """
    low, high = (
        Parameters(*(value[..., ends] for value in draws))
        for ends in (slice(None, -1), slice(1, None))
    )
    d = high.means - low.means
    p = 0.5 * (high.sds**-2 - low.sds**-2)
    q = -d / high.sds**2
    with np.errstate(divide="ignore", invalid="ignore"):  # weights of zero: no cut-off
        odds = np.log(low.weights / low.sds) - np.log(high.weights / high.sds)
        r = odds + 0.5 * (d / high.sds) ** 2
        exists = (r > 0) & (odds - 0.5 * (d / low.sds) ** 2 < 0)
        y = 2.0 * r / (np.sqrt(q * q - 4.0 * p * r) - q)
    return np.where(exists, low.means + y, np.nan)


def _modes(draws: Parameters) -> NDArray[np.intp]:
    """The number of modes of each draw, whose components are in order of mean."""
    S, K = draws.means.shape
    if K == 1:
        return np.ones(S, dtype=np.intp)
    first, last = draws.means[:, :1], draws.means[:, -1:]
    near = (draws.means[..., None] + draws.sds[..., None] * AROUND).reshape(S, -1)
    # All modes lie between the smallest and the largest mean, outside of which the slope is up
    # before and down behind (Carreira-Perpinan & Williams 2003).
    points = np.concatenate([near.clip(first, last), first + (last - first) * BETWEEN], axis=1)
    points.sort(axis=1)
    z = (draws.means[:, None, :] - points[..., None]) / draws.sds[:, None, :]
    with np.errstate(divide="ignore"):  # a weight of zero is log 0 = -inf
        joint = np.log(draws.weights / draws.sds)[:, None, :] - 0.5 * z * z
    joint -= joint.max(axis=2, keepdims=True)
    slope = np.sum(np.exp(joint) * z / draws.sds[:, None, :], axis=2)
    ends = np.ones((S, 1), dtype=bool)
    up = np.concatenate([ends, slope > 0, ~ends], axis=1)
    return np.asarray(np.count_nonzero(up[:, :-1] & ~up[:, 1:], axis=1))


def _blocks(draws: Parameters, width: int) -> Iterator[Parameters]:
    """Draws in portions whose tables of `width` numbers a draw are of bounded size."""
    step = max(1, BLOCK // width)
    for begin in range(0, len(draws.means), step):
        yield Parameters(*(value[begin : begin + step] for value in draws))


def _shares(draws: Parameters, x: float) -> Floats:
    """Responsibilities of the components for one value, of shape (n_draws, K)."""
    z = (x - draws.means) / draws.sds
    with np.errstate(divide="ignore"):
        joint = np.log(draws.weights / draws.sds) - 0.5 * z * z
    joint -= joint.max(axis=1, keepdims=True)
    np.exp(joint, out=joint)
    joint /= joint.sum(axis=1, keepdims=True)
    return joint


def _finite(x: ArrayLike) -> Floats:
    values = np.atleast_1d(np.asarray(x))
    if values.dtype.kind not in "iuf":
        raise TypeError(
            f"expected values to be real numbers, got {values.dtype}; for example "
            "membership([165.0, 180.0])"
        )
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(
            f"expected one column of finite values, got {x!r}; leave out what is missing"
        )
    return values.astype(np.float64)


def _summary(draws: Floats, level: float, kind: str) -> dict[str, float]:
    found = ~np.isnan(draws)
    undefined = float(1.0 - found.mean())
    if not found.any():
        empty = ("mean", "median", "sd", "lower", "upper", "rhat", "ess_bulk", "ess_tail")
        return {**dict.fromkeys(empty, np.nan), "undefined": undefined}
    defined = draws[found]
    ends = interval(defined[:, None], level, kind)[0]
    chains = _defined_chains(draws, found)
    varies = bool(chains.size) and bool(np.ptp(chains) > 0)
    return {
        "mean": float(defined.mean()),
        "median": float(np.median(defined)),
        "sd": float(defined.std(ddof=1)) if defined.size > 1 else np.nan,
        "lower": float(ends[0]),
        "upper": float(ends[1]),
        "rhat": rhat(chains) if varies else np.nan,
        "ess_bulk": ess_bulk(chains) if varies else np.nan,
        "ess_tail": ess_tail(chains) if varies else np.nan,
        "undefined": undefined,
    }


def _defined_chains(draws: Floats, found: NDArray[np.bool_]) -> Floats:
    """The defined draws of each chain, cut to the length of the chain with the fewest."""
    shortest = int(found.sum(axis=1).min())
    return np.stack([chain[there][:shortest] for chain, there in zip(draws, found, strict=True)])
