"""Figure book: what a phrase book has to say in and around figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from compare.comparison.original import Mark
    from compare.comparison.table import Kind
    from compare.findings.criticism.influence import Expected
    from compare.findings.shown.ascent import ClimbShown, PathShown
    from compare.findings.shown.data import FitShown, GroupsShown, PitShown, PredictiveShown
    from compare.findings.shown.posterior import PairsShown, PriorsShown, RanksShown
    from compare.findings.shown.sides import ForestShown, OverviewShown
    from compare.findings.terms import Group, Parameter

__all__ = ["FigureBook", "FigureText", "Labels"]


@dataclass(frozen=True)
class FigureText:
    """What stands around a figure, and what is said of it to those who hear the page."""

    title: str
    alt: str
    """With the main numbers."""
    caption: str
    """How to read it."""


@dataclass(frozen=True)
class Labels:
    """What stands on axes and in keys, for intervals of one level."""

    em: str
    bayes: str
    prior: str
    posterior: str
    truth: str
    no_interval: str
    kinds: dict[Kind, str]
    """The axes of weights, means and sds."""
    density: str
    histogram: str
    em_density: str
    em_components: str
    posterior_density: str
    each_value: str
    posterior_band: str
    posterior_median: str
    posterior_regions: str
    probability: str
    data: str
    """Beside a strip of them."""
    the_data: str
    some_replicates: str
    replicates_band: str
    model_band: str
    """Where the data should lie if the model is right."""
    excess_of_values: str
    smaller_value: str
    """The predicted probability of one."""
    some_priors: str
    prior_on_average: str
    rank: str
    excess: str
    iteration: str
    iteration_by_powers: str
    """The same on a logarithmic axis."""
    loglik_gap: str
    lower_weight: str
    plain_em: str
    passes_by_powers: str


class FigureBook(Protocol):
    """The words of figures in one language."""

    def labels(self, level: float, /) -> Labels:
        """What stands on axes and in keys."""

    def label(self, which: Parameter, /) -> str:
        """A parameter in few words."""

    def short_label(self, which: Parameter, /) -> str:
        """A parameter in fewer words where there are many groups, on two lines."""

    def group_label(self, which: Group, /) -> str:
        """A group in a word; empty for a single one."""

    def variable(self, name: str, /) -> str:
        """What was measured, in a word or a few."""

    def density_per(self, unit: str, /) -> str:
        """The density over an axis in a unit."""

    def probability_of(self, which: Group, /) -> str:
        """The probability of a group."""

    def chain(self, number: int, /) -> str:
        """A chain of the sampler."""

    def stop(self, mark: Mark, /) -> str:
        """A pass of plain EM after which somebody stopped."""

    def weight_there(self, weight: float, /) -> str:
        """The weight at the maximum."""

    def true_weight(self, weight: float, /) -> str:
        """The true weight."""

    def climb_figure(self, shown: ClimbShown, /) -> FigureText:
        """How the log-likelihood rose."""

    def expected_figure(self, found: Expected, /) -> FigureText:
        """What the prior expected, of which a sentence has the numbers."""

    def fit_figure(self, shown: FitShown, /) -> FigureText:
        """The data with EM's density and the posterior's."""

    def forest_figure(self, shown: ForestShown, /) -> FigureText:
        """Every parameter, EM's answer above the posterior's."""

    def groups_figure(self, shown: GroupsShown, /) -> FigureText:
        """The probability of each group."""

    def overview_figure(self, shown: OverviewShown, /) -> FigureText:
        """Every parameter in every part."""

    def pairs_figure(self, shown: PairsShown, /) -> FigureText:
        """Parameters against each other."""

    def path_figure(self, shown: PathShown, /) -> FigureText:
        """The original report's passes of plain EM."""

    def pit_figure(self, shown: PitShown, /) -> FigureText:
        """How the predicted probabilities of smaller values are spread."""

    def predictive_figure(self, shown: PredictiveShown, /) -> FigureText:
        """The data beside data sets that were drawn from the posterior."""

    def priors_figure(self, shown: PriorsShown, /) -> FigureText:
        """What the data added."""

    def ranks_figure(self, shown: RanksShown, /) -> FigureText:
        """Whether the chains agree."""
