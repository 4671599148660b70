"""Computes exact.json: maxima, standard errors and profile intervals to 15 digits, without em.

A second route to the reference values: plain sums in mpmath with 40 digits, Newton's method with
central differences of the score. Nothing is shared with em but the data. It starts from the
rounded values below, and walks to the ends of an interval in steps from the maximum, so that it
stays on the branch of the likelihood that belongs to the maximum's labels.

    pip install mpmath numpy
    python tests/reference/exact.py        (about five minutes)

exact.json was written with mpmath 1.4.1, NumPy 2.5.5 and Python 3.13.0.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from mpmath import exp, log, lu_solve, matrix, mp, mpf, pi, sqrt

mp.dps = 40
HERE = Path(__file__).parent
STEP = mpf(10) ** -13
QUANTILE = mpf("3.841458820694124032151111386")  # chi-squared, one degree of freedom, 95 %


def heights(seed):
    stream = np.random.RandomState(seed)
    return np.concatenate([stream.normal(176, 8, 600), stream.normal(164, 6, 400)])


def column(name, key, unit=1):
    with (HERE / name).open() as file:
        return [mpf(row[key]) / unit for row in csv.DictReader(file)]


class Model:
    """A mixture in the coordinates log(w_k / w_K), means, log sds (one if they are equal)."""

    def __init__(self, values, weights, means, sds):
        self.x = [mpf(value) if isinstance(value, mpf) else mpf(float(value)) for value in values]
        self.k = len(weights)
        self.n_sds = len(sds)
        self.start = [log(mpf(w) / weights[-1]) for w in weights[:-1]]
        self.start += [mpf(m) for m in means] + [log(mpf(s)) for s in sds]

    def natural(self, at):
        k = self.k
        odds = [exp(a) for a in at[: k - 1]] + [mpf(1)]
        sds = [exp(a) for a in at[2 * k - 1 :]]
        return [o / sum(odds) for o in odds] + list(at[k - 1 : 2 * k - 1]) + sds

    def score(self, at):
        """The log-likelihood and its gradient."""
        k, natural = self.k, self.natural(at)
        weights, means = natural[:k], natural[k : 2 * k]
        sds = natural[2 * k :] * (k if self.n_sds == 1 else 1)
        total = mpf(0)
        slope = [mpf(0)] * len(at)
        constants = [w / (s * sqrt(2 * pi)) for w, s in zip(weights, sds, strict=True)]
        for x in self.x:
            zs = [(x - m) / s for m, s in zip(means, sds, strict=True)]
            parts = [c * exp(-z * z / 2) for c, z in zip(constants, zs, strict=True)]
            density = sum(parts)
            total += log(density)
            for j in range(k):
                r = parts[j] / density
                if j < k - 1:
                    slope[j] += r - weights[j]
                slope[k - 1 + j] += r * zs[j] / sds[j]
                slope[2 * k - 1 + (j if self.n_sds > 1 else 0)] += r * (zs[j] ** 2 - 1)
        return total, slope

    def hessian(self, at):
        rows = []
        for j in range(len(at)):
            up, down = list(at), list(at)
            up[j] += STEP
            down[j] -= STEP
            pairs = zip(self.score(up)[1], self.score(down)[1], strict=True)
            rows.append([(a - b) / (2 * STEP) for a, b in pairs])
        return matrix(rows)

    def maximum(self):
        at = list(self.start)
        for _ in range(50):
            _, slope = self.score(at)
            step = lu_solve(self.hessian(at), -matrix(slope))
            at = [a + s for a, s in zip(at, step, strict=True)]
            if max(abs(s) for s in step) < mpf(10) ** -25:
                return at
        raise RuntimeError("Newton's method did not settle on the maximum")

    def standard_errors(self, at):
        covariance = (-self.hessian(at)) ** -1
        errors = []
        for j in range(len(self.natural(at))):
            gradient = []
            for i in range(len(at)):
                up, down = list(at), list(at)
                up[i] += STEP
                down[i] -= STEP
                gradient.append((self.natural(up)[j] - self.natural(down)[j]) / (2 * STEP))
            column = matrix(gradient)
            errors.append(sqrt((column.T * covariance * column)[0]))
        return errors

    def profile_end(self, top, j, guess):
        """Coordinate j where the profile deviance is QUANTILE, from a guess of all of them."""
        best, _ = self.score(top)
        at = list(guess)
        for _ in range(60):
            loglik, slope = self.score(at)
            rest = [i for i in range(len(at)) if i != j]
            hessian = self.hessian(at)
            jacobian = matrix(len(at), len(at))
            for row, i in enumerate(rest):
                for c in range(len(at)):
                    jacobian[row, c] = hessian[i, c]
            for c in range(len(at)):
                jacobian[len(rest), c] = slope[c]
            off = [slope[i] for i in rest] + [loglik - (best - QUANTILE / 2)]
            step = lu_solve(jacobian, -matrix(off))
            longest = max(abs(s) for s in step)
            damping = min(mpf(1), mpf("0.5") / longest)
            at = [a + damping * s for a, s in zip(at, step, strict=True)]
            if longest < mpf(10) ** -20:
                return at
        raise RuntimeError("Newton's method did not settle on an end of the interval")

    def constrained(self, at, j):
        """Maximum over the other coordinates, with coordinate j held."""
        at = list(at)
        rest = [i for i in range(len(at)) if i != j]
        for _ in range(60):
            _, slope = self.score(at)
            full = self.hessian(at)
            small = matrix([[full[a, b] for b in rest] for a in rest])
            step = lu_solve(small, -matrix([slope[i] for i in rest]))
            longest = max(abs(s) for s in step)
            damping = min(mpf(1), mpf("0.3") / longest)
            for i, s in zip(rest, step, strict=True):
                at[i] += damping * s
            if longest < mpf(10) ** -6:
                return at
        raise RuntimeError("Newton's method did not settle on a constrained maximum")

    def profile(self, top, j, ends):
        """Both ends, walked to from the maximum in five steps so as to stay on its branch."""
        found = []
        for end in ends:
            at = list(top)
            goal = end
            for step in range(1, 6):
                at[j] = top[j] + (goal - top[j]) * step / 5
                at = self.constrained(at, j)
            found.append(self.natural(self.profile_end(top, j, at))[self.place(j)])
        return found

    def place(self, j):
        """Where coordinate j stands among the natural parameters (for two components)."""
        return j if j < self.k - 1 else j + 1


def digits(values):
    return [float(mp.nstr(value, 17)) for value in values]


def solve(model, ends=None):
    top = model.maximum()
    k, natural = model.k, model.natural(top)
    errors = model.standard_errors(top)
    split = {"weights": slice(0, k), "means": slice(k, 2 * k), "sds": slice(2 * k, None)}
    answer = {
        "loglik": float(mp.nstr(model.score(top)[0], 17)),
        **{name: digits(natural[part]) for name, part in split.items()},
        "standard_errors": {name: digits(errors[part]) for name, part in split.items()},
    }
    if ends:
        scaled = [[log(mpf(w) / (1 - mpf(w))) for w in ends[0]]]
        scaled += [[mpf(m) for m in pair] for pair in ends[1:3]]
        scaled += [[log(mpf(s)) for s in pair] for pair in ends[3:]]
        found = [digits(model.profile(top, j, pair)) for j, pair in enumerate(scaled)]
        answer["profile"] = {
            "weights": [found[0], digits([1 - mpf(found[0][1]), 1 - mpf(found[0][0])])],
            "means": found[1:3],
            "sds": found[3:],
        }
    return answer


def main():
    waiting, eruptions = column("faithful.csv", "waiting"), column("faithful.csv", "eruptions")
    velocities = column("galaxies.csv", "velocity", 1000)
    answers = {
        "heights seed 666": solve(
            Model(heights(666), [0.4359, 0.5641], [164.2687, 176.3670], [5.79344, 7.8317]),
            [
                (0.0810674, 0.7490477),
                (160.628861, 167.540174),
                (171.846700, 181.891002),
                (2.083560, 7.165903),
                (5.855254, 9.337759),
            ],
        ),
        "heights seed 1": solve(
            Model(heights(1), [0.5204, 0.4796], [165.36619, 178.17945], [6.39414, 7.47129]),
            [
                (0.1088167, 0.7788935),
                (161.756636, 168.370275),
                (172.498297, 182.884965),
                (3.524264, 7.706092),
                (5.764484, 9.618034),
            ],
        ),
        "faithful waiting": solve(
            Model(waiting, [0.360886, 0.639114], [54.61486, 80.09107], [5.87122, 5.86773]),
            [(0.301, 0.423), (53.28, 56.08), (79.05, 81.05), (4.94, 7.11), (5.17, 6.76)],
        ),
        "faithful waiting, equal sds": solve(
            Model(waiting, [0.360849, 0.639151], [54.61363, 80.09030], [5.86909]),
            [(0.303, 0.421), (53.33, 55.88), (79.15, 81.02), (5.38, 6.45)],
        ),
        "faithful eruptions": solve(
            Model(eruptions, [0.348405, 0.651595], [2.018608, 4.273343], [0.235622, 0.437063]),
            [(0.293, 0.407), (1.969, 2.074), (4.206, 4.340), (0.199, 0.289), (0.386, 0.493)],
        ),
        "galaxies": solve(
            Model(
                velocities,
                [0.08537, 0.87805, 0.03658],
                [9.71014, 21.40010, 33.04438],
                [0.42251, 2.19455, 0.92172],
            )
        ),
    }
    (HERE / "exact.json").write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
