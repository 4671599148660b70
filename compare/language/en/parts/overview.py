"""The parts of a table side by side, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.en.head.origins import reason
from compare.language.en.terms import capitalized, label, number, percent, share, unit_of
from compare.language.texts import Explanation, OverviewCells, OverviewTable
from compare.tables.printable import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.fitted import Skipped
    from compare.comparison.table import Kind
    from compare.findings.parts.overview import Chance, Fits, Overview, PartNumbers
    from compare.findings.terms import Value

__all__ = ["chance", "column", "how_to_read", "overview", "reasons"]


def column(by: str) -> str:
    """The column that tells the parts apart, as one short line."""
    return plain(by) or "part"


def overview(found: Overview) -> OverviewTable:
    """The table with a row for each part."""
    head = _head(found)
    return OverviewTable(
        label=f"The parts by {column(found.by)}",
        column=column(found.by),
        fits="Fits",
        head=head,
        rows=tuple(
            OverviewCells(
                row.label,
                _fits(row.fits),
                ("",) * len(head) if row.numbers is None else _cells(found, row.numbers),
            )
            for row in found.rows
        ),
    )


def _head(found: Overview) -> tuple[str, ...]:
    of_unit = f" ({unit_of(found.unit)})" if unit_of(found.unit) else ""
    measured = "" if found.parameter.kind == "weights" else of_unit
    return (
        "Values",
        f"{capitalized(label(found.parameter))} by EM{measured}",
        f"{percent(found.level)} credible interval",
        *(_by_em(kind, found.parameter.group.count, of_unit) for kind in found.kinds),
        "Effective n" if found.is_survey else "Groups by BIC",
    )


def _by_em(kind: Kind, count: int, of_unit: str) -> str:
    match kind:
        case "weights":
            return "Weights by EM"
        case "means":
            return f"Means by EM{of_unit}"
        case "sds":
            return f"{'sd' if count == 1 else 'sds'} by EM{of_unit}"
        case _:
            assert_never(kind)


def _fits(fits: Fits) -> str:
    match fits:
        case "sound":
            return "both sound"
        case "open":
            return "left open"
        case "em":
            return "sampler failed"
        case "bayes":
            return "EM failed"
        case "neither":
            return "both failed"
        case "none":
            return "not fitted"
        case _:
            assert_never(fits)


def _cells(found: Overview, of: PartNumbers) -> tuple[str, ...]:
    def told(value: float) -> str:
        return share(value) if found.parameter.kind == "weights" else number(value, of.width)

    def by_em(kind: Kind, values: tuple[Value, ...]) -> str:
        return ", ".join(
            share(one.value) if kind == "weights" else number(one.value, one.width)
            for one in values
        )

    groups = "none has a maximum" if of.n_groups is None else str(of.n_groups)
    ends = of.credible
    return (
        f"{of.n:,.0f}" if of.n == round(of.n) else f"{of.n:,.1f}",
        "" if of.estimate is None else told(of.estimate.value),
        "" if ends is None else f"{told(ends.lower)} to {told(ends.upper)}",
        *map(by_em, found.kinds, of.by_em),
        f"{of.effective_n:,.0f}" if found.is_survey else groups,
    )


def reasons(skipped: Sequence[Skipped]) -> tuple[tuple[str, str], ...]:
    """Parts that could not be fitted, each with the reason."""
    return tuple((f"{one.label}, not fitted", plain(reason(one.reason), 300)) for one in skipped)


def chance(found: Chance) -> str:
    """How many intervals miss the truth by chance."""
    return (
        f"Every part is fitted on its own, and every interval is for one parameter of one part: "
        f"of {found.count} intervals of {percent(found.level)} about {found.missing:.1f} miss the "
        "truth by chance even where all is well."
    )


def how_to_read(n_components: int) -> Explanation:
    """What may be compared between parts, and what not."""
    first = "the lower group" if n_components == 2 else "group 1"
    matched = (
        ""
        if n_components == 1
        else " Groups are matched between parts by the order of their means and by nothing "
        f"else: {first} of one part need not be the same kind as that of another."
    )
    return Explanation(
        "How to read this",
        "The parts are separate fits: each has a prior of its own, from the location and spread "
        f"of its own values, and none learns from another.{matched} A number that is not to be "
        "believed is left out. Two intervals that overlap do not show that two parts are alike, "
        "and of many parts the most extreme estimate is partly extreme by chance.",
    )
