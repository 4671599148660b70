"""The tools, each as a user would call it: one call from an array of numbers to an estimate."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import em
from benchmarks.engine.rscript import R
from benchmarks.engine.timing import Call, call

__all__ = ["Estimate", "Peer", "mclust", "mixtools", "ours", "scikit_learn"]

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """Where a tool ended."""

    weights: list[float]
    means: list[float]
    sds: list[float]
    passes: int | None
    """EM passes over the data; None where the tool does not say."""
    trace: list[float]
    """What the tool compares from pass to pass; empty where it keeps no trace."""


@dataclass(frozen=True)
class Peer:
    """A tool that takes a tolerance."""

    name: str
    default: str
    """The call with the tool's defaults, as its users write it."""
    tight: str
    """The same with a tolerance, TOL."""
    exponent: int
    """The default tolerance is ten to the minus this."""
    relative: bool
    """Whether the tolerance is about the log-likelihood per value, and not about the whole."""
    lag: int
    """How many passes an entry of the trace is behind the estimate after that pass."""
    fit: Callable[[float | None, float], Call]
    """Fit the data now loaded at a tolerance (None: the default), within a limit in seconds."""


def ours(x: Floats, limit: float, *, squash: bool | None = None) -> Call:
    """One call of `em.fit`; the answer is the `em.Fit`."""
    return call(lambda: em.fit(x, 2, squash=squash), limit)


def scikit_learn(x: Floats) -> Peer:
    """The `GaussianMixture` of scikit-learn on a column of numbers."""
    from sklearn.mixture import GaussianMixture

    column = x[:, None]

    def fit(tolerance: float | None, limit: float) -> Call:
        if tolerance is None:
            model = GaussianMixture(2, random_state=0)
        else:
            model = GaussianMixture(2, tol=tolerance, max_iter=10_000_000, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = call(lambda: model.fit(column), limit)
        sds = np.sqrt(model.covariances_[:, 0, 0]).tolist()
        weights, means = model.weights_.tolist(), model.means_[:, 0].tolist()
        # Older versions of scikit-learn keep no trace.
        trace = list(map(float, getattr(model, "lower_bounds_", [])))
        return Call(made.seconds, Estimate(weights, means, sds, int(model.n_iter_), trace))

    return Peer(
        name="scikit-learn",
        default="GaussianMixture(2).fit(x[:, None])",
        tight="GaussianMixture(2, tol=TOL, max_iter=10_000_000).fit(x[:, None])",
        exponent=3,
        relative=True,
        lag=1,
        fit=fit,
    )


def mclust(running: R) -> Peer:
    """`Mclust` of the R package mclust, on the data that R has loaded."""
    return Peer(
        name="mclust",
        default='Mclust(x, G = 2, modelNames = "V")',
        tight='Mclust(x, G = 2, modelNames = "V", control = emControl(tol = c(TOL, 1.5e-8)))',
        exponent=5,
        relative=True,
        lag=1,
        fit=lambda tolerance, limit: _from_r(running.fit("mclust", tolerance, limit)),
    )


def mixtools(running: R) -> Peer:
    """`normalmixEM` of the R package mixtools, on the data that R has loaded."""
    return Peer(
        name="mixtools",
        default="normalmixEM(x, k = 2)",
        tight="normalmixEM(x, k = 2, epsilon = TOL, maxit = 1e6)",
        exponent=8,
        relative=False,
        lag=0,
        fit=lambda tolerance, limit: _from_r(running.fit("mixtools", tolerance, limit)),
    )


def _from_r(made: Call) -> Call:
    passes, *rest = made.answer
    weights, means, sds, trace = rest[0:2], rest[2:4], rest[4:6], rest[6:]
    told = None if np.isnan(passes) else int(passes)
    return Call(made.seconds, Estimate(weights, means, sds, told, trace))
