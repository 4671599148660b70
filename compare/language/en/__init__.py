"""en: the English phrase book, a function for each finding; see `compare.language.book`."""

from compare.language.en.agreement import agreement, on_truth
from compare.language.en.fits.climb import on_climb, on_nodes, on_optima
from compare.language.en.fits.sampler import on_chains
from compare.language.en.fits.tops import on_shares, share_of_draws
from compare.language.en.fits.verdict import alarms, verdict, warning
from compare.language.en.group_count import number_of_groups, separation
from compare.language.en.head.cautions import left_out
from compare.language.en.head.headline import headline
from compare.language.en.head.points import recurring
from compare.language.en.names import on_names, renamed, weights_by_spread
from compare.language.en.survey import on_survey

__all__ = [
    "agreement",
    "alarms",
    "headline",
    "left_out",
    "number_of_groups",
    "on_chains",
    "on_climb",
    "on_names",
    "on_nodes",
    "on_optima",
    "on_shares",
    "on_survey",
    "on_truth",
    "recurring",
    "renamed",
    "separation",
    "share_of_draws",
    "verdict",
    "warning",
    "weights_by_spread",
]
