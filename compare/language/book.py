"""Book: what a phrase book has to say, one function for each finding.

A book is a module, such as `compare.language.en`, and the type checker holds it against this: a
finding without a phrase, or a phrase without a branch, is an error. No book falls back on another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from compare.language.figure_book import FigureBook
from compare.language.parts_book import PartsBook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bayes.model.reasons import Reason
    from compare.comparison.original import Stop
    from compare.findings.agreement import Agreement, NoEstimates, OnTruth
    from compare.findings.answers import Answers, Columns
    from compare.findings.borders import Borders, Humps
    from compare.findings.contrasts import ContrastsFound, Extremes
    from compare.findings.criticism.influence import Conflicts, Expected, Influence, Penalty
    from compare.findings.criticism.misfit import ChecksFound, Misfit, Prediction
    from compare.findings.criticism.rivals import RivalsFound
    from compare.findings.criticism.rounding import Rounding
    from compare.findings.diagnostics import Diagnostics
    from compare.findings.differences import DifferencesFound
    from compare.findings.fits.climb import Climb, SeveralTops
    from compare.findings.fits.nodes import Nodes
    from compare.findings.fits.sampler import Chains, SamplerFailure
    from compare.findings.fits.told_apart import Identifiability
    from compare.findings.fits.tops import HeldByTops
    from compare.findings.fits.verdict import Distrusted, NotAtMaximum, Verdict
    from compare.findings.group_count import GroupCount, Separation, Tried, TriedLaw
    from compare.findings.head.cautions import LeftOut
    from compare.findings.head.codes import Code
    from compare.findings.head.headline import Headline
    from compare.findings.head.points import Recurring
    from compare.findings.made import About, Made, SamplerSettings
    from compare.findings.names import Names, Renamed, WeightsBySpread
    from compare.findings.optima import Optima
    from compare.findings.original import Story
    from compare.findings.study.quoted import HowOften, OneDataSet
    from compare.findings.survey import Survey
    from compare.findings.terms import ShareOfDraws
    from compare.language.furniture import Furniture
    from compare.language.texts import AnswerTable, Cells, Explanation

__all__ = ["Book", "Proven"]


class Proven(Protocol):
    """What every language can say so far; only those with a whole `Book` are offered."""

    def headline(self, found: Headline, /) -> str:
        """What was found."""

    def verdict(self, found: Verdict, /) -> str:
        """Whether EM and the sampler can be believed, in a line."""


class Book(Proven, FigureBook, PartsBook, Protocol):
    """Whole sentences in one language; empty where there is nothing to say."""

    @property
    def furniture(self) -> Furniture:
        """What stands on every page."""

    def about(self, found: About, /) -> str:
        """What was fitted, and how often."""

    def agreement(self, found: Agreement | NoEstimates, /) -> str:
        """Where EM's estimates lie in the posterior."""

    def alarms(self, found: tuple[NotAtMaximum | SamplerFailure, ...], /) -> tuple[str, ...]:
        """What a reader must know before looking at a number, one by one."""

    def codes(self, found: tuple[Code, ...], /) -> str:
        """Extreme values that many rows share, which may say that there is none."""

    def how_often(self, found: HowOften | OneDataSet | None, /) -> str:
        """How often intervals such as these hold the truth; empty where they mean nothing."""

    def left_out(self, found: LeftOut | None, /) -> str:
        """What was left out of the data on purpose."""

    def on_chains(self, found: Chains, /) -> str:
        """What the chains as a whole were checked for, and what a second route says."""

    def on_climb(self, found: Climb, /) -> str:
        """How EM ended."""

    def on_identifiability(self, found: Identifiability | None, /) -> str:
        """How well the data tell the groups apart."""

    def on_names(self, found: Names | None, /) -> str:
        """Whether naming the groups otherwise matters."""

    def on_nodes(self, found: Nodes | None, /) -> str:
        """What stands for the data of both fits, and what that costs."""

    def on_optima(self, found: SeveralTops | None, /) -> str:
        """Where else the starts of EM led."""

    def on_shares(self, found: HeldByTops | None, /) -> str:
        """What the shares in the table of tops mean."""

    def on_survey(self, found: Survey | None, /) -> str:
        """That the posterior is a pseudo-posterior."""

    def answers(self, found: Answers, /) -> AnswerTable:
        """The table of both estimates of every parameter."""

    def columns(self, found: Columns, /) -> Explanation:
        """What its columns hold."""

    def criteria(self, found: tuple[Tried | TriedLaw, ...], /) -> Cells | None:
        """The numbers of groups that were tried, with their criteria."""

    def diagnostics(self, found: Diagnostics, /) -> Cells:
        """R-hat and effective sample sizes, parameter by parameter."""

    def made(self, found: Made, /) -> str:
        """How the numbers were made, and where they are."""

    def on_truth(self, found: OnTruth | None, /) -> str:
        """How many intervals hold the truth."""

    def apart_table(self, found: Borders | None, /) -> Cells | None:
        """Separation and borders by both."""

    def on_borders(self, found: Borders | None, /) -> str:
        """How often there is no border, or that there are two of a group."""

    def on_humps(self, found: Humps | None, /) -> str:
        """How many humps the density has, with their probabilities."""

    def what_apart_means(self, found: Borders | None, /) -> Explanation | None:
        """What separation, border and hump are."""

    def contrast_table(self, found: ContrastsFound, /) -> Cells | None:
        """The surest clear differences between parts, parameter by parameter."""

    def on_contrasts(self, found: ContrastsFound, /) -> str:
        """How many pairs of parts were compared, and how many clearly differ."""

    def on_extremes(self, found: Extremes | None, /) -> str:
        """Between which parts weights and means clearly differ most."""

    def what_is_clear(self, found: ContrastsFound, /) -> Explanation | None:
        """What makes a difference between parts clear."""

    def differences(self, found: DifferencesFound, /) -> tuple[str, ...]:
        """Where EM and the posterior differ and why, a paragraph each."""

    def number_of_groups(self, found: GroupCount, /) -> str:
        """How many groups BIC, AIC and the EM-test speak for, or why they do not."""

    def recurring(self, found: Recurring | None, /) -> str:
        """That a component on a recorded value would be likelier."""

    def renamed(self, found: Renamed, /) -> str:
        """How far names by the values that groups account for move the answer."""

    def optima(self, found: Optima | None, held: Sequence[tuple[str, ...]], /) -> Cells | None:
        """The tops that EM's starts led to, with what each holds of the posterior."""

    def separation(self, found: Separation | None, /) -> str:
        """How far apart neighbouring groups are."""

    def share_of_draws(self, found: ShareOfDraws | None, /) -> str:
        """A share to the digits that so many draws give it, for a cell."""

    def warning(self, found: Distrusted, /) -> str:
        """Whose numbers are not to be relied on, as the head of what speaks against them."""

    def weights_by_spread(self, found: WeightsBySpread | None, /) -> str:
        """What the groups hold by increasing sd, beside a table by mean."""

    def sampler_settings(self, found: SamplerSettings, /) -> str:
        """What the sampler was asked for."""

    def seconds(self, took: Mapping[str, float], /) -> str:
        """How long each step took."""

    def stops(self, found: Sequence[Stop], /) -> Cells:
        """Where EM was stopped, and what it then said."""

    def story(self, found: Story, /) -> str:
        """What the original report's loop does on these heights."""

    def title(self, found: About, /) -> str:
        """What the report is called."""

    def conflicts(self, found: Conflicts | None, /) -> tuple[str, ...]:
        """Where the prior moves the answer, a sentence each."""

    def influence_table(self, found: Influence | None, /) -> Cells | None:
        """Who speaks on each parameter."""

    def on_influence(self, found: Influence | None, /) -> str:
        """Where the data speak and where the prior does."""

    def on_penalty(self, found: Penalty | None, /) -> str:
        """What a penalty on small sds does to EM's answer."""

    def priors(self, found: Sequence[tuple[str, str, Reason]], /) -> tuple[tuple[str, str], ...]:
        """Each prior, and why it is so."""

    def on_prior(self, found: Expected | None, /) -> str:
        """What data the prior expected before any were seen."""

    def what_speaks(self, found: Influence | None, /) -> Explanation | None:
        """How it is decided who speaks."""

    def check_table(self, found: ChecksFound | None, /) -> Cells | None:
        """The data beside data sets from the model."""

    def misfits(self, found: tuple[Misfit, ...], /) -> tuple[str, ...]:
        """What a reader must know of the model before relying on a number, a sentence each."""

    def on_checks(self, found: ChecksFound | None, /) -> str:
        """Which checks fail and what that means."""

    def on_loo(self, found: Prediction | None, /) -> str:
        """How well each value is predicted from the others."""

    def what_is_checked(self, found: ChecksFound | None, /) -> Explanation | None:
        """What the rows and columns of the checks mean."""

    def on_rivals(self, found: RivalsFound | None, /) -> str:
        """What the marginal likelihood and prediction speak for, or how to ask."""

    def rival_table(self, found: RivalsFound | None, /) -> Cells | None:
        """Numbers of groups by Bayes."""

    def what_rivals_mean(self, found: RivalsFound | None, /) -> Explanation | None:
        """What the columns of that table mean."""

    def on_rounding(self, found: Rounding | None, /) -> str:
        """Whether the values are rounded and what follows."""
