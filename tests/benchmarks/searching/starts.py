"""Starts for the references of the search: random ones of six recipes, and those at the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["TRUTHS", "Start", "at_the_truth", "random_starts"]

Floats = NDArray[np.float64]
Start = tuple[Floats, Floats, Floats]
"""Weights, means and sds."""

RECIPES = {"values": 75, "narrow": 75, "cuts": 50, "windows": 50, "nested": 25, "tails": 25}
"""How many random starts are made in which way."""
TRUTHS = 20
"""Starts at the truth: the first as it was drawn, the others near it."""
WINDOWS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
"""Shares of the values that a window holds."""


def random_starts(x: Floats, k: int, rng: np.random.Generator) -> list[Start]:
    """The random starts.

    Parameters
    ----------
    x : ndarray of shape (n,)
        In increasing order, with a middle of about 0 and a spread of about 1.
    k : int
        The number of components.
    rng : numpy.random.Generator
    """
    recipes = {
        "values": _values,
        "narrow": _narrow,
        "cuts": _cuts,
        "windows": _windows,
        "nested": _nested,
        "tails": _tails,
    }
    return [recipes[name](x, k, rng) for name, number in RECIPES.items() for _ in range(number)]


def at_the_truth(
    x: Floats, groups: NDArray[np.intp], k: int, rng: np.random.Generator
) -> list[Start]:
    """Starts from the groups that the values were drawn from.

    Where there are fewer groups than components, groups are split at random, into halves or into
    a core and its tails; where there are more, groups are joined. After the first start the sds
    and weights are shaken.

    Parameters
    ----------
    x, groups : ndarray of shape (n,)
        Values, and the group of each.
    k : int
        The number of components.
    rng : numpy.random.Generator
    """
    found = []
    for turn in range(TRUTHS):
        parts = [x[groups == one] for one in np.unique(groups)]
        while len(parts) > k:
            parts.sort(key=np.median)
            place = rng.integers(len(parts) - 1)
            parts[place : place + 2] = [np.concatenate(parts[place : place + 2])]
        while len(parts) < k:
            sizes = np.array([part.size for part in parts], dtype=np.float64)
            part = parts.pop(rng.choice(sizes.size, p=sizes / sizes.sum()))
            away = part if rng.random() < 0.5 else np.abs(part - np.median(part))
            upper = away > np.quantile(away, rng.uniform(0.2, 0.8))
            parts += [part[~upper], part[upper]]
        w, m, s = _moments(parts)
        if turn:
            w, s = rng.dirichlet(1.0 + 10.0 * w), s * rng.lognormal(0.0, 0.4, k)
        found.append((w, m, s))
    return found


def _moments(parts: list[Floats]) -> Start:
    """The mixture whose components have the moments of given parts of the values."""
    sizes = np.array([max(part.size, 1) for part in parts], dtype=np.float64)
    means = np.array([part.mean() if part.size else 0.0 for part in parts])
    sds = np.array([part.std() if part.size > 1 else 0.0 for part in parts])
    return sizes / sizes.sum(), means, np.maximum(sds, 1e-4)


def _weights(k: int, rng: np.random.Generator) -> Floats:
    return rng.dirichlet(np.full(k, 2.0))


def _values(x: Floats, k: int, rng: np.random.Generator) -> Start:
    """Values as means, with sds of the size of the data's."""
    return _weights(k, rng), rng.choice(x, k), rng.uniform(0.1, 1.5, k)


def _narrow(x: Floats, k: int, rng: np.random.Generator) -> Start:
    """The same, with sds of all sizes down to a thousandth and up to the range."""
    widest = max(np.log(x[-1] - x[0]), 1.0)
    return _weights(k, rng), rng.choice(x, k), np.exp(rng.uniform(np.log(1e-3), widest, k))


def _cuts(x: Floats, k: int, rng: np.random.Generator) -> Start:
    """The values cut into stretches, as k-means cuts them."""
    places = np.sort(rng.choice(np.arange(1, x.size), k - 1, replace=False))
    return _moments(np.split(x, places))


def _windows(x: Floats, k: int, rng: np.random.Generator) -> Start:
    """A window of neighbours, half of the time the narrowest of its kind, and cuts of the rest."""
    size = max(int(rng.choice(WINDOWS) * x.size), 3)
    first = int(rng.integers(x.size - size + 1))
    if rng.random() < 0.5:
        first = int(np.argmin(x[size - 1 :] - x[: x.size - size + 1]))
    rest = np.concatenate([x[:first], x[first + size :]])
    places = np.sort(rng.choice(np.arange(1, rest.size), k - 2, replace=False))
    return _moments([x[first : first + size], *np.split(rest, places)])


def _nested(x: Floats, k: int, rng: np.random.Generator) -> Start:
    """Sds that grow, around one value or nearly so."""
    sds = rng.uniform(0.02, 1.0) * np.cumprod(rng.uniform(1.5, 8.0, k))
    return _weights(k, rng), rng.choice(x) + 0.1 * sds * rng.standard_normal(k), sds


def _tails(x: Floats, k: int, rng: np.random.Generator) -> Start:
    """The values far out as one component, on one side or both, and cuts of the rest."""
    away = [np.abs(x), x, -x][rng.integers(3)]
    share = np.exp(rng.uniform(np.log(max(0.005, 3.0 / x.size)), np.log(0.3)))
    far = away >= np.quantile(away, 1.0 - share)
    rest = x[~far]
    places = np.sort(rng.choice(np.arange(1, rest.size), k - 2, replace=False))
    return _moments([x[far], *np.split(rest, places)])
