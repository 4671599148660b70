"""The analysis: fits by EM and by Bayes, their comparison and its report, and no file written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import em
from compare.data.origins import Column
from compare.data.progress import Progress
from compare.tables.errors import InputError, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bayes import Posterior, Settings
    from compare.command.options import Options
    from compare.comparison.table import Comparison
    from compare.data.cases import Case, TooFew
    from compare.page.report import Report

__all__ = ["Outcome", "analyse", "analyse_groups", "require_one"]


class Save(Protocol):
    """Writes draws to a path, marked with what tells the run from others."""

    def __call__(self, path: Path, *, run: str) -> object:
        """Write them."""


@dataclass(frozen=True)
class Outcome:
    """All that a run has to write and to say, before a file is touched."""

    report: Report
    """The pages and figures."""
    save_posterior: Save | None
    """Writes the draws; None where each group has its own."""
    headline: str
    """What was found, in a sentence or two."""
    verdict: str
    """Whether EM and the sampler can be believed."""
    trusted: bool
    """Whether EM converged and every diagnostic of the sampler passed, in every group."""
    cautions: tuple[str, ...] = ()
    """What else to mind: where the model misses the data, or the prior decides."""
    save_groups: Mapping[str, Save] = field(default_factory=dict)
    """Writes the draws of each group, by the name of its file."""


def analyse(case: Case, options: Options, progress: Progress) -> Outcome:
    """Fit the case by EM and by Bayes and render the report, without touching a file.

    Parameters
    ----------
    case : Case
    options : Options
    progress : Progress
        Gets the time of every step.

    Returns
    -------
    Outcome
    """
    comparison = _compared(case, options, progress)
    from compare.findings.fits.verdict import verdict
    from compare.findings.head.headline import headline
    from compare.language import en
    from compare.page.cautions import cautions
    from compare.page.report import render

    with progress.step("report", "Drawing the report"):
        report = render(comparison)
    return Outcome(
        report=report,
        save_posterior=partial(_save, comparison.posterior),
        headline=en.headline(headline(comparison)),
        verdict=en.verdict(verdict(comparison)),
        trusted=comparison.ok,
        cautions=cautions(comparison),
    )


def analyse_groups(cases: Sequence[Case], options: Options, progress: Progress) -> Outcome:
    """Fit every group by EM and by Bayes, one after the other, and render a report on all.

    Parameters
    ----------
    cases : sequence of Case
        One for each group; those with too few values are reported as such.
    options : Options
    progress : Progress
        Gets the time of every step that is not one group's.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        If no group has enough values.
    """
    require_one(cases, options.components)
    outcomes: list[tuple[str, Comparison | TooFew]] = []
    for place, case in enumerate(cases, 1):
        why = case.lacking(options.components)
        if why is not None:
            outcomes.append((case.group, why))
            continue
        which = f"{one_line(case.group[:40])} ({place} of {len(cases)})"
        # Each group's report says how long its own steps took.
        outcomes.append((case.group, _compared(case, options, Progress(progress.stream), which)))
    from compare.comparison.groups import GroupedComparison
    from compare.language import en
    from compare.page.overview import at_head
    from compare.page.report import render_groups

    first = cases[0]
    grouped = GroupedComparison.of(
        first.by,
        outcomes,
        name=first.name,
        source=replace(first.source, part=None)
        if isinstance(first.source, Column)
        else first.source,
        dropped=first.dropped,
        command=options.command,
    )
    with progress.step("report", "Drawing the report"):
        report = render_groups(grouped)
    head = at_head(grouped, en)
    return Outcome(
        report=report,
        save_posterior=None,
        headline=head.headline,
        verdict=head.verdict,
        trusted=grouped.ok,
        cautions=head.cautions,
        save_groups={
            f"{part.slug}.nc": partial(_save, part.comparison.posterior) for part in grouped.parts
        },
    )


def require_one(cases: Sequence[Case], n_components: int) -> None:
    """Make sure that at least one group can tell so many components apart.

    Parameters
    ----------
    cases : sequence of Case
    n_components : int

    Raises
    ------
    InputError
        A `ValueError` of one line, if none can.
    """
    reasons = [case.lacking(n_components) for case in cases]
    if all(reasons):
        many = f"none of {len(cases)} groups can be fitted, for example " if len(cases) > 1 else ""
        raise InputError(f"{many}{cases[0].source}: {reasons[0]}")


def _save(posterior: Posterior, path: Path, run: str) -> None:
    data = posterior.data.copy()
    data.attrs = {**data.attrs, "run": run}
    replace(posterior, data=data).save(path)


def _compared(case: Case, options: Options, progress: Progress, which: str = "") -> Comparison:
    """Both fits of a case, compared and criticised; `which` says in progress whose they are."""
    k, of = options.components, f", {which}" if which else ""
    with progress.step("em", f"Fitting {k} components by EM{of}"):
        try:
            fit = em.fit(case.sample, k, rng=options.rng)
        except ValueError as error:
            raise InputError(f"{case.source}: {error}") from error
    # What follows takes seconds to load, and bad input must be answered at once: hence here.
    with progress.step("import", "Loading PyMC"):
        from bayes import fit as fit_by_bayes
        from compare.comparison.criticism import criticise
        from compare.comparison.exactness import exactness, stood_for
        from compare.comparison.table import compare
        from compare.page import report  # noqa: F401 - only loaded, before the clock of the drawing
    with progress.step("bayes", f"Sampling the posterior with {options.chains} chains{of}"):
        posterior = fit_by_bayes(
            # Where the data are many, both fits see the few hundred nodes that stand for them.
            fit.data,
            k,
            start=fit,
            sampler=options.sampler,
            draws=options.draws,
            tune=options.tune,
            chains=options.chains,
            seed=options.rng,
            progress=False,
        )
    with progress.step("compare", f"Comparing the two{of}"):
        comparison = compare(
            fit,
            posterior,
            case.truth,
            options.level,
            case=case,
            criticism=False,
            names_by=options.names_by,
            command=options.command,
        )
    doing = "Checking the model" + (
        " and other numbers of components" if options.thorough else " against the data"
    )
    with progress.step("criticise", f"{doing}{of}"):
        criticism = criticise(
            fit,
            posterior,
            case.sample,
            options.level,
            options.rng,
            thorough=options.thorough,
            names_by=comparison.names_by,
        )
    exact = None
    if stood_for(fit) and (case.in_memory or (options.certify and case.again is not None)):
        with progress.step("certify", f"Passing over all values once more{of}"):
            exact = exactness(fit, posterior, case.pieces(progress))
    seconds = _seconds(progress, posterior.settings)
    return replace(comparison, criticism=criticism, exactness=exact, seconds=seconds)


def _seconds(progress: Progress, settings: Settings) -> dict[str, float]:
    """Split the time so far into steps that add up; the report cannot time its own drawing."""
    spent = dict(progress.seconds)
    comparing, sampling = spent.pop("compare"), spent.pop("bayes")
    criticising = spent.pop("criticise")
    certifying = {"certify": spent.pop("certify")} if "certify" in spent else {}
    compiling, taking_draws = settings.seconds_compile, settings.seconds_sample
    return spent | {
        "compile": compiling,
        "sample": taking_draws,
        "diagnose": max(0.0, sampling - compiling - taking_draws),
        "compare": comparing,
        "criticise": criticising,
        **certifying,
        "total_before_drawing": progress.total,
    }
