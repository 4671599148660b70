"""trials: one simulated data set after the other, each with the ranks of its truth.

Trial i of a plan is the same whatever else is run, before or after, here or in another process.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from em import Mixture, Parameters, Sample

if TYPE_CHECKING:
    from bayes.posterior.diagnostics import Diagnostics
    from bayes.posterior.posterior import Posterior

__all__ = ["RANKED", "Plan", "Trial", "Trials", "names", "reference_heights", "thin"]

Floats = NDArray[np.float64]
Fitter = Callable[..., "Posterior"]

RANKED = 199
"""Draws that a truth is ranked among, taken at even distances from all chains. Of 12,000 draws at
the gate's smallest effective size of 400, those are correlated by 2 % with their neighbours."""

BLOCK = 100
"""Truths that are drawn at a time, since PyMC takes longer to begin than to draw."""


@dataclass(frozen=True)
class Plan:
    """What is simulated and how it is fitted."""

    n_components: int = 2
    """The number of components, K."""
    n: int = 200
    """Values in each data set."""
    seed: int = 1
    """Of all truths, data sets and chains."""
    draws: int = 3000
    """Draws kept of each chain."""
    tune: int = 1000
    """Tuning draws of each chain."""
    chains: int = 4
    """How many chains."""


@dataclass(frozen=True)
class Trial:
    """What came of one simulated data set."""

    index: int
    """Its number."""
    truth: tuple[float, ...]
    """The parameters behind the data, in the order of `names`."""
    ranks: tuple[int, ...]
    """Of the truth among `RANKED` draws, in the order of `names`."""
    ok: bool
    """Whether the sampler passed its gate."""
    rhat: float | None
    """The largest R-hat of a parameter; None where it cannot be computed."""
    ess: float | None
    """The smallest effective sample size, of the bulk or the tail; None as above."""
    divergences: int
    """Draws whose trajectory diverged."""
    bfmi: float | None
    """The smallest BFMI of a chain; None as above."""
    mended: bool
    """Whether `bayes.fit` ran the chains more than once."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the gate was failed, in a few words each; empty where it was passed."""
        from bayes.posterior.diagnostics import BFMI_AT_LEAST, ESS_AT_LEAST, RHAT_AT_MOST

        if self.ok:
            return ()
        found = {
            f"R-hat above {RHAT_AT_MOST}": self.rhat is None or self.rhat > RHAT_AT_MOST,
            f"fewer than {ESS_AT_LEAST} effective draws": self.ess is None
            or self.ess < ESS_AT_LEAST,
            "draws diverged": self.divergences > 0,
            f"BFMI below {BFMI_AT_LEAST}": self.bfmi is None or self.bfmi < BFMI_AT_LEAST,
        }
        return tuple(reason for reason, holds in found.items() if holds) or ("another check",)

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers and lists, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Trial:
        """Back from `to_dict`.

        Raises
        ------
        KeyError, TypeError
            If something is missing or too much.
        """
        lists = {name: tuple(stored[name]) for name in ("truth", "ranks")}
        return cls(**{**stored, **lists})


