"""Confidence intervals: Wald, profile likelihood and percentiles of a bootstrap."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.data.arguments import real
from em.likelihood.coordinates import Coordinates
from em.likelihood.information import Pass, natural_jacobian, sweep
from em.likelihood.mixture import Order
from em.likelihood.parameters import Parameters
from em.likelihood.rounding import HIDDEN
from em.search.ascent import Status, ascend
from em.search.groups import Verdict, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from em.inference.fit import Fit

__all__ = ["conf_int"]

Floats = NDArray[np.float64]

WEIGHT, MEAN, SD = range(3)
OPEN = (25.0, 1e3, 25.0)
"""How far from the estimate an end is sought: in logits, sds of the sample and log sds."""
STRIDE = (2.0, 0.5, 1.0)
"""The longest first step, in the same units, however large the standard error."""
STRAY = 0.7
"""How far a round may move a mean (in sds) or an sd (in logs) without leaving its branch."""
SHORTEST = 5e-3
"""A stride this short that still leaves the branch means that the branch ends there."""
JUMP = 1e-3
"""In steps of rounded values: over so short a way a profile of a mean jumps, or hardly moves."""
LOST = 0.05
"""In steps of rounded values: what an sd this small puts beyond the nearest edge of a step, or
beyond the step next to that edge, is less than 1e-20."""
ROUNDS = 80
"""Constrained maxima looked at on the way to one end, at the most."""
LEFT_OUT = 0.05
"""Share of bootstrap refits without a maximum above which their interval comes with a warning."""


def conf_int(
    fit: Fit, level: float, method: str, order: Order = "mean", **settings: Any
) -> Parameters:
    """Confidence intervals of a fit; see `em.Fit.conf_int`.

    Parameters
    ----------
    fit : Fit
    level : float
    method : {"profile", "wald", "bootstrap"}
    order : {"mean", "sd"}
    **settings
        Passed on to `em.bootstrap`; the other methods have none.

    Returns
    -------
    em.Parameters
        Arrays of shape (n_components, 2); NaN if the fit is not at a maximum.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, the method or the order is unknown, or components
        with one sd are to be told apart by it.
    TypeError
        If the level is no number, or settings are given for a method that has none.

    Warns
    -----
    RuntimeWarning
        If more than one in twenty bootstrap refits found no regular maximum: they are left out.
    """
    methods: dict[str, Callable[..., Parameters]] = {
        "wald": _wald,
        "profile": partial(_profile, order=order),
        "bootstrap": _percentile,
    }
    if method not in methods:
        raise ValueError(f"expected method to be one of {sorted(methods)}, got {method!r}")
    there = fit.mixture.places(order)
    if order == "sd" and fit.equal_sds and fit.n_components > 1:
        raise ValueError(
            'expected order "mean" for components that share one sd, got "sd": their sds do not '
            "tell them apart"
        )
    if not 0.0 < real("level", level) < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}; for example 0.95")
    if settings and method != "bootstrap":
        raise TypeError(f"expected no settings for {method} intervals, got {sorted(settings)}")
    if not fit.converged:
        nothing = np.full((fit.n_components, 2), np.nan)
        return Parameters(nothing, nothing, nothing)
    with np.errstate(under="ignore"):  # a density far from its mean is zero
        found = methods[method](fit, level, **settings)
    if method == "profile":  # around each maximum names are given on their own
        return found
    return Parameters(*(ends[there] for ends in found))


def _percentile(fit: Fit, level: float, **settings: Any) -> Parameters:
    """Percentiles of a bootstrap (Efron & Tibshirani 1993, chapter 13)."""
    from em.inference.resampling import bootstrap  # it makes fits

    made = bootstrap(fit, **settings)
    if made.n_left_out > LEFT_OUT * made.n_refits:
        warnings.warn(
            f"{made.n_left_out} of {made.n_refits} bootstrap refits found no regular maximum and "
            f"are left out ({made.left_out}), so the intervals may be too narrow; use "
            'method="profile" or fewer components',
            RuntimeWarning,
            stacklevel=4,  # past Fit.conf_int to its caller
        )
    draws = made.draws
    if draws.means.shape[0] < 2:
        nothing = np.full((fit.n_components, 2), np.nan)
        return Parameters(nothing, nothing, nothing)
    ends = (0.5 - 0.5 * level, 0.5 + 0.5 * level)
    return Parameters(*(np.quantile(values, ends, axis=0).T for values in draws))


def _quantile(level: float) -> float:
    """The standard normal quantile that leaves ``1 - level`` outside on both sides together."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + 0.5 * level))


