"""The verdict: whether EM and the sampler can be believed, and what to know before any number."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.exactness import stood_for
from compare.comparison.parameters import moving_rows
from compare.findings.standing import Standing, open_rows, standing
from compare.language.labels import free_parameters, number, parameters, percent
from compare.language.wording import (
    after_colon,
    counted,
    fixed,
    observations,
    parameter_name,
    share,
    tiny,
)
from compare.tables.printable import plain
from em.search.tops import SET_ASIDE

if TYPE_CHECKING:
    from bayes.posterior.records import Second
    from compare.comparison.table import Comparison, Row

__all__ = [
    "alarms",
    "inexact",
    "on_chains",
    "on_climb",
    "on_nodes",
    "on_optima",
    "sampler_messages",
    "verdict",
    "warning",
]

WORTH_KNOWING = 0.05
"""An error of the log-likelihood that no interval would show; a larger one is told at the head."""

NAMED = re.compile(r"\b(?:weights|means|sds)\[\d+\]")
"""A parameter's name where the diagnostics use it."""


def verdict(comparison: Comparison) -> str:
    """Say in a line whether EM and the sampler can be believed.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    fit, posterior = comparison.fit, comparison.posterior
    if fit.converged:
        first = (
            f"EM is at a maximum (score {tiny(fit.gradient_norm)} standard errors"
            f"{_reached(comparison)})"
        )
    else:
        first = f"EM is not to be believed ({fit.status.message.partition(':')[0]})"
    checks, messages = posterior.diagnostics, sampler_messages(comparison)
    worst, least = _worst(comparison)
    numbers = _of_sequential(comparison, least) or (
        ("R-hat unknown" if math.isnan(worst) else f"R-hat at most {worst:.3f}")
        + ("" if math.isnan(least) else f", at least {least:,.0f} effective draws")
        + f", {counted(checks.divergences, 'divergence')}"
    )
    if comparison.sampled_well:
        second = f"the sampler passes every check ({numbers})"
    else:
        failed = len(messages)
        second = (
            f"the sampler fails {counted(failed, 'check')} ({numbers}) and is not to be believed"
        )
    return f"{first}; {second}.{_left_open(comparison)}"


def _of_sequential(comparison: Comparison, least: float) -> str:
    """The worst of the checks of draws that are no chains'; empty of chains."""
    checks = comparison.posterior.diagnostics
    if checks.second is None or not checks.by_sequential:
        return ""
    return (
        f"a sequential run, at least {least:,.0f} effective draws, the second route "
        f"{checks.second.difference:.2f} posterior sds away"
    )


def _reached(comparison: Comparison) -> str:
    """How many climbs ended at the estimate; empty where that is not known or says nothing."""
    fit = comparison.fit
    ended = fit.optima[0].n_starts if fit.optima else 0
    # A single normal has its maximum in closed form, wherever one starts.
    if fit.n_climbs == 1 or fit.n_components == 1 or ended == 0:
        return ""
    return f", reached from {ended} of {fit.n_climbs} climbs"


def _left_open(comparison: Comparison) -> str:
    """What the data do not determine although both fits found it; empty if they do."""
    if standing(comparison) is not Standing.OPEN:
        return ""
    rows = open_rows(comparison)
    if not rows:
        return (
            " Found, but not determined by these data: EM's maximum and the posterior are at "
            "different places."
        )
    first, count = rows[0], len({row.name for row in rows})
    # The weights of two groups are one parameter.
    if comparison.n_components == 2 and sum(row.parameter == "weights" for row in rows) == 2:
        count -= 1
    more = f" (and {count - 1} more)" if count > 1 else ""
    named = comparison.named
    return (
        " Found, but not determined by these data: EM's "
        f"{percent(comparison.level)} interval of {parameter_name(named, first)}{more} is open, "
        f"{_ends(first)}."
    )


def _ends(row: Row) -> str:
    if row.parameter == "weights":
        return f"from {share(row.em.lower)} to {share(row.em.upper)}"
    return f"from {number(row.em.lower, row.bayes.sd)} to {number(row.em.upper, row.bayes.sd)}"


def alarms(comparison: Comparison) -> tuple[str, ...]:
    """List what a reader must know before looking at a number; empty if all is well."""
    told = []
    if not comparison.fit.converged:
        why = after_colon(comparison.fit.status.message)
        # What to do about values that are no group stands in the headline, with the values.
        why = why.partition(";")[0] if comparison.fit.status in SET_ASIDE else why
        told.append(f"EM is not at a maximum: {why}.")
    told.extend(f"Sampler: {message}" for message in sampler_messages(comparison))
    return tuple(told)


def sampler_messages(comparison: Comparison) -> list[str]:
    """What the diagnostics found, under each of the names that the report uses; each once."""
    told = [*_spoken(comparison), *_spoken(comparison.named)]
    return list(dict.fromkeys(told))


def _spoken(comparison: Comparison) -> list[str]:
    names = {row.name: parameter_name(comparison, row) for row in comparison.rows}
    return [
        NAMED.sub(lambda name: names.get(name[0], name[0]), message)
        for message in comparison.posterior.diagnostics.messages
    ]


