"""components: several numbers of components side by side, by evidence and by prediction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bayes.criticism.evidence import Evidence, evidence
from bayes.criticism.loo import Loo, loo
from bayes.model.density import counted
from bayes.model.priors import Priors
from bayes.posterior.posterior import Posterior
from em import Sample
from em.data.arguments import as_generator

__all__ = ["ComponentRow", "ComponentTable", "compare_components"]

GRADES = ((1.0, "hardly any"), (3.0, "some"), (5.0, "strong"), (math.inf, "very strong"))
"""Evidence in words up to so large a log Bayes factor (Kass & Raftery 1995)."""
ALIKE = 4.0
"""Difference of elpd below which predictions count as alike (Sivula, Magnusson & Vehtari 2020)."""


@dataclass(frozen=True, eq=False)
class ComponentRow:
    """What the data say for one number of components."""

    n_components: int
    """K."""
    evidence: Evidence
    """Its marginal likelihood."""
    probability: float
    """Posterior probability of K, if all numbers compared are equally probable beforehand."""
    log_bayes_factor: float
    """Log of its marginal likelihood over the largest one; zero or less."""
    loo: Loo | None
    """Its leave-one-out prediction; None where only squashed data are known."""
    elpd_difference: float
    """Its elpd less the best one; zero or less, NaN where it is not known."""
    elpd_difference_se: float
    """Standard error of that difference, value by value; NaN where it is not known."""

    @property
    def words(self) -> str:
        """Evidence against it and for the most probable number: ``hardly any`` and so on."""
        return next(word for limit, word in GRADES if -self.log_bayes_factor <= limit)

    @property
    def predicts_alike(self) -> bool:
        """Whether it predicts as well as the best, as far as can be told."""
        apart = -self.elpd_difference
        return apart < ALIKE or apart < 2.0 * self.elpd_difference_se


@dataclass(frozen=True, eq=False)
class ComponentTable:
    """Several numbers of components, side by side. Made by `compare_components`."""

    rows: tuple[ComponentRow, ...]
    """In increasing order of K."""

    @property
    def most_probable(self) -> ComponentRow:
        """The row with the largest marginal likelihood."""
        return max(self.rows, key=lambda row: row.evidence.logml)

    @property
    def verdict(self) -> str:
        """What it says, in plain words."""
        best = self.most_probable
        sizes = [row.n_components for row in self.rows]
        against = ", ".join(
            f"{row.words} evidence against {row.n_components} (Bayes factor "
            f"{math.exp(min(-row.log_bayes_factor, 700.0)):.2g})"
            for row in self.rows
            if row is not best
        )
        certain = best.probability > 0.99
        found = (
            f"Of {', '.join(map(str, sizes))} components, {best.n_components} "
            f"{'is' if best.n_components == 1 else 'are'} the most probable: probability "
            f"{'above 0.99' if certain else f'{best.probability:.2f}'} if all were equally "
            f"probable beforehand{'; ' if against else ''}{against}. That depends on the priors, "
            "of the sds above all."
        )
        if best.loo is None:
            return f"{found} How well they predict takes the full data."
        alike = [row.n_components for row in self.rows if row.predicts_alike]
        worse = [
            f"{row.n_components} ({row.elpd_difference:.1f}, standard error "
            f"{row.elpd_difference_se:.1f})"
            for row in self.rows
            if not row.predicts_alike
        ]
        found += f" New values are predicted best, or as well, with {_either(alike)} components"
        return f"{found}; worse with {_either(worse)}." if worse else f"{found}."


def compare_components(
    posteriors: Mapping[int, Posterior],
    sample: Sample | None = None,
    *,
    priors: Mapping[int, Priors] | None = None,
    rng: int | np.random.Generator | None = 0,
) -> ComponentTable:
    """Put posteriors with different numbers of components side by side.

    Parameters
    ----------
    posteriors : mapping of int to Posterior
        By number of components, all of the same data.
    sample : Sample, optional
        The data, where the posteriors were sampled from squashed ones.
    priors : mapping of int to Priors, optional
        What `bayes.fit` was given for each number; the default priors by default.
    rng : int or numpy.random.Generator
        A seed or a generator.

    Returns
    -------
    ComponentTable

    Raises
    ------
    ValueError
        If there is no posterior, if one has another number of components than its key says, if
        their data differ, or for what `evidence` and `loo` raise.
    """
    _check_same_data(posteriors)
    generator = as_generator(rng)
    given = {} if priors is None else priors
    sizes = sorted(posteriors)
    found = {
        K: evidence(posteriors[K], sample=sample, priors=given.get(K), rng=generator) for K in sizes
    }
    data = posteriors[sizes[0]].sample if sample is None else sample
    predicted = {K: loo(posteriors[K], data) for K in sizes} if counted(data) is not None else {}
    highest = max(one.logml for one in found.values())
    total = sum(math.exp(one.logml - highest) for one in found.values())
    best = max(predicted.values(), key=lambda one: one.elpd, default=None)
    rows = []
    for K in sizes:
        apart = (math.nan, math.nan) if best is None else predicted[K].difference(best)
        factor = found[K].logml - highest
        rows.append(
            ComponentRow(K, found[K], math.exp(factor) / total, factor, predicted.get(K), *apart)
        )
    return ComponentTable(tuple(rows))


def _check_same_data(posteriors: Mapping[int, Posterior]) -> None:
    if not posteriors:
        raise ValueError("expected at least one posterior, got none; for example {2: posterior}")
    first = next(iter(posteriors.values())).sample
    for K, posterior in posteriors.items():
        if posterior.n_components != K:
            raise ValueError(
                f"expected posteriors by number of components, got one with "
                f"{posterior.n_components} under {K}"
            )
        if not (
            np.array_equal(posterior.sample.values, first.values)
            and np.array_equal(posterior.sample.weights, first.weights)
            and posterior.sample.rounding == first.rounding
        ):
            raise ValueError(
                "expected posteriors of the same data, got different ones; their marginal "
                "likelihoods cannot be compared"
            )


def _either(items: Sequence[Any]) -> str:
    *others, last = map(str, items)
    return f"{', '.join(others)} or {last}" if others else last
