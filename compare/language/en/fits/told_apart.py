"""How well the data tell the groups apart, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import group

if TYPE_CHECKING:
    from compare.findings.fits.told_apart import Identifiability
    from compare.findings.terms import Group
    from em.inference.told_apart import Curvature, Estimated

__all__ = ["on_identifiability"]

OVERLAP = {"much": "overlap heavily", "some": "overlap", "little": "are well apart"}


def on_identifiability(found: Identifiability | None) -> str:
    """How well the data tell the groups apart; empty for a single one."""
    if found is None:
        return ""
    apart = found.found
    if apart is None:
        return "The fit is not at a maximum, so nothing can be said about its parameters."
    modes = "1 mode" if apart.modes == 1 else f"{apart.modes} modes"
    told = (
        f"The closest components {OVERLAP[apart.overlap]} (Ashman's D {apart.ashman:.2f}) and the "
        f"density has {modes}."
    )
    return told if apart.curvature is None else f"{told} {_fixed(apart.curvature, found.groups)}"


def _fixed(found: Curvature, groups: tuple[Group, ...]) -> str:
    pair = "there is one only" if found.pair is None else _pair(*found.pair, groups)
    fixed = "each parameter by itself"
    if not found.each_is_fixed:
        fixed = "some combinations of the parameters far better than each by itself"
    passes = "" if found.passes is None else f", about {found.passes:,.0f} passes for six digits"
    return (
        f"The strongest correlation of two estimates is {found.correlation:.3f} ({pair}), the "
        f"condition number of the information {found.condition_number:.3g}: the data fix {fixed}. "
        f"Plain EM closes in by a factor of {found.em_rate:.4f} with each pass here{passes}."
    )


def _pair(first: Estimated, second: Estimated, groups: tuple[Group, ...]) -> str:
    one, other = group(groups[first.component]), group(groups[second.component])
    if second.kind == "common sd":
        return f"the {first.kind} of {one} and the common sd"
    if first.component == second.component:
        return f"the {first.kind} and the {second.kind} of {one}"
    if first.kind == second.kind:
        return f"the {first.kind}s of {one} and {other}"
    return f"the {first.kind} of {one} and the {second.kind} of {other}"
