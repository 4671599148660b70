"""How EM got to its answer, and by which nodes, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import em
from compare.language.en.fits.status import ended
from compare.language.en.terms import fixed, observations, tiny
from compare.language.en.words import listed

if TYPE_CHECKING:
    from compare.findings.fits.climb import Climb, SeveralTops
    from compare.findings.fits.nodes import ExactPass, Nodes

__all__ = ["on_climb", "on_nodes", "on_optima"]


def on_climb(found: Climb) -> str:
    """How EM ended."""
    told = (
        f"Status: {ended(found.status).in_full()}. Passes over the data on the last climb: "
        f"{found.n_iter}"
    )
    if found.score is None:
        return f"{told}."
    score = f"{found.score:.1e}".replace("-", "−")
    return f"{told}; score at the end: {score} standard errors."


def on_optima(found: SeveralTops | None) -> str:
    """Where else the starts of EM led; empty if nowhere."""
    if found is None:
        return ""
    part = "" if found.shown is None else f", of which the first {found.shown} are shown"
    told = f"{found.n_climbs} climbs led to {found.count} different tops{part}."
    if not found.others:
        return told
    where = listed(
        [f"{_no_answer(status)} ({status.name.lower()})" for status in found.others], "or"
    )
    return f"{told} Those are set aside where {where}."


def _no_answer(status: em.Status) -> str:
    """Why a top is none."""
    match status:
        case em.Status.CONVERGED:
            raise ValueError("expected a top that is set aside, got a maximum")
        case em.Status.MAX_ITER:
            return "EM was stopped on its way"
        case em.Status.COLLAPSED:
            return "a component is a point"
        case em.Status.CHANCE:
            return "a component is a clump of a few values such as chance leaves"
        case em.Status.EMPTY:
            return "a component holds none of the values"
        case em.Status.FLAT:
            return "the likelihood does not tell the components apart"
        case _:
            assert_never(status)


def on_nodes(found: Nodes | None) -> str:
    """What stands for the data of both fits, and what that costs; empty if nothing does."""
    if found is None:
        return ""
    cost = "may be off, it is not known how far"
    if found.error_bound is not None:
        cost = f"is off by at most {tiny(found.error_bound)} at EM's estimate"
    told = (
        f"Both fits saw {found.count} weighted nodes that stand for the "
        f"{observations(found.data)}: within narrow bins they have the moments of the data, and "
        f"the log-likelihood {cost}."
    )
    if found.exact is not None:
        return f"{told} {_exact(found.exact)}"
    if found.could_be_read:
        return f"{told} --certify reads the data once more and says how far it really is."
    return told


def _exact(found: ExactPass) -> str:
    bound = "" if found.bound is None else f" (at most {tiny(found.bound)} by the bound)"
    told = (
        f"An exact pass over all of them gives {fixed(found.loglik, 6)} there, "
        f"{tiny(found.error)} of it away, with a score of {tiny(found.score)} standard errors; "
        f"at {found.draws} draws of the posterior the log-likelihood is off by "
        f"{tiny(found.largest)} at most{bound}"
    )
    if found.ok:
        return f"{told}: the nodes say what the data say."
    return f"{told}: the nodes do not say quite what the data say."
