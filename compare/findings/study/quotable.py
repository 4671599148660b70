"""Quotable: what of a study is shipped with the package, for reports to quote.

``python -m compare.findings.study.quotable study.jsonl.gz`` ships what a study found.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from compare.findings.study.covering import coverings
from compare.findings.study.quoted import SHIPPED, Quoted
from compare.findings.study.sides import parameters_of
from compare.study.design import Design
from compare.study.log import read
from compare.study.performance import Performance, performance
from compare.study.population import HEIGHTS

__all__ = ["quotable", "ship", "to_json"]


def quotable(performance: Performance) -> tuple[Quoted, ...]:
    """What a study found of the synthetic heights, for each number of values.

    Parameters
    ----------
    performance : Performance

    Returns
    -------
    tuple of Quoted
        Of cells that EM and the sampler have both seen.
    """
    design, names = performance.design, parameters_of(performance)
    found = []
    for cell, where in enumerate(design.cells):
        kinds = coverings(performance, cell)
        if where.population == HEIGHTS and {"profile", "credible"} <= {one.method for one in kinds}:
            gain = performance.overall_gain(cell, "posterior mean", "maximum", names)
            found.append(Quoted(where.n, design.level, kinds, gain))
    return tuple(found)


def to_json(found: tuple[Quoted, ...]) -> str:
    """What is shipped, a line for each number of values."""
    return "[\n" + ",\n".join(f"  {json.dumps(asdict(one))}" for one in found) + "\n]\n"


def ship(log: Path) -> None:
    """Put what a study found into the package.

    Parameters
    ----------
    log : path
        Of its trials.
    """
    settings, trials = read(log)
    found = quotable(performance(Design.from_dict(settings["design"]), trials))
    Path(__file__).with_name(SHIPPED).write_text(to_json(found), encoding="utf-8")


if __name__ == "__main__":
    ship(Path(sys.argv[1]))
