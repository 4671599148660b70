"""Printable: text from a file as what can stand in a line, whatever the file says."""

from __future__ import annotations

import unicodedata

__all__ = ["plain"]


def plain(text: str, limit: int = 32) -> str:
    """Text from a file as one short printable line.

    Control and direction characters go: XML forbids the first, and the second would scramble
    what stands beside them.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace()
        or (
            unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co"}
            and unicodedata.bidirectional(character)
            not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        )
    )
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
