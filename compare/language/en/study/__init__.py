"""What a study of many data sets found, in English."""

from compare.language.en.study.head import about, headline, on_elsewhere, on_intervals, title
from compare.language.en.study.tables import coverages, enough, errors, map_of

__all__ = [
    "TITLES",
    "about",
    "coverages",
    "enough",
    "errors",
    "headline",
    "map_of",
    "on_elsewhere",
    "on_intervals",
    "title",
]

TITLES = {
    "errors": "How far off each estimate is",
    "coverage": "How often each interval is right",
    "map": "All designs",
    "enough": "How many values are enough",
    "again": "Run it again",
}
"""Of the sections, by their ids."""
