"""Simulated: a number that comes of a simulation, with what chance may have done to it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Figure"]


class Figure(NamedTuple):
    """A figure that was simulated."""

    value: float
    """NaN where it does not exist."""
    error: float
    """Its Monte Carlo standard error."""
