"""The headline: what was found, in two sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import em
from compare.comparison.parameters import is_open, weight_rows
from compare.findings.group_count import APART, CLEAR, DOUBT, SLIGHT, SOME, preferred, strength
from compare.language.labels import listed, number, percent
from compare.language.wording import (
    fixed,
    group_of,
    groups,
    numeral,
    observations,
    p_value,
    share,
    unit_after,
)
from compare.words.names import why_by_spread
from compare.words.point_words import no_maximum
from compare.words.survey import alone, interval_kind
from compare.words.top_words import on_best_top

if TYPE_CHECKING:
    from compare.comparison.table import Comparison, Row

__all__ = ["headline"]


def headline(comparison: Comparison) -> str:
    """Say in two sentences what was found.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    comparison = comparison.named
    fit = comparison.fit
    if not fit.converged:
        return no_maximum(comparison)
    best = preferred(comparison)
    # Equal sds do not count against the number of groups that was asked for.
    if best is not None and best.n_components < fit.n_components:
        told = [
            _too_many(comparison, best),
            on_best_top(comparison),
            why_by_spread(comparison),
            _how_sure(comparison),
        ]
    elif fit.n_components == 1:
        told = [_one_group(comparison), _better_rival(comparison)]
    else:
        told = [
            _several_groups(comparison),
            on_best_top(comparison),
            why_by_spread(comparison),
            _how_sure(comparison),
            _better_rival(comparison),
        ]
    return " ".join(sentence for sentence in told if sentence)


def _several_groups(comparison: Comparison) -> str:
    fit = comparison.fit
    least = min(em.ashman(fit.mixture))
    how = "clearly separate" if least >= CLEAR else "distinct" if least >= APART else "overlapping"
    both = (
        comparison.sampled_well
        and all(row.em_in_interval for row in weight_rows(comparison))
        and not on_best_top(comparison)
    )
    return (
        f"{'EM and Bayes split' if both else 'EM splits'} the {observations(comparison)} into "
        f"{numeral(fit.n_components)} {how} groups, by maximum likelihood {_described(comparison)}."
    )


def _too_many(comparison: Comparison, simpler: em.Fit) -> str:
    fit, test = comparison.fit, comparison.em_test
    asked, one = groups(fit.n_components), simpler.n_components == 1
    gap = fit.bic - simpler.bic
    contested = one and test is not None and test.pvalue < DOUBT
    told = (
        f"The {observations(comparison)} "
        + (
            f"give no reason to speak of {asked}"
            if gap >= SOME and not contested
            else f"leave open whether there are {asked}"
        )
        + f": by BIC, {groups(simpler.n_components)} describe{'s' if one else ''} them "
        f"{strength(gap)} better ({fixed(simpler.bic, 1)} against {fixed(fit.bic, 1)}; lower is "
        "better)"
    )
    if contested and test is not None:
        told += f", but the EM-test speaks against a single group ({p_value(test.pvalue)})"
    return (
        f"{told}. Asked for {numeral(fit.n_components)} all the same, EM finds "
        f"{_described(comparison)}."
    )


def _one_group(comparison: Comparison) -> str:
    _, mean, sd = comparison.rows  # the only group holds everything
    unit, level = unit_after(comparison), percent(comparison.level)
    drawn = comparison.sampled_well

    def told(row: Row) -> str:
        width = 10 * (row.bayes.sd if drawn else row.em.se)
        said = row.bayes if drawn else row.em
        ends = f"{number(said.lower, width)} to {number(said.upper, width)}"
        return f"{number(row.em.estimate, width)}{unit} ({ends})"

    kind = "Wald" if comparison.fit.is_pseudo else "profile-likelihood"
    return (
        f"As a single normal group the {observations(comparison)} have mean {told(mean)} and "
        f"standard deviation {told(sd)}, the brackets being {level} "
        f"{'credible' if drawn else kind} intervals."
    )


def _better_rival(comparison: Comparison) -> str:
    """Whether BIC prefers more groups, where it is not a matter of taste."""
    best, fit = preferred(comparison), comparison.fit
    if best is not None and best.n_components > fit.n_components:
        gap = fit.bic - best.bic
        if fit.n_components > 1 and gap < SLIGHT:
            return ""
        option = "n_components=" if comparison.command is None else "--components "
        return (
            f"By BIC, {groups(best.n_components)} describe them {strength(gap)} better "
            f"({fixed(best.bic, 1)} against {fixed(fit.bic, 1)}): try {option}{best.n_components}."
        )
    more = [f for f in comparison.selection.fits if f.converged and f.n_components == 2]
    if fit.n_components == 1 and more:
        return "Two groups would not describe them better, by BIC."
    return ""


def _how_sure(comparison: Comparison) -> str:
    """Whether the data fix the split, judged by the vaguest weight."""
    weights, level = weight_rows(comparison), percent(comparison.level)
    row = max(weights, key=lambda row: row.bayes.upper - row.bayes.lower)
    if comparison.n_components == 2:
        row = weights[0]
    outside = [row for row in weights if not row.em_in_interval]
    if outside and row.em_in_interval:
        row = outside[0]
    name = group_of(comparison, row.component)
    ends = f"{share(row.bayes.lower)} to {share(row.bayes.upper)}"
    allowed = f"{share(row.em.lower)} to {share(row.em.upper)}"
    known = math.isfinite(row.em.upper - row.em.lower)
    spread = 4 * row.bayes.sd  # the length of a 95% interval, whatever level is asked for
    if not comparison.sampled_well:
        said = "The sampler's draws are not to be believed"
        if not known or is_open(row):
            return f"{said}, so nothing is said here about how sure this is."
        return f"{said}; {alone(comparison, level)} gives {name} {allowed}."
    if outside:
        kind = interval_kind(comparison)
        also = f" ({level} {kind} interval {allowed})" if known else ""
        return (
            f"Bayes does not follow EM here: with {level} probability {name} holds {ends} of "
            f"them, which leaves out EM's {share(row.em.estimate)}{also}."
        )
    if spread > 0.3:
        said = (
            f"The data say very little about the split: with {level} probability {name} holds "
            f"anything from {ends} of them"
        )
    elif is_open(row):
        said = f"With {level} probability {name} holds {ends} of them"
    elif spread > 0.12:
        said = f"The split is known roughly: with {level} probability {name} holds {ends} of them"
    else:
        said = f"The split is well determined: with {level} probability {name} holds {ends} of them"
    if not known:
        return f"{said}."
    if is_open(row):
        return f"{said}, and the likelihood alone does not exclude that a group is empty."
    return f"{said}, and {alone(comparison, level)} allows {allowed}."


def _described(comparison: Comparison) -> str:
    by_sd, unit = comparison.order == "sd", unit_after(comparison)
    # The same digits for all, so that the eye can compare them.
    width, wide = (
        10 * max(row.em.se for row in comparison.rows if row.parameter == parameter)
        for parameter in ("means", "sds")
    )
    return listed(
        [
            f"{share(weight)} around {number(mean, width)}{unit}"
            + (f" with standard deviation {number(sd, wide)}{unit}" if by_sd else "")
            for weight, mean, sd in zip(
                *comparison.fit.mixture.ordered(comparison.order), strict=True
            )
        ]
    )
