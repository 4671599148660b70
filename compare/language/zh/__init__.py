"""zh: the Chinese phrase book, so far of the head and of the answers; not offered to users yet."""

from compare.language.zh.answers import answers, columns
from compare.language.zh.headline import headline
from compare.language.zh.verdict import verdict

__all__ = ["answers", "columns", "headline", "verdict"]
