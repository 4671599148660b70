"""Computes the references of the search: the highest maximum that counts of those many climbs find.

Starts (`starts`), climber (`climber`) and rule (`rule`) share no code with `em`.
For each sample climb

- 1,200 random starts; of more than 1,000 values 300, and 300 more, up to 1,200, while fewer than
  five of them end at the best;
- 20 starts at the groups that the values were drawn from;
- the best of scikit-learn's ``n_init=50``, polished.

Of the ends that keep the rule the highest counts, if finite differences of the log-likelihood say
that it is a maximum. It takes 40 minutes, and is taken up where it was broken off:

    PYTHONPATH=tests python -m benchmarks.searching.reference
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.data import loglik
from benchmarks.searching.climber import End, climb
from benchmarks.searching.rule import broken, room
from benchmarks.searching.samples import KINDS, SEED, Drawn, every
from benchmarks.searching.starts import Start, at_the_truth, random_starts

__all__ = ["PATH", "Reference", "is_top", "load", "main", "reference"]

Floats = NDArray[np.float64]

PATH = Path(__file__).parents[2] / "reference" / "search.json"
COMMAND = "PYTHONPATH=tests python -m benchmarks.searching.reference"
PACKAGES = ("numpy", "numba", "scikit-learn")
ROUNDS, ENOUGH = 4, 5
"""Rounds of random starts, at the most; ends at the best after which there is no further one,"""
CHEAP = 1000
"""unless there are no more values than so many: some tops are found from one start in a hundred."""
SAME = 1e-5
"""Ends whose log-likelihoods are nearer are at the same top."""
SLOPE, BEND = 1e-6, 1e-7
"""What one more step of Newton's may gain at a maximum, and the least curvature that it has."""
REACH = 0.01
"""Steps of the finite differences, in standard errors were the groups known."""
DIGITS = 10
"""Of the parameters that are kept."""


class Reference(NamedTuple):
    """The highest maximum of one sample that is known, of those that count."""

    loglik: float | None
    """None if no end counts; the parameters are then empty."""
    weights: list[float]
    means: list[float]
    sds: list[float]
    ended: dict[str, int]
    """How many climbs ended there, by what they started from."""
    tried: dict[str, int]
    """How many were made."""
    room: tuple[str, float] | None
    """The inequality that it keeps by least, and by how much (`rule.room`)."""
    aside: tuple[str, float] | None
    """What the highest end above it breaks, and how much higher that is; None if none is."""


class _Scaled(NamedTuple):
    """Values with their middle at 0 and the spread of their middle half 1."""

    values: Floats
    distinct: Floats
    counts: Floats
    middle: float
    spread: float

    @classmethod
    def of(cls, x: Floats) -> _Scaled:
        low, middle, high = np.quantile(x, (0.25, 0.5, 0.75)).tolist()
        values = (x - middle) / (high - low)
        distinct, counts = np.unique(values, return_counts=True)
        return cls(values, distinct, counts.astype(np.float64), middle, high - low)

    def back(self, end: End) -> Start:
        """An end in the unit of the data, by increasing mean, with the digits that are kept."""
        order = np.argsort(end.means)
        natural = end.weights, self.middle + self.spread * end.means, self.spread * end.sds
        w, m, s = (np.array([float(f"{v:.{DIGITS}g}") for v in one[order]]) for one in natural)
        return w, m, s


