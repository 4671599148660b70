"""Sample: one column of numbers with weights, checked once and used everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.column import numbers, own, step_of
from em.options import whole
from em.recording import Recording, recorded
from em.squash import Bins, Squashed, nodes, squash

if TYPE_CHECKING:
    from em.cells import Cells
    from em.digest import Digest

__all__ = ["Sample", "as_sample", "borrow", "from_cells"]

Floats = NDArray[np.float64]

LOOKED_AT = 1 << 15
"""Values looked at to find out whether they are rounded."""

COARSER = 1.5
"""In the rounding that is given: a grid that much coarser is one that the likelihood misses."""

KNOWN = ("bins", "n", "recording", "mean", "sd", "standardised", "digest")
"""What a squashed sample knows of the data that it stands for."""


@dataclass(frozen=True, eq=False, repr=False)
class Sample:
    """One-dimensional data with a weight for every value.

    Raw data have weight one. A weight counts how often its value was seen, so a value with
    weight 3 says the same as three equal values of weight 1; weights need not be whole.

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

    Raises
    ------
    TypeError
        If the values or the weights are not real numbers.
    ValueError
        If they are empty, not one-dimensional, of different lengths, missing or infinite, if
        the weights are negative or all zero, or if the rounding is negative or the values are
        not whole steps apart.

    Examples
    --------
    >>> Sample([1.0, 2.0, 4.0], weights=[2, 1, 1]).n
    4.0
    """

    values: Floats
    """The values, read-only, in the order they came in."""
    weights: Floats
    """The weight of each value, read-only."""
    rounding: float = 0.0
    """The step to which the values were rounded, in their unit; 0 for exact values."""

    def __init__(
        self, values: ArrayLike, weights: ArrayLike | None = None, rounding: float = 0.0
    ) -> None:
        self._fill(own(numbers(values, "values")), weights, rounding)

    @classmethod
    def _borrowed(cls, values: ArrayLike, rounding: float) -> Sample:
        """A sample that is gone before its caller could change the array."""
        sample = cls.__new__(cls)
        sample._fill(numbers(values, "values"), None, rounding)  # noqa: SLF001 - its own class
        return sample

    @classmethod
    def from_dask(cls, collection: Any, weights: Any = None, rounding: float = 0.0) -> Sample:
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
        from em.dask_pass import digest  # which imports this module

        return digest(collection, weights, rounding).sample()

    def _fill(self, checked: Floats, weights: ArrayLike | None, rounding: float) -> None:
        if weights is None:
            # A broadcast scalar costs no memory, which matters for ten million values.
            mass = np.broadcast_to(np.float64(1.0), checked.shape)
        else:
            mass = own(numbers(weights, "weights"))
            if mass.shape != checked.shape:
                raise ValueError(
                    f"expected one weight for each of the {checked.size} values, got "
                    f"{mass.size} weights; pass two columns of the same length"
                )
            if mass.min() < 0:
                first = int(np.argmax(mass < 0))
                raise ValueError(
                    f"expected weights of zero or more, got {mass[first]:g} at position {first} "
                    f"({np.count_nonzero(mass < 0)} negative in all); a weight is a count"
                )
            if not mass.any():
                raise ValueError(
                    "expected at least one positive weight, got only zeros; leave weights out "
                    "to count every value once"
                )
        object.__setattr__(self, "values", checked)
        object.__setattr__(self, "weights", mass)
        object.__setattr__(self, "rounding", step_of(rounding, checked))

    @property
    def is_weighted(self) -> bool:
        """Whether any weight differs from one."""
        return self.weights.strides != (0,) and bool(np.any(self.weights != 1.0))

    @cached_property
    def n(self) -> float:
        """The total weight: the number of observations."""
        return float(self.values.size) if not self.is_weighted else float(self.weights.sum())

    @cached_property
    def mean(self) -> float:
        """The weighted mean, in the unit of the values."""
        # Averaging the distances from one of the values keeps the digits of data far from zero.
        origin = float(self.values[0])
        return origin + float(np.dot(self.values - origin, self.weights)) / self.n

    @cached_property
    def sd(self) -> float:
        """The weighted standard deviation with divisor n, in the unit of the values."""
        return math.sqrt(float(np.dot((self.values - self.mean) ** 2, self.weights)) / self.n)

    @cached_property
    def _collapsed(self) -> Sample:
        distinct, place = np.unique(self.values, return_inverse=True)
        if distinct.size == self.values.size and not self.is_weighted:
            return Sample(distinct, rounding=self.rounding)
        counts = np.bincount(place, weights=self.weights, minlength=distinct.size)
        return Sample(distinct[counts > 0], counts[counts > 0], self.rounding)

    def collapse(self) -> Sample:
        """The distinct values in increasing order, each with the sum of its weights.

        Values of weight zero are left out. The likelihood of every model is the same as that
        of the full sample, and cheaper where values are tied.

        Returns
        -------
        Sample
        """
        return self if self.bins is not None else self._collapsed

    @cached_property
    def _squashed(self) -> dict[int, Sample]:
        return {}

    def squash(self, finer: int = 1) -> Sample:
        """A few hundred weighted values that stand for all of them.

        Within each of many bins the values are replaced by the Gauss rule of their own
        distribution, which keeps their number and their moments (see `em.squash`), so that
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
            weighted = self.is_weighted
            seen = self.weights > 0 if weighted else slice(None)
            mass = self.weights[seen] if weighted else None
            some = self.values[:: max(self.values.size // 1024, 1)]
            origin = _origin(float(np.median(some)), float(np.ptp(some)))
            found = squash(self.values[seen], mass, finer, origin)
            self._squashed[finer] = _standing(found, origin, self.n, self.recording)
        return self._squashed[finer]

    @cached_property
    def step(self) -> float:
        """What all values are whole multiples of apart, where they look rounded; else zero.

        That is `rounding`, or `resolution` if no value lies between its steps.
        """
        try:
            return step_of(self.resolution, self.values)
        except ValueError:
            return 0.0

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

    @cached_property
    def standardised(self) -> Floats:
        """The values less their mean, in units of their sd."""
        return (self.values - self.mean) / self.sd

    @cached_property
    def bins(self) -> Bins | None:
        """Where the values were replaced by Gauss rules; None for data as they came."""
        return None

    @cached_property
    def digest(self) -> Digest | None:
        """What was kept of data that were seen piece by piece; None for any other."""
        return None

    @property
    def resolution(self) -> float:
        """The step of rounded data, in the unit of the values: `rounding`, or what they look like.

        That is the step of the grid on which nearly all values lie, where some are tied, else
        zero. Nothing finer than the rounding can be learnt from them.
        """
        return self.rounding if self.rounding > 0 else self.recording.step

    @property
    def grid(self) -> float:
        """The step of the grid that values lie on, unless `rounding` says it to the likelihood."""
        step = self.recording.step
        return 0.0 if step < COARSER * self.rounding else step

    @cached_property
    def recording(self) -> Recording:
        """How the values were written down: on what grid, and which of them more than once.

        Of large samples a part is looked at, and the counts are scaled up.
        """
        if self.values.size > LOOKED_AT:
            # At random, since sorted or periodic data would hide their ties from a stride.
            some = np.unique(
                np.random.default_rng(0).integers(self.values.size, size=LOOKED_AT // 2)
            )
            part = Sample(self.values[some], self.weights[some])
            return recorded(part.collapse(), self.n / part.n)
        return recorded(self.collapse())

    def __getstate__(self) -> dict[str, Any]:
        """What cannot be computed again, so that pickles stay small."""
        kept = KNOWN if self.bins is not None else ()
        state = {name: self.__dict__[name] for name in ("values", *kept) if name in self.__dict__}
        # Weights of one are a single number, which a pickle would repeat.
        state["weights"] = self.weights if self.weights.strides != (0,) else None
        state["rounding"] = self.rounding
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        weights = state["weights"]
        if weights is None:
            weights = np.broadcast_to(np.float64(1.0), state["values"].shape)
        self.__dict__.update(state, weights=weights)
        for name in ("values", "weights"):
            self.__dict__[name].flags.writeable = False

    def __len__(self) -> int:
        return int(self.values.size)

    def __repr__(self) -> str:
        kind = "weighted " if self.is_weighted else ""
        rounded = f", rounded to {self.rounding:g}" if self.rounding > 0 else ""
        return (
            f"Sample({self.values.size} {kind}values, n={self.n:g}, "
            f"mean={self.mean:.6g}, sd={self.sd:.6g}{rounded})"
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


def from_cells(cells: Cells, digest: Digest, finer: int) -> Sample:
    """The nodes that stand for what a digest has seen."""
    middle = 0.5 * (digest.lowest + digest.highest)
    origin = _origin(middle, digest.highest - digest.lowest)
    made = _standing(nodes(cells, finer, origin), origin, digest.n, digest.recording)
    made.__dict__["digest"] = digest
    return made


def _standing(found: Squashed, origin: float, n: float, recording: Recording) -> Sample:
    """A sample of nodes, with what they cannot tell of the data they stand for."""
    near = Sample(found.values, found.weights)
    small = Sample(found.values + origin, found.weights) if origin else near
    lower, upper, *rest = found.bins
    small.__dict__.update(
        bins=Bins(lower + origin, upper + origin, *rest),
        n=n,
        recording=recording,
        mean=origin + near.mean,
        sd=near.sd,
    )
    if origin and near.sd > 0:
        small.__dict__["standardised"] = near.standardised
    return small


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
    return Sample(sample.values, sample.weights, rounding)
