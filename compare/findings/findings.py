"""What a comparison says, in plain words with numbers. Every sentence is made from the results.

Each function takes a comparison and returns sentences, or nothing where there is nothing to say.
"""

from __future__ import annotations

from compare.findings.agreement import agreement, on_truth
from compare.findings.apart import apart_table, on_borders, on_humps, what_apart_means
from compare.findings.cautions import cautions
from compare.findings.differences import differences
from compare.findings.group_count import number_of_groups, separation
from compare.findings.headline import headline
from compare.findings.influence import (
    influence_table,
    on_influence,
    on_penalty,
    on_prior,
    what_speaks,
)
from compare.findings.misfit import check_table, on_checks, on_loo, what_is_checked
from compare.findings.names import on_names, weights_by_spread
from compare.findings.rival_words import on_rivals, rival_table, what_rivals_mean
from compare.findings.rounding import on_rounding
from compare.findings.top_words import held_by_top, on_shares, top_shares_of
from compare.findings.verdict import (
    alarms,
    on_chains,
    on_climb,
    on_nodes,
    on_optima,
    verdict,
    warning,
)
from compare.language.wording import label, observations

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
