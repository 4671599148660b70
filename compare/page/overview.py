"""The overview of a report in parts: what was found over all of them, in words and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.comparison.parameters import free_rows
from compare.findings.contrasts import extremes
from compare.findings.group_count import preferred
from compare.language import en
from compare.language.labels import listed, number, percent, variable
from compare.language.wording import (
    all_of,
    capitalized,
    counted,
    group_name,
    groups,
    label,
    left_out,
    measured_in,
    numeral,
    share,
)
from compare.page.blocks import Block, Facts, Note
from compare.tables.printable import plain
from compare.words.cautions import second_look
from compare.words.standing import Standing, standing
from compare.words.verdict import sampler_messages
from compare.words.verdict import warning as part_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.fitted import Fitted, Skipped
    from compare.comparison.groups import GroupedComparison
    from compare.comparison.table import Comparison

__all__ = [
    "Overview",
    "OverviewRow",
    "about",
    "alarms",
    "cautions",
    "column",
    "headline",
    "how_to_read",
    "named",
    "not_fitted",
    "on_many",
    "overview_table",
    "scope",
    "verdict",
    "warning",
]

NAMED = 6
"""Parts that a sentence names; of more it says how many there are."""


@dataclass(frozen=True)
class OverviewRow:
    """A part's line in the overview."""

    label: str
    address: str
    """Of its section within the page; empty if it has none."""
    mark: str
    """``✓``, ``○`` or ``✗`` (`Standing`); empty if it was not fitted."""
    fits: str
    """Which of the two fits can be believed, in two words."""
    cells: tuple[str, ...]
    """As many as the overview's `head`; a number that is not to be believed is left out."""


@dataclass(frozen=True)
class Overview(Block):
    """The table of all parts."""

    kind = "overview"
    label: str
    """What the table is of, for those who hear the page."""
    column: str
    """The column that tells the parts apart."""
    head: tuple[str, ...]
    rows: tuple[OverviewRow, ...]


def column(grouped: GroupedComparison) -> str:
    """The column that tells the parts apart, as one short line."""
    return plain(grouped.by) or "part"


def about(grouped: GroupedComparison) -> str:
    """What was fitted, and how often."""
    k, count = grouped.n_components, len(grouped.parts)
    unit = measured_in(grouped.parts[0].comparison.case)
    gone = left_out(*(part.comparison.case for part in grouped.parts))
    return (
        f"{_values(grouped)}{unit}; {plain(grouped.source, 300)}, split "
        f"by {column(grouped)}{f'; {gone}' if gone else ''}. "
        f"{capitalized(numeral(count))} part{'' if count == 1 else 's'}, "
        f"each fitted on its own with {k} component{'' if k == 1 else 's'}, twice: by maximum "
        f"likelihood (EM) and by Bayes."
    )


def scope(grouped: GroupedComparison) -> str:
    """Say of what the report is, as the headline's first sentence."""
    count, k = len(grouped.parts), grouped.n_components
    how = "described as one normal group" if k == 1 else f"split into {groups(k)}"
    if count == 1:
        only = grouped.parts[0].label
        return f"Of the parts by {column(grouped)}, only {only} could be fitted; it is {how}."
    return (
        f"By {column(grouped)}, the {_values(grouped)} fall into {numeral(count)} parts, each "
        f"{how} on its own."
    )


def headline(grouped: GroupedComparison) -> str:
    """Say of what the report is, and what clearly differs most."""
    return " ".join(text for text in (scope(grouped), en.on_extremes(extremes(grouped))) if text)


