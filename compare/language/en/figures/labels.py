"""What stands on axes and in keys, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import group, label, number, percent
from compare.language.en.words import group_label as _called
from compare.language.figure_book import Labels
from compare.tables.printable import plain

if TYPE_CHECKING:
    from compare.comparison.original import Mark
    from compare.findings.terms import Group, Parameter, Range

__all__ = [
    "chain",
    "density_per",
    "group_label",
    "interval",
    "labels",
    "name_of_stop",
    "probability_of",
    "short_label",
    "stop",
    "true_weight",
    "variable",
    "weight_there",
]

SHORT = {"weights": "weight", "means": "mean", "sds": "sd"}


def labels(level: float) -> Labels:
    """What stands on axes and in keys, for intervals of one level."""
    held = percent(level)
    return Labels(
        em="EM",
        bayes="Bayes",
        prior="prior",
        posterior="posterior",
        truth="truth",
        no_interval="(no interval)",
        kinds={
            "weights": "weight (share of all values)",
            "means": "mean",
            "sds": "standard deviation",
        },
        density="density",
        histogram="data (histogram)",
        em_density="EM's density",
        em_components="EM's components",
        posterior_density="posterior predictive",
        each_value="each value",
        posterior_band=f"posterior, {held} band",
        posterior_median="posterior median",
        posterior_regions=f"posterior, 50% and {held}",
        probability="probability",
        data="data",
        the_data="the data",
        some_replicates="a few replicated data sets",
        replicates_band=f"replicated data, {held} band",
        model_band=f"if the model is right, {held}",
        excess_of_values="excess share of values",
        smaller_value="predicted probability of a smaller value",
        some_priors="a few mixtures from the prior",
        prior_on_average="the prior on average",
        rank="rank, as a share of all draws",
        excess="excess share",
        iteration="iteration",
        iteration_by_powers="iteration (logarithmic)",
        loglik_gap="log-likelihood gap",
        lower_weight="weight of the lower group",
        plain_em="plain EM",
        passes_by_powers="passes of plain EM (logarithmic)",
    )


def short_label(which: Parameter) -> str:
    """A parameter in fewer words where there are many groups: ``mean 3``, ``mean (3 by sd)``."""
    if which.group.count <= 2:
        return label(which)
    place = f"{which.group.place + 1}"
    if which.group.order == "sd":
        # Spaces that do not break keep the label of an axis on two lines.
        place = f"({place}\u00a0by\u00a0sd)"
    return f"{SHORT[which.kind]} {place}"


def group_label(which: Group) -> str:
    """A group in a word or two: ``lower``, ``group 3``; a single one has none."""
    return _called(which.place, which.count, which.order)


def variable(name: str) -> str:
    """What was measured, in one word or a few: ``height``."""
    return plain(name) or "value"


def density_per(unit: str) -> str:
    """The density over an axis in a unit."""
    return f"density (per {unit})" if unit else "density"


def probability_of(which: Group) -> str:
    """The probability of a group."""
    return f"probability of {group(which)}"


def chain(number: int) -> str:
    """A chain of the sampler."""
    return f"chain {number}"


def name_of_stop(mark: Mark) -> str:
    """Who stopped there."""
    return "printed in the report" if mark.printed else f"{mark.passes} passes"


def stop(mark: Mark) -> str:
    """A pass of plain EM after which somebody stopped."""
    named = name_of_stop(mark)
    return f"pass {mark.passes}: {named}" if mark.printed else named


def weight_there(weight: float) -> str:
    """The weight at the maximum."""
    return f"at the maximum {weight:.3f}"


def true_weight(weight: float) -> str:
    """The true weight."""
    return f"truth {number(weight, 0.1)}"


def interval(ends: Range | None, width: float) -> str:
    """An interval in brackets, to the digits that its width makes meaningful."""
    if ends is None:
        return "(no interval)"
    return f"({number(ends.lower, width)} to {number(ends.upper, width)})"
