"""Options: what a fit may be asked for, checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from em.data.arguments import flag, real, whole
from em.likelihood.coordinates import Coordinates
from em.likelihood.parameters import Parameters

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """How a fit is made; see `em.fit` for what the names mean."""

    n_components: int
    """The number of components, K."""
    n_starts: int | None
    """How many starts to try; None for ten for each component."""
    equal_sds: bool
    """Whether the components share one sd."""
    max_iter: int
    """Passes over the data at the most, for each climb."""
    tol: float
    """The score in standard errors below which a climb has converged."""
    penalty: float
    """The factor of the penalty on small sds; 0 for plain maximum likelihood."""
    fixed: Parameters | None
    """Standardised values of the parameters that are held, NaN for those that are free."""

    @property
    def coordinates(self) -> Coordinates:
        """The free coordinates that these options leave."""
        held = None
        if self.fixed is not None:
            weights, means, sds = (tuple((~np.isnan(values)).tolist()) for values in self.fixed)
            held = (weights, means, sds)
        return Coordinates(self.n_components, self.equal_sds, held)

    @classmethod
    def checked(
        cls,
        *,
        n_components: int,
        n_starts: int | None,
        equal_sds: bool,
        max_iter: int,
        tol: float,
        penalty: bool | float,
        fixed: Mapping[str, ArrayLike] | None,
        n: float,
        center: float,
        unit: float,
    ) -> Options:
        """Check the arguments of `em.fit`.

        Raises
        ------
        TypeError, ValueError
            If one of them is of the wrong kind or out of range.
        """
        k = whole("n_components", n_components)
        starts = None if n_starts is None else whole("n_starts", n_starts)
        tolerance = real("tol", tol)
        if not 0 < tolerance < 1:
            raise ValueError(f"expected tol between 0 and 1 standard errors, got {tol}")
        if isinstance(penalty, (bool, np.bool_)):
            factor = 1.0 / n if penalty else 0.0
        else:
            factor = real("penalty", penalty, "True, False or a number")
        if not (math.isfinite(factor) and factor >= 0):
            raise ValueError(
                f"expected penalty to be True, False or a number of zero or more, got {penalty}"
            )
        tied = flag("equal_sds", equal_sds)
        return cls(
            n_components=k,
            n_starts=starts,
            equal_sds=tied,
            max_iter=whole("max_iter", max_iter),
            tol=tolerance,
            penalty=factor,
            fixed=None if fixed is None else _fixed(fixed, k, center, unit, tied),
        )


def _fixed(
    fixed: Mapping[str, ArrayLike],
    k: int,
    center: float,
    unit: float,
    equal_sds: bool,
) -> Parameters | None:
    if not isinstance(fixed, Mapping):
        raise TypeError(f"expected fixed to map names to values, got {fixed!r}")
    names = Parameters._fields
    unknown = set(fixed) - set(names)
    if unknown:
        raise ValueError(f"expected fixed to name some of {list(names)}, got {sorted(unknown)}")
    values = {}
    for name in names:
        try:
            raw = np.asarray(fixed.get(name, np.full(k, np.nan)), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(f"expected {name} in fixed to be numbers, {error}") from error
        if raw.shape != (k,):
            raise ValueError(
                f"expected {k} {name} in fixed, NaN where free, got shape {raw.shape}; "
                f"for example fixed={{'{name}': [{', '.join(['nan'] * k)}]}}"
            )
        if np.isinf(raw).any():
            raise ValueError(f"expected finite {name} in fixed, got {raw.tolist()}")
        values[name] = raw.copy()
    weights = values["weights"]
    held = weights[~np.isnan(weights)]
    total = held.sum()
    if (held <= 0).any() or total > 1 + 1e-9 or (held.size < k and total >= 1):
        raise ValueError(
            f"expected fixed weights above zero that leave something for the free ones, got "
            f"{weights.tolist()}"
        )
    if held.size == k and abs(total - 1) > 1e-6:
        raise ValueError(f"expected fixed weights with sum 1, got {weights.tolist()}")
    if (values["sds"] <= 0).any():
        raise ValueError(f"expected positive sds in fixed, got {values['sds'].tolist()}")
    given = values["sds"][~np.isnan(values["sds"])]
    if equal_sds and np.unique(given).size > 1:
        raise ValueError(f"expected one value for equal sds in fixed, got sds {given.tolist()}")
    if all(np.isnan(value).all() for value in values.values()):
        return None
    return Parameters(weights, (values["means"] - center) / unit, values["sds"] / unit)
