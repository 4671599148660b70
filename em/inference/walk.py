"""Walk: out along the profile likelihood of one parameter, to where an interval ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.inference.estimate import Estimate
from em.inference.scales import MEAN, SD, WEIGHT, gradient, put, scaled, slope, unscaled
from em.likelihood.information import sweep
from em.likelihood.mixture import Order
from em.likelihood.parameters import Parameters
from em.likelihood.rounding import HIDDEN
from em.search.ascent import Status, ascend
from em.search.groups import Verdict, is_bounded, verdict

__all__ = ["Walk"]

Floats = NDArray[np.float64]

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
ROUNDS = 400
"""Constrained maxima looked at on the way to one end, at the most. One end in some hundred takes
more than 80, all of a weight that nothing fixes, and none of thousands took more than 200."""


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


class Walk:
    """Walks out along the profile likelihood of one parameter.

    The root of the deviance is nearly linear in the parameter, so Newton steps on it reach the
    end in a few rounds; its slope is the score at the constrained maximum. Each round starts
    from where the last ones point to and must end near there, which keeps to the branch of the
    estimate's labels; where it does not, the step is halved.
    """

    def __init__(self, fit: Estimate, kind: int, component: int, order: Order) -> None:
        self.fit, self.kind, self.k, self.order = fit, kind, component, order
        self.held = fit.coordinates.pinned(kind, component)
        root = fit.curvature.directions[0] / np.sqrt(fit.curvature.eigenvalues[0])
        along = root.T @ gradient(fit, kind, component)
        self.spread = float(np.linalg.norm(along))
        self.tangent = root @ along / self.spread**2
        self.origin = _Point(float(scaled(fit.at, kind, component)[0]), 0.0, 0.0, fit.at)

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
        return float(unscaled(np.array(u), self.kind))

    def _look(self, u: float, guess: Parameters, side: float) -> tuple[_Point, Status]:
        """The constrained maximum near a guess."""
        fit = self.fit
        pinned = put(guess, self.kind, self.k, np.array([u]), fit.coordinates)
        climbed = ascend(
            fit.observed, pinned, self.held, em_passes=0, tol=1e-7, radius=0.5,
            penalty=fit.penalty,
        )  # fmt: skip
        found = sweep(fit.observed, climbed.at, fit.coordinates, fit.penalty)
        fall = max(2 * (fit.height - float(found.loglik[0])), 0.0)
        rise = float(slope(found, climbed.at, self.kind, self.k, fit)[0])
        return _Point(u, fall**0.5, -side * rise, climbed.at), climbed.status[0]

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
        at = found.at.rows(0)
        bounded = is_bounded(self.fit.coordinates, self.fit.penalty)
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
