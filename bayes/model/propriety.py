"""propriety: whether a prior of the sds lets a component shrink onto a tied value without end.

A component that sits on a value seen m times raises the likelihood like sd^-m as its sd goes to
zero, on a range of means that shrinks with the sd. The posterior can be normalised only if the
prior density of the sd falls faster than sd^(m - 2) there, which no half-normal, exponential or
uniform one does where values are tied. Values that are known to be rounded stand for intervals,
whose probability is at most one: there is nothing to warn of.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm

from bayes.model.distributions import words
from bayes.model.reasons import Improper
from bayes.model.values import evaluated
from em import Sample

__all__ = ["improper_on_ties"]

NARROW = 10.0 ** np.array([[-60.0, -50.0], [-120.0, -110.0]])
"""Two pairs of sds, in sds of the data, at which the prior's power of the sd is read off."""


def improper_on_ties(sample: Sample, sds: Any, n_components: int) -> Improper | None:
    """Find that ties make the posterior improper; None where they do not.

    Parameters
    ----------
    sample : Sample
    sds : PyMC distribution of shape (K,)
        The prior of the sds.
    n_components : int
        K; a single component cannot shrink, because it has all the data to itself.

    Returns
    -------
    Improper or None
    """
    ties = _most_ties(sample)
    if n_components == 1 or ties < 2.0 or sample.rounding > 0:
        return None
    if _power_at_zero(sample.sd, sds, n_components) > ties - 2.0 + 1e-6:
        return None
    return Improper(words(sds), ties, sample.sd / n_components)


def _most_ties(sample: Sample) -> float:
    """How often the commonest value was seen."""
    if sample.bins is None:
        return float(sample.collapse().weights.max())
    return float(sample.recording.counts.max(initial=1.0))


def _power_at_zero(unit: float, sds: Any, K: int) -> float:
    """The smallest power of the sd that a prior density falls like, infinite if like none."""
    points = np.tile(unit * NARROW[..., None], K)
    densities = [evaluated([pm.logp(sds, point) for point in pair]) for pair in points]
    with np.errstate(invalid="ignore"):  # where the density is zero
        near, nearer = np.squeeze(np.diff(densities, axis=1), 1) / np.log(10.0**10)
    # A power is the same everywhere; what keeps rising falls faster than any power.
    is_power = np.isfinite(near) & np.isfinite(nearer) & np.isclose(near, nearer, atol=1e-6)
    return float(np.where(is_power, nearer, np.inf).min())
