"""Looks: how each method of a study is drawn, the same in all its figures.

EM's own answers are vermillion circles on solid lines, those of Bayes blue diamonds on dashes;
what belongs to neither is grey or black. A second answer of the same side is hollow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compare.figures.palette import BAYES, EM, INK, MUTED, PAPER

__all__ = ["BARS", "LOOKS", "Look"]

BARS = 2.0
"""Monte Carlo errors that a bar reaches to either side."""


@dataclass(frozen=True)
class Look:
    """How a method is drawn."""

    colour: str
    marker: str
    line: Any
    """As Matplotlib names dashes."""
    hollow: bool = False
    size: float = 6.0
    """Of a mark, in points."""

    @property
    def mark(self) -> dict[str, Any]:
        """For Matplotlib: the mark alone."""
        inner, edge = (PAPER, self.colour) if self.hollow else (self.colour, PAPER)
        return {
            "color": self.colour,
            "marker": self.marker,
            "markersize": self.size,
            "markerfacecolor": inner,
            "markeredgecolor": edge,
            "markeredgewidth": 1.3 if self.hollow else 0.6,
        }

    @property
    def curve(self) -> dict[str, Any]:
        """For Matplotlib: the mark on its line."""
        return {**self.mark, "linestyle": self.line, "linewidth": 1.1 if self.hollow else 1.6}


LOOKS = {
    "maximum": Look(EM, "o", "-"),
    "listing 10": Look(MUTED, "v", ":", hollow=True),
    "listing 30": Look(MUTED, "^", "-."),
    "scikit-learn": Look(INK, "s", (0, (6, 2)), size=5.5),
    "penalised": Look(INK, "P", (0, (1, 1)), hollow=True),
    "posterior mean": Look(BAYES, "D", (0, (4, 1)), size=5.5),
    "posterior median": Look(BAYES, "D", (0, (1, 1)), hollow=True, size=5.0),
    "wald": Look(EM, "o", "-", hollow=True),
    "wald, scaled": Look(MUTED, "^", ":", hollow=True),
    "sandwich": Look(MUTED, "s", "-.", size=5.0),
    "profile": Look(EM, "o", "-"),
    "bootstrap": Look(INK, "P", (0, (6, 2)), size=6.5),
    "credible": Look(BAYES, "D", (0, (4, 1)), size=5.5),
    "highest density": Look(BAYES, "D", (0, (1, 1)), hollow=True, size=5.0),
}
"""By the name of an estimate or an interval."""
