"""What a comparison says, in plain words with numbers. Every sentence is made from the results."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

import em
from compare.labels import free_parameters, group, listed, number, parameters, percent, variable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.labels import Parameter
    from compare.table import Comparison, Row

__all__ = [
    "agreement",
    "alarms",
    "differences",
    "headline",
    "label",
    "number_of_groups",
    "observations",
    "on_truth",
    "separation",
    "verdict",
]

CLEAR, APART = 3.0, 2.0
"""Ashman's D: groups this far apart overlap hardly at all, or show as two (Ashman et al. 1994)."""

SHIFTED = 0.25
"""In posterior sds: a smaller difference between EM and the posterior median is no news."""

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def headline(comparison: Comparison) -> str:
    """Say in two sentences what was found.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    fit = comparison.fit
    if not fit.converged:
        return (
            f"EM found no maximum with {_groups(fit.n_components)} in the "
            f"{observations(comparison)}: {fit.status.message}. Its numbers below are no answer."
        )
    if fit.n_components == 1:
        return f"{_one_group(comparison)} {_better_rival(comparison)}".strip()
    simpler = _preferred(comparison)
    # Equal sds do not count against the number of groups that was asked for.
    if simpler is not None and simpler.n_components < fit.n_components:
        return f"{_too_many(comparison, simpler)} {_how_sure(comparison)}"
    return f"{_several_groups(comparison)} {_how_sure(comparison)}"


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
        starts = fit.optima[0].n_starts if fit.optima else 1
        reached = "" if fit.n_starts == 1 else f", reached from {starts} of {fit.n_starts} starts"
        first = f"EM is at a maximum (score {_tiny(fit.gradient_norm)} standard errors{reached})"
    else:
        first = f"EM is not to be believed ({fit.status.name.lower().replace('_', ' ')})"
    checks = posterior.diagnostics
    worst, least = _worst(comparison)
    numbers = (
        f"R-hat at most {worst:.3f}, at least {least:,.0f} effective draws, "
        f"{_count(checks.divergences, 'divergence')}"
    )
    if checks.ok:
        second = f"the sampler passes every check ({numbers})"
    else:
        failed = len(checks.messages)
        second = (
            f"the sampler fails {_count(failed, 'check')} ({numbers}) and is not to be believed"
        )
    return f"{first}; {second}."


def alarms(comparison: Comparison) -> tuple[str, ...]:
    """List what a reader must know before looking at a number; empty if all is well."""
    told = []
    if not comparison.fit.converged:
        told.append(f"EM: {comparison.fit.status.message}.")
    told.extend(f"Sampler: {message}" for message in comparison.posterior.diagnostics.messages)
    return tuple(told)


def observations(comparison: Comparison) -> str:
    """How many values of what: ``1,000 heights``."""
    n = comparison.case.sample.n
    count = f"{n:,.0f}" if n == round(n) else f"{n:,.1f}"
    if comparison.case.seed is not None:
        return f"{count} heights"
    return f"{count} values of {variable(comparison)}"


def label(comparison: Comparison, row: Row) -> str:
    """Call a row by what it is, shortly: ``lower mean``."""
    kind = {"weights": "weight", "means": "mean", "sds": "sd"}[row.parameter]
    return f"{group(row.component, comparison.n_components)} {kind}".strip()


def agreement(comparison: Comparison) -> str:
    """Say where EM's estimates lie in the posterior."""
    rows = _free(comparison)
    if not comparison.fit.converged:
        return "EM's numbers are shown for what they are; they are not estimates."
    inside = sum(row.em_in_interval for row in rows)
    told = (
        f"EM's estimate lies inside {_all_of(inside, len(rows))} "
        f"{percent(comparison.level)} credible intervals"
    )
    far = max(rows, key=lambda row: abs(row.shift))
    return (
        f"{told}; the two are furthest apart for {_name(comparison, far)}, where EM says "
        f"{_value(comparison, far, far.em.estimate)} and the posterior median is "
        f"{_value(comparison, far, far.bayes.median)}, {abs(far.shift):.2f} posterior standard "
        "deviations away. This describes one data set: it does not say how often such intervals "
        "are right."
    )


