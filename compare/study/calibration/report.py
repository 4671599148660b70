"""Report: the result of a calibration as a page in plain words, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from compare.study.calibration import ranks
from compare.study.calibration.result import ALPHA, Calibration, Quantity, p_text
from compare.study.ranking import RANKED, names

__all__ = ["to_json", "to_markdown"]

LEVELS = (0.5, 0.8, 0.95)
"""Of the central intervals that are counted beside the ranks."""
SCHEMA = 1
"""Of the JSON file; raised when a name goes or changes its meaning."""
LISTED = 12
"""Failures of the gate that the page lists, at the most; the JSON file has them all."""


def to_markdown(calibration: Calibration, picture: str, alt: str, command: str) -> str:
    """The result as a page.

    Parameters
    ----------
    calibration : Calibration
    picture : str
        File name of the figure.
    alt : str
        What the figure shows, in words.
    command : str
        What was run.

    Returns
    -------
    str
    """
    design, n = calibration.design, len(calibration.rankings)
    n_values = design.cells[0].n
    mended = sum(ranking.mended for ranking in calibration.rankings)
    power = ", ".join(f"{fault}: {rate:.0%}" for fault, rate in calibration.power.items())
    margins = [f"{_margin(level, n):.1%}" for level in LEVELS]
    versions = ", ".join(f"{name} {version}" for name, version in calibration.versions.items())
    return _unwrapped(f"""\
# Is the Bayesian answer calibrated?

{"✓" if calibration.calibrated else "✗"} **{calibration.verdict}**

{calibration.gate}

## What was asked

If a posterior is right, then over many data sets its 95% intervals hold the truth 95 times in
100, and so for every other probability. To see whether that is so, the truth must be known, hence
simulated: {n} times, parameters of {_counted("component", design.n_components)} were drawn from the
prior, {n_values} values from the mixture with these parameters, and then the posterior of these
values with `bayes.fit` and the same prior. If that is right, the truth is one more draw from it,
and then its rank among {RANKED} draws is any of 0 to {RANKED} with equal probability. This is
simulation-based calibration (Talts et al. 2018). The log-likelihood of the data is ranked as well,
because it shows faults that no single parameter does (Modrák et al. 2023).

The prior was chosen once, from the synthetic heights in cm, and is the same for all data sets:

{_table([("parameter", ":--"), ("prior", ":--")], (row[:2] for row in calibration.priors))}

## What came out

![{alt}]({picture})

*By how much the share of truths up to a rank exceeds what it should be.* The curves of a
calibrated posterior wander around zero. The dark band holds a whole curve in 95 of 100
repetitions, the light one all {len(calibration.quantities)} curves in at least 95 of 100; the
verdict rests on the light one. A curve that first rises and then falls below zero means a posterior
that is too narrow, the other way round one that is too wide; a curve that stays on one side means
one that is shifted.

{_table(_columns(), map(_row, calibration.quantities))}

The p-value is the exact one of the curve in its band (Säilynoja et al. 2022); adjusted, it is
multiplied by the number of quantities (Bonferroni), and at {ALPHA} or less the ranks are called
uneven. The other columns say how many of the central intervals of that probability held the truth;
for each of them chance alone makes a difference of up to {", ".join(margins)} in 95 of 100
repetitions.

## Did the sampler do its work?

{calibration.gate} On {_counted("data set", mended)} `bayes.fit` ran its chains more than once. No
data set was left out, whatever became of it.

{_failures(calibration)}

## What this does not show

A pass is no proof. With {_counted("data set", n)}, a posterior that is wrong for one quantity is
found out this often: {power}. And the computing is what is tested, on data that come from the
model with this prior: whether a mixture of normals describes your data is another question.