def _wald(fit: Fit, level: float) -> Parameters:
    """Estimate plus and minus standard errors, on scales where every end is possible.

    Logit for weights, identity for means, log for sds; the standard error on the scale comes
    from the delta method.
    """
    z = _quantile(level)
    se = fit.standard_errors()
    kinds = []
    for kind, (values, errors) in enumerate(zip(fit.mixture.parameters, se, strict=True)):
        # What does not vary, such as the weight of a single component, has no scale to speak of.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope = (1 / (values * (1 - values)), np.ones_like(values), 1 / values)[kind]
            half = np.where(errors > 0, z * errors * slope, 0.0)
        u = _scaled(fit.mixture.parameters, kind)
        kinds.append(np.stack([_unscaled(u - half, kind), _unscaled(u + half, kind)], axis=1))
    return Parameters(*kinds)


def _profile(fit: Fit, level: float, order: Order) -> Parameters:
    """The hull of `pieces`: from the lowest end of all to the highest."""
    found = pieces(fit, level, order)
    kinds = [np.array([[parts[:, 0].min(), parts[:, 1].max()] for parts in kind]) for kind in found]
    return Parameters(*kinds)


def pieces(fit: Fit, level: float, order: Order) -> tuple[list[Floats], ...]:
    """``{t : 2 (l - l_profile(t)) <= q}``, q a quantile of chi-squared with 1 degree of freedom.

    The profile is the supremum over all mixtures whose components are groups, whichever maximum
    they are near: l is the log-likelihood of the highest, and the set is the union of what
    surrounds each maximum that is not too low, as far as the profile can be followed from there
    without a jump. Names are those in order of the means or of the sds, and around each maximum
    its own.

    Parameters
    ----------
    fit : Fit
        At a maximum.
    level : float
    order : {"mean", "sd"}

    Returns
    -------
    weights, means, sds : list of ndarray of shape (n, 2)
        For each component the intervals that the set is made of, in increasing order. That the
        set covers the truth with probability `level` is known for one maximum only.
    """
    goal = _quantile(level)
    top = _height(fit)
    each = []
    for one in [fit, *_others(fit)]:
        left = goal**2 - 2 * (top - _height(one))
        if left > 0:
            there = one.mixture.places(order)
            ends = _around(one, math.sqrt(left), order)
            each.append([values[there] for values in ends])
    return tuple(
        [_joined(np.array([one[kind][j] for one in each])) for j in range(fit.n_components)]
        for kind in range(3)
    )


def _height(fit: Fit) -> float:
    return float(sweep(fit.observed, fit.at, fit.coordinates, fit.penalty).loglik[0])


def _others(fit: Fit) -> list[Fit]:
    """The other maxima as fits of their own."""
    if fit.coordinates.fixed is not None:
        return []
    return [
        replace(fit, mixture=top.mixture, loglik=top.loglik, optima=(top,), ways=())
        for top in fit.optima[1:]
        if top.status is Status.CONVERGED
    ]


def _joined(parts: Floats) -> Floats:
    """Intervals that overlap as one, in increasing order; NaN if an end is not known."""
    if np.isnan(parts).any():
        return np.full((1, 2), np.nan)
    parts = parts[np.argsort(parts[:, 0])]
    joined = [parts[0].copy()]
    for low, high in parts[1:]:
        if low <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append(np.array([low, high]))
    return np.array(joined)


