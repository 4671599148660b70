"""Nodes: what stands for the data of both fits, and how exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.comparison.exactness import stood_for
from compare.findings.terms import Data, data_of

if TYPE_CHECKING:
    from compare.comparison.exactness import Exactness
    from compare.comparison.table import Comparison

__all__ = ["ExactPass", "Nodes", "inexact", "on_nodes"]

WORTH_KNOWING = 0.05
"""An error of the log-likelihood that no interval would show; a larger one is told at the head."""


@dataclass(frozen=True)
class ExactPass:
    """What one pass over all of the data says."""

    loglik: float
    """At EM's estimate."""
    error: float
    """How far the nodes are from that, relative to it."""
    score: float
    """At EM's estimate, in standard errors."""
    draws: int
    """So many draws of the posterior were looked at."""
    largest: float
    """How far the log-likelihood is off at one of them, at most."""
    bound: float | None
    """The largest error bound there; None where there is none."""
    ok: bool
    """Whether the nodes say what the data say."""


@dataclass(frozen=True)
class Nodes:
    """Both fits saw nodes in place of the data."""

    count: int
    data: Data
    error_bound: float | None
    """Of the log-likelihood at EM's estimate; None where there is none."""
    exact: ExactPass | None
    could_be_read: bool
    """Whether a pass over the data was not made, but could be."""


def on_nodes(comparison: Comparison) -> Nodes | None:
    """What stands for the data, and what that costs.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Nodes or None
        None where both fits saw the data themselves.
    """
    fit, exact = comparison.fit, comparison.exactness
    if not stood_for(fit):
        return None
    return Nodes(
        count=len(fit.data),
        data=data_of(comparison),
        error_bound=fit.error_bound if math.isfinite(fit.error_bound) else None,
        exact=None if exact is None else _exact(exact),
        could_be_read=exact is None and comparison.case.again is not None,
    )


def inexact(comparison: Comparison) -> Nodes | None:
    """The same where nodes are not to be taken for the data; None where they may be."""
    fit, exact = comparison.fit, comparison.exactness
    if not stood_for(fit):
        return None
    sure = fit.error_bound < WORTH_KNOWING if exact is None else exact.ok
    return None if sure else on_nodes(comparison)


def _exact(exact: Exactness) -> ExactPass:
    certificate = exact.certificate
    return ExactPass(
        loglik=certificate.loglik,
        error=certificate.relative_error,
        score=certificate.gradient_norm,
        draws=exact.draws,
        largest=exact.largest,
        bound=exact.bound if math.isfinite(exact.bound) else None,
        ok=exact.ok,
    )
