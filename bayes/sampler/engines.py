"""engines: the samplers themselves, nutpie's and PyMC's, given a problem and a plan."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayes.model.model import build_model
from bayes.model.priors import Priors
from bayes.sampler.mending import Plan
from bayes.sampler.starts import disperse, locator
from bayes.sequential.smc import Sequential
from em import Mixture, Parameters, Sample

__all__ = ["Engine", "Problem", "Run", "nutpie_engine", "pymc_engine"]

Floats = NDArray[np.float64]

# Names of sampler statistics, as ArviZ and PyMC have them and as nutpie does, and how exactly they
# are kept: what nothing is computed from takes half the room.
STATISTICS: dict[str, tuple[str, type]] = {
    "diverging": ("diverging", np.bool_),
    "energy": ("energy", np.float64),
    "lp": ("logp", np.float64),
    "acceptance_rate": ("mean_tree_accept", np.float32),
    "step_size": ("step_size", np.float32),
    "n_steps": ("n_steps", np.int32),
    "tree_depth": ("depth", np.int32),
}


@dataclass(frozen=True, eq=False)
class Problem:
    """What is sampled."""

    sample: Sample
    n_components: int
    priors: Priors
    tops: tuple[Mixture, ...]
    """Maxima of the likelihood, the likeliest first."""
    whole: Sequential | None
    """The posterior by another route, from which half of the chains start."""

    def starts(self, n_chains: int, seed: int) -> list[Mixture]:
        """Where each chain starts: around the maxima, and every other one at a particle."""
        rng = np.random.default_rng(seed)
        numbers = self.priors.numbers
        floor = 0.0 if numbers is None else numbers.floor
        found = []
        for chain in range(n_chains):
            if self.whole is not None and chain % 2 == 1:
                row = int(rng.integers(len(self.whole.draws.means)))
                found.append(Mixture(*(value[row] for value in self.whole.draws)))
            else:
                place = (chain // 2 if self.whole is not None else chain) % len(self.tops)
                found.append(disperse(self.tops[place], self.sample, rng, floor))
        return found


@dataclass(frozen=True, eq=False)
class Run:
    """What came of it."""

    draws: Parameters
    stats: Mapping[str, NDArray[Any]]
    seconds_compile: float
    seconds_sample: float


Engine = Callable[[Plan], Run]


def nutpie_engine(problem: Problem) -> tuple[str, Engine]:
    """nutpie, and which density it is given: ``fused``, written out by hand, or ``pymc``."""
    import nutpie  # a second, half of it for plots that are not drawn here

    density = "fused"
    found = _fused(problem)
    if found is None:
        density, found = "pymc", _compiled(problem)
    compiled, locate = found

    def engine(plan: Plan) -> Run:
        begun = time.perf_counter()
        points: list[Floats] = [
            locate(mixture, np.random.default_rng((plan.seed, chain)))
            for chain, mixture in enumerate(problem.starts(plan.chains, plan.seed))
        ]
        sampling = nutpie.sample(
            _started(compiled, points, plan),
            draws=plan.draws,
            tune=plan.tune,
            chains=plan.chains,
            target_accept=plan.target_accept,
            seed=plan.seed,
            save_warmup=False,
            progress_bar=plan.progress,
            # Blocking, nutpie takes Ctrl-C for a wish to stop early, and returns what it has.
            blocking=False,
        )
        try:
            tree = sampling.wait()
        except BaseException:
            sampling.cancel()
            raise
        draws = Parameters(*(tree["posterior"][name].to_numpy() for name in Parameters._fields))
        stats = {
            ours: tree["sample_stats"][theirs].to_numpy().astype(kept)
            for ours, (theirs, kept) in STATISTICS.items()
        }
        return Run(draws, stats, 0.0, time.perf_counter() - begun)

    return density, engine


def _started(compiled: Any, points: list[Floats], plan: Plan) -> Any:
    """The model with a starting point for each chain, the same whatever order chains begin in."""
    import nutpie

    seen: set[int] = set()

    def spy(seed: int) -> Floats:
        seen.add(seed)
        return points[0]

    # nutpie tells a chain by a seed that it derives from the one it is given, and by nothing else.
    nutpie.sample(
        replace(compiled, initial_point_func=spy),
        draws=1,
        tune=1,
        chains=plan.chains,
        seed=plan.seed,
        save_warmup=False,
        progress_bar=False,
        return_raw_trace=True,
    )
    chains = sorted(seen)

    def start(seed: int) -> Floats:
        place = chains.index(seed) if seed in seen else seed
        return points[place % len(points)]

    return replace(compiled, initial_point_func=start)


Located = Callable[[Mixture, np.random.Generator], Floats]


def _fused(problem: Problem) -> tuple[Any, Located] | None:
    """The density written out by hand, for nutpie; None where the priors are of another family."""
    numbers = problem.priors.numbers
    if numbers is None:
        return None
    from bayes.model.fused import FusedDensity

    fused = FusedDensity(problem.sample, problem.n_components, numbers)

    def locate(mixture: Mixture, _: np.random.Generator) -> Floats:
        return fused.locate(mixture)

    try:
        return fused.for_nutpie(), locate
    except (AttributeError, ImportError, TypeError) as error:
        # It is built of parts that nutpie does not promise to keep. The PyMC model always works.
        warnings.warn(
            f"this version of nutpie does not take the fused density ({error}); the PyMC model "
            "is compiled instead, which is slower",
            RuntimeWarning,
            stacklevel=4,
        )
        return None


def _compiled(problem: Problem) -> tuple[Any, Located]:
    """The PyMC model, compiled for nutpie."""
    import nutpie

    model = build_model(problem.sample, problem.n_components, problem.priors, observed=False)
    locate = locator(model, problem.priors)
    compiled = nutpie.compile_pymc_model(model, var_names=list(Parameters._fields))
    return compiled, lambda mixture, rng: locate(mixture, rng)[1]


def pymc_engine(problem: Problem) -> tuple[str, Engine]:
    """PyMC's own sampler on the model as it reads."""
    import pymc as pm

    model = build_model(problem.sample, problem.n_components, problem.priors, observed=False)
    locate = locator(model, problem.priors)

    def engine(plan: Plan) -> Run:
        begun = time.perf_counter()
        rngs = np.random.default_rng(plan.seed).spawn(plan.chains)
        starts = zip(problem.starts(plan.chains, plan.seed), rngs, strict=True)
        with model:
            tree = pm.sample(
                draws=plan.draws,
                tune=plan.tune,
                chains=plan.chains,
                cores=min(plan.chains, _cores()),  # PyMC by itself counts pairs of threads once
                nuts_sampler="pymc",
                init="adapt_diag",
                initvals=[locate(mixture, rng)[0] for mixture, rng in starts],
                target_accept=plan.target_accept,
                random_seed=plan.seed,
                var_names=list(Parameters._fields),
                progressbar=plan.progress,
                quiet=not plan.progress,
                compute_convergence_checks=False,
            )
        posterior = tree["posterior"]
        if posterior.sizes["chain"] < plan.chains or posterior.sizes["draw"] < plan.draws:
            raise KeyboardInterrupt  # PyMC returns the draws it has when it is interrupted
        draws = Parameters(*(posterior[name].to_numpy() for name in Parameters._fields))
        stats = {
            name: tree["sample_stats"][name].to_numpy().astype(kept)
            for name, (_, kept) in STATISTICS.items()
        }
        seconds_sample = float(posterior.attrs["sampling_time"])
        return Run(draws, stats, time.perf_counter() - begun - seconds_sample, seconds_sample)

    return "pymc", engine


def _cores() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
