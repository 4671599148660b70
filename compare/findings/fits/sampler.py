"""Sampler: which checks of the draws fail, by how much, and what to try."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, assert_never

import numpy as np

from bayes.posterior.diagnostics import BFMI_AT_LEAST, ESS_AT_LEAST, RHAT_AT_MOST
from compare.findings.terms import Parameter

if TYPE_CHECKING:
    from bayes.posterior.diagnostics import Diagnostics
    from bayes.posterior.records import Failing, Mended, Second
    from compare.comparison.table import Comparison
    from em import Parameters

__all__ = [
    "BFMI_AT_LEAST",
    "ESS_AT_LEAST",
    "RHAT_AT_MOST",
    "Chains",
    "Diverged",
    "FewDraws",
    "Imprecise",
    "LowEnergy",
    "NoEss",
    "NoRhat",
    "NotMixed",
    "OtherRoute",
    "RoutesApart",
    "SamplerFailure",
    "Unseen",
    "on_chains",
    "sampler_failures",
]

Ess = Literal["bulk", "tail"]


@dataclass(frozen=True)
class NoRhat:
    """R-hat cannot be computed."""

    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class NotMixed:
    """R-hat is too large."""

    rhat: float
    parameter: Parameter
    """Where it is largest."""
    others: int
    """So many more parameters have too large a one."""
    try_draws: int
    try_tune: int


@dataclass(frozen=True)
class NoEss:
    """An effective sample size cannot be computed."""

    kind: Ess
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class FewDraws:
    """An effective sample size is too small."""

    kind: Ess
    size: float
    parameter: Parameter
    """Where it is smallest."""
    others: int
    """So many more parameters have too small a one."""
    try_draws: int


@dataclass(frozen=True)
class Diverged:
    """Some trajectories diverged."""

    count: int
    draws: int
    """Of so many in all."""
    try_accept: float


@dataclass(frozen=True)
class LowEnergy:
    """The energy statistic is too low in some chains."""

    bfmi: float | None
    """The lowest; None where one is not a number."""
    count: int
    chains: int
    """Of so many in all."""
    try_tune: int


@dataclass(frozen=True)
class Imprecise:
    """What the sequential run is held against is worth too few draws itself."""

    size: float


@dataclass(frozen=True)
class RoutesApart:
    """The two routes to the posterior differ."""

    by_sequential: bool
    """Whether the draws are those of the sequential run."""
    parameter: Parameter
    difference: float
    """In posterior sds."""
    allowed: float


@dataclass(frozen=True)
class Unseen:
    """So many maxima of the likelihood have a share of the posterior and no draw."""

    count: int


SamplerFailure = (
    NoRhat | NotMixed | NoEss | FewDraws | Diverged | LowEnergy | Imprecise | RoutesApart | Unseen
)


@dataclass(frozen=True)
class OtherRoute:
    """How far the draws are from what another route to the posterior says."""

    parameter: Parameter
    """Where that is most, for what chance allows."""
    difference: float
    """In posterior sds."""
    allowed: float


@dataclass(frozen=True)
class Chains:
    """What the sampler's chains as a whole were checked for."""

    divergences: int
    """Of the chains, whoever's the draws are."""
    bfmi: tuple[float, ...]
    """Of each chain; NaN where there is none."""
    other: OtherRoute | None
    by_sequential: bool
    """Whether the draws are those of the sequential run."""
    note: Mended | str
    """What was mended, as the posterior has it; empty if nothing was."""


def sampler_failures(comparison: Comparison) -> tuple[SamplerFailure, ...]:
    """Which checks of the draws fail, under each of the names that the report uses.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    tuple of SamplerFailure
        Each once, whatever its names.
    """
    return tuple(dict.fromkeys([*_failures(comparison), *_failures(comparison.named)]))