def on_truth(comparison: Comparison) -> str | None:
    """Say how many intervals hold the truth; None where the truth is not known."""
    rows = [row for row in _free(comparison) if row.truth is not None]
    if not rows:
        return None

    def held(row: Row, lower: float, upper: float) -> bool:
        return row.truth is not None and lower <= row.truth <= upper

    by_em = sum(held(row, row.em.lower, row.em.upper) for row in rows)
    by_bayes = sum(held(row, row.bayes.lower, row.bayes.upper) for row in rows)
    return (
        f"The truth lies inside {_all_of(by_em, len(rows))} profile-likelihood intervals and "
        f"inside {_all_of(by_bayes, len(rows))} credible intervals."
    )


def separation(comparison: Comparison) -> str | None:
    """Say how far apart neighbouring groups are, in words; None for a single group."""
    mixture = comparison.fit.mixture
    if mixture.n_components == 1 or not comparison.fit.converged:
        return None
    apart = em.ashman(mixture)
    modes = em.modes(mixture)
    humps = "a single hump" if modes == 1 else f"{_word(modes)} humps"
    least = min(apart)
    if least >= CLEAR:
        said = "the groups are clearly apart"
    elif least >= APART:
        said = "the groups can be told apart, but they overlap"
    else:
        said = "the groups overlap so much that they cannot be told apart by eye"
    numbers = listed([f"{value:.2f}" for value in apart])
    return (
        f"Ashman's D, the distance between neighbouring means in units of their common spread, is "
        f"{numbers} ({APART:g} is taken for two visible groups), and EM's density has {humps}: "
        f"{said}."
    )


def number_of_groups(comparison: Comparison) -> str:
    """Say how many groups BIC, AIC and the EM-test speak for."""
    best = _preferred(comparison)
    if best is None:
        return "No number of groups that was tried has a maximum to speak of."
    fits = [fit for fit in comparison.selection.fits if fit.converged]
    count = best.n_components
    told = f"By BIC, {_model(best)} describe{'s' if count == 1 else ''} the data best"
    others = [fit for fit in fits if fit.n_components != count]
    if others:
        second = min(others, key=lambda fit: fit.bic)
        gap = second.bic - best.bic
        strength = "barely" if gap < 2 else "somewhat" if gap < 6 else "clearly"
        told += (
            f", {strength} better than {_model(second)} "
            f"({best.bic:.1f} against {second.bic:.1f}; lower is better)"
        )
    by_aic = comparison.selection.best("aic")
    if by_aic.n_components != count:
        told += f"; AIC, which asks less of each parameter, prefers {_model(by_aic)}"
    test = comparison.em_test
    if test is not None:
        doubt = "speaks against" if test.pvalue < 0.05 else "does not speak against"
        told += f". The EM-test {doubt} a single normal group (p = {_pvalue(test.pvalue)})"
    return told + "."


def differences(comparison: Comparison) -> tuple[str, ...]:
    """Explain where EM and the posterior differ and why, a paragraph each."""
    if not comparison.fit.converged:
        return ("EM has no maximum here, so there is nothing to compare the posterior with.",)
    shown = free_parameters(comparison)
    told = [
        _shifts(comparison, shown),
        _skewness(comparison, shown),
        _correlation(comparison, shown),
    ]
    if comparison.n_components > 1:
        told.append(_determined(comparison))
    told.append(_lengths(comparison, shown))
    return tuple(paragraph for paragraph in told if paragraph)


# ---- the headline's sentences ----


def _several_groups(comparison: Comparison) -> str:
    fit = comparison.fit
    least = min(em.ashman(fit.mixture))
    how = "clearly separate" if least >= CLEAR else "distinct" if least >= APART else "overlapping"
    return (
        f"EM and Bayes split the {observations(comparison)} into {_word(fit.n_components)} {how} "
        f"groups, by maximum likelihood {_described(comparison)}."
    )


