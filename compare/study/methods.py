"""Methods: ways to estimate a mixture from one data set. This file is where one more is added.

A method takes a data set and gives its estimates by name, each with the intervals that belong to
it. Methods that cost alike are one `Task`, and share what they need: the maximum is found once.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import em
from compare.study.design import Design, Streams
from compare.study.population import HEIGHTS, Population
from compare.study.ranking import Ranking, rank
from compare.study.scores import borders, densities, matching, row, slopes, targets

__all__ = [
    "ESTIMATES",
    "INTERVALS",
    "TASKS",
    "DataSet",
    "Estimate",
    "Interval",
    "Task",
    "attempt",
]

Floats = NDArray[np.float64]
Task = Literal["fits", "bootstrap", "posterior", "ranks"]

THINNED = 400
"""Draws of the posterior that its density and its rule are averaged over."""


@dataclass(frozen=True)
class Interval:
    """Intervals of one kind, from one data set."""

    ends: Floats
    """Lower and upper end less the truth, (n_estimands - 2, 2); NaN where there is none."""
    seconds: float = 0.0
    """What they cost beyond the estimate that they belong to."""


@dataclass(frozen=True)
class Estimate:
    """What a method made of one data set."""

    errors: Floats
    """Estimate less truth, one for each estimand; NaN where there is none."""
    failure: str = ""
    """Why it is not to be believed, in a word; empty where the method saw nothing wrong."""
    seconds: float = 0.0
    """What it cost."""
    intervals: dict[str, Interval] = field(default_factory=dict)
    """Those that belong to it, by name."""


@dataclass(frozen=True, eq=False)
class DataSet:
    """One data set, and what several methods need of it."""

    design: Design
    population: Population
    n: int
    streams: Streams
    shared_priors: bool = False
    """Whether the priors are those that truths are drawn from."""

    @cached_property
    def values(self) -> Floats:
        """The data."""
        return self.population.sample(self.n, self.streams.values)

    @cached_property
    def fit(self) -> em.Fit:
        """The maximum of the likelihood."""
        return em.fit(self.values, self.design.n_components)

    @cached_property
    def truth(self) -> Floats:
        """The true value of each estimand."""
        return targets(self.population)

    def interval(self, ends: Floats, seconds: float = 0.0) -> Interval:
        """Score intervals, given as ends of shape (n_estimands - 2, 2)."""
        return Interval(ends - self.truth[:-2, None], seconds)

    def estimate(
        self,
        parameters: em.Parameters,
        failure: str = "",
        seconds: float = 0.0,
        density: Floats | None = None,
    ) -> Estimate:
        """Score parameters, each of shape (K,).

        Parameters
        ----------
        parameters : em.Parameters
        failure, seconds
            As for `Estimate`.
        density : ndarray of shape (K, n_grid), optional
            Weight times density of each component at the points of the population's grid, where
            that is not what the parameters give.
        """
        if not all(np.isfinite(value).all() for value in parameters) or parameters.sds.min() <= 0:
            return Estimate(np.full(self.truth.size, np.nan), failure or "no mixture", seconds)
        mixture = em.Mixture(*parameters)  # in order of mean, which the listing does not keep
        places = self.places(mixture.parameters)
        if density is None:
            density = Population.of(mixture).parts(self.population.grid)
        found = [row(mixture.parameters, places), densities(self.population, density[places])]
        return Estimate(np.concatenate(found) - self.truth, failure, seconds)

    def places(self, parameters: em.Parameters) -> NDArray[np.intp]:
        """Which component is which group of the truth."""
        return matching(parameters, self.population.target.parameters)


def _fits(data: DataSet) -> dict[str, Estimate]:
    """All that takes milliseconds: EM at the maximum, EM as it is used, and the penalised fit."""
    found = {"maximum": _maximum(data)}
    for passes in (10, 30):
        with _clock() as seconds:
            # The listing draws its start from the stream of its data: here one of its own.
            stream = np.random.RandomState(data.streams.listing)
            parameters = _listing(data, passes, stream)
        found[f"listing {passes}"] = data.estimate(parameters, seconds=seconds())
    with _clock() as seconds:
        parameters, failure = _scikit_learn(data)
    found["scikit-learn"] = data.estimate(parameters, failure, seconds())
    with _clock() as seconds:
        fit = em.fit(data.values, data.design.n_components, penalty=True)
    found["penalised"] = data.estimate(fit.mixture.parameters, _status(fit), seconds())
    return found


def _maximum(data: DataSet) -> Estimate:
    with _clock() as seconds:
        fit = data.fit
    mixture = fit.mixture.parameters
    found = data.estimate(mixture, _status(fit), seconds())
    if not fit.converged:
        return found
    places, level, z = data.places(mixture), data.design.level, data.design.half_width
    made: dict[str, Interval] = {}
    for name, kind in (("wald", "observed"), ("sandwich", "sandwich")):
        with _clock() as seconds:
            half = z * _errors(fit, places, kind)
            centre = row(mixture, places)
            ends = np.stack([centre - half, centre + half], axis=1)
        made[name] = data.interval(ends, seconds())
    with _clock() as seconds:
        ends = _ends(fit.conf_int(level, "wald"), places)
    made["wald, scaled"] = data.interval(ends, seconds())
    with _clock() as seconds:
        ends = _ends(fit.conf_int(level, "profile"), places)
    made["profile"] = data.interval(ends, seconds())
    return replace(found, intervals=made)


def _bootstrap(data: DataSet) -> dict[str, Estimate]:
    """Refits, about a second: percentiles around the maximum."""
    with _clock() as seconds:
        fit = data.fit
    mixture = fit.mixture.parameters
    found = data.estimate(mixture, _status(fit), seconds())
    if not fit.converged:
        return {"maximum": found}
    level = data.design.level
    with _clock() as seconds, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # refits left out: coverage tells
        made = em.bootstrap(fit, rng=data.streams.refits).draws
        ends = _percentiles(made, level, data.places(mixture))
    return {"maximum": replace(found, intervals={"bootstrap": data.interval(ends, seconds())})}


def _posterior(data: DataSet) -> dict[str, Estimate]:
    """Mean and median of the posterior, with equal tails and highest density."""
    with _clock() as seconds:
        posterior = sample_posterior(data)
        failure = "" if posterior.diagnostics.ok else "gate"
    cost = seconds()
    joined = posterior.joined()
    columns = em.Parameters(*(value.T for value in joined))
    mean = em.Parameters(*(value.mean(axis=1) for value in columns))
    cut = posterior.quantities.cutoffs.reshape(joined.means.shape[0], -1).T
    drawn = row(columns, data.places(mean), cut)
    whole = data.estimate(mean, density=_predictive(data, joined)).errors[-2:]
    level = data.design.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a border that no draw has
        centres = np.nanmean(drawn, axis=1), np.nanmedian(drawn, axis=1)
        tails = np.nanquantile(drawn, (0.5 - 0.5 * level, 0.5 + 0.5 * level), axis=1).T
    shortest = np.stack([_shortest(values, level) for values in drawn])
    names = ("posterior mean", "credible", tails), ("posterior median", "highest density", shortest)
    return {
        name: Estimate(
            np.concatenate([centre - data.truth[:-2], whole]),
            failure,
            cost,
            {kind: data.interval(ends)},
        )
        for (name, kind, ends), centre in zip(names, centres, strict=True)
    }


def sample_posterior(data: DataSet, **options: Any) -> Any:
    """The posterior of a data set, as `bayes.fit` gives it by default.

    Data of its own take a few hundred nodes that stand for them, which leaves the posterior as it
    is to far within its Monte Carlo error, and costs half as much at 1,000 values.
    """
    import bayes

    design = data.design
    sample = em.Sample(data.values)
    return bayes.fit(
        sample if data.shared_priors else sample.squash(),
        design.n_components,
        priors=design.priors if data.shared_priors else None,
        start=None if data.shared_priors else data.fit,
        draws=design.draws,
        tune=design.tune,
        chains=design.chains,
        seed=data.streams.posterior,
        **options,
    )


def _ranks(data: DataSet) -> Ranking:
    """Where the truth lies among the draws of the posterior, for truths from the prior."""
    return rank(sample_posterior(data), data.population.mixture, data.values)


TASKS: dict[Task, Callable[[DataSet], dict[str, Estimate] | Ranking]] = {
    "fits": _fits,
    "bootstrap": _bootstrap,
    "posterior": _posterior,
    "ranks": _ranks,
}
"""What is done with a data set, by what it costs."""

COARSE = "too few distinct values"
"""A failure of all methods: EM asks for twice as many as there are components."""


def attempt(task: Task, data: DataSet) -> dict[str, Estimate] | Ranking:
    """Do a task; where nothing can be fitted to the data, each of its methods fails.

    Parameters
    ----------
    task : str
        One of `TASKS`.
    data : DataSet

    Returns
    -------
    dict of str to Estimate, or Ranking
    """
    if task != "ranks" and np.unique(data.values).size < 2 * data.design.n_components:
        nothing = Estimate(np.full(data.truth.size, math.nan), COARSE)
        makers = {**ESTIMATES, **({"maximum": "bootstrap"} if task == "bootstrap" else {})}
        return {name: nothing for name, made_by in makers.items() if made_by == task}
    return TASKS[task](data)


ESTIMATES = {
    "maximum": "fits",
    "listing 10": "fits",
    "listing 30": "fits",
    "scikit-learn": "fits",
    "penalised": "fits",
    "posterior mean": "posterior",
    "posterior median": "posterior",
}
"""The names of the estimates, and the task that makes each."""

INTERVALS = {
    "wald": ("maximum", "fits"),
    "wald, scaled": ("maximum", "fits"),
    "sandwich": ("maximum", "fits"),
    "profile": ("maximum", "fits"),
    "bootstrap": ("maximum", "bootstrap"),
    "credible": ("posterior mean", "posterior"),
    "highest density": ("posterior median", "posterior"),
}
"""The names of the intervals, the estimate that each belongs to and the task that makes it."""


@contextmanager
def _clock() -> Iterator[Callable[[], float]]:
    begin = time.perf_counter()
    yield lambda: time.perf_counter() - begin


def _status(fit: em.Fit) -> str:
    return "" if fit.converged else fit.status.name.lower()


def _listing(data: DataSet, passes: int, stream: np.random.RandomState) -> em.Parameters:
    """The original report's listing.

    It starts where heights in cm are. Other data are moved and scaled there and back, so that it
    starts as well or as badly as it does for the heights.
    """
    (mean, sd), (centre, spread) = data.population.moments, HEIGHTS.moments
    scale = spread / sd
    moved = centre + scale * (data.values - mean)
    with np.errstate(all="ignore"):  # a component may die out on the way
        weights, means, sds = em.listing.run(moved, data.design.n_components, passes, rng=stream)
    return em.Parameters(weights, mean + (means - centre) / scale, sds / scale)


def _scikit_learn(data: DataSet) -> tuple[em.Parameters, str]:
    """scikit-learn as it is used: with its defaults."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = GaussianMixture(data.design.n_components, random_state=data.streams.listing)
        model.fit(data.values[:, None])
    parameters = em.Parameters(
        model.weights_, model.means_[:, 0], np.sqrt(model.covariances_[:, 0, 0])
    )
    return parameters, "" if model.converged_ else "not converged"


