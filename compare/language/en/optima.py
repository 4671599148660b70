"""The tops that EM's starts led to, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import fixed, mixture_cells
from compare.language.texts import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.findings.optima import Optima

__all__ = ["optima"]


def optima(found: Optima | None, held: Sequence[tuple[str, ...]]) -> Cells | None:
    """The table of tops with what each holds of the posterior; None if there is one only."""
    if found is None:
        return None
    more = ("posterior",) * found.has_shares + ("under a wider prior",) * found.has_wider
    return Cells(
        "Optima found",
        ("Top", "weights", "means", "sds", "log-likelihood", "climbs", *more),
        tuple(
            (
                top.status.name.lower(),
                *mixture_cells(top.mixture),
                fixed(top.loglik, 3),
                str(top.n_starts),
                *shares[: len(more)],
            )
            for top, shares in zip(found.tops, held, strict=True)
        ),
        chosen=0,
    )
