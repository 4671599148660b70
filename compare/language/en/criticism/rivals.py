"""Other numbers of groups by Bayes, in English."""

from __future__ import annotations

from typing import assert_never

from compare.findings.criticism.rivals import NotAsked, NotPossible, Rival, Rivals, RivalsFound
from compare.language.en.terms import fixed, groups, listed, numeral
from compare.language.texts import Cells, Explanation

__all__ = ["on_rivals", "rival_table", "what_rivals_mean"]


def on_rivals(found: RivalsFound | None) -> str:
    """What the marginal likelihood and prediction speak for, or how to ask; may be empty."""
    match found:
        case None:
            return ""
        case NotPossible():
            return (
                "Other numbers of groups could not be compared by Bayes: it takes draws that vary, "
                "and one prior that suits any number of groups."
            )
        case NotAsked(by_command):
            how = "the option --thorough" if by_command else "thorough=True in compare.compare"
            return (
                "Bayes can compare numbers of groups too, by marginal likelihood and by how well "
                f"new values are predicted: {how} does it, which takes a few seconds to a minute."
            )
        case Rivals():
            return _rivals(found)
        case _:
            assert_never(found)


def _rivals(found: Rivals) -> str:
    best = found.most_probable
    probability = "above 0.99" if best.probability > 0.99 else f"{best.probability:.2f}"
    against = ", ".join(
        f"{one.evidence} evidence against {one.n_components} (Bayes factor {one.bayes_factor:.2g})"
        for one in found.rivals
        if one is not best
    )
    told = (
        f"By Bayes: of {', '.join(str(one.n_components) for one in found.rivals)} components, "
        f"{best.n_components} {'is' if best.n_components == 1 else 'are'} the most probable: "
        f"probability {probability} if all were equally probable beforehand"
        f"{'; ' if against else ''}{against}. That depends on the priors, of the sds above all. "
        f"{_prediction(found)}"
    )
    if found.failed:
        failed = listed([numeral(size) for size in found.failed])
        told += (
            f" The draws with {failed} groups fail their checks, so that these numbers are rough."
        )
    return told


def _prediction(found: Rivals) -> str:
    if found.most_probable.elpd_difference is None:
        return "How well they predict takes the full data."
    alike = [str(one.n_components) for one in found.rivals if one.predicts_alike]
    worse = [
        f"{one.n_components} ({fixed(one.elpd_difference, 1)}, standard error "
        f"{fixed(one.elpd_difference_se, 1)})"
        for one in found.rivals
        if one.elpd_difference is not None and not one.predicts_alike
    ]
    return (
        f"New values are predicted best, or as well, with {listed(alike, 'or')} components"
        f"{f'; worse with {listed(worse, "or")}' if worse else ''}."
    )


def rival_table(found: RivalsFound | None) -> Cells | None:
    """Numbers of groups by Bayes; None where they were not compared."""
    if not isinstance(found, Rivals):
        return None
    sizes = [one.n_components for one in found.rivals]
    return Cells(
        f"Bayes on {groups(sizes[0])} and more",
        ("Groups", "probability", "log marginal likelihood", "−BIC/2 by EM", "prediction"),
        tuple(_cells(one, one.n_components == found.asked) for one in found.rivals),
        chosen=sizes.index(found.asked),
    )


def _cells(one: Rival, asked: bool) -> tuple[str, ...]:
    match one.elpd_difference:
        case None:
            predicted = "not known"
        case 0:
            predicted = "best"
        case less:
            predicted = f"{fixed(less, 1)} ± {fixed(one.elpd_difference_se, 1)}"
    return (
        f"{one.n_components}{' (this report)' if asked else ''}",
        _probability(one.probability),
        f"{fixed(one.log_evidence, 2)} ± {fixed(one.log_evidence_se, 2)}",
        "" if one.minus_half_bic is None else fixed(one.minus_half_bic, 2),
        predicted,
    )


def what_rivals_mean(found: RivalsFound | None) -> Explanation | None:
    """What the columns of the table mean; None where there is none."""
    if not isinstance(found, Rivals):
        return None
    return Explanation(
        "What these columns mean",
        "The marginal likelihood is the likelihood averaged over the prior, here of groups in any "
        "order. Programs that cut the prior to one order without counting all K! of them give log "
        "K! less. The probability takes all numbers of groups in the table for equally probable "
        "beforehand. −BIC/2 by EM is a rough guess of the log marginal likelihood that knows no "
        "prior. Prediction is the leave-one-out log density less the best one, with the standard "
        "error of the difference: less than 4, or than two standard errors, is no difference to "
        "speak of.",
    )


def _probability(value: float) -> str:
    """A probability that is never shown as certain."""
    if 0.001 <= value <= 0.999:
        return fixed(value, 3)
    return "under 0.001" if value < 0.5 else "over 0.999"
