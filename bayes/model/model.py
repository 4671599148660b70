"""build_model: the mixture in PyMC, as one would write it on paper; nothing is sampled here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.transforms import Chain, Ordered, Transform, _default_transform

from bayes.model.density import observations
from bayes.model.names import COMPONENT, OBSERVATION, OBSERVED
from bayes.model.priors import Priors
from bayes.model.rounding import Lattice
from bayes.model.values import evaluated
from em import Sample, as_sample
from em.likelihood.density import HALF_LOG_2PI

__all__ = ["Increasing", "Standardised", "build_model", "checked_priors"]

ROOT_2 = np.sqrt(2.0)
Floats = NDArray[np.float64]

MOST = 1_000_000
"""Values that are observed one by one at the most."""
NARROW = 1e-4
"""Half of the step, in sds, up to which the density is as good as constant within a step."""


def build_model(
    sample: Any,
    n_components: int = 2,
    priors: Priors | None = None,
    *,
    observed: bool = True,
) -> pm.Model:
    """The K-component Gaussian mixture with the group of each value summed out.

    Value x_i with weight w_i adds ``w_i log sum_k weights_k Normal(x_i | means_k, sds_k)`` to the
    log-density. Where the sample is rounded to steps of h, the density of a component at x is the
    probability of what is rounded to x, over h:
    ``[Phi((x + h/2 - mean)/sd) - Phi((x - h/2 - mean)/sd)] / h``.

    The values are the observed variable ``x``, each as often as it was seen, so that PyMC's
    `sample_prior_predictive`, `sample_posterior_predictive`, `compute_log_likelihood` and
    `compute_log_prior` work; the last three take ``posterior.trace`` of `bayes.fit` as well as what
    `pymc.sample` gives. Squashed values, weights that are no counts, sampling weights and more
    than a million values cannot be observed one by one. Then, and where `observed` is false, the
    distinct values are counted and the same log-density is the potential ``loglik``: there is
    nothing that PyMC could predict or evaluate value by value, but many ties cost nothing. That
    is what `bayes.fit` samples from.

    The likelihood does not change when components swap names, so an order has to be chosen. Where
    all components have the same prior (read off its parameters, see `Priors.exchangeable`), the
    model samples ``free_weights``, ``free_means`` and ``free_sds`` in any order and publishes
    ``weights``, ``means`` and ``sds``: the same numbers sorted together by mean, draw by draw.
    That is the posterior of ordered components, and unlike PyMC's ordered transform it does not
    cut the space so that the sampler gets stuck. Its density lacks the factor K! of the ordered
    one, which matters only where evidence is compared. Where priors differ by component, the
    order carries meaning and the means are sampled in increasing order with that transform.

    The sampler moves means in units of the data's sd, so that the unit of the data does not
    matter to it.

    Parameters
    ----------
    sample : Sample or array_like of shape (n,)
        The data. They are ``values`` in the model, which `pymc.set_data` can exchange; where they
        are counted, the distinct ones, with ``sample_weights``.
    n_components : int
        K, at least 1. For K = 1 the weight is the constant 1.
    priors : Priors, optional
        Weakly informative ones by default.
    observed : bool
        Whether every value is observed by itself, where that can be.

    Returns
    -------
    pymc.Model
        With the variables ``weights``, ``means`` and ``sds``, each of shape (K,), means increasing.

    Raises
    ------
    TypeError, ValueError
        If the data, `n_components` or the priors are not what they should be; see `Sample` and
        `Priors.filled`.
    """
    data = as_sample(sample)
    chosen = checked_priors(priors).filled(data, n_components)
    K = int(n_components)
    sortable = chosen.exchangeable
    with pm.Model(coords={COMPONENT: range(K)}) as model:

        def free(name: str, **options: Any) -> Any:
            dist = getattr(chosen, name)
            return model.register_rv(dist, f"free_{name}", dims=COMPONENT, **options)

        free_weights = pt.ones(1) if K == 1 else free("weights")
        free_means = free("means", transform=_means_transform(chosen, data, sortable))
        free_sds = free("sds")

        order = pt.argsort(free_means) if sortable and K > 1 else slice(None)
        pm.Deterministic("weights", free_weights[order], dims=COMPONENT)
        pm.Deterministic("means", free_means[order], dims=COMPONENT)
        pm.Deterministic("sds", free_sds[order], dims=COMPONENT)

        given = observations(data) if observed and data.n <= MOST else None
        if given is not None:
            _observe(given, data.rounding, free_weights, free_means, free_sds)
        else:
            _count(data.collapse(), free_weights, free_means, free_sds)
    return model


def _observe(given: Floats, rounding: float, *parameters: Any) -> None:
    """Every value as an observation of its own."""
    values = pm.Data("values", given, dims=OBSERVATION)
    if rounding == 0.0:
        pm.NormalMixture(OBSERVED, *parameters, observed=values, dims=OBSERVATION)
        return
    lattice = Lattice(float(given[0]), rounding)

    def logp(x: Any, *parameters: Any) -> Any:
        return _rounded_mixture_logp(rounding, x, *parameters)

    def drawn(*parameters: Any) -> Any:
        *mixture, size = parameters
        return lattice.rounded(pm.NormalMixture.dist(*mixture, size=size))

    pm.CustomDist(
        OBSERVED,
        *parameters,
        logp=logp,
        dist=drawn,
        signature="(k),(k),(k)->()",
        class_name="RoundedNormalMixture",
        observed=values,
        dims=OBSERVATION,
    )


def _count(distinct: Sample, *parameters: Any) -> None:
    """The same log-density from the distinct values and their weights."""
    values = pm.Data("values", distinct.values)
    weights = pm.Data("sample_weights", distinct.weights)
    if distinct.rounding > 0:
        logp = _rounded_mixture_logp(distinct.rounding, values, *parameters)
    else:
        logp = pm.logp(pm.NormalMixture.dist(*parameters), values)
    pm.Potential("loglik", pt.sum(weights * logp))


def _rounded_mixture_logp(rounding: float, values: Any, weights: Any, means: Any, sds: Any) -> Any:
    each = _rounded_logp(values[..., None], means, sds, rounding)
    return pt.logsumexp(pt.log(weights) + each, axis=-1)


def _rounded_logp(values: Any, means: Any, sds: Any, rounding: float) -> Any:
    """Log of the probability of what is rounded to each value, over the step; entry by entry."""
    half = 0.5 * rounding / sds
    # The normal is symmetric, and above its mean the tails keep their digits.
    away = abs(values - means) / sds
    wide = pt.maximum(half, NARROW)
    tails = _log_tail(away - wide), _log_tail(away + wide)
    probability = pm.math.logdiffexp(*tails) - math.log(rounding)
    # The mean density of a narrow interval, whose tails are too alike to be subtracted.
    bend = pt.log1p((away**2 - 1.0) * half**2 / 6.0)
    density = -0.5 * away**2 - pt.log(sds) - HALF_LOG_2PI + bend
    return pt.switch(half > NARROW, probability, density)


def _log_tail(z: Any) -> Any:
    """Log of the standard normal's probability above z.

    PyMC's own has eight digits only, because it takes the root of two in single precision.
    """
    above = pt.log(0.5 * pt.erfcx(pt.maximum(z, 0.0) / ROOT_2)) - 0.5 * z**2
    below = pt.log(0.5 * pt.erfc(pt.minimum(z, 0.0) / ROOT_2))
    return pt.switch(z > 0.0, above, below)


class Standardised(Transform):
    """Distance from `location` in units of `scale`."""

    name = "standardised"
    ndim_supp = 0

    def __init__(self, location: float, scale: float) -> None:
        self.location = location
        self.scale = scale

    def forward(self, value: Any, *inputs: Any) -> Any:  # noqa: ARG002 - PyMC passes parameters
        """From the unit of the data."""
        return (value - self.location) / self.scale

    def backward(self, value: Any, *inputs: Any) -> Any:  # noqa: ARG002 - as above
        """To the unit of the data."""
        return self.location + self.scale * value

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:  # noqa: ARG002 - as above
        """Log of the derivative of `backward`, for each entry."""
        return pt.full_like(value, math.log(self.scale))


class Increasing(Ordered):
    """PyMC's transform to increasing values, for starts that do not increase as well.

    PyMC starts where each prior has its middle, which is mostly one place for all means: a gap of
    zero, whose log is not finite. Such gaps become 1. (A start given with `set_initval` would do,
    but PyMC cannot take the transforms off a model with one, as `compute_log_likelihood` does.)
    """

    name = "increasing"

    def forward(self, value: Any, *inputs: Any) -> Any:  # noqa: ARG002 - as above
        """The first value, and the logs of the gaps."""
        gaps = value[..., 1:] - value[..., :-1]
        logs = pt.log(pt.switch(gaps > 0.0, gaps, 1.0))
        return pt.concatenate([value[..., :1], logs], axis=-1)


def checked_priors(priors: Any) -> Priors:
    """The given priors, or the default where there are none; TypeError for anything else."""
    if priors is None:
        return Priors()
    if not isinstance(priors, Priors):
        raise TypeError(
            f"expected priors to be a bayes.Priors, got {type(priors).__name__}; for example "
            "bayes.Priors(means=pm.Normal.dist(170, 10))"
        )
    return priors


def _means_transform(priors: Priors, data: Sample, sortable: bool) -> Any:
    """How the means are moved: in units of the data's sd, and in order where order has meaning."""
    bounded = _default_transform(priors.means.owner.op, priors.means)
    standardised = Standardised(data.mean, data.sd)
    if sortable:
        # A prior on an interval brings a transform of its own, which has no unit.
        return pm.util.UNSET if bounded is not None else standardised
    if bounded is None:
        return Chain([standardised, Increasing()])
    _check_one_interval(priors, bounded)
    return Increasing()


def _check_one_interval(priors: Priors, bounded: Any) -> None:
    """Order means on the scale of the interval only if all components share the interval."""
    for point in (-1.0, 2.0):
        there = bounded.backward(pt.full((priors.n_components,), point), *priors.means.owner.inputs)
        (back,) = evaluated([there])
        if not np.allclose(back, back[0], rtol=1e-12, atol=0.0):
            raise ValueError(
                "expected means with the same limits for all components, got a prior whose "
                "limits differ; use one on the whole line, such as pm.Normal.dist([164, 176], 5)"
            )
