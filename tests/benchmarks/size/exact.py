"""The exact certificate once more, by formulas and code that `em` has no part in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["certificate", "pieces"]

Floats = NDArray[np.float64]

BLOCK = 1 << 14
"""Values at a time: what is computed of them stays in the processor's cache."""

ERROR, SCORE = 1e-12, 1e-6
"""What a certificate allows: see `em.Certificate`."""


def certificate(
    data: Iterable[Floats], weights: ArrayLike, means: ArrayLike, sds: ArrayLike, loglik: float
) -> dict[str, Any]:
    """What one pass over all of the data says about an estimate and its log-likelihood.

    The score is a sum over the values, and so is the information, the scores' outer products
    (Berndt, Hall, Hall & Hausman 1974): at the maximum of a model that holds it is the observed
    information but for chance, and a score is told from zero as well by either.

    Parameters
    ----------
    data : iterable of ndarray of shape (m,)
        The values, piece by piece.
    weights, means, sds : array_like of shape (n_components,)
        The estimate.
    loglik : float
        What is claimed to be its log-likelihood.

    Returns
    -------
    dict
        ``relative_error`` of that claim, ``gradient_norm``, the score in standard errors, and
        whether both are ``ok``; ``n`` values were seen.
    """
    w, m, s = (np.asarray(value, dtype=np.float64)[:, None] for value in (weights, means, sds))
    sums, size, n = [], 3 * w.size - 1, 0
    score, information = np.zeros(size), np.zeros((size, size))
    for piece in data:
        for begin in range(0, piece.size, BLOCK):
            x = piece[begin : begin + BLOCK]
            z = (x - m) / s
            joint = np.log(w / s) - 0.5 * z * z
            top = joint.max(axis=0)
            share = np.exp(joint - top)
            total = share.sum(axis=0)
            share /= total
            sums.append(float((top + np.log(total)).sum()))
            # The last weight is one minus the others.
            each = np.concatenate(
                [
                    share[:-1] / w[:-1] - share[-1] / w[-1],
                    share * z / s,
                    share * (z * z - 1.0) / s,
                ]
            )
            score += each.sum(axis=1)
            information += each @ each.T
            n += x.size
    exact = math.fsum([*sums, -0.5 * n * math.log(2.0 * math.pi)])
    # In standard errors before anything is solved: the units of a weight and of an sd differ.
    unit = 1.0 / np.sqrt(np.diag(information))
    covariance = np.linalg.inv(information * unit * unit[:, None])
    step = covariance @ (score * unit)
    error = abs(loglik - exact) / max(abs(exact), n)
    norm = float(np.max(np.abs(step) / np.sqrt(np.diag(covariance))))
    return {
        "relative_error": error,
        "gradient_norm": norm,
        "ok": bool(error < ERROR and norm < SCORE),
        "n": n,
    }


def pieces(values: Floats) -> Iterable[Floats]:
    """An array in memory as data for `certificate`."""
    yield values
