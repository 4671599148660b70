"""Weighting: what weights say of their values, and what is made of them before anything is fitted.

A count says how often a value was seen. A share says what part of all values it is, and needs their
number to become a count. A sampling weight says how many others a surveyed one stands for: it is
not known to be worth that many, and what is made of it is a pseudo-likelihood (Pfeffermann 1993).
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import real
from em.data.column import numbers, own

__all__ = ["check_said", "weighted"]

Floats = NDArray[np.float64]
WeightsAre = Literal["counts", "shares", "sampling"]

NOTHING = 1e-100
"""Part of the largest weight up to which another is taken for zero: its square would be none."""
NEAR = 1e-3
"""Shares of so many values are whole numbers of them but for their last printed digit."""


def check_said(weights_are: WeightsAre, total: float | None, *, weighted: bool) -> None:
    """See that what is said of weights fits together.

    Parameters
    ----------
    weights_are, total
        As for `em.Sample`.
    weighted : bool
        Whether there are weights.

    Raises
    ------
    TypeError, ValueError
        If it does not.
    """
    if weights_are not in get_args(WeightsAre):
        raise ValueError(
            f'expected weights_are to be "counts", "shares" or "sampling", got {weights_are!r}'
        )
    if not weighted and weights_are != "counts":
        raise ValueError(f"expected weights that are {weights_are}, got none; pass weights=")
    if weights_are == "shares":
        if total is None:
            raise ValueError(
                "expected total= with shares, the number of values they are shares of, got none; "
                "for example total=600"
            )
        if not 0 < real("total", total) < math.inf:
            raise ValueError(f"expected a total above zero, got {total}; it is a number of values")
    elif total is not None:
        raise ValueError(
            f'expected total= only where weights_are="shares", got weights_are="{weights_are}" '
            f"and total={total}; leave one out"
        )


def weighted(
    values: Floats,
    weights: ArrayLike | None,
    weights_are: WeightsAre = "counts",
    total: float | None = None,
) -> tuple[Floats, Floats]:
    """The values that count at all, and the weights that a fit works with.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Read-only.
    weights, weights_are, total
        As for `em.Sample`.

    Returns
    -------
    values, weights : ndarray of shape (m,)
        Read-only; the values themselves where all of them count.

    Raises
    ------
    TypeError, ValueError
        As `em.Sample` does.
    """
    check_said(weights_are, total, weighted=weights is not None)
    if weights is None:
        # A broadcast scalar costs no memory, which matters for ten million values.
        return values, np.broadcast_to(np.float64(1.0), values.shape)
    mass = _checked(weights, values.size)
    least = NOTHING * float(mass.max())
    if mass.min() <= least:
        values, mass = values[mass > least], mass[mass > least]
        values.flags.writeable = mass.flags.writeable = False
    return values, _scaled(mass, weights_are, total)


def _checked(weights: ArrayLike, size: int) -> Floats:
    """Weights as they came, read-only, if they can be weights of so many values."""
    mass = own(numbers(weights, "weights"))
    if mass.shape != (size,):
        raise ValueError(
            f"expected one weight for each of the {size} values, got "
            f"{mass.size} weights; pass two columns of the same length"
        )
    if mass.min() < 0:
        first = int(np.argmax(mass < 0))
        raise ValueError(
            f"expected weights of zero or more, got {mass[first]:g} at position {first} "
            f"({np.count_nonzero(mass < 0)} negative in all); a weight is a count"
        )
    if not mass.any():
        raise ValueError(
            "expected at least one positive weight, got only zeros; leave weights out "
            "to count every value once"
        )
    return mass


def _scaled(weights: Floats, weights_are: WeightsAre, total: float | None) -> Floats:
    """Counts as they are, shares times their total, sampling weights with mean one."""
    if weights_are == "counts":
        return weights
    # Near one their sum neither overflows nor loses digits, and equal ones stay equal.
    near = weights / weights.max()
    goal = float(weights.size) if total is None else float(total)
    made = near * (goal / float(near.sum()))
    if weights_are == "shares":
        whole = np.round(made)
        near_enough = np.abs(made - whole).max() < NEAR and abs(whole.sum() - goal) < NEAR
        if near_enough and whole.min() > 0:
            made = whole
    made.flags.writeable = False
    return made