def _around(fit: Fit, goal: float, order: Order) -> Parameters:
    """The intervals on the branch of one maximum, where the root of its own deviance is `goal`."""
    k = fit.n_components
    spare = [_is_dispensable(fit, j, goal) for j in range(k)]
    kinds = []
    for kind, values in enumerate(fit.at):
        ends = np.empty((k, 2))
        for j in range(k):
            if not fit.coordinates.is_free(kind, j):
                ends[j] = values[0, j]
            elif kind == WEIGHT and k == 2 and j == 1:
                ends[j] = 1.0 - ends[0, ::-1]
            elif kind == SD and fit.equal_sds and j > 0:
                ends[j] = ends[0]
            else:
                ends[j] = _ends(fit, kind, j, goal, spare, order)
        kinds.append(ends)
    weights, means, sds = kinds
    return Parameters(weights, fit.data.mean + fit.data.sd * means, fit.data.sd * sds)


def _is_dispensable(fit: Fit, j: int, goal: float) -> bool:
    """Whether the others say nearly as much without component j, staying where they are.

    Its mean and sd can then be anything, with a weight near zero.
    """
    k = fit.n_components
    if k == 1 or fit.coordinates.fixed is not None:
        return False
    others = np.delete(np.arange(k), j)
    weights, means, sds = (value[:, others] for value in fit.at)
    start = Parameters(weights / weights.sum(), means, sds)
    fewer = Coordinates(k - 1, fit.equal_sds)
    climbed = ascend(fit.observed, start, fewer, penalty=fit.penalty)
    if climbed.status[0] is not Status.CONVERGED:
        return False
    top = float(sweep(fit.observed, fit.at, fit.coordinates, fit.penalty).loglik[0])
    # With one component left there is no other branch that it could have gone to.
    near = np.abs(climbed.at.means - means) < 3 * np.maximum(sds, fit.at.sds[0, j])
    return bool(2 * (top - climbed.loglik[0]) < goal**2 and (near.all() or k == 2))


def _ends(
    fit: Fit, kind: int, j: int, goal: float, spare: list[bool], order: Order
) -> tuple[float, float]:
    """Both ends of the profile interval of one parameter."""
    if kind == MEAN and spare[j]:
        return -np.inf, np.inf
    if kind == SD and spare[j] and not fit.equal_sds:
        return 0.0, np.inf
    walk = _Walk(fit, kind, j, order)
    lower = 0.0 if kind == WEIGHT and spare[j] else walk.end(-1.0, goal)
    alone = kind == WEIGHT and len(spare) == 2 and spare[1 - j]
    upper = 1.0 if alone else walk.end(1.0, goal)
    return lower, upper


class _Point(NamedTuple):
    """A place on the profile."""

    u: float
    """The parameter on its own scale: logit, identity or log."""
    root: float
    """The root of the deviance there."""
    slope: float
    """How fast the log-likelihood falls on the way out."""
    at: Parameters
    """The best mixture with that value."""


