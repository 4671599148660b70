"""Ten million values in memory: a fit with standard errors, in units of reading the data."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import em
from benchmarks.engine.data import heights
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import call, interleave
from benchmarks.fitting.fits import certified

__all__ = ["measure"]


def measure(settings: Settings, say: Callable[[str], None]) -> dict[str, Any]:
    """Time the fit against the smallest, the largest, the mean and the variance of the data.

    Parameters
    ----------
    settings : Settings
    say : callable
        Told what is being done.
    """
    say(f"n = {settings.large:,}: against min, max, mean and var")
    x = heights(settings.large)

    def summaries() -> tuple[float, ...]:
        return float(x.min()), float(x.max()), float(x.mean()), float(x.var())

    def fit() -> em.Fit:
        found = em.fit(x, 2)
        found.standard_errors()
        return found

    turns = interleave(
        {"summaries": partial(call, summaries), "fit": partial(call, fit)},
        2.0 * settings.budget,
        settings.rounds,
    )
    found: em.Fit = turns["fit"].answer
    exact = call(lambda: certified(found))
    return {
        "n": settings.large,
        "summaries": turns["summaries"].seconds,
        "summaries_median": statistics.median(turns["summaries"].seconds),
        "fit": turns["fit"].seconds,
        "fit_median": statistics.median(turns["fit"].seconds),
        "certify": exact.seconds,
        "certificate": exact.answer,
        "nodes": len(found.data),
        "error_bound": found.error_bound,
        "converged": found.converged,
    }