def verdict(grouped: GroupedComparison) -> str:
    """Say in a line in which parts EM and the sampler can be believed."""
    count = len(grouped.parts)
    if grouped.ok:
        where = f"In {all_of(count, count)} part{'' if count == 1 else 's'}"
        left = [part for part in grouped.parts if standing(part.comparison) is Standing.OPEN]
        rest = f" Found, but not determined by the data: {named(left)}." if left else ""
        return f"{where} EM is at a maximum and the sampler passes every check.{rest}"
    no_maximum = [part for part in grouped.parts if not part.comparison.fit.converged]
    no_draws = [part for part in grouped.parts if not part.comparison.sampled_well]
    told = []
    if no_maximum:
        told.append(f"EM is not at a maximum in {named(no_maximum)}")
    if no_draws:
        told.append(f"the sampler fails a check in {named(no_draws)}")
    sound = len(grouped.believed)
    both = f"both can be believed in {all_of(sound, count)} parts" if sound else ""
    alone = "neither part" if count == 2 else "no part"
    rest = both or f"{alone} has two fits that can be believed"
    if count == 1:
        return f"{capitalized(' and '.join(told))}."
    return f"{capitalized('; '.join([*told, rest]))}."


def alarms(grouped: GroupedComparison) -> tuple[str, ...]:
    """List what a reader must know before looking at a number, part by part."""
    told = []
    for part in grouped.failing:
        comparison = part.comparison
        failed = len(sampler_messages(comparison))
        why = [] if comparison.fit.converged else ["EM is not at a maximum"]
        if failed:
            why.append(f"the sampler fails {counted(failed, 'check')}")
        told.append(f"{part.label}: {part_warning(comparison)}, because {listed(why)}.")
    return tuple(told)


def warning(grouped: GroupedComparison) -> str:
    """Say where the alarms are; empty if there are none."""
    if grouped.ok:
        return ""
    failing, count = len(grouped.failing), len(grouped.parts)
    if count == 1:
        return part_warning(grouped.parts[0].comparison)
    which = "any part" if failing == count else named(grouped.failing)
    return f"Do not rely on every number of {which}"


def cautions(grouped: GroupedComparison) -> tuple[str, ...]:
    """Say in which parts there is more to mind; empty if in none."""
    told = []
    if grouped.skipped:
        told.append(f"Not fitted: {named(grouped.skipped)}; the reasons are below the table.")
    other: dict[int, list[Fitted]] = {}
    for part in grouped.believed:
        best = preferred(part.comparison)
        if best is not None and best.n_components != grouped.n_components:
            other.setdefault(best.n_components, []).append(part)
    if other:
        counts = [f"{groups(count)} in {named(parts)}" for count, parts in sorted(other.items())]
        told.append(
            f"BIC prefers {listed(counts)}: there a comparison with other parts, group by group, "
            "may be of groups that are not there."
        )
    if grouped.is_survey:
        told.append(
            "These are sampling weights: what stands under Bayes are pseudo-posteriors, with "
            "intervals that tend to be too short, and criteria, tests and differences between "
            "parts are left out. Each section says what its weights are worth."
        )
    minded = [part for part in grouped.parts if second_look(part.comparison)]
    if minded:
        told.append(
            f"The model, the prior or the names of the groups need a second look in "
            f"{named(minded)}: the sections say why."
        )
    return tuple(told)


def overview_table(grouped: GroupedComparison, addresses: Sequence[str]) -> Overview:
    """The table with a row for each part, those that could not be fitted last.

    Parameters
    ----------
    grouped : GroupedComparison
    addresses : sequence of str
        Where the section of each part is.

    Returns
    -------
    Overview
    """
    comparison = grouped.parts[0].comparison
    unit = plain(comparison.case.unit, 16)
    of_unit = f" ({unit})" if unit else ""
    focus = free_rows(comparison)[0]
    called = capitalized(label(comparison, focus))
    measured = "" if focus.parameter == "weights" else of_unit
    head = [
        "Values",
        f"{called} by EM{measured}",
        f"{percent(grouped.level)} credible interval",
    ]
    if grouped.n_components > 2:
        head.append("Weights by EM")
    head += [f"{'Mean' if grouped.n_components == 1 else 'Means'} by EM{of_unit}"] * (
        grouped.n_components > 1
    )
    head.append(f"{'sd' if grouped.n_components == 1 else 'sds'} by EM{of_unit}")
    head.append("Effective n" if grouped.is_survey else "Groups by BIC")
    fitted = tuple(
        OverviewRow(
            part.label,
            address,
            standing(part.comparison).value,
            _standing(part.comparison),
            _cells(part.comparison),
        )
        for part, address in zip(grouped.parts, addresses, strict=True)
    )
    skipped = tuple(
        OverviewRow(one.label, "", "", "not fitted", ("",) * len(head)) for one in grouped.skipped
    )
    return Overview(
        f"The parts by {column(grouped)}", column(grouped), tuple(head), fitted + skipped
    )


