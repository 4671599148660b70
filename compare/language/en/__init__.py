"""en: the English phrase book, a function for each finding; see `compare.language.book`."""

from compare.language.en.agreement import agreement, on_truth
from compare.language.en.borders import apart_table, on_borders, on_humps, what_apart_means
from compare.language.en.contrasts import (
    contrast_table,
    on_contrasts,
    on_extremes,
    what_is_clear,
)
from compare.language.en.differences import differences
from compare.language.en.group_count import number_of_groups, separation
from compare.language.en.influence import (
    conflicts,
    influence_table,
    on_influence,
    on_penalty,
    on_prior,
    what_speaks,
)
from compare.language.en.misfit import check_table, misfits, on_checks, on_loo, what_is_checked
from compare.language.en.rivals import on_rivals, rival_table, what_rivals_mean
from compare.language.en.rounding import on_rounding

__all__ = [
    "agreement",
    "apart_table",
    "check_table",
    "conflicts",
    "contrast_table",
    "differences",
    "influence_table",
    "misfits",
    "number_of_groups",
    "on_borders",
    "on_checks",
    "on_contrasts",
    "on_extremes",
    "on_humps",
    "on_influence",
    "on_loo",
    "on_penalty",
    "on_prior",
    "on_rivals",
    "on_rounding",
    "on_truth",
    "rival_table",
    "separation",
    "what_apart_means",
    "what_is_checked",
    "what_is_clear",
    "what_rivals_mean",
    "what_speaks",
]
