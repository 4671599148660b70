"""sensitivity: whether the data or the priors speak in a posterior, parameter by parameter.

Power scaling (Kallioinen et al. 2024): raise the prior, or the likelihood, to a power a little
above and below one, and see by importance sampling how far each posterior moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayes.model.density import log_likelihood, log_prior
from bayes.model.priors import Priors
from bayes.posterior.posterior import Posterior
from em import Fit, Parameters, Sample
from em.likelihood.mixture import Order

__all__ = [
    "Agreement",
    "Sensitivity",
    "SensitivityRow",
    "Standing",
    "agreement",
    "sensitivity",
]

Floats = NDArray[np.float64]

POWERS = (0.99, 1.01)
THRESHOLD = 0.05
"""Distance for each doubling of the power above which a posterior counts as sensitive."""
FEWEST_DRAWS = 100
MUCH_NARROWER, HARDLY_NARROWER = 0.5, 0.9
"""Posterior sd over prior sd below which the data speak, and above which they add nothing."""


@dataclass(frozen=True)
class SensitivityRow:
    """How far one parameter's posterior moves with the prior and with the likelihood.

    In distances between distribution functions (cumulative Jensen-Shannon) for each doubling of
    the power; 0.05 is where it starts to count.
    """

    name: str
    """``weights[0]`` to ``sds[K-1]``."""
    prior: float
    """How far it moves with the prior."""
    likelihood: float
    """How far it moves with the likelihood."""

    @property
    def verdict(self) -> str:
        """``fine``, ``conflict`` or ``strong prior``, after Kallioinen et al."""
        if not self.prior >= THRESHOLD:
            return "fine"
        return "conflict" if self.likelihood >= THRESHOLD else "strong prior"

    @property
    def sentence(self) -> str:
        """What it says, in plain words."""
        said = {
            "fine": "a somewhat different prior would hardly change it",
            "conflict": "prior and data both move it: they may pull in different directions",
            "strong prior": "the prior moves it and the data hardly do",
        }
        return (
            f"{self.name}: {said[self.verdict]} (prior {self.prior:.2f}, data "
            f"{self.likelihood:.2f})."
        )


@dataclass(frozen=True)
class Sensitivity:
    """The power-scaling sensitivity of every parameter. Made by `sensitivity`."""

    rows: tuple[SensitivityRow, ...]
    """In the order weights, means, sds; without the weight of a single component."""

    def __getitem__(self, name: str) -> SensitivityRow:
        """The row of a parameter, such as ``"weights[0]"``."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no parameter {name!r}; there are {[row.name for row in self.rows]}")

    @property
    def ok(self) -> bool:
        """Whether no parameter hangs on the prior."""
        return all(row.verdict == "fine" for row in self.rows)

    @property
    def verdict(self) -> str:
        """What it says of all parameters, in plain words."""
        if self.ok:
            return "A somewhat stronger or weaker prior would hardly change any parameter."
        both = [row.name for row in self.rows if row.verdict == "conflict"]
        strong = [row.name for row in self.rows if row.verdict == "strong prior"]
        parts = []
        if both:
            parts.append(f"prior and data both move {', '.join(both)}, perhaps apart")
        if strong:
            parts.append(f"the prior moves {', '.join(strong)} and the data hardly do")
        found = "; ".join(parts)
        return f"{found[0].upper()}{found[1:]}."


