"""What a study of many data sets found, in English."""

from compare.language.en.study.head import (
    about,
    headline,
    on_advice,
    on_elsewhere,
    on_intervals,
    title,
)
from compare.language.en.study.plan import plan, versions
from compare.language.en.study.tables import (
    biases,
    costs,
    coverages,
    enough,
    errors,
    lengths,
    map_of,
    misses,
)

__all__ = [
    "TITLES",
    "about",
    "biases",
    "costs",
    "coverages",
    "enough",
    "errors",
    "headline",
    "lengths",
    "map_of",
    "misses",
    "on_advice",
    "on_elsewhere",
    "on_intervals",
    "plan",
    "title",
    "versions",
]

TITLES = {
    "errors": "How far off each estimate is",
    "coverage": "How often each interval is right",
    "map": "Where it matters which one takes",
    "wald": "Where Wald's intervals break",
    "enough": "How many values are enough",
    "costs": "What it takes, and what fails",
    "plan": "How this was made",
    "again": "Run it again",
}
"""Of the sections, by their ids."""
