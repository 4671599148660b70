"""What a comparison says, in plain words with numbers. Every sentence is made from the results."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

import em
from compare.labels import (
    free_parameters,
    group,
    listed,
    number,
    parameters,
    percent,
    plain,
    variable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from compare.labels import Parameter
    from compare.table import Comparison, Row

__all__ = [
    "agreement",
    "alarms",
    "differences",
    "fixed",
    "headline",
    "label",
    "number_of_groups",
    "observations",
    "on_nodes",
    "on_truth",
    "separation",
    "verdict",
    "warning",
]

CLEAR, APART = 3.0, 2.0
"""Ashman's D: groups this far apart overlap hardly at all, or show as two (Ashman et al. 1994)."""

SHIFTED = 0.25
"""In posterior sds: a smaller difference between EM and the posterior median is no news."""

TIED = 0.5
"""Correlations below this in size are no news."""

SLIGHT, SOME = 2.0, 6.0
"""Differences of BIC that are worth a mention, and that settle it (Kass & Raftery 1995)."""

DOUBT = 0.05
"""A p-value below it speaks against a single group."""

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
        why = _after_colon(fit.status.message).partition(";")[0]
        stands = "; the posterior needs no maximum, and its numbers stand"
        return (
            f"EM found no maximum with {_groups(fit.n_components)} in the "
            f"{observations(comparison)}: {why}. Its numbers below are no answer"
            f"{stands if _drawn(comparison) else ''}."
        )
    best = _preferred(comparison)
    # Equal sds do not count against the number of groups that was asked for.
    if best is not None and best.n_components < fit.n_components:
        told = [_too_many(comparison, best), _how_sure(comparison)]
    elif fit.n_components == 1:
        told = [_one_group(comparison), _better_rival(comparison)]
    else:
        told = [_several_groups(comparison), _how_sure(comparison), _better_rival(comparison)]
    return " ".join(sentence for sentence in told if sentence)


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
        # A single normal has its maximum in closed form, wherever one starts.
        alone = fit.n_starts == 1 or fit.n_components == 1
        reached = "" if alone else f", reached from {starts} of {fit.n_starts} starts"
        first = f"EM is at a maximum (score {_tiny(fit.gradient_norm)} standard errors{reached})"
    else:
        first = f"EM is not to be believed ({fit.status.message.partition(':')[0]})"
    checks = posterior.diagnostics
    worst, least = _worst(comparison)
    numbers = (
        ("R-hat unknown" if math.isnan(worst) else f"R-hat at most {worst:.3f}")
        + ("" if math.isnan(least) else f", at least {least:,.0f} effective draws")
        + f", {_count(checks.divergences, 'divergence')}"
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
        told.append(f"EM is not at a maximum: {_after_colon(comparison.fit.status.message)}.")
    told.extend(f"Sampler: {message}" for message in comparison.posterior.diagnostics.messages)
    return tuple(told)


def warning(comparison: Comparison) -> str:
    """Say whose numbers the alarms are about."""
    if comparison.fit.converged:
        return "Do not rely on the posterior's numbers"
    return "Do not rely on EM's numbers" if _drawn(comparison) else "Do not rely on these numbers"


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
    moving = _moving(comparison)
    if not moving:
        return f"{told}; the draws are all the same, so these intervals mean nothing."
    far = max((p.row for p in moving), key=lambda row: abs(row.shift))
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


def on_nodes(comparison: Comparison) -> str:
    """Say that both fits saw nodes in place of the data, and what that costs; empty if not."""
    fit = comparison.fit
    if fit.data.bins is None:
        return ""
    return (
        f"Both fits saw {len(fit.data)} weighted nodes that stand for the "
        f"{observations(comparison)}: within narrow bins they have the moments of the data, and "
        f"the log-likelihood is off by at most {_tiny(fit.error_bound)}."
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
    if least < APART and modes < mixture.n_components:
        said = "the groups overlap so much that they cannot be told apart by eye"
    else:
        said = (
            "the groups are clearly apart"
            if least >= CLEAR
            else "the groups can be told apart, but they overlap"
            if least >= APART
            else "the groups overlap much, yet each makes a hump of its own"
        )
        if modes < mixture.n_components:
            said += ", though not every group makes a hump of its own"
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
        told += (
            f", {_strength(second.bic - best.bic)} better than {_model(second)} "
            f"({fixed(best.bic, 1)} against {fixed(second.bic, 1)}; lower is better)"
        )
    by_aic = comparison.selection.best("aic")
    if by_aic.n_components != count:
        told += f"; AIC, which charges less for each parameter, prefers {_model(by_aic)}"
    test = comparison.em_test
    if test is not None:
        doubt = "speaks against" if test.pvalue < DOUBT else "does not speak against"
        told += f". The EM-test {doubt} a single normal group ({_pvalue(test.pvalue)})"
    return told + "."


def differences(comparison: Comparison) -> tuple[str, ...]:
    """Explain where EM and the posterior differ and why, a paragraph each."""
    if not comparison.fit.converged:
        return ("EM has no maximum here, so there is nothing to compare the posterior with.",)
    shown = _moving(comparison)
    if not shown:
        return ("The draws are all the same, so there is no posterior to compare EM with.",)
    told = [
        ""
        if _drawn(comparison)
        else "The draws fail their checks. What follows describes these draws, not the posterior.",
        _shifts(comparison, shown),
        _skewness(comparison, shown),
        *_ties(comparison, shown),
        _lengths(comparison, shown),
    ]
    return tuple(paragraph for paragraph in told if paragraph)


# ---- the headline's sentences ----


def _several_groups(comparison: Comparison) -> str:
    fit = comparison.fit
    least = min(em.ashman(fit.mixture))
    how = "clearly separate" if least >= CLEAR else "distinct" if least >= APART else "overlapping"
    both = _drawn(comparison) and all(row.em_in_interval for row in _weights(comparison))
    return (
        f"{'EM and Bayes split' if both else 'EM splits'} the {observations(comparison)} into "
        f"{_word(fit.n_components)} {how} groups, by maximum likelihood {_described(comparison)}."
    )


def _too_many(comparison: Comparison, simpler: em.Fit) -> str:
    fit, test = comparison.fit, comparison.em_test
    asked, one = _groups(fit.n_components), simpler.n_components == 1
    gap = fit.bic - simpler.bic
    contested = one and test is not None and test.pvalue < DOUBT
    told = (
        f"The {observations(comparison)} "
        + (
            f"give no reason to speak of {asked}"
            if gap >= SOME and not contested
            else f"leave open whether there are {asked}"
        )
        + f": by BIC, {_groups(simpler.n_components)} describe{'s' if one else ''} them "
        f"{_strength(gap)} better ({fixed(simpler.bic, 1)} against {fixed(fit.bic, 1)}; lower is "
        "better)"
    )
    if contested and test is not None:
        told += f", but the EM-test speaks against a single group ({_pvalue(test.pvalue)})"
    return (
        f"{told}. Asked for {_word(fit.n_components)} all the same, EM finds "
        f"{_described(comparison)}."
    )


def _one_group(comparison: Comparison) -> str:
    _, mean, sd = comparison.rows  # the only group holds everything
    unit, level = _unit(comparison), percent(comparison.level)
    drawn = _drawn(comparison)

    def told(row: Row) -> str:
        width = 10 * (row.bayes.sd if drawn else row.em.se)
        said = row.bayes if drawn else row.em
        ends = f"{number(said.lower, width)} to {number(said.upper, width)}"
        return f"{number(row.em.estimate, width)}{unit} ({ends})"

    return (
        f"As a single normal group the {observations(comparison)} have mean {told(mean)} and "
        f"standard deviation {told(sd)}, the brackets being {level} "
        f"{'credible' if drawn else 'profile-likelihood'} intervals."
    )


def _better_rival(comparison: Comparison) -> str:
    """Whether BIC prefers more groups, where it is not a matter of taste."""
    best, fit = _preferred(comparison), comparison.fit
    if best is not None and best.n_components > fit.n_components:
        gap = fit.bic - best.bic
        if fit.n_components > 1 and gap < SLIGHT:
            return ""
        option = "n_components=" if comparison.command is None else "--components "
        return (
            f"By BIC, {_groups(best.n_components)} describe them {_strength(gap)} better "
            f"({fixed(best.bic, 1)} against {fixed(fit.bic, 1)}): try {option}{best.n_components}."
        )
    more = [f for f in comparison.selection.fits if f.converged and f.n_components == 2]
    if fit.n_components == 1 and more:
        return "Two groups would not describe them better, by BIC."
    return ""


def _how_sure(comparison: Comparison) -> str:
    """Whether the data fix the split, judged by the vaguest weight."""
    weights, level = _weights(comparison), percent(comparison.level)
    row = max(weights, key=lambda row: row.bayes.upper - row.bayes.lower)
    if comparison.n_components == 2:
        row = weights[0]
    outside = [row for row in weights if not row.em_in_interval]
    if outside and row.em_in_interval:
        row = outside[0]
    name = _group_name(group(row.component, comparison.n_components))
    ends = f"{_percent(row.bayes.lower)} to {_percent(row.bayes.upper)}"
    allowed = f"{_percent(row.em.lower)} to {_percent(row.em.upper)}"
    known = math.isfinite(row.em.upper - row.em.lower)
    spread = 4 * row.bayes.sd  # the length of a 95% interval, whatever level is asked for
    if not _drawn(comparison):
        said = "The sampler's draws are not to be believed"
        if not known or _is_open(row):
            return f"{said}, so nothing is said here about how sure this is."
        return f"{said}; the likelihood alone ({level} profile interval) gives {name} {allowed}."
    if outside:
        also = f" ({level} profile interval {allowed})" if known else ""
        return (
            f"Bayes does not follow EM here: with {level} probability {name} holds {ends} of "
            f"them, which leaves out EM's {_percent(row.em.estimate)}{also}."
        )
    if spread > 0.3:
        said = (
            f"The data say very little about the split: with {level} probability {name} holds "
            f"anything from {ends} of them"
        )
    elif _is_open(row):
        said = f"With {level} probability {name} holds {ends} of them"
    elif spread > 0.12:
        said = f"The split is known roughly: with {level} probability {name} holds {ends} of them"
    else:
        said = f"The split is well determined: with {level} probability {name} holds {ends} of them"
    if not known:
        return f"{said}."
    if _is_open(row):
        return f"{said}, and the likelihood alone does not exclude that a group is empty."
    return f"{said}, and the likelihood alone ({level} profile interval) allows {allowed}."


def _described(comparison: Comparison) -> str:
    mixture = comparison.fit.mixture
    unit = _unit(comparison)
    # The same digits for all, so that the eye can compare them.
    width = 10 * max(row.em.se for row in comparison.rows if row.parameter == "means")
    return listed(
        [
            f"{_percent(weight)} around {number(mean, width)}{unit}"
            for weight, mean in zip(mixture.weights, mixture.means, strict=True)
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
        every = "Both posteriors" if len(shown) == 2 else "All the posteriors"
        return (
            f"{every} are close to symmetric, so that an estimate plus and minus two standard "
            "errors tells the story."
        )
    told = listed(
        [
            f"{_name(comparison, p.row)} (skewness {fixed(value, 1)}, with a long tail towards "
            f"{'high' if value > 0 else 'low'} values)"
            for p, value in skewed
        ]
    )
    return (
        f"The posterior is skewed for {told}. An estimate plus and minus two standard errors "
        "cannot show that: it reaches too far on one side and not far enough on the other."
    )


def _ties(comparison: Comparison, shown: list[Parameter]) -> Iterator[str]:
    """The strongest correlation, and what the data fix where that is strong."""
    if len(shown) < 2:
        return
    matrix = np.abs(np.asarray(np.corrcoef(np.stack([p.draws.ravel() for p in shown]))))
    weight = np.array([p.kind == "weights" for p in shown])
    # Shares of one whole always compete; that says nothing about these data.
    matrix[np.eye(len(shown), dtype=bool) | (weight[:, None] & weight)] = -1.0
    i, j = sorted(divmod(int(matrix.argmax()), len(shown)))
    value = float(np.corrcoef(shown[i].draws.ravel(), shown[j].draws.ravel())[0, 1])
    first, second = (_name(comparison, shown[at].row) for at in (i, j))
    told = fixed(value, 2)
    if abs(value) < TIED:
        yield (
            f"{_capital(first)} and {second} are hardly tied to each other (correlation {told})."
            if len(shown) == 2
            else "No two parameters are strongly tied: the strongest correlation in the posterior "
            f"is {told}, between {first} and {second}."
        )
        return
    yield (
        f"{_capital(first)} and {second} are tied to each other (correlation {told}): when the one "
        f"rises, the other {'rises' if value > 0 else 'falls'}, and the data fix the combination "
        "better than either alone."
        + (" That is why each interval by itself is wide." if abs(value) >= 0.9 else "")
    )
    if comparison.n_components > 1 and _drawn(comparison):
        yield _determined(comparison)


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
    open_ones = [p for p in shown if _is_open(p.row)]
    ratios = [
        (p, (p.row.bayes.upper - p.row.bayes.lower) / (p.row.em.upper - p.row.em.lower))
        for p in shown
        if not _is_open(p.row) and p.row.em.upper > p.row.em.lower
    ]
    ratios = [(p, ratio) for p, ratio in ratios if ratio > 0]
    told = ""
    if ratios:
        low, high = (end(ratio for _, ratio in ratios) for end in (min, max))
        p, ratio = max(ratios, key=lambda pair: abs(math.log(pair[1])))
        if low > 0.9 and high < 1.11:
            told = (
                f"The credible intervals are {low:.2f} to {high:.2f} times as long as the profile "
                "intervals: the prior hardly matters."
                if len(ratios) > 1
                else f"The credible interval of {_name(comparison, p.row)} is {ratio:.2f} times as "
                "long as the profile interval: the prior hardly matters."
            )
        else:
            told = (
                f"The credible interval of {_name(comparison, p.row)} is {ratio:.2f} times as long "
                f"as the profile interval{', the largest change' if len(ratios) > 1 else ''}: "
            ) + (
                "where the data say little, the prior, which doubts extreme values, has a say."
                if ratio < 1
                else "the posterior also counts mixtures far from EM's maximum, which the profile "
                "interval, drawn around that maximum, leaves out."
            )
    if open_ones:
        many = len(open_ones) > 1
        names = (
            "every parameter"
            if len(open_ones) == len(shown) > 1
            else listed([_name(comparison, p.row) for p in open_ones])
        )
        told += (
            f" The profile interval{'s' if many else ''} of {names} {'are' if many else 'is'} open "
            "on at least one side: there the likelihood alone sets no limit, and the credible "
            f"interval{'s end' if many else ' ends'} because of the prior."
        )
    return told.strip()


# ---- numbers and names ----


def _free(comparison: Comparison) -> list[Row]:
    """The rows that can differ: without the second of two weights, and a single one."""
    return [parameter.row for parameter in free_parameters(comparison)]


def _moving(comparison: Comparison) -> list[Parameter]:
    """The free parameters without those that a sampler did not move at all."""
    return [p for p in free_parameters(comparison) if np.ptp(p.draws) > 0]


def _preferred(comparison: Comparison) -> em.Fit | None:
    fits = [fit for fit in comparison.selection.fits if fit.converged]
    return min(fits, key=lambda fit: fit.bic) if fits else None


def _skew(draws: NDArray[np.float64]) -> float:
    centred = draws - draws.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


def _drawn(comparison: Comparison) -> bool:
    """Whether the draws can be believed."""
    return bool(comparison.posterior.diagnostics.ok)


def _weights(comparison: Comparison) -> list[Row]:
    return [row for row in comparison.rows if row.parameter == "weights"]


def _worst(comparison: Comparison) -> tuple[float, float]:
    """The largest R-hat and the smallest effective sample size; NaN if one is unknown."""
    constant = comparison.n_components == 1
    rows = [p.row.bayes for p in parameters(comparison) if p.kind != "weights" or not constant]
    rhat = float(np.max([row.rhat for row in rows]))
    # Draws that never move would count as independent.
    moving = len(_moving(comparison)) == len(free_parameters(comparison))
    least = float(np.min([(row.ess_bulk, row.ess_tail) for row in rows])) if moving else math.nan
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


def _unit(comparison: Comparison) -> str:
    unit = plain(comparison.case.unit, 16)
    return f" {unit}" if unit else ""


def _percent(share: float) -> str:
    """A share of the data as a percentage that never claims 0 or 100 of what is in between."""
    if 0 < share < 0.01:
        return "under 0.01%" if share < 1e-4 else f"{100 * share:.2g}%"
    if 0.99 < share < 1:
        return "over 99.99%" if share > 0.9999 else f"{100 * share:.2f}%"
    return f"{100 * share:.0f}%"


def _word(count: int) -> str:
    return WORDS[count] if count < len(WORDS) else f"{count}"


def _groups(count: int) -> str:
    return f"{_word(count)} group{'' if count == 1 else 's'}"


def _model(fit: em.Fit) -> str:
    tied = " with a common standard deviation" if fit.equal_sds and fit.n_components > 1 else ""
    return _groups(fit.n_components) + tied


def _pvalue(value: float) -> str:
    return f"p = {value:.2g}" if value >= 1e-4 else "p < 0.0001"


def _strength(gap: float) -> str:
    """What a difference of BIC is worth, after Kass & Raftery (1995)."""
    return "barely" if gap < SLIGHT else "somewhat" if gap < SOME else "clearly"


def _is_open(row: Row) -> bool:
    """Whether EM's interval runs to the end of what the parameter can be; False if it has none."""
    lower, upper = row.em.lower, row.em.upper
    if math.isnan(lower) or math.isnan(upper):
        return False
    if row.parameter == "weights":
        return lower <= 0 or upper >= 1
    return math.isinf(upper) or math.isinf(lower) or (row.parameter == "sds" and lower <= 0)


def _count(count: int, what: str) -> str:
    return f"{'no' if count == 0 else count} {what}{'' if count == 1 else 's'}"


def _all_of(count: int, total: int) -> str:
    if count == total:
        return {1: "the", 2: "both"}.get(total, f"all {_word(total)}")
    return f"{_word(count) if count else 'none'} of the {_word(total)}"


def _tiny(value: float) -> str:
    return "0" if value == 0 else f"{value:.0e}".replace("-", "−")


def fixed(value: float, places: int) -> str:
    """A number to so many places, with a true minus sign and no negative zero."""
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "−")


def _after_colon(message: str) -> str:
    """What a status says after its name."""
    return message.partition(": ")[2] or message


def _capital(text: str) -> str:
    """With a capital at the beginning; `str.capitalize` would take those inside away."""
    return text[0].upper() + text[1:]
