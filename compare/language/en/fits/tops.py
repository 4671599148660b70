"""How much of the posterior EM's maxima hold, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import listed, share, value

if TYPE_CHECKING:
    from compare.findings.fits.tops import BestTop, HeldByTops
    from compare.findings.terms import Component, ShareOfDraws

__all__ = ["best_top", "on_shares", "share_of_draws"]


def share_of_draws(found: ShareOfDraws | None) -> str:
    """A share to the digits that so many draws give it; empty without."""
    if found is None:
        return ""
    part = found.share
    if part == 0:
        return f"under {100 * found.least:.1g}%"
    if part == 1:
        return f"over {100 * (1 - found.least):.3g}%"
    return f"{100 * part:.{0 if 0.1 <= part <= 0.99 else 1}f}%"


def on_shares(found: HeldByTops | None) -> str:
    """What the shares in the table of tops mean; empty without."""
    if found is None:
        return ""
    wider = (
        ", and of the posterior under priors of means and log standard deviations that are "
        "twice as wide"
        if found.under_wider
        else ""
    )
    told = (
        "Where the posterior is: the table has the share of its draws from which EM climbs to each "
        f"maximum ({found.n_draws} draws){wider}."
    )
    if found.elsewhere is None:
        return told
    return (
        f"{told} {share(found.elsewhere)} of it leads to no maximum in the table, for example to a "
        "component that is empty or a point."
    )


def best_top(found: BestTop | None) -> str:
    """That EM's maximum holds little of the posterior; empty where it does not."""
    if found is None:
        return ""
    about = "" if found.held.share == 0 else "about "
    told = f"EM's maximum holds {about}{share_of_draws(found.held)} of the posterior"
    lower = found.lower
    if lower is None:
        return f"{told}: most of it lies where the likelihood has no maximum."
    much = "most" if lower.is_most else share(lower.share)
    groups = listed([_at(one) for one in lower.groups])
    return f"{told}: {much} of it lies around a lower one, {groups}."


def _at(one: Component) -> str:
    told = f"{share(one.share)} at {value(one.mean)}"
    return told if one.sd is None else f"{told} (sd {value(one.sd)})"
