"""The comparison: EM's estimates and the posterior's, a row for each parameter. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

import em
from compare.comparison.exactness import exactness, stood_for
from compare.comparison.laws import laws
from compare.comparison.naming import chosen_order
from compare.data.cases import Case, refuse_extreme
from compare.data.origins import Passed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from bayes import Posterior, Priors
    from compare.comparison.criticism import Criticism
    from compare.comparison.exactness import Exactness
    from compare.comparison.laws import Law
    from em.likelihood.mixture import Order

__all__ = ["BayesEstimate", "Comparison", "EmEstimate", "Row", "compare"]

Kind = Literal["weights", "means", "sds"]

Method = Literal["profile", "wald"]
"""How EM's intervals are made: of sampling weights by Wald's rule, from the sandwich."""

CONSTANT = 1e-14
"""Draws whose sd is a smaller share of their median are all the same, to rounding."""

ALIKE = 1e-8
"""How far n, means and sds of one sample may differ: by rounding, and where nodes stand for it."""


@dataclass(frozen=True)
class EmEstimate:
    """What maximum likelihood says about one parameter."""

    estimate: float
    """The estimate."""
    se: float
    """Its standard error, NaN if the fit is not at a maximum."""
    lower: float
    """Lower end of the confidence interval, NaN as above, infinite if open."""
    upper: float
    """Upper end of the confidence interval."""
    method: Method
    """How the interval was made."""


@dataclass(frozen=True)
class BayesEstimate:
    """What the posterior says about one parameter."""

    mean: float
    """The posterior mean."""
    median: float
    """The posterior median."""
    sd: float
    """The posterior standard deviation."""
    lower: float
    """Lower end of the credible interval."""
    upper: float
    """Upper end of the credible interval."""
    rhat: float
    """R-hat, NaN for draws that are all the same, such as a single weight, and for one chain."""
    ess_bulk: float
    """Bulk effective sample size; of draws that are all the same their number, which means
    nothing."""
    ess_tail: float
    """Tail effective sample size; as for `ess_bulk`."""


@dataclass(frozen=True)
class Row:
    """One parameter in both answers."""

    name: str
    """Parameter and component, such as ``means[0]``."""
    parameter: Kind
    """Which of the three."""
    component: int
    """The component's place in the order of the means, or of the sds, from 0."""
    truth: float | None
    """The value behind synthetic data, if known."""
    em: EmEstimate
    """Maximum likelihood."""
    bayes: BayesEstimate
    """The posterior."""
    em_in_interval: bool
    """Whether EM's estimate lies in the credible interval. One data set: no calibration."""
    em_quantile: float
    """The share of the posterior draws below EM's estimate."""

    @property
    def shift(self) -> float:
        """EM's estimate less the posterior median, in posterior sds; 0 for a constant."""
        if self.bayes.sd <= CONSTANT * abs(self.bayes.median):
            return 0.0
        return (self.em.estimate - self.bayes.median) / self.bayes.sd


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything that a report says: the case, both fits and their rows."""

    case: Case
    """The data and where they come from."""
    fit: em.Fit
    """The maximum-likelihood fit."""
    posterior: Posterior
    """The posterior."""
    truth: em.Mixture | None
    """The mixture behind synthetic data, if known."""
    level: float
    """Coverage of both kinds of interval."""
    interval: str
    """Kind of the credible intervals: ``eti``, with equal tails."""
    rows: tuple[Row, ...]
    """Weights, then means, then sds, each in order of mean."""
    selection: em.Selection = field(default_factory=lambda: em.Selection(()))
    """EM fits with one component and more, up to one more than asked for, either kind of sds; none
    of sampling weights, which have no criterion to compare them by."""
    laws: tuple[Law, ...] = ()
    """Laws of one quantity that is no normal one, fitted to the same data, the lowest BIC first;
    none of sampling weights."""
    em_test: em.EmTest | None = None
    """The test of one group against two, where the data allow it."""
    criticism: Criticism | None = None
    """Whether the model fits and who speaks, data or prior; None if that was not asked for."""
    exactness: Exactness | None = None
    """Where nodes stand for the data, what an exact pass over these says, if one was made."""
    names_by: Order = "mean"
    """What sentences name the groups by: ``sd`` where the means do not tell them apart. The rows
    above are by mean all the same."""
    rows_by_sd: tuple[Row, ...] = ()
    """The same rows with the components in order of sd, where that names the groups."""
    command: str | None = None
    """The command line that makes this comparison."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each step took."""

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return self.fit.n_components

    @property
    def order(self) -> Order:
        """The order of the components in `rows` and `posterior`: by mean, unless it is `named`."""
        return "sd" if self.posterior.order == "sd" else "mean"

    @cached_property
    def named(self) -> Comparison:
        """The same with its components in the order that names the groups in sentences."""
        if self.names_by == self.order:
            return self
        criticism = self.criticism
        return replace(
            self,
            posterior=self.posterior.relabelled(self.names_by),
            rows=self.rows_by_sd,
            criticism=None if criticism is None else criticism.by_sd,
        )

    @cached_property
    def sampled_well(self) -> bool:
        """Whether every diagnostic of the sampler passed, under each of the names that are used."""
        orders: set[Order] = {"mean", self.names_by}
        return all(self.posterior.relabelled(order).diagnostics.ok for order in orders)

    @property
    def ok(self) -> bool:
        """Whether EM converged and every diagnostic of the sampler passed."""
        return bool(self.fit.converged and self.sampled_well)

    def draws(self, row: Row) -> NDArray[np.float64]:
        """The posterior's draws of a parameter, of shape (chains, draws)."""
        return np.asarray(getattr(self.posterior, row.parameter))[..., row.component]


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
    """The numbers of `compare.compare`, which says what they are."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}; for example 0.95")
    k = fit.n_components
    if posterior.n_components != k:
        raise ValueError(
            f"expected both fits to have the same number of components, got {k} by EM and "
            f"{posterior.n_components} by Bayes"
        )
    posterior = posterior.relabelled("mean")  # EM's components are in that order
    _check_same_data(fit, posterior.sample)
    if case is None:
        case = Case(
            name="comparison",
            sample=fit.sample,
            unit="",
            source=Passed(),
            truth=truth,
            variable="",
        )
    _check_case(case, fit.sample)
    refuse_extreme(case.sample, case.source)
    truth = case.truth if truth is None else truth
    if truth is not None and truth.n_components != k:
        truth = None  # the parameters of another number of groups have no place in the rows
    order = chosen_order(fit, posterior, names_by, priors)
    criticised = None
    if criticism or thorough:
        from compare.comparison.criticism import criticise  # slow to import

        criticised = criticise(
            fit,
            posterior,
            case.sample,
            level,
            priors=priors,
            thorough=thorough,
            names_by=order,
        )
    exact = None
    if criticism and stood_for(fit) and case.in_memory:
        exact = exactness(fit, posterior, case.pieces())
    return Comparison(
        case=case,
        fit=fit,
        posterior=posterior,
        truth=truth,
        level=level,
        interval="eti",
        rows=tuple(_rows(fit, posterior, truth, level)),
        selection=(
            em.Selection(())
            if fit.is_pseudo
            else em.select(fit.sample, range(1, fit.n_components + 2))
        ),
        laws=() if fit.is_pseudo else laws(fit.sample),
        em_test=_em_test(fit),
        criticism=criticised,
        exactness=exact,
        names_by=order,
        rows_by_sd=(
            tuple(_rows(fit, posterior.relabelled("sd"), truth, level)) if order == "sd" else ()
        ),
        command=command,
        seconds=dict(seconds or {}),
    )


def _check_same_data(fit: em.Fit, theirs: em.Sample) -> None:
    """The posterior may have seen the data or the nodes that EM was fitted on in their place."""
    yours = theirs.collapse()
    for ours in (fit.data, fit.sample):
        mine = ours.collapse()
        if mine.values.shape == yours.values.shape and np.allclose(
            [mine.values, mine.weights], [yours.values, yours.weights], rtol=1e-9, atol=0
        ):
            return
    raise ValueError(
        f"expected two fits of the same data, got EM on {fit.sample!r} and a posterior of "
        f"{theirs!r}; fit both to one sample"
    )


def _check_case(case: Case, fitted: em.Sample) -> None:
    """The case may hold the data in another order or counted, or nodes may stand for them."""
    theirs = case.sample
    # A mean far from zero is known to the digits of a float only.
    slack = ALIKE * fitted.sd + 8 * np.finfo(float).eps * abs(fitted.mean)
    alike = (
        abs(theirs.n - fitted.n) <= ALIKE * fitted.n
        and abs(theirs.mean - fitted.mean) <= slack
        and abs(theirs.sd - fitted.sd) <= slack
    )
    if not alike:
        raise ValueError(
            f"expected a case with the data that were fitted, got case {case.name!r} with "
            f"{theirs!r} and a fit of {fitted!r}; fit case.sample, or leave case out"
        )


def _em_test(fit: em.Fit) -> em.EmTest | None:
    enough = fit.sample.collapse().values.size >= 4
    return em.em_test(fit.sample) if enough and fit.converged and not fit.is_pseudo else None


def _rows(
    fit: em.Fit, posterior: Posterior, truth: em.Mixture | None, level: float
) -> Iterator[Row]:
    method: Method = "wald" if fit.is_pseudo else "profile"
    order: Order = "sd" if posterior.order == "sd" else "mean"
    estimates, there = fit.mixture.ordered(order), fit.mixture.places(order)
    errors = fit.standard_errors()
    confidence = fit.conf_int(level, method, order)
    truths = None if truth is None else truth.ordered(order)
    summary: pd.DataFrame = posterior.summary(level=level, kind="eti")
    kinds: tuple[Kind, ...] = get_args(Kind)
    for parameter in kinds:
        draws: NDArray[np.float64] = getattr(posterior, parameter)
        for component, estimate in enumerate(getattr(estimates, parameter).tolist()):
            name = f"{parameter}[{component}]"
            low, high = getattr(confidence, parameter)[component].tolist()
            known = None if truths is None else float(getattr(truths, parameter)[component])
            said = BayesEstimate(
                **{
                    column: float(summary.loc[name, column])  # type: ignore[arg-type]
                    for column in BayesEstimate.__dataclass_fields__
                }
            )
            yield Row(
                name=name,
                parameter=parameter,
                component=component,
                truth=known,
                em=EmEstimate(
                    estimate, float(getattr(errors, parameter)[there[component]]), low, high, method
                ),
                bayes=said,
                em_in_interval=said.lower <= estimate <= said.upper,
                em_quantile=float(np.mean(draws[..., component] < estimate)),
            )
