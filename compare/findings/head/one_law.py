"""One law: a single quantity that is no normal one describes the data as well as groups do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from compare.findings.group_count import SOME, preferred
from compare.findings.terms import Data, Model, data_of

if TYPE_CHECKING:
    from compare.comparison.laws import LawName
    from compare.comparison.table import Comparison

__all__ = ["OneLaw", "beats", "one_law"]


@dataclass(frozen=True)
class OneLaw:
    """A law of one quantity beside the best mixture of normal groups, by BIC."""

    data: Data
    name: LawName
    bic: float
    against: Model
    """The best mixture."""
    judgement: Literal["leads", "rivals"]
    """Clearly better, as BIC goes; or neither is, and the other one is a mixture of groups."""


def one_law(comparison: Comparison) -> OneLaw | None:
    """Whether one quantity describes the data as well as groups do.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    OneLaw or None
        None where groups are clearly better, where one normal group is as good, and where nothing
        was compared.
    """
    best = preferred(comparison)
    if best is None or not comparison.laws:
        return None
    law = comparison.laws[0]
    lead = best.bic - law.bic
    if lead < SOME and (best.n_components == 1 or lead <= -SOME):
        return None
    return OneLaw(
        data_of(comparison),
        law.name,
        law.bic,
        Model.of(best),
        "leads" if lead >= SOME else "rivals",
    )


def beats(comparison: Comparison, bic: float) -> bool:
    """Whether a law of one quantity has a lower BIC."""
    return bool(comparison.laws) and comparison.laws[0].bic < bic
