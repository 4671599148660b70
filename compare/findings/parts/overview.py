"""Overview: the parts of a table side by side, each number only if it is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from compare.comparison.parameters import free_rows
from compare.findings.group_count import preferred
from compare.findings.standing import Standing, standing
from compare.findings.terms import Parameter, Range, Value

if TYPE_CHECKING:
    from compare.comparison.groups import GroupedComparison
    from compare.comparison.table import Comparison, Kind, Row

__all__ = ["Chance", "Fits", "Overview", "PartNumbers", "PartRow", "chance", "overview"]

Fits = Literal["sound", "open", "em", "bayes", "neither", "none"]
"""Which of the two fits is to be believed: both, and the data determine what they say; both, and
they do not; one; neither; or the part was not fitted."""


@dataclass(frozen=True)
class PartNumbers:
    """The numbers of a part; None and empty is what is not to be believed."""

    n: float
    """How many values."""
    estimate: Value | None
    """EM's, of the parameter that the overview is about."""
    credible: Range | None
    """Its credible interval, of values as wide as the estimate's."""
    width: float
    """What is small against it does not matter to these."""
    by_em: tuple[tuple[Value, ...], ...]
    """All groups' parameters of each kind in the overview."""
    n_groups: int | None
    """By BIC; None where no number has a maximum."""
    effective_n: float
    """By Kish's rule."""


@dataclass(frozen=True)
class PartRow:
    """A part's line in the overview."""

    label: str
    fits: Fits
    numbers: PartNumbers | None
    """None if it was not fitted."""


@dataclass(frozen=True)
class Overview:
    """All parts, those that could not be fitted last."""

    by: str
    """The column that tells the parts apart, as the file has it."""
    rows: tuple[PartRow, ...]
    parameter: Parameter
    """That of which there are both answers."""
    kinds: tuple[Kind, ...]
    """Of all groups' parameters, by EM."""
    unit: str
    """As the file has it; may be empty."""
    level: float
    is_survey: bool
    """Whether there are effective sizes, and no numbers of groups, since these are weights."""


@dataclass(frozen=True)
class Chance:
    """How many intervals miss the truth by chance even where all is well."""

    count: int
    """Of so many."""
    level: float

    @property
    def missing(self) -> float:
        """How many these are on average."""
        return (1 - self.level) * self.count


def overview(grouped: GroupedComparison) -> Overview:
    """The parts side by side.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    Overview
    """
    comparison, k = grouped.parts[0].comparison, grouped.n_components
    few: dict[int, tuple[Kind, ...]] = {1: ("sds",), 2: ("means", "sds")}
    kinds = few.get(k, ("weights", "means", "sds"))
    fitted = tuple(
        PartRow(part.label, _fits(part.comparison), _numbers(part.comparison, kinds))
        for part in grouped.parts
    )
    skipped = tuple(PartRow(one.label, "none", None) for one in grouped.skipped)
    return Overview(
        by=grouped.by,
        rows=fitted + skipped,
        parameter=Parameter.of(comparison, free_rows(comparison)[0]),
        kinds=kinds,
        unit=comparison.case.unit,
        level=grouped.level,
        is_survey=grouped.is_survey,
    )


def chance(grouped: GroupedComparison) -> Chance:
    """How many intervals of all parts miss the truth by chance.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    Chance
    """
    free = len(free_rows(grouped.parts[0].comparison))
    return Chance(free * len(grouped.parts), grouped.level)


def _fits(comparison: Comparison) -> Fits:
    if comparison.ok:
        return "sound" if standing(comparison) is Standing.GOOD else "open"
    if comparison.fit.converged:
        return "em"
    return "bayes" if comparison.sampled_well else "neither"


def _numbers(comparison: Comparison, kinds: tuple[Kind, ...]) -> PartNumbers:
    row, best, fit = free_rows(comparison)[0], preferred(comparison), comparison.fit

    def width(of: Row) -> float:
        # The digits that the vaguer of the two makes meaningful, the same for all of a kind.
        return of.bayes.sd if comparison.sampled_well else of.em.se

    def by_em(kind: Kind) -> tuple[Value, ...]:
        rows = [row for row in comparison.rows if row.parameter == kind]
        wide = 10 * max(map(width, rows))
        return tuple(Value(row.em.estimate, wide) for row in rows)

    believed = comparison.sampled_well
    return PartNumbers(
        n=comparison.case.sample.n,
        estimate=Value(row.em.estimate, width(row)) if fit.converged else None,
        credible=Range(row.bayes.lower, row.bayes.upper) if believed else None,
        width=width(row),
        by_em=tuple(by_em(kind) if fit.converged else () for kind in kinds),
        n_groups=None if best is None else best.n_components,
        effective_n=comparison.case.sample.effective_n,
    )
