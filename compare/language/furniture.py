"""Furniture: what stands on a page whatever was found, as titles, headings and small marks."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Furniture", "Titles"]


@dataclass(frozen=True)
class Titles:
    """Of the sections, by their ids."""

    table: str
    fit: str
    differences: str
    original: str
    groups: str
    apart: str
    count: str
    model: str
    prior: str
    diagnostics: str
    reproduce: str
    overview: str
    contrasts: str


@dataclass(frozen=True)
class Furniture:
    """The words of a page that say nothing of the data."""

    language: str
    """Its code, as HTML has it."""
    titles: Titles
    found: str
    """Of the part at the head that says what was found."""
    contents: str
    mind: str
    """Before a caution."""
    em: str
    """The heading over EM's diagnostics; the next two are beside it."""
    sampler: str
    names: str
    versions: str
    seconds: str
    draws: str
    """Where the draws are."""
    left_out: str
    space: str
    """Between two sentences."""
    full_stop: str
    colon: str