def on_chains(comparison: Comparison) -> Chains:
    """What the chains as a whole were checked for, and what a second route says.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Chains
    """
    checks = comparison.posterior.diagnostics
    second, sequential = checks.second, checks.by_sequential
    of_chains = second.divergences if second is not None and sequential else checks.divergences
    return Chains(
        divergences=of_chains,
        bfmi=tuple(float(value) for value in checks.bfmi),
        other=None
        if second is None
        else OtherRoute(_called(comparison, second.parameter), second.difference, second.allowed),
        by_sequential=sequential,
        note=comparison.posterior.settings.note,
    )


def _failures(comparison: Comparison) -> list[SamplerFailure]:
    checks = comparison.posterior.diagnostics
    return [_failure(comparison, checks, name) for name in checks.failed]


def _failure(comparison: Comparison, checks: Diagnostics, name: Failing) -> SamplerFailure:
    """What a check finds that fails."""
    match name:
        case "R-hat":
            return _rhat(comparison, checks)
        case "bulk effective sample size":
            return _ess(comparison, checks, "bulk")
        case "tail effective sample size":
            return _ess(comparison, checks, "tail")
        case "divergences":
            higher = 1.0 - 0.5 * (1.0 - max(checks.target_accept, 0.9))
            return Diverged(checks.divergences, checks.draws * checks.bfmi.size, higher)
        case "BFMI":
            low = checks.bfmi[~(checks.bfmi >= BFMI_AT_LEAST)]
            worst = None if np.isnan(low).any() else float(low.min())
            return LowEnergy(worst, low.size, checks.bfmi.size, max(2000, 2 * checks.tune))
        case "modes":
            return Unseen(_second(checks).unseen)
        case "two routes":
            second = _second(checks)
            if checks.by_sequential and second.size < ESS_AT_LEAST:
                return Imprecise(second.size)
            where = _called(comparison, second.parameter)
            return RoutesApart(checks.by_sequential, where, second.difference, second.allowed)
        case _:
            assert_never(name)


def _second(checks: Diagnostics) -> Second:
    if checks.second is None:
        raise AssertionError("expected checks of two routes, got those of one")
    return checks.second


def _rhat(comparison: Comparison, checks: Diagnostics) -> NoRhat | NotMixed:
    bad = [(p, v) for p, v in _each(comparison, checks.rhat) if not v <= RHAT_AT_MOST]
    if any(math.isnan(value) for _, value in bad):
        return NoRhat(tuple(parameter for parameter, _ in bad))
    where, value = max(bad, key=lambda one: one[1])
    tune = max(1000, 2 * checks.tune)
    return NotMixed(value, where, len(bad) - 1, try_draws=2 * checks.draws, try_tune=tune)


def _ess(comparison: Comparison, checks: Diagnostics, kind: Ess) -> NoEss | FewDraws:
    sizes = checks.ess_bulk if kind == "bulk" else checks.ess_tail
    bad = [(p, v) for p, v in _each(comparison, sizes) if not v >= ESS_AT_LEAST]
    if any(math.isnan(value) for _, value in bad):
        return NoEss(kind, tuple(parameter for parameter, _ in bad))
    where, value = min(bad, key=lambda one: one[1])
    enough = math.ceil(1.3 * checks.draws * ESS_AT_LEAST / max(value, 1.0) / 100) * 100
    draws = min(enough, 50 * checks.draws)
    return FewDraws(kind, value, where, len(bad) - 1, try_draws=draws)


def _each(comparison: Comparison, values: Parameters) -> list[tuple[Parameter, float]]:
    """Values of all parameters, but of a single weight, which is a constant."""
    return [
        (Parameter.of(comparison, row), float(getattr(values, row.parameter)[row.component]))
        for row in comparison.rows
        if comparison.n_components > 1 or row.parameter != "weights"
    ]


def _called(comparison: Comparison, name: str) -> Parameter:
    """The parameter that the sampler calls so."""
    return next(Parameter.of(comparison, row) for row in comparison.rows if row.name == name)
