"""Scores: what is estimated, as a row of numbers, and how an estimate is held against the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

import em
from compare.comparison.borders import border
from compare.study.population import Population

__all__ = ["borders", "densities", "estimands", "matching", "row", "slopes", "targets"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

ERRORS = ("density", "misclassified")
"""Errors that an estimate has as a whole: the integrated squared error of its density, and the
share of values that it puts into the wrong group."""


def estimands(n_components: int) -> tuple[str, ...]:
    """The names of what is estimated: those with intervals, then the two errors as a whole.

    Of two weights the second mirrors the first, and the weight of a single component is none.
    """
    K = n_components
    return (
        *(f"weights[{k}]" for k in range(_weights(K))),
        *(f"{kind}[{k}]" for kind in ("means", "sds") for k in range(K)),
        *(f"borders[{k}]" for k in range(K - 1)),
        *ERRORS,
    )


def matching(estimate: em.Parameters, target: em.Parameters) -> Ints:
    """Which component of the estimate is which group of the truth.

    The assignment with the smallest sum of squared distances: of means in sds of the group, and
    of logarithms of the sds.

    Parameters
    ----------
    estimate, target : em.Parameters
        Each of shape (K,).

    Returns
    -------
    ndarray of int, of shape (K,)
        For each group the place of its component.
    """
    with np.errstate(divide="ignore"):  # the sd of a component that collapsed may be zero
        logs = np.log(np.maximum(estimate.sds, np.finfo(float).tiny))
    cost = ((target.means[:, None] - estimate.means) / target.sds[:, None]) ** 2
    cost += (np.log(target.sds)[:, None] - logs) ** 2
    return np.asarray(linear_sum_assignment(cost)[1])


def borders(parameters: em.Parameters) -> Floats:
    """Where each group becomes less likely than the next, of shape (K - 1,); NaN where nowhere."""
    mixture = em.Mixture(*parameters)
    return np.array([border(mixture, k) for k in range(mixture.n_components - 1)])


def slopes(parameters: em.Parameters) -> Floats:
    """How each border moves with the parameters, of shape (K - 1, 3 K).

    By the implicit function theorem, from the log-odds of two neighbours, which are zero there.
    """
    K = len(parameters.means)
    found = np.zeros((K - 1, 3 * K))
    for k, x in enumerate(borders(parameters)):
        w, m, s = (value[k : k + 2] for value in parameters)
        z, sign = (x - m) / s, np.array([1.0, -1.0])
        by_x = float(np.sum(sign * -z / s))
        for kind, by in enumerate((1.0 / w, z / s, (z * z - 1.0) / s)):
            found[k, kind * K + k : kind * K + k + 2] = -sign * by / by_x
    return found


def row(parameters: em.Parameters, places: Ints, cut: Floats | None = None) -> Floats:
    """The estimands with intervals: parameters by group of the truth, then the borders.

    Parameters
    ----------
    parameters : em.Parameters
        Each of shape (K, ...).
    places : ndarray of int, of shape (K,)
        As `matching` gives them.
    cut : ndarray of shape (K - 1, ...), optional
        What stands for the borders; those of the parameters by default.

    Returns
    -------
    ndarray of shape (n_estimands - 2, ...)
    """
    weights, means, sds = (value[places] for value in parameters)
    return np.concatenate(
        [
            weights[: _weights(len(places))],
            *(means, sds),
            borders(parameters) if cut is None else cut,
        ]
    )


def targets(population: Population) -> Floats:
    """The true value of each estimand.

    The error of its density is 0, and the share misclassified is that of the best possible rule.
    """
    parameters = population.target.parameters
    K = population.n_components
    parts = population.parts(population.grid)
    return np.concatenate([row(parameters, np.arange(K)), [0.0, _wrong(parts, parts)]])


def densities(population: Population, parts: Floats) -> Floats:
    """The two errors as a whole.

    Parameters
    ----------
    population : Population
    parts : ndarray of shape (K, n_grid)
        Weight times density of each component at the points of its grid, in the order of the
        groups that they stand for.

    Returns
    -------
    ndarray of shape (2,)
    """
    truth, x = population.parts(population.grid), population.grid
    gap = truth.sum(axis=0) - parts.sum(axis=0)
    return np.array([np.trapezoid(gap * gap, x), _wrong(truth, parts)])


def _weights(n_components: int) -> int:
    """How many weights are estimands of their own."""
    return n_components if n_components > 2 else n_components - 1


def _wrong(truth: Floats, parts: Floats) -> float:
    """The share of values for which another group than theirs has the largest part."""
    total = truth.sum(axis=0)
    right = np.take_along_axis(truth, parts.argmax(axis=0)[None], axis=0)[0]
    return float(1.0 - right.sum() / total.sum())
