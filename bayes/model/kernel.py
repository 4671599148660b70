"""kernel: the compiled loops that compute log-densities.

With gradient for `bayes.model.fused`; for `bayes.sequential.target` the log-likelihood alone, at
many points.

For each value the loop needs an exponential for every component and a logarithm. The library
functions take one number at a time and most of the time, so both are written here as polynomials,
which the compiler does on several values at once: a factor of three.

What this file alone buys: `bayes.fit` as it comes, with it and with PyMC's own compilation of the
same model on the same nodes, in turn on two cores that were not idle. 1,000 heights took 4.5 s
against 41 s, a million of them as 268 nodes 3.0 against 23 s, 1,000 in whole centimetres 3.0
against 31 s. Drawing alone is seven to eight times as fast; the rest is the compilation, 11 to 28 s
for each new model, where this is compiled once and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

__all__ = ["compiled", "density_c", "log_likelihoods", "publish_c"]

Floats = NDArray[np.float64]

carray = numba.carray  # type: ignore[attr-defined]  # public, though numba lists it nowhere

# Layout of the table that the compiled code reads: a header, then the values, then their weights.
LENGTH, COMPONENTS, VALUES, LOCATION, SCALE = 0, 1, 2, 3, 4
CONCENTRATION, CENTRE, SPREAD, LOG_MEDIAN, LOG_SPREAD, FLOOR, CONSTANT = 5, 6, 7, 8, 9, 10, 11
ROUNDING = 12
HEADER = 13

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
BLOCK = 128
"""Values handled at a time, so that what is kept of them stays in the fastest cache."""

LOG2_E = 1.0 / math.log(2.0)
# log 2 in two parts (Cody & Waite): whole multiples of the first are exact.
LOG_2_HIGH = 6.93147180369123816490e-01
LOG_2_LOW = 1.90821492927058770002e-10
FACTORIALS = tuple(1.0 / math.factorial(n) for n in range(12, -1, -1))
HIGHEST_FACTORIAL = 1.0 / math.factorial(13)
ODD = tuple(1.0 / n for n in range(19, 2, -2))
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD

SQRT_HALF, SQRT_2PI = math.sqrt(0.5), math.sqrt(2.0 * math.pi)
NARROW = 0.5
"""Half-widths of intervals, in sds, up to which the series of `_series` is summed;"""
LEVEL = 1.0
"""and up to this product of half-width and distance, by which the log-density falls across half
of the interval."""
MOST_TERMS = 24.0
"""Highest Hermite polynomial that the series may need, for the widest of these."""
FAR = 6.0
"""Distances from which the continued fraction of the tail probability has converged."""

# These two are what `em.search.groups` has, and a test holds them to that. Imported from there,
# they would stay in the code that is kept when that file changes: see below.
HALF = 0.5
"""Of a component's expected count: so much on one recorded value makes it a point, no group."""
NARROW_GROUP = 0.1
"""In widths of the widest: what `em.search.groups` calls narrow."""


# Every function below is inlined into one compiled unit. Compiled apart and kept on disk apart,
# they would be optimised differently when loaded than when fresh, and the same seed would not
# give the same draws.
# And all are in this file, because what is kept is given up only when this file changes.


@numba.njit(inline="always")
def _exp(x: float) -> float:
    """e^x for x <= 0, in arithmetic that the compiler can do on several values at once.

    With k the whole number nearest to x / log 2, e^x is 2^k e^r with r at most log(2)/2 in size,
    where 14 terms of the Taylor series are exact to rounding.
    """
    x = max(x, -708.0)  # below, 2^k would not be a normal number
    k = np.floor(x * LOG2_E + 0.5)
    r = (x - k * LOG_2_HIGH) - k * LOG_2_LOW
    series = HIGHEST_FACTORIAL
    for coefficient in FACTORIALS:
        series = series * r + coefficient
    return series * np.int64((np.int64(k) + 1023) << 52).view(np.float64)


