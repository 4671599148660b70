"""figures: the English words of figures; see `compare.language.figure_book`."""

from compare.language.en.figures.ascent import climb_figure, path_figure
from compare.language.en.figures.data import (
    expected_figure,
    fit_figure,
    groups_figure,
    pit_figure,
    predictive_figure,
)
from compare.language.en.figures.labels import (
    chain,
    density_per,
    group_label,
    labels,
    probability_of,
    short_label,
    stop,
    true_weight,
    variable,
    weight_there,
)
from compare.language.en.figures.posterior import pairs_figure, priors_figure, ranks_figure
from compare.language.en.figures.sides import forest_figure, overview_figure

__all__ = [
    "chain",
    "climb_figure",
    "density_per",
    "expected_figure",
    "fit_figure",
    "forest_figure",
    "group_label",
    "groups_figure",
    "labels",
    "overview_figure",
    "pairs_figure",
    "path_figure",
    "pit_figure",
    "predictive_figure",
    "priors_figure",
    "probability_of",
    "ranks_figure",
    "short_label",
    "stop",
    "true_weight",
    "variable",
    "weight_there",
]