class _Walk:
    """Walks out along the profile likelihood of one parameter.

    The root of the deviance is nearly linear in the parameter, so Newton steps on it reach the
    end in a few rounds; its slope is the score at the constrained maximum. Each round starts
    from where the last ones point to and must end near there, which keeps to the branch of the
    estimate's labels; where it does not, the step is halved.
    """

    def __init__(self, fit: Fit, kind: int, component: int, order: Order) -> None:
        self.fit, self.kind, self.k, self.order = fit, kind, component, order
        self.held = fit.coordinates.pinned(kind, component)
        self.top = float(sweep(fit.observed, fit.at, fit.coordinates, fit.penalty).loglik[0])
        root = fit.curvature.directions[0] / np.sqrt(fit.curvature.eigenvalues[0])
        gradient = _gradient(fit, kind, component)
        self.spread = float(np.linalg.norm(root.T @ gradient))
        self.tangent = root @ (root.T @ gradient) / self.spread**2
        self.origin = _Point(float(_scaled(fit.at, kind, component)[0]), 0.0, 0.0, fit.at)

    def end(self, side: float, goal: float) -> float:
        """Where the root of the deviance is `goal`, as a value of the parameter."""
        outermost = ((0.0, 1.0), (-np.inf, np.inf), (0.0, np.inf))[self.kind][side > 0]
        path, outer = [self.origin], None
        stride = 0.5 * goal * min(self.spread, STRIDE[self.kind])
        ahead = self.origin.u + side * stride
        for _ in range(ROUNDS):
            found, status = self._look(ahead, self._guess(path, ahead), side)
            last = path[-1]
            if status is Status.EMPTY and found.root < goal:
                return outermost  # whatever its value, leaving the component out costs too little
            if self._strayed(found, status, last):
                stride = 0.5 * abs(ahead - last.u)
                if stride > SHORTEST:
                    ahead = last.u + side * stride
                    continue
                if status not in (Status.CONVERGED, Status.FLAT) or self._swapped(found):
                    return outermost  # the branch ends short of the goal
                if found.root >= goal:
                    return self._value(last.u)  # the profile jumps over the goal here
            # From here on the likelihood only grows, and means nothing, or stays as it is.
            settled = found.root < goal and self._is_within_step(found, side)
            if self.kind != WEIGHT and (settled or self._is_spike(found)):
                return outermost
            if abs(found.root**2 - goal**2) < 1e-9:
                return self._value(found.u)
            if found.root < goal:
                path.append(found)
                stride *= 2
                if abs(found.u - self.origin.u) > OPEN[self.kind]:
                    return outermost
            else:
                outer = found
            ahead = self._next(path[-1], outer, found, side, goal, stride)
            if outer is not None and self._is_closed(path[-1], outer, goal):
                return self._value(ahead)
        return float("nan")

    def _value(self, u: float) -> float:
        return float(_unscaled(np.array(u), self.kind))

    def _look(self, u: float, guess: Parameters, side: float) -> tuple[_Point, Status]:
        """The constrained maximum near a guess."""
        fit = self.fit
        pinned = _put(guess, self.kind, self.k, np.array([u]), fit.coordinates)
        climbed = ascend(
            fit.observed, pinned, self.held, em_passes=0, tol=1e-7, radius=0.5,
            penalty=fit.penalty,
        )  # fmt: skip
        found = sweep(fit.observed, climbed.at, fit.coordinates, fit.penalty)
        fall = max(2 * (self.top - float(found.loglik[0])), 0.0)
        slope = -side * float(_slope(found, climbed.at, self.kind, self.k, fit)[0])
        return _Point(u, fall**0.5, slope, climbed.at), climbed.status[0]

    def _guess(self, path: list[_Point], u: float) -> Parameters:
        """Where the path so far points to at `u`."""
        if len(path) == 1:
            step = self.tangent * (u - self.origin.u)
            return self.fit.coordinates.move(self.origin.at, step[None])
        before, last = path[-2:]
        ratio = float(np.clip((u - last.u) / (last.u - before.u), -1.0, 1.5))
        weights = last.at.weights * (last.at.weights / before.at.weights) ** ratio
        weights /= weights.sum(axis=1, keepdims=True)
        means = last.at.means + ratio * (last.at.means - before.at.means)
        sds = last.at.sds * (last.at.sds / before.at.sds) ** ratio
        # Where the rounding hides a component, the path says nothing of where it goes.
        hidden = last.at.sds < HIDDEN * self.fit.observed.rounding
        return Parameters(
            weights,
            np.where(hidden, last.at.means, means),
            np.where(hidden, last.at.sds, sds),
        )

    def _strayed(self, found: _Point, status: Status, last: _Point) -> bool:
        """Whether a round ended on another branch than the path is on."""
        if status not in (Status.CONVERGED, Status.FLAT):
            return True
        was, now = last.at, found.at
        # Within a step a component may be anywhere, as narrow as it likes.
        least = HIDDEN * self.fit.observed.rounding
        before, after = np.maximum(was.sds, least), np.maximum(now.sds, least)
        return bool(
            (np.abs(now.means - was.means) > STRAY * np.minimum(after, before)).any()
            or (np.abs(np.log(after / before)) > STRAY).any()
            or (np.abs(now.weights - was.weights) > 0.3 * STRAY).any()
        )

    def _is_spike(self, found: _Point) -> bool:
        """Whether a component has shrunk onto a few values."""
        at = Parameters(*(value[0] for value in found.at))
        bounded = self.fit.equal_sds or self.fit.penalty > 0
        return verdict(at, self.fit.observed, bounded=bounded) is not Verdict.GROUPS

    def _is_closed(self, inner: _Point, outer: _Point, goal: float) -> bool:
        """Whether there is nothing left to look for between two points."""
        gap = abs(outer.u - inner.u)
        # A component that the rounding hides cannot leave its step, where the profile jumps.
        jumps = self.kind == MEAN and gap < JUMP * self.fit.observed.rounding
        return gap < 1e-13 * (1.0 + abs(outer.u)) or (jumps and goal - inner.root > JUMP)

    def _is_within_step(self, found: _Point, side: float) -> bool:
        """Whether the sd is too small against the rounding to matter any more."""
        if self.kind != SD or side > 0 or self.fit.penalty > 0:
            return False
        return bool(found.at.sds[0, self.k] < LOST * self.fit.observed.rounding)

    def _swapped(self, found: _Point) -> bool:
        key = found.at.sds[0] if self.order == "sd" else found.at.means[0]
        return bool((np.argsort(key) != self.fit.mixture.places(self.order)).any())

    def _next(
        self,
        inner: _Point,
        outer: _Point | None,
        found: _Point,
        side: float,
        goal: float,
        stride: float,
    ) -> float:
        """A Newton step on the root, inside the bracket or no further out than the stride."""
        limit = inner.u + side * stride
        ahead = np.inf * side
        if found.slope > 0:
            ahead = found.u + side * (goal - found.root) * found.root / found.slope
        if outer is None:
            return limit if side * (ahead - limit) > 0 or side * (ahead - inner.u) <= 0 else ahead
        between = side * (ahead - inner.u) > 0 and side * (outer.u - ahead) > 0
        return ahead if between else 0.5 * (inner.u + outer.u)


