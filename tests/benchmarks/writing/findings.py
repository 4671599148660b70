"""What the figures say, in sentences made from the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.engine.words import listed, scientific, short, taken, times
from benchmarks.fitting.tolerance import NEAR
from benchmarks.sampling.page import sentences
from benchmarks.searching import page as search_page
from benchmarks.size import growth_page, scale_page

__all__ = ["PEERS", "findings", "missing", "one"]

Row = dict[str, Any]
PEERS = ("scikit-learn", "mclust", "mixtools")


def missing(results: Mapping[str, Any]) -> str:
    """A sentence on the tools that could not be run; empty if all could."""
    there = results["machine"]["r"]
    absent = [name for name in ("mclust", "mixtools") if name not in there]
    if "R" not in there:
        return (
            "R was not found, so mclust and mixtools are not measured here (Debian and Ubuntu: "
            "`r-cran-mclust` and `r-cran-mixtools`)."
        )
    if absent:
        packages = listed([f"`r-cran-{name}`" for name in absent])
        verb = "is" if len(absent) == 1 else "are"
        return (
            f"R is here without {listed(absent)}, which {verb} not measured (Debian and Ubuntu: "
            f"{packages})."
        )
    return ""


def findings(results: Mapping[str, Any]) -> str:
    """One paragraph for the top of the page."""
    rows: list[Row] = results.get("fits", [])
    said = [_fit(rows, n) for n in sorted({row["n"] for row in rows})]
    said.append(search_page.sentences(results.get("search")))
    said.append(_resampled(results.get("uncertainty", [])))
    said.append(_large(results.get("large")))
    said.append(scale_page.sentences(results.get("scale")))
    said.append(sentences(results.get("sampling")))
    said.append(growth_page.sentences(results.get("growth")))
    said.append(missing(results))
    return " ".join(filter(None, said))


def one(rows: list[Row], n: int, tool: str, setting: str) -> Row | None:
    """The row of a cell that was measured."""
    for row in rows:
        if (row["n"], row["tool"], row["setting"]) == (n, tool, setting):
            return row if row["median"] is not None else None
    return None


def _fit(rows: list[Row], n: int) -> str:
    own = one(rows, n, "em", "default")
    if own is None:
        return f"At n = {n:,} `em.fit` was not measured ({_why(rows, n, 'em', 'default')})."
    if own["shortfall"] <= NEAR:
        begin = f"At n = {n:,} `em.fit` reaches the maximum in {taken(own['median'])}"
    else:
        begin = (
            f"At n = {n:,} `em.fit` takes {taken(own['median'])} and ends "
            f"{short(own['shortfall'])} below the maximum"
        )
    begin += "" if own["certificate"]["ok"] else ", without passing its own certificate"
    parts = []
    for tool in PEERS:
        row = one(rows, n, tool, "default")
        if row is not None:
            parts.append(
                f"{tool} {_end(row['shortfall'])} after {taken(row['median'])} "
                f"({times(row['median'] / own['median'])} times that)"
            )
    sentence = f"{begin}; by default {listed(parts)}." if parts else f"{begin}."
    parts, without = [], []
    for tool in PEERS:
        row = one(rows, n, tool, "maximum")
        if row is not None:
            parts.append(
                f"{tool} {taken(row['median'])} ({times(row['median'] / own['median'])} times, "
                f"tolerance {scientific(row['tolerance'])})"
            )
        elif why := _why(rows, n, tool, "maximum"):
            without.append((tool, why))
    if parts:
        sentence += f" To come within {scientific(NEAR)} of the maximum takes {listed(parts)}."
    if without:
        names = listed([tool for tool, _ in without])
        sentence += f" No figure for that at this n from {names}: the table says why."
    return sentence


def _why(rows: list[Row], n: int, tool: str, setting: str) -> str:
    notes = (r["note"] for r in rows if (r["n"], r["tool"], r["setting"]) == (n, tool, setting))
    return next(notes, "")


def _end(shortfall: float) -> str:
    if shortfall < -NEAR:
        return f"ends {short(-shortfall)} ABOVE what em holds to be the maximum"
    return "reaches it" if shortfall <= NEAR else f"stops {short(shortfall)} short of it"


def _resampled(rows: list[Row]) -> str:
    own = [row for row in rows if row["tool"] == "em" and row.get("interval")]
    profile = next((row for row in own if "profile" in row["what"]), None)
    boots = [row for row in own if "nonparametric" in row["what"]]
    if profile is None or not boots:
        return ""
    mine = boots[0]
    text = (
        f"At n = {mine['n']:,} the 95% profile interval of the first weight is "
        f"{_ends(profile)} and costs {taken(profile['median'])} with the fit; "
        f"a nonparametric bootstrap of {mine['refits']:,} converged refits gives {_ends(mine)} in "
        f"{taken(mine['median'])}"
    )
    peer = next(
        (
            row
            for row in rows
            if row["tool"] == "mclust"
            and row["what"] == mine["what"]
            and row["n"] == mine["n"]
            and row["median"] is not None
        ),
        None,
    )
    if peer is None:
        return text + "."
    (low, high), (lowest, highest) = peer["interval"], mine["interval"]
    early = ", whose refits stop early," if high - low < 0.5 * (highest - lowest) else ""
    return f"{text}; that of mclust{early} gives {_ends(peer)} in {taken(peer['median'])}."


def _ends(row: Row) -> str:
    low, high = row["interval"]
    return f"{low:.3f} to {high:.3f}"


def _large(large: Mapping[str, Any] | None) -> str:
    if not large:
        return ""
    ratio = large["fit_median"] / large["summaries_median"]
    return (
        f"At n = {large['n']:,} in memory a fit with standard errors takes "
        f"{taken(large['fit_median'])}, {times(ratio)} times as long as the minimum, maximum, mean "
        f"and variance of the same array."
    )
