"""Column: one column of numbers of any origin as a vector of doubles, or what is wrong with it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import real

__all__ = ["numbers", "own", "step_of"]

Floats = NDArray[np.float64]

LARGEST = 1e150
"""Values beyond this overflow when squared, as in the variance of a mixture."""


def step_of(rounding: float, values: Floats) -> float:
    """The rounding as a float, if the values can have been rounded so."""
    step = real("rounding", rounding)
    if not (step >= 0 and math.isfinite(step)):
        raise ValueError(f"expected a rounding of zero or more, got {rounding}")
    if step == 0:
        return 0.0
    places = (values - values[0]) / step
    off = np.abs(places - np.round(places))
    # Decimals such as 0.1 have no exact double, and sums of them a few digits less.
    slack = 1e-6 + 8 * np.finfo(float).eps * np.abs(values).max() / step
    worst = int(np.argmax(off))
    if off[worst] > slack:
        raise ValueError(
            f"expected values that are whole steps of {step:g} apart, got {values[0]:.10g} and "
            f"{values[worst]:.10g}; give the step to which they were rounded, or 0 if they were not"
        )
    return step


def own(checked: Floats) -> Floats:
    """A copy that nobody else can change."""
    if checked.base is None or not _is_writeable(checked):
        return checked
    copied = checked.copy()
    copied.flags.writeable = False
    return copied


def _is_writeable(array: Floats) -> bool:
    """Whether somebody holds the array, or what it is a view of, and may change it."""
    base = array.base
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return True
        base = base.base
    return base is not None


def numbers(raw: ArrayLike, what: str) -> Floats:
    """A read-only float64 vector of `raw`, or an error that says what is wrong with it."""
    if np.ma.isMaskedArray(raw) and np.ma.getmaskarray(raw).any():
        raise ValueError(
            f"expected {what} without gaps, got a masked array with "
            f"{int(np.ma.getmaskarray(raw).sum())} masked; drop them with .compressed()"
        )
    try:
        array = np.asarray(raw)
    except ValueError as error:
        raise ValueError(
            f"expected {what} as one column of numbers, got rows of different lengths"
        ) from error
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise TypeError(
                f"expected {what} to be real numbers, got objects that are not ({error}); "
                "convert them or drop them first"
            ) from error
    if array.dtype.kind not in "iuf":
        raise TypeError(
            f"expected {what} to be real numbers, got an array of {array.dtype}; "
            "convert it to float first"
        )
    if array.ndim != 1:
        raise ValueError(
            f"expected {what} of shape (n,), got shape {array.shape}; pass one column, "
            "for example x[:, 0] or numpy.ravel(x)"
        )
    if array.size == 0:
        raise ValueError(f"expected at least one of the {what}, got none")
    # numpy.longdouble would overflow to infinity here, which the next check reports.
    with np.errstate(over="ignore"):
        vector = np.asarray(array, dtype=np.float64).view()
    # The ends show every NaN and infinity; only a failing check looks for where. (A product would
    # as well, but the threads of BLAS get into the way of those that read.)
    with np.errstate(invalid="ignore"):
        usable = float(vector.min()) >= -LARGEST and float(vector.max()) <= LARGEST
    if not usable:
        _explain(vector, what)
    vector.flags.writeable = False
    return vector


def _explain(vector: Floats, what: str) -> None:
    for bad, name in ((np.isnan(vector), "missing (NaN)"), (np.isinf(vector), "infinite")):
        if bad.any():
            raise ValueError(
                f"expected finite {what}, got {int(bad.sum())} {name}, the first at position "
                f"{int(np.argmax(bad))}; drop them or say what they are"
            )
    if np.abs(vector).max() > LARGEST:
        raise ValueError(
            f"expected {what} below {LARGEST:g} in size, got {np.abs(vector).max():g}; "
            "change the unit so that squares do not overflow"
        )
