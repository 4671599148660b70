"""Rounded values, in English."""

from __future__ import annotations

from typing import assert_never

from compare.findings.criticism.rounding import LooksRounded, Rounded, Rounding
from compare.language.en.terms import fixed, unit_after

__all__ = ["on_rounding"]


def on_rounding(found: Rounding | None) -> str:
    """Whether the values are rounded and what follows; empty for exact ones."""
    match found:
        case None:
            return ""
        case Rounded(step, unit):
            return (
                f"The values are taken as rounded to {step:.6g}{unit_after(unit)}: each stands for "
                "anything within half a step of it, and both fits work with the probability of "
                "that, not with the density at the value (the interval-censored likelihood)."
            )
        case LooksRounded():
            return _looks_rounded(found)
        case _:
            assert_never(found)


def _looks_rounded(found: LooksRounded) -> str:
    step = f"{found.step:.6g}{unit_after(found.unit)}"
    seen = f"All values are whole steps of {step} apart: they look rounded."
    advice = f"With {found.option} each is taken for the interval it stands for."
    if found.excess is None:
        return (
            f"{seen} Taken for exact, as here, they say nothing of standard deviations as small "
            f"as the smallest one below. {advice}"
        )
    excess = 100 * found.excess
    much = "under 0.1" if excess < 0.1 else f"about {fixed(excess, 1)}"
    return (
        f"{seen} The fits take them for exact, which makes the smallest standard deviation "
        f"{much}% too large. {advice}"
    )
