"""Ranking: where the truth lies among the draws of its posterior, and what the sampler's gate says.

Where truths come from the prior, they rank evenly if the posterior is right:
`compare.study.calibration`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import em

if TYPE_CHECKING:
    from bayes.posterior.diagnostics import Diagnostics
    from bayes.posterior.posterior import Posterior

__all__ = ["RANKED", "Ranking", "names", "rank", "thin"]

Floats = NDArray[np.float64]

RANKED = 199
"""Draws that a truth is ranked among, taken at even distances from all chains. Of 12,000 draws at
the gate's smallest effective size of 400, those are correlated by 2 % with their neighbours."""


@dataclass(frozen=True)
class Ranking:
    """The ranks of one truth. Failures of the gate are ranked like all others."""

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

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Ranking:
        """Back from `dataclasses.asdict`.

        Raises
        ------
        KeyError, TypeError
            If something is missing or too much.
        """
        lists = {name: tuple(stored[name]) for name in ("truth", "ranks")}
        return cls(**{**stored, **lists})


def names(n_components: int) -> tuple[str, ...]:
    """What is ranked: the parameters, then the log-likelihood of the data.

    The log-likelihood depends on the data as well as on the parameters, and shows faults that no
    single parameter does (Modrák et al. 2023). The weight of a single component is no quantity.
    """
    K = n_components
    kinds = em.Parameters._fields if K > 1 else em.Parameters._fields[1:]
    return (*(f"{kind}[{k}]" for kind in kinds for k in range(K)), "loglik")


def rank(posterior: Posterior, truth: em.Mixture, values: Floats) -> Ranking:
    """Rank the truth among the draws of the posterior.

    Parameters
    ----------
    posterior : bayes.Posterior
    truth : em.Mixture
        What the values were drawn from.
    values : ndarray of shape (n,)

    Returns
    -------
    Ranking
    """
    drawn = em.Parameters(posterior.weights, posterior.means, posterior.sds)
    draws = _quantities(thin(drawn, RANKED), values)
    at = _quantities(em.Parameters(*(value[None] for value in truth.parameters)), values)
    checks = posterior.diagnostics
    return Ranking(
        truth=tuple(at[0, :-1].tolist()),
        ranks=tuple(np.sum(draws < at, axis=0).tolist()),
        ok=checks.ok,
        mended=bool(posterior.settings.note),
        **_worst(checks),
    )


def thin(draws: em.Parameters, n_kept: int) -> em.Parameters:
    """Draws at even distances from all chains, one after the other.

    Parameters
    ----------
    draws : em.Parameters
        Each of shape (chain, draw, K), with `n_kept` draws at least in all.
    n_kept : int

    Returns
    -------
    em.Parameters
        Each of shape (n_kept, K).
    """
    flat = [value.reshape(-1, value.shape[-1]) for value in draws]
    kept = np.arange(1, n_kept + 1) * len(flat[0]) // (n_kept + 1)
    return em.Parameters(*(value[kept] for value in flat))


def _quantities(draws: em.Parameters, values: Floats) -> Floats:
    """The numbers that are ranked, one row for each draw, in the order of `names`."""
    loglik = [em.Mixture(*draws.rows(i)).logpdf(values).sum() for i in range(len(draws.means))]
    parameters = draws if draws.means.shape[1] > 1 else draws[1:]
    return np.column_stack([*parameters, loglik])


def _worst(checks: Diagnostics) -> dict[str, Any]:
    """The diagnostics that decide, over all parameters that vary."""
    first = 0 if checks.rhat.means.size > 1 else 1

    def each(*diagnostics: em.Parameters) -> Floats:
        return np.concatenate([value for found in diagnostics for value in found[first:]])

    return {
        "rhat": _finite(each(checks.rhat).max()),
        "ess": _finite(each(checks.ess_bulk, checks.ess_tail).min()),
        "divergences": checks.divergences,
        "bfmi": _finite(checks.bfmi.min()),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
