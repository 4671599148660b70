"""The names of the groups: whether another way to tell them apart would change the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.wording import parameter_name, share

if TYPE_CHECKING:
    from bayes import LabelChange
    from compare.table import Comparison

__all__ = ["on_names", "renamed"]

HARDLY = 0.05
"""Moves of a posterior mean, in posterior sds, that are no news."""


def on_names(comparison: Comparison) -> str:
    """Say whether naming the groups otherwise matters; empty with a single one."""
    changes = comparison.criticism.labels if comparison.criticism is not None else ()
    told = []
    for change in changes:
        if change.order == "kl":
            told.append(
                _moved(comparison, change)
                if change.shift >= HARDLY
                else "Naming them by the values they account for (Stephens 2000) would change "
                "nothing worth a mention."
            )
        elif change.share < 0.001:
            told.append("Their standard deviations would give the same names in every draw.")
        else:
            told.append(
                "Their standard deviations tell them apart less surely: named by these, "
                f"{share(change.share)} of the draws would swap some."
            )
    if not told:
        return ""
    return (
        "Swapping the names of groups changes neither likelihood nor prior, so that in each draw "
        "the names are a choice: here the groups are named by increasing mean. "
        + " ".join(reversed(told))
    )


def renamed(comparison: Comparison) -> tuple[str, ...]:
    """What to know where the names matter to what the groups account for; empty if not."""
    changes = comparison.criticism.labels if comparison.criticism is not None else ()
    # Names by sd are another question, not a better answer to this one.
    return tuple(_moved(comparison, c) for c in changes if c.order == "kl" and c.matters)


def _moved(comparison: Comparison, change: LabelChange) -> str:
    rows = {row.name: row for row in comparison.rows}
    parameter = parameter_name(comparison, rows[change.parameter])
    end = (
        ": what is said of a group depends on how it is named"
        if change.matters
        else ", which matters little"
    )
    return (
        "Naming the groups by the values they account for (Stephens 2000) renames some in "
        f"{share(change.share)} of the draws and moves the centre of {parameter} by "
        f"{change.shift:.2f} posterior standard deviations{end}."
    )
