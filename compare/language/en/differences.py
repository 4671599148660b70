"""Where EM and the posterior part, and why, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.differences import Differences, NoDraws, NoMaximum
from compare.language.en.terms import capitalized, fixed, listed, number, parameter, unit_after
from compare.language.en.terms import value as told_value

if TYPE_CHECKING:
    from compare.findings.differences import DifferencesFound, Lengths, Longer, Tie, Whole
    from compare.findings.terms import Quantiles

__all__ = ["differences"]

DRAWS_FAIL = "The draws fail their checks. What follows describes these draws, not the posterior."


def differences(found: DifferencesFound) -> tuple[str, ...]:
    """Where EM and the posterior differ and why, a paragraph each."""
    match found:
        case NoMaximum():
            return ("EM has no maximum here, so there is nothing to compare the posterior with.",)
        case NoDraws():
            return ("The draws are all the same, so there is no posterior to compare EM with.",)
        case Differences():
            told = (
                DRAWS_FAIL if found.draws_fail else "",
                _shifts(found),
                _skewness(found),
                _tie(found.tie),
                _whole(found.whole),
                _lengths(found.lengths),
            )
            return tuple(paragraph for paragraph in told if paragraph)
        case _:
            assert_never(found)


def _shifts(found: Differences) -> str:
    if not found.shifts:
        return (
            "EM's estimates and the posterior medians differ by at most "
            f"{found.largest_shift:.2f} posterior standard deviations: for these data it does not "
            "matter which of the two is quoted, only how wide the interval around it is."
        )
    told = [
        f"{parameter(one.parameter)} ({told_value(one.by_em)} against {told_value(one.by_bayes)}, "
        f"{one.distance:.2f} posterior standard deviations)"
        for one in found.shifts
    ]
    return (
        f"EM's estimate and the posterior median differ for {listed(told)}. EM reports the top "
        "of the likelihood, a single point; the posterior weighs every mixture that the data and "
        "the prior leave possible, and where these lie mostly on one side of the top, its middle "
        "moves there."
    )


def _skewness(found: Differences) -> str:
    if not found.skewed:
        every = "Both posteriors" if found.count == 2 else "All the posteriors"
        return (
            f"{every} are close to symmetric, so that an estimate plus and minus two standard "
            "errors tells the story."
        )
    told = [
        f"{parameter(one.parameter)} (skewness {fixed(one.skewness, 1)}, with a long tail towards "
        f"{'high' if one.skewness > 0 else 'low'} values)"
        for one in found.skewed
    ]
    return (
        f"The posterior is skewed for {listed(told)}. An estimate plus and minus two standard "
        "errors cannot show that: it reaches too far on one side and not far enough on the other."
    )


def _tie(found: Tie | None) -> str:
    """The strongest correlation."""
    if found is None:
        return ""
    first, second = parameter(found.first), parameter(found.second)
    correlation = fixed(found.correlation, 2)
    rises = "rises" if found.correlation > 0 else "falls"
    tied = (
        f"{capitalized(first)} and {second} are tied to each other (correlation {correlation}): "
        f"when the one rises, the other {rises}, and the data fix the combination better than "
        "either alone."
    )
    match found.strength:
        case "hardly" if found.only:
            return (
                f"{capitalized(first)} and {second} are hardly tied to each other (correlation "
                f"{correlation})."
            )
        case "hardly":
            return (
                "No two parameters are strongly tied: the strongest correlation in the posterior "
                f"is {correlation}, between {first} and {second}."
            )
        case "tied":
            return tied
        case "closely":
            return f"{tied} That is why each interval by itself is wide."
        case _:
            assert_never(found.strength)


def _whole(found: Whole | None) -> str:
    """What the data do fix: the mean and the sd of the whole."""
    if found is None:
        return ""

    def told(one: Quantiles) -> str:
        lower, median, upper = (number(x, one.sd) for x in (one.lower, one.median, one.upper))
        return f"{median}{unit_after(found.unit)} ({lower} to {upper})"

    return (
        f"What the data do fix is the whole sample's mean {told(found.mean)} and standard "
        f"deviation {told(found.sd)}: every mixture in the posterior gives nearly the same total, "
        "and they differ in how they share it out."
    )


def _lengths(found: Lengths) -> str:
    """How the lengths of the intervals compare, and which of EM's are open."""
    told = []
    if found.most is not None:
        told.append(_alike(found, found.most) if found.alike else _changed(found, found.most))
    if found.open:
        told.append(_open(found))
    return " ".join(told)


def _alike(found: Lengths, most: Longer) -> str:
    kind = _kind(found)
    who = "prior and weights hardly matter" if found.is_survey else "the prior hardly matters"
    if found.count > 1:
        return (
            f"The credible intervals are {found.least_ratio:.2f} to {found.largest_ratio:.2f} "
            f"times as long as the {kind} intervals: {who}."
        )
    return (
        f"The credible interval of {parameter(most.parameter)} is {most.ratio:.2f} times as long "
        f"as the {kind} interval: {who}."
    )


def _changed(found: Lengths, most: Longer) -> str:
    if found.is_survey:
        why = (
            "the one takes all rows for equal and knows the prior, the other allows for the weights"
        )
    elif most.ratio < 1:
        why = "where the data say little, the prior, which doubts extreme values, has a say"
    else:
        why = (
            "the posterior also counts mixtures far from EM's maximum, which the profile interval, "
            "drawn around that maximum, leaves out"
        )
    return (
        f"The credible interval of {parameter(most.parameter)} is {most.ratio:.2f} times as long "
        f"as the {_kind(found)} interval{', the largest change' if found.count > 1 else ''}: {why}."
    )


def _open(found: Lengths) -> str:
    names = (
        "every parameter" if found.all_open else listed([parameter(which) for which in found.open])
    )
    if len(found.open) > 1:
        return (
            f"The profile intervals of {names} are open on at least one side: there the "
            "likelihood alone sets no limit, and the credible intervals end because of the prior."
        )
    return (
        f"The profile interval of {names} is open on at least one side: there the likelihood "
        "alone sets no limit, and the credible interval ends because of the prior."
    )


def _kind(found: Lengths) -> str:
    """What EM's intervals are."""
    return "Wald" if found.is_survey else "profile"