@numba.njit(inline="always")
def _log(x: float) -> float:
    """Log of x > 0 in the same way: x = 2^k m with m near 1, log m = 2 artanh((m - 1)/(m + 1))."""
    bits = np.float64(x).view(np.int64)
    k = (bits - SQRT_HALF_BITS) >> 52
    m = np.int64(bits - (k << 52)).view(np.float64)
    ratio = (m - 1.0) / (m + 1.0)
    square = ratio * ratio
    series = 1.0 / 21.0
    for coefficient in ODD:
        series = series * square + coefficient
    return k * LOG_2_HIGH + (2.0 * ratio + (2.0 * ratio * square * series + k * LOG_2_LOW))


@numba.njit(inline="always")
def _likelihood(
    values: Floats,
    counts: Floats,
    log_weights: Floats,
    means: Floats,
    log_sds: Floats,
    scale: float,
    sums: Floats,
) -> float:
    """Log-likelihood; fills sums over the data of r, r u and r u^2, for each component.

    r is a value's weight times the probability that it belongs to the component, and u its
    distance from the component's mean in sds. Values and means are standardised, sds are not.
    """
    K, n = means.size, values.size
    joint = np.empty((K, BLOCK))
    top = np.empty(BLOCK)
    total = np.empty(BLOCK)
    sums[:] = 0.0
    loglik = 0.0
    for begin in range(0, n, BLOCK):
        size = min(BLOCK, n - begin)
        for i in range(size):
            top[i] = -1e300
            total[i] = 0.0
        for k in range(K):
            precision = scale / math.exp(log_sds[k])
            height = log_weights[k] - log_sds[k] - HALF_LOG_2PI
            for i in range(size):
                u = (values[begin + i] - means[k]) * precision
                joint[k, i] = height - 0.5 * u * u
                top[i] = max(top[i], joint[k, i])
        for k in range(K):
            for i in range(size):
                joint[k, i] = _exp(joint[k, i] - top[i])
                total[i] += joint[k, i]
        for i in range(size):
            count = counts[begin + i]
            loglik += count * (top[i] + _log(total[i]))
            total[i] = count / total[i]
        for k in range(K):
            precision = scale / math.exp(log_sds[k])
            sum_r, sum_ru, sum_ruu = 0.0, 0.0, 0.0
            for i in range(size):
                u = (values[begin + i] - means[k]) * precision
                r = joint[k, i] * total[i]
                sum_r += r
                sum_ru += r * u
                sum_ruu += r * u * u
            sums[0, k] += sum_r
            sums[1, k] += sum_ru
            sums[2, k] += sum_ruu
    return loglik


@numba.njit(inline="always")
def _mills(z: float) -> float:
    """Tail probability over density of the standard normal at z >= 0."""
    if z < FAR:
        return 0.5 * SQRT_2PI * math.exp(0.5 * z * z) * math.erfc(z * SQRT_HALF)
    fraction = z
    for n in range(20, 0, -1):
        fraction = z + n / fraction
    return 1.0 / fraction


@numba.njit(inline="always")
def _interval(u: float, half: float) -> tuple[float, float, float, float]:
    """The normal probability of what lies up to `half` from u, in sds, and its moments.

    It is ``2 half exp(exponent) factor / sqrt(2 pi)``; `first` and `second` are the mean of z and
    of z^2 in the interval. For intervals that are wide, or far out for their width, where the
    differences below lose nothing.
    """
    away = abs(u)
    nearer, farther = away - half, away + half
    if nearer <= 0.0:
        exponent = 0.0
        factor = math.erf(farther * SQRT_HALF) - math.erf(nearer * SQRT_HALF)
        factor *= 0.5 * SQRT_2PI
        low, high = math.exp(-0.5 * nearer * nearer), math.exp(-0.5 * farther * farther)
    else:
        # Everything is relative to the density at the nearer end.
        exponent = -0.5 * nearer * nearer
        low, high = 1.0, math.exp(-2.0 * away * half)
        factor = _mills(nearer) - high * _mills(farther)
    first = math.copysign((low - high) / factor, u)
    second = 1.0 + (nearer * low - farther * high) / factor
    return exponent, 0.5 * factor / half, first, second