class Trials:
    """Trials of a plan, by number.

    The priors are the default ones for the synthetic heights and stay the same for all data sets:
    priors that followed each data set would not be those that its truth was drawn from.

    Parameters
    ----------
    plan : Plan
    fit : callable, optional
        `bayes.fit`, or what is to be tested in its place.
    """

    def __init__(self, plan: Plan, fit: Fitter | None = None) -> None:
        from bayes.model.priors import Priors
        from bayes.sampler import sampling

        reference = Sample(reference_heights())
        self.plan = plan
        self.priors = Priors.weakly_informative(reference, plan.n_components)
        self._filled = self.priors.filled(reference, plan.n_components)
        self._truths: dict[int, Parameters] = {}
        self._fit = sampling.fit if fit is None else fit

    def run(self, index: int) -> Trial:
        """Draw the truth, simulate, fit, and rank.

        Parameters
        ----------
        index : int
            Zero or more.

        Returns
        -------
        Trial
        """
        plan = self.plan
        for_values, for_fit = _seeds(plan, 2, "trial", index)
        drawn = self._truth(index)
        truth = Mixture(*(value[0] for value in drawn))
        values, _ = truth.sample(plan.n, for_values)
        try:
            posterior = self._fit(
                values,
                plan.n_components,
                priors=self.priors,
                draws=plan.draws,
                tune=plan.tune,
                chains=plan.chains,
                seed=for_fit,
            )
        except Exception as error:
            error.add_note(f"in data set {index} of {plan}, drawn from {truth}")
            raise
        thinned = thin(Parameters(posterior.weights, posterior.means, posterior.sds), RANKED)
        draws = _quantities(thinned, values)
        at = _quantities(drawn, values)
        checks = posterior.diagnostics
        return Trial(
            index=index,
            truth=tuple(at[0, :-1].tolist()),
            ranks=tuple(np.sum(draws < at, axis=0).tolist()),
            ok=checks.ok,
            mended=bool(posterior.settings.note),
            **_worst(checks),
        )

    def _truth(self, index: int) -> Parameters:
        """The parameters of one trial, each of shape (1, K)."""
        block, row = divmod(index, BLOCK)
        if block not in self._truths:
            (seed,) = _seeds(self.plan, 1, "truths", block)
            self._truths[block] = self._filled.draw(BLOCK, seed)
        return Parameters(*(value[row : row + 1] for value in self._truths[block]))


def names(n_components: int) -> tuple[str, ...]:
    """What is ranked: the parameters, then the log-likelihood of the data.

    The log-likelihood depends on the data as well as on the parameters, and shows faults that no
    single parameter does (Modrák et al. 2023). The weight of a single component is no quantity.
    """
    K = n_components
    kinds = Parameters._fields if K > 1 else Parameters._fields[1:]
    return (*(f"{kind}[{k}]" for kind in kinds for k in range(K)), "loglik")


def reference_heights() -> Floats:
    """The synthetic heights of the original report, in cm, which the priors are chosen from."""
    stream = np.random.RandomState(666)
    return np.concatenate([stream.normal(176, 8, 600), stream.normal(164, 6, 400)])


def thin(draws: Parameters, n_kept: int) -> Parameters:
    """Draws at even distances from all chains, one after the other.

    Parameters
    ----------
    draws : Parameters
        Each of shape (chain, draw, K), with `n_kept` draws at least in all.
    n_kept : int

    Returns
    -------
    Parameters
        Each of shape (n_kept, K).
    """
    flat = [value.reshape(-1, value.shape[-1]) for value in draws]
    kept = np.arange(1, n_kept + 1) * len(flat[0]) // (n_kept + 1)
    return Parameters(*(value[kept] for value in flat))


def _seeds(plan: Plan, count: int, purpose: str, index: int) -> list[int]:
    key = ("truths", "trial").index(purpose), index
    return list(map(int, np.random.SeedSequence(plan.seed, spawn_key=key).generate_state(count)))


def _quantities(draws: Parameters, values: Floats) -> Floats:
    """The numbers that are ranked, one row for each draw, in the order of `names`."""
    loglik = [
        Mixture(*(value[i] for value in draws)).logpdf(values).sum()
        for i in range(len(draws.means))
    ]
    parameters = draws if draws.means.shape[1] > 1 else draws[1:]
    return np.column_stack([*parameters, loglik])


def _worst(checks: Diagnostics) -> dict[str, Any]:
    """The diagnostics that decide, over all parameters that vary."""
    first = 0 if checks.rhat.means.size > 1 else 1

    def each(*diagnostics: Parameters) -> Floats:
        return np.concatenate([value for found in diagnostics for value in found[first:]])

    return {
        "rhat": _finite(each(checks.rhat).max()),
        "ess": _finite(each(checks.ess_bulk, checks.ess_tail).min()),
        "divergences": checks.divergences,
        "bfmi": _finite(checks.bfmi.min()),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
