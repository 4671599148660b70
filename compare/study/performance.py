"""Performance: how good estimates and intervals are over many data sets.

Each figure comes with its Monte Carlo standard error (Morris, White & Crowther 2019, table 6). A
method that fails on a data set has no interval that covers; the figures without its failures stand
beside those with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from compare.study.design import Design
from compare.study.methods import ESTIMATES, INTERVALS
from compare.study.scores import estimands
from compare.study.simulated import Figure
from compare.study.trials import Trial

__all__ = ["Coverage", "Error", "Performance", "performance"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Error:
    """How far the estimates of a method are off."""

    cell: int
    """The place of the cell in the design."""
    method: str
    """The name of the estimate."""
    estimand: str
    """What is estimated."""
    n: int
    """Data sets."""
    failures: dict[str, int]
    """On how many of them the method failed, by reason."""
    missing: int
    """On how many of them there is no estimate at all; these have no part in the figures."""
    bias: Figure
    """Mean error."""
    rmse: Figure
    """Root mean square error."""
    rmse_kept: Figure
    """The same without failures."""
    seconds: float
    """Median time of an estimate."""


@dataclass(frozen=True)
class Coverage:
    """How often the intervals of a method hold the truth."""

    cell: int
    """The place of the cell in the design."""
    method: str
    """The name of the intervals."""
    estimand: str
    """What they are about."""
    n: int
    """Data sets."""
    failed: int
    """On how many the method failed, or gave no interval: they count as not covering."""
    coverage: Figure
    """The share of all data sets whose interval holds the truth."""
    coverage_kept: Figure
    """The same without failures."""
    below: Figure
    """The share whose interval lies below the truth."""
    above: Figure
    """The share whose interval lies above the truth."""
    open: float
    """The share of intervals with an infinite end."""
    length: Figure
    """Median length, of the intervals that there are."""
    seconds: float
    """Median time of an interval, beyond that of the estimate."""


@dataclass(frozen=True, eq=False)
class Performance:
    """Errors of all estimates and coverage of all intervals, by cell, method and estimand."""

    design: Design
    """What was simulated."""
    trials: tuple[Trial, ...]
    """What came of it."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The estimands, see `compare.study.scores.estimands`."""
        return estimands(self.design.n_components)

    @cached_property
    def errors(self) -> dict[tuple[int, str, str], Error]:
        """By cell, estimate and estimand, where there is one."""
        found = {
            (cell, method, name): self._error(cell, method, place, name)
            for cell in range(len(self.design.cells))
            for method in ESTIMATES
            if (cell, method) in self._estimates
            for place, name in enumerate(self.names)
        }
        # The truth may have none, as one group may be likelier than the next everywhere; where all
        # failed, that is no reason.
        return {
            key: one
            for key, one in found.items()
            if one.missing < one.n or self._estimates[key[:2]].failed.all()
        }

    @cached_property
    def coverages(self) -> dict[tuple[int, str, str], Coverage]:
        """By cell, kind of interval and estimand, where there is one."""
        found = {
            (cell, method, name): self._coverage(cell, method, place, name)
            for cell in range(len(self.design.cells))
            for method in INTERVALS
            if (cell, method) in self._intervals
            for place, name in enumerate(self.names[:-2])
        }
        # Some have none of their kind for the borders, and some truths have no border; where all
        # failed, that is no reason.
        return {
            key: one
            for key, one in found.items()
            if not np.isnan(one.length.value) or self._intervals[key[:2]].failed.all()
        }

    def gain(self, cell: int, method: str, other: str, estimand: str) -> Figure:
        """The root mean square error of a method over that of another, on the same data sets.

        Parameters
        ----------
        cell : int
        method, other : str
            Names of estimates.
        estimand : str

        Returns
        -------
        Figure
            Below 1 where `method` is closer to the truth. Its Monte Carlo error counts that both
            saw the same data (delta method).
        """
        return self.overall_gain(cell, method, other, (estimand,))

    def overall_gain(self, cell: int, method: str, other: str, estimands: Sequence[str]) -> Figure:
        """The geometric mean of `gain` over several estimands.

        Parameters
        ----------
        cell, method, other
            As for `gain`.
        estimands : sequence of str

        Returns
        -------
        Figure
            Its Monte Carlo error counts that all of them come from the same data sets.
        """
        places = [self.names.index(estimand) for estimand in estimands]
        mine, theirs = (self._estimates[cell, name] for name in (method, other))
        shared = sorted(mine.rows.keys() & theirs.rows.keys())
        a, b = (
            one.errors[np.ix_([one.rows[number] for number in shared], places)] ** 2
            for one in (mine, theirs)
        )
        known = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
        a, b = a[known], b[known]
        if len(a) < 2 or not (a.mean(axis=0) > 0).all() or not (b.mean(axis=0) > 0).all():
            return Figure(np.nan, np.nan)
        pulls = 0.5 * (a / a.mean(axis=0) - b / b.mean(axis=0)).mean(axis=1)
        ratio = float(np.exp(0.5 * np.log(a.mean(axis=0) / b.mean(axis=0)).mean()))
        return Figure(ratio, ratio * float(pulls.std(ddof=1) / np.sqrt(len(a))))

    def ends(self, cell: int, method: str, estimand: str) -> Floats:
        """The intervals of a method themselves, less the truth.

        Parameters
        ----------
        cell : int
        method : str
            The name of intervals.
        estimand : str
            One that has intervals.

        Returns
        -------
        ndarray of shape (n, 2)
            A row for each data set, NaN where the method failed or gave no interval: those count
            as not covering. Without rows where nobody tried.
        """
        if (cell, method) not in self._intervals:
            return np.empty((0, 2))
        found = self._intervals[cell, method]
        ends = found.ends[:, self.names.index(estimand)]
        lacking = found.failed | np.isnan(ends).any(axis=1)
        return np.where(lacking[:, None], np.nan, ends)

    def _error(self, cell: int, method: str, place: int, name: str) -> Error:
        all_of_it = self._estimates[cell, method]
        errors, failed = all_of_it.errors[:, place], all_of_it.failed
        known = np.isfinite(errors)
        return Error(
            cell=cell,
            method=method,
            estimand=name,
            n=errors.size,
            failures=dict(Counter(reason for reason in all_of_it.reasons if reason)),
            missing=int((~known).sum()),
            bias=_mean(errors[known]),
            rmse=_root_mean_square(errors[known]),
            rmse_kept=_root_mean_square(errors[known & ~failed]),
            seconds=float(np.median(all_of_it.seconds)),
        )

    def _coverage(self, cell: int, method: str, place: int, name: str) -> Coverage:
        found = self._intervals[cell, method]
        lower, upper = found.ends[:, place].T
        there = ~np.isnan(lower) & ~np.isnan(upper)
        kept = there & ~found.failed
        holds = kept & (lower <= 0.0) & (upper >= 0.0)
        widths = upper[there] - lower[there]
        return Coverage(
            cell=cell,
            method=method,
            estimand=name,
            n=lower.size,
            failed=int((~kept).sum()),
            coverage=_share(holds),
            coverage_kept=_share(holds[kept]),
            below=_share((upper < 0.0)[there]),
            above=_share((lower > 0.0)[there]),
            open=float(np.mean(np.isinf(widths))) if widths.size else np.nan,
            length=_median(widths),
            seconds=float(np.median(found.seconds)) if found.seconds.size else np.nan,
        )

    @cached_property
    def _estimates(self) -> dict[tuple[int, str], _Estimates]:
        return {
            (cell, method): _Estimates.of(trials, method)
            for cell in range(len(self.design.cells))
            for method, task in ESTIMATES.items()
            if (trials := self._having(cell, task, method))
        }

    @cached_property
    def _intervals(self) -> dict[tuple[int, str], _Intervals]:
        return {
            (cell, method): _Intervals.of(trials, method, estimate, len(self.names) - 2)
            for cell in range(len(self.design.cells))
            for method, (estimate, task) in INTERVALS.items()
            if (trials := self._having(cell, task, estimate))
        }

    def _having(self, cell: int, task: str, estimate: str) -> list[Trial]:
        found = self._sorted.get((cell, task), ())
        return [trial for trial in found if estimate in trial.estimates]

    @cached_property
    def _sorted(self) -> dict[tuple[int, str], list[Trial]]:
        found: dict[tuple[int, str], list[Trial]] = {}
        for trial in self.trials:
            found.setdefault((trial.job.cell, trial.job.task), []).append(trial)
        return found


