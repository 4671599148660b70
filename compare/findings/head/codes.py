"""Codes: an extreme value that many rows share, as where -999 says that there is no value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from compare.data.cases import Case

__all__ = ["Code", "codes"]

NINES = frozenset(
    sign * float(digit * length) for digit in "789" for length in range(1, 8) for sign in (-1, 1)
) | {-1.0}
"""Numbers that stand for a missing value in many files."""

FEWEST = 3
"""Rows that share a value before it may be one, where it is none of the usual."""


@dataclass(frozen=True)
class Code:
    """A value that may say that there is none."""

    value: float
    count: float
    """So many rows have it."""
    nearest: float
    """The value of the others that is nearest to it."""


def codes(case: Case) -> tuple[Code, ...]:
    """Find extreme values that several rows share, far from all others.

    The lowest or highest value counts where its distance from the next is more than the range of
    all others (half of it for the usual numbers, such as -99 and 9999), and it is not zero: a zero
    is a value of its own.

    Parameters
    ----------
    case : Case
        Of data that are in memory, else nothing is found.

    Returns
    -------
    tuple of Code
        The lowest first.
    """
    if not case.in_memory:
        return ()
    sample = case.sample.collapse()
    values, counts = sample.values, sample.weights
    found = []
    for at, inner in ((0, slice(1, None)), (-1, slice(None, -1))):
        others = values[inner]
        if others.size < 2 or values[at] == 0.0:
            continue
        nearest = float(others[0] if at == 0 else others[-1])
        usual = float(values[at]) in NINES
        needed = float(np.ptp(others)) * (0.5 if usual else 1.0)
        if abs(values[at] - nearest) > needed and counts[at] >= (2 if usual else FEWEST):
            found.append(Code(float(values[at]), float(counts[at]), nearest))
    return tuple(found)
