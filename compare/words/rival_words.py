"""Other numbers of groups by Bayes: their table and sentences beside EM's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.labels import listed
from compare.language.wording import fixed, groups, numeral, true_minus
from compare.words.blocks import Note, Table

if TYPE_CHECKING:
    from compare.comparison.table import Comparison

__all__ = ["on_rivals", "rival_table", "what_rivals_mean"]


def on_rivals(comparison: Comparison) -> str:
    """Say what the marginal likelihood and prediction speak for, or how to ask; may be empty."""
    criticism = comparison.criticism
    if criticism is None or comparison.fit.is_pseudo:
        return ""
    rivals = criticism.rivals
    if rivals is None:
        if "rivals" in criticism.not_made:
            return (
                "Other numbers of groups could not be compared by Bayes: it takes draws that vary, "
                "and one prior that suits any number of groups."
            )
        how = (
            "thorough=True in compare.compare"
            if comparison.command is None
            else "the option --thorough"
        )
        return (
            "Bayes can compare numbers of groups too, by marginal likelihood and by how well new "
            f"values are predicted: {how} does it, which takes a few seconds to a minute."
        )
    said = true_minus(rivals.table.verdict)
    told = [f"By Bayes: {said[0].lower()}{said[1:]}"]
    if rivals.failed:
        told.append(
            f"The draws with {listed([numeral(size) for size in rivals.failed])} "
            "groups fail their checks, so that these numbers are rough."
        )
    return " ".join(told)


def rival_table(comparison: Comparison) -> Table | None:
    """Numbers of groups by Bayes; None where they were not compared."""
    rivals = None if comparison.criticism is None else comparison.criticism.rivals
    if rivals is None:
        return None
    bic = {
        fit.n_components: fit.bic
        for fit in comparison.selection.fits
        if fit.converged and (fit.n_components == 1 or not fit.equal_sds)
    }
    rows = []
    for row in rivals.table.rows:
        size = row.n_components
        apart = "not known"
        if row.loo is not None:
            apart = (
                "best"
                if row.elpd_difference == 0
                else f"{fixed(row.elpd_difference, 1)} ± {fixed(row.elpd_difference_se, 1)}"
            )
        rows.append(
            (
                f"{size}{' (this report)' if size == comparison.n_components else ''}",
                _probability(row.probability),
                f"{fixed(row.evidence.logml, 2)} ± {fixed(row.evidence.se, 2)}",
                fixed(-0.5 * bic[size], 2) if size in bic else "",
                apart,
            )
        )
    sizes = [row.n_components for row in rivals.table.rows]
    return Table(
        f"Bayes on {groups(sizes[0])} and more",
        ("Groups", "probability", "log marginal likelihood", "−BIC/2 by EM", "prediction"),
        tuple(rows),
        chosen=sizes.index(comparison.n_components),
    )


def what_rivals_mean(comparison: Comparison) -> Note | None:
    """What the columns of the table mean; None where there is none."""
    if rival_table(comparison) is None:
        return None
    return Note(
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
