"""What the figures say, in sentences made from the figures, and whether the aims are met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks.settings import FULL
from benchmarks.tolerance import NEAR
from benchmarks.words import listed, scientific, short, taken, times

__all__ = ["Aim", "aims", "findings", "missing"]

Row = dict[str, Any]
PEERS = ("scikit-learn", "mclust", "mixtools")


class Aim(NamedTuple):
    """Something to reach, and how far it was reached."""

    wanted: str
    measured: str
    met: bool | None
    """None if it was not measured."""


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
    said.append(_resampled(results.get("uncertainty", [])))
    said.append(_large(results.get("large")))
    said.append(missing(results))
    return " ".join(filter(None, said))


def _one(rows: list[Row], n: int, tool: str, setting: str) -> Row | None:
    """The row of a cell that was measured."""
    for row in rows:
        if (row["n"], row["tool"], row["setting"]) == (n, tool, setting):
            return row if row["median"] is not None else None
    return None


def _fit(rows: list[Row], n: int) -> str:
    own = _one(rows, n, "em", "default")
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
        row = _one(rows, n, tool, "default")
        if row is not None:
            parts.append(
                f"{tool} {_end(row['shortfall'])} after {taken(row['median'])} "
                f"({times(row['median'] / own['median'])} times that)"
            )
    sentence = f"{begin}; by default {listed(parts)}." if parts else f"{begin}."
    parts, without = [], []
    for tool in PEERS:
        row = _one(rows, n, tool, "maximum")
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


def aims(results: Mapping[str, Any]) -> list[Aim]:
    """What the project wants to reach, as ratios within one run, and what this run shows."""
    rows: list[Row] = results.get("fits", [])
    found = []
    for n, least in ((1_000, 100), (100_000, 1_000)):
        own, peer = _one(rows, n, "em", "default"), _one(rows, n, "scikit-learn", "maximum")
        ratio = peer["median"] / own["median"] if own and peer else None
        found.append(
            Aim(
                f"n = {n:,}: at least {least:,} times faster than scikit-learn where that comes "
                f"within {scientific(NEAR)} of the maximum",
                "not measured" if ratio is None else f"{times(ratio)} times",
                None if ratio is None else ratio >= least,
            )
        )
    own = _one(rows, 1_000, "em", "default")
    defaults = [row for tool in PEERS if (row := _one(rows, 1_000, tool, "default"))]
    fastest = min(defaults, key=lambda row: float(row["median"]), default=None)
    found.append(
        Aim(
            "n = 1,000: faster than the fastest peer's default",
            "not measured"
            if not (own and fastest)
            else f"{taken(own['median'])} against {taken(fastest['median'])} ({fastest['tool']})",
            None if not (own and fastest) else own["median"] < fastest["median"],
        )
    )
    sizes = sorted({row["n"] for row in rows})
    mine = [row for n in sizes if (row := _one(rows, n, "em", "default"))]
    worst = max((row["shortfall"] for row in mine), default=None)
    sound = all(row["shortfall"] <= NEAR and row["certificate"]["ok"] for row in mine)
    found.append(
        Aim(
            "the maximum reached at every n, with the exact certificate (relative error below "
            "1e-12, score below 1e-6 standard errors)",
            "not measured" if worst is None else f"at most {short(worst)} short",
            None if worst is None else sound and len(mine) == len(sizes),
        )
    )
    found.append(_bootstrap_aim(results.get("uncertainty", [])))
    large = results.get("large")
    # Of a smaller sample the fixed costs of a fit would be judged.
    large = large if large and large["n"] == FULL.large else None
    ratio = large["fit_median"] / large["summaries_median"] if large else None
    found.append(
        Aim(
            f"n = {FULL.large:,}: a fit with standard errors within 5 times (hoped for: 2) of min, "
            "max, mean and var",
            "not measured" if ratio is None else f"{times(ratio)} times",
            None if ratio is None else ratio <= 5,
        )
    )
    return found


def _bootstrap_aim(rows: list[Row]) -> Aim:
    wanted = "n = 1,000: bootstrap refits, each one converged, no slower than mclust's"
    at = [row for row in rows if row["n"] == 1_000 and row["median"] is not None]
    pairs = [
        (own, peer)
        for own in at
        for peer in at
        if "bootstrap" in own["what"]
        and (own["tool"], peer["tool"]) == ("em", "mclust")
        and own["what"] == peer["what"]
    ]
    if not pairs:
        return Aim(wanted, "not measured", None)
    told = [
        f"{own['what'].split()[2]} {taken(own['median'])} against {taken(peer['median'])}"
        for own, peer in pairs
    ]
    return Aim(wanted, "; ".join(told), all(a["median"] <= b["median"] for a, b in pairs))
