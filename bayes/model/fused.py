"""fused: the model's log-density and gradient in one compiled loop, for the default priors.

`bayes.model.model` is the definition; this is the same density for priors of the default family,
written out by hand so that nothing has to be compiled for a new data set: the machine code of
`bayes.model.kernel` is kept on disk after the first run. A test holds the two to each other.

The coordinates are those of the PyMC model, in the same order: K - 1 log-ratios of the weights
(PyMC's simplex transform), K means as distances from the data's mean in sds of the data, and K
logs of the sds, of what they exceed their floor by if they have one.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayes.model import kernel
from bayes.model.names import COMPONENT
from bayes.model.priors import Numbers
from em import Mixture, Sample

__all__ = ["FusedDensity", "log_constant"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FusedDensity:
    """The unnormalised log-posterior of one sample under priors of the default family.

    Parameters
    ----------
    sample : Sample
    n_components : int
    priors : Numbers
        From `Priors.numbers`.
    """

    sample: Sample
    """The data."""
    n_components: int
    """The number of components, K."""
    priors: Numbers
    """The priors in numbers."""
    table: Floats = field(init=False)
    """What the compiled code reads: the numbers above, then the data with their weights."""

    def __post_init__(self) -> None:
        data, K, p = self.sample.collapse(), self.n_components, self.priors
        location, scale = self.sample.mean, self.sample.sd
        header = np.zeros(kernel.HEADER)
        header[kernel.LENGTH] = kernel.HEADER + 2 * data.values.size
        header[kernel.COMPONENTS], header[kernel.VALUES] = K, data.values.size
        header[kernel.LOCATION], header[kernel.SCALE] = location, scale
        header[kernel.CONCENTRATION : kernel.FLOOR + 1] = p
        header[kernel.CONSTANT] = log_constant(K, scale, p)
        header[kernel.ROUNDING] = self.sample.rounding
        standardised = (data.values - location) / scale
        table = np.concatenate([header, standardised, data.weights])
        table.flags.writeable = False
        object.__setattr__(self, "table", table)

    @property
    def n_dim(self) -> int:
        """The number of coordinates, 3 K - 1."""
        return 3 * self.n_components - 1

    def locate(self, mixture: Mixture) -> Floats:
        """The mixture in the sampler's coordinates.

        Parameters
        ----------
        mixture : Mixture
            With sds above the floor.

        Returns
        -------
        ndarray of shape (3 K - 1,)
        """
        log_weights = np.log(mixture.weights)
        return np.concatenate(
            [
                (log_weights - log_weights.mean())[:-1],
                (mixture.means - self.sample.mean) / self.sample.sd,
                np.log(mixture.sds - self.priors.floor),
            ]
        )

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """Log-density and gradient.

        Parameters
        ----------
        point : ndarray of shape (3 K - 1,)

        Returns
        -------
        density : float
        gradient : ndarray of shape (3 K - 1,)
        """
        point = np.ascontiguousarray(point, dtype=np.float64)
        gradient, density = np.empty(self.n_dim), np.empty(1)
        pointers = (_pointer(array) for array in (point, gradient, density))
        kernel.density_c.ctypes(self.n_dim, *pointers, self.table.ctypes.data)
        return float(density[0]), gradient

    def publish(self, point: Floats) -> Mixture:
        """The mixture at a point in the sampler's coordinates.

        Parameters
        ----------
        point : ndarray of shape (3 K - 1,)

        Returns
        -------
        Mixture
        """
        point = np.ascontiguousarray(point, dtype=np.float64)
        K = self.n_components
        out = np.empty(3 * K)
        kernel.publish_c.ctypes(
            self.n_dim, out.size, _pointer(point), _pointer(out), self.table.ctypes.data
        )
        return Mixture(out[:K], out[K : 2 * K], out[2 * K :])

    def for_nutpie(self) -> Any:
        """The density as a model that `nutpie.sample` takes.

        Returns
        -------
        nutpie.compile_pymc.CompiledPyMCModel
            Which lacks its ``initial_point_func``, from a seed to a starting point.
        """
        from nutpie.compile_pymc import CompiledPyMCModel

        K = self.n_components
        names = ["weights", "means", "sds"]
        shapes: list[tuple[int, ...]] = [(K,)] * 3
        slices = [slice(i * K, (i + 1) * K) for i in range(3)]
        return CompiledPyMCModel(
            dims=dict.fromkeys(names, (COMPONENT,)),
            reparameterized_names=[],
            compiled_logp_func=kernel.density_c,
            compiled_expand_func=kernel.publish_c,
            initial_point_func=None,
            shared_data={},
            shared_var_keys={},
            user_data=self.table,
            n_expanded=3 * K,
            shape_info=(names, slices, shapes),
            logp_func=None,
            expand_func=None,
            _n_dim=self.n_dim,
            _shapes=dict(zip(names, shapes, strict=True)),
            _coords={COMPONENT: np.arange(K)},
        )


def log_constant(K: int, scale: float, p: Numbers) -> float:
    """What the log-density adds whatever the point, so that it equals the PyMC model's."""
    constant = K * (
        math.log(scale / (p.spread * p.log_spread))  # means in sds of the data; two normals
        - 2.0 * kernel.HALF_LOG_2PI
    )
    if K > 1:  # else the weight is the constant 1
        a = p.concentration
        constant += math.lgamma(K * a) - K * math.lgamma(a) + math.log(K)
    if p.floor > 0.0:
        z = (math.log(p.floor) - p.log_median) / p.log_spread
        constant -= K * math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
    return constant


def _pointer(array: Floats) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
