"""Reported: a comparison that writes its report, for those who compare from Python."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from compare.comparison import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import em
    from bayes import Posterior, Priors
    from compare.data.cases import Case
    from em.likelihood.mixture import Order

__all__ = ["Comparison", "compare"]


class Comparison(table.Comparison):
    """Everything that a report says, and the report. Made by `compare`."""

    def to_html(self) -> str:
        """Write the report as one self-contained page."""
        from compare.page.report import render  # with Matplotlib, slow to import

        return render(self).html

    def to_markdown(self) -> str:
        """Write the report as Markdown, with figures in a folder named after the case."""
        from compare.page.report import render  # as above

        return render(self).markdown

    def to_json(self) -> str:
        """Write the numbers of the report as JSON."""
        from compare.page.document import to_json  # as above

        return to_json(self)


def compare(
    fit: em.Fit,
    posterior: Posterior,
    truth: em.Mixture | None = None,
    level: float = 0.95,
    *,
    case: Case | None = None,
    priors: Priors | None = None,
    criticism: bool = True,
    thorough: bool = False,
    names_by: Order | None = None,
    command: str | None = None,
    seconds: Mapping[str, float] | None = None,
) -> Comparison:
    """Put a maximum-likelihood fit and a posterior of the same data side by side.

    Parameters
    ----------
    fit : em.Fit
    posterior : bayes.Posterior
    truth : em.Mixture, optional
        The mixture that the data were drawn from; by default that of `case`.
    level : float
        Coverage of the confidence and of the credible intervals.
    case : Case, optional
        Name, unit and source of the data, for the report; its sample is what was fitted.
    priors : bayes.Priors, optional
        What `bayes.fit` was given; the default priors by default. Used for the criticism only.
    criticism : bool
        Whether to check the model against the data, how much the prior matters, and how far nodes
        that stand for many data are from these, which takes about a second.
    thorough : bool
        Whether to sample posteriors with other numbers of components as well, and to compare them
        by marginal likelihood and by prediction: some seconds to a minute.
    names_by : {"mean", "sd"}, optional
        What sentences name the groups by. By default their means, unless names by sd cost
        markedly less (`bayes.Naming`). The rows are by mean in either case.
    command : str, optional
        The command line that makes this comparison, for the report.
    seconds : mapping of str to float, optional
        How long each step took, for the report.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, if the two are not fits of one sample with one
        number of components, if the case has other data, or data of a size whose powers are no
        numbers, or if groups with one common sd are to be named by it.
    """
    found = table.compare(
        fit,
        posterior,
        truth,
        level,
        case=case,
        priors=priors,
        criticism=criticism,
        thorough=thorough,
        names_by=names_by,
        command=command,
        seconds=seconds,
    )
    return Comparison(**{one.name: getattr(found, one.name) for one in fields(found)})
