"""Agreement: where EM's estimates lie in the posterior, and the truth in the intervals of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.comparison.parameters import free_rows
from compare.language.labels import moving_parameters, percent
from compare.language.wording import all_of, parameter_name, quantity

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = ["agreement", "on_truth"]


def agreement(comparison: Comparison) -> str:
    """Say where EM's estimates lie in the posterior."""
    comparison = comparison.named
    rows = free_rows(comparison)
    if not comparison.fit.converged:
        return "EM's numbers are shown for what they are; they are not estimates."
    inside = sum(row.em_in_interval for row in rows)
    told = (
        f"EM's estimate lies inside {all_of(inside, len(rows))} "
        f"{percent(comparison.level)} credible intervals"
    )
    moving = moving_parameters(comparison)
    if not moving:
        return f"{told}; the draws are all the same, so these intervals mean nothing."
    far = max((p.row for p in moving), key=lambda row: abs(row.shift))
    return (
        f"{told}; the two are furthest apart for {parameter_name(comparison, far)}, where EM says "
        f"{quantity(comparison, far, far.em.estimate)} and the posterior median is "
        f"{quantity(comparison, far, far.bayes.median)}, {abs(far.shift):.2f} posterior standard "
        "deviations away. This describes one data set: it does not say how often such intervals "
        "are right."
    )


def on_truth(comparison: Comparison) -> str | None:
    """Say how many intervals hold the truth; None where the truth is not known."""
    rows = [row for row in free_rows(comparison.named) if row.truth is not None]
    if not rows:
        return None

    def held(row: Row, lower: float, upper: float) -> bool:
        return row.truth is not None and lower <= row.truth <= upper

    by_em = sum(held(row, row.em.lower, row.em.upper) for row in rows)
    by_bayes = sum(held(row, row.bayes.lower, row.bayes.upper) for row in rows)
    kind = "Wald" if comparison.fit.is_pseudo else "profile-likelihood"
    return (
        f"The truth lies inside {all_of(by_em, len(rows))} {kind} intervals and "
        f"inside {all_of(by_bayes, len(rows))} credible intervals."
    )
