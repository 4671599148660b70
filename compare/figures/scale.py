"""Scale: how numbers of the data's unit become those on an axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from compare.tables.printable import plain

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from compare.comparison.table import Comparison

__all__ = ["Scale"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Scale:
    """A power of ten to divide by, so that ticks are short, and what that makes of the unit."""

    factor: float
    """What values are divided by before they are drawn."""
    unit: str
    """The unit after that, ``cm`` or ``10⁶ cm``; may be empty."""

    @classmethod
    def of(cls, comparison: Comparison, values: ArrayLike) -> Scale:
        """The scale for an axis of the data's unit that shows `values`."""
        finite = np.abs(np.asarray(values, dtype=np.float64))
        finite = finite[np.isfinite(finite)]
        largest = float(finite.max()) if finite.size else 1.0
        unit = plain(comparison.case.unit, 16)
        if largest == 0 or 1e-2 <= largest < 1e5:
            return cls(1.0, unit)
        power = math.floor(math.log10(largest))
        # Divided, not multiplied by the inverse, which may be no power of ten.
        return cls(10.0**power, f"10{str(power).translate(_SUPERSCRIPTS)} {unit}".strip())

    def __call__(self, values: ArrayLike) -> NDArray[np.float64]:
        """`values` as they are drawn."""
        return np.asarray(values, dtype=np.float64) / self.factor

    def one(self, value: float) -> float:
        """A single value as it is drawn."""
        return float(value / self.factor)

    def label(self, quantity: str) -> str:
        """An axis label with the unit."""
        return f"{quantity} ({self.unit})" if self.unit else quantity
