"""en: the English phrase book, a function for each finding; see `compare.language.book`."""

from compare.language.en.agreement import agreement, how_often, on_truth
from compare.language.en.answers import answers, columns
from compare.language.en.borders import apart_table, on_borders, on_humps, what_apart_means
from compare.language.en.contrasts import (
    contrast_table,
    on_contrasts,
    on_extremes,
    what_is_clear,
)
from compare.language.en.criticism.influence import (
    conflicts,
    influence_table,
    on_influence,
    on_penalty,
    on_prior,
    what_speaks,
)
from compare.language.en.criticism.misfit import (
    check_table,
    misfits,
    on_checks,
    on_loo,
    what_is_checked,
)
from compare.language.en.criticism.priors import priors
from compare.language.en.criticism.rivals import on_rivals, rival_table, what_rivals_mean
from compare.language.en.criticism.rounding import on_rounding
from compare.language.en.diagnostics import diagnostics
from compare.language.en.differences import differences
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
from compare.language.en.fits.climb import on_climb, on_nodes, on_optima
from compare.language.en.fits.sampler import on_chains
from compare.language.en.fits.told_apart import on_identifiability
from compare.language.en.fits.tops import on_shares, share_of_draws
from compare.language.en.fits.verdict import alarms, verdict, warning
from compare.language.en.furniture import furniture
from compare.language.en.group_count import criteria, number_of_groups, separation
from compare.language.en.head.cautions import codes, left_out
from compare.language.en.head.headline import headline
from compare.language.en.head.points import recurring
from compare.language.en.made import about, made, sampler_settings, seconds, title
from compare.language.en.names import on_names, renamed, weights_by_spread
from compare.language.en.optima import optima
from compare.language.en.original import stops, story
from compare.language.en.parts import (
    about_parts,
    chance,
    drawn_parts,
    few_figures,
    how_to_read,
    overview,
    part_alarm,
    part_title,
    parts_cautions,
    parts_made,
    parts_title,
    parts_verdict,
    parts_warning,
    reasons,
    scope,
)
from compare.language.en.survey import on_survey
from compare.language.en.terms import label

__all__ = [
    "about",
    "about_parts",
    "agreement",
    "alarms",
    "answers",
    "apart_table",
    "chain",
    "chance",
    "check_table",
    "climb_figure",
    "codes",
    "columns",
    "conflicts",
    "contrast_table",
    "criteria",
    "density_per",
    "diagnostics",
    "differences",
    "drawn_parts",
    "expected_figure",
    "few_figures",
    "fit_figure",
    "forest_figure",
    "furniture",
    "group_label",
    "groups_figure",
    "headline",
    "how_often",
    "how_to_read",
    "influence_table",
    "label",
    "labels",
    "left_out",
    "made",
    "misfits",
    "number_of_groups",
    "on_borders",
    "on_chains",
    "on_checks",
    "on_climb",
    "on_contrasts",
    "on_extremes",
    "on_humps",
    "on_identifiability",
    "on_influence",
    "on_loo",
    "on_names",
    "on_nodes",
    "on_optima",
    "on_penalty",
    "on_prior",
    "on_rivals",
    "on_rounding",
    "on_shares",
    "on_survey",
    "on_truth",
    "optima",
    "overview",
    "overview_figure",
    "pairs_figure",
    "part_alarm",
    "part_title",
    "parts_cautions",
    "parts_made",
    "parts_title",
    "parts_verdict",
    "parts_warning",
    "path_figure",
    "pit_figure",
    "predictive_figure",
    "priors",
    "priors_figure",
    "probability_of",
    "ranks_figure",
    "reasons",
    "recurring",
    "renamed",
    "rival_table",
    "sampler_settings",
    "scope",
    "seconds",
    "separation",
    "share_of_draws",
    "short_label",
    "stop",
    "stops",
    "story",
    "title",
    "true_weight",
    "variable",
    "verdict",
    "warning",
    "weight_there",
    "weights_by_spread",
    "what_apart_means",
    "what_is_checked",
    "what_is_clear",
    "what_rivals_mean",
    "what_speaks",
]