@numba.njit(inline="always")
def _series(
    u: Floats, half: float, exponent: Floats, factor: Floats, first: Floats, second: Floats
) -> None:
    """Fill in the same for narrow intervals, without differences of near numbers.

    Relative to the density at u, the mean density of the interval is
    ``sum_j half^(2j) He_2j(u) / (2j + 1)!`` with Hermite polynomials He, the Taylor series of the
    density integrated term by term; and its derivatives give the moments. One term of all values
    is worked on after the other, which the compiler does several at once.
    """
    size = u.size
    step, before, here = np.empty(size), np.empty(size), np.empty(size)
    square, largest = half * half, 0.0
    for i in range(size):
        step[i] = max(-LEVEL, min(u[i] * half, LEVEL))
        largest = max(largest, abs(step[i]))
        before[i], here[i] = 1.0, step[i]  # half^n He_n(u) / n!, for n = 0 and 1
        factor[i], first[i], second[i] = 1.0, 0.0, 0.0
    # |He_n(u)| is at most (|u| + sqrt(n))^n, and n stays below 25.
    reach = largest + 5.0 * half
    n, left = 0.0, 1.0
    while n < 2.0 or (n < MOST_TERMS and left > 1e-17):
        n += 2.0
        even, odd = 1.0 / n, 1.0 / (n + 1.0)
        left *= reach * reach * even * odd
        for i in range(size):
            term = (step[i] * here[i] - square * before[i]) * even
            factor[i] += term * odd
            first[i] += here[i] * odd
            second[i] += term - term * odd
            before[i] = term
            here[i] = (step[i] * term - square * here[i]) * odd
    for i in range(size):
        exponent[i] = -0.5 * u[i] * u[i]
        second[i] = u[i] * u[i] - (step[i] * first[i] + second[i]) / factor[i]
        first[i] = u[i] - half * first[i] / factor[i]


@numba.njit(inline="always")
def _rounded_likelihood(
    values: Floats,
    counts: Floats,
    log_weights: Floats,
    means: Floats,
    log_sds: Floats,
    scale: float,
    rounding: float,
    sums: Floats,
) -> float:
    """The same as `_likelihood` for rounded values, each of which stands for an interval.

    The density of a value is the probability of its interval over the width; in the sums, the
    means of u and of u^2 in the interval are in place of these.
    """
    K, n = means.size, values.size
    joint, factor = np.empty((K, BLOCK)), np.empty((K, BLOCK))
    first, second = np.empty((K, BLOCK)), np.empty((K, BLOCK))
    u = np.empty(BLOCK)
    top = np.empty(BLOCK)
    total = np.empty(BLOCK)
    sums[:] = 0.0
    loglik = 0.0
    for begin in range(0, n, BLOCK):
        size = min(BLOCK, n - begin)
        for i in range(size):
            top[i] = -1e300
            total[i] = 0.0
        for k in range(K):
            precision = scale / math.exp(log_sds[k])
            half = 0.5 * rounding / math.exp(log_sds[k])
            height = log_weights[k] - log_sds[k] - HALF_LOG_2PI
            for i in range(size):
                u[i] = (values[begin + i] - means[k]) * precision
            narrow = half <= NARROW
            if narrow:
                _series(u[:size], half, joint[k], factor[k], first[k], second[k])
            for i in range(size):
                if not (narrow and abs(u[i]) * half <= LEVEL):
                    found = _interval(u[i], half)
                    joint[k, i], factor[k, i], first[k, i], second[k, i] = found
            for i in range(size):
                joint[k, i] += height
                top[i] = max(top[i], joint[k, i])
        for k in range(K):
            for i in range(size):
                joint[k, i] = factor[k, i] * _exp(joint[k, i] - top[i])
                total[i] += joint[k, i]
        for i in range(size):
            count = counts[begin + i]
            loglik += count * (top[i] + _log(total[i]))
            total[i] = count / total[i]
        for k in range(K):
            sum_r, sum_ru, sum_ruu = 0.0, 0.0, 0.0
            for i in range(size):
                r = joint[k, i] * total[i]
                sum_r += r
                sum_ru += r * first[k, i]
                sum_ruu += r * second[k, i]
            sums[0, k] += sum_r
            sums[1, k] += sum_ru
            sums[2, k] += sum_ruu
    return loglik


