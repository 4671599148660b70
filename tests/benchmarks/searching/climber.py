"""A climber for the references of the search, which shares no code with `em`.

EM first, one pass after another, then Newton's method on the log-likelihood, damped as Levenberg
and Marquardt do, until the slope is nil and the curvature that of a maximum.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["End", "climb"]

Floats = NDArray[np.float64]

EM_PASSES = 40
MOST = 150
"""Steps of Newton's method, tried ones included."""
GAIN = 1e-9
"""A top is reached where the next step would gain no more than this of log-likelihood."""
SMALLEST = 1e-8
"""A climb is given up where an sd, in spreads of the middle half of the data, falls below;"""
EMPTY = 0.3
"""and where a component holds fewer values."""


class End(NamedTuple):
    """Where a climb ended."""

    loglik: float
    """NaN if it was given up."""
    weights: Floats
    means: Floats
    sds: Floats


def climb(x: Floats, counts: Floats, start: tuple[Floats, Floats, Floats]) -> End:
    """Climb to the top from a start.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Distinct values, with a middle of about 0 and a spread of about 1.
    counts : ndarray of shape (n,)
        How often each of them occurs.
    start : three ndarrays of shape (n_components,)
        Weights, means and sds.
    """
    w, m, s = (np.array(value, dtype=np.float64) for value in start)
    return End(_climb(x, counts, w, m, s), w, m, s)


@numba.njit(cache=True)
def _em_pass(x, counts, w, m, s, sums):  # type: ignore[no-untyped-def]
    """One EM step in place; the log-likelihood before it."""
    k_all = w.size
    log_w = np.log(w / s)
    joint = np.empty(k_all)
    sums[:] = 0.0
    loglik = 0.0
    for i in range(x.size):
        top = -1e300
        for k in range(k_all):
            z = (x[i] - m[k]) / s[k]
            joint[k] = log_w[k] - 0.5 * z * z
            top = max(top, joint[k])
        total = 0.0
        for k in range(k_all):
            joint[k] = math.exp(joint[k] - top)
            total += joint[k]
        loglik += counts[i] * (top + math.log(total))
        share = counts[i] / total
        for k in range(k_all):
            # About the old mean, so that no digits are lost on narrow components.
            away = x[i] - m[k]
            r = share * joint[k]
            sums[k, 0] += r
            sums[k, 1] += r * away
            sums[k, 2] += r * away * away
    n = sums[:, 0].sum()
    for k in range(k_all):
        held = max(sums[k, 0], 1e-300)
        shift = sums[k, 1] / held
        w[k] = held / n
        m[k] += shift
        s[k] = math.sqrt(max(sums[k, 2] / held - shift * shift, 1e-300))
    return loglik


@numba.njit(cache=True)
def _bent(x, counts, w, m, s, slope, bend):  # type: ignore[no-untyped-def]
    """The log-likelihood, its slope and minus its curvature, in logits, means and log sds.

    The coordinates stand in three blocks of K; the last logit is held at zero by whoever solves.
    Curvature by Louis (1982).
    """
    k_all = w.size
    log_w = np.log(w / s)
    r = np.empty(k_all)
    v = np.empty(3 * k_all)
    slope[:] = 0.0
    bend[:] = 0.0
    loglik = 0.0
    n = 0.0
    for i in range(x.size):
        top = -1e300
        for k in range(k_all):
            z = (x[i] - m[k]) / s[k]
            r[k] = log_w[k] - 0.5 * z * z
            top = max(top, r[k])
        total = 0.0
        for k in range(k_all):
            r[k] = math.exp(r[k] - top)
            total += r[k]
        loglik += counts[i] * (top + math.log(total))
        n += counts[i]
        for k in range(k_all):
            r[k] /= total
            if r[k] < 1e-30:
                v[k] = v[k_all + k] = v[2 * k_all + k] = 0.0
                continue
            z = (x[i] - m[k]) / s[k]
            a, b, c = 1.0, z / s[k], z * z - 1.0
            v[k], v[k_all + k], v[2 * k_all + k] = r[k], r[k] * b, r[k] * c
            full = counts[i] * r[k]
            p, q = k_all + k, 2 * k_all + k
            # What the complete data know, less what is known of the groups: sum r (B - u u').
            bend[k, k] -= full * a
            bend[k, p] -= full * b
            bend[k, q] -= full * c
            bend[p, p] += full * (1.0 / (s[k] * s[k]) - b * b)
            bend[p, q] += full * (2.0 * b - b * c)
            bend[q, q] += full * (2.0 * z * z - c * c)
        for a_at in range(3 * k_all):
            if v[a_at] != 0.0:
                slope[a_at] += counts[i] * v[a_at]
                for b_at in range(a_at, 3 * k_all):
                    bend[a_at, b_at] += counts[i] * v[a_at] * v[b_at]
    for k in range(k_all):
        slope[k] -= n * w[k]
        bend[k, k] += n * w[k]
        for j in range(k, k_all):
            bend[k, j] -= n * w[k] * w[j]
    for a_at in range(3 * k_all):
        for b_at in range(a_at):
            bend[a_at, b_at] = bend[b_at, a_at]
    return loglik


