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
from bayes.priors import Priors
from em import Mixture, Sample

__all__ = ["disperse", "locator", "starting_mixture"]

Floats = NDArray[np.float64]

NARROWEST = 1e-3
"""Smallest starting sd, in sds of the data: a collapsed group starts open again."""
LIGHTEST = 0.01
"""Smallest starting weight."""


def starting_mixture(start: Any, sample: Sample, n_components: int, seed: int) -> Mixture:
    """The mixture to start around: the given fit or mixture, or else an EM fit of the sample.

    Parameters
    ----------
    start : em.Fit, em.Mixture or None
    sample : Sample
    n_components : int
    seed : int
        Of the EM fit's own starts.

    Returns
    -------
    Mixture

    Raises
    ------
    TypeError
        If `start` is something else.
    ValueError
        If it has another number of components.
    """
    if start is None:
        try:
            return em.fit(sample, n_components, rng=seed).mixture
        except ValueError:
            # Too few distinct values for a maximum. A posterior exists all the same.
            return _side_by_side(sample, n_components)
    mixture = start.mixture if isinstance(start, em.Fit) else start
    if not isinstance(mixture, Mixture):
        raise TypeError(
            f"expected start to be an em.Fit or an em.Mixture, got {type(start).__name__}; for "
            "example start=em.fit(x), or leave it out"
        )
    if mixture.n_components != n_components:
        raise ValueError(
            f"expected a start with {n_components} components, got {mixture.n_components}; fit "
            "both with the same n_components"
        )
    return mixture


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
    model: pm.Model, priors: Priors, mixture: Mixture, sample: Sample
) -> Callable[[np.random.Generator], tuple[dict[str, Floats], Floats]]:
    """Make starting points for a PyMC model with any priors.

    A value that its prior does not allow is replaced by a draw from that prior.

    Parameters
    ----------
    model : pymc.Model
        From `bayes.build_model`.
    priors : Priors
        The `filled` priors that the model was built with.
    mixture : Mixture
        To start around.
    sample : Sample

    Returns
    -------
    callable
        From a `numpy.random.Generator` to the starting values by name, and to the same as one
        vector in the coordinates in which the model is sampled.
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

    def locate(rng: np.random.Generator) -> tuple[dict[str, Floats], Floats]:
        near = _free_values(model, disperse(mixture, sample, rng))
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
