"""What a comparison says, in plain words with numbers. Every sentence is made from the results.

Each function takes a comparison and returns sentences, or nothing where there is nothing to say.
"""

from __future__ import annotations

from compare.language.wording import label, observations
from compare.words.apart import apart_table, on_borders, on_humps, what_apart_means
from compare.words.cautions import cautions
from compare.words.differences import differences
from compare.words.headline import headline
from compare.words.influence import (
    influence_table,
    on_influence,
    on_penalty,
    on_prior,
    what_speaks,
)
from compare.words.misfit import check_table, on_checks, on_loo, what_is_checked
from compare.words.names import on_names, weights_by_spread
from compare.words.rival_words import on_rivals, rival_table, what_rivals_mean
from compare.words.rounding import on_rounding
from compare.words.top_words import held_by_top, on_shares, top_shares_of
from compare.words.verdict import (
    alarms,
    on_chains,
    on_climb,
    on_nodes,
    on_optima,
    verdict,
    warning,
)

__all__ = [
    "alarms",
    "apart_table",
    "cautions",
    "check_table",
    "differences",
    "headline",
    "held_by_top",
    "influence_table",
    "label",
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
    "rival_table",
    "top_shares_of",
    "verdict",
    "warning",
    "weights_by_spread",
    "what_apart_means",
    "what_is_checked",
    "what_rivals_mean",
    "what_speaks",
]
