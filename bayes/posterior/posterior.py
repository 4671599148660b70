"""Posterior: the draws with their intervals and diagnostics, as ArviZ lays them out."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes.posterior import archive
from bayes.posterior.diagnostics import Diagnostics
from bayes.posterior.draws import Kind, bfmi, check_interval, ess_bulk, ess_tail, interval, rhat
from bayes.posterior.naming import Naming, naming
from bayes.posterior.quantities import Quantities
from bayes.posterior.records import Second
from bayes.posterior.relabelling import ORDERS, LabelChange, Order, label_change, permuted, places
from em import Parameters, Sample
from em.data.magnitude import size_of
from em.data.sample import merged

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Posterior", "Settings"]

Floats = NDArray[np.float64]

GROUPS = ("posterior", "sample_stats", "prior", "observed_data")
DIMS = ("chain", "draw", "component")


@dataclass(frozen=True)
class Settings:
    """How the draws were made."""

    sampler: str
    """``"nutpie"`` or ``"pymc"``."""
    density: str
    """What computed the log-density: ``"fused"`` (compiled once for all) or ``"pymc"``."""
    chains: int
    """How many chains."""
    draws: int
    """Draws of each chain, tuning apart; more than asked for if `note` says so."""
    tune: int
    """Tuning draws of each chain, which are not kept; more than asked for if `note` says so."""
    target_accept: float
    """The acceptance rate that the step size was tuned for; higher if `note` says so."""
    seed: int
    """The seed; drawn from the system where none was given, so that a run can be repeated."""
    seconds_compile: float
    """Wall time to load the sampler and to build and compile the model, in seconds."""
    seconds_sample: float
    """Wall time to sample, in seconds."""
    priors: tuple[tuple[str, str, str], ...]
    """What `Priors.describe` said: (parameter, distribution, reason)."""
    note: str = ""
    """What had to be done about draws that failed a check, in a sentence that says what failed,
    what was done and whether it helped; empty where nothing was."""
    second: Second | None = None
    """What the second route to the posterior says, and whose draws these are; None where there
    was one route only."""


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """Draws from the posterior of a Gaussian mixture; components in increasing order of mean.

    Made by `bayes.fit` or `Posterior.load`. `relabelled` names the components another way, and
    `order` says which way they are named.
    """

    data: xr.DataTree
    """The groups ``posterior``, ``prior``, ``sample_stats`` and ``observed_data``, laid out as
    ArviZ expects them. ``posterior`` and ``prior`` hold weights, means and sds with dimensions
    (chain, draw, component); ``observed_data`` holds values and sample_weights, and the step to
    which the values were rounded as its attribute ``rounding``. Where its attribute ``weights_are``
    is ``"sampling"`` this is a pseudo-posterior, see `is_pseudo`."""

    def __post_init__(self) -> None:
        missing = [group for group in GROUPS if group not in self.data.children]
        if missing:
            raise ValueError(
                f"expected a DataTree with the groups {', '.join(GROUPS)}, got one without "
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
        component = np.arange(draws.means.shape[-1])
        observed = {"values": sample.values, "sample_weights": sample.weights}
        told: dict[str, float | str] = {"rounding": sample.rounding}
        if sample.weights_are == "sampling":
            told |= {"weights_are": "sampling", "n": sample.n}
            rows, squares = sample.rows_and_squares
            if rows is not None and squares is not None:
                observed |= {"rows": rows, "squared_weights": squares}

        def group(parameters: Parameters) -> xr.Dataset:
            n_chains, n_draws, _ = parameters.means.shape
            named = parameters._asdict()
            return xr.Dataset(
                {name: (DIMS, np.asarray(value, dtype=float)) for name, value in named.items()},
                coords={
                    "chain": np.arange(n_chains),
                    "draw": np.arange(n_draws),
                    "component": component,
                },
            )

        posterior = group(draws)
        shared = {name: posterior.coords[name] for name in ("chain", "draw")}
        tree = {
            "posterior": posterior,
            "sample_stats": xr.Dataset(
                {name: (DIMS[:2], np.asarray(value)) for name, value in stats.items()}, shared
            ),
            "prior": group(Parameters(*(value[None] for value in prior))),
            "observed_data": xr.Dataset(
                {name: ("value", np.array(column)) for name, column in observed.items()},
                attrs=told,
            ),
        }
        data = xr.DataTree.from_dict(tree)
        data.attrs = {"settings": json.dumps(asdict(settings))}
        return cls(data)

    @property
    def weights(self) -> Floats:
        """Mixing proportions, of shape (chain, draw, K)."""
        return self._draws.weights

    @property
    def means(self) -> Floats:
        """Component means in the unit of the data, of shape (chain, draw, K).

        Increasing in every draw where `order` is ``"mean"``, as it is after `bayes.fit`.
        """
        return self._draws.means

    @property
    def sds(self) -> Floats:
        """Component sds in the unit of the data, of shape (chain, draw, K)."""
        return self._draws.sds

    @cached_property
    def _draws(self) -> Parameters:
        return self._parameters("posterior")

    def _parameters(self, group: str) -> Parameters:
        return Parameters(*(self.data[group][name].to_numpy() for name in Parameters._fields))

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return int(self.means.shape[-1])

    @cached_property
    def sample(self) -> Sample:
        """The data."""
        observed = self.data["observed_data"]

        def column(name: str) -> Floats | None:
            return observed[name].to_numpy() if name in observed else None

        values, weights = observed["values"].to_numpy(), observed["sample_weights"].to_numpy()
        # Files of earlier versions do not have it.
        rounding = float(observed.attrs.get("rounding", 0.0))
        if not self.is_pseudo:
            return Sample(values, weights, rounding)
        n = float(observed.attrs["n"])
        return merged(values, weights, column("rows"), column("squared_weights"), n, rounding)

    @property
    def is_pseudo(self) -> bool:
        """Whether the data have sampling weights, so that this is a pseudo-posterior.

        The likelihood in it is each row's to the power of its weight, which estimates that of the
        population but counts the rows for independent and equal ones: its draws lie where the
        posterior would, and its intervals do not hold the truth as often as they say.
        """
        return bool(self.data["observed_data"].attrs.get("weights_are") == "sampling")

    @cached_property
    def settings(self) -> Settings:
        """How the draws were made."""
        found = json.loads(self.data.attrs["settings"])
        found["priors"] = tuple(tuple(row) for row in found["priors"])
        if found.get("second") is not None:
            found["second"] = Second(**found["second"])
        return Settings(**found)

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
        return Parameters(*(interval(v.reshape(-1, K), level, kind) for v in self._draws))

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
            for name, draws in self._draws._asdict().items()
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
                *(np.array([statistic(v[..., k]) for k in components]) for v in self._draws)
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
        return Quantities(self)

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
        prior = self._parameters("prior")
        of_prior: Order = "sd" if order == "sd" else "mean"
        renamed = {
            "posterior": permuted(self._draws, places(self._draws, self.sample, order)),
            "prior": permuted(prior, places(prior, self.sample, of_prior)),
        }
        data = self.data.copy()
        for group, values in renamed.items():
            named = {name: (DIMS, value) for name, value in values._asdict().items()}
            data[group] = xr.DataTree(data[group].to_dataset().assign(named))
        data.attrs = {**data.attrs, "order": order}
        return Posterior(data)

    @cached_property
    def naming(self) -> Naming:
        """Whether means or sds tell the components apart: what names by either cost."""
        return naming(self)

    @cached_property
    def label_changes(self) -> tuple[LabelChange, ...]:
        """What naming the components by sd, or as Stephens (2000) does, changes against means."""
        return tuple(label_change(self, order) for order in ORDERS if order != "mean")

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
