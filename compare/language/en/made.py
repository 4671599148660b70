"""What a report is about and how it was made, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.head.origins import source
from compare.language.en.terms import observations, unit_of
from compare.tables.printable import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compare.findings.made import About, Made, SamplerSettings

__all__ = ["about", "made", "sampler_settings", "seconds", "title"]


def title(found: About) -> str:
    """What the report is called."""
    if found.data.are_heights:
        return "EM and Bayes on synthetic heights"
    return f"EM and Bayes on {plain(found.data.variable, 60) or 'value'}"


def about(found: About) -> str:
    """What was fitted, and how often."""
    k = found.n_components
    return (
        f"{observations(found.data)}{measured_in(found.data.unit, found.step)}; "
        f"{plain(source(found.source), 300)}. {k} component{'' if k == 1 else 's'}, fitted twice: "
        "by maximum likelihood (EM) and by Bayes."
    )


def measured_in(unit: str, step: float) -> str:
    """The unit and the rounding of the data, to be set behind their number; may be empty."""
    told = f", in {unit_of(unit)}" if unit_of(unit) else ""
    return f"{told}, rounded to {f'{step:.6g} {unit_of(unit)}'.strip()}" if step > 0 else told


def sampler_settings(found: SamplerSettings) -> str:
    """What the sampler was asked for."""
    other = " The draws are those of the sequential run instead." if found.by_sequential else ""
    return (
        f"Sampler: {found.sampler}, {found.chains} chains of {found.tune} tuning steps "
        f"and {found.draws} draws, target acceptance {found.target_accept}, "
        f"seed {found.seed}.{other}"
    )


def made(found: Made) -> str:
    """How the numbers were made, and where they are."""
    told = sampler_settings(found.sampler)
    if found.seed is not None:
        told += f" Seed of the heights: {found.seed}."
    if found.files is not None:
        name = plain(found.files, 120)
        told += (
            " The same command on the same versions gives the same numbers; the draws are in "
            f"{name}.nc and the numbers in {name}.json."
        )
    return told


def seconds(took: Mapping[str, float]) -> str:
    """How long each step took."""
    return ", ".join(f"{step.replace('_', ' ')} {time:.2f}" for step, time in took.items())
