"""What a comparison says, in plain words with numbers. Every sentence is made from the results.

Each function takes a comparison and returns sentences, or nothing where there is nothing to say.
"""

from __future__ import annotations

from compare.language.wording import label, observations
from compare.words.cautions import cautions
from compare.words.headline import headline
from compare.words.names import on_names, weights_by_spread
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
    "cautions",
    "headline",
    "held_by_top",
    "label",
    "observations",
    "on_chains",
    "on_climb",
    "on_names",
    "on_nodes",
    "on_optima",
    "on_shares",
    "top_shares_of",
    "verdict",
    "warning",
    "weights_by_spread",
]
