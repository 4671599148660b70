"""The original report revisited: what it printed, what its listing gives, and the maximum.

The report drew its heights and its starting values from one stream and made a fixed number of
passes. Its printed numbers look good because those passes stopped on the way to the maximum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import em
from compare.cases import SEED, Case, N

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.table import Comparison

__all__ = ["PRINTED", "Original", "Stop", "revisit"]

PRINTED = em.Parameters(
    weights=np.array([0.39973408, 0.60026592]),
    means=np.array([164.04154896, 175.7892246]),
    sds=np.array([5.71203936, 8.06707288]),
)
"""The estimates printed in the original report, in order of mean; means and sds in cm."""

PRINTED_PASSES, LISTED_PASSES = 30, 10
"""Passes that give the printed numbers, and those of the listing as it is printed."""
LISTED_SEED = 1
"""The seed in the listing as it is printed, which is not that of the printed numbers."""

BUDGET = 6_000_000
"""Values looked at by all passes of plain EM together: about a second."""


@dataclass(frozen=True)
class Stop:
    """A place where EM was stopped, and what it then said."""

    label: str
    """Whose numbers these are."""
    mixture: em.Mixture
    """The numbers."""
    loglik: float | None
    """Their log-likelihood on this sample; None for numbers from another one."""


@dataclass(frozen=True)
class Original:
    """The original report's numbers beside the maximum, and EM's way from one to the other."""

    stops: tuple[Stop, ...]
    """In the order of the story."""
    is_the_sample: bool
    """Whether this is the sample behind the printed numbers."""
    reproduced: bool
    """Whether the listing gives the printed numbers, to all their digits, on this sample."""
    loglik_path: NDArray[np.float64]
    """Log-likelihood before the first pass of plain EM and after each, (passes + 1,)."""
    weight_path: NDArray[np.float64]
    """Weight of the lower component, likewise."""
    maximum_loglik: float
    """Log-likelihood at the maximum."""
    maximum_weight: float
    """Weight of the lower component at the maximum."""
    marks: tuple[tuple[str, int], ...]
    """What stopped after which pass."""
    passes_needed: int | None
    """Passes until plain EM is within 1e-6 of the maximum; None if it was not followed so far."""

    @property
    def shortfall(self) -> float:
        """Log-likelihood that is still missing after the passes of the printed numbers."""
        return float(self.maximum_loglik - self.loglik_path[PRINTED_PASSES])


def revisit(comparison: Comparison) -> Original | None:
    """Retrace the original report on the heights of a comparison.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Original or None
        None unless the data are synthetic heights and the model has two components.
    """
    case, fit = comparison.case, comparison.fit
    if case.seed is None or fit.n_components != 2 or not fit.converged:
        return None
    values, stream = Case.synthetic_stream(case.seed, int(case.sample.n))
    start = em.listing.run(values, n_iter=0, rng=stream)
    sample = em.Sample(values)
    logliks, weights, mixtures = _plain_em(sample, em.Mixture(*start), fit.loglik)
    is_the_sample = (case.seed, values.size) == (SEED, N)
    thirty = mixtures[PRINTED_PASSES]
    listed = [
        (f"{LISTED_PASSES} passes", LISTED_PASSES),
        ("printed in the report" if is_the_sample else f"{PRINTED_PASSES} passes", PRINTED_PASSES),
    ]
    within = np.flatnonzero(fit.loglik - logliks < 1e-6)
    return Original(
        stops=tuple(_stops(comparison, sample, mixtures, logliks, is_the_sample=is_the_sample)),
        is_the_sample=is_the_sample,
        reproduced=is_the_sample
        and all(
            np.array_equal(np.round(ours, 8), theirs)
            for ours, theirs in zip(thirty.parameters, PRINTED, strict=True)
        ),
        loglik_path=logliks,
        weight_path=weights,
        maximum_loglik=fit.loglik,
        maximum_weight=float(fit.mixture.weights[0]),
        marks=tuple(listed),
        passes_needed=int(within[0]) if within.size else None,
    )


def _plain_em(
    sample: em.Sample, start: em.Mixture, goal: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, em.Mixture]]:
    """Follow textbook EM until it is within 1e-9 of the goal or the budget is used up."""
    limit = max(PRINTED_PASSES, min(20_000, int(BUDGET / sample.n)))
    mixture = start
    logliks, weights, kept = [], [], {}
    for passes in range(limit + 1):
        expectation = em.e_step(sample, mixture)
        logliks.append(expectation.loglik)
        weights.append(float(mixture.weights[0]))
        if passes in (LISTED_PASSES, PRINTED_PASSES):
            kept[passes] = mixture
        if passes >= PRINTED_PASSES and goal - expectation.loglik < 1e-9:
            break
        mixture = em.m_step(sample, expectation.responsibilities)
    return np.array(logliks), np.array(weights), kept


def _stops(
    comparison: Comparison,
    sample: em.Sample,
    mixtures: dict[int, em.Mixture],
    logliks: NDArray[np.float64],
    *,
    is_the_sample: bool,
) -> list[Stop]:
    def on_sample(mixture: em.Mixture) -> float:
        return float(np.dot(mixture.logpdf(sample.values), sample.weights))

    stops = []
    if comparison.case.truth is not None:
        truth = comparison.case.truth
        stops.append(Stop("truth", truth, on_sample(truth)))
    if is_the_sample:
        printed = em.Mixture(PRINTED.weights / PRINTED.weights.sum(), PRINTED.means, PRINTED.sds)
        stops.append(Stop("printed in the report", printed, on_sample(printed)))
        values, stream = Case.synthetic_stream(LISTED_SEED, N)
        other = em.Mixture(*em.listing.run(values, n_iter=LISTED_PASSES, rng=stream))
        stops.append(
            Stop(f"its listing as printed: seed {LISTED_SEED}, {LISTED_PASSES} passes", other, None)
        )
    seed = comparison.case.seed
    stops.extend(
        Stop(f"its listing with seed {seed}, {passes} passes", mixtures[passes], logliks[passes])
        for passes in (LISTED_PASSES, PRINTED_PASSES)
    )
    fit = comparison.fit
    stops.append(Stop("maximum likelihood", fit.mixture, fit.loglik))
    return stops
