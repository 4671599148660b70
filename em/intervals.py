"""Confidence intervals: Wald and profile likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def conf_int(fit: Fit, level: float, method: str, **settings: Any) -> Parameters:
    """Confidence intervals of a fit; see `em.Fit.conf_int`.

    Parameters
    ----------
    fit : Fit
    level : float
    method : {"profile", "wald", "bootstrap"}
    **settings
        Passed on to `em.bootstrap`; the other methods have none.

    Returns
    -------
    em.Parameters
        Arrays of shape (n_components, 2); NaN if the fit is not at a maximum.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1 or the method is unknown.
    """
    methods = {"wald": _wald, "profile": _profile, "bootstrap": _percentile}
    if method not in methods:
        raise ValueError(f"expected method to be one of {sorted(methods)}, got {method!r}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}; for example 0.95")
    if settings and method != "bootstrap":
        raise TypeError(f"expected no settings for {method} intervals, got {sorted(settings)}")
    if not fit.converged:
        nothing = np.full((fit.n_components, 2), np.nan)
        return Parameters(nothing, nothing, nothing)
    return methods[method](fit, level, **settings)


def _percentile(fit: Fit, level: float, **settings: Any) -> Parameters:
    """Percentiles of a bootstrap (Efron & Tibshirani 1993, chapter 13)."""
    from em.resampling import bootstrap  # it makes fits

    draws = bootstrap(fit, **settings).draws
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
    at, se = fit.mixture.parameters, fit.standard_errors()
    weights = np.ones((fit.n_components, 2))
    if fit.n_components > 1:
        logit = np.log(at.weights) - np.log1p(-at.weights)
        half = z * se.weights / (at.weights * (1 - at.weights))
        weights = 1 / (1 + np.exp(-np.stack([logit - half, logit + half], axis=1)))
    means = np.stack([at.means - z * se.means, at.means + z * se.means], axis=1)
    factor = np.exp(z * se.sds / at.sds)
    return Parameters(weights, means, np.stack([at.sds / factor, at.sds * factor], axis=1))


def _profile(fit: Fit, level: float) -> Parameters:
    """``{t : 2 (l - l_profile(t)) <= q}``, q a quantile of chi-squared with 1 degree of freedom."""
    deviance = _quantile(level) ** 2
    k = fit.n_components
    kinds = []
    for kind, values in enumerate(fit.at):
        ends = np.empty((k, 2))
        for j in range(k):
            if not fit.coordinates.is_free(kind, j) or (kind == WEIGHT and k == 1):
                ends[j] = values[0, j]
            elif kind == WEIGHT and k == 2 and j == 1:
                ends[j] = 1.0 - ends[0, ::-1]
            elif kind == SD and fit.equal_sds and j > 0:
                ends[j] = ends[0]
            else:
                ends[j] = _ends(fit, kind, j, deviance)
        kinds.append(ends)
    weights, means, sds = kinds
    return Parameters(weights, fit.data.mean + fit.data.sd * means, fit.data.sd * sds)


def _ends(fit: Fit, kind: int, k: int, deviance: float) -> Floats:
    """Both ends of the profile interval of one parameter, sought side by side.

    The signed root of the deviance is nearly linear in the parameter, so Newton steps on it
    reach the end in a few rounds; its slope is the score at the constrained maximum. Each
    round starts from the last one, which keeps to the branch of the estimate's labels.
    """
    x = (fit.data.values - fit.data.mean) / fit.data.sd
    mass = fit.data.weights
    held = fit.coordinates.pinned(kind, k)
    top = float(sweep(x, mass, fit.at, fit.coordinates, fit.penalty).loglik[0])
    side = np.array([-1.0, 1.0])
    gradient = _gradient(fit, kind, k)
    covariance = fit.curvature.directions[0] / np.sqrt(fit.curvature.eigenvalues[0])
    covariance = covariance @ covariance.T
    variance = gradient @ covariance @ gradient
    tangent = covariance @ gradient / variance
    estimate = _scaled(fit.at, kind, k)[0]
    goal = np.sqrt(deviance)

    # Walk out in steps that a quadratic likelihood would put at half and at the whole way.
    u = np.full(2, estimate)
    root = np.zeros(2)
    at = Parameters(*(np.repeat(value, 2, axis=0) for value in fit.at))
    inner, outer = np.full(2, estimate), np.full(2, np.nan)
    ahead = u + side * 0.5 * goal * np.sqrt(variance)
    guess = fit.coordinates.move(at, tangent * (ahead - u)[:, None])
    done = np.zeros(2, dtype=bool)
    is_open = np.zeros(2, dtype=bool)
    limit = OPEN[kind]
    for _ in range(100):
        pinned = _put(guess, kind, k, ahead, fit.coordinates)
        climbed = ascend(
            x, mass, pinned, held, em_passes=0, tol=1e-7, radius=0.5, penalty=fit.penalty
        )
        lost = np.array([s not in (Status.CONVERGED, Status.FLAT) for s in climbed.status])
        found = sweep(x, mass, climbed.at, fit.coordinates, fit.penalty)
        fall = np.maximum(2 * (top - found.loglik), 0.0)
        new_root = np.sqrt(fall)
        slope = np.maximum(-side * _slope(found, climbed.at, kind, k, fit), 0.0)
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


def _scaled(at: Parameters, kind: int, k: int) -> Floats:
    value = np.asarray(at[kind][:, k])
    if kind == WEIGHT:
        return np.log(value) - np.log1p(-value)
    return np.log(value) if kind == SD else value


def _unscaled(u: Floats, kind: int) -> Floats:
    if kind == WEIGHT:
        return 1 / (1 + np.exp(-u))
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


def _extrapolate(a: Parameters, b: Parameters, ua: Floats, ub: Floats, u: Floats) -> Parameters:
    """Continue the path from `a` at `ua` to `b` at `ub` in a straight line to `u`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (u - ub) / (ub - ua)
    ratio = np.clip(np.where(np.isfinite(ratio), ratio, 0.0), -1.0, 1.5)[:, None]
    weights = b.weights * np.exp(ratio * np.log(b.weights / a.weights))
    weights /= weights.sum(axis=1, keepdims=True)
    means = b.means + ratio * (b.means - a.means)
    return Parameters(weights, means, b.sds * np.exp(ratio * np.log(b.sds / a.sds)))
