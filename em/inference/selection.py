"""How many groups: information criteria over several models, and tests of K against K + 1."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import as_generator, flag, whole
from em.data.requirements import refuse_sampling
from em.data.sample import Sample, as_sample
from em.inference.fit import Fit
from em.inference.fitting import fit, fit_with, least_distinct
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import expect
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.likelihood.rounding import nearest_step
from em.search.ascent import Status, ascend
from em.search.search import Search
from em.search.start import starts

__all__ = ["EmTest", "LikelihoodRatioTest", "Selection", "em_test", "lr_test", "select"]

Floats = NDArray[np.float64]

CRITERIA = ("aic", "bic", "icl")


@dataclass(frozen=True)
class Selection:
    """Fits of several models to one sample, to be compared."""

    fits: tuple[Fit, ...]
    """In the order they were asked for: by number of components, unequal sds first."""

    def best(self, criterion: str = "bic") -> Fit:
        """The converged fit with the lowest value of a criterion.

        Parameters
        ----------
        criterion : {"bic", "aic", "icl"}

        Returns
        -------
        Fit

        Raises
        ------
        ValueError
            If the criterion is unknown, no fit converged, or the weights are sampling weights,
            whose pseudo-likelihood has no criteria.
        """
        if criterion not in CRITERIA:
            raise ValueError(f"expected one of {CRITERIA}, got {criterion!r}")
        for one in self.fits[:1]:
            refuse_sampling(one.sample, f"a choice by {criterion.upper()}")
        sound = [one for one in self.fits if one.converged]
        if not sound:
            raise ValueError("expected a fit that converged, got none; try fewer components")
        return min(sound, key=lambda one: getattr(one, criterion))

    def rows(self) -> list[dict[str, Any]]:
        """One record for each fit, for a table of your own or ``pandas.DataFrame(...)``."""
        return [
            {
                "n_components": one.n_components,
                "equal_sds": one.equal_sds,
                "n_parameters": one.n_parameters,
                "loglik": one.loglik,
                "aic": one.aic,
                "bic": one.bic,
                "icl": one.icl,
                "status": one.status.name,
            }
            for one in self.fits
        ]

    def __str__(self) -> str:
        head = (
            f"{'K':>2}  {'sds':<8}{'p':>3}{'loglik':>16}{'AIC':>14}{'BIC':>14}{'ICL':>14}  status"
        )
        lines = [head, "-" * len(head)]
        pseudo = any(one.is_pseudo for one in self.fits)
        best = {name: self.best(name) for name in CRITERIA} if self._any and not pseudo else {}
        for one in self.fits:
            cells = "".join(
                f"{getattr(one, name):>13.3f}{'*' if best.get(name) is one else ' '}"
                for name in CRITERIA
            )
            lines.append(
                f"{one.n_components:>2}  {'equal' if one.equal_sds else 'unequal':<8}"
                f"{one.n_parameters:>3}{one.loglik:>16.4f}{cells}  {one.status.name}"
            )
        lines.append(
            "no criteria: of sampling weights there is a pseudo-likelihood only"
            if pseudo
            else "* lowest of the fits that converged; lower is better"
        )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    @property
    def _any(self) -> bool:
        return any(one.converged for one in self.fits)


def select(
    x: ArrayLike | Sample,
    n_components: Iterable[int] = range(1, 6),
    *,
    equal_sds: bool | Iterable[bool] = (False, True),
    **settings: Any,
) -> Selection:
    """Fit models with several numbers of components, with unequal and with equal sds.

    Each fit is the best regular maximum that a search from many starts has found, and no less
    likely than the smaller models inside it. That none is higher elsewhere is not proven: with
    many components or few values, see whether more `n_starts` or another `rng` change the table.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    n_components : iterable of int
        Numbers of components to try. Those that the data are too few for are left out.
    equal_sds : bool or iterable of bool
        Which of the two to try; with one component they are the same.
    **settings
        Passed on to `em.fit`; `rounding` is the same for all of them.

    Returns
    -------
    Selection

    Raises
    ------
    TypeError, ValueError
        As `em.fit` does, and if there is nothing to try or the data are too few for all of it.

    Examples
    --------
    >>> from em import Mixture
    >>> x, _ = Mixture([0.5, 0.5], [0, 9], [1, 1]).sample(200, rng=1)
    >>> select(x, range(1, 4)).best().n_components
    2
    """
    sample = as_sample(x, settings.pop("rounding", None))
    tied = _tied(equal_sds)
    if not isinstance(n_components, Iterable):
        raise TypeError(
            f"expected several numbers of components, got {n_components!r}; for example range(1, 6)"
        )
    numbers = [whole("n_components", k) for k in n_components]
    if not (numbers and tied):
        raise ValueError("expected at least one model to try, got none; for example range(1, 6)")
    distinct, rounded = sample.squash().values.size, sample.rounding > 0
    models = [
        (k, same, least_distinct(k, equal_sds=same, rounded=rounded))
        for k in numbers
        for same in (tied if k > 1 else tied[:1])
    ]
    wanted = [model for model in models if distinct >= model[2]]
    if not wanted:
        raise ValueError(
            f"expected enough distinct values for one of the models, got {distinct}; "
            "ask for fewer components"
        )
    # Where weights count too few values for any of them, the fit of the first says so.
    wanted = [model for model in wanted if sample.n >= model[2] * (1 - 1e-9)] or wanted[:1]
    searches: dict[int, Search] = {}
    return Selection(
        tuple(fit_with(searches, sample, k, equal_sds=same, **settings) for k, same, _ in wanted)
    )


def _tied(equal_sds: object) -> tuple[bool, ...]:
    """Which of unequal and equal sds to try."""
    if isinstance(equal_sds, str) or not isinstance(equal_sds, Iterable):
        return (flag("equal_sds", equal_sds, " or both in a tuple"),)
    return tuple(dict.fromkeys(flag("equal_sds", same) for same in equal_sds))


@dataclass(frozen=True, eq=False)
class LikelihoodRatioTest:
    """A bootstrap likelihood-ratio test of K components against K + 1."""

    n_components: int
    """K, the number under the null hypothesis."""
    statistic: float
    """Twice the gain in log-likelihood; 0 if no regular maximum with one more was found."""
    pvalue: float
    """``(1 + #{LR* >= LR}) / (B + 1)``."""
    null: Floats
    """The statistics of the simulated data sets, of shape (B,)."""


def lr_test(
    x: ArrayLike | Sample,
    n_components: int = 1,
    *,
    equal_sds: bool = False,
    n_refits: int = 199,
    rng: int | np.random.Generator | None = 0,
) -> LikelihoodRatioTest:
    """Test K components against K + 1 by a parametric bootstrap (McLachlan 1987).

    The likelihood ratio has no chi-squared distribution here, so its distribution is simulated
    from the fit with K components, and rounded where the sample is; each simulated data set is
    fitted twice from many starts.
    Where a search misses the highest maximum with K + 1 components its statistic is too small.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    n_components : int
        K, the number of components under the null hypothesis.
    equal_sds : bool
        Whether the components share one sd.
    n_refits : int
        How many data sets to simulate, B.
    rng : int or numpy.random.Generator, optional
        Seed of the simulation. The default gives the same answer at every call.

    Returns
    -------
    LikelihoodRatioTest

    Raises
    ------
    TypeError, ValueError
        As `em.fit` does, if the fit with K components does not converge, if there is no refit, or
        for sampling weights.
    """
    whole("n_refits", n_refits)
    sample = as_sample(x)
    refuse_sampling(sample, "a likelihood-ratio test")
    generator = as_generator(rng)
    searches: dict[int, Search] = {}
    needed = 2 * (whole("n_components", n_components) + 1)
    if round(sample.n) < needed <= len(sample.collapse()):
        raise ValueError(
            f"expected weights with a sum of at least {needed} to draw samples of "
            f"that size, got {sample.n:g}; weights count observations"
        )
    smaller = fit_with(searches, sample, n_components, equal_sds=equal_sds)
    if not smaller.converged:
        raise ValueError(
            f"expected a fit that converges, got {smaller.status.name} with {n_components} "
            "components; there is nothing to simulate from"
        )

    def ratio(data: Sample, less: Fit, searches: dict[int, Search]) -> float:
        # The larger model of the same data builds on the smaller one.
        more = fit_with(searches, data, n_components + 1, equal_sds=equal_sds)
        # Where no regular maximum with one more exists, it gains nothing.
        gain = more.loglik - less.loglik if more.converged and less.converged else 0.0
        return max(2 * gain, 0.0)

    statistic = ratio(sample, smaller, searches)
    fewest = least_distinct(n_components + 1, equal_sds=equal_sds, rounded=True)
    null = np.empty(n_refits)
    for place in range(n_refits):
        values = smaller.mixture.sample(round(sample.n), generator)[0]
        if sample.rounding > 0:
            values = nearest_step(values, sample.rounding, float(sample.values[0]))
        drawn = Sample(values, rounding=sample.rounding)
        if sample.rounding > 0 and len(drawn.collapse()) < fewest:
            null[place] = 0.0  # nothing to tell the larger model by
            continue
        searches = {}
        less = fit_with(searches, drawn, n_components, equal_sds=equal_sds)
        null[place] = ratio(drawn, less, searches)
    pvalue = (1 + int(np.count_nonzero(null >= statistic))) / (n_refits + 1)
    return LikelihoodRatioTest(n_components, statistic, pvalue, null)


@dataclass(frozen=True)
class EmTest:
    """The EM-test of one component against two."""

    statistic: float
    """Twice the gain in penalised log-likelihood."""
    pvalue: float
    """From the chi-squared distribution with two degrees of freedom."""


PROPORTIONS = (0.1, 0.3, 0.5)
"""Mixing proportions that the EM-test starts from."""
EM_ROUNDS = 3
"""EM steps it makes from each."""
SD_PENALTY = 0.25
"""Factor of its penalty on small sds."""


def em_test(x: ArrayLike | Sample, *, n_starts: int = 20) -> EmTest:
    """Test one normal component against two with unequal sds (Chen & Li 2009).

    For each of a few mixing proportions the penalised likelihood is maximised over means and
    sds, a few EM steps follow, and twice the largest gain over one component is the statistic.
    Its limit is chi-squared with two degrees of freedom, so nothing need be simulated. Rounded
    values are taken for exact ones, as the published test has it.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    n_starts : int
        Starts for each proportion.

    Returns
    -------
    EmTest

    Raises
    ------
    TypeError, ValueError
        As `em.fit` does for two components, and for sampling weights.
    """
    whole("n_starts", n_starts)
    sample = as_sample(x)
    refuse_sampling(sample, "the EM-test")
    one = fit(sample, 1)
    data = sample.squash() if one.data.bins is not None else sample.collapse()
    if data.values.size < 4:
        raise ValueError(f"expected at least 4 distinct values, got {data.values.size}")
    seen = Observed(data.standardised, data.weights)
    z, mass, n = seen.x, seen.weights, seen.n
    # One component, standardised: mean 0 and sd 1, each half with the penalty at its smallest.
    null = -0.5 * n * (math.log(2 * math.pi) + 1.0) - 2 * SD_PENALTY
    first = starts(z, mass, 2, n_starts, np.random.default_rng(0))
    # Either component may be the small one.
    flipped = Parameters(*(value[:, ::-1] for value in first))
    first = Parameters(*map(np.concatenate, zip(first, flipped, strict=True)))
    held = Coordinates(2, fixed=((True, True), (False, False), (False, False)))
    best = -math.inf
    for proportion in PROPORTIONS:
        weights = np.broadcast_to([proportion, 1 - proportion], first.weights.shape)
        climbed = ascend(
            seen, first._replace(weights=weights.copy()), held, penalty=SD_PENALTY, tol=1e-4,
            max_iter=200,
        )  # fmt: skip
        usable = [s not in (Status.COLLAPSED, Status.EMPTY) for s in climbed.status]
        top = int(np.argmax(np.where(usable, climbed.loglik, -np.inf)))
        at = Parameters(*(value[[top]] for value in climbed.at))
        for _ in range(EM_ROUNDS):
            expected = expect(seen, at, SD_PENALTY)
            moved = held.m_step(at, expected.counts, expected.first, expected.second, SD_PENALTY)
            at = moved._replace(weights=_proportion(expected.counts, n))
        loglik = float(expect(seen, at, SD_PENALTY).loglik[0])
        best = max(best, loglik + math.log(2 * at.weights.min()))
    statistic = max(2 * (best - null), 0.0)
    return EmTest(statistic, math.exp(-0.5 * statistic))


def _proportion(counts: Floats, n: float) -> Floats:
    """The weights that maximise ``sum_k c_k log w_k + log min(w)`` for two components."""
    small = np.argmin(counts, axis=1)
    share = np.minimum((counts.min(axis=1) + 1.0) / (n + 1.0), 0.5)
    weights = np.empty_like(counts)
    rows = np.arange(counts.shape[0])
    weights[rows, small] = share
    weights[rows, 1 - small] = 1.0 - share
    return weights