def _gradient(fit: Fit, kind: int, k: int) -> Floats:
    """Derivative of the parameter, on its own scale, by the free coordinates."""
    jacobian = natural_jacobian(Parameters(*(v[0] for v in fit.at)), fit.coordinates)
    value = float(fit.at[kind][0, k])
    scale = (value * (1 - value), 1.0, value)[kind]
    return np.asarray(jacobian[kind * fit.n_components + k] / scale)


def _slope(found: Pass, at: Parameters, kind: int, k: int, fit: Fit) -> Floats:
    """Derivative of the log-likelihood by the parameter on its own scale."""
    if kind == WEIGHT:
        moving = fit.coordinates.free_weights
        others = moving[moving != k]
        # The others give way in proportion: to what they hold, not to what is fixed.
        share = (
            at.weights[:, [k]]
            * (1 - at.weights[:, [k]])
            / at.weights[:, others].sum(axis=1, keepdims=True)
        )
        own = found.counts[:, k] * (1 - at.weights[:, k])
        return np.asarray(own - (found.counts[:, others] * share).sum(axis=1))
    if kind == MEAN:
        return np.asarray(found.first[:, k] / at.sds[:, k])
    excess = found.second - found.counts
    excess = excess + 2 * fit.penalty * (at.sds**-2.0 - 1)
    return np.asarray(excess.sum(axis=1) if fit.equal_sds else excess[:, k])


def _scaled(at: Parameters, kind: int, k: int | slice = slice(None)) -> Floats:
    """A parameter on a scale without ends: logit, identity, log."""
    value = np.asarray(at[kind][..., k])
    if kind == WEIGHT:
        with np.errstate(divide="ignore"):
            return np.log(value) - np.log1p(-value)
    return np.log(value) if kind == SD else value


def _unscaled(u: Floats, kind: int) -> Floats:
    with np.errstate(over="ignore"):  # what overflows is an open end
        if kind == WEIGHT:
            return np.asarray(1 / (1 + np.exp(-u)))
        return np.exp(u) if kind == SD else u


def _put(at: Parameters, kind: int, k: int, u: Floats, free: Coordinates) -> Parameters:
    """The mixtures with one parameter set; other free weights keep their proportions."""
    moving = free.free_weights
    weights, means, sds = (np.array(value) for value in at)
    value = _unscaled(u, kind)
    if kind == WEIGHT:
        others = moving[moving != k]
        rest = weights[:, others].sum(axis=1)
        weights[:, others] *= ((rest + weights[:, k] - value) / rest)[:, None]
        weights[:, k] = value
    elif kind == MEAN:
        means[:, k] = value
    elif free.equal_sds:
        sds[:] = value[:, None]
    else:
        sds[:, k] = value
    return Parameters(weights, means, sds)
