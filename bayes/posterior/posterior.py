"""Posterior: the draws with their intervals and diagnostics, as ArviZ lays them out."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes.posterior import archive, layout
from bayes.posterior.diagnostics import Diagnostics
from bayes.posterior.draws import Kind, bfmi, check_interval, ess_bulk, ess_tail, interval, rhat
from bayes.posterior.given import priors_of, require_same
from bayes.posterior.groups import (
    checked,
    log_likelihood,
    log_prior,
    posterior_predictive,
    values_of,
)
from bayes.posterior.naming import Naming, naming
from bayes.posterior.quantities import Quantities
from bayes.posterior.records import Settings
from bayes.posterior.relabelling import ORDERS, LabelChange, Order, label_change, permuted, places
from em import Parameters, Sample
from em.data.arguments import as_generator
from em.data.magnitude import size_of

if TYPE_CHECKING:
    import pandas as pd

    from bayes.model.priors import Priors

__all__ = ["Posterior"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """Draws from the posterior of a Gaussian mixture; components in increasing order of mean.

    Made by `bayes.fit` or `Posterior.load`. `relabelled` names the components another way, and
    `order` says which way they are named.
    """

    data: xr.DataTree
    """The groups ``posterior``, ``prior``, ``sample_stats`` and ``observed_data``, laid out as
    ArviZ expects them; `with_groups` adds others. ``posterior`` and ``prior`` hold weights, means
    and sds with dimensions (chain, draw, k); ``observed_data`` holds values and sample_weights, and
    the step to which the values were rounded as its attribute ``rounding``. Where its attribute
    ``weights_are`` is ``"sampling"`` this is a pseudo-posterior, see `is_pseudo`."""

    def __post_init__(self) -> None:
        missing = [group for group in layout.GROUPS if group not in self.data.children]
        if missing:
            raise ValueError(
                f"expected a DataTree with the groups {', '.join(layout.GROUPS)}, got one without "
                f"{', '.join(missing)}; make posteriors with bayes.fit or Posterior.load"
            )

    @classmethod
    def from_draws(
        cls,
        sample: Sample,
        draws: Parameters,
        stats: Mapping[str, ArrayLike],
        prior: Parameters,
        settings: Settings,
    ) -> Posterior:
        """Put draws and what is known of them together.

        Parameters
        ----------
        sample : Sample
            The data.
        draws : Parameters
            Each of shape (chain, draw, K).
        stats : mapping of str to array_like of shape (chain, draw)
            Of the sampler; at least ``diverging`` and ``energy``.
        prior : Parameters
            Draws from the prior, each of shape (draw, K).
        settings : Settings

        Returns
        -------
        Posterior
        """
        return cls(layout.tree_of(sample, draws, stats, prior, settings))

    @property
    def weights(self) -> Floats:
        """Mixing proportions, of shape (chain, draw, K)."""
        return self.parameters.weights

    @property
    def means(self) -> Floats:
        """Component means in the unit of the data, of shape (chain, draw, K).

        Increasing in every draw where `order` is ``"mean"``, as it is after `bayes.fit`.
        """
        return self.parameters.means

    @property
    def sds(self) -> Floats:
        """Component sds in the unit of the data, of shape (chain, draw, K)."""
        return self.parameters.sds

    @cached_property
    def parameters(self) -> Parameters:
        """Weights, means and sds side by side, each of shape (chain, draw, K)."""
        return layout.parameters_of(self.data, "posterior")

    def joined(self, at_most: int | None = None) -> Parameters:
        """Weights, means and sds with the chains one after the other.

        Parameters
        ----------
        at_most : int, optional
            That many draws at the most, evenly spaced over all chains; all of them by default.

        Returns
        -------
        Parameters
            Each of shape (S, K).
        """
        flat = [
            np.ascontiguousarray(value, dtype=np.float64).reshape(-1, self.n_components)
            for value in self.parameters
        ]
        total = len(flat[0])
        if at_most is None or total <= at_most:
            return Parameters(*flat)
        keep = np.linspace(0, total - 1, at_most).round().astype(int)
        return Parameters(*(value[keep] for value in flat))

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return int(self.means.shape[-1])

    @cached_property
    def sample(self) -> Sample:
        """The data."""
        return layout.sample_of(self.data)

    @property
    def is_pseudo(self) -> bool:
        """Whether the data have sampling weights, so that this is a pseudo-posterior.

        The likelihood in it is each row's to the power of its weight, which estimates that of the
        population but counts the rows for independent and equal ones: its draws lie where the
        posterior would, and its intervals do not hold the truth as often as they say.
        """
        return layout.is_pseudo(self.data)

    @cached_property
    def settings(self) -> Settings:
        """How the draws were made."""
        return Settings.from_json(self.data.attrs["settings"])

    def priors(self, sample: Sample | None = None, given: Priors | None = None) -> Priors:
        """The priors that the draws were made with, to the last digit.

        Posteriors saved by earlier versions keep them in words only, as do those whose priors
        are put together of other distributions, such as mixtures: there the priors are worked
        out again from the arguments and held against these words.

        Parameters
        ----------
        sample : Sample, optional
            The data that default priors were worked out from, where the posterior was sampled
            from squashed ones; the posterior's own by default.
        given : Priors, optional
            What `bayes.fit` was given; the default priors by default.

        Returns
        -------
        Priors
            With one entry for each component, as `Priors.filled` gives them.

        Raises
        ------
        ValueError
            If `given` are not the posterior's priors, or they are needed.
        """
        data = self.sample if sample is None else sample
        return priors_of(self.settings, self.n_components, data, given)

    def interval(self, level: float = 0.95, kind: Kind = "eti") -> Parameters:
        """Credible intervals: each holds its parameter with probability `level`.

        Parameters
        ----------
        level : float
            Between 0 and 1. (ArviZ's own default is 0.89.)
        kind : {"eti", "hdi"}
            Equal-tailed, between the quantiles ``(1 - level)/2`` and ``(1 + level)/2``; or the
            shortest, of highest density.

        Returns
        -------
        Parameters
            Lower and upper ends, each of shape (K, 2), in the unit of the data.

        Raises
        ------
        TypeError
            If `level` is not a number.
        ValueError
            If `level` is not between 0 and 1, or `kind` is neither "eti" nor "hdi".
        """
        check_interval(level, kind)
        K = self.n_components
        return Parameters(*(interval(v.reshape(-1, K), level, kind) for v in self.parameters))

    def summary(self, level: float = 0.95, kind: Kind = "eti") -> pd.DataFrame:
        """One row for each parameter, ``weights[0]`` to ``sds[K-1]``.

        Parameters
        ----------
        level, kind
            As for `interval`.

        Returns
        -------
        pandas.DataFrame
            Columns mean, median, sd, lower, upper (in the unit of the data), rhat, ess_bulk and
            ess_tail; ``attrs`` names the level and kind of the interval.
        """
        import pandas as pd

        ends, checks = self.interval(level, kind), self.diagnostics
        rows = {
            f"{name}[{k}]": {
                "mean": draws[..., k].mean(),
                "median": np.median(draws[..., k]),
                "sd": _sd(draws[..., k]),
                "lower": getattr(ends, name)[k, 0],
                "upper": getattr(ends, name)[k, 1],
                "rhat": getattr(checks.rhat, name)[k],
                "ess_bulk": getattr(checks.ess_bulk, name)[k],
                "ess_tail": getattr(checks.ess_tail, name)[k],
            }
            for name, draws in self.parameters._asdict().items()
            for k in range(self.n_components)
        }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.attrs = {"level": level, "kind": kind}
        return frame

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """R-hat, effective sample sizes, divergences and BFMI, and whether they pass the gate."""
        stats, settings = self.data["sample_stats"], self.settings

        def each(statistic: Callable[[Floats], float]) -> Parameters:
            components = range(self.n_components)
            return Parameters(
                *(np.array([statistic(v[..., k]) for k in components]) for v in self.parameters)
            )

        second = settings.second
        if second is not None and second.published == "sequential":
            sizes = _as_parameters(second.ess)
            found = (_as_parameters(second.rhat), sizes, sizes)
        else:
            found = (each(rhat), each(ess_bulk), each(ess_tail))
        return Diagnostics(
            *found,
            divergences=int(stats["diverging"].to_numpy().sum()),
            bfmi=bfmi(stats["energy"].to_numpy()),
            second=second,
            draws=settings.draws,
            tune=settings.tune,
            target_accept=settings.target_accept,
        )

    @cached_property
    def quantities(self) -> Quantities:
        """What people ask of a mixture: separation, modes, cut-offs, membership; with intervals."""
        return Quantities(self.parameters)

    @property
    def order(self) -> str:
        """How components are named, draw by draw: by increasing ``"mean"``, unless `relabelled`."""
        return str(self.data.attrs.get("order", "mean"))

    def relabelled(self, order: Order) -> Posterior:
        """The same draws with the components of each named another way.

        Where all components have the same prior, names are a choice: swapping them changes
        neither prior nor likelihood. Log-densities and the evidence count the components in any
        order, whatever their names; a density of ordered components alone would be K! times as
        high (`bayes.build_model`).

        Parameters
        ----------
        order : {"mean", "sd", "kl"}
            By increasing mean, as `bayes.fit` does; by increasing sd; or by the
            Kullback-Leibler algorithm of Stephens (2000), which starts from the order of means
            and gives one name to the components that account for the same values.

        Returns
        -------
        Posterior
            Its `order` says which. Draws from the prior are named alike, but for ``"kl"``, where
            they stay in order of mean.

        Raises
        ------
        ValueError
            If `order` is another.
        """
        if order not in ORDERS:
            raise ValueError(
                f'expected order "mean", "sd" or "kl", got {order!r}; "mean" is how bayes.fit '
                "names components"
            )
        if order == self.order:
            return self
        draws, prior = self.parameters, layout.parameters_of(self.data, "prior")
        of_prior: Order = "sd" if order == "sd" else "mean"
        data = layout.with_parameters(
            self.data,
            {
                "posterior": permuted(draws, places(draws, self.sample, order)),
                "prior": permuted(prior, places(prior, self.sample, of_prior)),
            },
        )
        data.attrs = {**data.attrs, "order": order}
        return Posterior(data)

    @cached_property
    def naming(self) -> Naming:
        """Whether means or sds tell the components apart: what names by either cost."""
        return naming(self.parameters, self.sample)

    @cached_property
    def label_changes(self) -> tuple[LabelChange, ...]:
        """What naming the components by sd, or as Stephens (2000) does, changes against means."""
        return tuple(self.label_change(order) for order in ORDERS if order != "mean")

    def label_change(self, order: Order, against: Literal["mean", "sd"] = "mean") -> LabelChange:
        """What naming the components another way changes, against the order of means or of sds.

        Parameters
        ----------
        order : {"mean", "sd", "kl"}
            The other way; see `relabelled`.
        against : {"mean", "sd"}

        Returns
        -------
        LabelChange
        """
        named, renamed = self.relabelled(against).parameters, self.relabelled(order).parameters
        return label_change(named, renamed, order, against)

    def with_groups(
        self,
        *groups: str,
        sample: Sample | None = None,
        priors: Priors | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> Posterior:
        """The same posterior, whose `data` have more of the groups that ArviZ reads.

        They hold a number for every observation and every draw, or for every draw: 100 MB for
        1,000 values and 12,000 draws. So they are made on request; `save` keeps them.

        Parameters
        ----------
        *groups : {"log_likelihood", "log_prior", "posterior_predictive"}
            ``"log_likelihood"`` is for `arviz.loo`, `arviz.compare` and, with ``"log_prior"``,
            `arviz.psense_summary`; ``"posterior_predictive"``, a new data set for every draw, is
            for `arviz.plot_ppc_dist` and, with ``"log_likelihood"``, `arviz.plot_loo_pit`. All
            three by default.
        sample : Sample, optional
            The data, where the posterior was sampled from squashed ones.
        priors : Priors, optional
            What `bayes.fit` was given, where the posterior does not keep it; see `priors`.
        rng : int or numpy.random.Generator
            Of the new data sets.

        Returns
        -------
        Posterior
            The observations, every one by itself in the order given, are ``x`` in
            ``log_likelihood``, ``posterior_predictive`` and ``observed_data``; the values with
            their weights are in ``constant_data`` then. Log-densities are per unit of the data
            and do not depend on how components are named.

        Raises
        ------
        ValueError
            If a group is not one of these, if the values are not known one by one (squashed
            data, weights that are no counts, sampling weights), if the priors are not those of
            the posterior, or if a group would have more than 100 million numbers.

        Examples
        --------
        >>> import arviz as az
        >>> posterior = bayes.fit(values, seed=1)  # doctest: +SKIP
        >>> az.loo(posterior.with_groups("log_likelihood").data)  # doctest: +SKIP
        """
        wanted = checked(groups)
        given = self.sample if sample is None else require_same(self.sample, sample)
        # Priors that differ by component are about components in order of their means.
        draws, data = self.relabelled("mean").parameters, self.data.copy()
        if "log_prior" in wanted:
            data["log_prior"] = xr.DataTree(log_prior(draws, self.priors(sample, priors)))
        if set(wanted) != {"log_prior"}:
            values = values_of(given, draws)
            data = layout.with_observations(data, values)
        if "log_likelihood" in wanted:
            data["log_likelihood"] = xr.DataTree(log_likelihood(draws, values, given.rounding))
        if "posterior_predictive" in wanted:
            drawn = posterior_predictive(draws, values, given.rounding, as_generator(rng))
            data["posterior_predictive"] = xr.DataTree(drawn)
        return Posterior(data)

    @property
    def trace(self) -> xr.DataTree:
        """The draws as PyMC takes them together with `bayes.build_model`.

        That is `data` whose posterior has the variables that the model samples as well,
        ``free_weights``, ``free_means`` and ``free_sds``: for example
        ``pm.sample_posterior_predictive(posterior.trace, model=bayes.build_model(x))``. PyMC draws
        variables from their prior, and says so in one line only, where a trace does not have them,
        so `data` will not do. Components are in order of mean.
        """
        data = self.relabelled("mean").data.copy()
        own = data["posterior"].to_dataset()
        sampled = Parameters._fields[0 if self.n_components > 1 else 1 :]
        free = {f"free_{name}": own[name] for name in sampled}
        data["posterior"] = xr.DataTree(own.assign(free))
        return data

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the posterior to a compressed netCDF file, whole or not at all.

        Parameters
        ----------
        path : str or path
            An existing file there is replaced only once the new one is complete.

        Raises
        ------
        OSError
            If the file cannot be written; nothing is left behind then.
        """
        archive.write(self.data, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Posterior:
        """Read a posterior that `save` wrote.

        Parameters
        ----------
        path : str or path

        Returns
        -------
        Posterior

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is not a posterior.
        """
        return cls(archive.read(path))

    def __repr__(self) -> str:
        chains, draws, K = self.means.shape
        verdict = "pass" if self.diagnostics.ok else "FAIL"
        kind = "Pseudo-posterior" if self.is_pseudo else "Posterior"
        return f"{kind}({K} components, {chains} chains of {draws} draws, diagnostics {verdict})"


def _sd(draws: Floats) -> float:
    """The standard deviation of draws whose squares may be too small or large to be numbers."""
    size = size_of(draws)
    return math.ldexp(float(np.ldexp(draws, -size).std(ddof=1)), size)


def _as_parameters(lists: Mapping[str, list[float]]) -> Parameters:
    return Parameters(**{name: np.array(values) for name, values in lists.items()})
