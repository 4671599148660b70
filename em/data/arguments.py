"""Arguments: settings of the kinds that many functions take, checked with one wording."""

from __future__ import annotations

import numpy as np

__all__ = ["as_generator", "flag", "real", "whole"]


def whole(name: str, value: int) -> int:
    """A whole number of one or more, or an error that names it."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"expected {name} to be a whole number, got {value!r}")
    if value < 1:
        raise ValueError(f"expected {name} of 1 or more, got {value}")
    return int(value)


def real(name: str, value: object, kind: str = "a number") -> float:
    """A number as a float, or an error that names it and says what `kind` of thing it may be."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"expected {name} to be {kind}, got {value!r}")
    return float(value)


def flag(name: str, value: object, otherwise: str = "") -> bool:
    """True or False, or an error that names it; `otherwise` says what else would have done.

    Other values are refused rather than taken for true: "no" would be.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"expected {name} to be True or False{otherwise}, got {value!r}")
    return bool(value)


def as_generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """A generator from a seed; a generator is returned as it is.

    Raises
    ------
    TypeError
        If `rng` is neither a whole number, a Generator nor None.
    ValueError
        If it is a negative number.
    """
    if rng is None or isinstance(rng, np.random.Generator):
        return np.random.default_rng(rng)
    if not isinstance(rng, bool) and isinstance(rng, (int, np.integer)):
        if rng < 0:
            raise ValueError(f"expected a seed of zero or more, got {rng}")
        return np.random.default_rng(rng)
    raise TypeError(
        "expected rng to be a seed (a whole number) or a numpy.random.Generator, got "
        f"{type(rng).__name__}; for example rng=1"
    )
