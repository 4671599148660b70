"""en: the English phrase book, a function for each finding; see `compare.language.book`."""

from compare.language.en.agreement import agreement, on_truth
from compare.language.en.answers import answers, columns
from compare.language.en.group_count import number_of_groups, separation

__all__ = [
    "agreement",
    "answers",
    "columns",
    "number_of_groups",
    "on_truth",
    "separation",
]
