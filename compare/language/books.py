"""Books: which phrase books there are, of what all of them can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language import en, zh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compare.language.book import Proven

__all__ = ["PROVEN"]

PROVEN: Mapping[str, Proven] = {"en": en, "zh": zh}
"""By the language; the type checker holds each against what it has to say."""