def not_fitted(grouped: GroupedComparison) -> Facts | None:
    """Why parts could not be fitted; None if all were."""
    if not grouped.skipped:
        return None
    return Facts(
        tuple((f"{one.label}, not fitted", plain(one.reason, 300)) for one in grouped.skipped)
    )


def on_many(grouped: GroupedComparison) -> str:
    """Say that every interval is of one part, and how many of them miss by chance."""
    count = len(free_rows(grouped.parts[0].comparison)) * len(grouped.parts)
    missing = f"{(1 - grouped.level) * count:.1f}"
    return (
        f"Every part is fitted on its own, and every interval is for one parameter of one part: "
        f"of {count} intervals of {percent(grouped.level)} about {missing} miss the truth by "
        "chance even where all is well."
    )


def how_to_read(grouped: GroupedComparison) -> Note:
    """What may be compared between parts, and what not."""
    k = grouped.n_components
    matched = (
        ""
        if k == 1
        else f" Groups are matched between parts by the order of their means and by nothing "
        f"else: {group_name('lower') if k == 2 else 'group 1'} of one part need not be the same "
        "kind as that of another."
    )
    return Note(
        "How to read this",
        "The parts are separate fits: each has a prior of its own, from the location and spread "
        f"of its own values, and none learns from another.{matched} A number that is not to be "
        "believed is left out. Two intervals that overlap do not show that two parts are alike, "
        "and of many parts the most extreme estimate is partly extreme by chance.",
    )


def named(parts: Sequence[Fitted | Skipped]) -> str:
    """The parts by their labels, or the first of them and how many more there are."""
    names = [part.label for part in parts[:NAMED]]
    more = len(parts) - len(names)
    return listed([*names, f"{more} more"] if more else names)


def _values(grouped: GroupedComparison) -> str:
    n = sum(part.comparison.case.sample.n for part in grouped.parts)
    count = f"{n:,.0f}" if n == round(n) else f"{n:,.1f}"
    return f"{count} values of {variable(grouped.parts[0].comparison)}"


def _standing(comparison: Comparison) -> str:
    if comparison.ok:
        return "both sound" if standing(comparison) is Standing.GOOD else "left open"
    if comparison.fit.converged:
        return "sampler failed"
    return "EM failed" if comparison.sampled_well else "both failed"


def _cells(comparison: Comparison) -> tuple[str, ...]:
    """A part's numbers, each only if it is to be believed."""
    fit, k = comparison.fit, comparison.n_components
    focus = free_rows(comparison)[0]
    weighs = focus.parameter == "weights"
    # The digits that the vaguer of the two makes meaningful, the same for all of a kind.
    width = focus.bayes.sd if comparison.sampled_well else focus.em.se

    def told(value: float) -> str:
        return share(value) if weighs else number(value, width)

    def by_em(kind: str) -> str:
        rows = [row for row in comparison.rows if row.parameter == kind]
        wide = 10 * max(row.bayes.sd if comparison.sampled_well else row.em.se for row in rows)
        return ", ".join(
            share(row.em.estimate) if kind == "weights" else number(row.em.estimate, wide)
            for row in rows
        )

    said = focus.bayes
    n = comparison.case.sample.n
    best = preferred(comparison)
    last = "none has a maximum" if best is None else str(best.n_components)
    if fit.is_pseudo:
        last = f"{comparison.case.sample.effective_n:,.0f}"
    kinds = {1: ("sds",), 2: ("means", "sds")}.get(k, ("weights", "means", "sds"))
    return (
        f"{n:,.0f}" if n == round(n) else f"{n:,.1f}",
        told(focus.em.estimate) if fit.converged else "",
        f"{told(said.lower)} to {told(said.upper)}" if comparison.sampled_well else "",
        *(by_em(kind) if fit.converged else "" for kind in kinds),
        last,
    )
