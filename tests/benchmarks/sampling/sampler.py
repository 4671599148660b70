"""One sampler in a process of its own: ``python -m benchmarks.sampling.sampler``, by `turns`.

It times its stages and prints them as one line of JSON; the draws go to a file. What a stage
imports for the first time is in its time, so all that can be imported early is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["CHAINS", "DRAWS", "REFERENCE_DRAWS", "TOOLS", "TUNE", "cores", "main"]

CHAINS = 4
DRAWS, TUNE = 1000, 1000
"""Of each chain of a peer, as PyMC's documentation has them."""
REFERENCE_DRAWS, REFERENCE_TUNE = 10_000, 2000


class Clock:
    """Seconds from the end of one stage to the end of the next."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def end(self, stage: str, elsewhere: Mapping[str, float] | None = None) -> None:
        """Note the time of a stage, and apart what parts of it the tool itself says it took."""
        now = time.perf_counter()
        apart = dict(elsewhere or {})
        self.seconds |= {stage: now - self._last - sum(apart.values()), **apart}
        self._last = now


class Drawn(NamedTuple):
    """What a sampler gives."""

    draws: Any
    """Weights, means and sds by name, each of shape (chain, draw, 2)."""
    divergences: int
    note: str


class Task(NamedTuple):
    """What a sampler is asked for."""

    data: Path
    """A file of doubles."""
    priors: Mapping[str, float]
    seed: int
    shorten: int
    """What the numbers of draws are divided by; not those of `bayes.fit`, which takes a second."""


def _ours(task: Task, clock: Clock, *, squash: bool) -> Drawn:
    import numpy as np
    import nutpie  # noqa: F401 - the first fit would

    import bayes
    import em

    run = bayes.fit  # is imported when it is first asked for
    x = np.fromfile(task.data)
    clock.end("import")
    sample = em.Sample(x).squash() if squash else em.Sample(x)
    posterior = run(sample, 2, start=em.fit(sample, 2), seed=task.seed)
    divergences = posterior.diagnostics.divergences
    clock.end("build", {"sample": posterior.settings.seconds_sample})
    from compare.language.en.fits.sampler import mended  # no part of what is timed

    return Drawn(posterior.data["posterior"], divergences, mended(posterior.settings.note))


def _pymc(task: Task, clock: Clock) -> Drawn:
    import numpy as np
    import pymc as pm

    from benchmarks.sampling.textbook import textbook

    x = np.fromfile(task.data)
    clock.end("import")
    with textbook(x, task.priors):
        tree = pm.sample(
            DRAWS // task.shorten,
            tune=TUNE // task.shorten,
            chains=CHAINS,
            cores=cores(),
            nuts_sampler="pymc",
            random_seed=task.seed,
            progressbar=False,
        )
    clock.end("build", {"sample": float(tree["posterior"].attrs["sampling_time"])})
    return _from_tree(tree)


def _nutpie(task: Task, clock: Clock) -> Drawn:
    import numpy as np
    import nutpie

    from benchmarks.sampling.textbook import textbook

    x = np.fromfile(task.data)
    clock.end("import")
    compiled = nutpie.compile_pymc_model(textbook(x, task.priors))
    clock.end("build")
    tree = nutpie.sample(
        compiled,
        draws=DRAWS // task.shorten,
        tune=TUNE // task.shorten,
        chains=CHAINS,
        seed=task.seed,
        progress_bar=False,
    )
    clock.end("sample")
    return _from_tree(tree)


def _reference(task: Task, clock: Clock) -> Drawn:
    """The readable PyMC model of `bayes`, without its fused density, starts or settings."""
    import numpy as np
    import nutpie

    import bayes

    build = bayes.build_model
    x = np.fromfile(task.data)
    clock.end("import")
    compiled = nutpie.compile_pymc_model(build(x, 2))
    clock.end("build")
    tree = nutpie.sample(
        compiled,
        draws=REFERENCE_DRAWS // task.shorten,
        tune=REFERENCE_TUNE // task.shorten,
        chains=CHAINS,
        target_accept=0.95,
        seed=task.seed,
        progress_bar=False,
    )
    clock.end("sample")
    return _from_tree(tree)


def _from_tree(tree: Any) -> Drawn:
    return Drawn(tree["posterior"], int(tree["sample_stats"]["diverging"].sum()), "")


def cores() -> int:
    """Processors for the chains; PyMC by itself counts pairs of threads once."""
    mine = getattr(os, "sched_getaffinity", None)
    return min(CHAINS, len(mine(0)) if mine else os.cpu_count() or 1)


TOOLS: dict[str, Callable[[Task, Clock], Drawn]] = {
    "values": lambda task, clock: _ours(task, clock, squash=False),
    "nodes": lambda task, clock: _ours(task, clock, squash=True),
    "pymc": _pymc,
    "nutpie": _nutpie,
    "reference": _reference,
}
"""By the name on the command line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sampler.

    Parameters
    ----------
    argv : sequence of str, optional
        The command line; that of the process by default.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.sampling.sampler", description=__doc__)
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("data", type=Path, help="a file of doubles")
    parser.add_argument("out", type=Path, help="where the draws go, a file of NumPy's (npz)")
    parser.add_argument("--priors", type=json.loads, help="the numbers, in JSON")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shorten", type=int, default=1)
    asked = parser.parse_args(argv)
    clock = Clock()
    task = Task(asked.data, asked.priors, asked.seed, asked.shorten)
    drawn = TOOLS[asked.tool](task, clock)

    import numpy as np

    names = ("weights", "means", "sds")
    arrays: dict[str, Any] = {name: np.asarray(drawn.draws[name]) for name in names}
    np.savez(asked.out, **arrays)
    told = {"seconds": clock.seconds, "divergences": drawn.divergences, "note": drawn.note}
    sys.stdout.write(f"\n{json.dumps(told)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
