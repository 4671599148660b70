"""Quoted: how often intervals such as those of a report hold the truth, by a study that is shipped.

The study drew many samples of the synthetic heights. What it found says something of a report
only where that is on such heights, of as many values, fitted with the same intervals and priors.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from bayes.model.reasons import AmongData, NoneEmpty, Shrinking
from compare.comparison.parameters import moving_rows
from compare.data.origins import Heights
from compare.findings.study.covering import Covering
from compare.study.simulated import Figure

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["SHIPPED", "HowOften", "OneDataSet", "Quoted", "how_often", "shipped"]

SHIPPED = "quoted.json"
"""Beside this file; made of the study in reports/sample by `make study-sample`."""

CHOSEN = NoneEmpty | AmongData | Shrinking
"""Reasons of priors that were chosen by default, which the study's are."""

CREDIBLE = {"eti": "credible", "hdi": "highest density"}
"""Kinds of credible intervals by the names that a study has for them."""


@dataclass(frozen=True)
class Quoted:
    """What many samples of the heights say, for one number of values."""

    n: int
    """Values in a sample."""
    level: float
    """Of the intervals."""
    intervals: tuple[Covering, ...]
    """By method."""
    gain: Figure
    """Error of the posterior mean over that of EM's maximum, geometric mean over the parameters."""

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Quoted:
        """Back from `dataclasses.asdict`, by way of JSON."""
        intervals = tuple(
            Covering(**one | {"lowest": Figure(*one["lowest"]), "highest": Figure(*one["highest"])})
            for one in stored["intervals"]
        )
        return cls(stored["n"], stored["level"], intervals, Figure(*stored["gain"]))


@dataclass(frozen=True)
class HowOften:
    """What the shipped study says of the two kinds of intervals of a report."""

    n: int
    """Values in a sample."""
    level: float
    by_em: Covering
    by_bayes: Covering
    gain: Figure
    """As in `Quoted`."""


@dataclass(frozen=True)
class OneDataSet:
    """No study that is known says how often such intervals are right."""


def how_often(comparison: Comparison) -> HowOften | OneDataSet | None:
    """How often intervals such as those of a comparison hold the truth.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    HowOften, OneDataSet or None
        None where the intervals mean nothing.
    """
    fit, posterior = comparison.fit, comparison.posterior
    if not fit.converged or not moving_rows(comparison):
        return None
    reasons = (reason for _, _, reason in posterior.settings.priors)
    if (
        not isinstance(comparison.case.source, Heights)
        or fit.n_components != 2
        or fit.n_parameters != 5
        or not comparison.ok
        or not all(isinstance(reason, CHOSEN) for reason in reasons)
    ):
        return OneDataSet()
    for one in shipped():
        known = {held.method: held for held in one.intervals}
        by_em = known.get(comparison.rows[0].em.method)
        by_bayes = known.get(CREDIBLE[comparison.interval])
        if (
            (one.n, one.level) == (comparison.case.sample.n, comparison.level)
            and by_em
            and by_bayes
        ):
            return HowOften(one.n, one.level, by_em, by_bayes, one.gain)
    return OneDataSet()


@functools.cache
def shipped() -> tuple[Quoted, ...]:
    """What the study in the package found."""
    text = resources.files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")
    return tuple(map(Quoted.from_dict, json.loads(text)))
