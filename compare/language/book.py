"""Book: what a phrase book has to say, one function for each finding.

A book is a module, such as `compare.language.en`, and the type checker holds it against this: a
finding without a phrase, or a phrase without a branch, is an error. No book falls back on another.
"""

from __future__ import annotations

from typing import Protocol

from compare.findings.agreement import Agreement, NoEstimates, OnTruth
from compare.findings.answers import Answers, Columns
from compare.findings.group_count import GroupCount, Separation
from compare.language.texts import AnswerTable, Explanation

__all__ = ["Book"]


class Book(Protocol):
    """Whole sentences in one language; empty where there is nothing to say."""

    def agreement(self, found: Agreement | NoEstimates, /) -> str:
        """Where EM's estimates lie in the posterior."""

    def answers(self, found: Answers, /) -> AnswerTable:
        """The table of both estimates of every parameter."""

    def columns(self, found: Columns, /) -> Explanation:
        """What its columns hold."""

    def on_truth(self, found: OnTruth | None, /) -> str:
        """How many intervals hold the truth."""

    def number_of_groups(self, found: GroupCount, /) -> str:
        """How many groups BIC, AIC and the EM-test speak for, or why they do not."""

    def separation(self, found: Separation | None, /) -> str:
        """How far apart neighbouring groups are."""
