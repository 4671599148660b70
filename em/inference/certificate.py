"""Certificate: what one exact pass over all of the data says about an estimate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from em.data.sample import Sample, as_sample
from em.inference.estimate import Estimate
from em.likelihood.curvature import curvature
from em.likelihood.information import Pass, sweep
from em.likelihood.observed import Observed
from em.search.ascent import Status

__all__ = ["Certificate", "certified"]


@dataclass(frozen=True)
class Certificate:
    """What one exact pass over all of the data says about a fit."""

    loglik: float
    """The log-likelihood of the fit's mixture on all of the data."""
    relative_error: float
    """How far `Fit.loglik` is from it, relative to it, or to n, which has no unit, if larger."""
    gradient_norm: float
    """The score on all of the data, in standard errors."""
    rounding: float = 0.0
    """How far the means can be moved by their last digit, in standard errors: data far from
    zero leave little room."""

    @property
    def ok(self) -> bool:
        """Whether the log-likelihood is right to 1e-12 and the score below 1e-6.

        The score is allowed what the last digit of the means costs on top.
        """
        return self.relative_error < 1e-12 and self.gradient_norm < 1e-6 + 2 * self.rounding


def certified(fit: Estimate, pieces: Iterable[ArrayLike | Sample]) -> Certificate:
    """Check an estimate by a pass over the data, piece by piece; see `em.Fit.certify`.

    Parameters
    ----------
    fit : Estimate
    pieces : iterable of array_like or Sample

    Returns
    -------
    Certificate

    Raises
    ------
    TypeError, ValueError
        As `em.Sample` does, and if there is no piece.
    """
    center, unit = fit.data.mean, fit.data.sd
    n, total = 0.0, None
    for piece in pieces:
        sample = as_sample(piece, fit.sample.rounding)
        every = Observed(sample.values, sample.weights, sample.rounding / unit)
        # All that a pass yields are sums, of which the penalty is a part once.
        penalty = fit.penalty if total is None else 0.0
        found = sweep(every, fit.at, fit.coordinates, penalty, (center, unit))
        total = found if total is None else Pass(*map(np.add, total, found))
        n += sample.n
    if total is None:
        raise ValueError("expected the data of the fit, got an iterator without any")
    loglik = float(total.loglik[0]) - n * float(np.log(unit)) + fit.penalty_term
    collapsed = fit.status is Status.COLLAPSED
    return Certificate(
        loglik=loglik,
        relative_error=abs(fit.loglik - loglik) / max(abs(loglik), n),
        gradient_norm=np.inf if collapsed else float(curvature(total).gradient_norm()[0]),
        rounding=_last_digit(fit),
    )


def _last_digit(fit: Estimate) -> float:
    """The last digit of the means in their standard errors."""
    errors = fit.standard_errors().means
    if not (errors > 0).any():
        return 0.0
    return float(np.spacing(np.abs(fit.mixture.means).max()) / errors[errors > 0].min())
