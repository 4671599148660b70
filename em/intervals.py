"""Confidence intervals: Wald and profile likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.ascent import Status, ascend
from em.coordinates import Coordinates
from em.information import Pass, natural_jacobian, sweep
from em.mixture import Parameters

if TYPE_CHECKING:
    from em.fit import Fit

__all__ = ["conf_int"]

Floats = NDArray[np.float64]

WEIGHT, MEAN, SD = range(3)
OPEN = (25.0, 1e3, 25.0)
"""How far from the estimate an end is sought: in logits, sds of the sample and log sds."""


def conf_int(fit: Fit, level: float, method: str) -> Parameters:
    """Confidence intervals of a fit; see `em.Fit.conf_int`.

    Parameters
    ----------
    fit : Fit
    level : float
    method : {"profile", "wald"}

    Returns
    -------
    Parameters
        Arrays of shape (n_components, 2); NaN if the fit is not at a maximum.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1 or the method is unknown.
    """
    methods = {"wald": _wald, "profile": _profile}
    if method not in methods:
        raise ValueError(f"expected method to be one of {sorted(methods)}, got {method!r}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}; for example 0.95")
    if not fit.converged:
        nothing = np.full((fit.n_components, 2), np.nan)
        return Parameters(nothing, nothing, nothing)
    return methods[method](fit, level)


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
    at, se = fit.mixture.parameters, fit.standard_errors()
    weights = np.ones((fit.n_components, 2))
    if fit.n_components > 1:
        logit = np.log(at.weights) - np.log1p(-at.weights)
        half = z * se.weights / (at.weights * (1 - at.weights))
        weights = 1 / (1 + np.exp(-np.stack([logit - half, logit + half], axis=1)))
    means = np.stack([at.means - z * se.means, at.means + z * se.means], axis=1)
    factor = np.exp(z * se.sds / at.sds)
    return Parameters(weights, means, np.stack([at.sds / factor, at.sds * factor], axis=1))


class _Top(NamedTuple):
    """What every profile of one fit starts from, in standardised units."""

    x: Floats
    weights: Floats
    at: Parameters
    loglik: float
    coordinates: Coordinates
    covariance: Floats


def _profile(fit: Fit, level: float) -> Parameters:
    """``{t : 2 (l - l_profile(t)) <= q}``, q the chi-squared quantile with one degree of freedom."""
    data = fit.sample.collapse()
    center, unit = fit.sample.mean, fit.sample.sd
    x = (data.values - center) / unit
    coordinates = fit.coordinates
    at = Parameters(
        fit.mixture.weights[None],
        (fit.mixture.means[None] - center) / unit,
        fit.mixture.sds[None] / unit,
    )
    found = sweep(x, data.weights, at, coordinates)
    covariance = np.linalg.inv(found.information[0])
    top = _Top(x, data.weights, at, float(found.loglik[0]), coordinates, covariance)
    deviance = _quantile(level) ** 2
    k = fit.n_components
    weights = np.ones((k, 2))
    if k == 2:
        low, high = _ends(top, WEIGHT, 0, deviance)
        weights = np.array([[low, high], [1 - high, 1 - low]])
    elif k > 2:
        weights = np.array([_ends(top, WEIGHT, j, deviance) for j in range(k)])
    means = np.array([_ends(top, MEAN, j, deviance) for j in range(k)])
    if fit.equal_sds:
        sds = np.tile(_ends(top, SD, 0, deviance), (k, 1))
    else:
        sds = np.array([_ends(top, SD, j, deviance) for j in range(k)])
    return Parameters(weights, center + unit * means, unit * sds)


def _ends(top: _Top, kind: int, k: int, deviance: float) -> Floats:
    """Both ends of the profile interval of one parameter, sought side by side.

    The signed root of the deviance is nearly linear in the parameter, so Newton steps on it
    reach the end in a few rounds; its slope is the score at the constrained maximum. Each
    round starts from the last one, which keeps to the branch of the estimate's labels.
    """
    held = Coordinates(
        top.coordinates.n_components, top.coordinates.equal_sds, _pin(kind, k, top.at.means.size)
    )
    side = np.array([-1.0, 1.0])
    gradient = _gradient(top, kind, k)
    variance = gradient @ top.covariance @ gradient
    tangent = top.covariance @ gradient / variance
    estimate = _scaled(top.at, kind, k)[0]
    goal = np.sqrt(deviance)

    # Walk out in steps that a quadratic likelihood would put at half and at the whole way.
    u = np.full(2, estimate)
    root = np.zeros(2)
    at = Parameters(*(np.repeat(value, 2, axis=0) for value in top.at))
    inner, outer = np.full(2, estimate), np.full(2, np.nan)
    ahead = u + side * 0.5 * goal * np.sqrt(variance)
    guess = top.coordinates.move(at, tangent * (ahead - u)[:, None])
    done = np.zeros(2, dtype=bool)
    is_open = np.zeros(2, dtype=bool)
    limit = OPEN[kind]
    for _ in range(100):
        pinned = _put(guess, kind, k, ahead, top.coordinates.equal_sds)
        climbed = ascend(top.x, top.weights, pinned, held, em_passes=0, tol=1e-7, radius=0.5)
        lost = np.array([s not in (Status.CONVERGED, Status.FLAT) for s in climbed.status])
        found = sweep(top.x, top.weights, climbed.at, top.coordinates)
        fall = np.maximum(2 * (top.loglik - found.loglik), 0.0)
        new_root = np.sqrt(fall)
        slope = np.maximum(-side * _slope(found, climbed.at, kind, k, top.coordinates), 0.0)
        before, at_before = u, at
        u = np.where(done | lost, u, ahead)
        keep = (done | lost)[:, None]
        at = Parameters(*(np.where(keep, a, b) for a, b in zip(at, climbed.at, strict=True)))
        root = np.where(done | lost, root, new_root)
        inside = root < goal
        inner = np.where(inside & ~lost & ~done, u, inner)
        outer = np.where(~inside & ~lost & ~done, u, outer)
        # A branch that is lost before the goal ends there: halve the step, then call it open.
        outer = np.where(lost & ~done, ahead, outer)
        is_open |= ~done & (np.abs(u - estimate) > limit)
        is_open |= ~done & lost & (np.abs(ahead - inner) < 1e-6 * (1 + np.abs(u)))
        done |= is_open | (~lost & (np.abs(root**2 - deviance) < 1e-9))
        if done.all():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = u + side * (goal - root) * root / slope
        # Never walk out by more than the way walked so far, nor past a known outside.
        reach = np.maximum(np.abs(u - estimate), np.sqrt(variance) * 0.5 * goal)
        newton = np.where(np.isfinite(newton), newton, u + side * reach)
        newton = np.clip(newton, u - reach, u + reach)
        bounded = np.isfinite(outer)
        between = side * (newton - inner) > 0
        between &= ~bounded | (side * (outer - newton) > 0)
        middle = np.where(bounded, 0.5 * (inner + outer), u + side * reach)
        ahead = np.where(between, newton, middle)
        ahead = np.where(done, u, ahead)
        guess = _extrapolate(at_before, at, before, u, ahead)

    ends = _unscaled(u, kind)
    outermost = {WEIGHT: (0.0, 1.0), MEAN: (-np.inf, np.inf), SD: (0.0, np.inf)}[kind]
    return np.where(is_open, outermost, np.where(done, ends, np.nan))


def _pin(kind: int, k: int, n: int) -> tuple[tuple[bool, ...], tuple[bool, ...], tuple[bool, ...]]:
    one = tuple(j == k for j in range(n))
    none = (False,) * n
    return (
        one if kind == WEIGHT else none,
        one if kind == MEAN else none,
        one if kind == SD else none,
    )


def _gradient(top: _Top, kind: int, k: int) -> Floats:
    """Derivative of the parameter, on its own scale, by the free coordinates."""
    jacobian = natural_jacobian(Parameters(*(v[0] for v in top.at)), top.coordinates)
    value = (top.at.weights[0, k], 1.0, top.at.sds[0, k])[kind]
    scale = (value * (1 - value), 1.0, value)[kind]
    return np.asarray(jacobian[kind * top.at.means.shape[1] + k] / scale)


def _slope(found: Pass, at: Parameters, kind: int, k: int, free: Coordinates) -> Floats:
    """Derivative of the log-likelihood by the parameter on its own scale."""
    counts, first, second = found.counts, found.first, found.second
    if kind == WEIGHT:
        return np.asarray(counts[:, k] - counts.sum(axis=1) * at.weights[:, k])
    if kind == MEAN:
        return np.asarray(first[:, k] / at.sds[:, k])
    excess = second - counts
    return np.asarray(excess.sum(axis=1) if free.equal_sds else excess[:, k])


def _scaled(at: Parameters, kind: int, k: int) -> Floats:
    value = np.asarray(at[kind][:, k])
    if kind == WEIGHT:
        return np.log(value) - np.log1p(-value)
    return np.log(value) if kind == SD else value


def _unscaled(u: Floats, kind: int) -> Floats:
    if kind == WEIGHT:
        return 1 / (1 + np.exp(-u))
    return np.exp(u) if kind == SD else u


def _put(at: Parameters, kind: int, k: int, u: Floats, equal_sds: bool) -> Parameters:
    """The mixtures with one parameter set; other weights keep their proportions."""
    weights, means, sds = (np.array(value) for value in at)
    value = _unscaled(u, kind)
    if kind == WEIGHT:
        others = 1.0 - weights[:, k]
        weights *= ((1.0 - value) / others)[:, None]
        weights[:, k] = value
    elif kind == MEAN:
        means[:, k] = value
    elif equal_sds:
        sds[:] = value[:, None]
    else:
        sds[:, k] = value
    return Parameters(weights, means, sds)


def _extrapolate(a: Parameters, b: Parameters, ua: Floats, ub: Floats, u: Floats) -> Parameters:
    """Continue the path from `a` at `ua` to `b` at `ub` in a straight line to `u`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (u - ub) / (ub - ua)
    ratio = np.clip(np.where(np.isfinite(ratio), ratio, 0.0), -1.0, 1.5)[:, None]
    weights = b.weights * np.exp(ratio * np.log(b.weights / a.weights))
    weights /= weights.sum(axis=1, keepdims=True)
    means = b.means + ratio * (b.means - a.means)
    return Parameters(weights, means, b.sds * np.exp(ratio * np.log(b.sds / a.sds)))
