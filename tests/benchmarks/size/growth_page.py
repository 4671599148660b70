"""The part of the page on cost as n grows: a table, a figure, and what they say in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.engine.words import listed, scientific, table, taken
from benchmarks.size.growth import OWN, TOOLS

__all__ = ["NAMES", "exponent", "growth", "points", "sentences"]

Row = Mapping[str, Any]

NAMES = {
    "errors": "em with standard errors",
    "profile": "em with profile intervals",
    "bayes": "bayes.fit",
    "report": "the whole report",
    "scikit-learn": "scikit-learn by default",
    "maximum": "scikit-learn at the maximum",
    "pymc": "PyMC on the textbook model",
}
"""Of the tools, for the table and the figure."""


def points(rows: Sequence[Row], tool: str) -> list[tuple[int, float]]:
    """Pairs of n and median seconds, n rising."""
    found = [
        (row["n"], row["median"])
        for row in rows
        if row["tool"] == tool and row["median"] is not None
    ]
    return sorted(found)


def exponent(rows: Sequence[Row], tool: str) -> float | None:
    """The slope of log time over log n between the last two sizes measured.

    1 where time grows in proportion to n, 0 where it does not grow; None with fewer than two.
    """
    found = points(rows, tool)
    if len(found) < 2:
        return None
    (n, time), (larger, longer) = found[-2:]
    return math.log(longer / time) / math.log(larger / n)


def sentences(rows: Sequence[Row] | None) -> str:
    """What the figures say."""
    said = []
    for tool in ("profile", "bayes", "scikit-learn", "pymc"):
        found, slope = points(rows or (), tool), exponent(rows or (), tool)
        if slope is not None:
            (n, time), (larger, longer) = found[0], found[-1]
            said.append(
                f"{NAMES[tool]} takes {taken(time)} at n = {n:,} and {taken(longer)} at n = "
                f"{larger:,} (exponent {slope:.2f} at the end)"
            )
    return f"As n grows, {'; '.join(said)}." if said else ""


def growth(rows: Sequence[Row], picture: str | None, alt: str) -> str:
    """The section.

    Parameters
    ----------
    rows : sequence of mapping
        As of `growth.measure`.
    picture : str or None
        The file name of the figure, if there is one.
    alt : str
        What it shows, in words.
    """
    text = (
        "Medians of warm calls on an array in memory, in turns, in a third of the time that a cell "
        "above gets; the whole report is a process, from its start to its end, that draws or reads "
        "its data itself. The exponent is the slope of log time over log n between the last two "
        "sizes of a column: 1 is in proportion to n. Of PyMC the build and the sampling are "
        "counted, with caches that an earlier process filled. scikit-learn is at the maximum "
        "where it comes within 1e-6 of it. No figure is extrapolated."
    )
    calls = "\n".join(f"- {NAMES[tool]}: {written}" for tool, written in TOOLS.items())
    shown = f"![{alt}]({picture})" if picture else ""
    parts = [text, shown, calls, _table(rows), _draws(rows), _empty(rows)]
    return "\n\n".join(filter(None, [*parts, _certificates(rows)]))


def _table(rows: Sequence[Row]) -> str:
    by = {(row["n"], row["tool"]): row for row in rows}
    body = [
        [f"{n:,}", *(taken(by[n, tool]["median"]) if (n, tool) in by else "" for tool in NAMES)]
        for n in _sizes(rows)
    ]
    slopes = [exponent(rows, tool) for tool in NAMES]
    body.append(["exponent", *("" if slope is None else f"{slope:.2f}" for slope in slopes)])
    return table(["n", *NAMES.values()], body, range(len(NAMES) + 1))


def _draws(rows: Sequence[Row]) -> str:
    """What the draws of the two samplers are worth: their times are not of equal posteriors."""
    told = [
        f"{NAMES[row['tool']]} {row['draws']:,} draws worth {row['ess']:,.0f} at n = {row['n']:,}"
        for row in rows
        if row["ess"] is not None
    ]
    return f"Posteriors: {listed(told)}." if told else ""


def _empty(rows: Sequence[Row]) -> str:
    """Why cells are empty, and what else is to be said of a cell."""
    said = [
        f"- {NAMES[row['tool']]}, n = {row['n']:,}: {row['note']}" for row in rows if row["note"]
    ]
    return "\n".join(["Remarks:", "", *said]) if said else ""


def _certificates(rows: Sequence[Row]) -> str:
    """Of every measured row of ours, n by n: the worst of what the exact passes say."""
    body = []
    for n in _sizes(rows):
        own = [
            row
            for row in rows
            if row["n"] == n and row["tool"] in OWN and row["median"] is not None
        ]
        made = [row for row in own if row["certificate"]]
        if not own:
            continue
        held = sum(row["certificate"]["ok"] for row in made)
        worst = [
            max((row["certificate"][name] for row in made), default=None)
            for name in ("relative_error", "gradient_norm")
        ]
        body.append(
            [
                f"{n:,}",
                f"{held} of {len(own)}" + ("" if held == len(own) else " (!)"),
                *("" if value is None else scientific(value) for value in worst),
                taken(max((row["certify"] for row in made), default=None)),
            ]
        )
    head = ["n", "certified", "log-likelihood off by", "score (se)", "longest exact pass"]
    text = (
        "Exact certificates of our own fits, made after the timed calls: one pass over all of the "
        "data, which finds the log-likelihood to within 1e-12 of itself and the score below 1e-6 "
        "standard errors, or fails."
    )
    return f"{text}\n\n{table(head, body, range(5))}" if body else ""


def _sizes(rows: Sequence[Row]) -> list[int]:
    return sorted({row["n"] for row in rows})
