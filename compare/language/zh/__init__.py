"""zh: the Chinese phrase book, so far of the headline and the verdict; not offered to users yet."""

from compare.language.zh.headline import headline
from compare.language.zh.verdict import verdict

__all__ = ["headline", "verdict"]
