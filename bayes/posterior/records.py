"""records: what is kept with a posterior of how its draws were made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bayes.model.reasons import Reason, read_reason, write_reason

__all__ = ["Failing", "Mended", "Published", "Second", "Settings"]

Failing = Literal[
    "R-hat",
    "bulk effective sample size",
    "tail effective sample size",
    "divergences",
    "BFMI",
    "two routes",
    "modes",
]
"""Checks of draws by name."""

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


@dataclass(frozen=True)
class Mended:
    """Chains that ran once more because a check failed; each number before and after."""

    failed: tuple[Failing, ...]
    """What the first draws failed on; at least one."""
    still: tuple[Failing, ...]
    """What those fail on that took their place; empty if they pass."""
    draws: tuple[int, int]
    """Of each chain."""
    tune: tuple[int, int]
    """The same for tuning draws."""
    target_accept: tuple[float, float]
    """The acceptance rate that the step size was tuned for."""


@dataclass(frozen=True)
class Settings:
    """How the draws were made."""

    sampler: str
    """``"nutpie"`` or ``"pymc"``."""
    density: str
    """What computed the log-density: ``"fused"`` (compiled once for all) or ``"pymc"``."""
    chains: int
    """How many chains."""
    draws: int
    """Draws of each chain, tuning apart; more than asked for if `note` says so."""
    tune: int
    """Tuning draws of each chain, which are not kept; more than asked for if `note` says so."""
    target_accept: float
    """The acceptance rate that the step size was tuned for; higher if `note` says so."""
    seed: int
    """The seed; drawn from the system where none was given, so that a run can be repeated."""
    seconds_compile: float
    """Wall time to load the sampler and to build and compile the model, in seconds."""
    seconds_sample: float
    """Wall time to sample, in seconds."""
    priors: tuple[tuple[str, str, Reason], ...]
    """What `Priors.describe` said: (parameter, distribution, reason)."""
    note: Mended | str = ""
    """What had to be done about draws that failed a check; empty where nothing was, and text in
    posteriors that were saved before it was a record."""
    second: Second | None = None
    """What the second route to the posterior says, and whose draws these are; None where there
    was one route only."""
    exact_priors: dict[str, Any] | None = None
    """The priors to the last digit, as `Priors.to_dict` gives them; see `Posterior.priors`. None
    where they cannot be written so, and in posteriors saved before they were kept."""

    def to_json(self) -> str:
        """Text that `from_json` reads, with every number as it is."""
        priors = [(name, written, write_reason(why)) for name, written, why in self.priors]
        return json.dumps({**asdict(self), "priors": priors})

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The settings that `to_json` wrote."""
        found = json.loads(text)
        found["priors"] = tuple(
            (name, written, read_reason(why)) for name, written, why in found["priors"]
        )
        if isinstance(found.get("note"), dict):
            found["note"] = Mended(**{name: tuple(pair) for name, pair in found["note"].items()})
        if found.get("second") is not None:
            found["second"] = Second(**found["second"])
        return cls(**found)
