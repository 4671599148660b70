"""Apart: how far the groups are from each other, how many humps they make, where one ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq

import em
from compare.blocks import Note, Table
from compare.labels import listed, number, percent, plain
from compare.wording import numeral, share

if TYPE_CHECKING:
    from compare.table import Comparison

__all__ = ["apart_table", "border", "on_borders", "on_humps", "quantities", "what_apart_means"]


RARE = 0.005
"""Shares of draws without a border that are not worth a sentence."""


def quantities(comparison: Comparison) -> dict[str, Any]:
    """Separation, cut-offs and modes as plain numbers, for machines."""
    summary, mixture = _summary(comparison), comparison.fit.mixture

    def told(name: str, by_em: float) -> dict[str, float]:
        row = summary[name]
        return {"em": by_em} | {
            key: float(row[key])
            for key in (
                *("mean", "median", "sd", "lower", "upper", "rhat", "ess_bulk", "ess_tail"),
                "undefined",
            )
        }

    k = comparison.n_components
    apart = em.ashman(mixture) if k > 1 else ()
    humps = comparison.posterior.quantities.mode_probabilities
    return {
        "ashman": [told(f"ashman[{i}]", float(apart[i])) for i in range(k - 1)],
        "cutoffs": [told(f"cutoff[{i}]", border(mixture, i)) for i in range(k - 1)],
        "modes": {
            "em": int(em.modes(mixture)),
            "probabilities": {str(count): part for count, part in humps.items()},
        },
    }


def border(mixture: em.Mixture, lower: int) -> float:
    """Where a group becomes less likely than the next one, between their means.

    Parameters
    ----------
    mixture : em.Mixture
    lower : int
        The place of the first of the two groups.

    Returns
    -------
    float
        NaN if one of the two is likelier at both means.
    """
    pair = slice(lower, lower + 2)
    weights, means, sds = (values[pair] for values in mixture.parameters)

    def odds(x: float) -> float:
        z = (x - means) / sds
        log = np.log(weights / sds) - 0.5 * z * z
        return float(log[0] - log[1])

    low, high = means.tolist()
    if not odds(low) > 0 > odds(high):
        return math.nan
    return float(brentq(odds, low, high))


def apart_table(comparison: Comparison) -> Table | None:
    """Separation and borders by both; None for a single group."""
    k, mixture = comparison.n_components, comparison.fit.mixture
    if k == 1:
        return None
    summary, unit = _summary(comparison), plain(comparison.case.unit, 16)
    known = comparison.fit.converged
    apart = em.ashman(mixture)
    rows = []
    borders = [border(mixture, place) for place in range(k - 1)]
    for name, called, by_em in (
        ("ashman", "Ashman's D", apart),
        ("cutoff", f"Border ({unit})" if unit else "Border", borders),
    ):
        for place in range(k - 1):
            row = summary[f"{name}[{place}]"]
            between = "" if k == 2 else f", groups {place + 1} and {place + 2}"
            width = row["sd"]
            nowhere = math.isnan(row["median"])
            value = float(by_em[place]) if known else math.nan
            rows.append(
                (
                    f"{called}{between}",
                    ("none" if known else "not available")
                    if math.isnan(value)
                    else number(value, width),
                    "none" if nowhere else number(row["median"], width),
                    ""
                    if nowhere
                    else f"{number(float(row['lower']), width)} to "
                    f"{number(float(row['upper']), width)}",
                )
            )
    return Table(
        "How far the groups are apart",
        ("Quantity", "EM", "posterior median", f"{percent(comparison.level)} credible interval"),
        tuple(rows),
    )


def on_humps(comparison: Comparison) -> str:
    """Say how many humps the density has, with their probabilities; empty for a single group."""
    if comparison.n_components == 1:
        return ""
    found = comparison.posterior.quantities.mode_probabilities
    likely = sorted(found.items(), key=lambda one: -one[1])
    (first, chance), *others = likely
    if not others:
        return f"In every draw of the posterior the density has {_humps(first)}."
    rest = listed([f"{_humps(count)} with {share(part)}" for count, part in sorted(others)])
    return (
        f"By the posterior the density has {_humps(first)} with probability {share(chance)}, "
        f"{rest}."
    )


def on_borders(comparison: Comparison) -> str:
    """Say how often there is no border between two groups; empty if there always is one."""
    k = comparison.n_components
    missing = comparison.posterior.quantities.cutoffs
    gone = np.isnan(missing).mean(axis=(0, 1))
    told = [
        f"{share(float(part))} of the draws"
        + ("" if k == 2 else f" for groups {place + 1} and {place + 2}")
        for place, part in enumerate(gone)
        if part >= RARE
    ]
    if not told:
        return ""
    return (
        f"There is no border in {listed(told)}: there one group is likelier than the other at the "
        "means of both. The interval is that of the other draws."
    )


def what_apart_means(comparison: Comparison) -> Note | None:
    """What the quantities mean; None for a single group."""
    if comparison.n_components == 1:
        return None
    return Note(
        "What this means",
        "Ashman's D is the distance between two means in units of their common spread: above 2 two "
        "groups can usually be seen. The border lies between the means, where a value is as likely "
        "to come from the one group as from the other. A hump is a place where the density is "
        "higher than on either side; groups that overlap much share one.",
    )


def _summary(comparison: Comparison) -> dict[str, dict[str, float]]:
    """By quantity and column, see `bayes.quantities.Quantities.summary`."""
    frame: Any = comparison.posterior.quantities.summary(comparison.level)
    return {name: dict(row) for name, row in frame.iterrows()}


def _humps(count: int) -> str:
    return f"{numeral(count)} hump{'' if count == 1 else 's'}"
