"""Rivals: posteriors with other numbers of components, beside the one that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import em
    from bayes import ComponentTable, Posterior, Priors

__all__ = ["SIZES", "Rivals", "rivals"]

SIZES = (1, 2, 3)
"""Numbers of components that are always compared, where the data have enough values for them."""


@dataclass(frozen=True, eq=False)
class Rivals:
    """Several numbers of components by Bayes. Made by `rivals`."""

    table: ComponentTable
    """Marginal likelihood and leave-one-out prediction of each."""
    failed: tuple[int, ...]
    """The numbers whose draws fail their checks."""


def rivals(
    fit: em.Fit,
    posterior: Posterior,
    sample: em.Sample,
    rng: int = 0,
    *,
    priors: Priors | None = None,
) -> Rivals:
    """Sample the posteriors of one, two and three components, and compare them.

    Parameters
    ----------
    fit : em.Fit
        Of the data, with any number of components.
    posterior : bayes.Posterior
        The one that there is; the others are sampled with its settings from the same data.
    sample : em.Sample
        The data; the posterior may have seen nodes in their place.
    rng : int
        A seed.
    priors : bayes.Priors, optional
        What `bayes.fit` was given; the default priors by default. The same for all numbers.

    Returns
    -------
    Rivals

    Raises
    ------
    ValueError
        As `bayes.compare_components` does, and where the priors do not suit another number.
    """
    import bayes

    settings, own = posterior.settings, posterior.n_components
    seen = posterior.sample
    # A posterior keeps the nodes it saw, but not that they were nodes.
    data = fit.data if _equal(fit.data, seen) else sample if _equal(sample, seen) else seen
    distinct = sample.collapse().values.size
    posteriors = {own: posterior} | {
        size: bayes.fit(
            data,
            size,
            priors=priors,
            sampler="pymc" if settings.sampler == "pymc" else "nutpie",
            draws=settings.draws,
            tune=settings.tune,
            chains=settings.chains,
            target_accept=settings.target_accept,
            seed=settings.seed,
            progress=False,
        )
        for size in SIZES
        if size != own and 2 * size <= distinct
    }
    given = None if priors is None else dict.fromkeys(posteriors, priors)
    table = bayes.compare_components(posteriors, sample, priors=given, rng=rng)
    failed = sorted(size for size, one in posteriors.items() if not one.diagnostics.ok)
    return Rivals(table, tuple(failed))


def _equal(one: em.Sample, other: em.Sample) -> bool:
    return np.array_equal(one.values, other.values) and np.array_equal(one.weights, other.weights)
