"""parts: a report in parts, in English."""

from compare.language.en.parts.head import (
    about_parts,
    part_alarm,
    part_title,
    parts_cautions,
    parts_title,
    parts_verdict,
    parts_warning,
    scope,
)
from compare.language.en.parts.made import drawn_parts, few_figures, parts_made
from compare.language.en.parts.overview import chance, how_to_read, overview, reasons

__all__ = [
    "about_parts",
    "chance",
    "drawn_parts",
    "few_figures",
    "how_to_read",
    "overview",
    "part_alarm",
    "part_title",
    "parts_cautions",
    "parts_made",
    "parts_title",
    "parts_verdict",
    "parts_warning",
    "reasons",
    "scope",
]
