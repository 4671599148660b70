"""How much time a run of the benchmarks takes, and on what."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FULL", "QUICK", "SECTIONS", "Settings"]

SECTIONS = ("fits", "search", "uncertainty", "cold", "large", "scale", "sampling", "growth")
"""The parts of the page, in their order."""


@dataclass(frozen=True)
class Settings:
    """The sizes, and how patient the run is."""

    sizes: tuple[int, ...]
    """Numbers of values of the table of fits."""
    searched: int
    """Samples of each kind, for each K, on which the search is judged."""
    large: int
    """Number of values of the sample that is compared with reading it."""
    budget: float
    """Seconds for the repeated calls of one cell."""
    patience: float
    """Seconds for a single call, or for the search for a tolerance."""
    rounds: int
    """The most calls of one cell that count."""
    refits: int
    """Refits of a bootstrap."""
    processes: int
    """Fresh processes for each cell."""
    warm: int
    """Warm processes of each sampler, after the cold one."""
    shorten: int
    """What the numbers of draws of the other samplers are divided by."""
    scale: int
    """Number of values in a file."""
    turns: int
    """The most reports on a file that count."""
    grown: tuple[int, ...]
    """Numbers of values over which the cost of each tool is followed."""
    reported: tuple[int, ...]
    """Those of them at which the whole report is written."""
    sampled: float
    """Seconds for PyMC on the textbook model."""


FULL = Settings(
    sizes=(1_000, 100_000, 1_000_000),
    searched=25,
    large=10_000_000,
    budget=6.0,
    patience=180.0,
    rounds=40,
    refits=999,
    processes=5,
    warm=3,
    shorten=1,
    scale=100_000_000,
    turns=3,
    grown=(1_000, 10_000, 100_000, 1_000_000, 10_000_000),
    reported=(1_000, 100_000, 10_000_000),
    sampled=180.0,
)

QUICK = Settings(
    sizes=(1_000, 100_000),
    searched=2,
    large=1_000_000,
    budget=1.0,
    patience=6.0,
    rounds=7,
    refits=999,
    processes=2,
    warm=1,
    shorten=4,
    scale=5_000_000,
    turns=1,
    grown=(1_000, 10_000, 100_000),
    reported=(1_000, 100_000),
    sampled=30.0,
)
