"""Original: what the original report's loop does on these heights, and why it looked good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.comparison.original import LISTED_PASSES, PRINTED_PASSES

if TYPE_CHECKING:
    from compare.comparison.original import Original

__all__ = ["Beyond", "Elsewhere", "Late", "OnItsWay", "Reached", "Reported", "Story", "story"]


@dataclass(frozen=True)
class Reported:
    """These are the heights of the original report."""

    seed: int
    """Of the heights."""
    reproduced: bool
    """Whether its loop gives the printed numbers, to every digit."""
    passes: int
    """Of the printed numbers."""
    listed_passes: int
    """Of the listing as it is printed."""
    shortfall: float
    """Log-likelihood that is missing after the passes of the printed numbers."""
    needed: int | None
    """Passes to within a millionth of the maximum; None if it was not seen to come there."""


@dataclass(frozen=True)
class Reached:
    """On other heights: the loop is at the maximum by the time the report stopped it."""

    needed: int


@dataclass(frozen=True)
class Beyond:
    """The loop runs onto a few nearly equal heights, where the likelihood is higher."""


@dataclass(frozen=True)
class Late:
    """The loop comes to the maximum later than the report stopped it."""

    shortfall: float
    passes: int
    """After which so much is missing."""
    needed: int


@dataclass(frozen=True)
class Elsewhere:
    """The loop climbs to another top."""

    shortfall: float
    passes: int


@dataclass(frozen=True)
class OnItsWay:
    """The loop was still short of the maximum when it was given up."""

    shortfall: float
    passes: int
    left: float
    """What is missing at the end of all passes."""
    last: int
    """How many these were."""


Story = Reported | Reached | Beyond | Late | Elsewhere | OnItsWay


def story(original: Original, seed: int) -> Story:
    """What the original report's loop does on these heights.

    Parameters
    ----------
    original : Original
    seed : int
        Of the heights.

    Returns
    -------
    Reported, Reached, Beyond, Late, Elsewhere or OnItsWay
    """
    short, needed = original.shortfall, original.passes_needed
    if original.is_the_sample:
        return Reported(seed, original.reproduced, PRINTED_PASSES, LISTED_PASSES, short, needed)
    if needed is not None and needed <= PRINTED_PASSES:
        return Reached(needed)
    if short < 0:
        return Beyond()
    if needed is not None:
        return Late(short, PRINTED_PASSES, needed)
    if original.elsewhere:
        return Elsewhere(short, PRINTED_PASSES)
    left = original.maximum_loglik - float(original.loglik_path[-1])
    return OnItsWay(short, PRINTED_PASSES, left, original.loglik_path.size - 1)