def warning(comparison: Comparison) -> str:
    """Say whose numbers the alarms are about."""
    if comparison.fit.converged:
        return "Do not rely on the posterior's numbers"
    if comparison.sampled_well:
        return "Do not rely on EM's numbers"
    return "Do not rely on these numbers"


def on_climb(comparison: Comparison) -> str:
    """Say how EM ended."""
    fit = comparison.fit
    norm = fit.gradient_norm
    score = f"{norm:.1e}".replace("-", "−") if math.isfinite(norm) else ""
    return (
        f"Status: {fit.status.message}. Passes over the data on the last climb: {fit.n_iter}"
        f"{f'; score at the end: {score} standard errors' if score else ''}."
    )


def on_optima(comparison: Comparison, shown: int) -> str:
    """Say where else the starts of EM led, of which so many are shown; empty if nowhere."""
    count = len(comparison.fit.optima)
    if count < 2:
        return ""
    part = f", of which the first {shown} are shown" if count > shown else ""
    return (
        f"{comparison.fit.n_climbs} climbs led to {count} different tops{part}. Those are set "
        "aside where a component is a point (collapsed), or a clump of a few values such as "
        "chance leaves (chance)."
    )


def on_chains(comparison: Comparison) -> str:
    """Say what the sampler's chains as a whole were checked for, and what a second route says."""
    checks, note = comparison.posterior.diagnostics, comparison.posterior.settings.note
    bfmi = ["not available" if math.isnan(value) else f"{value:.2f}" for value in checks.bfmi]
    energies = f"BFMI of the chains: {', '.join(bfmi)}"
    if checks.second is None:
        told = f"Divergences: {checks.divergences} (none allowed). {energies} (at least 0.3)."
    elif checks.by_sequential:
        told = (
            "The chains stayed apart, or moved too slowly, to say how much of the posterior is "
            "where. So the draws are those of another route, a tempered sequential run from the "
            "prior (Del Moral, Doucet & Jasra 2006), in no particular order, and belong to no "
            f"chain. {_routes(comparison, checks.second, 'An importance sample of its own')} "
            "What is told of the chains judges nothing here: R-hat is of those that are at the "
            f"same place, {counted(checks.second.divergences, 'divergence')}, {energies}."
        )
    else:
        told = (
            f"Divergences: {checks.divergences} (none allowed). {energies} (at least 0.3). "
            + _routes(comparison, checks.second, "A tempered sequential run from the prior")
        )
    return f"{told} {plain(note, 600)}".strip()


def _routes(comparison: Comparison, second: Second, other: str) -> str:
    """How far the draws are from what another route says."""
    names = {row.name: parameter_name(comparison, row) for row in comparison.rows}
    return (
        f"{other} is {second.difference:.2f} posterior standard deviations away where that is most "
        f"for what chance allows, on {names.get(second.parameter, second.parameter)} "
        f"({second.allowed:.2f} are allowed there)."
    )


def on_nodes(comparison: Comparison) -> str:
    """Say that both fits saw nodes in place of the data, and what that costs; empty if not."""
    fit = comparison.fit
    if not stood_for(fit):
        return ""
    cost = "may be off, it is not known how far"
    if math.isfinite(fit.error_bound):
        cost = f"is off by at most {tiny(fit.error_bound)} at EM's estimate"
    return (
        f"Both fits saw {len(fit.data)} weighted nodes that stand for the "
        f"{observations(comparison)}: within narrow bins they have the moments of the data, and "
        f"the log-likelihood {cost}. {_on_exactness(comparison)}"
    ).strip()


def inexact(comparison: Comparison) -> str:
    """Say that nodes are not to be taken for the data; empty if they may be."""
    fit, exact = comparison.fit, comparison.exactness
    if not stood_for(fit):
        return ""
    sure = fit.error_bound < WORTH_KNOWING if exact is None else exact.ok
    return "" if sure else on_nodes(comparison)


def _on_exactness(comparison: Comparison) -> str:
    exact = comparison.exactness
    if exact is None:
        again = "--certify reads the data once more and says how far it really is."
        return again if comparison.case.again is not None else ""
    certificate = exact.certificate
    bound = f"at most {tiny(exact.bound)} by the bound" if math.isfinite(exact.bound) else ""
    return (
        f"An exact pass over all of them gives {fixed(certificate.loglik, 6)} there, "
        f"{tiny(certificate.relative_error)} of it away, with a score of "
        f"{tiny(certificate.gradient_norm)} standard errors; at {exact.draws} draws of the "
        f"posterior the log-likelihood is off by {tiny(exact.largest)} at most"
        f"{f' ({bound})' if bound else ''}: "
        + (
            "the nodes say what the data say."
            if exact.ok
            else "the nodes do not say quite what the data say."
        )
    )


def _worst(comparison: Comparison) -> tuple[float, float]:
    """The largest R-hat and the smallest effective sample size; NaN if one is unknown."""
    constant = comparison.n_components == 1
    rows = [p.row.bayes for p in parameters(comparison) if p.kind != "weights" or not constant]
    rhat = float(np.max([row.rhat for row in rows]))
    # Draws that never move would count as independent.
    moving = len(moving_rows(comparison)) == len(free_parameters(comparison))
    least = float(np.min([(row.ess_bulk, row.ess_tail) for row in rows])) if moving else math.nan
    return rhat, least
