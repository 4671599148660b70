"""Sample: one column of numbers with weights, checked once and used everywhere.

And `Digest`, which sees the column piece by piece and gives a sample of it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import whole
from em.data.column import numbers, own, step_of
from em.data.omission import left_out
from em.data.recording import Recording
from em.data.sketch import Sketch
from em.data.squash import Bins, Squashed, nodes, squash
from em.data.values import Known, OfRows, WeightedValues
from em.data.weighting import WeightsAre, check_said, weighted

__all__ = ["Digest", "Sample", "as_sample", "borrow", "merged"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Sample(WeightedValues):
    """One-dimensional data with a weight for every value.

    Raw data have weight one. A weight counts how often its value was seen, so a value with
    weight 3 says the same as three equal values of weight 1; weights need not be whole. A value
    of weight 0 (or below 1e-100 of the largest weight) was not seen, and is left out.

    Parameters
    ----------
    values : array_like of shape (n_values,)
        Finite real numbers, in any unit. They are copied, unless they are read-only already.
    weights : array_like of shape (n_values,), optional
        Finite, not negative, not all zero. One each by default.
    rounding : float
        The step to which the values were rounded, in their unit: a value x stands for anything
        from ``x - rounding/2`` to ``x + rounding/2``, and what is fitted is the probability of
        that. 0 for values that are exact, or rounded too finely to matter. (Values cut off
        rather than rounded, such as ages in completed years, want half a step added first.)
    weights_are : {"counts", "shares", "sampling"}
        What the weights are. Counts of how often a value was seen; shares of all values, whose
        number is `total`, and which are scaled to counts; or sampling weights, the number of
        others that each row of a survey stands for. These are scaled to sum to the number of rows
        with a weight above zero, so that only their ratios matter, and a fit is by pseudo-maximum
        likelihood (Pfeffermann 1993): its standard errors are those of the sandwich, for rows that
        were drawn independently, and criteria, tests and profiles, which take a likelihood, are
        not to be had.
    total : float, optional
        How many values the shares are shares of. For shares only.

    Raises
    ------
    TypeError
        If the values, the weights or the total are not real numbers.
    ValueError
        If they are empty, not one-dimensional, of different lengths, missing or infinite, if
        the weights are negative or all zero, if shares come without a total or anything else with
        one, or if the rounding is negative or the values are not whole steps apart.

    References
    ----------
    Pfeffermann, D. (1993). The role of sampling weights when modeling survey data. International
    Statistical Review 61, 317-337.

    Examples
    --------
    >>> Sample([1.0, 2.0, 4.0], weights=[2, 1, 1]).n
    4.0
    >>> Sample([1.0, 2.0, 4.0], [50, 25, 25], weights_are="shares", total=600).weights
    array([300., 150., 150.])
    >>> Sample([1.0, 2.0, 2.0], [900, 100, 200], weights_are="sampling").weights
    array([2.25, 0.25, 0.5 ])
    """

    digest: Digest | None = None
    """What was kept of data that were seen piece by piece; None for any other."""
    _squared: Sample | None = None
    """Nodes for the squares of the weights, of nodes for a survey."""

    def __init__(
        self,
        values: ArrayLike,
        weights: ArrayLike | None = None,
        rounding: float = 0.0,
        *,
        weights_are: WeightsAre = "counts",
        total: float | None = None,
    ) -> None:
        self._fill(own(numbers(values, "values")), weights, rounding, weights_are, total)

    def _fill(
        self,
        values: Floats,
        weights: ArrayLike | None,
        rounding: float,
        weights_are: WeightsAre = "counts",
        total: float | None = None,
    ) -> None:
        kept, mass = weighted(values, weights, weights_are, total)
        are: WeightsAre = "sampling" if weights_are == "sampling" else "counts"
        super().__init__(kept, mass, step_of(rounding, kept), are)

    @classmethod
    def _borrowed(cls, values: ArrayLike, rounding: float) -> Sample:
        """A sample that is gone before its caller could change the array."""
        sample = cls.__new__(cls)
        sample._fill(numbers(values, "values"), None, rounding)  # noqa: SLF001 - its own class
        return sample

    @classmethod
    def from_dask(
        cls,
        collection: Any,
        weights: Any = None,
        rounding: float = 0.0,
        *,
        weights_are: WeightsAre = "counts",
        total: float | None = None,
    ) -> Sample:
        """The data of a Dask collection, seen once, partition by partition, where they lie.

        With a `distributed.Client` the work is done by its cluster, else by Dask's threads here
        (or by what `dask.config.set(scheduler=...)` says). Needs the extra ``scale``.

        Parameters
        ----------
        collection : dask.array.Array, dask.dataframe.Series or dask.bag.Bag
            Finite real numbers in one dimension. Partitions may be empty, and their lengths
            unknown.
        weights : the same, optional
            The weight of each value, by position: with as many partitions, each as long as that
            of the values. One each by default.
        rounding : float
            The step to which the values were rounded, see `Sample`.
        weights_are : {"counts", "shares"}
            See `Sample`. Sampling weights need all rows at once.
        total : float, optional
            How many values the shares are shares of.

        Returns
        -------
        Sample
            As `Digest.sample` gives it: the different values with their counts, or nodes that
            stand for them. The same to the last bit for the same partitions, whatever does the
            work.

        Raises
        ------
        ImportError
            If Dask is missing.
        RuntimeError
            If a worker of the cluster has another version of em-vs-bayes, or none.
        TypeError, ValueError
            As the constructor does, with the number of the partition; and if this is no such
            collection.
        """
        from em.data.dask_pass import digest  # few need what it imports

        if weights_are == "sampling":
            raise ValueError(
                'expected weights_are to be "counts" or "shares" for data of Dask, got "sampling", '
                "which needs all rows at once; em.Sample takes those that fit into memory"
            )
        check_said(weights_are, total, weighted=weights is not None)
        found = Digest(rounding)
        found.merge(digest(collection, weights, rounding))
        return (found if total is None else found.scaled(total)).sample()

    @property
    def effective_n(self) -> float:
        """How many values of equal weight tell a mean as well, ``(sum w)^2 / sum w^2``.

        Of sampling weights (Kish 1965); counts are worth what they count, `n`.
        """
        squared = self.squared
        return self.n if squared is None else self.n**2 / squared.n

    @property
    def squared(self) -> Sample | None:
        """The same values, each with the squares of its rows' weights; None where these count.

        What the sandwich sums over: rows with one value share its score, but not their weights.

        Raises
        ------
        ValueError
            If these are nodes for data with sampling weights that are not known any more.
        """
        if self.weights_are == "counts":
            return None
        if self._squared is not None:
            return self._squared
        _, squares = self.rows_and_squares
        if squares is None:
            raise ValueError(
                "expected rows with sampling weights, got nodes that stand for them without what "
                "standard errors take; fit the data themselves"
            )
        return Sample(self.values, squares, self.rounding)

    @cached_property
    def _collapsed(self) -> Sample:
        distinct, place = np.unique(self.values, return_inverse=True)
        if self.weights_are == "counts" and not self.is_weighted and place.size == distinct.size:
            return Sample(distinct, rounding=self.rounding)
        mass = np.bincount(place, self.weights, distinct.size)
        if self.weights_are == "counts":
            return Sample(distinct, mass, self.rounding)
        rows, squares = (
            None if known is None else np.bincount(place, known, distinct.size)
            for known in self.rows_and_squares
        )
        return merged(distinct, mass, rows, squares, self.n, self.rounding)

    def collapse(self) -> Sample:
        """The distinct values in increasing order, each with the sum of its weights.

        The likelihood of every model is the same as that of the full sample, and cheaper where
        values are tied. Of sampling weights the sums of their squares are kept as well.

        Returns
        -------
        Sample
        """
        return self if self.bins is not None else self._collapsed

    def without(self, values: float | ArrayLike) -> Sample:
        """The same sample without some values, which `left_out` then counts.

        For values that are no normal group, such as the zeros of a quantity that many have none
        of: `Fit.points` names them.

        Parameters
        ----------
        values : float or array_like of shape (m,)
            Whatever equals one of them, up to the noise of floats, is left out.

        Returns
        -------
        Sample
            With the same rounding. Sampling weights are scaled to the rows that stay.

        Raises
        ------
        TypeError
            If the values are no real numbers.
        ValueError
            If no value of the sample equals one of them, if nothing stays, or if these are nodes
            or sums over the rows of a survey.

        Examples
        --------
        >>> Sample([0.0, 0.0, 3.0, 4.0]).without(0).left_out
        (LeftOut(value=0.0, count=2.0, share=0.5),)
        """
        if self.known.of_rows is not None:
            raise ValueError(
                "expected the rows of a survey to leave values out of, got sums over them; leave "
                "them out before the sample is collapsed"
            )
        if self.bins is not None:
            raise ValueError(
                "expected the data themselves to leave values out of, got nodes that stand for "
                "them; leave them out before the sample is squashed"
            )
        kept, gone = left_out(self.values, self.weights, self.recorded, values)
        counted_once = self.weights_are == "counts" and not self.is_weighted
        rest = Sample(
            self.values[kept],
            None if counted_once else self.weights[kept],
            self.rounding,
            weights_are=self.weights_are,
        )
        # Shares are of all that there was, however often some of it was left out.
        whole = 1.0 - sum(one.share for one in self.left_out)
        named = sorted((*self.left_out, *(replace(one, share=whole * one.share) for one in gone)))
        return _changed(rest, known=Known(left_out=tuple(named)))

    @cached_property
    def _squashed(self) -> dict[int, Sample]:
        return {}

    def squash(self, finer: int = 1) -> Sample:
        """A few hundred weighted values that stand for all of them.

        Within each of many bins the values are replaced by the Gauss rule of their own
        distribution, which keeps their number and their moments (see `em.data.squash`), so that
        sums of smooth functions over the data, such as the log-likelihood, hardly change. A
        fit of the result says how much: `Fit.error_bound`.

        Parameters
        ----------
        finer : int
            How many times more bins than usual.

        Returns
        -------
        Sample
            With the same `n`, mean and sd. A squashed sample is returned as it is, unless its
            `digest` can give finer bins; of rounded values, which are few, the distinct ones
            with their counts.

        Raises
        ------
        TypeError, ValueError
            If `finer` is not a whole number of one or more.
        """
        finer = whole("finer", finer)
        if self.digest is not None:
            return self.digest.sample(finer)
        if self.bins is not None:
            return self
        if self.rounding > 0:
            return self.collapse()
        if finer not in self._squashed:
            mass = self.weights if self.is_weighted else None
            some = self.values[:: max(self.values.size // 1024, 1)]
            origin = _origin(float(np.median(some)), float(np.ptp(some)))
            found = squash(self.values, mass, finer, origin)
            small = _standing(found, origin, self.n, self.recording)
            squared = self.squared
            if squared is not None:
                small = _changed(small, weights_are="sampling", _squared=squared.squash(finer))
            self._squashed[finer] = small
        return self._squashed[finer]

    @cached_property
    def _counts_in_order(self) -> tuple[Floats, Floats]:
        data = self.collapse()
        return data.values, np.concatenate([[0.0], np.cumsum(data.weights)])

    @property
    def lowest(self) -> float:
        """The smallest value with a weight above zero, in the unit of the values."""
        return float(self._counts_in_order[0][0]) if self.digest is None else self.digest.lowest

    @property
    def highest(self) -> float:
        """The largest."""
        return float(self._counts_in_order[0][-1]) if self.digest is None else self.digest.highest

    def below(self, places: ArrayLike) -> Floats:
        """The weight of the values below some places.

        Parameters
        ----------
        places : array_like of shape (m,)
            In the unit of the values.

        Returns
        -------
        ndarray of shape (m,)
            Of a sample of nodes, see `Digest.below`, or where there is no digest of the nodes.
        """
        if self.digest is not None:
            return self.digest.below(places)
        values, running = self._counts_in_order
        return np.asarray(running[np.searchsorted(values, places, side="left")])

    def __repr__(self) -> str:
        kind = "weighted " if self.is_weighted else ""
        if self.weights_are == "sampling":
            kind = "survey-weighted "
        rounded = f", rounded to {self.rounding:g}" if self.rounding > 0 else ""
        gone = sum(one.count for one in self.left_out)
        omitted = f", {gone:g} left out" if gone else ""
        return (
            f"Sample({self.values.size} {kind}values, n={self.n:g}, "
            f"mean={self.mean:.6g}, sd={self.sd:.6g}{rounded}{omitted})"
        )


def as_sample(x: Any, rounding: float | None = None) -> Sample:
    """Make a `Sample` of an array-like; a `Sample` is returned as it is.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    rounding : float, optional
        The step to which the values were rounded; that of the sample, or 0, by default.

    Returns
    -------
    Sample

    Raises
    ------
    TypeError, ValueError
        As `Sample` does, and if a squashed sample is said to be rounded.
    """
    return _rounded(x, rounding) if isinstance(x, Sample) else Sample(x, rounding=rounding or 0.0)


def borrow(x: ArrayLike | Sample, rounding: float | None = None) -> Sample:
    """The same without a copy of the array, which must not change while the sample is used."""
    if isinstance(x, Sample):
        return _rounded(x, rounding)
    return Sample._borrowed(x, rounding or 0.0)  # noqa: SLF001 - same module


def merged(
    values: Floats,
    weights: Floats,
    rows: Floats | None,
    squares: Floats | None,
    n: float,
    rounding: float = 0.0,
) -> Sample:
    """Values with sampling weights that are scaled already, each of which may stand for many rows.

    Parameters
    ----------
    values, weights : ndarray of shape (m,)
    rows : ndarray of shape (m,) or None
        How many rows each value has; None for nodes.
    squares : ndarray of shape (m,) or None
        The sum of their squared weights; None where that is not known.
    n : float
        How many rows there are.
    rounding : float
        See `Sample`.

    Returns
    -------
    Sample
    """
    known = Known(n=n, of_rows=OfRows(rows, squares))
    return _changed(Sample(values, weights, rounding), weights_are="sampling", known=known)


def _changed(sample: Sample, **fields: Any) -> Sample:
    """The same sample with other fields."""
    made = copy(sample)
    made.__dict__.update(fields)
    return made


def _standing(found: Squashed, origin: float, n: float, recording: Recording) -> Sample:
    """A sample of nodes, with what they cannot tell of the data they stand for."""
    near = Sample(found.values, found.weights)
    lower, upper, *rest = found.bins
    known = Known(
        n=n,
        mean=origin + near.mean,
        sd=near.sd,
        standardised=near.standardised if origin and near.sd > 0 else None,
        recording=recording,
        bins=Bins(lower + origin, upper + origin, *rest),
    )
    values = found.values + origin if origin else found.values
    return _changed(Sample(values, found.weights), known=known)


def _origin(middle: float, spread: float) -> float:
    """What to count from: the middle, where data lie far from zero for their spread; else 0."""
    return middle if abs(middle) > 1e3 * spread else 0.0


def _rounded(sample: Sample, rounding: float | None) -> Sample:
    """The sample with another rounding, if one is given."""
    if rounding is None or rounding == sample.rounding:
        return sample
    if sample.bins is not None and sample.bins.masses.size:
        raise ValueError(
            "expected the data themselves where they are rounded, got squashed values, which lie "
            "between the steps; give rounding= to the Sample before it is squashed"
        )
    n = sample.known.n if sample.weights_are == "sampling" else None
    known = Known(n=n, of_rows=sample.known.of_rows, left_out=sample.left_out)
    return _changed(sample, rounding=step_of(rounding, sample.values), known=known)


class Digest(Sketch):
    """A summary of one column of numbers that is made piece by piece.

    Add pieces in any sizes, merge digests, then take the `sample`: as long as no more than 32,768
    different values were seen it is these with their counts, the data themselves; of more, a few
    hundred weighted nodes that stand for them (`em.data.squash`). Rounded values are always
    counted.

    Parameters
    ----------
    rounding : float
        The step to which the values were rounded, see `Sample`; 0 for exact values.
    finer : int
        How many times more cells than usual to sort values into, for data with groups that are
        very narrow against the spread of all.

    Examples
    --------
    >>> heights = Digest()
    >>> for piece in ([171.2, 164.0], [180.5, 164.0, 169.9]):
    ...     heights.add(piece)
    >>> heights.n, heights.lowest, heights.highest
    (5.0, 164.0, 180.5)
    >>> heights.sample()
    Sample(4 weighted values, n=5, mean=169.92, sd=6.06083)
    """

    def sample(self, finer: int = 1) -> Sample:
        """The data as a sample to fit.

        Parameters
        ----------
        finer : int
            How many times more wide bins than usual to make nodes of, see `Sample.squash`.

        Returns
        -------
        Sample
            The values with their counts where all are kept; else the nodes that stand for them,
            whose `Sample.digest` is this one. It does not follow what is added later.

        Raises
        ------
        ValueError
            If nothing with a weight above zero was seen.
        """
        finer = whole("finer", finer)
        self._require_data()
        if self.is_exact:
            points, masses = self.cells.points, self.cells.masses
            return Sample(points, None if np.all(masses == 1) else masses, self.rounding)
        origin = _origin(0.5 * (self.lowest + self.highest), self.highest - self.lowest)
        made = _standing(nodes(self.cells, finer, origin), origin, self.n, self.recording)
        return _changed(made, digest=copy(self))
