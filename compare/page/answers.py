"""The answers: the table that puts EM's estimates and the posterior's side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.findings import answers
from compare.page.blocks import Block, Note

if TYPE_CHECKING:
    from compare.comparison.table import Comparison
    from compare.findings.answers import Answer
    from compare.language.book import Book
    from compare.language.texts import AnswerCells, AnswerTable

__all__ = ["Answers", "explained", "side_by_side"]


@dataclass(frozen=True)
class Answers(Block):
    """The table of all parameters."""

    kind = "answers"
    found: answers.Answers
    said: AnswerTable

    @property
    def rows(self) -> tuple[tuple[Answer, AnswerCells], ...]:
        """Each parameter with its cells."""
        return tuple(zip(self.found.rows, self.said.rows, strict=True))


def side_by_side(comparison: Comparison, book: Book) -> Answers:
    """The table of a comparison."""
    found = answers.answers(comparison)
    return Answers(found, book.answers(found))


def explained(comparison: Comparison, book: Book) -> Note:
    """What its columns hold."""
    said = book.columns(answers.columns(comparison))
    return Note(said.title, said.text)