def sensitivity(
    posterior: Posterior, *, sample: Sample | None = None, priors: Priors | None = None
) -> Sensitivity:
    """How far each posterior moves if the prior, or the likelihood, is a little stronger or weaker.

    Parameters
    ----------
    posterior : Posterior
    sample : Sample, optional
        The data that default priors were worked out from, where the posterior was sampled from
        squashed ones.
    priors : Priors, optional
        What `bayes.fit` was given; the default priors by default.

    Returns
    -------
    Sensitivity

    Raises
    ------
    ValueError
        If the priors are not those of the posterior, or if there are fewer than 100 draws or
        they do not vary.
    """
    chosen = posterior.priors(sample, priors)
    # Priors that differ by component are about components in order of their means.
    draws = posterior.relabelled("mean").joined()
    shape = posterior.means.shape[:2]
    logs = log_prior(draws, chosen), log_likelihood(draws, posterior.sample)
    if logs[0].size < FEWEST_DRAWS or min(map(np.ptp, logs)) == 0.0:
        raise ValueError(
            f"expected at least {FEWEST_DRAWS} draws that vary, got {logs[0].size} of "
            f"{np.unique(logs[0]).size} different densities; sample more"
        )
    prior, likelihood = (_weights(log.reshape(shape)) for log in logs)
    return Sensitivity(
        tuple(
            SensitivityRow(name, _moved(values, prior), _moved(values, likelihood))
            for name, values in _named(posterior)
        )
    )


def _weights(logs: Floats) -> tuple[Floats, Floats]:
    """Importance weights at the lower and the upper power, each of shape (chain, draw)."""
    statistics = _array_statistics()
    lower, upper = (
        np.exp(statistics.power_scale_lw(logs, alpha=power, axis=(-2, -1))) for power in POWERS
    )
    return lower / lower.sum(), upper / upper.sum()


def _moved(values: Floats, weights: tuple[Floats, Floats]) -> float:
    return float(_array_statistics().power_scale_sense(values, *weights, *POWERS))


def _named(posterior: Posterior) -> Iterator[tuple[str, Floats]]:
    for parameter in Parameters._fields:
        draws = getattr(posterior, parameter)
        for k in range(posterior.n_components):
            if not (parameter == "weights" and posterior.n_components == 1):
                yield f"{parameter}[{k}]", draws[..., k]


@dataclass(frozen=True)
class Standing:
    """Where maximum likelihood and the posterior of one parameter stand to each other."""

    name: str
    """``weights[0]`` to ``sds[K-1]``."""
    estimate: float
    """The maximum-likelihood estimate."""
    confidence: tuple[float, float]
    """Its confidence interval by profile likelihood; an end may be infinite, or NaN."""
    penalised: float
    """The estimate with a penalty on small sds; NaN where there is none."""
    mean: float
    """The posterior mean."""
    credible: tuple[float, float]
    """The equal-tailed credible interval."""
    below: float
    """Posterior probability of a value below the estimate; 0.5 is the middle."""
    inside: float
    """Share of the credible interval that lies in the confidence interval."""
    sd_ratio: float
    """Posterior sd over prior sd: small where the data have said much."""
    sensitivity: SensitivityRow | None
    """Its power-scaling sensitivity, where that was asked for."""

    @property
    def speaks(self) -> str:
        """Who speaks: ``data``, ``prior`` or ``both``."""
        moved = "fine" if self.sensitivity is None else self.sensitivity.verdict
        if self.sd_ratio >= HARDLY_NARROWER or moved == "strong prior":
            return "prior"
        return "data" if self.sd_ratio < MUCH_NARROWER and moved == "fine" else "both"

    @property
    def estimate_inside(self) -> bool:
        """Whether the estimate lies in the credible interval."""
        return self.credible[0] <= self.estimate <= self.credible[1]

    @property
    def sentence(self) -> str:
        """What it says, in plain words."""
        who = {
            "data": "the data speak",
            "prior": "the prior speaks",
            "both": "data and prior both speak",
        }
        place = "in" if self.estimate_inside else "outside"
        return (
            f"{self.name}: {who[self.speaks]} (the posterior is {self.sd_ratio:.2g} times as wide "
            f"as the prior); the estimate {self.estimate:.4g} lies {place} the credible interval, "
            f"{100 * self.inside:.0f} % of which lies in the confidence interval."
        )


