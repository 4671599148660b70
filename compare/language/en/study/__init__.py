"""What a study of many data sets found, in English."""

from compare.language.en.study.figures import (
    agree_figure,
    coverage_figure,
    errors_figure,
    length_figure,
    wald_figure,
    zip_figure,
)
from compare.language.en.study.head import (
    about,
    headline,
    misled,
    on_advice,
    on_elsewhere,
    on_intervals,
    title,
)
from compare.language.en.study.labels import (
    estimand_axis,
    estimand_title,
    map_title,
    panel_title,
    strip_title,
    study_labels,
)
from compare.language.en.study.plan import plan, versions
from compare.language.en.study.tables import (
    biases,
    costs,
    coverages,
    enough,
    errors,
    kept,
    lengths,
    map_of,
    misses,
    on_enough,
)

__all__ = [
    "TITLES",
    "about",
    "agree_figure",
    "biases",
    "costs",
    "coverage_figure",
    "coverages",
    "enough",
    "errors",
    "errors_figure",
    "estimand_axis",
    "estimand_title",
    "headline",
    "kept",
    "length_figure",
    "lengths",
    "map_of",
    "map_title",
    "misled",
    "misses",
    "on_advice",
    "on_elsewhere",
    "on_enough",
    "on_intervals",
    "panel_title",
    "plan",
    "strip_title",
    "study_labels",
    "title",
    "versions",
    "wald_figure",
    "zip_figure",
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
