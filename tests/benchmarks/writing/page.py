"""The page of the benchmarks, made from the figures that the JSON file holds and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.engine.timing import BRIEF, REST
from benchmarks.engine.words import NIL, scientific, short, table, taken, times
from benchmarks.fitting.tolerance import NEAR
from benchmarks.sampling.page import sampling
from benchmarks.searching.page import search
from benchmarks.size.growth_figure import alt_text
from benchmarks.size.growth_page import growth
from benchmarks.size.scale_page import scale
from benchmarks.writing.aims import Aim, aims
from benchmarks.writing.findings import findings

__all__ = ["render"]

Row = dict[str, Any]


def render(results: Mapping[str, Any], picture: str | None = None) -> str:
    """The page as Markdown.

    Parameters
    ----------
    results : mapping
        What `run.py` writes as JSON; sections that were not measured may be missing.
    picture : str, optional
        The file name of the figure of cost as n grows, if there is one.
    """
    parts = ["# Benchmarks", findings(results), _how(results)]
    if wanted := aims(results):
        parts += ["## Aims", _aims(wanted)]
    if results.get("fits"):
        parts += ["## One fit", _fits(results["fits"], results)]
    if results.get("search"):
        parts += ["## The highest maximum", search(results["search"])]
    if results.get("uncertainty"):
        parts += ["## How sure a fit is", _uncertainty(results["uncertainty"])]
    if results.get("cold"):
        parts += ["## A fresh process", _cold(results["cold"])]
    if results.get("large"):
        parts += ["## Large samples in memory", _large(results["large"])]
    if results.get("scale"):
        parts += ["## Large samples in a file", scale(results["scale"])]
    if results.get("sampling"):
        parts += ["## Samplers", sampling(results["sampling"], results["machine"]["r"])]
    if rows := results.get("growth"):
        parts += ["## Cost as n grows", growth(rows, picture, alt_text(rows))]
    parts += ["## Machine", _machine(results)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _how(results: Mapping[str, Any]) -> str:
    settings = results["settings"]
    parts = []
    if settings["quick"]:
        parts.append(
            "**A quick run: few calls, small sizes; good for seeing that all of it works.**"
        )
    cores, begin = results["machine"]["cores"], results["load"][0]
    if begin is not None and cores and begin > 0.5 * cores:
        parts.append(
            f"**The machine was busy: {begin:.1f} processes on average wanted to run on its "
            f"{cores} cores before the first call. Ratios suffer less from that than times.**"
        )
    parts.append(
        "The data are synthetic heights (60 % from Normal(176, 8), 40 % from Normal(164, 6), "
        f"seed {results['seed']}), the same for all tools, which fit two components with unequal "
        "sds. A time is the median over calls made in turns (A B C A B C ...) after one call to "
        f"warm up, as many as fit into {settings['budget']:g} s, {settings['rounds']} at the most. "
        f"A turn begins with {1e3 * REST:g} ms of rest, in which the threads of the tool before "
        f"fall asleep, and for calls shorter than {1e3 * BRIEF:g} ms with one that does not count. "
        "A time covers all that the written call does with a plain array in memory. "
        "Log-likelihoods come from the returned parameters by one function on all of the data, "
        f'never from the tool. "Short" is the distance to the maximum, 0 below {scientific(NIL)}. '
        "Written by `make bench`."
    )
    return " ".join(parts)


def _aims(wanted: Sequence[Aim]) -> str:
    verdict = {True: "met", False: "**missed**", None: ""}
    return table(
        ["aim", "this run", ""],
        [[aim.wanted, aim.measured, verdict[aim.met]] for aim in wanted],
        [],
    )


SETTINGS = {"default": "default", "all values": "unsquashed", "maximum": "reaches the maximum"}


def _fits(rows: list[Row], results: Mapping[str, Any]) -> str:
    limit = results["settings"]["patience"]
    text = (
        '"Reaches the maximum" is the loosest power of ten for the tolerance that comes within '
        f"{scientific(NEAR)} of it, searched for in this run; its remark says where the next "
        "looser one ends. `em` has one setting, its default. Calls and searches that would take "
        f"more than {limit:g} s are not made."
    )
    calls = dict.fromkeys(f"- {row['tool']}: `{row['call']}`" for row in rows)
    parts = [text, "\n".join(calls)]
    for n in sorted({row["n"] for row in rows}):
        here = [row for row in rows if row["n"] == n]
        own = next((r["median"] for r in here if r["tool"] == "em" and r["median"]), None)
        body = [
            [
                row["tool"],
                SETTINGS[row["setting"]] + _tolerance(row),
                taken(row["median"]),
                taken(min(row["seconds"], default=None)),
                times(row["median"] / own) if own and row["median"] else "",
                "" if row["loglik"] is None else f"{row['loglik']:.6f}",
                short(row["shortfall"]),
                "" if row["passes"] is None else f"{row['passes']:,}",
                str(len(row["seconds"])) if row["seconds"] else "",
                _remark(row),
            ]
            for row in here
        ]
        head = [
            "tool", "setting", "time", "shortest", "times em", "log-likelihood", "short", "passes",
            "calls", "remarks",
        ]  # fmt: skip
        parts += [f"### n = {n:,}", table(head, body, [2, 3, 4, 5, 6, 7, 8])]
    return "\n\n".join(parts)


def _tolerance(row: Row) -> str:
    return "" if row["tolerance"] is None else f", {scientific(row['tolerance'])}"


def _remark(row: Row) -> str:
    parts = [row["note"]] if row["note"] else []
    if row["certificate"]:
        parts.append(_certificate(row["certificate"]))
    return "; ".join(parts)


def _certificate(exact: Mapping[str, Any]) -> str:
    return (
        f"exact: off by {scientific(exact['relative_error'])} of the log-likelihood, score "
        f"{scientific(exact['gradient_norm'])} se" + ("" if exact["ok"] else ", **not certified**")
    )


def _uncertainty(rows: list[Row]) -> str:
    body = []
    for row in rows:
        own = next(
            (
                other["median"]
                for other in rows
                if (other["n"], other["tool"], other["what"]) == (row["n"], "em", row["what"])
            ),
            None,
        )
        interval, refits = row.get("interval"), row.get("refits")
        remark = [row["note"]] if row["note"] else []
        if row.get("certificate"):
            remark.append(_certificate(row["certificate"]))
        body.append(
            [
                f"{row['n']:,}",
                row["tool"],
                row["what"],
                taken(row["median"]),
                times(row["median"] / own) if own and row["median"] else "",
                f"{interval[0]:.4f}, {interval[1]:.4f}" if interval else "",
                "" if refits is None else f"{refits:,}",
                str(len(row["seconds"])) if row["seconds"] else "",
                "; ".join(remark),
            ]
        )
    head = [
        "n", "tool", "what", "time", "times em", "95%: first weight", "refits", "calls", "remarks"
    ]  # fmt: skip
    text = (
        "Times include the fit. The interval is that of the weight of the lower group; refits are "
        "those that it rests on: for `em` the ones that converged, for mclust the ones that did "
        "not fail. `em` refits on all cores, mclust on one. scikit-learn gives neither standard "
        "errors nor intervals, mclust and mixtools by resampling alone."
    )
    return f"{text}\n\n{table(head, body, [0, 3, 4, 6, 7])}"


def _cold(rows: list[Row]) -> str:
    body = []
    for row in rows:
        own = next((r["median"] for r in rows if (r["n"], r["tool"]) == (row["n"], "em")), None)
        body.append(
            [
                f"{row['n']:,}",
                row["tool"],
                taken(row["median"]),
                times(row["median"] / own) if own and row["median"] else "",
                "" if row["memory"] is None else f"{row['memory']:,.0f} MB",
                str(len(row["seconds"])) if row["seconds"] else "",
                row["note"],
            ]
        )
    text = (
        "From the start of a new process to its end: start the interpreter, import, read the data "
        "from a binary file, fit by default. The files are in the system's cache; memory is the "
        "largest resident size."
    )
    head = ["n", "tool", "time", "times em", "memory", "runs", "remarks"]
    return f"{text}\n\n{table(head, body, [0, 2, 3, 4, 5])}"


def _large(large: Mapping[str, Any]) -> str:
    unit = large["summaries_median"]
    body = [
        [what, taken(seconds), times(seconds / unit), str(calls)]
        for what, seconds, calls in (
            ("`x.min(), x.max(), x.mean(), x.var()`", unit, len(large["summaries"])),
            ("`em.fit(x, 2)` and its standard errors", large["fit_median"], len(large["fit"])),
            ("`fit.certify()`: one exact pass, on request", large["certify"], 1),
        )
    ]
    text = (
        f"n = {large['n']:,}, which the fit sees as {large['nodes']:,} weighted nodes; the error "
        f"of the log-likelihood is bounded by {scientific(large['error_bound'])}. "
        f"{_certificate(large['certificate']).capitalize()}."
    )
    return f"{text}\n\n{table(['what', 'time', 'ratio', 'calls'], body, [1, 2, 3])}"


def _machine(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    memory = machine["memory_gb"]
    there = machine["r"]
    lines = [
        f"{machine['cores']} cores of {machine['processor']}"
        + (f", {memory:.1f} GB of memory" if memory else "")
        + f", {machine['system']}",
        machine["python"] + "".join(f", {name} {v}" for name, v in machine["packages"].items()),
        ", ".join(f"{name} {version}" for name, version in there.items()) or "no R",
        "threads: " + "; ".join(machine["threads"]),
    ]
    loads = [one for one in results["load"] if one is not None]
    if loads:
        lines.append(
            "processes that wanted to run (one-minute average) before the first call and after the "
            "last: " + ", ".join(f"{one:.2f}" for one in loads)
        )
    lines.append(f"the whole run took {results['seconds']:.0f} s")
    return "\n".join(f"- {line}" for line in lines)
