"""Diagnostics: whether the draws can be believed, and in plain words why not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes.posterior.records import Failing, Second
from em import Parameters

__all__ = ["BFMI_AT_LEAST", "ESS_AT_LEAST", "RHAT_AT_MOST", "Diagnostics"]

Floats = NDArray[np.float64]

RHAT_AT_MOST = 1.01
"""Of the rank-normalised split R-hat (Vehtari et al. 2021)."""
ESS_AT_LEAST = 400
"""Of the bulk and the tail effective sample size, over all chains (Vehtari et al. 2021)."""
BFMI_AT_LEAST = 0.3
"""Of each chain's Bayesian fraction of missing information (Betancourt 2016)."""


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """What is known of the draws' quality, and the gate that they pass or fail.

    The gate: R-hat at most 1.01 and bulk and tail effective sample sizes of at least 400 for
    every parameter, no divergences, and a BFMI of at least 0.3 in every chain; and a second route
    to the posterior that comes to the same (`bayes.sampler.second`). Draws of the sequential run
    have no chains: theirs are the effective sample size and the second route. A value that cannot
    be computed fails the gate; the weight of a single component is a constant and is left out.
    """

    rhat: Parameters
    """Rank-normalised split R-hat of each parameter, each of shape (K,); 1 is ideal."""
    ess_bulk: Parameters
    """Effective number of draws for the middle of each posterior, each of shape (K,)."""
    ess_tail: Parameters
    """The same for its 5 % and 95 % quantiles, the smaller of the two, each of shape (K,)."""
    divergences: int
    """Draws after tuning whose trajectory diverged."""
    bfmi: Floats
    """Bayesian fraction of missing information, of shape (chain,)."""
    draws: int
    """Draws of each chain, which the advice is based on."""
    tune: int
    """Tuning draws of each chain."""
    target_accept: float
    """The acceptance rate that the step size was tuned for."""
    second: Second | None = None
    """How the two routes to the posterior compare; None where there was only one."""

    @property
    def ok(self) -> bool:
        """Whether the draws pass the gate."""
        return not self.messages

    @property
    def messages(self) -> tuple[str, ...]:
        """One plain sentence for each check that fails: what, by how much, and what to try."""
        return tuple(message for message in self._by_check.values() if message)

    @property
    def failed(self) -> tuple[Failing, ...]:
        """The names of the checks that fail, such as ``"R-hat"``, in the order of `messages`."""
        return tuple(name for name, message in self._by_check.items() if message)

    @property
    def _by_check(self) -> dict[Failing, str]:
        """What each check has to say; empty if it passes."""
        said: dict[Failing, str] = {
            "R-hat": "" if self.by_sequential else self._rhat_message(),
            "bulk effective sample size": self._ess_message("bulk", self.ess_bulk),
            "tail effective sample size": self._ess_message("tail", self.ess_tail),
            "divergences": "" if self.by_sequential else self._divergence_message(),
            "BFMI": "" if self.by_sequential else self._bfmi_message(),
        }
        if self.second is not None:
            said["two routes"] = self._route_message(self.second)
            said["modes"] = self._mode_message(self.second)
        return said

    @property
    def by_sequential(self) -> bool:
        """Whether the draws are those of the sequential run, and not of the chains.

        Those chains did not find the posterior, or not its shares: their R-hat (within the places
        where they are), divergences and BFMI are told and judge nothing.
        """
        return self.second is not None and self.second.published == "sequential"

    def _route_message(self, second: Second) -> str:
        if self.by_sequential and second.size < ESS_AT_LEAST:
            return (
                "Importance sampling, which the sequential run is held against, has an effective "
                f"size of {second.size:.0f} only, below {ESS_AT_LEAST}: part of the posterior may "
                "be missing; try another seed or stronger priors."
            )
        if second.difference <= second.allowed:
            return ""
        routes = (
            "The sequential run and importance sampling"
            if self.by_sequential
            else "The chains and the sequential run"
        )
        return (
            f"{routes} differ by {second.difference:.2f} posterior sds on {second.parameter}, "
            f"more than the {second.allowed:.2f} that do not matter or that chance explains: "
            "part of the posterior may be missing; try another seed, more draws or stronger priors."
        )

    def _mode_message(self, second: Second) -> str:
        if second.unseen == 0:
            return ""
        many = "A maximum" if second.unseen == 1 else f"{second.unseen} maxima"
        return (
            f"{many} of the likelihood with a share of the posterior that is not negligible "
            "holds no draw: part of the posterior is missing; try another seed or stronger priors."
        )

    def _rhat_message(self) -> str:
        bad = {name: v for name, v in _named(self.rhat) if not v <= RHAT_AT_MOST}
        if not bad:
            return ""
        name, value = max(bad.items(), key=lambda item: _nan_as(math.inf, item[1]))
        if math.isnan(value):
            return (
                f"R-hat cannot be computed for {_list(bad)}: it takes at least two chains of "
                "four draws that are not all the same; try chains=4 and more draws."
            )
        return (
            f"R-hat is {value:.3f} for {name}, above {RHAT_AT_MOST}{_others(bad)}: the chains "
            f"have not agreed yet; try more draws and tuning, for example "
            f"draws={2 * self.draws}, tune={max(1000, 2 * self.tune)}."
        )

    def _ess_message(self, kind: str, ess: Parameters) -> str:
        bad = {name: v for name, v in _named(ess) if not v >= ESS_AT_LEAST}
        if not bad:
            return ""
        name, value = min(bad.items(), key=lambda item: _nan_as(-math.inf, item[1]))
        if math.isnan(value):
            return (
                f"The {kind} effective sample size cannot be computed for {_list(bad)}: the "
                "draws are too few or all the same; try draws=3000."
            )
        enough = math.ceil(1.3 * self.draws * ESS_AT_LEAST / max(value, 1.0) / 100) * 100
        return (
            f"The {kind} effective sample size is {value:.0f} for {name}, below "
            f"{ESS_AT_LEAST}{_others(bad)}: the {kind} of its posterior is known too roughly; "
            f"try draws={min(enough, 50 * self.draws)}."
        )

    def _divergence_message(self) -> str:
        if self.divergences == 0:
            return ""
        total = self.draws * self.bfmi.size
        higher = 1.0 - 0.5 * (1.0 - max(self.target_accept, 0.9))
        return (
            f"{self.divergences} of {total} draws diverged: a narrow part of the posterior may "
            f"have been missed; try target_accept={higher:.4g}."
        )

    def _bfmi_message(self) -> str:
        low = ~(self.bfmi >= BFMI_AT_LEAST)
        if not low.any():
            return ""
        value = self.bfmi[low]
        worst = "not a number" if np.isnan(value).any() else f"{value.min():.2f}"
        return (
            f"The energy statistic BFMI is {worst} in {low.sum()} of {low.size} chains, below "
            f"{BFMI_AT_LEAST}: the tails of the posterior are explored slowly; try more tuning, "
            f"for example tune={max(2000, 2 * self.tune)}, or priors with lighter tails."
        )


def _named(values: Parameters) -> list[tuple[str, float]]:
    """Names such as ``means[0]`` with their values, without the weight of a single component."""
    return [
        (f"{parameter}[{k}]", float(value))
        for parameter, vector in zip(Parameters._fields, values, strict=True)
        for k, value in enumerate(vector)
        if not (parameter == "weights" and len(vector) == 1)
    ]


def _nan_as(stand_in: float, value: float) -> float:
    return stand_in if math.isnan(value) else value


def _list(bad: dict[str, float]) -> str:
    return ", ".join(bad)


def _others(bad: dict[str, float]) -> str:
    return f" (and for {len(bad) - 1} more)" if len(bad) > 1 else ""
