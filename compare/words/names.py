"""The names of the groups: whether another way to tell them apart would change the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import em
from compare.findings.group_count import APART
from compare.language.labels import listed, percent
from compare.language.wording import capitalized, group_of, parameter_name, share

if TYPE_CHECKING:
    from bayes import LabelChange, Naming
    from compare.comparison.table import Comparison

__all__ = ["on_names", "renamed", "weights_by_spread", "why_by_spread"]

HARDLY = 0.05
"""Moves of a posterior mean, in posterior sds, that are no news."""


def why_by_spread(comparison: Comparison) -> str:
    """Say that and why groups are named by their sds; empty where they are named by mean."""
    if comparison.names_by == "mean":
        return ""
    if comparison.posterior.naming.order == "mean":
        return "The groups are named by their spread, as asked for, and not by their means."
    which = "their means" if comparison.n_components == 2 else "some of their means"
    where = "In the posterior "
    if min(em.ashman(comparison.fit.mixture)) < APART:
        where, which = "", capitalized(which)
    return f"{where}{which} are alike, so the groups are named by their spread."


def weights_by_spread(comparison: Comparison) -> str:
    """Say beside a table by mean what the groups hold by their sds; empty by mean."""
    if comparison.names_by == "mean":
        return ""
    named, level = comparison.named, percent(comparison.level)
    told = [
        f"{group_of(named, row.component)} holds {share(row.em.estimate)} by EM ({level} profile "
        f"interval {share(row.em.lower)} to {share(row.em.upper)}) and {share(row.bayes.median)} "
        f"by Bayes ({share(row.bayes.lower)} to {share(row.bayes.upper)})"
        for row in named.rows
        if row.parameter == "weights"
    ]
    return (
        "This table has the groups in order of their means, draw by draw, whatever their spread. "
        f"By increasing standard deviation, as in the sentences here, {listed(told)}."
    )


def on_names(comparison: Comparison) -> str:
    """Say whether naming the groups otherwise matters; empty with a single one."""
    comparison = comparison.named
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
        else:
            told.append(_otherwise(comparison, change))
    if not told:
        return ""
    by = "standard deviation" if comparison.order == "sd" else "mean"
    return (
        "Swapping the names of groups changes neither likelihood nor prior, so that in each draw "
        f"the names are a choice: here the groups are named by increasing {by}. "
        + " ".join(reversed(told))
    )


def _otherwise(comparison: Comparison, change: LabelChange) -> str:
    """What names by the other of mean and sd would do."""
    by = "means" if change.order == "mean" else "standard deviations"
    if change.share < 0.001:
        return f"Their {by} would give the same names in every draw."
    swapped = f"{share(change.share)} of the draws would swap some"
    losses = comparison.posterior.naming
    # Names that were asked for may be the worse ones.
    if losses.order != comparison.order:
        return f"Named by their {by}, {swapped}; {_told(losses)}."
    return (
        f"Their {by} tell them apart less surely: named by these, {swapped}"
        + (f"; {_told(losses)}" if comparison.order == "sd" else "")
        + "."
    )


def _told(losses: Naming) -> str:
    return (
        "names by mean cost a value "
        f"{losses.by_mean:.2g} nats, names by standard deviation {losses.by_sd:.2g} (the "
        "Kullback-Leibler loss of Stephens 2000, which is 0 where all draws agree)"
    )


def renamed(comparison: Comparison) -> tuple[str, ...]:
    """What to know where the names matter to what the groups account for; empty if not."""
    comparison = comparison.named
    changes = comparison.criticism.labels if comparison.criticism is not None else ()
    # Names by the other of mean and sd are another question, not a better answer to this one.
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
