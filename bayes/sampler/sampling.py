"""sampling: both routes to the posterior, held against each other, and what is published."""

from __future__ import annotations

import operator
import time
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bayes.model.model import checked_priors
from bayes.model.priors import Priors, check_components
from bayes.posterior.posterior import Posterior
from bayes.posterior.records import Mended, Second, Settings
from bayes.sampler.engines import Problem, Run, nutpie_engine, pymc_engine
from bayes.sampler.mending import Plan, mend, what_was_done
from bayes.sampler.second import compared
from bayes.sampler.starts import starting_mixtures
from bayes.sequential.smc import InadmissibleError, Sequential, sequential
from em import Fit, Mixture, Parameters, Sample, as_sample

__all__ = ["fit"]

Floats = NDArray[np.float64]
Sampler = Literal["nutpie", "pymc"]

SAMPLERS = ("nutpie", "pymc")
PRIOR_DRAWS = 2000
MORE_PARTICLES = 4
"""Times as many, where the sequential run does not agree with importance sampling."""
THINNED = 8
"""Draws of the sequential run for each that is published: they cost little."""


def fit(
    x: Any,
    n_components: int = 2,
    *,
    rounding: float | None = None,
    priors: Priors | None = None,
    start: Fit | Mixture | None = None,
    sampler: Sampler = "nutpie",
    draws: int = 3000,
    tune: int = 1000,
    chains: int = 4,
    target_accept: float = 0.9,
    seed: int | None = None,
    progress: bool | None = None,
    mending: bool = True,
) -> Posterior:
    """Sample the posterior of a Gaussian mixture.

    The model is `bayes.build_model`. For priors of the default family nutpie is given the same
    density written out by hand, which needs no compiling (`bayes.model.fused`); for others it
    compiles the PyMC model, which takes some seconds. Where values recur, the posterior is the one
    given that no component is a point (`em.search.groups`).

    The posterior is found by two routes: the chains, half of which start around EM's maxima and
    half at draws of the other route, which is tempered sequential Monte Carlo from the prior
    (`bayes.sequential.smc`). Where both agree and the chains pass every check, the chains'
    draws are published. Where the chains have not agreed, because the posterior has several modes
    or none that they find, those of the sequential run are, if they are the same by importance
    sampling; `Posterior.settings.second` says which and how far apart the routes are.

    Where the chains merely were too short, they run once more, longer and with smaller steps, and
    `Posterior.settings.note` says why and whether it helped. If nothing does, the diagnostics
    fail and say what to try.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
        The data. Of a `Sample` with sampling weights the draws are from a pseudo-posterior, see
        `Posterior.is_pseudo`.
    n_components : int
        K, at least 1.
    rounding : float, optional
        The step to which the values were rounded, in their unit; that of the sample, or 0 for
        exact values, by default.
    priors : Priors, optional
        Weakly informative ones by default.
    start : em.Fit or em.Mixture, optional
        An EM fit of the data, which saves making one, or a further place for chains to start. The
        priors do not depend on it, and but for chance the answer does not.
    sampler : {"nutpie", "pymc"}
        Which implementation of the No-U-Turn sampler.
    draws, tune, chains : int
        Draws kept of each chain, tuning draws before them, and chains; each at least 1.
    target_accept : float
        Between 0 and 1. Higher means smaller steps.
    seed : int, optional
        The same seed gives the same draws on the same machine. Without one, one is drawn and kept
        in `Posterior.settings`.
    progress : bool, optional
        Show a progress bar on standard error. Not by default.
    mending : bool
        Whether to run the chains once more where a check fails: with twice the tuning, two or
        four times the draws and smaller steps, which takes up to some ten times as long. Draws
        that are fewer than the checks ask for, or of a single chain, are left as they are.

    Returns
    -------
    Posterior

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be; the message says what to try.

    Warns
    -----
    UserWarning
        If values are tied, no rounding is given, and the given prior of the sds makes the
        posterior improper.

    Examples
    --------
    >>> posterior = fit([1.0, 1.2, 0.8, 3.0, 3.3, 2.9], draws=100, tune=100, seed=1)
    >>> posterior.means.shape
    (4, 100, 2)
    """
    if sampler not in SAMPLERS:
        raise ValueError(f'expected sampler "nutpie" or "pymc", got {sampler!r}')
    sample = as_sample(x, rounding)
    K = check_components(sample, n_components)
    seed = _whole("seed", _entropy() if seed is None else seed, at_least=0)
    seeds = map(int, np.random.SeedSequence(seed).generate_state(4))
    seed_start, seed_prior, seed_sampler, seed_again = seeds
    seed_whole, seed_drawn = map(int, np.random.SeedSequence((seed, 1)).generate_state(2))
    plan = Plan(
        chains=_whole("chains", chains, at_least=1),
        draws=_whole("draws", draws, at_least=1),
        tune=_whole("tune", tune, at_least=1),
        target_accept=_rate(target_accept),
        seed=seed_sampler,
        progress=bool(progress),
    )
    filled = checked_priors(priors).filled(sample, K)
    exact = filled.to_dict()
    prior = filled.draw(PRIOR_DRAWS, seed_prior)
    begun = time.perf_counter()
    tops = starting_mixtures(start, sample, K, seed_start)
    # One component has one mode, and draws that are too few for the checks are a quick look.
    can_be_whole = K > 1 and plan.can_pass
    whole = _whole_posterior(sample, K, filled, tops, seed_whole) if can_be_whole else None
    problem = Problem(sample, K, filled, tops, whole)
    density, engine = pymc_engine(problem) if sampler == "pymc" else nutpie_engine(problem)
    seconds_engine = time.perf_counter() - begun
    runs: list[Run] = []

    def posterior(
        plan: Plan,
        run: Run,
        note: Mended | str = "",
        second: Second | None = None,
        draws: Parameters | None = None,
    ) -> Posterior:
        settings = Settings(
            sampler=sampler,
            density=density,
            chains=plan.chains,
            draws=plan.draws,
            tune=plan.tune,
            target_accept=plan.target_accept,
            seed=seed,
            seconds_compile=seconds_engine + sum(run.seconds_compile for run in runs),
            seconds_sample=sum(run.seconds_sample for run in runs),
            priors=filled.describe(),
            note=note,
            second=second,
            exact_priors=exact,
        )
        return Posterior.from_draws(
            sample, run.draws if draws is None else draws, run.stats, prior, settings
        )

    runs.append(engine(plan))
    first = posterior(plan, runs[0])
    if whole is None:
        again = mend(plan, first.diagnostics, seed_again) if mending else None
        if again is None:
            return first
        runs.append(engine(again))
        last = posterior(again, runs[1])
        return posterior(again, runs[1], what_was_done(first.diagnostics, last.diagnostics))
    found = compared(first, whole)
    if found.of_chains.ok and not found.torn:
        if first.diagnostics.ok:
            return posterior(plan, runs[0], second=found.second("chains"))
        again = mend(plan, first.diagnostics, seed_again) if mending else None
        if again is not None:
            runs.append(engine(again))
            last = posterior(again, runs[1])
            found = compared(last, whole)
            note = what_was_done(first.diagnostics, last.diagnostics)
            if last.diagnostics.ok and found.of_chains.ok:
                return posterior(again, runs[1], note, found.second("chains"))
    # The chains have not found the whole posterior, or not its shares.
    published = plan.chains * plan.draws
    for more in (K, MORE_PARTICLES * K) if mending else (K,):
        # To hold the shares of the modes takes more particles than to see that there are some.
        longer = sequential(
            sample,
            K,
            filled,
            n_particles=more * whole.n_particles,
            n_draws=THINNED * published,
            tops=tops,
            rng=seed_whole,
        )
        found = compared(first, longer)
        if found.is_verified:
            break
    rows = longer.thinned(published, np.random.default_rng(seed_drawn))
    shape = (plan.chains, plan.draws, K)
    thinned = Parameters(*(value[rows].reshape(shape) for value in longer.draws))
    return posterior(plan, runs[0], second=found.second("sequential"), draws=thinned)


