"""What the sampler's checks found, in English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

from compare.findings.fits.sampler import (
    BFMI_AT_LEAST,
    ESS_AT_LEAST,
    RHAT_AT_MOST,
    Diverged,
    FewDraws,
    Imprecise,
    LowEnergy,
    NoEss,
    NoRhat,
    NotMixed,
    RoutesApart,
    SamplerFailure,
    Unseen,
)
from compare.language.en.terms import counted, listed, parameter
from compare.tables.printable import plain

if TYPE_CHECKING:
    from bayes.posterior.records import Mended
    from compare.findings.fits.sampler import Chains, OtherRoute
    from compare.findings.terms import Parameter

__all__ = ["failure", "mended", "on_chains"]


def failure(found: SamplerFailure) -> str:  # noqa: PLR0911 - a sentence for each check
    """What a check found, and what to try."""
    match found:
        case NoRhat():
            return (
                f"R-hat cannot be computed for {_each(found.parameters)}: it takes at least two "
                "chains of four draws that are not all the same; try chains=4 and more draws."
            )
        case NotMixed():
            return (
                f"R-hat is {found.rhat:.3f} for {parameter(found.parameter)}, above "
                f"{RHAT_AT_MOST}{_and_for(found.others)}: the chains have not agreed yet; try more "
                f"draws and tuning, for example draws={found.try_draws}, tune={found.try_tune}."
            )
        case NoEss():
            return (
                f"The {found.kind} effective sample size cannot be computed for "
                f"{_each(found.parameters)}: the draws are too few or all the same; try draws=3000."
            )
        case FewDraws():
            return (
                f"The {found.kind} effective sample size is {found.size:.0f} for "
                f"{parameter(found.parameter)}, below {ESS_AT_LEAST}{_and_for(found.others)}: the "
                f"{found.kind} of its posterior is known too roughly; try draws={found.try_draws}."
            )
        case Diverged():
            return (
                f"{found.count} of {found.draws} draws diverged: a narrow part of the posterior "
                f"may have been missed; try target_accept={found.try_accept:.4g}."
            )
        case LowEnergy():
            worst = "not a number" if found.bfmi is None else f"{found.bfmi:.2f}"
            return (
                f"The energy statistic BFMI is {worst} in {found.count} of {found.chains} chains, "
                f"below {BFMI_AT_LEAST}: the tails of the posterior are explored slowly; try more "
                f"tuning, for example tune={found.try_tune}, or priors with lighter tails."
            )
        case Imprecise():
            return (
                "Importance sampling, which the sequential run is held against, has an effective "
                f"size of {found.size:.0f} only, below {ESS_AT_LEAST}: part of the posterior may "
                "be missing; try another seed or stronger priors."
            )
        case RoutesApart():
            return _routes_apart(found)
        case Unseen():
            many = "A maximum" if found.count == 1 else f"{found.count} maxima"
            return (
                f"{many} of the likelihood with a share of the posterior that is not negligible "
                "holds no draw: part of the posterior is missing; try another seed or stronger "
                "priors."
            )
        case _:
            assert_never(found)


def _routes_apart(found: RoutesApart) -> str:
    routes = (
        "The sequential run and importance sampling"
        if found.by_sequential
        else "The chains and the sequential run"
    )
    return (
        f"{routes} differ by {found.difference:.2f} posterior sds on "
        f"{parameter(found.parameter)}, more than the {found.allowed:.2f} that do not matter or "
        "that chance explains: part of the posterior may be missing; try another seed, more draws "
        "or stronger priors."
    )


def _each(which: tuple[Parameter, ...]) -> str:
    return ", ".join(map(parameter, which))


def _and_for(others: int) -> str:
    return f" (and for {others} more)" if others else ""


def on_chains(found: Chains) -> str:
    """What the chains as a whole were checked for, and what a second route says."""
    bfmi = ["not available" if math.isnan(value) else f"{value:.2f}" for value in found.bfmi]
    energies = f"BFMI of the chains: {', '.join(bfmi)}"
    if found.other is not None and found.by_sequential:
        told = (
            "The chains stayed apart, or moved too slowly, to say how much of the posterior is "
            "where. So the draws are those of another route, a tempered sequential run from the "
            "prior (Del Moral, Doucet & Jasra 2006), in no particular order, and belong to no "
            f"chain. An importance sample of its own {_away(found.other)} "
            "What is told of the chains judges nothing here: R-hat is of those that are at the "
            f"same place, {counted(found.divergences, 'divergence')}, {energies}."
        )
    else:
        told = f"Divergences: {found.divergences} (none allowed). {energies} (at least 0.3)."
        if found.other is not None:
            told += f" A tempered sequential run from the prior {_away(found.other)}"
    return f"{told} {mended(found.note)}".strip()


def mended(found: Mended | str) -> str:
    """What failed at first, what was done and whether it helped; empty if nothing was done."""
    if isinstance(found, str):
        return plain(found, 600)
    outcome = (
        f"these are the new draws, and still they fail on {listed([*found.still])}"
        if found.still
        else "these are the new draws, and they pass every check"
    )
    draws, tune, accept = found.draws, found.tune, found.target_accept
    return (
        f"The first run failed on {listed([*found.failed])}, so the chains ran once more with "
        f"draws={draws[1]} (not {draws[0]}), tune={tune[1]} (not {tune[0]}) and "
        f"target_accept={accept[1]:.4g} (not {accept[0]:.4g}); {outcome}."
    )


def _away(other: OtherRoute) -> str:
    """How far the draws are from what another route says."""
    return (
        f"is {other.difference:.2f} posterior standard deviations away where that is most "
        f"for what chance allows, on {parameter(other.parameter)} "
        f"({other.allowed:.2f} are allowed there)."
    )
