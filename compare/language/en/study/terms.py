"""What a study is about, in English: methods, estimands, populations and simulated figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compare.language.numbers import fixed
from compare.study.design import LIKE
from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.study.simulated import Figure

__all__ = [
    "FAILURES",
    "KINDS",
    "LETTERS",
    "METHODS",
    "POPULATIONS",
    "digits",
    "estimand",
    "figure",
    "population",
]

METHODS = {
    "maximum": "EM at the maximum",
    "listing 10": "the report's listing, 10 passes",
    "listing 30": "the report's listing, 30 passes",
    "scikit-learn": "scikit-learn as it comes",
    "penalised": "penalised maximum",
    "posterior mean": "posterior mean",
    "posterior median": "posterior median",
    "wald": "Wald",
    "wald, scaled": "Wald on logit and log scales",
    "sandwich": "Wald from the sandwich",
    "profile": "profile likelihood",
    "bootstrap": "bootstrap percentiles",
    "credible": "credible, equal tails",
    "highest density": "credible, highest density",
}
KINDS = {
    "weights": "weight",
    "means": "mean",
    "sds": "sd",
    "borders": "border",
    "density": "density",
    "misclassified": "misclassified",
}
LETTERS = 20
"""Of a file's name."""

FAILURES = {
    "collapsed": "collapsed",
    "chance": "settled on a few values",
    "empty": "lost a group",
    "flat": "cannot tell the groups apart",
    "max_iter": "ended early",
    "not converged": "ended early",
    "gate": "draws failed their checks",
    "no mixture": "no mixture",
    "too few distinct values": "too few distinct values",
}
"""Why a method failed, after their number."""
POPULATIONS = {
    "heights": "the heights",
    "lopsided": "the lopsided groups",
    "skewed": "the heights with skewed groups",
    "rounded": "the heights in whole inches",
    "prior": "truths from the prior",
    "given": "the given groups",
}


def estimand(name: str) -> str:
    """What is estimated, in a word and a number."""
    kind, _, rest = name.partition("[")
    return KINDS[kind] + (f" {int(rest[:-1]) + 1}" if rest else "")


def figure(one: Figure) -> str:
    """A figure with as many digits as its Monte Carlo error leaves it."""
    if math.isnan(one.value):
        return ""
    if not one.error > 0:
        return fixed(one.value, 2)
    places = digits(one)
    if places > 5:
        return f"{one.value:.2e} ± {one.error:.0e}".replace("-", "−")
    return f"{fixed(one.value, places)} ± {fixed(one.error, places)}"


def digits(one: Figure) -> int:
    """How many digits of a figure stand behind the point.

    To the first of its error, or to the second where the first is a one, which rounding would
    change by half.
    """
    if not one.error > 0:
        return 2
    shown = f"{one.error:.1e}"
    return max(0, (1 if shown[0] == "1" else 0) - int(shown[4:]))


def population(name: str) -> str:
    """What values are drawn from, by its name in the design; a file gave the end of some."""
    known = POPULATIONS.get(name)
    return known or f"groups like those of {plain(name.removeprefix(LIKE), LETTERS)}"
