"""The part of the page on data in a file, and what its figures say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.engine.words import listed, scientific, table, taken, times

__all__ = ["excess", "scale", "sentences"]

Row = Mapping[str, Any]

CELLS = {
    "read": "pyarrow: `read_table(FILE, columns=[...])`",
    "batches": "pyarrow: `ParquetFile(FILE).iter_batches(columns=[...])`",
    "thousand": "the report on 1,000 heights: `python -m compare.run`",
    "report": "the report on the file: `python -m compare.run --data FILE`",
}

STEPS = {
    "the pass over the data": ("read",),
    "EM, its tables and profile intervals": ("em", "compare"),
    "sampling the posterior, compiling and diagnostics included": ("compile", "sample", "diagnose"),
    "loading PyMC": ("import",),
    "checking the model": ("criticise",),
}
"""Of `compare.run`, by what the JSON file of a report calls them."""


def excess(row: Row) -> float | None:
    """What the file costs a report, in units of pyarrow's reading its column once.

    Time of the report on the file, less that of the report on a thousand values, divided by that
    of `read_table`; None if one of them was not measured.
    """
    found = [_median(row, name) for name in ("report", "thousand", "read")]
    if None in found:
        return None
    report, thousand, read = (value for value in found if value is not None)
    return (report - thousand) / read


def sentences(rows: Sequence[Row] | None) -> str:
    """What the figures say."""
    return " ".join(_sentence(row) for row in rows or ())


def _sentence(row: Row) -> str:
    about = f"{row['n']:,} heights in a Parquet file"
    whole, over = _median(row, "report"), excess(row)
    if whole is None:
        why = row["note"] or (row["report"] or {}).get("note", "")
        return f"The report on {about} was not measured ({why})."
    text = (
        f"The whole report on {about}, profile intervals and posterior included, takes "
        f"{taken(whole)} and at most {row['report']['memory']:,.0f} MB"
    )
    if over is not None:
        thousand, read = taken(_median(row, "thousand")), taken(_median(row, "read"))
        text += (
            f": {thousand} as for a thousand heights, and {times(over)} times the {read} that "
            "pyarrow takes to read the column once"
            if over > 0
            else f", no more than the {thousand} for a thousand heights"
        )
    amiss = _amiss(row)
    return f"{text}. But {listed(amiss)}." if amiss else f"{text}."


def scale(rows: Sequence[Row]) -> str:
    """The section."""
    text = (
        "The heights are written with pyarrow's defaults as one column of doubles in row groups "
        "of 1,048,576, both groups mixed, piece by piece, and the file is deleted afterwards. It "
        "is in the system's cache as far as that is large enough. Each call is a new process, in "
        "turns; of pyarrow the reading alone is timed, of a report the whole process. Memory is "
        "the largest resident size of any process of the call. Ratios are to the time of "
        "`read_table`. The certificate is one pass over the file that computes the log-likelihood "
        "and the score at the estimate anew, by code that `em` has no part in; it is timed apart."
    )
    return "\n\n".join([text, *(_one(row) for row in rows)])


def _one(row: Row) -> str:
    parts = [f"### n = {row['n']:,} in a file"]
    if row["bytes"]:
        parts.append(f"A file of {row['bytes'] / 1e6:,.0f} MB, written in {taken(row['written'])}.")
    if row["note"]:
        parts.append(f"{row['note'][0].upper()}{row['note'][1:]}.")
    if row["report"] is None:
        return "\n\n".join(parts)
    parts += [_times(row), _split(row)]
    if exact := row["certificate"]:
        verdict = "" if exact["ok"] else ", **not certified**"
        parts.append(
            f"Exact, of {exact['n']:,} values in {taken(row['certify'])}: the log-likelihood is "
            f"off by {scientific(exact['relative_error'])} of itself, the score is "
            f"{scientific(exact['gradient_norm'])} se{verdict}."
        )
    if amiss := _amiss(row):
        parts.append(f"**Mind: {listed(amiss)}.**")
    return "\n\n".join(filter(None, parts))


def _times(row: Row) -> str:
    unit = _median(row, "read")
    body = []
    for name, what in CELLS.items():
        cell = row[name]
        if cell is not None:
            median, memory = cell["median"], cell["memory"]
            body.append(
                [
                    what,
                    taken(median),
                    times(median / unit) if unit and median else "",
                    "" if memory is None else f"{memory:,.0f} MB",
                    str(len(cell["seconds"])) if cell["seconds"] else "",
                    cell["note"],
                ]
            )
    if (over := excess(row)) is not None and unit:
        more = [taken(over * unit), times(over)] if over > 0 else ["nothing", ""]
        body.append(["what the file costs the report", *more, "", "", ""])
    return table(["what", "time", "ratio", "memory", "calls", "remarks"], body, [1, 2, 3, 4])


def _split(row: Row) -> str:
    """Where the seconds of the two reports go, by what they themselves say."""
    told = [(row[name] or {}).get("steps", {}) for name in ("thousand", "report")]
    if not all(told):
        return ""
    body = [
        [what, *(taken(sum(one.get(name, 0.0) for name in names)) for one in told)]
        for what, names in STEPS.items()
    ]
    counted = [name for names in STEPS.values() for name in names]
    rest = [
        max(0.0, (_median(row, cell) or 0.0) - sum(one.get(name, 0.0) for name in counted))
        for cell, one in zip(("thousand", "report"), told, strict=True)
    ]
    body.append(["starting, drawing, writing and all else", *map(taken, rest)])
    return table(["step of the report", "1,000 heights", "the file"], body, [1, 2])


def _amiss(row: Row) -> list[str]:
    """What keeps the report from being what it is timed for."""
    sound = row["sound"]
    if sound is None:
        return []
    exact = row["certificate"]
    doubts = {
        f"it is about {sound['n']:,} values": sound["n"] != row["n"],
        f"EM ended {sound['status']}": sound["status"] != "converged",
        "profile intervals are missing": not sound["profile"],
        "the sampler's diagnostics failed": not sound["posterior"],
        "the exact certificate was not made": exact is None,
        "the exact certificate fails": exact is not None and not exact["ok"],
    }
    return [doubt for doubt, true in doubts.items() if true]


def _median(row: Row, name: str) -> float | None:
    return row[name]["median"] if row[name] else None
