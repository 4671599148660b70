"""Simulated samples that are hard to search: 300 each for K = 2, 3 and 4, of twelve kinds.

What is fitted to a sample is a mixture of K normal components, whatever it was drawn from. Each
sample is the same whoever draws it, and can be drawn alone: ``draw(k, kind, i)``. The design is
printed by ``PYTHONPATH=tests python -m benchmarks.searching.samples``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.words import table

__all__ = ["EACH", "KINDS", "SEED", "SIZES", "Drawn", "design", "draw", "every"]

Floats = NDArray[np.float64]

SEED = 2027
"""Of the samples; theirs are ``(SEED, K, place of the kind, i)``."""
SIZES = (2, 3, 4)
"""Numbers of components that are fitted."""
EACH = 25
"""Samples of each kind for each K."""
LEAST = 5
"""Values that a group has at the least."""


@dataclass(frozen=True)
class Drawn:
    """One sample, and what it was drawn from."""

    k: int
    """The number of components to fit."""
    kind: str
    i: int
    values: Floats
    """In the order of the groups."""
    groups: NDArray[np.intp]
    """Which group each value was drawn from; there may be more or fewer than k."""
    step: float
    """What the values were rounded to, 0 if they were not."""

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.k} {self.kind} {self.i}"


@dataclass(frozen=True)
class Group:
    """A part of the population."""

    share: float
    middle: float
    spread: float
    shape: str = "normal"
    """What is drawn in units of `spread` around `middle`."""
    tail: float = 1.0
    """Of a log-normal group the sd of the logarithm, of a gamma group the shape."""

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """So many values of the group."""
        recipes: dict[str, Callable[[int], Any]] = {
            "normal": rng.standard_normal,
            "cauchy": rng.standard_cauchy,
            "t3": lambda m: rng.standard_t(3.0, m),
            "laplace": lambda m: rng.laplace(size=m),
            "uniform": lambda m: rng.uniform(-1.0, 1.0, m),
            "log-normal": lambda m: rng.lognormal(0.0, self.tail, m),
            "gamma": lambda m: rng.gamma(self.tail, size=m),
        }
        return np.asarray(self.middle + self.spread * recipes[self.shape](size), dtype=np.float64)


HEAVY = ("cauchy", "t3", "laplace")
SKEWED = ("log-normal", "gamma")
Recipe = Callable[[np.random.Generator, int, int], list[Group]]


def _row(
    rng: np.random.Generator,
    shares: Floats,
    sds: tuple[float, float],
    gaps: tuple[float, float],
    shape: str = "normal",
) -> list[Group]:
    """Groups side by side: log-uniform spreads, and gaps in units of two neighbours' mean."""
    spreads = np.exp(rng.uniform(math.log(sds[0]), math.log(sds[1]), shares.size))
    steps = 0.5 * (spreads[1:] + spreads[:-1]) * rng.uniform(*gaps, shares.size - 1)
    middles = np.concatenate([[0.0], np.cumsum(steps)])
    rows = zip(shares.tolist(), middles.tolist(), spreads.tolist(), strict=True)
    return [Group(*row, shape) for row in rows]


def _with(groups: list[Group], *more: Group) -> list[Group]:
    """Further groups, whose shares are taken from those of the others."""
    left = 1.0 - sum(group.share for group in more)
    kept = [Group(left * one.share, one.middle, one.spread, one.shape, one.tail) for one in groups]
    return [*kept, *more]


def _even(rng: np.random.Generator, size: int, concentration: float = 5.0) -> Floats:
    return rng.dirichlet(np.full(size, concentration))


