"""en: the English phrase book, a function for each finding; see `compare.language.book`."""

from compare.language.en.agreement import agreement, on_truth
from compare.language.en.answers import answers, columns
from compare.language.en.diagnostics import diagnostics
from compare.language.en.figures import (
    chain,
    climb_figure,
    density_per,
    expected_figure,
    fit_figure,
    forest_figure,
    group_label,
    groups_figure,
    labels,
    overview_figure,
    pairs_figure,
    path_figure,
    pit_figure,
    predictive_figure,
    priors_figure,
    probability_of,
    ranks_figure,
    short_label,
    stop,
    true_weight,
    variable,
    weight_there,
)
from compare.language.en.furniture import furniture
from compare.language.en.group_count import criteria, number_of_groups, separation
from compare.language.en.made import about, made, sampler_settings, seconds, title
from compare.language.en.original import stops, story
from compare.language.en.terms import label

__all__ = [
    "about",
    "agreement",
    "answers",
    "chain",
    "climb_figure",
    "columns",
    "criteria",
    "density_per",
    "diagnostics",
    "expected_figure",
    "fit_figure",
    "forest_figure",
    "furniture",
    "group_label",
    "groups_figure",
    "label",
    "labels",
    "made",
    "number_of_groups",
    "on_truth",
    "overview_figure",
    "pairs_figure",
    "path_figure",
    "pit_figure",
    "predictive_figure",
    "priors_figure",
    "probability_of",
    "ranks_figure",
    "sampler_settings",
    "seconds",
    "separation",
    "short_label",
    "stop",
    "stops",
    "story",
    "title",
    "true_weight",
    "variable",
    "weight_there",
]
