"""relabelling: the same draws with their components named another way, and whether it matters.

The likelihood does not change when components swap names, so which draws of a mean belong
together is a choice. `bayes.fit` names components in increasing order of mean, draw by draw. Where
groups differ in their sds more than in their means another name may follow them better: by sd, or
by what each component does to the data (Stephens 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bayes.model.rounding import log_density_rounded
from em import Parameters, Sample

__all__ = [
    "ORDERS",
    "LabelChange",
    "Order",
    "by_mean",
    "label_change",
    "permuted",
    "places",
    "responsibilities",
    "seen",
]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Order = Literal["mean", "sd", "kl"]

ORDERS: tuple[Order, ...] = ("mean", "sd", "kl")
NODES = 200
"""More distinct values than this are squashed to about as many."""
PASSES = 100
"""The algorithm of Stephens ends by itself, mostly after a few passes; this is for safety."""
TABLE = 1 << 23
"""Numbers in the largest table of responsibilities: 64 MB."""
LISTED = 5
"""Up to so many components all permutations are tried at once."""

HARDLY, MATTERS = 0.05, 0.2
"""Moves of a posterior mean, in posterior sds, below and above which names hardly matter or do."""


@dataclass(frozen=True)
class LabelChange:
    """What another way to name the components changes, against the order of means or of sds."""

    order: str
    """``"mean"``, ``"sd"`` or ``"kl"``."""
    names: tuple[int, ...]
    """Which component in the order it is held against bears each name in most draws: ``(1, 0)``
    if the two of them mostly change places. That alone is a change of names and nothing else."""
    share: float
    """The share of draws whose components are named otherwise than in most draws."""
    parameter: str
    """The parameter whose posterior mean moves furthest, by its name in the order it is held
    against."""
    shift: float
    """How far it moves, in its posterior sds; `names` is undone first."""
    against: Literal["mean", "sd"] = "mean"
    """The order it is held against."""

    @property
    def matters(self) -> bool:
        """Whether a posterior mean moves by more than a fifth of its posterior sd."""
        return self.shift > MATTERS

    @property
    def sentence(self) -> str:
        """What the change amounts to, and whether the choice of names matters."""
        how = {
            "mean": "by increasing mean",
            "sd": "by increasing sd",
            "kl": "by the values they account for (Stephens 2000)",
        }[self.order]
        said = f"Naming the components {how} and not by increasing {self.against}"
        if self.names != tuple(range(len(self.names))):
            said += f" puts them in the order {', '.join(map(str, self.names))}, and"
        if self.share == 0.0:
            rest = "else " if said.endswith("and") else ""
            return f"{said} changes nothing {rest}in any draw: the choice does not matter."
        said += f" gives them other names in {_percent(self.share)} of the draws"
        if self.shift < HARDLY:
            return (
                f"{said}, and no posterior mean moves by more than {HARDLY:g} posterior sds: the "
                "choice does not matter."
            )
        said += (
            f" and moves the posterior mean of {self.parameter} by {self.shift:.2f} posterior sds"
        )
        if not self.matters:
            return f"{said}: the choice matters little."
        return (
            f"{said}: the choice matters, and what is said of one component holds for this way "
            "of naming them only."
        )


def places(draws: Parameters, sample: Sample, order: Order) -> Places:
    """Which component of each draw comes first, second and so on.

    Parameters
    ----------
    draws : Parameters
        Each of shape (..., K).
    sample : Sample
        The data; used for ``"kl"`` only.
    order : {"mean", "sd", "kl"}

    Returns
    -------
    ndarray of shape (..., K)
        At place k, the component that comes there.
    """
    if order == "sd":
        return _sorted(draws.sds)
    first = by_mean(draws)
    if order == "mean":
        return first
    further = by_responsibilities(permuted(draws, first), sample)
    return np.take_along_axis(first, further, axis=-1)


def by_mean(draws: Parameters) -> Places:
    """Which component of each draw comes first, second and so on in increasing order of mean."""
    return _sorted(draws.means)


def _sorted(key: Floats | Places) -> Places:
    return np.argsort(key, axis=-1, kind="stable")


def permuted(draws: Parameters, there: Places) -> Parameters:
    """Weights, means and sds with the components of each draw in other places."""
    return Parameters(*(np.take_along_axis(value, there, axis=-1) for value in draws))


def by_responsibilities(draws: Parameters, sample: Sample) -> Places:
    """The Kullback-Leibler algorithm of Stephens (2000), on the responsibilities.

    Names are chosen such that the responsibilities of each draw, the probabilities that a value
    belongs to each component, lie close to their average Q over all draws: the sum over draws and
    values of ``sum_k p_k log(p_k / Q_k)`` is a minimum. It alternates between Q for given names
    and the best names for given Q, until no draw changes; each step lowers the sum, so that it
    ends, at a minimum near the names it starts from.

    Parameters
    ----------
    draws : Parameters
        Each of shape (..., K), with the names to start from.
    sample : Sample
        The data; more than some 200 distinct values are squashed (`Sample.squash`).

    Returns
    -------
    ndarray of shape (..., K)
        At place k, which component of the draw comes there.

    References
    ----------
    Stephens (2000), Dealing with label switching in mixture models, Journal of the Royal
    Statistical Society B 62, algorithm 2.
    """
    data = seen(sample)
    K = draws.means.shape[-1]
    flat = Parameters(*(value.reshape(-1, K) for value in draws))
    # Of very many draws the average is known well enough from some of them.
    step = -(-len(flat.means) * K * len(data) // TABLE)
    shares = responsibilities(Parameters(*(value[::step] for value in flat)), data)
    names = np.tile(np.arange(K), (len(shares), 1))
    for _ in range(PASSES):
        prices = _prices(shares, names, data.weights)
        cost = _costs(shares, prices)
        best = _cheapest(cost)
        # Equally good names are left as they are: else two of them might take turns for ever.
        better = _paid(cost, names) - _paid(cost, best) > 1e-9 * data.n
        if not better.any():
            break
        names[better] = best[better]
    if step > 1:
        parts = [Parameters(*(value[i::step] for value in flat)) for i in range(step)]
        names = np.empty((len(flat.means), K), dtype=np.intp)
        for i, part in enumerate(parts):
            names[i::step] = _cheapest(_costs(responsibilities(part, data), prices))
    return names.reshape(draws.means.shape)


def seen(sample: Sample) -> Sample:
    """The data as names are judged by them: distinct values, or the few nodes that stand for many.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    Sample
    """
    data = sample.collapse()
    return sample.squash() if len(data) > NODES else data


def responsibilities(draws: Parameters, data: Sample) -> Floats:
    """The probability, by each draw, that a value belongs to a component.

    Parameters
    ----------
    draws : Parameters
        Each of shape (n_draws, K).
    data : Sample

    Returns
    -------
    ndarray of shape (n_draws, K, n_values)
    """
    weights, means, sds = (value[..., None] for value in draws)
    if data.rounding > 0:
        joint, heights = log_density_rounded(data.values, means, sds, data.rounding), weights
    else:
        joint, heights = (data.values - means) / sds, weights / sds
        joint *= joint
        joint *= -0.5
    with np.errstate(divide="ignore"):  # a weight of zero is log 0 = -inf
        joint += np.log(heights)
    joint -= joint.max(axis=1, keepdims=True)
    np.exp(joint, out=joint)
    joint /= joint.sum(axis=1, keepdims=True)
    return joint


def _prices(shares: Floats, names: Places, weights: Floats) -> Floats:
    """Minus the log of the average Q under the given names, times the weights of the values.

    Of shape (K, n_values).
    """
    S, K, n = shares.shape
    there = (names[:, :, None] == np.arange(K)).astype(np.float64)  # of shape (n_draws, k, j)
    average = there.transpose(1, 0, 2).reshape(K, S * K) @ shares.reshape(S * K, n) / S
    return np.asarray(-weights * np.log(np.maximum(average, 1e-300)))


def _costs(shares: Floats, prices: Floats) -> Floats:
    """What it costs to put component j of a draw in place k, of shape (n_draws, j, k).

    What does not depend on the names is left out of the sum.
    """
    S, K, n = shares.shape
    return (shares.reshape(S * K, n) @ prices.T).reshape(S, K, K)


def _paid(cost: Floats, names: Places) -> Floats:
    """What names cost, of shape (n_draws,)."""
    return np.take_along_axis(cost, names[:, None, :], axis=1)[:, 0, :].sum(axis=1)


def _cheapest(cost: Floats) -> Places:
    """The cheapest names of each draw, of shape (n_draws, K)."""
    K = cost.shape[-1]
    if K > LISTED:
        from scipy.optimize import linear_sum_assignment

        return np.array([linear_sum_assignment(one.T)[1] for one in cost])
    every = np.array(list(permutations(range(K))))
    paid = np.stack([cost[:, one, np.arange(K)].sum(axis=1) for one in every], axis=1)
    return every[paid.argmin(axis=1)]


def label_change(
    named: Parameters,
    renamed: Parameters,
    order: Order,
    against: Literal["mean", "sd"] = "mean",
) -> LabelChange:
    """What naming the components another way changes, against the order of means or of sds.

    Parameters
    ----------
    named, renamed : Parameters
        The same draws, named by `against` and by `order`, each of shape (..., K).
    order : {"mean", "sd", "kl"}
        The other way.
    against : {"mean", "sd"}

    Returns
    -------
    LabelChange
    """
    K = named.means.shape[-1]
    # Which component in the first order bears each name: the rank of its mean, or of its sd.
    key = renamed.sds if against == "sd" else renamed.means
    ranks = _sorted(_sorted(key)).reshape(-1, K)
    each, counts = np.unique(ranks, axis=0, return_counts=True)
    names = each[counts.argmax()]
    moves = {}
    for parameter in Parameters._fields:
        before, after = getattr(named, parameter), getattr(renamed, parameter)
        after = after[..., np.argsort(names)]
        for k in range(K):
            sd = before[..., k].std()
            move = abs(after[..., k].mean() - before[..., k].mean())
            moves[f"{parameter}[{k}]"] = move / sd if sd > 0 else 0.0
    furthest = max(moves, key=lambda name: moves[name])
    return LabelChange(
        order=order,
        names=tuple(names.tolist()),
        share=1.0 - float(counts.max() / counts.sum()),
        parameter=furthest,
        shift=float(moves[furthest]),
        against=against,
    )


def _percent(share: float) -> str:
    if share < 0.001:
        return "less than 0.1%"
    return f"{100 * share:.2g}%" if share < 0.1 else f"{100 * share:.0f}%"
