"""starts: an EM fit becomes a different starting point for every chain.

Chains that start at the same point agree at first whatever the posterior is, which hides that
they have not converged. So each starts somewhere else, further apart than the posterior is wide
for a thousand values. Priors never see the fit; only the starts do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from numpy.typing import NDArray
from pytensor.compile.mode import Mode

import em
from bayes.model.priors import Priors
from em import Mixture, Parameters, Sample
from em.likelihood.mixture import standardised
from em.search.groups import Verdict, verdict

__all__ = ["disperse", "locator", "starting_mixtures"]

Floats = NDArray[np.float64]

NEGLIGIBLE = 15.0
"""Log-likelihood below that of the best maximum from which another one is no place to start."""
NARROWEST = 1e-3
"""Smallest starting sd, in sds of the data: a collapsed group starts open again."""
LIGHTEST = 0.01
"""Smallest starting weight."""


def starting_mixtures(
    start: Any, sample: Sample, n_components: int, seed: int
) -> tuple[Mixture, ...]:
    """The mixtures to start around: the maxima that EM found whose components are groups.

    Parameters
    ----------
    start : em.Fit, em.Mixture or None
        A fit that searched brings its maxima. Another fit, or a mixture, is one more place, if its
        components are groups.
    sample : Sample
    n_components : int
    seed : int
        Of the EM fit's own starts.

    Returns
    -------
    tuple of Mixture
        At least one; the likeliest maximum first, if there is any.

    Raises
    ------
    TypeError
        If `start` is something else.
    ValueError
        If it has another number of components.
    """
    given = start.mixture if isinstance(start, em.Fit) else start
    if not (given is None or isinstance(given, Mixture)):
        raise TypeError(
            f"expected start to be an em.Fit or an em.Mixture, got {type(start).__name__}; for "
            "example start=em.fit(x), or leave it out"
        )
    if given is not None and given.n_components != n_components:
        raise ValueError(
            f"expected a start with {n_components} components, got {given.n_components}; fit "
            "both with the same n_components"
        )
    searched = isinstance(start, em.Fit) and start.n_climbs > 1
    try:
        fit = start if searched else em.fit(sample, n_components, rng=seed)
    except ValueError:
        # Too few distinct values for a maximum. A posterior exists all the same.
        return (_side_by_side(sample, n_components) if given is None else given,)
    tops = [
        top.mixture for top in fit.optima
        if top.status is em.Status.CONVERGED and top.loglik > fit.loglik - NEGLIGIBLE
    ]  # fmt: skip
    if given is not None and given is not fit.mixture and _has_groups(given, fit):
        tops.append(given)
    return tuple(tops) or (_side_by_side(sample, n_components),)


def _has_groups(mixture: Mixture, fit: em.Fit) -> bool:
    """Whether all components of a mixture are groups, for the data of a fit."""
    at = standardised(mixture, fit.data.mean, fit.data.sd)
    return verdict(Parameters(*(v[0] for v in at)), fit.observed) is Verdict.GROUPS


def disperse(
    mixture: Mixture, sample: Sample, rng: np.random.Generator, floor: float = 0.0
) -> Mixture:
    """A mixture near the given one: its means moved by up to an sd of their group, and so on.

    Parameters
    ----------
    mixture : Mixture
    sample : Sample
        Gives the scale below which an sd is opened up.
    rng : numpy.random.Generator
    floor : float
        The new sds are above it, in the unit of the data.

    Returns
    -------
    Mixture
        Like every mixture in increasing order of mean, as the ordered transform needs.
    """
    K = mixture.n_components
    weights = np.maximum(mixture.weights, LIGHTEST) * np.exp(rng.uniform(-0.7, 0.7, K))
    # Within a step of rounded values an sd hardly matters, so that the sampler would get lost.
    sds = np.maximum(mixture.sds, max(NARROWEST * sample.sd, 0.5 * sample.rounding, 1.5 * floor))
    means = mixture.means + sds * rng.uniform(-1.0, 1.0, K)
    sds = np.maximum(sds * np.exp(rng.uniform(-0.5, 0.5, K)), 1.2 * floor)
    return Mixture(weights / weights.sum(), means, sds)


def locator(
    model: pm.Model, priors: Priors
) -> Callable[[Mixture, np.random.Generator], tuple[dict[str, Floats], Floats]]:
    """Make starting points for a PyMC model with any priors.

    A value that its prior does not allow is replaced by a draw from that prior.

    Parameters
    ----------
    model : pymc.Model
        From `bayes.build_model`.
    priors : Priors
        The `filled` priors that the model was built with.

    Returns
    -------
    callable
        From a mixture and a `numpy.random.Generator` to the starting values by name, and to the
        same as one vector in the coordinates in which the model is sampled.
    """
    spare = priors.draw(200, seed=0)
    inputs, outputs = [], []
    for variable in model.free_RVs:
        value = variable.type(f"start_{variable.name}")
        transform = model.rvs_to_transforms[variable]
        moved = value if transform is None else transform.forward(value, *variable.owner.inputs)
        inputs.append(value)
        outputs.append(moved)
    forward = pytensor.function(inputs, outputs, mode=Mode("py", None), on_unused_input="ignore")

    def locate(mixture: Mixture, rng: np.random.Generator) -> tuple[dict[str, Floats], Floats]:
        near = _free_values(model, mixture)
        row = rng.integers(len(spare.means))
        prior = _free_values(model, Mixture(*(value[row] for value in spare)))
        for name, moved in zip(near, forward(*near.values()), strict=True):
            if not np.isfinite(moved).all():
                near[name] = prior[name]
        return near, np.concatenate([np.ravel(part) for part in forward(*near.values())])

    return locate


def _free_values(model: pm.Model, mixture: Mixture) -> dict[str, Floats]:
    """The mixture as values of the model's free variables, by name."""
    every = {
        "free_weights": mixture.weights,
        "free_means": mixture.means,
        "free_sds": mixture.sds,
    }
    return {variable.name: every[variable.name] for variable in model.free_RVs}


def _side_by_side(sample: Sample, n_components: int) -> Mixture:
    K = n_components
    middles = (np.arange(K) + 0.5) / K
    means = np.quantile(sample.collapse().values, middles)
    return Mixture(np.full(K, 1.0 / K), means, np.full(K, sample.sd / K))
