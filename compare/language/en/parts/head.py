"""The head of a report in parts, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.fits.verdict import warning
from compare.language.en.head.cautions import gone
from compare.language.en.head.origins import source
from compare.language.en.made import measured_in
from compare.language.en.parts.overview import column
from compare.language.en.terms import all_of, capitalized, counted, groups, listed, numeral
from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.findings.parts.head import (
        AboutParts,
        Named,
        PartAlarm,
        PartsCautions,
        PartsVerdict,
        PartsWarning,
    )

__all__ = [
    "about_parts",
    "part_alarm",
    "part_title",
    "parts_cautions",
    "parts_title",
    "parts_verdict",
    "parts_warning",
    "scope",
]


def parts_title(title: str, by: str) -> str:
    """What the report is called; a report on all the data would have the first title."""
    return f"{title}, by {column(by)}"


def part_title(by: str, label: str) -> str:
    """What a part is called."""
    return f"{column(by)}: {label}"


def about_parts(found: AboutParts) -> str:
    """What was fitted, and how often."""
    k, count = found.n_components, len(found.labels)
    out = "" if found.left_out is None else f"; {gone(found.left_out)}"
    return (
        f"{_values(found)}{measured_in(found.unit, found.step)}; "
        f"{plain(source(found.source), 300)}, split by {column(found.by)}{out}. "
        f"{capitalized(numeral(count))} part{'' if count == 1 else 's'}, "
        f"each fitted on its own with {k} component{'' if k == 1 else 's'}, twice: by maximum "
        f"likelihood (EM) and by Bayes."
    )


def scope(found: AboutParts) -> str:
    """Of what the report is, as the headline's first sentence."""
    k, count = found.n_components, len(found.labels)
    how = "described as one normal group" if k == 1 else f"split into {groups(k)}"
    if count == 1:
        return (
            f"Of the parts by {column(found.by)}, only {found.labels[0]} could be fitted; "
            f"it is {how}."
        )
    return (
        f"By {column(found.by)}, the {_values(found)} fall into {numeral(count)} parts, each "
        f"{how} on its own."
    )


def parts_verdict(found: PartsVerdict) -> str:
    """In which parts EM and the sampler can be believed."""
    count, sound = found.count, found.sound
    if sound == count:
        where = f"In {all_of(count, count)} part{'' if count == 1 else 's'}"
        left = found.left_open
        rest = f" Found, but not determined by the data: {_named(left)}." if left.count else ""
        return f"{where} EM is at a maximum and the sampler passes every check.{rest}"
    told = []
    if found.no_maximum.count:
        told.append(f"EM is not at a maximum in {_named(found.no_maximum)}")
    if found.no_draws.count:
        told.append(f"the sampler fails a check in {_named(found.no_draws)}")
    if count == 1:
        return f"{capitalized(' and '.join(told))}."
    alone = "neither part" if count == 2 else "no part"
    rest = (
        f"both can be believed in {all_of(sound, count)} parts"
        if sound
        else f"{alone} has two fits that can be believed"
    )
    return f"{capitalized('; '.join([*told, rest]))}."


def part_alarm(found: PartAlarm) -> str:
    """What a reader must know of a part before looking at its numbers."""
    why = [] if found.distrusted == "bayes" else ["EM is not at a maximum"]
    if found.failed:
        why.append(f"the sampler fails {counted(found.failed, 'check')}")
    return f"{found.label}: {warning(found.distrusted)}, because {listed(why)}."


def parts_warning(found: PartsWarning | None) -> str:
    """Where the alarms are; empty if there are none."""
    if found is None:
        return ""
    if found.count == 1:
        return warning(found.first)
    which = "any part" if found.failing.count == found.count else _named(found.failing)
    return f"Do not rely on every number of {which}"


def parts_cautions(found: PartsCautions) -> tuple[str, ...]:
    """What to mind, and where; empty if nowhere."""
    told = []
    if found.skipped.count:
        told.append(f"Not fitted: {_named(found.skipped)}; the reasons are below the table.")
    if found.preferences:
        counts = [f"{groups(one.n_components)} in {_named(one.parts)}" for one in found.preferences]
        told.append(
            f"BIC prefers {listed(counts)}: there a comparison with other parts, group by group, "
            "may be of groups that are not there."
        )
    if found.is_survey:
        told.append(
            "These are sampling weights: what stands under Bayes are pseudo-posteriors, with "
            "intervals that tend to be too short, and criteria, tests and differences between "
            "parts are left out. Each section says what its weights are worth."
        )
    if found.minded.count:
        told.append(
            f"The model, the prior or the names of the groups need a second look in "
            f"{_named(found.minded)}: the sections say why."
        )
    return tuple(told)


def _named(parts: Named) -> str:
    """The parts by their labels, or the first of them and how many more there are."""
    more = [f"{parts.more} more"] if parts.more else []
    return listed([*parts.labels, *more])


def _values(found: AboutParts) -> str:
    count = f"{found.n:,.0f}" if found.n == round(found.n) else f"{found.n:,.1f}"
    return f"{count} values of {plain(found.variable) or 'value'}"
