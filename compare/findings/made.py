"""Made: what a report is about, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.terms import Data, data_of

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.data.origins import Origin

__all__ = ["About", "Made", "SamplerSettings", "about", "made", "sampler_settings"]


@dataclass(frozen=True)
class About:
    """What was fitted, and where it comes from."""

    data: Data
    step: float
    """To which the values are rounded; 0 if they are not."""
    source: Origin
    """As the case has it."""
    n_components: int


@dataclass(frozen=True)
class SamplerSettings:
    """What the sampler was asked for."""

    sampler: str
    chains: int
    tune: int
    draws: int
    target_accept: float
    seed: int
    by_sequential: bool
    """Whether the draws are those of the sequential run instead."""


@dataclass(frozen=True)
class Made:
    """How the numbers were made."""

    sampler: SamplerSettings
    seed: int | None
    """Of the synthetic heights, if they are the data."""
    files: str | None
    """The name of the files with the draws and the numbers; None if no command made them."""


def about(comparison: Comparison) -> About:
    """What was fitted, and where it comes from.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    About
    """
    case = comparison.case
    return About(data_of(comparison), case.sample.rounding, case.source, comparison.n_components)


def sampler_settings(comparison: Comparison) -> SamplerSettings:
    """What the sampler was asked for.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    SamplerSettings
    """
    asked = comparison.posterior.settings
    return SamplerSettings(
        asked.sampler,
        asked.chains,
        asked.tune,
        asked.draws,
        asked.target_accept,
        asked.seed,
        comparison.posterior.diagnostics.by_sequential,
    )


def made(comparison: Comparison) -> Made:
    """How the numbers were made.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Made
    """
    case = comparison.case
    return Made(sampler_settings(comparison), case.seed, case.name if comparison.command else None)
