"""Result: many trials together, and whether they speak against the posterior."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bayes.model.reasons import Reason
from compare.study.calibration import ranks
from compare.study.design import Design
from compare.study.ranking import RANKED, Ranking, names
from compare.study.running import Study

__all__ = ["ALPHA", "Calibration", "Quantity", "p_text"]

ALPHA = 0.05
"""Probability of calling a calibrated sampler wrong, over all quantities together."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """The ranks of one quantity, and how uneven they are."""

    name: str
    """Such as ``means[0]``."""
    label: str
    """In words, such as ``lower mean``."""
    ranks: NDArray[np.int64]
    """One for each data set."""
    p_value: float
    """Of even ranks, for this quantity alone."""
    adjusted: float
    """The same, times the number of quantities (Bonferroni), at most 1."""

    @property
    def even(self) -> bool:
        """Whether nothing speaks against even ranks, all quantities considered."""
        return self.adjusted > ALPHA

    @property
    def fault(self) -> str:
        """What uneven ranks look like most: a posterior that is too narrow, say."""
        place = (self.ranks + 0.5) / (RANKED + 1) - 0.5
        n = place.size
        # In standard errors under even ranks: of their mean, and of their variance.
        sideways = place.mean() / np.sqrt(1 / 12 / n)
        outwards = (place.var() - 1 / 12) / np.sqrt(1 / 180 / n)
        if abs(sideways) > abs(outwards):
            return "too low" if sideways > 0 else "too high"
        return "too narrow" if outwards > 0 else "too wide"


@dataclass(frozen=True, eq=False)
class Calibration:
    """The ranks of many truths, and what they say. Failures of the gate count like all others."""

    design: Design
    """What was simulated."""
    rankings: tuple[Ranking, ...]
    """In the order of their numbers, none left out."""
    priors: tuple[tuple[str, str, Reason], ...]
    """`Priors.describe` of the priors of all trials."""
    versions: dict[str, str]
    """Of the packages that did the work."""

    @classmethod
    def of(cls, study: Study) -> Calibration:
        """What a study whose truths come from the prior says."""
        return cls(
            study.design,
            tuple(trial.ranking for trial in study.trials if trial.ranking is not None),
            study.design.priors.describe(),
            # Of all that studies are made with, this has no part in it.
            {name: of for name, of in study.versions.items() if name != "scikit-learn"},
        )

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """All that is tested. Of two weights the second is left out: it mirrors the first."""
        K = self.design.n_components
        table = np.array([ranking.ranks for ranking in self.rankings])
        columns = {
            name: table[:, i]
            for i, name in enumerate(names(K))
            if not (K == 2 and name == "weights[1]")
        }
        found = []
        for name, column in columns.items():
            p = ranks.p_value(column, RANKED)
            found.append(Quantity(name, _label(name, K), column, p, min(1.0, p * len(columns))))
        return tuple(found)

    @property
    def uneven(self) -> tuple[Quantity, ...]:
        """The quantities whose ranks are not even."""
        return tuple(quantity for quantity in self.quantities if not quantity.even)

    @property
    def calibrated(self) -> bool:
        """Whether nothing speaks against the posterior being right."""
        return not self.uneven

    @property
    def failed(self) -> dict[int, Ranking]:
        """Those that did not pass the sampler's gate, by number."""
        return {i: ranking for i, ranking in enumerate(self.rankings) if not ranking.ok}

    @property
    def joint_level(self) -> float:
        """Of a band for each curve that some curve leaves exactly if it is not `even`."""
        return 1.0 - ALPHA / len(self.quantities)

    @property
    def verdict(self) -> str:
        """What came out, in a sentence or two."""
        n, tested = len(self.rankings), len(self.quantities)
        if self.calibrated:
            least = min(quantity.adjusted for quantity in self.quantities)
            return (
                f"Calibrated, as far as {n} data sets can tell: the ranks of all {tested} "
                f"quantities are as even as they should be (smallest adjusted {p_text(least)})."
            )
        found = "; ".join(
            f"{quantity.label}: posterior {quantity.fault} (adjusted {p_text(quantity.adjusted)})"
            for quantity in self.uneven
        )
        return (
            f"NOT calibrated: over {n} data sets the ranks of {len(self.uneven)} of {tested} "
            f"quantities are uneven. {found}."
        )

    @property
    def reasons(self) -> dict[str, int]:
        """On how many data sets each check of the gate failed, the most frequent first."""
        found = Counter(reason for one in self.failed.values() for reason in one.reasons)
        return dict(found.most_common())

    @property
    def gate(self) -> str:
        """On how many data sets the sampler failed its gate, and why, in a sentence."""
        n = len(self.rankings)
        if not self.failed:
            return f"The sampler passed its checks on all {n} data sets."
        why = ", ".join(f"{reason} in {count}" for reason, count in self.reasons.items())
        return (
            f"The sampler failed its checks on {len(self.failed)} of {n} data sets "
            f"({len(self.failed) / n:.1%}): {why}. Their ranks are included."
        )

    @cached_property
    def power(self) -> dict[str, float]:
        """How often this many data sets would expose a given fault of a single quantity."""
        faults = {
            "shifted by 0.2 sd": (0.2, 1.0),
            "shifted by 0.4 sd": (0.4, 1.0),
            "20% too narrow": (0.0, 0.8),
            "25% too wide": (0.0, 1.25),
        }
        n, level = len(self.rankings), self.joint_level
        return {
            fault: ranks.detected(n, RANKED, level, shift=shift, sd_ratio=sd_ratio)
            for fault, (shift, sd_ratio) in faults.items()
        }


def p_text(p: float) -> str:
    """A p-value as a sentence has it; below 0.0001 its digits would be mere rounding."""
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"


def _label(name: str, K: int) -> str:
    if name == "loglik":
        return "log-likelihood"
    kind, _, rest = name.partition("[")
    k = int(rest[:-1])
    word = {"weights": "weight", "means": "mean", "sds": "sd"}[kind]
    if K == 1:
        return word
    return f"{('lower', 'upper')[k] if K == 2 else f'group {k + 1}'} {word}"
