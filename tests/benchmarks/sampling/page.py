"""The section of the samplers: its tables, and what it says of them in a sentence or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.engine.words import count, listed, ranged, table, taken, times
from benchmarks.sampling.moments import PARAMETERS, STATISTICS
from benchmarks.sampling.rates import BASES, Spread, rate, ratios, spread

__all__ = ["AGAINST", "OWN", "sampling", "sentences"]

Row = Mapping[str, Any]

OWN = {"values": "on all values", "nodes": "on nodes"}
AGAINST = {
    "pymc": "PyMC's own sampler",
    "nutpie": "nutpie on the textbook model",
    "rstan": "rstan on the textbook model",
}
STARTS = ("cold", "warm")
GATE = 1.01
"""R-hat from which the chains of a run have not agreed (Vehtari et al. 2021)."""


def sentences(results: Mapping[str, Any] | None) -> str:
    """What the samplers were found to do, for the top of the page; empty if not measured."""
    if not results:
        return ""
    rows = {row["key"]: row for row in results["rows"]}
    found = [_own(rows, key) for key in OWN if rows[key]["warm"]]
    if found:
        found[0] = f"At n = {results['n']:,} {found[0]}"
    return " ".join([*found, _same(results)])


def _own(rows: Mapping[str, Row], key: str) -> str:
    own = rows[key]
    speed = spread([rate(run, "sample") for run in own["warm"]])
    assert speed is not None
    parts = []
    for peer, name in AGAINST.items():
        by = {
            basis: ratios(own, rows.get(peer), start, basis)
            for start, basis in (("warm", "sample"), ("warm", "whole"))
        }
        cold = ratios(own, rows.get(peer), "cold", "whole")
        if (sampled := by["sample"]) and (whole := by["whole"]):
            told = f"{times(sampled.median)} times {name} ({times(whole.median)} times by the"
            told += " whole process" + (f", {times(cold.median)} times cold)" if cold else ")")
            parts.append(told)
    text = (
        f"`bayes.fit` {OWN[key]} gives {count(speed.median)} effective draws per second of sampling"
    )
    return f"{text}, {listed(parts)}." if parts else f"{text}."


def _same(results: Mapping[str, Any]) -> str:
    agreement, reference = results["agreement"], results["reference"]
    if not agreement or not reference:
        return "Whether the posteriors are the same was not measured."
    tool, parameter, statistic = agreement["of"]
    begin = (
        f"The largest of {agreement['comparisons']} distances between a posterior mean or sd and "
        f"that of a reference run of {reference['draws']:,} draws is {agreement['worst']:.1f} "
        f"Monte Carlo standard errors ({tool}, {statistic} of {parameter}); at the same posterior "
        f"it is below {agreement['bound']:.1f} in 99.9 % of cases"
    )
    if agreement["ok"]:
        return f"{begin}."
    return f"{begin}, **so these are not all the same posterior, or a sampler's own figures err**."


def sampling(results: Mapping[str, Any], r_versions: Mapping[str, str]) -> str:
    """The section below its heading.

    Parameters
    ----------
    results : mapping
        As of `sampling.measure`.
    r_versions : mapping of str to str
        As of `rscript.versions`.
    """
    rows: Sequence[Row] = results["rows"]
    calls = "\n".join(f"- {row['tool']}: `{row['call']}`" for row in rows)
    parts = [
        _text(results, r_versions),
        calls,
        _stages(rows),
        "Effective draws a second: median of the runs (smallest to largest).",
        _rates(rows),
        "How many times those of the other samplers, round by round: median (smallest to largest).",
        _ratios(rows),
        _agreement(results),
        _large(results),
        " ".join(f"Not measured: {note}." for note in results["notes"]),
    ]
    return "\n\n".join(filter(None, parts))


def _text(results: Mapping[str, Any], r_versions: Mapping[str, str]) -> str:
    p = results["priors"]
    text = (
        f"The posterior of the {results['n']:,} heights under the default priors of `bayes`, the "
        f"same for all: weights ~ Dirichlet({p['concentration']:g}, {p['concentration']:g}), "
        f"means ~ Normal({p['centre']:.2f}, {p['spread']:.2f}), sds ~ "
        f"LogNormal({p['log_median']:.4f}, {p['log_spread']:g}). `bayes.fit` runs at its defaults, "
        f"once on the values and once on the {results['nodes']:,} weighted nodes that "
        "`em.Sample(x).squash()` puts in their place; a remark says where it ran its chains "
        "again. The others run the textbook model, a normal mixture with ordered means, with "
        "starts in order (`tests/benchmarks/sampling/textbook.py`).\n\n"
        "Every run is a process of its own, and samplers take turns, with other seeds each time. "
        "Cold: the caches of PyTensor, Numba and rstan are empty; warm: they hold what the cold "
        "run compiled. Build is all that the calls do besides sampling: compiling, the EM fit for "
        "the starts, the checks of the draws. Effective draws are the smallest bulk or tail "
        f"effective sample size of any parameter, by ArviZ; (!) marks an R-hat above {GATE:g}, of "
        "chains that have not agreed."
    )
    if results["shorten"] > 1:
        text += f" The other samplers draw only 1/{results['shorten']} as much as usual."
    if "rstan" not in r_versions:
        there = "R is here without it" if "R" in r_versions else "R was not found"
        text += f" rstan is not measured: {there} (Debian and Ubuntu: `r-cran-rstan`)."
    return text


def _stages(rows: Sequence[Row]) -> str:
    body = []
    for row in rows:
        for start in STARTS:
            runs = row[start]
            if not runs:
                continue
            remarks = dict.fromkeys(filter(None, [run["remark"] for run in runs]))
            doubtful = sum(not run["rhat"] <= GATE for run in runs)
            body.append(
                [
                    row["tool"],
                    start,
                    *(_seconds(runs, stage) for stage in ("import", "build", "sample", "whole")),
                    _spread(spread([run["ess"] for run in runs])),
                    f"{max(run['rhat'] for run in runs):.3f}" + ("" if not doubtful else " (!)"),
                    str(sum(run["divergences"] for run in runs)),
                    str(len(runs)),
                    " ".join(remarks),
                ]
            )
        if row["note"]:
            body.append([row["tool"], *[""] * 9, row["note"]])
    head = [
        "sampler", "start", "import", "build", "sampling", "whole process", "effective draws",
        "largest R-hat", "divergences", "runs", "remarks",
    ]  # fmt: skip
    return table(head, body, range(2, 10))


def _seconds(runs: Sequence[Row], stage: str) -> str:
    found = spread([run[stage] for run in runs])
    return "" if found is None else ranged(found, taken)


def _spread(found: Spread | None) -> str:
    return "" if found is None else ranged(found, count)


def _rates(rows: Sequence[Row]) -> str:
    body = [
        [
            row["tool"],
            start,
            *(_spread(spread([rate(run, basis) for run in row[start]])) for basis in BASES),
        ]
        for row in rows
        for start in STARTS
        if row[start]
    ]
    head = ["sampler", "start", "of sampling", "of build and sampling", "of the whole process"]
    return table(head, body, [2, 3, 4])


def _ratios(rows: Sequence[Row]) -> str:
    by = {row["key"]: row for row in rows}
    body = []
    for key in OWN:
        for peer in AGAINST:
            for start in STARTS:
                found = [ratios(by.get(key), by.get(peer), start, basis) for basis in BASES]
                if all(found):
                    cells = [ranged(one, times) for one in found if one]
                    body.append([by[key]["tool"], by[peer]["tool"], start, *cells])
    head = [
        "sampler", "against", "start", "of sampling", "of build and sampling",
        "of the whole process",
    ]  # fmt: skip
    return table(head, body, [3, 4, 5]) if body else ""


def _agreement(results: Mapping[str, Any]) -> str:
    agreement, reference = results["agreement"], results["reference"]
    if not agreement:
        return ""
    names = list(agreement["distances"])
    body = []
    for parameter in PARAMETERS:
        for statistic in STATISTICS:
            estimate = reference["estimates"][parameter]
            error = estimate[f"{statistic}_error"]
            places = max(0, 2 - int(f"{error:e}".partition("e")[2]) - 1)
            body.append(
                [
                    f"{statistic} of {parameter}",
                    f"{estimate[statistic]:.{places}f} ({error:.{places}f})",
                    *(f"{agreement['distances'][n][parameter][statistic]:+.1f}" for n in names),
                ]
            )
    text = (
        f"The reference is the readable model of `bayes.build_model`, which sorts components where "
        f"the textbook orders them, run by nutpie: {reference['draws']:,} draws, "
        f"{count(reference['ess'])} effective, R-hat {reference['rhat']:.4f}, "
        f"{reference['divergences']} divergences, {taken(reference['whole'])}. Below: its "
        "posterior means and sds (and their Monte Carlo standard errors), and how many standard "
        "errors of the difference each sampler's average over its runs is away. Draws are sorted "
        f"by mean, weights and sds with them. {_same(results)}"
    )
    head = ["", "reference", *names]
    return f"{text}\n\n{table(head, body, range(1, len(head)))}"


def _large(results: Mapping[str, Any]) -> str:
    large = results["large"]
    if not large:
        return ""
    return (
        f"The posterior of {large['n']:,} heights, on nodes, in a warm process: "
        f"{taken(large['build'] + large['sample'])} from the array to the draws, of which sampling "
        f"takes {taken(large['sample'])}; {count(large['ess'])} effective draws, R-hat "
        f"{large['rhat']:.3f}; the whole process {taken(large['whole'])}. {large['remark']}"
    ).rstrip()
