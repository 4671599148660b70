"""Numbers as a reader wants them: 7.1 ms, 254 times, 3e-7 short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "NIL",
    "count",
    "listed",
    "power",
    "ranged",
    "scientific",
    "short",
    "table",
    "taken",
    "times",
]

NIL = 1e-8
"""Differences of log-likelihoods below it are rounding."""


def taken(seconds: float | None) -> str:
    """A time with two or three digits and its unit."""
    if seconds is None:
        return ""
    if seconds < 1e-3:
        return f"{_digits(seconds * 1e6)} µs"
    if seconds < 1.0:
        return f"{_digits(seconds * 1e3)} ms"
    return f"{_digits(seconds)} s"


def times(ratio: float | None) -> str:
    """A ratio with three digits at the most."""
    return "" if ratio is None else _digits(ratio)


def count(value: float) -> str:
    """A number with three digits, or all those before the point."""
    return _digits(value)


def ranged(spread: tuple[float, float, float], written: Callable[[float], str]) -> str:
    """``97.2 (88.1 to 107)``: a median and the range; of a single number the number."""
    median, low, high = map(written, spread)
    return median if low == high else f"{median} ({low} to {high})"


def short(shortfall: float | None) -> str:
    """How far below the maximum; negative if above."""
    if shortfall is None:
        return ""
    if abs(shortfall) < NIL:
        return "0"
    return scientific(shortfall, 1) if abs(shortfall) < 0.01 else _digits(shortfall)


def scientific(value: float, digits: int = 0) -> str:
    """``3e-7``: without the zeros that Python puts into exponents."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def power(exponent: int) -> str:
    """Ten to the minus `exponent`."""
    return f"1e-{exponent}"


def listed(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int]) -> str:
    """A Markdown table; columns of numbers are set flush right."""
    right = set(numbers)
    rule = ["--:" if place in right else "---" for place in range(len(head))]
    lines = [head, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _digits(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
