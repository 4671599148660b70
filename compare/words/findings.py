"""What a comparison says, in plain words with numbers. Every sentence is made from the results.

Each function takes a comparison and returns sentences, or nothing where there is nothing to say.
"""

from __future__ import annotations

from compare.language.wording import label, observations
from compare.words.apart import apart_table, on_borders, on_humps, what_apart_means
from compare.words.cautions import cautions
from compare.words.differences import differences
from compare.words.influence import (
    influence_table,
    on_influence,
    on_penalty,
    on_prior,
    what_speaks,
)
from compare.words.misfit import check_table, on_checks, on_loo, what_is_checked
from compare.words.rival_words import on_rivals, rival_table, what_rivals_mean
from compare.words.rounding import on_rounding

__all__ = [
    "apart_table",
    "cautions",
    "check_table",
    "differences",
    "influence_table",
    "label",
    "observations",
    "on_borders",
    "on_checks",
    "on_humps",
    "on_influence",
    "on_loo",
    "on_penalty",
    "on_prior",
    "on_rivals",
    "on_rounding",
    "rival_table",
    "what_apart_means",
    "what_is_checked",
    "what_rivals_mean",
    "what_speaks",
]
