"""Criticism: whether the model fits, whether the prior speaks, and whether the names matter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

import em

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bayes import Agreement, Check, LabelChange, Loo, Posterior, Priors
    from bayes.criticism.prior_predictive import PriorPredictive
    from bayes.criticism.sensitivity import Sensitivity
    from bayes.criticism.tops import TopShares
    from compare.comparison.rivals import Rivals
    from em.likelihood.mixture import Order

__all__ = ["Criticism", "criticise"]

DRAWS = 4000
"""Of the posterior, for what would take longer with more and hardly change."""


@dataclass(frozen=True, eq=False)
class Criticism:
    """What speaks for and against a model and its posterior. Made by `criticise`."""

    checks: tuple[Check, ...]
    """The data beside data sets drawn from the posterior; none of sampling weights."""
    loo: Loo | None
    """Each value predicted from the others."""
    sensitivity: Sensitivity | None
    """How far a stronger or weaker prior would move each parameter."""
    agreement: Agreement | None
    """Whether the data or the prior speak, parameter by parameter; None if EM has no maximum."""
    prior_predictive: PriorPredictive
    """What the prior expected before the data."""
    penalised: em.Fit | None
    """EM with a penalty on small sds; None where EM was asked for more than the number of groups
    and whether their sds are equal, or was penalised already."""
    labels: tuple[LabelChange, ...]
    """What other ways to name the components would change; empty with a single one."""
    rivals: Rivals | None = None
    """Other numbers of components by Bayes, where they were asked for."""
    tops: TopShares | None = None
    """Which share of the posterior each of EM's maxima holds, where there are several."""
    not_made: Mapping[str, str] = field(default_factory=dict)
    """Why something above is None, by its name."""
    by_sd: Criticism | None = None
    """The same of the components in order of sd, where that names the groups."""


def criticise(
    fit: em.Fit,
    posterior: Posterior,
    sample: em.Sample,
    level: float = 0.95,
    rng: int = 0,
    *,
    priors: Priors | None = None,
    thorough: bool = False,
    names_by: Order = "mean",
) -> Criticism:
    """Put a model and its posterior to the test.

    Parameters
    ----------
    fit : em.Fit
        With as many components as the posterior.
    posterior : bayes.Posterior
        Its components in order of mean.
    sample : em.Sample
        The data; the posterior may have seen nodes in their place.
    level : float
        Of the intervals in `Criticism.agreement`.
    rng : int
        A seed.
    priors : bayes.Priors, optional
        What `bayes.fit` was given; the default priors by default.
    thorough : bool
        Whether to sample and compare other numbers of components as well, which takes as long as
        sampling each of them.
    names_by : {"mean", "sd"}
        What names the groups in sentences, see `Comparison.names_by`.

    Returns
    -------
    Criticism
    """
    from bayes.criticism.checks import check
    from bayes.criticism.loo import loo
    from bayes.criticism.prior_predictive import prior_predictive
    from bayes.criticism.sensitivity import sensitivity
    from bayes.posterior.relabelling import ORDERS
    from compare.comparison.rivals import rivals

    not_made: dict[str, str] = {}

    def tried[T](name: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ValueError as error:
            not_made[name] = str(error)
            return None

    few = _thinned(posterior)
    penalised = _penalised(fit, rng)

    def of_names(order: Order) -> tuple[Sensitivity | None, Agreement | None]:
        """What depends on which component is called what."""
        one, thin = posterior.relabelled(order), few.relabelled(order)
        moved = tried(
            "sensitivity", lambda: sensitivity(_moving(thin), sample=sample, priors=priors)
        )
        return moved, tried("agreement", lambda: _agreement(fit, one, penalised, level, moved))

    def changes(order: Order) -> tuple[LabelChange, ...]:
        others = [other for other in ORDERS if other != order and fit.n_components > 1]
        return tuple(few.label_change(other, order) for other in others)

    moved, standing = of_names("mean")
    found = Criticism(
        checks=() if fit.is_pseudo else check(posterior, sample, rng),
        loo=tried("loo", lambda: loo(posterior, sample)),
        sensitivity=moved,
        agreement=standing,
        prior_predictive=prior_predictive(posterior, rng),
        penalised=penalised,
        labels=changes("mean"),
        rivals=(
            tried("rivals", lambda: rivals(fit, posterior, sample, rng, priors=priors))
            if thorough and not fit.is_pseudo
            else None
        ),
        tops=tried("tops", lambda: _tops(fit, posterior, rng, wider=priors is None)),
        not_made=not_made,
    )
    if names_by == "mean":
        return found
    moved, standing = of_names("sd")
    named = replace(found, sensitivity=moved, agreement=standing, labels=changes("sd"))
    return replace(found, by_sd=named)


def _thinned(posterior: Posterior) -> Posterior:
    """The same with fewer draws, evenly spaced over all chains."""
    chains, length, _ = posterior.means.shape
    step = -(-chains * length // DRAWS)
    if step < 2:
        return posterior
    data = posterior.data.copy()
    for group in ("posterior", "sample_stats"):
        part = data[group].to_dataset().isel(draw=slice(None, None, step))
        data[group] = xr.DataTree(part)
    return type(posterior)(data)


def _penalised(fit: em.Fit, rng: int) -> em.Fit | None:
    if fit.coordinates.fixed is not None or fit.penalty > 0:
        return None
    return em.fit(fit.data, fit.n_components, equal_sds=fit.equal_sds, penalty=True, rng=rng)


def _tops(fit: em.Fit, posterior: Posterior, rng: int, *, wider: bool) -> TopShares | None:
    from bayes.criticism.tops import top_shares, under_wider_priors

    draws = em.Parameters(posterior.weights, posterior.means, posterior.sds)
    found = top_shares(fit, draws)
    if found is None or not wider:
        return found
    return top_shares(fit, draws, under_wider_priors(fit, rng))


def _agreement(
    fit: em.Fit,
    posterior: Posterior,
    penalised: em.Fit | None,
    level: float,
    moved: Sensitivity | None,
) -> Agreement:
    from bayes.criticism.sensitivity import agreement

    if not fit.converged:
        raise ValueError(f"expected a fit at a maximum, got one that is {fit.status.message}")
    return agreement(fit, _moving(posterior), penalised, level=level, moved=moved)


def _moving(posterior: Posterior) -> Posterior:
    """The posterior, or a ValueError if some parameter of it is the same in all draws."""
    shown = [posterior.means, posterior.sds]
    if posterior.n_components > 1:  # else the weight is always 1
        shown.append(posterior.weights)
    if any(np.ptp(draws, axis=(0, 1)).min() == 0.0 for draws in shown):
        raise ValueError("expected draws that vary, got a parameter that never does; sample more")
    return posterior