Written by `{command}`, with {versions}.
""")


def to_json(calibration: Calibration) -> str:
    """All numbers, so that the test can be done again; a line for each entry.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    str
    """
    design, of_each = calibration.design, calibration.rankings
    lower, upper = ranks.band(len(calibration.rankings), RANKED, 1.0 - ALPHA)
    document = {
        "schema": SCHEMA,
        "verdict": calibration.verdict,
        "calibrated": calibration.calibrated,
        "settings": {
            "n_components": design.n_components,
            "n": design.cells[0].n,
            **{name: getattr(design, name) for name in ("seed", "draws", "tune", "chains")},
            "data_sets": len(calibration.rankings),
            "ranked": RANKED,
        },
        "priors": {name: words for name, words, _ in calibration.priors},
        "versions": calibration.versions,
        "gate": {
            "failed": len(calibration.failed),
            "reasons": calibration.reasons,
            "mended": sum(ranking.mended for ranking in calibration.rankings),
        },
        "quantities": [
            {
                "name": quantity.name,
                "p_value": _short(quantity.p_value),
                "adjusted_p_value": _short(quantity.adjusted),
                "even": quantity.even,
                "inside": {
                    f"{level:g}": ranks.share_inside(quantity.ranks, RANKED, level)
                    for level in LEVELS
                },
            }
            for quantity in calibration.quantities
        ],
        "power": calibration.power,
        "band": {
            "level": 1.0 - ALPHA,
            "lower": lower.tolist(),
            "upper": upper.tolist(),
        },
        "ranks": {
            name: [ranking.ranks[i] for ranking in of_each]
            for i, name in enumerate(names(design.n_components))
        },
        "truth": {
            name: [_short(ranking.truth[i]) for ranking in of_each]
            for i, name in enumerate(names(design.n_components)[:-1])
        },
        **{
            name: [_short(getattr(ranking, name)) for ranking in of_each]
            for name in ("ok", "rhat", "ess", "divergences", "bfmi", "mended")
        },
    }
    lines = (f"  {json.dumps(name)}: {_lines(value)}" for name, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _columns() -> list[tuple[str, str]]:
    levels = [(f"in {level:.0%} interval", "--:") for level in LEVELS]
    return [("quantity", ":--"), ("p-value", "--:"), ("adjusted", "--:"), *levels, ("even?", ":--")]


def _row(quantity: Quantity) -> list[str]:
    inside = [f"{ranks.share_inside(quantity.ranks, RANKED, level):.1%}" for level in LEVELS]
    found = (quantity.p_value, quantity.adjusted)
    p_values = [p_text(p).removeprefix("p ").removeprefix("= ") for p in found]
    verdict = "yes" if quantity.even else f"**no**: posterior {quantity.fault}"
    return [quantity.label, *p_values, *inside, verdict]


def _failures(calibration: Calibration) -> str:
    if not calibration.failed:
        return ""
    rows = [
        (
            str(number),
            ", ".join(ranking.reasons),
            "none" if ranking.rhat is None else f"{ranking.rhat:.3f}",
            "none" if ranking.ess is None else f"{ranking.ess:.0f}",
            str(ranking.divergences),
            ", ".join(f"{value:.3g}" for value in ranking.truth),
        )
        for number, ranking in list(calibration.failed.items())[:LISTED]
    ]
    parameters = ", ".join(names(calibration.design.n_components)[:-1])
    columns = [
        *(("data set", "--:"), ("what failed", ":--"), ("largest R-hat", "--:")),
        *(("fewest effective draws", "--:"), ("divergences", "--:")),
        (f"truth ({parameters})", ":--"),
    ]
    more = len(calibration.failed) - LISTED
    return _table(columns, rows) + (f"\n\nAnd {more} more, in the JSON file." if more > 0 else "")


def _table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """A table of columns with their alignments."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (*zip(*columns, strict=True), *rows))


def _unwrapped(text: str) -> str:
    """Each paragraph on one line, as their lengths vary; tables keep theirs."""
    blocks = (block.strip() for block in text.split("\n\n"))
    whole = (
        block if block.startswith("|") else " ".join(block.split("\n")) for block in blocks if block
    )
    return "\n\n".join(whole) + "\n"


def _counted(word: str, count: int) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _margin(level: float, n: int) -> float:
    return float(1.96 * np.sqrt(level * (1.0 - level) / n))


def _short(value: Any) -> Any:
    """A number that is only shown, to six digits."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _lines(value: Any) -> str:
    """JSON with a line for each entry of a table, and not one for each number."""
    if isinstance(value, dict) and any(isinstance(inner, Sequence) for inner in value.values()):
        inside = (f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
        return "{\n" + ",\n".join(inside) + "\n  }"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"    {json.dumps(v)}" for v in value) + "\n  ]"
    return json.dumps(value)
