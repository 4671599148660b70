"""Contrasts in words: in which parameters parts clearly differ, and between which parts."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from compare.language.en.survey import NO_CONTRASTS
from compare.language.labels import listed, number, percent
from compare.language.wording import (
    capitalized,
    counted,
    label,
    numeral,
    parameter_name,
    share,
    unit_after,
)
from compare.words.blocks import Note, Table

if TYPE_CHECKING:
    from compare.comparison.contrasts import Contrast
    from compare.comparison.groups import GroupedComparison

__all__ = ["contrast_table", "on_contrasts", "on_extremes", "what_is_clear"]

IN_HEADLINE = 4
"""Parameters at the most."""

SHOWN = 4
"""Pairs of parts for each parameter, at the most."""


def on_extremes(grouped: GroupedComparison) -> str:
    """Say between which parts weights and means clearly differ most; empty if nothing can be."""
    if not grouped.contrasts.n_compared:
        return ""
    found = [pairs for pairs in _by_parameter(grouped) if not pairs[0].name.startswith("sds")]
    what = "mean" if grouped.n_components == 1 else "any weight or mean"
    if not found:
        return f"No two of them clearly differ in {what}, which does not show that they are alike."
    told = [_extreme(max(pairs, key=lambda one: one.median)) for pairs in found[:IN_HEADLINE]]
    more = len(found) - len(told)
    rest = [f"{counted(more, 'more parameter')} (see below)"] if more else []
    return f"They clearly differ in {listed([*told, *rest])}."


def on_contrasts(grouped: GroupedComparison) -> str:
    """Say how many pairs of parts were compared, and how many clearly differ."""
    compared, clear = grouped.contrasts.n_compared, len(grouped.contrasts.clear)
    if grouped.is_survey:
        return NO_CONTRASTS
    if not compared:
        return (
            "There are no two parts in which both fits can be believed, so there is nothing to "
            "compare."
        )
    count = len(grouped.believed)
    per_parameter = count * (count - 1) // 2
    told = (
        f"Of {counted(compared, 'difference')} between two parts "
        f"({counted(per_parameter, 'pair')} for each of "
        f"{counted(compared // per_parameter, 'parameter')}), {clear or 'none'} "
        f"{'is' if clear < 2 else 'are'} clear."
    )
    if any(len(pairs) > SHOWN for pairs in _by_parameter(grouped)):
        told += f" The table has the surest {SHOWN} for each parameter."
    left_out = len(grouped.failing)
    if left_out:
        told += (
            f" {capitalized(numeral(left_out))} part{'' if left_out == 1 else 's'}, in which a fit "
            "is not to be believed, had to be left out of this."
        )
    return told


def contrast_table(grouped: GroupedComparison) -> Table | None:
    """The surest clear differences, parameter by parameter; None if there are none."""
    shown = [contrast for pairs in _by_parameter(grouped) for contrast in pairs[:SHOWN]]
    if not shown:
        return None
    return Table(
        "Clear differences between parts",
        (
            "Parameter",
            "smaller in",
            "larger in",
            "difference",
            f"{percent(grouped.level)} credible interval",
            "probability against",
        ),
        tuple(_row(contrast) for contrast in shown),
    )


def what_is_clear(grouped: GroupedComparison) -> Note | None:
    """What makes a difference clear; None if nothing was compared."""
    compared, bound = grouped.contrasts.n_compared, grouped.contrasts.bound
    if not compared:
        return None
    return Note(
        "What is clear",
        "The fits are separate and so are their posteriors: each draw of the one is held against "
        "each draw of the other. A difference is called clear if the posterior probability that "
        f"it goes the other way is below {bound:.1g}, which is {1 - grouped.level:.3g} shared "
        f"among the {compared} differences and their two sides (Bonferroni's rule). Where nothing "
        f"differs, a report then shows a clear difference in about {percent(1 - grouped.level)} "
        "of all cases at the most, as far as credible intervals hold the truth as often as they "
        "say. The intervals in the table are for one difference each. A difference that is not "
        "clear may still be there.",
    )


def _by_parameter(grouped: GroupedComparison) -> list[list[Contrast]]:
    clear = groupby(grouped.contrasts.clear, key=lambda contrast: contrast.name)
    return [list(pairs) for _, pairs in clear]


def _extreme(contrast: Contrast) -> str:
    comparison = contrast.smaller.comparison
    smaller, larger = contrast.rows
    wide = 10 * max(smaller.bayes.sd, larger.bayes.sd)

    def told(value: float) -> str:
        if smaller.parameter == "weights":
            return share(value)
        return f"{number(value, wide)}{unit_after(comparison)}"

    return (
        f"{parameter_name(comparison, smaller)} (posterior median {told(smaller.bayes.median)} in "
        f"{contrast.smaller.label}, {told(larger.bayes.median)} in {contrast.larger.label})"
    )


def _row(contrast: Contrast) -> tuple[str, ...]:
    comparison = contrast.smaller.comparison
    width = (contrast.upper - contrast.lower) / 4
    row = contrast.rows[0]
    unit = "" if row.parameter == "weights" else unit_after(comparison)
    against = contrast.against
    return (
        label(comparison, row),
        contrast.smaller.label,
        contrast.larger.label,
        f"{number(contrast.median, width)}{unit}",
        f"{number(contrast.lower, width)} to {number(contrast.upper, width)}",
        "< 0.0001" if against < 1e-4 else f"{against:.2g}",
    )