def _too_many(comparison: Comparison, simpler: em.Fit) -> str:
    fit = comparison.fit
    asked, fewer = _groups(fit.n_components), _groups(simpler.n_components)
    return (
        f"The {observations(comparison)} give no reason to speak of {asked}: {fewer} "
        f"{'does' if simpler.n_components == 1 else 'do'} as well (BIC {simpler.bic:.1f} against "
        f"{fit.bic:.1f}); asked for {_word(fit.n_components)} all the same, EM finds "
        f"{_described(comparison)}."
    )


def _one_group(comparison: Comparison) -> str:
    weight, mean, sd = comparison.rows
    del weight  # the only group holds everything
    unit = _unit(comparison)
    return (
        f"As a single normal group the {observations(comparison)} have mean "
        f"{number(mean.em.estimate, 10 * mean.bayes.sd)}{unit} "
        f"({_range(mean)}) and standard deviation "
        f"{number(sd.em.estimate, 10 * sd.bayes.sd)}{unit} ({_range(sd)}), "
        f"the brackets being {percent(comparison.level)} credible intervals."
    )


def _better_rival(comparison: Comparison) -> str:
    best = _preferred(comparison)
    if best is None or best.n_components <= comparison.n_components:
        return "Two groups would not describe them better, by BIC."
    return (
        f"{_groups(best.n_components).capitalize()} describe them better (BIC {best.bic:.1f} "
        f"against {comparison.fit.bic:.1f}): try --components {best.n_components}."
    )


def _how_sure(comparison: Comparison) -> str:
    """Whether the data fix the split, judged by the widest credible interval of a weight."""
    weights = [row for row in comparison.rows if row.parameter == "weights"]
    row = max(weights, key=lambda row: row.bayes.upper - row.bayes.lower)
    if comparison.n_components == 2:
        row = weights[0]
    width = row.bayes.upper - row.bayes.lower
    level = percent(comparison.level)
    name = f"the {group(row.component, comparison.n_components)} group"
    if comparison.n_components > 2:
        name = group(row.component, comparison.n_components)
    ends = f"{_percent(row.bayes.lower)} to {_percent(row.bayes.upper)}"
    if width > 0.3:
        said = (
            f"The data say very little about the split: with {level} probability {name} holds "
            f"anything from {ends} of them"
        )
    elif width > 0.12:
        said = f"The split is known roughly: with {level} probability {name} holds {ends} of them"
    else:
        said = f"The split is well determined: with {level} probability {name} holds {ends} of them"
    if row.em.lower <= 0 or row.em.upper >= 1:
        return f"{said}, and the likelihood alone does not exclude that a group is empty."
    return (
        f"{said}, and the likelihood alone ({level} profile interval) allows "
        f"{_percent(row.em.lower)} to {_percent(row.em.upper)}."
    )


def _described(comparison: Comparison) -> str:
    mixture = comparison.fit.mixture
    unit = _unit(comparison)
    means = [row for row in comparison.rows if row.parameter == "means"]
    return listed(
        [
            f"{_percent(weight)} around {number(mean, 10 * row.bayes.sd)}{unit}"
            for weight, mean, row in zip(mixture.weights, mixture.means, means, strict=True)
        ]
    )


# ---- the paragraphs on differences ----