@numba.njit(cache=True)
def _factor(a, low):  # type: ignore[no-untyped-def]
    """Cholesky's factor; whether there is one."""
    size = a.shape[0]
    for i in range(size):
        for j in range(i + 1):
            total = a[i, j]
            for h in range(j):
                total -= low[i, h] * low[j, h]
            if i == j:
                if not total > 1e-13:
                    return False
                low[i, i] = math.sqrt(total)
            else:
                low[i, j] = total / low[j, j]
    return True


@numba.njit(cache=True)
def _solved(low, b):  # type: ignore[no-untyped-def]
    size = b.size
    y = b.copy()
    for i in range(size):
        for j in range(i):
            y[i] -= low[i, j] * y[j]
        y[i] /= low[i, i]
    for i in range(size - 1, -1, -1):
        for j in range(i + 1, size):
            y[i] -= low[j, i] * y[j]
        y[i] /= low[i, i]
    return y


@numba.njit(cache=True)
def _climb(x, counts, w, m, s):  # type: ignore[no-untyped-def]
    """Climb in place; the log-likelihood at the top, NaN where there is none."""
    n, k_all = counts.sum(), w.size
    sums = np.empty((k_all, 3))
    for _ in range(EM_PASSES):
        _em_pass(x, counts, w, m, s, sums)
        if s.min() < SMALLEST or n * w.min() < EMPTY:
            return np.nan
    size = 3 * k_all
    slope, bend = np.empty(size), np.empty((size, size))
    new_slope, new_bend = np.empty(size), np.empty((size, size))
    scaled, low = np.empty((size - 1, size - 1)), np.zeros((size - 1, size - 1))
    unit, g = np.empty(size - 1), np.empty(size - 1)
    nw, nm, ns = w.copy(), m.copy(), s.copy()
    loglik = _bent(x, counts, w, m, s, slope, bend)
    damping = 0.0
    for _ in range(MOST):
        _in_units(n, w, s, slope, bend, unit, g, scaled)
        if _factor(scaled, low):
            along = _solved(low, g)
            if np.dot(g, along) < GAIN:
                # The last step is so small that it need not be judged.
                _moved(w, m, s, along * unit, nw, nm, ns)
                w[:], m[:], s[:] = nw, nm, ns
                return _bent(x, counts, w, m, s, slope, bend)
        elif damping == 0.0:
            damping = 1e-3
        while not _factor(scaled + damping * np.eye(size - 1), low):
            damping = max(4.0 * damping, 1e-3)
        step = _solved(low, g) * unit
        too_long = _length(s, step)
        if too_long > 1.0:
            step /= too_long
        _moved(w, m, s, step, nw, nm, ns)
        if ns.min() < SMALLEST or n * nw.min() < EMPTY:
            return np.nan
        found = _bent(x, counts, nw, nm, ns, new_slope, new_bend)
        if found > loglik - 1e-11 * abs(loglik):
            loglik = found
            w[:], m[:], s[:] = nw, nm, ns
            slope[:], bend[:, :] = new_slope, new_bend
            damping = 0.2 * damping if damping > 1e-8 else 0.0
        else:
            damping = max(5.0 * damping, 1e-3)
    return np.nan


@numba.njit(cache=True)
def _in_units(n, w, s, slope, bend, unit, g, scaled):  # type: ignore[no-untyped-def]
    """Slope and curvature without the last logit, in standard errors were the groups known."""
    k_all = w.size
    for k in range(k_all):
        each = n * w[k]
        if k < k_all - 1:
            unit[k] = 1.0 / math.sqrt(each * (1.0 - w[k]) + 1e-12)
        unit[k_all - 1 + k] = s[k] / math.sqrt(each)
        unit[2 * k_all - 1 + k] = 1.0 / math.sqrt(2.0 * each)
    for a in range(unit.size):
        a_at = a if a < k_all - 1 else a + 1
        g[a] = slope[a_at] * unit[a]
        for b in range(unit.size):
            b_at = b if b < k_all - 1 else b + 1
            scaled[a, b] = bend[a_at, b_at] * unit[a] * unit[b]


@numba.njit(cache=True)
def _length(s, step):  # type: ignore[no-untyped-def]
    """A step, in units of the longest that is taken."""
    k_all = s.size
    longest = 0.0
    for k in range(k_all):
        if k < k_all - 1:
            longest = max(longest, 0.5 * abs(step[k]))
        longest = max(longest, 0.5 * abs(step[k_all - 1 + k]) / s[k])
        longest = max(longest, abs(step[2 * k_all - 1 + k]))
    return longest


@numba.njit(cache=True)
def _moved(w, m, s, step, nw, nm, ns):  # type: ignore[no-untyped-def]
    """Where a step leads, into the last three arguments."""
    k_all = w.size
    for k in range(k_all):
        nw[k] = w[k] * (math.exp(step[k]) if k < k_all - 1 else 1.0)
        nm[k] = m[k] + step[k_all - 1 + k]
        ns[k] = s[k] * math.exp(step[2 * k_all - 1 + k])
    nw /= nw.sum()
