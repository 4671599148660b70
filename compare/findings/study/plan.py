"""Plan: how a study was made, for a statistician to referee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.study.design import Cell
    from compare.study.methods import Task
    from compare.study.performance import Performance
    from compare.study.population import Population

__all__ = ["Plan", "Simulated", "plan"]


@dataclass(frozen=True)
class Simulated:
    """What was drawn of one population, or of truths from the prior."""

    name: str
    """What it is called."""
    population: Population | None
    """None where each data set has a truth of its own."""
    separations: tuple[float, ...]
    """Ashman's D, in increasing order; empty for one group and for truths from the prior."""
    sizes: tuple[int, ...]
    """Numbers of values, in increasing order."""


@dataclass(frozen=True)
class Plan:
    """How a study was made."""

    simulated: tuple[Simulated, ...]
    """In the order of the design."""
    first: dict[Task, int]
    """How many data sets of the first cell each task has seen."""
    others: dict[Task, tuple[int, int]]
    """The fewest and the most of the other cells that have any; empty where there are none."""
    level: float
    seed: int
    chains: int
    draws: int
    """Of each chain."""
    tune: int
    """The same for tuning draws."""


def plan(performance: Performance) -> Plan:
    """How a study was made.

    Parameters
    ----------
    performance : Performance

    Returns
    -------
    Plan
    """
    design = performance.design
    names: dict[str, list[Cell]] = {}
    for cell in design.cells:
        names.setdefault(cell.name, []).append(cell)
    counts: dict[int, dict[Task, int]] = {}
    for trial in performance.trials:
        own = counts.setdefault(trial.job.cell, {})
        own[trial.job.task] = own.get(trial.job.task, 0) + 1
    first = counts.pop(0, {})
    others: dict[Task, tuple[int, int]] = {}
    for own in counts.values():
        for task, count in own.items():
            low, high = others.get(task, (count, count))
            others[task] = min(low, count), max(high, count)
    simulated = tuple(_simulated(name, cells) for name, cells in names.items())
    settings = (design.level, design.seed, design.chains, design.draws, design.tune)
    return Plan(simulated, first, others, *settings)


def _simulated(name: str, cells: list[Cell]) -> Simulated:
    known = [cell.population for cell in cells if cell.population is not None]
    apart = {round(one.separation, 1) for one in known if one.n_components > 1}
    return Simulated(
        name,
        known[0] if known else None,
        tuple(sorted(apart)),
        tuple(sorted({cell.n for cell in cells})),
    )
