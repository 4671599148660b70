"""What a comparison says, in plain words with numbers. Every sentence is made from the results.

Each function takes a comparison and returns sentences, or nothing where there is nothing to say.
"""

from __future__ import annotations

from compare.agreement import agreement, on_truth
from compare.differences import differences
from compare.group_count import number_of_groups, separation
from compare.headline import headline
from compare.verdict import alarms, on_chains, on_climb, on_nodes, on_optima, verdict, warning
from compare.wording import label, observations

__all__ = [
    "agreement",
    "alarms",
    "differences",
    "headline",
    "label",
    "number_of_groups",
    "observations",
    "on_chains",
    "on_climb",
    "on_nodes",
    "on_optima",
    "on_truth",
    "separation",
    "verdict",
    "warning",
]