class _Climbs:
    """The ends of the climbs on one sample."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn, self.scaled = drawn, _Scaled.of(drawn.values)
        self.tried: Counter[str] = Counter()
        self.ends: list[tuple[str, End]] = []

    def climb(self, route: str, starts: Sequence[Start]) -> None:
        """Climb from each of some starts."""
        self.tried[route] += len(starts)
        found = [climb(self.scaled.distinct, self.scaled.counts, start) for start in starts]
        self.ends += [(route, end) for end in found if not math.isnan(end.loglik)]
        self.ends.sort(key=lambda one: -one[1].loglik)

    def best(self) -> Reference:
        """The highest top that counts."""
        x, step = self.drawn.values, self.drawn.step
        highest: tuple[tuple[str, ...], float] | None = None
        before = math.inf
        for _, end in self.ends:
            if end.loglik > before - SAME:
                continue
            before = end.loglik
            found = self.scaled.back(end)
            breaks = broken(x, step, *found)
            if breaks:
                highest = highest or (breaks, end.loglik)
                continue
            if not is_top(x, *found):
                continue
            ended = Counter(route for route, one in self.ends if abs(one.loglik - before) < SAME)
            aside = None if highest is None else (highest[0][0], round(highest[1] - before, 3))
            name, least = min(room(x, step, *found).items(), key=lambda one: one[1])
            w, m, s = (one.tolist() for one in found)
            exact, near = round(loglik(x, *found), 8), (name, round(least, 3))
            return Reference(exact, w, m, s, dict(ended), dict(self.tried), near, aside)
        return Reference(None, [], [], [], {}, dict(self.tried), None, None)


def reference(drawn: Drawn) -> Reference:
    """Find the reference of one sample.

    Parameters
    ----------
    drawn : Drawn
    """
    rng = np.random.default_rng((SEED + 1, drawn.k, list(KINDS).index(drawn.kind), drawn.i))
    climbs = _Climbs(drawn)
    z = climbs.scaled.values
    climbs.climb("truth", at_the_truth(z, drawn.groups, drawn.k, rng))
    climbs.climb("scikit-learn", _by_scikit_learn(z, drawn.k))
    ordered = np.sort(z)
    for _ in range(ROUNDS):
        climbs.climb("random", random_starts(ordered, drawn.k, rng))
        found = climbs.best()
        if z.size > CHEAP and found.ended.get("random", 0) >= ENOUGH:
            break
    return found


def is_top(x: Floats, weights: Floats, means: Floats, sds: Floats) -> bool:
    """Whether finite differences of the log-likelihood say that a mixture is a maximum of it.

    Parameters
    ----------
    x : ndarray of shape (n,)
    weights, means, sds : ndarray of shape (n_components,)
    """
    k = weights.size
    each = x.size * weights
    # Standard errors were the groups known: of log odds, means and log sds.
    unit = np.concatenate([each[:-1] ** -0.5, sds * each**-0.5, (2.0 * each) ** -0.5])

    def at(step: Floats) -> float:
        moved = step * unit
        odds = weights * np.exp(np.append(moved[: k - 1], 0.0))
        spreads = sds * np.exp(moved[2 * k - 1 :])
        return loglik(x, odds / odds.sum(), means + moved[k - 1 : 2 * k - 1], spreads)

    size = unit.size
    own = at(np.zeros(size))
    ways = REACH * np.eye(size)
    up, down = np.array([at(way) for way in ways]), np.array([at(-way) for way in ways])
    slope = (up - down) / (2.0 * REACH)
    bend = np.diag((up + down - 2.0 * own) / REACH**2)
    for a in range(size):
        for b in range(a):
            both, apart = ways[a] + ways[b], ways[a] - ways[b]
            across = at(both) + at(-both) - at(apart) - at(-apart)
            bend[a, b] = bend[b, a] = across / (4.0 * REACH**2)
    values, vectors = np.linalg.eigh(-bend)
    if values[0] < BEND:
        return False
    gain = 0.5 * float((((vectors.T @ slope) ** 2) / values).sum())
    return gain < SLOPE


def _by_scikit_learn(z: Floats, k: int) -> list[Start]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(k, n_init=50, tol=1e-4, reg_covar=1e-9, max_iter=200, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is polished anyway
        try:
            model.fit(z[:, None])
        except ValueError:  # all of its own starts collapsed
            return []
    return [(model.weights_, model.means_[:, 0], np.sqrt(model.covariances_[:, 0, 0]))]


def load(path: Path = PATH) -> dict[str, Reference]:
    """The references that were computed, by the names of the samples."""
    kept = json.loads(path.read_text(encoding="utf-8"))["samples"]
    return {name: Reference(**one) for name, one in kept.items()}


def _written(samples: Mapping[str, Reference]) -> str:
    """The file, one sample to a line."""
    about = {
        "command": COMMAND,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "seed": SEED,
    }
    lines = [f"{json.dumps(n)}: {json.dumps(one._asdict())}" for n, one in samples.items()]
    return f'{{"about": {json.dumps(about)},\n"samples": {{\n' + ",\n".join(lines) + "\n}}\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Compute the references that are missing.

    Parameters
    ----------
    argv : sequence of str, optional
        The command line; that of the process by default.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.searching.reference", description=__doc__)
    parser.add_argument("--out", type=Path, default=PATH, help="the file to write to, or to go on")
    path: Path = parser.parse_args(argv).out
    known: dict[str, Any] = load(path) if path.exists() else {}
    for drawn in every():
        if drawn.name in known:
            continue
        begin = time.process_time()
        known[drawn.name] = found = reference(drawn)
        seconds = time.process_time() - begin
        # Whole or not at all: a run that is broken off leaves what can be read.
        fresh = path.with_suffix(".new")
        fresh.write_text(_written(known), encoding="utf-8")
        fresh.replace(path)
        sys.stderr.write(f"{seconds:6.2f} s  {drawn.name}: {found.loglik} {found.ended}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
