"""Tops in words: which share of the posterior each of EM's maxima holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from compare.language.labels import listed, number
from compare.language.wording import share, unit_after

if TYPE_CHECKING:
    import em
    from bayes.criticism.tops import TopShares
    from compare.comparison.table import Comparison

__all__ = ["held_by_top", "on_best_top", "on_shares", "top_shares_of"]


def top_shares_of(comparison: Comparison) -> TopShares | None:
    """The shares, where there are several maxima and the draws are to be believed."""
    if comparison.criticism is None or not comparison.sampled_well:
        return None
    return comparison.criticism.tops


def held_by_top(comparison: Comparison, place: int) -> tuple[str, str]:
    """The share of the posterior that a top holds, by the default and by a wider prior.

    Parameters
    ----------
    comparison : Comparison
    place : int
        Among `Fit.optima`.

    Returns
    -------
    tuple of str
        Empty where there is none.
    """
    found = top_shares_of(comparison)
    if found is None or np.isnan(found.shares[place]):
        return "", ""
    wider = "" if found.wider is None else _part(float(found.wider[place]), found.n_draws)
    return _part(float(found.shares[place]), found.n_draws), wider


def on_shares(comparison: Comparison) -> str:
    """What the shares in the table of tops mean; empty without."""
    found = top_shares_of(comparison)
    if found is None:
        return ""
    rest = (
        f" {share(found.elsewhere)} of it leads to no maximum in the table, for example to a "
        "component that is empty or a point."
        if found.elsewhere >= 1 / found.n_draws
        else ""
    )
    wider = (
        ""
        if found.wider is None
        else ", and of the posterior under priors of means and log standard deviations that are "
        "twice as wide"
    )
    return (
        "Where the posterior is: the table has the share of its draws from which EM climbs to each "
        f"maximum ({found.n_draws} draws){wider}.{rest}"
    )


def on_best_top(comparison: Comparison) -> str:
    """Say at the head that EM's maximum holds little of the posterior; empty where it does not."""
    found = top_shares_of(comparison)
    if found is None or not found.best_is_beside:
        return ""
    best = _part(float(found.shares[0]), found.n_draws)
    about = "" if found.shares[0] == 0 else "about "
    told = f"EM's maximum holds {about}{best} of the posterior: "
    most = int(np.nanargmax(found.shares))
    held = float(found.shares[most])
    if held <= found.elsewhere:
        return f"{told}most of it lies where the likelihood has no maximum."
    how_much = "most of it" if held > 0.5 else f"{share(held)} of it"
    return (
        f"{told}{how_much} lies around a lower one, "
        f"{_described(comparison, comparison.fit.optima[most].mixture)}."
    )


def _part(part: float, n_draws: int) -> str:
    """A share to the digits that so many draws give it."""
    least = 3 / n_draws  # by the rule of three, with 95% confidence, where none is seen
    if part == 0:
        return f"under {100 * least:.1g}%"
    if part == 1:
        return f"over {100 * (1 - least):.3g}%"
    return f"{100 * part:.{0 if 0.1 <= part <= 0.99 else 1}f}%"


def _described(comparison: Comparison, mixture: em.Mixture) -> str:
    unit, width = unit_after(comparison), mixture.sd
    return listed(
        [
            f"{share(weight)} at {number(mean, width)}{unit} (sd {number(sd, width)}{unit})"
            for weight, mean, sd in zip(*mixture.ordered("mean"), strict=True)
        ]
    )
