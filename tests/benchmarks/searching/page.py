"""The part of the page on the search, and what its figures say in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.engine.words import listed, scientific, short, table, taken

__all__ = ["counts", "search", "sentences"]

Row = Mapping[str, Any]


def counts(found: Row) -> dict[int, tuple[int, int]]:
    """For each K, how many samples were missed, and of how many."""
    cells = found["cells"]
    return {
        k: (
            sum(cell["missed"] for cell in cells if cell["k"] == k),
            sum(cell["samples"] for cell in cells if cell["k"] == k),
        )
        for k in sorted({cell["k"] for cell in cells})
    }


def sentences(found: Row | None) -> str:
    """What the figures say."""
    if not found:
        return ""
    said = [f"{missed} of {number} at K = {k}" for k, (missed, number) in counts(found).items()]
    eight = found["eight"]
    return (
        "Of simulated samples that are hard to search `em.fit` misses the highest maximum that "
        f"counts in {listed(said)}. With K = 8 on 1,000 normal values it takes "
        f"{taken(eight['seconds'])} of processor time."
    )


def search(found: Row) -> str:
    """The section, from what the JSON file holds."""
    sizes = sorted({cell["k"] for cell in found["cells"]})
    text = (
        f"`em.fit(x, K)`, by default, on simulated samples, {found['each']} of each kind for each "
        f"K. Sample i of a kind is drawn from the seed ({found['seed']}, K, place of the kind in "
        "the table from 0, i) by `tests/benchmarks/searching/samples.py`. A reference is the "
        "highest end of 1,200 random starts climbed to the top (beyond 1,000 values of 300 at the "
        "least), of 20 starts at the truth and of scikit-learn's `n_init=50`, polished, which is a "
        "maximum and keeps the rule for what a group can be; the references are kept in "
        "`tests/reference/search.json`, and `tests/benchmarks/searching/reference.py`, which "
        "shares no code with `em`, computes them. "
        "A sample is missed if the answer is not called converged where there is a reference, if "
        "it breaks the rule, or if its log-likelihood is more than "
        f"{scientific(found['tolerance'])} lower. Times are processor time."
    )
    parts = [text, _kinds(found, sizes), _times(found, sizes)]
    missed = [row for row in found["apart"] if row["missed"]]
    higher = [row for row in found["apart"] if row["higher"]]
    if missed:
        parts += ["### Missed", _listed(missed)]
    if higher:
        parts += ["### Above the reference", _listed(higher)]
    return "\n\n".join(parts)


def _kinds(found: Row, sizes: list[int]) -> str:
    body = []
    for kind in dict.fromkeys(cell["kind"] for cell in found["cells"]):
        cells = {cell["k"]: cell for cell in found["cells"] if cell["kind"] == kind}
        first = next(iter(cells.values()))
        low, high = first["sizes"]
        told = [f"{cells[k]['missed']} of {cells[k]['samples']}" for k in sizes]
        body.append([kind, first["what"], f"{low:,} to {high:,}", *told])
    told = [f"{missed} of {number}" for missed, number in counts(found).values()]
    body.append(["all", "", "", *told])
    head = ["kind", "drawn from", "n", *(f"missed, K = {k}" for k in sizes)]
    return table(head, body, [2, *range(3, 3 + len(sizes))])


def _times(found: Row, sizes: list[int]) -> str:
    body = []
    for k in sizes:
        cells = [cell for cell in found["cells"] if cell["k"] == k]
        number = sum(cell["samples"] for cell in cells)
        seconds = sum(cell["seconds"] for cell in cells)
        slowest = max(cells, key=lambda cell: float(cell["slowest"]))
        body.append(
            [
                f"{number} samples, K = {k}",
                taken(seconds),
                taken(seconds / number),
                f"{taken(slowest['slowest'])} ({slowest['kind']})",
            ]
        )
    eight = found["eight"]
    what = "`numpy.random.default_rng(0).normal(size=1000)`, K = 8"
    body.append([what, taken(eight["seconds"]), taken(eight["seconds"]), eight["status"].lower()])
    return table(["fitted", "time", "for each", "slowest"], body, [1, 2])


def _listed(rows: list[Row]) -> str:
    body = [
        [
            str(row["k"]),
            row["kind"],
            str(row["i"]),
            f"{row['n']:,}",
            short(None if row["short"] is None else abs(row["short"])),
            row["why"].lower(),
            listed(
                [f"{m:,} of {row['tried'][route]:,} {route}" for route, m in row["ended"].items()]
            ),
        ]
        for row in rows
    ]
    head = ["K", "kind", "i", "n", "by", "remark", "starts that lead to the reference"]
    return table(head, body, [0, 2, 3, 4])