@dataclass(frozen=True)
class Agreement:
    """Where both answers stand, parameter by parameter. Made by `agreement`."""

    level: float
    """Of both intervals."""
    rows: tuple[Standing, ...]
    """In the order weights, means, sds; without the weight of a single component."""

    @property
    def verdict(self) -> str:
        """What it says of all parameters, in plain words."""
        outside = [row.name for row in self.rows if not row.estimate_inside]
        found = (
            f"Maximum likelihood lies outside the {100 * self.level:g} % credible interval of "
            f"{', '.join(outside)}"
            if outside
            else f"Maximum likelihood lies in every {100 * self.level:g} % credible interval"
        )
        by = {who: [row.name for row in self.rows if row.speaks == who] for who in SPEAKERS}
        parts = [f"{said} on {', '.join(by[who])}" for who, said in SPEAKERS.items() if by[who]]
        return f"{found}; {'; '.join(parts)}."


SPEAKERS = {
    "data": "the data alone decide",
    "both": "data and prior both have a say",
    "prior": "the prior decides",
}


def agreement(
    fit: Fit,
    posterior: Posterior,
    penalised: Fit | None = None,
    *,
    level: float = 0.95,
    moved: Sensitivity | None = None,
) -> Agreement:
    """Put maximum likelihood and the posterior side by side, with what the prior has to do with it.

    Parameters
    ----------
    fit : Fit
    posterior : Posterior
        With as many components, in order of mean or of sd; the fit's are taken in the same.
    penalised : Fit, optional
        A fit with a penalty on small sds, ``em.fit(x, penalty=True)``.
    level : float
        Of both intervals.
    moved : Sensitivity, optional
        From `sensitivity`; who speaks is decided by the widths alone without it.

    Returns
    -------
    Agreement

    Raises
    ------
    ValueError
        If the numbers of components differ, or the posterior's are in order of neither mean nor
        sd.
    """
    K = posterior.n_components
    for one in (fit, penalised):
        if one is not None and one.n_components != K:
            raise ValueError(
                f"expected fits with {K} components as the posterior, got {one.n_components}"
            )
    order: Order = "sd" if posterior.order == "sd" else "mean"
    if not np.all(np.diff(posterior.sds if order == "sd" else posterior.means, axis=2) >= 0.0):
        raise ValueError(
            "expected components in increasing order of mean or of sd, as the fit can give them, "
            'got a posterior that names them otherwise; pass posterior.relabelled("mean")'
        )
    confidence, credible = fit.conf_int(level, order=order), posterior.interval(level)
    prior = posterior.data["prior"]
    estimates = fit.mixture.ordered(order)
    with_penalty = None if penalised is None else penalised.mixture.ordered(order)
    rows = []
    for name, values in _named(posterior):
        parameter, k = name[:-1].split("[")
        place = int(k)
        estimate = float(getattr(estimates, parameter)[place])
        low, high = getattr(credible, parameter)[place].tolist()
        ends = getattr(confidence, parameter)[place].tolist()
        before = prior[parameter].to_numpy()[..., place]
        rows.append(
            Standing(
                name=name,
                estimate=estimate,
                confidence=(ends[0], ends[1]),
                penalised=(
                    math.nan
                    if with_penalty is None
                    else float(getattr(with_penalty, parameter)[place])
                ),
                mean=float(values.mean()),
                credible=(low, high),
                below=float(np.mean(values < estimate)),
                inside=_inside((low, high), (ends[0], ends[1])),
                sd_ratio=float(values.std() / before.std()),
                sensitivity=None if moved is None else moved[name],
            )
        )
    return Agreement(level, tuple(rows))


def _inside(credible: tuple[float, float], confidence: tuple[float, float]) -> float:
    shared = min(credible[1], confidence[1]) - max(credible[0], confidence[0])
    length = credible[1] - credible[0]
    if length == 0:  # a parameter that never varies
        return float(confidence[0] <= credible[0] <= confidence[1])
    return max(0.0, shared) / length


def _array_statistics() -> Any:
    from arviz_stats.base.array import array_stats  # slow to import

    return array_stats
