"""How a study was made, in English: aims, data, estimands, methods, performance."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.en.study.terms import population
from compare.language.en.words import capitalized, listed
from compare.language.numbers import fixed, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compare.findings.study.plan import Plan, Simulated
    from compare.study.methods import Task
    from compare.study.population import Population

__all__ = ["plan", "versions"]


AIMS = (
    "To see for which data EM's maximum or the posterior is closer to the truth, how often the "
    "intervals of either hold it, and how many values make the choice not matter."
)
ESTIMANDS = (
    "Weights, means and standard deviations of the groups, the border at which both are equally "
    "probable, the density (integrated squared error) and the share of values that is put into the "
    "wrong group. Groups are matched to those of the truth first. Where the groups are no normal "
    "ones, the truth is the closest normal mixture (Kullback-Leibler); where values are rounded, "
    "it is the mixture before that."
)
PERFORMANCE = (
    "Root mean square and mean error, coverage, median length, time, each with its Monte Carlo "
    "standard error (a number after ±); ratios of errors count that both methods saw the same "
    "samples. A method that fails, because it collapses or its draws do not pass their checks, "
    "counts as not holding the truth; its coverage without failures stands beside. All numbers of "
    "all designs are in the JSON file, every trial in the log."
)


def plan(found: Plan) -> tuple[tuple[str, str], ...]:
    """The plan, by the five headings of Morris, White & Crowther (2019)."""
    return (
        ("Aims", AIMS),
        ("Data", _data(found)),
        ("Estimands", ESTIMANDS),
        ("Methods", _methods(found)),
        ("Performance", PERFORMANCE),
    )


def versions(found: Mapping[str, str]) -> str:
    """What did the work; empty where that is not known."""
    told = [f"{name} {version}" for name, version in found.items()]
    return f"Made with {listed(told)}." if told else ""


def _data(found: Plan) -> str:
    said = "; ".join(map(_simulated, found.simulated))
    return (
        f"{capitalized(said)}. Each value draws its group anew. Sample i of a design is seeded by "
        f"({found.seed}, i) and is the same whoever draws it, in whatever order."
    )


def _simulated(one: Simulated) -> str:
    name = population(one.name)
    sizes = f"n = {listed([f'{n:,}' for n in one.sizes])}"
    if one.population is None:
        return f"{name}, {sizes}"
    apart = (
        f", moved to D = {listed([fixed(d, 1) for d in one.separations])}"
        if len(one.separations) > 1
        else ""
    )
    return f"{name}, {_mixture(one.population)}{apart}, {sizes}"


def _mixture(known: Population) -> str:
    groups = zip(known.weights, known.means, known.sds, strict=True)
    written = " + ".join(f"{w:.3g} N({m:.4g}, {s:.3g})" for w, m, s in groups)
    match known.shape:
        case "normal":
            shape = ""
        case "skewed":
            shape = " with groups of a skew-normal shape (skewness 0.78)"
        case "heavy":
            shape = " with groups of t's shape (5 degrees of freedom)"
        case _:
            assert_never(known.shape)
    rounded = f" rounded to {known.step:g}" if known.step else ""
    return f"{written}{shape}{rounded}"


def _methods(found: Plan) -> str:
    told: tuple[tuple[Task, str], ...] = (
        ("fits", "by EM"),
        ("bootstrap", "with a bootstrap of 999 refits"),
        ("posterior", "by Bayes"),
    )
    first = [f"{found.first[task]:,} {how}" for task, how in told if task in found.first]
    others = [f"{_between(found.others[task])} {how}" for task, how in told if task in found.others]
    more = f"; samples of each other design: {listed(others)}" if others else ""
    return (
        f"Samples of the first design: {listed(first)}{more}. EM at the maximum (em.fit) with "
        f"{percent(found.level)} intervals by Wald's rule from the observed information, by the "
        "same on the scales of logits and logarithms, from the sandwich, by profile likelihood and "
        "by percentiles of the bootstrap. EM as it is used: the original report's listing after 10 "
        "and 30 passes, scikit-learn's GaussianMixture as it comes, the penalised maximum. Bayes "
        "with the default priors: posterior mean and median, equal-tailed and highest-density "
        f"intervals, of {found.chains} chains of {found.draws:,} draws after {found.tune:,} of "
        "tuning."
    )


def _between(counts: Sequence[int]) -> str:
    low, high = counts
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