def _whole_posterior(
    sample: Sample, K: int, priors: Priors, tops: tuple[Mixture, ...], seed: int
) -> Sequential | None:
    """The posterior by the second route; None where the prior leaves no mixture to begin with."""
    try:
        return sequential(sample, K, priors, tops=tops, rng=seed)
    except InadmissibleError:
        return None


def _whole(name: str, value: Any, at_least: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"expected {name} to be a whole number, got {type(value).__name__} {value!r}; for "
            f"example {name}={_EXAMPLES[name]}"
        )
    number = operator.index(value)
    if number < at_least:
        raise ValueError(
            f"expected {name} of at least {at_least}, got {number}; for example "
            f"{name}={_EXAMPLES[name]}"
        )
    return number


_EXAMPLES = {"chains": 4, "draws": 3000, "tune": 1000, "seed": 1}


def _rate(target_accept: Any) -> float:
    if isinstance(target_accept, bool) or not isinstance(target_accept, (int, float, np.number)):
        raise TypeError(
            f"expected target_accept to be a number, got {type(target_accept).__name__}; for "
            "example target_accept=0.9"
        )
    rate = float(target_accept)
    if not 0.0 < rate < 1.0:
        raise ValueError(
            f"expected target_accept between 0 and 1, got {rate:g}; for example 0.9, and closer "
            "to 1 where trajectories diverge"
        )
    return rate


def _entropy() -> int:
    return int(np.random.SeedSequence().generate_state(1)[0])
