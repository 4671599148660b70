"""Effective draws a second by every sampler, cold and warm, and whether they find one posterior."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine.data import heights, stored
from benchmarks.engine.process import PROJECT, fresh
from benchmarks.engine.rscript import SCRIPT
from benchmarks.engine.settings import Settings
from benchmarks.engine.timing import CallError
from benchmarks.sampling.moments import PARAMETERS, STATISTICS, bound, distances, judge
from benchmarks.sampling.sampler import CHAINS, DRAWS, REFERENCE_DRAWS, TUNE, cores

__all__ = ["N", "Processes", "default_priors", "measure"]

Row = dict[str, Any]
Run = dict[str, Any]

N = 1_000
"""Values that are sampled: those of the original report."""

LIMIT = 900.0
"""Seconds for one process."""

STAN = Path(__file__).with_name("textbook.stan")


def measure(
    settings: Settings, folder: Path, say: Callable[[str], None], *, stan: bool = False
) -> dict[str, Any]:
    """Run every sampler in processes of its own, in turns: once cold, then a few times warm.

    A cold process finds no machine code of an earlier one: the caches of PyTensor, Numba and
    rstan are new, empty folders, one for each sampler. Python's own compiled files are there, as
    they are after an installation. The processes that follow find those caches and are warm.

    Parameters
    ----------
    settings : Settings
    folder : path
        Where data, draws and caches go.
    say : callable
        Told what is being done.
    stan : bool
        Whether R has rstan.
    """
    # So that the first process finds the files of all libraries read and compiled by Python.
    import nutpie  # noqa: F401

    import em

    x = heights(N)
    sample = em.Sample(x)
    priors = default_priors(sample)
    processes = Processes(folder, settings.shorten, priors)
    data = stored(x, folder)
    rows = [_row(key, name, written) for key, name, written in _samplers(settings, stan=stan)]
    for turn in range(settings.warm + 1):
        start = "warm" if turn else "cold"
        for place, row in enumerate(rows):
            if not row["note"]:
                say(f"n = {N:,}: {row['tool']}, {start}")
                # Squashed data are so near to all values that with one seed both give one chain.
                seed = 100 * (place + 1) + turn
                try:
                    row[start].append(processes.run(row["key"], data, seed))
                except CallError as problem:
                    row["note"] = str(problem)
    results: dict[str, Any] = {
        "n": N, "nodes": len(sample.squash()), "chains": CHAINS, "priors": priors,
        "shorten": settings.shorten, "rows": rows, "reference": None, "agreement": None,
        "large": None, "notes": [],
    }  # fmt: skip
    try:
        say(f"n = {N:,}: a reference run of {CHAINS * REFERENCE_DRAWS // settings.shorten:,} draws")
        results["reference"] = processes.run("reference", data, seed=0)
        results["agreement"] = _agreement(rows, results["reference"])
    except CallError as problem:
        results["notes"].append(f"the reference run {problem}")
    largest = max(settings.sizes)
    try:
        say(f"n = {largest:,}: the posterior on nodes")
        run = processes.run("nodes", stored(heights(largest), folder), seed=1)
        results["large"] = {"n": largest, **run}
    except CallError as problem:
        results["notes"].append(f"n = {largest:,} on nodes {problem}")
    return results


def default_priors(sample: Any) -> dict[str, float]:
    """The numbers of the default priors of `bayes` for some data, by name."""
    import bayes

    numbers = bayes.Priors.weakly_informative(sample, 2).filled(sample, 2).numbers
    if numbers is None:
        raise TypeError("expected default priors whose numbers are known, got others")
    return {name: float(value) for name, value in numbers._asdict().items()}


def _samplers(settings: Settings, *, stan: bool) -> list[tuple[str, str, str]]:
    """Of each its name for the command line, that for the page, and its call as users write it."""
    draws, tune = DRAWS // settings.shorten, TUNE // settings.shorten
    usual = f"tune={tune}, chains={CHAINS}"
    samplers = [
        ("values", "bayes, all values", "bayes.fit(em.Sample(x), 2, start=em.fit(x, 2))"),
        (
            "nodes",
            "bayes, on nodes",
            "nodes = em.Sample(x).squash(); bayes.fit(nodes, 2, start=em.fit(nodes, 2))",
        ),
        ("pymc", "PyMC", f'pm.sample({draws}, {usual}, cores={cores()}, nuts_sampler="pymc")'),
        (
            "nutpie",
            "nutpie",
            f"nutpie.sample(nutpie.compile_pymc_model(model), draws={draws}, {usual})",
        ),
    ]
    if stan:
        written = (
            f"sampling(stan_model(FILE), chains = {CHAINS}, iter = {draws + tune}, "
            f"warmup = {tune}, cores = {cores()})"
        )
        samplers.append(("rstan", "rstan", written))
    return samplers


def _row(key: str, name: str, written: str) -> Row:
    return {"key": key, "tool": name, "call": written, "cold": [], "warm": [], "note": ""}


def _agreement(rows: Sequence[Row], reference: Run) -> dict[str, Any] | None:
    """How far each sampler's means and sds, averaged over its runs, are from the reference's."""
    away = {
        row["tool"]: distances(
            [run["estimates"] for run in row["cold"] + row["warm"]], reference["estimates"]
        )
        for row in rows
        if row["cold"]
    }
    if not away:
        return None
    comparisons = len(away) * len(PARAMETERS) * len(STATISTICS)
    worst, tool, parameter, statistic = max(
        (abs(distance), tool, parameter, statistic)
        for tool, parameters in away.items()
        for parameter, both in parameters.items()
        for statistic, distance in both.items()
    )
    return {
        "distances": away, "comparisons": comparisons, "bound": bound(comparisons),
        "worst": worst, "of": [tool, parameter, statistic], "ok": worst <= bound(comparisons),
    }  # fmt: skip


@dataclass(frozen=True)
class Processes:
    """Starts samplers, each with caches of its own, and judges their draws."""

    folder: Path
    shorten: int
    priors: Mapping[str, float]

    def run(self, key: str, data: Path, seed: int, limit: float = LIMIT) -> Run:
        """One process: its stages in seconds, and what its draws are worth."""
        caches, out = self.folder / f"caches-{key}", self.folder / f"draws-{key}"
        caches.mkdir(exist_ok=True)
        if key == "rstan":
            command, variables = self._r(data, out, caches, seed), {}
        else:
            command, variables = self._python(key, data, out, seed), _environment(caches)
        whole, printed = fresh(command, limit, variables)
        told = json.loads(printed.strip().splitlines()[-1])
        draws = _from_r(out) if key == "rstan" else dict(np.load(f"{out}.npz"))
        return {
            "seed": seed, "whole": whole, **told["seconds"], "divergences": told["divergences"],
            "remark": told["note"], **judge(**draws),
        }  # fmt: skip

    def _python(self, key: str, data: Path, out: Path, seed: int) -> list[str]:
        return [
            sys.executable, "-m", "benchmarks.sampling.sampler", key, str(data), f"{out}.npz",
            "--priors", json.dumps(self.priors), "--seed", str(seed),
            "--shorten", str(self.shorten),
        ]  # fmt: skip

    def _r(self, data: Path, out: Path, caches: Path, seed: int) -> list[str]:
        # rstan keeps the compiled model beside the file that it was written in.
        model = caches / STAN.name
        if not model.exists():
            shutil.copy(STAN, model)
        numbers = (DRAWS // self.shorten, TUNE // self.shorten, CHAINS, cores(), seed)
        return [
            shutil.which("Rscript") or "Rscript", str(SCRIPT), "sample", str(data), str(model),
            str(out), ",".join(f"{name}={value!r}" for name, value in self.priors.items()),
            ",".join(map(str, numbers)),
        ]  # fmt: skip


def _environment(caches: Path) -> dict[str, str]:
    """Where a process of Python looks for code, and for what an earlier one compiled."""
    flags = [os.environ.get("PYTENSOR_FLAGS", ""), f"base_compiledir={caches / 'pytensor'}"]
    path = [str(PROJECT / "tests"), str(PROJECT), os.environ.get("PYTHONPATH", "")]
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "PYTENSOR_FLAGS": ",".join(filter(None, flags)),
        "NUMBA_CACHE_DIR": str(caches / "numba"),
    }


def _from_r(out: Path) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """R writes an array of draws by chains by parameters, the first index fastest."""
    found = np.fromfile(out).reshape(6, CHAINS, -1)
    columns = np.moveaxis(found, 0, -1)
    return {"weights": columns[..., :2], "means": columns[..., 2:4], "sds": columns[..., 4:]}
