"""Head: what stands at the head of a report in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings.fits import verdict as verdict_of_part
from compare.findings.fits.sampler import sampler_failures
from compare.findings.group_count import preferred
from compare.findings.head.cautions import left_out, second_look
from compare.findings.standing import Standing, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.fitted import Fitted, Skipped
    from compare.comparison.groups import GroupedComparison
    from compare.data.origins import Origin
    from compare.findings.fits.verdict import Distrusted
    from compare.findings.head.cautions import LeftOut

__all__ = [
    "AboutParts",
    "Named",
    "PartAlarm",
    "PartsCautions",
    "PartsVerdict",
    "PartsWarning",
    "Preference",
    "about",
    "alarms",
    "cautions",
    "named",
    "verdict",
    "warning",
]

NAMED = 6
"""Parts that a sentence names; of more it says how many there are."""


@dataclass(frozen=True)
class Named:
    """Some of the parts."""

    labels: tuple[str, ...]
    """Of the first of them."""
    more: int
    """How many others there are."""

    @property
    def count(self) -> int:
        """How many these are."""
        return len(self.labels) + self.more


@dataclass(frozen=True)
class AboutParts:
    """What was fitted, and where it comes from."""

    n: float
    """How many values."""
    variable: str
    """What they are values of, as the file has it; may be empty, as the unit."""
    unit: str
    step: float
    """To which the values are rounded; 0 if they are not."""
    source: Origin
    """As the report has it."""
    by: str
    """The column that tells the parts apart, as the file has it."""
    left_out: LeftOut | None
    labels: tuple[str, ...]
    """Of the parts that were fitted."""
    n_components: int


@dataclass(frozen=True)
class PartsVerdict:
    """In which parts both fits can be believed."""

    count: int
    """Of all parts that were fitted."""
    sound: int
    """In so many both can be believed."""
    no_maximum: Named
    """Where EM cannot."""
    no_draws: Named
    """Where the sampler cannot."""
    left_open: Named
    """Where both can, but the data do not determine what they say."""


@dataclass(frozen=True)
class PartAlarm:
    """What a reader must know of a part before looking at its numbers."""

    label: str
    distrusted: Distrusted
    """Whose numbers are not to be relied on."""
    failed: int
    """How many checks the sampler fails."""


@dataclass(frozen=True)
class PartsWarning:
    """Where the alarms are."""

    count: int
    """Of all parts that were fitted."""
    failing: Named
    first: Distrusted
    """In the first of them."""


@dataclass(frozen=True)
class Preference:
    """Parts that speak for another number of groups."""

    n_components: int
    parts: Named


@dataclass(frozen=True)
class PartsCautions:
    """What to mind, and where; empty is nowhere."""

    skipped: Named
    """Parts that could not be fitted."""
    preferences: tuple[Preference, ...]
    """By BIC, by increasing number of groups."""
    is_survey: bool
    minded: Named
    """Parts in which model, prior or names need a second look."""


def named(parts: Sequence[Fitted | Skipped]) -> Named:
    """Name the first of some parts, and count the others.

    Parameters
    ----------
    parts : sequence of Fitted or Skipped

    Returns
    -------
    Named
    """
    labels = tuple(part.label for part in parts[:NAMED])
    return Named(labels, len(parts) - len(labels))


def about(grouped: GroupedComparison) -> AboutParts:
    """What was fitted, and where it comes from.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    AboutParts
    """
    case = grouped.parts[0].comparison.case
    return AboutParts(
        n=sum(part.comparison.case.sample.n for part in grouped.parts),
        variable=case.variable,
        unit=case.unit,
        step=case.sample.rounding,
        source=grouped.source,
        by=grouped.by,
        left_out=left_out(*(part.comparison.case for part in grouped.parts)),
        labels=tuple(part.label for part in grouped.parts),
        n_components=grouped.n_components,
    )


def verdict(grouped: GroupedComparison) -> PartsVerdict:
    """In which parts both fits can be believed.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    PartsVerdict
    """
    parts = grouped.parts
    return PartsVerdict(
        count=len(parts),
        sound=len(grouped.believed),
        no_maximum=named([part for part in parts if not part.comparison.fit.converged]),
        no_draws=named([part for part in parts if not part.comparison.sampled_well]),
        left_open=named([part for part in parts if standing(part.comparison) is Standing.OPEN]),
    )


def alarms(grouped: GroupedComparison) -> tuple[PartAlarm, ...]:
    """What a reader must know before looking at a number, part by part.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    tuple of PartAlarm
    """
    return tuple(
        PartAlarm(
            part.label,
            verdict_of_part.warning(part.comparison),
            len(sampler_failures(part.comparison)),
        )
        for part in grouped.failing
    )


def warning(grouped: GroupedComparison) -> PartsWarning | None:
    """Where the alarms are.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    PartsWarning or None
        None if there are none.
    """
    found = alarms(grouped)
    if not found:
        return None
    return PartsWarning(len(grouped.parts), named(grouped.failing), found[0].distrusted)


def cautions(grouped: GroupedComparison) -> PartsCautions:
    """What to mind, and where.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    PartsCautions
    """
    other: dict[int, list[Fitted]] = {}
    for part in grouped.believed:
        best = preferred(part.comparison)
        if best is not None and best.n_components != grouped.n_components:
            other.setdefault(best.n_components, []).append(part)
    return PartsCautions(
        skipped=named(grouped.skipped),
        preferences=tuple(Preference(count, named(other[count])) for count in sorted(other)),
        is_survey=grouped.is_survey,
        minded=named([part for part in grouped.parts if second_look(part.comparison)]),
    )