def _errors(fit: em.Fit, places: NDArray[np.intp], kind: str) -> Floats:
    """Standard errors of the estimands, those of the borders by the delta method."""
    slope = slopes(fit.mixture.parameters)
    variance = np.einsum("ki,ij,kj->k", slope, fit.cov_params(kind), slope)
    return row(fit.standard_errors(kind), places, np.sqrt(np.maximum(variance, 0.0)))


def _ends(ends: em.Parameters, places: NDArray[np.intp]) -> Floats:
    """Ends by group of the truth; borders have none."""
    return row(ends, places, np.full((len(places) - 1, 2), math.nan))


def _percentiles(draws: em.Parameters, level: float, places: NDArray[np.intp]) -> Floats:
    cut = np.array([borders(draws.rows(i)) for i in range(len(draws.means))]).T
    drawn = row(em.Parameters(*(value.T for value in draws)), places, cut)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a border that no refit has
        ends = np.nanquantile(drawn, (0.5 - 0.5 * level, 0.5 + 0.5 * level), axis=1)
    return np.asarray(ends.T)


def _shortest(values: Floats, level: float) -> Floats:
    """The shortest interval that holds a share of the draws."""
    known = np.sort(values[np.isfinite(values)])
    inside = math.ceil(level * known.size)
    if inside < 2:
        return np.full(2, math.nan)
    widths = known[inside - 1 :] - known[: known.size - inside + 1]
    best = int(widths.argmin())
    return np.array([known[best], known[best + inside - 1]])


def _predictive(data: DataSet, draws: em.Parameters) -> Floats:
    """Weight times density of each component, averaged over the posterior, of shape (K, n_grid)."""
    step = max(1, len(draws.means) // THINNED)
    x = data.population.grid
    thinned = draws.rows(slice(step // 2, None, step))
    total = np.zeros((data.design.n_components, x.size))
    for one in zip(*thinned, strict=True):
        weights, means, sds = (np.asarray(value)[:, None] for value in one)
        z = (x - means) / sds
        total += weights * np.exp(-0.5 * z * z) / (sds * np.sqrt(2.0 * np.pi))
    return np.asarray(total / len(thinned.means))