@numba.njit(inline="always")
def _log_weights(point: Floats, K: int, log_weights: Floats) -> None:
    """Fill the logs of the weights from a point; PyMC's simplex transform, backwards."""
    last, top = 0.0, 0.0
    for k in range(K - 1):
        log_weights[k] = point[k]
        last -= point[k]
        top = max(top, point[k])
    log_weights[K - 1] = last
    top = max(top, last)
    total = 0.0
    for k in range(K):
        total += math.exp(log_weights[k] - top)
    for k in range(K):
        log_weights[k] -= top + math.log(total)


@numba.njit(inline="always")
def _density(point: Floats, table: Floats, gradient: Floats) -> float:
    """Log-density at a point in the sampler's coordinates; fills its gradient."""
    K, n = int(table[COMPONENTS]), int(table[VALUES])
    scale, floor = table[SCALE], table[FLOOR]
    values, counts = table[HEADER : HEADER + n], table[HEADER + n : HEADER + 2 * n]
    means, free_sds = point[K - 1 : 2 * K - 1], point[2 * K - 1 :]
    log_weights, log_sds, sums = np.empty(K), np.empty(K), np.empty((3, K))
    _log_weights(point, K, log_weights)
    for k in range(K):
        log_sds[k] = free_sds[k]
        if floor > 0.0:
            log_sds[k] = math.log(floor + math.exp(free_sds[k]))
    density: float = table[CONSTANT]
    if table[ROUNDING] > 0.0:
        density += _rounded_likelihood(
            values, counts, log_weights, means, log_sds, scale, table[ROUNDING], sums
        )
    else:
        density += _likelihood(values, counts, log_weights, means, log_sds, scale, sums)

    # Dirichlet density times the Jacobian of the simplex transform: sum_k concentration log w_k.
    total = 0.0
    for k in range(K):
        density += table[CONCENTRATION] * log_weights[k]
        sums[0, k] += table[CONCENTRATION]
        total += sums[0, k]
    for k in range(K - 1):
        gradient[k] = (sums[0, k] - sums[0, K - 1]) - total * (
            math.exp(log_weights[k]) - math.exp(log_weights[K - 1])
        )
    for k in range(K):
        distance = (table[LOCATION] + scale * means[k] - table[CENTRE]) / table[SPREAD]
        density -= 0.5 * distance * distance
        gradient[K - 1 + k] = (
            sums[1, k] * scale / math.exp(log_sds[k]) - distance * scale / table[SPREAD]
        )

        # d log sd / d coordinate, which is 1 without a floor; its log is the Jacobian.
        slope = 1.0
        if floor > 0.0:
            slope = math.exp(free_sds[k] - log_sds[k])
        distance = (log_sds[k] - table[LOG_MEDIAN]) / table[LOG_SPREAD]
        density -= 0.5 * distance * distance + (log_sds[k] - free_sds[k])
        of_likelihood = sums[2, k] - (sums[0, k] - table[CONCENTRATION])
        gradient[2 * K - 1 + k] = (
            slope * (of_likelihood - distance / table[LOG_SPREAD]) + 1.0 - slope
        )
    return density


