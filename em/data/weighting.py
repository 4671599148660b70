"""Weighting: what weights say of their values, and what is made of them before anything is fitted.

A count says how often a value was seen. A share says what part of all values it is, and needs their
number to become a count. A sampling weight says how many others a surveyed one stands for: it is
not known to be worth that many, and what is made of it is a pseudo-likelihood (Pfeffermann 1993).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.column import numbers, own
from em.search.options import real

if TYPE_CHECKING:
    from em.data.sample import Sample

__all__ = ["check_said", "checked", "counting", "refuse_sampling", "require_counts", "scaled"]

Floats = NDArray[np.float64]
WeightsAre = Literal["counts", "shares", "sampling"]

MOST = 2.0**53
"""The largest sum of counts: beyond, doubles do not tell one more from as many."""
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


def checked(weights: ArrayLike, size: int) -> Floats:
    """Weights as they came, if they can be weights of so many values.

    Parameters
    ----------
    weights : array_like of shape (size,)
    size : int

    Returns
    -------
    ndarray of shape (size,)
        Read-only; some may be zero.

    Raises
    ------
    TypeError, ValueError
        As `em.Sample` does.
    """
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


def counting(weights: Floats) -> NDArray[np.bool_] | None:
    """Which values count at all; None where all do."""
    least = NOTHING * float(weights.max())
    return None if weights.min() > least else weights > least


def scaled(weights: Floats, weights_are: WeightsAre, total: float | None) -> Floats:
    """What a fit works with: counts as they are, shares of their total, sampling weights of mean 1.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Positive.
    weights_are, total
        As for `em.Sample`.

    Returns
    -------
    ndarray of shape (n,)
    """
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


def require_counts(data: Sample, least: int, n_components: int) -> None:
    """See that weights can be counts of values that a mixture of so many components is fitted to.

    Counts of as many different values as a fit needs sum to that number at least. Where the sum is
    less, they are shares or the like, and no estimate could have a standard error; weights below
    one that sum to more are as good as any (the responsibilities of a group, say).

    Parameters
    ----------
    data : Sample
    least : int
        How many different values the fit needs.
    n_components : int

    Raises
    ------
    ValueError
        If they cannot, with what they may be instead.
    """
    if data.n < least * (1 - 1e-9):
        raise ValueError(
            f"expected counts with a sum of at least {least} for {n_components} "
            f"component{'' if n_components == 1 else 's'}, got {data.n:.6g} over {len(data)} "
            "different values; say what the weights are: em.Sample(x, weights, "
            'weights_are="shares", total=N), N the number of values, or weights_are="sampling" '
            "for survey weights"
        )
    if data.n > MOST:
        raise ValueError(
            f"expected counts with a sum of at most {MOST:.3g}, got {data.n:.3g}; give them in "
            "thousands or millions, or say what they are: em.Sample(x, weights, "
            'weights_are="shares", total=N), or weights_are="sampling" for survey weights'
        )


def refuse_sampling(sample: Sample, what: str) -> None:
    """Refuse what sampling weights have no likelihood for.

    Parameters
    ----------
    sample : Sample
    what : str
        What was asked for.

    Raises
    ------
    ValueError
        If the weights are sampling weights.
    """
    if sample.weights_are == "sampling":
        raise ValueError(
            f"expected counts for {what}, got sampling weights, whose pseudo-likelihood does not "
            "say how probable the data are; use Wald intervals (from the sandwich), or leave the "
            "weights out"
        )
