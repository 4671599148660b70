"""Trials: one data set after the other, each by its number, and what came of it.

Trial i of a cell is the same whatever else is run, before or after, here or in another process.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.study.design import Design
from compare.study.methods import TASKS, DataSet, Estimate, Interval, Task, attempt
from compare.study.ranking import Ranking

__all__ = ["Job", "Trial", "data_set", "run"]

Floats = NDArray[np.float64]

DIGITS = 4
"""Significant digits that are kept of each error: a log of thousands of trials stays small, and
an end keeps its side of the truth."""


class Job(NamedTuple):
    """What is to be done: one task on one data set."""

    cell: int
    """The place of the cell in the design."""
    task: Task
    """What is done."""
    number: int
    """The number of the data set."""


@dataclass(frozen=True)
class Trial:
    """What came of one job."""

    job: Job
    """What was done."""
    estimates: dict[str, Estimate]
    """By name."""
    ranking: Ranking | None = None
    """What came of the task ``ranks``, which makes no estimates."""

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers and lists, for JSON: null for no number, infinity in words."""
        return {
            **self.job._asdict(),
            "found": {name: _estimate(found) for name, found in self.estimates.items()},
            **({"ranking": asdict(self.ranking)} if self.ranking else {}),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Trial:
        """Back from `to_dict`.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing or no number.
        """
        if stored["task"] not in TASKS:
            raise ValueError(f"no task {stored['task']!r}")
        job = Job(int(stored["cell"]), stored["task"], int(stored["number"]))
        estimates = {
            name: Estimate(
                _numbers(found["errors"]),
                str(found.get("failure", "")),
                float(found["seconds"]),
                {
                    kind: Interval(_numbers(interval["ends"]), float(interval["seconds"]))
                    for kind, interval in found.get("intervals", {}).items()
                },
            )
            for name, found in stored["found"].items()
        }
        ranking = Ranking.from_dict(stored["ranking"]) if job.task == "ranks" else None
        return cls(job, estimates, ranking)


def data_set(design: Design, job: Job) -> DataSet:
    """The data set of a job."""
    cell = design.cells[job.cell]
    population = design.population(cell, job.number)
    streams = design.streams(job.number)
    return DataSet(design, population, cell.n, streams, cell.population is None)


def run(design: Design, job: Job) -> Trial:
    """Do a job.

    Parameters
    ----------
    design : Design
    job : Job

    Returns
    -------
    Trial
        With the digits that are kept, so that it is the same as one from a log.
    """
    data = data_set(design, job)
    try:
        found = attempt(job.task, data)
    except Exception as error:
        error.add_note(f"in data set {job.number} of {design.cells[job.cell]}")
        raise
    made = Trial(job, {}, found) if isinstance(found, Ranking) else Trial(job, found)
    return Trial.from_dict(made.to_dict())


def _estimate(found: Estimate) -> dict[str, Any]:
    intervals = {
        kind: {"ends": _plain(interval.ends), "seconds": _short(interval.seconds)}
        for kind, interval in found.intervals.items()
    }
    return {
        "errors": _plain(found.errors),
        **({"failure": found.failure} if found.failure else {}),
        "seconds": _short(found.seconds),
        **({"intervals": intervals} if intervals else {}),
    }


def _plain(values: Floats) -> list[Any]:
    return [_plain(value) if value.ndim else _short(float(value)) for value in values]


def _short(value: float) -> float | str | None:
    if np.isnan(value):
        return None
    rounded = float(f"{value:.{DIGITS}g}")  # the largest numbers are rounded to infinity
    return rounded if np.isfinite(rounded) else str(rounded)


def _numbers(stored: list[Any]) -> Floats:
    """What `_plain` made into lists."""
    return np.array(stored, dtype=np.float64)
