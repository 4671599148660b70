"""records: what is kept with a posterior of how the two routes to it compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Published", "Second"]

Published = Literal["chains", "sequential"]


@dataclass(frozen=True)
class Second:
    """What the two routes say of each other; kept with the settings of a posterior."""

    published: Published
    """Whose draws the posterior's are."""
    parameter: str
    """The parameter on which the routes differ most, for what chance allows."""
    difference: float
    """By how much its mean or an end of its 95% interval differs, in posterior sds."""
    allowed: float
    """How much may differ: 0.15 and two Monte Carlo errors."""
    size: float
    """Effective size of an importance sample from what the sequential run proposed."""
    unseen: int
    """How many of EM's maxima have a share of the posterior of their own, by Laplace's
    approximation, that the sequential run has not seen."""
    log_evidence: float
    """Log of the marginal likelihood, by the sequential run."""
    log_evidence_se: float
    """Its standard error."""
    rhat: dict[str, list[float]]
    """Of the chains that are at the same place, the largest of all such places."""
    ess: dict[str, list[float]]
    """Effective numbers of draws of the sequential run."""
    divergences: int
    """Of the chains."""
    seconds: float
    """Wall time of the sequential run."""
