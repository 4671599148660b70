"""Apart: how far the groups are from each other, how many humps they make, where one ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq

import em
from compare.language.labels import listed, number, percent
from compare.language.wording import numeral, share
from compare.tables.printable import plain
from compare.words.blocks import Note, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from compare.comparison.table import Comparison

__all__ = [
    "apart_table",
    "border",
    "on_borders",
    "on_humps",
    "quantities",
    "reach",
    "what_apart_means",
]


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
    apart = em.ashman(mixture)
    in_unit = f" ({unit})" if unit else ""
    told: list[tuple[str, float, Mapping[str, float]]] = [
        (
            f"Ashman's D{_between(comparison, place)}",
            float(apart[place]),
            summary[f"ashman[{place}]"],
        )
        for place in range(k - 1)
    ]
    if _has_two_borders(comparison):
        told += [
            (f"{name} border of the narrower group{in_unit}", by_em, said)
            for name, by_em, said in zip(("Lower", "Upper"), *_borders(comparison), strict=True)
        ]
    else:
        told += [
            (
                f"Border{in_unit}{_between(comparison, place)}",
                border(mixture, place),
                summary[f"cutoff[{place}]"],
            )
            for place in range(k - 1)
        ]
    return Table(
        "How far the groups are apart",
        ("Quantity", "EM", "posterior median", f"{percent(comparison.level)} credible interval"),
        tuple((called, *_cells(comparison, by_em, said)) for called, by_em, said in told),
    )


def _cells(comparison: Comparison, by_em: float, said: Mapping[str, float]) -> tuple[str, str, str]:
    """EM's value, the posterior median and the interval of a quantity."""
    known, width = comparison.fit.converged, said["sd"]
    nowhere = math.isnan(said["median"])
    ends = f"{number(said['lower'], width)} to {number(said['upper'], width)}"
    nothing = "none" if known else "not available"
    return (
        number(by_em, width) if known and not math.isnan(by_em) else nothing,
        "none" if nowhere else number(said["median"], width),
        "" if nowhere else ends,
    )


def _between(comparison: Comparison, place: int) -> str:
    """Which neighbours are meant, where there are several: they are neighbours by mean."""
    if comparison.n_components == 2:
        return ""
    by = " by mean" if comparison.names_by == "sd" else ""
    return f", groups {place + 1} and {place + 2}{by}"


def _has_two_borders(comparison: Comparison) -> bool:
    """Whether a narrower group is to be told from a wider one around it."""
    return comparison.n_components == 2 and comparison.names_by == "sd"


def reach(parameters: em.Parameters) -> NDArray[np.float64]:
    """Between which two values the first of two groups, the narrower, is the likelier one.

    Parameters
    ----------
    parameters : em.Parameters
        Each of shape (..., 2), in increasing order of sd.

    Returns
    -------
    ndarray of shape (..., 2)
        NaN where the wider group is the likelier one everywhere.
    """
    weights, means, sds = parameters
    heights = np.log(weights) - np.log(sds)
    apart = (means[..., 0] - means[..., 1]) / sds[..., 1]
    # The log-odds, as a quadratic in the distance from the first mean in sds of the second.
    ratio = (sds[..., 1] / sds[..., 0]) ** 2
    odds = heights[..., 0] - heights[..., 1] + 0.5 * apart**2
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(apart**2 + 2.0 * (ratio - 1.0) * odds)
        ends = np.stack([apart - root, apart + root], axis=-1) / (ratio - 1.0)[..., None]
    return np.asarray(means[..., :1] + sds[..., 1:] * ends)


def _drawn_reach(comparison: Comparison) -> NDArray[np.float64]:
    """The borders of the narrower group by each draw, of shape (draws, 2)."""
    posterior = comparison.named.posterior
    return reach(em.Parameters(posterior.weights, posterior.means, posterior.sds)).reshape(-1, 2)


def _borders(comparison: Comparison) -> tuple[list[float], list[dict[str, float]]]:
    """The borders of the narrower group: EM's, and what the posterior says of each."""
    tail, drawn = 0.5 * (1 - comparison.level), _drawn_reach(comparison)
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    said = []
    for one in drawn.T if len(drawn) else np.full((2, 1), np.nan):
        lower, median, upper = np.quantile(one, (tail, 0.5, 1 - tail)).tolist()
        said.append({"lower": lower, "median": median, "upper": upper, "sd": float(one.std())})
    return reach(comparison.fit.mixture.ordered("sd")).tolist(), said


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
    """Say where borders need a word: how often there is none, or that there are two of a group."""
    if _has_two_borders(comparison):
        told = (
            "Between its two borders a value is more likely to come from the narrower group, "
            "outside them from the wider one."
        )
        nowhere = float(np.isnan(_drawn_reach(comparison)).any(axis=1).mean())
        if nowhere >= RARE:
            told += (
                f" In {share(nowhere)} of the draws the wider group is the likelier one "
                "everywhere; the intervals are those of the others."
            )
        return told
    missing = comparison.posterior.quantities.cutoffs
    gone = np.isnan(missing).mean(axis=(0, 1))
    without = [
        f"{share(float(part))} of the draws" + _between(comparison, place).replace(",", " for")
        for place, part in enumerate(gone)
        if part >= RARE
    ]
    if not without:
        return ""
    return (
        f"There is no border in {listed(without)}: there one group is likelier than the other at "
        "the means of both. The interval is that of the other draws."
    )


def what_apart_means(comparison: Comparison) -> Note | None:
    """What the quantities mean; None for a single group."""
    if comparison.n_components == 1:
        return None
    border_is = "The border lies between the means, where"
    if _has_two_borders(comparison):
        border_is = "The narrower group has a border on either side, where"
    return Note(
        "What this means",
        "Ashman's D is the distance between two means in units of their common spread: above 2 two "
        f"groups can usually be seen. {border_is} a value is as likely to come "
        "from the one group as from the other. A hump is a place where the density is "
        "higher than on either side; groups that overlap much share one.",
    )


def _summary(comparison: Comparison) -> dict[str, dict[str, float]]:
    """By quantity and column, see `bayes.posterior.quantities.Quantities.summary`."""
    frame: Any = comparison.posterior.quantities.summary(comparison.level)
    return {name: dict(row) for name, row in frame.iterrows()}


def _humps(count: int) -> str:
    return f"{numeral(count)} hump{'' if count == 1 else 's'}"
