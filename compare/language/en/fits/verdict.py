"""Whether EM and the sampler can be believed, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.fits.verdict import (
    AtMaximum,
    Beside,
    Distrusted,
    DrawsOfChains,
    DrawsOfSequential,
    NoAnswer,
    NotAtMaximum,
    OpenInterval,
    Verdict,
    WithoutGroups,
)
from compare.language.en.fits.sampler import failure
from compare.language.en.fits.status import ended
from compare.language.en.terms import counted, number, parameter, percent, shares, tiny

if TYPE_CHECKING:
    from compare.findings.fits.sampler import SamplerFailure

__all__ = ["alarms", "verdict", "warning"]


def verdict(found: Verdict) -> str:
    """Whether EM and the sampler can be believed, in a line."""
    draws = _draws(found.draws)
    told = (
        f"the sampler fails {counted(found.failed, 'check')} ({draws}) and is not to be believed"
        if found.failed
        else f"the sampler passes every check ({draws})"
    )
    return " ".join(filter(None, (f"{_em(found.em)}; {told}.", _left_open(found.left_open))))


def _em(found: AtMaximum | NoAnswer) -> str:
    match found:
        case AtMaximum():
            reached = found.reached
            climbs = (
                ""
                if reached is None
                else f", reached from {reached.ended} of {reached.climbs} climbs"
            )
            return f"EM is at a maximum (score {tiny(found.score)} standard errors{climbs})"
        case NoAnswer():
            return f"EM is not to be believed ({ended(found.status).name})"
        case _:
            assert_never(found)


def _draws(found: DrawsOfChains | DrawsOfSequential) -> str:
    match found:
        case DrawsOfSequential():
            return (
                f"a sequential run, at least {found.size:,.0f} effective draws, the second route "
                f"{found.difference:.2f} posterior sds away"
            )
        case DrawsOfChains():
            told = [
                "R-hat unknown" if found.rhat is None else f"R-hat at most {found.rhat:.3f}",
                "" if found.size is None else f"at least {found.size:,.0f} effective draws",
                counted(found.divergences, "divergence"),
            ]
            return ", ".join(filter(None, told))
        case _:
            assert_never(found)


def _left_open(found: Beside | OpenInterval | WithoutGroups | None) -> str:
    match found:
        case None:
            return ""
        case Beside():
            return (
                "Found, but not determined by these data: EM's maximum and the posterior are at "
                "different places."
            )
        case WithoutGroups():
            return (
                "Found, but not determined by these data: one quantity without groups describes "
                "them clearly better."
            )
        case OpenInterval():
            more = f" (and {found.others} more)" if found.others else ""
            return (
                "Found, but not determined by these data: EM's "
                f"{percent(found.level)} interval of {parameter(found.parameter)}{more} is open, "
                f"from {_ends(found)}."
            )
        case _:
            assert_never(found)


def _ends(found: OpenInterval) -> str:
    ends = found.interval
    if found.parameter.kind == "weights":
        return shares(ends)
    return f"{number(ends.lower, found.width)} to {number(ends.upper, found.width)}"


def alarms(found: tuple[NotAtMaximum | SamplerFailure, ...]) -> tuple[str, ...]:
    """What a reader must know before looking at a number, a sentence or two each."""
    return tuple(map(_alarm, found))


def _alarm(found: NotAtMaximum | SamplerFailure) -> str:
    if isinstance(found, NotAtMaximum):
        end = ended(found.status)
        return f"EM is not at a maximum: {end.meant() if found.advise else end.what}."
    return f"Sampler: {failure(found)}"


def warning(found: Distrusted) -> str:
    """Whose numbers are not to be relied on."""
    match found:
        case "bayes":
            return "Do not rely on the posterior's numbers"
        case "em":
            return "Do not rely on EM's numbers"
        case "both":
            return "Do not rely on these numbers"
        case _:
            assert_never(found)
