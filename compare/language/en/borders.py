"""Borders between groups, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import listed, number, numeral, percent, share, unit_in_brackets
from compare.language.texts import Cells, Explanation

if TYPE_CHECKING:
    from compare.findings.borders import Borders, Humps, Measured

__all__ = ["apart_table", "on_borders", "on_humps", "what_apart_means"]


def on_humps(found: Humps | None) -> str:
    """How many humps the density has, with their probabilities; empty for a single group."""
    if found is None:
        return ""
    if not found.others:
        return f"In every draw of the posterior the density has {_humps(found.likeliest)}."
    rest = listed([f"{_humps(count)} with {share(part)}" for count, part in found.others])
    return (
        f"By the posterior the density has {_humps(found.likeliest)} with probability "
        f"{share(found.probability)}, {rest}."
    )


def on_borders(found: Borders | None) -> str:
    """How often there is no border, or that there are two of a group; may be empty."""
    if found is None:
        return ""
    if found.around_narrower:
        told = (
            "Between its two borders a value is more likely to come from the narrower group, "
            "outside them from the wider one."
        )
        (nowhere,) = found.without
        if nowhere is not None:
            told += (
                f" In {share(nowhere)} of the draws the wider group is the likelier one "
                "everywhere; the intervals are those of the others."
            )
        return told
    several = len(found.distances) > 1
    without = [
        f"{share(part)} of the draws" + (f" for {_neighbours(found, place)}" if several else "")
        for place, part in enumerate(found.without)
        if part is not None
    ]
    if not without:
        return ""
    return (
        f"There is no border in {listed(without)}: there one group is likelier than the other at "
        "the means of both. The interval is that of the other draws."
    )


def apart_table(found: Borders | None) -> Cells | None:
    """Separation and borders by both; None for a single group."""
    if found is None:
        return None
    unit = unit_in_brackets(found.unit)
    pairs = [
        f", {_neighbours(found, place)}" if len(found.distances) > 1 else ""
        for place in range(len(found.distances))
    ]
    names = [f"Ashman's D{pair}" for pair in pairs]
    if found.around_narrower:
        names += [f"{end} border of the narrower group{unit}" for end in ("Lower", "Upper")]
    else:
        names += [f"Border{unit}{pair}" for pair in pairs]
    measured = (*found.distances, *found.borders)
    return Cells(
        "How far the groups are apart",
        ("Quantity", "EM", "posterior median", f"{percent(found.level)} credible interval"),
        tuple((name, *_cells(found, one)) for name, one in zip(names, measured, strict=True)),
    )


def _cells(found: Borders, one: Measured) -> tuple[str, str, str]:
    """EM's value, the posterior median and the interval of a quantity."""
    drawn = one.by_bayes
    if one.by_em is None:
        by_em = "none" if found.has_maximum else "not available"
    else:
        by_em = number(one.by_em, None if drawn is None else drawn.sd)
    if drawn is None:
        return by_em, "none", ""
    ends = f"{number(drawn.lower, drawn.sd)} to {number(drawn.upper, drawn.sd)}"
    return by_em, number(drawn.median, drawn.sd), ends


def what_apart_means(found: Borders | None) -> Explanation | None:
    """What the quantities mean; None for a single group."""
    if found is None:
        return None
    border_is = (
        "The narrower group has a border on either side, where"
        if found.around_narrower
        else "The border lies between the means, where"
    )
    return Explanation(
        "What this means",
        "Ashman's D is the distance between two means in units of their common spread: above 2 two "
        f"groups can usually be seen. {border_is} a value is as likely to come from the one group "
        "as from the other. A hump is a place where the density is higher than on either side; "
        "groups that overlap much share one.",
    )


def _neighbours(found: Borders, place: int) -> str:
    """Two groups that are neighbours by mean."""
    by = " by mean" if found.names_by_spread else ""
    return f"groups {place + 1} and {place + 2}{by}"


def _humps(count: int) -> str:
    return f"{numeral(count)} hump{'' if count == 1 else 's'}"