@numba.njit(inline="always")
def _joint(
    values: Floats,
    log_weight: float,
    mean: float,
    log_sd: float,
    scale: float,
    rounding: float,
    joint: Floats,
    room: Floats,
) -> None:
    """Fill the log of weight times density of one component at up to `BLOCK` values.

    Of rounded values, that is the mean density of what is rounded to each; `room` holds four rows
    for what that takes.
    """
    size = values.size
    precision = scale / math.exp(log_sd)
    height = log_weight - log_sd - HALF_LOG_2PI
    if rounding <= 0.0:
        for i in range(size):
            u = (values[i] - mean) * precision
            joint[i] = height - 0.5 * u * u
        return
    half = 0.5 * rounding / math.exp(log_sd)
    u, factor = room[0, :size], room[1, :size]
    for i in range(size):
        u[i] = (values[i] - mean) * precision
    narrow = half <= NARROW
    if narrow:
        _series(u, half, joint, factor, room[2], room[3])
    for i in range(size):
        if not (narrow and abs(u[i]) * half <= LEVEL):
            joint[i], factor[i], _, _ = _interval(u[i], half)
    for i in range(size):
        joint[i] += height + _log(factor[i])


@numba.njit(inline="always")
def _totals(joint: Floats, size: int, in_pair: bool, top: Floats, total: Floats) -> None:
    """Fill the largest term at each value, and the sum of all of them relative to it.

    In `joint`, terms take the place of their logs; not where there is a pair of which only the sum
    is wanted: that takes one exponential, since that of the larger term would be one.
    """
    K = joint.shape[0]
    if in_pair:
        for i in range(size):
            top[i] = max(joint[0, i], joint[1, i])
            total[i] = 1.0 + _exp(-abs(joint[0, i] - joint[1, i]))
        return
    for i in range(size):
        top[i], total[i] = joint[0, i], 0.0
    for k in range(1, K):
        for i in range(size):
            top[i] = max(top[i], joint[k, i])
    for k in range(K):
        for i in range(size):
            joint[k, i] = _exp(joint[k, i] - top[i])
            total[i] += joint[k, i]


@numba.njit(inline="always")
def _sum_of_logs(top: Floats, total: Floats, counts: Floats, single: bool) -> float:
    """Sum of the log-densities of a block, each as often as its value was seen."""
    loglik = 0.0
    if single:
        # Between 1 and K each, so that one logarithm of their product does for all.
        product = 1.0
        for i in range(counts.size):
            product *= total[i]
            loglik += top[i]
        return loglik + math.log(product)
    for i in range(counts.size):
        loglik += counts[i] * (top[i] + _log(total[i]))
    return loglik


@numba.njit(inline="always")
def _allot(
    joint: Floats, total: Floats, counts: Floats, heaps: Floats, expected: Floats, most: Floats
) -> None:
    """Add a block to the expected count of each component, and to the most of it on one heap."""
    for k in range(joint.shape[0]):
        count = 0.0
        for i in range(counts.size):
            share = joint[k, i] / total[i]
            count += counts[i] * share
            most[k, i] = max(most[k, i], heaps[i] * share)
        expected[k] += count


def _log_likelihoods(
    points: Floats,
    values: Floats,
    counts: Floats,
    heaps: Floats,
    scale: float,
    floor: float,
    rounding: float,
    found: Floats,
) -> None:
    """Fill the log-likelihood at each of many points in the sampler's coordinates.

    It is minus infinity where a component is a point: where half or more of its expected count
    lies on one of the values that were recorded more than once; of rounded values only where it
    is narrow against the widest, as `em.search.groups` has it. `heaps` says how often those were,
    and is zero for all other values. Values are standardised by `scale`.
    """
    n, K = values.size, (points.shape[1] + 1) // 3
    log_weights, log_sds, expected = np.empty(K), np.empty(K), np.empty(K)
    joint, room, most = np.empty((K, BLOCK)), np.empty((4, BLOCK)), np.empty((K, BLOCK))
    top, total = np.empty(BLOCK), np.empty(BLOCK)
    ruled = K > 1 and heaps.max() > 0.0
    # Products of more terms than that might overflow.
    single = K < 100 and counts.min() == 1.0 and counts.max() == 1.0
    in_pair = K == 2 and not ruled

    for p in range(points.shape[0]):
        point = points[p]
        means = point[K - 1 : 2 * K - 1]
        _log_weights(point, K, log_weights)
        for k in range(K):
            log_sds[k] = point[2 * K - 1 + k]
            if floor > 0.0:
                log_sds[k] = math.log(floor + math.exp(log_sds[k]))
        expected[:] = 0.0
        most[:] = 0.0
        loglik = 0.0
        for begin in range(0, n, BLOCK):
            end = min(begin + BLOCK, n)
            here, seen = values[begin:end], counts[begin:end]
            for k in range(K):
                _joint(here, log_weights[k], means[k], log_sds[k], scale, rounding, joint[k], room)
            _totals(joint, here.size, in_pair, top, total)
            loglik += _sum_of_logs(top, total, seen, single)
            if ruled:
                _allot(joint, total, seen, heaps[begin:end], expected, most)
        if ruled:
            widest = 0.0
            for k in range(K):
                widest = max(widest, math.hypot(math.exp(log_sds[k]), rounding / math.sqrt(12.0)))
            for k in range(K):
                width = math.hypot(math.exp(log_sds[k]), rounding / math.sqrt(12.0))
                sits = rounding == 0.0 or width < NARROW_GROUP * widest
                if sits and most[k].max() >= HALF * expected[k]:
                    loglik = -np.inf
        found[p] = loglik


