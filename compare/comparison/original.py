"""The original report revisited: what it printed, what its listing gives, and the maximum.

The report drew its heights and its starting values from one stream and made a fixed number of
passes. Its printed numbers look good because those passes stopped on the way to the maximum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

import em
from compare.data.cases import SEED, Case, N
from compare.data.origins import Heights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from compare.comparison.table import Comparison

__all__ = [
    "LISTED_PASSES",
    "PRINTED",
    "PRINTED_PASSES",
    "Listing",
    "Mark",
    "Original",
    "Stop",
    "Whose",
    "revisit",
]

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

STANDSTILL, PATIENCE = 1e-9, 100
"""A gain in log-likelihood so small in so many passes, short of the maximum, is another top."""


@dataclass(frozen=True)
class Listing:
    """The numbers of the original report's listing."""

    seed: int
    passes: int
    as_printed: bool = False
    """Whether seed and passes are those that it has in the report."""


Whose = Literal["truth", "printed", "maximum"] | Listing
"""Whose numbers they are: the truth's, those printed in the report, the listing's, this fit's."""


@dataclass(frozen=True)
class Stop:
    """A place where EM was stopped, and what it then said."""

    whose: Whose
    """Whose numbers these are."""
    mixture: em.Mixture
    """The numbers."""
    loglik: float | None
    """Their log-likelihood on this sample; None for numbers from another one."""


@dataclass(frozen=True)
class Mark:
    """A pass after which somebody stopped."""

    passes: int
    printed: bool
    """Whether the report printed what it gives on these heights."""


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
    marks: tuple[Mark, ...]
    """Where the listing and the printed numbers stopped."""
    passes_needed: int | None
    """Passes until plain EM is within 1e-6 of the maximum; None if it was not seen to be."""
    elsewhere: bool
    """Whether plain EM climbs to another top, or onto a few values, instead."""

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
        None unless the data are synthetic heights and EM is at the maximum of two components
        with sds of their own; None also for samples so small that the loop breaks down.
    """
    case, fit = comparison.case, comparison.fit
    if (
        not isinstance(case.source, Heights)
        or fit.n_components != 2
        or fit.n_parameters != 5
        or not fit.converged
    ):
        return None
    values, stream = Case.synthetic_stream(case.source.seed, int(case.sample.n))
    start = em.listing.run(values, n_iter=0, rng=stream)
    sample = em.Sample(values)
    logliks, weights, mixtures = _plain_em(sample, em.Mixture(*start), fit.loglik)
    if PRINTED_PASSES not in mixtures:
        return None
    is_the_sample = (case.source.seed, values.size) == (SEED, N)
    thirty = mixtures[PRINTED_PASSES]
    gap = fit.loglik - logliks
    arrived = abs(gap[-1]) < 1e-6
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
        marks=(Mark(LISTED_PASSES, printed=False), Mark(PRINTED_PASSES, is_the_sample)),
        passes_needed=int(np.flatnonzero(gap < 1e-6)[0]) if arrived else None,
        elsewhere=not arrived and (_stands(logliks) or bool(gap[-1] < 0)),
    )


def _plain_em(
    sample: em.Sample, start: em.Mixture, goal: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, em.Mixture]]:
    """Follow textbook EM until it is within 1e-9 of the goal, elsewhere, or over the budget."""
    limit = max(PRINTED_PASSES, min(20_000, int(BUDGET / sample.n)))
    mixture = start
    logliks, weights, kept = [], [], {}
    for passes in range(limit + 1):
        expectation = em.e_step(sample, mixture)
        logliks.append(expectation.loglik)
        weights.append(float(mixture.weights[0]))
        if passes in (LISTED_PASSES, PRINTED_PASSES):
            kept[passes] = mixture
        gap = goal - expectation.loglik
        if passes >= PRINTED_PASSES and (gap < 1e-9 or (gap > 1e-6 and _stands(logliks))):
            break
        try:
            mixture = em.m_step(sample, expectation.responsibilities, previous=mixture)
        except ValueError:  # a component sits on a single value: there is no next pass
            break
    return np.array(logliks), np.array(weights), kept


def _stands(logliks: Sequence[float] | NDArray[np.float64]) -> bool:
    return len(logliks) > PATIENCE and logliks[-1] - logliks[-1 - PATIENCE] < STANDSTILL


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
        stops.append(Stop("printed", printed, on_sample(printed)))
        values, stream = Case.synthetic_stream(LISTED_SEED, N)
        other = em.Mixture(*em.listing.run(values, n_iter=LISTED_PASSES, rng=stream))
        stops.append(Stop(Listing(LISTED_SEED, LISTED_PASSES, as_printed=True), other, None))
    seed = int(comparison.case.seed or 0)
    stops.extend(
        Stop(Listing(seed, passes), mixtures[passes], logliks[passes])
        for passes in (LISTED_PASSES, PRINTED_PASSES)
    )
    fit = comparison.fit
    stops.append(Stop("maximum", fit.mixture, fit.loglik))
    return stops
