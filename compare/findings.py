"""What a comparison says, in plain words with numbers. Every sentence is made from the results.

Each function takes a comparison and returns sentences, or nothing where there is nothing to say.
"""

from __future__ import annotations

from compare.agreement import agreement, on_truth
from compare.apart import apart_table, on_borders, on_humps, what_apart_means
from compare.cautions import cautions
from compare.differences import differences
from compare.group_count import number_of_groups, separation
from compare.headline import headline
from compare.influence import (
    influence_table,
    on_influence,
    on_penalty,
    on_prior,
    what_speaks,
)
from compare.misfit import check_table, on_checks, on_loo, what_is_checked
from compare.names import on_names, weights_by_spread
from compare.rival_words import on_rivals, rival_table, what_rivals_mean
from compare.rounding import on_rounding
from compare.top_words import held_by_top, on_shares, top_shares_of
from compare.verdict import alarms, on_chains, on_climb, on_nodes, on_optima, verdict, warning
from compare.wording import label, observations

__all__ = [
    "agreement",
    "alarms",
    "apart_table",
    "cautions",
    "check_table",
    "differences",
    "headline",
    "held_by_top",
    "influence_table",
    "label",
    "number_of_groups",
    "observations",
    "on_borders",
    "on_chains",
    "on_checks",
    "on_climb",
    "on_humps",
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
    "on_truth",
    "rival_table",
    "separation",
    "top_shares_of",
    "verdict",
    "warning",
    "weights_by_spread",
    "what_apart_means",
    "what_is_checked",
    "what_rivals_mean",
    "what_speaks",
]
