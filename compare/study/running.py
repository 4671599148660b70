"""Running: from a design to a `Study`, by way of the trials that are still missing."""

from __future__ import annotations

import operator
import platform
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, SupportsIndex

from compare.study.design import Design
from compare.study.log import Log
from compare.study.methods import TASKS, Task
from compare.study.performance import Performance, performance
from compare.study.trials import Job, Trial
from compare.study.workers import done, pool

__all__ = ["Study", "jobs", "run", "settings"]

Replicates = Mapping[Task, int] | Sequence[Mapping[Task, int]] | int

SCHEMA = 1
"""Of the log; raised when a trial with the same number comes out differently."""

PACKAGES = ("em-vs-bayes", "numpy", "scipy", "scikit-learn", "pymc", "pytensor", "numba", "nutpie")


@dataclass(frozen=True, eq=False)
class Study:
    """Many data sets of a design, each fitted in every way."""

    design: Design
    """What was simulated."""
    trials: tuple[Trial, ...]
    """In order of cell, task and number."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the packages that did the work."""

    @cached_property
    def performance(self) -> Performance:
        """How good the estimates and intervals are, each with its Monte Carlo error."""
        return performance(self.design, self.trials)


def run(
    design: Design,
    replicates: Replicates = 100,
    *,
    log: Path | None = None,
    fresh: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Study:
    """Draw the data sets of a design, fit each in every way, and keep the errors.

    Parameters
    ----------
    design : Design
    replicates : mapping of str to int, sequence of such mappings, or int
        How many data sets of each cell each task sees, or one such mapping for each cell; the
        same for ``fits`` and ``posterior``, and no bootstrap, where it is one number. Where a
        task sees few, they are the first of those that another sees.
    log : path, optional
        A file that keeps finished trials: a run that was stopped goes on, and one with more
        replicates does the rest.
    fresh : bool
        Whether to start again, whatever is in that file.
    workers : int, optional
        Processes; one for each core by default.
    executor : concurrent.futures.Executor, optional
        Who does the work in their place, such as that of a Dask cluster.
    progress : callable, optional
        Told how many trials are done, and of how many, at first and after each, which is kept
        then: an exception leaves it out.

    Returns
    -------
    Study
        The same whoever did the work, in whatever order, but for the seconds.

    Raises
    ------
    ValueError
        If a task is unknown, nothing is to be done, or the log is of another study.
    OSError
        If the log cannot be read or written.

    Examples
    --------
    >>> study = run(Design((Cell(50),)), {"fits": 2}, workers=1)
    >>> len(study.trials)
    2
    """
    wanted = jobs(design, replicates)
    kept = None if log is None else Log(log, settings(design), fresh=fresh)
    found: dict[Job, Trial] = {} if kept is None else dict(kept.trials)
    missing = [job for job in wanted if job not in found]
    tell = progress or (lambda *_: None)
    tell(len(wanted) - len(missing), len(wanted))
    # Processes take longer to begin than a few fits.
    with pool(1 if executor is not None or len(missing) < 2 else workers) as processes:
        trials = done(design, missing, executor or processes)
        for count, trial in enumerate(trials, len(wanted) - len(missing) + 1):
            tell(count, len(wanted))
            found[trial.job] = trial
            if kept is not None:
                kept.append(trial)
    return Study(design, tuple(found[job] for job in sorted(wanted)), versions())


def jobs(design: Design, replicates: Replicates) -> list[Job]:
    """What is to be done: all cells keep in step, so that a stopped study has some of each."""
    if isinstance(replicates, SupportsIndex):  # NumPy's whole numbers, too
        count = operator.index(replicates)
        replicates = {"fits": count, "posterior": count}
    n_cells = len(design.cells)
    each = [replicates] * n_cells if isinstance(replicates, Mapping) else list(replicates)
    if len(each) != n_cells:
        raise ValueError(f"expected replicates for each of {n_cells} cells, got {len(each)}")
    unknown = [task for counts in each for task in counts if task not in TASKS]
    if unknown:
        raise ValueError(f"expected tasks out of {list(TASKS)}, got {unknown[0]!r}")
    every = [count for counts in each for count in counts.values()]
    if min(every, default=0) < 0 or not any(every):
        raise ValueError(f"expected a replicate at least, got {each[0]}")
    return [
        Job(cell, task, number)
        for number in range(max(every))
        for task in TASKS
        for cell, counts in enumerate(each)
        if number < counts.get(task, 0)
    ]


def settings(design: Design) -> dict[str, Any]:
    """What trials depend on, for the log."""
    return {"schema": SCHEMA, "design": design.to_dict()}


def versions() -> dict[str, str]:
    """Python and the packages that do the work."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # run from its folder, or not needed
            continue
    return found
