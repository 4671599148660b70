"""The influence of the prior: what it expected, and where it still speaks after the data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.comparison.parameters import free_rows
from compare.language.labels import listed, number
from compare.language.wording import (
    fixed,
    label,
    numeral,
    parameter_name,
    share,
    true_minus,
    unit_after,
)
from compare.words.blocks import Note, Table
from em import Parameters
from em.search.groups import Verdict, verdict

if TYPE_CHECKING:
    import em
    from compare.comparison.table import Comparison

__all__ = [
    "conflicts",
    "influence_table",
    "on_influence",
    "on_penalty",
    "on_prior",
    "what_speaks",
]

FEW = 2
"""Parameters that a sentence names; of more it says how many, since a table lists them."""

SPEAKERS = {
    "data": "the data alone decide",
    "both": "data and prior both have a say",
    "prior": "the prior decides",
}


def on_prior(comparison: Comparison) -> str:
    """Say what data the prior expected before any were seen; empty if that was not asked."""
    criticism = comparison.criticism
    return "" if criticism is None else true_minus(criticism.prior_predictive.sentence)


def on_influence(comparison: Comparison) -> str:
    """Say where the data speak and where the prior does; empty if that was not asked."""
    comparison = comparison.named
    criticism = comparison.criticism
    if criticism is None:
        return ""
    told = []
    if criticism.agreement is not None:
        who = {row.name: row.speaks for row in criticism.agreement.rows}
        by = {
            speaker: [row for row in free_rows(comparison) if who[row.name] == speaker]
            for speaker in SPEAKERS
        }
        told += [
            f"{SPEAKERS[speaker]} on {_named(comparison, [row.name for row in rows])}"
            for speaker, rows in by.items()
            if rows
        ]
    said = f"{'; '.join(told)}." if told else ""
    said = said[:1].upper() + said[1:]
    if criticism.sensitivity is None:
        return (
            f"{said} How far a stronger or weaker prior would move the answers was not worked "
            "out: it takes the prior itself and draws that vary."
        ).strip()
    pulled = " ".join(conflicts(comparison))
    calm = "A somewhat stronger or weaker prior would hardly move any of them."
    return f"{said} {pulled or calm}".strip()


def conflicts(comparison: Comparison) -> tuple[str, ...]:
    """Where the prior moves the answer, a sentence each; empty if it hardly does."""
    comparison = comparison.named
    criticism = comparison.criticism
    if criticism is None or criticism.sensitivity is None:
        return ()
    free = {row.name for row in free_rows(comparison)}
    rows = [row for row in criticism.sensitivity.rows if row.name in free]
    both = [row.name for row in rows if row.verdict == "conflict"]
    strong = [row.name for row in rows if row.verdict == "strong prior"]
    told = []
    if both:
        told.append(
            f"Prior and data both move {_named(comparison, both)}: they may pull in different "
            "directions."
        )
    if strong:
        told.append(f"The prior moves {_named(comparison, strong)}, and the data hardly do.")
    return tuple(told)


def influence_table(comparison: Comparison) -> Table | None:
    """Who speaks on each parameter; None if that is not known."""
    comparison = comparison.named
    criticism = comparison.criticism
    if criticism is None or criticism.agreement is None:
        return None
    standing = {row.name: row for row in criticism.agreement.rows}
    moved = {} if criticism.sensitivity is None else {r.name: r for r in criticism.sensitivity.rows}

    def cells(name: str) -> tuple[str, ...]:
        one, by = standing[name], moved.get(name)
        shifts = () if by is None else (fixed(by.prior, 2), fixed(by.likelihood, 2))
        return one.speaks, f"{one.sd_ratio:.2g}", *shifts

    return Table(
        "Who speaks, the data or the prior",
        (
            "Parameter",
            "who speaks",
            "posterior sd / prior sd",
            *(("moved by the prior", "moved by the data") if moved else ()),
        ),
        tuple((label(comparison, row), *cells(row.name)) for row in free_rows(comparison)),
    )


def what_speaks(comparison: Comparison) -> Note | None:
    """How it is decided who speaks."""
    if influence_table(comparison) is None:
        return None
    return Note(
        "How this is decided",
        "The posterior of a parameter on which the data speak is much narrower than its prior: "
        "less than half as wide. Besides, the prior and the likelihood are each made a little "
        "stronger and a little weaker; the columns say how far the posterior moves for each "
        "doubling, and 0.05 is where it starts to count (Kallioinen et al. 2024).",
    )


def on_penalty(comparison: Comparison) -> str:
    """Say what a penalty on small sds does to EM's answer; empty if it was not tried."""
    comparison = comparison.named
    criticism, fit = comparison.criticism, comparison.fit
    penalised = None if criticism is None else criticism.penalised
    if penalised is None or not penalised.converged:
        return ""
    penalty = "a penalty that keeps standard deviations from vanishing (Chen, Tan & Zhang 2008)"
    at = Parameters(*(value[0] for value in penalised.at))
    tied = any(point.count > 1 for point in fit.points)
    if tied and verdict(at, fit.observed) is Verdict.POINT:
        return (
            f"With {penalty} EM ends on a recorded value, which such a penalty is too weak for: "
            f"{_described(comparison, penalised.mixture)}."
        )
    if not fit.converged:
        return f"With {penalty} EM has a maximum: {_described(comparison, penalised.mixture)}."
    there = penalised.mixture.ordered(comparison.order)
    moves = [
        abs(getattr(there, row.parameter)[row.component] - row.em.estimate) / row.em.se
        for row in free_rows(comparison)
        if row.em.se > 0
    ]
    furthest = max((move for move in moves if math.isfinite(move)), default=math.nan)
    if math.isnan(furthest):
        return ""
    if furthest > 1:
        return (
            f"With {penalty} EM ends elsewhere, {furthest:.1f} standard errors away: "
            f"{_described(comparison, penalised.mixture)}. A maximum that so little moves is a "
            "doubtful one."
        )
    return (
        f"Fitted with {penalty}, no estimate moves by more than {max(furthest, 0.01):.2f} standard "
        "errors."
    )


def _described(comparison: Comparison, mixture: em.Mixture) -> str:
    unit, width = unit_after(comparison), 0.1 * mixture.sd
    return listed(
        [
            f"{share(weight)} around {number(mean, width)}{unit} (sd {number(sd, width)})"
            for weight, mean, sd in zip(*mixture.ordered(comparison.order), strict=True)
        ]
    )


def _named(comparison: Comparison, names: list[str]) -> str:
    """Parameters in full, or how many of all if these are too many for a sentence."""
    rows, total = {row.name: row for row in comparison.rows}, len(free_rows(comparison))
    if len(names) == total > 1:
        return "every parameter"
    if len(names) > FEW:
        return f"{numeral(len(names))} of the {numeral(total)} parameters"
    return listed([parameter_name(comparison, rows[name]) for name in names])