def _shifts(comparison: Comparison, shown: list[Parameter]) -> str:
    far = [p for p in shown if abs(p.row.shift) >= SHIFTED]
    if not far:
        most = max(shown, key=lambda p: abs(p.row.shift))
        return (
            "EM's estimates and the posterior medians differ by at most "
            f"{abs(most.row.shift):.2f} posterior standard deviations: for these data it does not "
            "matter which of the two is quoted, only how wide the interval around it is."
        )
    told = [
        f"{_name(comparison, p.row)} ({_value(comparison, p.row, p.row.em.estimate)} against "
        f"{_value(comparison, p.row, p.row.bayes.median)}, {abs(p.row.shift):.2f} posterior "
        "standard deviations)"
        for p in far
    ]
    return (
        f"EM's estimate and the posterior median differ for {listed(told)}. EM reports the top "
        "of the likelihood, a single point; the posterior weighs every mixture that the data and "
        "the prior leave possible, and where these lie mostly on one side of the top, its middle "
        "moves there."
    )


def _skewness(comparison: Comparison, shown: list[Parameter]) -> str:
    lean = [(p, _skew(p.draws)) for p in shown]
    skewed = [(p, value) for p, value in lean if abs(value) >= 0.5]
    if not skewed:
        return (
            "All the posteriors are close to symmetric, so that an estimate plus and minus two "
            "standard errors tells the story."
        )
    told = listed(
        [
            f"{_name(comparison, p.row)} (skewness {_signed(value)}, with a long tail towards "
            f"{'high' if value > 0 else 'low'} values)"
            for p, value in skewed
        ]
    )
    return (
        f"The posterior is skewed for {told}. An estimate plus and minus two standard errors "
        "cannot show that: it reaches too far on one side and not far enough on the other."
    )


def _correlation(comparison: Comparison, shown: list[Parameter]) -> str:
    if len(shown) < 2:
        return ""
    draws = np.stack([p.draws.ravel() for p in shown])
    matrix = np.asarray(np.corrcoef(draws)) - np.eye(len(shown))
    i, j = sorted(divmod(int(np.abs(matrix).argmax()), len(shown)))
    value = float(matrix[i, j])
    first, second = (_name(comparison, shown[at].row) for at in (i, j))
    if abs(value) < 0.5:
        return (
            f"No two parameters are strongly tied: the strongest correlation in the posterior is "
            f"{_signed(value)}, between {first} and {second}."
        )
    together = "rises" if value > 0 else "falls"
    return (
        f"{first.capitalize()} and {second} are tied to each other (correlation {_signed(value)}): "
        f"when the one rises, the other {together}, and the data fix the combination better than "
        "either alone. That is why each interval by itself is wide."
    )


def _determined(comparison: Comparison) -> str:
    """What the data do fix: the mean and the sd of the whole."""
    weights, means, sds = (
        np.asarray(getattr(comparison.posterior, name)) for name in ("weights", "means", "sds")
    )
    mean = (weights * means).sum(axis=-1)
    sd = np.sqrt((weights * (sds**2 + (means - mean[..., None]) ** 2)).sum(axis=-1))
    unit = _unit(comparison)
    tail = 0.5 * (1 - comparison.level)
    told = [
        f"{name} {number(float(np.median(draws)), float(draws.std()))}{unit} "
        f"({' to '.join(number(end, float(draws.std())) for end in ends)})"
        for name, draws in (("mean", mean), ("standard deviation", sd))
        for ends in [np.quantile(draws, (tail, 1 - tail)).tolist()]
    ]
    return (
        f"What the data do fix is the whole sample's {told[0]} and {told[1]}: every mixture in "
        "the posterior gives nearly the same total, and they differ in how they share it out."
    )


