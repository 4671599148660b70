"""Numbers: how they are written in every language, with as many digits as mean something."""

from __future__ import annotations

import math
import re

__all__ = ["fixed", "number", "percent", "signed", "tiny", "true_minus"]


def number(value: float, width: float | None = None) -> str:
    """A number to as many digits as a range of the given width makes meaningful."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    width = abs(value) if width is None or not math.isfinite(width) or width <= 0 else width
    if width <= 0:
        return "0"
    size = max(abs(value), width)
    if size >= 1e6 or size < 1e-3:
        digits = max(2, min(12, 2 + math.floor(math.log10(size)) - math.floor(math.log10(width))))
        text = f"{value:.{digits}e}"
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    digits = max(0, min(12, 2 - math.floor(math.log10(width))))
    return f"{value:.{digits}f}".replace("-", "−")


def percent(level: float) -> str:
    """A probability as a percentage: ``95%``, ``99.9%``."""
    return f"{100 * level:.6g}%"


def fixed(value: float, places: int) -> str:
    """A number to so many places, with a true minus sign and no negative zero."""
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "−")


def signed(value: float) -> str:
    """A correlation, to two places and with its sign; no negative zero."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def tiny(value: float) -> str:
    """A number of which only the size matters: ``5e−14``."""
    return "0" if value == 0 else f"{value:.0e}".replace("-", "−")


def true_minus(text: str) -> str:
    """A text of another layer with true minus signs before its numbers."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)