@dataclass(frozen=True, eq=False)
class _Estimates:
    """One method's estimates in one cell."""

    numbers: list[int]
    errors: Floats
    reasons: list[str]
    seconds: Floats

    @classmethod
    def of(cls, trials: list[Trial], method: str) -> _Estimates:
        found = [trial.estimates[method] for trial in trials]
        return cls(
            [trial.job.number for trial in trials],
            np.array([one.errors for one in found]),
            [one.failure for one in found],
            np.array([one.seconds for one in found]),
        )

    @property
    def failed(self) -> Bools:
        return np.array([bool(reason) for reason in self.reasons])

    @cached_property
    def rows(self) -> dict[int, int]:
        """Where a data set is, by its number."""
        return {number: row for row, number in enumerate(self.numbers)}


@dataclass(frozen=True, eq=False)
class _Intervals:
    """One method's intervals in one cell; NaN where a data set has none."""

    ends: Floats
    failed: Bools
    seconds: Floats

    @classmethod
    def of(cls, trials: list[Trial], method: str, estimate: str, n_ends: int) -> _Intervals:
        none = np.full((n_ends, 2), np.nan)
        found = [trial.estimates[estimate] for trial in trials]
        intervals = [one.intervals.get(method) for one in found]
        return cls(
            np.array([none if one is None else one.ends for one in intervals]),
            np.array([bool(one.failure) for one in found]),
            np.array([one.seconds for one in intervals if one is not None]),
        )


def performance(design: Design, trials: Iterable[Trial]) -> Performance:
    """What trials of a design amount to."""
    return Performance(design, tuple(trials))


def _mean(values: Floats) -> Figure:
    if values.size < 2:
        return Figure(float(values.mean()) if values.size else np.nan, np.nan)
    return Figure(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))


def _root_mean_square(errors: Floats) -> Figure:
    square = _mean(errors**2)
    root = float(np.sqrt(square.value))
    return Figure(root, square.error / (2.0 * root) if root > 0 else np.nan)


def _share(holds: Bools) -> Figure:
    if not holds.size:
        return Figure(np.nan, np.nan)
    p = float(holds.mean())
    return Figure(p, float(np.sqrt(p * (1.0 - p) / holds.size)))


def _median(values: Floats) -> Figure:
    """The median, and half the distance of the order statistics one standard error around it."""
    if not values.size:
        return Figure(np.nan, np.nan)
    ordered, reach = np.sort(values), 0.5 / np.sqrt(values.size)
    low, high = np.quantile(
        ordered, [max(0.0, 0.5 - reach), min(1.0, 0.5 + reach)], method="nearest"
    )
    centre = float(np.quantile(ordered, 0.5, method="nearest"))
    spread = float(0.5 * (high - low)) if np.isfinite(low) and np.isfinite(high) else np.nan
    return Figure(centre, spread)
