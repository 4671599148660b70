"""Posterior: the draws with their intervals and diagnostics; ArviZ is used here alone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes import archive
from bayes.diagnostics import Diagnostics
from em import Parameters, Sample

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Posterior", "Settings"]

Floats = NDArray[np.float64]
Kind = Literal["eti", "hdi"]

GROUPS = ("posterior", "sample_stats", "prior", "observed_data")
TAIL = (0.05, 0.95)
"""The quantiles of the tail effective sample size (Vehtari et al. 2021); ArviZ asks for them."""


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
    """Draws of each chain, tuning apart."""
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
    """What had to be done about diverging draws, in a sentence; empty where nothing was."""


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """Draws from the posterior of a Gaussian mixture; components in increasing order of mean.

    Made by `bayes.fit` or `Posterior.load`.
    """

    data: xr.DataTree
    """The groups ``posterior``, ``prior``, ``sample_stats`` and ``observed_data``, laid out as
    ArviZ expects them. ``posterior`` and ``prior`` hold weights, means and sds with dimensions
    (chain, draw, component); ``observed_data`` holds values and sample_weights."""

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
        dims = ("chain", "draw", "component")

        def group(parameters: Parameters) -> xr.Dataset:
            n_chains, n_draws, _ = parameters.means.shape
            named = parameters._asdict()
            return xr.Dataset(
                {name: (dims, np.asarray(value, dtype=float)) for name, value in named.items()},
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
                {name: (dims[:2], np.asarray(value)) for name, value in stats.items()}, shared
            ),
            "prior": group(Parameters(*(value[None] for value in prior))),
            "observed_data": xr.Dataset(
                {
                    "values": ("value", np.array(sample.values)),
                    "sample_weights": ("value", np.array(sample.weights)),
                }
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
        """Component means in the unit of the data, of shape (chain, draw, K), increasing."""
        return self._draws.means

    @property
    def sds(self) -> Floats:
        """Component sds in the unit of the data, of shape (chain, draw, K)."""
        return self._draws.sds

    @cached_property
    def _draws(self) -> Parameters:
        found = self.data["posterior"]
        return Parameters(*(found[name].to_numpy() for name in Parameters._fields))

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return int(self.means.shape[-1])

    @cached_property
    def sample(self) -> Sample:
        """The data."""
        observed = self.data["observed_data"]
        return Sample(observed["values"].to_numpy(), observed["sample_weights"].to_numpy())

    @cached_property
    def settings(self) -> Settings:
        """How the draws were made."""
        found = json.loads(self.data.attrs["settings"])
        found["priors"] = tuple(tuple(row) for row in found["priors"])
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
        _check_interval(level, kind)
        return Parameters(*(_interval(value, level, kind) for value in self._draws))

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

        interval, checks = self.interval(level, kind), self.diagnostics
        rows = {
            f"{name}[{k}]": {
                "mean": draws[..., k].mean(),
                "median": np.median(draws[..., k]),
                "sd": draws[..., k].std(ddof=1),
                "lower": getattr(interval, name)[k, 0],
                "upper": getattr(interval, name)[k, 1],
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
        statistics = _array_statistics()

        def each(function: Any, **options: Any) -> Parameters:
            with np.errstate(divide="ignore", invalid="ignore"):  # draws that do not vary
                return Parameters(
                    *(
                        np.array(
                            [
                                function(value[..., k], chain_axis=0, draw_axis=1, **options)
                                for k in range(self.n_components)
                            ],
                            dtype=float,
                        )
                        for value in self._draws
                    )
                )

        with np.errstate(divide="ignore", invalid="ignore"):
            bfmi = statistics.bfmi(stats["energy"].to_numpy(), chain_axis=0, draw_axis=1)
        return Diagnostics(
            rhat=each(statistics.rhat, method="rank"),
            ess_bulk=each(statistics.ess, method="bulk"),
            ess_tail=each(statistics.ess, method="tail", prob=TAIL),
            divergences=int(stats["diverging"].to_numpy().sum()),
            bfmi=np.atleast_1d(bfmi),
            draws=settings.draws,
            tune=settings.tune,
            target_accept=settings.target_accept,
        )

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
        return f"Posterior({K} components, {chains} chains of {draws} draws, diagnostics {verdict})"


def _check_interval(level: float, kind: str) -> None:
    if isinstance(level, bool) or not isinstance(level, (int, float, np.number)):
        raise TypeError(
            f"expected level to be a number, got {type(level).__name__}; for example level=0.95"
        )
    if not 0.0 < level < 1.0:
        raise ValueError(
            f"expected a level between 0 and 1, got {level}; for example level=0.95 for 95 %"
        )
    if kind not in ("eti", "hdi"):
        raise ValueError(
            f'expected kind "eti" (equal-tailed) or "hdi" (highest density), got {kind!r}'
        )


def _interval(draws: Floats, level: float, kind: str) -> Floats:
    flat = draws.reshape(-1, draws.shape[-1])
    if kind == "eti":
        tail = 0.5 * (1.0 - level)
        return np.quantile(flat, [tail, 1.0 - tail], axis=0).T
    return np.asarray(_array_statistics().hdi(flat, prob=level, axis=0))


def _array_statistics() -> Any:
    from arviz_stats.base.array import (
        array_stats,
    )  # half a second that a saved posterior may not need

    return array_stats