def _density_c(size: int, point_: Any, gradient_: Any, density_: Any, table_: Any) -> int:
    """`_density` as C calls it; returns 0, or a positive number where the point is no use."""
    length = int(carray(table_, (1,), np.float64)[LENGTH])
    table = carray(table_, (length,), np.float64)
    point = carray(point_, (size,))
    gradient = carray(gradient_, (size,))
    density = _density(point, table, gradient)
    carray(density_, (1,))[0] = density
    if not np.isfinite(density):
        return 4
    for k in range(size):
        if not np.isfinite(gradient[k]):
            return 3
    return 0


def _publish_c(size: int, n_published: int, point_: Any, published_: Any, table_: Any) -> int:
    """Weights, means and sds at a point, sorted together by mean, as C calls it."""
    table = carray(table_, (HEADER,), np.float64)
    K = int(table[COMPONENTS])
    point = carray(point_, (size,))
    published = carray(published_, (n_published,))
    log_weights = np.empty(K)
    _log_weights(point, K, log_weights)
    for k in range(K):
        place = 0
        for other in range(K):
            if point[K - 1 + other] < point[K - 1 + k] or (
                point[K - 1 + other] == point[K - 1 + k] and other < k
            ):
                place += 1
        published[place] = math.exp(log_weights[k])
        published[K + place] = table[LOCATION] + table[SCALE] * point[K - 1 + k]
        published[2 * K + place] = table[FLOOR] + math.exp(point[2 * K - 1 + k])
    return 0


_ARRAY = types.CPointer(types.double)  # type: ignore[no-untyped-call]
_DENSITY = types.int64(types.uint64, _ARRAY, _ARRAY, _ARRAY, types.voidptr)
_PUBLISH = types.int64(types.uint64, types.uint64, _ARRAY, _ARRAY, types.voidptr)
# Sums may be taken in any order, which is what lets them be taken several at a time; infinities
# and NaN keep their meaning.
_ANY_ORDER = {"reassoc", "contract", "nsz", "arcp"}


def _compiled(function: Callable[..., Any], compiler: Any = numba.njit, **options: Any) -> Any:
    options |= {"error_model": "numpy", "fastmath": _ANY_ORDER}
    try:
        return compiler(cache=True, **options)(function)
    except RuntimeError:  # nowhere to keep it: a read-only installation without a home folder
        return compiler(**options)(function)


def compiled(function: Callable[..., Any]) -> Any:
    """A function on arrays as machine code, kept on disk, that lets other threads run.

    For functions that call no other compiled ones: see above.
    """
    return _compiled(function, nogil=True)


density_c = _compiled(_density_c, partial(numba.cfunc, _DENSITY))
publish_c = _compiled(_publish_c, partial(numba.cfunc, _PUBLISH))
log_likelihoods = compiled(_log_likelihoods)
