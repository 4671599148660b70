"""Palette: the colours of the figures, each with a meaning, for light pages and for dark ones.

One SVG serves both. It is drawn with the light colours, and each of them is then replaced by a
CSS custom property that falls back to it, so that the page decides.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BAYES",
    "DATA",
    "EM",
    "GRID",
    "INK",
    "MUTED",
    "PALETTE",
    "PAPER",
    "TRUTH",
    "Ink",
    "stylesheet",
]


@dataclass(frozen=True)
class Ink:
    """A colour with a meaning that is the same in every figure."""

    name: str
    """The CSS custom property."""
    light: str
    """Its value on a light page, and the fallback."""
    dark: str
    """Its value on a dark page."""
    use: str
    """What it stands for."""


# Vermillion, blue and green after Okabe & Ito, made darker on light and lighter on dark pages
# until each reaches a contrast of 4.5 to its background. No two share a light value: it is what
# tells them apart in the SVG.
PALETTE = (
    Ink("--ink", "#1f2328", "#e6e9ed", "text and axes"),
    Ink("--muted", "#5a636e", "#a7b0ba", "ticks, notes, reference lines"),
    Ink("--grid", "#dde1e6", "#363d46", "grid lines"),
    Ink("--paper", "#ffffff", "#15181c", "the page behind the figure"),
    Ink("--data", "#b4bcc6", "#5d6672", "the data"),
    Ink("--em", "#bf4b00", "#ff9c55", "maximum likelihood by EM"),
    Ink("--bayes", "#0066a6", "#6bb8f7", "the posterior"),
    Ink("--truth", "#00755a", "#41d3a6", "the truth behind synthetic data"),
)
"""The CSS custom properties that a page with these figures defines."""

INK, MUTED, GRID, PAPER, DATA, EM, BAYES, TRUTH = (ink.light for ink in PALETTE)


def stylesheet() -> str:
    """CSS that defines `PALETTE` for light pages and for dark ones."""
    light = " ".join(f"{ink.name}: {ink.light};" for ink in PALETTE)
    dark = " ".join(f"{ink.name}: {ink.dark};" for ink in PALETTE)
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