def _logarithmic(rng: np.random.Generator, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _overlapping(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    return _row(rng, _even(rng, k), (0.7, 1.4), (1.2, 2.6))


def _separated(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    return _row(rng, _even(rng, k, 2.0), (0.3, 3.0), (4.0, 10.0))


def _small(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    groups = _row(rng, _even(rng, k - 1), (0.7, 1.4), (2.0, 4.0))
    end = groups[-1]
    middle = end.middle + end.spread * rng.uniform(2.5, 6.0)
    return _with(groups, Group(rng.uniform(0.01, 0.05), middle, rng.uniform(0.1, 0.6)))


def _outlying(rng: np.random.Generator, _k: int, _i: int) -> list[Group]:
    # As the galaxies are: whichever side takes a component of its own, the other lacks it.
    below = Group(rng.uniform(0.05, 0.1), -rng.uniform(4.0, 6.0), rng.uniform(0.1, 0.4))
    above = Group(rng.uniform(0.03, 0.08), rng.uniform(4.0, 6.0), rng.uniform(0.2, 0.6))
    return _with([Group(1.0, 0.0, 1.0)], below, above)


def _nested(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    spreads = np.cumprod(np.concatenate([[1.0], rng.uniform(2.5, 6.0, k - 1)]))
    shares = _even(rng, k)
    return [Group(w, 0.0, s) for w, s in zip(shares.tolist(), spreads.tolist(), strict=True)]


def _narrow_in_heavy(rng: np.random.Generator, k: int, i: int) -> list[Group]:
    number = 1 if k < 4 else 2
    narrow = [
        Group(0.2 / number, rng.uniform(-3.0, 3.0), _logarithmic(rng, 0.005, 0.2))
        for _ in range(number)
    ]
    return _with([Group(1.0, 0.0, 1.0, HEAVY[i % 3])], *narrow)


def _narrow_in_normal(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    groups = _row(rng, _even(rng, k - 1), (0.7, 1.4), (1.5, 4.0))
    middle = rng.uniform(-1.0, groups[-1].middle + 1.0)
    narrow = Group(rng.uniform(0.05, 0.25), middle, _logarithmic(rng, 0.005, 0.1))
    return _with(groups, narrow)


def _heavy(rng: np.random.Generator, k: int, i: int) -> list[Group]:
    return _row(rng, _even(rng, k - 1), (0.5, 2.0), (4.0, 10.0), HEAVY[i % 3])


def _skewed(rng: np.random.Generator, k: int, i: int) -> list[Group]:
    shape = SKEWED[i % 2]
    tail = rng.uniform(0.4, 1.0) if shape == "log-normal" else rng.uniform(1.0, 5.0)
    bulk = [Group(1.0, 0.0, 1.0, shape, tail)]
    if k == 2:
        return bulk
    share, middle = rng.uniform(0.1, 0.4), rng.uniform(2.0, 6.0)
    return _with(bulk, Group(share, middle, rng.uniform(0.2, 1.0)))


def _fewer(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    return _row(rng, _even(rng, k - 1), (0.7, 1.4), (2.0, 4.0))


def _background(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    groups = _row(rng, _even(rng, k - 1), (0.05, 0.5), (4.0, 10.0))
    middle = 0.5 * (groups[0].middle + groups[-1].middle)
    reach = (groups[-1].middle - groups[0].middle) / 2 + rng.uniform(2.0, 6.0)
    return _with(groups, Group(rng.uniform(0.3, 0.6), middle, reach, "uniform"))


def _rounded(rng: np.random.Generator, k: int, _i: int) -> list[Group]:
    return _row(rng, _even(rng, k), (1.0, 3.0), (2.0, 5.0))


@dataclass(frozen=True)
class Kind:
    """A recipe for samples."""

    recipe: Recipe
    sizes: tuple[int, int]
    """The fewest and the most values; log-uniform between."""
    what: str


KINDS: dict[str, Kind] = {
    "overlapping": Kind(
        _overlapping, (60, 2000), "K normal groups, neighbours 1.2 to 2.6 sds apart"
    ),
    "separated": Kind(
        _separated,
        (60, 2000),
        "K normal groups 4 to 10 sds apart, sds 0.3 to 3, uneven shares",
    ),
    "small": Kind(_small, (200, 2000), "K - 1 normal groups and a group of 1 to 5% beside them"),
    "outlying": Kind(
        _outlying, (60, 400), "a normal bulk with a small narrow group on either side, as galaxies"
    ),
    "nested": Kind(_nested, (60, 2000), "K normal groups with one mean, each 2.5 to 6 times wider"),
    "narrow in heavy": Kind(
        _narrow_in_heavy,
        (100, 2000),
        "a bulk that is Cauchy, t with 3 df or Laplace by turns; 20% in a narrow group, sd 0.005 "
        "to 0.2 (K = 4: in two)",
    ),
    "narrow in normal": Kind(
        _narrow_in_normal,
        (100, 2000),
        "K - 1 normal groups; 5 to 25% in a narrow group among them, sd 0.005 to 0.1",
    ),
    "heavy": Kind(
        _heavy, (60, 2000), "K - 1 groups that are Cauchy, t with 3 df or Laplace by turns"
    ),
    "skewed": Kind(
        _skewed, (60, 2000), "a log-normal or gamma bulk by turns; from K = 3 a normal group in it"
    ),
    "fewer": Kind(_fewer, (60, 2000), "K - 1 normal groups: one component too many"),
    "background": Kind(
        _background, (100, 2000), "K - 1 narrow normal groups on a uniform background of 30 to 60%"
    ),
    "rounded": Kind(
        _rounded,
        (60, 2000),
        "K normal groups with sds of 0.7 to 6 steps, rounded to the step",
    ),
}
"""The kinds, by name; their order is part of the seeds."""


def draw(k: int, kind: str, i: int) -> Drawn:
    """One sample of the design, always the same.

    Parameters
    ----------
    k : int
        The number of components to fit.
    kind : str
        One of `KINDS`.
    i : int
        Which of the samples of this kind, from 0.
    """
    rng = np.random.default_rng((SEED, k, list(KINDS).index(kind), i))
    low, high = KINDS[kind].sizes
    n = round(_logarithmic(rng, low, high))
    groups = KINDS[kind].recipe(rng, k, i)
    counts = np.maximum(rng.multinomial(n, [group.share for group in groups]), LEAST)
    counts[np.argmax(counts)] -= counts.sum() - n
    parts = [group.draw(m, rng) for group, m in zip(groups, counts.tolist(), strict=True)]
    values, step = np.concatenate(parts), 0.0
    # Anywhere and in any unit: a search must not depend on either.
    unit, origin = 10.0 ** rng.uniform(-2.0, 2.0), rng.uniform(-50.0, 50.0)
    if kind == "rounded":
        coarse = rng.uniform(0.5, 1.5)  # the step, in units of the sd of the narrowest group
        step = float(rng.choice([0.01, 0.1, 0.25, 0.5, 1.0, 5.0]))
        values = (np.rint(values / coarse) + round(origin)) * step
    else:
        values = (values + origin) * unit
    return Drawn(k, kind, i, values, np.repeat(np.arange(counts.size), counts), step)


def every(each: int = EACH) -> Iterator[Drawn]:
    """All samples, or the first so many of each kind, K by K."""
    for k in SIZES:
        for kind in KINDS:
            for i in range(each):
                yield draw(k, kind, i)


def design() -> str:
    """The design as a Markdown table, made from the recipes and the samples themselves."""
    rows = []
    for kind, recipe in KINDS.items():
        sizes = [draw(k, kind, i).values.size for k in SIZES for i in range(EACH)]
        rows.append([kind, recipe.what, f"{min(sizes):,} to {max(sizes):,}", str(len(sizes))])
    return table(["kind", "drawn from", "n", "samples"], rows, [2, 3])


if __name__ == "__main__":
    sys.stdout.write(design() + "\n")