def _lengths(comparison: Comparison, shown: list[Parameter]) -> str:
    """Where the prior, or the averaging, changes the length of the interval the most."""
    ratios = [
        (p, (p.row.bayes.upper - p.row.bayes.lower) / (p.row.em.upper - p.row.em.lower))
        for p in shown
        if not _is_open(p.row) and p.row.em.upper > p.row.em.lower
    ]
    open_ones = [
        _name(comparison, p.row)
        for p in shown
        if not math.isfinite(p.row.em.upper - p.row.em.lower)
    ]
    told = ""
    if ratios:
        p, ratio = max(ratios, key=lambda pair: abs(math.log(pair[1])))
        change = "as long as" if 0.95 < ratio < 1.05 else f"{ratio:.2f} times as long as"
        told = (
            f"The credible interval of {_name(comparison, p.row)} is {change} the profile interval"
            f"{', the largest change' if len(ratios) > 1 else ''}: "
            + (
                "the prior hardly matters."
                if 0.9 < ratio < 1.11
                else "where the data say little, the prior, which doubts extreme values, has a say."
                if ratio < 1
                else "averaging over the other parameters adds doubt that a profile leaves out."
            )
        )
    if open_ones:
        told += (
            f" The profile interval of {listed(open_ones)} has an open end: the likelihood "
            "alone never rules it out, and the credible interval ends there because of the prior."
        )
    return told.strip()


# ---- numbers and names ----


def _free(comparison: Comparison) -> list[Row]:
    """The rows that can differ: without the second of two weights, and a single one."""
    return [parameter.row for parameter in free_parameters(comparison)]


def _preferred(comparison: Comparison) -> em.Fit | None:
    fits = [fit for fit in comparison.selection.fits if fit.converged]
    return min(fits, key=lambda fit: fit.bic) if fits else None


def _skew(draws: NDArray[np.float64]) -> float:
    centred = draws - draws.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


def _worst(comparison: Comparison) -> tuple[float, float]:
    rows = [p.row.bayes for p in parameters(comparison) if p.row.bayes.sd > 0]
    rhat = max(row.rhat for row in rows)
    least = min(min(row.ess_bulk, row.ess_tail) for row in rows)
    return rhat, least


def _name(comparison: Comparison, row: Row) -> str:
    kind = {"weights": "weight", "means": "mean", "sds": "standard deviation"}[row.parameter]
    which = group(row.component, comparison.n_components)
    return f"the {kind}" if not which else f"the {kind} of {_group_name(which)}"


def _group_name(which: str) -> str:
    return f"the {which} group" if which in ("lower", "upper") else which


def _value(comparison: Comparison, row: Row, value: float) -> str:
    unit = "" if row.parameter == "weights" else _unit(comparison)
    return number(value, row.bayes.sd) + unit


def _range(row: Row) -> str:
    width = 10 * row.bayes.sd
    return f"{number(row.bayes.lower, width)} to {number(row.bayes.upper, width)}"


def _unit(comparison: Comparison) -> str:
    unit = comparison.case.unit
    return f" {unit}" if unit else ""


def _percent(share: float) -> str:
    """A share of the data as a percentage that never claims 0 or 100 of what is in between."""
    if 0 < share < 0.005 or 0.995 < share < 1:
        return f"{100 * share:.2g}%" if share < 0.005 else f"{100 * share:.4g}%"
    return f"{100 * share:.0f}%"


def _word(count: int) -> str:
    return WORDS[count] if count < len(WORDS) else f"{count}"


def _groups(count: int) -> str:
    return f"{_word(count)} group{'' if count == 1 else 's'}"


def _model(fit: em.Fit) -> str:
    tied = " with a common standard deviation" if fit.equal_sds and fit.n_components > 1 else ""
    return _groups(fit.n_components) + tied


def _pvalue(value: float) -> str:
    return f"{value:.2g}" if value >= 1e-4 else "below 0.0001"


def _is_open(row: Row) -> bool:
    """Whether an end of EM's interval is open."""
    finite = math.isfinite(row.em.upper - row.em.lower)
    return not finite or (row.em.lower <= 0 < row.em.upper and row.parameter != "means")


def _count(count: int, what: str) -> str:
    return f"{'no' if count == 0 else count} {what}{'' if count == 1 else 's'}"


def _all_of(count: int, total: int) -> str:
    if count == total:
        return {1: "the", 2: "both"}.get(total, f"all {_word(total)}")
    return f"{_word(count) if count else 'none'} of the {_word(total)}"


def _tiny(value: float) -> str:
    return "0" if value == 0 else f"{value:.0e}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")
