"""How often `em.fit` misses the highest maximum that counts, on 900 simulated samples."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import em
from benchmarks.engine.data import loglik
from benchmarks.engine.settings import Settings
from benchmarks.searching.reference import Reference, load
from benchmarks.searching.rule import broken
from benchmarks.searching.samples import EACH, KINDS, SEED, SIZES, Drawn, draw

__all__ = ["TOLERANCE", "Verdict", "judge", "measure"]

Floats = NDArray[np.float64]
Fitted = Callable[[Floats, int], em.Fit]

TOLERANCE = 1e-3
"""Of the log-likelihood: who ends lower by more is at another top, or at none."""
DRAWN_AGAIN = 1e-5
"""By how much the log-likelihood of a reference may move: it is kept with ten digits."""


class Verdict(NamedTuple):
    """What an answer is worth beside the reference."""

    missed: bool
    higher: bool
    """Whether the answer counts and is better than the reference, or is where that has none."""
    short: float | None
    """How far below the reference it is; None if one of them has no maximum."""
    why: str
    """Why an answer is a miss whatever its height; empty for those that count."""


def judge(drawn: Drawn, known: Reference, mixture: em.Mixture, status: em.Status) -> Verdict:
    """Judge an answer by the reference.

    Parameters
    ----------
    drawn : Drawn
        The sample.
    known : Reference
        The highest maximum of it that is known.
    mixture : em.Mixture
        The answer.
    status : em.Status
        What it is said to be.

    Raises
    ------
    ValueError
        If the reference is of another sample.
    """
    x = drawn.values
    if known.loglik is not None:
        again = loglik(x, known.weights, known.means, known.sds)
        if not abs(again - known.loglik) < DRAWN_AGAIN:
            raise ValueError(
                f"expected the sample {drawn.name!r} that its reference was computed for, whose "
                f"log-likelihood there is {known.loglik}, got one with {again}: the design or "
                "NumPy's random streams have changed; compute tests/reference/search.json again"
            )
    if status is not em.Status.CONVERGED:
        return Verdict(known.loglik is not None, higher=False, short=None, why=status.name)
    # The likelihood has no bound: an end that breaks the rule is no answer, however high.
    if breaks := broken(x, drawn.step, *mixture.parameters):
        return Verdict(missed=True, higher=False, short=None, why=f"breaks {' and '.join(breaks)}")
    if known.loglik is None:
        return Verdict(missed=False, higher=True, short=None, why="")
    short = known.loglik - loglik(x, *mixture.parameters)
    return Verdict(short > TOLERANCE, short < -TOLERANCE, short, "")


def measure(
    settings: Settings,
    say: Callable[[str], None],
    *,
    fit: Fitted = em.fit,
    references: Mapping[str, Reference] | None = None,
) -> dict[str, Any]:
    """Fit the samples of the design, and many components to normal values.

    Parameters
    ----------
    settings : Settings
    say : callable
        Told what is being done.
    fit : callable
        What is judged.
    references : mapping of str to Reference, optional
        Those that are kept, by default.
    """
    known = load() if references is None else references
    cells, apart = [], []
    for k in SIZES:
        say(f"search: {settings.searched * len(KINDS)} samples, K = {k}")
        for kind, recipe in KINDS.items():
            rows = [_row(draw(k, kind, i), known, fit) for i in range(settings.searched)]
            cells.append(
                {
                    "k": k,
                    "kind": kind,
                    "what": recipe.what,
                    "sizes": list(recipe.sizes),
                    "samples": len(rows),
                    "missed": sum(row["missed"] for row in rows),
                    "higher": sum(row["higher"] for row in rows),
                    "seconds": sum(row["seconds"] for row in rows),
                    "median": statistics.median(row["seconds"] for row in rows),
                    "slowest": max(row["seconds"] for row in rows),
                }
            )
            apart += [row for row in rows if row["missed"] or row["higher"]]
    say("search: K = 8 on 1,000 normal values")
    begin = time.process_time()
    eight = fit(np.random.default_rng(0).normal(size=1000), 8)
    seconds = time.process_time() - begin
    return {
        "seed": SEED,
        "each": settings.searched,
        "whole": settings.searched == EACH,
        "tolerance": TOLERANCE,
        "cells": cells,
        "apart": apart,
        "eight": {"seconds": seconds, "status": eight.status.name, "loglik": eight.loglik},
    }


def _row(drawn: Drawn, known: Mapping[str, Reference], fit: Fitted) -> dict[str, Any]:
    begin = time.process_time()
    found = fit(drawn.values, drawn.k)
    seconds = time.process_time() - begin
    best = known[drawn.name]
    verdict = judge(drawn, best, found.mixture, found.status)
    return {
        "k": drawn.k,
        "kind": drawn.kind,
        "i": drawn.i,
        "n": drawn.values.size,
        "seconds": seconds,
        **verdict._asdict(),
        "ended": best.ended,
        "tried": best.tried,
    }
