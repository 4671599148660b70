"""What the groups are told apart by, in English."""

from __future__ import annotations

from typing import assert_never

from compare.findings.names import (
    AsAskedFor,
    BySpread,
    Held,
    Losses,
    MeansAlike,
    Names,
    Otherwise,
    Renamed,
    SameNames,
    Unchanged,
    WeightsBySpread,
)
from compare.language.en.terms import group, listed, parameter, percent, share, shares

__all__ = ["by_spread", "on_names", "renamed", "weights_by_spread"]

KINDS = {"mean": "means", "sd": "standard deviations"}


def by_spread(found: BySpread | None) -> str:
    """Why groups are named by their sds; empty where they are named by mean."""
    match found:
        case None:
            return ""
        case AsAskedFor():
            return "The groups are named by their spread, as asked for, and not by their means."
        case MeansAlike():
            which = "some of their means" if found.only_some else "their means"
            if found.by_posterior_only:
                which = f"in the posterior {which}"
            return (
                f"{which[0].upper()}{which[1:]} are alike, so the groups are named by their spread."
            )
        case _:
            assert_never(found)


def weights_by_spread(found: WeightsBySpread | None) -> str:
    """What the groups hold by increasing sd; empty where they are named by mean."""
    if found is None:
        return ""
    return (
        "This table has the groups in order of their means, draw by draw, whatever their spread. "
        "By increasing standard deviation, as in the sentences here, "
        f"{listed([_held(one, percent(found.level)) for one in found.groups])}."
    )


def _held(one: Held, level: str) -> str:
    return (
        f"{group(one.group)} holds {share(one.by_em)} by EM ({level} profile interval "
        f"{shares(one.profile)}) and {share(one.by_bayes)} by Bayes ({shares(one.credible)})"
    )


def on_names(found: Names | None) -> str:
    """Whether naming the groups otherwise matters; empty where nobody asks."""
    if found is None:
        return ""
    by = "standard deviation" if found.order == "sd" else "mean"
    told = (
        "Swapping the names of groups changes neither likelihood nor prior, so that in each draw "
        f"the names are a choice: here the groups are named by increasing {by}."
    )
    return " ".join((told, *map(_other, found.others)))


def _other(found: Renamed | Unchanged | SameNames | Otherwise) -> str:
    match found:
        case Renamed():
            return renamed(found)
        case Unchanged():
            return (
                "Naming them by the values they account for (Stephens 2000) would change "
                "nothing worth a mention."
            )
        case SameNames():
            return f"Their {KINDS[found.order]} would give the same names in every draw."
        case Otherwise():
            return _otherwise(found)
        case _:
            assert_never(found)


def _otherwise(found: Otherwise) -> str:
    """What names by the other of mean and sd would do."""
    by = KINDS[found.order]
    swapped = f"{share(found.share)} of the draws would swap some"
    costs = f"; {_costs(found.losses)}" if found.losses is not None else ""
    if found.better:
        return f"Named by their {by}, {swapped}{costs}."
    return f"Their {by} tell them apart less surely: named by these, {swapped}{costs}."


def _costs(losses: Losses) -> str:
    return (
        f"names by mean cost a value {losses.by_mean:.2g} nats, names by standard deviation "
        f"{losses.by_sd:.2g} (the Kullback-Leibler loss of Stephens 2000, which is 0 where all "
        "draws agree)"
    )


def renamed(found: Renamed) -> str:
    """How far names by the values that groups account for move the answer."""
    end = (
        ": what is said of a group depends on how it is named"
        if found.matters
        else ", which matters little"
    )
    return (
        "Naming the groups by the values they account for (Stephens 2000) renames some in "
        f"{share(found.share)} of the draws and moves the centre of {parameter(found.parameter)} "
        f"by {found.shift:.2f} posterior standard deviations{end}."
    )
