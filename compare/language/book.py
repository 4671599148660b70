"""Book: what a phrase book has to say, one function for each finding.

A book is a module, such as `compare.language.en`, and the type checker holds it against this: a
finding without a phrase, or a phrase without a branch, is an error. No book falls back on another.
"""

from __future__ import annotations

from typing import Protocol

from compare.findings.agreement import Agreement, NoEstimates, OnTruth
from compare.findings.borders import Borders, Humps
from compare.findings.contrasts import ContrastsFound, Extremes
from compare.findings.differences import DifferencesFound
from compare.findings.group_count import GroupCount, Separation
from compare.findings.influence import Conflicts, Expected, Influence, Penalty
from compare.findings.misfit import ChecksFound, Misfit, Prediction
from compare.findings.rivals import RivalsFound
from compare.findings.rounding import Rounding
from compare.language.texts import Cells, Explanation

__all__ = ["Book"]


class Book(Protocol):
    """Whole sentences in one language; empty where there is nothing to say."""

    def agreement(self, found: Agreement | NoEstimates, /) -> str:
        """Where EM's estimates lie in the posterior."""

    def on_truth(self, found: OnTruth | None, /) -> str:
        """How many intervals hold the truth."""

    def apart_table(self, found: Borders | None, /) -> Cells | None:
        """Separation and borders by both."""

    def on_borders(self, found: Borders | None, /) -> str:
        """How often there is no border, or that there are two of a group."""

    def on_humps(self, found: Humps | None, /) -> str:
        """How many humps the density has, with their probabilities."""

    def what_apart_means(self, found: Borders | None, /) -> Explanation | None:
        """What separation, border and hump are."""

    def contrast_table(self, found: ContrastsFound, /) -> Cells | None:
        """The surest clear differences between parts, parameter by parameter."""

    def on_contrasts(self, found: ContrastsFound, /) -> str:
        """How many pairs of parts were compared, and how many clearly differ."""

    def on_extremes(self, found: Extremes | None, /) -> str:
        """Between which parts weights and means clearly differ most."""

    def what_is_clear(self, found: ContrastsFound, /) -> Explanation | None:
        """What makes a difference between parts clear."""

    def differences(self, found: DifferencesFound, /) -> tuple[str, ...]:
        """Where EM and the posterior differ and why, a paragraph each."""

    def number_of_groups(self, found: GroupCount, /) -> str:
        """How many groups BIC, AIC and the EM-test speak for, or why they do not."""

    def separation(self, found: Separation | None, /) -> str:
        """How far apart neighbouring groups are."""

    def conflicts(self, found: Conflicts | None, /) -> tuple[str, ...]:
        """Where the prior moves the answer, a sentence each."""

    def influence_table(self, found: Influence | None, /) -> Cells | None:
        """Who speaks on each parameter."""

    def on_influence(self, found: Influence | None, /) -> str:
        """Where the data speak and where the prior does."""

    def on_penalty(self, found: Penalty | None, /) -> str:
        """What a penalty on small sds does to EM's answer."""

    def on_prior(self, found: Expected | None, /) -> str:
        """What data the prior expected before any were seen."""

    def what_speaks(self, found: Influence | None, /) -> Explanation | None:
        """How it is decided who speaks."""

    def check_table(self, found: ChecksFound | None, /) -> Cells | None:
        """The data beside data sets from the model."""

    def misfits(self, found: tuple[Misfit, ...], /) -> tuple[str, ...]:
        """What a reader must know of the model before relying on a number, a sentence each."""

    def on_checks(self, found: ChecksFound | None, /) -> str:
        """Which checks fail and what that means."""

    def on_loo(self, found: Prediction | None, /) -> str:
        """How well each value is predicted from the others."""

    def what_is_checked(self, found: ChecksFound | None, /) -> Explanation | None:
        """What the rows and columns of the checks mean."""

    def on_rivals(self, found: RivalsFound | None, /) -> str:
        """What the marginal likelihood and prediction speak for, or how to ask."""

    def rival_table(self, found: RivalsFound | None, /) -> Cells | None:
        """Numbers of groups by Bayes."""

    def what_rivals_mean(self, found: RivalsFound | None, /) -> Explanation | None:
        """What the columns of that table mean."""

    def on_rounding(self, found: Rounding | None, /) -> str:
        """Whether the values are rounded and what follows."""
